package bunstore

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// CountEntries is part of batch.Tx.
func (tx *Tx) CountEntries(ctx context.Context, r batch.RunID) (batch.Counts, error) {
	var n batch.Counts
	err := tx.query(ctx, "count entries", `SELECT reversal_id IS NOT NULL, posted, count(*) FROM "{{p}}batch_entries" WHERE agency_id = ? AND run_id = ? GROUP BY 1, 2`,
		[]any{tx.agency, r}, func(rows *sql.Rows) error {
			var reversed, posted bool
			var count int
			err := rows.Scan(&reversed, &posted, &count)
			switch {
			case reversed:
				n.Reversed += count
			case posted:
				n.Posted += count
			default:
				n.Selected += count
			}
			return err
		})
	return n, err
}

const entryColumns = "id, run_id, client_id, enrollment_id, again, posted, reversal_id, added, by_id, coalesce(scan, ''), scanned_at"

func scanEntry(rows *sql.Rows) (*batch.Entry, error) {
	e := &batch.Entry{}
	var posted bool
	var added instant
	var scanned sql.Null[instant]
	err := rows.Scan(&e.ID, &e.Run, &e.Client, &e.Enrollment, &e.Again, &posted, &e.Reversal, &added, &e.By, &e.Scan, &scanned)
	e.Added, e.ScannedAt = added.Time, scanned.V.Time
	e.SetPosted(posted)
	return e, err
}

// entries reads entries; rest is what follows WHERE agency_id = ?.
func (tx *Tx) entries(ctx context.Context, rest string, args ...any) ([]*batch.Entry, error) {
	var out []*batch.Entry
	err := tx.query(ctx, "read entries", `SELECT `+entryColumns+` FROM "{{p}}batch_entries" WHERE agency_id = ?`+rest, append([]any{tx.agency}, args...),
		func(rows *sql.Rows) error {
			e, err := scanEntry(rows)
			out = append(out, e)
			return err
		})
	return out, err
}

// EntriesOfScans is part of batch.Tx.
func (tx *Tx) EntriesOfScans(ctx context.Context, scans []string) (map[string]*batch.Entry, error) {
	found, err := tx.entries(ctx, " AND scan IN ("+marks(len(scans))+")", padded(scans)...)
	out := map[string]*batch.Entry{}
	for _, e := range found {
		out[e.Scan] = e
	}
	return out, err
}

// Places is part of batch.Tx.
func (tx *Tx) Places(ctx context.Context, r *batch.Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID][]int, error) {
	out := map[casemgmt.ClientID][]int{}
	err := tx.query(ctx, "read entries", `SELECT client_id, again FROM "{{p}}batch_entries" WHERE agency_id = ? AND batch_id = ? AND service_date = ?
		AND client_id IN (`+marks(len(keys))+`) AND reversal_id IS NULL ORDER BY again`,
		append([]any{tx.agency, r.Batch, r.ServiceDate}, padded(keys)...), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			var n int
			err := rows.Scan(&c, &n)
			out[c] = append(out[c], n)
			return err
		})
	return out, err
}

// InsertEntries is part of batch.Tx. The columns that all entries share are
// given once.
func (tx *Tx) InsertEntries(ctx context.Context, r *batch.Run, list []*batch.Entry) (map[batch.EntryID]bool, error) {
	first := list[0]
	scans := first.Scan != ""
	rows := table{types: []string{"uuid", "uuid", "uuid", "integer"}}
	if scans {
		rows.types = append(rows.types, "text", "timestamptz")
	}
	for _, e := range list {
		rows.add(e.ID, e.Client, e.Enrollment, e.Again)
		if scans {
			rows.add(e.Scan, instant{e.ScannedAt})
		}
	}
	rows.pad()
	columns, from := "", ""
	if scans {
		columns, from = ", scan, scanned_at", ", v.column5, v.column6"
	}
	args := []any{tx.agency, r.ID, r.Batch, r.ServiceDate, first.WasPosted(), instant{first.Added}, first.By}
	there := map[batch.EntryID]bool{}
	err := tx.query(ctx, "insert entries", `INSERT INTO "{{p}}batch_entries" (agency_id, run_id, batch_id, service_date, posted, added, by_id, id, client_id, enrollment_id, again`+columns+
		`) SELECT `+tx.as("?", "text")+`, `+tx.as("?", "uuid")+`, `+tx.as("?", "uuid")+`, `+tx.as("?", "date")+`, `+tx.as("?", "boolean")+`, `+tx.as("?", "timestamptz")+`, `+tx.as("?", "uuid")+
		`, v.column1, v.column2, v.column3, v.column4`+from+` FROM (`+rows.sql(tx)+`) AS v WHERE true ON CONFLICT DO NOTHING RETURNING id`, append(args, rows.args...), func(rows *sql.Rows) error {
		var key batch.EntryID
		err := rows.Scan(&key)
		there[key] = true
		return err
	})
	return there, err
}

// InsertTransactions is part of batch.Tx: every service of the run for every
// entry. It reads no table: what PostgreSQL plans while a table is small it
// keeps for a while, and a run may grow it a hundredfold in that time.
func (tx *Tx) InsertTransactions(ctx context.Context, r *batch.Run, list []*batch.Entry) error {
	items, entries := table{types: []string{"uuid", "integer"}}, table{types: []string{"uuid"}}
	for _, s := range r.Services {
		items.add(s.Code, s.Units)
	}
	for _, e := range list {
		entries.add(e.ID)
	}
	entries.pad()
	_, err := tx.exec(ctx, "insert services", `INSERT INTO "{{p}}batch_services" (agency_id, entry_id, code_id, units)
		SELECT `+tx.as("?", "text")+`, e.column1, i.column1, i.column2 FROM (`+entries.sql(tx)+`) AS e CROSS JOIN (`+items.sql(tx)+`) AS i
		WHERE true ON CONFLICT DO NOTHING`, append(append([]any{tx.agency}, entries.args...), items.args...)...)
	return err
}

// LockEntry is part of batch.Tx.
func (tx *Tx) LockEntry(ctx context.Context, r batch.RunID, key batch.EntryID) (*batch.Entry, error) {
	found, err := tx.entries(ctx, " AND run_id = ? AND id = ?"+tx.store.forUpdate(), r, key)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Entries is part of batch.Tx.
func (tx *Tx) Entries(ctx context.Context, r batch.RunID, state batch.State, p casemgmt.PageRequest) (casemgmt.Page[batch.Entry], error) {
	out := casemgmt.Page[batch.Entry]{Items: []batch.Entry{}}
	rest := clause{" AND run_id = ?", []any{r}}
	switch state {
	case batch.Reversed:
		rest.add(" AND reversal_id IS NOT NULL")
	case batch.Posted:
		rest.add(" AND posted AND reversal_id IS NULL")
	case batch.Selected:
		rest.add(" AND NOT posted AND reversal_id IS NULL")
	}
	if p.After != "" {
		parts, err := parseCursor(p.After, 1)
		if err != nil {
			return out, err
		}
		key, err := id.Parse[batch.Entry](parts[0])
		if err != nil {
			return out, badCursor()
		}
		rest.add(" AND id > ?", key)
	}
	found, err := tx.entries(ctx, rest.sql+" ORDER BY id"+limit(p), rest.args...)
	for _, e := range found {
		if len(out.Items) == p.Size() {
			out.Next = cursor(out.Items[len(out.Items)-1].ID.String())
			break
		}
		out.Items = append(out.Items, *e)
	}
	return out, err
}

// LockSelected is part of batch.Tx.
func (tx *Tx) LockSelected(ctx context.Context, r batch.RunID, after batch.EntryID, limit int) ([]*batch.Entry, error) {
	return tx.entries(ctx, " AND run_id = ? AND id > ? AND NOT posted AND reversal_id IS NULL ORDER BY id LIMIT "+strconv.Itoa(limit)+tx.store.forUpdate(),
		r, orNone(after.String()))
}

// LockReversed is part of batch.Tx.
func (tx *Tx) LockReversed(ctx context.Context, r batch.RunID, rev batch.ReversalID, after batch.EntryID, limit int) ([]*batch.Entry, error) {
	return tx.entries(ctx, " AND run_id = ? AND id > ? AND reversal_id = ? ORDER BY id LIMIT "+strconv.Itoa(limit)+tx.store.forUpdate(),
		r, orNone(after.String()), rev)
}

// MarkPosted is part of batch.Tx.
func (tx *Tx) MarkPosted(ctx context.Context, r batch.RunID, list []*batch.Entry) error {
	return tx.bring(ctx, r, list, "posted = true")
}

// Restore is part of batch.Tx.
func (tx *Tx) Restore(ctx context.Context, r batch.RunID, list []*batch.Entry) error {
	return tx.bring(ctx, r, list, "reversal_id = NULL")
}

// bring changes entries and sets their enrollments.
func (tx *Tx) bring(ctx context.Context, r batch.RunID, list []*batch.Entry, set string) error {
	rows := table{types: []string{"uuid", "uuid"}}
	for _, e := range list {
		rows.add(e.ID, e.Enrollment)
	}
	rows.pad()
	_, err := tx.exec(ctx, "update entries", `UPDATE "{{p}}batch_entries" SET `+set+`, enrollment_id = v.column2 FROM (`+rows.sql(tx)+`) AS v
		WHERE agency_id = ? AND run_id = ? AND id = v.column1`, append(rows.args, tx.agency, r)...)
	return err
}

// Reverse is part of batch.Tx.
func (tx *Tx) Reverse(ctx context.Context, r batch.RunID, e batch.EntryID, rev batch.ReversalID) error {
	rest := clause{" WHERE agency_id = ? AND run_id = ? AND reversal_id IS NULL", []any{tx.agency, r}}
	if !e.IsZero() {
		rest.add(" AND id = ?", e)
	}
	_, err := tx.exec(ctx, "reverse entries", `UPDATE "{{p}}batch_entries" SET reversal_id = ?`+rest.sql, append([]any{rev}, rest.args...)...)
	return err
}

// InsertReversal is part of batch.Tx.
func (tx *Tx) InsertReversal(ctx context.Context, r batch.RunID, rev *batch.Reversal) error {
	_, err := tx.exec(ctx, "insert reversal", `INSERT INTO "{{p}}batch_reversals" (agency_id, id, run_id, data) VALUES (?, ?, ?, ?)`,
		tx.agency, rev.ID, r, doc[*batch.Reversal]{rev})
	return err
}

// UpdateReversal is part of batch.Tx.
func (tx *Tx) UpdateReversal(ctx context.Context, rev *batch.Reversal) error {
	_, err := tx.exec(ctx, "update reversal", `UPDATE "{{p}}batch_reversals" SET data = ? WHERE agency_id = ? AND id = ?`,
		doc[*batch.Reversal]{rev}, tx.agency, rev.ID)
	return err
}

// Reversals is part of batch.Tx.
func (tx *Tx) Reversals(ctx context.Context, r batch.RunID) ([]batch.Reversal, error) {
	var out []batch.Reversal
	err := tx.query(ctx, "read reversals", `SELECT data FROM "{{p}}batch_reversals" WHERE agency_id = ? AND run_id = ? ORDER BY id`, []any{tx.agency, r},
		func(rows *sql.Rows) error {
			var d doc[batch.Reversal]
			err := rows.Scan(&d)
			out = append(out, d.V)
			return err
		})
	return out, err
}

// Transactions is part of batch.Tx.
func (tx *Tx) Transactions(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Transaction], error) {
	out := casemgmt.Page[batch.Transaction]{Items: []batch.Transaction{}}
	q := clause{`SELECT e.id, t.code_id, t.units, e.service_date, e.reversal_id IS NOT NULL, e.enrollment_id, e.run_id, r.data FROM "{{p}}batch_entries" AS e
		JOIN "{{p}}batch_services" AS t ON t.agency_id = e.agency_id AND t.entry_id = e.id
		JOIN "{{p}}batch_runs" AS r ON r.agency_id = e.agency_id AND r.id = e.run_id
		WHERE e.agency_id = ? AND e.client_id = ? AND e.posted`, []any{tx.agency, c}}
	if !scope.Open {
		programs := orNobody(scope.Programs)
		q.add(" AND (r.provider_id = ? OR r.program_id IN ("+marks(len(programs))+"))", append([]any{orNone(scope.Staff)}, padded(programs)...)...)
	}
	if p.After != "" {
		parts, err := parseCursor(p.After, 3)
		if err != nil {
			return out, err
		}
		day, bad := civil.Parse(parts[0])
		entry, badEntry := id.Parse[batch.Entry](parts[1])
		code, badCode := id.Parse[casemgmt.ServiceCode](parts[2])
		if bad != nil || badEntry != nil || badCode != nil {
			return out, badCursor()
		}
		q.add(" AND (e.service_date, e.id, t.code_id) < (?, ?, ?)", day, entry, code)
	}
	q.add(" ORDER BY e.service_date DESC, e.id DESC, t.code_id DESC" + limit(p))
	err := tx.query(ctx, "list services", q.sql, q.args, func(rows *sql.Rows) error {
		if len(out.Items) == p.Size() {
			last := out.Items[len(out.Items)-1]
			out.Next = cursor(last.Date.String(), last.Entry.String(), last.Code.String())
			return nil
		}
		t := batch.Transaction{Client: c}
		var run doc[batch.Run]
		err := rows.Scan(&t.Entry, &t.Code, &t.Units, &t.Date, &t.Reversed, &t.Enrollment, &t.Run, &run)
		r := &run.V
		t.Comments, t.Program, t.Location, t.Provider, t.Performer = r.Comments, r.Program, r.Location, r.Provider, r.Performer
		out.Items = append(out.Items, t)
		return err
	})
	return out, err
}
