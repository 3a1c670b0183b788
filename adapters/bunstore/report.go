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

// CountByKind is part of report.Tx. Only where few were counted does it matter
// which of them the caller may see.
func (tx *Tx) CountByKind(ctx context.Context, c report.Criteria, scope access.Scope) ([]report.Count, error) {
	var out []report.Count
	if err := tx.facts(c).ColumnExpr("f.kind AS key, count(*) AS \"all\"").GroupExpr("f.kind").OrderExpr("f.kind").Scan(ctx, &out); err != nil {
		return nil, fail("count by kind", err)
	}
	var few []string
	for i := range out {
		if out[i].Visible = out[i].All; out[i].All < report.Withhold {
			few = append(few, out[i].Key)
		}
	}
	if len(few) == 0 {
		return out, nil
	}
	cond, args := visible("f", scope)
	var seen []report.Count
	err := tx.facts(c).Where("f.kind IN (?)", bun.List(few)).ColumnExpr("f.kind AS key").
		ColumnExpr("sum(CASE WHEN "+cond+" THEN 1 ELSE 0 END) AS visible", args...).GroupExpr("f.kind").Scan(ctx, &seen)
	for i := range out {
		for _, s := range seen {
			if s.Key == out[i].Key {
				out[i].Visible = s.Visible
			}
		}
	}
	return out, fail("count by kind", err)
}

// CountServed is part of report.Tx.
func (tx *Tx) CountServed(ctx context.Context, c report.Criteria, scope access.Scope) ([]report.Count, error) {
	count := func(cond string, args []any) (n struct{ Named, Anonymous, Visits int }, err error) {
		distinct := func(kind, value string) string {
			return "count(DISTINCT CASE WHEN " + kind + cond + " THEN " + value + " END)"
		}
		err = tx.facts(c).ColumnExpr(distinct("f.client_kind = 'named'", "f.client_id")+" AS named", args...).
			ColumnExpr(distinct("f.client_kind = 'anonymous'", tx.pair())+" AS anonymous", args...).
			ColumnExpr(distinct("f.client_kind <> ''", tx.pair())+" AS visits", args...).Scan(ctx, &n)
		return n, fail("count served", err)
	}
	all, err := count("", nil)
	if err != nil {
		return nil, err
	}
	seen := all
	if min(all.Named, all.Anonymous, all.Visits) < report.Withhold {
		cond, args := visible("f", scope)
		if seen, err = count(" AND "+cond, args); err != nil {
			return nil, err
		}
	}
	return []report.Count{
		{Key: "named", All: all.Named, Visible: seen.Named},
		{Key: "anonymous", All: all.Anonymous, Visible: seen.Anonymous},
		{Key: "visits", All: all.Visits, Visible: seen.Visits},
	}, nil
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
	var out report.Count
	if err := sel.Clone().ColumnExpr("count(*) AS \"all\"").Scan(ctx, &out); err != nil {
		return out, fail("count incomplete", err)
	}
	if out.Visible = out.All; out.All >= report.Withhold {
		return out, nil
	}
	cond, args := visible("f", scope)
	cond, args = hasForm(cond, args...)
	args = append([]any{orNone(scope.Staff)}, args...)
	err := sel.ColumnExpr("coalesce(sum(CASE WHEN s.worker_id = ? OR s.forms = 0 OR "+cond+" THEN 1 ELSE 0 END), 0) AS visible", args...).Scan(ctx, &out)
	return out, fail("count incomplete", err)
}
