package casefile_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// kept: a session is what it was, after a change of it was refused.
func kept(t *testing.T, w *storetest.World, x *casefile.Session, err error, path, code, rule string) {
	t.Helper()
	storetest.Refused(t, err, path, code, rule)
	if now := storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t); now.Version != x.Version {
		t.Errorf("version %d after a refusal, it was %d", now.Version, x.Version)
	}
}

// pointer to a value, for what may be left unsaid.
func pointer[T any](v T) *T { return &v }

// full are details in which everything is said.
func full() casefile.SessionDetails {
	return casefile.SessionDetails{SessionID: "Week 1", Date: storetest.Today.AddDays(-1), Time: "14:30", Minutes: pointer(90), Unidentified: 3, InterpreterPresent: pointer(true),
		ServiceType: "1", ServiceSetting: "HOME", Topic: "HOUSING", HardshipType: "DROUGHT", ReferralDestination: "LEGAL", WorkshopCode: "WRK01", Fees: pointer(1250),
		Cost: pointer(8000), Quantity: pointer(2)}
}

// update changes the details of a session as the worker.
func update(w *storetest.World, x *casefile.Session, d casefile.SessionDetails) (*casefile.Session, error) {
	return w.CaseFiles.UpdateSession(w.Worker, casefile.UpdateSession{ID: x.ID, Version: x.Version, SessionDetails: d})
}

var sessionRules = storetest.Rules{
	"CAS-01 a case file is there before clients or sessions are added to it": func(t *testing.T, w *storetest.World) {
		nowhere := casemgmt.NewHead[casefile.File]().ID
		_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: nowhere, Version: 1, Client: w.Client().ID})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a client of a case that is not there: %v", err)
		}
		_, err = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: nowhere, SessionDetails: full()})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a session of a case that is not there: %v", err)
		}
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f, f.Clients[0].Client)
		if x.Case != f.ID || len(f.Clients) != 1 {
			t.Errorf("%+v", x)
		}
	},
	"CSE-01 CSE-04 CSE-05 DEX-01 DEX-02 (part) a session has its ID, day and time, duration, people without a record, and the details of the funder, which can be edited": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		x := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full()}))(t)
		got := storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t)
		storetest.Diff(t, full(), got.SessionDetails)
		other := casefile.SessionDetails{SessionID: "Week 2", Date: storetest.Today, Time: "09:00", Minutes: pointer(0), Unidentified: 999, InterpreterPresent: pointer(false), Fees: pointer(0)}
		got = storetest.Must(update(w, got, other))(t)
		storetest.Diff(t, other, storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t).SessionDetails)
		for _, wrong := range []struct {
			path, code, rule string
			change           func(d *casefile.SessionDetails)
		}{
			{"/session_id", "too_long", "CSE-02", func(d *casefile.SessionDetails) { d.SessionID = strings.Repeat("7", 51) }},
			{"/date", "required", "CSE-01", func(d *casefile.SessionDetails) { d.Date = civil.Date{} }},
			{"/date", "in_future", "CSE-01", func(d *casefile.SessionDetails) { d.Date = storetest.Today.AddDays(1) }},
			{"/time", "not_a_time", "CSE-01", func(d *casefile.SessionDetails) { d.Time = "2 pm" }},
			{"/minutes", "out_of_range", "CSE-01", func(d *casefile.SessionDetails) { d.Minutes = pointer(1441) }},
			{"/unidentified", "out_of_range", "CSE-05", func(d *casefile.SessionDetails) { d.Unidentified = 1000 }},
			{"/unidentified", "out_of_range", "CSE-05", func(d *casefile.SessionDetails) { d.Unidentified = -1 }},
			{"/service_type", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.ServiceType = "99" }},
			{"/service_type", "not_of_activity", "DEX-12", func(d *casefile.SessionDetails) { d.ServiceType = "2" }},
			{"/service_setting", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.ServiceSetting = "MOON" }},
			{"/topic", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.Topic = "WEATHER" }},
			{"/hardship_type", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.HardshipType = "RAIN" }},
			{"/referral_destination", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.ReferralDestination = "PUB" }},
			{"/workshop_code", "unknown_value", "DEX-12", func(d *casefile.SessionDetails) { d.WorkshopCode = "WRK99" }},
			{"/fees", "out_of_range", "DEX-08", func(d *casefile.SessionDetails) { d.Fees = pointer(-1) }},
			{"/cost", "out_of_range", "DEX-08", func(d *casefile.SessionDetails) { d.Cost = pointer(-1) }},
			{"/quantity", "out_of_range", "DEX-08", func(d *casefile.SessionDetails) { d.Quantity = pointer(-1) }},
		} {
			d := other
			wrong.change(&d)
			_, err := update(w, got, d)
			kept(t, w, got, err, wrong.path, wrong.code, wrong.rule)
			_, err = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: d})
			storetest.Refused(t, err, wrong.path, wrong.code, wrong.rule)
		}
		d := f.Details
		d.Status = casefile.Closed
		storetest.Must(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: f.ID, Version: f.Version, Details: d}))(t)
		_, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today}})
		storetest.Refused(t, err, "/case", "closed", "CAS-03")
		if _, err := update(w, got, full()); err != nil {
			t.Errorf("a correction in a closed case: %v", err)
		}
	},
	"CSE-02 a session ID is unique in its case, and holds nothing of a person": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Family = "Ludmilla", "Ferreira"
		c := storetest.Must(w.Register(p))(t)
		f, other := w.Case(c.ID), w.Case()
		x := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full()}))(t)
		_, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full()})
		storetest.Refused(t, err, "/session_id", "record_id_taken", "CSE-02")
		if _, err := w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: other.ID, SessionDetails: full()}); err != nil {
			t.Errorf("in another case: %v", err)
		}
		second := w.CaseSession(f)
		_, err = update(w, second, full())
		kept(t, w, second, err, "/session_id", "record_id_taken", "CSE-02")
		for _, told := range []string{"Ludmilla 1", "visit-FERREIRA", p.BirthDate.String()} {
			d := full()
			d.SessionID = told
			_, err = update(w, x, d)
			kept(t, w, x, err, "/session_id", "tells_of_person", "CSE-02")
		}
		alone := w.Case()
		named := full()
		named.SessionID = "Ludmilla 1"
		y := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: alone.ID, SessionDetails: named}))(t)
		storetest.Must(w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: alone.ID, Version: alone.Version, Client: c.ID}))(t)
		_, err = w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: y.ID, Version: y.Version, Participants: []casefile.Attendance{{Client: c.ID, Type: casefile.AsClient}}})
		kept(t, w, y, err, "/participants/0/client", "tells_of_person", "CSE-02")
	},
	"CSE-02 (part) of two at once with one session ID one is taken": func(t *testing.T, w *storetest.World) {
		f := w.Case()
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: full()})
			})
		}
		wait.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else {
				storetest.Refused(t, err, "/session_id", "record_id_taken", "CSE-02")
			}
		}
		storetest.Equal(t, "sessions", taken, 1)
	},
	"CSE-03 a session ID that is left blank is made": func(t *testing.T, w *storetest.World) {
		f := w.Case()
		seen := map[string]bool{}
		for range 20 {
			x := w.CaseSession(f)
			if len(x.SessionID) != 14 || seen[x.SessionID] || strings.ContainsAny(x.SessionID, "AEIOU") {
				t.Errorf("made %q", x.SessionID)
			}
			seen[x.SessionID] = true
		}
		x := w.CaseSession(f)
		d := x.SessionDetails
		d.SessionID = ""
		storetest.Equal(t, "an ID left empty", storetest.Must(update(w, x, d))(t).SessionID, x.SessionID)
	},
	"CSE-01 (part) a session that was entered by mistake is taken back and restored": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := f.Clients[0].Client
		x := w.CaseSession(f, c)
		_, err := w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version})
		kept(t, w, x, err, "/reason", "required", "CSE-01")
		_, err = w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: x.ID, Version: x.Version})
		kept(t, w, x, err, "/id", "not_removed", "CSE-01")
		gone := storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version, Reason: "another case"}))(t)
		storetest.Equal(t, "reason", gone.Removal.Reason, "another case")
		_, err = update(w, gone, gone.SessionDetails)
		kept(t, w, gone, err, "/id", "session_removed", "CSE-01")
		f = storetest.Must(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: c}))(t)
		_, err = w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: gone.ID, Version: gone.Version})
		kept(t, w, gone, err, "/id", "not_in_case", "PRT-01")
		storetest.Must(w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c}))(t)
		back := storetest.Must(w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: gone.ID, Version: gone.Version}))(t)
		if back.Removal != nil || len(back.Participants) != 1 {
			t.Errorf("%+v", back)
		}
		_, err = w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version, Reason: "late"})
		if !errors.Is(err, fault.ErrConflict) {
			t.Errorf("with an old version: %v", err)
		}
	},
	"DEX-12 (part) a code that ran out is refused for later sessions and kept in earlier ones": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		d := casefile.SessionDetails{Date: storetest.Today.AddDays(-3), Topic: "ABUSE"}
		x := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: d}))(t)
		storetest.Must(w.CaseFiles.LoadReference(w.Admin, casefile.LoadReference{List: casefile.Topics, From: storetest.Today.AddDays(-1), Codes: []casefile.ListedCode{{Code: "HOUSING", Label: "Housing"}}}))(t)
		d.SessionID, d.Minutes = x.SessionID, pointer(20)
		x = storetest.Must(update(w, x, d))(t)
		d.Date = storetest.Today.AddDays(-2)
		x = storetest.Must(update(w, x, d))(t)
		d.Date = storetest.Today
		_, err := update(w, x, d)
		kept(t, w, x, err, "/topic", "not_in_use", "DEX-12")
	},
	"ACC-03 ACC-01 (part) sessions are their program's, and no other agency's": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f, f.Clients[0].Client)
		if _, err := w.CaseFiles.Session(w.Outsider, x.ID); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program reads it: %v", err)
		}
		if _, err := w.CaseFiles.Sessions(w.Outsider, f.ID, casemgmt.PageRequest{}); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program lists them: %v", err)
		}
		if _, err := w.CaseFiles.AddSession(w.Outsider, casefile.AddSession{Case: f.ID, SessionDetails: full()}); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program adds one: %v", err)
		}
		if _, err := w.CaseFiles.Session(w.OtherAdmin, x.ID); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("another agency reads it: %v", err)
		}
		if _, err := w.CaseFiles.Session(w.Colleague, x.ID); err != nil {
			t.Errorf("a colleague: %v", err)
		}
	},
	"ACC-04 ACC-10 (part) a private note is read by who wrote it and by managers of the program": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		x := w.CaseSession(f)
		x = storetest.Must(w.CaseFiles.WriteNote(w.Worker, casefile.WriteNote{ID: x.ID, Version: x.Version, Text: "Spoke of the past.", Private: true}))(t)
		storetest.Equal(t, "the writer's", x.Note.Text, "Spoke of the past.")
		for name, one := range map[string]struct {
			ctx  func() *casefile.Session
			text string
		}{
			"colleague": {func() *casefile.Session { return storetest.Must(w.CaseFiles.Session(w.Colleague, x.ID))(t) }, ""},
			"admin":     {func() *casefile.Session { return storetest.Must(w.CaseFiles.Session(w.Admin, x.ID))(t) }, ""},
			"in a list": {func() *casefile.Session {
				return &storetest.Must(w.CaseFiles.Sessions(w.Colleague, f.ID, casemgmt.PageRequest{}))(t).Items[0]
			}, ""},
			"after a change": {func() *casefile.Session {
				y := storetest.Must(w.CaseFiles.UpdateSession(w.Colleague, casefile.UpdateSession{ID: x.ID, Version: x.Version, SessionDetails: x.SessionDetails}))(t)
				x.Version = y.Version
				return y
			}, ""},
			"manager": {func() *casefile.Session { return storetest.Must(w.CaseFiles.Session(w.Manager, x.ID))(t) }, "Spoke of the past."},
		} {
			got := one.ctx()
			if got.Note == nil || got.Note.Text != one.text || got.Note.Withheld != (one.text == "") {
				t.Errorf("%s: %+v", name, got.Note)
			}
		}
		_, err := w.CaseFiles.WriteNote(w.Colleague, casefile.WriteNote{ID: x.ID, Version: x.Version, Text: "Over it."})
		if !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("a colleague writes over it: %v", err)
		}
		x = storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t)
		storetest.Equal(t, "after all", x.Note.Text, "Spoke of the past.")
		x = storetest.Must(w.CaseFiles.WriteNote(w.Manager, casefile.WriteNote{ID: x.ID, Version: x.Version, Text: "Shared.", Private: false}))(t)
		storetest.Equal(t, "open", storetest.Must(w.CaseFiles.Session(w.Colleague, x.ID))(t).Note.Text, "Shared.")
		x = storetest.Must(w.CaseFiles.WriteNote(w.Worker, casefile.WriteNote{ID: x.ID, Version: x.Version}))(t)
		if x.Note != nil {
			t.Errorf("taken away: %+v", x.Note)
		}
	},
	"CSE-01 (part) the list has the latest day first, page by page": func(t *testing.T, w *storetest.World) {
		f := w.Case()
		for _, back := range []int{3, 1, 2, 1} {
			w.CaseSessionOn(f, storetest.Today.AddDays(-back))
		}
		var days []string
		for p := (casemgmt.PageRequest{Limit: 3}); ; {
			page := storetest.Must(w.CaseFiles.Sessions(w.Worker, f.ID, p))(t)
			for _, x := range page.Items {
				days = append(days, fmt.Sprint(storetest.Today.DaysSince(x.Date)))
			}
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		storetest.Equal(t, "days back", strings.Join(days, " "), "1 1 2 3")
	},
}

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

// assessed adds an assessment as the worker; without a client it is the community's.
func assessed(w *storetest.World, x *casefile.Session, c casemgmt.ClientID, a score.Assessment) (*casefile.Session, error) {
	return w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: a})
}

var nobody casemgmt.ClientID

var scoreRules = storetest.Rules{
	"SCO-01 SCO-07 a community score needs more than one client of the case who is not there as support alone; a setting lets others count": func(t *testing.T, w *storetest.World) {
		community := storetest.Assessed(score.Community, score.Pre, 2)
		alone := w.Case(w.Client().ID)
		x := w.CaseSession(alone, alone.Clients[0].Client)
		d := x.SessionDetails
		d.Unidentified = 5
		x = storetest.Must(update(w, x, d))(t)
		_, err := assessed(w, x, nobody, community)
		kept(t, w, x, err, "/assessment/type", "community_of_one", "SCO-01")

		pair := w.Case(w.Client().ID, w.Client().ID)
		y := w.CaseSession(pair, pair.Clients[0].Client)
		y = storetest.Must(w.CaseFiles.AddParticipants(w.Worker, casefile.AddParticipants{ID: y.ID, Version: y.Version, Participants: []casefile.Attendance{{Client: pair.Clients[1].Client, Type: casefile.AsSupportPerson}}}))(t)
		_, err = assessed(w, y, nobody, community)
		kept(t, w, y, err, "/assessment/type", "community_of_one", "SCO-01")
		y = storetest.Must(w.CaseFiles.UpdateParticipant(w.Worker, casefile.UpdateParticipant{ID: y.ID, Version: y.Version, Attendance: casefile.Attendance{Client: pair.Clients[1].Client, Type: casefile.AsClient}}))(t)
		y = storetest.Must(assessed(w, y, nobody, community))(t)
		storetest.Equal(t, "community scores", len(y.Community), 1)

		set := func(count bool) {
			a := *storetest.Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.CommunityOfUnidentified = count
			storetest.Must(w.Cases.UpdateAgency(w.Admin, a))(t)
		}
		set(true)
		defer set(false)
		storetest.Must(assessed(w, x, nobody, community))(t)
	},
	"SCO-02 a community score is of a session, all others of a client in it": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		c := f.Clients[0].Client
		x := w.CaseSession(f, c)
		for _, kind := range []score.Type{score.Circumstances, score.Goals, score.Satisfaction} {
			_, err := assessed(w, x, nobody, storetest.Assessed(kind, score.Post, 3))
			kept(t, w, x, err, "/client", "required", "SCO-02")
			_, err = assessed(w, x, f.Clients[1].Client, storetest.Assessed(kind, score.Post, 3))
			kept(t, w, x, err, "/client", "not_in_session", "SCO-02")
			x = storetest.Must(assessed(w, x, c, storetest.Assessed(kind, score.Pre, 3)))(t)
		}
		_, err := assessed(w, x, c, storetest.Assessed(score.Community, score.Pre, 3))
		kept(t, w, x, err, "/client", "not_applicable", "SCO-02")
		x = storetest.Must(assessed(w, x, nobody, storetest.Assessed(score.Community, score.Pre, 3)))(t)
		got := storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t)
		storetest.Equal(t, "of the client", len(got.Participants[0].Assessments), 3)
		storetest.Equal(t, "of the session", len(got.Community), 1)
		_, err = w.CaseFiles.RemoveParticipant(w.Worker, casefile.RemoveParticipant{ID: got.ID, Version: got.Version, Client: c})
		kept(t, w, got, err, "/client", "has_assessments", "SCO-02")
	},
	"SCO-03 one pre and one post at most, of a session's community and of each type of a client in a session": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		one, two := f.Clients[0].Client, f.Clients[1].Client
		x := w.CaseSession(f, one, two)
		for _, kind := range score.Type("").Values() {
			for _, c := range []casemgmt.ClientID{one, two} {
				if kind == score.Community {
					c = nobody
				}
				for _, phase := range score.Phase("").Values() {
					if kind == score.Community && len(x.Community) == 2 {
						continue
					}
					x = storetest.Must(assessed(w, x, c, storetest.Assessed(kind, phase, 3)))(t)
					_, err := assessed(w, x, c, storetest.Assessed(kind, phase, 4))
					kept(t, w, x, err, "/assessment/phase", "assessed_already", "SCO-03")
				}
			}
		}
		if len(x.Community) != 2 || len(x.Participants[0].Assessments) != 6 || len(x.Participants[1].Assessments) != 6 {
			t.Errorf("%+v", x)
		}
		_, err := assessed(w, x, one, storetest.Assessed(score.Goals, "mid", 3))
		kept(t, w, x, err, "/assessment/phase", "unknown_value", "SCO-03")
	},
	"SCO-04 SCO-05 values are 1 to 5; client, practitioner, joint or support person assess, themselves or by a tool, with a note or without": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		c := f.Clients[0].Client
		x := w.CaseSession(f, c)
		for _, value := range []int{0, 6, -1} {
			_, err := assessed(w, x, c, score.Assessment{Type: score.Goals, Phase: score.Pre, AssessedBy: score.Client, Scores: []score.Score{{Domain: "SKILLS", Value: value}}})
			kept(t, w, x, err, "/assessment/scores/0/value", "out_of_range", "SCO-04")
		}
		a := storetest.Assessed(score.Goals, score.Pre, 1)
		_, err := assessed(w, x, c, score.Assessment{Type: score.Goals, Phase: score.Pre, AssessedBy: "neighbour", Scores: a.Scores})
		kept(t, w, x, err, "/assessment/assessed_by", "unknown_value", "SCO-05")
		x = storetest.Must(assessed(w, x, c, a))(t)
		for value := 1; value <= 5; value++ {
			for _, by := range score.Assessor("").Values() {
				a = storetest.Assessed(score.Goals, score.Pre, value)
				a.AssessedBy, a.Note = by, map[bool]string{true: "By the second visit."}[value == 3]
				x = storetest.Must(w.CaseFiles.CorrectAssessment(w.Worker, casefile.CorrectAssessment{Assess: casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: a}}))(t)
				storetest.Diff(t, []score.Assessment{a}, storetest.Must(w.CaseFiles.Session(w.Worker, x.ID))(t).Participants[0].Assessments)
			}
		}
		x = storetest.Must(w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: x.ID, Version: x.Version, Client: c, Type: score.Goals, Phase: score.Pre}))(t)
		storetest.Equal(t, "assessments", len(x.Participants[0].Assessments), 0)
		_, err = w.CaseFiles.RemoveAssessment(w.Worker, casefile.RemoveAssessment{ID: x.ID, Version: x.Version, Client: c, Type: score.Goals, Phase: score.Pre})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	},
	"SCO-06 by domain whether it rose, stayed or fell, of a client, a case, a program and the agency": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		one, two := f.Clients[0].Client, f.Clients[1].Client
		first, last := w.CaseSessionOn(f, storetest.Today.AddDays(-20), one, two), w.CaseSessionOn(f, storetest.Today.AddDays(-2), one, two)
		scored := func(pre, post map[string]int, c casemgmt.ClientID) {
			for phase, values := range map[score.Phase]map[string]int{score.Pre: pre, score.Post: post} {
				a := score.Assessment{Type: score.Circumstances, Phase: phase, AssessedBy: score.Joint}
				for _, domain := range score.Circumstances.Domains() {
					if v := values[domain]; v > 0 {
						a.Scores = append(a.Scores, score.Score{Domain: domain, Value: v})
					}
				}
				if phase == score.Pre {
					first = storetest.Must(assessed(w, first, c, a))(t)
				} else {
					last = storetest.Must(assessed(w, last, c, a))(t)
				}
			}
		}
		before := storetest.Must(w.CaseFiles.Progress(w.Admin, casefile.Scored{}))(t)
		scored(map[string]int{"HOUSING": 1, "MONEY": 3, "FAMILY": 4}, map[string]int{"HOUSING": 4, "MONEY": 3, "FAMILY": 2}, one)
		scored(map[string]int{"HOUSING": 2, "AGE": 3}, map[string]int{"HOUSING": 3, "MENTAL": 3}, two)
		told := func(p *casefile.Progress) (out []string) {
			for _, x := range p.Tallies {
				out = append(out, fmt.Sprintf("%s %d/%d/%d %v %v", x.Domain, x.Rose, x.Stayed, x.Fell, x.Pre, x.Post))
			}
			return out
		}
		ofOne := []string{"FAMILY 0/0/1 [0 0 0 1 0] [0 1 0 0 0]", "MONEY 0/1/0 [0 0 1 0 0] [0 0 1 0 0]", "HOUSING 1/0/0 [1 0 0 0 0] [0 0 0 1 0]"}
		got := storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Client: one}))(t)
		storetest.Diff(t, ofOne, told(got))
		storetest.Equal(t, "moves", len(got.Moves), 3)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID}))(t)
		ofBoth := []string{ofOne[0], ofOne[1], "HOUSING 2/0/0 [1 1 0 0 0] [0 0 1 1 0]"}
		storetest.Diff(t, ofBoth, told(got))
		if m := got.Moves[0]; m.Case != f.ID || m.Client != one || m.Domain != "FAMILY" || m.Move != score.Fell || m.Pre != 4 || m.Post != 2 || m.On != last.Date {
			t.Errorf("%+v", m)
		}
		for name, q := range map[string]casefile.Scored{"program": {Program: w.Program.ID}, "agency": {}} {
			got = storetest.Must(w.CaseFiles.Progress(w.Admin, q))(t)
			risen := func(p *casefile.Progress) int {
				for _, x := range p.Tallies {
					if x.Domain == "HOUSING" {
						return x.Rose
					}
				}
				return 0
			}
			if got.Moves != nil || risen(got) != risen(before)+2 {
				t.Errorf("%s: %d rose, %d before; %v", name, risen(got), risen(before), got.Moves)
			}
		}
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID, From: storetest.Today.AddDays(-1)}))(t)
		storetest.Equal(t, "tallies of later days", len(got.Tallies), 0)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID, From: last.Date, To: last.Date}))(t)
		storetest.Diff(t, ofBoth, told(got))
		_, err := w.CaseFiles.Progress(w.Worker, casefile.Scored{From: storetest.Today, To: storetest.Today.AddDays(-1)})
		storetest.Refused(t, err, "/to", "ends_before_start", "SCO-06")
		got = storetest.Must(w.CaseFiles.Progress(w.Outsider, casefile.Scored{Client: one}))(t)
		storetest.Equal(t, "tallies that somebody of another program sees", len(got.Tallies), 0)
		if _, err := w.CaseFiles.Progress(w.Outsider, casefile.Scored{Case: f.ID}); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program: %v", err)
		}
		storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: last.ID, Version: last.Version, Reason: "never happened"}))(t)
		got = storetest.Must(w.CaseFiles.Progress(w.Worker, casefile.Scored{Case: f.ID}))(t)
		storetest.Equal(t, "tallies without the session", len(got.Tallies), 0)
	},
	"SCO-08 a post is not dated before the pre; a post without a pre is allowed with a warning": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID, w.Client().ID)
		c := f.Clients[0].Client
		day := func(back int) civil.Date { return storetest.Today.AddDays(-back) }
		early, late := w.CaseSessionOn(f, day(20), c), w.CaseSessionOn(f, day(5), c)
		late = storetest.Must(assessed(w, late, c, storetest.Assessed(score.Goals, score.Pre, 2)))(t)
		_, err := assessed(w, early, c, storetest.Assessed(score.Goals, score.Post, 3))
		kept(t, w, early, err, "/assessment/phase", "post_before_pre", "SCO-08")
		early = storetest.Must(assessed(w, early, c, storetest.Assessed(score.Circumstances, score.Post, 3)))(t)
		storetest.Warned(t, early.Warnings, "post_without_pre", "SCO-08")
		_, err = assessed(w, late, c, storetest.Assessed(score.Circumstances, score.Pre, 2))
		kept(t, w, late, err, "/assessment/phase", "post_before_pre", "SCO-08")
		late = storetest.Must(assessed(w, late, c, storetest.Assessed(score.Goals, score.Post, 4)))(t)
		storetest.Equal(t, "warnings", len(late.Warnings), 0)
		third := w.CaseSessionOn(f, day(3), c)
		third = storetest.Must(assessed(w, third, c, storetest.Assessed(score.Goals, score.Post, 5)))(t)
		d := third.SessionDetails
		d.Date = day(6)
		_, err = update(w, third, d)
		kept(t, w, third, err, "/date", "post_before_pre", "SCO-08")
		d.Date = day(5)
		storetest.Must(update(w, third, d))(t)
		_, err = assessed(w, early, nobody, storetest.Assessed(score.Community, score.Post, 3))
		if err != nil {
			t.Errorf("a community post without a pre: %v", err)
		}
		// what was taken back does not count, and does not come back in the wrong order
		gone := storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: late.ID, Version: late.Version, Reason: "another case"}))(t)
		fourth := w.CaseSessionOn(f, day(19), c)
		fourth = storetest.Must(assessed(w, fourth, c, storetest.Assessed(score.Goals, score.Post, 3)))(t)
		storetest.Warned(t, fourth.Warnings, "post_without_pre", "SCO-08")
		_, err = w.CaseFiles.RestoreSession(w.Worker, casefile.RestoreSession{ID: gone.ID, Version: gone.Version})
		kept(t, w, gone, err, "/id", "post_before_pre", "SCO-08")
	},
	"ACC-14 (part) a program that acts for an agency may do what its staff may": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		ctx := access.With(t.Context(), access.System("import", "metro"))
		if _, err := w.CaseFiles.AddSession(ctx, casefile.AddSession{Case: f.ID, SessionDetails: full()}); err != nil {
			t.Error(err)
		}
	},
}
