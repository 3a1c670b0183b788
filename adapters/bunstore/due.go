package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// Served is part of export.Tx. All that it reads is in the index of facts by date.
func (tx *Tx) Served(ctx context.Context, c export.Criteria, size int) ([][]session.FormID, error) {
	q := clause{`SELECT x.client_id, x.form_id FROM "{{p}}facts" AS x WHERE x.agency_id = ? AND x.service_date BETWEEN ? AND ?`, []any{tx.agency, c.From, c.To}}
	if !c.Program.IsZero() {
		q.add(" AND x.program_id = ?", c.Program)
	}
	q.add(" ORDER BY x.client_id, x.service_date, x.session_id, x.form_id")
	var out [][]session.FormID
	var group []session.FormID
	var last casemgmt.ClientID
	err := tx.query(ctx, "read served clients", q.sql, q.args, func(rows *sql.Rows) error {
		var client casemgmt.ClientID
		var form session.FormID
		if err := rows.Scan(&client, &form); err != nil {
			return err
		}
		if len(group) >= size && client != last {
			out, group = append(out, group), make([]session.FormID, 0, size)
		}
		group, last = append(group, form), client
		return nil
	})
	if len(group) > 0 {
		out = append(out, group)
	}
	return out, err
}

const dueColumns = `l.kind, f.id, f.version, f.session_id, f.client_id, f.kind, f.definition, f.worker_id, f.program_id, f.funder_id, f.private, f.data,
	s.version, s.worker_id, s.type, s.service_date, s.site_id, s.complete, s.data, r.file_id IS NOT NULL, ` + exportColumns

const dueJoins = ` JOIN "{{p}}sessions" AS s ON s.agency_id = f.agency_id AND s.id = f.session_id
	LEFT JOIN "{{p}}export_rows" AS r ON r.agency_id = f.agency_id AND r.form_id = f.id AND r.state <> 'superseded'`

// due reads services.
func (tx *Tx) due(ctx context.Context, from string, args ...any) ([]*export.Due, error) {
	var out []*export.Due
	err := tx.query(ctx, "read services to export", "SELECT "+dueColumns+from, args, func(rows *sql.Rows) error {
		var f formRow
		var s sessionRow
		var r exportRow
		var client string
		var there bool
		err := rows.Scan(append([]any{&client, &f.ID, &f.Version, &f.SessionID, &f.ClientID, &f.Kind, &f.Definition, &f.WorkerID, &f.ProgramID, &f.FunderID, &f.Private, &f.Data,
			&s.Version, &s.WorkerID, &s.Type, &s.ServiceDate, &s.SiteID, &s.Complete, &s.Data, &there}, r.dest()...)...)
		if err != nil {
			return err
		}
		s.AgencyID, s.ID = tx.agency, f.SessionID
		d := &export.Due{Form: f.form(), Session: s.session(), ClientKind: casemgmt.ClientKind(client)}
		if there {
			d.Row = r.row()
		}
		out = append(out, d)
		return nil
	})
	return out, err
}

// dueFrom are services with the kind of their client.
const dueFrom = ` FROM "{{p}}session_forms" AS f
	JOIN "{{p}}session_clients" AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id` + dueJoins

// Due is part of export.Tx.
func (tx *Tx) Due(ctx context.Context, funder casemgmt.FunderID, keys []session.FormID) ([]*export.Due, error) {
	var out []*export.Due
	for some := range slices.Chunk(keys, 500) {
		found, err := tx.due(ctx, dueFrom+` WHERE f.agency_id = ? AND f.id IN (`+marks(len(some))+`) AND (f.funder_id = ? OR f.funder_id IS NULL)
			AND s.complete AND NOT f.removed AND l.removal IS NULL ORDER BY f.client_id, s.service_date, f.session_id, f.id`, append(append([]any{tx.agency}, padded(some)...), funder)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// DueForms is part of export.Tx.
func (tx *Tx) DueForms(ctx context.Context, keys []session.FormID) (map[session.FormID]*export.Due, error) {
	found, err := tx.due(ctx, dueFrom+` WHERE f.agency_id = ? AND f.id IN (`+marks(len(keys))+`) AND NOT f.removed AND l.removal IS NULL`,
		append([]any{tx.agency}, padded(keys)...)...)
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
		WHERE f.agency_id = r.agency_id AND f.id = r.form_id AND r.agency_id = ? AND r.funder_id = ? AND r.service_date BETWEEN ? AND ? AND (r.state IN ('pending', 'accepted') OR r.state = 'rejected' AND r.amends <> '')
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

// FormVersions is part of export.Tx.
func (tx *Tx) FormVersions(ctx context.Context, keys []session.FormID) (map[session.FormID]export.Versions, error) {
	out := map[session.FormID]export.Versions{}
	for some := range slices.Chunk(keys, 500) {
		err := tx.query(ctx, "read versions", `SELECT f.id, f.version, s.version, c.version FROM "{{p}}session_forms" AS f
			JOIN "{{p}}sessions" AS s ON s.agency_id = f.agency_id AND s.id = f.session_id
			JOIN "{{p}}clients" AS c ON c.agency_id = f.agency_id AND c.id = f.client_id
			WHERE f.agency_id = ? AND f.id IN (`+marks(len(some))+`)`, append([]any{tx.agency}, padded(some)...), func(rows *sql.Rows) error {
			var key session.FormID
			var v export.Versions
			err := rows.Scan(&key, &v.Form, &v.Session, &v.Client)
			out[key] = v
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// WithdrawnIn is part of export.Tx.
func (tx *Tx) WithdrawnIn(ctx context.Context, f export.FileID) (int, error) {
	var n int
	err := tx.one(ctx, "count withdrawn consents", `SELECT count(*) FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}clients" AS c
		WHERE c.agency_id = r.agency_id AND c.id = r.client_id AND r.agency_id = ? AND r.file_id = ? AND c.withdrawn`, []any{tx.agency, f}, &n)
	return n, err
}

// PrivateIn is part of export.Tx.
func (tx *Tx) PrivateIn(ctx context.Context, f export.FileID) ([]casemgmt.ProgramID, error) {
	var out []casemgmt.ProgramID
	err := tx.query(ctx, "read private forms", `SELECT DISTINCT f.program_id FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}session_forms" AS f
		WHERE f.agency_id = r.agency_id AND f.id = r.form_id AND r.agency_id = ? AND r.file_id = ? AND f.private`, []any{tx.agency, f}, func(rows *sql.Rows) error {
		var p casemgmt.ProgramID
		err := rows.Scan(&p)
		out = append(out, p)
		return err
	})
	return out, err
}
