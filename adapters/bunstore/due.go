package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// dueFacts narrows the facts x to the services of some criteria, but for the
// funder: what it reads is in the index of facts by date, which has no funder.
func (tx *Tx) dueFacts(c export.Criteria) clause {
	out := clause{" x.agency_id = ? AND x.service_date BETWEEN ? AND ?", []any{tx.agency, c.From, c.To}}
	if !c.Program.IsZero() {
		out.add(" AND x.program_id = ?", c.Program)
	}
	return out
}

// Served is part of export.Tx.
func (tx *Tx) Served(ctx context.Context, c export.Criteria, services int) ([]casemgmt.ClientID, error) {
	var out []casemgmt.ClientID
	var last casemgmt.ClientID
	n, total := 0, 0
	q := tx.dueFacts(c)
	err := tx.query(ctx, "read served clients", `SELECT x.client_id, count(*) FROM "{{p}}facts" AS x WHERE`+q.sql+" GROUP BY x.client_id ORDER BY x.client_id", q.args,
		func(rows *sql.Rows) error {
			err := rows.Scan(&last, &n)
			if total += n; total >= services {
				out, total = append(out, last), 0
			}
			return err
		})
	if total > 0 {
		out = append(out, last)
	}
	return out, err
}

const dueColumns = `f.id, f.version, f.session_id, f.client_id, f.kind, f.definition, f.worker_id, f.program_id, f.funder_id, f.private, f.data,
	s.worker_id, s.type, s.service_date, s.site_id, s.complete, s.data, r.file_id IS NOT NULL, ` + exportColumns

const dueJoins = ` JOIN "{{p}}sessions" AS s ON s.agency_id = f.agency_id AND s.id = f.session_id
	LEFT JOIN "{{p}}export_rows" AS r ON r.agency_id = f.agency_id AND r.form_id = f.id AND r.state <> 'superseded'`

// due reads services; kind is the expression of the client's kind.
func (tx *Tx) due(ctx context.Context, kind, from string, args ...any) ([]*export.Due, error) {
	var out []*export.Due
	err := tx.query(ctx, "read services to export", "SELECT "+kind+", "+dueColumns+from, args, func(rows *sql.Rows) error {
		var f formRow
		var s sessionRow
		var r exportRow
		var client string
		var there bool
		err := rows.Scan(append([]any{&client, &f.ID, &f.Version, &f.SessionID, &f.ClientID, &f.Kind, &f.Definition, &f.WorkerID, &f.ProgramID, &f.FunderID, &f.Private, &f.Data,
			&s.WorkerID, &s.Type, &s.ServiceDate, &s.SiteID, &s.Complete, &s.Data, &there}, r.dest()...)...)
		if err != nil {
			return err
		}
		s.AgencyID, s.ID = tx.agency, f.SessionID
		d := &export.Due{Form: f.form(), Session: s.session(), ClientKind: casemgmt.Kind(client)}
		if there {
			d.Row = r.row()
		}
		out = append(out, d)
		return nil
	})
	return out, err
}

// Due is part of export.Tx. CROSS JOIN keeps SQLite from beginning with the forms.
func (tx *Tx) Due(ctx context.Context, c export.Criteria, after, last casemgmt.ClientID) ([]*export.Due, error) {
	q := clause{` FROM "{{p}}facts" AS x CROSS JOIN "{{p}}session_forms" AS f` + dueJoins +
		` WHERE f.agency_id = x.agency_id AND f.id = x.form_id AND (f.funder_id = ? OR f.funder_id IS NULL) AND`, []any{c.Funder}}
	q.join(tx.dueFacts(c))
	if !after.IsZero() {
		q.add(" AND x.client_id > ?", after)
	}
	q.add(" AND x.client_id <= ? ORDER BY x.client_id, x.service_date, x.session_id, x.form_id", last)
	return tx.due(ctx, "x.client_kind", q.sql, q.args...)
}

// DueForms is part of export.Tx.
func (tx *Tx) DueForms(ctx context.Context, keys []session.FormID) (map[session.FormID]*export.Due, error) {
	found, err := tx.due(ctx, "l.kind", ` FROM "{{p}}session_forms" AS f
		JOIN "{{p}}session_clients" AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id`+dueJoins+
		` WHERE f.agency_id = ? AND f.id IN (`+marks(len(keys))+`) AND NOT f.removed AND l.removal IS NULL`, append([]any{tx.agency}, padded(keys)...)...)
	out := map[session.FormID]*export.Due{}
	for _, d := range found {
		out[d.Form.ID] = d
	}
	return out, err
}

// Unfinished is part of export.Tx. CROSS JOIN keeps SQLite from beginning with
// the forms.
func (tx *Tx) Unfinished(ctx context.Context, c export.Criteria, kinds []string) (int, error) {
	if len(kinds) == 0 {
		return 0, nil
	}
	q := clause{`SELECT count(*) FROM "{{p}}sessions" AS s CROSS JOIN "{{p}}session_forms" AS f CROSS JOIN "{{p}}session_clients" AS l
		WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id
		AND s.agency_id = ? AND NOT s.complete AND s.service_date BETWEEN ? AND ? AND NOT f.removed AND l.removal IS NULL AND l.kind = 'named'
		AND (f.funder_id = ? OR f.funder_id IS NULL AND EXISTS (SELECT 1 FROM "{{p}}session_funders" AS x
		WHERE x.agency_id = s.agency_id AND x.session_id = s.id AND x.funder_id = ?))`, []any{tx.agency, c.From, c.To, c.Funder, c.Funder}}
	q.add(" AND f.kind IN ("+marks(len(kinds))+")", padded(kinds)...)
	if !c.Program.IsZero() {
		q.add(" AND f.program_id = ?", c.Program)
	}
	var n int
	err := tx.one(ctx, "count incomplete forms", q.sql, q.args, &n)
	return n, err
}

// Gone is part of export.Tx.
func (tx *Tx) Gone(ctx context.Context, c export.Criteria) (int, error) {
	q := clause{`SELECT count(*) FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}session_forms" AS f
		WHERE f.agency_id = r.agency_id AND f.id = r.form_id AND r.agency_id = ? AND r.funder_id = ? AND r.service_date BETWEEN ? AND ? AND r.state IN ('pending', 'accepted')
		AND NOT EXISTS (SELECT 1 FROM "{{p}}facts" AS x WHERE x.agency_id = r.agency_id AND x.session_id = r.session_id AND x.form_id = r.form_id)`,
		[]any{tx.agency, c.Funder, c.From, c.To}}
	if !c.Program.IsZero() {
		q.add(" AND f.program_id = ?", c.Program)
	}
	var n int
	err := tx.one(ctx, "count removed services", q.sql, q.args, &n)
	return n, err
}

// Clients is part of export.Tx.
func (tx *Tx) Clients(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Client, error) {
	out := map[casemgmt.ClientID]*casemgmt.Client{}
	for some := range slices.Chunk(keys, 500) {
		err := tx.query(ctx, "read clients", `SELECT version, data FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+marks(len(some))+`)`,
			append([]any{tx.agency}, padded(some)...), func(rows *sql.Rows) error {
				var r clientRow
				err := rows.Scan(&r.Version, &r.Data)
				c := r.client()
				out[c.ID] = c
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
