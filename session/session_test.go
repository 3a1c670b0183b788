package session_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

var sessionRules = storetest.Rules{
	"SES-01 a session holds when, where and who": func(t *testing.T, w *storetest.World) {
		d := w.Details()
		d.StartTime, d.Hours, d.Funders, d.Partner, d.Notes, d.Comments, d.PointOfEntry = "09:05", number(2), []casemgmt.FunderID{w.Funder.ID}, "Library", "n", "c", true
		d.Interpreter, d.Interpreters, d.Delivery, d.Type = true, 2, session.Online, session.DirectFinance
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d}))(t)
		got := storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		d.Staff = []casemgmt.StaffID{x.Worker}
		storetest.Diff(t, d, got.Details)
		_, err := startWith(w, func(d *session.Details) { d.StartTime = "25:00" })
		storetest.Refused(t, err, "/start_time", "not_a_time", "SES-01")
	},
	"SES-02 SES-03 DSH-05 three ways to start, two of them with the client": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		storetest.Equal(t, "clients", len(storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t).Participants), 0)
		for _, from := range []session.Way{session.FromProfile, session.FromDashboard} {
			x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: from, Client: c.ID}))(t)
			storetest.Equal(t, "client", x.Participants[0].Client, c.ID)
			_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: from})
			storetest.Refused(t, err, "/client", "required", "SES-03")
		}
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: "street"})
		storetest.Refused(t, err, "/from", "unknown_value", "SES-02")
	},
	"SES-04 TYP-01 the type is Direct Service by default, one of three": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "type", storetest.Must(startWith(w, func(*session.Details) {}))(t).Type, session.Direct)
		for _, typ := range []session.Type{session.DirectJobDevelopment, session.DirectFinance} {
			storetest.Equal(t, "type", storetest.Must(startWith(w, func(d *session.Details) { d.Type = typ }))(t).Type, typ)
		}
		_, err := startWith(w, func(d *session.Details) { d.Type = session.LanguageTraining })
		storetest.Refused(t, err, "/type", "unknown_value", "TYP-01")
	},
	"a query that cannot fit any session is refused by name": func(t *testing.T, w *storetest.World) {
		for path, q := range map[string]session.Query{
			"/to ends_before_start":  {From: storetest.Today, To: storetest.Today.AddDays(-1)},
			"/type unknown_value":    {Type: "seance"},
			"/worker no_such_record": {Worker: id.New[casemgmt.Staff]()},
			"/site no_such_record":   {Site: w.OtherSite.ID},
			"/client no_such_record": {Client: id.New[casemgmt.Client]()},
		} {
			_, err := w.Sessions.Sessions(w.Worker, q, casemgmt.PageRequest{})
			if got := fault.IssuesOf(err); len(got) != 1 || got[0].Path+" "+got[0].Code != path {
				t.Errorf("%v, want %s", err, path)
			}
		}
		storetest.Must(w.Sessions.Sessions(w.Worker, session.Query{From: storetest.Today, To: storetest.Today, Type: session.LanguageTraining, Site: w.Site.ID}, casemgmt.PageRequest{}))(t)
	},
	"TYP-04 there are seven session types": func(t *testing.T, _ *storetest.World) { storetest.Equal(t, "types", len(session.Types()), 7) },
	"SES-05 the site is the worker's default, else mandatory, and the agency's own": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "site", storetest.Must(startWith(w, func(d *session.Details) { d.Site = casemgmt.SiteID{} }))(t).Site, w.Site.ID)
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		storetest.Must(w.Cases.SetDefaults(w.Worker, casemgmt.Defaults{}))(t)
		_, err := startWith(w, func(d *session.Details) { d.Site = casemgmt.SiteID{} })
		storetest.Refused(t, err, "/site", "required", "SES-05")
		storetest.Must(w.Cases.SetDefaults(w.Worker, me.Defaults))(t)
		_, err = startWith(w, func(d *session.Details) { d.Site = w.OtherSite.ID })
		storetest.Refused(t, err, "/site", "no_such_record", "SES-05")
	},
	"SES-05a a site has a postal code": func(t *testing.T, w *storetest.World) {
		_, err := w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Nowhere"})
		storetest.Refused(t, err, "/address/postal_code", "required", "SES-05a")
		s := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Somewhere", Address: casemgmt.Address{PostalCode: "k1a 0b1"}}))(t)
		storetest.Equal(t, "postal code", s.Address.PostalCode, "K1A0B1")
	},
	"SES-06 SES-07 in person and not at the border by default; four methods": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(*session.Details) {}))(t)
		storetest.Equal(t, "method", x.Delivery, session.InPerson)
		storetest.Equal(t, "point of entry", x.PointOfEntry, false)
		storetest.Equal(t, "methods", len(session.Deliveries()), 4)
		_, err := startWith(w, func(d *session.Details) { d.Delivery = "pigeon" })
		storetest.Refused(t, err, "/delivery", "unknown_value", "SES-06")
	},
	"SES-08 an interpreter needs a number, none must have none": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "interpreter", storetest.Must(startWith(w, func(*session.Details) {}))(t).Interpreter, false)
		_, err := startWith(w, func(d *session.Details) { d.Interpreter = true })
		storetest.Refused(t, err, "/interpreters", "too_small", "SES-08")
		_, err = startWith(w, func(d *session.Details) { d.Interpreters = 1 })
		storetest.Refused(t, err, "/interpreters", "not_applicable", "SES-08")
		storetest.Must(startWith(w, func(d *session.Details) { d.Interpreter, d.Interpreters = true, 1 }))(t)
	},
	"SES-09 SES-10 service time is given, more than 0 and at most 24 hours": func(t *testing.T, w *storetest.World) {
		set := func(h, m *int) (*session.Session, error) {
			return startWith(w, func(d *session.Details) { d.Hours, d.Minutes = h, m })
		}
		_, err := set(nil, nil)
		storetest.Refused(t, err, "/minutes", "required", "SES-09")
		for _, bad := range [][2]*int{{number(0), number(0)}, {nil, number(0)}, {number(24), number(1)}} {
			_, err := set(bad[0], bad[1])
			storetest.Refused(t, err, "/minutes", "service_time", "SES-10")
		}
		_, err = set(nil, number(60))
		storetest.Refused(t, err, "/minutes", "out_of_range", "SES-10")
		_, err = set(number(-1), number(5))
		storetest.Refused(t, err, "/hours", "out_of_range", "SES-10")
		for _, good := range [][2]*int{{number(1), nil}, {nil, number(1)}, {number(24), number(0)}, {number(24), nil}} {
			storetest.Must(set(good[0], good[1]))(t)
		}
	},
	"SES-11 at least one delivery language": func(t *testing.T, w *storetest.World) {
		_, err := startWith(w, func(d *session.Details) { d.Languages = nil })
		storetest.Refused(t, err, "/languages", "required", "SES-11")
		_, err = startWith(w, func(d *session.Details) { d.Languages = []string{"klingon"} })
		storetest.Refused(t, err, "/languages/0", "unknown_value", "SES-11")
		storetest.Must(startWith(w, func(d *session.Details) { d.Languages = []string{"arabic", "french"} }))(t)
	},
	"SES-12 SES-19 the only staff is the worker who creates it; agency and creator are fixed": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(*session.Details) {}))(t)
		me, other := storetest.Must(w.Cases.Caller(w.Worker))(t), storetest.Must(w.Cases.Caller(w.Colleague))(t)
		storetest.Equal(t, "worker", x.Worker, me.ID)
		storetest.Equal(t, "agency", x.Agency, "metro")
		for _, staff := range [][]casemgmt.StaffID{{other.ID}, {me.ID, other.ID}} {
			_, err := startWith(w, func(d *session.Details) { d.Staff = staff })
			storetest.Refused(t, err, "/staff", "only_worker", "SES-12")
			_, err = w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: func() session.Details { d := x.Details; d.Staff = staff; return d }()})
			storetest.Refused(t, err, "/staff", "only_worker", "SES-12")
		}
		_, err := w.Sessions.Start(w.Setup, session.Start{Details: w.Details()})
		storetest.Is(t, err, fault.ErrForbidden) // a program is nobody's worker
	},
	"SES-13 SES-14 notes are optional; several funders or none": func(t *testing.T, w *storetest.World) {
		second := storetest.Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Province", "Province")}))(t)
		x := storetest.Must(startWith(w, func(d *session.Details) { d.Funders = []casemgmt.FunderID{w.Funder.ID, second.ID} }))(t)
		storetest.Equal(t, "funders", len(storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t).Funders), 2)
		storetest.Equal(t, "notes", x.Notes, "")
		storetest.Equal(t, "funders", len(storetest.Must(startWith(w, func(*session.Details) {}))(t).Funders), 0)
		_, err := startWith(w, func(d *session.Details) { d.Funders = []casemgmt.FunderID{id.New[casemgmt.Funder]()} })
		storetest.Refused(t, err, "/funders/0", "no_such_record", "SES-14")
	},
	"SES-15 saved fields are kept and editable when clients and forms are added": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(d *session.Details) { d.Notes = "kept" }))(t)
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		storetest.Equal(t, "notes", x.Notes, "kept")
		d := x.Details
		d.Notes = "edited"
		x = storetest.Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		storetest.Equal(t, "clients", len(x.Participants), 1)
		storetest.Equal(t, "notes", storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t).Notes, "edited")
	},
	"SES-18 documents and comments": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(d *session.Details) { d.Comments = "Called back" }))(t)
		x = storetest.Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "letter.pdf", Content: []byte("%PDF-1.7 x")}))(t)
		d, err := w.Sessions.Document(w.Worker, session.DocumentKey{Session: x.ID, ID: x.Documents[0].ID})
		if err != nil || d.Name != "letter.pdf" || d.Type != "application/pdf" || string(d.Content) != "%PDF-1.7 x" {
			t.Errorf("document %+v %v", d.Document, err)
		}
		_, err = w.Sessions.Document(w.Outsider, session.DocumentKey{Session: x.ID, ID: d.ID})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Sessions.Document(w.OtherAdmin, session.DocumentKey{Session: x.ID, ID: d.ID})
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "../x", Content: []byte("x")})
		storetest.Refused(t, err, "/name", "malformed", "SES-18")
	},
	"SES-20 the service date is given and not in the future, in the agency's zone": func(t *testing.T, w *storetest.World) {
		_, err := startWith(w, func(d *session.Details) { d.ServiceDate = civil.Date{} })
		storetest.Refused(t, err, "/service_date", "required", "SES-20")
		// in UTC it is the 16th already
		_, err = startWith(w, func(d *session.Details) { d.ServiceDate = storetest.Today.AddDays(1) })
		storetest.Refused(t, err, "/service_date", "in_future", "SES-20")
		storetest.Must(startWith(w, func(d *session.Details) { d.ServiceDate = storetest.Today }))(t)
	},
	"SES-22 a worker's defaults fill new sessions and forms and never change saved ones": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		before := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		storetest.Must(w.Cases.SetDefaults(w.Worker, casemgmt.Defaults{Site: w.Site.ID, Program: w.Program.ID, Funder: w.Funder.ID, Language: i18n.French}))(t)
		defer func() { storetest.Must(w.Cases.SetDefaults(w.Worker, me.Defaults))(t) }()
		after := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		storetest.Equal(t, "funder of the session", len(after.Funders), 1)
		f := after.Participants[0].Forms[0]
		storetest.Equal(t, "funder of the form", f.Funder, w.Funder.ID)
		storetest.Equal(t, "program of the form", f.Program, w.Program.ID)
		old := storetest.Must(w.Sessions.Session(w.Worker, before.ID))(t)
		storetest.Equal(t, "old session", len(old.Funders), 0)
		storetest.Equal(t, "old form", old.Participants[0].Forms[0].Funder, casemgmt.FunderID{})
	},
	"TYP-06 the type stays once a client is in the session": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(*session.Details) {}))(t)
		change := func() error {
			d := x.Details
			d.Type = session.DirectFinance
			_, err := w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d})
			return err
		}
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		storetest.Refused(t, change(), "/type", "cannot_change", "TYP-06")
		x = storetest.Must(startWith(w, func(*session.Details) {}))(t)
		if err := change(); err != nil {
			t.Error(err)
		}
	},
	"SES-01 the start time may stay empty": func(t *testing.T, w *storetest.World) {
		storetest.Must(startWith(w, func(d *session.Details) { d.StartTime = "" }))(t)
	},
	"SES-15 a session at a site that closed since can be corrected": func(t *testing.T, w *storetest.World) {
		site := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Closing", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		x := storetest.Must(startWith(w, func(d *session.Details) { d.Site = site.ID }))(t)
		site.Closed = true
		storetest.Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		d := x.Details
		d.Notes = "corrected"
		storetest.Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		_, err := startWith(w, func(d *session.Details) { d.Site = site.ID })
		storetest.Refused(t, err, "/site", "closed", "SES-05")
	},
	"SES-22 a default that was closed is none": func(t *testing.T, w *storetest.World) {
		funder := storetest.Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Old", "Ancien")}))(t)
		site := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Old", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		storetest.Must(w.Cases.SetDefaults(w.Colleague, casemgmt.Defaults{Site: site.ID, Funder: funder.ID}))(t)
		funder.Closed, site.Closed = true, true
		storetest.Must(w.Cases.UpdateFunder(w.Admin, *funder))(t)
		storetest.Must(w.Cases.UpdateSite(w.Admin, *site))(t)
		d := w.Details()
		x := storetest.Must(w.Sessions.Start(w.Colleague, session.Start{Details: d, Client: w.Client().ID}))(t)
		storetest.Equal(t, "funders", len(x.Funders), 0)
		storetest.Equal(t, "funder of the form", x.Participants[0].Forms[0].Funder.IsZero(), true)
		d.Site = casemgmt.SiteID{}
		_, err := w.Sessions.Start(w.Colleague, session.Start{Details: d})
		storetest.Refused(t, err, "/site", "required", "SES-05")
		storetest.Must(w.Cases.SetDefaults(w.Colleague, casemgmt.Defaults{}))(t)
	},
	"SES-22 a default that no longer holds does not stop the work": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		me := storetest.Must(w.Cases.Caller(ctx))(t)
		_, err := w.Cases.SetDefaults(ctx, casemgmt.Defaults{Program: w.Second.ID})
		storetest.Refused(t, err, "/program", "not_member", "SES-22")
		storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID, Member: true}))(t)
		storetest.Must(w.Cases.SetDefaults(ctx, casemgmt.Defaults{Site: w.Site.ID, Program: w.Second.ID}))(t)
		storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID}))(t)
		x := storetest.Must(w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		storetest.Equal(t, "program", x.Participants[0].Forms[0].Program, w.Program.ID)
		old := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Old", "Ancien")}))(t)
		ctx = w.FreshWorker(old)
		old.Closed = true
		storetest.Must(w.Cases.UpdateProgram(w.Admin, *old))(t)
		x = storetest.Must(w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		storetest.Equal(t, "program", x.Participants[0].Forms[0].Program, casemgmt.ProgramID{})
	},
}

// startWith starts a session of the worker with changed details.
func startWith(w *storetest.World, change func(*session.Details)) (*session.Session, error) {
	d := w.Details()
	change(&d)
	return w.Sessions.Start(w.Worker, session.Start{Details: d})
}

// number is an optional number that is given.
func number(n int) *int { return &n }
