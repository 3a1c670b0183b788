package bunstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// host is a program with a table of its own in the same database.
func host(t *testing.T, db *bun.DB, prefix string) (insert func(tx *sql.Tx) error, count func() int) {
	t.Helper()
	table := prefix + "host"
	if _, err := db.Exec("CREATE TABLE " + table + " (n integer)"); err != nil {
		t.Fatal(err)
	}
	return func(tx *sql.Tx) error {
			_, err := tx.Exec("INSERT INTO " + table + " VALUES (1)")
			return err
		}, func() (n int) {
			if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
}

// A unit of work in the host's transaction commits and rolls back with it; one
// that fails leaves nothing, and the host's transaction goes on.
func TestJoin(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			w := databases.NewWorld(t, store)
			insert, count := host(t, db, prefix)
			sessions := func() int {
				return len(storetest.Must(w.Sessions.MyIncomplete(w.Worker, casemgmt.PageRequest{}))(t).Items)
			}
			client := w.Client()
			work := func(commit bool) {
				tx, err := db.DB.Begin()
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				if err := insert(tx); err != nil {
					t.Fatal(err)
				}
				ours := w.Sessions.On(store.Join(tx).Sessions())
				if _, err := ours.Start(w.Worker, session.Start{Details: w.Details(), Client: client.ID}); err != nil {
					t.Fatal(err)
				}
				// a unit that writes and then fails, also in the database itself
				err = store.Join(tx).Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) error {
					site := &casemgmt.Site{Head: casemgmt.Head[casemgmt.Site]{ID: w.Site.ID, Version: 1}, Name: "Twice"}
					return tx.Sites().Insert(w.Setup, site)
				})
				if !errors.Is(err, fault.ErrConflict) {
					t.Fatalf("error %v, want a conflict", err)
				}
				if _, err := ours.Start(w.Worker, session.Start{Details: w.Details(), Client: client.ID}); err != nil {
					t.Fatalf("after a unit that failed: %v", err)
				}
				if commit {
					if err := tx.Commit(); err != nil {
						t.Fatal(err)
					}
				}
			}
			work(false)
			if n, s := count(), sessions(); n != 0 || s != 0 {
				t.Errorf("rolled back: %d rows of the host, %d sessions", n, s)
			}
			work(true)
			if n, s := count(), sessions(); n != 1 || s != 2 {
				t.Errorf("committed: %d rows of the host, %d sessions", n, s)
			}
		})
	}
}

// A hook that refuses takes the change back.
func TestHookRefuses(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			stop := errors.New("not today")
			var seen []string
			w := databases.NewWorld(t, databases.Migrated(t, db, prefix), func(_ context.Context, e casemgmt.HookCall) error {
				seen = append(seen, string(e.Type))
				if e.Type == "client.registered" && e.Actor == "colleague" {
					return stop
				}
				return nil
			})
			w.Client()
			p := w.Profile()
			_, err := w.Cases.RegisterClient(w.Colleague, casemgmt.RegisterClient{Accepted: true, Profile: p})
			if !errors.Is(err, stop) {
				t.Errorf("error %v", err)
			}
			found := storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Identifier: p.Identifiers[0].Value}, casemgmt.PageRequest{}))(t)
			if len(found.Items) != 0 || len(seen) < 10 {
				t.Errorf("%d clients, hooks saw %v", len(found.Items), seen)
			}
		})
	}
}

// A host whose SQLite pool has one connection is not locked out.
func TestOneConnection(t *testing.T) {
	db, err := sql.Open("sqlite", databases.SQLiteDSN(filepath.Join(t.TempDir(), "one.db"), "NORMAL"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	w := databases.NewWorld(t, databases.Migrated(t, bun.NewDB(db, sqlitedialect.New()), "cw_"))
	for range 3 {
		w.Start(w.Worker, w.Client().ID, "io")
	}
	storetest.Must(w.Dashboards.Worker(w.Worker))(t)
}

func TestOptions(t *testing.T) {
	db, _ := databases.OpenSQLite(t)
	for _, prefix := range []string{"9x", "a-b", `x"; DROP TABLE y; --`, "Upper", "waytoolongforaprefix_x"} {
		if _, err := bunstore.New(db, bunstore.Options{Prefix: prefix}); err == nil {
			t.Errorf("the prefix %q was taken", prefix)
		}
	}
}

// Two stores with different prefixes share a database and see nothing of each other.
func TestPrefixes(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			a := databases.NewWorld(t, databases.Migrated(t, db, prefix))
			b := databases.NewWorld(t, databases.Migrated(t, db, prefix+"b_"))
			c := a.Client()
			if _, err := b.Cases.Client(b.Admin, c.ID); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("error %v, want not found", err)
			}
		})
	}
}

// A database that a newer program migrated is left alone, and migrating twice
// does nothing.
func TestMigrate(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			if err := store.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			if n, err := store.Pending(context.Background()); err != nil || n != 0 {
				t.Errorf("%d pending, %v", n, err)
			}
			yes := map[string]string{"sqlite": "1", "postgres": "true"}[d.Name]
			if _, err := db.Exec(fmt.Sprintf("INSERT INTO %smigrations (version_id, is_applied) VALUES (9999, %s)", prefix, yes)); err != nil {
				t.Fatal(err)
			}
			if err := store.Migrate(context.Background()); !errors.Is(err, bunstore.ErrNewer) {
				t.Errorf("error %v, want ErrNewer", err)
			}
		})
	}
}
