package bunstore

import (
	"context"
	"database/sql"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// visible is access.Scope.Sees in SQL, on a table with worker_id, program_id
// and private under the alias.
func visible(alias string, s access.Scope) clause {
	manages, programs := orNobody(s.Manages), orNobody(s.Programs)
	var c clause
	c.add("("+alias+".worker_id = ? OR "+alias+".program_id IN ("+marks(len(manages))+")", orNone(s.Staff))
	c.args = append(c.args, padded(manages)...)
	if s.Open {
		c.add(" OR NOT " + alias + ".private)")
	} else {
		c.add(" OR (NOT "+alias+".private AND "+alias+".program_id IN ("+marks(len(programs))+")))", padded(programs)...)
	}
	return c
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
func (tx *Tx) Sessions(ctx context.Context, q session.Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[*session.Session], error) {
	where := clause{"s.agency_id = ?", []any{tx.agency}}
	if !q.Worker.IsZero() {
		where.add(" AND s.worker_id = ?", q.Worker)
	}
	if !q.Site.IsZero() {
		where.add(" AND s.site_id = ?", q.Site)
	}
	if q.Type != "" {
		where.add(" AND s.type = ?", string(q.Type))
	}
	if !q.From.IsZero() {
		where.add(" AND s.service_date >= ?", q.From)
	}
	if !q.To.IsZero() {
		where.add(" AND s.service_date <= ?", q.To)
	}
	if !q.Client.IsZero() { // of whom the caller must see a form, unless the session is theirs
		where.add(` AND s.id IN (SELECT l.session_id FROM "{{p}}session_clients" AS l WHERE l.agency_id = ? AND l.client_id = ? AND l.removal IS NULL)`,
			tx.agency, q.Client)
		where.add(` AND (s.worker_id = ? OR NOT EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ?)`,
			orNone(scope.Staff), q.Client)
		where.add(` OR EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ? AND NOT f.removed AND `, q.Client)
		where.join(visible("f", scope))
		where.add("))")
	}
	if q.Worker.IsZero() || q.Worker.String() != scope.Staff {
		where.add(" AND ")
		where.join(seen(tx.agency, scope))
	}
	return tx.sessionPage(ctx, where, p, true)
}

// activeForms are the forms that were not removed, of clients who were not.
const activeForms = `SELECT 1 FROM "{{p}}session_forms" AS f JOIN "{{p}}session_clients" AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id` +
	` AND l.client_id = f.client_id WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT f.removed AND l.removal IS NULL`

// ofPrograms is a worker in one of some programs.
func ofPrograms(agency string, programs []string) clause {
	list := orNobody(programs)
	return clause{`s.worker_id IN (SELECT staff_id FROM "{{p}}staff_programs" WHERE agency_id = ? AND program_id IN (` + marks(len(list)) + `))`,
		append([]any{agency}, padded(list)...)}
}

// seen is ACC-12: at least one form that may be seen, or no form at all and
// the worker is the caller or in one of the caller's programs.
func seen(agency string, scope access.Scope) clause {
	var c clause
	c.add("(s.worker_id = ? OR EXISTS ("+activeForms+" AND ", orNone(scope.Staff))
	c.join(visible("f", scope))
	c.add(") OR s.forms = 0")
	if !scope.Open {
		c.add(" AND ")
		c.join(ofPrograms(agency, scope.Programs))
	}
	c.add(` AND NOT EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT `) // removed ones
	c.join(visible("f", scope))
	c.add("))")
	return c
}

// Incomplete is part of session.Tx.
func (tx *Tx) Incomplete(ctx context.Context, q session.IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[*session.Session], error) {
	where := clause{"s.agency_id = ? AND NOT s.complete", []any{tx.agency}}
	if !q.Worker.IsZero() {
		where.add(" AND s.worker_id = ?", q.Worker)
	} else {
		manages := orNobody(q.Manages)
		where.add(" AND (EXISTS ("+activeForms+" AND NOT f.complete AND NOT f.private AND f.program_id IN ("+marks(len(manages))+")) OR s.forms = 0 AND ", padded(manages)...)
		where.join(ofPrograms(tx.agency, manages))
		where.add(")")
	}
	return tx.sessionPage(ctx, where, p, false)
}

// sessionPage reads one page in the order of service dates. The whole sessions
// are listed newest first; the incomplete ones, of which the columns are
// enough, oldest first.
func (tx *Tx) sessionPage(ctx context.Context, where clause, p casemgmt.PageRequest, whole bool) (casemgmt.Page[*session.Session], error) {
	out := casemgmt.Page[*session.Session]{Items: []*session.Session{}}
	columns, compare, order := "", ">", "s.service_date, s.id"
	if whole {
		columns, compare, order = ", s.data", "<", "s.service_date DESC, s.id DESC"
	}
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return out, err
		}
		date, bad := civil.Parse(parts[0])
		key, badID := id.Parse[session.Session](parts[1])
		if bad != nil || badID != nil {
			return out, badCursor()
		}
		where.add(" AND (s.service_date, s.id) "+compare+" (?, ?)", date, key)
	}
	q := clause{"SELECT s.id, s.version, s.worker_id, s.type, s.service_date, s.site_id, s.complete" + columns + ` FROM "{{p}}sessions" AS s WHERE `, nil}
	q.join(where)
	q.add(" ORDER BY " + order + limit(p))
	err := tx.query(ctx, "list sessions", q.sql, q.args, func(rows *sql.Rows) error {
		if len(out.Items) == p.Size() {
			last := out.Items[len(out.Items)-1]
			out.Next = cursor(last.ServiceDate.String(), last.ID.String())
			return nil
		}
		r := sessionRow{AgencyID: tx.agency}
		dest := []any{&r.ID, &r.Version, &r.WorkerID, &r.Type, &r.ServiceDate, &r.SiteID, &r.Complete}
		if whole {
			dest = append(dest, &r.Data)
		}
		err := rows.Scan(dest...)
		out.Items = append(out.Items, r.session())
		return err
	})
	if err != nil {
		return out, err
	}
	return out, tx.fill(ctx, out.Items, whole)
}

// CountIncomplete is part of session.Tx.
func (tx *Tx) CountIncomplete(ctx context.Context, worker casemgmt.StaffID) (int, error) {
	var n int
	err := tx.one(ctx, "count incomplete", `SELECT count(*) FROM "{{p}}sessions" WHERE agency_id = ? AND worker_id = ? AND NOT complete`,
		[]any{tx.agency, worker}, &n)
	return n, err
}
