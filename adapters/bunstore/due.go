package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

type dueServices struct{ *engine.Unit }

func (tx exportsTx) Due() export.DueServices { return dueServices{tx.Unit} }

func (t dueServices) ServedForms(ctx context.Context, c export.Criteria, size int) ([][]session.FormID, error) {
	q := engine.Clause{SQL: `SELECT x.client_id, x.form_id FROM "{{p}}facts" AS x WHERE x.agency_id = ? AND x.service_date BETWEEN ? AND ? AND x.client_id <> ?`,
		Args: []any{t.Agency, c.From, c.To, engine.Zeroable{}}}
	if !c.Program.IsZero() {
		q.Add(" AND x.program_id = ?", c.Program)
	}
	q.Add(" ORDER BY x.client_id, x.service_date, x.session_id, x.form_id")
	var out [][]session.FormID
	var group []session.FormID
	var last casemgmt.ClientID
	err := t.Query(ctx, "read served clients", q.SQL, q.Args, func(rows *sql.Rows) error {
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

// services reads services; rest is what follows the tables of forms f, participants
// l, sessions s and the ledger r.
func (t dueServices) services(ctx context.Context, rest string, args ...any) ([]*export.Due, error) {
	var out []*export.Due
	err := t.Query(ctx, "read services to export", `SELECT coalesce(l.kind, ''), f.session_id, f.client_id, `+t.Select(&formRow{}, "f", ofForm...)+`, `+
		t.Select(&sessionRow{}, "s", ofSession...)+`, r.file_id IS NOT NULL, `+t.Select(&ledgerRow{}, "r", ofLedger...)+` FROM "{{p}}session_forms" AS f
		LEFT JOIN "{{p}}session_clients" AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id
		JOIN "{{p}}sessions" AS s ON s.agency_id = f.agency_id AND s.id = f.session_id`+exportStateJoin+rest, args, func(rows *sql.Rows) error {
		var f formRow
		var s sessionRow
		var r ledgerRow
		var kind string
		var there bool
		dest := append([]any{&kind, &f.Session, &f.Client}, t.Dest(ctx, &f, ofForm...)...)
		dest = append(append(dest, t.Dest(ctx, &s, ofSession...)...), &there)
		if err := rows.Scan(append(dest, t.Dest(ctx, &r, ofLedger...)...)...); err != nil {
			return err
		}
		d := &export.Due{Form: f.form(), Session: s.session(t.Key), ClientKind: casemgmt.ClientKind(kind)}
		if there {
			d.Row = r.row()
		}
		out = append(out, d)
		return nil
	})
	return out, err
}

func (t dueServices) Services(ctx context.Context, funder casemgmt.FunderID, keys []session.FormID) ([]*export.Due, error) {
	var out []*export.Due
	for some := range slices.Chunk(keys, 500) {
		found, err := t.services(ctx, ` WHERE f.agency_id = ? AND f.id IN (`+engine.Marks(len(some))+`) AND (f.funder_id = ? OR f.funder_id IS NULL)
			AND s.complete AND s.removal IS NULL AND f.client_id IS NOT NULL AND f.removal IS NULL AND l.removal IS NULL ORDER BY f.client_id, s.service_date, f.session_id, f.id`,
			append(append([]any{t.Agency}, engine.Padded(some)...), funder)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (t dueServices) Forms(ctx context.Context, keys []session.FormID) (map[session.FormID]*export.Due, error) {
	out := map[session.FormID]*export.Due{}
	for some := range slices.Chunk(keys, 500) {
		found, err := t.services(ctx, ` WHERE f.agency_id = ? AND f.id IN (`+engine.Marks(len(some))+`) AND f.removal IS NULL AND l.removal IS NULL AND s.removal IS NULL`,
			append([]any{t.Agency}, engine.Padded(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			out[d.Form.ID] = d
		}
	}
	return out, nil
}

// UnfinishedForms begins with the sessions: CROSS JOIN keeps SQLite from beginning
// with the forms.
func (t dueServices) UnfinishedForms(ctx context.Context, c export.Criteria, kinds []string, private bool) (int, error) {
	if len(kinds) == 0 {
		return 0, nil
	}
	q := engine.Clause{SQL: `SELECT count(*) FROM "{{p}}sessions" AS s CROSS JOIN "{{p}}session_forms" AS f CROSS JOIN "{{p}}session_clients" AS l
		WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id
		AND s.agency_id = ? AND NOT s.complete AND s.service_date BETWEEN ? AND ? AND f.removal IS NULL AND l.removal IS NULL AND l.kind = 'named'
		AND (f.funder_id = ? OR f.funder_id IS NULL AND EXISTS (SELECT 1 FROM "{{p}}session_funders" AS x
		WHERE x.agency_id = s.agency_id AND x.session_id = s.id AND x.funder_id = ?)) AND `, Args: []any{t.Agency, c.From, c.To, c.Funder, c.Funder}}
	q.Join(engine.In("f.kind", kinds))
	if !c.Program.IsZero() {
		q.Add(" AND f.program_id = ?", c.Program)
	}
	if !c.Site.IsZero() {
		q.Add(" AND s.site_id = ?", c.Site)
	}
	if !private {
		q.Add(" AND NOT f.private")
	}
	var n int
	err := t.One(ctx, "count incomplete forms", q.SQL, q.Args, &n)
	return n, err
}

func (t dueServices) RemovedServices(ctx context.Context, c export.Criteria, private bool) (int, error) {
	q := engine.Clause{SQL: `SELECT count(*) FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}session_forms" AS f CROSS JOIN "{{p}}sessions" AS s
		WHERE f.agency_id = r.agency_id AND f.id = r.subject_id AND r.subject_kind = 'form' AND s.agency_id = f.agency_id AND s.id = f.session_id
		AND r.agency_id = ? AND r.funder_id = ? AND r.service_date BETWEEN ? AND ? AND (r.state IN ('pending', 'accepted') OR r.state = 'rejected' AND r.amends <> '')
		AND NOT EXISTS (SELECT 1 FROM "{{p}}facts" AS x WHERE x.agency_id = s.agency_id AND x.service_date = s.service_date AND x.session_id = s.id AND x.form_id = f.id)`,
		Args: []any{t.Agency, c.Funder, c.From, c.To}}
	if !c.Program.IsZero() {
		q.Add(" AND f.program_id = ?", c.Program)
	}
	if !c.Site.IsZero() {
		q.Add(" AND s.site_id = ?", c.Site)
	}
	if !private {
		q.Add(" AND NOT f.private")
	}
	var n int
	err := t.One(ctx, "count removed services", q.SQL, q.Args, &n)
	return n, err
}

func (t dueServices) FormVersions(ctx context.Context, keys []session.FormID) (map[session.FormID]export.Versions, error) {
	out := map[session.FormID]export.Versions{}
	for some := range slices.Chunk(keys, 500) {
		err := t.Query(ctx, "read versions", `SELECT f.id, f.version, s.version, coalesce(c.version, 0) FROM "{{p}}session_forms" AS f
			JOIN "{{p}}sessions" AS s ON s.agency_id = f.agency_id AND s.id = f.session_id
			LEFT JOIN "{{p}}clients" AS c ON c.agency_id = f.agency_id AND c.id = f.client_id
			WHERE f.agency_id = ? AND f.id IN (`+engine.Marks(len(some))+`)`, append([]any{t.Agency}, engine.Padded(some)...), func(rows *sql.Rows) error {
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
