package storetest

import (
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
)

// caseLists are what the world's case files choose from, in part.
var caseLists = map[casefile.List][]casefile.ListedCode{
	casefile.AttendanceProfiles:   {{Code: "FAMILY", Label: "Family"}, {Code: "COUPLE", Label: "Couple"}},
	casefile.ReferralSources:      {{Code: "SELF", Label: "Self"}, {Code: "GP", Label: "General Medical Practitioner"}},
	casefile.Reasons:              {{Code: "HOUSING", Label: "Housing"}, {Code: "MONEY", Label: "Money management"}, {Code: "FAMILY", Label: "Family functioning"}},
	casefile.ExitReasons:          {{Code: "MOVED", Label: "Moved"}, {Code: "NEEDSMET", Label: "Needs met"}},
	casefile.ServiceTypes:         {{Code: "1", Label: "Intake/assessment"}, {Code: "2", Label: "Information/advice/referral"}},
	casefile.ServiceSettings:      {{Code: "HOME", Label: "Client's residence"}, {Code: "OFFICE", Label: "Organisation outlet/office"}},
	casefile.Topics:               {{Code: "ABUSE", Label: "Abuse/Neglect/Violence"}, {Code: "HOUSING", Label: "Housing"}},
	casefile.HardshipTypes:        {{Code: "DROUGHT", Label: "Drought"}},
	casefile.ReferralDestinations: {{Code: "LEGAL", Label: "Legal services"}},
	casefile.ReferralPurposes:     {{Code: "HOUSING", Label: "Housing"}, {Code: "MONEY", Label: "Money management"}},
	casefile.WorkshopCodes:        {{Code: "WRK01", Label: "Budgeting"}},
	casefile.Countries:            {{Code: "1101", Label: "Australia"}, {Code: "7105", Label: "Sri Lanka"}}, casefile.Languages: {{Code: "1201", Label: "English"}},
	casefile.IndigenousOrigins: {{Code: "NO", Label: "No"}}, casefile.Disabilities: {{Code: "PHYSICAL", Label: "Physical"}, {Code: "SENSORY", Label: "Sensory"}},
	casefile.Accommodations: {{Code: "RENTAL", Label: "Rental"}}, casefile.VeteransCards: {{Code: "NODVA", Label: "No card"}},
	casefile.Homelessness: {{Code: "ATRISK", Label: "At risk"}}, casefile.Households: {{Code: "SINGLE", Label: "Single"}},
	casefile.IncomeSources: {{Code: "WAGE", Label: "Salary"}}, casefile.IncomeFrequencies: {{Code: "WEEKLY", Label: "Weekly"}},
	casefile.VisaCategories: {{Code: "SKILLED", Label: "Skilled"}}, casefile.Ancestries: {{Code: "7107", Label: "Tamil"}},
	casefile.EducationLevels: {{Code: "YEAR12", Label: "Year 12"}}, casefile.EmploymentStatuses: {{Code: "PART", Label: "Part time"}},
	casefile.DisabilitySchemes: {{Code: "ELIGIBLE", Label: "Eligible"}},
}

// LoadLists loads the lists that case files choose from, unless they are there.
func (w *World) LoadLists() {
	w.T.Helper()
	page := Must(w.CaseFiles.References(w.Setup, casemgmt.PageRequest{}))(w.T)
	there := map[casefile.List]bool{}
	for _, r := range page.Items {
		there[r.List] = true
	}
	for list, codes := range caseLists {
		if !there[list] {
			Must(w.CaseFiles.LoadReference(w.Setup, casefile.LoadReference{List: list, Codes: codes}))(w.T)
		}
	}
}

// Activity is a new outlet activity of the world's program.
func (w *World) Activity() *casefile.Activity {
	w.T.Helper()
	w.LoadLists()
	return Must(w.CaseFiles.CreateActivity(w.Setup, casefile.Activity{Name: "Family support", Site: w.Site.ID, Program: w.Program.ID, Number: 70_000 + int(w.names.Add(1)), ServiceTypes: []string{"1"}}))(w.T)
}

// Case is a new case file of the worker's, with clients.
func (w *World) Case(clients ...casemgmt.ClientID) *casefile.File {
	w.T.Helper()
	f := Must(w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: w.Activity().ID, AttendanceProfile: "FAMILY"}}))(w.T)
	for _, c := range clients {
		f = Must(w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c,
			Joining: casefile.Joining{ReferralSource: "SELF", PrimaryReason: "HOUSING", OtherReasons: []string{"MONEY"}}}))(w.T)
	}
	return f
}

// CaseSession is a new session of a case of the worker's, today, in which some of its
// clients took part.
func (w *World) CaseSession(f *casefile.File, clients ...casemgmt.ClientID) *casefile.Session {
	w.T.Helper()
	return w.CaseSessionOn(f, Today, clients...)
}

// CaseSessionOn is CaseSession of another day.
func (w *World) CaseSessionOn(f *casefile.File, day civil.Date, clients ...casemgmt.ClientID) *casefile.Session {
	w.T.Helper()
	cmd := casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: day, ServiceType: "1"}}
	for _, c := range clients {
		cmd.Participants = append(cmd.Participants, casefile.Attendance{Client: c, Type: casefile.AsClient})
	}
	return Must(w.CaseFiles.AddSession(w.Worker, cmd))(w.T)
}

// Assessed is an assessment with one value in all domains of its type.
func Assessed(t score.Type, p score.Phase, value int) score.Assessment {
	a := score.Assessment{Type: t, Phase: p, AssessedBy: score.Joint}
	for _, domain := range t.Domains() {
		a.Scores = append(a.Scores, score.Score{Domain: domain, Value: value})
	}
	return a
}

// SetUpReporting lets the agency report its case files.
func (w *World) SetUpReporting(set bool) {
	w.T.Helper()
	w.LoadLists()
	a := *Must(w.Cases.Agency(w.Setup))(w.T)
	if a.Settings.CaseReporting == set {
		return
	}
	a.Settings.CaseReporting = set
	Must(w.Cases.UpdateAgency(w.Setup, a))(w.T)
}

// Reported is a new client of whom the funder's questions are answered.
func (w *World) Reported() *casefile.Person {
	w.T.Helper()
	w.SetUpReporting(true)
	return Must(w.CaseFiles.AddPerson(w.Worker, casefile.AddPerson{Client: w.Client().ID, PersonDetails: casefile.PersonDetails{BirthCountry: "1101"}}))(w.T)
}
