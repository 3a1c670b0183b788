package dashboard_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
)

// The rules of dashboards, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"dashboards": dashboardRules,
	})
}

var dashboardRules = storetest.Rules{
	"DSH-01 DSH-02 the worker's dashboard has the latest interactions and what is to be completed": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		for i := range 12 {
			content := session.Content{}
			if i%2 == 0 {
				content.Answers = w.Answers("nonspec")
			}
			w.Begin(ctx, w.Client().ID, storetest.Today.AddDays(-i), "nonspec", content)
		}
		d := storetest.Must(w.Dashboards.Worker(ctx))(t)
		storetest.Equal(t, "recent", len(d.Recent), 10)
		storetest.Equal(t, "newest", d.Recent[0].Date, storetest.Today)
		if d.Recent[0].Clients[0].Name == "" {
			t.Error("no client's name")
		}
		storetest.Equal(t, "to be completed", d.IncompleteTotal, 6)
		storetest.Equal(t, "listed", len(d.Incomplete), 6)
	},
	"DSH-03 DSH-06 the client's dashboard has notes and history, as far as the caller may see them": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Notes = "Likes mornings" }))(t)
		d := w.Details()
		d.Notes = "Spoke of housing"
		storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{
			{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "cc", Content: session.Content{Private: true}}}}}}))(t)
		d.Notes = "Secret"
		storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{
			{Kind: "nonspec", Content: session.Content{Private: true, Answers: w.Answers("nonspec")}}}}}}))(t)
		see := func(ctx context.Context) (notes, history int) {
			d := storetest.Must(w.Dashboards.Client(ctx, c.ID, casemgmt.PageRequest{}))(t)
			return len(d.Notes), len(d.History.Items)
		}
		for _, tt := range []struct {
			who            string
			ctx            context.Context
			notes, history int
		}{{"worker", w.Worker, 3, 3}, {"manager", w.Manager, 3, 3}, {"colleague", w.Colleague, 2, 1}, {"outsider", w.Outsider, 1, 0}, {"admin", w.Admin, 2, 1}} {
			notes, history := see(tt.ctx)
			storetest.Equal(t, tt.who+"'s notes", notes, tt.notes)
			storetest.Equal(t, tt.who+"'s history", history, tt.history)
		}
		_, err := w.Dashboards.Client(w.OtherAdmin, c.ID, casemgmt.PageRequest{})
		storetest.Is(t, err, fault.ErrNotFound)
	},
	"DSH-03 services of batches stand in the history in one order with sessions, and reversed ones do not": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		kinds, days := []string{}, []civil.Date{}
		add := func(day civil.Date, inBatch bool) {
			if inBatch {
				w.Add(w.Use(w.DropIn(true, enroll.DayShelter, "Lunch"), day), c.ID)
				kinds, days = append(kinds, "batch", "batch"), append(days, day, day)
				return
			}
			w.Begin(w.Worker, c.ID, day, "nonspec", session.Content{Answers: w.Answers("nonspec")})
			kinds, days = append(kinds, "nonspec"), append(days, day)
		}
		for i, inBatch := range []bool{true, false, false, true, true, false} {
			add(storetest.Today.AddDays(-i), inBatch)
		}
		gone := w.Use(w.DropIn(true), storetest.Today)
		w.Add(gone, c.ID)
		storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: gone.ID, Version: gone.Version, Reason: "r"}))(t)
		w.Add(w.Use(w.DropIn(false), storetest.Today), c.ID) // selected only
		see := func(ctx context.Context, limit int) (got []string, on []civil.Date) {
			p := casemgmt.PageRequest{Limit: limit}
			for {
				page := storetest.Must(w.Dashboards.Client(ctx, c.ID, p))(t).History
				for _, x := range page.Items {
					kind := x.Kind
					if x.Batch != nil {
						kind = "batch"
						storetest.Equal(t, "the day of the service", x.Batch.Date, x.Date)
					}
					got, on = append(got, kind), append(on, x.Date)
				}
				if p.After = page.Next; p.After == "" {
					return got, on
				}
			}
		}
		for limit := 1; limit < 8; limit++ {
			got, on := see(w.Worker, limit)
			storetest.Diff(t, kinds, got)
			storetest.Diff(t, days, on)
		}
		got, _ := see(w.Outsider, 50)
		storetest.Diff(t, []string(nil), got)
	},
	"ACC-10 a program's managers are told of a new one, who it is and who said so": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Admin))(t)
		managed := storetest.Must(w.Cases.CreateProgram(w.Setup, casemgmt.Program{Name: w.Program.Name}))(t)
		add := func(user string) (*casemgmt.Staff, context.Context) {
			s := storetest.Must(w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: user, Name: user, Programs: []casemgmt.Membership{{Program: managed.ID, Manager: user == "first"}},
				Defaults: casemgmt.Defaults{Site: w.Site.ID}}))(t)
			return s, w.As("metro", user)
		}
		_, first := add("first")
		storetest.Equal(t, "told of oneself", len(storetest.Must(w.Dashboards.Worker(first))(t).NewManagers), 0)
		second, theirs := add("second")
		storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: second.ID, Program: managed.ID, Member: true, Manager: true}))(t)
		told := storetest.Must(w.Dashboards.Worker(first))(t).NewManagers
		storetest.Diff(t, []dashboard.NewManager{{Staff: second.ID, Name: "second", Program: managed.ID, Since: w.Config.Now(), By: me.ID}}, told)
		storetest.Equal(t, "the new one is told of the first", storetest.Must(w.Dashboards.Worker(theirs))(t).NewManagers[0].Name, "first")
		storetest.Equal(t, "others are told nothing", len(storetest.Must(w.Dashboards.Worker(w.Worker))(t).NewManagers), 0)
		w.Clock.Add(31 * 24 * 3600)
		defer w.Clock.Add(-31 * 24 * 3600)
		storetest.Equal(t, "a month later", len(storetest.Must(w.Dashboards.Worker(first))(t).NewManagers), 0)
	},
	"ACC-02 DSH-06 lists show no names to whoever may not open profiles": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		w.Begin(ctx, w.Client().ID, storetest.Today, "nonspec", session.Content{})
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"manager"}
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer func() {
			a.Settings.ClientRoles = nil
			storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}()
		d := storetest.Must(w.Dashboards.Worker(ctx))(t)
		for _, hit := range []casemgmt.ClientHit{d.Recent[0].Clients[0], d.Incomplete[0].Clients[0].Client, w.Mine(ctx)[0].Clients[0].Client} {
			if hit.Name != "" || !hit.BirthDate.IsZero() || hit.ID.IsZero() {
				t.Errorf("the list shows %+v", hit)
			}
		}
	},
}
