package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session/report"
)

// reportsTx is the storage of package report in a unit of work.
type reportsTx struct{ enrollTx }

type savedReportRow struct {
	bun.BaseModel `bun:"table:saved_reports"`
	engine.Document[report.Saved]
	Sort string `bun:"sort,type:text"`
}

func (tx reportsTx) Saved() casemgmt.Listed[report.Saved] {
	return engine.ListedOf(tx.Unit, func(r *savedReportRow, s *report.Saved) { r.Sort = i18n.SortKey(s.Name) })
}

type counts struct{ *engine.Unit }

func (tx reportsTx) Counts() report.Counts { return counts{tx.Unit} }

// dimension is the column that a report has its rows by, in facts f (with answers
// v) or in the runs r and services t of batches.
var dimensions = map[report.Source]map[report.Dimension]string{
	report.Services: {report.Whole: "''", report.FormKind: "f.kind", report.SessionType: "f.session_type", report.Program: "f.program_id",
		report.Site: "f.site_id", report.Worker: "f.worker_id", report.Funder: "f.funder_id", report.Answer: "v.value"},
	report.BatchServices: {report.Whole: "''", report.Code: "t.code_id", report.Program: "r.program_id", report.Site: "r.location_id", report.Worker: "r.provider_id"},
}

// Table counts all, and then, where there is something that the caller may not
// see, what the caller may.
func (t counts) Table(ctx context.Context, d report.Definition, c report.Criteria, scope access.Scope) ([]report.Counted, error) {
	table := map[report.Source]func(report.Definition, report.Criteria, *access.Scope) engine.Clause{
		report.Services: t.services, report.BatchServices: t.batches, report.Everything: t.everything}[d.Of]
	all, err := t.counted(ctx, d, table(d, c, nil))
	if err != nil {
		return nil, err
	}
	for i := range all {
		for j := range all[i].Values {
			n := &all[i].Values[j]
			n.Visible = n.All
		}
	}
	if hides, err := t.hides(ctx, d, c, scope); err != nil || !hides {
		return all, err
	}
	visible, err := t.counted(ctx, d, table(d, c, &scope))
	if err != nil {
		return nil, err
	}
	seen := map[string][]report.Count{}
	for _, row := range visible {
		seen[row.Key] = row.Values
	}
	for i := range all {
		for j := range all[i].Values {
			n := 0
			if values := seen[all[i].Key]; values != nil {
				n = values[j].All
			}
			all[i].Values[j].Visible = n
		}
	}
	return all, nil
}

// hides says whether there is something in a report that a scope does not see.
func (t counts) hides(ctx context.Context, d report.Definition, c report.Criteria, scope access.Scope) (bool, error) {
	var parts []engine.Clause
	if d.Of != report.BatchServices {
		q := t.facts(d, c, nil)
		q.Add(" AND ")
		q.Join(visible("f", scope))
		q.Add(" IS NOT TRUE")
		parts = append(parts, q)
	}
	if d.Of != report.Services && !scope.Open {
		q := t.posted(false, c, nil)
		q.Add(" AND ")
		q.Join(providedOrSeen(scope))
		q.Add(" IS NOT TRUE")
		parts = append(parts, q)
	}
	for _, part := range parts {
		q := engine.Clause{SQL: "SELECT 1 "}
		q.Join(part)
		q.Add(" LIMIT 1")
		var one int
		switch err := t.One(ctx, "look for what is hidden", q.SQL, q.Args, &one); {
		case err == nil:
			return true, nil
		case !errors.Is(err, fault.ErrNotFound):
			return false, err
		}
	}
	return false, nil
}

// dimensionKey scans a dimension as the text that reports have of it.
type dimensionKey struct {
	by   report.Dimension
	text *string
}

// Scan is part of sql.Scanner.
func (k dimensionKey) Scan(src any) error {
	switch k.by {
	case report.Program, report.Site, report.Worker, report.Funder, report.Code:
		var key id.Of[struct{}]
		err := key.Scan(src)
		*k.text = key.String()
		return err
	}
	return engine.OrZero(k.text).Scan(src)
}

func (t counts) counted(ctx context.Context, d report.Definition, q engine.Clause) ([]report.Counted, error) {
	var out []report.Counted
	err := t.Query(ctx, "count", q.SQL, q.Args, func(rows *sql.Rows) error {
		row := report.Counted{Values: make([]report.Count, len(d.Count))}
		dest := []any{dimensionKey{d.By, &row.Key}}
		for i := range row.Values {
			dest = append(dest, engine.OrZero(&row.Values[i].All))
		}
		err := rows.Scan(dest...)
		out = append(out, row)
		return err
	})
	return out, err
}

// services counts facts. Where clients or visits are counted, the facts of a client
// in a session are brought together first, in the order in which they are kept.
func (t counts) services(d report.Definition, c report.Criteria, scope *access.Scope) engine.Clause {
	by := dimensions[report.Services][d.By]
	from := t.facts(d, c, scope)
	var columns []string
	people := false
	for _, m := range d.Count {
		switch m {
		case report.Forms:
			columns = append(columns, "sum(n)")
		case report.Clients:
			columns, people = append(columns, "count(DISTINCT CASE WHEN NOT anonymous THEN client_id END)"), true
		case report.Anonymous:
			columns, people = append(columns, "count(CASE WHEN anonymous THEN 1 END)"), true
		case report.Visits:
			columns, people = append(columns, "count(*)"), true
		}
	}
	group := ""
	if d.By != report.Whole {
		group = " GROUP BY 1 ORDER BY 1"
	}
	if !people {
		q := engine.Clause{SQL: "SELECT " + by + " AS key, " + strings.ReplaceAll(strings.Join(columns, ", "), "sum(n)", "count(*)") + " "}
		q.Join(from)
		q.Add(group)
		return q
	}
	q := engine.Clause{SQL: "SELECT key, " + strings.Join(columns, ", ") + " FROM (SELECT " + by + " AS key, f.session_id, f.client_id, f.anonymous, count(*) AS n "}
	if d.By == report.Whole {
		q.SQL = strings.Replace(q.SQL, "SELECT key, ", "SELECT '', ", 1)
	}
	q.Join(from)
	q.Add(" AND f.client_id <> ? GROUP BY f.service_date, f.session_id, f.client_id, f.anonymous", engine.Zeroable{})
	if d.By != report.Whole {
		q.Add(", " + by)
	}
	q.Add(") AS x" + group)
	return q
}

// everything counts clients over facts and batches, each session and each day with
// batch services as a visit.
func (t counts) everything(d report.Definition, c report.Criteria, scope *access.Scope) engine.Clause {
	columns := map[report.Measure]string{report.Clients: "count(DISTINCT CASE WHEN NOT anonymous THEN client_id END)",
		report.Anonymous: "count(CASE WHEN anonymous THEN 1 END)", report.Visits: "count(*)"}
	q := engine.Clause{SQL: "SELECT ''"}
	for _, m := range d.Count {
		q.Add(", " + columns[m])
	}
	q.Add(" FROM (SELECT f.client_id, f.anonymous ")
	q.Join(t.facts(d, c, scope))
	q.Add(" AND f.client_id <> ? GROUP BY f.service_date, f.session_id, f.client_id, f.anonymous", engine.Zeroable{})
	if c.Funder.IsZero() && c.SessionType == "" && c.FormKind == "" {
		q.Add(" UNION ALL SELECT e.client_id, FALSE ")
		q.Join(t.posted(false, c, scope))
		q.Add(" GROUP BY e.client_id, e.service_date")
	}
	q.Add(") AS x")
	return q
}

// facts is what a report on services counts.
func (t counts) facts(d report.Definition, c report.Criteria, scope *access.Scope) engine.Clause {
	q := engine.Clause{SQL: `FROM "{{p}}facts" AS f`}
	if d.By == report.Answer {
		q.Add(` CROSS JOIN "{{p}}fact_values" AS v`)
	}
	q.Add(" WHERE f.agency_id = ? AND f.service_date BETWEEN ? AND ?", t.Agency, c.From, c.To)
	if d.By == report.Answer {
		q.Add(" AND v.agency_id = f.agency_id AND v.form_id = f.form_id AND v.field = ?", c.Field)
	}
	if !c.Program.IsZero() {
		q.Add(" AND f.program_id = ?", c.Program)
	}
	if !c.Site.IsZero() {
		q.Add(" AND f.site_id = ?", c.Site)
	}
	if !c.Worker.IsZero() {
		q.Add(" AND f.worker_id = ?", c.Worker)
	}
	if c.SessionType != "" {
		q.Add(" AND f.session_type = ?", string(c.SessionType))
	}
	if c.FormKind != "" {
		q.Add(" AND f.kind = ?", c.FormKind)
	}
	if !c.Funder.IsZero() {
		q.Add(` AND (f.funder_id = ? OR EXISTS (SELECT 1 FROM "{{p}}session_funders" AS x WHERE x.agency_id = f.agency_id AND x.session_id = f.session_id AND x.funder_id = ?))`, c.Funder, c.Funder)
	}
	if c.Gender != "" {
		q.Add(` AND EXISTS (SELECT 1 FROM "{{p}}clients" AS p WHERE p.agency_id = f.agency_id AND p.id = f.client_id AND p.gender = ?)`, c.Gender)
	}
	if scope != nil {
		q.Add(" AND ")
		q.Join(visible("f", *scope))
	}
	return q
}

// batches counts the posted services of batches that are not reversed. CROSS JOIN
// keeps SQLite from beginning with the services.
func (t counts) batches(d report.Definition, c report.Criteria, scope *access.Scope) engine.Clause {
	day := "e.client_id || e.service_date"
	if !t.SQLite {
		day = "(e.client_id, e.service_date)"
	}
	columns := map[report.Measure]string{report.Units: "sum(t.units)", report.Clients: "count(DISTINCT e.client_id)", report.Visits: "count(DISTINCT " + day + ")"}
	q := engine.Clause{SQL: "SELECT " + dimensions[d.Of][d.By] + " AS key"}
	for _, m := range d.Count {
		q.Add(", " + columns[m])
	}
	q.Add(" ")
	q.Join(t.posted(true, c, scope))
	if d.By != report.Whole {
		q.Add(" GROUP BY 1 ORDER BY 1")
	}
	return q
}

// posted are the entries e of runs r that count, with their services t or without.
func (t counts) posted(services bool, c report.Criteria, scope *access.Scope) engine.Clause {
	q := engine.Clause{SQL: `FROM "{{p}}batch_runs" AS r CROSS JOIN "{{p}}batch_entries" AS e`}
	if services {
		q.Add(` CROSS JOIN "{{p}}batch_services" AS t WHERE t.agency_id = e.agency_id AND t.entry_id = e.id AND `)
	} else {
		q.Add(" WHERE ")
	}
	q.Add("e.agency_id = r.agency_id AND e.run_id = r.id AND r.agency_id = ? AND r.service_date BETWEEN ? AND ? AND e.posted AND e.reversal_id IS NULL", t.Agency, c.From, c.To)
	q.Join(ofRuns(c))
	if scope != nil && !scope.Open {
		q.Add(" AND ")
		q.Join(providedOrSeen(*scope))
	}
	return q
}

// providedOrSeen are the runs r that a scope sees.
func providedOrSeen(s access.Scope) engine.Clause {
	c := engine.Clause{SQL: "(r.provider_id = ? OR ", Args: []any{engine.Raw(s.Staff)}}
	c.Join(engine.In("r.program_id", engine.RawList(s.Programs)))
	c.Add(")")
	return c
}

// ofRuns narrows entries e of runs r.
func ofRuns(c report.Criteria) engine.Clause {
	var q engine.Clause
	if !c.Program.IsZero() {
		q.Add(" AND r.program_id = ?", c.Program)
	}
	if !c.Site.IsZero() {
		q.Add(" AND r.location_id = ?", c.Site)
	}
	if !c.Worker.IsZero() {
		q.Add(" AND r.provider_id = ?", c.Worker)
	}
	if c.Gender != "" {
		q.Add(` AND EXISTS (SELECT 1 FROM "{{p}}clients" AS p WHERE p.agency_id = e.agency_id AND p.id = e.client_id AND p.gender = ?)`, c.Gender)
	}
	return q
}

func (t counts) Unposted(ctx context.Context, c report.Criteria, scope access.Scope) (report.Count, error) {
	q := engine.Clause{SQL: "SELECT count(*), coalesce(sum(CASE WHEN "}
	if scope.Open {
		q.Add("1 = 1")
	} else {
		q.Join(providedOrSeen(scope))
	}
	q.Add(` THEN 1 ELSE 0 END), 0) FROM "{{p}}batch_entries" AS e JOIN "{{p}}batch_runs" AS r ON r.agency_id = e.agency_id AND r.id = e.run_id
		WHERE e.agency_id = ? AND NOT e.posted AND e.reversal_id IS NULL AND e.service_date BETWEEN ? AND ?`, t.Agency, c.From, c.To)
	q.Join(ofRuns(c))
	var n report.Count
	err := t.One(ctx, "count selected", q.SQL, q.Args, &n.All, &n.Visible)
	return n, err
}

// Incomplete counts sessions: worker, date, site and type are the session's;
// program and kind are those of one and the same form, of which the funder may
// be the session's too. A session without forms fits if no form is asked for.
func (t counts) Incomplete(ctx context.Context, c report.Criteria, scope access.Scope) (report.Count, error) {
	base := engine.Clause{SQL: `SELECT count(*) FROM "{{p}}sessions" AS s WHERE s.agency_id = ? AND NOT s.complete AND s.service_date BETWEEN ? AND ?`,
		Args: []any{t.Agency, c.From, c.To}}
	if !c.Worker.IsZero() {
		base.Add(" AND s.worker_id = ?", c.Worker)
	}
	if !c.Site.IsZero() {
		base.Add(" AND s.site_id = ?", c.Site)
	}
	if c.SessionType != "" {
		base.Add(" AND s.type = ?", string(c.SessionType))
	}
	count := func(form, bare engine.Clause) (n int, err error) {
		q := engine.Clause{SQL: base.SQL + " AND (", Args: append([]any(nil), base.Args...)}
		q.Join(form)
		q.Add(" OR ")
		q.Join(bare)
		q.Add(")")
		err = t.One(ctx, "count incomplete", q.SQL, q.Args, &n)
		return n, err
	}
	var out report.Count
	var err error
	if out.All, err = count(t.openForm(c), t.openBare(c)); err != nil {
		return out, err
	}
	bare := t.openBare(c)
	if !scope.Open {
		bare.Add(" AND (s.worker_id = ? OR ", engine.Raw(scope.Staff))
		bare.Join(ofPrograms(t.Agency, scope.Programs))
		bare.Add(")")
	}
	out.Visible, err = count(t.openForm(c, visible("f", scope)), bare)
	return out, err
}

// openForm: one form that was not removed fits all criteria on forms.
func (t counts) openForm(c report.Criteria, more ...engine.Clause) engine.Clause {
	out := engine.Clause{SQL: "EXISTS (" + activeForms}
	if !c.Program.IsZero() {
		out.Add(" AND f.program_id = ?", c.Program)
	}
	if c.FormKind != "" {
		out.Add(" AND f.kind = ?", c.FormKind)
	}
	if !c.Funder.IsZero() {
		out.Add(" AND (f.funder_id = ? OR ", c.Funder)
		out.Join(t.sessionFunder(c))
		out.Add(")")
	}
	if c.Gender != "" {
		out.Add(` AND f.client_id IN (SELECT p.id FROM "{{p}}clients" AS p WHERE p.agency_id = f.agency_id AND p.gender = ?)`, c.Gender)
	}
	for _, m := range more {
		out.Add(" AND ")
		out.Join(m)
	}
	out.Add(")")
	return out
}

func (t counts) sessionFunder(c report.Criteria) engine.Clause {
	return engine.Clause{SQL: `EXISTS (SELECT 1 FROM "{{p}}session_funders" AS x WHERE x.agency_id = s.agency_id AND x.session_id = s.id AND x.funder_id = ?)`, Args: []any{c.Funder}}
}

// openBare: the session has no form, and its own funder and clients fit.
func (t counts) openBare(c report.Criteria) engine.Clause {
	out := engine.Clause{SQL: "s.forms = 0"}
	if !c.Program.IsZero() || c.FormKind != "" {
		out.Add(" AND 1 = 0")
	}
	if !c.Funder.IsZero() {
		out.Add(" AND ")
		out.Join(t.sessionFunder(c))
	}
	if c.Gender != "" {
		out.Add(` AND EXISTS (SELECT 1 FROM "{{p}}session_clients" AS l JOIN "{{p}}clients" AS p ON p.agency_id = l.agency_id AND p.id = l.client_id
			WHERE l.agency_id = s.agency_id AND l.session_id = s.id AND l.removal IS NULL AND p.gender = ?)`, c.Gender)
	}
	return out
}
