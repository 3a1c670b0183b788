package report_test

import (
	"fmt"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session/report"
)

// deliveredRules are on the services of batches.
var deliveredRules = storetest.Rules{
	"REP-10 REP-11 BAT-25 services by code: units, clients, visits by day; reversed ones leave the count": func(t *testing.T, w *storetest.World) {
		day := storetest.Today.AddDays(-100) // nobody else's
		c := report.Criteria{From: day, To: day.AddDays(1), Program: w.Program.ID}
		a, b := w.Client(), w.Client()
		for _, x := range []*casemgmt.Client{a, b} {
			w.Enroll(x.ID, day, storetest.Today)
		}
		units := 2
		double := storetest.Must(w.Batches.Create(w.Worker, batch.Content{Description: "Meals", AutoPost: true, Program: w.Program.ID, Services: []batch.Include{
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
		r := storetest.Must(w.Report(w.Manager, "services_by_code", c))(t)
		storetest.Equal(t, "suppers", row(r, "Supper"), "6 2 3")
		storetest.Equal(t, "showers", row(r, "Shower"), "3 2 3")
		storetest.Equal(t, "total of units", *r.Total, 9)
		storetest.Equal(t, "left out, as they are not posted", *r.UnpostedLeftOut, 1)
		storetest.Equal(t, "criteria", r.Criteria, c)
		storetest.Equal(t, "moment", r.At.IsZero(), false)
		storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: second.ID, Version: second.Version, Reason: "r"}))(t)
		r = storetest.Must(w.Report(w.Manager, "services_by_code", c))(t)
		storetest.Equal(t, "suppers", row(r, "Supper"), "4 2 2")
		c.Gender = "male"
		storetest.Equal(t, "suppers of men", row(storetest.Must(w.Report(w.Manager, "services_by_code", c))(t), "Supper"), "none")
		c.Gender, c.Site, c.Worker = "female", w.Site.ID, storetest.Must(w.Cases.Caller(w.Worker))(t).ID
		storetest.Equal(t, "suppers at the site by the worker", row(storetest.Must(w.Report(w.Worker, "services_by_code", c))(t), "Supper"), "4 2 2")
		_, err := w.Report(w.Outsider, "services_by_code", c)
		storetest.Is(t, err, fault.ErrForbidden)
		c.Funder, c.FormKind, c.SessionType = w.Funder.ID, "io", "direct"
		_, err = w.Report(w.Worker, "services_by_code", c)
		for _, path := range []string{"/funder", "/form_kind", "/session_type"} {
			storetest.Refused(t, err, path, "not_applicable", "REP-10")
		}
	},
}
