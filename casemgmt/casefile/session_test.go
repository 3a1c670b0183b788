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
	"ACC-14 (part) a program that acts for an agency may do what its staff may": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		ctx := access.With(t.Context(), access.System("import", "metro"))
		if _, err := w.CaseFiles.AddSession(ctx, casefile.AddSession{Case: f.ID, SessionDetails: full()}); err != nil {
			t.Error(err)
		}
	},
}
