package bunstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// pages limits SQLite's file to a number of pages more than it has: what is beyond
// fails as on a full disk. The limit is the connection's, of which there is one.
func pages(t *testing.T, db *bun.DB, more int) {
	t.Helper()
	var n int
	if err := db.QueryRow("PRAGMA page_count").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n+more)); err != nil {
		t.Fatal(err)
	}
}

// On a full disk changes fail as unavailable and leave nothing, lists are read as
// before, and Ready says so. When there is room again, all works again.
func TestFullDisk(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	db.SetMaxOpenConns(1)
	store := databases.Migrated(t, db, prefix)
	w := databases.NewWorld(t, store)
	found := func() int64 {
		t.Helper()
		n, err := db.NewSelect().TableExpr(prefix + "clients").Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	register := func(ctx context.Context) error {
		_, err := w.Cases.RegisterAnonymous(ctx, casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: strings.Repeat("x", 40)}})
		return err
	}
	w.Client()
	if err := store.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	searches := func() int64 {
		t.Helper()
		n, err := db.NewSelect().TableExpr(prefix+"events").Where("type = ?", "client.searched").Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for round := range 3 {
		pages(t, db, 10)
		before, kept := found(), atomic.Int64{}
		var all sync.WaitGroup
		for range 8 { // together, so that they share transactions
			all.Go(func() {
				for range 50 {
					switch err := register(w.Worker); {
					case err == nil:
						kept.Add(1)
					case !errors.Is(err, fault.ErrUnavailable):
						t.Errorf("round %d: %v", round, err)
						return
					}
				}
			})
		}
		all.Wait()
		if got := found() - before; got != kept.Load() || kept.Load() == 400 {
			t.Errorf("round %d: %d are there, %d were told so", round, got, kept.Load())
		}
		if err := store.Ready(t.Context()); !errors.Is(err, fault.ErrUnavailable) {
			t.Errorf("round %d: ready is %v", round, err)
		}
		list := storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{}, casemgmt.PageRequest{}))(t)
		if len(list.Items) == 0 {
			t.Error("nothing is found")
		}
		if round == 0 { // later ones may find room for a line
			storetest.Equal(t, "readings in the log while it is full", searches(), 0)
		}
		pages(t, db, 100_000)
		storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{}, casemgmt.PageRequest{}))(t)
		storetest.Equal(t, "readings in the log when there is room, the one that waited too", searches(), int64(2*round+2))
		if err := errors.Join(register(w.Worker), store.Ready(t.Context())); err != nil {
			t.Errorf("round %d, with room: %v", round, err)
		}
	}
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("%s %v", result, err)
	}
}

// Ready writes what others read.
func TestReady(t *testing.T) {
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		for range 3 {
			if err := s.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// A database that only reads is not ready.
func TestReadyReadOnly(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			db.SetMaxOpenConns(1)
			s := databases.Migrated(t, db, prefix)
			q := "SET default_transaction_read_only = on"
			if d.Name == "sqlite" {
				q = "PRAGMA query_only = 1"
			}
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
			if err := s.Ready(t.Context()); !errors.Is(err, fault.ErrUnavailable) {
				t.Errorf("%v", err)
			}
			if d.Name != "sqlite" { // for the end of the test
				if _, err := db.Exec("SET default_transaction_read_only = off"); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
