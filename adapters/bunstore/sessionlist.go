package bunstore

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// visible is access.Scope.Sees in SQL, on a table with worker_id, program_id
// and private under the alias.
func visible(alias string, s access.Scope) (string, []any) {
	a := bun.Ident(alias)
	return "(?.worker_id = ? OR ?.program_id IN (?) OR (NOT ?.private AND (? OR ?.program_id IN (?))))",
		[]any{a, orNone(s.Staff), a, bun.List(orNobody(s.Manages)), a, s.Open, a, bun.List(orNobody(s.Programs))}
}

const none = "00000000-0000-0000-0000-000000000000"

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func orNobody(list []string) []string {
	if len(list) == 0 {
		return []string{none}
	}
	return list
}

// Sessions is part of session.Tx.
func (tx *Tx) Sessions(ctx context.Context, q session.Query, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[*session.Session], error) {
	sel := tx.sel((*sessionRow)(nil)).Where("s.agency_id = ?", tx.agency)
	if !q.Worker.IsZero() {
		sel = sel.Where("s.worker_id = ?", q.Worker)
	}
	if !q.Site.IsZero() {
		sel = sel.Where("s.site_id = ?", q.Site)
	}
	if q.Type != "" {
		sel = sel.Where("s.type = ?", string(q.Type))
	}
	if !q.From.IsZero() {
		sel = sel.Where("s.service_date >= ?", q.From.String())
	}
	if !q.To.IsZero() {
		sel = sel.Where("s.service_date <= ?", q.To.String())
	}
	if !q.Client.IsZero() { // of whom the caller must see a form, unless the session is theirs
		cond, args := visible("f", scope)
		sel = sel.Where("s.id IN (SELECT l.session_id FROM ? AS l WHERE l.agency_id = ? AND l.client_id = ? AND l.removal IS NULL)",
			tx.table("session_clients"), tx.agency, q.Client).
			WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
				return sel.Where("s.worker_id = ?", orNone(scope.Staff)).
					WhereOr("NOT EXISTS (SELECT 1 FROM ? AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ?)", tx.table("session_forms"), q.Client).
					WhereOr("EXISTS (SELECT 1 FROM ? AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ? AND NOT f.removed AND "+cond+")",
						append([]any{tx.table("session_forms"), q.Client}, args...)...)
			})
	}
	if q.Worker.IsZero() || q.Worker.String() != scope.Staff {
		sel = tx.whereSeen(sel, scope)
	}
	return tx.sessionPage(ctx, sel, p, true)
}

// whereSeen is ACC-12: at least one form that may be seen, or no form at all
// and the worker is the caller or in one of the caller's programs.
func (tx *Tx) whereSeen(sel *bun.SelectQuery, scope access.Scope) *bun.SelectQuery {
	cond, args := visible("f", scope)
	return sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
		return sel.Where("s.worker_id = ?", orNone(scope.Staff)).
			WhereOr("EXISTS (SELECT 1 FROM ? AS f JOIN ? AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id"+
				" WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT f.removed AND l.removal IS NULL AND "+cond+")",
				append([]any{tx.table("session_forms"), tx.table("session_clients")}, args...)...).
			WhereOr("s.forms = 0 AND (? OR s.worker_id IN (SELECT staff_id FROM ? WHERE agency_id = ? AND program_id IN (?)))"+
				" AND NOT EXISTS (SELECT 1 FROM ? AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT "+cond+")", // removed ones
				append([]any{scope.Open, tx.table("staff_programs"), tx.agency, bun.List(orNobody(scope.Programs)), tx.table("session_forms")}, args...)...)
	})
}

// Incomplete is part of session.Tx.
func (tx *Tx) Incomplete(ctx context.Context, q session.IncompleteQuery, p casemgmt.Page) (casemgmt.Pages[*session.Session], error) {
	sel := tx.sel((*sessionRow)(nil)).Where("s.agency_id = ? AND NOT s.complete", tx.agency)
	if !q.Worker.IsZero() {
		sel = sel.Where("s.worker_id = ?", q.Worker)
	} else {
		manages := bun.List(orNobody(q.Manages))
		sel = sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
			return sel.Where("EXISTS (SELECT 1 FROM ? AS f JOIN ? AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id AND l.client_id = f.client_id"+
				" WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT f.removed AND NOT f.complete AND NOT f.private AND l.removal IS NULL AND f.program_id IN (?))",
				tx.table("session_forms"), tx.table("session_clients"), manages).
				WhereOr("s.forms = 0 AND s.worker_id IN (SELECT staff_id FROM ? WHERE agency_id = ? AND program_id IN (?))",
					tx.table("staff_programs"), tx.agency, manages)
		})
	}
	return tx.sessionPage(ctx, sel, p, false)
}

// sessionPage reads one page in the order of service dates. It scans the rows
// itself: fifty are read with each look at the list, and bun takes longer. The
// whole sessions are listed newest first; the incomplete ones, of which the
// columns are enough, oldest first.
func (tx *Tx) sessionPage(ctx context.Context, sel *bun.SelectQuery, p casemgmt.Page, whole bool) (casemgmt.Pages[*session.Session], error) {
	out := casemgmt.Pages[*session.Session]{Items: []*session.Session{}}
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return out, err
		}
		_, badID := id.Parse[session.Session](parts[1])
		if _, err := civil.Parse(parts[0]); err != nil || badID != nil {
			return out, badCursor()
		}
		compare := ">"
		if whole {
			compare = "<"
		}
		sel = sel.Where("(s.service_date, s.id) "+compare+" (?, ?)", parts[0], parts[1])
	}
	order := "s.service_date, s.id"
	if whole {
		order = "s.service_date DESC, s.id DESC"
	}
	sel = sel.Column("s.id", "s.version", "s.worker_id", "s.type", "s.service_date", "s.site_id", "s.complete")
	if whole {
		sel = sel.Column("s.data")
	}
	rows, err := sel.OrderExpr(order).Limit(int64(p.Size() + 1)).Rows(ctx)
	if err != nil {
		return out, fail("list sessions", err)
	}
	defer rows.Close()
	for rows.Next() {
		if len(out.Items) == p.Size() {
			last := out.Items[len(out.Items)-1]
			out.Next = cursor(last.ServiceDate.String(), last.ID.String())
			break
		}
		r := sessionRow{AgencyID: tx.agency}
		dest := []any{&r.ID, &r.Version, &r.WorkerID, &r.Type, &r.ServiceDate, &r.SiteID, &r.Complete}
		if whole {
			dest = append(dest, &r.Data)
		}
		if err := rows.Scan(dest...); err != nil {
			return out, fail("list sessions", err)
		}
		out.Items = append(out.Items, r.session())
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return out, fail("list sessions", err)
	}
	return out, tx.fill(ctx, out.Items, false)
}

// CountIncomplete is part of session.Tx.
func (tx *Tx) CountIncomplete(ctx context.Context, worker casemgmt.StaffID) (int, error) {
	var n int
	err := tx.one(ctx, "count incomplete", `SELECT count(*) FROM "{{p}}sessions" WHERE agency_id = ? AND worker_id = ? AND NOT complete`,
		[]any{tx.agency, worker}, &n)
	return n, err
}
