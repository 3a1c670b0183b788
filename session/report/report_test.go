package report_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

var reportRules = storetest.Rules{
	"REP-08 REP-10 common criteria narrow every report": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2022, Month: 2, Day: 2}
		worker := storetest.Must(w.Cases.Caller(w.Worker))(t)
		site := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Second site", Address: casemgmt.Address{PostalCode: "M1M1M1"}}))(t)
		male := w.Profile()
		male.Gender = "male"
		m := storetest.Must(w.Register(male))(t)
		f := w.Client()
		start := func(ctx context.Context, c casemgmt.ClientID, kind string, change func(*session.Details), content session.Content) {
			d := w.Details()
			d.ServiceDate = day
			change(&d)
			content.Answers = w.Answers(kind)
			for k := range content.Answers {
				if k == "start" || k == "referral_date" {
					content.Answers[k] = day.String()
				}
			}
			x := storetest.Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: c, Forms: []session.StartForm{{Kind: kind, Content: content}}}}}))(t)
			if !x.Complete {
				t.Fatalf("missing %v", x.Participants[0].Forms[0].Missing)
			}
		}
		none := func(*session.Details) {}
		for range 5 { // enough for nothing to be withheld
			start(w.Worker, f.ID, "nonspec", none, session.Content{})
		}
		start(w.Worker, m.ID, "io", func(d *session.Details) { d.Funders = []casemgmt.FunderID{w.Funder.ID} }, session.Content{})
		start(w.Worker, f.ID, "finance", func(d *session.Details) { d.Type, d.Site = session.DirectFinance, site.ID }, session.Content{Funder: w.Funder.ID})
		start(w.Outsider, f.ID, "nonspec", func(d *session.Details) { d.ServiceDate = day.AddDays(1) }, session.Content{})
		w.Begin(w.Worker, f.ID, day, "io", session.Content{})
		for _, tt := range []struct {
			name     string
			c        report.Criteria
			services int
			clients  int
			open     int
		}{
			{"two days", report.Criteria{To: day.AddDays(1)}, 8, 2, 1}, {"one day", report.Criteria{}, 7, 2, 1},
			{"program", report.Criteria{To: day.AddDays(1), Program: w.Second.ID}, 1, 1, 0}, {"site", report.Criteria{Site: site.ID}, 1, 1, 0},
			{"funder of form or session", report.Criteria{Funder: w.Funder.ID}, 2, 2, 0}, {"worker", report.Criteria{To: day.AddDays(1), Worker: worker.ID}, 7, 2, 1},
			{"type", report.Criteria{SessionType: "direct_finance"}, 1, 1, 0}, {"kind", report.Criteria{FormKind: "io"}, 1, 1, 1},
			{"gender", report.Criteria{Gender: "male"}, 1, 1, 0},
		} {
			tt.c.From = day
			if tt.c.To.IsZero() {
				tt.c.To = day
			}
			r := storetest.Must(w.Report(w.Admin, "services_by_form_kind", tt.c))(t)
			storetest.Equal(t, tt.name+": services", *r.Total, tt.services)
			storetest.Equal(t, tt.name+": incomplete left out", *r.IncompleteLeftOut, tt.open)
			s := storetest.Must(w.Report(w.Admin, "clients_served", tt.c))(t)
			storetest.Equal(t, tt.name+": clients", *s.Rows[0].Values[report.Clients], tt.clients)
		}
	},
	"REP-10 bad criteria are refused by name": func(t *testing.T, w *storetest.World) {
		_, err := w.Report(w.Admin, "clients_served", report.Criteria{})
		storetest.Refused(t, err, "/from", "required", "REP-10")
		_, err = w.Report(w.Admin, "clients_served", report.Criteria{From: storetest.Today, To: storetest.Today.AddDays(-1)})
		storetest.Refused(t, err, "/to", "ends_before_start", "REP-10")
		_, err = w.Report(w.Admin, "clients_served", report.Criteria{From: storetest.Today, To: storetest.Today, FormKind: "x"})
		storetest.Refused(t, err, "/form_kind", "unknown_value", "REP-10")
		for path, change := range map[string]func(*report.Criteria){
			"/program": func(c *report.Criteria) { c.Program = id.New[casemgmt.Program]() }, "/site": func(c *report.Criteria) { c.Site = id.New[casemgmt.Site]() },
			"/funder": func(c *report.Criteria) { c.Funder = id.New[casemgmt.Funder]() }, "/worker": func(c *report.Criteria) { c.Worker = id.New[casemgmt.Staff]() },
		} {
			c := report.Criteria{From: storetest.Today, To: storetest.Today}
			change(&c)
			_, err := w.Report(w.Admin, "clients_served", c)
			storetest.Refused(t, err, path, "no_such_record", "REP-10")
		}
		_, err = w.Report(w.Admin, "clients_served", report.Criteria{From: storetest.Today, To: storetest.Today, Program: w.OtherProgram.ID})
		storetest.Refused(t, err, "/program", "no_such_record", "REP-10") // another agency's
		_, err = w.Report(w.Admin, "horoscope", report.Criteria{From: storetest.Today, To: storetest.Today})
		storetest.Is(t, err, fault.ErrNotFound)
	},
	"REP-11 a report says its criteria, its moment, and what it left out": func(t *testing.T, w *storetest.World) {
		c := report.Criteria{From: storetest.Today, To: storetest.Today, FormKind: "io"}
		r := storetest.Must(w.Report(w.Admin, "clients_served", c))(t)
		storetest.Diff(t, c, r.Criteria)
		if r.At.IsZero() || r.IncompleteLeftOut == nil {
			t.Errorf("moment %v, left out %v", r.At, r.IncompleteLeftOut)
		}
	},
	"ACC-07 REP-08 a worker's report is on themselves, a manager's on the managed program": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		day := report.Criteria{From: storetest.Today, To: storetest.Today}
		storetest.Equal(t, "worker", storetest.Must(w.Report(w.Worker, "clients_served", day))(t).Criteria.Worker, me.ID)
		program := day
		program.Program = w.Program.ID
		_, err := w.Report(w.Worker, "clients_served", program)
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Must(w.Report(w.Manager, "clients_served", program))(t)
		program.Program = w.Second.ID
		_, err = w.Report(w.Manager, "clients_served", program)
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"ANO-06 an anonymous client counts as served, not as a different client": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2021, Month: 1, Day: 1}
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		for range 2 {
			w.Begin(w.Worker, a.ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		}
		r := storetest.Must(w.Report(w.Admin, "clients_served", report.Criteria{From: day, To: day}))(t)
		got := map[report.Measure]int{}
		for m, value := range r.Rows[0].Values {
			got[m] = *value
		}
		storetest.Diff(t, map[report.Measure]int{report.Clients: 0, report.Anonymous: 2, report.Visits: 2}, got)
	},
	"ACC-09 REP-09 a deactivated worker cannot act; the work stays counted": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		day := civil.Date{Year: 2023, Month: 9, Day: 9}
		w.Begin(ctx, w.Client().ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		staff := storetest.Must(w.Cases.Caller(ctx))(t)
		staff.Deactivated = true
		storetest.Must(w.Cases.UpdateStaff(w.Admin, *staff))(t)
		_, err := w.Cases.Caller(ctx)
		storetest.Is(t, err, fault.ErrUnauthenticated)
		storetest.Equal(t, "counted", w.Total(day), 1)
		_, err = w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day, Worker: staff.ID})
		storetest.Refused(t, err, "/worker", "report_deactivated", "REP-09")
	},
	"REP-11 incomplete sessions without forms and of removed clients": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2020, Month: 8, Day: 8}
		d := w.Details()
		d.ServiceDate, d.Funders = day, []casemgmt.FunderID{w.Funder.ID}
		storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d}))(t)
		d.Funders = []casemgmt.FunderID{}
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Client: w.Client().ID}))(t)
		storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client}))(t)
		for _, tt := range []struct {
			c    report.Criteria
			want int
		}{{report.Criteria{}, 2}, {report.Criteria{Funder: w.Funder.ID}, 1}, {report.Criteria{FormKind: "io"}, 0}, {report.Criteria{Gender: "female"}, 0}} {
			tt.c.From, tt.c.To = day, day
			r := storetest.Must(w.Report(w.Worker, "services_by_form_kind", tt.c))(t)
			if r.IncompleteLeftOut == nil || *r.IncompleteLeftOut != tt.want {
				t.Errorf("%+v: %v left out, want %d", tt.c, r.IncompleteLeftOut, tt.want)
			}
		}
	},
}
