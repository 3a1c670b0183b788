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

// addRules are on adding clients and posting their services.
var addRules = storetest.Rules{
	"BAT-09 BAT-10 BAT-11 BAT-14 BAT-19 BAT-24 one transaction per client and code, with everything on it": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		b := w.DropIn(true, enroll.DayShelter, "Lunch")
		r := w.Use(b, storetest.Today.AddDays(-1))
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		got := w.OnRecord(c.ID)
		storetest.Equal(t, "transactions", len(got), 2)
		entry := storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items[0]
		for _, x := range got {
			storetest.Diff(t, batch.Transaction{Entry: entry.ID, Run: r.ID, Client: c.ID, Enrollment: entry.Enrollment, Code: x.Code, Units: 1, Date: storetest.Today.AddDays(-1),
				Comments: "Winter program", Program: w.Program.ID, Location: w.Site.ID, Provider: b.Provider, Performer: "Volunteers"}, x)
		}
	},
	"BAT-15 without automatic posting nothing is on a record until Post Services": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(w.DropIn(false), storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.IsSelected, batch.IsSelected}, w.Add(r, c.ID, d.ID))
		storetest.Equal(t, "on the record", len(w.OnRecord(c.ID)), 0)
		list := storetest.Must(w.Batches.Entries(w.Worker, r.ID, batch.Selected, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "to be reviewed", len(list.Items), 2)
		storetest.Equal(t, "who", list.Items[0].Person.Number, c.Number)
		// one of them was a mistake
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: list.Items[1].ID, Reason: "was not here"}))(t)
		page := storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, storetest.Outcomes(page.Results))
		storetest.Equal(t, "on the record", len(w.OnRecord(c.ID)), 1)
		storetest.Equal(t, "on the other's", len(w.OnRecord(d.ID)), 0)
		storetest.Equal(t, "posted again", len(storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results), 0)
		storetest.Diff(t, &batch.Counts{Posted: 1, Reversed: 1}, storetest.Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
		_, err := w.Batches.Entries(w.Worker, r.ID, "lost", casemgmt.PageRequest{})
		storetest.Refused(t, err, "/state", "unknown_value", "BAT-15")
	},
	"BAT-16 BAT-18 clients are found by card, number or name; a name answers candidates": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Family = "Zuleika", "Quarkington"
		c := storetest.Must(w.Register(p))(t)
		w.Enroll(c.ID, storetest.Today.AddDays(-1), civil.Date{})
		r := w.Use(w.DropIn(true), storetest.Today)
		found := storetest.Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: "quark zul"}))(t)
		storetest.Equal(t, "candidates", len(found.Items), 1)
		storetest.Equal(t, "who", found.Items[0].ID, c.ID)
		storetest.Equal(t, "outcome", found.Items[0].Outcome, batch.CanBeAdded)
		storetest.Equal(t, "nothing was added", len(w.OnRecord(c.ID)), 0)
		got := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Number: c.Number}, {Number: 99_999_999}}}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.NotFound}, storetest.Outcomes(got.Results))
		found = storetest.Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: "quark"}))(t)
		storetest.Equal(t, "outcome", found.Items[0].Outcome, batch.AlreadyAdded)
		_, err := w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: " "})
		storetest.Refused(t, err, "/name", "required", "BAT-16")
		for path, pick := range map[string]batch.Pick{"/clients/0/client": {}, "/clients/0/number": {Client: c.ID, Number: 3}} {
			_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{pick}})
			if fault.IssuesOf(err) == nil || fault.IssuesOf(err)[0].Path != path {
				t.Errorf("%v, want an issue at %s", err, path)
			}
		}
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID})
		storetest.Refused(t, err, "/clients", "required", "BAT-16")
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: make([]batch.Pick, batch.MaxAdd+1)})
		storetest.Refused(t, err, "/clients", "too_many", "BAT-16")
		// what adding another agency's client answers
		other := storetest.Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(t)
		storetest.Diff(t, []batch.Outcome{batch.NotFound}, w.Add(r, other.ID))
	},
	"BAT-20 the same client, day and batch is posted once, and once more only when asked": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		b := w.DropIn(true)
		r := w.Use(b, storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.AlreadyAdded, batch.AlreadyAdded}, w.Add(r, c.ID, c.ID, c.ID))
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(r, c.ID))
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(w.Use(b, storetest.Today), c.ID)) // another run of the same day
		more := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID, Again: true}, {Client: c.ID}, {Client: c.ID, Again: true}}}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.AlreadyAdded, batch.IsPosted}, storetest.Outcomes(more.Results))
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 3)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(w.DropIn(true), storetest.Today), c.ID)) // another batch
	},
	"BAT-20 BAT-25 a place that was reversed is not taken by a plain addition while another one counts": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		r := w.Use(w.DropIn(true), storetest.Today)
		w.Add(r, c.ID)
		more := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID, Again: true}}}))(t)
		storetest.Equal(t, "once more", more.Results[0].Outcome, batch.IsPosted)
		entry := storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items[0]
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "r"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(r, c.ID))
		storetest.Must(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "its place is free"}))(t)
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 2)
	},
	"BAT-05 BAR-01 what happened to program and location since is looked at": func(t *testing.T, w *storetest.World) {
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Moves", "Bouge")}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "d", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		site := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "New", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		program.Locations = []casemgmt.SiteID{site.ID}
		program = storetest.Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		r := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		storetest.Equal(t, "the only location", r.Location, site.ID)
		c := w.Client()
		storetest.Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: c.ID, Program: program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)}))(t)
		storetest.Must(w.Enrolling.BarClient(w.Admin, enroll.BarClient{Client: c.ID, Facility: site.ID, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true}))(t)
		add := func() ([]batch.Outcome, error) {
			out, err := w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
			if err != nil {
				return nil, err
			}
			return storetest.Outcomes(out.Results), nil
		}
		storetest.Diff(t, []batch.Outcome{batch.Barred}, storetest.Must(add())(t))
		site.Closed = true
		storetest.Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		_, err := add()
		storetest.Refused(t, err, "/location", "closed", "BAT-05")
		_, err = w.Batches.Start(w.Admin, batch.Start{Batch: b.ID})
		storetest.Refused(t, err, "/location", "closed", "BAT-05")
		program.Closed = true
		storetest.Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		_, err = w.Batches.Post(w.Admin, batch.Post{Run: r.ID})
		storetest.Refused(t, err, "/program", "closed", "BAT-05")
	},
	"BAT-21 the code and the consent are looked at again at posting": func(t *testing.T, w *storetest.World) {
		code := storetest.Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Individual counselling"].Group, Name: i18n.T("Brunch", "Brunch")}))(t)
		b := storetest.Must(w.Batches.Create(w.Worker, batch.Content{Description: "d", Program: w.Program.ID, Services: []batch.Include{{Code: code.ID}}}))(t)
		r := w.Use(b, storetest.Today)
		c, d := w.Enrolled(), w.Enrolled()
		w.Add(r, c.ID, d.ID)
		d = storetest.Must(w.Cases.Client(w.Worker, d.ID))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: d.ID, Version: d.Version}))(t)
		code.To = storetest.Today.AddDays(-1)
		code = storetest.Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		storetest.Diff(t, []batch.Outcome{batch.CodeNotValid, batch.Withdrawn}, storetest.Outcomes(storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results))
		code.To = storetest.Today
		storetest.Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.Withdrawn}, storetest.Outcomes(storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t).Results))
	},
	"BAT-21 enrollment and bar are checked again at posting": func(t *testing.T, w *storetest.World) {
		var clients []casemgmt.ClientID
		var enrolled []*enroll.Enrollment
		for range 3 {
			c := w.Client()
			clients, enrolled = append(clients, c.ID), append(enrolled, w.Enroll(c.ID, storetest.Today.AddDays(-30), civil.Date{}))
		}
		r := w.Use(w.DropIn(false), storetest.Today)
		w.Add(r, clients...)
		w.Bar(clients[0], storetest.Today, civil.Date{})
		storetest.Must(w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: enrolled[1].ID, Version: enrolled[1].Version, Start: enrolled[1].Start, Exit: storetest.Today.AddDays(-1)}))(t)
		page := storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		storetest.Diff(t, []batch.Outcome{batch.Barred, batch.NoEnrollment, batch.IsPosted}, storetest.Outcomes(page.Results))
		w.Enroll(clients[1], storetest.Today, civil.Date{}) // they are still selected
		page = storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		storetest.Diff(t, []batch.Outcome{batch.Barred, batch.IsPosted}, storetest.Outcomes(page.Results))
		storetest.Equal(t, "enrollment of the posted service", w.OnRecord(clients[1])[0].Enrollment == enrolled[1].ID, false)
	},
	"BAT-23 not in the future, and within the code's validity": func(t *testing.T, w *storetest.World) {
		_, err := w.Batches.Start(w.Worker, batch.Start{Batch: w.DropIn(true).ID, BatchDate: storetest.Today, ServiceDate: storetest.Today.AddDays(1)})
		storetest.Refused(t, err, "/service_date", "in_future", "BAT-23")
		code := storetest.Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Individual counselling"].Group, Name: i18n.T("Picnic", "Pique-nique"),
			From: storetest.Today.AddDays(-5), To: storetest.Today.AddDays(-1)}))(t)
		b := storetest.Must(w.Batches.Create(w.Worker, batch.Content{Description: "Picnic", AutoPost: true, Program: w.Program.ID, Services: []batch.Include{{Code: code.ID}}}))(t)
		for _, days := range []int{-6, 0} {
			_, err := w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, ServiceDate: storetest.Today.AddDays(days)})
			storetest.Refused(t, err, "/service_date", "code_not_valid", "BAT-23")
		}
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(b, storetest.Today.AddDays(-1))
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		code.To = storetest.Today.AddDays(-2)
		code = storetest.Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
		storetest.Diff(t, []batch.Outcome{batch.CodeNotValid}, w.Add(r, d.ID))
		_, err = w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: code.Group, Name: code.Name, From: storetest.Today, To: storetest.Today.AddDays(-1)})
		storetest.Refused(t, err, "/to", "ends_before_start", "BAT-23")
	},
	"BAT-19 ACC-03 a client's record shows the services of the caller's programs": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		b := w.DropIn(true, enroll.DayShelter, "Lunch", "Shower")
		for i := range 3 {
			w.Add(w.Use(b, storetest.Today.AddDays(-i)), c.ID)
		}
		var all []batch.Transaction
		p := casemgmt.PageRequest{Limit: 4}
		for {
			page := storetest.Must(w.Batches.Transactions(w.Colleague, c.ID, p))(t)
			all = append(all, page.Items...)
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		storetest.Equal(t, "services", len(all), 9)
		storetest.Equal(t, "the latest first", all[0].Date, storetest.Today)
		storetest.Equal(t, "what an outsider sees", len(storetest.Must(w.Batches.Transactions(w.Outsider, c.ID, casemgmt.PageRequest{}))(t).Items), 0)
		storetest.Equal(t, "what the administrator sees", len(storetest.Must(w.Batches.Transactions(w.Admin, c.ID, casemgmt.PageRequest{}))(t).Items), 9)
		_, err := w.Batches.Transactions(w.OtherAdmin, c.ID, casemgmt.PageRequest{})
		storetest.Is(t, err, fault.ErrNotFound)
	},
}
