package session_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

var incompleteRules = storetest.Rules{
	"INC-01 INC-02 my sessions with an incomplete form are listed until they are complete, oldest first, in pages": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		var days []civil.Date
		var first *session.Session
		for i := range 8 {
			x := w.Begin(ctx, w.Client().ID, storetest.Today.AddDays(-i*3), "nonspec", session.Content{})
			first, days = x, append([]civil.Date{x.ServiceDate}, days...)
		}
		w.Begin(ctx, w.Client().ID, storetest.Today, "nonspec", session.Content{Answers: w.Answers("nonspec")})
		var got []civil.Date
		for _, i := range w.Mine(ctx) {
			got = append(got, i.Date)
		}
		storetest.Diff(t, days, got)
		f := first.Participants[0].Forms[0]
		storetest.Must(w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: w.Answers("nonspec")}}))(t)
		storetest.Equal(t, "left", len(w.Mine(ctx)), 7)
	},
	"INC-03 a line says client, date, type, which forms and which fields": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		c := w.Client()
		x := w.Begin(ctx, c.ID, storetest.Today, "nonspec", session.Content{})
		got := w.Mine(ctx)[0]
		storetest.Equal(t, "type", got.Type, session.Direct)
		storetest.Equal(t, "date", got.Date, storetest.Today)
		storetest.Equal(t, "client", got.Clients[0].Client.Name, c.Name())
		storetest.Diff(t, []session.IncompleteForm{{Form: x.Participants[0].Forms[0].ID, Kind: "nonspec",
			Missing: []session.Missing{{Path: "/answers/description", Code: "required", Rule: "CMP-05", Label: label(w, "nonspec", "description")}}}}, got.Clients[0].Forms)
	},
	"INC-04 a manager sees those of the own program's workers, without private forms, oldest first": func(t *testing.T, w *storetest.World) {
		ctx, other := w.FreshWorker(w.Program), w.FreshWorker(w.Second)
		old := civil.Date{Year: 2001, Month: 1, Day: 1}
		open := w.Begin(ctx, w.Client().ID, old.AddDays(1), "nonspec", session.Content{})
		private := w.Begin(ctx, w.Client().ID, old, "nonspec", session.Content{Private: true})
		foreign := w.Begin(other, w.Client().ID, old, "nonspec", session.Content{})
		list := w.Incomplete(w.Manager, w.Sessions.TeamIncomplete)
		storetest.Equal(t, "oldest", list[0].Session, open.ID)
		for i, x := range list {
			if x.Session == private.ID || x.Session == foreign.ID {
				t.Error("a private or another program's session is there")
			}
			if i > 0 && x.Date.Before(list[i-1].Date) {
				t.Error("not in order")
			}
		}
		_, err := w.Sessions.TeamIncomplete(w.Worker, casemgmt.PageRequest{})
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"INC-05 CMP-07 a session without forms is listed": func(t *testing.T, w *storetest.World) {
		ctx := w.FreshWorker(w.Program)
		x := storetest.Must(w.Sessions.Start(ctx, session.Start{Details: w.Details()}))(t)
		list := w.Mine(ctx)
		storetest.Equal(t, "session", list[0].Session, x.ID)
		storetest.Equal(t, "clients", len(list[0].Clients), 0)
	},
}

// label is the label of a field.
func label(w *storetest.World, kind, field string) i18n.Text {
	def, _ := w.Config.Forms.Latest(kind)
	return def.Label(field)
}
