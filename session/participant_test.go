package session_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

var participantRules = storetest.Rules{
	"SES-16 a form without a client of the session is refused": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(startWith(w, func(*session.Details) {}))(t)
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Kind: "io"})
		storetest.Refused(t, err, "/client", "required", "SES-16")
		_, err = w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Kind: "io", Client: w.Client().ID})
		storetest.Refused(t, err, "/client", "not_in_session", "SES-16")
	},
	"SES-17 several clients, each once, each with their own forms": func(t *testing.T, w *storetest.World) {
		a, b := w.Client(), w.Client()
		x := w.Start(w.Worker, a.ID, "nonspec")
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: b.ID}))(t)
		x = storetest.Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: b.ID, Kind: "nonspec"}))(t)
		storetest.Equal(t, "forms of the second", len(x.Participant(b.ID).Forms), 2)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: a.ID})
		storetest.Refused(t, err, "/client", "already_in_session", "SES-17")
	},
	"SES-21 removing a client with a completed form needs a reason and can be undone": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io", "nonspec")
		_, err := w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "SES-21")
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID, Reason: "Wrong person"}))(t)
		storetest.Equal(t, "forms", len(x.Active()), 0)
		storetest.Equal(t, "complete", x.Complete, false)
		storetest.Equal(t, "services counted", services(w.Admin, w, c.ID), 0)
		x = storetest.Must(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		storetest.Equal(t, "forms", len(x.Active()), 2)
		storetest.Equal(t, "complete", x.Complete, true)
		storetest.Equal(t, "services counted", services(w.Admin, w, c.ID), 2)
		y := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: c.ID}))(t)
		storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: y.ID, Version: y.Version, Client: c.ID}))(t) // nothing completed: no reason
	},
	"ANO-09 after a withdrawal no form is added and no client restored": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io")
		y := w.Start(w.Worker, c.ID, "nonspec")
		y = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: y.ID, Version: y.Version, Client: c.ID, Reason: "r"}))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))(t)
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: c.ID, Kind: "nonspec"})
		storetest.Refused(t, err, "/client", "consent_withdrawn", "ANO-09")
		_, err = w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: y.ID, Version: y.Version, Client: c.ID})
		storetest.Refused(t, err, "/client", "consent_withdrawn", "ANO-09")
	},
	"SES-16 an issue stands at the client that was given": func(t *testing.T, w *storetest.World) {
		nobody := session.StartClient{Client: id.New[casemgmt.Client]()}
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID, Clients: []session.StartClient{nobody}})
		storetest.Refused(t, err, "/clients/0/client", "no_such_record", "CLI-02")
	},
	"SES-21 a removed client is to be restored, not added again": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		c := x.Participants[0].Client
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c, Reason: "r"}))(t)
		_, err := w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c})
		storetest.Refused(t, err, "/client", "removed_before", "SES-21")
	},
}

// services counts a client's services as reports do.
func services(ctx context.Context, w *storetest.World, c casemgmt.ClientID) int {
	w.T.Helper()
	n := 0
	history := storetest.Must(w.Dashboards.Client(ctx, c, casemgmt.PageRequest{}))(w.T).History.Items
	for _, h := range history {
		x := storetest.Must(w.Sessions.Session(ctx, h.Session))(w.T)
		if x.Complete {
			n++
		}
	}
	return n
}
