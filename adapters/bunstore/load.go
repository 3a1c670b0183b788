package bunstore

import (
	"context"
	"reflect"
	"slices"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

type wordRow struct {
	bun.BaseModel `bun:"table:client_words"`

	AgencyID string            `bun:"agency_id,type:text"`
	Kind     string            `bun:"kind,type:text"`
	Word     string            `bun:"word,type:text"`
	Sort     string            `bun:"sort,type:text"`
	Names    string            `bun:"names,type:text"`
	ClientID casemgmt.ClientID `bun:"client_id,type:uuid"`
}

type identifierRow struct {
	bun.BaseModel `bun:"table:client_identifiers"`

	AgencyID string            `bun:"agency_id,type:text"`
	Kind     string            `bun:"kind,type:text"`
	Value    string            `bun:"value,type:text"`
	ClientID casemgmt.ClientID `bun:"client_id,type:uuid"`
}

type factRow struct {
	bun.BaseModel `bun:"table:facts"`

	AgencyID    string             `bun:"agency_id,type:text"`
	SessionID   session.SessionID  `bun:"session_id,type:uuid"`
	FormID      session.FormID     `bun:"form_id,type:uuid"`
	ServiceDate string             `bun:"service_date,type:date"`
	Kind        string             `bun:"kind,type:text"`
	Private     bool               `bun:"private,type:boolean"`
	WorkerID    casemgmt.StaffID   `bun:"worker_id,type:uuid"`
	ProgramID   casemgmt.ProgramID `bun:"program_id,type:uuid"`
	FunderID    casemgmt.FunderID  `bun:"funder_id,type:uuid"`
	SiteID      casemgmt.SiteID    `bun:"site_id,type:uuid"`
	SessionType string             `bun:"session_type,type:text"`
	ClientID    casemgmt.ClientID  `bun:"client_id,type:uuid"`
	ClientKind  string             `bun:"client_kind,type:text"`
	Minutes     int                `bun:"minutes,type:integer"`
}

// Load writes clients and sessions as they are, in sets, without rules, access
// or events: for a demonstration's data and for tests of size. It returns once
// they are committed.
func (s *Store) Load(ctx context.Context, agency string, clients []*casemgmt.Client, list []*session.Session) error {
	return s.update(ctx, agency, func(tx *Tx) error {
		if err := tx.loadClients(ctx, clients); err != nil {
			return err
		}
		return tx.loadSessions(ctx, list)
	})
}

// LoadEnrollments writes enrollments of clients as they are, like Load.
func (s *Store) LoadEnrollments(ctx context.Context, agency string, list []*casemgmt.Enrollment) error {
	return s.update(ctx, agency, func(tx *Tx) error {
		for chunk := range slices.Chunk(list, 200) {
			if err := tx.InsertEnrollments(ctx, chunk); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) loadClients(ctx context.Context, clients []*casemgmt.Client) error {
	var rows []*clientRow
	var words []*wordRow
	var identifiers []*identifierRow
	top := int64(0)
	for _, c := range clients {
		row := newClientRow(tx.agency, c)
		rows, top = append(rows, row), max(top, c.Number)
		for _, w := range clientWords(c) {
			words = append(words, &wordRow{bun.BaseModel{}, tx.agency, w.kind, w.word, row.Sort, w.names, c.ID})
		}
		for _, i := range c.Profile.Identifiers {
			identifiers = append(identifiers, &identifierRow{bun.BaseModel{}, tx.agency, i.Kind, i.Value, c.ID})
		}
	}
	if len(clients) > 0 {
		if _, err := tx.exec(ctx, "count", `INSERT INTO "{{p}}counters" (agency_id, name, value) VALUES (?, 'client', ?)
			ON CONFLICT (agency_id, name) DO UPDATE SET value = CASE WHEN excluded.value > "{{p}}counters".value THEN excluded.value ELSE "{{p}}counters".value END`, tx.agency, top); err != nil {
			return err
		}
	}
	if err := bulk(ctx, tx, "clients", rows); err != nil {
		return err
	}
	if err := bulk(ctx, tx, "client_words", words); err != nil {
		return err
	}
	return bulk(ctx, tx, "client_identifiers", identifiers)
}

func (tx *Tx) loadSessions(ctx context.Context, list []*session.Session) error {
	var rows []*sessionRow
	var lines []*lineRow
	var forms []*formRow
	var facts []*factRow
	for _, x := range list {
		rows = append(rows, newSessionRow(tx.agency, x))
		for _, l := range x.Participants {
			lines = append(lines, newLineRow(tx.agency, x.ID, l))
			for _, f := range l.Forms {
				forms = append(forms, newFormRow(tx.agency, f))
			}
		}
		for _, f := range x.Facts() {
			facts = append(facts, &factRow{bun.BaseModel{}, tx.agency, f.Session, f.Form, f.Date.String(), f.Kind, f.Private, f.Worker, f.Program, f.Funder,
				f.Site, string(f.Type), f.Client, string(f.ClientKind), f.Minutes})
		}
	}
	if err := bulk(ctx, tx, "sessions", rows); err != nil {
		return err
	}
	if err := bulk(ctx, tx, "session_clients", lines); err != nil {
		return err
	}
	if err := bulk(ctx, tx, "session_forms", forms); err != nil {
		return err
	}
	return bulk(ctx, tx, "facts", facts)
}

// bulk inserts rows: 200 at a time in PostgreSQL, one by one with a prepared
// statement in SQLite, where there is no way to the server to save.
func bulk[R any](ctx context.Context, tx *Tx, table string, rows []*R) error {
	if len(rows) == 0 {
		return nil
	}
	if tx.store.sqlite {
		return tx.eachPrepared(ctx, table, rows[0], func(insert func(any) error) error {
			for _, r := range rows {
				if err := insert(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for chunk := range slices.Chunk(rows, 200) {
		if _, err := tx.store.db.NewInsert().Conn(tx).Model(&chunk).Returning("NULL").Exec(ctx); err != nil {
			return fail("load "+table, err)
		}
	}
	return nil
}

func (tx *Tx) eachPrepared(ctx context.Context, table string, row any, do func(insert func(any) error) error) error {
	m := tx.store.model(reflect.TypeOf(row).Elem())
	stmt, err := tx.sql.PrepareContext(ctx, tx.store.bind(m.insert))
	if err != nil {
		return fail("load "+table, err)
	}
	defer stmt.Close()
	return do(func(row any) error {
		_, err := stmt.ExecContext(ctx, values(reflect.ValueOf(row).Elem(), m.fields)...)
		return fail("load "+table, err)
	})
}
