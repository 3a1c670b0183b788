// Command embed is a host program with a database, a table and a transaction of
// its own, into which casework is built: a reception desk that puts people in a
// queue and, in the same transaction, registers them and starts a session.
//
//	go run ./examples/embed
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the SQLite driver

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// Ticket is the host's own table.
type Ticket struct {
	bun.BaseModel `bun:"table:tickets"`

	ID      int64  `bun:"id,pk,autoincrement"`
	Client  string `bun:"client"`
	Session string `bun:"session"`
}

func main() {
	dir, err := os.MkdirTemp("", "casework-embed-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = run(context.Background(), filepath.Join(dir, "host.db"), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string, out io.Writer) error {
	// The host's database. A transaction that casework joins in SQLite takes
	// the write lock when it begins (_txlock=immediate).
	sqldb, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer sqldb.Close()
	db := bun.NewDB(sqldb, sqlitedialect.New())
	if _, err := db.NewCreateTable().Model((*Ticket)(nil)).Exec(ctx); err != nil {
		return err
	}

	// casework in it, with tables that start with cw_.
	store, err := bunstore.New(db, bunstore.Options{Prefix: "cw_"})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	cfg := casemgmt.Config{Forms: catalog.Registry()}
	cases, err := casemgmt.New(store.Cases(), cfg)
	if err != nil {
		return err
	}
	sessions, err := session.New(store.Sessions(), cfg)
	if err != nil {
		return err
	}
	if err := setUp(access.With(ctx, access.System("setup", "metro")), cases); err != nil {
		return err
	}

	// The host has signed somebody in.
	ctx = access.With(ctx, access.Actor{Agency: "metro", User: "u17"})
	desk := &desk{db, store, cases, sessions}

	stop := errors.New("the printer is out of paper")
	err = desk.receive(ctx, "Amina", func() error { return stop })
	tickets, clients, errs := desk.count(ctx)
	fmt.Fprintf(out, "rolled back (%v): %d tickets, %d clients\n", err, tickets, clients)
	if !errors.Is(err, stop) || errs != nil {
		return errors.Join(err, errs)
	}
	if err := desk.receive(ctx, "Amina", func() error { return nil }); err != nil {
		return err
	}
	tickets, clients, errs = desk.count(ctx)
	fmt.Fprintf(out, "committed: %d ticket, %d client\n", tickets, clients)
	if errs != nil {
		return errs
	}

	// What happened, for whoever must act on it after the commit.
	feed := event.Subscription{Feed: cases.Feed}
	return feed.Poll(access.With(ctx, access.System("reader", "metro")), func(_ context.Context, e event.Event) error {
		fmt.Fprintf(out, "event: %s by %s\n", e.Type, e.Actor)
		return nil
	})
}

// desk is the host's own code.
type desk struct {
	db       *bun.DB
	store    *bunstore.Store
	cases    *casemgmt.Service
	sessions *session.Service
}

// receive registers somebody, starts a session and gives a ticket, or nothing of it.
func (d *desk) receive(ctx context.Context, given string, print func() error) error {
	return d.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		ours := d.store.Join(tx.Tx)
		client, err := d.cases.On(ours.Cases()).RegisterClient(ctx, casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{
			Given: given, Family: "Okafor", Gender: "female", BirthDate: civil.MustParse("1990-05-17")}})
		if err != nil {
			return err
		}
		minutes := 20
		s, err := d.sessions.On(ours.Sessions()).Start(ctx, session.Start{From: session.FromProfile, Client: client.ID, Details: session.Details{
			ServiceDate: civil.DateOf(time.Now(), time.UTC).AddDays(-1), StartTime: "09:00", Minutes: &minutes, Languages: []string{"english"}}})
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&Ticket{Client: client.ID.String(), Session: s.ID.String()}).Exec(ctx); err != nil {
			return err
		}
		return print()
	})
}

func (d *desk) count(ctx context.Context) (tickets int64, clients int, err error) {
	tickets, err = d.db.NewSelect().Model((*Ticket)(nil)).Count(ctx)
	if err != nil {
		return 0, 0, err
	}
	found, err := d.cases.SearchClients(ctx, casemgmt.ClientQuery{Name: "okafor"}, casemgmt.PageRequest{})
	return tickets, len(found.Items), err
}

// setUp makes the agency; an agency system does this once.
func setUp(ctx context.Context, cases *casemgmt.Service) error {
	if _, err := cases.CreateAgency(ctx, casemgmt.Agency{Name: "Metro", Country: "CA", Extensions: []string{country.Settlement}, Zone: "America/Toronto"}); err != nil {
		return err
	}
	if _, err := cases.PublishStatement(ctx, casemgmt.Statement{Text: i18n.T("We keep this to ourselves.", "Nous gardons ceci pour nous.")}); err != nil {
		return err
	}
	site, err := cases.CreateSite(ctx, casemgmt.Site{Name: "Queen Street", Address: casemgmt.Address{PostalCode: "M5V2A1"}})
	if err != nil {
		return err
	}
	program, err := cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("Settlement", "Établissement")})
	if err != nil {
		return err
	}
	_, err = cases.CreateStaff(ctx, casemgmt.Staff{User: "u17", Name: "Wanda Worker", Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: site.ID}})
	return err
}
