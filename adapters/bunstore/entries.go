package bunstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

type entries struct{ *engine.Unit }

func (tx batchTx) Entries() batch.Entries { return entries{tx.Unit} }

func (t entries) Count(ctx context.Context, r batch.RunID) (batch.Counts, error) {
	all, err := t.Counts(ctx, []batch.RunID{r})
	return all[r], err
}

func (t entries) Counts(ctx context.Context, runs []batch.RunID) (map[batch.RunID]batch.Counts, error) {
	out := map[batch.RunID]batch.Counts{}
	err := t.Query(ctx, "count entries", `SELECT run_id, reversal_id IS NOT NULL, posted, count(*) FROM "{{p}}batch_entries"
		WHERE agency_id = ? AND run_id IN (`+engine.Marks(len(runs))+`) GROUP BY 1, 2, 3`,
		append([]any{t.Agency}, engine.Padded(runs)...), func(rows *sql.Rows) error {
			var key batch.RunID
			var reversed, posted bool
			var count int
			err := rows.Scan(&key, &reversed, &posted, &count)
			n := out[key]
			switch {
			case reversed:
				n.Reversed += count
			case posted:
				n.Posted += count
			default:
				n.Selected += count
			}
			out[key] = n
			return err
		})
	return out, err
}

// entryRow is an entry as it is read; it is written with what it shares with others.
type entryRow struct {
	bun.BaseModel `bun:"table:batch_entries"`

	ID         batch.EntryID             `bun:"id,pk,type:uuid"`
	Run        batch.RunID               `bun:"run_id,pk,type:uuid"`
	Client     casemgmt.ClientID         `bun:"client_id,type:uuid"`
	Enrollment enroll.EnrollmentID       `bun:"enrollment_id,type:uuid"`
	Again      int                       `bun:"again,type:integer"`
	Units      engine.JSON[[]batch.Item] `bun:"units,type:jsonb"`
	Posted     bool                      `bun:"posted,type:boolean"`
	Reversal   batch.ReversalID          `bun:"reversal_id,type:uuid"`
	Added      engine.Instant            `bun:"added,type:timestamptz"`
	By         casemgmt.StaffID          `bun:"by_id,type:uuid"`
	Scan       string                    `bun:"scan,type:text"`
	ScannedAt  engine.Instant            `bun:"scanned_at,type:timestamptz"`
}

func (r *entryRow) entry() *batch.Entry {
	e := &batch.Entry{ID: r.ID, Run: r.Run, Client: r.Client, Enrollment: r.Enrollment, Again: r.Again, Units: r.Units.V, Reversal: r.Reversal,
		Added: r.Added.Time, By: r.By, Scan: r.Scan, ScannedAt: r.ScannedAt.Time}
	e.SetPosted(r.Posted)
	return e
}

// where reads entries; rest is what follows WHERE agency_id = ?.
func (t entries) where(ctx context.Context, rest string, args ...any) ([]*batch.Entry, error) {
	var out []*batch.Entry
	err := t.Query(ctx, "read entries", `SELECT `+t.Select(&entryRow{}, "e")+` FROM "{{p}}batch_entries" AS e WHERE agency_id = ?`+rest, append([]any{t.Agency}, args...),
		func(rows *sql.Rows) error {
			var r entryRow
			if err := rows.Scan(t.Dest(ctx, &r)...); err != nil {
				return err
			}
			out = append(out, r.entry())
			return nil
		})
	return out, err
}

func (t entries) OfScans(ctx context.Context, scans []string) (map[string]*batch.Entry, error) {
	found, err := t.where(ctx, " AND scan IN ("+engine.Marks(len(scans))+")", engine.Padded(scans)...)
	out := map[string]*batch.Entry{}
	for _, e := range found {
		out[e.Scan] = e
	}
	return out, err
}

func (t entries) Agains(ctx context.Context, r *batch.Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID][]int, error) {
	out := map[casemgmt.ClientID][]int{}
	err := t.Query(ctx, "read entries", `SELECT client_id, again FROM "{{p}}batch_entries" WHERE agency_id = ? AND batch_id = ? AND service_date = ?
		AND client_id IN (`+engine.Marks(len(keys))+`) AND reversal_id IS NULL ORDER BY again`,
		append([]any{t.Agency, r.Batch, r.ServiceDate}, engine.Padded(keys)...), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			var n int
			err := rows.Scan(&c, &n)
			out[c] = append(out[c], n)
			return err
		})
	return out, err
}

// Insert gives the columns that all entries share once, and leaves out those that none has.
func (t entries) Insert(ctx context.Context, r *batch.Run, list []*batch.Entry) (map[batch.EntryID]bool, error) {
	first := list[0]
	scans, units := first.Scan != "", slices.ContainsFunc(list, (*batch.Entry).OwnUnits)
	columns, from := "", ""
	rows := engine.Values{Types: []string{"uuid", "uuid", "uuid", "integer"}}
	more := func(column, kind string) {
		rows.Types = append(rows.Types, kind)
		columns, from = columns+", "+column, from+", v.column"+strconv.Itoa(len(rows.Types))
	}
	if scans {
		more("scan", "text")
		more("scanned_at", "timestamptz")
	}
	if units {
		more("units", "jsonb")
	}
	for _, e := range list {
		rows.Add(e.ID, e.Client, e.Enrollment, e.Again)
		if scans {
			rows.Add(e.Scan, engine.Instant{Time: e.ScannedAt})
		}
		if units {
			rows.Add(engine.JSON[[]batch.Item]{V: e.Units})
		}
	}
	rows.Pad()
	args := []any{t.Agency, r.ID, r.Batch, r.ServiceDate, first.WasPosted(), engine.Instant{Time: first.Added}, first.By}
	there := map[batch.EntryID]bool{}
	err := t.Query(ctx, "insert entries", `INSERT INTO "{{p}}batch_entries" (agency_id, run_id, batch_id, service_date, posted, added, by_id, id, client_id, enrollment_id, again`+columns+
		`) SELECT `+t.As("?", "integer")+`, `+t.As("?", "uuid")+`, `+t.As("?", "uuid")+`, `+t.As("?", "date")+`, `+t.As("?", "boolean")+`, `+t.As("?", "timestamptz")+`, `+t.As("?", "uuid")+
		`, v.column1, v.column2, v.column3, v.column4`+from+` FROM (`+rows.SQL(t.Unit)+`) AS v WHERE true ON CONFLICT DO NOTHING RETURNING id`, append(args, rows.Args...), func(rows *sql.Rows) error {
		var key batch.EntryID
		err := rows.Scan(&key)
		there[key] = true
		return err
	})
	return there, err
}

func (t entries) Lock(ctx context.Context, r batch.RunID, key batch.EntryID) (*batch.Entry, error) {
	found, err := t.where(ctx, " AND run_id = ? AND id = ?"+t.Locking(), r, key)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (t entries) LockSelected(ctx context.Context, r batch.RunID, after batch.EntryID, limit int) ([]*batch.Entry, error) {
	return t.where(ctx, " AND run_id = ? AND id > ? AND NOT posted AND reversal_id IS NULL ORDER BY id LIMIT "+strconv.Itoa(limit)+t.Locking(),
		r, engine.OrNobody(after))
}

func (t entries) LockReversed(ctx context.Context, rev *batch.Reversal, after batch.EntryID, limit int) ([]*batch.Entry, error) {
	return t.where(ctx, " AND run_id = ? AND id > ? AND reversal_id = ? ORDER BY id LIMIT "+strconv.Itoa(limit)+t.Locking(),
		rev.Run, engine.OrNobody(after), rev.ID)
}

func (t entries) MarkPosted(ctx context.Context, r batch.RunID, list []*batch.Entry) error {
	return t.bring(ctx, r, list, "posted = true")
}

func (t entries) Restore(ctx context.Context, r batch.RunID, list []*batch.Entry) error {
	return t.bring(ctx, r, list, "reversal_id = NULL")
}

// bring changes entries and sets their enrollments.
func (t entries) bring(ctx context.Context, r batch.RunID, list []*batch.Entry, set string) error {
	rows := engine.Values{Types: []string{"uuid", "uuid"}}
	for _, e := range list {
		rows.Add(e.ID, e.Enrollment)
	}
	rows.Pad()
	_, err := t.Exec(ctx, "update entries", `UPDATE "{{p}}batch_entries" SET `+set+`, enrollment_id = v.column2 FROM (`+rows.SQL(t.Unit)+`) AS v
		WHERE agency_id = ? AND run_id = ? AND id = v.column1`, append(rows.Args, t.Agency, r)...)
	return err
}

func (t entries) Reverse(ctx context.Context, rev *batch.Reversal) error {
	rest := engine.Clause{SQL: " WHERE agency_id = ? AND run_id = ? AND reversal_id IS NULL", Args: []any{t.Agency, rev.Run}}
	if !rev.Entry.IsZero() {
		rest.Add(" AND id = ?", rev.Entry)
	}
	_, err := t.Exec(ctx, "reverse entries", `UPDATE "{{p}}batch_entries" SET reversal_id = ?`+rest.SQL, append([]any{rev.ID}, rest.Args...)...)
	return err
}

func (t entries) List(ctx context.Context, r batch.RunID, state batch.State, p casemgmt.PageRequest) (casemgmt.Page[batch.Entry], error) {
	from := engine.Clause{SQL: `FROM "{{p}}batch_entries" AS e WHERE agency_id = ? AND run_id = ?`, Args: []any{t.Agency, r}}
	switch state {
	case batch.Reversed:
		from.Add(" AND reversal_id IS NOT NULL")
	case batch.Posted:
		from.Add(" AND posted AND reversal_id IS NULL")
	case batch.Selected:
		from.Add(" AND NOT posted AND reversal_id IS NULL")
	}
	return engine.Pages(ctx, t.Unit, engine.List[batch.Entry]{Doing: "list entries", Columns: t.Select(&entryRow{}, "e"), From: from, Order: engine.Order{By: []engine.Column{{Name: "id", Kind: engine.ID}}},
		Item: func() ([]any, func() (batch.Entry, error)) {
			var r entryRow
			return t.Dest(ctx, &r), func() (batch.Entry, error) { return *r.entry(), nil }
		}}, p)
}
