package dexexport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/dex"
)

// codes are those of a list that the department takes for sure.
func codes(list string) []string {
	var out []string
	for _, v := range dex.BuiltinCodes().List(list).Values {
		if v.Code != "" && v.Status == dex.Verified {
			out = append(out, v.Code)
		}
	}
	return out
}

func maybe[T any](t *rapid.T, g *rapid.Generator[T], label string) *T {
	if !rapid.Bool().Draw(t, label+"?") {
		return nil
	}
	v := g.Draw(t, label)
	return &v
}

// code is one of a list, or empty.
func code(t *rapid.T, list string) string {
	return rapid.SampledFrom(append(codes(list), "")).Draw(t, list)
}

// some are different codes of a list.
func some(t *rapid.T, list string, least int) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(codes(list)), least, 3, rapid.ID[string]).Draw(t, list+"s")
}

func drawClient(t *rapid.T, number string) (*casemgmt.Client, *casefile.Person) {
	name := rapid.SampledFrom([]string{"Ng", "O'Brien", "Núñez", "de la Cruz", "Abcd", "<Lee>"})
	born := civil.Date{Year: rapid.IntRange(1930, 2010).Draw(t, "year"), Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month")), Day: rapid.IntRange(1, 28).Draw(t, "day")}
	c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Kind: casemgmt.Named, Profile: casemgmt.Profile{Given: name.Draw(t, "given"), Family: name.Draw(t, "family"),
		Gender: rapid.SampledFrom([]string{"female", "male", "another", "undisclosed"}).Draw(t, "gender"), BirthDate: born, BirthDateEstimated: rapid.Bool().Draw(t, "estimated"),
		Address: casemgmt.Address{Street: rapid.SampledFrom([]string{"", "7 Sample Street"}).Draw(t, "street"), City: "Hamilton", Region: "nsw", PostalCode: "2303"}}}
	p := &casefile.Person{PersonDetails: casefile.PersonDetails{ReportingID: number, ConsentToDetails: maybe(t, rapid.Bool(), "details"), ConsentToContact: maybe(t, rapid.Bool(), "contact"),
		Pseudonym: rapid.Bool().Draw(t, "pseudonym"), BirthCountry: rapid.SampledFrom(codes("Country")).Draw(t, "country"), HomeLanguage: rapid.SampledFrom(codes("Language")).Draw(t, "language"),
		IndigenousOrigin: rapid.SampledFrom(codes("AboriginalOrTorresStraitIslanderOrigin")).Draw(t, "origin"), Household: code(t, "HouseholdComposition"),
		IncomeSource: code(t, "MainSourceOfIncome"), Ancestry: code(t, "Ancestry"), IsCarer: maybe(t, rapid.Bool(), "carer")}}
	if p.Disabilities = some(t, "Disability", 0); len(p.Disabilities) > 0 {
		yes := true
		p.HasDisability = &yes
	}
	if p.Income = maybe(t, rapid.IntRange(0, 5000), "income"); p.Income != nil {
		p.IncomeFrequency = rapid.SampledFrom(codes("IncomeFrequency")).Draw(t, "frequency")
	}
	if p.BirthCountry != "1101" && rapid.Bool().Draw(t, "arrived") {
		p.ArrivalYear, p.ArrivalMonth = born.Year+rapid.IntRange(1, 10).Draw(t, "after"), rapid.IntRange(1, 12).Draw(t, "in")
	}
	return c, p
}

func drawAssessments(t *rapid.T, types ...score.Type) []score.Assessment {
	var out []score.Assessment
	for _, kind := range types {
		for _, phase := range score.Phase("").Values() {
			if !rapid.Bool().Draw(t, "assessed") {
				continue
			}
			a := score.Assessment{Type: kind, Phase: phase, AssessedBy: rapid.SampledFrom(score.Assessor("").Values()).Draw(t, "by")}
			for _, domain := range rapid.SliceOfNDistinct(rapid.SampledFrom(kind.Domains()), 1, 3, rapid.ID[string]).Draw(t, "domains") {
				a.Scores = append(a.Scores, score.Score{Domain: domain, Value: rapid.IntRange(1, 5).Draw(t, "value")})
			}
			out = append(out, a)
		}
	}
	return out
}

// said is an element as a pointer, nil when it is left out.
func said[T any](o dex.Opt[T]) *T {
	if v, ok := o.Get(); ok {
		return &v
	}
	return nil
}

// word is an element as a text, empty when it is left out.
func word(o dex.Opt[string]) string { return o.Value }

// Cases of any kind are written, read back, and have in each field what the records had.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		activity := &casefile.Activity{Number: 4711}
		var clients []*casemgmt.Client
		people := map[casemgmt.ClientID]*casefile.Person{}
		number := func(c casemgmt.ClientID) string { return people[c].ReportingID }
		f := &casefile.File{Details: casefile.Details{CaseID: "BCDFGH23456789", AttendanceProfile: rapid.SampledFrom(codes("AttendanceProfile")).Draw(t, "profile"),
			Unidentified: rapid.IntRange(5, 999).Draw(t, "unidentified")}}
		for i := range rapid.IntRange(0, 3).Draw(t, "clients") {
			c, p := drawClient(t, fmt.Sprintf("WXZ%03d", i))
			clients, people[c.ID] = append(clients, c), p
			in := &casefile.Client{Client: c.ID, Joining: casefile.Joining{ReferralSource: code(t, "ReferralSource"), ExitReason: code(t, "ExitReason")}}
			if reasons := some(t, "ReasonForAssistance", 0); len(reasons) > 0 {
				in.PrimaryReason, in.OtherReasons = reasons[0], reasons[1:]
			}
			f.Clients = append(f.Clients, in)
		}
		var sessions []*casefile.Session
		for i := range rapid.IntRange(1, 3).Draw(t, "sessions") {
			x := &casefile.Session{SessionDetails: casefile.SessionDetails{SessionID: fmt.Sprintf("S%d", i), Date: civil.Date{Year: 2026, Month: 3, Day: 1 + i},
				Minutes: maybe(t, rapid.IntRange(0, 1440), "minutes"), Unidentified: rapid.IntRange(1, 5).Draw(t, "others"), InterpreterPresent: maybe(t, rapid.Bool(), "interpreter"),
				ServiceType: rapid.SampledFrom(codes("ServiceType")).Draw(t, "service"), ServiceSetting: code(t, "ServiceSetting"), Fees: maybe(t, rapid.IntRange(0, 99_999), "fees"),
				Cost: maybe(t, rapid.IntRange(0, 99_999), "cost"), Quantity: maybe(t, rapid.IntRange(0, 9), "quantity")}, Community: drawAssessments(t, score.Community)}
			for _, c := range clients {
				if !rapid.Bool().Draw(t, "there") {
					continue
				}
				p := &casefile.Participant{Attendance: casefile.Attendance{Client: c.ID, Type: rapid.SampledFrom(casefile.ParticipantType("").Values()).Draw(t, "type")},
					Assessments: drawAssessments(t, score.Circumstances, score.Goals, score.Satisfaction)}
				if rapid.Bool().Draw(t, "inside") {
					p.InternalReferral = &casefile.Referral{Purposes: some(t, "ReferralPurpose", 1)}
				}
				if rapid.Bool().Draw(t, "outside") {
					p.ExternalReferral = &casefile.Referral{Purposes: some(t, "ReferralPurpose", 1)}
				}
				x.Participants = append(x.Participants, p)
			}
			sessions = append(sessions, x)
		}

		var b bytes.Buffer
		w := dex.NewWriter(&b, dex.WriterOptions{})
		write := func(r dex.Record) {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range clients {
			write(dexexport.Client(c, people[c.ID]))
		}
		write(dexexport.Case(f, activity, number))
		for _, x := range sessions {
			r, err := dexexport.Session(f, x, number)
			if err != nil {
				t.Fatal(err)
			}
			write(r)
		}
		for _, x := range sessions {
			if community, _ := dexexport.Assessments(f, x, number); community != nil {
				write(community)
			}
		}
		for _, x := range sessions {
			_, all := dexexport.Assessments(f, x, number)
			for _, a := range all {
				write(a)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}

		opt := dex.Options{Today: dex.Date{Year: 2026, Month: 4, Day: 1}, Complete: true}
		if _, err := dex.Check(bytes.NewReader(b.Bytes()), opt, func(f dex.Finding) {
			if f.Severity == dex.Error {
				t.Errorf("%s\n%s", f, b.String())
			}
		}); err != nil {
			t.Fatal(err)
		}
		compare(t, read(t, &b), clients, people, f, sessions)
	})
}

// read are the records of a file.
func read(t *rapid.T, r io.Reader) []dex.Record {
	in := dex.NewReader(r, dex.ReaderOptions{})
	var out []dex.Record
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, record)
	}
}

// compare goes through what was read, field by field.
func compare(t *rapid.T, got []dex.Record, clients []*casemgmt.Client, people map[casemgmt.ClientID]*casefile.Person, f *casefile.File, sessions []*casefile.Session) {
	equal := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-record +file):\n%s", what, diff)
		}
	}
	byID := map[string]*casefile.Session{}
	for _, x := range sessions {
		byID[x.SessionID] = x
	}
	assessed := func(what string, want []score.Assessment, got []dex.Assessment) {
		var have []score.Assessment
		for _, a := range got {
			one := score.Assessment{Type: score.Type(map[string]string{"CIRCUMSTANCES": "circumstances", "GOALS": "goals", "SATISFACTION": "satisfaction", "GROUP": "community"}[a.ScoreType]),
				Phase:      score.Phase(map[string]string{"PRE": "pre", "POST": "post"}[a.Phase]),
				AssessedBy: score.Assessor(map[string]string{"SDCLIENT": "client", "SDPRACTITIONER": "practitioner", "SDJOINT": "joint", "SDSUPPPERSON": "support_person", "VOTCLIENT": "client_tool", "VOTPRACTITIONER": "practitioner_tool", "VOTJOINT": "joint_tool", "VOTSUPPPERSON": "support_person_tool"}[word(a.AssessedBy)])}
			for _, s := range a.Scores.Items {
				value, _ := strconv.Atoi(s[len(s)-1:])
				one.Scores = append(one.Scores, score.Score{Domain: s[:len(s)-1], Value: value})
			}
			have = append(have, one)
		}
		equal(what, want, have)
	}
	seen := map[string]int{}
	for _, r := range got {
		seen[r.Section()]++
		switch r := r.(type) {
		case *dex.Client:
			i := slices.IndexFunc(clients, func(c *casemgmt.Client) bool { return people[c.ID].ReportingID == r.ClientID })
			c, p := clients[i].Profile, people[clients[i].ID]
			consent := p.ConsentToDetails != nil && *p.ConsentToDetails
			names := map[bool][]string{true: {c.Given, c.Family, c.Address.Street}, false: {"", "", ""}}[consent]
			equal("names", names, []string{word(r.GivenName), word(r.FamilyName), word(r.ResidentialAddress.AddressLine1)})
			equal("consent", consent, r.ConsentToProvideDetails)
			equal("contact", p.ConsentToContact != nil && *p.ConsentToContact, r.ConsentedForFutureContacts)
			birth := c.BirthDate
			if c.BirthDateEstimated {
				birth = civil.Date{Year: birth.Year, Month: 1, Day: 1}
			}
			equal("birth date", birth, civil.Date(r.BirthDate))
			equal("key", 14, len(word(r.Slk)))
			equal("answers", p.PersonDetails, casefile.PersonDetails{ReportingID: r.ClientID, ConsentToDetails: p.ConsentToDetails, ConsentToContact: p.ConsentToContact,
				Pseudonym: r.IsUsingPsuedonym, BirthCountry: r.CountryOfBirth, HomeLanguage: r.LanguageSpokenAtHome, IndigenousOrigin: r.Origin,
				HasDisability: map[bool]*bool{true: &r.HasDisabilities}[r.HasDisabilities], Disabilities: append([]string{}, r.Disabilities.Items...), Household: word(r.HouseholdComposition),
				IncomeSource: word(r.MainSourceOfIncome), IncomeFrequency: word(r.IncomeFrequency), Income: said(r.IncomeAmount), ArrivalYear: r.FirstArrivalYear.Value,
				ArrivalMonth: months[r.FirstArrivalMonth.Value], Ancestry: word(r.Ancestry), IsCarer: said(r.IsClientACarer)})
			equal("place", []string{"Hamilton", "NSW", "2303"}, []string{r.ResidentialAddress.Suburb, r.ResidentialAddress.State, r.ResidentialAddress.Postcode})
		case *dex.Case:
			equal("case", []any{f.CaseID, 4711, f.Unidentified, f.AttendanceProfile}, []any{r.CaseID, r.OutletActivityID, r.UnidentifiedClients, word(r.ClientAttendanceProfile)})
			var have []*casefile.Client
			for i, in := range r.Clients.Items {
				one := &casefile.Client{Client: clients[i].ID, Joining: casefile.Joining{ReferralSource: word(in.ReferralSource), ExitReason: word(in.ExitReason)}}
				equal("client of the case", people[clients[i].ID].ReportingID, in.ClientID)
				for _, reason := range in.Reasons.Items {
					if reason.IsPrimary {
						one.PrimaryReason, one.OtherReasons = reason.Code, []string{}
					} else {
						one.OtherReasons = append(one.OtherReasons, reason.Code)
					}
				}
				have = append(have, one)
			}
			equal("clients of the case", f.Clients, have)
		case *dex.Session:
			x := byID[r.SessionID]
			equal("session", []any{f.CaseID, x.Date, x.ServiceType, x.Unidentified, x.InterpreterPresent, x.ServiceSetting, x.Minutes, x.Quantity},
				[]any{r.CaseID, civil.Date(r.Date), strconv.Itoa(r.ServiceTypeID), r.UnidentifiedClients, said(r.InterpreterPresent), word(r.ServiceSetting), said(r.TimeMinutes), said(r.Quantity)})
			if x.Fees != nil {
				fees, err := strconv.ParseFloat(string(r.FeesCharged.Value), 64)
				equal("fees", []any{float64(*x.Fees) / 100, nil}, []any{fees, err})
			}
			if x.Cost != nil && (r.TotalCost.Value*100-*x.Cost > 50 || *x.Cost-r.TotalCost.Value*100 > 49) {
				t.Errorf("cost %d is %d", *x.Cost, r.TotalCost.Value)
			}
			equal("participants", len(x.Participants), len(r.Clients.Items))
			for i, in := range r.Clients.Items {
				p := x.Participants[i]
				have := casefile.Attendance{Client: p.Client, Type: map[string]casefile.ParticipantType{"CLIENT": casefile.AsClient, "SUPPORT": casefile.AsSupportPerson}[in.Participation]}
				for _, referral := range in.Referrals.Items {
					to := &casefile.Referral{Purposes: referral.Purposes.Items}
					if referral.Type == "INTERNAL" {
						have.InternalReferral = to
					} else {
						have.ExternalReferral = to
					}
				}
				equal("participant", p.Attendance, have)
				equal("number", people[p.Client].ReportingID, in.ClientID)
			}
		case *dex.SessionAssessment:
			assessed("community", byID[r.SessionID].Community, r.Assessments.Items)
		case *dex.ClientAssessment:
			for _, p := range byID[r.SessionID].Participants {
				if people[p.Client].ReportingID == r.ClientID {
					assessed("client", p.Assessments, r.Assessments.Items)
				}
			}
		}
	}
	equal("records", []int{len(clients), 1, len(sessions)}, []int{seen["Client"], seen["Case"], seen["Session"]})
}

var months = func() map[dex.Month]int {
	out := map[dex.Month]int{}
	for m := time.January; m <= time.December; m++ {
		out[dex.MonthOf(m)] = int(m)
	}
	return out
}()
