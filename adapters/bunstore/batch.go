package bunstore

import (
	"context"
	"database/sql"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

func (tx *Tx) batches() document[batch.Batch] {
	return document[batch.Batch]{tx: tx, table: "batches", columns: []string{"sort", "program_id"},
		values: func(b *batch.Batch) []any { return []any{i18n.SortKey(b.Description), b.Program} },
		meta:   func(b *batch.Batch) meta[batch.Batch] { return meta[batch.Batch]{&b.ID, &b.Version, ""} }}
}

// Batch is part of batch.Tx.
func (tx *Tx) Batch(ctx context.Context, key batch.BatchID) (*batch.Batch, error) {
	return tx.batches().one(ctx, " AND id = ?", key)
}

// InsertBatch is part of batch.Tx.
func (tx *Tx) InsertBatch(ctx context.Context, b *batch.Batch) error {
	return tx.batches().insert(ctx, b)
}

// UpdateBatch is part of batch.Tx.
func (tx *Tx) UpdateBatch(ctx context.Context, b *batch.Batch) error {
	return tx.batches().update(ctx, b)
}

// ofScope narrows rows with a program to those that a scope sees.
func ofScope(c *clause, s access.Scope) {
	if !s.Open {
		programs := orNobody(s.Programs)
		c.add(" AND program_id IN ("+marks(len(programs))+")", padded(programs)...)
	}
}

// Batches is part of batch.Tx.
func (tx *Tx) Batches(ctx context.Context, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Batch], error) {
	out := casemgmt.Page[batch.Batch]{Items: []batch.Batch{}}
	var rest clause
	ofScope(&rest, scope)
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return out, err
		}
		key, err := id.Parse[batch.Batch](parts[1])
		if err != nil {
			return out, badCursor()
		}
		rest.add(" AND (sort, id) > (?, ?)", parts[0], key)
	}
	found, err := tx.batches().where(ctx, rest.sql+" ORDER BY sort, id"+limit(p), rest.args...)
	for _, b := range found {
		if len(out.Items) == p.Size() {
			last := out.Items[len(out.Items)-1]
			out.Next = cursor(i18n.SortKey(last.Description), last.ID.String())
			break
		}
		out.Items = append(out.Items, *b)
	}
	return out, err
}

func (tx *Tx) runs() document[batch.Run] {
	return document[batch.Run]{tx: tx, table: "batch_runs", columns: []string{"batch_id", "program_id", "location_id", "provider_id", "service_date"},
		values: func(r *batch.Run) []any { return []any{r.Batch, r.Program, r.Location, r.Provider, r.ServiceDate} },
		meta:   func(r *batch.Run) meta[batch.Run] { return meta[batch.Run]{&r.ID, &r.Version, ""} }}
}

// Run is part of batch.Tx.
func (tx *Tx) Run(ctx context.Context, key batch.RunID) (*batch.Run, error) {
	return tx.runs().one(ctx, " AND id = ?", key)
}

// ShareRun is part of batch.Tx.
func (tx *Tx) ShareRun(ctx context.Context, key batch.RunID) (*batch.Run, error) {
	return tx.runs().one(ctx, " AND id = ?"+tx.pg(" FOR SHARE"), key)
}

// LockRun is part of batch.Tx.
func (tx *Tx) LockRun(ctx context.Context, key batch.RunID) (*batch.Run, error) {
	return tx.runs().one(ctx, " AND id = ?"+tx.store.forUpdate(), key)
}

// pg is a part of a statement that SQLite, which has one writer, does not need.
func (tx *Tx) pg(sql string) string {
	if tx.store.sqlite {
		return ""
	}
	return sql
}

// InsertRun is part of batch.Tx.
func (tx *Tx) InsertRun(ctx context.Context, r *batch.Run) error { return tx.runs().insert(ctx, r) }

// UpdateRun is part of batch.Tx.
func (tx *Tx) UpdateRun(ctx context.Context, r *batch.Run) error { return tx.runs().update(ctx, r) }

// Runs is part of batch.Tx.
func (tx *Tx) Runs(ctx context.Context, b batch.BatchID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Run], error) {
	out := casemgmt.Page[batch.Run]{Items: []batch.Run{}}
	rest := clause{" AND batch_id = ?", []any{b}}
	ofScope(&rest, scope)
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return out, err
		}
		day, bad := civil.Parse(parts[0])
		key, badID := id.Parse[batch.Run](parts[1])
		if bad != nil || badID != nil {
			return out, badCursor()
		}
		rest.add(" AND (service_date, id) < (?, ?)", day, key)
	}
	found, err := tx.runs().where(ctx, rest.sql+" ORDER BY service_date DESC, id DESC"+limit(p), rest.args...)
	for _, r := range found {
		if len(out.Items) == p.Size() {
			last := out.Items[len(out.Items)-1]
			out.Next = cursor(last.ServiceDate.String(), last.ID.String())
			break
		}
		out.Items = append(out.Items, *r)
	}
	return out, err
}

// CardsOf is part of batch.Tx. CROSS JOIN keeps SQLite from beginning with the clients.
func (tx *Tx) CardsOf(ctx context.Context, values []string) (map[string]batch.CardOf, error) {
	out := map[string]batch.CardOf{}
	err := tx.query(ctx, "read cards", `SELECT k.data, c.id, c.number, c.name, c.kind, c.withdrawn FROM "{{p}}cards" AS k
		CROSS JOIN "{{p}}clients" AS c WHERE k.agency_id = ? AND k.value IN (`+marks(len(values))+`) AND c.agency_id = k.agency_id AND c.id = k.client_id`,
		append([]any{tx.agency}, padded(values)...), func(rows *sql.Rows) error {
			var card doc[casemgmt.Card]
			var f batch.Found
			err := rows.Scan(&card, &f.ID, &f.Number, &f.Name, &f.Kind, &f.Withdrawn)
			out[card.V.Value] = batch.CardOf{Card: card.V, Found: f}
			return err
		})
	return out, err
}

// ClientsByNumber is part of batch.Tx.
func (tx *Tx) ClientsByNumber(ctx context.Context, numbers []int64) (map[int64]casemgmt.ClientID, error) {
	out := map[int64]casemgmt.ClientID{}
	err := tx.query(ctx, "find clients", `SELECT number, id FROM "{{p}}clients" WHERE agency_id = ? AND number IN (`+marks(len(numbers))+`)`,
		append([]any{tx.agency}, padded(numbers)...), func(rows *sql.Rows) error {
			var n int64
			var key casemgmt.ClientID
			err := rows.Scan(&n, &key)
			out[n] = key
			return err
		})
	return out, err
}

// Found is part of batch.Tx.
func (tx *Tx) Found(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]batch.Found, error) {
	out := map[casemgmt.ClientID]batch.Found{}
	if len(keys) == 0 {
		return out, nil
	}
	err := tx.query(ctx, "read clients", `SELECT id, number, name, kind, withdrawn FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+marks(len(keys))+`)`,
		append([]any{tx.agency}, padded(keys)...), func(rows *sql.Rows) error {
			var f batch.Found
			err := rows.Scan(&f.ID, &f.Number, &f.Name, &f.Kind, &f.Withdrawn)
			out[f.ID] = f
			return err
		})
	return out, err
}

// Standings is part of batch.Tx. Whoever moves an enrollment locks it first; the
// weak lock here keeps it as it is read.
func (tx *Tx) Standings(ctx context.Context, r *batch.Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]batch.Standing, error) {
	out := map[casemgmt.ClientID]batch.Standing{}
	lock := ""
	if tx.writes {
		lock = tx.pg(" ORDER BY n.client_id FOR KEY SHARE OF n")
	}
	args := append([]any{r.Batch, r.ServiceDate, r.Program, orNone(r.Location.String()), r.ServiceDate, r.ServiceDate, r.ServiceDate, tx.agency}, padded(keys)...)
	err := tx.query(ctx, "read enrollments", `SELECT n.client_id, n.id, (SELECT max(e.again) FROM "{{p}}batch_entries" AS e WHERE e.agency_id = n.agency_id
		AND e.batch_id = ? AND e.service_date = ? AND e.client_id = n.client_id AND e.reversal_id IS NULL),
		EXISTS (SELECT 1 FROM "{{p}}bars" AS b WHERE b.agency_id = n.agency_id AND b.client_id = n.client_id AND (b.program_id = ? OR b.facility_id = ?)
		AND b.start_date <= ? AND (b.end_date IS NULL OR b.end_date >= ?) AND (b.lifted_on IS NULL OR b.lifted_on > ?))
		FROM "{{p}}enrollments" AS n WHERE n.agency_id = ? AND n.client_id IN (`+marks(len(keys))+
		`) AND n.program_id = ? AND n.start_date <= ? AND (n.exit_date IS NULL OR n.exit_date >= ?)`+lock,
		append(args, r.Program, r.ServiceDate, r.ServiceDate), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			var last sql.Null[int]
			var st batch.Standing
			err := rows.Scan(&c, &st.Enrollment, &last, &st.Barred)
			st.Added, st.Last = last.Valid, last.V
			out[c] = st
			return err
		})
	return out, err
}

// EnrolledFrom is part of batch.Tx.
func (tx *Tx) EnrolledFrom(ctx context.Context, p casemgmt.ProgramID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]bool, error) {
	out := map[casemgmt.ClientID]bool{}
	err := tx.query(ctx, "read enrollments", `SELECT client_id FROM "{{p}}enrollments" WHERE agency_id = ? AND client_id IN (`+marks(len(keys))+
		`) AND program_id = ? AND (exit_date IS NULL OR exit_date >= ?)`,
		append(append([]any{tx.agency}, padded(keys)...), p, on), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			err := rows.Scan(&c)
			out[c] = true
			return err
		})
	return out, err
}

// InsertEnrollments is part of batch.Tx.
func (tx *Tx) InsertEnrollments(ctx context.Context, list []*casemgmt.Enrollment) error {
	rows := table{types: []string{"uuid", "uuid", "uuid", "date", "date", "jsonb"}}
	for _, e := range list {
		rows.add(e.ID, e.Client, e.Program, e.Start, e.Exit, doc[*casemgmt.Enrollment]{e})
	}
	rows.pad()
	_, err := tx.exec(ctx, "insert enrollments", `INSERT INTO "{{p}}enrollments" (agency_id, id, version, client_id, program_id, start_date, exit_date, data)
		SELECT `+tx.as("?", "text")+`, v.column1, 1, v.column2, v.column3, v.column4, v.column5, v.column6 FROM (`+rows.sql(tx)+`) AS v WHERE true
		ON CONFLICT (agency_id, id) DO NOTHING`, append([]any{tx.agency}, rows.args...)...)
	return err
}

// WorkingBars is part of batch.Tx.
func (tx *Tx) WorkingBars(ctx context.Context, p casemgmt.ProgramID, at casemgmt.SiteID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Bar, error) {
	args := append(padded(keys), p, orNone(at.String()), on, on, on)
	found, err := tx.bars().where(ctx, " AND client_id IN ("+marks(len(keys))+") AND (program_id = ? OR facility_id = ?) AND start_date <= ?"+
		" AND (end_date IS NULL OR end_date >= ?) AND (lifted_on IS NULL OR lifted_on > ?) ORDER BY start_date, id", args...)
	out := map[casemgmt.ClientID]*casemgmt.Bar{}
	for _, b := range found {
		if out[b.Client] == nil {
			out[b.Client] = b
		}
	}
	return out, err
}
