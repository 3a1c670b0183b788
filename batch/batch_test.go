package batch_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

var batchRules = storetest.Rules{
	"BAT-01 BAT-02 BAT-03 BAT-04 a batch is a set of services that are given together": func(t *testing.T, w *storetest.World) {
		units := 2
		cmd := batch.Content{Description: "Visit, meal and counselling", AutoPost: true, Performer: "Volunteers", Comments: "Winter program",
			Program: w.Program.ID, Location: w.Site.ID, Services: []batch.Include{
				{Code: w.Codes[enroll.DayShelter].ID}, {Code: w.Codes["Lunch"].ID, Units: &units}, {Code: w.Codes["Individual counselling"].ID}}}
		blank := cmd
		blank.Description = storetest.Nothing
		_, err := w.Batches.Create(w.Worker, blank)
		storetest.Refused(t, err, "/description", "required", "BAT-04")
		b := storetest.Must(w.Batches.Create(w.Worker, cmd))(t)
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		want := batch.Template{Description: cmd.Description, AutoPost: true, Provider: me.ID, Performer: cmd.Performer, Comments: cmd.Comments,
			Program: w.Program.ID, Location: w.Site.ID, Services: []batch.Item{{Code: cmd.Services[0].Code, Units: 1}, {Code: cmd.Services[1].Code, Units: 2}, {Code: cmd.Services[2].Code, Units: 1}}}
		storetest.Diff(t, want, b.Template)
		storetest.Diff(t, b, storetest.Must(w.Batches.Batch(w.Colleague, b.ID))(t))
	},
	"BAT-04a a batch is listed and opened apart from any client": func(t *testing.T, w *storetest.World) {
		b := w.DropIn(true)
		found, p := 0, casemgmt.PageRequest{Limit: 3}
		for {
			page := storetest.Must(w.Batches.Batches(w.Worker, p))(t)
			for _, x := range page.Items {
				if x.ID == b.ID {
					found++
				}
			}
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		storetest.Equal(t, "in the list", found, 1)
		storetest.Equal(t, "what an outsider lists", len(storetest.Must(w.Batches.Batches(w.Outsider, casemgmt.PageRequest{}))(t).Items), 0)
		_, err := w.Batches.Batch(w.Outsider, b.ID)
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Batches.Batch(w.OtherAdmin, b.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Batches.Batches(w.Worker, casemgmt.PageRequest{After: "zzz"})
		storetest.Refused(t, err, "/after", "bad_cursor", "SRC-06")
	},
	"BAT-05 the program, and one of its locations if it has several": func(t *testing.T, w *storetest.World) {
		second := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Second", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		services := []batch.Include{{Code: w.Codes["Lunch"].ID}}
		several := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Several", "Plusieurs"), Locations: []casemgmt.SiteID{w.Site.ID, second.ID}}))(t)
		none := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("None", "Aucun")}))(t)
		_, err := w.Batches.Create(w.Admin, batch.Content{Description: "d", Services: services})
		storetest.Refused(t, err, "/program", "required", "BAT-05")
		_, err = w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: several.ID, Services: services})
		storetest.Refused(t, err, "/location", "required", "BAT-05")
		for _, wrong := range []batch.Content{{Program: several.ID, Location: w.OtherSite.ID}, {Program: none.ID, Location: w.Site.ID}, {Program: w.Program.ID, Location: second.ID}} {
			wrong.Description, wrong.Services = "d", services
			_, err = w.Batches.Create(w.Admin, wrong)
			storetest.Refused(t, err, "/location", "not_a_location", "BAT-05")
		}
		storetest.Equal(t, "location", storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: several.ID, Location: second.ID, Services: services}))(t).Location, second.ID)
		storetest.Equal(t, "no location", storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: none.ID, Services: services}))(t).Location.IsZero(), true)
		storetest.Equal(t, "the only location", w.DropIn(true).Location, w.Site.ID)
		_, err = w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("x", "x"), Locations: []casemgmt.SiteID{w.OtherSite.ID}})
		storetest.Refused(t, err, "/locations/0", "no_such_record", "BAT-05")
	},
	"BAT-06 BAT-07 codes are found by group; day shelter visits have their default code": func(t *testing.T, w *storetest.World) {
		code, ok := w.Codes["Day Shelter – Homeless Drop-In Centers"]
		storetest.Equal(t, "the default code is there", ok, true)
		groups := storetest.Must(w.Enrolling.ServiceGroups(w.Worker, casemgmt.PageRequest{}))(t)
		if len(groups.Items) < 3 {
			t.Errorf("%d groups", len(groups.Items))
		}
		found := storetest.Must(w.Enrolling.ServiceCodes(w.Worker, code.Group, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "codes of the group", len(found.Items), 1)
		storetest.Diff(t, code, found.Items[0])
		meals := storetest.Must(w.Enrolling.ServiceCodes(w.Worker, w.Codes["Lunch"].Group, casemgmt.PageRequest{Limit: 2}))(t)
		storetest.Equal(t, "first page of meals", len(meals.Items), 2)
		rest := storetest.Must(w.Enrolling.ServiceCodes(w.Worker, w.Codes["Lunch"].Group, casemgmt.PageRequest{Limit: 2, After: meals.Next}))(t)
		storetest.Equal(t, "second page of meals", len(rest.Items), 1)
		_, err := w.Enrolling.ServiceCodes(w.OtherAdmin, code.Group, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/group", "no_such_record", "BAT-06")
		again := storetest.Must(w.Enrolling.AddStockCodes(w.Admin))(t) // nothing is there twice
		storetest.Equal(t, "codes", len(again), len(w.Codes))
		storetest.Equal(t, "the same one", again[0].ID, code.ID)
		_, err = w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID})
		storetest.Refused(t, err, "/services", "required", "BAT-06")
		theirs := storetest.Must(w.Enrolling.AddStockCodes(w.OtherAdmin))(t)
		_, err = w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: theirs[0].ID}}})
		storetest.Refused(t, err, "/services/0/code", "no_such_record", "BAT-06")
		_, err = w.Enrolling.AddStockCodes(w.Worker)
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"BAT-08 units are 1 unless given, and neither nothing nor absurd": func(t *testing.T, w *storetest.World) {
		for _, units := range []int{0, -1, 1000} {
			_, err := w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID, Units: &units}}})
			storetest.Refused(t, err, "/services/0/units", "out_of_range", "BAT-08")
		}
		_, err := w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}, {Code: w.Codes["Lunch"].ID}}})
		storetest.Refused(t, err, "/services/1/code", "repeated", "BAT-08")
	},
	"BAT-10 BAT-11 the provider is any active user of the agency": func(t *testing.T, w *storetest.World) {
		colleague := storetest.Must(w.Cases.Caller(w.Colleague))(t)
		cmd := batch.Content{Description: "d", AutoPost: true, Provider: colleague.ID, Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}
		b := storetest.Must(w.Batches.Create(w.Worker, cmd))(t)
		c := w.Enrolled()
		w.Add(w.Use(b, storetest.Today), c.ID)
		storetest.Equal(t, "provider", w.OnRecord(c.ID)[0].Provider, colleague.ID)
		cmd.Provider = storetest.Must(w.Cases.Caller(w.OtherWorker))(t).ID
		_, err := w.Batches.Create(w.Worker, cmd)
		storetest.Refused(t, err, "/provider", "no_such_record", "BAT-10")
		p := w.Profile()
		left := storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "N", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(t)
		cmd.Provider = left.ID
		b = storetest.Must(w.Batches.Create(w.Worker, cmd))(t)
		left.Deactivated = true
		storetest.Must(w.Cases.UpdateStaff(w.Setup, *left))(t)
		_, err = w.Batches.Create(w.Worker, cmd)
		storetest.Refused(t, err, "/provider", "closed", "BAT-10")
		_, err = w.Batches.Start(w.Worker, batch.Start{Batch: b.ID})
		storetest.Refused(t, err, "/provider", "closed", "BAT-10")
	},
	"BAT-12 BAT-13 a batch is used again, with its own dates each time; a run keeps what the batch said": func(t *testing.T, w *storetest.World) {
		b, c := w.DropIn(true), w.Enrolled()
		for _, days := range []int{-2, -1, 0} {
			storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(b, storetest.Today.AddDays(days)), c.ID))
		}
		runs := storetest.Must(w.Batches.Runs(w.Worker, b.ID, casemgmt.PageRequest{Limit: 2}))(t)
		storetest.Equal(t, "latest", runs.Items[0].ServiceDate, storetest.Today)
		more := storetest.Must(w.Batches.Runs(w.Worker, b.ID, casemgmt.PageRequest{Limit: 2, After: runs.Next}))(t)
		storetest.Equal(t, "the third", more.Items[0].ServiceDate, storetest.Today.AddDays(-2))
		r := storetest.Must(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID}))(t)
		storetest.Equal(t, "dates by default", [2]civil.Date{r.BatchDate, r.ServiceDate}, [2]civil.Date{storetest.Today, storetest.Today})
		r = storetest.Must(w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: storetest.Today, ServiceDate: storetest.Today.AddDays(-9)}))(t)
		storetest.Equal(t, "changed", r.ServiceDate, storetest.Today.AddDays(-9))
		w.Add(r, c.ID)
		_, err := w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: storetest.Today, ServiceDate: storetest.Today})
		storetest.Refused(t, err, "/service_date", "cannot_change", "BAT-13")
		b = storetest.Must(w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}}))(t)
		storetest.Equal(t, "the run's code", storetest.Must(w.Batches.Run(w.Worker, r.ID))(t).Services[0].Code, w.Codes[enroll.DayShelter].ID)
		_, err = w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version - 1, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}})
		storetest.Is(t, err, fault.ErrConflict)
		storetest.Must(w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}, Closed: true}}))(t)
		_, err = w.Batches.Start(w.Worker, batch.Start{Batch: b.ID})
		storetest.Refused(t, err, "/batch", "closed", "BAT-12")
	},
	"ACC-03 the runs of a batch that moved to another program stay with the first": func(t *testing.T, w *storetest.World) {
		b := w.DropIn(true)
		w.Use(b, storetest.Today)
		second := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Moved to", "Nouveau lieu")}))(t)
		storetest.Must(w.Batches.Update(w.Admin, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "moved", Program: second.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}}))(t)
		storetest.Equal(t, "runs that the second program sees", len(storetest.Must(w.Batches.Runs(w.FreshWorker(second), b.ID, casemgmt.PageRequest{}))(t).Items), 0)
	},
}
