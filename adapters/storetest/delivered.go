package storetest

import (
	"fmt"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session/report"
)

var deliveredRules = []rule{
	{"REP-10 REP-11 BAT-25 services by code: units, clients, visits by day; reversed ones leave the count", func(t *testing.T, w *World) {
		day := Today.AddDays(-100) // nobody else's
		c := report.Criteria{From: day, To: day.AddDays(1), Program: w.Program.ID}
		a, b := w.Client(), w.Client()
		for _, x := range []*casemgmt.Client{a, b} {
			w.Enroll(x.ID, day, Today)
		}
		units := 2
		double := Must(w.Batches.Create(w.Worker, batch.Content{Description: "Meals", AutoPost: true, Program: w.Program.ID, Services: []batch.Include{
			{Code: w.Codes["Supper"].ID, Units: &units}, {Code: w.Codes["Shower"].ID}}}))(t)
		first, second := w.Use(double, day), w.Use(double, day.AddDays(1))
		w.Add(first, a.ID, b.ID)
		w.Add(second, a.ID)
		wait := w.Use(w.DropIn(false), day)
		w.Add(wait, b.ID)
		row := func(r *report.Result, code string) string {
			for _, x := range r.Rows {
				if x.Key == w.Codes[code].ID.String() {
					return fmt.Sprint(*x.Values[report.Units], *x.Values[report.Clients], *x.Values[report.Visits])
				}
			}
			return "none"
		}
		r := Must(w.Report(w.Manager, "services_by_code", c))(t)
		equal(t, "suppers", row(r, "Supper"), "6 2 3")
		equal(t, "showers", row(r, "Shower"), "3 2 3")
		equal(t, "total of units", *r.Total, 9)
		equal(t, "left out, as they are not posted", *r.UnpostedLeftOut, 1)
		equal(t, "criteria", r.Criteria, c)
		equal(t, "moment", r.At.IsZero(), false)
		Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: second.ID, Version: second.Version, Reason: "r"}))(t)
		r = Must(w.Report(w.Manager, "services_by_code", c))(t)
		equal(t, "suppers", row(r, "Supper"), "4 2 2")
		c.Gender = "male"
		equal(t, "suppers of men", row(Must(w.Report(w.Manager, "services_by_code", c))(t), "Supper"), "none")
		c.Gender, c.Site, c.Worker = "female", w.Site.ID, Must(w.Cases.Caller(w.Worker))(t).ID
		equal(t, "suppers at the site by the worker", row(Must(w.Report(w.Worker, "services_by_code", c))(t), "Supper"), "4 2 2")
		_, err := w.Report(w.Outsider, "services_by_code", c)
		is(t, err, fault.ErrForbidden)
		c.Funder, c.FormKind, c.SessionType = w.Funder.ID, "io", "direct"
		_, err = w.Report(w.Worker, "services_by_code", c)
		for _, path := range []string{"/funder", "/form_kind", "/session_type"} {
			refused(t, err, path, "not_applicable", "REP-10")
		}
	}},
	{"BAT-19 ACC-03 a client's record shows the services of the caller's programs", func(t *testing.T, w *World) {
		c := w.Enrolled()
		b := w.DropIn(true, enroll.DayShelter, "Lunch", "Shower")
		for i := range 3 {
			w.Add(w.Use(b, Today.AddDays(-i)), c.ID)
		}
		var all []batch.Transaction
		p := casemgmt.PageRequest{Limit: 4}
		for {
			page := Must(w.Batches.Transactions(w.Colleague, c.ID, p))(t)
			all = append(all, page.Items...)
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		equal(t, "services", len(all), 9)
		equal(t, "the latest first", all[0].Date, Today)
		equal(t, "what an outsider sees", len(Must(w.Batches.Transactions(w.Outsider, c.ID, casemgmt.PageRequest{}))(t).Items), 0)
		equal(t, "what the administrator sees", len(Must(w.Batches.Transactions(w.Admin, c.ID, casemgmt.PageRequest{}))(t).Items), 9)
		_, err := w.Batches.Transactions(w.OtherAdmin, c.ID, casemgmt.PageRequest{})
		is(t, err, fault.ErrNotFound)
	}},
}
