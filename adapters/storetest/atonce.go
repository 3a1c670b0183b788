package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// atOnceRules are what holds when several change the same at one moment.
var atOnceRules = Rules{
	"BAT-20 the same request twice adds once, and two at once do not add twice": func(t *testing.T, w *World) {
		r := w.Use(w.DropIn(true), Today)
		var picks []batch.Pick
		for range 30 {
			picks = append(picks, batch.Pick{Client: w.Enrolled().ID})
		}
		ctx := casemgmt.Once(w.Worker, "batch-again")
		first := Must(w.Batches.AddClients(ctx, batch.AddClients{Run: r.ID, Clients: picks[:10]}))(t)
		Diff(t, first, Must(w.Batches.AddClients(ctx, batch.AddClients{Run: r.ID, Clients: picks[:10]}))(t))
		var wg sync.WaitGroup
		posted := make([]int, 6)
		for i := range posted {
			wg.Go(func() {
				own := append(append([]batch.Pick{}, picks[i*5:]...), picks[:i*5]...) // each in another order
				out, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: own})
				if err != nil {
					t.Error(err)
					return
				}
				for _, x := range out.Results {
					if x.Outcome == batch.IsPosted {
						posted[i]++
					}
				}
			})
		}
		wg.Wait()
		sum := 10
		for _, n := range posted {
			sum += n
		}
		Equal(t, "posted", sum, 30)
		Diff(t, &batch.Counts{Posted: 30}, Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
	},
	"BAT-17 SCN-05 BAT-22 many scanners at once: each scan is applied once and answered to its own scanner": func(t *testing.T, w *World) {
		r := w.Use(w.DropIn(true), Today)
		const scanners, each = 8, 6
		var cards [scanners][each]string
		var who [scanners][each]casemgmt.ClientID
		for i := range scanners {
			for j := range each {
				c := w.Enrolled()
				cards[i][j], who[i][j] = w.Card(c.ID).Value, c.ID
			}
		}
		var wg sync.WaitGroup
		for i := range scanners {
			wg.Go(func() {
				for j := range each {
					for range 2 { // the second is a repeat
						one := batch.Scan{Number: fmt.Sprintf("many-%s-%d-%d", r.ID, i, j), Card: cards[i][j], At: Now}
						out, err := w.Batches.Scan(w.Worker, batch.Scans{Run: r.ID, Scans: []batch.Scan{one, {Number: one.Number + "x", At: Now}}})
						if err != nil || len(out.Results) != 2 || out.Results[0].Outcome != batch.IsPosted || out.Results[0].Client.ID != who[i][j] || out.Results[1].Outcome != batch.Unreadable {
							t.Errorf("%+v %v", out, err)
							return
						}
					}
				}
			})
		}
		wg.Wait()
		Diff(t, &batch.Counts{Posted: scanners * each}, Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
	},
	"BAT-20 two post the same run at once: each record once": func(t *testing.T, w *World) {
		r := w.Use(w.DropIn(false), Today)
		var picks []batch.Pick
		for range 60 {
			picks = append(picks, batch.Pick{Client: w.Enrolled().ID})
		}
		Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(t)
		var wg sync.WaitGroup
		posted := make([]int, 4)
		for i := range posted {
			wg.Go(func() {
				page, err := w.Batches.Post(w.Worker, batch.Post{Run: r.ID})
				if err != nil {
					t.Error(err)
					return
				}
				posted[i] = len(page.Results)
			})
		}
		wg.Wait()
		Equal(t, "posted", posted[0]+posted[1]+posted[2]+posted[3], 60)
		for _, p := range picks {
			Equal(t, "services", len(w.OnRecord(p.Client)), 1)
		}
	},
	"ENR-05 ENR-06 enrolling, moving and posting at once keep the rules": func(t *testing.T, w *World) {
		for range 5 {
			c := w.Client()
			e := w.Enroll(c.ID, Today.AddDays(-30), civil.Date{})
			r := w.Use(w.DropIn(true), Today)
			var wg sync.WaitGroup
			wg.Go(func() {
				_, _ = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
			})
			wg.Go(func() {
				_, _ = w.Enrolling.UpdateEnrollment(w.Worker, enroll.UpdateEnrollment{ID: e.ID, Version: e.Version, Start: e.Start, Exit: Today.AddDays(-1)})
			})
			wg.Wait()
			e = Must(w.Enrolling.Enrollment(w.Worker, e.ID))(t)
			for _, x := range w.OnRecord(c.ID) {
				if !e.ActiveOn(x.Date) {
					t.Error("a service is outside of its enrollment")
				}
			}
			d := w.Client()
			for range 4 {
				wg.Go(func() {
					_, _ = w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: d.ID, Program: w.Program.ID, Start: Today, Intake: Intake(Today)})
				})
			}
			wg.Wait()
			Equal(t, "enrollments", len(Must(w.Enrolling.ClientEnrollments(w.Worker, d.ID))(t)), 1)
		}
	},
	"the same request key sent ten times at once makes one session": func(t *testing.T, w *World) {
		ctx := casemgmt.Once(w.FreshWorker(w.Program), "once-"+id.New[int]().String())
		cmd := session.Start{Details: w.Details(), Client: w.Client().ID}
		var wg sync.WaitGroup
		ids := make([]session.SessionID, 10)
		for i := range ids {
			wg.Go(func() {
				x, err := w.Sessions.Start(ctx, cmd)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = x.ID
			})
		}
		wg.Wait()
		for _, k := range ids {
			Equal(t, "session", k, ids[0])
		}
		Equal(t, "sessions", len(w.Mine(ctx)), 1)
		cmd.Notes = "another"
		_, err := w.Sessions.Start(ctx, cmd)
		Is(t, err, fault.ErrKeyReused)
	},
	"eight workers write at once and nothing is lost": func(t *testing.T, w *World) {
		client := w.Client()
		var wg sync.WaitGroup
		for range 8 {
			ctx := w.FreshWorker(w.Program)
			wg.Go(func() {
				for range 15 {
					if _, err := w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: client.ID}); err != nil {
						t.Error(err)
						return
					}
				}
				if n := len(w.Mine(ctx)); n != 15 {
					t.Errorf("%d sessions of 15 are there", n)
				}
			})
		}
		wg.Wait()
	},
	"two people save one form at once: one wins, the other is told": func(t *testing.T, w *World) {
		x := w.Begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		f := x.Participants[0].Forms[0]
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, text := range []string{"from the worker", "from the manager"} {
			ctx := w.Worker
			if i == 1 {
				ctx = w.Manager
			}
			wg.Go(func() {
				_, errs[i] = w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version,
					Content: session.Content{Program: f.Program, Answers: map[string]any{"description": text}}})
			})
		}
		wg.Wait()
		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				want := []string{"from the worker", "from the manager"}[i]
				Equal(t, "answer", Must(w.Sessions.Form(w.Worker, f.ID))(t).Answers["description"], any(want))
			} else {
				Is(t, err, fault.ErrConflict)
			}
		}
		Equal(t, "winners", won, 1)
	},
	"two registrations of one person at once: one wins, the other is shown it": func(t *testing.T, w *World) {
		p := w.Profile()
		p.Identifiers = nil
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { _, errs[i] = w.Register(p) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			var found *casemgmt.PossibleDuplicates
			if !errors.As(err, &found) || len(found.LookAlikes) != 1 {
				t.Errorf("error %v, want the one look-alike", err)
			}
		}
		Equal(t, "winners", won, 1)
	},
}
