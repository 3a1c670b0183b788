package bunstore_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// Programs that migrate one database at once all succeed, and it is migrated once.
func TestMigrateAtOnce(t *testing.T) {
	migrate := func(t *testing.T, open func() (*bun.DB, string)) {
		t.Helper()
		var all sync.WaitGroup
		begin := make(chan struct{})
		var one *bunstore.Store
		for range 6 {
			db, prefix := open()
			s, err := bunstore.New(db, bunstore.Options{Prefix: prefix})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			one = s
			all.Go(func() {
				<-begin
				if err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		if n, err := one.Pending(t.Context()); n != 0 || err != nil {
			t.Errorf("%d are left: %v", n, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		for range 5 { // a race does not show each time
			file := filepath.Join(t.TempDir(), "test.db")
			migrate(t, func() (*bun.DB, string) {
				db, err := sql.Open("sqlite", databases.SQLiteDSN(file, "NORMAL")) // as another program has it
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				return bun.NewDB(db, sqlitedialect.New()), "cw_"
			})
			db, err := sql.Open("sqlite", databases.SQLiteDSN(file, "NORMAL"))
			if err != nil {
				t.Fatal(err)
			}
			var twice int
			if err := db.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM sqlite_stat1 GROUP BY tbl, idx HAVING count(*) > 1)`).Scan(&twice); err != nil || twice > 0 {
				t.Errorf("%d sizes are assumed twice: %v", twice, err)
			}
			db.Close()
		}
	})
	t.Run("postgres", func(t *testing.T) {
		db, prefix := databases.OpenPostgres(t)
		migrate(t, func() (*bun.DB, string) { return db, prefix })
	})
}
