package bunstore

import (
	"context"
	"database/sql"

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
	may := visible("f", scope)
	var seen []report.Count
	err := tx.facts(c).Where("f.kind IN (?)", bun.List(few)).ColumnExpr("f.kind AS key").
		ColumnExpr("sum(CASE WHEN "+may.sql+" THEN 1 ELSE 0 END) AS visible", may.args...).GroupExpr("f.kind").Scan(ctx, &seen)
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
		may := visible("f", scope)
		if seen, err = count(" AND "+may.sql, may.args); err != nil {
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

// CountOpen is part of report.Tx. Worker, date, site and type are the session's;
// program and kind are those of one and the same form, of which the funder may
// be the session's too. A session without forms fits if no form is asked for.
func (tx *Tx) CountOpen(ctx context.Context, c report.Criteria, scope access.Scope) (report.Count, error) {
	base := tx.store.db.NewSelect().Conn(tx).TableExpr("? AS s", tx.table("sessions")).
		Where("s.agency_id = ? AND NOT s.complete AND s.service_date BETWEEN ? AND ?", tx.agency, c.From.String(), c.To.String())
	if !c.Worker.IsZero() {
		base = base.Where("s.worker_id = ?", c.Worker)
	}
	if !c.Site.IsZero() {
		base = base.Where("s.site_id = ?", c.Site)
	}
	if c.SessionType != "" {
		base = base.Where("s.type = ?", c.SessionType)
	}
	form, bare := tx.openForm(c), tx.openBare(c)
	var out report.Count
	err := base.Clone().WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(form.sql, form.args...).WhereOr(bare.sql, bare.args...)
	}).ColumnExpr("count(*) AS \"all\"").Scan(ctx, &out)
	if err != nil {
		return out, fail("count incomplete", err)
	}
	if out.Visible = out.All; out.All >= report.Withhold {
		return out, nil
	}
	seen := tx.openForm(c, visible("f", scope))
	var visible report.Count
	err = base.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(seen.sql, seen.args...).
			WhereOr(bare.sql+" AND (s.worker_id = ? OR ? OR s.worker_id IN (SELECT staff_id FROM ? WHERE agency_id = ? AND program_id IN (?)))",
				append(bare.args, orNone(scope.Staff), scope.Open, tx.table("staff_programs"), tx.agency, bun.List(orNobody(scope.Programs)))...)
	}).ColumnExpr("count(*) AS \"all\"").Scan(ctx, &visible)
	out.Visible = visible.All
	return out, fail("count incomplete", err)
}

// openForm: one form that was not removed fits all criteria on forms.
func (tx *Tx) openForm(c report.Criteria, more ...clause) clause {
	out := clause{"EXISTS (SELECT 1 FROM ? AS f JOIN ? AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id" +
		" WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT f.removed AND l.removal IS NULL",
		[]any{tx.table("session_forms"), tx.table("session_clients")}}
	if !c.Program.IsZero() {
		more = append(more, clause{"f.program_id = ?", []any{c.Program}})
	}
	if c.FormKind != "" {
		more = append(more, clause{"f.kind = ?", []any{c.FormKind}})
	}
	if !c.Funder.IsZero() {
		session := tx.sessionFunder(c)
		more = append(more, clause{"(f.funder_id = ? OR " + session.sql + ")", append([]any{c.Funder}, session.args...)})
	}
	if c.Gender != "" {
		more = append(more, clause{"f.client_id IN (SELECT p.id FROM ? AS p WHERE p.agency_id = f.agency_id AND p.gender = ?)", []any{tx.table("clients"), c.Gender}})
	}
	for _, m := range more {
		out.sql, out.args = out.sql+" AND "+m.sql, append(out.args, m.args...)
	}
	out.sql += ")"
	return out
}

func (tx *Tx) sessionFunder(c report.Criteria) clause {
	return clause{"EXISTS (SELECT 1 FROM ? AS x WHERE x.agency_id = s.agency_id AND x.session_id = s.id AND x.funder_id = ?)",
		[]any{tx.table("session_funders"), c.Funder}}
}

// openBare: the session has no form, and its own funder and clients fit.
func (tx *Tx) openBare(c report.Criteria) clause {
	out := clause{"s.forms = 0", nil}
	if !c.Program.IsZero() || c.FormKind != "" {
		out.sql += " AND 1 = 0"
	}
	if !c.Funder.IsZero() {
		session := tx.sessionFunder(c)
		out.sql, out.args = out.sql+" AND "+session.sql, append(out.args, session.args...)
	}
	if c.Gender != "" {
		out.sql += " AND EXISTS (SELECT 1 FROM ? AS l JOIN ? AS p ON p.agency_id = l.agency_id AND p.id = l.client_id" +
			" WHERE l.agency_id = s.agency_id AND l.session_id = s.id AND l.removal IS NULL AND p.gender = ?)"
		out.args = append(out.args, tx.table("session_clients"), tx.table("clients"), c.Gender)
	}
	return out
}

// delivered narrows entries e of runs r.
func delivered(q *clause, c report.Criteria) {
	for column, value := range map[string]string{"r.program_id": c.Program.String(), "r.location_id": c.Site.String(), "r.provider_id": c.Worker.String()} {
		if value != "" {
			q.add(" AND "+column+" = ?", value)
		}
	}
	if c.Gender != "" {
		q.add(` AND EXISTS (SELECT 1 FROM "{{p}}clients" AS p WHERE p.agency_id = e.agency_id AND p.id = e.client_id AND p.gender = ?)`, c.Gender)
	}
}

// unseen are the services of runs r that a scope does not see.
func unseen(s access.Scope) clause {
	if s.Open {
		return clause{"1 = 0", nil}
	}
	programs := orNobody(s.Programs)
	return clause{"NOT (r.provider_id = ? OR r.program_id IN (" + marks(len(programs)) + "))", append([]any{orNone(s.Staff)}, padded(programs)...)}
}

// CountByCode is part of report.Tx.
func (tx *Tx) CountByCode(ctx context.Context, c report.Criteria, scope access.Scope) ([]report.Delivered, error) {
	day := "e.client_id || e.service_date"
	if !tx.store.sqlite {
		day = "(e.client_id, e.service_date)"
	}
	q := clause{"SELECT t.code_id, sum(t.units), count(DISTINCT e.client_id), count(DISTINCT " + day + "), sum(CASE WHEN ", nil}
	q.join(unseen(scope))
	q.add(` THEN 1 ELSE 0 END) FROM "{{p}}batch_runs" AS r CROSS JOIN "{{p}}batch_entries" AS e
		CROSS JOIN "{{p}}batch_services" AS t WHERE e.agency_id = r.agency_id AND e.run_id = r.id AND t.agency_id = e.agency_id AND t.entry_id = e.id
		AND r.agency_id = ? AND r.service_date BETWEEN ? AND ? AND e.posted AND e.reversal_id IS NULL`, tx.agency, c.From, c.To)
	delivered(&q, c)
	q.add(" GROUP BY t.code_id")
	var out []report.Delivered
	err := tx.query(ctx, "count services", q.sql, q.args, func(rows *sql.Rows) error {
		var d report.Delivered
		err := rows.Scan(&d.Code, &d.Units, &d.Clients, &d.Visits, &d.Hidden)
		out = append(out, d)
		return err
	})
	return out, err
}

// CountUnposted is part of report.Tx.
func (tx *Tx) CountUnposted(ctx context.Context, c report.Criteria, scope access.Scope) (report.Count, error) {
	q := clause{"SELECT count(*), coalesce(sum(CASE WHEN ", nil}
	q.join(unseen(scope))
	q.add(` THEN 0 ELSE 1 END), 0) FROM "{{p}}batch_entries" AS e JOIN "{{p}}batch_runs" AS r ON r.agency_id = e.agency_id AND r.id = e.run_id
		WHERE e.agency_id = ? AND NOT e.posted AND e.reversal_id IS NULL AND e.service_date BETWEEN ? AND ?`, tx.agency, c.From, c.To)
	delivered(&q, c)
	var n report.Count
	err := tx.one(ctx, "count selected", q.sql, q.args, &n.All, &n.Visible)
	return n, err
}
