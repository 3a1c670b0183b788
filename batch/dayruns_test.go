package batch_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// dayRules are on the runs of a day.
var dayRules = storetest.Rules{
	"BAT-12 the runs of a day, of all batches, the last one started first, with their counts": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2017, Month: 5, Day: 4}
		auto, reviewed := w.DropIn(true), w.DropIn(false)
		first, second, third := w.Use(auto, day), w.Use(reviewed, day), w.Use(auto, day)
		w.Use(auto, day.AddDays(1))
		c, d := w.Client().ID, w.Client().ID
		w.Enroll(c, day, civil.Date{})
		w.Enroll(d, day, civil.Date{})
		w.Add(first, c, d)
		w.Add(second, c)
		entry := storetest.Must(w.Batches.Entries(w.Worker, first.ID, "", casemgmt.PageRequest{}))(t).Items[0]
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: first.ID, ID: entry.ID, Reason: "r"}))(t)

		page := storetest.Must(w.Batches.RunsOn(w.Worker, batch.RunsOn{On: day, PageRequest: casemgmt.PageRequest{Limit: 2}}))(t)
		rest := storetest.Must(w.Batches.RunsOn(w.Worker, batch.RunsOn{On: day, PageRequest: casemgmt.PageRequest{Limit: 2, After: page.Next}}))(t)
		var got []batch.RunID
		var counts []batch.Counts
		for _, r := range append(page.Items, rest.Items...) {
			got, counts = append(got, r.ID), append(counts, *r.Counts)
		}
		storetest.Diff(t, []batch.RunID{third.ID, second.ID, first.ID}, got)
		storetest.Diff(t, []batch.Counts{{}, {Selected: 1}, {Posted: 1, Reversed: 1}}, counts)
		storetest.Equal(t, "a page behind the last", rest.Next, "")
		_, err := w.Batches.RunsOn(w.Worker, batch.RunsOn{On: day, PageRequest: casemgmt.PageRequest{After: "zzz"}})
		storetest.Refused(t, err, "/after", "bad_cursor", "SRC-06")
		_, err = w.Batches.RunsOn(w.Worker, batch.RunsOn{On: civil.Date{Year: 2017, Month: 2, Day: 30}})
		storetest.Refused(t, err, "/on", "date_range", "BAT-12")
		storetest.Equal(t, "today unless a day is given", storetest.Must(w.Batches.RunsOn(w.Worker, batch.RunsOn{}))(t).Next, "")
		now := w.Use(auto, storetest.Today)
		storetest.Equal(t, "of today", storetest.Must(w.Batches.RunsOn(w.Worker, batch.RunsOn{}))(t).Items[0].ID, now.ID)
	},
	"BAT-12 ACC-03 the runs of a day are those of the programs that the caller sees": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2017, Month: 5, Day: 6}
		own := w.Use(w.DropIn(true), day)
		second := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: i18n.T("Evening", "Soir")}))(t)
		b := storetest.Must(w.Batches.Create(w.Admin, batch.Content{Description: "Supper", Program: second.ID, Services: []batch.Include{{Code: w.Codes["Lunch"].ID}}}))(t)
		theirs := storetest.Must(w.Batches.Start(w.Admin, batch.Start{Batch: b.ID, ServiceDate: day}))(t)
		list := func(q batch.RunsOn, as ...batch.RunID) {
			t.Helper()
			q.On = day
			var got []batch.RunID
			for _, r := range storetest.Must(w.Batches.RunsOn(w.Admin, q))(t).Items {
				got = append(got, r.ID)
			}
			storetest.Diff(t, as, got)
		}
		list(batch.RunsOn{}, theirs.ID, own.ID)
		list(batch.RunsOn{Program: w.Program.ID}, own.ID)
		seen := storetest.Must(w.Batches.RunsOn(w.Worker, batch.RunsOn{On: day}))(t).Items
		storetest.Equal(t, "what the worker sees", len(seen), 1)
		storetest.Equal(t, "the worker's", seen[0].ID, own.ID)
		storetest.Equal(t, "what another agency sees", len(storetest.Must(w.Batches.RunsOn(w.OtherAdmin, batch.RunsOn{On: day, Program: w.Program.ID}))(t).Items), 0)
		_, err := w.Batches.RunsOn(w.Worker, batch.RunsOn{On: day, Program: second.ID})
		storetest.Is(t, err, fault.ErrForbidden)
	},
}
