package bunstore_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/icareexport"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// says expects an error that tells what is missing.
func says(t *testing.T, what string, err error, want string, is ...error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want one that says %s", what, err, want)
	}
	for _, kind := range is {
		if !errors.Is(err, kind) {
			t.Errorf("%s: %v is not %v", what, err, kind)
		}
	}
}

func failed[T any](_ T, err error) error { return err }

// What is left out where it must be given is one clear error, before anything else
// happens.
func TestNothingGiven(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	store := databases.Migrated(t, db, prefix)
	cfg := casemgmt.Config{Forms: catalog.Registry()}
	cases := storetest.Must(casemgmt.New(store.Cases(), cfg))(t)
	ctx := access.With(context.Background(), access.Actor{Agency: "metro", User: "worker"})
	says(t, "no database", failed(bunstore.New(nil, bunstore.Options{})), "*bun.DB is nil")
	says(t, "zero database", failed(bunstore.New(&bun.DB{}, bunstore.Options{})), "*bun.DB is nil")
	says(t, "bad prefix", failed(bunstore.New(db, bunstore.Options{Prefix: "Casework-"})), "prefix")
	says(t, "no runner", failed(casemgmt.New(nil, cfg)), "runner is nil")
	says(t, "no runner of sessions", failed(session.New(nil, cfg)), "runner is nil")
	says(t, "no runner of batches", failed(batch.New(nil, cfg)), "runner is nil")
	says(t, "zero config", failed(casemgmt.New(store.Cases(), casemgmt.Config{})), "Config.Forms is missing")
	says(t, "no format", failed(export.New(store.Exports(), cfg, nil)), "format is nil")
	says(t, "no registry", failed(icareexport.New(nil, nil)), "registry of forms is nil")
	says(t, "on nothing", failed(cases.On(nil).Agency(ctx)), "runner is nil")
	says(t, "a change on nothing", failed(cases.On(nil).CreateSite(ctx, casemgmt.Site{})), "runner is nil")
	says(t, "no transaction", failed(cases.On(store.Join(nil).Cases()).Agency(ctx)), "transaction that was joined is nil")
	says(t, "no feed", (&event.Subscription{}).Poll(ctx, nil), "needs the Feed")
	says(t, "nobody", failed(cases.Agency(context.Background())), "unauthenticated", fault.ErrUnauthenticated)
	says(t, "a zero actor", failed(cases.Agency(access.With(ctx, access.Actor{}))), "unauthenticated", fault.ErrUnauthenticated)
	for name, call := range map[string]func(){
		"httpapi: Services.Cases is missing": func() { httpapi.New(httpapi.Services{}) }, "signin: the keys are nil": func() { signin.New(nil, signin.Options{}) },
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.Contains(p, name) {
					t.Errorf("panic %q, want %q", p, name)
				}
			}()
			call()
		}()
	}
}

// An agency that does not exist: for people as for strangers; for programs the error
// says what to do. Only making it goes on.
func TestNoSuchAgency(t *testing.T) {
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		cases := storetest.Must(casemgmt.New(s.Cases(), casemgmt.Config{Forms: catalog.Registry()}))(t)
		person := access.With(context.Background(), access.Actor{Agency: "nowhere", User: "worker"})
		program := access.With(context.Background(), access.System("setup", "nowhere"))
		says(t, "a person", failed(cases.Agency(person)), "unauthenticated", fault.ErrUnauthenticated)
		says(t, "a program that reads", failed(cases.Sites(program, casemgmt.PageRequest{})), "CreateAgency", fault.ErrUnauthenticated)
		says(t, "a program that writes", failed(cases.CreateSite(program, casemgmt.Site{Name: "S"})), "CreateAgency", fault.ErrUnauthenticated)
		storetest.Must(cases.CreateAgency(program, casemgmt.Agency{Name: "N", Country: "GB", Zone: "Europe/London"}))(t)
		storetest.Must(cases.CreateSite(program, casemgmt.Site{Name: "S"}))(t)
	})
}

// Migrate forgotten, or another prefix; a transaction that is over, or of another pool.
func TestWrongDatabase(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := storetest.Must(bunstore.New(db, bunstore.Options{Prefix: prefix}))(t)
			t.Cleanup(func() { store.Close() })
			cases := storetest.Must(casemgmt.New(store.Cases(), casemgmt.Config{Forms: catalog.Registry()}))(t)
			ctx := access.With(context.Background(), access.System("setup", "metro"))
			says(t, "a reading", failed(cases.Agency(ctx)), "call Migrate first", bunstore.ErrNotMigrated)
			says(t, "a change", failed(cases.CreateSite(ctx, casemgmt.Site{Name: "S"})), "call Migrate first", bunstore.ErrNotMigrated)
			w := databases.NewWorld(t, databases.Migrated(t, db, prefix))
			for name, end := range map[string]func(*sql.Tx) error{"committed": (*sql.Tx).Commit, "rolled back": (*sql.Tx).Rollback} {
				tx := storetest.Must(db.DB.Begin())(t)
				if err := end(tx); err != nil {
					t.Fatal(err)
				}
				says(t, name, failed(w.Cases.On(w.Store.(*bunstore.Store).Join(tx).Cases()).Agency(w.Worker)), "transaction that was joined has ended", sql.ErrTxDone)
			}
		})
	}
}

// SQLite in memory has a database for each connection: one is right, more are refused.
func TestInMemory(t *testing.T) {
	sqldb := storetest.Must(sql.Open("sqlite", ":memory:"))(t)
	defer sqldb.Close()
	store := storetest.Must(bunstore.New(bun.NewDB(sqldb, sqlitedialect.New()), bunstore.Options{}))(t)
	says(t, "many connections", store.Migrate(context.Background()), "SetMaxOpenConns(1)", bunstore.ErrMemory)
	sqldb.SetMaxOpenConns(1)
	if err := store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	w := databases.NewWorld(t, store)
	storetest.Must(w.Cases.Client(w.Worker, w.Client().ID))(t)
}

// A service that is used without On while the host's own transaction is open waits for
// it, and then says what is likely wrong.
func TestOnForgotten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "host.db")
	sqldb := storetest.Must(sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(50)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_txlock=immediate"))(t)
	defer sqldb.Close()
	store := storetest.Must(bunstore.New(bun.NewDB(sqldb, sqlitedialect.New()), bunstore.Options{Patience: 200 * time.Millisecond}))(t)
	defer store.Close()
	if err := store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	w := databases.NewWorld(t, store)
	tx := storetest.Must(sqldb.Begin())(t)
	defer func() { _ = tx.Rollback() }()
	_, err := w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "S", Address: casemgmt.Address{PostalCode: "M5V2A1"}})
	says(t, "On forgotten", err, "needs On", fault.ErrUnavailable)
	storetest.Must(w.Cases.On(store.Join(tx).Cases()).CreateSite(w.Admin, casemgmt.Site{Name: "S", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
}
