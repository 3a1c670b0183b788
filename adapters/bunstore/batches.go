package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// batchTx is the storage of package batch in a unit of work.
type batchTx struct{ enrollTx }

type batchRow struct {
	bun.BaseModel `bun:"table:batches"`
	engine.Document[batch.Batch]
	Sort    string             `bun:"sort,type:text"`
	Program casemgmt.ProgramID `bun:"program_id,type:uuid"`
}

type batches struct {
	engine.Records[batch.Batch, batchRow, *batchRow]
}

func (tx batchTx) Batches() batch.Batches {
	return batches{engine.RecordsOf(tx.Unit, func(r *batchRow, b *batch.Batch) { r.Sort, r.Program = i18n.SortKey(b.Description), b.Program })}
}

func (t batches) List(ctx context.Context, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Batch], error) {
	return t.Page(ctx, ofProgram(scope), engine.BySort, p)
}

type runRow struct {
	bun.BaseModel `bun:"table:batch_runs"`
	engine.Document[batch.Run]
	Batch       batch.BatchID      `bun:"batch_id,type:uuid"`
	Program     casemgmt.ProgramID `bun:"program_id,type:uuid"`
	Location    casemgmt.SiteID    `bun:"location_id,type:uuid"`
	Provider    casemgmt.StaffID   `bun:"provider_id,type:uuid"`
	ServiceDate civil.Date         `bun:"service_date,type:date"`
}

type runs struct {
	engine.Records[batch.Run, runRow, *runRow]
	u *engine.Unit
}

func (tx batchTx) Runs() batch.Runs {
	return runs{engine.RecordsOf(tx.Unit, func(x *runRow, r *batch.Run) {
		x.Batch, x.Program, x.Location, x.Provider, x.ServiceDate = r.Batch, r.Program, r.Location, r.Provider, r.ServiceDate
	}), tx.Unit}
}

func (t runs) Share(ctx context.Context, key batch.RunID) (*batch.Run, error) {
	return t.First(ctx, " AND id = ?"+t.u.PG(" FOR SHARE"), key)
}

func (t runs) Of(ctx context.Context, b batch.BatchID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Run], error) {
	narrow := engine.Clause{SQL: " AND batch_id = ?", Args: []any{b}}
	narrow.Join(ofProgram(scope))
	return t.Page(ctx, narrow, engine.Order{By: []engine.Column{{Name: "service_date", Kind: engine.Day}, {Name: "id", Kind: engine.ID}}, Down: true}, p)
}

func (t runs) On(ctx context.Context, q batch.RunsOn, scope access.Scope) (casemgmt.Page[batch.Run], error) {
	narrow := engine.Clause{SQL: " AND service_date = ?", Args: []any{q.On}}
	if !q.Program.IsZero() {
		narrow.Add(" AND program_id = ?", q.Program)
	}
	narrow.Join(ofProgram(scope))
	return t.Page(ctx, narrow, engine.Order{By: []engine.Column{{Name: "id", Kind: engine.ID}}, Down: true}, q.PageRequest)
}

type reversals struct{ *engine.Unit }

func (tx batchTx) Reversals() batch.Reversals { return reversals{tx.Unit} }

func (t reversals) Insert(ctx context.Context, rev *batch.Reversal) error {
	_, err := t.Exec(ctx, "insert reversal", `INSERT INTO "{{p}}batch_reversals" (agency_id, run_id, id, data) VALUES (?, ?, ?, ?)`,
		t.Agency, rev.Run, rev.ID, engine.JSON[*batch.Reversal]{V: rev})
	return err
}

func (t reversals) Update(ctx context.Context, rev *batch.Reversal) error {
	_, err := t.Exec(ctx, "update reversal", `UPDATE "{{p}}batch_reversals" SET data = ? WHERE agency_id = ? AND run_id = ? AND id = ?`,
		engine.JSON[*batch.Reversal]{V: rev}, t.Agency, rev.Run, rev.ID)
	return err
}

func (t reversals) Of(ctx context.Context, r batch.RunID) ([]batch.Reversal, error) {
	var out []batch.Reversal
	err := t.Query(ctx, "read reversals", `SELECT data FROM "{{p}}batch_reversals" WHERE agency_id = ? AND run_id = ? ORDER BY id`, []any{t.Agency, r},
		func(rows *sql.Rows) error {
			var d engine.JSON[batch.Reversal]
			err := rows.Scan(&d)
			out = append(out, d.V)
			return err
		})
	return out, err
}

// people are looked up in sets.
type people struct {
	*engine.Unit
	tx batchTx
}

func (tx batchTx) People() batch.People { return people{tx.Unit, tx} }

func (t people) ByCard(ctx context.Context, values []string) (map[string]batch.CardOf, error) {
	out := map[string]batch.CardOf{}
	err := t.Query(ctx, "read cards", `SELECT k.data, c.id, c.number, c.name, c.kind, c.withdrawn FROM "{{p}}cards" AS k
		CROSS JOIN "{{p}}clients" AS c WHERE k.agency_id = ? AND k.value IN (`+engine.Marks(len(values))+`) AND c.agency_id = k.agency_id AND c.id = k.client_id`,
		append([]any{t.Agency}, engine.Padded(values)...), func(rows *sql.Rows) error {
			var card engine.Packed[enroll.Card]
			var f batch.FoundClient
			if err := rows.Scan(card.In(ctx, t.Unit), &f.ID, &f.Number, &f.Name, &f.Kind, &f.Withdrawn); err != nil {
				return err
			}
			out[card.V.Value] = batch.CardOf{Card: card.V, Client: f}
			return nil
		})
	return out, err
}

func (t people) ByNumber(ctx context.Context, numbers []int64) (map[int64]casemgmt.ClientID, error) {
	out := map[int64]casemgmt.ClientID{}
	err := t.Query(ctx, "find clients", `SELECT number, id FROM "{{p}}clients" WHERE agency_id = ? AND number IN (`+engine.Marks(len(numbers))+`)`,
		append([]any{t.Agency}, engine.Padded(numbers)...), func(rows *sql.Rows) error {
			var n int64
			var key casemgmt.ClientID
			err := rows.Scan(&n, &key)
			out[n] = key
			return err
		})
	return out, err
}

func (t people) ByID(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]batch.FoundClient, error) {
	out := map[casemgmt.ClientID]batch.FoundClient{}
	if len(keys) == 0 {
		return out, nil
	}
	err := t.Query(ctx, "read clients", `SELECT id, number, name, kind, withdrawn FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+engine.Marks(len(keys))+`)`,
		append([]any{t.Agency}, engine.Padded(keys)...), func(rows *sql.Rows) error {
			var f batch.FoundClient
			err := rows.Scan(&f.ID, &f.Number, &f.Name, &f.Kind, &f.Withdrawn)
			out[f.ID] = f
			return err
		})
	return out, err
}

// Standings keeps with a weak lock what it reads: whoever moves an enrollment locks it
// first.
func (t people) Standings(ctx context.Context, r *batch.Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]batch.EnrollmentStanding, error) {
	out := map[casemgmt.ClientID]batch.EnrollmentStanding{}
	lock := ""
	if t.Writes {
		lock = t.PG(" ORDER BY n.client_id FOR KEY SHARE OF n")
	}
	args := append([]any{r.Batch, r.ServiceDate, r.Program, engine.OrNobody(r.Location), r.ServiceDate, r.ServiceDate, r.ServiceDate, t.Agency}, engine.Padded(keys)...)
	err := t.Query(ctx, "read enrollments", `SELECT n.client_id, n.id, (SELECT max(e.again) FROM "{{p}}batch_entries" AS e WHERE e.agency_id = n.agency_id
		AND e.batch_id = ? AND e.service_date = ? AND e.client_id = n.client_id AND e.reversal_id IS NULL),
		EXISTS (SELECT 1 FROM "{{p}}bars" AS b WHERE b.agency_id = n.agency_id AND b.client_id = n.client_id AND (b.program_id = ? OR b.facility_id = ? OR b.program_id IS NULL AND b.facility_id IS NULL)
		AND b.start_date <= ? AND (b.end_date IS NULL OR b.end_date >= ?) AND (b.lifted_on IS NULL OR b.lifted_on > ?))
		FROM "{{p}}enrollments" AS n WHERE n.agency_id = ? AND n.client_id IN (`+engine.Marks(len(keys))+
		`) AND n.program_id = ? AND n.start_date <= ? AND (n.exit_date IS NULL OR n.exit_date >= ?) AND NOT n.removed`+lock,
		append(args, r.Program, r.ServiceDate, r.ServiceDate), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			var last sql.Null[int]
			var st batch.EnrollmentStanding
			err := rows.Scan(&c, &st.Enrollment, &last, &st.Barred)
			st.Added, st.Last = last.Valid, last.V
			out[c] = st
			return err
		})
	return out, err
}

func (t people) EnrolledFrom(ctx context.Context, p casemgmt.ProgramID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]bool, error) {
	out := map[casemgmt.ClientID]bool{}
	err := t.Query(ctx, "read enrollments", `SELECT client_id FROM "{{p}}enrollments" WHERE agency_id = ? AND client_id IN (`+engine.Marks(len(keys))+
		`) AND program_id = ? AND (exit_date IS NULL OR exit_date >= ?) AND NOT removed`,
		append(append([]any{t.Agency}, engine.Padded(keys)...), p, on), func(rows *sql.Rows) error {
			var c casemgmt.ClientID
			err := rows.Scan(&c)
			out[c] = true
			return err
		})
	return out, err
}

func (t people) Enroll(ctx context.Context, list []*enroll.Enrollment) error {
	rows := engine.Values{Types: []string{"uuid", "uuid", "uuid", "date", "date", "jsonb"}}
	for _, e := range list {
		rows.Add(e.ID, e.Client, e.Program, e.Start, e.Exit, engine.Packed[*enroll.Enrollment]{V: e})
	}
	rows.Pad()
	_, err := t.Exec(ctx, "insert enrollments", `INSERT INTO "{{p}}enrollments" (agency_id, id, version, client_id, program_id, start_date, exit_date, removed, data)
		SELECT `+t.As("?", "integer")+`, v.column1, 1, v.column2, v.column3, v.column4, v.column5, FALSE, v.column6 FROM (`+rows.SQL(t.Unit)+`) AS v WHERE true
		ON CONFLICT (agency_id, id) DO NOTHING`, append([]any{t.Agency}, rows.Args...)...)
	return err
}

func (t people) Bars(ctx context.Context, r *batch.Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*enroll.Bar, error) {
	on := r.ServiceDate
	found, err := t.tx.bars().Where(ctx, " AND client_id IN ("+engine.Marks(len(keys))+") AND (program_id = ? OR facility_id = ? OR program_id IS NULL AND facility_id IS NULL) AND start_date <= ?"+
		" AND (end_date IS NULL OR end_date >= ?) AND (lifted_on IS NULL OR lifted_on > ?) ORDER BY start_date, id",
		append(engine.Padded(keys), r.Program, engine.OrNobody(r.Location), on, on, on)...)
	out := map[casemgmt.ClientID]*enroll.Bar{}
	for _, b := range found {
		if out[b.Client] == nil {
			out[b.Client] = b
		}
	}
	return out, err
}

type transactions struct{ *engine.Unit }

func (tx batchTx) Transactions() batch.Transactions { return transactions{tx.Unit} }

// maxOwnUnits is how many units of single clients one statement takes: databases
// limit its arguments.
const maxOwnUnits = 2000

// Insert reads no table: what PostgreSQL plans while a table is small it keeps for a
// while, and a run may grow it a hundredfold in that time.
func (t transactions) Insert(ctx context.Context, r *batch.Run, list []*batch.Entry) error {
	size := len(list)
	if slices.ContainsFunc(list, (*batch.Entry).OwnUnits) {
		size = min(size, maxOwnUnits/len(r.Services))
	}
	for some := range slices.Chunk(list, size) {
		if err := t.insert(ctx, r, some); err != nil {
			return err
		}
	}
	return nil
}

func (t transactions) insert(ctx context.Context, r *batch.Run, list []*batch.Entry) error {
	items, entries := engine.Values{Types: []string{"uuid", "integer"}}, engine.Values{Types: []string{"uuid"}}
	own := engine.Values{Types: []string{"uuid", "uuid", "integer"}}
	for _, s := range r.Services {
		items.Add(s.Code, s.Units)
	}
	for _, e := range list {
		entries.Add(e.ID)
		for _, s := range e.Units {
			own.Add(e.ID, s.Code, s.Units)
		}
	}
	entries.Pad()
	units, from := "i.column2", engine.Clause{SQL: "(" + entries.SQL(t.Unit) + ") AS e CROSS JOIN (" + items.SQL(t.Unit) + ") AS i", Args: append(entries.Args, items.Args...)}
	if len(own.Args) > 0 {
		own.Pad()
		units = "coalesce(o.column3, i.column2)"
		from.Add(" LEFT JOIN ("+own.SQL(t.Unit)+") AS o ON o.column1 = e.column1 AND o.column2 = i.column1", own.Args...)
	}
	_, err := t.Exec(ctx, "insert services", `INSERT INTO "{{p}}batch_services" (agency_id, entry_id, code_id, units)
		SELECT `+t.As("?", "integer")+`, e.column1, i.column1, `+units+` FROM `+from.SQL+` WHERE true ON CONFLICT DO NOTHING`, append([]any{t.Agency}, from.Args...)...)
	return err
}

func (t transactions) Of(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[batch.Transaction], error) {
	return t.page(ctx, c, onRecord(t.Agency, c, scope), p)
}

// onRecord are the services t of entries e of runs r that stand on a client's record.
func onRecord(agency int64, c casemgmt.ClientID, scope access.Scope) engine.Clause {
	from := engine.Clause{SQL: `FROM "{{p}}batch_entries" AS e
		JOIN "{{p}}batch_services" AS t ON t.agency_id = e.agency_id AND t.entry_id = e.id
		JOIN "{{p}}batch_runs" AS r ON r.agency_id = e.agency_id AND r.id = e.run_id
		WHERE e.agency_id = ? AND e.client_id = ? AND e.posted`, Args: []any{agency, c}}
	if !scope.Open {
		from.Add(" AND ")
		from.Join(providedOrSeen(scope))
	}
	return from
}

func (t transactions) page(ctx context.Context, c casemgmt.ClientID, from engine.Clause, p casemgmt.PageRequest) (casemgmt.Page[batch.Transaction], error) {
	order := engine.Order{By: []engine.Column{{Name: "e.service_date", Kind: engine.Day}, {Name: "e.id", Kind: engine.ID}, {Name: "t.code_id", Kind: engine.ID}}, Down: true}
	return engine.Pages(ctx, t.Unit, engine.List[batch.Transaction]{Doing: "list services", From: from, Order: order,
		Columns: "e.id, t.code_id, t.units, e.service_date, e.reversal_id IS NOT NULL, e.enrollment_id, e.run_id, r.data",
		Item: func() ([]any, func() (batch.Transaction, error)) {
			x := batch.Transaction{Client: c}
			var run engine.Packed[batch.Run]
			return []any{&x.Entry, &x.Code, &x.Units, &x.Date, &x.Reversed, &x.Enrollment, &x.Run, run.In(ctx, t.Unit)}, func() (batch.Transaction, error) {
				r := &run.V
				x.Comments, x.Program, x.Location, x.Provider, x.Performer = r.Comments, r.Program, r.Location, r.Provider, r.Performer
				return x, nil
			}
		}}, p)
}
