package enroll_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

var enrollmentRules = storetest.Rules{
	"ENR-01 ENR-02 BAT-22 services need an enrollment; the message says so": func(t *testing.T, w *storetest.World) {
		r := w.Use(w.DropIn(true), storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.NoEnrollment, batch.IsPosted}, w.Add(r, w.Client().ID, w.Enrolled().ID))
		if text := batch.NoEnrollment.Text().En; text[:len("Enrollment is a Required Field.")] != "Enrollment is a Required Field." {
			t.Errorf("the message is %q", text)
		}
	},
	"ENR-03 a new or inactive client needs the intake assessment": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		cmd := enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: storetest.Today.AddDays(-20)}
		_, err := w.Enrolling.Enroll(w.Worker, cmd)
		storetest.Refused(t, err, "/intake", "intake_needed", "ENR-03")
		cmd.Intake = &enroll.Intake{Date: storetest.Today.AddDays(-19), Situation: "moon", Needs: []string{"food", "food", "gold"}}
		_, err = w.Enrolling.Enroll(w.Worker, cmd)
		for path, code := range map[string]string{"/intake/date": "after_start", "/intake/situation": "unknown_value", "/intake/needs/1": "repeated", "/intake/needs/2": "unknown_value"} {
			storetest.Refused(t, err, path, code, "ENR-03")
		}
		cmd.Intake, cmd.Exit = storetest.Intake(cmd.Start), storetest.Today.AddDays(-10)
		e := storetest.Must(w.Enrolling.Enroll(w.Worker, cmd))(t)
		storetest.Diff(t, cmd.Intake, storetest.Must(w.Enrolling.Enrollment(w.Worker, e.ID))(t).Intake)
		cmd.Start, cmd.Exit, cmd.Intake = storetest.Today, civil.Date{}, nil // inactive since
		_, err = w.Enrolling.Enroll(w.Worker, cmd)
		storetest.Refused(t, err, "/intake", "intake_needed", "ENR-03")
		w.Enroll(c.ID, storetest.Today, civil.Date{})
		// active in one program: another one does not ask again
		storetest.Must(w.Enrolling.Enroll(w.Outsider, enroll.Enroll{Client: c.ID, Program: w.Second.ID, Start: storetest.Today}))(t)
	},
	"ENR-04 active from the start to the exit, both included": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		w.Enroll(c.ID, storetest.Today.AddDays(-10), storetest.Today.AddDays(-5))
		b := w.DropIn(true)
		for days, want := range map[int]batch.Outcome{-11: batch.NoEnrollment, -10: batch.IsPosted, -5: batch.IsPosted, -4: batch.NoEnrollment} {
			storetest.Diff(t, []batch.Outcome{want}, w.Add(w.Use(b, storetest.Today.AddDays(days)), c.ID))
		}
	},
	"ENR-05 one enrollment per program at a time": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		first := w.Enroll(c.ID, storetest.Today.AddDays(-10), storetest.Today.AddDays(-5))
		for _, days := range [][2]int{{-20, -10}, {-5, 0}, {-8, -7}, {-20, 5}} {
			start := storetest.Today.AddDays(days[0])
			_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: start, Exit: storetest.Today.AddDays(days[1]), Intake: storetest.Intake(start)})
			storetest.Refused(t, err, "/start", "enrolled_already", "ENR-05")
		}
		w.Enroll(c.ID, storetest.Today.AddDays(-4), civil.Date{})
		_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: first.ID, Version: first.Version, Start: first.Start})
		storetest.Refused(t, err, "/start", "enrolled_already", "ENR-05")
	},
	"ENR-06 an enrollment keeps its services inside": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		e := w.Enroll(c.ID, storetest.Today.AddDays(-30), civil.Date{})
		r := w.Use(w.DropIn(true), storetest.Today.AddDays(-7))
		w.Add(r, c.ID)
		move := func(start, exit int) error {
			_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: storetest.Today.AddDays(start), Exit: storetest.Today.AddDays(exit)})
			return err
		}
		storetest.Refused(t, move(-30, -8), "/exit", "service_outside", "ENR-06")
		storetest.Refused(t, move(-6, 0), "/start", "service_outside", "ENR-06")
		// reversed services hold nothing
		storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "wrong day"}))(t)
		if err := move(-30, -8); err != nil {
			t.Error(err)
		}
		// and come back only into an enrollment
		run := storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
		back := storetest.Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: run.Version, Reason: "it was right"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.NoEnrollment}, storetest.Outcomes(back.Left))
		storetest.Equal(t, "services that count", len(w.OnRecord(c.ID)), 0)
	},
	"ENR-06 an enrollment is closed, and two people do not overwrite each other": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		e := w.Enroll(c.ID, storetest.Today.AddDays(-30), civil.Date{})
		cmd := enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start, Exit: storetest.Today, ExitReason: "moved"}
		closed := storetest.Must(w.Enrolling.UpdateEnrollment(w.Colleague, cmd))(t)
		storetest.Equal(t, "exit", closed.Exit, storetest.Today)
		_, err := w.Enrolling.UpdateEnrollment(w.Worker, cmd)
		storetest.Is(t, err, fault.ErrConflict)
		_, err = w.Enrolling.UpdateEnrollment(w.Outsider, cmd)
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.UpdateEnrollment(w.OtherAdmin, cmd)
		storetest.Is(t, err, fault.ErrNotFound)
		list := storetest.Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t)
		storetest.Equal(t, "enrollments", len(list), 1)
		storetest.Equal(t, "enrollments that the outsider sees", len(storetest.Must(w.Enrolling.ClientEnrollments(w.Outsider, c.ID))(t)), 0)
	},
	"ENR-03 ANO-09 ENR-01 BAR-04 an enrollment that becomes longer is asked what a new one is": func(t *testing.T, w *storetest.World) {
		update := func(e *enroll.Enrollment, start, exit civil.Date, intake *enroll.Intake) error {
			_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: start, Exit: exit, Intake: intake})
			return err
		}
		c := w.Client()
		e := w.Enroll(c.ID, storetest.Today.AddDays(-300), storetest.Today.AddDays(-200))
		storetest.Refused(t, update(e, e.Start, civil.Date{}, nil), "/intake", "intake_needed", "ENR-03")
		storetest.Refused(t, update(e, e.Start.AddDays(-1), e.Exit, nil), "/start", "before_intake", "ENR-03")
		w.Bar(c.ID, storetest.Today.AddDays(-1), civil.Date{})
		storetest.Refused(t, update(e, e.Start, storetest.Today.AddDays(100), storetest.Intake(e.Start)), "/start", "barred", "BAR-04")
		storetest.Refused(t, update(e, storetest.Today.AddDays(-5), storetest.Today.AddDays(100), nil), "/start", "barred", "BAR-04") // moved as a whole
		_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: storetest.Today.AddDays(-20), Intake: storetest.Intake(storetest.Today.AddDays(-20))})
		storetest.Refused(t, err, "/client", "barred", "BAR-04") // the start is before the bar, today is not
		gone := w.Client()
		e = w.Enroll(gone.ID, storetest.Today.AddDays(-30), storetest.Today.AddDays(-1))
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		storetest.Refused(t, update(e, e.Start, civil.Date{}, storetest.Intake(e.Start)), "/id", "consent_withdrawn", "ANO-09")
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Ends", "Finit")}))(t)
		d := w.Client()
		other := storetest.Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: d.ID, Program: program.ID, Start: storetest.Today.AddDays(-3), Exit: storetest.Today.AddDays(-1), Intake: storetest.Intake(storetest.Today.AddDays(-3))}))(t)
		program.Closed = true
		storetest.Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		_, err = w.Enrolling.UpdateEnrollment(w.Admin, enroll.UpdateEnrollment{ID: other.ID, Version: other.Version, Start: other.Start, Intake: storetest.Intake(other.Start)})
		storetest.Refused(t, err, "/id", "closed", "ENR-01")
	},
	"ENR-07 BAT-15 a selection enrolls nobody; posting does, and the event says so": func(t *testing.T, w *storetest.World) {
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open review", "Revue ouverte"), EnrollOnFirstService: true}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "Door", Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		c := w.Client()
		add := func() []batch.Outcome {
			return storetest.Outcomes(storetest.Must(w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t).Results)
		}
		storetest.Diff(t, []batch.Outcome{batch.IsSelected}, add())
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded}, add())
		storetest.Equal(t, "enrollments of a selection", len(storetest.Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)), 0)
		after := w.Tail()
		page := storetest.Must(w.Batches.Post(w.Admin, batch.Post{Run: r.ID}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, storetest.Outcomes(page.Results))
		storetest.Equal(t, "enrolled", page.Results[0].Enrolled, true)
		events := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events
		list := storetest.Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)
		storetest.Equal(t, "enrollments", len(list), 1)
		storetest.Equal(t, "events", len(events), 1)
		storetest.Equal(t, "what the event names", events[0].Changes[1].Path, "/enrollments")
	},
	"ENR-07 a program may enroll with the first service, and the enrollment is marked": func(t *testing.T, w *storetest.World) {
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open door", "Porte ouverte"), EnrollOnFirstService: true}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "Door", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID, ServiceDate: storetest.Today.AddDays(-2)}))(t)
		c, later := w.Client(), w.Client()
		storetest.Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: later.ID, Program: program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)}))(t)
		out := storetest.Must(w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}, {Client: later.ID}}}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.NoEnrollment}, storetest.Outcomes(out.Results))
		storetest.Equal(t, "enrolled", out.Results[0].Enrolled, true)
		list := storetest.Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)
		storetest.Equal(t, "enrollments", len(list), 1)
		storetest.Equal(t, "marked", list[0].FirstService, true)
		storetest.Equal(t, "start", list[0].Start, storetest.Today.AddDays(-2))
	},
	"ENR-07 SCN-05 who is refused has no enrollment without a service": func(t *testing.T, w *storetest.World) {
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open gate", "Grille ouverte"), EnrollOnFirstService: true}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "Gate", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		first, second := w.Client(), w.Client()
		scan := func(number string, c *casemgmt.Client) batch.Outcome {
			out := storetest.Must(w.Batches.Scan(w.Admin, batch.Scans{Run: r.ID, Scans: []batch.Scan{{Number: number, Card: w.Card(c.ID).Value, At: storetest.Now}}}))(t)
			return out.Results[0].Outcome
		}
		storetest.Equal(t, "the first", scan("gate-1", first), batch.IsPosted)
		after := w.Tail()
		storetest.Equal(t, "the second, with the same number", scan("gate-1", second), batch.NumberUsed)
		storetest.Equal(t, "enrollments of the second", len(storetest.Must(w.Enrolling.ClientEnrollments(w.Admin, second.ID))(t)), 0)
		for _, e := range storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events {
			if e.Type != "card.issued" && e.Type != "client.enrollments_viewed" {
				t.Errorf("event %s of a scan that was refused", e.Type)
			}
		}
		storetest.Equal(t, "with its own number", scan("gate-2", second), batch.IsPosted)
		storetest.Equal(t, "enrollments of the second", len(storetest.Must(w.Enrolling.ClientEnrollments(w.Admin, second.ID))(t)), 1)
	},
	"ENR-01 ANO-06 ANO-09 who cannot be enrolled": func(t *testing.T, w *storetest.World) {
		anonymous := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		gone := w.Client()
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		for key, want := range map[casemgmt.ClientID][2]string{anonymous.ID: {"anonymous_not_tracked", "ANO-06"}, gone.ID: {"consent_withdrawn", "ANO-09"},
			id.New[casemgmt.Client](): {"no_such_record", "ENR-01"}} {
			_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: key, Program: w.Program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)})
			storetest.Refused(t, err, "/client", want[0], want[1])
		}
		_, err := w.Enrolling.Enroll(w.Outsider, enroll.Enroll{Client: w.Client().ID, Program: w.Program.ID, Start: storetest.Today, Intake: storetest.Intake(storetest.Today)})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: w.Client().ID, Program: w.Program.ID, Start: storetest.Today, Exit: storetest.Today.AddDays(-1), Intake: storetest.Intake(storetest.Today)})
		storetest.Refused(t, err, "/exit", "ends_before_start", "ENR-04")
		e := w.Enrolled()
		gone = storetest.Must(w.Cases.Client(w.Worker, e.ID))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		storetest.Diff(t, []batch.Outcome{batch.Withdrawn, batch.Untracked, batch.NotFound}, w.Add(w.Use(w.DropIn(true), storetest.Today), e.ID, anonymous.ID, id.New[casemgmt.Client]()))
	},
}
