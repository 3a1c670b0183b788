package bunstore_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// act is a call of a method with the event that it leaves. make sets up what the
// call needs, and gives the call.
type act struct {
	leaves event.Type
	make   func(t *testing.T, w *storetest.World) func() error
}

// did gives the error of a call alone.
func did[T any](_ T, err error) error { return err }

// calls is an act that needs nothing set up.
func calls(leaves event.Type, call func(w *storetest.World) error) act {
	return act{leaves, func(_ *testing.T, w *storetest.World) func() error { return func() error { return call(w) } }}
}

// Each method that changes something leaves exactly one event, which names what was
// done; so does each reading that is logged. The list of methods is that of the
// source: a new one fails here until it has its act.
func TestEveryChangeLeavesItsEvent(t *testing.T) {
	acts := map[string]act{}
	for _, some := range []map[string]act{agencyActs, clientActs, enrollActs, caseActs, sessionActs, batchActs, exportActs, reportActs, tokenActs} {
		maps.Copy(acts, some)
	}
	methods := changing(t)
	if diff := cmp.Diff(methods, slices.Sorted(maps.Keys(acts))); diff != "" {
		t.Fatalf("the methods that change something (-in the source +here):\n%s", diff)
	}
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		w := databases.NewWorld(t, s)
		for _, name := range methods {
			t.Run(name, func(t *testing.T) {
				own := *w
				own.T = t
				call := acts[name].make(t, &own)
				after := own.Tail()
				if err := call(); err != nil {
					t.Fatal(err)
				}
				page := storetest.Must(own.Cases.Feed(own.Admin, after, 10))(t)
				if name == "casemgmt.CreateAgency" { // its event is its own
					page = storetest.Must(own.Cases.Feed(newAgency(), "", 10))(t)
				}
				got := []event.Type{}
				for _, e := range page.Events {
					got = append(got, e.Type)
					if e.Subject == "" || e.Actor == "" || e.At.IsZero() {
						t.Errorf("an event without its subject, actor or time: %+v", e)
					}
				}
				if diff := cmp.Diff([]event.Type{acts[name].leaves}, got); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// changing are the exported methods of services that make a change, or whose
// reading is logged, as the source has them.
func changing(t *testing.T) []string {
	t.Helper()
	found := []string{"casefile.ClientFiles", "casefile.File", "casefile.Person", "casefile.Progress", "casefile.Search", "casefile.Session", "casefile.Sessions", "casemgmt.Client", "dashboard.Client", "enroll.FindCard", "export.Download", "export.Fill"} // readings that are logged
	for _, dir := range storetest.ServicePackages(t, "../..") {
		names, err := filepath.Glob("../../" + dir + "/*.go")
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && changes(fn) {
					found = append(found, file.Name.Name+"."+fn.Name.Name)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

func changes(fn *ast.FuncDecl) bool {
	if fn.Recv == nil || !fn.Name.IsExported() || types.ExprString(fn.Recv.List[0].Type) != "*Service" {
		return false
	}
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			name := types.ExprString(call.Fun)
			found = found || name == "Change" || name == "casemgmt.Change" || name == "answered"
		}
		return true
	})
	return found
}

func newAgency() context.Context {
	return access.With(context.Background(), access.System("setup", "new"))
}

var agencyActs = map[string]act{
	"casemgmt.CreateAgency": calls(event.AgencyCreated, func(w *storetest.World) error {
		return did(w.Cases.CreateAgency(newAgency(), casemgmt.Agency{Name: "New Agency", Country: "CA", Zone: "America/Halifax"}))
	}),
	"casemgmt.UpdateAgency": calls(event.AgencyChanged, func(w *storetest.World) error {
		a, err := w.Cases.Agency(w.Admin)
		if err != nil {
			return err
		}
		a.Name = "Metro Settlement Services"
		return did(w.Cases.UpdateAgency(w.Admin, *a))
	}),
	"casemgmt.PublishStatement": calls(event.StatementPublished, func(w *storetest.World) error {
		return did(w.Cases.PublishStatement(w.Admin, casemgmt.Statement{Text: i18n.T("We keep less.", "Nous gardons moins.")}))
	}),
	"casemgmt.CreateSite": calls(event.SiteCreated, func(w *storetest.World) error {
		return did(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "King Street", Address: casemgmt.Address{PostalCode: "M5V 2A1"}}))
	}),
	"casemgmt.UpdateSite": calls(event.SiteChanged, func(w *storetest.World) error {
		s := storetest.Must(w.Cases.Site(w.Admin, w.Site.ID))(w.T)
		s.Name = "Queen Street West"
		return did(w.Cases.UpdateSite(w.Admin, *s))
	}),
	"casemgmt.CreateProgram": calls(event.ProgramCreated, func(w *storetest.World) error {
		return did(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Seniors", "Aînés")}))
	}),
	"casemgmt.UpdateProgram": calls(event.ProgramChanged, func(w *storetest.World) error {
		p := storetest.Must(w.Cases.Program(w.Admin, w.Second.ID))(w.T)
		p.Name = i18n.T("Young people", "Jeunes")
		return did(w.Cases.UpdateProgram(w.Admin, *p))
	}),
	"casemgmt.CreateFunder": calls(event.FunderCreated, func(w *storetest.World) error {
		return did(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("City", "Ville")}))
	}),
	"casemgmt.UpdateFunder": {event.FunderChanged, func(_ *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		f.Closed = true
		return func() error { return did(w.Cases.UpdateFunder(w.Admin, *f)) }
	}},
	"casemgmt.CreateContact": calls(event.ContactCreated, func(w *storetest.World) error {
		return did(w.Cases.CreateContact(w.Worker, casemgmt.Contact{Kind: casemgmt.Partner, Name: "Library"}))
	}),
	"casemgmt.UpdateContact": calls(event.ContactChanged, func(w *storetest.World) error {
		c := *w.Employer
		c.Phone = "416 555 0100"
		return did(w.Cases.UpdateContact(w.Worker, c))
	}),
	"casemgmt.CreateStaff": calls(event.StaffCreated, func(w *storetest.World) error { return did(newStaff(w)) }),
	"casemgmt.UpdateStaff": {event.StaffChanged, func(t *testing.T, w *storetest.World) func() error {
		s := storetest.Must(newStaff(w))(t)
		s.Deactivated = true
		return func() error { return did(w.Cases.UpdateStaff(w.Admin, *s)) }
	}},
	"session.Cancel": {event.SessionCancelled, func(t *testing.T, w *storetest.World) func() error {
		x := w.Start(w.Worker, w.Client().ID, "io")
		return func() error {
			return did(w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"}))
		}
	}},
	"session.Restore": {event.SessionRestored, func(t *testing.T, w *storetest.World) func() error {
		x := w.Start(w.Worker, w.Client().ID, "io")
		x = storetest.Must(w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"}))(t)
		return func() error { return did(w.Sessions.Restore(w.Worker, session.Restore{ID: x.ID, Version: x.Version})) }
	}},
	"casemgmt.SetMembership": {event.StaffChanged, func(t *testing.T, w *storetest.World) func() error {
		s := storetest.Must(newStaff(w))(t)
		return func() error {
			return did(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: s.ID, Program: w.Second.ID, Member: true}))
		}
	}},
	"casemgmt.SetDefaults": calls(event.StaffChanged, func(w *storetest.World) error {
		return did(w.Cases.SetDefaults(w.Colleague, casemgmt.Defaults{Site: w.Site.ID, Language: i18n.French}))
	}),
}

func newStaff(w *storetest.World) (*casemgmt.Staff, error) {
	return w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: fmt.Sprint("new", w.Next()), Name: "New Staff", Programs: []casemgmt.Membership{{Program: w.Program.ID}}})
}

// onClient is an act on a new client.
func onClient(leaves event.Type, call func(w *storetest.World, c *casemgmt.Client) error) act {
	return act{leaves, func(_ *testing.T, w *storetest.World) func() error {
		c := w.Client()
		return func() error { return call(w, c) }
	}}
}

// inCase is an act on a case with a client.
func inCase(leaves event.Type, call func(w *storetest.World, f *casefile.File) error) act {
	return act{leaves, func(_ *testing.T, w *storetest.World) func() error {
		f := w.Case(w.Client().ID)
		return func() error { return call(w, f) }
	}}
}

// inCaseSession is an act on a session of a case, in which its client took part.
func inCaseSession(leaves event.Type, call func(w *storetest.World, x *casefile.Session) error) act {
	return act{leaves, func(_ *testing.T, w *storetest.World) func() error {
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f, f.Clients[0].Client)
		return func() error { return call(w, x) }
	}}
}

// onAssessed is an act on the assessment of a participant.
func onAssessed(call func(w *storetest.World, x *casefile.Session) error) act {
	return act{event.CaseAssessed, func(t *testing.T, w *storetest.World) func() error {
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f, f.Clients[0].Client)
		x = storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: f.Clients[0].Client, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(t)
		return func() error { return call(w, x) }
	}}
}

var caseActs = map[string]act{
	"casefile.LoadReference": calls(event.ReferenceLoaded, func(w *storetest.World) error {
		return did(w.CaseFiles.LoadReference(w.Admin, casefile.LoadReference{List: casefile.ReferralPurposes, From: storetest.Today, Codes: []casefile.ListedCode{{Code: "HOUSING", Label: "Housing"}, {Code: "MONEY", Label: "Money management"}}}))
	}),
	"casefile.LoadReferences": calls(event.ReferenceLoaded, func(w *storetest.World) error {
		return did(w.CaseFiles.LoadReferences(w.Admin, casefile.LoadReferences{From: storetest.Today, Lists: []casefile.LoadReference{
			{List: casefile.ExitReasons, Codes: []casefile.ListedCode{{Code: "MOVED", Label: "Moved"}, {Code: "NEEDSMET", Label: "Needs met"}}}}}))
	}),
	"casefile.CreateActivity": calls(event.ActivityCreated, func(w *storetest.World) error {
		return did(w.CaseFiles.CreateActivity(w.Admin, casefile.Activity{Name: "Support", Site: w.Site.ID, Program: w.Program.ID, Number: 4711}))
	}),
	"casefile.UpdateActivity": {event.ActivityChanged, func(_ *testing.T, w *storetest.World) func() error {
		a := w.Activity()
		a.Name = "Family support"
		return func() error { return did(w.CaseFiles.UpdateActivity(w.Admin, *a)) }
	}},
	"casefile.OpenFile": {event.CaseOpened, func(_ *testing.T, w *storetest.World) func() error {
		a := w.Activity()
		return func() error {
			return did(w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "FAMILY"}}))
		}
	}},
	"casefile.UpdateFile": inCase(event.CaseChanged, func(w *storetest.World, f *casefile.File) error {
		d := f.Details
		d.Status = casefile.Closed
		return did(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: f.ID, Version: f.Version, Details: d}))
	}),
	"casefile.AddClient": {event.CaseClientAdded, func(_ *testing.T, w *storetest.World) func() error {
		f, c := w.Case(), w.Client()
		return func() error {
			return did(w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID}))
		}
	}},
	"casefile.UpdateClient": inCase(event.CaseClientChanged, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.UpdateClient(w.Worker, casefile.UpdateClient{Case: f.ID, Version: f.Version, Client: f.Clients[0].Client, Joining: casefile.Joining{ExitReason: "MOVED"}}))
	}),
	"casefile.RemoveClient": inCase(event.CaseClientRemoved, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: f.Clients[0].Client}))
	}),
	"casefile.AddPerson": {event.ReportingAdded, func(_ *testing.T, w *storetest.World) func() error {
		w.SetUpReporting(true)
		c := w.Client()
		return func() error {
			return did(w.CaseFiles.AddPerson(w.Worker, casefile.AddPerson{Client: c.ID, PersonDetails: casefile.PersonDetails{BirthCountry: "1101"}}))
		}
	}},
	"casefile.UpdatePerson": {event.ReportingChanged, func(_ *testing.T, w *storetest.World) func() error {
		p := w.Reported()
		return func() error {
			return did(w.CaseFiles.UpdatePerson(w.Worker, casefile.UpdatePerson{Client: casemgmt.ClientID(p.ID), Version: p.Version, PersonDetails: casefile.PersonDetails{Pseudonym: true}}))
		}
	}},
	"casefile.Person": {event.ReportingViewed, func(_ *testing.T, w *storetest.World) func() error {
		p := w.Reported()
		return func() error { return did(w.CaseFiles.Person(w.Worker, casemgmt.ClientID(p.ID))) }
	}},
	"casefile.AddSession": inCase(event.CaseSessionAdded, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today},
			Participants: []casefile.Attendance{{Client: f.Clients[0].Client, Type: casefile.AsClient}}}))
	}),
	"casefile.UpdateSession": inCaseSession(event.CaseSessionChanged, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.UpdateSession(w.Worker, casefile.UpdateSession{ID: x.ID, Version: x.Version, SessionDetails: casefile.SessionDetails{Date: storetest.Today, Unidentified: 3}}))
	}),
	"casefile.RemoveSession": inCaseSession(event.CaseSessionRemoved, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version, Reason: "another case"}))
	}),
	"casefile.RestoreSession": {event.CaseSessionRestored, func(t *testing.T, w *storetest.World) func() error {
		x := w.CaseSession(w.Case())
		x = storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version, Reason: "another case"}))(t)
		return func() error {
			return did(w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: x.ID, Version: x.Version}))
		}
	}},
	"casefile.AddParticipants": {event.CaseParticipantsChanged, func(_ *testing.T, w *storetest.World) func() error {
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f)
		return func() error {
			return did(w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: x.ID, Version: x.Version, Participants: []casefile.Attendance{{Client: f.Clients[0].Client, Type: casefile.AsClient}}}))
		}
	}},
	"casefile.UpdateParticipant": inCaseSession(event.CaseParticipantsChanged, func(w *storetest.World, x *casefile.Session) error {
		a := x.Participants[0].Attendance
		a.Type = casefile.AsSupportPerson
		return did(w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: x.ID, Version: x.Version, Attendance: a}))
	}),
	"casefile.RemoveParticipant": inCaseSession(event.CaseParticipantsChanged, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.RemoveParticipant(w.Worker, casefile.RemoveParticipant{ID: x.ID, Version: x.Version, Client: x.Participants[0].Client}))
	}),
	"casefile.Assess": inCaseSession(event.CaseAssessed, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: x.Participants[0].Client, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))
	}),
	"casefile.CorrectAssessment": onAssessed(func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.CorrectAssessment(w.Worker, casefile.CorrectAssessment{Assess: casefile.Assess{ID: x.ID, Version: x.Version, Client: x.Participants[0].Client, Assessment: storetest.Assessed(score.Goals, score.Pre, 3)}}))
	}),
	"casefile.RemoveAssessment": onAssessed(func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: x.ID, Version: x.Version, Client: x.Participants[0].Client, Type: score.Goals, Phase: score.Pre}))
	}),
	"casefile.WriteNote": inCaseSession(event.CaseNoteWritten, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.WriteNote(w.Worker, casefile.WriteNote{ID: x.ID, Version: x.Version, Text: "Came with her sister.", Private: true}))
	}),
	"casefile.Session": inCaseSession(event.CaseSessionViewed, func(w *storetest.World, x *casefile.Session) error {
		return did(w.CaseFiles.Session(w.Worker, x.ID))
	}),
	"casefile.Sessions": inCase(event.CaseSessionsViewed, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.Sessions(w.Worker, f.ID, casemgmt.PageRequest{}))
	}),
	"casefile.Progress": inCase(event.CaseProgressViewed, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID}))
	}),
	"casefile.File": inCase(event.CaseViewed, func(w *storetest.World, f *casefile.File) error {
		return did(w.CaseFiles.File(w.Worker, f.ID))
	}),
	"casefile.ClientFiles": onClient(event.CasesViewed, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.CaseFiles.ClientFiles(w.Worker, c.ID))
	}),
	"casefile.Search": calls(event.ClientSearched, func(w *storetest.World) error {
		return did(w.CaseFiles.Search(w.Worker, casefile.Query{Client: "Amina"}, casemgmt.PageRequest{}))
	}),
}

var clientActs = map[string]act{
	"casemgmt.RegisterClient": calls(event.ClientRegistered, func(w *storetest.World) error { return did(w.Register(w.Profile())) }),
	"casemgmt.RegisterAnonymous": calls(event.ClientRegistered, func(w *storetest.World) error {
		return did(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))
	}),
	"casemgmt.UpdateClient": onClient(event.ClientChanged, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Preferred = "Ami" }))
	}),
	"casemgmt.StartFamily": onClient(event.ClientChanged, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Cases.StartFamily(w.Worker, casemgmt.StartFamily{ID: c.ID, Version: c.Version}))
	}),
	"casemgmt.WithdrawConsent": onClient(event.ClientWithdrew, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))
	}),
	"casemgmt.AcceptStatement": {event.ClientConsented, func(t *testing.T, w *storetest.World) func() error {
		c := w.Client()
		c = storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))(t)
		return func() error {
			return did(w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: c.ID, Version: c.Version, Accepted: true}))
		}
	}},
	"casemgmt.Client": onClient(event.ClientViewed, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Cases.Client(w.Worker, c.ID))
	}),
	"dashboard.Client": onClient(event.ClientViewed, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Dashboards.Client(w.Worker, c.ID, casemgmt.PageRequest{}))
	}),
	"followup.CreatePlan": onClient(event.PlanCreated, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Work"}}))
	}),
	"followup.UpdatePlan": {event.PlanChanged, func(t *testing.T, w *storetest.World) func() error {
		p := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: w.Client().ID, Goals: []string{"Work"}}))(t)
		p.Shared = storetest.Today
		return func() error { return did(w.FollowUp.UpdatePlan(w.Worker, *p)) }
	}},
}

var enrollActs = map[string]act{
	"enroll.Enroll": onClient(event.EnrollmentCreated, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)}))
	}),
	"enroll.UpdateEnrollment": {event.EnrollmentChanged, func(_ *testing.T, w *storetest.World) func() error {
		e := w.Enroll(w.Client().ID, storetest.Today.AddDays(-5), civil.Date{})
		return func() error {
			return did(w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start, Exit: storetest.Today, ExitReason: "moved"}))
		}
	}},
	"enroll.TakeBack": {event.EnrollmentTakenBack, func(_ *testing.T, w *storetest.World) func() error {
		e := w.Enroll(w.Client().ID, storetest.Today, civil.Date{})
		return func() error {
			return did(w.Enrolling.TakeBack(w.Worker, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: "another client"}))
		}
	}},
	"enroll.Restore": {event.EnrollmentRestored, func(t *testing.T, w *storetest.World) func() error {
		e := w.Enroll(w.Client().ID, storetest.Today, civil.Date{})
		e = storetest.Must(w.Enrolling.TakeBack(w.Worker, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: "another client"}))(t)
		return func() error { return did(w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: e.Version})) }
	}},
	"enroll.BarClient": onClient(event.BarCreated, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: c.ID, Program: w.Program.ID, Reason: "conduct", Incident: "what happened", Start: storetest.Today, Permanent: true}))
	}),
	"enroll.ExtendBar": {event.BarExtended, func(_ *testing.T, w *storetest.World) func() error {
		b := w.Bar(w.Client().ID, storetest.Today, storetest.Today)
		return func() error {
			return did(w.Enrolling.ExtendBar(w.Worker, enroll.ExtendBar{ID: b.ID, Version: b.Version, Permanent: true, Reason: "again"}))
		}
	}},
	"enroll.LiftBar": {event.BarLifted, func(_ *testing.T, w *storetest.World) func() error {
		b := w.Bar(w.Client().ID, storetest.Today, civil.Date{})
		return func() error {
			return did(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "settled"}))
		}
	}},
	"enroll.IssueCard": onClient(event.CardIssued, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID}))
	}),
	"enroll.DeactivateCard": {event.CardDeactivated, func(_ *testing.T, w *storetest.World) func() error {
		c := w.Card(w.Client().ID)
		return func() error {
			return did(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: c.ID, Version: c.Version, Reason: "lost"}))
		}
	}},
	"enroll.FindCard": {event.CardLookedUp, func(_ *testing.T, w *storetest.World) func() error {
		c := w.Card(w.Client().ID)
		return func() error { return did(w.Enrolling.FindCard(w.Worker, enroll.FindCard{Value: c.Value})) }
	}},
	"enroll.CreateServiceGroup": calls(event.ServiceGroupCreated, func(w *storetest.World) error {
		return did(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: i18n.T("Meals", "Repas")}))
	}),
	"enroll.UpdateServiceGroup": {event.ServiceGroupChanged, func(t *testing.T, w *storetest.World) func() error {
		g := storetest.Must(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: i18n.T("Laundry", "Buanderie")}))(t)
		g.Name.En = "Washing"
		return func() error { return did(w.Enrolling.UpdateServiceGroup(w.Admin, *g)) }
	}},
	"enroll.CreateServiceCode": {event.ServiceCodeCreated, func(t *testing.T, w *storetest.World) func() error {
		g := storetest.Must(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: i18n.T("Rides", "Trajets")}))(t)
		return func() error {
			return did(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: g.ID, Name: i18n.T("Bus ticket", "Billet d’autobus")}))
		}
	}},
	"enroll.UpdateServiceCode": {event.ServiceCodeChanged, func(t *testing.T, w *storetest.World) func() error {
		g := storetest.Must(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: i18n.T("Clothes", "Vêtements")}))(t)
		c := storetest.Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: g.ID, Name: i18n.T("Coat", "Manteau")}))(t)
		c.To = storetest.Today
		return func() error { return did(w.Enrolling.UpdateServiceCode(w.Admin, *c)) }
	}},
	"enroll.AddStockCodes": calls(event.StockCodesAdded, func(w *storetest.World) error {
		return did(w.Enrolling.AddStockCodes(access.With(context.Background(), access.System("setup", "metro"))))
	}),
}

// onSession is an act on a new session with a client who has some forms.
func onSession(leaves event.Type, kind string, call func(w *storetest.World, x *session.Session) error) act {
	return act{leaves, func(_ *testing.T, w *storetest.World) func() error {
		x := w.Start(w.Worker, w.Client().ID, kind)
		return func() error { return call(w, x) }
	}}
}

// removedForm is a form that was taken out of its session.
func removedForm(t *testing.T, w *storetest.World) *session.Form {
	f := w.Start(w.Worker, w.Client().ID, "io").Participants[0].Forms[0]
	return storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "a mistake"}))(t)
}

var sessionActs = map[string]act{
	"session.Start": onClient(event.SessionStarted, func(w *storetest.World, c *casemgmt.Client) error {
		return did(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))
	}),
	"session.Update": onSession(event.SessionChanged, "io", func(w *storetest.World, x *session.Session) error {
		d := x.Details
		d.Notes = "Came with a friend"
		return did(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))
	}),
	"session.AddClient": onSession(event.SessionClientAdded, "io", func(w *storetest.World, x *session.Session) error {
		return did(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Crowd(1)[0]}))
	}),
	"session.RemoveClient": onSession(event.SessionClientRemoved, "io", func(w *storetest.World, x *session.Session) error {
		return did(w.Sessions.RemoveClient(w.Worker, removal(x)))
	}),
	"session.RestoreClient": {event.SessionClientRestored, func(t *testing.T, w *storetest.World) func() error {
		x := w.Start(w.Worker, w.Client().ID, "io")
		client := x.Participants[0].Client
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, removal(x)))(t)
		return func() error {
			return did(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: client}))
		}
	}},
	"session.AddDocument": onSession(event.SessionDocumentAdded, "io", func(w *storetest.World, x *session.Session) error {
		return did(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "letter.pdf", Content: []byte("%PDF-1.7 x")}))
	}),
	"session.AddForm": onSession(event.FormAdded, "io", func(w *storetest.World, x *session.Session) error {
		return did(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "nonspec"}))
	}),
	"session.SaveForm": onSession(event.FormReopened, "nonspec", func(w *storetest.World, x *session.Session) error {
		return did(w.Save(x.Participants[0].Forms[0], map[string]any{}))
	}),
	"session.RemoveForm": onSession(event.FormRemoved, "io", func(w *storetest.World, x *session.Session) error {
		f := x.Participants[0].Forms[0]
		return did(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "a mistake"}))
	}),
	"session.RestoreForm": {event.FormRestored, func(t *testing.T, w *storetest.World) func() error {
		f := removedForm(t, w)
		return func() error {
			return did(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version}))
		}
	}},
}

func removal(x *session.Session) session.RemoveClient {
	return session.RemoveClient{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Reason: "a mistake"}
}

// onRun is an act on a run of a batch, which has a client who is selected or posted.
func onRun(leaves event.Type, auto bool, call func(w *storetest.World, r *batch.Run, e batch.EntryID) error) act {
	return act{leaves, func(t *testing.T, w *storetest.World) func() error {
		r := w.Use(w.DropIn(auto), storetest.Today)
		added := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: w.Enrolled().ID}}}))(t)
		r = storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
		return func() error { return call(w, r, added.Results[0].Entry) }
	}}
}

func reversedRun(w *storetest.World, r *batch.Run) (*batch.Run, error) {
	return w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "a mistake"})
}

var batchActs = map[string]act{
	"batch.Create": calls(event.BatchCreated, func(w *storetest.World) error {
		return did(w.Batches.Create(w.Worker, batch.Content{Description: "Lunch", Program: w.Program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))
	}),
	"batch.Update": {event.BatchChanged, func(_ *testing.T, w *storetest.World) func() error {
		b := w.DropIn(true)
		return func() error {
			return did(w.Batches.Update(w.Worker, batch.Update{ID: b.ID, Version: b.Version, Content: batch.Content{Description: "Evening drop-in", Program: w.Program.ID,
				Services: []batch.Include{{Code: w.Codes[enroll.DayShelter].ID}}}}))
		}
	}},
	"batch.Start": {event.RunStarted, func(_ *testing.T, w *storetest.World) func() error {
		b := w.DropIn(true)
		return func() error { return did(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID})) }
	}},
	"batch.ChangeRun": {event.RunChanged, func(_ *testing.T, w *storetest.World) func() error {
		r := w.Use(w.DropIn(true), storetest.Today)
		return func() error {
			return did(w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: r.BatchDate, ServiceDate: storetest.Today.AddDays(-1)}))
		}
	}},
	"batch.AddClients": onRun(event.RunSelected, false, func(w *storetest.World, r *batch.Run, _ batch.EntryID) error {
		return did(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: w.Crowd(1)[0]}}}))
	}),
	"batch.Scan": {event.RunPosted, func(_ *testing.T, w *storetest.World) func() error {
		r, card := w.Use(w.DropIn(true), storetest.Today), w.Card(w.Enrolled().ID)
		return func() error {
			return did(w.Batches.Scan(w.Worker, batch.Scans{Run: r.ID, Scans: []batch.Scan{{Number: fmt.Sprint("door ", w.Next()), Card: card.Value, At: storetest.Now}}}))
		}
	}},
	"batch.Post": onRun(event.RunPosted, false, func(w *storetest.World, r *batch.Run, _ batch.EntryID) error {
		return did(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))
	}),
	"batch.ReverseEntry": onRun(event.EntryReversed, true, func(w *storetest.World, r *batch.Run, e batch.EntryID) error {
		return did(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: e, Reason: "a mistake"}))
	}),
	"batch.ReverseRun": onRun(event.RunReversed, true, func(w *storetest.World, r *batch.Run, _ batch.EntryID) error { return did(reversedRun(w, r)) }),
	"batch.RestoreEntry": {event.EntryRestored, func(t *testing.T, w *storetest.World) func() error {
		r := w.Use(w.DropIn(true), storetest.Today)
		e := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: w.Enrolled().ID}}}))(t).Results[0].Entry
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: e, Reason: "a mistake"}))(t)
		return func() error {
			return did(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: e, Reason: "it was right"}))
		}
	}},
	"batch.RestoreRun": {event.RunRestored, func(t *testing.T, w *storetest.World) func() error {
		r := w.Use(w.DropIn(true), storetest.Today)
		w.Add(r, w.Enrolled().ID)
		r = storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
		r = storetest.Must(reversedRun(w, r))(t)
		return func() error {
			return did(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: r.Version, Reason: "it was right"}))
		}
	}},
}

// period is what a run for an agreement takes.
func period(f *casemgmt.Funder) export.Criteria {
	return export.Criteria{Funder: f.ID, From: storetest.Today.AddDays(-30), To: storetest.Today}
}

// onFile is an act on a file with one record, which may have been sent.
func onFile(leaves event.Type, sent bool, call func(w *storetest.World, f *export.File) error) act {
	return act{leaves, func(t *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		made := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: period(f)}))(t)
		file := made.Files[1] // behind the clients' profiles
		if sent {
			file = storetest.Must(w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: file.Run, ID: file.ID, Version: file.Version}))(t)
		}
		return func() error { return call(w, file) }
	}}
}

var exportActs = map[string]act{
	"export.Make": {event.ExportMade, func(_ *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		return func() error { return did(w.Exports.Make(w.Uploader, export.Make{Criteria: period(f)})) }
	}},
	"export.Download": onFile(event.ExportDownloaded, false, func(w *storetest.World, f *export.File) error {
		return did(w.Exports.Download(w.Uploader, export.FileKey{Run: f.Run, ID: f.ID}))
	}),
	"export.Fill": {event.ExportDownloaded, func(t *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		file := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: period(f)}))(t).Files[1]
		var base bytes.Buffer
		w.NoError(icare.Builtin().WriteWorkbook(&base, &icare.File{Template: icare.Builtin().Template(file.Kind)}))
		return func() error {
			return did(w.Exports.Fill(w.Uploader, export.Fill{Run: file.Run, ID: file.ID, Content: base.Bytes()}))
		}
	}},
	"export.MarkSent": onFile(event.ExportSent, false, func(w *storetest.World, f *export.File) error {
		return did(w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: f.Run, ID: f.ID, Version: f.Version}))
	}),
	"export.Discard": onFile(event.ExportDiscarded, false, func(w *storetest.World, f *export.File) error {
		return did(w.Exports.Discard(w.Uploader, export.Discard{Run: f.Run, ID: f.ID, Version: f.Version}))
	}),
	"export.Accept": onFile(event.ExportAccepted, true, func(w *storetest.World, f *export.File) error {
		return did(w.Exports.Accept(w.Uploader, export.Accept{Run: f.Run, ID: f.ID, Version: f.Version, Accepted: 1}))
	}),
	"export.ReadAnswer": {event.ExportAnswered, func(t *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		file := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: period(f)}))(t).Files[1]
		content := w.Returned(file, map[int]string{4: "[BUID:305939,RID:,ORP:4/5,DTS:2025-07-03 10:05:04][1] (Client) No. / (Client) Non."})
		return func() error {
			return did(w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: file.Run, ID: file.ID, Content: content}))
		}
	}},
	"export.Reject": onFile(event.ExportAnswered, true, func(w *storetest.World, f *export.File) error {
		return did(w.Exports.Reject(w.Uploader, export.Reject{Run: f.Run, ID: f.ID, Row: 4, Message: "The postcode is not one of the province's."}))
	}),
	"export.SetRecordID": {event.ExportRecordNumbered, func(t *testing.T, w *storetest.World) func() error {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		file := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: period(f)}))(t).Files[1]
		file = storetest.Must(w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: file.Run, ID: file.ID, Version: file.Version}))(t)
		storetest.Must(w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 1}))(t)
		return func() error {
			return did(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: 4, RecordID: "10387104"}))
		}
	}},
}

func saveReport(w *storetest.World) (*report.Saved, error) {
	return w.Reports.CreateSaved(w.Worker, report.Saved{Name: "Served", Question: report.Question{Report: "clients_served", Criteria: report.Criteria{From: storetest.Today, To: storetest.Today}}})
}

var reportActs = map[string]act{
	"report.CreateSaved": calls(event.SavedReportCreated, func(w *storetest.World) error { return did(saveReport(w)) }),
	"report.UpdateSaved": {event.SavedReportChanged, func(t *testing.T, w *storetest.World) func() error {
		s := storetest.Must(saveReport(w))(t)
		s.Closed = true
		return func() error { return did(w.Reports.UpdateSaved(w.Worker, *s)) }
	}},
}

var tokenActs = map[string]act{
	"apitoken.Make": calls(event.TokenCreated, func(w *storetest.World) error {
		_, _, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "Night job"})
		return err
	}),
	"apitoken.Revoke": {event.TokenRevoked, func(t *testing.T, w *storetest.World) func() error {
		made, _, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "Lost"})
		if err != nil {
			t.Fatal(err)
		}
		return func() error { return did(w.Tokens.Revoke(w.Admin, apitoken.Revoke{ID: made.ID})) }
	}},
}
