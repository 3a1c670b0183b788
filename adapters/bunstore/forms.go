package bunstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

// formRow is a service form. Who completed it is named where it is not its worker.
type formRow struct {
	bun.BaseModel `bun:"table:session_forms"`

	Agency      int64                         `bun:"agency_id,pk,type:bigint"`
	Session     session.SessionID             `bun:"session_id,pk,type:uuid"`
	ID          session.FormID                `bun:"id,pk,type:uuid"`
	Version     int64                         `bun:"version,type:bigint"`
	Client      casemgmt.ClientID             `bun:"client_id,type:uuid"`
	Kind        string                        `bun:"kind,type:text"`
	Definition  int                           `bun:"definition,type:integer"`
	Worker      casemgmt.StaffID              `bun:"worker_id,type:uuid"`
	Program     casemgmt.ProgramID            `bun:"program_id,type:uuid"`
	Funder      casemgmt.FunderID             `bun:"funder_id,type:uuid"`
	Private     bool                          `bun:"private,type:boolean"`
	Created     engine.Instant                `bun:"created,type:timestamptz"`
	Completed   engine.Maybe[engine.Instant]  `bun:"completed,type:timestamptz"`
	CompletedBy casemgmt.StaffID              `bun:"completed_by,type:uuid"`
	Removal     engine.JSON[*session.Removal] `bun:"removal,type:jsonb"`
	Missing     missing                       `bun:"missing,type:text"`
	Answers     engine.Packed[forms.Answers]  `bun:"answers,type:jsonb"`
	Own         engine.Packed[forms.Answers]  `bun:"own,type:jsonb"`
}

func newFormRow(agency int64, f *session.Form) *formRow {
	r := &formRow{Agency: agency, Session: f.Session, ID: f.ID, Version: f.Version, Client: f.Client, Kind: f.Kind, Definition: f.Definition,
		Worker: f.Worker, Program: f.Program, Funder: f.Funder, Private: f.Private, Created: engine.Instant{Time: f.Created},
		Removal: engine.JSON[*session.Removal]{V: f.Removal}, Missing: f.Missing,
		Answers: engine.Packed[forms.Answers]{V: f.Answers}, Own: engine.Packed[forms.Answers]{V: f.Own}}
	if c := f.Completion; c != nil {
		r.Completed = engine.Some(engine.Instant{Time: c.At})
		switch c.By {
		case f.Worker:
		case casemgmt.StaffID{}:
			r.CompletedBy = casemgmt.StaffID(engine.Nobody) // a program did
		default:
			r.CompletedBy = c.By
		}
	}
	return r
}

// ofForm are the columns of a form that stand with its session.
var ofForm = []string{"agency_id", "session_id", "client_id"}

func (r *formRow) form() *session.Form {
	f := &session.Form{Head: casemgmt.Head[session.Form]{ID: r.ID, Version: r.Version}, Session: r.Session, Client: r.Client, Kind: r.Kind, Definition: r.Definition,
		Worker: r.Worker, Created: r.Created.Time, Removal: r.Removal.V, Missing: r.Missing,
		Content: session.Content{Program: r.Program, Funder: r.Funder, Private: r.Private, Answers: r.Answers.V, Own: r.Own.V}}
	if r.Completed.Valid {
		f.Completion = &session.Completion{At: r.Completed.V.Time, By: r.CompletedBy}
		switch engine.RawID(r.CompletedBy) {
		case engine.RawID{}:
			f.Completion.By = r.Worker
		case engine.Nobody:
			f.Completion.By = casemgmt.StaffID{}
		}
	}
	return f
}

// missing is kept as lines of path, code and rule: it is computed with each save
// and read by the list of incomplete sessions, fifty at a time. Labels are those of
// the definition.
type missing []session.Missing

// Value is the lines, and NULL for none.
func (m missing) Value() (driver.Value, error) {
	if len(m) == 0 {
		return nil, nil
	}
	var b strings.Builder
	for _, x := range m {
		b.WriteString(x.Path + "\t" + x.Code + "\t" + x.Rule + "\n")
	}
	return b.String(), nil
}

// Scan reads the lines.
func (m *missing) Scan(src any) error {
	*m = nil
	var text string
	if err := engine.OrZero(&text).Scan(src); err != nil || text == "" {
		return err
	}
	for line := range strings.Lines(text) {
		path, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		code, rule, _ := strings.Cut(rest, "\t")
		*m = append(*m, session.Missing{Path: path, Code: code, Rule: rule})
	}
	return nil
}

type questions struct{ *engine.Unit }

func (tx casesTx) Questions() casemgmt.Questions { return questions(tx) }

// Answered reads all answers to the agency's own questions on a kind of form: a
// question changes so rarely that no index is kept for it.
func (t questions) Answered(ctx context.Context, form, field string, options []string) (has bool, chosen []string, err error) {
	err = t.Query(ctx, "read answers to own questions", `SELECT own FROM "{{p}}session_forms" WHERE agency_id = ? AND kind = ? AND own IS NOT NULL`,
		[]any{t.Agency, form}, func(rows *sql.Rows) error {
			var own engine.Packed[forms.Answers]
			if err := rows.Scan(own.In(ctx, t.Unit)); err != nil {
				return err
			}
			answer, ok := own.V[field]
			has = has || ok
			for _, o := range options {
				list, _ := answer.([]any)
				if (answer == any(o) || slices.Contains(list, any(o))) && !slices.Contains(chosen, o) {
					chosen = append(chosen, o)
				}
			}
			return nil
		})
	return has, chosen, err
}

type sessionForms struct{ sessionsTx }

func (tx sessionsTx) Forms() session.Forms { return sessionForms{tx} }

func (t sessionForms) Insert(ctx context.Context, f *session.Form) error {
	return engine.InsertLater(ctx, t.Unit, newFormRow(t.Unit.Agency, f))
}

func (t sessionForms) Update(ctx context.Context, f *session.Form) error {
	old := f.Version
	f.Version++
	err := t.Rewrite(ctx, newFormRow(t.Unit.Agency, f), old)
	if err != nil {
		f.Version = old
	}
	return err
}

// formsFrom reads forms of sessions that were not cancelled; rest is what follows the
// tables of forms f, participants l and sessions s.
func formsFrom(ctx context.Context, u *engine.Unit, rest string, args ...any) ([]*session.Form, error) {
	var out []*session.Form
	err := u.Query(ctx, "read forms", `SELECT f.session_id, f.client_id, `+u.Select(&formRow{}, "f", ofForm...)+` FROM "{{p}}session_clients" AS l JOIN "{{p}}session_forms" AS f
		ON f.agency_id = l.agency_id AND f.session_id = l.session_id AND f.client_id = l.client_id
		JOIN "{{p}}sessions" AS s ON s.agency_id = l.agency_id AND s.id = l.session_id AND s.removal IS NULL WHERE `+rest, args, func(rows *sql.Rows) error {
		var r formRow
		if err := rows.Scan(append([]any{&r.Session, &r.Client}, u.Dest(ctx, &r, ofForm...)...)...); err != nil {
			return err
		}
		out = append(out, r.form())
		return nil
	})
	return out, err
}

func (t sessionForms) OfClient(ctx context.Context, c casemgmt.ClientID, kind string) ([]*session.Form, error) {
	return formsFrom(ctx, t.Unit, "l.agency_id = ? AND l.client_id = ? AND l.removal IS NULL AND f.kind = ? AND f.removal IS NULL ORDER BY f.id", t.Unit.Agency, c, kind)
}

func (t sessionForms) Referred(ctx context.Context, list []session.Reference) ([]*session.Referred, error) {
	out := make([]*session.Referred, len(list))
	for i, r := range list {
		key, err := id.Parse[struct{}](r.ID)
		if err != nil {
			continue
		}
		switch r.Target {
		case "plan":
			plan, err := followupTx{t.casesTx}.plans().Where(ctx, " AND id = ?", key)
			if err != nil {
				return nil, err
			}
			if len(plan) > 0 {
				out[i] = &session.Referred{Client: plan[0].Client}
			}
		case "form":
			if out[i], err = t.referredForm(ctx, session.FormID(key), r.By); err != nil {
				return nil, err
			}
		default:
			contact, err := t.contacts().Where(ctx, " AND id = ?", key)
			if err != nil {
				return nil, err
			}
			if len(contact) > 0 {
				out[i] = &session.Referred{Kind: contact[0].Kind, Closed: contact[0].Closed}
			}
		}
	}
	return out, nil
}

func (t sessionForms) referredForm(ctx context.Context, key session.FormID, by string) (*session.Referred, error) {
	found, err := formsFrom(ctx, t.Unit, `l.agency_id = ? AND l.session_id = (SELECT x.session_id FROM "{{p}}session_forms" AS x WHERE x.agency_id = ? AND x.id = ?)
		AND l.removal IS NULL AND f.id = ? AND f.removal IS NULL`, t.Unit.Agency, t.Unit.Agency, key, key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	others, err := t.OfClient(ctx, found[0].Client, by)
	return &session.Referred{Client: found[0].Client, Form: found[0], By: others}, err
}

type factRow struct {
	bun.BaseModel `bun:"table:facts"`

	Agency      int64              `bun:"agency_id,pk,type:bigint"`
	ServiceDate civil.Date         `bun:"service_date,pk,type:date"`
	Session     session.SessionID  `bun:"session_id,pk,type:uuid"`
	Client      engine.Zeroable    `bun:"client_id,pk,type:uuid"`
	Form        session.FormID     `bun:"form_id,pk,type:uuid"`
	Kind        string             `bun:"kind,type:text"`
	Private     bool               `bun:"private,type:boolean"`
	Anonymous   bool               `bun:"anonymous,type:boolean"`
	People      int                `bun:"people,type:integer"`
	Worker      casemgmt.StaffID   `bun:"worker_id,type:uuid"`
	Program     casemgmt.ProgramID `bun:"program_id,type:uuid"`
	Funder      casemgmt.FunderID  `bun:"funder_id,type:uuid"`
	Site        casemgmt.SiteID    `bun:"site_id,type:uuid"`
	SessionType string             `bun:"session_type,type:text"`
	Minutes     int                `bun:"minutes,type:integer"`
}

func newFactRow(agency int64, f session.Fact) *factRow {
	return &factRow{Agency: agency, ServiceDate: f.Date, Session: f.Session, Client: engine.Zeroable(f.Client), Form: f.Form, Kind: f.Kind, Private: f.Private,
		Anonymous: f.ClientKind == casemgmt.Anonymous, People: f.People, Worker: f.Worker, Program: f.Program, Funder: f.Funder, Site: f.Site,
		SessionType: string(f.Type), Minutes: f.Minutes}
}

// valueRow is an answer of a field that reports count by.
type valueRow struct {
	bun.BaseModel `bun:"table:fact_values"`

	Agency int64          `bun:"agency_id,pk,type:bigint"`
	Form   session.FormID `bun:"form_id,pk,type:uuid"`
	Field  string         `bun:"field,pk,type:text"`
	Value  string         `bun:"value,pk,type:text"`
}

type facts struct{ *engine.Unit }

func (tx sessionsTx) Facts() session.Facts { return facts{tx.Unit} }

func (t facts) Insert(ctx context.Context, list []session.Fact) error {
	var facts []*factRow
	var values []*valueRow
	for _, f := range list {
		facts = append(facts, newFactRow(t.Agency, f))
		for _, v := range slices.Compact(f.Values) {
			values = append(values, &valueRow{Agency: t.Agency, Form: f.Form, Field: v.Field, Value: v.Value})
		}
	}
	if err := engine.InsertLater(ctx, t.Unit, facts...); err != nil {
		return err
	}
	return engine.InsertLater(ctx, t.Unit, values...)
}

func (t facts) Delete(ctx context.Context, s session.SessionID, day civil.Date) error {
	if _, err := t.Exec(ctx, "delete values", `DELETE FROM "{{p}}fact_values" WHERE agency_id = ? AND form_id IN (SELECT f.form_id FROM "{{p}}facts" AS f
		WHERE f.agency_id = ? AND f.service_date = ? AND f.session_id = ?)`, t.Agency, t.Agency, day, s); err != nil {
		return err
	}
	_, err := t.Exec(ctx, "delete facts", `DELETE FROM "{{p}}facts" WHERE agency_id = ? AND service_date = ? AND session_id = ?`, t.Agency, day, s)
	return err
}
