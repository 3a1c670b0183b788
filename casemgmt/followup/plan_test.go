package followup_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
)

// The rules of settlement plans, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"plans": planRules,
	})
}

var planRules = storetest.Rules{
	"ANO-05 sessions and plans stay with their client": func(t *testing.T, w *storetest.World) {
		// a form names its session and client once; no command moves it, and a
		// plan that is given another client is refused
		c, d := w.Client(), w.Client()
		p := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Learn English"}}))(t)
		p.Client = d.ID
		_, err := w.FollowUp.UpdatePlan(w.Worker, *p)
		storetest.Refused(t, err, "/client", "cannot_change", "ANO-05")
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		x := w.Start(w.Worker, a.ID, "io")
		_, err = w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: a.ID, Reason: "named now"})
		if err != nil {
			t.Fatal(err)
		}
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		for _, f := range x.Participant(c.ID).Forms {
			if len(f.Answers) > 0 {
				t.Error("the named client got answers of the anonymous one")
			}
		}
	},
}
