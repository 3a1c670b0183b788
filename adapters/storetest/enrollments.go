package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// Intake is a complete intake assessment of a day.
func Intake(day civil.Date) *enroll.Intake {
	return &enroll.Intake{Date: day, Situation: "shelter", Needs: []string{"food"}}
}

// Enroll enrolls a client in the worker's program.
func (w *World) Enroll(c casemgmt.ClientID, start, exit civil.Date) *enroll.Enrollment {
	w.T.Helper()
	assessed := start
	if assessed.After(Today) {
		assessed = Today
	}
	return Must(w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c, Program: w.Program.ID, Start: start, Exit: exit, Intake: Intake(assessed)}))(w.T)
}

// Enrolled is a new client with an open enrollment since a month ago.
func (w *World) Enrolled() *casemgmt.Client {
	w.T.Helper()
	c := w.Client()
	w.Enroll(c.ID, Today.AddDays(-30), civil.Date{})
	return c
}

// DropIn is a batch of the worker's program with some of the stock codes.
func (w *World) DropIn(auto bool, codes ...string) *batch.Batch {
	w.T.Helper()
	if len(codes) == 0 {
		codes = []string{enroll.DayShelter}
	}
	cmd := batch.Content{Description: "Drop-in", AutoPost: auto, Comments: "Winter program", Performer: "Volunteers", Program: w.Program.ID}
	for _, c := range codes {
		cmd.Services = append(cmd.Services, batch.Include{Code: w.Codes[c].ID})
	}
	return Must(w.Batches.Create(w.Worker, cmd))(w.T)
}

// Use starts a run of a batch with a date service provided.
func (w *World) Use(b *batch.Batch, day civil.Date) *batch.Run {
	w.T.Helper()
	return Must(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, ServiceDate: day}))(w.T)
}

// Add adds clients to a run and gives the outcomes.
func (w *World) Add(r *batch.Run, clients ...casemgmt.ClientID) []batch.Outcome {
	w.T.Helper()
	var picks []batch.Pick
	for _, c := range clients {
		picks = append(picks, batch.Pick{Client: c})
	}
	return outcomes(Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(w.T).Results)
}

func outcomes(results []batch.Result) []batch.Outcome {
	var out []batch.Outcome
	for _, r := range results {
		out = append(out, r.Outcome)
	}
	return out
}

// record are the services of a client that count.
func (w *World) record(c casemgmt.ClientID) []batch.Transaction {
	w.T.Helper()
	var out []batch.Transaction
	for _, x := range Must(w.Batches.Transactions(w.Worker, c, casemgmt.PageRequest{}))(w.T).Items {
		if !x.Reversed {
			out = append(out, x)
		}
	}
	return out
}

var enrollmentRules = []rule{
	{"ENR-01 ENR-02 BAT-22 services need an enrollment; the message says so", func(t *testing.T, w *World) {
		r := w.Use(w.DropIn(true), Today)
		diff(t, []batch.Outcome{batch.NoEnrollment, batch.IsPosted}, w.Add(r, w.Client().ID, w.Enrolled().ID))
		if text := batch.NoEnrollment.Text().En; text[:len("Enrollment is a Required Field.")] != "Enrollment is a Required Field." {
			t.Errorf("the message is %q", text)
		}
	}},
	{"ENR-03 a new or inactive client needs the intake assessment", func(t *testing.T, w *World) {
		c := w.Client()
		cmd := enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: Today.AddDays(-20)}
		_, err := w.Enrolling.Enroll(w.Worker, cmd)
		refused(t, err, "/intake", "intake_needed", "ENR-03")
		cmd.Intake = &enroll.Intake{Date: Today.AddDays(-19), Situation: "moon", Needs: []string{"food", "food", "gold"}}
		_, err = w.Enrolling.Enroll(w.Worker, cmd)
		for path, code := range map[string]string{"/intake/date": "after_start", "/intake/situation": "unknown_value", "/intake/needs/1": "repeated", "/intake/needs/2": "unknown_value"} {
			refused(t, err, path, code, "ENR-03")
		}
		cmd.Intake, cmd.Exit = Intake(cmd.Start), Today.AddDays(-10)
		e := Must(w.Enrolling.Enroll(w.Worker, cmd))(t)
		diff(t, cmd.Intake, Must(w.Enrolling.Enrollment(w.Worker, e.ID))(t).Intake)
		cmd.Start, cmd.Exit, cmd.Intake = Today, civil.Date{}, nil // inactive since
		_, err = w.Enrolling.Enroll(w.Worker, cmd)
		refused(t, err, "/intake", "intake_needed", "ENR-03")
		w.Enroll(c.ID, Today, civil.Date{})
		// active in one program: another one does not ask again
		Must(w.Enrolling.Enroll(w.Outsider, enroll.Enroll{Client: c.ID, Program: w.Second.ID, Start: Today}))(t)
	}},
	{"ENR-04 active from the start to the exit, both included", func(t *testing.T, w *World) {
		c := w.Client()
		w.Enroll(c.ID, Today.AddDays(-10), Today.AddDays(-5))
		b := w.DropIn(true)
		for days, want := range map[int]batch.Outcome{-11: batch.NoEnrollment, -10: batch.IsPosted, -5: batch.IsPosted, -4: batch.NoEnrollment} {
			diff(t, []batch.Outcome{want}, w.Add(w.Use(b, Today.AddDays(days)), c.ID))
		}
	}},
	{"ENR-05 one enrollment per program at a time", func(t *testing.T, w *World) {
		c := w.Client()
		first := w.Enroll(c.ID, Today.AddDays(-10), Today.AddDays(-5))
		for _, days := range [][2]int{{-20, -10}, {-5, 0}, {-8, -7}, {-20, 5}} {
			start := Today.AddDays(days[0])
			_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: start, Exit: Today.AddDays(days[1]), Intake: Intake(start)})
			refused(t, err, "/start", "enrolled_already", "ENR-05")
		}
		w.Enroll(c.ID, Today.AddDays(-4), civil.Date{})
		_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: first.ID, Version: first.Version, Start: first.Start})
		refused(t, err, "/start", "enrolled_already", "ENR-05")
	}},
	{"ENR-06 an enrollment keeps its services inside", func(t *testing.T, w *World) {
		c := w.Client()
		e := w.Enroll(c.ID, Today.AddDays(-30), civil.Date{})
		r := w.Use(w.DropIn(true), Today.AddDays(-7))
		w.Add(r, c.ID)
		move := func(start, exit int) error {
			_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: Today.AddDays(start), Exit: Today.AddDays(exit)})
			return err
		}
		refused(t, move(-30, -8), "/exit", "service_outside", "ENR-06")
		refused(t, move(-6, 0), "/start", "service_outside", "ENR-06")
		// reversed services hold nothing
		Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "wrong day"}))(t)
		if err := move(-30, -8); err != nil {
			t.Error(err)
		}
		// and come back only into an enrollment
		run := Must(w.Batches.Run(w.Worker, r.ID))(t)
		back := Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: run.Version, Reason: "it was right"}))(t)
		diff(t, []batch.Outcome{batch.NoEnrollment}, outcomes(back.Left))
		equal(t, "services that count", len(w.record(c.ID)), 0)
	}},
	{"ENR-06 an enrollment is closed, and two people do not overwrite each other", func(t *testing.T, w *World) {
		c := w.Client()
		e := w.Enroll(c.ID, Today.AddDays(-30), civil.Date{})
		cmd := enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start, Exit: Today, ExitReason: "moved"}
		closed := Must(w.Enrolling.UpdateEnrollment(w.Colleague, cmd))(t)
		equal(t, "exit", closed.Exit, Today)
		_, err := w.Enrolling.UpdateEnrollment(w.Worker, cmd)
		is(t, err, fault.ErrConflict)
		_, err = w.Enrolling.UpdateEnrollment(w.Outsider, cmd)
		is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.UpdateEnrollment(w.OtherAdmin, cmd)
		is(t, err, fault.ErrNotFound)
		list := Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t)
		equal(t, "enrollments", len(list), 1)
		equal(t, "enrollments that the outsider sees", len(Must(w.Enrolling.ClientEnrollments(w.Outsider, c.ID))(t)), 0)
	}},
	{"ENR-03 ANO-09 ENR-01 BAR-04 an enrollment that becomes longer is asked what a new one is", func(t *testing.T, w *World) {
		update := func(e *enroll.Enrollment, start, exit civil.Date, intake *enroll.Intake) error {
			_, err := w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: start, Exit: exit, Intake: intake})
			return err
		}
		c := w.Client()
		e := w.Enroll(c.ID, Today.AddDays(-300), Today.AddDays(-200))
		refused(t, update(e, e.Start, civil.Date{}, nil), "/intake", "intake_needed", "ENR-03")
		refused(t, update(e, e.Start.AddDays(-1), e.Exit, nil), "/start", "before_intake", "ENR-03")
		w.Bar(c.ID, Today.AddDays(-1), civil.Date{})
		refused(t, update(e, e.Start, Today.AddDays(100), Intake(e.Start)), "/start", "barred", "BAR-04")
		refused(t, update(e, Today.AddDays(-5), Today.AddDays(100), nil), "/start", "barred", "BAR-04") // moved as a whole
		_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: Today.AddDays(-20), Intake: Intake(Today.AddDays(-20))})
		refused(t, err, "/client", "barred", "BAR-04") // the start is before the bar, today is not
		gone := w.Client()
		e = w.Enroll(gone.ID, Today.AddDays(-30), Today.AddDays(-1))
		Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		refused(t, update(e, e.Start, civil.Date{}, Intake(e.Start)), "/id", "consent_withdrawn", "ANO-09")
		program := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Ends", "Finit")}))(t)
		d := w.Client()
		other := Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: d.ID, Program: program.ID, Start: Today.AddDays(-3), Exit: Today.AddDays(-1), Intake: Intake(Today.AddDays(-3))}))(t)
		program.Closed = true
		Must(w.Cases.UpdateProgram(w.Admin, *program))(t)
		_, err = w.Enrolling.UpdateEnrollment(w.Admin, enroll.UpdateEnrollment{ID: other.ID, Version: other.Version, Start: other.Start, Intake: Intake(other.Start)})
		refused(t, err, "/id", "closed", "ENR-01")
	}},
	{"ENR-07 BAT-15 a selection enrolls nobody; posting does, and the event says so", func(t *testing.T, w *World) {
		program := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open review", "Revue ouverte"), EnrollOnFirstService: true}))(t)
		b := Must(w.Batches.Create(w.Admin, batch.Content{Description: "Door", Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		c := w.Client()
		add := func() []batch.Outcome {
			return outcomes(Must(w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t).Results)
		}
		diff(t, []batch.Outcome{batch.IsSelected}, add())
		diff(t, []batch.Outcome{batch.AlreadyAdded}, add())
		equal(t, "enrollments of a selection", len(Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)), 0)
		after := w.tail()
		page := Must(w.Batches.Post(w.Admin, batch.Post{Run: r.ID}))(t)
		diff(t, []batch.Outcome{batch.IsPosted}, outcomes(page.Results))
		equal(t, "enrolled", page.Results[0].Enrolled, true)
		list := Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)
		equal(t, "enrollments", len(list), 1)
		events := Must(w.Cases.Feed(w.Admin, after, 10))(t).Events
		equal(t, "events", len(events), 1)
		equal(t, "what the event names", events[0].Changes[1].Path, "/enrollments")
	}},
	{"ENR-07 a program may enroll with the first service, and the enrollment is marked", func(t *testing.T, w *World) {
		program := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open door", "Porte ouverte"), EnrollOnFirstService: true}))(t)
		b := Must(w.Batches.Create(w.Admin, batch.Content{Description: "Door", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID, ServiceDate: Today.AddDays(-2)}))(t)
		c, later := w.Client(), w.Client()
		Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: later.ID, Program: program.ID, Start: Today, Intake: Intake(Today)}))(t)
		out := Must(w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}, {Client: later.ID}}}))(t)
		diff(t, []batch.Outcome{batch.IsPosted, batch.NoEnrollment}, outcomes(out.Results))
		equal(t, "enrolled", out.Results[0].Enrolled, true)
		list := Must(w.Enrolling.ClientEnrollments(w.Admin, c.ID))(t)
		equal(t, "enrollments", len(list), 1)
		equal(t, "marked", list[0].FirstService, true)
		equal(t, "start", list[0].Start, Today.AddDays(-2))
	}},
	{"ENR-07 SCN-05 who is refused has no enrollment without a service", func(t *testing.T, w *World) {
		program := Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open gate", "Grille ouverte"), EnrollOnFirstService: true}))(t)
		b := Must(w.Batches.Create(w.Admin, batch.Content{Description: "Gate", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		first, second := w.Client(), w.Client()
		scan := func(number string, c *casemgmt.Client) batch.Outcome {
			out := Must(w.Batches.Scan(w.Admin, batch.Scans{Run: r.ID, Scans: []batch.Scan{{Number: number, Card: w.Card(c.ID).Value, At: Now}}}))(t)
			return out.Results[0].Outcome
		}
		equal(t, "the first", scan("gate-1", first), batch.IsPosted)
		after := w.tail()
		equal(t, "the second, with the same number", scan("gate-1", second), batch.NumberUsed)
		equal(t, "enrollments of the second", len(Must(w.Enrolling.ClientEnrollments(w.Admin, second.ID))(t)), 0)
		for _, e := range Must(w.Cases.Feed(w.Admin, after, 10))(t).Events {
			if e.Type != "card.issued" {
				t.Errorf("event %s of a scan that was refused", e.Type)
			}
		}
		equal(t, "with its own number", scan("gate-2", second), batch.IsPosted)
		equal(t, "enrollments of the second", len(Must(w.Enrolling.ClientEnrollments(w.Admin, second.ID))(t)), 1)
	}},
	{"ENR-01 ANO-06 ANO-09 who cannot be enrolled", func(t *testing.T, w *World) {
		anonymous := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		gone := w.Client()
		Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		for key, want := range map[casemgmt.ClientID][2]string{anonymous.ID: {"anonymous_not_tracked", "ANO-06"}, gone.ID: {"consent_withdrawn", "ANO-09"},
			id.New[casemgmt.Client](): {"no_such_record", "ENR-01"}} {
			_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: key, Program: w.Program.ID, Start: Today, Intake: Intake(Today)})
			refused(t, err, "/client", want[0], want[1])
		}
		_, err := w.Enrolling.Enroll(w.Outsider, enroll.Enroll{Client: w.Client().ID, Program: w.Program.ID, Start: Today, Intake: Intake(Today)})
		is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: w.Client().ID, Program: w.Program.ID, Start: Today, Exit: Today.AddDays(-1), Intake: Intake(Today)})
		refused(t, err, "/exit", "ends_before_start", "ENR-04")
		e := w.Enrolled()
		gone = Must(w.Cases.Client(w.Worker, e.ID))(t)
		Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version}))(t)
		diff(t, []batch.Outcome{batch.Withdrawn, batch.Untracked, batch.NotFound}, w.Add(w.Use(w.DropIn(true), Today), e.ID, anonymous.ID, id.New[casemgmt.Client]()))
	}},
}

// Bar bars a client from the worker's program.
func (w *World) Bar(c casemgmt.ClientID, start, end civil.Date) *enroll.Bar {
	w.T.Helper()
	return Must(w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: c, Program: w.Program.ID, Reason: "conduct", Incident: "what happened", Start: start,
		End: end, Permanent: end.IsZero()}))(w.T)
}

var barRules = []rule{
	{"BAR-01 BAR-02 a barred client is not added; incident notes are for supervisors", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		w.Bar(c.ID, Today.AddDays(-1), civil.Date{})
		Must(w.Enrolling.BarClient(w.Outsider, enroll.BarClient{Client: d.ID, Facility: w.Site.ID, Reason: "r", Incident: "i", Start: Today, Permanent: true}))(t)
		r := w.Use(w.DropIn(true), Today)
		diff(t, []batch.Outcome{batch.Barred, batch.Barred}, w.Add(r, c.ID, d.ID))
		for who, want := range map[string]string{"manager": "what happened", "worker": "what happened", "colleague": ""} { // the worker wrote it
			out := Must(w.Batches.AddClients(w.As("metro", who), batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t)
			equal(t, "incident for the "+who, out.Results[0].Notice.Incident, want)
			bars := Must(w.Enrolling.ClientBars(w.As("metro", who), c.ID))(t)
			equal(t, "incident in the list for the "+who, bars[0].Incident, want)
		}
		if text := batch.Barred.Text().En; !strings.Contains(text, "barred") || !strings.Contains(text, "supervisor") {
			t.Errorf("the error says %q", text)
		}
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"admin"} // the manager may not open profiles any more
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		out := Must(w.Batches.AddClients(w.Manager, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t)
		equal(t, "incident", out.Results[0].Notice.Incident, "")
		equal(t, "person", out.Results[0].Client == nil, true)
		a.Settings.ClientRoles = nil
		Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		equal(t, "on the record", len(w.record(c.ID)), 0)
	}},
	{"BAR-03 what a bar needs", func(t *testing.T, w *World) {
		for path, change := range map[string]func(*enroll.BarClient){
			"/program":  func(b *enroll.BarClient) { b.Program = casemgmt.ProgramID{} },
			"/facility": func(b *enroll.BarClient) { b.Facility = w.Site.ID },
			"/reason":   func(b *enroll.BarClient) { b.Reason = "" },
			"/incident": func(b *enroll.BarClient) { b.Incident = "" },
			"/start":    func(b *enroll.BarClient) { b.Start = civil.Date{} },
			"/end":      func(b *enroll.BarClient) { b.Permanent = false },
			"/client":   func(b *enroll.BarClient) { b.Client = casemgmt.ClientID{} },
		} {
			cmd := enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: Today, Permanent: true}
			change(&cmd)
			_, err := w.Enrolling.BarClient(w.Worker, cmd)
			code := "required"
			if path == "/facility" {
				code = "not_applicable"
			}
			refused(t, err, path, code, "BAR-03")
		}
		_, err := w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: Today, End: Today.AddDays(-1)})
		refused(t, err, "/end", "ends_before_start", "BAR-03")
		_, err = w.Enrolling.BarClient(w.Outsider, enroll.BarClient{Client: w.Client().ID, Program: w.Program.ID, Reason: "r", Incident: "i", Start: Today, Permanent: true})
		is(t, err, fault.ErrForbidden)
	}},
	{"BAR-04 a bar stops enrollment", func(t *testing.T, w *World) {
		c := w.Client()
		w.Bar(c.ID, Today, civil.Date{})
		_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: Today, Intake: Intake(Today)})
		refused(t, err, "/client", "barred", "BAR-04")
		w.Enroll(c.ID, Today.AddDays(-1), Today.AddDays(-1)) // the day before it began
		e := Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t)[0]
		_, err = w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start})
		refused(t, err, "/start", "barred", "BAR-04")
		d := w.Client() // the program has one location
		Must(w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: d.ID, Facility: w.Site.ID, Reason: "r", Incident: "i", Start: Today, Permanent: true}))(t)
		_, err = w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: d.ID, Program: w.Program.ID, Start: Today, Intake: Intake(Today)})
		refused(t, err, "/client", "barred", "BAR-04")
	}},
	{"BAR-05 another agency sees no bar", func(t *testing.T, w *World) {
		c := w.Client()
		b := w.Bar(c.ID, Today, civil.Date{})
		_, err := w.Enrolling.Bar(w.OtherAdmin, b.ID)
		is(t, err, fault.ErrNotFound)
		_, err = w.Enrolling.ClientBars(w.OtherAdmin, c.ID)
		is(t, err, fault.ErrNotFound)
	}},
	{"BAR-06 BAT-21 a bar works from its start to its end, as of the date service provided", func(t *testing.T, w *World) {
		c := w.Enrolled()
		w.Bar(c.ID, Today.AddDays(-10), Today.AddDays(-5))
		w.Bar(c.ID, Today, civil.Date{})
		b := w.DropIn(true)
		for days, want := range map[int]batch.Outcome{-11: batch.IsPosted, -10: batch.Barred, -5: batch.Barred, -4: batch.IsPosted, -1: batch.IsPosted, 0: batch.Barred} {
			diff(t, []batch.Outcome{want}, w.Add(w.Use(b, Today.AddDays(days)), c.ID))
		}
	}},
	{"BAR-07 lifting needs a reason and a supervisor; the history stays", func(t *testing.T, w *World) {
		c := w.Enrolled()
		b := w.Bar(c.ID, Today.AddDays(-3), civil.Date{})
		_, err := w.Enrolling.LiftBar(w.Worker, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "sorry"})
		is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.LiftBar(w.OutsiderManager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "sorry"})
		is(t, err, fault.ErrForbidden)
		_, err = w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version})
		refused(t, err, "/reason", "required", "BAR-07")
		lifted := Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: b.Version, Reason: "apology"}))(t)
		equal(t, "lifted on", lifted.Lifted.On, Today)
		_, err = w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: b.ID, Version: lifted.Version, Reason: "again"})
		refused(t, err, "/id", "not_applicable", "BAR-07")
		all := Must(w.Enrolling.ClientBars(w.Manager, c.ID))(t)
		equal(t, "bars", len(all), 1)
		equal(t, "reason", all[0].Lifted.Reason, "apology")
		drop := w.DropIn(true)
		diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(drop, Today), c.ID))
		diff(t, []batch.Outcome{batch.Barred}, w.Add(w.Use(drop, Today.AddDays(-1)), c.ID))
	}},
}

// Card gives a client a card.
func (w *World) Card(c casemgmt.ClientID) *enroll.Card {
	w.T.Helper()
	return Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c}))(w.T)
}

// scan applies scans to a run.
func (w *World) scan(r *batch.Run, scans ...batch.Scan) []batch.Result {
	w.T.Helper()
	return Must(w.Batches.Scan(w.Worker, batch.Scans{Run: r.ID, Scans: scans}))(w.T).Results
}

var cardRules = []rule{
	{"SCN-01 BAT-17 a card identifies the client, who is added by the scan", func(t *testing.T, w *World) {
		c := w.Enrolled()
		card := w.Card(c.ID)
		r := w.Use(w.DropIn(true), Today)
		got := w.scan(r, batch.Scan{Number: "d1-1", Card: " " + card.Value + " ", At: Now})
		equal(t, "outcome", got[0].Outcome, batch.IsPosted)
		equal(t, "client", got[0].Client.ID, c.ID)
		equal(t, "on the record", len(w.record(c.ID)), 1)
	}},
	{"SCN-02 a client may have several cards; a value is never used again", func(t *testing.T, w *World) {
		c, d := w.Client(), w.Client()
		first := Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: "drop-0001"}))(t)
		equal(t, "value", first.Value, "DROP-0001")
		Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID}))(t)
		equal(t, "cards", len(Must(w.Enrolling.ClientCards(w.Worker, c.ID))(t)), 2)
		Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: first.ID, Version: first.Version, Reason: "lost"}))(t)
		for _, who := range []casemgmt.ClientID{c.ID, d.ID} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: who, Value: "Drop-0001"})
			refused(t, err, "/value", "card_used", "SCN-02")
		}
		_, err := w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: first.ID, Version: first.Version + 1})
		refused(t, err, "/id", "not_applicable", "SCN-02")
	}},
	{"SCN-03 an unknown, a deactivated and an expired card have their own answers", func(t *testing.T, w *World) {
		c := w.Enrolled()
		lost, old := w.Card(c.ID), Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Expires: Today}))(t)
		Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: lost.ID, Version: lost.Version}))(t)
		at := w.Config.Now()
		w.Clock.Add(36 * 3600)
		defer w.Clock.Add(-36 * 3600)
		late := at.Add(36 * time.Hour)
		r := w.Use(w.DropIn(true), Today)
		diff(t, []batch.Outcome{batch.UnknownCard, batch.Deactivated, batch.Expired}, outcomes(w.scan(r,
			batch.Scan{Number: "d2-1", Card: "NOBODY-1", At: late}, batch.Scan{Number: "d2-2", Card: lost.Value, At: late}, batch.Scan{Number: "d2-3", Card: old.Value, At: late})))
		equal(t, "on the record", len(w.record(c.ID)), 0)
		// a scan that arrives late is judged by its own time (SCN-05)
		diff(t, []batch.Outcome{batch.IsPosted}, outcomes(w.scan(r, batch.Scan{Number: "d2-4", Card: lost.Value, At: at.Add(-time.Minute)})))
	}},
	{"SCN-04 a card value holds no personal data", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Phones = []string{"416 555 0199"}
		c := Must(w.register(p))(t)
		iso := p.BirthDate.String()
		for _, value := range []string{p.Given + "-1", iso, iso[:4] + iso[5:7] + iso[8:], "X" + p.Identifiers[0].Value, "4165550199"} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: value})
			refused(t, err, "/value", "personal_data", "SCN-04")
		}
		short := w.Profile() // whose name comes up in random letters
		short.Given, short.Family = "Ab", "C"+short.Family
		d := Must(w.register(short))(t)
		for range 50 {
			w.Card(d.ID)
		}
		for _, value := range []string{"AB", "A B C", "a_b_c", "-ABC", "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJK"} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: value})
			refused(t, err, "/value", "card_shape", "SCN-01")
		}
	}},
	{"SCN-05 scans that arrive late, twice or out of order are applied once", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		one, two := w.Card(c.ID), w.Card(d.ID)
		r := w.Use(w.DropIn(true), Today)
		a := batch.Scan{Number: "d3-1", Card: one.Value, At: Now.Add(-time.Hour)}
		b := batch.Scan{Number: "d3-2", Card: two.Value, At: Now.Add(-2 * time.Hour)}
		got := w.scan(r, b, a, a)
		diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.IsPosted}, outcomes(got))
		equal(t, "the second is a repeat", got[2].Repeat, true)
		equal(t, "of the same entry", got[2].Entry, got[1].Entry)
		got = w.scan(r, a, b, batch.Scan{Number: "d3-3", Card: one.Value, At: Now})
		diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.AlreadyAdded}, outcomes(got))
		equal(t, "services", len(w.record(c.ID))+len(w.record(d.ID)), 2)
		Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: got[0].Entry, Reason: "wrong"}))(t)
		diff(t, []batch.Outcome{batch.WasReversed}, outcomes(w.scan(r, a)))
		equal(t, "services", len(w.record(c.ID)), 0)
		entry := Must(w.Batches.Entries(w.Worker, r.ID, batch.Posted, casemgmt.PageRequest{}))(t).Items[0]
		equal(t, "the scan's own time", entry.ScannedAt, b.At)
	}},
	{"SCN-05 ACC-03 a scan number that another scan had is answered as such, and names nobody", func(t *testing.T, w *World) {
		c, d := w.Enrolled(), w.Enrolled()
		b := w.DropIn(true)
		r, other := w.Use(b, Today), w.Use(w.DropIn(true), Today)
		first := batch.Scan{Number: "d5-1", Card: w.Card(c.ID).Value, At: Now}
		second := batch.Scan{Number: "d5-1", Card: w.Card(d.ID).Value, At: Now}
		diff(t, []batch.Outcome{batch.IsPosted, batch.NumberUsed}, outcomes(w.scan(r, first, second)))
		got := w.scan(other, second, batch.Scan{Number: "d5-1", Card: "MADE-UP-1", At: Now})
		diff(t, []batch.Outcome{batch.NumberUsed, batch.NumberUsed}, outcomes(got))
		equal(t, "who it was", got[1].Client == nil && got[1].Entry.IsZero(), true)
		diff(t, []batch.Outcome{batch.NumberUsed}, outcomes(w.scan(other, first))) // in another run
	}},
	{"SCN-05 BAT-22 a scan that cannot be read, or is of the future, stops nobody else", func(t *testing.T, w *World) {
		c := w.Enrolled()
		card := w.Card(c.ID)
		r := w.Use(w.DropIn(true), Today)
		diff(t, []batch.Outcome{batch.Unreadable, batch.Unreadable, batch.Unreadable, batch.Unreadable, batch.InFuture, batch.IsPosted}, outcomes(w.scan(r,
			batch.Scan{Card: card.Value, At: Now}, batch.Scan{Number: "d4-1", At: Now}, batch.Scan{Number: "d4\x002", Card: card.Value, At: Now},
			batch.Scan{Number: "d4-0", Card: card.Value, At: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
			batch.Scan{Number: "d4-3", Card: card.Value, At: w.Config.Now().Add(time.Hour)}, batch.Scan{Number: "d4-4", Card: card.Value, At: Now})))
	}},
}
