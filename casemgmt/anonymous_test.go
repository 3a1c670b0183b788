package casemgmt_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
)

var anonymousRules = storetest.Rules{
	"ANO-03 an anonymous client can be served": func(t *testing.T, w *storetest.World) {
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		if x := w.Start(w.Worker, a.ID, "io"); !x.Complete {
			t.Error("the session is not complete")
		}
		storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: session.FromProfile, Client: a.ID}))(t)
	},
	"ANO-04 an anonymous client never becomes a named one": func(t *testing.T, w *storetest.World) {
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		p := w.Profile()
		_, err := w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: a.ID, Version: a.Version, Profile: &p})
		storetest.Refused(t, err, "/profile", "anonymous_stays", "ANO-04")
		_, err = w.Cases.AcceptStatement(w.Worker, casemgmt.AcceptStatement{ID: a.ID, Version: a.Version, Accepted: true})
		storetest.Refused(t, err, "/id", "anonymous_stays", "ANO-04")
	},
	"ANO-06 SRC-04 nothing finds or joins an anonymous client": func(t *testing.T, w *storetest.World) {
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: "Zebra", Gender: "male", PostalPrefix: "m4c"}}))(t)
		w.Start(w.Worker, a.ID, "io")
		for _, q := range []casemgmt.ClientQuery{{Name: "zebra"}, {Number: a.Number}} {
			found := storetest.Must(w.Cases.SearchClients(w.Worker, q, casemgmt.PageRequest{}))(t)
			storetest.Equal(t, "found", len(found.Items), 0)
		}
		_, err := w.Dashboards.Client(w.Worker, a.ID, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.Sessions.Sessions(w.Worker, session.Query{Client: a.ID}, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), From: session.FromDashboard, Client: a.ID})
		storetest.Refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
		_, err = w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: a.ID, Goals: []string{"x"}})
		storetest.Refused(t, err, "/client", "anonymous_not_tracked", "ANO-06")
	},
	"ANO-07 an anonymous client is never ready for a file": func(t *testing.T, w *storetest.World) {
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		x := w.Start(w.Worker, a.ID, "io")
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		storetest.Refused(t, checked.Issues.Err(), "/client", "anonymous_not_exported", "ANO-07")
	},
	"ANO-10 an anonymous profile holds six things and no more": func(t *testing.T, w *storetest.World) {
		all := casemgmt.Sketch{AgeBand: "25-44", Gender: "female", Language: "arabic", ImmigrationClass: "claimant", PostalPrefix: "M4C", Label: "By the door"}
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: all}))(t)
		storetest.Equal(t, "sketch", storetest.Must(w.Cases.Client(w.Worker, a.ID))(t).Sketch, all)
		for path, bad := range map[string]casemgmt.Sketch{
			"/sketch/age_band": {AgeBand: "33"}, "/sketch/gender": {Gender: "x"}, "/sketch/immigration_class": {ImmigrationClass: "x"},
		} {
			_, err := w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: bad})
			storetest.Refused(t, err, path, "unknown_value", "ANO-10")
		}
		_, err := w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{PostalPrefix: "M4C1B5"}})
		storetest.Refused(t, err, "/sketch/postal_prefix", "postal_prefix", "ANO-10")
		a = storetest.Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: a.ID, Version: a.Version, Sketch: &casemgmt.Sketch{Label: "New"}}))(t)
		storetest.Equal(t, "label", a.Sketch.Label, "New")
	},
}
