package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// Nothing is a text that shows nothing: blanks, and characters that cannot be seen.
const Nothing = " \u00a0\t\u200b\u3000\u00ad\u2800\n"

// Now is the moment at which the world's tests take place: in Toronto it is
// still the day before in UTC.
var Now = time.Date(2025, 6, 16, 2, 30, 0, 0, time.UTC)

// Today is the day of Now in the agency's zone.
var Today = civil.Date{Year: 2025, Month: 6, Day: 15}

// Storage is what the suite tests.
type Storage interface {
	Cases() casemgmt.Runner
	Enrollments() enroll.Runner
	FollowUp() followup.Runner
	CaseFiles() casefile.Runner
	Sessions() session.Runner
	Dashboards() dashboard.Runner
	Batches() batch.Runner
	Exports() export.Runner
	Reports() report.Runner
	Tokens() apitoken.Runner
	TokenKeys() apitoken.Keys
}

// World is an invented agency, Metro, with its services; and another one,
// Other, whose people must see nothing of it.
type World struct {
	T          testing.TB
	Store      Storage
	Config     casemgmt.Config
	Cases      *casemgmt.Service
	Enrolling  *enroll.Service
	FollowUp   *followup.Service
	CaseFiles  *casefile.Service
	Sessions   *session.Service
	Dashboards *dashboard.Service
	Batches    *batch.Service
	Exports    *export.Service
	Reports    *report.Service
	Tokens     *apitoken.Service
	Clock      *atomic.Int64 // added to Now, in seconds

	Site     *casemgmt.Site
	Program  *casemgmt.Program // settlement: worker, colleague, manager
	Second   *casemgmt.Program // youth: the second worker and its own manager
	Funder   *casemgmt.Funder
	Employer *casemgmt.Contact
	Mentor   *casemgmt.Contact
	// Codes are the stock service codes by their English names.
	Codes map[string]enroll.ServiceCode

	Worker, Colleague, Manager, Outsider, OutsiderManager, Admin, SeeAll, Uploader context.Context
	Setup                                                                          context.Context // the system
	OtherAdmin, OtherWorker                                                        context.Context
	OtherSite                                                                      *casemgmt.Site
	OtherProgram                                                                   *casemgmt.Program
	names                                                                          *atomic.Int64 // counts the invented people
}

// Users of the world by the name that the fields above have.
var Users = []string{"worker", "colleague", "manager", "outsider", "outsider-manager", "admin", "see-all", "uploader", "other-worker", "other-admin"}

// Options of a world. The zero value has no hooks and no funders' formats.
type Options struct {
	Hooks   []casemgmt.Hook
	Formats []export.Format
}

// NewWorld sets the world up through the services.
func NewWorld(t testing.TB, store Storage, o Options) *World {
	t.Helper()
	w := &World{T: t, Store: store, Clock: &atomic.Int64{}, names: &atomic.Int64{}}
	w.Config = casemgmt.Config{Forms: catalog.Registry(), Before: o.Hooks, Systems: []casemgmt.System{{Name: "icare", Extension: country.Settlement}, {Name: "dex"}},
		Now: func() time.Time { return Now.Add(time.Duration(w.Clock.Load()) * time.Second) }}
	w.NoError(w.open(o))
	w.metro()
	w.other()
	return w
}

// Elsewhere is the same world as another server has it: its services over a
// storage of its own on the same database. It has no funders' formats.
func (w *World) Elsewhere(store Storage) *World {
	w.T.Helper()
	own := *w
	own.Store = store
	w.NoError(own.open(Options{}))
	return &own
}

func (w *World) open(o Options) error {
	var errs [10]error
	w.Cases, errs[0] = casemgmt.New(w.Store.Cases(), w.Config)
	w.Enrolling, errs[1] = enroll.New(w.Store.Enrollments(), w.Config)
	w.FollowUp, errs[2] = followup.New(w.Store.FollowUp(), w.Config)
	w.Sessions, errs[3] = session.New(w.Store.Sessions(), w.Config)
	w.Dashboards, errs[4] = dashboard.New(w.Store.Dashboards(), w.Config)
	w.Batches, errs[5] = batch.New(w.Store.Batches(), w.Config)
	w.Exports, errs[6] = export.New(w.Store.Exports(), w.Config, o.Formats...)
	w.Reports, errs[7] = report.New(w.Store.Reports(), w.Config)
	w.Tokens, errs[8] = apitoken.New(w.Store.Tokens(), w.Config)
	w.CaseFiles, errs[9] = casefile.New(w.Store.CaseFiles(), w.Config)
	return errors.Join(errs[:]...)
}

func (w *World) metro() {
	ctx := access.With(context.Background(), access.System("setup", "metro"))
	w.Setup = ctx
	must := func(err error) { w.T.Helper(); w.NoError(err) }
	_, err := w.Cases.CreateAgency(ctx, casemgmt.Agency{Key: "metro", Name: "Metro Settlement", Country: "CA", Extensions: []string{country.Settlement}, Zone: "America/Toronto"})
	must(err)
	_, err = w.Cases.PublishStatement(ctx, casemgmt.Statement{Text: i18n.T("We keep what you tell us within the agency.", "Nous gardons vos renseignements au sein de l’organisme.")})
	must(err)
	w.Site, err = w.Cases.CreateSite(ctx, casemgmt.Site{Name: "Queen Street", Address: casemgmt.Address{City: "Toronto", Region: "on", PostalCode: "M5V 2A1"}})
	must(err)
	w.Program, err = w.Cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("Settlement", "Établissement"), Locations: []casemgmt.SiteID{w.Site.ID}})
	must(err)
	codes, err := w.Enrolling.AddStockCodes(ctx)
	must(err)
	w.Codes = map[string]enroll.ServiceCode{}
	for _, c := range codes {
		w.Codes[c.Name.En] = c
	}
	w.Second, err = w.Cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("Youth", "Jeunesse")})
	must(err)
	w.Funder, err = w.Cases.CreateFunder(ctx, casemgmt.Funder{Name: i18n.T("IRCC", "IRCC"), System: "icare", Agreement: "S000001"})
	must(err)
	staff := func(user string, manager bool, program *casemgmt.Program, roles ...string) context.Context {
		_, err := w.Cases.CreateStaff(ctx, casemgmt.Staff{User: user, Name: "Staff " + user, Email: user + "@metro.example", Roles: roles,
			Programs: []casemgmt.Membership{{Program: program.ID, Manager: manager}},
			Defaults: casemgmt.Defaults{Site: w.Site.ID}})
		must(err)
		return w.As("metro", user)
	}
	w.Worker = staff("worker", false, w.Program)
	w.Colleague = staff("colleague", false, w.Program)
	w.Manager = staff("manager", true, w.Program)
	w.Outsider = staff("outsider", false, w.Second)
	w.OutsiderManager = staff("outsider-manager", true, w.Second)
	w.Admin = staff("admin", false, w.Second, access.RoleAdmin)
	w.Uploader = staff("uploader", false, w.Second, access.RoleBulkUpload)
	w.SeeAll = staff("see-all", false, w.Second, access.RoleSeeAll)
	w.Employer, err = w.Cases.CreateContact(w.Worker, casemgmt.Contact{Kind: casemgmt.Employer, Name: "Maple Bakery"})
	must(err)
	w.Mentor, err = w.Cases.CreateContact(w.Worker, casemgmt.Contact{Kind: casemgmt.Mentor, Name: "Ines Tremblay"})
	must(err)
}

func (w *World) other() {
	ctx := access.With(context.Background(), access.System("setup", "other"))
	var err error
	_, err = w.Cases.CreateAgency(ctx, casemgmt.Agency{Key: "other", Name: "Other Agency", Country: "CA", Extensions: []string{country.Settlement}, Zone: "America/Vancouver"})
	w.NoError(err)
	_, err = w.Cases.PublishStatement(ctx, casemgmt.Statement{Text: i18n.T("Other statement.", "Autre énoncé.")})
	w.NoError(err)
	w.OtherSite, err = w.Cases.CreateSite(ctx, casemgmt.Site{Name: "Main Street", Address: casemgmt.Address{PostalCode: "V6A2T2"}})
	w.NoError(err)
	w.OtherProgram, err = w.Cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("Housing", "Logement")})
	w.NoError(err)
	for user, roles := range map[string][]string{"other-worker": nil, "other-admin": {access.RoleAdmin}} {
		_, err = w.Cases.CreateStaff(ctx, casemgmt.Staff{User: user, Name: "Staff " + user, Roles: roles,
			Programs: []casemgmt.Membership{{Program: w.OtherProgram.ID, Manager: true}}, Defaults: casemgmt.Defaults{Site: w.OtherSite.ID}})
		w.NoError(err)
	}
	w.OtherWorker, w.OtherAdmin = w.As("other", "other-worker"), w.As("other", "other-admin")
}

// As is a context in which a user of an agency acts.
func (w *World) As(agency, user string) context.Context {
	return access.With(context.Background(), access.Actor{Agency: agency, User: user})
}

// Profile is a complete profile of somebody who looks like nobody before.
func (w *World) Profile() casemgmt.Profile {
	n := int(w.names.Add(1))
	yes := true
	return casemgmt.Profile{
		Given: Given[n%len(Given)] + suffix(n/len(Given)), Family: Family[(n*7)%len(Family)] + suffix(n),
		Gender: "female", BirthDate: civil.Date{Year: 1950, Month: 1, Day: 1}.AddDays(n * 97 % 20_000), Settlement: casemgmt.Settlement{OfficialLanguage: "english"},
		Identifiers: []casemgmt.Identifier{{Kind: "foss_gcms", Value: fmt.Sprintf("%08d", 10000000+n)}}, ResearchConsent: &yes,
		Address: casemgmt.Address{PostalCode: "M4C1B5"},
	}
}

func suffix(n int) string {
	out := ""
	for ; n > 0; n /= 26 {
		out += string(rune('a' + n%26))
	}
	return out
}

// Given and Family are invented people's names.
var (
	Given  = []string{"Amina", "Bao", "Chidi", "Dalia", "Émile", "Farid", "Grace", "Hana", "Ivan", "Jamila", "Kofi", "Leïla", "Mateo", "Nadia", "Olena", "Priya"}
	Family = []string{"Okafor", "Nguyen", "Haddad", "García", "Kowalska", "Tremblay", "Singh", "O’Brien", "Müller", "Petrenko", "Mensah", "Ibrahim", "Yılmaz"}
)

// Next is a number that no other call gives.
func (w *World) Next() int64 { return 1_000_000 + w.names.Add(1) }

// Client registers somebody new.
func (w *World) Client() *casemgmt.Client {
	w.T.Helper()
	return Must(w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(w.T)
}

// Details are complete session details.
func (w *World) Details() session.Details {
	minutes := 45
	return session.Details{ServiceDate: Today, StartTime: "10:30", Site: w.Site.ID, Minutes: &minutes, Languages: []string{"english"}}
}

// Start starts a session of the worker with a client and some complete forms.
func (w *World) Start(ctx context.Context, client casemgmt.ClientID, kinds ...string) *session.Session {
	w.T.Helper()
	cmd := session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: client}}}
	for _, kind := range kinds {
		def, ok := w.Config.Forms.Latest(kind)
		if !ok {
			w.T.Fatalf("no form %s", kind)
		}
		cmd.Type = session.Type(def.Definition.Sessions[0])
		cmd.Clients[0].Forms = append(cmd.Clients[0].Forms, session.StartForm{Kind: kind, Content: session.Content{Answers: w.Answers(kind)}})
	}
	return Must(w.Sessions.Start(ctx, cmd))(w.T)
}

// Answers complete a form of a kind.
func (w *World) Answers(kind string) forms.Answers {
	a := forms.Answers{}
	for k, v := range complete[kind] {
		a[k] = v
	}
	switch kind {
	case "jd_placement":
		a["employer"] = w.Employer.ID.String()
	case "mentor_match":
		a["mentor"] = w.Mentor.ID.String()
	}
	return a
}

var complete = map[string]forms.Answers{
	"io": {"arrival": "post", "start": "2025-06-15", "language": "english", "official_language": "english", "received": "one_on_one",
		"topic_housing_given": true, "support_received": false},
	"needs": {"start": "2025-06-15", "language": "english", "official_language": "french", "support_required": false, "other_needs": false,
		"support_received": false, "plan_completed": false},
	"employment": {"intervention": "referral_only", "employment_status": "unemployed", "referral_to": "other", "referral_date": "2025-06-15"},
	"nonspec":    {"description": "Help with a letter"},
	"refugee":    {"arrival": "2025-06-01"},
	"cc": {"network": "social", "activity": "targeted_matching", "topic": "community_involvement", "received": "targeted_one_on_one",
		"status": "completed", "start": "2025-06-10"},
	"langassess": {"assessed_language": "english", "assessed_on": "2025-06-15", "test": "clba", "listening": "clb_4", "speaking": "clb_4",
		"reading": "lit_2", "writing": "pre_clb"},
	"jd_needs":     {"jd_program": "Job Finders", "intake_date": "2025-06-15", "employment_status": "unemployed", "target_occupation": "noc_14", "path": "short_term"},
	"jd_progress":  {"contact_date": "2025-06-15", "next_step": "Interview"},
	"jd_placement": {"kind": "job", "start": "2025-06-20", "pay": "paid", "placement_status": "matched"},
	"mentor_match": {"kind": "mentor", "match_date": "2025-06-15", "share_contact": true},
	"finance":      {"institution": "settlement_provider", "follow_up": false, "stage": "intake", "record": "services", "services": []any{map[string]any{"service": "budgeting"}}},
}

// Crowd puts new clients who are enrolled in the program past the rules, for tests
// of many.
func (w *World) Crowd(n int) []casemgmt.ClientID {
	w.T.Helper()
	var keys []casemgmt.ClientID
	w.NoError(w.Store.Enrollments().Update(w.Setup, "metro", func(tx enroll.Tx) error {
		keys = nil
		for range n {
			c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: w.Next(), Kind: casemgmt.Named, Profile: w.Profile()}
			e := &enroll.Enrollment{Head: casemgmt.NewHead[enroll.Enrollment](), Client: c.ID, Program: w.Program.ID, Start: Today}
			if err := errors.Join(tx.Clients().Insert(w.Setup, c), tx.Enrollments().Insert(w.Setup, e)); err != nil {
				return err
			}
			keys = append(keys, c.ID)
		}
		return nil
	}))
	return keys
}
