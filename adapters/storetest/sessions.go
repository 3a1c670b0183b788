package storetest

import (
	"context"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// startWith starts a session of the worker with changed details.
func (w *World) startWith(change func(*session.Details)) (*session.Session, error) {
	d := w.Details()
	change(&d)
	return w.Sessions.Start(w.Worker, session.Start{Details: d})
}

func number(n int) *int { return &n }

var sessionRules = []rule{
	{"SES-01 a session holds when, where and who", func(t *testing.T, w *World) {
		d := w.Details()
		d.StartTime, d.Hours, d.Funders, d.Partner, d.Notes, d.Comments, d.PointOfEntry = "09:05", number(2), []casemgmt.FunderID{w.Funder.ID}, "Library", "n", "c", true
		d.Interpreter, d.Interpreters, d.Delivery, d.Type = true, 2, session.Online, session.DirectFinance
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: d}))(t)
		got := Must(w.Sessions.Session(w.Worker, x.ID))(t)
		d.Staff = []casemgmt.StaffID{x.Worker}
		diff(t, d, got.Details)
		_, err := w.startWith(func(d *session.Details) { d.StartTime = "25:00" })
		refused(t, err, "/start_time", "not_a_time", "SES-01")
	}},
	{"SES-02 SES-03 DSH-05 three ways to start, two of them with the client", func(t *testing.T, w *World) {
		c := w.Client()
		equal(t, "clients", len(Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t).Participants), 0)
		for _, from := range []session.Way{session.FromProfile, session.FromDashboard} {
			x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: from, Client: c.ID}))(t)
			equal(t, "client", x.Participants[0].Client, c.ID)
			_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: from})
			refused(t, err, "/client", "required", "SES-03")
		}
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: "street"})
		refused(t, err, "/from", "unknown_value", "SES-02")
	}},
	{"SES-04 TYP-01 the type is Direct Service by default, one of three", func(t *testing.T, w *World) {
		equal(t, "type", Must(w.startWith(func(*session.Details) {}))(t).Type, session.Direct)
		for _, typ := range []session.Type{session.DirectJobDevelopment, session.DirectFinance} {
			equal(t, "type", Must(w.startWith(func(d *session.Details) { d.Type = typ }))(t).Type, typ)
		}
		_, err := w.startWith(func(d *session.Details) { d.Type = session.LanguageTraining })
		refused(t, err, "/type", "unknown_value", "TYP-01")
	}},
	{"TYP-04 there are seven session types", func(t *testing.T, _ *World) { equal(t, "types", len(session.Types()), 7) }},
	{"SES-05 the site is the worker's default, else mandatory, and the agency's own", func(t *testing.T, w *World) {
		equal(t, "site", Must(w.startWith(func(d *session.Details) { d.Site = casemgmt.SiteID{} }))(t).Site, w.Site.ID)
		me := Must(w.Cases.Caller(w.Worker))(t)
		Must(w.Cases.SetDefaults(w.Worker, casemgmt.Defaults{}))(t)
		_, err := w.startWith(func(d *session.Details) { d.Site = casemgmt.SiteID{} })
		refused(t, err, "/site", "required", "SES-05")
		Must(w.Cases.SetDefaults(w.Worker, me.Defaults))(t)
		_, err = w.startWith(func(d *session.Details) { d.Site = w.OtherSite.ID })
		refused(t, err, "/site", "no_such_record", "SES-05")
	}},
	{"SES-05a a site has a postal code", func(t *testing.T, w *World) {
		_, err := w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Nowhere"})
		refused(t, err, "/address/postal_code", "required", "SES-05a")
		s := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Somewhere", Address: casemgmt.Address{PostalCode: "k1a 0b1"}}))(t)
		equal(t, "postal code", s.Address.PostalCode, "K1A0B1")
	}},
	{"SES-06 SES-07 in person and not at the border by default; four methods", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(*session.Details) {}))(t)
		equal(t, "method", x.Delivery, session.InPerson)
		equal(t, "point of entry", x.PointOfEntry, false)
		equal(t, "methods", len(session.Deliveries()), 4)
		_, err := w.startWith(func(d *session.Details) { d.Delivery = "pigeon" })
		refused(t, err, "/delivery", "unknown_value", "SES-06")
	}},
	{"SES-08 an interpreter needs a number, none must have none", func(t *testing.T, w *World) {
		equal(t, "interpreter", Must(w.startWith(func(*session.Details) {}))(t).Interpreter, false)
		_, err := w.startWith(func(d *session.Details) { d.Interpreter = true })
		refused(t, err, "/interpreters", "too_small", "SES-08")
		_, err = w.startWith(func(d *session.Details) { d.Interpreters = 1 })
		refused(t, err, "/interpreters", "not_applicable", "SES-08")
		Must(w.startWith(func(d *session.Details) { d.Interpreter, d.Interpreters = true, 1 }))(t)
	}},
	{"SES-09 SES-10 service time is given, more than 0 and at most 24 hours", func(t *testing.T, w *World) {
		set := func(h, m *int) (*session.Session, error) {
			return w.startWith(func(d *session.Details) { d.Hours, d.Minutes = h, m })
		}
		_, err := set(nil, nil)
		refused(t, err, "/minutes", "required", "SES-09")
		for _, bad := range [][2]*int{{number(0), number(0)}, {nil, number(0)}, {number(24), number(1)}} {
			_, err := set(bad[0], bad[1])
			refused(t, err, "/minutes", "service_time", "SES-10")
		}
		_, err = set(nil, number(60))
		refused(t, err, "/minutes", "out_of_range", "SES-10")
		_, err = set(number(-1), number(5))
		refused(t, err, "/hours", "out_of_range", "SES-10")
		for _, good := range [][2]*int{{number(1), nil}, {nil, number(1)}, {number(24), number(0)}, {number(24), nil}} {
			Must(set(good[0], good[1]))(t)
		}
	}},
	{"SES-11 at least one delivery language", func(t *testing.T, w *World) {
		_, err := w.startWith(func(d *session.Details) { d.Languages = nil })
		refused(t, err, "/languages", "required", "SES-11")
		_, err = w.startWith(func(d *session.Details) { d.Languages = []string{"klingon"} })
		refused(t, err, "/languages/0", "unknown_value", "SES-11")
		Must(w.startWith(func(d *session.Details) { d.Languages = []string{"arabic", "french"} }))(t)
	}},
	{"SES-12 SES-19 the only staff is the worker who creates it; agency and creator are fixed", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(*session.Details) {}))(t)
		me, other := Must(w.Cases.Caller(w.Worker))(t), Must(w.Cases.Caller(w.Colleague))(t)
		equal(t, "worker", x.Worker, me.ID)
		equal(t, "agency", x.Agency, "metro")
		for _, staff := range [][]casemgmt.StaffID{{other.ID}, {me.ID, other.ID}} {
			_, err := w.startWith(func(d *session.Details) { d.Staff = staff })
			refused(t, err, "/staff", "only_worker", "SES-12")
			_, err = w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: func() session.Details { d := x.Details; d.Staff = staff; return d }()})
			refused(t, err, "/staff", "only_worker", "SES-12")
		}
		_, err := w.Sessions.Start(w.Setup, session.Start{Details: w.Details()})
		is(t, err, fault.ErrForbidden) // a program is nobody's worker
	}},
	{"SES-13 SES-14 notes are optional; several funders or none", func(t *testing.T, w *World) {
		second := Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Province", "Province")}))(t)
		x := Must(w.startWith(func(d *session.Details) { d.Funders = []casemgmt.FunderID{w.Funder.ID, second.ID} }))(t)
		equal(t, "funders", len(Must(w.Sessions.Session(w.Worker, x.ID))(t).Funders), 2)
		equal(t, "notes", x.Notes, "")
		equal(t, "funders", len(Must(w.startWith(func(*session.Details) {}))(t).Funders), 0)
		_, err := w.startWith(func(d *session.Details) { d.Funders = []casemgmt.FunderID{newID[casemgmt.Funder]()} })
		refused(t, err, "/funders/0", "no_such_record", "SES-14")
	}},
	{"SES-15 saved fields are kept and editable when clients and forms are added", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(d *session.Details) { d.Notes = "kept" }))(t)
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		equal(t, "notes", x.Notes, "kept")
		d := x.Details
		d.Notes = "edited"
		x = Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		equal(t, "clients", len(x.Participants), 1)
		equal(t, "notes", Must(w.Sessions.Session(w.Worker, x.ID))(t).Notes, "edited")
	}},
	{"SES-16 a form without a client of the session is refused", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(*session.Details) {}))(t)
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Kind: "io"})
		refused(t, err, "/client", "required", "SES-16")
		_, err = w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Kind: "io", Client: w.Client().ID})
		refused(t, err, "/client", "not_in_session", "SES-16")
	}},
	{"SES-17 several clients, each once, each with their own forms", func(t *testing.T, w *World) {
		a, b := w.Client(), w.Client()
		x := w.Start(w.Worker, a.ID, "nonspec")
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: b.ID}))(t)
		x = Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: b.ID, Kind: "nonspec"}))(t)
		equal(t, "forms of the second", len(x.Participant(b.ID).Forms), 2)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: a.ID})
		refused(t, err, "/client", "already_in_session", "SES-17")
	}},
	{"SES-18 documents and comments", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(d *session.Details) { d.Comments = "Called back" }))(t)
		x = Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "letter.pdf", Content: []byte("%PDF-1.7 x")}))(t)
		d, err := w.Sessions.Document(w.Worker, session.DocumentKey{Session: x.ID, ID: x.Documents[0].ID})
		if err != nil || d.Name != "letter.pdf" || d.Type != "application/pdf" || string(d.Content) != "%PDF-1.7 x" {
			t.Errorf("document %+v %v", d.Document, err)
		}
		_, err = w.Sessions.Document(w.Outsider, session.DocumentKey{Session: x.ID, ID: d.ID})
		is(t, err, fault.ErrForbidden)
		_, err = w.Sessions.Document(w.OtherAdmin, session.DocumentKey{Session: x.ID, ID: d.ID})
		is(t, err, fault.ErrNotFound)
		_, err = w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "../x", Content: []byte("x")})
		refused(t, err, "/name", "malformed", "SES-18")
	}},
	{"SES-20 the service date is given and not in the future, in the agency's zone", func(t *testing.T, w *World) {
		_, err := w.startWith(func(d *session.Details) { d.ServiceDate = civil.Date{} })
		refused(t, err, "/service_date", "required", "SES-20")
		// in UTC it is the 16th already
		_, err = w.startWith(func(d *session.Details) { d.ServiceDate = Today.AddDays(1) })
		refused(t, err, "/service_date", "in_future", "SES-20")
		Must(w.startWith(func(d *session.Details) { d.ServiceDate = Today }))(t)
	}},
	{"SES-21 removing a client with a completed form needs a reason and can be undone", func(t *testing.T, w *World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io", "nonspec")
		_, err := w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID})
		refused(t, err, "/reason", "required", "SES-21")
		x = Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID, Reason: "Wrong person"}))(t)
		equal(t, "forms", len(x.Active()), 0)
		equal(t, "complete", x.Complete, false)
		equal(t, "services counted", w.services(w.Admin, c.ID), 0)
		x = Must(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		equal(t, "forms", len(x.Active()), 2)
		equal(t, "complete", x.Complete, true)
		equal(t, "services counted", w.services(w.Admin, c.ID), 2)
		y := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: y.ID, Version: y.Version, Client: c.ID}))(t) // nothing completed: no reason
	}},
	{"SES-22 a worker's defaults fill new sessions and forms and never change saved ones", func(t *testing.T, w *World) {
		me := Must(w.Cases.Caller(w.Worker))(t)
		before := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		Must(w.Cases.SetDefaults(w.Worker, casemgmt.Defaults{Site: w.Site.ID, Program: w.Program.ID, Funder: w.Funder.ID, Language: i18n.French}))(t)
		defer func() { Must(w.Cases.SetDefaults(w.Worker, me.Defaults))(t) }()
		after := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		equal(t, "funder of the session", len(after.Funders), 1)
		f := after.Participants[0].Forms[0]
		equal(t, "funder of the form", f.Funder, w.Funder.ID)
		equal(t, "program of the form", f.Program, w.Program.ID)
		old := Must(w.Sessions.Session(w.Worker, before.ID))(t)
		equal(t, "old session", len(old.Funders), 0)
		equal(t, "old form", old.Participants[0].Forms[0].Funder, casemgmt.FunderID{})
	}},
	{"TYP-05 each type takes only its own forms", func(t *testing.T, w *World) {
		for _, typ := range []session.Type{session.Direct, session.DirectJobDevelopment, session.DirectFinance} {
			c := w.Client()
			x := Must(w.startWith(func(d *session.Details) { d.Type = typ }))(t)
			x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
			for _, kind := range w.Config.Forms.Keys() {
				def, _ := w.Config.Forms.Latest(kind)
				if def.Definition.Sessions[0] == string(typ) {
					continue
				}
				_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: c.ID, Kind: kind})
				refused(t, err, "/kind", "not_for_session_type", "TYP-05")
			}
		}
	}},
	{"TYP-06 the type stays once a client is in the session", func(t *testing.T, w *World) {
		x := Must(w.startWith(func(*session.Details) {}))(t)
		change := func() error {
			d := x.Details
			d.Type = session.DirectFinance
			_, err := w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d})
			return err
		}
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		refused(t, change(), "/type", "cannot_change", "TYP-06")
		x = Must(w.startWith(func(*session.Details) {}))(t)
		if err := change(); err != nil {
			t.Error(err)
		}
	}},
}

// services counts a client's services as reports do.
func (w *World) services(ctx context.Context, c casemgmt.ClientID) int {
	w.T.Helper()
	n := 0
	history := Must(w.Dashboards.Client(ctx, c, casemgmt.PageRequest{}))(w.T).History.Items
	for _, h := range history {
		x := Must(w.Sessions.Session(ctx, h.Session))(w.T)
		if x.Complete {
			n++
		}
	}
	return n
}
