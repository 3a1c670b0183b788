package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

// The demo agencies and the people in them are invented: a settlement agency in Canada,
// a drop-in in the United States, and community services in Australia.
const demoAgency = "demo"

// A mark says that the demo is there. Earlier versions made it in many steps, and
// had one that it was begun.
const (
	demoState = "demo"
	demoBegun = "begun"
	demoReady = "ready"
)

type demoUser struct{ agency, user, what, token string }

func demoUsers() []demoUser {
	return []demoUser{
		{agency: demoAgency, user: "worker", what: "worker (Settlement)"},
		{agency: demoAgency, user: "youth-worker", what: "second program's worker (Youth)"},
		{agency: demoAgency, user: "manager", what: "program manager (Settlement)"},
		{agency: demoAgency, user: "admin", what: "agency administrator"},
		{agency: demoAgency, user: "uploader", what: "bulk-upload operator"},
		{agency: riverside.Key, user: "us-worker", what: "worker of a drop-in in the US"},
		{agency: wattle.Key, user: "au-worker", what: "worker of an agency in Australia"},
	}
}

func both(en, fr string) i18n.Text { return i18n.T(en, fr) }

// prepareDemo fills an empty database, and gives the demo users new tokens. When
// several servers start at once, one makes the demo and the others find it.
func (a *app) prepareDemo(ctx context.Context, size string, progress io.Writer) ([]demoUser, error) {
	if size == "none" {
		return nil, nil
	}
	var more *large
	if size == "large" {
		more = &large{Clients: 100_000, Sessions: 1_000_000}
	}
	state, err := a.settings.get(ctx, demoState)
	if err == nil && state == "" {
		err = a.makeDemo(ctx, more)
	}
	if err == nil && state == "" {
		state, err = a.settings.get(ctx, demoState)
	}
	switch {
	case err != nil:
		return nil, err
	case state == demoBegun:
		return nil, errors.New("an earlier version was interrupted while it made the demo data of this database: use another one (-data or -dsn), or serve it as it is (-demo none)")
	case state != demoReady: // it has agencies of its own
		return nil, nil
	}
	if size == "large" {
		if err := a.makeLarge(ctx, progress); err != nil {
			return nil, fmt.Errorf("make the large demo: %w", err)
		}
	}
	return a.demoTokens(ctx)
}

// errNotEmpty says that there are agencies already.
var errNotEmpty = errors.New("the database is not empty")

// makeDemo makes the demo in one transaction, with the mark that it is there: an
// interrupted start leaves nothing. Who starts meanwhile waits for the mark, and
// then has nothing to do. more is what is to follow (see makeLarge).
func (a *app) makeDemo(ctx context.Context, more *large) error {
	err := a.inTurn(ctx, func(ctx context.Context, tx bun.Tx) error {
		own := settings{tx}
		first, err := own.claim(ctx, demoState, demoReady)
		if err != nil || !first {
			return err
		}
		n, err := tx.NewSelect().TableExpr(a.store.Prefix() + "agencies").Count(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errNotEmpty
		}
		d := &demo{app: a.on(a.store.Join(tx.Tx)), ctx: access.With(ctx, access.System("demo", demoAgency))}
		d.agency()
		d.people()
		d.dropIn()
		d.riverside()
		d.wattle()
		if d.err == nil && more != nil {
			d.moreStaff()
			more.Day = civil.DateOf(time.Now(), zone())
			d.err = errors.Join(d.err, own.setJSON(ctx, largeState, more))
		}
		return d.err
	})
	if err != nil && !errors.Is(err, errNotEmpty) {
		return fmt.Errorf("make the demo agency: %w", err)
	}
	return nil
}

// on is the app with its services in a transaction, as far as the demo needs them.
func (a *app) on(tx *bunstore.Joined) *app {
	in := *a
	in.cases, in.enrolling = a.cases.On(tx.Cases()), a.enrolling.On(tx.Enrollments())
	in.sessions, in.batches = a.sessions.On(tx.Sessions()), a.batches.On(tx.Batches())
	in.caseFiles = a.caseFiles.On(tx.CaseFiles())
	return &in
}

// demoDays is for how long the tokens of the demo users work.
const demoDays = 30

// demoTokens gives the demo users new tokens, but for those who were deactivated.
// Those of other starts work on: they may be those of another server that runs on
// the same database.
func (a *app) demoTokens(ctx context.Context) ([]demoUser, error) {
	var out []demoUser
	for _, u := range demoUsers() {
		secret, err := a.issue(ctx, u.agency, u.user, apitoken.Make{Name: "demo", End: civil.DateOf(time.Now(), zone()).AddDays(demoDays)})
		if errors.Is(err, errNoUser) {
			continue
		}
		if err != nil {
			return nil, err
		}
		u.token = secret
		out = append(out, u)
	}
	return out, nil
}

// demo makes an agency through the services, as a person would.
type demo struct {
	app             *app
	ctx             context.Context // the set-up program
	err             error
	site            *casemgmt.Site
	program, second *casemgmt.Program
	doors           *casemgmt.Program // the drop-in, with batches
	clients         []*casemgmt.Client
	funder          *casemgmt.Funder
	staff           map[string]*casemgmt.Staff
}

// try runs one step unless one before it failed.
func try[T any](d *demo, call func() (T, error)) T {
	var out T
	if d.err == nil {
		out, d.err = call()
	}
	return out
}

func (d *demo) agency() {
	c := d.app.cases
	try(d, func() (*casemgmt.Agency, error) {
		return c.CreateAgency(d.ctx, casemgmt.Agency{Key: demoAgency, Name: "Lakeside Newcomer Centre", Zone: "America/Toronto", Country: "CA",
			Extensions: []string{country.Settlement}})
	})
	try(d, func() (*casemgmt.Statement, error) {
		return c.PublishStatement(d.ctx, casemgmt.Statement{Text: both(
			"What you tell us is kept by Lakeside Newcomer Centre and shared only within it.",
			"Vos renseignements sont conservés par le Centre Lakeside et ne sont communiqués qu’au sein de celui-ci.")})
	})
	d.site = try(d, func() (*casemgmt.Site, error) {
		return c.CreateSite(d.ctx, casemgmt.Site{Name: "Lakeside", Address: casemgmt.Address{StreetNumber: "12", StreetName: "Harbour",
			StreetType: "street", City: "Toronto", Region: "on", PostalCode: "M5J2N8"}})
	})
	d.program = try(d, func() (*casemgmt.Program, error) {
		return c.CreateProgram(d.ctx, casemgmt.Program{Name: both("Settlement", "Établissement")})
	})
	d.second = try(d, func() (*casemgmt.Program, error) {
		return c.CreateProgram(d.ctx, casemgmt.Program{Name: both("Youth", "Jeunesse")})
	})
	d.funder = try(d, func() (*casemgmt.Funder, error) {
		return c.CreateFunder(d.ctx, casemgmt.Funder{Name: both("IRCC", "IRCC"), System: "icare", Agreement: "S000001"})
	})
	if d.err != nil {
		return
	}
	d.staff = map[string]*casemgmt.Staff{}
	add := func(user, name string, program *casemgmt.Program, manager bool, roles ...string) {
		d.staff[user] = try(d, func() (*casemgmt.Staff, error) {
			return c.CreateStaff(d.ctx, casemgmt.Staff{User: user, Name: name, Email: user + "@lakeside.example", Roles: roles,
				Programs: []casemgmt.Membership{{Program: program.ID, Manager: manager}},
				Defaults: casemgmt.Defaults{Site: d.site.ID, Funder: d.funder.ID}})
		})
	}
	add("worker", "Wanda Worker", d.program, false)
	add("youth-worker", "Yusuf Youth", d.second, false)
	add("manager", "Marie Manager", d.program, true)
	add("admin", "Ada Admin", d.second, false, access.RoleAdmin)
	add("uploader", "Ulrich Upload", d.second, false, access.RoleBulkUpload)
	d.doors = try(d, func() (*casemgmt.Program, error) {
		return c.CreateProgram(d.ctx, casemgmt.Program{Name: both("Drop-in", "Halte-accueil"), Locations: []casemgmt.SiteID{d.site.ID}})
	})
	if d.err != nil {
		return
	}
	for user, manager := range map[string]bool{"worker": false, "manager": true} {
		d.staff[user] = try(d, func() (*casemgmt.Staff, error) {
			s := *d.staff[user]
			s.Programs = append(s.Programs, casemgmt.Membership{Program: d.doors.ID, Manager: manager})
			s.Defaults.Program = d.program.ID
			return c.UpdateStaff(d.ctx, s)
		})
	}
}

func (d *demo) as(user string) context.Context {
	return access.With(d.ctx, access.Actor{Agency: demoAgency, User: user})
}

// people registers some clients with sessions, some of which are to be completed.
func (d *demo) people() {
	if d.err != nil {
		return
	}
	today := civil.DateOf(time.Now(), zone())
	minutes := 40
	for i := range 24 {
		worker := "worker"
		if i%4 == 3 {
			worker = "youth-worker"
		}
		ctx := d.as(worker)
		client := try(d, func() (*casemgmt.Client, error) {
			return d.app.cases.RegisterClient(ctx, casemgmt.RegisterClient{Accepted: true, Profile: person(i)})
		})
		if d.err != nil {
			return
		}
		d.clients = append(d.clients, client)
		day := today.AddDays(-i * 2)
		content := session.Content{Answers: orientation(day, i%3 != 0), Private: i == 6}
		if i%8 == 1 {
			delete(content.Answers, "end") // complete, and not ready for the funder (CMP-06)
		}
		try(d, func() (*session.Session, error) {
			return d.app.sessions.Start(ctx, session.Start{
				Details: session.Details{ServiceDate: day, StartTime: "10:00", Minutes: &minutes, Languages: []string{"english"}},
				Clients: []session.StartClient{{Client: client.ID, Forms: []session.StartForm{{Kind: "io", Content: content}}}},
			})
		})
	}
	try(d, func() (*casemgmt.Client, error) {
		return d.app.cases.RegisterAnonymous(d.as("worker"), casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{AgeBand: "25-44", Label: "Blue coat"}})
	})
}

func zone() *time.Location {
	z, err := time.LoadLocation("America/Toronto")
	if err != nil {
		return time.UTC
	}
	return z
}

// orientation are the answers of an Information & Orientation form, with all that
// the funder needs.
func orientation(day civil.Date, complete bool) forms.Answers {
	a := forms.Answers{"arrival": "post", "start": day.String(), "end": day.String(), "language": "english", "official_language": "english",
		"referred_by": "not_referred", "institution": "settlement_provider", "received": "one_on_one", "hours": 1, "minutes": 0,
		"skills_received": false, "life_received": false, "support_received": false}
	if complete {
		a["topic_housing_given"] = true
	}
	return a
}

var (
	given  = []string{"Amina", "Bao", "Chidi", "Dalia", "Émile", "Farid", "Grace", "Hana", "Ivan", "Jamila", "Kofi", "Leïla", "Mateo", "Nadia", "Olena", "Priya", "Quang", "Rosa", "Samir", "Tariq", "Uma", "Viktor", "Wei", "Yara"}
	family = []string{"Okafor", "Nguyen", "Haddad", "García", "Kowalska", "Tremblay", "Singh", "O’Brien", "Müller", "Petrenko", "Mensah", "Ibrahim", "Yılmaz", "Chen", "Desrosiers", "Farah", "Ndiaye", "Hussein", "Silva"}
)

// person is the i-th invented person; no two look alike.
func person(i int) casemgmt.Profile {
	genders := []string{"female", "male", "another", "female", "male"}
	consent := i%2 == 0
	return casemgmt.Profile{
		Given: given[i%len(given)], Family: family[i*7%len(family)] + rare(i/len(given)), Gender: genders[i%len(genders)],
		BirthDate: civil.Date{Year: 1940, Month: 1, Day: 1}.AddDays(i * 389 % 25000), ResearchConsent: &consent,
		Identifiers: []casemgmt.Identifier{{Kind: "foss_gcms", Value: fmt.Sprintf("%08d", 20_000_000+i)}},
		Phones:      []string{fmt.Sprintf("416-555-%04d", i%10000)},
		Settlement:  casemgmt.Settlement{OfficialLanguage: "english", CountryOfOrigin: []string{"NG", "VN", "SY", "CO", "UA", "IN"}[i%6], ImmigrationClass: "economic"},
		Address:     casemgmt.Address{City: "Toronto", Region: "on", PostalCode: "M4C1B5"},
	}
}

// rare is a syllable for each number, so that many people have many names.
func rare(n int) string {
	out := ""
	for ; n > 0; n /= 20 {
		out += []string{"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo", "zu"}[n%20]
	}
	return out
}
