package enroll_test

import (
	"context"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

var barRules = storetest.Rules{
	"BAR-01 BAR-02 a barred client is not added; incident notes are for supervisors": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		w.Bar(c.ID, storetest.Today.AddDays(-1), civil.Date{})
		storetest.Must(w.Enrolling.BarClient(w.Outsider, enroll.BarClient{Client: d.ID, Facility: w.Site.ID, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true}))(t)
		r := w.Use(w.DropIn(true), storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.Barred, batch.Barred}, w.Add(r, c.ID, d.ID))
		for who, want := range map[string]string{"manager": "what happened", "worker": "what happened", "colleague": ""} { // the worker wrote it
			out := storetest.Must(w.Batches.AddClients(w.As("metro", who), batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t)
			storetest.Equal(t, "incident for the "+who, out.Results[0].Notice.Incident, want)
			bars := storetest.Must(w.Enrolling.ClientBars(w.As("metro", who), c.ID))(t)
			storetest.Equal(t, "incident in the list for the "+who, bars[0].Incident, want)
		}
		if text := batch.Barred.Text().En; !strings.Contains(text, "barred") || !strings.Contains(text, "supervisor") {
			t.Errorf("the error says %q", text)
		}
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"admin"} // the manager may not open profiles any more
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		out := storetest.Must(w.Batches.AddClients(w.Manager, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t)
		storetest.Equal(t, "incident", out.Results[0].Notice.Incident, "")
		storetest.Equal(t, "person", out.Results[0].Client == nil, true)
		a.Settings.ClientRoles = nil
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		storetest.Equal(t, "on the record", len(w.OnRecord(c.ID)), 0)
	},
	"BAR-03 what a bar needs": func(t *testing.T, w *storetest.World) {
		for path, change := range map[string]func(*enroll.BarClient){
			"/program":  func(b *enroll.BarClient) { b.Program = casemgmt.ProgramID{} },
			"/facility": func(b *enroll.BarClient) { b.Facility = w.Site.ID },
			"/reason":   func(b *enroll.BarClient) { b.Reason = storetest.Nothing },
			"/incident": func(b *enroll.BarClient) { b.Incident = storetest.Nothing },
			"/start":    func(b *enroll.BarClient) { b.Start = civil.Date{} },
			"/end":      func(b *enroll.BarClient) { b.Permanent = false },
			"/client":   func(b *enroll.BarClient) { b.Client = casemgmt.ClientID{} },
		} {
			cmd := enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true}
			change(&cmd)
			_, err := w.Enrolling.BarClient(w.Worker, cmd)
			code := "required"
			if path == "/facility" {
				code = "not_applicable"
			}
			storetest.Refused(t, err, path, code, "BAR-03")
		}
		_, err := w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: storetest.Today, End: storetest.Today.AddDays(-1)})
		storetest.Refused(t, err, "/end", "ends_before_start", "BAR-03")
		_, err = w.Enrolling.BarClient(w.Outsider, enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true})
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"BAR-04 a bar stops enrollment": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		w.Bar(c.ID, storetest.Today, civil.Date{})
		_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)})
		storetest.Refused(t, err, "/client", "barred", "BAR-04")
		w.Enroll(c.ID, storetest.Today.AddDays(-1), storetest.Today.AddDays(-1)) // the day before it began
		e := storetest.Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t)[0]
		_, err = w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start})
		storetest.Refused(t, err, "/start", "barred", "BAR-04")
		d := w.Client() // the program has one location
		storetest.Must(w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: d.ID, Facility: w.Site.ID, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true}))(t)
		_, err = w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: d.ID, Program: w.Program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)})
		storetest.Refused(t, err, "/client", "barred", "BAR-04")
	},
	"BAR-03 BAR-04 BAR-01 a bar from the agency works in every program and at every location": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Client()
		cmd := enroll.BarClient{Client: c.ID, Agency: true, Reason: "r", Incident: "i", Start: storetest.Today, Permanent: true}
		for _, who := range []context.Context{w.Worker, w.Colleague, w.Uploader} {
			_, err := w.Enrolling.BarClient(who, cmd)
			storetest.Is(t, err, fault.ErrForbidden)
		}
		for path, change := range map[string]func(*enroll.BarClient){
			"/agency":   func(b *enroll.BarClient) { b.Program = w.Second.ID },
			"/facility": func(b *enroll.BarClient) { b.Program, b.Facility = w.Second.ID, w.Site.ID },
		} {
			wrong := cmd
			change(&wrong)
			_, err := w.Enrolling.BarClient(w.Admin, wrong)
			storetest.Refused(t, err, path, "not_applicable", "BAR-03")
		}
		cmd.Facility = w.Site.ID
		_, err := w.Enrolling.BarClient(w.Admin, cmd)
		storetest.Refused(t, err, "/agency", "not_applicable", "BAR-03")
		cmd.Facility = casemgmt.SiteID{}
		b := storetest.Must(w.Enrolling.BarClient(w.OutsiderManager, cmd))(t)
		cmd.Client = d.ID
		storetest.Must(w.Enrolling.BarClient(w.Admin, cmd))(t)

		r := w.Use(w.DropIn(true), storetest.Today)
		got := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}, {Client: d.ID}}}))(t).Results
		storetest.Diff(t, []batch.Outcome{batch.Barred, batch.Barred}, storetest.Outcomes(got))
		storetest.Diff(t, &batch.Notice{Bar: b.ID, Agency: true}, got[0].Notice)
		storetest.Equal(t, "incident for a manager", storetest.Must(w.Batches.AddClients(w.Manager, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t).Results[0].Notice.Incident, "i")
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(w.DropIn(true), storetest.Today.AddDays(-1)), c.ID)) // the day before
		for _, p := range []*casemgmt.Program{w.Program, w.Second} {                                                        // with a location and without
			_, err := w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: d.ID, Program: p.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)})
			storetest.Refused(t, err, "/client", "barred", "BAR-04")
		}
		shown := storetest.Must(w.Enrolling.ClientBars(w.Worker, c.ID))(t)[0]
		storetest.Equal(t, "from the agency", shown.Agency, true)
		storetest.Equal(t, "incident for the worker", shown.Incident, "")

		_, err = w.Enrolling.LiftBar(w.Worker, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "r"})
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "r"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
	},
	"BAR-05 another agency sees no bar": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		b := w.Bar(c.ID, storetest.Today, civil.Date{})
		_, err := w.Enrolling.Bar(w.OtherAdmin, b.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Enrolling.ClientBars(w.OtherAdmin, c.ID)
		storetest.Is(t, err, fault.ErrNotFound)
	},
	"BAR-06 BAT-21 a bar works from its start to its end, as of the date service provided": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		w.Bar(c.ID, storetest.Today.AddDays(-10), storetest.Today.AddDays(-5))
		w.Bar(c.ID, storetest.Today, civil.Date{})
		b := w.DropIn(true)
		for days, want := range map[int]batch.Outcome{-11: batch.IsPosted, -10: batch.Barred, -5: batch.Barred, -4: batch.IsPosted, -1: batch.IsPosted, 0: batch.Barred} {
			storetest.Diff(t, []batch.Outcome{want}, w.Add(w.Use(b, storetest.Today.AddDays(days)), c.ID))
		}
	},
	"BAR-07 lifting needs a reason and a supervisor; the history stays": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		b := w.Bar(c.ID, storetest.Today.AddDays(-3), civil.Date{})
		_, err := w.Enrolling.LiftBar(w.Worker, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "sorry"})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.LiftBar(w.OutsiderManager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "sorry"})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "BAR-07")
		lifted := storetest.Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "apology"}))(t)
		storetest.Equal(t, "lifted on", lifted.Lifted.On, storetest.Today)
		_, err = w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: lifted.Version, Reason: "again"})
		storetest.Refused(t, err, "/id", "not_applicable", "BAR-07")
		all := storetest.Must(w.Enrolling.ClientBars(w.Manager, c.ID))(t)
		storetest.Equal(t, "bars", len(all), 1)
		storetest.Equal(t, "reason", all[0].Lifted.Reason, "apology")
		drop := w.DropIn(true)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(drop, storetest.Today), c.ID))
		storetest.Diff(t, []batch.Outcome{batch.Barred}, w.Add(w.Use(drop, storetest.Today.AddDays(-1)), c.ID))
	},
}
