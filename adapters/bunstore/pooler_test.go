package bunstore_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// poolerSettings are those of docs/operations-cluster.md.
func poolerSettings(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/operations-cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), "```ini\n")
	settings, _, end := strings.Cut(rest, "```")
	if !ok || !end || !strings.Contains(settings, "pool_mode = transaction") {
		t.Fatal("docs/operations-cluster.md has no pgbouncer.ini")
	}
	return settings
}

// Behind PgBouncer with the settings of the page the store promises what it promises
// without, in both modes, and when several migrate at once. In the mode transaction
// twice as many connections share those that there are; in the mode session each
// needs one.
func TestPooler(t *testing.T) {
	pg := databases.OwnCluster(t)
	for mode, of := range map[string]struct {
		opts        bunstore.Options
		connections int
	}{
		"transaction": {bunstore.Options{Prefix: "tx_", NoPrepare: true}, 40},
		"session":     {bunstore.Options{Prefix: "se_"}, 16},
	} {
		opts := of.opts
		t.Run(mode, func(t *testing.T) {
			dsn := pg.Pooler(t, strings.Replace(poolerSettings(t), "pool_mode = transaction", "pool_mode = "+mode, 1))
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					s, err := bunstore.New(at(t, dsn), opts)
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if t.Failed() {
				return
			}
			storetest.Suite(t, func(t *testing.T) *storetest.World {
				db := at(t, dsn)
				db.SetMaxOpenConns(of.connections)
				s, err := bunstore.New(db, opts)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return databases.NewWorld(t, s)
			})
			var open int
			if err := at(t, pg.DSN).QueryRow("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").Scan(&open); err != nil || open > 21 {
				t.Errorf("%d connections are open: %v", open, err) // 20, and this one
			}
			var held int
			if err := at(t, pg.DSN).QueryRow("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").Scan(&held); err != nil || held > 0 {
				t.Errorf("%d locks are still held: %v", held, err)
			}
		})
	}
}
