package bunstore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	AgencyID    string            `bun:"agency_id,pk,type:text"`
	ID          session.SessionID `bun:"id,pk,type:uuid"`
	Version     int64             `bun:"version,type:bigint"`
	WorkerID    casemgmt.StaffID  `bun:"worker_id,type:uuid"`
	Type        string            `bun:"type,type:text"`
	ServiceDate civil.Date        `bun:"service_date,type:date"`
	SiteID      casemgmt.SiteID   `bun:"site_id,type:uuid"`
	Complete    bool              `bun:"complete,type:boolean"`
	Forms       int               `bun:"forms,type:integer"`
	Data        doc[sessionData]  `bun:"data,type:jsonb"`
}

type sessionData struct {
	Created time.Time       `json:"created"`
	Details session.Details `json:"details"`
}

func newSessionRow(agency string, x *session.Session) *sessionRow {
	return &sessionRow{AgencyID: agency, ID: x.ID, Version: x.Version, WorkerID: x.Worker, Type: string(x.Type),
		ServiceDate: x.ServiceDate, SiteID: x.Site, Complete: x.Complete, Forms: len(x.Active()),
		Data: doc[sessionData]{sessionData{x.Created, x.Details}}}
}

// session is the domain's session; without data (a list) it has the columns alone.
func (r *sessionRow) session() *session.Session {
	x := &session.Session{Head: casemgmt.Head[session.Session]{ID: r.ID, Version: r.Version}, Agency: r.AgencyID, Worker: r.WorkerID, Created: r.Data.V.Created,
		Details: r.Data.V.Details, Participants: []*session.Participant{}, Complete: r.Complete}
	x.Type, x.ServiceDate, x.Site = session.Type(r.Type), r.ServiceDate, r.SiteID
	return x
}

type lineRow struct {
	bun.BaseModel `bun:"table:session_clients,alias:l"`

	AgencyID  string                `bun:"agency_id,pk,type:text"`
	SessionID session.SessionID     `bun:"session_id,pk,type:uuid"`
	ClientID  casemgmt.ClientID     `bun:"client_id,pk,type:uuid"`
	Kind      string                `bun:"kind,type:text"`
	Added     instant               `bun:"added,type:timestamptz"`
	Removal   doc[*session.Removal] `bun:"removal,type:jsonb"`
}

func newLineRow(agency string, s session.SessionID, l *session.Participant) *lineRow {
	return &lineRow{AgencyID: agency, SessionID: s, ClientID: l.Client, Kind: string(l.Kind), Added: instant{l.Added},
		Removal: doc[*session.Removal]{l.Removal}}
}

func (r *lineRow) line() *session.Participant {
	return &session.Participant{Client: r.ClientID, Kind: casemgmt.ClientKind(r.Kind), Added: r.Added.Time, Removal: r.Removal.V, Forms: []*session.Form{}}
}

type formRow struct {
	bun.BaseModel `bun:"table:session_forms,alias:f"`

	AgencyID   string             `bun:"agency_id,pk,type:text"`
	ID         session.FormID     `bun:"id,pk,type:uuid"`
	Version    int64              `bun:"version,type:bigint"`
	SessionID  session.SessionID  `bun:"session_id,type:uuid"`
	ClientID   casemgmt.ClientID  `bun:"client_id,type:uuid"`
	Kind       string             `bun:"kind,type:text"`
	Definition int                `bun:"definition,type:integer"`
	WorkerID   casemgmt.StaffID   `bun:"worker_id,type:uuid"`
	ProgramID  casemgmt.ProgramID `bun:"program_id,type:uuid"`
	FunderID   casemgmt.FunderID  `bun:"funder_id,type:uuid"`
	Private    bool               `bun:"private,type:boolean"`
	Complete   bool               `bun:"complete,type:boolean"`
	Removed    bool               `bun:"removed,type:boolean"`
	Missing    string             `bun:"missing,type:text"`
	Data       doc[formData]      `bun:"data,type:jsonb"`
}

type formData struct {
	Created    time.Time           `json:"created"`
	Answers    forms.Answers       `json:"answers,omitempty"`
	Own        forms.Answers       `json:"own,omitempty"`
	Completion *session.Completion `json:"completion,omitempty"`
	Removal    *session.Removal    `json:"removal,omitempty"`
}

func newFormRow(agency string, f *session.Form) *formRow {
	return &formRow{AgencyID: agency, ID: f.ID, Version: f.Version, SessionID: f.Session, ClientID: f.Client, Kind: f.Kind,
		Definition: f.Definition, WorkerID: f.Worker, ProgramID: f.Program, FunderID: f.Funder, Private: f.Private,
		Complete: f.Completion != nil, Removed: f.Removal != nil, Missing: joinMissing(f.Missing),
		Data: doc[formData]{formData{f.Created, f.Answers, f.Own, f.Completion, f.Removal}}}
}

func (r *formRow) form() *session.Form {
	d := r.Data.V
	return &session.Form{Head: casemgmt.Head[session.Form]{ID: r.ID, Version: r.Version}, Session: r.SessionID, Client: r.ClientID, Kind: r.Kind, Definition: r.Definition,
		Worker: r.WorkerID, Created: d.Created, Completion: d.Completion, Removal: d.Removal, Missing: splitMissing(r.Missing),
		Content: session.Content{Program: r.ProgramID, Funder: r.FunderID, Private: r.Private, Answers: d.Answers, Own: d.Own}}
}

// What is missing is kept as lines of path, code and rule: it is computed with
// each save and read by the list of incomplete sessions, fifty at a time. Labels
// are those of the definition.
func joinMissing(list []session.Missing) string {
	var b strings.Builder
	for _, m := range list {
		b.WriteString(m.Path + "\t" + m.Code + "\t" + m.Rule + "\n")
	}
	return b.String()
}

func splitMissing(s string) []session.Missing {
	if s == "" {
		return nil
	}
	out := make([]session.Missing, 0, strings.Count(s, "\n"))
	for line := range strings.Lines(s) {
		path, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		code, rule, _ := strings.Cut(rest, "\t")
		out = append(out, session.Missing{Path: path, Code: code, Rule: rule})
	}
	return out
}

// InsertSession is part of session.Tx.
func (tx *Tx) InsertSession(ctx context.Context, x *session.Session) error {
	if err := tx.insert(ctx, "insert session", newSessionRow(tx.agency, x)); err != nil {
		return err
	}
	if err := tx.setFunders(ctx, x); err != nil {
		return err
	}
	for _, l := range x.Participants {
		if err := tx.InsertLine(ctx, x.ID, l); err != nil {
			return err
		}
		for _, f := range l.Forms {
			if err := tx.InsertForm(ctx, f); err != nil {
				return err
			}
		}
	}
	return tx.insertFacts(ctx, x.ID, x.Facts())
}

func (tx *Tx) setFunders(ctx context.Context, x *session.Session) error {
	for _, f := range x.Funders {
		if _, err := tx.exec(ctx, "write session funders", `INSERT INTO "{{p}}session_funders" (agency_id, session_id, funder_id) VALUES (?, ?, ?)`,
			tx.agency, x.ID, f); err != nil {
			return err
		}
	}
	return nil
}

// UpdateSession is part of session.Tx.
func (tx *Tx) UpdateSession(ctx context.Context, x *session.Session) error {
	old := x.Version
	x.Version++
	if err := tx.rewrite(ctx, "update session", newSessionRow(tx.agency, x), old); err != nil {
		x.Version = old
		return err
	}
	if _, err := tx.exec(ctx, "write session funders", `DELETE FROM "{{p}}session_funders" WHERE agency_id = ? AND session_id = ?`, tx.agency, x.ID); err != nil {
		return err
	}
	return tx.setFunders(ctx, x)
}

// InsertLine is part of session.Tx.
func (tx *Tx) InsertLine(ctx context.Context, s session.SessionID, l *session.Participant) error {
	return tx.insert(ctx, "insert client line", newLineRow(tx.agency, s, l))
}

// UpdateLine is part of session.Tx.
func (tx *Tx) UpdateLine(ctx context.Context, s session.SessionID, l *session.Participant) error {
	return tx.rewrite(ctx, "update client line", newLineRow(tx.agency, s, l))
}

// InsertForm is part of session.Tx.
func (tx *Tx) InsertForm(ctx context.Context, f *session.Form) error {
	return tx.insert(ctx, "insert form", newFormRow(tx.agency, f))
}

// UpdateForm is part of session.Tx.
func (tx *Tx) UpdateForm(ctx context.Context, f *session.Form) error {
	old := f.Version
	f.Version++
	err := tx.rewrite(ctx, "update form", newFormRow(tx.agency, f), old)
	if err != nil {
		f.Version = old
	}
	return err
}

// SessionOf is part of session.Tx.
func (tx *Tx) SessionOf(ctx context.Context, key session.FormID) (session.SessionID, error) {
	var s session.SessionID
	err := tx.one(ctx, "find form", `SELECT session_id FROM "{{p}}session_forms" WHERE agency_id = ? AND id = ?`, []any{tx.agency, key}, &s)
	return s, err
}

// Session is part of session.Tx.
func (tx *Tx) Session(ctx context.Context, key session.SessionID) (*session.Session, error) {
	return tx.session(ctx, key, "")
}

// LockSession is part of session.Tx.
func (tx *Tx) LockSession(ctx context.Context, key session.SessionID) (*session.Session, error) {
	return tx.session(ctx, key, tx.store.forUpdate())
}

func (tx *Tx) session(ctx context.Context, key session.SessionID, suffix string) (*session.Session, error) {
	row := &sessionRow{AgencyID: tx.agency, ID: key}
	if err := tx.find(ctx, "read session", row, suffix); err != nil {
		return nil, err
	}
	x := row.session()
	if err := tx.fill(ctx, []*session.Session{x}, true); err != nil {
		return nil, err
	}
	err := tx.query(ctx, "read documents", `SELECT data FROM "{{p}}session_documents" WHERE agency_id = ? AND session_id = ? ORDER BY id`,
		[]any{tx.agency, key}, func(rows *sql.Rows) error {
			var d doc[session.Document]
			err := rows.Scan(&d)
			x.Documents = append(x.Documents, d.V)
			return err
		})
	return x, err
}

// fill reads the lines and forms of some sessions; whole says whether the
// forms' answers are wanted.
func (tx *Tx) fill(ctx context.Context, list []*session.Session, whole bool) error {
	if len(list) == 0 {
		return nil
	}
	byID := map[session.SessionID]*session.Session{}
	var keys []session.SessionID
	for _, x := range list {
		byID[x.ID], keys = x, append(keys, x.ID)
	}
	columns := "f.id, f.version, f.kind, f.definition, f.worker_id, f.program_id, f.funder_id, f.private, f.complete, f.removed, f.missing"
	join := ""
	if whole {
		columns += ", f.data, coalesce(r.state, ''), r.at, coalesce(r.record, ''), coalesce(r.amends, ''), r.data"
		join = ` LEFT JOIN "{{p}}export_rows" AS r ON r.agency_id = f.agency_id AND r.form_id = f.id AND r.state <> 'superseded'`
	}
	var line lineRow // the last one read: its forms follow each other
	return tx.query(ctx, "read lines and forms", `SELECT l.session_id, l.client_id, l.kind, l.added, l.removal, f.id IS NOT NULL, `+columns+
		` FROM "{{p}}session_clients" AS l LEFT JOIN "{{p}}session_forms" AS f ON f.agency_id = l.agency_id AND f.session_id = l.session_id AND f.client_id = l.client_id`+join+
		` WHERE l.agency_id = ? AND l.session_id IN (`+marks(len(keys))+`) ORDER BY l.session_id, l.added, l.client_id, f.id`,
		append([]any{tx.agency}, padded(keys)...), func(rows *sql.Rows) error {
			var l lineRow
			var r formRow
			var sent exportRow
			var has bool
			dest := []any{&l.SessionID, &l.ClientID, &l.Kind, &l.Added, &l.Removal, &has, &r.ID, orZero(&r.Version), orZero(&r.Kind), orZero(&r.Definition),
				&r.WorkerID, &r.ProgramID, &r.FunderID, orZero(&r.Private), orZero(&r.Complete), orZero(&r.Removed), orZero(&r.Missing)}
			if whole {
				dest = append(dest, &r.Data, &sent.State, orNever{&sent.At}, &sent.Record, &sent.Amends, &sent.Data)
			}
			if err := rows.Scan(dest...); err != nil {
				return err
			}
			x := byID[l.SessionID]
			if l.SessionID != line.SessionID || l.ClientID != line.ClientID {
				x.Participants = append(x.Participants, l.line())
				line = l
			}
			if !has {
				return nil
			}
			r.SessionID, r.ClientID = l.SessionID, l.ClientID
			f := r.form()
			if sent.State != "" {
				f.Export = &session.Export{State: session.ExportState(sent.State), At: sent.At.Time, Record: sent.Record, Amends: sent.Amends, Messages: sent.Data.V.Messages}
			}
			if !whole { // a list needs to know that it is complete or removed, not when and by whom
				if r.Complete {
					f.Completion = &session.Completion{}
				}
				if r.Removed {
					f.Removal = &session.Removal{}
				}
			}
			last := x.Participants[len(x.Participants)-1]
			last.Forms = append(last.Forms, f)
			return nil
		})
}

// zeroed scans NULL as the zero value.
type zeroed[T any] struct{ dest *T }

func orZero[T any](dest *T) zeroed[T] { return zeroed[T]{dest} }

// Scan is part of sql.Scanner.
func (z zeroed[T]) Scan(src any) error {
	var n sql.Null[T]
	err := n.Scan(src)
	*z.dest = n.V
	return err
}

// ClientForms is part of session.Tx.
func (tx *Tx) ClientForms(ctx context.Context, c casemgmt.ClientID, kind string) ([]*session.Form, error) {
	var rows []*formRow
	err := tx.sel(&rows).Where("f.agency_id = ? AND f.client_id = ? AND f.kind = ? AND NOT f.removed", tx.agency, c, kind).
		Where("NOT EXISTS (SELECT 1 FROM ? AS l WHERE l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id AND l.removal IS NOT NULL)",
			tx.table("session_clients")).
		OrderExpr("f.id").Scan(ctx)
	if err != nil {
		return nil, fail("read client forms", err)
	}
	out := make([]*session.Form, len(rows))
	for i, r := range rows {
		out[i] = r.form()
	}
	return out, nil
}

// SetFacts is part of session.Tx.
func (tx *Tx) SetFacts(ctx context.Context, s session.SessionID, facts []session.Fact) error {
	if _, err := tx.exec(ctx, "write facts", `DELETE FROM "{{p}}facts" WHERE agency_id = ? AND session_id = ?`, tx.agency, s); err != nil {
		return err
	}
	return tx.insertFacts(ctx, s, facts)
}

func (tx *Tx) insertFacts(ctx context.Context, s session.SessionID, facts []session.Fact) error {
	for _, f := range facts {
		if _, err := tx.exec(ctx, "write facts", `INSERT INTO "{{p}}facts" (agency_id, session_id, form_id, service_date, kind, private, worker_id,
			program_id, funder_id, site_id, session_type, client_id, client_kind, minutes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tx.agency, s, f.Form, f.Date, f.Kind, f.Private, f.Worker, f.Program, f.Funder, f.Site, string(f.Type), f.Client,
			string(f.ClientKind), f.Minutes); err != nil {
			return err
		}
	}
	return nil
}

// InsertDocument is part of session.Tx.
func (tx *Tx) InsertDocument(ctx context.Context, s session.SessionID, d session.Document, content []byte) error {
	_, err := tx.exec(ctx, "insert document", `INSERT INTO "{{p}}session_documents" (agency_id, id, session_id, data, content) VALUES (?, ?, ?, ?, ?)`,
		tx.agency, d.ID, s, doc[session.Document]{d}, content)
	return err
}

// Document is part of session.Tx.
func (tx *Tx) Document(ctx context.Context, s session.SessionID, key session.DocumentID) (session.Document, []byte, error) {
	var d doc[session.Document]
	var content []byte
	err := tx.one(ctx, "read document", `SELECT data, content FROM "{{p}}session_documents" WHERE agency_id = ? AND id = ? AND session_id = ?`,
		[]any{tx.agency, key, s}, &d, &content)
	if err == nil && content == nil {
		err = fault.ErrNotFound
	}
	return d.V, content, err
}
