package enroll_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

func takeBack(who context.Context, w *storetest.World, e *enroll.Enrollment) (*enroll.Enrollment, error) {
	return w.Enrolling.TakeBack(who, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: "another client"})
}

// isEnrolled says whether a client is in the list of who is enrolled today.
func isEnrolled(t *testing.T, w *storetest.World, c casemgmt.ClientID) bool {
	t.Helper()
	return slices.ContainsFunc(everyPage(t, func(p casemgmt.PageRequest) (casemgmt.Page[enroll.EnrolledClient], error) {
		return w.Enrolling.Enrolled(w.Admin, enroll.EnrolledIn{Program: w.Program.ID}, p)
	}), func(x enroll.EnrolledClient) bool { return x.Client.ID == c })
}

var takeBackRules = storetest.Rules{
	"ENR-01 ENR-04 ENR-06 a mistaken enrollment is taken back with a reason, and comes back as it was in one step": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		e := w.Enroll(c.ID, storetest.Today.AddDays(-5), civil.Date{})
		me := storetest.Must(w.Cases.Caller(w.Colleague))(t)
		_, err := w.Enrolling.TakeBack(w.Worker, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "ENR-06")
		gone := storetest.Must(takeBack(w.Colleague, w, e))(t)
		_, err = takeBack(w.Worker, w, e)
		storetest.Is(t, err, fault.ErrConflict)
		_, err = takeBack(w.Worker, w, gone)
		storetest.Refused(t, err, "/id", "enrollment_removed", "ENR-06")
		_, err = w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: gone.Version, Start: e.Start, Exit: storetest.Today})
		storetest.Refused(t, err, "/id", "enrollment_removed", "ENR-06")

		storetest.Diff(t, &casemgmt.Removal{At: w.Config.Now(), By: me.ID, Reason: "another client"}, gone.Removal)
		storetest.Diff(t, gone, storetest.Must(w.Enrolling.Enrollment(w.Worker, e.ID))(t))
		storetest.Diff(t, []*enroll.Enrollment{gone}, storetest.Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t))
		storetest.Equal(t, "among the enrolled", isEnrolled(t, w, c.ID), false)
		r := w.Use(w.DropIn(true), storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.NoEnrollment}, w.Add(r, c.ID))
		storetest.Equal(t, "active", gone.ActiveOn(storetest.Today), false)

		back := storetest.Must(w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: gone.Version}))(t)
		_, err = w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: back.Version})
		storetest.Refused(t, err, "/id", "not_applicable", "ENR-06")
		back.Version = e.Version
		storetest.Diff(t, e, back)
		storetest.Equal(t, "among the enrolled", isEnrolled(t, w, c.ID), true)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
	},
	"ENR-06 BAT-25 an enrollment is not taken back while a service that counts stands on it": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		e := w.Enroll(c.ID, storetest.Today.AddDays(-5), civil.Date{})
		r := w.Use(w.DropIn(true), storetest.Today)
		review := w.Use(w.DropIn(false), storetest.Today)
		w.Add(review, c.ID)
		w.Add(r, c.ID)
		_, err := takeBack(w.Worker, w, e)
		storetest.Refused(t, err, "/id", "has_services", "ENR-06")
		storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "wrong client"}))(t)
		storetest.Must(takeBack(w.Worker, w, e))(t)
		// what is selected or comes back is looked at again
		page := storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: review.ID}))(t)
		storetest.Diff(t, []batch.Outcome{batch.NoEnrollment}, storetest.Outcomes(page.Results))
		r = storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
		left := storetest.Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: r.Version, Reason: "r"}))(t).Left
		storetest.Diff(t, []batch.Outcome{batch.NoEnrollment}, storetest.Outcomes(left))
		storetest.Equal(t, "services that count", len(w.OnRecord(c.ID)), 0)
	},
	"ENR-03 ENR-05 ANO-09 what was taken back stands in the way of nothing, and comes back only into its own time": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		e := storetest.Must(takeBack(w.Worker, w, w.Enroll(c.ID, storetest.Today.AddDays(-5), civil.Date{})))(t)
		_, err := w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c.ID, Program: w.Program.ID, Start: storetest.Today})
		storetest.Refused(t, err, "/intake", "intake_needed", "ENR-03") // the client is not active
		other := w.Enroll(c.ID, storetest.Today.AddDays(-9), storetest.Today.AddDays(-5))
		_, err = w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: e.Version})
		storetest.Refused(t, err, "/id", "enrolled_already", "ENR-05")
		other = storetest.Must(w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: other.ID, Version: other.Version, Start: other.Start, Exit: storetest.Today.AddDays(-6)}))(t)
		e = storetest.Must(w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: e.Version}))(t)
		_, err = w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: other.ID, Version: other.Version, Start: other.Start, Exit: storetest.Today.AddDays(-5)})
		storetest.Refused(t, err, "/start", "enrolled_already", "ENR-05")
		storetest.Must(takeBack(w.Worker, w, e))(t)
		storetest.Must(w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: other.ID, Version: other.Version, Start: other.Start, Exit: storetest.Today.AddDays(-5)}))(t)

		d := w.Client()
		e = storetest.Must(takeBack(w.Worker, w, w.Enroll(d.ID, storetest.Today, civil.Date{})))(t)
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: d.ID, Version: d.Version}))(t)
		_, err = w.Enrolling.Restore(w.Worker, enroll.Restore{ID: e.ID, Version: e.Version})
		storetest.Refused(t, err, "/id", "consent_withdrawn", "ANO-09")
	},
	"ENR-07 after a mistaken enrollment the first service enrolls again": func(t *testing.T, w *storetest.World) {
		program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Open hall", "Salle ouverte"), EnrollOnFirstService: true}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "Hall", AutoPost: true, Program: program.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		r := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID}))(t)
		c := w.Client()
		e := storetest.Must(w.Enrolling.Enroll(w.Admin, enroll.Enroll{Client: c.ID, Program: program.ID, Start: storetest.Today.AddDays(1), Intake: storetest.Intake(storetest.Today)}))(t)
		storetest.Must(takeBack(w.Admin, w, e))(t)
		out := storetest.Must(w.Batches.AddClients(w.Admin, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}}))(t).Results
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, storetest.Outcomes(out))
		storetest.Equal(t, "enrolled", out[0].Enrolled, true)
	},
	"ENR-06 ACC-14 who may change an enrollment takes it back and restores it": func(t *testing.T, w *storetest.World) {
		e := w.Enroll(w.Client().ID, storetest.Today, civil.Date{})
		for who, want := range map[context.Context]error{w.Outsider: fault.ErrForbidden, w.SeeAll: fault.ErrForbidden, w.OtherAdmin: fault.ErrNotFound} {
			_, err := takeBack(who, w, e)
			storetest.Is(t, err, want)
			_, err = w.Enrolling.Restore(who, enroll.Restore{ID: e.ID, Version: e.Version})
			storetest.Is(t, err, want)
		}
		for _, who := range []context.Context{w.Colleague, w.Manager, w.Admin} {
			e = storetest.Must(takeBack(who, w, e))(t)
			e = storetest.Must(w.Enrolling.Restore(who, enroll.Restore{ID: e.ID, Version: e.Version}))(t)
		}
	},
	"ENR-01 ENR-06 taking back and posting at once leave no service without its enrollment": func(t *testing.T, w *storetest.World) {
		r := w.Use(w.DropIn(true), storetest.Today)
		for range 8 {
			c := w.Client()
			e := w.Enroll(c.ID, storetest.Today, civil.Date{})
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = takeBack(w.Worker, w, e) })
			wg.Go(func() {
				_, _ = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
			})
			wg.Wait()
			e = storetest.Must(w.Enrolling.Enrollment(w.Worker, e.ID))(t)
			storetest.Equal(t, "a service or none", len(w.OnRecord(c.ID)) == 1, e.Removal == nil)
		}
	},
}
