package dexexport

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/dex"
)

// Client is a client as the file has it. Without consent there are no names and no street
// address, and the linkage key stays (DEX-07); an estimated birth date is 1 January of its
// year (DEX-09). What is not said is empty, and a check of the record finds it. p is nil for
// a client of whom nothing was said.
func Client(c *casemgmt.Client, p *casefile.Person) *dex.Client {
	if p == nil {
		p = &casefile.Person{}
	}
	profile := c.Profile
	birth := day(profile.BirthDate)
	if profile.BirthDateEstimated {
		birth.Month, birth.Day = time.January, 1
	}
	out := &dex.Client{ClientID: p.ReportingID, ConsentToProvideDetails: yes(p.ConsentToDetails), ConsentedForFutureContacts: yes(p.ConsentToContact),
		IsUsingPsuedonym: p.Pseudonym, BirthDate: birth, IsBirthDateAnEstimate: profile.BirthDateEstimated, Gender: genders[profile.Gender],
		CountryOfBirth: p.BirthCountry, LanguageSpokenAtHome: p.HomeLanguage, Origin: p.IndigenousOrigin, HasDisabilities: yes(p.HasDisability),
		Disabilities: list(p.Disabilities), AccommodationType: text(p.Accommodation), DVACardStatus: text(p.VeteransCard), HasCarer: given(p.HasCarer),
		ResidentialAddress: dex.Address{Suburb: profile.Address.City, State: states[profile.Address.Region], Postcode: profile.Address.PostalCode},
		HomelessIndicator:  text(p.Homelessness), HouseholdComposition: text(p.Household), MainSourceOfIncome: text(p.IncomeSource),
		IncomeFrequency: text(p.IncomeFrequency), IncomeAmount: given(p.Income), MigrationVisaCategory: text(p.VisaCategory), Ancestry: text(p.Ancestry),
		EducationLevel: text(p.Education), EmploymentStatus: text(p.Employment), IsClientACarer: given(p.IsCarer), NDISEligibility: text(p.DisabilityScheme)}
	if p.ArrivalYear > 0 && p.ArrivalMonth > 0 {
		out.FirstArrivalYear, out.FirstArrivalMonth = dex.Some(p.ArrivalYear), dex.Some(dex.MonthOf(time.Month(p.ArrivalMonth)))
	}
	if key, err := dex.SLK(profile.Family, givenName(profile), birth, out.Gender); err == nil {
		out.Slk = dex.Some(key)
	}
	if out.ConsentToProvideDetails {
		out.GivenName, out.FamilyName = text(profile.Given), text(profile.Family)
		out.ResidentialAddress.AddressLine1 = text(strings.TrimSpace(profile.Address.Unit + " " + profile.Address.Street))
	}
	return out
}

// givenName is the given name for the linkage key: a single name is the family name
// (FORMAT section 9.2).
func givenName(p casemgmt.Profile) string {
	if p.OneName {
		return ""
	}
	return p.Given
}

// genders are the funder's codes of those of profiles.
var genders = map[string]string{"female": "FEMALE", "male": "MALE", "another": "OTHER", "undisclosed": "NOTSTATED"}

// states are the funder's codes of states and territories.
var states = map[string]string{"nsw": "NSW", "vic": "VIC", "qld": "QLD", "sa": "SA", "wa": "WA", "tas": "TAS", "nt": "NT", "act": "ACT", "other": "OT"}

// Numbers are the clients' numbers for the funder; a client without one is left out.
type Numbers func(casemgmt.ClientID) string

// Case is a case as the file has it, of an outlet activity.
func Case(f *casefile.File, a *casefile.Activity, number Numbers) *dex.Case {
	out := &dex.Case{CaseID: f.CaseID, OutletActivityID: a.Number, UnidentifiedClients: f.Unidentified, ClientAttendanceProfile: text(f.AttendanceProfile)}
	var clients []dex.CaseClient
	for _, in := range f.Clients {
		if number(in.Client) == "" {
			continue
		}
		c := dex.CaseClient{ClientID: number(in.Client), ReferralSource: text(in.ReferralSource), ExitReason: text(in.ExitReason)}
		var reasons []dex.Reason
		if in.PrimaryReason != "" {
			reasons = append(reasons, dex.Reason{Code: in.PrimaryReason, IsPrimary: true})
		}
		for _, code := range in.OtherReasons {
			reasons = append(reasons, dex.Reason{Code: code})
		}
		c.Reasons = list(reasons)
		clients = append(clients, c)
	}
	out.Clients = list(clients)
	return out
}

// Session is a session as the file has it. It fails when the code of the service type is no
// number, which the file wants.
func Session(f *casefile.File, x *casefile.Session, number Numbers) (*dex.Session, error) {
	out := &dex.Session{SessionID: x.SessionID, CaseID: f.CaseID, Date: day(x.Date), UnidentifiedClients: x.Unidentified,
		MoneyBusinessWorkshop: text(x.WorkshopCode), InterpreterPresent: given(x.InterpreterPresent), Topic: text(x.Topic), ServiceSetting: text(x.ServiceSetting),
		HardshipType: text(x.HardshipType), ExternalReferralDestination: text(x.ReferralDestination), TimeMinutes: given(x.Minutes), Quantity: given(x.Quantity)}
	if x.ServiceType != "" {
		n, err := strconv.Atoi(x.ServiceType)
		if err != nil {
			return nil, fmt.Errorf("dexexport: the code of a service type is no number")
		}
		out.ServiceTypeID = n
	}
	if x.Fees != nil {
		out.FeesCharged = dex.Some(dollars(*x.Fees))
	}
	if x.Cost != nil { // whole dollars
		out.TotalCost = dex.Some((*x.Cost + 50) / 100)
	}
	var clients []dex.SessionClient
	for _, p := range x.Participants {
		if number(p.Client) == "" {
			continue
		}
		c := dex.SessionClient{ClientID: number(p.Client), Participation: participations[p.Type]}
		var referrals []dex.Referral
		if r := p.InternalReferral; r != nil {
			referrals = append(referrals, dex.Referral{Type: "INTERNAL", Purposes: list(r.Purposes)})
		}
		if r := p.ExternalReferral; r != nil {
			referrals = append(referrals, dex.Referral{Type: "EXTERNAL", Purposes: list(r.Purposes)})
		}
		c.Referrals = list(referrals)
		clients = append(clients, c)
	}
	out.Clients = list(clients)
	return out, nil
}

// dollars are cents as the file has them, without a fraction where there is none.
func dollars(cents int) dex.Decimal {
	if cents%100 == 0 {
		return dex.Decimal(strconv.Itoa(cents / 100))
	}
	return dex.Decimal(fmt.Sprintf("%d.%02d", cents/100, cents%100))
}

var participations = map[casefile.ParticipantType]string{casefile.AsClient: "CLIENT", casefile.AsSupportPerson: "SUPPORT"}

// Assessments are those of a session's community, nil when it has none, and those of its
// participants who have some.
func Assessments(f *casefile.File, x *casefile.Session, number Numbers) (*dex.SessionAssessment, []*dex.ClientAssessment) {
	var community *dex.SessionAssessment
	if len(x.Community) > 0 {
		community = &dex.SessionAssessment{CaseID: f.CaseID, SessionID: x.SessionID, Assessments: list(assessments(x.Community))}
	}
	var clients []*dex.ClientAssessment
	for _, p := range x.Participants {
		if len(p.Assessments) > 0 && number(p.Client) != "" {
			clients = append(clients, &dex.ClientAssessment{ClientID: number(p.Client), CaseID: f.CaseID, SessionID: x.SessionID, Assessments: list(assessments(p.Assessments))})
		}
	}
	return community, clients
}

func assessments(all []score.Assessment) []dex.Assessment {
	out := make([]dex.Assessment, len(all))
	for i, a := range all {
		words := make([]string, len(a.Scores))
		for j, s := range a.Scores {
			words[j] = s.String()
		}
		out[i] = dex.Assessment{ScoreType: scoreTypes[a.Type], Phase: strings.ToUpper(string(a.Phase)), AssessedBy: text(assessors[a.AssessedBy]), Scores: list(words)}
	}
	return out
}

var scoreTypes = map[score.Type]string{score.Circumstances: "CIRCUMSTANCES", score.Goals: "GOALS", score.Satisfaction: "SATISFACTION", score.Community: "GROUP"}

var assessors = map[score.Assessor]string{score.Client: "SDCLIENT", score.Practitioner: "SDPRACTITIONER", score.Joint: "SDJOINT", score.SupportPerson: "SDSUPPPERSON",
	score.ClientTool: "VOTCLIENT", score.PractitionerTool: "VOTPRACTITIONER", score.JointTool: "VOTJOINT", score.SupportPersonTool: "VOTSUPPPERSON"}

func day(d civil.Date) dex.Date { return dex.Date{Year: d.Year, Month: d.Month, Day: d.Day} }

// yes is whether something was said and is so.
func yes(b *bool) bool { return b != nil && *b }

// text is an element that is left out when it is empty.
func text(s string) dex.Opt[string] {
	if s == "" {
		return dex.Opt[string]{}
	}
	return dex.Some(s)
}

// given is an element that is left out when nothing was said.
func given[T any](v *T) dex.Opt[T] {
	if v == nil {
		return dex.Opt[T]{}
	}
	return dex.Some(*v)
}

// list is a list that is left out when it is empty.
func list[T any](items []T) dex.List[T] {
	if len(items) == 0 {
		return dex.List[T]{}
	}
	return dex.Of(items...)
}
