package batch_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

var reversalRules = storetest.Rules{
	"BAT-25 a run is reversed with a reason, restored, and its history kept": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		b := w.DropIn(true)
		r := w.Use(b, storetest.Today)
		w.Add(r, c.ID, d.ID)
		_, err := w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "BAT-25")
		_, err = w.Batches.ReverseRun(w.Outsider, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "r"})
		storetest.Is(t, err, fault.ErrForbidden)
		r = storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "wrong day"}))(t)
		storetest.Diff(t, &batch.Counts{Reversed: 2}, r.Counts)
		storetest.Equal(t, "services that count", len(w.OnRecord(c.ID)), 0)
		all := storetest.Must(w.Batches.Transactions(w.Worker, c.ID, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "still visible, as reversed", all.Items[0].Reversed, true)
		_, err = w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}}})
		storetest.Refused(t, err, "/run", "run_reversed", "BAT-25")
		_, err = w.Batches.Post(w.Worker, batch.Post{Run: r.ID})
		storetest.Refused(t, err, "/run", "run_reversed", "BAT-25")
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(w.Use(b, storetest.Today), d.ID)) // given after all, in another run
		back := storetest.Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: r.Version, Reason: "it was right"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded}, storetest.Outcomes(back.Left))
		storetest.Equal(t, "who was left", back.Left[0].Client.ID, d.ID)
		storetest.Diff(t, &batch.Counts{Posted: 1, Reversed: 1}, back.Counts)
		storetest.Equal(t, "services that count", len(w.OnRecord(c.ID))+len(w.OnRecord(d.ID)), 2)
		history := storetest.Must(w.Batches.Reversals(w.Worker, r.ID))(t)
		storetest.Equal(t, "reversals", len(history), 1)
		storetest.Equal(t, "undone because", history[0].Undone.Reason, "it was right")
		_, err = w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: back.Version, Reason: "again"})
		storetest.Refused(t, err, "/id", "not_applicable", "BAT-25")
	},
	"BAT-25 one client of a run is reversed and restored": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		r := w.Use(w.DropIn(true, enroll.DayShelter, "Lunch"), storetest.Today)
		w.Add(r, c.ID, d.ID)
		entry := storetest.Must(w.Batches.Entries(w.Worker, r.ID, batch.Posted, casemgmt.PageRequest{}))(t).Items[0]
		after := w.Tail()
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"}))(t)
		event := storetest.Must(w.Cases.Feed(w.Admin, after, 1))(t).Events[0]
		storetest.Equal(t, "event", event.Type, "entry.reversed")
		storetest.Equal(t, "subject", event.Subject, r.ID.String())
		storetest.Equal(t, "what it names", event.Changes[0].Path, "/entries")
		storetest.Equal(t, "services", [2]int{len(w.OnRecord(c.ID)), len(w.OnRecord(d.ID))}, [2]int{0, 2})
		_, err := w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"})
		storetest.Refused(t, err, "/id", "not_applicable", "BAT-25")
		w.Bar(c.ID, storetest.Today, civil.Date{})
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "no, stayed"})
		storetest.Refused(t, err, "/id", "barred", "BAR-01")
		bar := storetest.Must(w.Enrolling.ClientBars(w.Worker, c.ID))(t)[0]
		storetest.Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: bar.ID, Version: bar.Version, Reason: "r"}))(t)
		restored := storetest.Must(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "no, stayed"}))(t)
		storetest.Equal(t, "state", restored.State, batch.Posted)
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 2)
		// a reversed one leaves its place to a new one, and then does not come back
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry.ID, Reason: "left early"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, w.Add(r, c.ID))
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "r"})
		storetest.Refused(t, err, "/id", "already_added", "BAT-20")
		// what was reversed alone stays so when the run is reversed and restored
		run := storetest.Must(w.Batches.Run(w.Worker, r.ID))(t)
		run = storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: run.Version, Reason: "all wrong"}))(t)
		_, err = w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry.ID, Reason: "r"})
		storetest.Refused(t, err, "/id", "run_reversed", "BAT-25")
		back := storetest.Must(w.Batches.RestoreRun(w.Worker, batch.RestoreRun{ID: r.ID, Version: run.Version, Reason: "all right"}))(t)
		storetest.Diff(t, &batch.Counts{Posted: 2, Reversed: 1}, back.Counts)
	},
}
