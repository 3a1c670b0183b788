package bunstore_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// BenchmarkReplica reads a list of 50 incomplete sessions, on the primary, and on a
// replica with the question that goes before.
func BenchmarkReplica(b *testing.B) {
	primary := databases.OwnCluster(b)
	standby := primary.Standby(b)
	s := overBoth(b, at(b, primary.DSN), at(b, standby.DSN), "cw_")
	w := databases.NewWorld(b, databases.Migrated(b, at(b, primary.DSN), "cw_"))
	for range 60 {
		w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{})
	}
	list := func(w *storetest.World) {
		page := storetest.Must(w.Sessions.MyIncomplete(w.Worker, casemgmt.PageRequest{Limit: 50}))(b)
		if len(page.Items) != 50 {
			b.Fatalf("%d sessions", len(page.Items))
		}
	}
	b.Run("primary", func(b *testing.B) {
		for b.Loop() {
			list(w)
		}
	})
	b.Run("replica", func(b *testing.B) {
		w := w.Elsewhere(s)
		databases.Wait(b, "the replica is read", func() bool { return s.uses(func() { list(w) }) })
		before := s.replicaReads.Load()
		for b.Loop() {
			list(w)
		}
		b.ReportMetric(float64(s.replicaReads.Load()-before)/float64(b.N), "queries/op")
	})
}
