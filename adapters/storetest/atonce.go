package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// atOnceRules are what holds when several change the same at one moment.
var atOnceRules = []rule{
	{"BAT-20 the same request twice adds once, and two at once do not add twice", func(t *testing.T, w *World) {
		r := w.Use(w.DropIn(true), Today)
		var picks []batch.Pick
		for range 30 {
			picks = append(picks, batch.Pick{Client: w.Enrolled().ID})
		}
		ctx := casemgmt.Once(w.Worker, "batch-again")
		first := Must(w.Batches.AddClients(ctx, batch.AddClients{Run: r.ID, Clients: picks[:10]}))(t)
		diff(t, first, Must(w.Batches.AddClients(ctx, batch.AddClients{Run: r.ID, Clients: picks[:10]}))(t))
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
		equal(t, "posted", sum, 30)
		diff(t, &batch.Counts{Posted: 30}, Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
	}},
	{"BAT-17 SCN-05 BAT-22 many scanners at once: each scan is applied once and answered to its own scanner", func(t *testing.T, w *World) {
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
		diff(t, &batch.Counts{Posted: scanners * each}, Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
	}},
	{"BAT-20 two post the same run at once: each record once", func(t *testing.T, w *World) {
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
		equal(t, "posted", posted[0]+posted[1]+posted[2]+posted[3], 60)
		for _, p := range picks {
			equal(t, "services", len(w.record(p.Client)), 1)
		}
	}},
	{"ENR-05 ENR-06 enrolling, moving and posting at once keep the rules", func(t *testing.T, w *World) {
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
			for _, x := range w.record(c.ID) {
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
			equal(t, "enrollments", len(Must(w.Enrolling.ClientEnrollments(w.Worker, d.ID))(t)), 1)
		}
	}},
}
