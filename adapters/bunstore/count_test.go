package bunstore_test

import (
	"fmt"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// A run does the same number of statements for each 200 clients, and never one
// per client: to add, to scan, to post, to reverse and to restore.
func TestStatementsOfARun(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run("BAT-22 "+d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			w := databases.NewWorld(t, store)
			count := func(call func()) int {
				n := 0
				store.Count(func(string) { n++ })
				defer store.Count(nil)
				call()
				return n
			}
			add := func(r *batch.Run, n int) int {
				var picks []batch.Pick
				for _, c := range w.Crowd(n) {
					picks = append(picks, batch.Pick{Client: c})
				}
				return count(func() {
					storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(t)
				})
			}
			auto, reviewed := w.Use(w.DropIn(true, enroll.DayShelter, "Lunch", "Shower"), storetest.Today), w.Use(w.DropIn(false), storetest.Today)
			add(auto, 1) // what is read once and kept
			one, first, all := add(auto, 1), add(auto, 200), add(auto, 1000)
			if one != first {
				t.Errorf("%d statements for one client, %d for 200", one, first)
			}
			if each := (all - first) / 4; first+4*each != all || each > 6 {
				t.Errorf("%d statements for 200 clients, %d for 1,000", first, all)
			}
			var other []batch.Pick // with units of their own
			for _, c := range w.Crowd(200) {
				other = append(other, batch.Pick{Client: c, Units: []batch.Item{{Code: w.Codes["Lunch"].ID, Units: 3}}})
			}
			if n := count(func() {
				storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: auto.ID, Clients: other}))(t)
			}); n != first {
				t.Errorf("%d statements for 200 clients with units of their own, %d without", n, first)
			}
			add(reviewed, 200)
			post := func() int {
				return count(func() { storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: reviewed.ID}))(t) })
			}
			small := post()
			for range 4 {
				add(reviewed, 200)
			}
			// six more for each 200, and a look that there are none left
			if big := post(); big > small+4*7 {
				t.Errorf("%d statements to post 200, %d to post 800", small, big)
			}
			scans := func(n int) int {
				var list []batch.Scan
				for i, c := range w.Crowd(n) {
					list = append(list, batch.Scan{Number: fmt.Sprint(c, i), Card: w.Card(c).Value, At: storetest.Now})
				}
				return count(func() { storetest.Must(w.Batches.Scan(w.Worker, batch.Scans{Run: auto.ID, Scans: list}))(t) })
			}
			if one, many := scans(1), scans(150); one != many {
				t.Errorf("%d statements for one scan, %d for 150", one, many)
			}
			run := storetest.Must(w.Batches.Run(w.Worker, auto.ID))(t)
			n := count(func() {
				run = storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: run.ID, Version: run.Version, Reason: "r"}))(t)
			})
			if n > 12 {
				t.Errorf("%d statements to reverse 1,553 clients", n)
			}
			n = count(func() {
				back := storetest.Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: run.ID, Version: run.Version, Reason: "r"}))(t)
				if len(back.Left) > 0 || back.Counts.Posted != 1553 {
					t.Errorf("%d left, %+v", len(back.Left), back.Counts)
				}
			})
			if n > 12+7*8 {
				t.Errorf("%d statements to restore 1,553 clients", n)
			}
		})
	}
}
