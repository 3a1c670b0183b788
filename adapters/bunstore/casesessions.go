package bunstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
)

type caseSessionRow struct {
	bun.BaseModel `bun:"table:case_sessions"`
	engine.Document[casefile.Session]
	Case      casefile.FileID `bun:"case_file_id,type:uuid"`
	SessionID string          `bun:"session_id,type:text"`
	Date      civil.Date      `bun:"session_date,type:date"`
	Removed   bool            `bun:"removed,type:boolean"`
}

type caseParticipantRow struct {
	bun.BaseModel `bun:"table:case_participants"`

	Agency  int64               `bun:"agency_id,pk,type:bigint"`
	Case    casefile.FileID     `bun:"case_file_id,pk,type:uuid"`
	Client  casemgmt.ClientID   `bun:"client_id,pk,type:uuid"`
	Session casefile.SessionKey `bun:"case_session_id,pk,type:uuid"`
	Support bool                `bun:"support,type:boolean"`
}

type caseScoreRow struct {
	bun.BaseModel `bun:"table:case_scores"`

	Agency  int64               `bun:"agency_id,pk,type:bigint"`
	Case    casefile.FileID     `bun:"case_file_id,pk,type:uuid"`
	Session casefile.SessionKey `bun:"case_session_id,pk,type:uuid"`
	N       int                 `bun:"n,pk,type:integer"`
	Client  casemgmt.ClientID   `bun:"client_id,type:uuid"`
	Date    civil.Date          `bun:"session_date,type:date"`
	Type    string              `bun:"type,type:text"`
	Phase   string              `bun:"phase,type:text"`
	Scores  string              `bun:"scores,type:text"` // each domain with its value: HOUSING3 MONEY4
}

type caseSessions struct {
	engine.Records[casefile.Session, caseSessionRow, *caseSessionRow]
	u *engine.Unit
}

func (tx casefilesTx) Sessions() casefile.Sessions {
	t := caseSessions{u: tx.Unit}
	t.Records = engine.RecordsOf(tx.Unit, func(r *caseSessionRow, x *casefile.Session) {
		r.Case, r.SessionID, r.Date, r.Removed = x.Case, x.SessionID, x.Date, x.Removal != nil
	}).With(engine.How[casefile.Session]{After: t.index})
	return t
}

// index writes who took part and how they were assessed.
func (t caseSessions) index(ctx context.Context, x *casefile.Session) error {
	if x.Version > 1 {
		for _, table := range []string{"case_participants", "case_scores"} {
			if _, err := t.u.Exec(ctx, "index case session", `DELETE FROM "{{p}}`+table+`" WHERE agency_id = ? AND case_session_id = ?`, t.u.Agency, x.ID); err != nil {
				return err
			}
		}
	}
	if x.Removal != nil {
		return nil
	}
	var people []*caseParticipantRow
	for _, p := range x.Participants {
		people = append(people, &caseParticipantRow{Agency: t.u.Agency, Case: x.Case, Client: p.Client, Session: x.ID, Support: p.Type == casefile.AsSupportPerson})
	}
	if err := engine.InsertLater(ctx, t.u, people...); err != nil {
		return err
	}
	var scores []*caseScoreRow
	for i, m := range x.Marks() {
		words := make([]string, len(m.Scores))
		for j, s := range m.Scores {
			words[j] = s.String()
		}
		scores = append(scores, &caseScoreRow{Agency: t.u.Agency, Case: x.Case, Session: x.ID, N: i, Client: m.Client, Date: m.On, Type: string(m.Type), Phase: string(m.Phase),
			Scores: strings.Join(words, " ")})
	}
	return engine.InsertLater(ctx, t.u, scores...)
}

func (t caseSessions) Of(ctx context.Context, f casefile.FileID, p casemgmt.PageRequest) (casemgmt.Page[casefile.Session], error) {
	order := engine.Order{By: []engine.Column{{Name: "session_date", Kind: engine.Day}, {Name: "id", Kind: engine.ID}}, Down: true}
	return t.Page(ctx, engine.Clause{SQL: " AND case_file_id = ?", Args: []any{f}}, order, p)
}

func (t caseSessions) Taken(ctx context.Context, f casefile.FileID, sessionID string, but casefile.SessionKey) (bool, error) {
	return t.any(ctx, "find session ID", `SELECT 1 FROM "{{p}}case_sessions" WHERE agency_id = ? AND case_file_id = ? AND session_id = ? AND id <> ? LIMIT 1`, t.u.Agency, f, sessionID, but)
}

func (t caseSessions) Attended(ctx context.Context, f casefile.FileID, c casemgmt.ClientID) (bool, error) {
	return t.any(ctx, "find participant", `SELECT 1 FROM "{{p}}case_participants" WHERE agency_id = ? AND case_file_id = ? AND client_id = ? LIMIT 1`, t.u.Agency, f, c)
}

// any says whether a query finds something.
func (t caseSessions) any(ctx context.Context, doing, q string, args ...any) (found bool, err error) {
	err = t.u.Query(ctx, doing, q, args, func(*sql.Rows) error {
		found = true
		return nil
	})
	return found, err
}

func (t caseSessions) Supporters(ctx context.Context, f casefile.FileID) ([]casemgmt.ClientID, error) {
	var out []casemgmt.ClientID
	err := t.u.Query(ctx, "find supporters", `SELECT client_id FROM "{{p}}case_participants" WHERE agency_id = ? AND case_file_id = ?
		GROUP BY client_id HAVING MIN(CASE WHEN support THEN 1 ELSE 0 END) = 1`, []any{t.u.Agency, f}, func(rows *sql.Rows) error {
		var c casemgmt.ClientID
		err := rows.Scan(&c)
		out = append(out, c)
		return err
	})
	return out, err
}

func (t caseSessions) Marks(ctx context.Context, q casefile.Scored, scope access.Scope) ([]casefile.Mark, error) {
	// CROSS JOIN keeps SQLite in this order.
	from := `"{{p}}case_scores" AS s CROSS JOIN "{{p}}case_files" AS f`
	if !q.Program.IsZero() && q.Case.IsZero() && q.Client.IsZero() {
		from = `"{{p}}case_files" AS f CROSS JOIN "{{p}}case_scores" AS s`
	}
	c := engine.Clause{SQL: `SELECT s.case_file_id, s.case_session_id, s.client_id, s.session_date, s.type, s.phase, s.scores FROM ` + from +
		` WHERE s.agency_id = ? AND f.agency_id = ? AND f.id = s.case_file_id`, Args: []any{t.u.Agency, t.u.Agency}}
	if !q.Case.IsZero() {
		c.Add(" AND s.case_file_id = ?", q.Case)
	}
	if !q.Client.IsZero() {
		c.Add(" AND s.client_id = ?", q.Client)
	}
	if !q.Program.IsZero() {
		c.Add(" AND f.program_id = ?", q.Program)
	}
	if !scope.Open {
		c.Add(" AND ")
		c.Join(engine.In("f.program_id", engine.RawList(scope.Programs)))
	}
	c.Add(" ORDER BY s.case_file_id, s.client_id, s.session_date, s.case_session_id, s.n")
	var out []casefile.Mark
	err := t.u.Query(ctx, "read scores", c.SQL, c.Args, func(rows *sql.Rows) error {
		var m casefile.Mark
		var kind, phase, scores string
		if err := rows.Scan(&m.Case, &m.Session, &m.Client, &m.On, &kind, &phase, &scores); err != nil {
			return err
		}
		m.Type, m.Phase = score.Type(kind), score.Phase(phase)
		for word := range strings.FieldsSeq(scores) {
			s, err := score.Parse(word)
			if err != nil {
				return err
			}
			m.Scores = append(m.Scores, s)
		}
		out = append(out, m)
		return nil
	})
	return out, err
}
