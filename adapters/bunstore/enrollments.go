package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// enrollTx is the storage of package enroll in a unit of work.
type enrollTx struct{ casesTx }

type groupRow struct {
	bun.BaseModel `bun:"table:service_groups"`
	engine.Document[enroll.ServiceGroup]
	Sort string `bun:"sort,type:text"`
}

func (tx enrollTx) ServiceGroups() casemgmt.Listed[enroll.ServiceGroup] {
	return engine.ListedOf(tx.Unit, func(r *groupRow, g *enroll.ServiceGroup) { r.Sort = i18n.SortKey(g.Name.In(i18n.English)) }).
		With(engine.How[enroll.ServiceGroup]{Cached: true})
}

type codeRow struct {
	bun.BaseModel `bun:"table:service_codes"`
	engine.Document[enroll.ServiceCode]
	Sort string `bun:"sort,type:text"` // the group before the name
}

type serviceCodes struct {
	engine.Listed[enroll.ServiceCode, codeRow, *codeRow]
}

func (tx enrollTx) ServiceCodes() enroll.ServiceCodes {
	put := func(r *codeRow, c *enroll.ServiceCode) {
		r.Sort = c.Group.String() + " " + i18n.SortKey(c.Name.In(i18n.English))
	}
	return serviceCodes{engine.ListedOf(tx.Unit, put).With(engine.How[enroll.ServiceCode]{Cached: true})}
}

func (c serviceCodes) OfGroup(ctx context.Context, group enroll.ServiceGroupID, p casemgmt.PageRequest) (casemgmt.Page[enroll.ServiceCode], error) {
	prefix := group.String() + " "
	return c.Page(ctx, engine.Clause{SQL: " AND sort >= ? AND sort < ?", Args: []any{prefix, engine.Above(prefix)}}, engine.BySort, p)
}

type enrollmentRow struct {
	bun.BaseModel `bun:"table:enrollments"`
	engine.Document[enroll.Enrollment]
	Client  casemgmt.ClientID  `bun:"client_id,type:uuid"`
	Program casemgmt.ProgramID `bun:"program_id,type:uuid"`
	Start   civil.Date         `bun:"start_date,type:date"`
	Exit    civil.Date         `bun:"exit_date,type:date"`
	Removed bool               `bun:"removed,type:boolean"`
}

func putEnrollment(r *enrollmentRow, e *enroll.Enrollment) {
	r.Client, r.Program, r.Start, r.Exit, r.Removed = e.Client, e.Program, e.Start, e.Exit, e.Removal != nil
}

type enrollments struct {
	engine.OfClient[enroll.Enrollment, enrollmentRow, *enrollmentRow]
	u *engine.Unit
}

func (tx enrollTx) Enrollments() enroll.Enrollments {
	return enrollments{engine.OfClientOf(tx.Unit, putEnrollment, "start_date, id"), tx.Unit}
}

func (t enrollments) ServiceDays(ctx context.Context, e *enroll.Enrollment) (first, last civil.Date, err error) {
	err = t.u.One(ctx, "read services", `SELECT min(service_date), max(service_date) FROM "{{p}}batch_entries" WHERE agency_id = ? AND client_id = ?
		AND enrollment_id = ? AND posted AND reversal_id IS NULL`, []any{t.u.Agency, e.Client, e.ID}, &first, &last)
	return first, last, err
}

// Active begins with the enrollments: CROSS JOIN keeps SQLite from beginning with the
// clients.
func (t enrollments) Active(ctx context.Context, q enroll.EnrolledIn, p casemgmt.PageRequest) (casemgmt.Page[enroll.EnrolledClient], error) {
	from := engine.Clause{SQL: `FROM "{{p}}enrollments" AS n CROSS JOIN "{{p}}clients" AS c WHERE n.agency_id = ? AND n.program_id = ? AND n.start_date <= ?
		AND (n.exit_date IS NULL OR n.exit_date >= ?) AND NOT n.removed AND c.agency_id = n.agency_id AND c.id = n.client_id`, Args: []any{t.u.Agency, q.Program, q.On, q.On}}
	order := engine.Order{By: []engine.Column{{Name: "c.sort"}, {Name: "c.id", Kind: engine.ID}}} // one of each client (ENR-05)
	return engine.Pages(ctx, t.u, engine.List[enroll.EnrolledClient]{Doing: "list enrollments", Columns: hitColumns + ", n.version, n.data", From: from, Order: order,
		Item: func() ([]any, func() (enroll.EnrolledClient, error)) {
			var x enroll.EnrolledClient
			var version int64
			var e engine.Packed[enroll.Enrollment]
			return append(hitDest(&x.Client), &version, e.In(ctx, t.u)), func() (enroll.EnrolledClient, error) {
				x.Enrollment, x.Enrollment.Version = e.V, version
				return x, nil
			}
		}}, p)
}

// barRow of a bar from the whole agency has neither program nor facility.
type barRow struct {
	bun.BaseModel `bun:"table:bars"`
	engine.Document[enroll.Bar]
	Client   casemgmt.ClientID  `bun:"client_id,type:uuid"`
	Program  casemgmt.ProgramID `bun:"program_id,type:uuid"`
	Facility casemgmt.SiteID    `bun:"facility_id,type:uuid"`
	Start    civil.Date         `bun:"start_date,type:date"`
	End      civil.Date         `bun:"end_date,type:date"`
	Lifted   civil.Date         `bun:"lifted_on,type:date"`
}

func putBar(r *barRow, b *enroll.Bar) {
	r.Client, r.Program, r.Facility, r.Start, r.End = b.Client, b.Program, b.Facility, b.Start, b.End
	if b.Lifted != nil {
		r.Lifted = b.Lifted.On
	}
}

func (tx enrollTx) bars() engine.OfClient[enroll.Bar, barRow, *barRow] {
	return engine.OfClientOf(tx.Unit, putBar, "start_date, id")
}

type bars struct {
	engine.OfClient[enroll.Bar, barRow, *barRow]
	u *engine.Unit
}

func (tx enrollTx) Bars() enroll.Bars { return bars{tx.bars(), tx.Unit} }

// At finds the bars of the place and those of the agency apart: with OR, SQLite would
// read all bars. CROSS JOIN keeps it from beginning with the clients.
func (t bars) At(ctx context.Context, q enroll.BarsAt, p casemgmt.PageRequest) (casemgmt.Page[enroll.BarredClient], error) {
	from := engine.Clause{SQL: `FROM "{{p}}bars" AS b CROSS JOIN "{{p}}clients" AS c WHERE b.agency_id = ? AND c.agency_id = b.agency_id AND c.id = b.client_id
		AND b.start_date <= ? AND (b.end_date IS NULL OR b.end_date >= ?) AND (b.lifted_on IS NULL OR b.lifted_on > ?)
		AND b.id IN (SELECT id FROM "{{p}}bars" WHERE agency_id = ? AND program_id IS NULL AND facility_id IS NULL
		UNION ALL SELECT id FROM "{{p}}bars" WHERE agency_id = ?`, Args: []any{t.u.Agency, q.On, q.On, q.On, t.u.Agency, t.u.Agency}}
	if q.Program.IsZero() {
		from.Add(" AND program_id IS NULL AND facility_id = ?)", q.Facility)
	} else {
		from.Add(" AND program_id = ?)", q.Program)
	}
	order := engine.Order{By: []engine.Column{{Name: "c.sort"}, {Name: "c.id", Kind: engine.ID}, {Name: "b.id", Kind: engine.ID}}}
	return engine.Pages(ctx, t.u, engine.List[enroll.BarredClient]{Doing: "list bars", Columns: hitColumns + ", b.version, b.data", From: from, Order: order,
		Item: func() ([]any, func() (enroll.BarredClient, error)) {
			var x enroll.BarredClient
			var version int64
			var bar engine.Packed[enroll.Bar]
			return append(hitDest(&x.Client), &version, bar.In(ctx, t.u)), func() (enroll.BarredClient, error) {
				x.Bar, x.Bar.Version = bar.V, version
				return x, nil
			}
		}}, p)
}

type cardRow struct {
	bun.BaseModel `bun:"table:cards"`
	engine.Document[enroll.Card]
	Client casemgmt.ClientID `bun:"client_id,type:uuid"`
	Value  string            `bun:"value,type:text"`
}

type cards struct {
	engine.OfClient[enroll.Card, cardRow, *cardRow]
}

func (tx enrollTx) Cards() enroll.Cards {
	return cards{engine.OfClientOf(tx.Unit, func(r *cardRow, c *enroll.Card) { r.Client, r.Value = c.Client, c.Value }, "id")}
}

func (t cards) ByValue(ctx context.Context, value string) (*enroll.Card, error) {
	return t.First(ctx, " AND value = ?", value)
}

// Insert asks before whether the value was used: a failed statement ends a
// transaction of PostgreSQL.
func (t cards) Insert(ctx context.Context, c *enroll.Card) error {
	used, err := t.Where(ctx, " AND value = ?", c.Value)
	if err != nil {
		return err
	}
	if len(used) > 0 {
		return fault.ErrConflict
	}
	return t.OfClient.Insert(ctx, c)
}
