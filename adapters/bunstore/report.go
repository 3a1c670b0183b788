package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/report"
)

// facts starts a query on what reports count.
func (tx *Tx) facts(c report.Criteria) *bun.SelectQuery {
	sel := tx.store.db.NewSelect().Conn(tx).TableExpr("? AS f", tx.table("facts")).
		Where("f.agency_id = ? AND f.service_date BETWEEN ? AND ?", tx.agency, c.From.String(), c.To.String())
	if !c.Program.IsZero() {
		sel = sel.Where("f.program_id = ?", c.Program)
	}
	if !c.Site.IsZero() {
		sel = sel.Where("f.site_id = ?", c.Site)
	}
	if !c.Worker.IsZero() {
		sel = sel.Where("f.worker_id = ?", c.Worker)
	}
	if c.SessionType != "" {
		sel = sel.Where("f.session_type = ?", c.SessionType)
	}
	if c.FormKind != "" {
		sel = sel.Where("f.kind = ?", c.FormKind)
	}
	if !c.Funder.IsZero() {
		sel = sel.Where("(f.funder_id = ? OR EXISTS (SELECT 1 FROM ? AS x WHERE x.agency_id = f.agency_id AND x.session_id = f.session_id AND x.funder_id = ?))",
			c.Funder, tx.table("session_funders"), c.Funder)
	}
	if c.Gender != "" {
		sel = sel.Where("EXISTS (SELECT 1 FROM ? AS p WHERE p.agency_id = f.agency_id AND p.id = f.client_id AND p.gender = ?)", tx.table("clients"), c.Gender)
	}
	return sel
}

// CountByKind is part of report.Tx.
func (tx *Tx) CountByKind(ctx context.Context, c report.Criteria, scope access.Scope) ([]report.Count, error) {
	var out []report.Count
	cond, args := visible("f", scope)
	err := tx.facts(c).ColumnExpr("f.kind AS key, count(*) AS \"all\"").
		ColumnExpr("sum(CASE WHEN "+cond+" THEN 1 ELSE 0 END) AS visible", args...).
		GroupExpr("f.kind").OrderExpr("f.kind").Scan(ctx, &out)
	return out, fail("count by kind", err)
}

// CountServed is part of report.Tx.
func (tx *Tx) CountServed(ctx context.Context, c report.Criteria, scope access.Scope) ([]report.Count, error) {
	cond, args := visible("f", scope)
	var n struct{ Named, NamedSeen, Anonymous, AnonymousSeen, Visits, VisitsSeen int }
	pair := tx.pair()
	seen := func(kind, value, as string, sel *bun.SelectQuery) *bun.SelectQuery {
		return sel.ColumnExpr("count(DISTINCT CASE WHEN "+kind+" THEN "+value+" END) AS "+as).
			ColumnExpr("count(DISTINCT CASE WHEN "+kind+" AND "+cond+" THEN "+value+" END) AS "+as+"_seen", args...)
	}
	sel := seen("f.client_kind = 'named'", "f.client_id", "named", tx.facts(c))
	sel = seen("f.client_kind = 'anonymous'", pair, "anonymous", sel)
	sel = seen("f.client_kind <> ''", pair, "visits", sel)
	err := sel.Scan(ctx, &n)
	return []report.Count{
		{Key: "named", All: n.Named, Visible: n.NamedSeen},
		{Key: "anonymous", All: n.Anonymous, Visible: n.AnonymousSeen},
		{Key: "visits", All: n.Visits, Visible: n.VisitsSeen},
	}, fail("count served", err)
}

// pair is a client in a session as one value.
func (tx *Tx) pair() string {
	if tx.store.sqlite {
		return "f.session_id || f.client_id"
	}
	return "(f.session_id, f.client_id)"
}

// CountOpen is part of report.Tx. Of a session, its own worker and date count;
// program, kind and funder are those of its forms.
func (tx *Tx) CountOpen(ctx context.Context, c report.Criteria, scope access.Scope) (report.Count, error) {
	sel := tx.store.db.NewSelect().Conn(tx).TableExpr("? AS s", tx.table("sessions")).
		Where("s.agency_id = ? AND NOT s.complete AND s.service_date BETWEEN ? AND ?", tx.agency, c.From.String(), c.To.String())
	if !c.Worker.IsZero() {
		sel = sel.Where("s.worker_id = ?", c.Worker)
	}
	if !c.Site.IsZero() {
		sel = sel.Where("s.site_id = ?", c.Site)
	}
	if c.SessionType != "" {
		sel = sel.Where("s.type = ?", c.SessionType)
	}
	hasForm := func(cond string, args ...any) (string, []any) {
		return "EXISTS (SELECT 1 FROM ? AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT f.removed AND " + cond + ")",
			append([]any{tx.table("session_forms")}, args...)
	}
	where := func(cond string, args ...any) {
		cond, args = hasForm(cond, args...)
		sel = sel.Where(cond, args...)
	}
	if !c.Program.IsZero() {
		where("f.program_id = ?", c.Program)
	}
	if c.FormKind != "" {
		where("f.kind = ?", c.FormKind)
	}
	if !c.Funder.IsZero() {
		where("(f.funder_id = ? OR EXISTS (SELECT 1 FROM ? AS x WHERE x.agency_id = s.agency_id AND x.session_id = s.id AND x.funder_id = ?))",
			c.Funder, tx.table("session_funders"), c.Funder)
	}
	if c.Gender != "" {
		where("f.client_id IN (SELECT p.id FROM ? AS p WHERE p.agency_id = f.agency_id AND p.gender = ?)", tx.table("clients"), c.Gender)
	}
	cond, args := visible("f", scope)
	cond, args = hasForm(cond, args...)
	args = append([]any{orNone(scope.Staff)}, args...)
	var out report.Count
	err := sel.ColumnExpr("count(*) AS \"all\"").
		ColumnExpr("coalesce(sum(CASE WHEN s.worker_id = ? OR s.forms = 0 OR "+cond+" THEN 1 ELSE 0 END), 0) AS visible", args...).Scan(ctx, &out)
	return out, fail("count incomplete", err)
}
