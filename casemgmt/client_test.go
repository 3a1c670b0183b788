package casemgmt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/casemgmt/match"
	"github.com/opencasework/casework/session"
)

var clientRules = storetest.Rules{
	"CLI-01 CLI-08 a named client is saved with name, gender and birth date": func(t *testing.T, w *storetest.World) {
		c := storetest.Must(w.Register(casemgmt.Profile{Given: "Sole", Family: "Essentials", Gender: "male", BirthDate: civil.Date{Year: 1988, Month: 8, Day: 8}}))(t)
		storetest.Equal(t, "kind", c.Kind, casemgmt.Named)
		for path, leave := range map[string]func(*casemgmt.Profile){
			"/profile/given": func(p *casemgmt.Profile) { p.Given = storetest.Nothing }, "/profile/family": func(p *casemgmt.Profile) { p.Family = "" },
			"/profile/gender": func(p *casemgmt.Profile) { p.Gender = "" }, "/profile/birth_date": func(p *casemgmt.Profile) { p.BirthDate = civil.Date{} },
		} {
			p := w.Profile()
			leave(&p)
			_, err := w.Register(p)
			storetest.Refused(t, err, path, "required", "CLI-08")
		}
	},
	"CLI-02 an unknown client cannot be added": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: id.New[casemgmt.Client]()})
		storetest.Refused(t, err, "/client", "no_such_record", "CLI-02")
	},
	"CLI-03 two kinds only": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "kind", w.Client().Kind, casemgmt.Named)
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		storetest.Equal(t, "kind", a.Kind, casemgmt.Anonymous)
	},
	"CLI-04 CLI-05 a duplicate is found, and another person needs a reason that is kept": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Family = "Zoé", "Müller-Łukasz"
		first := storetest.Must(w.Register(p))(t)
		p.Given, p.Family, p.Identifiers = "MULLER", "zoe lukasz", nil // same words, other order, case and marks
		_, err := w.Register(p)
		var found *casemgmt.PossibleDuplicates
		if !errors.As(err, &found) || !errors.Is(err, fault.ErrConflict) {
			t.Fatalf("error %v, want possible duplicates", err)
		}
		storetest.Equal(t, "look-alikes", len(found.LookAlikes), 1)
		storetest.Equal(t, "look-alike", found.LookAlikes[0].Client.ID, first.ID)
		storetest.Equal(t, "reason", found.LookAlikes[0].Reasons[0], match.SameNameAndDate)
		if strings.Contains(err.Error(), "uller") {
			t.Error("the error carries a name")
		}
		cmd := casemgmt.RegisterClient{Accepted: true, Profile: p, Distinct: &casemgmt.Distinct{From: []casemgmt.ClientID{first.ID}, Reason: storetest.Nothing}}
		_, err = w.Cases.RegisterClient(w.Worker, cmd)
		storetest.Refused(t, err, "/distinct/reason", "required", "CLI-05")
		cmd.Distinct.Reason = "Twins"
		second := storetest.Must(w.Cases.RegisterClient(w.Worker, cmd))(t)
		kept := storetest.Must(w.Cases.Client(w.Worker, second.ID))(t)
		storetest.Equal(t, "kept reason", kept.Distinct.Reason, "Twins")
		_, err = w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: p,
			Distinct: &casemgmt.Distinct{From: []casemgmt.ClientID{first.ID}, Reason: "Also"}})
		storetest.Is(t, err, fault.ErrConflict) // the second one was not named
	},
	"CLI-04 the search is in the own agency only": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		storetest.Must(w.Register(p))(t)
		storetest.Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: p}))(t)
	},
	"CLI-06 a profile is filled in over time, and kept whole": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		yes := true
		full := casemgmt.Profile{Given: "Full", Family: "Profile" + c.ID.String()[30:], Preferred: "Fulla", Former: []string{"Old Name"}, Gender: "another",
			BirthDate: civil.Date{Year: 1990, Month: 2, Day: 28}, BirthDateEstimated: true, Marital: "common_law", Settlement: casemgmt.Settlement{OfficialLanguage: "french",
				ImmigrationClass: "family", Landing: civil.Date{Year: 2020, Month: 1, Day: 2}, Arrival: civil.Date{Year: 2019, Month: 3, Day: 4},
				Reentry: civil.Date{Year: 2021, Month: 5, Day: 6}, CountryOfOrigin: "SY", LastResidence: "LB"}, Phones: []string{"+1 (416) 555-0199"}, HasEmail: &yes,
			Email: "full@example.org", Address: casemgmt.Address{StreetNumber: "1", StreetName: "Bay", StreetType: "street", Direction: "north", Unit: "2", City: "Toronto",
				Region: "on", PostalCode: "M5H2N2"}, ResearchConsent: &yes, EmergencyContact: "Sister, 416 555 0100", Notes: "Two\nlines"}
		storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { *p = full }))(t)
		got := storetest.Must(w.Cases.Client(w.Worker, c.ID))(t)
		storetest.Diff(t, full, got.Profile)
	},
	"ACC-14 (part) events of a client hold places and no values; what it was is kept beside it, for who may read it": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		after := w.Tail()
		was := c.Profile
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) {
			p.Notes, p.Phones, p.Address.City = "Quixotic", []string{"416 555 0111"}, "Zanzibar"
		}))(t)
		c = storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "Quixotic"}))(t)
		events := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events
		storetest.Diff(t, []event.Change{{Path: "/profile/address/city"}, {Path: "/profile/notes"}, {Path: "/profile/phones"}}, events[0].Changes)
		storetest.Diff(t, []event.Change{{Path: "/withdrawal"}}, events[1].Changes)
		earlier := storetest.Must(w.Cases.ClientVersions(w.Worker, c.ID))(t)
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		storetest.Equal(t, "versions", len(earlier), 2)
		storetest.Diff(t, was, earlier[1].Client.Profile)
		storetest.Equal(t, "notes before the withdrawal", earlier[0].Client.Profile.Notes, "Quixotic")
		storetest.Equal(t, "numbers", fmt.Sprint(earlier[0].Client.Version, earlier[1].Client.Version, c.Version), "2 1 3")
		storetest.Equal(t, "who and when", earlier[1].By == me.ID && earlier[1].Until.Equal(w.Config.Now()), true)
		storetest.Equal(t, "notes for who makes funders' files", storetest.Must(w.Cases.ClientVersions(w.Uploader, c.ID))(t)[0].Client.Profile.Notes, "")
		_, err := w.Cases.ClientVersions(w.OtherAdmin, c.ID)
		storetest.Is(t, err, fault.ErrNotFound)
	},
	"ACC-14 (part) a profile that comes back from who was not shown its notes keeps them": func(t *testing.T, w *storetest.World) {
		c := storetest.Must(w.ChangeProfile(w.Client(), func(p *casemgmt.Profile) { p.Notes = "Likes tea" }))(t)
		seen := storetest.Must(w.Cases.Client(w.Uploader, c.ID))(t)
		storetest.Equal(t, "notes", seen.Profile.Notes, "")
		seen.Profile.Preferred = "Tea"
		answer := storetest.Must(w.Cases.UpdateClient(w.Uploader, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &seen.Profile}))(t)
		storetest.Equal(t, "notes in the answer", answer.Profile.Notes, "")
		got := storetest.Must(w.Cases.Client(w.Worker, c.ID))(t).Profile
		storetest.Equal(t, "kept", got.Notes+" "+got.Preferred, "Likes tea Tea")
	},
	"CLI-06 nobody overwrites what somebody else saved meanwhile": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Notes = "first" }))(t)
		_, err := w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Notes = "second" })
		storetest.Is(t, err, fault.ErrConflict)
		storetest.Equal(t, "notes", storetest.Must(w.Cases.Client(w.Worker, c.ID))(t).Profile.Notes, "first")
	},
	"CLI-07 ACC-13 a profile is not there for another agency": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		_, err := w.Cases.Client(w.OtherAdmin, c.ID)
		_, unknown := w.Cases.Client(w.OtherAdmin, id.New[casemgmt.Client]())
		storetest.Is(t, err, fault.ErrNotFound)
		storetest.Equal(t, "the answer", err.Error(), unknown.Error())
	},
	"CLI-09 marital status is one of six": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "statuses", len(casemgmt.MaritalStatuses()), 6)
		_, err := w.ChangeProfile(w.Client(), func(p *casemgmt.Profile) { p.Marital = "complicated" })
		storetest.Refused(t, err, "/profile/marital", "unknown_value", "CLI-09")
	},
	"CLI-10 a family shares a code, and a new member starts with what is common": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) {
			p.Settlement.Landing, p.Settlement.ImmigrationClass, p.Settlement.CountryOfOrigin, p.Settlement.LastResidence = civil.Date{Year: 2024, Month: 1, Day: 5}, "family", "UA", "PL"
			p.Phones, p.Settlement.Arrival, p.Settlement.Reentry = []string{"647 555 0123"}, civil.Date{Year: 2024, Month: 1, Day: 6}, civil.Date{Year: 2024, Month: 2, Day: 7}
		}))(t)
		_, err := w.Cases.FamilyMember(w.Worker, c.ID)
		storetest.Refused(t, err, "/profile/family_code", "required", "CLI-10")
		c = storetest.Must(w.Cases.StartFamily(w.Worker, casemgmt.StartFamily{ID: c.ID, Version: c.Version}))(t)
		m := storetest.Must(w.Cases.FamilyMember(w.Worker, c.ID))(t).Profile()
		want := casemgmt.Profile{Family: c.Profile.Family, FamilyCode: c.Profile.FamilyCode, Settlement: casemgmt.Settlement{OfficialLanguage: "english", ImmigrationClass: "family",
			Landing: civil.Date{Year: 2024, Month: 1, Day: 5}, Arrival: civil.Date{Year: 2024, Month: 1, Day: 6}, Reentry: civil.Date{Year: 2024, Month: 2, Day: 7},
			CountryOfOrigin: "UA", LastResidence: "PL"},
			Phones: []string{"647 555 0123"}, Address: c.Profile.Address}
		storetest.Diff(t, want, m)
		m.Given, m.Gender, m.BirthDate = "Child", "male", civil.Date{Year: 2015, Month: 9, Day: 1}
		child := storetest.Must(w.Register(m))(t)
		family := storetest.Must(w.Cases.FamilyMembers(w.Worker, c.Profile.FamilyCode, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "members", len(family.Items), 2)
		storetest.Equal(t, "code", child.Profile.FamilyCode, c.Profile.FamilyCode)
	},
	"CLI-11 an identifier's shape is checked": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		for value, kind := range map[string]string{"1234567": "foss_gcms", "123456789": "foss_gcms", "12AB5678": "foss_gcms", "??": "imm"} {
			_, err := w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Identifiers = []casemgmt.Identifier{{Kind: kind, Value: value}} })
			storetest.Refused(t, err, "/profile/identifiers/0/value", "identifier_shape", "CLI-11")
		}
		_, err := w.ChangeProfile(c, func(p *casemgmt.Profile) {
			p.Identifiers = []casemgmt.Identifier{{Kind: "passport", Value: "12345678"}}
		})
		storetest.Refused(t, err, "/profile/identifiers/0/kind", "unknown_value", "CLI-11")
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) {
			p.Identifiers = []casemgmt.Identifier{{Kind: "foss_gcms", Value: "98-7654-3210"}}
		}))(t)
		storetest.Equal(t, "value", c.Profile.Identifiers[0].Value, "9876543210")
	},
	"CLI-12 two clients do not hold the same identifier": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		p := w.Profile()
		p.Identifiers = c.Profile.Identifiers
		_, err := w.Register(p)
		storetest.Refused(t, err, "/profile/identifiers/0/value", "identifier_taken", "CLI-12")
		d := w.Client()
		_, err = w.ChangeProfile(d, func(p *casemgmt.Profile) { p.Identifiers = c.Profile.Identifiers })
		storetest.Refused(t, err, "/profile/identifiers/0/value", "identifier_taken", "CLI-12")
	},
	"CLI-13 a single name fills both fields and is shown once": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Family, p.OneName = "Suharto", "", true
		c := storetest.Must(w.Register(p))(t)
		storetest.Equal(t, "given and family", c.Profile.Given+" "+c.Profile.Family, "Suharto Suharto")
		storetest.Equal(t, "name", c.Name(), "Suharto")
		found := storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Number: c.Number}, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "name in lists", found.Items[0].Name, "Suharto")
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Given = "" }))(t)
		storetest.Equal(t, "from the last name alone", c.Profile.Given, "Suharto")
		_, err := w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Given = "Haji" })
		storetest.Refused(t, err, "/profile/family", "two_names", "CLI-13")
		p = w.Profile()
		p.Given, p.Family = "Boutros", "Boutros" // not marked: these are two names
		d := storetest.Must(w.Register(p))(t)
		storetest.Equal(t, "the same name twice", d.Name(), "Boutros Boutros")
		found = storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Number: d.Number}, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "in lists", found.Items[0].Name, "Boutros Boutros")
	},
	"CLI-04 SRC-05 a hyphen, an apostrophe or a blank in a name makes nobody another person": func(t *testing.T, w *storetest.World) {
		for _, spellings := range [][][2]string{
			{{"Yusra", "Al-Hassan"}, {"Yusra", "Alhassan"}, {"Alhassan", "Yusra"}, {"Yusra", "Al Hassan"}},
			{{"Renée-Maríe", "Quist"}, {"Reneemarie", "Quist"}}, {{"Una", "O'Brien"}, {"Una", "Obrien"}, {"Una", "O Brien"}, {"O’Brien", "Una"}},
			{{"Abd", "El Rahman"}, {"Abd El", "Rahman"}, {"Abdel", "Rahman"}},
		} {
			p := w.Profile()
			p.Given, p.Family = spellings[0][0], spellings[0][1]
			first := storetest.Must(w.Register(p))(t)
			for _, s := range spellings[1:] {
				p.Given, p.Family, p.Identifiers = s[0], s[1], nil
				_, err := w.Register(p)
				var found *casemgmt.PossibleDuplicates
				if !errors.As(err, &found) || found.LookAlikes[0].Client.ID != first.ID || found.LookAlikes[0].Reasons[0] != match.SameNameAndDate {
					t.Errorf("%s beside %s: %v", s, spellings[0], err)
				}
			}
		}
	},
	"ANO-01 ANO-02 without a yes there is no named profile": func(t *testing.T, w *storetest.World) {
		_, err := w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Profile: w.Profile()})
		storetest.Refused(t, err, "/accepted", "privacy_not_accepted", "ANO-01")
		storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: "Red hat"}}))(t)
	},
	"ANO-08 the acceptance keeps version, day, person and language, and a new version asks again": func(t *testing.T, w *storetest.World) {
		c := storetest.Must(w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Language: i18n.French, Profile: w.Profile()}))(t)
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		now := storetest.Must(w.Cases.Statement(w.Worker))(t)
		storetest.Equal(t, "acceptance", c.Acceptance, casemgmt.Acceptance{Statement: now.Number, On: storetest.Today, By: me.ID, Language: i18n.French})
		next := storetest.Must(w.Cases.PublishStatement(w.Setup, casemgmt.Statement{Text: i18n.T("New text.", "Nouveau texte.")}))(t)
		storetest.Equal(t, "number", next.Number, now.Number+1)
		storetest.Must(w.Cases.Client(w.Worker, c.ID))(t) // the profile is not hidden
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		storetest.Warned(t, x.Warnings, "statement_outdated", "ANO-08")
		c = storetest.Must(w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: c.ID, Version: c.Version, Accepted: true}))(t)
		storetest.Equal(t, "statement", c.Acceptance.Statement, next.Number)
		x = storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		storetest.Equal(t, "warnings", len(x.Warnings), 0)
	},
	"ANO-09 a withdrawn consent stops sessions and exports and deletes nothing": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io")
		c = storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "Asked for it"}))(t)
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID})
		storetest.Refused(t, err, "/client", "consent_withdrawn", "ANO-09")
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		storetest.Refused(t, checked.Issues.Err(), "/client", "consent_withdrawn", "ANO-09")
		kept := storetest.Must(w.Cases.Client(w.Worker, c.ID))(t)
		storetest.Equal(t, "kind", kept.Kind, casemgmt.Named)
		storetest.Equal(t, "history", len(storetest.Must(w.Dashboards.Client(w.Worker, c.ID, casemgmt.PageRequest{}))(t).History.Items), 1)
		c = storetest.Must(w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: c.ID, Version: kept.Version, Accepted: true}))(t)
		if c.Withdrawal != nil {
			t.Error("a new yes leaves the withdrawal")
		}
	},
	"ANO-11 research consent is never implied": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.ResearchConsent = nil
		c := storetest.Must(w.Register(p))(t)
		if c.Profile.ResearchConsent != nil {
			t.Error("the privacy statement implied research consent")
		}
		no := false
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.ResearchConsent = &no }))(t)
		storetest.Equal(t, "consent", *c.Profile.ResearchConsent, false)
	},
	"ACC-02 the agency decides who opens profiles": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		set := func(roles ...string) {
			a := storetest.Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.ClientRoles = roles
			storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}
		set("manager")
		defer set()
		_, err := w.Cases.Client(w.Worker, c.ID)
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Number: c.Number}, casemgmt.PageRequest{})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Register(w.Profile())
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Must(w.Cases.Client(w.Manager, c.ID))(t)
		storetest.Must(w.Cases.Client(w.Admin, c.ID))(t)
	},
	"CLI-11 the same command value can be sent again under its request key": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Former, p.Phones, p.Identifiers = []string{"", "Former Name"}, []string{" ", "416 555 0101"}, []casemgmt.Identifier{{}, {Kind: "foss_gcms", Value: "9-876 5432"}}
		cmd := casemgmt.RegisterClient{Accepted: true, Profile: p, Distinct: &casemgmt.Distinct{Reason: " no ", From: []casemgmt.ClientID{w.Client().ID}}}
		ctx := casemgmt.Once(w.Worker, "again")
		first := storetest.Must(w.Cases.RegisterClient(ctx, cmd))(t)
		storetest.Equal(t, "client", storetest.Must(w.Cases.RegisterClient(ctx, cmd))(t).ID, first.ID)
		storetest.Diff(t, []casemgmt.Identifier{{Kind: "foss_gcms", Value: "98765432"}}, first.Profile.Identifiers)
		storetest.Diff(t, []string{"Former Name"}, first.Profile.Former)
		storetest.Equal(t, "the caller's own", cmd.Profile.Identifiers[1].Value, "9-876 5432")
		cmd.Profile.Phones = []string{"", "nobody"}
		_, err := w.Cases.RegisterClient(w.Worker, cmd)
		storetest.Refused(t, err, "/profile/phones/1", "phone_form", "")
	},
}
