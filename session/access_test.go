package session_test

import (
	"context"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// accessRules are on who sees and changes what of sessions, and on the events of it.
var accessRules = storetest.Rules{
	"ACC-01 ACC-14 nothing works without an actor, or with one of no agency": func(t *testing.T, w *storetest.World) {
		for _, ctx := range []context.Context{context.Background(), w.As("nowhere", "worker"), w.As("metro", "nobody"), access.With(context.Background(), access.Actor{User: "worker"})} {
			_, err := w.Cases.SearchClients(ctx, casemgmt.ClientQuery{Name: "a"}, casemgmt.PageRequest{})
			storetest.Is(t, err, fault.ErrUnauthenticated)
			_, err = w.Sessions.Start(ctx, session.Start{Details: w.Details()})
			storetest.Is(t, err, fault.ErrUnauthenticated)
			_, err = w.Report(ctx, "clients_served", report.Criteria{From: storetest.Today, To: storetest.Today})
			storetest.Is(t, err, fault.ErrUnauthenticated)
		}
	},
	"ACC-03 ACC-04 ACC-07 ACC-10 who sees whose form": func(t *testing.T, w *storetest.World) {
		open := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{})
		private := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{Private: true})
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
				for _, s := range storetest.Must(w.Sessions.Sessions(tt.ctx, session.Query{Client: x.Participants[0].Client}, page))(t).Items {
					found = found || s.ID == x.ID
				}
				if found != want {
					t.Errorf("%s lists the session: %v, want %v", tt.who, found, want)
				}
			}
		}
	},
	"ACC-07 who changes what": func(t *testing.T, w *storetest.World) {
		x := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{})
		f := x.Participants[0].Forms[0]
		save := func(ctx context.Context) error {
			now := storetest.Must(w.Sessions.Form(w.Worker, f.ID))(t)
			_, err := w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: now.Version, Content: now.Content})
			return err
		}
		for _, ctx := range []context.Context{w.Worker, w.Manager} {
			if err := save(ctx); err != nil {
				t.Error(err)
			}
		}
		for _, ctx := range []context.Context{w.Colleague, w.Outsider, w.Admin, w.SeeAll} {
			storetest.Is(t, save(ctx), fault.ErrForbidden)
		}
		for _, ctx := range []context.Context{w.Worker, w.Manager, w.SeeAll} {
			_, err := w.Cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("X", "X")})
			storetest.Is(t, err, fault.ErrForbidden)
		}
		staff := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Second)))(t)
		set := casemgmt.SetMembership{Staff: staff.ID, Program: w.Program.ID, Member: true}
		_, err := w.Cases.SetMembership(w.OutsiderManager, set)
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Equal(t, "programs", len(storetest.Must(w.Cases.SetMembership(w.Manager, set))(t).Programs), 2)
		set.Manager = true
		_, err = w.Cases.SetMembership(w.Manager, set) // only an administrator makes managers
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"ACC-12 other forms of a session are not shown, not even their kind, and its state tells nothing of them": func(t *testing.T, w *storetest.World) {
		a, b := w.Client(), w.Client()
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{
			{Client: a.ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "cc", Content: session.Content{Private: true}}}},
			{Client: b.ID, Forms: []session.StartForm{{Kind: "io", Content: session.Content{Private: true}}}}}}))(t)
		storetest.Equal(t, "complete for the worker", x.Complete, false)
		got := storetest.Must(w.Sessions.Session(w.Colleague, x.ID))(t)
		storetest.Equal(t, "lines", len(got.Participants), 1)
		storetest.Equal(t, "forms", len(got.Participants[0].Forms), 1)
		storetest.Equal(t, "complete for a colleague", got.Complete, true)
		empty := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details()}))(t)
		storetest.Must(w.Sessions.Session(w.Colleague, empty.ID))(t) // no form: it is enough to share the worker's program
		_, err := w.Sessions.Session(w.Outsider, empty.ID)
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"ACC-14 every change leaves one event; forms' events carry no values, and only administrators read them": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		after := w.Tail()
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Preferred = "Nick" }))(t)
		x := w.Begin(w.Worker, c.ID, storetest.Today, "nonspec", session.Content{})
		storetest.Must(w.Save(x.Participants[0].Forms[0], w.Answers("nonspec")))(t)
		page := storetest.Must(w.Cases.Feed(w.Admin, after, 200))(t)
		var types []string
		for _, e := range page.Events {
			types = append(types, string(e.Type))
			for _, change := range e.Changes {
				if e.Type == "form.completed" && (change.From != nil || change.To != nil) {
					t.Error("the event of a form has values")
				}
			}
		}
		storetest.Diff(t, []string{"client.changed", "session.started", "form.completed"}, types)
		storetest.Equal(t, "what was changed", string(page.Events[0].Changes[0].Path), "/profile/preferred")
		storetest.Equal(t, "actor", page.Events[0].Actor, "worker")
		for _, ctx := range []context.Context{w.Worker, w.Manager, w.SeeAll} {
			_, err := w.Cases.Feed(ctx, "", 1)
			storetest.Is(t, err, fault.ErrForbidden)
		}
	},
	"ACC-12 a listed session is as whole as one that is read alone, but for its documents": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		page := storetest.Must(w.Sessions.Sessions(w.Worker, session.Query{Client: x.Participants[0].Client}, casemgmt.PageRequest{}))(t)
		storetest.Diff(t, storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t), page.Items[0])
	},
	"ACC-10 the event feed gives away neither notes nor clients of private sessions": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{Private: true})
		after := w.Tail()
		d := x.Details
		d.Notes = "hidden words"
		x = storetest.Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		storetest.Must(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		page := storetest.Must(w.Cases.Feed(w.Admin, after, 200))(t)
		storetest.Equal(t, "events", len(page.Events), 4)
		for _, e := range page.Events {
			for _, change := range e.Changes {
				if change.From != nil || change.To != nil || strings.Contains(change.Path, c.ID.String()) {
					t.Errorf("%s carries %+v", e.Type, change)
				}
			}
		}
	},
	"ACC-12 a manager is not told which hidden client is in a session": func(t *testing.T, w *storetest.World) {
		hidden, stranger := w.Client(), w.Client()
		worker := w.FreshWorker(w.Program)
		me := storetest.Must(w.Cases.Caller(worker))(t)
		storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Second.ID, Member: true}))(t)
		x := storetest.Must(w.Sessions.Start(worker, session.Start{Details: w.Details(), Clients: []session.StartClient{
			{Client: w.Client().ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Program: w.Program.ID}}}},
			{Client: hidden.ID, Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Program: w.Second.ID}}}}}}))(t)
		for _, c := range []casemgmt.ClientID{hidden.ID, stranger.ID} {
			_, err := w.Sessions.RemoveClient(w.Manager, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c})
			storetest.Is(t, err, fault.ErrNotFound)
			_, err = w.Sessions.AddClient(w.Manager, session.AddClient{Session: x.ID, Version: x.Version, Client: c})
			storetest.Is(t, err, fault.ErrForbidden)
		}
	},
	"ACC-12 removing a private form opens nothing": func(t *testing.T, w *storetest.World) {
		x := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{Private: true})
		f := x.Participants[0].Forms[0]
		storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version}))(t)
		_, err := w.Sessions.Session(w.Colleague, x.ID)
		storetest.Is(t, err, fault.ErrForbidden)
		for _, s := range storetest.Must(w.Sessions.Sessions(w.Colleague, session.Query{}, casemgmt.PageRequest{Limit: 200}))(t).Items {
			if s.ID == x.ID {
				t.Error("the session is listed")
			}
		}
	},
}
