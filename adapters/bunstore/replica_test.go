package bunstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// at opens a PostgreSQL.
func at(t testing.TB, dsn string) *bun.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return bun.NewDB(db, pgdialect.New())
}

// execute runs a statement on a server.
func execute(t testing.TB, dsn, q string) {
	t.Helper()
	if _, err := at(t, dsn).Exec(q); err != nil {
		t.Fatal(err)
	}
}

// replicated is a migrated store on a primary and a standby; replicaReads counts the
// queries that it reads the standby with.
type replicated struct {
	*bunstore.Store
	replicaReads *atomic.Int64
}

func overBoth(t testing.TB, primary, standby *bun.DB, prefix string) replicated {
	t.Helper()
	s, err := bunstore.New(primary, bunstore.Options{Prefix: prefix, Replica: standby})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := replicated{s, &atomic.Int64{}}
	s.TraceReplica(func(string, []any) { out.replicaReads.Add(1) })
	return out
}

// uses says whether a read is answered by the replica.
func (s replicated) uses(read func()) bool {
	before := s.replicaReads.Load()
	read()
	return s.replicaReads.Load() > before
}

// A store with a replica promises what one without promises.
func TestReplicaKeepsThePromises(t *testing.T) {
	primary := databases.OwnCluster(t)
	standby := primary.Standby(t)
	var stores []replicated
	storetest.Suite(t, func(t *testing.T) *storetest.World {
		s := overBoth(t, at(t, primary.DSN), at(t, standby.DSN), "cw_")
		stores = append(stores, s)
		return databases.NewWorld(t, s)
	})
	for _, s := range stores {
		t.Logf("%d queries went to the replica", s.replicaReads.Load())
		if s.replicaReads.Load() == 0 {
			t.Error("the replica was never used")
		}
	}
}

// While the replica stands still, whoever writes on one server reads it on all, and
// what was withdrawn is shown on none: staff who left, programs, forms that became
// private. When it goes on, it is used again.
func TestReplicaStandsStill(t *testing.T) {
	primary := databases.OwnCluster(t)
	standby := primary.Standby(t)
	one := overBoth(t, at(t, primary.DSN), at(t, standby.DSN), "cw_")
	two := overBoth(t, at(t, primary.DSN), at(t, standby.DSN), "cw_")
	w := databases.NewWorld(t, one)
	w2 := w.Elsewhere(two)
	search := func(w *storetest.World, ctx context.Context, name string) int {
		t.Helper()
		return len(storetest.Must(w.Cases.SearchClients(ctx, casemgmt.ClientQuery{Name: name}, casemgmt.PageRequest{Limit: 200}))(t).Items)
	}
	register := func(name string) {
		t.Helper()
		p := w.Profile()
		p.Given, p.Family = name, name
		storetest.Must(w.Register(p))(t)
	}
	listed := func(w *storetest.World, ctx context.Context, x *session.Session) bool {
		t.Helper()
		page := storetest.Must(w.Sessions.Sessions(ctx, session.Query{Client: x.Participants[0].Client}, casemgmt.PageRequest{Limit: 200}))(t)
		return len(page.Items) > 0
	}
	program := storetest.Must(w.Cases.CreateProgram(w.Admin, casemgmt.Program{Name: w.Program.Name, Locations: w.Program.Locations}))(t)
	leaves := storetest.Must(w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: "leaves", Name: "Leaves", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(t)
	moves := storetest.Must(w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: "moves", Name: "Moves", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(t)
	open := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{Program: w.Program.ID})
	becomesPrivate := w.Begin(w.Worker, w.Client().ID, storetest.Today, "nonspec", session.Content{Program: w.Program.ID})
	leaving, moving := w.As("metro", "leaves"), w.As("metro", "moves")
	register("Before")
	for _, w := range []*storetest.World{w, w2} {
		if search(w, leaving, "Before") != 1 || !listed(w, moving, open) || !listed(w, w.Colleague, becomesPrivate) {
			t.Fatal("what is withdrawn later is not shown before")
		}
	}
	databases.Wait(t, "lists are read from the replica", func() bool { return two.uses(func() { search(w2, w.Worker, "Before") }) })

	execute(t, standby.DSN, "SELECT pg_wal_replay_pause()")
	databases.Wait(t, "the replica stands still", func() bool {
		var state string
		return at(t, standby.DSN).QueryRow("SELECT pg_get_wal_replay_pause_state()").Scan(&state) == nil && state == "paused"
	})
	register("Meanwhile")
	leaves.Deactivated = true
	storetest.Must(w.Cases.UpdateStaff(w.Admin, *leaves))(t)
	moves.Programs[0].Program = program.ID
	storetest.Must(w.Cases.UpdateStaff(w.Admin, *moves))(t)
	f := becomesPrivate.Participants[0].Forms[0]
	content := f.Content
	content.Private = true
	storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: content}))(t)
	for name, w := range map[string]*storetest.World{"this server": w, "another server": w2} {
		for range 3 { // the replica is asked, and is left alone
			storetest.Equal(t, name+": found", search(w, w.Worker, "Meanwhile"), 1)
			storetest.Equal(t, name+": found by a colleague", search(w, w.Colleague, "Meanwhile"), 1)
			_, err := w.Cases.SearchClients(leaving, casemgmt.ClientQuery{Name: "Before"}, casemgmt.PageRequest{})
			storetest.Is(t, err, fault.ErrUnauthenticated)
			if listed(w, moving, open) {
				t.Error(name + ": the sessions of a program that somebody left are listed")
			}
			if listed(w, w.Colleague, becomesPrivate) {
				t.Error(name + ": a session that became private is listed")
			}
		}
	}
	// the replica itself would still show it all
	var stale int
	if err := at(t, standby.DSN).QueryRow("SELECT count(*) FROM cw_staff WHERE deactivated").Scan(&stale); err != nil || stale != 0 {
		t.Errorf("the replica does not stand still: %d %v", stale, err)
	}

	execute(t, standby.DSN, "SELECT pg_wal_replay_resume()")
	databases.Wait(t, "lists are read from the replica again", func() bool { return two.uses(func() { search(w2, w.Worker, "Meanwhile") }) })
	storetest.Equal(t, "found", search(w2, w.Worker, "Meanwhile"), 1)

	standby.Stop(t, "immediate")
	storetest.Equal(t, "found without a replica", search(w2, w.Worker, "Meanwhile"), 1)
	standby.Start(t)
	databases.Wait(t, "lists are read from the replica that is back", func() bool { return two.uses(func() { search(w2, w.Worker, "Meanwhile") }) })

	standby.Promote(t) // it goes its own way
	execute(t, standby.DSN, "DELETE FROM cw_client_words")
	if two.uses(func() { storetest.Equal(t, "found", search(w2, w.Worker, "Meanwhile"), 1) }) {
		t.Error("a replica that was promoted is used")
	}
}

// What is no copy of the database is not used, whatever it has.
func TestReplicaOfAnother(t *testing.T) {
	primary, other := databases.OwnCluster(t), databases.OwnCluster(t)
	standby := primary.Standby(t)
	execute(t, primary.DSN, "CREATE DATABASE empty")
	n := 0
	for name, replica := range map[string]string{
		"another cluster": other.DSN, "its standby": other.Standby(t).DSN, "the primary itself": primary.DSN,
		"another database": strings.Replace(standby.DSN, "/postgres?", "/empty?", 1), "nobody": "postgres://casework@127.0.0.1:1/postgres?sslmode=disable",
	} {
		t.Run(name, func(t *testing.T) {
			n++
			prefix := fmt.Sprintf("p%d_", n)
			s := overBoth(t, at(t, primary.DSN), at(t, replica), prefix)
			w := databases.NewWorld(t, s)
			w.Client()
			for range 3 {
				storetest.Equal(t, "clients", len(storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{}, casemgmt.PageRequest{}))(t).Items), 1)
			}
			if s.replicaReads.Load() > 0 {
				t.Error("it was read")
			}
		})
	}
}

// A replica is of PostgreSQL, and so is what it is a copy of.
func TestReplicaOfSQLite(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	other, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	if _, err := bunstore.New(db, bunstore.Options{Prefix: prefix, Replica: bun.NewDB(other, sqlitedialect.New())}); err == nil {
		t.Error("SQLite has a replica")
	}
	if _, err := bunstore.New(db, bunstore.Options{Prefix: prefix, Replica: at(t, "postgres://x@127.0.0.1:1/x")}); err == nil || errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("SQLite has a replica of PostgreSQL: %v", err)
	}
}

// After a failover, a replica that still follows the former primary is not used, how
// far it may be; one of the new primary is.
func TestReplicaOfTheFormerPrimary(t *testing.T) {
	former := databases.OwnCluster(t)
	primary, follower := former.Standby(t), former.Standby(t)
	primary.Promote(t)
	lsn := func(dsn, function string) (out int64) {
		t.Helper()
		if err := at(t, dsn).QueryRow("SELECT CAST(" + function + "() - '0/0'::pg_lsn AS bigint)").Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	s := overBoth(t, at(t, primary.DSN), at(t, follower.DSN), "cw_")
	w := databases.NewWorld(t, s)
	execute(t, former.DSN, "CREATE TABLE filler AS SELECT repeat(n::text, 50) AS x FROM generate_series(1, 200000) AS n")
	databases.Wait(t, "the follower is ahead", func() bool {
		return lsn(follower.DSN, "pg_last_wal_replay_lsn") > lsn(primary.DSN, "pg_current_wal_insert_lsn")
	})
	list := func() {
		storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{}, casemgmt.PageRequest{}))(t)
	}
	if s.uses(list) {
		t.Error("a replica of another history is used")
	}
	own := overBoth(t, at(t, primary.DSN), at(t, primary.Standby(t).DSN), "cw_")
	w = w.Elsewhere(own)
	databases.Wait(t, "the new primary's replica is used", func() bool { return own.uses(list) })
}
