package dexexport_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/session/export"
)

// agency is an Australian one, with a worker, who uploads too, and two outlets.
type agency struct {
	*storetest.World
	t                testing.TB
	key              string
	setup            context.Context
	staff            casemgmt.StaffID // the worker
	worker, uploader context.Context
	program          *casemgmt.Program
	activities       [2]*casefile.Activity
	funder           *casemgmt.Funder
	people           int
}

func english(s string) i18n.Text { return i18n.Text{En: s} }

// newAgency makes an agency that reports its case files.
func newAgency(t testing.TB, w *storetest.World) *agency {
	t.Helper()
	key := fmt.Sprintf("au%d", w.Next())
	a := &agency{World: w, t: t, key: key, setup: access.With(context.Background(), access.System("setup", key))}
	storetest.Must(w.Cases.CreateAgency(a.setup, casemgmt.Agency{Key: key, Name: "Wattle", Country: "AU", Zone: "Australia/Sydney", Settings: casemgmt.Settings{CaseReporting: true}}))(t)
	storetest.Must(w.Cases.PublishStatement(a.setup, casemgmt.Statement{Text: english("It stays here.")}))(t)
	a.program = storetest.Must(w.Cases.CreateProgram(a.setup, casemgmt.Program{Name: english("Family support")}))(t)
	for _, list := range dexexport.StockLists() {
		storetest.Must(w.CaseFiles.LoadReference(a.setup, list))(t)
	}
	var sites [2]*casemgmt.Site
	for i := range a.activities {
		sites[i] = storetest.Must(w.Cases.CreateSite(a.setup, casemgmt.Site{Name: fmt.Sprintf("Outlet %d", i), Address: casemgmt.Address{City: "Newcastle", Region: "nsw", PostalCode: "2300"}}))(t)
		a.activities[i] = storetest.Must(w.CaseFiles.CreateActivity(a.setup, casefile.Activity{Name: "Family support", Site: sites[i].ID, Program: a.program.ID, Number: 4711 + i}))(t)
	}
	a.funder = storetest.Must(w.Cases.CreateFunder(a.setup, casemgmt.Funder{Name: english("Department"), System: dexexport.System, Agreement: "D1"}))(t)
	for user, roles := range map[string][]string{"worker": nil, "uploader": {access.RoleBulkUpload}} {
		staff := storetest.Must(w.Cases.CreateStaff(a.setup, casemgmt.Staff{User: user, Name: "Staff " + user, Email: user + "@wattle.example", Roles: roles,
			Programs: []casemgmt.Membership{{Program: a.program.ID}}, Defaults: casemgmt.Defaults{Site: sites[0].ID}}))(t)
		if user == "worker" {
			a.staff = staff.ID
		}
	}
	a.worker, a.uploader = w.As(key, "worker"), w.As(key, "uploader")
	return a
}

// client registers somebody of whom nobody has said yet what the funder wants to know.
func (a *agency) client() *casemgmt.Client {
	a.t.Helper()
	a.people++
	return storetest.Must(a.Cases.RegisterClient(a.worker, casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{Given: storetest.Given[a.people], Family: storetest.Family[a.people],
		Gender: "female", BirthDate: civil.Date{Year: 1980, Month: 2, Day: 3}.AddDays(777 * a.people), Address: casemgmt.Address{Street: "1 Sample Street", City: "Hamilton", Region: "nsw", PostalCode: "2303"}}}))(a.t)
}

// answers are what the funder wants to know.
func answers(consent bool) casefile.PersonDetails {
	no := false
	return casefile.PersonDetails{ConsentToDetails: &consent, ConsentToContact: &no, BirthCountry: "1101", HomeLanguage: "1201", IndigenousOrigin: "NO", HasDisability: &no}
}

// reported is a client with the answers.
func (a *agency) reported(consent bool) *casemgmt.Client {
	a.t.Helper()
	c := a.client()
	storetest.Must(a.CaseFiles.AddPerson(a.worker, casefile.AddPerson{Client: c.ID, PersonDetails: answers(consent)}))(a.t)
	return c
}

// number is a client's for the funder.
func (a *agency) number(c *casemgmt.Client) string {
	a.t.Helper()
	return storetest.Must(a.CaseFiles.Person(a.worker, c.ID))(a.t).ReportingID
}

// open opens a case at an outlet with clients.
func (a *agency) open(outlet int, clients ...*casemgmt.Client) *casefile.File {
	a.t.Helper()
	f := storetest.Must(a.CaseFiles.OpenFile(a.worker, casefile.OpenFile{Details: casefile.Details{Activity: a.activities[outlet].ID, AttendanceProfile: "FAMILY", Unidentified: 5}}))(a.t)
	for _, c := range clients {
		f = storetest.Must(a.CaseFiles.AddClient(a.worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID, Joining: casefile.Joining{ReferralSource: "SELF", PrimaryReason: "FAMILY"}}))(a.t)
	}
	return f
}

// session adds a session of today with all clients of the case.
func (a *agency) session(f *casefile.File, change ...func(*casefile.AddSession)) *casefile.Session {
	a.t.Helper()
	cmd := casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, ServiceType: "1"}}
	for _, c := range f.Clients {
		cmd.Participants = append(cmd.Participants, casefile.Attendance{Client: c.Client, Type: casefile.AsClient})
	}
	for _, fn := range change {
		fn(&cmd)
	}
	return storetest.Must(a.CaseFiles.AddSession(a.worker, cmd))(a.t)
}

// half is the half year of the tests.
func (a *agency) half() export.Criteria {
	return export.Criteria{Funder: a.funder.ID, From: civil.Date{Year: storetest.Today.Year, Month: 1, Day: 1}, To: civil.Date{Year: storetest.Today.Year, Month: 6, Day: 30}}
}

// check is what a check of the half year says.
func (a *agency) check() *export.Report {
	a.t.Helper()
	return storetest.Must(a.Exports.Check(a.uploader, a.half()))(a.t)
}

// make makes the files of the half year.
func (a *agency) make() *export.Run {
	a.t.Helper()
	return storetest.Must(a.Exports.Make(a.uploader, export.Make{Criteria: a.half()}))(a.t)
}

// content is a file as it was made; it passes the check without an error.
func (a *agency) content(r *export.Run, i int) string {
	a.t.Helper()
	d := storetest.Must(a.Exports.Download(a.uploader, export.FileKey{Run: r.ID, ID: r.Files[i].ID}))(a.t)
	_, err := dex.Check(bytes.NewReader(d.Content), dex.Options{}, func(f dex.Finding) {
		if f.Severity == dex.Error {
			a.t.Errorf("%s", f)
		}
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(d.Content)
}

// accept says that all files of a run were uploaded and processed.
func (a *agency) accept(r *export.Run) {
	a.t.Helper()
	for _, f := range r.Files {
		storetest.Must(a.Exports.Accept(a.uploader, export.Accept{Run: r.ID, ID: f.ID, Version: f.Version, Accepted: f.Records}))(a.t)
	}
}

// elements counts the elements of a file that begin records.
func elements(content string) map[string]int {
	out := map[string]int{}
	for _, name := range []string{"Client", "Case", "Session", "SessionAssessment", "ClientAssessment"} {
		if n := strings.Count(content, "\n<"+name+">\n"); n > 0 {
			out[name] = n
		}
	}
	return out
}

// problems are those of a report: by whom, of which record, by which rule, in which field.
func problems(r *export.Report) []string {
	var out []string
	for _, by := range r.Workers {
		for _, p := range by.Problems {
			out = append(out, fmt.Sprintf("%s %s client %d case %s session %s %s %s %s", by.Email, p.Kind, p.Number, p.Case.Number, p.CaseSession.Number, p.Rule, p.Field, p.Severity))
		}
	}
	return out
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}
