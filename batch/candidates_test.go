package batch_test

import (
	"slices"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// candidateRules are on names that are looked up before anybody is picked.
var candidateRules = storetest.Rules{
	"BAT-16 BAT-18 a name says when it fits more clients than are listed": func(t *testing.T, w *storetest.World) {
		r := w.Use(w.DropIn(true), storetest.Today)
		find := func(name string) (int, bool) {
			t.Helper()
			f := storetest.Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: name}))(t)
			return len(f.Items), f.More
		}
		for i := range 21 {
			n, more := find("Vandersloot")
			storetest.Equal(t, "listed", n, i)
			storetest.Equal(t, "more", more, false)
			p := w.Profile()
			p.Family = "Vandersloot"
			storetest.Must(w.Register(p))(t)
		}
		n, more := find("Vandersloot")
		storetest.Equal(t, "listed", n, 20)
		storetest.Equal(t, "more", more, true)
	},
	"BAT-16 several names are answered each, in their order": func(t *testing.T, w *storetest.World) {
		b := w.DropIn(true)
		r := w.Use(b, storetest.Today)
		register := func(given, family string) *batch.Pick {
			p := w.Profile()
			p.Given, p.Family = given, family
			return &batch.Pick{Client: storetest.Must(w.Register(p))(t).ID}
		}
		there, out := register("Xaviera", "Quillfeather"), register("Xander", "Quillfeather")
		w.Enroll(there.Client, storetest.Today, civil.Date{})
		for range 22 {
			register("Walburga", "Ostrowski")
		}
		w.Add(r, there.Client)
		find := func(names ...string) []batch.Found {
			t.Helper()
			return storetest.Must(w.Batches.CandidatesOf(w.Worker, batch.FindNames{Run: r.ID, Names: names}))(t)
		}
		got := find("ostrow walb", "nobody hasthisname", "quillfeather xavi", " XANDER ", "quillfeather")
		var n []int
		var more []bool
		for _, f := range got {
			n, more = append(n, len(f.Items)), append(more, f.More)
		}
		storetest.Diff(t, []int{20, 0, 1, 1, 2}, n)
		storetest.Diff(t, []bool{true, false, false, false, false}, more)
		storetest.Equal(t, "of somebody not enrolled", got[0].Items[19].Outcome, batch.NoEnrollment)
		storetest.Equal(t, "of who is there", got[2].Items[0].Outcome, batch.AlreadyAdded)
		storetest.Equal(t, "who is not enrolled", got[3].Items[0].ID, out.Client)
		storetest.Equal(t, "outcome", got[3].Items[0].Outcome, batch.NoEnrollment)
		one := storetest.Must(w.Batches.Candidates(w.Worker, batch.FindCandidates{Run: r.ID, Name: "quillfeather"}))(t)
		storetest.Diff(t, *one, got[4])
		many := find(slices.Repeat([]string{"ostrowski"}, batch.MaxNames)...) // over several chunks
		storetest.Diff(t, many[0], many[batch.MaxNames-1])
	},
	"BAT-16 SRC-01 names that cannot be looked up are told by their place": func(t *testing.T, w *storetest.World) {
		r := w.Use(w.DropIn(true), storetest.Today)
		find := func(names ...string) error {
			_, err := w.Batches.CandidatesOf(w.Worker, batch.FindNames{Run: r.ID, Names: names})
			return err
		}
		storetest.Refused(t, find(), "/names", "required", "BAT-16")
		storetest.Refused(t, find("am", storetest.Nothing), "/names/1", "required", "BAT-16")
		storetest.Refused(t, find("?!", "am"), "/names/0", "nothing_to_search", "SRC-01")
		storetest.Refused(t, find("am", "a\nb"), "/names/1", "control_character", "BAT-16")
		storetest.Refused(t, find(slices.Repeat([]string{"am"}, batch.MaxNames+1)...), "/names", "too_many", "BAT-16")
		_, err := w.Batches.CandidatesOf(w.Outsider, batch.FindNames{Run: r.ID, Names: []string{"am"}})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Batches.CandidatesOf(w.OtherAdmin, batch.FindNames{Run: r.ID, Names: []string{"am"}})
		storetest.Is(t, err, fault.ErrNotFound)
	},
}
