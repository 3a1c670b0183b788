package main

import (
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// Two servers start at once and work behind PgBouncer, as docs/operations-cluster.md
// sets it up: connections are shared between transactions.
func TestPooler(t *testing.T) {
	dsn := databases.OwnCluster(t).Pooler(t, clusterFile(t, "ini"))
	if _, err := program(); err != nil {
		t.Fatal(err)
	}
	servers := make([]*server, 2)
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() {
			var err error
			if servers[i], err = launch(t, "-dsn", dsn, "-pooled"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	w := workload{servers: servers}
	w.begin()
	databases.Wait(t, "many changes", func() bool { return w.kept.Load() > 400 })
	w.end()
	for what, n := range w.errs {
		t.Errorf("%d times: %s", n, what)
	}
	for _, s := range servers {
		var list struct{ Items []struct{ ID string } }
		if status, _ := s.send("worker", "GET", "/clients?name=ok", nil, &list); status != 200 || len(list.Items) == 0 {
			t.Errorf("a list: %d %+v", status, list)
		}
	}
}
