package storetest

import (
	"context"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// freshWorker is a worker of a program with no sessions yet.
func (w *World) freshWorker(program *casemgmt.Program) context.Context {
	w.T.Helper()
	user := "fresh" + suffix(int(w.names.Add(1)))
	Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: user, Name: "Staff " + user, Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: w.Site.ID}}))(w.T)
	return w.As("metro", user)
}

// incomplete reads all pages of a worker's list.
func (w *World) incomplete(list func(context.Context, casemgmt.PageRequest) (casemgmt.Page[session.Incomplete], error), ctx context.Context) []session.Incomplete {
	w.T.Helper()
	var out []session.Incomplete
	p := casemgmt.PageRequest{Limit: 3}
	for {
		page := Must(list(ctx, p))(w.T)
		out = append(out, page.Items...)
		if page.Next == "" {
			return out
		}
		p.After = page.Next
	}
}

func (w *World) mine(ctx context.Context) []session.Incomplete {
	return w.incomplete(w.Sessions.MyIncomplete, ctx)
}

// total counts the services of a day over the whole agency.
func (w *World) total(day civil.Date) int {
	w.T.Helper()
	r := Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day}))(w.T)
	if r.Total == nil {
		w.T.Fatal("the total is withheld")
	}
	return *r.Total
}

// begin starts a session with an empty form of the kind, on a day.
func (w *World) begin(ctx context.Context, client casemgmt.ClientID, day civil.Date, kind string, c session.Content) *session.Session {
	w.T.Helper()
	d := w.Details()
	d.ServiceDate = day
	return Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: client,
		Forms: []session.StartForm{{Kind: kind, Content: c}}}}}))(w.T)
}

var incompleteRules = []rule{
	{"INC-01 INC-02 my sessions with an incomplete form are listed until they are complete, oldest first, in pages", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		var days []civil.Date
		var first *session.Session
		for i := range 8 {
			x := w.begin(ctx, w.Client().ID, Today.AddDays(-i*3), "nonspec", session.Content{})
			first, days = x, append([]civil.Date{x.ServiceDate}, days...)
		}
		w.begin(ctx, w.Client().ID, Today, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		var got []civil.Date
		for _, i := range w.mine(ctx) {
			got = append(got, i.Date)
		}
		diff(t, days, got)
		f := first.Participants[0].Forms[0]
		Must(w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: w.Answers("nonspec")}}))(t)
		equal(t, "left", len(w.mine(ctx)), 7)
	}},
	{"INC-03 a line says client, date, type, which forms and which fields", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		c := w.Client()
		x := w.begin(ctx, c.ID, Today, "nonspec", session.Content{})
		got := w.mine(ctx)[0]
		equal(t, "type", got.Type, session.Direct)
		equal(t, "date", got.Date, Today)
		equal(t, "client", got.Clients[0].Client.Name, c.Name())
		diff(t, []session.IncompleteForm{{Form: x.Participants[0].Forms[0].ID, Kind: "nonspec",
			Missing: []session.Missing{{Path: "/answers/description", Code: "required", Rule: "CMP-05", Label: label(w, "nonspec", "description")}}}}, got.Clients[0].Forms)
	}},
	{"INC-04 a manager sees those of the own program's workers, without private forms, oldest first", func(t *testing.T, w *World) {
		ctx, other := w.freshWorker(w.Program), w.freshWorker(w.Second)
		old := civil.Date{Year: 2001, Month: 1, Day: 1}
		open := w.begin(ctx, w.Client().ID, old.AddDays(1), "nonspec", session.Content{})
		private := w.begin(ctx, w.Client().ID, old, "nonspec", session.Content{Private: true})
		foreign := w.begin(other, w.Client().ID, old, "nonspec", session.Content{})
		list := w.incomplete(w.Sessions.TeamIncomplete, w.Manager)
		equal(t, "oldest", list[0].Session, open.ID)
		for i, x := range list {
			if x.Session == private.ID || x.Session == foreign.ID {
				t.Error("a private or another program's session is there")
			}
			if i > 0 && x.Date.Before(list[i-1].Date) {
				t.Error("not in order")
			}
		}
		_, err := w.Sessions.TeamIncomplete(w.Worker, casemgmt.PageRequest{})
		is(t, err, fault.ErrForbidden)
	}},
	{"INC-05 CMP-07 a session without forms is listed", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		x := Must(w.Sessions.Start(ctx, session.Start{Details: w.Details()}))(t)
		list := w.mine(ctx)
		equal(t, "session", list[0].Session, x.ID)
		equal(t, "clients", len(list[0].Clients), 0)
	}},
}

func label(w *World, kind, field string) i18n.Text {
	def, _ := w.Config.Forms.Latest(kind)
	return def.Label(field)
}

var dashboardRules = []rule{
	{"DSH-01 DSH-02 the worker's dashboard has the latest interactions and what is to be completed", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		for i := range 12 {
			content := session.Content{}
			if i%2 == 0 {
				content.Answers = w.Answers("nonspec")
			}
			w.begin(ctx, w.Client().ID, Today.AddDays(-i), "nonspec", content)
		}
		d := Must(w.Dashboards.Worker(ctx))(t)
		equal(t, "recent", len(d.Recent), 10)
		equal(t, "newest", d.Recent[0].Date, Today)
		if d.Recent[0].Clients[0].Name == "" {
			t.Error("no client's name")
		}
		equal(t, "to be completed", d.IncompleteTotal, 6)
		equal(t, "listed", len(d.Incomplete), 6)
	}},
	{"DSH-03 DSH-06 the client's dashboard has notes and history, as far as the caller may see them", func(t *testing.T, w *World) {
		c := w.Client()
		c = Must(w.update(c, func(p *casemgmt.Profile) { p.Notes = "Likes mornings" }))(t)
		d := w.Details()
		d.Notes = "Spoke of housing"
		Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{
			{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "cc", Content: session.Content{Private: true}}}}}}))(t)
		d.Notes = "Secret"
		Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{
			{Kind: "nonspec", Content: session.Content{Private: true, Answers: w.Answers("nonspec")}}}}}}))(t)
		see := func(ctx context.Context) (notes, history int) {
			d := Must(w.Dashboards.Client(ctx, c.ID, casemgmt.PageRequest{}))(t)
			return len(d.Notes), len(d.History.Items)
		}
		for _, tt := range []struct {
			who            string
			ctx            context.Context
			notes, history int
		}{{"worker", w.Worker, 3, 3}, {"manager", w.Manager, 3, 3}, {"colleague", w.Colleague, 2, 1}, {"outsider", w.Outsider, 1, 0}, {"admin", w.Admin, 2, 1}} {
			notes, history := see(tt.ctx)
			equal(t, tt.who+"'s notes", notes, tt.notes)
			equal(t, tt.who+"'s history", history, tt.history)
		}
		_, err := w.Dashboards.Client(w.OtherAdmin, c.ID, casemgmt.PageRequest{})
		is(t, err, fault.ErrNotFound)
	}},
}

var accessRules = []rule{
	{"ACC-01 ACC-14 nothing works without an actor, or with one of no agency", func(t *testing.T, w *World) {
		for _, ctx := range []context.Context{context.Background(), w.As("nowhere", "worker"), w.As("metro", "nobody"), access.With(context.Background(), access.Actor{User: "worker"})} {
			_, err := w.Cases.SearchClients(ctx, casemgmt.ClientQuery{Name: "a"}, casemgmt.PageRequest{})
			is(t, err, fault.ErrUnauthenticated)
			_, err = w.Sessions.Start(ctx, session.Start{Details: w.Details()})
			is(t, err, fault.ErrUnauthenticated)
			_, err = w.Report(ctx, "clients_served", report.Criteria{From: Today, To: Today})
			is(t, err, fault.ErrUnauthenticated)
		}
	}},
	{"ACC-03 ACC-04 ACC-07 ACC-10 who sees whose form", func(t *testing.T, w *World) {
		open := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		private := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{Private: true})
		for _, tt := range []struct {
			who           string
			ctx           context.Context
			open, private bool
		}{
			{"worker", w.Worker, true, true}, {"colleague", w.Colleague, true, false}, {"manager", w.Manager, true, true}, {"outsider", w.Outsider, false, false},
			{"outsider's manager", w.OutsiderManager, false, false}, {"admin", w.Admin, true, false}, {"see all", w.SeeAll, true, false}, {"system", w.Setup, true, false},
		} {
			for x, want := range map[*session.Session]bool{open: tt.open, private: tt.private} {
				_, err := w.Sessions.Form(tt.ctx, x.Participants[0].Forms[0].ID)
				if got := err == nil; got != want {
					t.Errorf("%s reads the form: %v, want %v (%v)", tt.who, got, want, err)
				}
				_, err = w.Sessions.Session(tt.ctx, x.ID)
				if got := err == nil; got != want {
					t.Errorf("%s reads the session: %v, want %v (%v)", tt.who, got, want, err)
				}
				found := false
				page := casemgmt.PageRequest{Limit: 200}
				for _, s := range Must(w.Sessions.Sessions(tt.ctx, session.Query{Client: x.Participants[0].Client}, page))(t).Items {
					found = found || s.ID == x.ID
				}
				if found != want {
					t.Errorf("%s lists the session: %v, want %v", tt.who, found, want)
				}
			}
		}
	}},
	{"ACC-05 ACC-06 a funder has no access, and nothing crosses agencies", func(t *testing.T, w *World) {
		x := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		_, err := w.Sessions.Session(w.As("metro", w.Funder.ID.String()), x.ID) // a funder is nobody who signs in
		is(t, err, fault.ErrUnauthenticated)
		for _, ctx := range []context.Context{w.OtherWorker, w.OtherAdmin} {
			_, err := w.Sessions.Session(ctx, x.ID)
			is(t, err, fault.ErrNotFound)
			_, err = w.Sessions.Form(ctx, x.Participants[0].Forms[0].ID)
			is(t, err, fault.ErrNotFound)
			equal(t, "listed", len(Must(w.Sessions.Sessions(ctx, session.Query{}, casemgmt.PageRequest{}))(t).Items), 0)
			_, err = w.Cases.Site(ctx, w.Site.ID)
			is(t, err, fault.ErrNotFound)
		}
	}},
	{"ACC-07 who changes what", func(t *testing.T, w *World) {
		x := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		f := x.Participants[0].Forms[0]
		save := func(ctx context.Context) error {
			now := Must(w.Sessions.Form(w.Worker, f.ID))(t)
			_, err := w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: now.Version, Content: now.Content})
			return err
		}
		for _, ctx := range []context.Context{w.Worker, w.Manager} {
			if err := save(ctx); err != nil {
				t.Error(err)
			}
		}
		for _, ctx := range []context.Context{w.Colleague, w.Outsider, w.Admin, w.SeeAll} {
			is(t, save(ctx), fault.ErrForbidden)
		}
		for _, ctx := range []context.Context{w.Worker, w.Manager, w.SeeAll} {
			_, err := w.Cases.CreateProgram(ctx, casemgmt.Program{Name: i18nText("X")})
			is(t, err, fault.ErrForbidden)
		}
		staff := Must(w.Cases.Caller(w.freshWorker(w.Second)))(t)
		set := casemgmt.SetMembership{Staff: staff.ID, Program: w.Program.ID, Member: true}
		_, err := w.Cases.SetMembership(w.OutsiderManager, set)
		is(t, err, fault.ErrForbidden)
		equal(t, "programs", len(Must(w.Cases.SetMembership(w.Manager, set))(t).Programs), 2)
		set.Manager = true
		_, err = w.Cases.SetMembership(w.Manager, set) // only an administrator makes managers
		is(t, err, fault.ErrForbidden)
	}},
	{"ACC-08 everybody is in a program", func(t *testing.T, w *World) {
		_, err := w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: "none", Name: "None"})
		refused(t, err, "/programs", "required", "ACC-08")
		staff := Must(w.Cases.Caller(w.freshWorker(w.Program)))(t)
		_, err = w.Cases.SetMembership(w.Manager, casemgmt.SetMembership{Staff: staff.ID, Program: w.Program.ID})
		refused(t, err, "/programs", "required", "ACC-08")
	}},
	{"ACC-09 REP-09 a deactivated worker cannot act; the work stays counted", func(t *testing.T, w *World) {
		ctx := w.freshWorker(w.Program)
		day := civil.Date{Year: 2023, Month: 9, Day: 9}
		w.begin(ctx, w.Client().ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		staff := Must(w.Cases.Caller(ctx))(t)
		staff.Deactivated = true
		Must(w.Cases.UpdateStaff(w.Admin, *staff))(t)
		_, err := w.Cases.Caller(ctx)
		is(t, err, fault.ErrUnauthenticated)
		equal(t, "counted", w.total(day), 1)
		_, err = w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day, Worker: staff.ID})
		refused(t, err, "/worker", "report_deactivated", "REP-09")
	}},
	{"ACC-11 counts hold what the caller may not see, and small ones that would reveal it are withheld", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2023, Month: 5, Day: 5}
		run := func(ctx context.Context, c report.Criteria) report.Row {
			c.From, c.To = day, day
			return Must(w.Report(ctx, "services_by_form_kind", c))(t).Rows[0]
		}
		for range 4 {
			w.begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		}
		row := run(w.Admin, report.Criteria{})
		if row.Values[report.Forms] != nil || !row.Withheld {
			t.Errorf("an administrator sees %+v", row)
		}
		r := Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day}))(t)
		if r.Total != nil {
			t.Error("the total gives away what was withheld")
		}
		if row := run(w.Manager, report.Criteria{Program: w.Program.ID}); row.Values[report.Forms] == nil || *row.Values[report.Forms] != 4 {
			t.Errorf("the program's manager sees %+v", row)
		}
		w.begin(w.Worker, w.Client().ID, day, "nonspec", session.Content{Private: true, Answers: w.Answers("nonspec")})
		if row := run(w.Admin, report.Criteria{}); row.Values[report.Forms] == nil || *row.Values[report.Forms] != 5 {
			t.Errorf("with five an administrator sees %+v", row)
		}
	}},
	{"ACC-12 other forms of a session are not shown, not even their kind, and its state tells nothing of them", func(t *testing.T, w *World) {
		a, b := w.Client(), w.Client()
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{
			{Client: a.ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "cc", Content: session.Content{Private: true}}}},
			{Client: b.ID, Forms: []session.StartForm{{Kind: "io", Content: session.Content{Private: true}}}}}}))(t)
		equal(t, "complete for the worker", x.Complete, false)
		got := Must(w.Sessions.Session(w.Colleague, x.ID))(t)
		equal(t, "lines", len(got.Participants), 1)
		equal(t, "forms", len(got.Participants[0].Forms), 1)
		equal(t, "complete for a colleague", got.Complete, true)
		empty := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t)
		Must(w.Sessions.Session(w.Colleague, empty.ID))(t) // no form: it is enough to share the worker's program
		_, err := w.Sessions.Session(w.Outsider, empty.ID)
		is(t, err, fault.ErrForbidden)
	}},
	{"ACC-14 every change leaves one event; forms' events carry no values, and only administrators read them", func(t *testing.T, w *World) {
		c := w.Client()
		after := w.tail()
		c = Must(w.update(c, func(p *casemgmt.Profile) { p.Preferred = "Nick" }))(t)
		x := w.begin(w.Worker, c.ID, Today, "nonspec", session.Content{})
		Must(w.save(x.Participants[0].Forms[0], w.Answers("nonspec")))(t)
		page := Must(w.Cases.Feed(w.Admin, after, 200))(t)
		var types []string
		for _, e := range page.Events {
			types = append(types, string(e.Type))
			for _, change := range e.Changes {
				if e.Type == "form.completed" && (change.From != nil || change.To != nil) {
					t.Error("the event of a form has values")
				}
			}
		}
		diff(t, []string{"client.changed", "session.started", "form.completed"}, types)
		equal(t, "old value", string(page.Events[0].Changes[0].Path), "/profile")
		equal(t, "actor", page.Events[0].Actor, "worker")
		for _, ctx := range []context.Context{w.Worker, w.Manager, w.SeeAll} {
			_, err := w.Cases.Feed(ctx, "", 1)
			is(t, err, fault.ErrForbidden)
		}
	}},
}

// tail is the cursor behind all events so far.
func (w *World) tail() string {
	w.T.Helper()
	after := ""
	for {
		page := Must(w.Cases.Feed(w.Admin, after, 200))(w.T)
		after = page.Next
		if len(page.Events) < 200 {
			return after
		}
	}
}

var reportRules = []rule{
	{"REP-08 REP-10 common criteria narrow every report", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2022, Month: 2, Day: 2}
		worker := Must(w.Cases.Caller(w.Worker))(t)
		site := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "Second site", Address: casemgmt.Address{PostalCode: "M1M1M1"}}))(t)
		male := w.Profile()
		male.Gender = "male"
		m := Must(w.register(male))(t)
		f := w.Client()
		start := func(ctx context.Context, c casemgmt.ClientID, kind string, change func(*session.Details), content session.Content) {
			d := w.Details()
			d.ServiceDate = day
			change(&d)
			content.Answers = w.Answers(kind)
			for k := range content.Answers {
				if k == "start" || k == "referral_date" {
					content.Answers[k] = day.String()
				}
			}
			x := Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: c, Forms: []session.StartForm{{Kind: kind, Content: content}}}}}))(t)
			if !x.Complete {
				t.Fatalf("missing %v", x.Participants[0].Forms[0].Missing)
			}
		}
		none := func(*session.Details) {}
		for range 5 { // enough for nothing to be withheld
			start(w.Worker, f.ID, "nonspec", none, session.Content{})
		}
		start(w.Worker, m.ID, "io", func(d *session.Details) { d.Funders = []casemgmt.FunderID{w.Funder.ID} }, session.Content{})
		start(w.Worker, f.ID, "finance", func(d *session.Details) { d.Type, d.Site = session.DirectFinance, site.ID }, session.Content{Funder: w.Funder.ID})
		start(w.Outsider, f.ID, "nonspec", func(d *session.Details) { d.ServiceDate = day.AddDays(1) }, session.Content{})
		w.begin(w.Worker, f.ID, day, "io", session.Content{})
		for _, tt := range []struct {
			name     string
			c        report.Criteria
			services int
			clients  int
			open     int
		}{
			{"two days", report.Criteria{To: day.AddDays(1)}, 8, 2, 1}, {"one day", report.Criteria{}, 7, 2, 1},
			{"program", report.Criteria{To: day.AddDays(1), Program: w.Second.ID}, 1, 1, 0}, {"site", report.Criteria{Site: site.ID}, 1, 1, 0},
			{"funder of form or session", report.Criteria{Funder: w.Funder.ID}, 2, 2, 0}, {"worker", report.Criteria{To: day.AddDays(1), Worker: worker.ID}, 7, 2, 1},
			{"type", report.Criteria{SessionType: "direct_finance"}, 1, 1, 0}, {"kind", report.Criteria{FormKind: "io"}, 1, 1, 1},
			{"gender", report.Criteria{Gender: "male"}, 1, 1, 0},
		} {
			tt.c.From = day
			if tt.c.To.IsZero() {
				tt.c.To = day
			}
			r := Must(w.Report(w.Admin, "services_by_form_kind", tt.c))(t)
			equal(t, tt.name+": services", *r.Total, tt.services)
			equal(t, tt.name+": incomplete left out", *r.IncompleteLeftOut, tt.open)
			s := Must(w.Report(w.Admin, "clients_served", tt.c))(t)
			equal(t, tt.name+": clients", *s.Rows[0].Values[report.Clients], tt.clients)
		}
	}},
	{"REP-10 bad criteria are refused by name", func(t *testing.T, w *World) {
		_, err := w.Report(w.Admin, "clients_served", report.Criteria{})
		refused(t, err, "/from", "required", "REP-10")
		_, err = w.Report(w.Admin, "clients_served", report.Criteria{From: Today, To: Today.AddDays(-1)})
		refused(t, err, "/to", "ends_before_start", "REP-10")
		_, err = w.Report(w.Admin, "clients_served", report.Criteria{From: Today, To: Today, FormKind: "x"})
		refused(t, err, "/form_kind", "unknown_value", "REP-10")
		_, err = w.Report(w.Admin, "horoscope", report.Criteria{From: Today, To: Today})
		is(t, err, fault.ErrNotFound)
	}},
	{"REP-11 a report says its criteria, its moment, and what it left out", func(t *testing.T, w *World) {
		c := report.Criteria{From: Today, To: Today, FormKind: "io"}
		r := Must(w.Report(w.Admin, "clients_served", c))(t)
		diff(t, c, r.Criteria)
		if r.At.IsZero() || r.IncompleteLeftOut == nil {
			t.Errorf("moment %v, left out %v", r.At, r.IncompleteLeftOut)
		}
	}},
	{"ACC-07 REP-08 a worker's report is on themselves, a manager's on the managed program", func(t *testing.T, w *World) {
		me := Must(w.Cases.Caller(w.Worker))(t)
		day := report.Criteria{From: Today, To: Today}
		equal(t, "worker", Must(w.Report(w.Worker, "clients_served", day))(t).Criteria.Worker, me.ID)
		program := day
		program.Program = w.Program.ID
		_, err := w.Report(w.Worker, "clients_served", program)
		is(t, err, fault.ErrForbidden)
		Must(w.Report(w.Manager, "clients_served", program))(t)
		program.Program = w.Second.ID
		_, err = w.Report(w.Manager, "clients_served", program)
		is(t, err, fault.ErrForbidden)
	}},
	{"ANO-06 an anonymous client counts as served, not as a different client", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2021, Month: 1, Day: 1}
		a := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		for range 2 {
			w.begin(w.Worker, a.ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		}
		r := Must(w.Report(w.Admin, "clients_served", report.Criteria{From: day, To: day}))(t)
		got := map[report.Measure]int{}
		for m, value := range r.Rows[0].Values {
			got[m] = *value
		}
		diff(t, map[report.Measure]int{report.Clients: 0, report.Anonymous: 2, report.Visits: 2}, got)
	}},
}
