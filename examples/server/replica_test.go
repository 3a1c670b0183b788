package main

import (
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Two servers on one database, with the addresses of docs/operations-cluster.md, read their lists from its replica, and show at once what
// was written on the other. They start and work while the replica is away.
func TestReplica(t *testing.T) {
	pg := databases.OwnCluster(t)
	standby := pg.Standby(t)
	standby.Stop(t, "fast")
	flags := clusterFlags(t, pg, standby)
	one, two := startServer(t, flags...), startServer(t, flags...)
	written := 0
	both := func() {
		t.Helper()
		written++
		name := "Marisol" + strings.Repeat("x", written)
		profile := obj{"given": name, "family": "Quintero" + name, "gender": "female", "birth_date": civil.MustParse("1950-01-01").AddDays(100 * written).String()}
		if status, _ := one.send("worker", "POST", "/clients", obj{"accepted": true, "profile": profile}, nil); status != 201 {
			t.Fatalf("register: %d", status)
		}
		for _, s := range []*server{one, two} {
			var list struct{ Items []struct{ Name string } }
			if status, _ := s.send("worker", "GET", "/clients?name="+name, nil, &list); status != 200 || len(list.Items) != 1 {
				t.Fatalf("%s: %d %+v", name, status, list)
			}
		}
	}
	both()
	standby.Start(t)
	db, _, err := open(t.Context(), options{dsn: standby.DSN})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	scans := func() (n int64) {
		if err := db.QueryRow("SELECT coalesce(sum(idx_scan + seq_scan), 0) FROM pg_stat_user_tables WHERE relname = 'cw_client_words'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	databases.Wait(t, "the replica is read", func() bool { both(); return scans() > 0 })
}

// The flags say what is wrong with them.
func TestReplicaFlags(t *testing.T) {
	for _, args := range [][]string{{"-replica", "postgres://x/y"}, {"-dsn", "postgres://x/y", "-replica", "x"}} {
		if _, _, err := parse(args, func(string) string { return "" }, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "-replica") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
