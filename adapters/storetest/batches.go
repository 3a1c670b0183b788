package storetest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

var batchRules = []rule{
	{"BAT-01 BAT-02 BAT-03 BAT-04 a batch is a set of services that are given together", func(t *testing.T, w *World) {
		units := 2
		cmd := batch.Content{Description: "Visit, meal and counselling", AutoPost: true, Performer: "Volunteers", Comments: "Winter program",
			Program: w.Program.ID, Location: w.Site.ID, Services: []batch.Include{
				{Code: w.Codes[enroll.DayShelter].ID}, {Code: w.Codes["Lunch"].ID, Units: &units}, {Code: w.Codes["Individual counselling"].ID}}}
		b := Must(w.Batches.Create(w.Worker, cmd))(t)
		me := Must(w.Cases.Caller(w.Worker))(t)
		want := batch.Template{Description: cmd.Description, AutoPost: true, Provider: me.ID, Performer: cmd.Performer, Comments: cmd.Comments,
			Program: w.Program.ID, Location: w.Site.ID, Services: []batch.Item{{Code: cmd.Services[0].Code, Units: 1}, {Code: cmd.Services[1].Code, Units: 2}, {Code: cmd.Services[2].Code, Units: 1}}}
		diff(t, want, b.Template)
		diff(t, b, Must(w.Batches.Batch(w.Colleague, b.ID))(t))
	}},
	{"BAT-04a a batch is listed and opened apart from any client", func(t *testing.T, w *World) {
		b := w.DropIn(true)
		found, p := 0, casemgmt.PageRequest{Limit: 3}
		for {
			page := Must(w.Batches.Batches(w.Worker, p))(t)
			for _, x := range page.Items {
				if x.ID == b.ID {
					found++
				}
			}
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		equal(t, "in the list", found, 1)
		equal(t, "what an outsider lists", len(Must(w.Batches.Batches(w.Outsider, casemgmt.PageRequest{}))(t).Items), 0)
		_, err := w.Batches.Batch(w.Outsider, b.ID)
		is(t, err, fault.ErrForbidden)
		_, err = w.Batches.Batch(w.OtherAdmin, b.ID)
		is(t, err, fault.ErrNotFound)
		_, err = w.Batches.Batches(w.Worker, casemgmt.PageRequest{After: "zzz"})
		refused(t, err, "/after", "bad_cursor", "SRC-06")
	}},
	{"BAT-05 the program, and one of its locations if it has several", func(t *testing.T, w *World) {
		second := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Second", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		services := []batch.Include{{Code: w.Codes["Lunch"].ID}}
		several := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Several", "Plusieurs"), Locations: []casemgmt.SiteID{w.Site.ID, second.ID}}))(t)
		none := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("None", "Aucun")}))(t)
		_, err := w.Batches.Create(w.Admin, batch.Content{Description: "d", Services: services})
		refused(t, err, "/program", "required", "BAT-05")
		_, err = w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: several.ID, Services: services})
		refused(t, err, "/location", "required", "BAT-05")
		for _, wrong := range []batch.Content{{Program: several.ID, Location: w.OtherSite.ID}, {Program: none.ID, Location: w.Site.ID}, {Program: w.Program.ID, Location: second.ID}} {
			wrong.Description, wrong.Services = "d", services
			_, err = w.Batches.Create(w.Admin, wrong)
			refused(t, err, "/location", "not_a_location", "BAT-05")
		}
		equal(t, "location", Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: several.ID, Location: second.ID, Services: services}))(t).Location, second.ID)
		equal(t, "no location", Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", Program: none.ID, Services: services}))(t).Location.IsZero(), true)
		equal(t, "the only location", w.DropIn(true).Location, w.Site.ID)
		_, err = w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("x", "x"), Locations: []casemgmt.SiteID{w.OtherSite.ID}})
		refused(t, err, "/locations/0", "no_such_record", "BAT-05")
	}},
	{"BAT-06 BAT-07 codes are found by group; day shelter visits have their default code", func(t *testing.T, w *World) {
		code, ok := w.Codes["Day Shelter – Homeless Drop-In Centers"]
		equal(t, "the default code is there", ok, true)
		groups := Must(w.Enrolling.ServiceGroups(w.Worker, casemgmt.PageRequest{}))(t)
		if len(groups.Items) < 3 {
			t.Errorf("%d groups", len(groups.Items))
		}
		found := Must(w.Enrolling.ServiceCodes(w.Worker, code.Group, casemgmt.PageRequest{}))(t)
		equal(t, "codes of the group", len(found.Items), 1)
		diff(t, code, found.Items[0])
		meals := Must(w.Enrolling.ServiceCodes(w.Worker, w.Codes["Lunch"].Group, casemgmt.PageRequest{Limit: 2}))(t)
		equal(t, "first page of meals", len(meals.Items), 2)
		rest := Must(w.Enrolling.ServiceCodes(w.Worker, w.Codes["Lunch"].Group, casemgmt.PageRequest{Limit: 2, After: meals.Next}))(t)
		equal(t, "second page of meals", len(rest.Items), 1)
		again := Must(w.Enrolling.AddStockCodes(w.Admin))(t) // nothing is there twice
		equal(t, "codes", len(again), len(w.Codes))
		equal(t, "the same one", again[0].ID, code.ID)
		_, err := w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID})
		refused(t, err, "/services", "required", "BAT-06")
		theirs := Must(w.Enrolling.AddStockCodes(w.OtherAdmin))(t)
		_, err = w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: theirs[0].ID}}})
		refused(t, err, "/services/0/code", "no_such_record", "BAT-06")
		_, err = w.Enrolling.AddStockCodes(w.Worker)
		is(t, err, fault.ErrForbidden)
	}},
	{"BAT-08 units are 1 unless given, and neither nothing nor absurd", func(t *testing.T, w *World) {
		for _, units := range []int{0, -1, 1000} {
			_, err := w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID, Units: &units}}})
			refused(t, err, "/services/0/units", "out_of_range", "BAT-08")
		}
		_, err := w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}, {Code: w.Codes["Lunch"].ID}}})
		refused(t, err, "/services/1/code", "repeated", "BAT-08")
	}},
	{"BAT-09 BAT-10 BAT-11 BAT-14 BAT-19 BAT-24 one transaction per client and code, with everything on it", func(t *testing.T, w *World) {
		c := w.Enrolled()
		b := w.DropIn(true, enroll.DayShelter, "Lunch")
		r := w.Use(b, Today.AddDays(-1))
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		got := w.record(c.ID)
		equal(t, "transactions", len(got), 2)
		entry := Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items[0]
		for _, x := range got {
			diff(t, batch.Transaction{Entry: entry.ID, Run: r.ID, Client: c.ID, Enrollment: entry.Enrollment, Code: x.Code, Units: 1, Date: Today.AddDays(-1),
				Comments: "Winter program", Program: w.Program.ID, Location: w.Site.ID, Provider: b.Provider, Performer: "Volunteers"}, x)
		}
	}},
	{"BAT-12 BAT-13 a batch is used again, with its own dates each time; a run keeps what the batch said", func(t *testing.T, w *World) {
		b, c := w.DropIn(true), w.Enrolled()
		for _, days := range []int{-2, -1, 0} {
			diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(b, Today.AddDays(days)), c.ID))
		}
		runs := Must(w.Batches.Runs(w.Worker, b.ID, casemgmt.PageRequest{Limit: 2}))(t)
		equal(t, "latest", runs.Items[0].ServiceDate, Today)
		more := Must(w.Batches.Runs(w.Worker, b.ID, casemgmt.PageRequest{Limit: 2, After: runs.Next}))(t)
		equal(t, "the third", more.Items[0].ServiceDate, Today.AddDays(-2))
		r := Must(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID}))(t)
		equal(t, "dates by default", [2]civil.Date{r.BatchDate, r.ServiceDate}, [2]civil.Date{Today, Today})
		r = Must(w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: Today, ServiceDate: Today.AddDays(-9)}))(t)
		equal(t, "changed", r.ServiceDate, Today.AddDays(-9))
		w.Add(r, c.ID)
		_, err := w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: Today, ServiceDate: Today})
		refused(t, err, "/service_date", "cannot_change", "BAT-13")
		b = Must(w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}}))(t)
		equal(t, "the run's code", Must(w.Batches.Run(w.Worker, r.ID))(t).Services[0].Code, w.Codes[enroll.DayShelter].ID)
		_, err = w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version - 1, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}})
		is(t, err, fault.ErrConflict)
		Must(w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "Other", Program: w.Program.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}, Closed: true}}))(t)
		_, err = w.Batches.Start(w.Worker, batch.Start{Batch: b.ID})
		refused(t, err, "/batch", "closed", "BAT-12")
	}},
	{"BAT-15 without automatic posting nothing is on a record until Post Services", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(w.DropIn(false), Today)
		diff(t, []batch.Outcome{batch.IsSelected, batch.IsSelected}, w.Add(r, c.ID, d.ID))
		equal(t, "on the record", len(w.record(c.ID)), 0)
		list := Must(w.Batches.Entries(w.Worker, r.ID, batch.Selected, casemgmt.PageRequest{}))(t)
		equal(t, "to be reviewed", len(list.Items), 2)
		equal(t, "who", list.Items[0].Person.Number, c.Number)
		// one of them was a mistake
		Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: list.Items[1].ID, Reason: "was not here"}))(t)
		page := Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		diff(t, []batch.Outcome{batch.IsPosted}, outcomes(page.Results))
		equal(t, "on the record", len(w.record(c.ID)), 1)
		equal(t, "on the other's", len(w.record(d.ID)), 0)
		equal(t, "posted again", len(Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results), 0)
		diff(t, &batch.Counts{Posted: 1, Reversed: 1}, Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
		_, err := w.Batches.Entries(w.Worker, r.ID, "lost", casemgmt.PageRequest{})
		refused(t, err, "/state", "unknown_value", "BAT-15")
	}},
	{"BAT-16 BAT-18 clients are found by card, number or name; a name answers candidates", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family = "Zuleika", "Quarkington"
		c := Must(w.register(p))(t)
		w.Enroll(c.ID, Today.AddDays(-1), civil.Date{})
		r := w.Use(w.DropIn(true), Today)
		found := Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: "quark zul"}))(t)
		equal(t, "candidates", len(found), 1)
		equal(t, "who", found[0].ID, c.ID)
		equal(t, "outcome", found[0].Outcome, batch.CanBeAdded)
		equal(t, "nothing was added", len(w.record(c.ID)), 0)
		got := Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Number: c.Number}, {Number: 99_999_999}}}))(t)
		diff(t, []batch.Outcome{batch.IsPosted, batch.NotFound}, outcomes(got.Results))
		found = Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: "quark"}))(t)
		equal(t, "outcome", found[0].Outcome, batch.AlreadyAdded)
		_, err := w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: " "})
		refused(t, err, "/name", "required", "BAT-16")
		for path, pick := range map[string]batch.Pick{"/clients/0/client": {}, "/clients/0/number": {Client: c.ID, Number: 3}} {
			_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{pick}})
			if fault.IssuesOf(err) == nil || fault.IssuesOf(err)[0].Path != path {
				t.Errorf("%v, want an issue at %s", err, path)
			}
		}
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID})
		refused(t, err, "/clients", "required", "BAT-16")
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: make([]batch.Pick, batch.MaxAdd+1)})
		refused(t, err, "/clients", "too_many", "BAT-16")
		// what adding another agency's client answers
		other := Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(t)
		diff(t, []batch.Outcome{batch.NotFound}, w.Add(r, other.ID))
	}},
	{"BAT-20 the same client, day and batch is posted once, and once more only when asked", func(t *testing.T, w *World) {
		c := w.Enrolled()
		b := w.DropIn(true)
		r := w.Use(b, Today)
		diff(t, []batch.Outcome{batch.IsPosted, batch.AlreadyAdded, batch.AlreadyAdded}, w.Add(r, c.ID, c.ID, c.ID))
		diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(r, c.ID))
		diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(w.Use(b, Today), c.ID)) // another run of the same day
		more := Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID, Again: true}, {Client: c.ID}, {Client: c.ID, Again: true}}}))(t)
		diff(t, []batch.Outcome{batch.IsPosted, batch.AlreadyAdded, batch.IsPosted}, outcomes(more.Results))
		equal(t, "services", len(w.record(c.ID)), 3)
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(w.DropIn(true), Today), c.ID)) // another batch
	}},
	{"BAT-20 BAT-25 a place that was reversed is not taken by a plain addition while another one counts", func(t *testing.T, w *World) {
		c := w.Enrolled()
		r := w.Use(w.DropIn(true), Today)
		w.Add(r, c.ID)
		more := Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID, Again: true}}}))(t)
		equal(t, "once more", more.Results[0].Outcome, batch.IsPosted)
		entry := Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items[0]
		Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "r"}))(t)
		diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(r, c.ID))
		Must(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "its place is free"}))(t)
		equal(t, "services", len(w.record(c.ID)), 2)
	}},
	{"BAT-10 BAT-11 the provider is any active user of the agency", func(t *testing.T, w *World) {
		colleague := Must(w.Cases.Caller(w.Colleague))(t)
		cmd := batch.Content{Description: "d", AutoPost: true, Provider: colleague.ID, Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}
		b := Must(w.Batches.Create(w.Worker, cmd))(t)
		c := w.Enrolled()
		w.Add(w.Use(b, Today), c.ID)
		equal(t, "provider", w.record(c.ID)[0].Provider, colleague.ID)
		cmd.Provider = Must(w.Cases.Caller(w.OtherWorker))(t).ID
		_, err := w.Batches.Create(w.Worker, cmd)
		refused(t, err, "/provider", "no_such_record", "BAT-10")
		p := w.Profile()
		left := Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "N", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(t)
		cmd.Provider = left.ID
		b = Must(w.Batches.Create(w.Worker, cmd))(t)
		left.Deactivated = true
		Must(w.Cases.UpdateStaff(w.Setup, *left))(t)
		_, err = w.Batches.Create(w.Worker, cmd)
		refused(t, err, "/provider", "closed", "BAT-10")
		_, err = w.Batches.Start(w.Worker, batch.Start{Batch: b.ID})
		refused(t, err, "/provider", "closed", "BAT-10")
	}},
	{"BAT-05 BAR-01 what happened to program and location since is looked at", func(t *testing.T, w *World) {
		program := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Moves", "Bouge")}))(t)
		b := Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		site := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "New", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		program.Locations = []casemgmt.SiteID{site.ID}
		program = Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		r := Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		equal(t, "the only location", r.Location, site.ID)
		c := w.Client()
		Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: c.ID, Program: program.ID, Start: Today, Intake: Intake(Today)}))(t)
		Must(w.Enrolling.BarClient(w.Admin, enroll.BarClient{Client: c.ID, Facility: site.ID, Reason: "r", Incident: "i", Start: Today, Permanent: true}))(t)
		add := func() ([]batch.Outcome, error) {
			out, err := w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
			if err != nil {
				return nil, err
			}
			return outcomes(out.Results), nil
		}
		diff(t, []batch.Outcome{batch.Barred}, Must(add())(t))
		site.Closed = true
		Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		_, err := add()
		refused(t, err, "/location", "closed", "BAT-05")
		_, err = w.Batches.Start(w.Admin, batch.Start{Batch: b.ID})
		refused(t, err, "/location", "closed", "BAT-05")
		program.Closed = true
		Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		_, err = w.Batches.Post(w.Admin, batch.Post{Run: r.ID})
		refused(t, err, "/program", "closed", "BAT-05")
	}},
	{"ACC-03 the runs of a batch that moved to another program stay with the first", func(t *testing.T, w *World) {
		b := w.DropIn(true)
		w.Use(b, Today)
		Must(w.Batches.Update(w.Admin, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "moved", Program: w.Second.ID,
			Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}}))(t)
		equal(t, "runs that the second program sees", len(Must(w.Batches.Runs(w.Outsider, b.ID, casemgmt.PageRequest{}))(t).Items), 0)
	}},
	{"BAT-21 the code and the consent are looked at again at posting", func(t *testing.T, w *World) {
		code := Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: i18n.T("Brunch", "Brunch")}))(t)
		b := Must(w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: code.ID}}}))(t)
		r := w.Use(b, Today)
		c, d := w.Enrolled(), w.Enrolled()
		w.Add(r, c.ID, d.ID)
		d = Must(w.Cases.Client(w.Worker, d.ID))(t)
		Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: d.ID, Version: d.Version}))(t)
		code.To = Today.AddDays(-1)
		code = Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		diff(t, []batch.Outcome{batch.CodeNotValid, batch.Withdrawn}, outcomes(Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results))
		code.To = Today
		Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		diff(t, []batch.Outcome{batch.IsPosted, batch.Withdrawn}, outcomes(Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results))
	}},
	{"BAT-21 enrollment and bar are checked again at posting", func(t *testing.T, w *World) {
		var clients []casemgmt.ClientID
		var enrolled []*enroll.Enrollment
		for range 3 {
			c := w.Client()
			clients, enrolled = append(clients, c.ID), append(enrolled, w.Enroll(c.ID, Today.AddDays(-30), civil.Date{}))
		}
		r := w.Use(w.DropIn(false), Today)
		w.Add(r, clients...)
		w.Bar(clients[0], Today, civil.Date{})
		Must(w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: enrolled[1].ID, Version: enrolled[1].Version, Start: enrolled[1].Start, Exit: Today.AddDays(-1)}))(t)
		page := Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		diff(t, []batch.Outcome{batch.Barred, batch.NoEnrollment, batch.IsPosted}, outcomes(page.Results))
		w.Enroll(clients[1], Today, civil.Date{}) // they are still selected
		page = Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		diff(t, []batch.Outcome{batch.Barred, batch.IsPosted}, outcomes(page.Results))
		equal(t, "enrollment of the posted service", w.record(clients[1])[0].Enrollment == enrolled[1].ID, false)
	}},
	{"BAT-23 not in the future, and within the code's validity", func(t *testing.T, w *World) {
		_, err := w.Batches.Start(w.Worker, batch.Start{Batch: w.DropIn(true).ID, BatchDate: Today, ServiceDate: Today.AddDays(1)})
		refused(t, err, "/service_date", "in_future", "BAT-23")
		code := Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: i18n.T("Picnic", "Pique-nique"),
			From: Today.AddDays(-5), To: Today.AddDays(-1)}))(t)
		b := Must(w.Batches.Create(w.Worker, batch.Content{Description: "Picnic", AutoPost: true, Program: w.Program.ID, Services: []batch.Include{{Code: code.ID}}}))(t)
		for _, days := range []int{-6, 0} {
			_, err := w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, ServiceDate: Today.AddDays(days)})
			refused(t, err, "/service_date", "code_not_valid", "BAT-23")
		}
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(b, Today.AddDays(-1))
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		code.To = Today.AddDays(-2)
		code = Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		diff(t, []batch.Outcome{batch.CodeNotValid}, w.Add(r, d.ID))
		_, err = w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: code.Group, Name: code.Name, From: Today, To: Today.AddDays(-1)})
		refused(t, err, "/to", "ends_before_start", "BAT-23")
	}},
	{"BAT-25 a run is reversed with a reason, restored, and its history kept", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		b := w.DropIn(true)
		r := w.Use(b, Today)
		w.Add(r, c.ID, d.ID)
		_, err := w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version})
		refused(t, err, "/reason", "required", "BAT-25")
		_, err = w.Batches.ReverseRun(w.Outsider, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "r"})
		is(t, err, fault.ErrForbidden)
		r = Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "wrong day"}))(t)
		diff(t, &batch.Counts{Reversed: 2}, r.Counts)
		equal(t, "services that count", len(w.record(c.ID)), 0)
		all := Must(w.Batches.Transactions(w.Worker, c.ID, casemgmt.PageRequest{}))(t)
		equal(t, "still visible, as reversed", all.Items[0].Reversed, true)
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
		refused(t, err, "/run", "run_reversed", "BAT-25")
		_, err = w.Batches.Post(w.Worker, batch.Post{Run: r.ID})
		refused(t, err, "/run", "run_reversed", "BAT-25")
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(b, Today), d.ID)) // given after all, in another run
		back := Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: r.Version, Reason: "it was right"}))(t)
		diff(t, []batch.Outcome{batch.AlreadyAdded}, outcomes(back.Left))
		equal(t, "who was left", back.Left[0].Client.ID, d.ID)
		diff(t, &batch.Counts{Posted: 1, Reversed: 1}, back.Counts)
		equal(t, "services that count", len(w.record(c.ID))+len(w.record(d.ID)), 2)
		history := Must(w.Batches.Reversals(w.Worker, r.ID))(t)
		equal(t, "reversals", len(history), 1)
		equal(t, "undone because", history[0].Undone.Reason, "it was right")
		_, err = w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: back.Version, Reason: "again"})
		refused(t, err, "/id", "not_applicable", "BAT-25")
	}},
	{"BAT-25 one client of a run is reversed and restored", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(w.DropIn(true, enroll.DayShelter, "Lunch"), Today)
		w.Add(r, c.ID, d.ID)
		entry := Must(w.Batches.Entries(w.Worker, r.ID, batch.Posted, casemgmt.PageRequest{}))(t).Items[0]
		after := w.tail()
		Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"}))(t)
		event := Must(w.Cases.Feed(w.Admin, after, 1))(t).Events[0]
		equal(t, "event", event.Type, "entry.reversed")
		equal(t, "subject", event.Subject, r.ID.String())
		equal(t, "what it names", event.Changes[0].Path, "/entries")
		equal(t, "services", [2]int{len(w.record(c.ID)), len(w.record(d.ID))}, [2]int{0, 2})
		_, err := w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"})
		refused(t, err, "/id", "not_applicable", "BAT-25")
		w.Bar(c.ID, Today, civil.Date{})
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "no, stayed"})
		refused(t, err, "/id", "barred", "BAR-01")
		bar := Must(w.Enrolling.ClientBars(w.Worker, c.ID))(t)[0]
		Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: bar.ID, Version: bar.Version, Reason: "r"}))(t)
		restored := Must(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "no, stayed"}))(t)
		equal(t, "state", restored.State, batch.Posted)
		equal(t, "services", len(w.record(c.ID)), 2)
		// a reversed one leaves its place to a new one, and then does not come back
		Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"}))(t)
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "r"})
		refused(t, err, "/id", "already_added", "BAT-20")
		// what was reversed alone stays so when the run is reversed and restored
		run := Must(w.Batches.Run(w.Worker, r.ID))(t)
		run = Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: run.Version, Reason: "all wrong"}))(t)
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "r"})
		refused(t, err, "/id", "run_reversed", "BAT-25")
		back := Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: run.Version, Reason: "all right"}))(t)
		diff(t, &batch.Counts{Posted: 2, Reversed: 1}, back.Counts)
	}},
	{"RUN-04 a batch, a run, a bar, a card and an enrollment keep every field", func(t *testing.T, w *World) {
		me, c := Must(w.Cases.Caller(w.Worker))(t), w.Client()
		b := &batch.Batch{}
		fill(b)
		b.ID, b.Version, b.Program = id.New[batch.Batch](), 1, w.Program.ID
		r := &batch.Run{}
		fill(r)
		r.ID, r.Version, r.Batch, r.Program = id.New[batch.Run](), 1, b.ID, w.Program.ID
		e := &enroll.Enrollment{}
		fill(e)
		e.ID, e.Version, e.Client, e.Program = id.New[enroll.Enrollment](), 1, c.ID, w.Program.ID
		bar := &enroll.Bar{}
		fill(bar)
		bar.ID, bar.Version, bar.Client, bar.Program, bar.Facility = id.New[enroll.Bar](), 1, c.ID, w.Program.ID, w.Site.ID
		card := &enroll.Card{}
		fill(card)
		card.ID, card.Version, card.Client, card.Value = id.New[enroll.Card](), 1, c.ID, "FILLED-1"
		entry := &batch.Entry{ID: id.New[batch.Entry](), Run: r.ID, Client: c.ID, Enrollment: e.ID, Again: 3, Added: Now, By: me.ID, Scan: "filled-1", ScannedAt: Now.AddDate(0, 0, -1)}
		entry.SetPosted(true)
		var got [6]any
		err := w.Store.Batches().Update(w.Setup, "metro", func(tx batch.Tx) error {
			ctx := w.Setup
			for _, err := range []error{tx.Batches().Insert(ctx, b), tx.Runs().Insert(ctx, r), tx.Enrollments().Insert(ctx, e), tx.Bars().Insert(ctx, bar), tx.Cards().Insert(ctx, card)} {
				if err != nil {
					return err
				}
			}
			there, err := tx.Entries().Insert(ctx, r, []*batch.Entry{entry})
			if err != nil || !there[entry.ID] {
				return fmt.Errorf("the entry was not written: %w", err)
			}
			var errs [6]error
			got[0], errs[0] = tx.Batches().Get(ctx, b.ID)
			got[1], errs[1] = tx.Runs().Get(ctx, r.ID)
			got[2], errs[2] = tx.Enrollments().Get(ctx, e.ID)
			got[3], errs[3] = tx.Bars().Get(ctx, bar.ID)
			got[4], errs[4] = tx.Cards().Get(ctx, card.ID)
			got[5], errs[5] = tx.Entries().Lock(ctx, r.ID, entry.ID)
			for _, err := range errs {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []any{b, r, e, bar, card} {
			diff(t, want, got[i])
		}
		back := got[5].(*batch.Entry)
		equal(t, "posted", back.WasPosted(), true)
		equal(t, "entry", fmt.Sprintf("%+v", *back), fmt.Sprintf("%+v", *entry))
	}},
}

// fill fills every field of a record.
func fill[T any](record *T) { Fill(reflect.ValueOf(record).Elem(), 1) }
