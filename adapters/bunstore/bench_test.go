package bunstore_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// processor is the time of both processors that this program has used.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStart records sessions with a client and a complete form from 8
// goroutines, without HTTP: what of the server's time is the library's.
func BenchmarkStart(b *testing.B) {
	full := databases.Database{Name: "sqlite-full", Open: func(t testing.TB) (*bun.DB, string) {
		db, err := sql.Open("sqlite", databases.SQLiteDSN(filepath.Join(t.TempDir(), "bench.db"), "FULL"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return bun.NewDB(db, sqlitedialect.New()), "cw_"
	}}
	for _, d := range append([]databases.Database{full}, databases.Databases()...) {
		b.Run(d.Name, func(b *testing.B) {
			db, prefix := d.Open(b)
			db.SetMaxOpenConns(16)
			db.SetMaxIdleConns(16)
			store := databases.Migrated(b, db, prefix)
			w := databases.NewWorld(b, store)
			client := w.Client()
			for range 20 {
				w.Start(w.Worker, client.ID, "io")
			}
			var statements atomic.Int64
			store.Count(func(string) { statements.Add(1) })
			b.ReportAllocs()
			b.ResetTimer()
			start, used := time.Now(), processor()
			var wait sync.WaitGroup
			for g := range 8 {
				wait.Go(func() {
					for range (b.N + g) / 8 {
						w.Start(w.Worker, client.ID, "io")
					}
				})
			}
			wait.Wait()
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "sessions/s")
			b.ReportMetric(float64((processor()-used).Microseconds())/float64(b.N), "cpu-µs")
			b.ReportMetric(float64(statements.Load())/float64(b.N), "statements")
			b.ReportMetric(0, "ns/op")
		})
	}
}
