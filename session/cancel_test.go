package session_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

var cancelRules = storetest.Rules{
	"SES-21 a session opened by mistake is cancelled with a reason, and comes back as it was in one step": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2016, Month: 2, Day: 3}
		c, d, gone := w.Client().ID, w.Client().ID, w.Client().ID
		details := w.Details()
		details.ServiceDate = day
		form := session.StartForm{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: details, Clients: []session.StartClient{
			{Client: c, Forms: []session.StartForm{form, {Kind: "io", Content: session.Content{Answers: w.Answers("io")}}}}, {Client: d, Forms: []session.StartForm{form}}, {Client: gone, Forms: []session.StartForm{form}}}}))(t)
		removed := storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: x.Participants[0].Forms[1].ID, Version: 1, Reason: "r"}))(t)
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: gone, Reason: "r"}))(t)
		before := storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		storetest.Equal(t, "complete before", before.Complete, true)
		storetest.Equal(t, "counted before", w.Total(day), 2)

		_, err := w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "SES-21")
		_, err = w.Sessions.Cancel(w.Colleague, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version - 1, Reason: "r"})
		storetest.Is(t, err, fault.ErrConflict)
		x = storetest.Must(w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: "twice opened"}))(t)
		storetest.Equal(t, "complete", x.Complete, false)
		storetest.Equal(t, "reason", x.Removal.Reason, "twice opened")
		storetest.Equal(t, "counted", w.Total(day), 0)
		storetest.Equal(t, "in the client's history", services(w.Worker, w, c), 0)
		for name, q := range map[string]session.Query{"all": {From: day, To: day}, "of a client": {Client: c}} {
			storetest.Equal(t, "in the list of "+name, len(storetest.Must(w.Sessions.Sessions(w.Worker, q, casemgmt.PageRequest{}))(t).Items), 0)
		}
		for _, i := range w.Mine(w.Worker) {
			if i.Session == x.ID {
				t.Error("a cancelled session is to be completed")
			}
		}
		f := x.Participants[0].Forms[0]
		_, err = w.Sessions.Form(w.Worker, f.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Save(f, w.Answers("nonspec"))
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: c, Kind: "refugee"})
		storetest.Refused(t, err, "", "session_cancelled", "SES-21")
		_, err = w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: "again"})
		storetest.Refused(t, err, "", "session_cancelled", "SES-21")

		x = storetest.Must(w.Sessions.Restore(w.Worker, session.Restore{ID: x.ID, Version: x.Version}))(t)
		after := storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		after.Version = before.Version
		storetest.Diff(t, before, after)
		storetest.Equal(t, "the removed form stays removed", after.Form(removed.ID).Removal != nil, true)
		storetest.Equal(t, "counted", w.Total(day), 2)
		_, err = w.Sessions.Restore(w.Worker, session.Restore{ID: x.ID, Version: x.Version})
		storetest.Refused(t, err, "/id", "not_applicable", "SES-21")
	},
	"SES-21 ACC-10 ANO-09 who does not see all of a session does not cancel it, and none comes back after a withdrawal": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{
			{Kind: "io", Content: session.Content{Program: w.Program.ID}}, {Kind: "nonspec", Content: session.Content{Private: true}}}}}}))(t)
		_, err := w.Sessions.Cancel(w.Admin, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"})
		storetest.Is(t, err, fault.ErrForbidden)
		x = storetest.Must(w.Sessions.Cancel(w.Manager, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"}))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))(t)
		_, err = w.Sessions.Restore(w.Worker, session.Restore{ID: x.ID, Version: x.Version})
		storetest.Refused(t, err, "/client", "consent_withdrawn", "ANO-09")
	},
}
