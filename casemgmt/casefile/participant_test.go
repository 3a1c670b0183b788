package casefile_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
)

var participantRules = storetest.Rules{
	"PRT-01 participants of a session can only be clients of the case": func(t *testing.T, w *storetest.World) {
		f, stranger := w.Case(w.Client().ID, w.Client().ID), w.Client()
		one, two := f.Clients[0].Client, f.Clients[1].Client
		x := w.CaseSession(f, one)
		_, err := w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: x.ID, Version: x.Version, Participants: []casefile.Attendance{
			{Client: two, Type: casefile.AsClient}, {Client: stranger.ID, Type: casefile.AsClient}}})
		kept(t, w, x, err, "/participants/1/client", "not_in_case", "PRT-01")
		_, err = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full(), Participants: []casefile.Attendance{{Client: stranger.ID, Type: casefile.AsClient}}})
		storetest.Refused(t, err, "/participants/0/client", "not_in_case", "PRT-01")
		x = storetest.Must(w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: x.ID, Version: x.Version, Participants: []casefile.Attendance{{Client: two, Type: casefile.AsSupportPerson}}}))(t)
		storetest.Equal(t, "participants", len(x.Participants), 2)
	},
	"PRT-02 PRT-03 PRT-04 a participant is client or support person, with an internal and an external referral of one or more purposes": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := f.Clients[0].Client
		all := casefile.Attendance{Client: c, Type: casefile.AsSupportPerson, InternalReferral: &casefile.Referral{Purposes: []string{"HOUSING", "MONEY"}},
			ExternalReferral: &casefile.Referral{Purposes: []string{"MONEY"}}}
		x := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full(), Participants: []casefile.Attendance{all}}))(t)
		got := storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t)
		storetest.Diff(t, all, got.Participants[0].Attendance)
		for _, wrong := range []struct {
			path, code, rule string
			change           func(a *casefile.Attendance)
		}{
			{"/type", "required", "PRT-02", func(a *casefile.Attendance) { a.Type = "" }},
			{"/type", "unknown_value", "PRT-02", func(a *casefile.Attendance) { a.Type = "guest" }},
			{"/internal_referral/purposes", "required", "PRT-04", func(a *casefile.Attendance) { a.InternalReferral = &casefile.Referral{} }},
			{"/external_referral/purposes", "required", "PRT-04", func(a *casefile.Attendance) { a.ExternalReferral = &casefile.Referral{} }},
			{"/external_referral/purposes/1", "repeated", "PRT-04", func(a *casefile.Attendance) {
				a.ExternalReferral = &casefile.Referral{Purposes: []string{"MONEY", "MONEY"}}
			}},
			{"/external_referral/purposes/0", "unknown_value", "PRT-04", func(a *casefile.Attendance) { a.ExternalReferral = &casefile.Referral{Purposes: []string{"FUN"}} }},
		} {
			a := all
			wrong.change(&a)
			_, err := w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: got.ID, Version: got.Version, Attendance: a})
			kept(t, w, got, err, wrong.path, wrong.code, wrong.rule)
		}
		got = storetest.Must(w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: got.ID, Version: got.Version, Attendance: casefile.Attendance{Client: c, Type: casefile.AsClient}}))(t)
		if p := got.Participants[0]; p.Type != casefile.AsClient || p.InternalReferral != nil || p.ExternalReferral != nil {
			t.Errorf("%+v", p)
		}
		_, err := w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: got.ID, Version: got.Version, Attendance: casefile.Attendance{Client: w.Client().ID, Type: casefile.AsClient}})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("who is not in the session: %v", err)
		}
	},
	"PRT-05 a client is in a session once; a session needs a client or somebody without a record before it can be reported": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := f.Clients[0].Client
		again := casefile.Attendance{Client: c, Type: casefile.AsClient}
		x := w.CaseSession(f, c)
		_, err := w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: x.ID, Version: x.Version, Participants: []casefile.Attendance{again}})
		kept(t, w, x, err, "/participants/0/client", "in_session_already", "PRT-05")
		_, err = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full(), Participants: []casefile.Attendance{again, again}})
		storetest.Refused(t, err, "/participants/1/client", "repeated", "PRT-05")
		if !x.Reportable() {
			t.Error("with a client")
		}
		x = storetest.Must(w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: x.ID, Version: x.Version, Attendance: casefile.Attendance{Client: c, Type: casefile.AsSupportPerson}}))(t)
		if x.Reportable() {
			t.Error("with a support person alone")
		}
		d := x.SessionDetails
		d.Unidentified = 1
		if x = storetest.Must(update(w, x, d))(t); !x.Reportable() {
			t.Error("with somebody without a record")
		}
		x = storetest.Must(w.CaseFiles.RemoveParticipant(w.Worker, casefile.RemoveParticipant{ID: x.ID, Version: x.Version, Client: c}))(t)
		storetest.Equal(t, "participants", len(x.Participants), 0)
	},
	"CCL-05 a client is in a case once, is taken out only of one without their sessions, and gets an exit reason otherwise": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		one, two := f.Clients[0].Client, f.Clients[1].Client
		_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: one})
		refused(t, w, f, err, "/client", "in_case_already", "CCL-05")
		x := w.CaseSession(f, one)
		_, err = w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: one})
		refused(t, w, f, err, "/client", "in_sessions", "CCL-05")
		f = storetest.Must(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: two}))(t)
		joined := f.Clients[0].Joining
		joined.ExitReason = "MOVED"
		f = storetest.Must(w.CaseFiles.UpdateClient(w.Worker, casefile.UpdateClient{Case: f.ID, Version: f.Version, Client: one, Joining: joined}))(t)
		storetest.Equal(t, "exit reason", f.Clients[0].ExitReason, "MOVED")
		storetest.Must(w.CaseFiles.RemoveParticipant(w.Worker, casefile.RemoveParticipant{ID: x.ID, Version: x.Version, Client: one}))(t)
		f = storetest.Must(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: one}))(t)
		storetest.Equal(t, "clients", len(f.Clients), 0)
	},
	"CCL-05 (part) a client who is taken out and added to a session at once is in both or in none": func(t *testing.T, w *storetest.World) {
		for range 5 {
			f := w.Case(w.Client().ID)
			c := f.Clients[0].Client
			var wait sync.WaitGroup
			wait.Go(func() {
				_, _ = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full(), Participants: []casefile.Attendance{{Client: c, Type: casefile.AsClient}}})
			})
			wait.Go(func() {
				_, _ = w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: c})
			})
			wait.Wait()
			in := storetest.Must(w.CaseFiles.File(w.Worker, f.ID))(t).Client(c) != nil
			page := storetest.Must(w.CaseFiles.Sessions(w.Worker, f.ID, casemgmt.PageRequest{}))(t)
			if attended := len(page.Items) == 1; attended != in {
				t.Errorf("in the case: %v, in a session: %v", in, attended)
			}
		}
	},
	"ANO-09 (part) who has withdrawn the consent is added to no session": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := storetest.Must(w.Cases.Client(w.Admin, f.Clients[0].Client))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Admin, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
		_, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full(), Participants: []casefile.Attendance{{Client: c.ID, Type: casefile.AsClient}}})
		storetest.Refused(t, err, "/participants/0/client", "consent_withdrawn", "ANO-09")
	},
}
