package report_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// withheldRules are on small counts that would give something away.
var withheldRules = storetest.Rules{
	"ACC-11 counts hold what the caller may not see, and small ones that would reveal it are withheld": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2023, Month: 5, Day: 5}
		run := func(ctx context.Context, c report.Criteria) report.Row {
			c.From, c.To = day, day
			return storetest.Must(w.Report(ctx, "services_by_form_kind", c))(t).Rows[0]
		}
		for range 4 {
			w.Begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		}
		row := run(w.Admin, report.Criteria{})
		if row.Values[report.Forms] != nil || !row.Withheld {
			t.Errorf("an administrator sees %+v", row)
		}
		r := storetest.Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day}))(t)
		if r.Total != nil {
			t.Error("the total gives away what was withheld")
		}
		if row := run(w.Manager, report.Criteria{Program: w.Program.ID}); row.Values[report.Forms] == nil || *row.Values[report.Forms] != 4 {
			t.Errorf("the program's manager sees %+v", row)
		}
		w.Begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		if row := run(w.Admin, report.Criteria{}); row.Values[report.Forms] == nil || *row.Values[report.Forms] != 5 {
			t.Errorf("with five an administrator sees %+v", row)
		}
	},
	"ACC-11 ACC-10 what is hidden among many is not told by the difference of two reports": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2017, Month: 5, Day: 5}
		for range 7 {
			w.Begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		}
		number := func(ctx context.Context, name report.Name, m report.Measure, c report.Criteria) *int {
			c.From, c.To = day, day
			return storetest.Must(w.Report(ctx, name, c))(t).Rows[0].Values[m]
		}
		if n := number(w.Admin, "services_by_form_kind", report.Forms, report.Criteria{}); n == nil || *n != 7 {
			t.Errorf("without a private form %v", n)
		}
		w.Begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		for name, m := range map[report.Name]report.Measure{"services_by_form_kind": report.Forms, "clients_served": report.Clients, "services_by_worker": report.Forms} {
			for _, c := range []report.Criteria{{}, {Gender: "female"}, {FormKind: "nonspec"}, {Program: w.Program.ID}} {
				if n := number(w.Admin, name, m, c); n != nil {
					t.Errorf("%s of %+v tells an administrator %d", name, c, *n)
				}
				if n := number(w.Manager, name, m, report.Criteria{Program: w.Program.ID}); n == nil || *n != 8 {
					t.Errorf("%s tells the manager %v", name, n)
				}
			}
		}
	},
	"ACC-11 the number of incomplete sessions does not give away a private form's kind": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2020, Month: 7, Day: 7}
		d := w.Details()
		d.ServiceDate = day
		storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{
			{Kind: "io"}, {Kind: "refugee", Content: session.Content{Private: true}}}}}}))(t)
		open := func(kind string) *int {
			return storetest.Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day, FormKind: kind}))(t).IncompleteLeftOut
		}
		if n := open("refugee"); n != nil {
			t.Errorf("%d incomplete sessions with a refugee form", *n)
		}
		if n := open("io"); n == nil || *n != 1 {
			t.Errorf("incomplete sessions with an io form: %v", n)
		}
	},
	"ACC-11 visits do not give away withheld clients": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2019, Month: 9, Day: 9}
		for range 3 {
			w.Begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		}
		for range 4 {
			a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
			w.Begin(w.Worker, a.ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		}
		r := storetest.Must(w.Report(w.Admin, "clients_served", report.Criteria{From: day, To: day}))(t)
		got := map[report.Measure]bool{}
		for m, value := range r.Rows[0].Values {
			got[m] = r.Rows[0].Withheld && value == nil
		}
		storetest.Diff(t, map[report.Measure]bool{report.Clients: true, report.Anonymous: false, report.Visits: true}, got)
	},
}
