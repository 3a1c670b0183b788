package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/match"
	"github.com/opencasework/casework/session"
)

// register registers a person as the worker.
func (w *World) register(p casemgmt.Profile) (*casemgmt.Client, error) {
	return w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: p})
}

// update changes a client's profile as the worker.
func (w *World) update(c *casemgmt.Client, change func(*casemgmt.Profile)) (*casemgmt.Client, error) {
	p := c.Profile
	change(&p)
	return w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p})
}

var clientRules = []rule{
	{"CLI-01 CLI-08 a named client is saved with name, gender and birth date", func(t *testing.T, w *World) {
		c := Must(w.register(casemgmt.Profile{Given: "Sole", Family: "Essentials", Gender: "male", BirthDate: civil.Date{Year: 1988, Month: 8, Day: 8}}))(t)
		equal(t, "kind", c.Kind, casemgmt.Named)
		for path, leave := range map[string]func(*casemgmt.Profile){
			"/profile/given": func(p *casemgmt.Profile) { p.Given = " " }, "/profile/family": func(p *casemgmt.Profile) { p.Family = "" },
			"/profile/gender": func(p *casemgmt.Profile) { p.Gender = "" }, "/profile/birth_date": func(p *casemgmt.Profile) { p.BirthDate = civil.Date{} },
		} {
			p := w.Profile()
			leave(&p)
			_, err := w.register(p)
			refused(t, err, path, "required", "CLI-08")
		}
	}},
	{"CLI-02 an unknown client cannot be added", func(t *testing.T, w *World) {
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: newID[casemgmt.Client]()})
		refused(t, err, "/client", "no_such_record", "CLI-02")
	}},
	{"CLI-03 two kinds only", func(t *testing.T, w *World) {
		equal(t, "kind", w.Client().Kind, casemgmt.Named)
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		equal(t, "kind", a.Kind, casemgmt.Anonymous)
	}},
	{"CLI-04 CLI-05 a duplicate is found, and another person needs a reason that is kept", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family = "Zoé", "Müller-Łukasz"
		first := Must(w.register(p))(t)
		p.Given, p.Family, p.Identifiers = "MULLER", "zoe lukasz", nil // same words, other order, case and marks
		_, err := w.register(p)
		var found *casemgmt.PossibleDuplicates
		if !errors.As(err, &found) || !errors.Is(err, fault.ErrConflict) {
			t.Fatalf("error %v, want possible duplicates", err)
		}
		equal(t, "look-alikes", len(found.LookAlikes), 1)
		equal(t, "look-alike", found.LookAlikes[0].Client.ID, first.ID)
		equal(t, "reason", found.LookAlikes[0].Reasons[0], match.SameNameAndDate)
		if strings.Contains(err.Error(), "uller") {
			t.Error("the error carries a name")
		}
		cmd := casemgmt.RegisterClient{Accepted: true, Profile: p, Distinct: &casemgmt.Distinct{From: []casemgmt.ClientID{first.ID}, Reason: " "}}
		_, err = w.Cases.RegisterClient(w.Worker, cmd)
		refused(t, err, "/distinct/reason", "required", "CLI-05")
		cmd.Distinct.Reason = "Twins"
		second := Must(w.Cases.RegisterClient(w.Worker, cmd))(t)
		kept := Must(w.Cases.Client(w.Worker, second.ID))(t)
		equal(t, "kept reason", kept.Distinct.Reason, "Twins")
		_, err = w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: p,
			Distinct: &casemgmt.Distinct{From: []casemgmt.ClientID{first.ID}, Reason: "Also"}})
		is(t, err, fault.ErrConflict) // the second one was not named
	}},
	{"CLI-04 the search is in the own agency only", func(t *testing.T, w *World) {
		p := w.Profile()
		Must(w.register(p))(t)
		Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: p}))(t)
	}},
	{"CLI-06 a profile is filled in over time, and kept whole", func(t *testing.T, w *World) {
		c := w.Client()
		yes := true
		full := casemgmt.Profile{Given: "Full", Family: "Profile" + c.ID.String()[30:], Preferred: "Fulla", Former: []string{"Old Name"}, Gender: "another",
			BirthDate: civil.Date{Year: 1990, Month: 2, Day: 28}, BirthDateEstimated: true, Marital: "common_law", OfficialLanguage: "french",
			ImmigrationClass: "family", Landing: civil.Date{Year: 2020, Month: 1, Day: 2}, Arrival: civil.Date{Year: 2019, Month: 3, Day: 4},
			Reentry: civil.Date{Year: 2021, Month: 5, Day: 6}, CountryOfOrigin: "SY", LastResidence: "LB", Phones: []string{"+1 (416) 555-0199"}, HasEmail: &yes,
			Email: "full@example.org", Address: casemgmt.Address{StreetNumber: "1", StreetName: "Bay", StreetType: "street", Direction: "north", Unit: "2", City: "Toronto",
				Province: "on", PostalCode: "M5H2N2"}, ResearchConsent: &yes, EmergencyContact: "Sister, 416 555 0100", Notes: "Two\nlines"}
		Must(w.update(c, func(p *casemgmt.Profile) { *p = full }))(t)
		got := Must(w.Cases.Client(w.Worker, c.ID))(t)
		diff(t, full, got.Profile)
	}},
	{"CLI-06 nobody overwrites what somebody else saved meanwhile", func(t *testing.T, w *World) {
		c := w.Client()
		Must(w.update(c, func(p *casemgmt.Profile) { p.Notes = "first" }))(t)
		_, err := w.update(c, func(p *casemgmt.Profile) { p.Notes = "second" })
		is(t, err, fault.ErrConflict)
		equal(t, "notes", Must(w.Cases.Client(w.Worker, c.ID))(t).Profile.Notes, "first")
	}},
	{"CLI-07 ACC-13 a profile is not there for another agency", func(t *testing.T, w *World) {
		c := w.Client()
		_, err := w.Cases.Client(w.OtherAdmin, c.ID)
		_, unknown := w.Cases.Client(w.OtherAdmin, newID[casemgmt.Client]())
		is(t, err, fault.ErrNotFound)
		equal(t, "the answer", err.Error(), unknown.Error())
	}},
	{"CLI-09 marital status is one of six", func(t *testing.T, w *World) {
		equal(t, "statuses", len(casemgmt.MaritalStatuses()), 6)
		_, err := w.update(w.Client(), func(p *casemgmt.Profile) { p.Marital = "complicated" })
		refused(t, err, "/profile/marital", "unknown_value", "CLI-09")
	}},
	{"CLI-10 a family shares a code, and a new member starts with what is common", func(t *testing.T, w *World) {
		c := w.Client()
		c = Must(w.update(c, func(p *casemgmt.Profile) {
			p.Landing, p.ImmigrationClass, p.CountryOfOrigin, p.LastResidence = civil.Date{Year: 2024, Month: 1, Day: 5}, "family", "UA", "PL"
			p.Phones, p.Arrival, p.Reentry = []string{"647 555 0123"}, civil.Date{Year: 2024, Month: 1, Day: 6}, civil.Date{Year: 2024, Month: 2, Day: 7}
		}))(t)
		_, err := w.Cases.FamilyMember(w.Worker, c.ID)
		refused(t, err, "/profile/family_code", "required", "CLI-10")
		c = Must(w.Cases.StartFamily(w.Worker, casemgmt.StartFamily{ID: c.ID, Version: c.Version}))(t)
		m := Must(w.Cases.FamilyMember(w.Worker, c.ID))(t)
		want := casemgmt.Profile{Family: c.Profile.Family, FamilyCode: c.Profile.FamilyCode, OfficialLanguage: "english", ImmigrationClass: "family",
			Landing: c.Profile.Landing, Arrival: c.Profile.Arrival, Reentry: c.Profile.Reentry, CountryOfOrigin: "UA", LastResidence: "PL",
			Phones: []string{"647 555 0123"}, Address: c.Profile.Address}
		diff(t, want, *m)
		m.Given, m.Gender, m.BirthDate = "Child", "male", civil.Date{Year: 2015, Month: 9, Day: 1}
		child := Must(w.register(*m))(t)
		family := Must(w.Cases.FamilyMembers(w.Worker, c.Profile.FamilyCode, casemgmt.PageRequest{}))(t)
		equal(t, "members", len(family.Items), 2)
		equal(t, "code", child.Profile.FamilyCode, c.Profile.FamilyCode)
	}},
	{"CLI-11 an identifier's shape is checked", func(t *testing.T, w *World) {
		c := w.Client()
		for value, kind := range map[string]string{"1234567": "foss_gcms", "123456789": "foss_gcms", "12AB5678": "foss_gcms", "??": "imm"} {
			_, err := w.update(c, func(p *casemgmt.Profile) { p.Identifiers = []casemgmt.Identifier{{Kind: kind, Value: value}} })
			refused(t, err, "/profile/identifiers/0/value", "identifier_shape", "CLI-11")
		}
		_, err := w.update(c, func(p *casemgmt.Profile) {
			p.Identifiers = []casemgmt.Identifier{{Kind: "passport", Value: "12345678"}}
		})
		refused(t, err, "/profile/identifiers/0/kind", "unknown_value", "CLI-11")
		c = Must(w.update(c, func(p *casemgmt.Profile) {
			p.Identifiers = []casemgmt.Identifier{{Kind: "foss_gcms", Value: "98-7654-3210"}}
		}))(t)
		equal(t, "value", c.Profile.Identifiers[0].Value, "9876543210")
	}},
	{"CLI-12 two clients do not hold the same identifier", func(t *testing.T, w *World) {
		c := w.Client()
		p := w.Profile()
		p.Identifiers = c.Profile.Identifiers
		_, err := w.register(p)
		refused(t, err, "/profile/identifiers/0/value", "identifier_taken", "CLI-12")
		d := w.Client()
		_, err = w.update(d, func(p *casemgmt.Profile) { p.Identifiers = c.Profile.Identifiers })
		refused(t, err, "/profile/identifiers/0/value", "identifier_taken", "CLI-12")
	}},
	{"CLI-13 a single name fills both fields and is shown once", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family, p.OneName = "Suharto", "", true
		c := Must(w.register(p))(t)
		equal(t, "given and family", c.Profile.Given+" "+c.Profile.Family, "Suharto Suharto")
		equal(t, "name", c.Name(), "Suharto")
	}},
	{"ANO-01 ANO-02 without a yes there is no named profile", func(t *testing.T, w *World) {
		_, err := w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Profile: w.Profile()})
		refused(t, err, "/accepted", "privacy_not_accepted", "ANO-01")
		Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: "Red hat"}}))(t)
	}},
	{"ANO-08 the acceptance keeps version, day, person and language, and a new version asks again", func(t *testing.T, w *World) {
		c := Must(w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Language: i18n.French, Profile: w.Profile()}))(t)
		me := Must(w.Cases.Caller(w.Worker))(t)
		now := Must(w.Cases.Statement(w.Worker))(t)
		equal(t, "acceptance", c.Acceptance, casemgmt.Acceptance{Statement: now.Number, On: Today, By: me.ID, Language: i18n.French})
		next := Must(w.Cases.PublishStatement(w.Setup, casemgmt.Statement{Text: i18n.T("New text.", "Nouveau texte.")}))(t)
		equal(t, "number", next.Number, now.Number+1)
		Must(w.Cases.Client(w.Worker, c.ID))(t) // the profile is not hidden
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		warned(t, x.Warnings, "statement_outdated", "ANO-08")
		c = Must(w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: c.ID, Version: c.Version, Accepted: true}))(t)
		equal(t, "statement", c.Acceptance.Statement, next.Number)
		x = Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		equal(t, "warnings", len(x.Warnings), 0)
	}},
	{"ANO-09 a withdrawn consent stops sessions and exports and deletes nothing", func(t *testing.T, w *World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io")
		c = Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "Asked for it"}))(t)
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID})
		refused(t, err, "/client", "consent_withdrawn", "ANO-09")
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		refused(t, checked.Issues.Err(), "/client", "consent_withdrawn", "ANO-09")
		kept := Must(w.Cases.Client(w.Worker, c.ID))(t)
		equal(t, "kind", kept.Kind, casemgmt.Named)
		equal(t, "history", len(Must(w.Dashboards.Client(w.Worker, c.ID, casemgmt.PageRequest{}))(t).History.Items), 1)
		c = Must(w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: c.ID, Version: kept.Version, Accepted: true}))(t)
		if c.Withdrawal != nil {
			t.Error("a new yes leaves the withdrawal")
		}
	}},
	{"ANO-11 research consent is never implied", func(t *testing.T, w *World) {
		p := w.Profile()
		p.ResearchConsent = nil
		c := Must(w.register(p))(t)
		if c.Profile.ResearchConsent != nil {
			t.Error("the privacy statement implied research consent")
		}
		no := false
		c = Must(w.update(c, func(p *casemgmt.Profile) { p.ResearchConsent = &no }))(t)
		equal(t, "consent", *c.Profile.ResearchConsent, false)
	}},
	{"ACC-02 the agency decides who opens profiles", func(t *testing.T, w *World) {
		c := w.Client()
		set := func(roles ...string) {
			a := Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.ClientRoles = roles
			Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}
		set("manager")
		defer set()
		_, err := w.Cases.Client(w.Worker, c.ID)
		is(t, err, fault.ErrForbidden)
		_, err = w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Number: c.Number}, casemgmt.PageRequest{})
		is(t, err, fault.ErrForbidden)
		_, err = w.register(w.Profile())
		is(t, err, fault.ErrForbidden)
		Must(w.Cases.Client(w.Manager, c.ID))(t)
		Must(w.Cases.Client(w.Admin, c.ID))(t)
	}},
}

var anonymousRules = []rule{
	{"ANO-03 an anonymous client can be served", func(t *testing.T, w *World) {
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		if x := w.Start(w.Worker, a.ID, "io"); !x.Complete {
			t.Error("the session is not complete")
		}
		Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: session.FromProfile, Client: a.ID}))(t)
	}},
	{"ANO-04 an anonymous client never becomes a named one", func(t *testing.T, w *World) {
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		p := w.Profile()
		_, err := w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: a.ID, Version: a.Version, Profile: &p})
		refused(t, err, "/profile", "anonymous_stays", "ANO-04")
		_, err = w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: a.ID, Version: a.Version, Accepted: true})
		refused(t, err, "/id", "anonymous_stays", "ANO-04")
	}},
	{"ANO-05 sessions and plans stay with their client", func(t *testing.T, w *World) {
		// a form names its session and client once; no command moves it, and a
		// plan that is given another client is refused
		c, d := w.Client(), w.Client()
		p := Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Learn English"}}))(t)
		p.Client = d.ID
		_, err := w.FollowUp.UpdatePlan(w.Worker, *p)
		refused(t, err, "/client", "cannot_change", "ANO-05")
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		x := w.Start(w.Worker, a.ID, "io")
		_, err = w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: a.ID, Reason: "named now"})
		if err != nil {
			t.Fatal(err)
		}
		x = Must(w.Sessions.Session(w.Worker, x.ID))(t)
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		for _, f := range x.Participant(c.ID).Forms {
			if len(f.Answers) > 0 {
				t.Error("the named client got answers of the anonymous one")
			}
		}
	}},
	{"ANO-06 SRC-04 nothing finds or joins an anonymous client", func(t *testing.T, w *World) {
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: "Zebra", Gender: "male", PostalPrefix: "m4c"}}))(t)
		w.Start(w.Worker, a.ID, "io")
		for _, q := range []casemgmt.ClientQuery{{Name: "zebra"}, {Number: a.Number}} {
			found := Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			equal(t, "found", len(found.Items), 0)
		}
		_, err := w.Dashboards.Client(w.Worker, a.ID, casemgmt.PageRequest{})
		refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.Sessions.Sessions(w.Worker, session.Query{Client: a.ID}, casemgmt.PageRequest{})
		refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: session.FromDashboard, Client: a.ID})
		refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: a.ID, Goals: []string{"x"}})
		refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
	}},
	{"ANO-07 an anonymous client is never ready for a file", func(t *testing.T, w *World) {
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		x := w.Start(w.Worker, a.ID, "io")
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		refused(t, checked.Issues.Err(), "/client", "anonymous_not_exported", "ANO-07")
	}},
	{"ANO-10 an anonymous profile holds six things and no more", func(t *testing.T, w *World) {
		all := casemgmt.Sketch{AgeBand: "25-44", Gender: "female", Language: "arabic", ImmigrationClass: "claimant", PostalPrefix: "M4C", Label: "By the door"}
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: all}))(t)
		equal(t, "sketch", Must(w.Cases.Client(w.Worker, a.ID))(t).Sketch, all)
		for path, bad := range map[string]casemgmt.Sketch{
			"/sketch/age_band": {AgeBand: "33"}, "/sketch/gender": {Gender: "x"}, "/sketch/immigration_class": {ImmigrationClass: "x"},
		} {
			_, err := w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: bad})
			refused(t, err, path, "unknown_value", "ANO-10")
		}
		_, err := w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{PostalPrefix: "M4C1B5"}})
		refused(t, err, "/sketch/postal_prefix", "postal_prefix", "ANO-10")
		a = Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: a.ID, Version: a.Version, Sketch: &casemgmt.Sketch{Label: "New"}}))(t)
		equal(t, "label", a.Sketch.Label, "New")
	}},
}

var searchRules = []rule{
	{"SRC-01 SRC-05 names match without case, marks, order, hyphens; phones by digits; preferred and former names too", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family, p.Preferred, p.Former, p.Phones = "Anne-Löuise", "D’Arcy  Østergård", "Wizzy", []string{"Quetzal Maiden"}, []string{"(905) 555-7788"}
		c := Must(w.register(p))(t)
		for _, q := range []casemgmt.ClientQuery{
			{Name: "ostergard anne"}, {Name: "LOUISE"}, {Name: "anne louise darcy"}, {Name: "östergard"}, {Name: "D'Arcy"}, {Name: "wizz"}, {Name: "quetzal"},
			{Phone: "905-555"}, {Phone: "+1 905 555 7788"}, {Phone: "555.7788"}, {Name: "anne", Phone: "9055557788"},
			{Number: c.Number}, {Identifier: c.Profile.Identifiers[0].Value}, {BirthDate: c.Profile.BirthDate},
		} {
			found := Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != c.ID {
				t.Errorf("%+v finds %d", q, len(found.Items))
			}
		}
		none := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "anne xylophone"}, casemgmt.PageRequest{}))(t)
		equal(t, "found", len(none.Items), 0)
	}},
	{"SRC-01 SRC-05 names longer than an index row are found by any two of their words, once", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given, p.Family = "Xochitl", "Quetzalcoatl"
		for i := range 10 {
			letter := string(rune('a' + i))
			p.Former = append(p.Former, "Xochiquetzal"+letter+" "+strings.Repeat(letter, 70))
		}
		client := Must(w.register(p))(t)
		for _, name := range []string{"xochi", "xochi quetz", "bbbb xochiquetzalj", "xochiquetzal jjjj"} {
			found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: name}, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != client.ID {
				t.Errorf("%d found, want one", len(found.Items))
			}
		}
		found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "xochi zzzz"}, casemgmt.PageRequest{}))(t)
		equal(t, "found by a word that the name does not have", len(found.Items), 0)
	}},
	{"SRC-02 additional options narrow", func(t *testing.T, w *World) {
		var last *casemgmt.Client
		for _, gender := range []string{"male", "female"} {
			p := w.Profile()
			p.Given, p.Gender, p.CountryOfOrigin, p.ImmigrationClass, p.Email = "Narrow", gender, "CO", "economic", gender+"@example.org"
			p.Address.PostalCode = "K1A 0B" + map[string]string{"male": "1", "female": "2"}[gender]
			last = Must(w.register(p))(t)
		}
		for _, q := range []casemgmt.ClientQuery{{Name: "narrow", Gender: "female"}, {Name: "narrow", Email: "Female@Example.org"}, {Name: "narrow", PostalCode: "k1a 0b2"},
			{Email: "female@example.org"}, {PostalCode: "K1A0B2", ImmigrationClass: "economic", CountryOfOrigin: "co"}} {
			found := Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 1 || found.Items[0].ID != last.ID {
				t.Errorf("%+v finds %d", q, len(found.Items))
			}
		}
		_, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Gender: "x"}, casemgmt.PageRequest{})
		refused(t, err, "/gender", "unknown_value", "SRC-02")
	}},
	{"SRC-03 ACC-01 the search stays in the agency", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Given = "Unique" + "metro"
		Must(w.register(p))(t)
		found := Must(w.Cases.SearchClients(w.OtherAdmin, casemgmt.ClientQuery{Name: "uniquemetro"}, casemgmt.PageRequest{}))(t)
		equal(t, "found", len(found.Items), 0)
	}},
	{"SRC-06 results are paged, in a stable order, each person once", func(t *testing.T, w *World) {
		want := map[casemgmt.ClientID]bool{}
		for range 13 {
			p := w.Profile()
			p.Given, p.Preferred = "Pagina", "Paginetta" // two words with the same start
			want[Must(w.register(p))(t).ID] = true
		}
		got := map[casemgmt.ClientID]bool{}
		page, rounds := casemgmt.PageRequest{Limit: 4}, 0
		for {
			found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "pagin"}, page))(t)
			for _, h := range found.Items {
				if got[h.ID] {
					t.Error("somebody is there twice")
				}
				got[h.ID] = true
			}
			rounds++
			if found.Next == "" {
				break
			}
			page.After = found.Next
		}
		equal(t, "pages", rounds, 4)
		diff(t, want, got)
		_, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "pagin"}, casemgmt.PageRequest{After: "nonsense"})
		refused(t, err, "/after", "bad_cursor", "SRC-06")
	}},
	{"SRC-06 names sort alike on every database", func(t *testing.T, w *World) {
		for _, family := range []string{"Sortz Zulu", "sortz éclair", "Sortz Eclipse", "Sortz Øre", "Sortz Oro"} {
			p := w.Profile()
			p.Given, p.Family = "Sam", family
			Must(w.register(p))(t)
		}
		var names []string
		for _, h := range Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "sortz"}, casemgmt.PageRequest{}))(t).Items {
			names = append(names, strings.TrimPrefix(h.Name, "Sam "))
		}
		diff(t, []string{"sortz éclair", "Sortz Eclipse", "Sortz Øre", "Sortz Oro", "Sortz Zulu"}, names)
	}},
}
