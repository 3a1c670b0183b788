package bunstore

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// sessionsTx is the storage of package session in a unit of work.
type sessionsTx struct{ casesTx }

// sessionRow has the rest of the session's own fields in data.
type sessionRow struct {
	bun.BaseModel `bun:"table:sessions"`
	engine.Key

	Worker      casemgmt.StaffID `bun:"worker_id,type:uuid"`
	Type        string           `bun:"type,type:text"`
	ServiceDate civil.Date       `bun:"service_date,type:date"`
	Site        casemgmt.SiteID  `bun:"site_id,type:uuid"`
	Complete    bool             `bun:"complete,type:boolean"`
	Forms       int              `bun:"forms,type:integer"`
	Created     engine.Instant   `bun:"created,type:timestamptz"`
	// Removal: a cancelled session is on no list of what is to be completed, and has
	// no facts.
	Removal engine.JSON[*session.Removal] `bun:"removal,type:jsonb"`
	Data    engine.Packed[sessionData]    `bun:"data,type:jsonb"`
}

// ofSession are the columns of a session that are not read with it.
var ofSession = []string{"agency_id", "forms"}

// sessionData are the details that are no columns. The worker is the only staff
// of most sessions, which then name none.
type sessionData struct {
	session.Details
	ServiceDate *json.RawMessage `json:"service_date,omitempty"` // is a column, and stays out of the JSON
}

func newSessionRow(agency int64, x *session.Session) *sessionRow {
	d := x.Details
	d.Type, d.Site = "", casemgmt.SiteID{}
	if len(d.Staff) == 1 && d.Staff[0] == x.Worker {
		d.Staff = nil
	}
	return &sessionRow{Key: engine.Key{Agency: agency, ID: engine.RawID(x.ID), Version: x.Version}, Worker: x.Worker, Type: string(x.Type),
		ServiceDate: x.ServiceDate, Site: x.Site, Complete: x.Complete || x.Removal != nil, Removal: engine.JSON[*session.Removal]{V: x.Removal}, Forms: len(x.Active()), Created: engine.Instant{Time: x.Created},
		Data: engine.Packed[sessionData]{V: sessionData{Details: d}}}
}

// session is the domain's session; without data (a list) it has the columns alone.
func (r *sessionRow) session(agency string) *session.Session {
	x := &session.Session{Head: casemgmt.Head[session.Session]{ID: session.SessionID(r.ID), Version: r.Version}, Agency: agency, Worker: r.Worker,
		Created: r.Created.Time, Details: r.Data.V.Details, Participants: []*session.Participant{}, Complete: r.Complete && r.Removal.V == nil, Removal: r.Removal.V}
	x.Type, x.ServiceDate, x.Site = session.Type(r.Type), r.ServiceDate, r.Site
	if len(x.Staff) == 0 {
		x.Staff = []casemgmt.StaffID{r.Worker}
	}
	return x
}

type participantRow struct {
	bun.BaseModel `bun:"table:session_clients"`

	Agency  int64                         `bun:"agency_id,pk,type:bigint"`
	Session session.SessionID             `bun:"session_id,pk,type:uuid"`
	Client  casemgmt.ClientID             `bun:"client_id,pk,type:uuid"`
	Kind    string                        `bun:"kind,type:text"`
	Added   engine.Instant                `bun:"added,type:timestamptz"`
	Removal engine.JSON[*session.Removal] `bun:"removal,type:jsonb"`
}

func newParticipantRow(agency int64, s session.SessionID, p *session.Participant) *participantRow {
	return &participantRow{Agency: agency, Session: s, Client: p.Client, Kind: string(p.Kind), Added: engine.Instant{Time: p.Added},
		Removal: engine.JSON[*session.Removal]{V: p.Removal}}
}

func (r *participantRow) participant() *session.Participant {
	return &session.Participant{Client: r.Client, Kind: casemgmt.ClientKind(r.Kind), Added: r.Added.Time, Removal: r.Removal.V, Forms: []*session.Form{}}
}

type sessionFunderRow struct {
	bun.BaseModel `bun:"table:session_funders"`

	Agency  int64             `bun:"agency_id,pk,type:bigint"`
	Session session.SessionID `bun:"session_id,pk,type:uuid"`
	Funder  casemgmt.FunderID `bun:"funder_id,pk,type:uuid"`
}

type sessions struct{ *engine.Unit }

func (tx sessionsTx) Sessions() session.Sessions { return sessions{tx.Unit} }

func (t sessions) Insert(ctx context.Context, x *session.Session) error {
	if err := engine.InsertLater(ctx, t.Unit, newSessionRow(t.Agency, x)); err != nil {
		return err
	}
	for _, f := range x.Funders {
		if err := engine.InsertLater(ctx, t.Unit, &sessionFunderRow{Agency: t.Agency, Session: x.ID, Funder: f}); err != nil {
			return err
		}
	}
	for _, p := range x.Participants {
		if err := engine.InsertLater(ctx, t.Unit, newParticipantRow(t.Agency, x.ID, p)); err != nil {
			return err
		}
	}
	for _, f := range allForms(x) {
		if err := engine.InsertLater(ctx, t.Unit, newFormRow(t.Agency, f)); err != nil {
			return err
		}
	}
	return nil
}

// allForms are those of the session itself and of its participants.
func allForms(x *session.Session) []*session.Form {
	out := append([]*session.Form(nil), x.Forms...)
	for _, p := range x.Participants {
		out = append(out, p.Forms...)
	}
	return out
}

func (t sessions) Update(ctx context.Context, x *session.Session) error {
	old := x.Version
	x.Version++
	if err := t.Rewrite(ctx, newSessionRow(t.Agency, x), old); err != nil {
		x.Version = old
		return err
	}
	if _, err := t.Exec(ctx, "write session funders", `DELETE FROM "{{p}}session_funders" WHERE agency_id = ? AND session_id = ?`, t.Agency, x.ID); err != nil {
		return err
	}
	for _, f := range x.Funders {
		if err := engine.InsertLater(ctx, t.Unit, &sessionFunderRow{Agency: t.Agency, Session: x.ID, Funder: f}); err != nil {
			return err
		}
	}
	return nil
}

func (t sessions) OfForm(ctx context.Context, key session.FormID) (session.SessionID, error) {
	var s session.SessionID
	err := t.One(ctx, "find form", `SELECT session_id FROM "{{p}}session_forms" WHERE agency_id = ? AND id = ?`, []any{t.Agency, key}, &s)
	return s, err
}

func (t sessions) Get(ctx context.Context, key session.SessionID) (*session.Session, error) {
	return t.read(ctx, key, "")
}

func (t sessions) Lock(ctx context.Context, key session.SessionID) (*session.Session, error) {
	return t.read(ctx, key, t.Locking())
}

func (t sessions) read(ctx context.Context, key session.SessionID, suffix string) (*session.Session, error) {
	row := &sessionRow{Key: engine.Key{Agency: t.Agency, ID: engine.RawID(key)}}
	if err := t.Find(ctx, row, suffix); err != nil {
		return nil, err
	}
	x := row.session(t.Key)
	if err := fillSessions(ctx, t.Unit, []*session.Session{x}); err != nil {
		return nil, err
	}
	err := t.Query(ctx, "read documents", `SELECT data FROM "{{p}}session_documents" WHERE agency_id = ? AND session_id = ? ORDER BY id`,
		[]any{t.Agency, key}, func(rows *sql.Rows) error {
			var d engine.JSON[session.Document]
			err := rows.Scan(&d)
			x.Documents = append(x.Documents, d.V)
			return err
		})
	return x, err
}

// fillSessions reads the participants and forms of some sessions whole.
func fillSessions(ctx context.Context, u *engine.Unit, list []*session.Session) error {
	if len(list) == 0 {
		return nil
	}
	byID := map[session.SessionID]*session.Session{}
	var keys []session.SessionID
	for _, x := range list {
		byID[x.ID], keys = x, append(keys, x.ID)
	}
	err := u.Query(ctx, "read participants and forms", `SELECT l.session_id, l.client_id, l.kind, l.added, l.removal, f.id IS NOT NULL, `+u.Select(&formRow{}, "f", ofForm...)+`, `+u.Select(&exportState{}, "r")+
		` FROM "{{p}}session_clients" AS l LEFT JOIN "{{p}}session_forms" AS f ON f.agency_id = l.agency_id AND f.session_id = l.session_id AND f.client_id = l.client_id`+exportStateJoin+
		` WHERE l.agency_id = ? AND l.session_id IN (`+engine.Marks(len(keys))+`) ORDER BY l.session_id, l.added, l.client_id, f.id`,
		append([]any{u.Agency}, engine.Padded(keys)...), func(rows *sql.Rows) error {
			var l participantRow
			var f formRow
			var sent exportState
			var has bool
			dest := append([]any{&l.Session, &l.Client, &l.Kind, &l.Added, &l.Removal, &has}, u.Dest(ctx, &f, ofForm...)...)
			if err := rows.Scan(append(dest, u.Dest(ctx, &sent)...)...); err != nil {
				return err
			}
			p := participantOf(byID[l.Session], &l)
			if has {
				form := f.form()
				form.Session, form.Client, form.Export = l.Session, l.Client, sent.export()
				p.Forms = append(p.Forms, form)
			}
			return nil
		})
	if err != nil {
		return err
	}
	return fillGroups(ctx, u, list)
}

// fillGroups reads the forms of group sessions themselves.
func fillGroups(ctx context.Context, u *engine.Unit, list []*session.Session) error {
	byID := map[session.SessionID]*session.Session{}
	var groups []session.SessionID
	for _, x := range list {
		if x.Type.Info().Group {
			byID[x.ID], groups = x, append(groups, x.ID)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	return u.Query(ctx, "read forms of sessions", `SELECT f.session_id, `+u.Select(&formRow{}, "f", ofForm...)+`, `+u.Select(&exportState{}, "r")+` FROM "{{p}}session_forms" AS f`+exportStateJoin+
		` WHERE f.agency_id = ? AND f.session_id IN (`+engine.Marks(len(groups))+`) AND f.client_id IS NULL ORDER BY f.session_id, f.id`,
		append([]any{u.Agency}, engine.Padded(groups)...), func(rows *sql.Rows) error {
			var key session.SessionID
			var f formRow
			var sent exportState
			if err := rows.Scan(append(append([]any{&key}, u.Dest(ctx, &f, ofForm...)...), u.Dest(ctx, &sent)...)...); err != nil {
				return err
			}
			form, x := f.form(), byID[key]
			form.Session, form.Export = key, sent.export()
			x.Forms = append(x.Forms, form)
			return nil
		})
}

// participantOf is the participant of a row: the last one, whose forms follow each
// other, or the next.
func participantOf(x *session.Session, l *participantRow) *session.Participant {
	if n := len(x.Participants); n > 0 && x.Participants[n-1].Client == l.Client {
		return x.Participants[n-1]
	}
	p := l.participant()
	x.Participants = append(x.Participants, p)
	return p
}

type participants struct{ *engine.Unit }

func (tx sessionsTx) Participants() session.Participants { return participants{tx.Unit} }

func (t participants) Insert(ctx context.Context, s session.SessionID, p *session.Participant) error {
	return engine.InsertLater(ctx, t.Unit, newParticipantRow(t.Agency, s, p))
}

func (t participants) Update(ctx context.Context, s session.SessionID, p *session.Participant) error {
	return t.Rewrite(ctx, newParticipantRow(t.Agency, s, p))
}

type documents struct{ *engine.Unit }

func (tx sessionsTx) Documents() session.Documents { return documents{tx.Unit} }

func (t documents) Insert(ctx context.Context, s session.SessionID, d session.Document, content []byte) error {
	_, err := t.Exec(ctx, "insert document", `INSERT INTO "{{p}}session_documents" (agency_id, session_id, id, data, content) VALUES (?, ?, ?, ?, ?)`,
		t.Agency, s, d.ID, engine.JSON[session.Document]{V: d}, content)
	return err
}

func (t documents) Get(ctx context.Context, s session.SessionID, key session.DocumentID) (session.Document, []byte, error) {
	var d engine.JSON[session.Document]
	var content []byte
	err := t.One(ctx, "read document", `SELECT data, content FROM "{{p}}session_documents" WHERE agency_id = ? AND session_id = ? AND id = ?`,
		[]any{t.Agency, s, key}, &d, &content)
	if err == nil && content == nil {
		err = fault.ErrNotFound
	}
	return d.V, content, err
}
