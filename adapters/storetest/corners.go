package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// cornerRules are cases that a careful reader found before a user did.
var cornerRules = []rule{
	{"CLI-11 the same command value can be sent again under its request key", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Former, p.Phones, p.Identifiers = []string{"", "Former Name"}, []string{" ", "416 555 0101"}, []casemgmt.Identifier{{}, {Kind: "foss_gcms", Value: "9-876 5432"}}
		cmd := casemgmt.RegisterClient{Accepted: true, Profile: p, Distinct: &casemgmt.Distinct{Reason: " no ", From: []casemgmt.ClientID{w.Client().ID}}}
		ctx := casemgmt.Once(w.Worker, "again")
		first := Must(w.Cases.RegisterClient(ctx, cmd))(t)
		equal(t, "client", Must(w.Cases.RegisterClient(ctx, cmd))(t).ID, first.ID)
		diff(t, []casemgmt.Identifier{{Kind: "foss_gcms", Value: "98765432"}}, first.Profile.Identifiers)
		diff(t, []string{"Former Name"}, first.Profile.Former)
		equal(t, "the caller's own", cmd.Profile.Identifiers[1].Value, "9-876 5432")
		cmd.Profile.Phones = []string{"", "nobody"}
		_, err := w.Cases.RegisterClient(w.Worker, cmd)
		refused(t, err, "/profile/phones/1", "phone", "")
	}},
	{"ASQ-04 another change of the settings does not ask a question anew", func(t *testing.T, w *World) {
		field := forms.Field{Key: "bus", Kind: forms.Text, Label: i18n.T("Bus", "Autobus")}
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.Questions = []casemgmt.Question{{Form: "io", Field: field}}
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		since := a.Settings.Questions[0].Since
		w.Clock.Add(3600)
		a = Must(w.Cases.Agency(w.Admin))(t)
		a.Name = "Metro Two"
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		equal(t, "since", a.Settings.Questions[0].Since, since)
		for path, change := range map[string]func(*forms.Field){
			"/key":           func(f *forms.Field) { f.Key = "a\tb\nc" },
			"/label/en":      func(f *forms.Field) { f.Label.En = "a\x00b" },
			"/label/fr":      func(f *forms.Field) { f.Label.Fr = strings.Repeat("x", 301) },
			"/funder":        func(f *forms.Field) { f.Funder = map[string]*forms.Cond{"icare": {Always: true}} },
			"/show":          func(f *forms.Field) { f.Show = &forms.Cond{Always: true} },
			"/required":      func(f *forms.Field) { f.Required = &forms.Cond{Filled: "other"} },
			"/options/0/key": func(f *forms.Field) { f.Options = []forms.Option{{Key: "A B", Label: f.Label}} },
		} {
			own := field
			change(&own)
			a.Settings.Questions = []casemgmt.Question{{Form: "io", Field: own}}
			_, err := w.Cases.UpdateAgency(w.Admin, *a)
			var invalid *fault.Invalid
			if !errors.As(err, &invalid) || invalid.Issues[0].Path != "/settings/questions/0/field"+path {
				t.Errorf("%s: %v", path, err)
			}
		}
		a.Name, a.Settings.Questions = "Metro", nil
		Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	}},
	{"SES-22 a default that was closed is none", func(t *testing.T, w *World) {
		funder := Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Old", "Ancien")}))(t)
		site := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Old", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		Must(w.Cases.SetDefaults(w.Colleague, casemgmt.Defaults{Site: site.ID, Funder: funder.ID}))(t)
		funder.Closed, site.Closed = true, true
		Must(w.Cases.UpdateFunder(w.Admin, *funder))(t)
		Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		d := w.Details()
		x := Must(w.Sessions.Start(w.Colleague, session.Start{Details: d, Client: w.Client().ID}))(t)
		equal(t, "funders", len(x.Funders), 0)
		equal(t, "funder of the form", x.Participants[0].Forms[0].Funder.IsZero(), true)
		d.Site = casemgmt.SiteID{}
		_, err := w.Sessions.Start(w.Colleague, session.Start{Details: d})
		refused(t, err, "/site", "required", "SES-05")
		Must(w.Cases.SetDefaults(w.Colleague, casemgmt.Defaults{}))(t)
	}},
	{"ACC-07 a program manager neither makes nor unmakes managers", func(t *testing.T, w *World) {
		p := w.Profile()
		other := Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "N", Programs: []casemgmt.Membership{{Program: w.Program.ID, Manager: true}}}))(t)
		for _, cmd := range []casemgmt.SetMembership{{Member: true}, {Member: true, Manager: true}, {}} {
			cmd.Staff, cmd.Program = other.ID, w.Program.ID
			_, err := w.Cases.SetMembership(w.Manager, cmd)
			is(t, err, fault.ErrForbidden)
		}
		other = Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: other.ID, Program: w.Program.ID, Member: true}))(t)
		equal(t, "manager", other.Programs[0].Manager, false)
	}},
	{"ACC-12 a listed session is as whole as one that is read alone, but for its documents", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		page := Must(w.Sessions.Sessions(w.Worker, session.Query{Client: x.Participants[0].Client}, casemgmt.PageRequest{}))(t)
		diff(t, Must(w.Sessions.Session(w.Worker, x.ID))(t), page.Items[0])
	}},
	{"SES-16 an issue stands at the client that was given", func(t *testing.T, w *World) {
		nobody := session.StartClient{Client: id.New[casemgmt.Client]()}
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID, Clients: []session.StartClient{nobody}})
		refused(t, err, "/clients/0/client", "no_such_record", "CLI-02")
	}},
	{"SES-21 a removed client is to be restored, not added again", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		c := x.Participants[0].Client
		x = Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c, Reason: "r"}))(t)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c})
		refused(t, err, "/client", "removed_before", "SES-21")
	}},
	{"ACC-10 the event feed gives away neither notes nor clients of private sessions", func(t *testing.T, w *World) {
		c := w.Client()
		x := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{Private: true})
		after := w.tail()
		d := x.Details
		d.Notes = "hidden words"
		x = Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		x = Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		Must(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		page := Must(w.Cases.Feed(w.Admin, after, 200))(t)
		equal(t, "events", len(page.Events), 4)
		for _, e := range page.Events {
			for _, change := range e.Changes {
				if change.From != nil || change.To != nil || strings.Contains(change.Path, c.ID.String()) {
					t.Errorf("%s carries %+v", e.Type, change)
				}
			}
		}
	}},
	{"ACC-11 the number of incomplete sessions does not give away a private form's kind", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2020, Month: 7, Day: 7}
		d := w.Details()
		d.ServiceDate = day
		Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{
			{Kind: "io"}, {Kind: "refugee", Content: session.Content{Private: true}}}}}}))(t)
		open := func(kind string) *int {
			return Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day, FormKind: kind}))(t).IncompleteLeftOut
		}
		if n := open("refugee"); n != nil {
			t.Errorf("%d incomplete sessions with a refugee form", *n)
		}
		if n := open("io"); n == nil || *n != 1 {
			t.Errorf("incomplete sessions with an io form: %v", n)
		}
	}},
	{"REP-11 incomplete sessions without forms and of removed clients", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2020, Month: 8, Day: 8}
		d := w.Details()
		d.ServiceDate, d.Funders = day, []casemgmt.FunderID{w.Funder.ID}
		Must(w.Sessions.Start(w.Worker, session.Start{Details: d}))(t)
		d.Funders = []casemgmt.FunderID{}
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Client: w.Client().ID}))(t)
		Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client}))(t)
		for _, tt := range []struct {
			c    report.Criteria
			want int
		}{{report.Criteria{}, 2}, {report.Criteria{Funder: w.Funder.ID}, 1}, {report.Criteria{FormKind: "io"}, 0}, {report.Criteria{Gender: "female"}, 0}} {
			tt.c.From, tt.c.To = day, day
			r := Must(w.Report(w.Worker, "services_by_form_kind", tt.c))(t)
			if r.IncompleteLeftOut == nil || *r.IncompleteLeftOut != tt.want {
				t.Errorf("%+v: %v left out, want %d", tt.c, r.IncompleteLeftOut, tt.want)
			}
		}
	}},
	{"ACC-12 a manager is not told which hidden client is in a session", func(t *testing.T, w *World) {
		hidden, stranger := w.Client(), w.Client()
		worker := w.freshWorker(w.Program)
		me := Must(w.Cases.Caller(worker))(t)
		Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID, Member: true}))(t)
		x := Must(w.Sessions.Start(worker, session.Start{Details: w.Details(), Clients: []session.StartClient{
			{Client: w.Client().ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Program: w.Program.ID}}}},
			{Client: hidden.ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Program: w.Second.ID}}}}}}))(t)
		for _, c := range []casemgmt.ClientID{hidden.ID, stranger.ID} {
			_, err := w.Sessions.RemoveClient(w.Manager, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c})
			is(t, err, fault.ErrNotFound)
			_, err = w.Sessions.AddClient(w.Manager, session.AddClient{Session: x.ID, Version: x.Version, Client: c})
			is(t, err, fault.ErrForbidden)
		}
	}},
	{"ACC-02 DSH-06 lists show no names to whoever may not open profiles", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		w.begin(ctx, w.Client().ID, Today, "nonspec", session.Content{})
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"manager"}
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer func() {
			a.Settings.ClientRoles = nil
			Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}()
		d := Must(w.Dashboards.Worker(ctx))(t)
		for _, hit := range []casemgmt.ClientHit{d.Recent[0].Clients[0], d.Incomplete[0].Clients[0].Client, w.mine(ctx)[0].Clients[0].Client} {
			if hit.Name != "" || !hit.BirthDate.IsZero() || hit.ID.IsZero() {
				t.Errorf("the list shows %+v", hit)
			}
		}
	}},
	{"CMP-06 without an identifier nothing is ready for the funder", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Identifiers = nil
		x := w.Start(w.Worker, Must(w.register(p))(t).ID, "io")
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		refused(t, checked.Issues.Err(), "/client/identifiers", "required_by_funder", "CMP-06")
	}},
	{"SES-22 a default that no longer holds does not stop the work", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		me := Must(w.Cases.Caller(ctx))(t)
		_, err := w.Cases.SetDefaults(ctx, casemgmt.Defaults{Program: w.Second.ID})
		refused(t, err, "/program", "not_member", "SES-22")
		Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID, Member: true}))(t)
		Must(w.Cases.SetDefaults(ctx, casemgmt.Defaults{Site: w.Site.ID, Program: w.Second.ID}))(t)
		Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID}))(t)
		x := Must(w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		equal(t, "program", x.Participants[0].Forms[0].Program, w.Program.ID)
		old := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Old", "Ancien")}))(t)
		ctx = w.freshWorker(old)
		old.Closed = true
		Must(w.Cases.UpdateProgram(w.Admin, *old))(t)
		x = Must(w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		equal(t, "program", x.Participants[0].Forms[0].Program, casemgmt.ProgramID{})
	}},
	{"SES-15 a session at a site that closed since can be corrected", func(t *testing.T, w *World) {
		site := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Closing", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		x := Must(w.startWith(func(d *session.Details) { d.Site = site.ID }))(t)
		site.Closed = true
		Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		d := x.Details
		d.Notes = "corrected"
		Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		_, err := w.startWith(func(d *session.Details) { d.Site = site.ID })
		refused(t, err, "/site", "closed", "SES-05")
	}},
	{"ASQ-04 ASQ-05 answers to a removed question stay; a question made mandatory counts from then on", func(t *testing.T, w *World) {
		a := Must(w.Cases.Agency(w.Admin))(t)
		set := func(questions ...casemgmt.Question) {
			w.Clock.Add(60)
			a.Settings.Questions = questions
			a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
			w.Clock.Add(60)
		}
		optional := ownQuestion()
		optional.Field.Required = nil
		set(optional)
		defer set()
		f := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		f = Must(w.save(f, w.Answers("io")))(t)
		set(ownQuestion())
		f = Must(w.save(f, w.Answers("io")))(t)
		if f.Completion == nil {
			t.Errorf("an older form is incomplete: %v", f.Missing)
		}
		withOwn := session.Content{Program: f.Program, Answers: w.Answers("io"), Own: map[string]any{"heard": "Poster"}}
		f = Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn}))(t)
		set()
		f = Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn}))(t)
		equal(t, "answer", f.Own["heard"], any("Poster"))
		withOwn.Own = map[string]any{"heard": "changed"}
		_, err := w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn})
		refused(t, err, "/own", "unknown_field", "")
	}},
	{"FLD-mentor_update an update can be corrected after its match is over", func(t *testing.T, w *World) {
		c := w.Client()
		match := w.Start(w.Worker, c.ID, "mentor_match").Participants[0].Forms[0]
		d := w.Details()
		d.Type = session.DirectJobDevelopment
		var first *session.Form
		for _, status := range []string{"continuing", "completed"} {
			x := Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{{Kind: "mentor_update",
				Content: session.Content{Answers: answers{"match": match.ID.String(), "date": "2025-06-15", "match_status": status}}}}}}}))(t)
			if first == nil {
				first = x.Participants[0].Forms[0]
			}
		}
		Must(w.save(first, answers{"match": match.ID.String(), "date": "2025-06-14", "match_status": "continuing"}))(t)
	}},
	{"ACC-12 removing a private form opens nothing", func(t *testing.T, w *World) {
		x := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{Private: true})
		f := x.Participants[0].Forms[0]
		Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version}))(t)
		_, err := w.Sessions.Session(w.Colleague, x.ID)
		is(t, err, fault.ErrForbidden)
		for _, s := range Must(w.Sessions.Sessions(w.Colleague, session.Query{}, casemgmt.PageRequest{Limit: 200}))(t).Items {
			if s.ID == x.ID {
				t.Error("the session is listed")
			}
		}
	}},
	{"ACC-11 visits do not give away withheld clients", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2019, Month: 9, Day: 9}
		for range 3 {
			w.begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		}
		for range 4 {
			a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
			w.begin(w.Worker, a.ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		}
		r := Must(w.Report(w.Admin, "clients_served", report.Criteria{From: day, To: day}))(t)
		got := map[report.Measure]bool{}
		for m, value := range r.Rows[0].Values {
			got[m] = r.Rows[0].Withheld && value == nil
		}
		diff(t, map[report.Measure]bool{report.Clients: true, report.Anonymous: false, report.Visits: true}, got)
	}},
	{"SES-01 the start time may stay empty", func(t *testing.T, w *World) {
		Must(w.startWith(func(d *session.Details) { d.StartTime = "" }))(t)
	}},
}
