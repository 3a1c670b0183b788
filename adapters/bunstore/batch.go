package bunstore

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
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
func (tx *Tx) Batches(ctx context.Context, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[batch.Batch], error) {
	out := casemgmt.Pages[batch.Batch]{Items: []batch.Batch{}}
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
func (tx *Tx) Runs(ctx context.Context, b batch.BatchID, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[batch.Run], error) {
	out := casemgmt.Pages[batch.Run]{Items: []batch.Run{}}
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
func (tx *Tx) Entries(ctx context.Context, r batch.RunID, state batch.State, p casemgmt.Page) (casemgmt.Pages[batch.Entry], error) {
	out := casemgmt.Pages[batch.Entry]{Items: []batch.Entry{}}
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
func (tx *Tx) Transactions(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[batch.Transaction], error) {
	out := casemgmt.Pages[batch.Transaction]{Items: []batch.Transaction{}}
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

// table is rows of arguments, whose columns both databases name
// column1, column2, ... PostgreSQL learns their types from the first row.
type table struct {
	types []string
	args  []any
}

func (v *table) add(args ...any) { v.args = append(v.args, args...) }

// pad repeats the last row up to a rounded number of rows, so that there are
// few statements. It is for statements to which that makes no difference.
func (v *table) pad() {
	row := v.args[len(v.args)-len(v.types):]
	for n := bucket(len(v.args)/len(v.types)) - len(v.args)/len(v.types); n > 0; n-- {
		v.args = append(v.args, row...)
	}
}

func (v *table) sql(tx *Tx) string {
	first := make([]string, len(v.types))
	for i, t := range v.types {
		first[i] = tx.as("?", t)
	}
	rest := strings.Repeat(", ("+strings.TrimSuffix(strings.Repeat("?, ", len(v.types)), ", ")+")", len(v.args)/len(v.types)-1)
	return "VALUES (" + strings.Join(first, ", ") + ")" + rest
}

// as gives an argument a type, which PostgreSQL needs where it does not see the
// column, and SQLite would misunderstand.
func (tx *Tx) as(expr, kind string) string {
	if tx.store.sqlite {
		return expr
	}
	return "CAST(" + expr + " AS " + kind + ")"
}
