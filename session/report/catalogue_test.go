package report_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// catalogueRules are on all reports of the catalogue: a new line of it is tested
// here without another word.
var catalogueRules = storetest.Rules{
	"REP-05 REP-12 (part) every report of the catalogue says what the records say": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2018, Month: 3, Day: 4} // nobody else's
		services := served(t, w, day)
		batches := delivered(t, w, day, services[0].client) // who is in both
		records := map[report.Source][]record{report.Services: services, report.BatchServices: batches, report.Everything: slices.Concat(services, batches)}
		for _, d := range report.Catalogue() {
			t.Run(string(d.Name), func(t *testing.T) {
				c := report.Criteria{From: day, To: day}
				if d.By == report.Answer {
					c.FormKind, c.Field = "finance", "stage"
				}
				r := storetest.Must(w.Report(w.Admin, d.Name, c))(t)
				got := map[string]map[report.Measure]int{}
				for _, row := range r.Rows {
					if row.Withheld || !row.Label.Complete() {
						t.Errorf("%+v", row)
					}
					got[row.Key] = map[report.Measure]int{}
					for m, n := range row.Values {
						got[row.Key][m] = *n
					}
				}
				want, total := expected(t, d, records[d.Of])
				storetest.Diff(t, want, got)
				if d.By != report.Whole && len(want) < 2 {
					t.Errorf("a report by %s is shown on %d rows", d.By, len(want))
				}
				if d.Total != "" {
					storetest.Equal(t, "total", *r.Total, total)
				}
			})
		}
	},
}

// record is one service as reports may look at it.
type record struct {
	by        map[report.Dimension]string
	client    casemgmt.ClientID
	anonymous bool
	visit     string // session or day
	units     int
}

// expected counts records as a definition says, one by one.
func expected(t *testing.T, d report.Definition, records []record) (rows map[string]map[report.Measure]int, total int) {
	t.Helper()
	rows = map[string]map[report.Measure]int{}
	seen := map[string]bool{}
	for _, x := range records {
		key, ok := x.by[d.By]
		if !ok && d.By == report.Answer {
			continue // a form without the field
		}
		if !ok {
			t.Fatalf("no record says its %s", d.By)
		}
		if rows[key] == nil {
			rows[key] = map[report.Measure]int{}
		}
		once := func(m report.Measure, what string) int {
			if name := fmt.Sprint(key, m, what); !seen[name] {
				seen[name] = true
				return 1
			}
			return 0
		}
		for _, m := range d.Count {
			n := 0
			switch m {
			case report.Forms:
				n = 1
			case report.Units:
				n = x.units
			case report.Visits:
				n = once(m, x.client.String()+x.visit)
			case report.Clients:
				if !x.anonymous {
					n = once(m, x.client.String())
				}
			case report.Anonymous:
				if x.anonymous {
					n = once(m, x.client.String()+x.visit)
				}
			default:
				t.Fatalf("what %s counts is not known here", m)
			}
			rows[key][m] += n
			if m == d.Total {
				total += n
			}
		}
	}
	return rows, total
}

// served records sessions of a day and reads back the forms that count.
func served(t *testing.T, w *storetest.World, day civil.Date) []record {
	t.Helper()
	site := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Catalogue", Address: casemgmt.Address{PostalCode: "M1M1M1"}}))(t)
	a, b := w.Client().ID, w.Client().ID
	nobody := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t).ID
	start := func(ctx context.Context, at casemgmt.SiteID, typ session.Type, funder casemgmt.FunderID, change func(answers map[string]any), kinds []string, clients ...casemgmt.ClientID) {
		d := w.Details()
		d.ServiceDate, d.Site, d.Type = day, at, typ
		cmd := session.Start{Details: d}
		for _, c := range clients {
			line := session.StartClient{Client: c}
			for _, kind := range kinds {
				answers := w.Answers(kind)
				if _, ok := answers["start"]; ok {
					answers["start"] = day.String()
				}
				change(answers)
				line.Forms = append(line.Forms, session.StartForm{Kind: kind, Content: session.Content{Funder: funder, Answers: answers}})
			}
			cmd.Clients = append(cmd.Clients, line)
		}
		storetest.Must(w.Sessions.Start(ctx, cmd))(t)
	}
	as := func(map[string]any) {}
	closed := func(answers map[string]any) { answers["stage"] = "closed" }
	none := casemgmt.FunderID{}
	start(w.Worker, w.Site.ID, session.Direct, none, as, []string{"io", "nonspec"}, a, b)
	start(w.Worker, site.ID, session.Direct, w.Funder.ID, as, []string{"nonspec"}, a)
	start(w.Worker, site.ID, session.Direct, none, as, []string{"nonspec"}, nobody)
	start(w.Worker, site.ID, session.Direct, none, as, []string{"nonspec"}, nobody)
	start(w.Worker, w.Site.ID, session.DirectFinance, w.Funder.ID, as, []string{"finance"}, b)
	start(w.Outsider, w.Site.ID, session.DirectFinance, none, closed, []string{"finance"}, b)
	start(w.Outsider, w.Site.ID, session.DirectFinance, none, closed, []string{"finance"}, a)
	start(w.Outsider, site.ID, session.Direct, none, func(answers map[string]any) { delete(answers, "description") }, []string{"nonspec"}, b) // incomplete

	var out []record
	for _, x := range storetest.Must(w.Sessions.Sessions(w.Admin, session.Query{From: day, To: day}, casemgmt.PageRequest{Limit: 200}))(t).Items {
		if x = storetest.Must(w.Sessions.Session(w.Admin, x.ID))(t); !x.Complete {
			continue
		}
		for _, f := range x.Active() {
			r := record{client: f.Client, anonymous: x.Participant(f.Client).Kind == casemgmt.Anonymous, visit: x.ID.String(), by: map[report.Dimension]string{
				report.Whole: "", report.FormKind: f.Kind, report.SessionType: string(x.Type), report.Program: f.Program.String(),
				report.Site: x.Site.String(), report.Worker: f.Worker.String(), report.Funder: f.Funder.String()}}
			if stage, ok := f.Answers["stage"].(string); ok && f.Kind == "finance" {
				r.by[report.Answer] = stage
			}
			out = append(out, r)
		}
	}
	storetest.Equal(t, "forms that count", len(out), 10)
	return out
}

// delivered records services of batches on a day and reads back those that count.
func delivered(t *testing.T, w *storetest.World, day civil.Date, also casemgmt.ClientID) []record {
	t.Helper()
	here := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Drop-in", Address: casemgmt.Address{PostalCode: "M1M1M2"}}))(t)
	units := 3
	var clients []casemgmt.ClientID
	program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: w.Program.Name, Locations: []casemgmt.SiteID{here.ID, w.Site.ID}}))(t)
	use := func(ctx context.Context, p casemgmt.ProgramID, at casemgmt.SiteID, of []casemgmt.ClientID, codes ...batch.Include) *batch.Run {
		b := storetest.Must(w.Batches.Create(ctx, batch.Content{Description: "Catalogue", AutoPost: true, Program: p, Location: at, Services: codes}))(t)
		r := storetest.Must(w.Batches.Start(ctx, batch.Start{Batch: b.ID, ServiceDate: day}))(t)
		var picks []batch.Pick
		for _, c := range of {
			picks = append(picks, batch.Pick{Client: c})
		}
		for _, x := range storetest.Must(w.Batches.AddClients(ctx, batch.AddClients{Run: r.ID, Clients: picks}))(t).Results {
			storetest.Equal(t, "outcome", x.Outcome, batch.IsPosted)
		}
		return r
	}
	for _, c := range []casemgmt.ClientID{w.Client().ID, w.Client().ID, also} {
		clients = append(clients, c)
		w.Enroll(c, day, civil.Date{})
		storetest.Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: c, Program: program.ID, Start: day, Intake: storetest.Intake(day)}))(t)
	}
	meal, shower := batch.Include{Code: w.Codes["Supper"].ID, Units: &units}, batch.Include{Code: w.Codes["Shower"].ID}
	use(w.Worker, w.Program.ID, w.Site.ID, clients, meal, shower)
	use(w.Admin, program.ID, here.ID, clients[:1], meal)
	gone := use(w.Worker, w.Program.ID, w.Site.ID, clients, shower)
	storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: gone.ID, Version: gone.Version, Reason: "r"}))(t)

	var out []record
	for _, c := range clients {
		for _, x := range storetest.Must(w.Batches.Transactions(w.Admin, c, casemgmt.PageRequest{}))(t).Items {
			if !x.Reversed {
				out = append(out, record{client: c, visit: x.Date.String(), units: x.Units, by: map[report.Dimension]string{report.Whole: "",
					report.Code: x.Code.String(), report.Program: x.Program.String(), report.Site: x.Location.String(), report.Worker: x.Provider.String()}})
			}
		}
	}
	storetest.Equal(t, "services that count", len(out), 7)
	return out
}
