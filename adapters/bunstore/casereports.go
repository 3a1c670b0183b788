package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
)

// caseReports reads what is reported of case files.
type caseReports struct{ tx casefilesTx }

// CaseReports are for formats that are made of case files.
func (tx exportsTx) CaseReports() casefile.Reports {
	return caseReports{casefilesTx{tx.casesTx}}
}

func (t caseReports) Sessions(ctx context.Context, q casefile.Reported) ([]casefile.SessionOf, error) {
	c := engine.Clause{SQL: `SELECT s.case_file_id, s.id FROM "{{p}}case_sessions" AS s WHERE s.agency_id = ? AND s.session_date BETWEEN ? AND ? AND NOT s.removed`,
		Args: []any{t.tx.Unit.Agency, q.From, q.To}}
	if !q.Program.IsZero() {
		c.Add(` AND EXISTS (SELECT 1 FROM "{{p}}case_files" AS f WHERE f.agency_id = s.agency_id AND f.id = s.case_file_id AND f.program_id = ?)`, q.Program)
	}
	if !q.Site.IsZero() {
		c.Add(` AND EXISTS (SELECT 1 FROM "{{p}}case_files" AS f CROSS JOIN "{{p}}outlet_activities" AS a
			WHERE f.agency_id = s.agency_id AND f.id = s.case_file_id AND a.agency_id = f.agency_id AND a.id = f.activity_id AND a.site_id = ?)`, q.Site)
	}
	c.Add(" ORDER BY s.case_file_id, s.session_date, s.id")
	var out []casefile.SessionOf
	err := t.tx.Unit.Query(ctx, "read sessions to report", c.SQL, c.Args, func(rows *sql.Rows) error {
		var x casefile.SessionOf
		err := rows.Scan(&x.Case, &x.Session)
		out = append(out, x)
		return err
	})
	return out, err
}

func (t caseReports) Load(ctx context.Context, sessions []casefile.SessionOf) (*casefile.Extract, error) {
	out := &casefile.Extract{Files: map[casefile.FileID]*casefile.File{}, Sessions: map[casefile.SessionKey]*casefile.Session{}}
	var files []casefile.FileID
	var keys []casefile.SessionKey
	for _, x := range sessions {
		if len(files) == 0 || files[len(files)-1] != x.Case {
			files = append(files, x.Case)
		}
		keys = append(keys, x.Session)
	}
	var err error
	if out.Files, err = some(ctx, t.tx.Files().(caseFiles).Where, files, func(f *casefile.File) casefile.FileID { return f.ID }); err != nil {
		return nil, err
	}
	if out.Sessions, err = some(ctx, t.tx.Sessions().(caseSessions).Where, keys, func(x *casefile.Session) casefile.SessionKey { return x.ID }); err != nil {
		return nil, err
	}
	var clients []casemgmt.ClientID
	met := map[casemgmt.ClientID]bool{}
	for _, key := range files {
		for _, c := range out.Files[key].Clients {
			if !met[c.Client] {
				met[c.Client] = true
				clients = append(clients, c.Client)
			}
		}
	}
	if out.Clients, err = t.tx.Clients().Some(ctx, clients); err != nil {
		return nil, err
	}
	people := make([]casefile.PersonID, len(clients))
	for i, c := range clients {
		people[i] = casefile.PersonID(c)
	}
	out.People, err = some(ctx, t.tx.People().(casePeople).Where, people, func(p *casefile.Person) casefile.PersonID { return p.ID })
	return out, err
}

func (t caseReports) Activity(ctx context.Context, key casefile.ActivityID) (*casefile.Activity, error) {
	return t.tx.Activities().Get(ctx, key)
}

func (t caseReports) References(ctx context.Context) ([]casefile.Reference, error) {
	return casemgmt.All(ctx, t.tx.References())
}

func (t caseReports) CaseVersions(ctx context.Context, keys []casefile.FileID) (map[casefile.FileID]int64, error) {
	return versions(ctx, t.tx.Unit, "case_files", "", keys)
}

func (t caseReports) ClientVersions(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]casefile.ClientVersions, error) {
	out := map[casemgmt.ClientID]casefile.ClientVersions{}
	for part := range slices.Chunk(keys, 500) {
		err := t.tx.Unit.Query(ctx, "read versions", `SELECT c.id, c.version, coalesce(p.version, 0) FROM "{{p}}clients" AS c
			LEFT JOIN "{{p}}case_people" AS p ON p.agency_id = c.agency_id AND p.id = c.id WHERE c.agency_id = ? AND c.id IN (`+engine.Marks(len(part))+`)`,
			append([]any{t.tx.Unit.Agency}, engine.Padded(part)...), func(rows *sql.Rows) error {
				var key casemgmt.ClientID
				var v casefile.ClientVersions
				err := rows.Scan(&key, &v.Client, &v.Person)
				out[key] = v
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t caseReports) SessionVersions(ctx context.Context, keys []casefile.SessionKey, assessed bool) (map[casefile.SessionKey]casefile.SessionVersion, error) {
	found, err := versions(ctx, t.tx.Unit, "case_sessions", " AND NOT removed", keys)
	if err != nil {
		return nil, err
	}
	out := make(map[casefile.SessionKey]casefile.SessionVersion, len(found))
	for key, v := range found {
		out[key] = casefile.SessionVersion{Version: v}
	}
	if !assessed {
		return out, nil
	}
	for part := range slices.Chunk(keys, 500) {
		err := t.tx.Unit.Query(ctx, "read who was assessed", `SELECT DISTINCT case_session_id, client_id FROM "{{p}}case_scores" WHERE agency_id = ? AND case_session_id IN (`+engine.Marks(len(part))+`)`,
			append([]any{t.tx.Unit.Agency}, engine.Padded(part)...), func(rows *sql.Rows) error {
				var key casefile.SessionKey
				var c casemgmt.ClientID
				if err := rows.Scan(&key, &c); err != nil {
					return err
				}
				v := out[key]
				v.Assessed = append(v.Assessed, c)
				out[key] = v
				return nil
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
