package bunstore

import (
	"context"
	"slices"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/session"
)

// visible is access.Scope.Sees in SQL, on a table with worker_id, program_id
// and private under the alias.
func visible(alias string, s access.Scope) engine.Clause {
	c := engine.Clause{SQL: "(" + alias + ".worker_id = ? OR ", Args: []any{engine.Raw(s.Staff)}}
	c.Join(engine.In(alias+".program_id", engine.RawList(s.Manages)))
	if s.Open {
		c.Add(" OR NOT " + alias + ".private)")
		return c
	}
	c.Add(" OR (NOT " + alias + ".private AND ")
	c.Join(engine.In(alias+".program_id", engine.RawList(s.Programs)))
	c.Add("))")
	return c
}

// ofProgram narrows rows with a program to those that a scope sees.
func ofProgram(s access.Scope) engine.Clause {
	if s.Open {
		return engine.Clause{}
	}
	c := engine.Clause{SQL: " AND "}
	c.Join(engine.In("program_id", engine.RawList(s.Programs)))
	return c
}

// byDate is the order of sessions.
func byDate(down bool) engine.Order {
	return engine.Order{By: []engine.Column{{Name: "s.service_date", Kind: engine.Day}, {Name: "s.id", Kind: engine.ID}}, Down: down}
}

func (t sessions) List(ctx context.Context, q session.Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[*session.Session], error) {
	out, err := engine.Pages(ctx, t.Unit, engine.List[*session.Session]{Doing: "list sessions", Columns: t.Select(&sessionRow{}, "s", ofSession...),
		From: t.listed(q, scope), Order: byDate(true), Item: func() ([]any, func() (*session.Session, error)) {
			var r sessionRow
			return t.Dest(ctx, &r, ofSession...), func() (*session.Session, error) { return r.session(t.Key), nil }
		}}, p)
	if err != nil {
		return out, err
	}
	return out, fillSessions(ctx, t.Unit, out.Items)
}

// listed are the sessions s that fit a query and that a scope sees.
func (t sessions) listed(q session.Query, scope access.Scope) engine.Clause {
	where := engine.Clause{SQL: `FROM "{{p}}sessions" AS s WHERE s.agency_id = ? AND s.removal IS NULL`, Args: []any{t.Agency}}
	if !q.Worker.IsZero() {
		where.Add(" AND s.worker_id = ?", q.Worker)
	}
	if !q.Site.IsZero() {
		where.Add(" AND s.site_id = ?", q.Site)
	}
	if q.Type != "" {
		where.Add(" AND s.type = ?", string(q.Type))
	}
	if !q.From.IsZero() {
		where.Add(" AND s.service_date >= ?", q.From)
	}
	if !q.To.IsZero() {
		where.Add(" AND s.service_date <= ?", q.To)
	}
	if !q.Client.IsZero() { // of whom the caller must see a form, unless the session is theirs
		where.Add(` AND s.id IN (SELECT l.session_id FROM "{{p}}session_clients" AS l WHERE l.agency_id = ? AND l.client_id = ? AND l.removal IS NULL)`,
			t.Agency, q.Client)
		where.Add(` AND (s.worker_id = ? OR NOT EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ?)`,
			engine.Raw(scope.Staff), q.Client)
		where.Add(` OR EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.client_id = ? AND f.removal IS NULL AND `, q.Client)
		where.Join(visible("f", scope))
		where.Add("))")
	}
	if q.Worker.IsZero() || q.Worker.String() != scope.Staff {
		where.Add(" AND ")
		where.Join(seen(t.Agency, scope))
	}
	return where
}

// activeForms are the forms that were not removed, of clients who were not.
const activeForms = `SELECT 1 FROM "{{p}}session_forms" AS f LEFT JOIN "{{p}}session_clients" AS l ON l.agency_id = f.agency_id AND l.session_id = f.session_id` +
	` AND l.client_id = f.client_id WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND f.removal IS NULL AND l.removal IS NULL`

// ofPrograms is a worker in one of some programs.
func ofPrograms(agency int64, programs []string) engine.Clause {
	c := engine.Clause{SQL: `s.worker_id IN (SELECT staff_id FROM "{{p}}staff_programs" WHERE agency_id = ? AND `, Args: []any{agency}}
	c.Join(engine.In("program_id", engine.RawList(programs)))
	c.Add(")")
	return c
}

// seen is ACC-12: at least one form that may be seen, or no form at all and
// the worker is the caller or in one of the caller's programs.
func seen(agency int64, scope access.Scope) engine.Clause {
	c := engine.Clause{SQL: "(s.worker_id = ? OR EXISTS (" + activeForms + " AND ", Args: []any{engine.Raw(scope.Staff)}}
	c.Join(visible("f", scope))
	c.Add(") OR s.forms = 0")
	if !scope.Open {
		c.Add(" AND ")
		c.Join(ofPrograms(agency, scope.Programs))
	}
	c.Add(` AND NOT EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = s.agency_id AND f.session_id = s.id AND NOT `) // removed ones
	c.Join(visible("f", scope))
	c.Add("))")
	return c
}

// Incomplete reads a page of sessions with their participants, forms and clients
// in one query: each trip counts where a worker waits for the list.
func (t sessions) Incomplete(ctx context.Context, q session.IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[*session.Session], map[casemgmt.ClientID]casemgmt.ClientHit, error) {
	where := engine.Clause{SQL: "s.agency_id = ? AND NOT s.complete", Args: []any{t.Agency}}
	if !q.Worker.IsZero() {
		where.Add(" AND s.worker_id = ?", q.Worker)
	} else {
		where.Add(" AND (EXISTS (" + activeForms + " AND f.completed IS NULL AND NOT f.private AND ")
		where.Join(engine.In("f.program_id", engine.RawList(q.Manages)))
		where.Add(") OR s.forms = 0 AND ")
		where.Join(ofPrograms(t.Agency, q.Manages))
		where.Add(")")
	}
	// what the list does not show stays out of it
	sessionRest := slices.Concat(ofSession, []string{"site_id", "complete", "created", "removal", "data"})
	clientRest := []string{"agency_id", "session_id", "kind", "added"}
	formRest := slices.Concat(ofForm, []string{"version", "created", "completed_by", "answers", "own"})
	if !q.Worker.IsZero() { // one's own are seen whoever pays for them
		formRest = append(formRest, "worker_id", "program_id", "funder_id", "private")
	}
	hits := map[casemgmt.ClientID]casemgmt.ClientHit{}
	var s sessionRow
	var l participantRow
	var f formRow
	var hit casemgmt.ClientHit
	var last *session.Session
	page, err := engine.GroupedPages(ctx, t.Unit, engine.Groups[*session.Session]{
		Doing: "list incomplete sessions",
		Keys:  engine.Clause{SQL: `SELECT s.agency_id, ` + t.Select(&sessionRow{}, "s", sessionRest...) + ` FROM "{{p}}sessions" AS s WHERE ` + where.SQL, Args: where.Args},
		Columns: t.Select(&sessionRow{}, "page", sessionRest...) + ", " + t.Select(&participantRow{}, "l", clientRest...) + ", " + t.Select(&formRow{}, "f", formRest...) + `,
			c.number, c.name, c.preferred, c.birth_date, c.gender`,
		Joins: ` LEFT JOIN "{{p}}session_clients" AS l ON l.agency_id = page.agency_id AND l.session_id = page.id
			LEFT JOIN "{{p}}session_forms" AS f ON f.agency_id = l.agency_id AND f.session_id = l.session_id AND f.client_id = l.client_id
			LEFT JOIN "{{p}}clients" AS c ON c.agency_id = l.agency_id AND c.id = l.client_id`,
		Order: byDate(false), Then: "l.added, l.client_id, f.id",
		Dest: append(slices.Concat(t.Dest(ctx, &s, sessionRest...), t.Dest(ctx, &l, clientRest...), t.Dest(ctx, &f, formRest...)),
			engine.OrZero(&hit.Number), engine.OrZero(&hit.Name), engine.OrZero(&hit.Preferred), &hit.BirthDate, engine.OrZero(&hit.Gender)),
		Row: func() (*session.Session, bool) {
			first := last == nil || last.ID != session.SessionID(s.ID)
			if first {
				last = s.session(t.Key)
			}
			if l.Client.IsZero() {
				return last, first
			}
			hit.ID = l.Client
			hits[l.Client] = hit
			p := participantOf(last, &l)
			if !f.ID.IsZero() {
				f.Session, f.Client = last.ID, l.Client
				p.Forms = append(p.Forms, f.form())
			}
			return last, first
		},
	}, p)
	if err != nil {
		return page, nil, err
	}
	return page, hits, fillGroups(ctx, t.Unit, page.Items)
}

func (t sessions) CountIncomplete(ctx context.Context, worker casemgmt.StaffID) (int, error) {
	var n int
	err := t.One(ctx, "count incomplete", `SELECT count(*) FROM "{{p}}sessions" WHERE agency_id = ? AND worker_id = ? AND NOT complete`,
		[]any{t.Agency, worker}, &n)
	return n, err
}
