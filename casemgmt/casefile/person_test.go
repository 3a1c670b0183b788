package casefile_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
)

// What the funder wants to know of clients, at an agency whose settings the rules change.
func TestPersonRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"people": personRules})
}

// told is a person of whom everything is said.
func told() casefile.PersonDetails {
	return casefile.PersonDetails{ReportingID: "W-2041", ConsentToDetails: pointer(false), ConsentToContact: pointer(true), Pseudonym: true, BirthCountry: "7105", HomeLanguage: "1201",
		IndigenousOrigin: "NO", HasDisability: pointer(true), Disabilities: []string{"PHYSICAL", "SENSORY"}, Accommodation: "RENTAL", VeteransCard: "NODVA", HasCarer: pointer(false),
		IsCarer: pointer(true), Homelessness: "ATRISK", Household: "SINGLE", IncomeSource: "WAGE", IncomeFrequency: "WEEKLY", Income: pointer(610), ArrivalYear: 2019, ArrivalMonth: 4,
		VisaCategory: "SKILLED", Ancestry: "7107", Education: "YEAR12", Employment: "PART", DisabilityScheme: "ELIGIBLE"}
}

// say adds a person as the worker.
func say(w *storetest.World, c casemgmt.ClientID, d casefile.PersonDetails) (*casefile.Person, error) {
	return w.CaseFiles.AddPerson(w.Worker, casefile.AddPerson{Client: c, PersonDetails: d})
}

var personRules = storetest.Rules{
	"DEX-06 a client's number for the funder is made, or entered if there is one; it is unique": func(t *testing.T, w *storetest.World) {
		seen := map[string]bool{}
		for range 20 {
			p := w.Reported()
			if len(p.ReportingID) != 14 || seen[p.ReportingID] {
				t.Errorf("made %q", p.ReportingID)
			}
			seen[p.ReportingID] = true
		}
		p := storetest.Must(say(w, w.Client().ID, casefile.PersonDetails{ReportingID: "K-77"}))(t)
		storetest.Equal(t, "entered", p.ReportingID, "K-77")
		_, err := say(w, w.Client().ID, casefile.PersonDetails{ReportingID: "K-77"})
		storetest.Refused(t, err, "/reporting_id", "record_id_taken", "DEX-06")
		other := w.Reported()
		_, err = w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: casemgmt.ClientID(other.ID), Version: other.Version, PersonDetails: p.PersonDetails})
		storetest.Refused(t, err, "/reporting_id", "record_id_taken", "DEX-06")
		kept := storetest.Must(w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: casemgmt.ClientID(other.ID), Version: other.Version}))(t)
		storetest.Equal(t, "an ID left empty", kept.ReportingID, other.ReportingID)
		_, err = say(w, casemgmt.ClientID(other.ID), casefile.PersonDetails{})
		storetest.Refused(t, err, "/client", "repeated", "DEX-06")
		profile := w.Profile()
		profile.Given, profile.Family = "Wilhelmina", "Ashgrove"
		c := storetest.Must(w.Register(profile))(t)
		for _, number := range []string{"wilhelmina1", "X ASHGROVE", profile.BirthDate.String(), profile.Identifiers[0].Value} {
			_, err = say(w, c.ID, casefile.PersonDetails{ReportingID: number})
			storetest.Refused(t, err, "/reporting_id", "tells_of_person", "DEX-06")
		}
		_, err = say(w, c.ID, casefile.PersonDetails{ReportingID: strings.Repeat("7", 51)})
		storetest.Refused(t, err, "/reporting_id", "too_long", "DEX-06")
	},
	"DEX-06 (part) of two at once with one number one is taken": func(t *testing.T, w *storetest.World) {
		w.SetUpReporting(true)
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			c := w.Client().ID
			wait.Go(func() { _, errs[i] = say(w, c, casefile.PersonDetails{ReportingID: "AT-ONCE"}) })
		}
		wait.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else if !errors.Is(err, fault.ErrConflict) {
				storetest.Refused(t, err, "/reporting_id", "record_id_taken", "DEX-06")
			}
		}
		storetest.Equal(t, "clients with the number", taken, 1)
	},
	"DEX-09 (part) what the funder wants to know of a client, each in its list": func(t *testing.T, w *storetest.World) {
		w.SetUpReporting(true)
		c := w.Client().ID
		p := storetest.Must(say(w, c, told()))(t)
		got := storetest.Must(w.CaseFiles.Person(w.Worker, c))(t)
		storetest.Diff(t, told(), got.PersonDetails)
		for _, wrong := range []struct {
			path, code, rule string
			change           func(d *casefile.PersonDetails)
		}{
			{"/birth_country", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.BirthCountry = "MOON" }},
			{"/home_language", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.HomeLanguage = "X" }},
			{"/indigenous_origin", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.IndigenousOrigin = "X" }},
			{"/disabilities/1", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Disabilities = []string{"PHYSICAL", "X"} }},
			{"/disabilities/1", "repeated", "DEX-09", func(d *casefile.PersonDetails) { d.Disabilities = []string{"PHYSICAL", "PHYSICAL"} }},
			{"/disabilities", "not_applicable", "DEX-09", func(d *casefile.PersonDetails) { d.HasDisability = pointer(false) }},
			{"/disabilities", "not_applicable", "DEX-09", func(d *casefile.PersonDetails) { d.HasDisability = nil }},
			{"/accommodation", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Accommodation = "X" }},
			{"/veterans_card", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.VeteransCard = "X" }},
			{"/homelessness", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Homelessness = "X" }},
			{"/household", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Household = "X" }},
			{"/income_source", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.IncomeSource = "X" }},
			{"/income_frequency", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.IncomeFrequency = "X" }},
			{"/income_frequency", "required", "DEX-09", func(d *casefile.PersonDetails) { d.IncomeFrequency = "" }},
			{"/income", "out_of_range", "DEX-09", func(d *casefile.PersonDetails) { d.Income = pointer(-1) }},
			{"/arrival_year", "required", "DEX-09", func(d *casefile.PersonDetails) { d.ArrivalYear = 0 }},
			{"/arrival_year", "date_range", "DEX-09", func(d *casefile.PersonDetails) { d.ArrivalYear = storetest.Today.Year + 1 }},
			{"/arrival_year", "date_range", "DEX-09", func(d *casefile.PersonDetails) { d.ArrivalYear = 1901 }},
			{"/arrival_month", "required", "DEX-09", func(d *casefile.PersonDetails) { d.ArrivalMonth = 0 }},
			{"/arrival_month", "out_of_range", "DEX-09", func(d *casefile.PersonDetails) { d.ArrivalMonth = 13 }},
			{"/visa_category", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.VisaCategory = "X" }},
			{"/ancestry", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Ancestry = "X" }},
			{"/education", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Education = "X" }},
			{"/employment", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.Employment = "X" }},
			{"/disability_scheme", "unknown_value", "DEX-12", func(d *casefile.PersonDetails) { d.DisabilityScheme = "X" }},
		} {
			d := told()
			wrong.change(&d)
			_, err := w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: c, Version: p.Version, PersonDetails: d})
			storetest.Refused(t, err, wrong.path, wrong.code, wrong.rule)
		}
		storetest.Equal(t, "version after refusals", storetest.Must(w.CaseFiles.Person(w.Worker, c))(t).Version, p.Version)
		next := storetest.Must(w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: c, Version: p.Version, PersonDetails: casefile.PersonDetails{BirthCountry: "1101"}}))(t)
		storetest.Diff(t, casefile.PersonDetails{ReportingID: "W-2041", BirthCountry: "1101"}, next.PersonDetails)
		_, err := w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: c, Version: p.Version, PersonDetails: told()})
		if !errors.Is(err, fault.ErrConflict) {
			t.Errorf("with an old version: %v", err)
		}
	},
	"DEX-13 (part) without reporting set up what only a report needs is refused, and case files are kept as before": func(t *testing.T, w *storetest.World) {
		p := w.Reported()
		w.SetUpReporting(false)
		defer w.SetUpReporting(true)
		_, err := say(w, w.Client().ID, casefile.PersonDetails{})
		storetest.Refused(t, err, "/client", "reporting_not_set_up", "DEX-13")
		_, err = w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: casemgmt.ClientID(p.ID), Version: p.Version})
		storetest.Refused(t, err, "/client", "reporting_not_set_up", "DEX-13")
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f, f.Clients[0].Client)
		storetest.Equal(t, "participants", len(x.Participants), 1)
	},
	"ACC-01 (part) no other agency sees them, and nobody is told of who has nothing said": func(t *testing.T, w *storetest.World) {
		p := w.Reported()
		if _, err := w.CaseFiles.Person(w.OtherAdmin, casemgmt.ClientID(p.ID)); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("another agency: %v", err)
		}
		if _, err := w.CaseFiles.Person(w.Worker, w.Client().ID); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
		if _, err := say(w, casemgmt.NewHead[casemgmt.Client]().ID, casefile.PersonDetails{}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("no such client: %v", err)
		}
	},
	"ANO-09 (part) nothing is said of who has withdrawn the consent": func(t *testing.T, w *storetest.World) {
		w.SetUpReporting(true)
		c := w.Client()
		storetest.Must(w.Cases.WithdrawConsent(w.Admin, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
		_, err := say(w, c.ID, casefile.PersonDetails{})
		storetest.Refused(t, err, "/client", "consent_withdrawn", "ANO-09")
	},
}
