package bunstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// No search, list or report reads a large table from end to end, on either
// database. PostgreSQL is told to avoid that where an index allows it: the
// tests' tables are too small for it to bother by itself.
func TestQueryPlans(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			w := databases.NewWorld(t, store)
			if fullScan(t, db.DB, d.Name, `SELECT * FROM "`+prefix+`clients" AS "c" WHERE "c"."name" = 'x'`, nil) == "" {
				t.Fatal("a full scan is not seen as one")
			}
			client := w.Client()
			w.Start(w.Worker, client.ID, "io")
			run, waiting := w.Use(w.DropIn(true), storetest.Today), w.Use(w.DropIn(false), storetest.Today)
			var picks []batch.Pick
			var cards []string
			for i := range 8 {
				c := w.Client()
				if i < 6 {
					w.Enroll(c.ID, storetest.Today, civil.Date{})
				}
				if i == 5 {
					w.Bar(c.ID, storetest.Today, civil.Date{})
				}
				card := w.Card(c.ID).Value
				cards = append(cards, card)
				picks = append(picks, batch.Pick{Client: c.ID, Again: i%2 == 0}, batch.Pick{Number: c.Number}, batch.Pick{Card: card},
					batch.Pick{Client: c.ID, Again: true, Units: []batch.Item{{Code: w.Codes[enroll.DayShelter].ID, Units: 2}}})
				w.Add(waiting, c.ID)
			}
			scans := func() []batch.Scan {
				var out []batch.Scan
				for i, c := range cards {
					out = append(out, batch.Scan{Number: fmt.Sprint("plan", i), Card: c, At: storetest.Now})
				}
				return out
			}
			agreement := w.Agreement()
			served := w.Serve(agreement, client.ID, "io")
			period := export.Criteria{Funder: agreement.ID, From: storetest.Today.AddDays(-30), To: storetest.Today, Program: w.Program.ID}
			made := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: period}))(t)
			w.Serve(agreement, client.ID, "cc")
			file := made.Files[1]
			answer := w.Returned(file, map[int]string{4: "no"})
			activity := w.Activity()
			w.Case(client.ID)
			household := w.Case(client.ID)
			held := w.CaseSession(household, client.ID)
			held = storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: held.ID, Version: held.Version, Client: client.ID, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(t)
			w.CaseSession(household)
			w.SetUpReporting(true)
			department := storetest.Must(w.Cases.CreateFunder(w.Setup, casemgmt.Funder{Name: i18n.T("Department", "Ministère"), System: "dex"}))(t)
			half := export.Criteria{Funder: department.ID, From: storetest.Today.AddDays(-30), To: storetest.Today, Program: w.Program.ID, Site: w.Site.ID}
			month := report.Criteria{From: storetest.Today.AddDays(-30), To: storetest.Today}
			later := func(list func(casemgmt.PageRequest) (string, error)) func() error {
				return func() error {
					_, err := list(casemgmt.PageRequest{Limit: 1})
					return err
				}
			}
			for name, call := range map[string]func() error{
				"name": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "am ok"}, p)
					return r.Next, err
				}),
				"case files by name": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.CaseFiles.Search(w.Worker, casefile.Query{Client: "am ok"}, p)
					return r.Next, err
				}),
				"case files of a client": func() error { _, err := w.CaseFiles.ClientFiles(w.Worker, client.ID); return err },
				"sessions of a case": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.CaseFiles.Sessions(w.Worker, household.ID, p)
					return r.Next, err
				}),
				"reporting ID taken": func() error {
					w.SetUpReporting(true)
					_, err := w.CaseFiles.AddPerson(w.Worker, casefile.AddPerson{Client: w.Client().ID, PersonDetails: casefile.PersonDetails{ReportingID: "P-" + fmt.Sprint(w.Next())}})
					return err
				},
				"session ID taken": func() error {
					_, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: household.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, SessionID: "S-1"}})
					return err
				},
				"change a session of a case": func() error {
					x, err := w.CaseFiles.WriteNote(w.Worker, casefile.WriteNote{ID: held.ID, Version: held.Version, Text: "Came late."})
					if err == nil {
						held = x
					}
					return err
				},
				"community score": func() error {
					_, err := w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: held.ID, Version: held.Version, Assessment: storetest.Assessed(score.Community, score.Pre, 2)})
					if fault.IssuesOf(err) != nil {
						return nil // of one client
					}
					return err
				},
				"take a client out of a case": func() error {
					_, err := w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: household.ID, Version: household.Version, Client: client.ID})
					if fault.IssuesOf(err) != nil {
						return nil // who is in a session
					}
					return err
				},
				"progress of a client": func() error { _, err := w.CaseFiles.Progress(w.Worker, casefile.Scored{Client: client.ID}); return err },
				"progress of a case": func() error {
					_, err := w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: household.ID})
					return err
				},
				"progress of a program": func() error {
					_, err := w.CaseFiles.Progress(w.Worker, casefile.Scored{Program: w.Program.ID})
					return err
				},
				"case ID taken": func() error {
					_, err := w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: activity.ID, AttendanceProfile: "FAMILY", CaseID: "K-1"}})
					return err
				},
				"phone": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Phone: "416555"}, p)
					return r.Next, err
				}),
				"birth date": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{BirthDate: storetest.Today}, p)
					return r.Next, err
				}),
				"identifier": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Identifier: "10000001"}, p)
					return r.Next, err
				}),
				"email": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Email: "a@b.example"}, p)
					return r.Next, err
				}),
				"incomplete": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Sessions.MyIncomplete(w.Worker, p)
					return r.Next, err
				}),
				"team": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Sessions.TeamIncomplete(w.Manager, p)
					return r.Next, err
				}),
				"dashboard": func() error { _, err := w.Dashboards.Worker(w.Worker); return err },
				"client": func() error {
					_, err := w.Dashboards.Client(w.Worker, client.ID, casemgmt.PageRequest{})
					return err
				},
				"kinds": func() error { _, err := w.Report(w.Admin, "services_by_form_kind", month); return err },
				"entries": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Batches.Entries(w.Worker, run.ID, "", p)
					return r.Next, err
				}),
				"runs of a day": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Batches.RunsOn(w.Worker, batch.RunsOn{Program: w.Program.ID, PageRequest: p})
					return r.Next, err
				}),
				"services": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Batches.Transactions(w.Worker, client.ID, p)
					return r.Next, err
				}),
				"scan": func() error { // new, repeated, barred, not enrolled: sets of several
					_, err := w.Batches.Scan(w.Worker, batch.Scans{Run: run.ID, Scans: scans()})
					return err
				},
				"add": func() error {
					_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: run.ID, Clients: picks})
					return err
				},
				"restore": func() error {
					r, err := w.Batches.Run(w.Worker, waiting.ID)
					if err != nil {
						return err
					}
					if r, err = w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "r"}); err != nil {
						return err
					}
					if _, err = w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: r.Version, Reason: "r"}); err != nil {
						return err
					}
					_, err = w.Batches.Post(w.Worker, batch.Post{Run: r.ID})
					return err
				},
				"candidates": func() error {
					_, err := w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: run.ID, Name: "am"})
					return err
				},
				"candidates of names": func() error {
					_, err := w.Batches.CandidatesOf(w.Worker, batch.FindNames{Run: run.ID, Names: []string{"am", "ok"}})
					return err
				},
				"enrolled": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Enrolling.Enrolled(w.Worker, enroll.EnrolledIn{Program: w.Program.ID}, p)
					return r.Next, err
				}),
				"barred from a program": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Enrolling.Bars(w.Worker, enroll.BarsAt{Program: w.Program.ID}, p)
					return r.Next, err
				}),
				"barred from a facility": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Enrolling.Bars(w.Worker, enroll.BarsAt{Facility: w.Site.ID}, p)
					return r.Next, err
				}),
				"card": func() error {
					_, err := w.Enrolling.FindCard(w.Worker, enroll.FindCard{Value: cards[0]})
					return err
				},
				"export check": func() error { _, err := w.Exports.Check(w.Uploader, period); return err },
				"export make": func() error {
					_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: period, GoodOnly: true})
					return err
				},
				"export of case files": func() error {
					if _, err := w.Exports.Check(w.Uploader, half); err != nil {
						return err
					}
					cmd := casefile.OpenFile{Details: casefile.Details{Activity: activity.ID, AttendanceProfile: "FAMILY", Unidentified: 3}}
					f, err := w.CaseFiles.OpenFile(w.Worker, cmd)
					if err != nil {
						return err
					}
					if _, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, ServiceType: "1", Unidentified: 2}}); err != nil {
						return err
					}
					r, err := w.Exports.Make(w.Uploader, export.Make{Criteria: half, GoodOnly: true})
					if err != nil {
						return err
					}
					if _, err := w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: r.ID, ID: r.Files[0].ID, Version: 1}); err != nil {
						return err
					}
					_, err = w.Exports.Check(w.Uploader, half)
					return err
				},
				"export of a session": func() error {
					_, err := w.Exports.CheckSession(w.Worker, served.ID)
					return err
				},
				"export answer": func() error {
					_, err := w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: file.Run, ID: file.ID, Content: answer})
					return err
				},
				"exports": func() error {
					_, err := w.Exports.Runs(w.Uploader, casemgmt.ProgramID{}, casemgmt.PageRequest{})
					return err
				},
				"export rows": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Exports.Rows(w.Uploader, made.ID, "", p)
					return r.Next, err
				}),
				"rejections": later(func(p casemgmt.PageRequest) (string, error) {
					r, err := w.Exports.MyRejections(w.Worker, p)
					return r.Next, err
				}),
				"code":   func() error { _, err := w.Report(w.Admin, "services_by_code", month); return err },
				"served": func() error { _, err := w.Report(w.Admin, "clients_served", month); return err },
			} {
				t.Run(name, func(t *testing.T) {
					type traced struct {
						q    string
						args []any
					}
					var queries []traced
					store.Trace(func(q string, args []any) { queries = append(queries, traced{q, args}) })
					err := call()
					store.Trace(nil)
					if err != nil {
						t.Fatal(err)
					}
					if len(queries) == 0 {
						t.Fatal("no query was seen")
					}
					for _, q := range queries {
						if bad := fullScan(t, db.DB, d.Name, q.q, q.args); bad != "" {
							t.Errorf("%s\nin %s", bad, q.q)
						}
					}
				})
			}
		})
	}
}

var large = `(clients|client_words|client_identifiers|sessions|session_clients|session_forms|session_funders|facts|events|enrollments|bars|cards|batch_runs|batch_entries|batch_services|export_rows|case_files|case_clients|case_sessions|case_participants|case_scores|case_people)`

// fullScan is the line of a query's plan that reads a large table from end to end.
func fullScan(t *testing.T, db *sql.DB, name, q string, args []any) string {
	t.Helper()
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	explain, scan := "EXPLAIN QUERY PLAN ", regexp.MustCompile(`^SCAN |^SEARCH .*\(agency_id=\?\)$`) // all of an agency is all
	aliases := regexp.MustCompile(`"\w+?_?` + large + `"( AS "?(\w+)"?)?`)
	if name == "postgres" {
		if _, err := tx.Exec("SET LOCAL enable_seqscan = off"); err != nil {
			t.Fatal(err)
		}
		explain, scan = "EXPLAIN ", regexp.MustCompile(`Seq Scan on \w+_`+large+` `)
	}
	rows, err := tx.Query(explain+q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	for rows.Next() {
		values := make([]any, len(cols))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSpace(fmt.Sprint(*values[len(values)-1].(*any)))
		if !scan.MatchString(line) || strings.Contains(line, "sessions_open_date") { // incomplete ones, in order, until the page is full
			continue
		}
		if name == "postgres" {
			return line
		}
		for _, m := range aliases.FindAllStringSubmatch(q, -1) { // SQLite names the alias
			if strings.HasPrefix(line, "SCAN "+m[3]+" ") || line == "SCAN "+m[3] || strings.HasPrefix(line, "SEARCH "+m[3]+" ") || strings.Contains(line, m[1]) {
				return line
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ""
}
