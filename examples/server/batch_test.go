package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// crowd loads invented clients who are enrolled in the demo's drop-in.
func crowd(tb testing.TB, a *app, n int) []casemgmt.ClientID {
	tb.Helper()
	ctx := systemContext()
	programs, err := a.cases.Programs(ctx, casemgmt.PageRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	var doors casemgmt.ProgramID
	for _, p := range programs.Items {
		if p.Name.En == "Drop-in" {
			doors = p.ID
		}
	}
	start := civil.DateOf(time.Now(), zone()).AddDays(-30)
	var keys []casemgmt.ClientID
	for from := 0; from < n; from += 2000 {
		err := a.store.Enrollments().Update(ctx, demoAgency, func(tx enroll.Tx) error {
			for i := from; i < min(from+2000, n); i++ {
				c := &casemgmt.Client{Head: casemgmt.NewHead[casemgmt.Client](), Number: int64(2_000_000 + i), Kind: casemgmt.Named, Profile: person(i)}
				c.Profile.Identifiers = nil
				keys = append(keys, c.ID)
				e := &enroll.Enrollment{Head: casemgmt.NewHead[enroll.Enrollment](), Client: c.ID, Program: doors, Start: start}
				if err := errors.Join(tx.Clients().Insert(ctx, c), tx.Enrollments().Insert(ctx, e)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
		if err := a.analyze(ctx); err != nil {
			tb.Fatal(err)
		}
	}
	return keys
}

// dropInRun starts a run of a new batch of the drop-in with some codes.
func dropInRun(tb testing.TB, a *app, codes ...string) (*batch.Run, context.Context) {
	tb.Helper()
	worker := access.With(context.Background(), access.Actor{Agency: demoAgency, User: "worker"})
	stock, err := a.enrolling.AddStockCodes(systemContext())
	if err != nil {
		tb.Fatal(err)
	}
	list, err := a.batches.Batches(worker, casemgmt.PageRequest{})
	if err != nil || len(list.Items) == 0 {
		tb.Fatal("no demo batch", err)
	}
	cmd := batch.Content{Description: "Test", AutoPost: true, Program: list.Items[0].Program}
	for _, name := range codes {
		for _, c := range stock {
			if c.Name == i18n.T(c.Name.En, c.Name.Fr) && c.Name.En == name {
				cmd.Services = append(cmd.Services, batch.Include{Code: c.ID})
			}
		}
	}
	b, err := a.batches.Create(worker, cmd)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := a.batches.Start(worker, batch.Start{Batch: b.ID})
	if err != nil {
		tb.Fatal(err)
	}
	return r, worker
}

// The server is killed in the middle of a run of 20,000: every client of an
// acknowledged call has all services, every other one has all or none, and
// posting again completes the run without doubles.
func TestKillRun(t *testing.T) {
	onBoth(t, func(t *testing.T, args ...string) {
		o := options{log: "text", data: args[1]}
		if args[0] == "-dsn" {
			o = options{log: "text", dsn: args[1]}
		}
		db, _, err := open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		a, err := newApp(context.Background(), db, o, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer a.store.Close()
		if _, err := a.prepareDemo(context.Background(), "small", io.Discard); err != nil {
			t.Fatal(err)
		}
		keys := crowd(t, a, 20_000)
		run, worker := dropInRun(t, a, enroll.DayShelter, "Lunch")
		body := func(from int) obj {
			var picks []obj
			for _, k := range keys[from : from+500] {
				picks = append(picks, obj{"client": k})
			}
			return obj{"clients": picks}
		}
		path := "/runs/" + run.ID.String() + "/clients"

		s := startServer(t, args...)
		var acknowledged atomic.Int64
		done := make(chan bool)
		go func() {
			defer close(done)
			for from := 0; from < len(keys); from += 500 {
				status, _, err := s.try("worker", "POST", path, body(from), nil)
				if err != nil || status != 200 {
					return // killed
				}
				acknowledged.Store(int64(from + 500))
			}
		}()
		databases.Wait(t, "2,000 clients", func() bool { return acknowledged.Load() >= 2000 })
		if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-done
		_ = s.cmd.Wait()
		if acknowledged.Load() == int64(len(keys)) {
			t.Fatal("the run was over before the server was killed")
		}

		again := startServer(t, args...)
		count := func(query string) (n int) {
			if err := db.DB.QueryRow(query).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		raw := "'" + run.ID.String() + "'"
		if onSQLite(db) {
			raw = fmt.Sprintf("x'%x'", run.ID[:])
		}
		own := ` FROM cw_batch_entries WHERE run_id = ` + raw
		entries := count(`SELECT count(*)` + own)
		if entries < int(acknowledged.Load()) || entries%500 != 0 {
			t.Errorf("%d entries, %d acknowledged", entries, acknowledged.Load())
		}
		if services := count(`SELECT count(*) FROM cw_batch_services WHERE entry_id IN (SELECT id` + own + `)`); services != 2*entries {
			t.Errorf("%d services of %d clients", services, entries)
		}
		for from := 0; from < len(keys); from += 500 {
			var out batch.Added
			if status, _ := again.send("worker", "POST", path, body(from), &out); status != 200 {
				t.Fatal(status)
			}
			for _, x := range out.Results {
				want := batch.IsPosted
				if from < entries {
					want = batch.AlreadyAdded
				}
				if x.Outcome != want {
					t.Fatalf("client %d: %s, want %s", from, x.Outcome, want)
				}
			}
		}
		got, err := a.batches.Run(worker, run.ID)
		if err != nil || got.Counts.Posted != len(keys) {
			t.Errorf("%+v %v", got.Counts, err)
		}
		if services := count(`SELECT count(*) FROM cw_batch_services WHERE entry_id IN (SELECT id` + own + `)`); services != 2*len(keys) {
			t.Errorf("%d services", services)
		}
		if twice := count(`SELECT count(*) FROM (SELECT client_id` + own + ` GROUP BY client_id HAVING count(*) > 1) AS d`); twice != 0 {
			t.Errorf("%d clients are there twice", twice)
		}
	})
}
