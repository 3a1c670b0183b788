// Command embed is a host program into which casework is built: the reception desks of
// two houses, on one database of its own, with a hook, a form and a relay of its own.
//
//	go run .
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
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// Ticket and Cursor are the host's own tables.
type (
	Ticket struct {
		ID      int64  `bun:"id,pk,autoincrement"`
		Session string `bun:"session"`
	}
	Cursor struct {
		House string `bun:"house,pk"`
		After string `bun:"after"`
	}
)

// visit is the host's own form.
var visit = forms.Definition{Key: "visit", Version: 1, Title: i18n.T("Visit", ""), Sessions: []string{"direct"}, On: forms.OnClient, Begins: true,
	Sections: []forms.Section{{Key: "visit", Title: i18n.T("Visit", ""), Fields: []forms.Field{
		{Key: "wish", Kind: forms.Text, Label: i18n.T("What for", ""), Required: forms.Always()}}}}}

// desk is the reception desk of one house.
type desk struct {
	house    string
	db       *bun.DB
	store    *bunstore.Store
	cases    *casemgmt.Service
	sessions *session.Service
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
	// a transaction that casework joins in SQLite takes the write lock when it begins
	sqldb, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer sqldb.Close()
	db := bun.NewDB(sqldb, sqlitedialect.New())
	for _, table := range []any{(*Ticket)(nil), (*Cursor)(nil)} {
		if _, err := db.NewCreateTable().Model(table).Exec(ctx); err != nil {
			return err
		}
	}
	for _, house := range []string{"north", "south"} { // each with tables of its own prefix
		d, err := open(ctx, db, house)
		if err != nil {
			return err
		}
		defer d.store.Close()
		for _, given := range []string{"Amina", "Bao", "Chidi"} {
			err := d.receive(ctx, given)
			fmt.Fprintf(out, "%s: %s: %v\n", house, given, err)
		}
		if err := errors.Join(d.relay(ctx, out), d.relay(ctx, out)); err != nil { // the second has nothing to do
			return err
		}
	}
	return nil
}

// open builds casework into the host's database for one house.
func open(ctx context.Context, db *bun.DB, house string) (*desk, error) {
	d := &desk{house: house, db: db}
	var err error
	if d.store, err = bunstore.New(db, bunstore.Options{Prefix: house + "_"}); err != nil {
		return nil, err
	}
	if err := d.store.Migrate(ctx); err != nil {
		return nil, err
	}
	registry, err := forms.NewRegistry(catalog.Lists(), visit)
	if err != nil {
		return nil, err
	}
	cfg := casemgmt.Config{Forms: registry, Before: []casemgmt.Hook{d.ticket}}
	if d.cases, err = casemgmt.New(d.store.Cases(), cfg); err != nil {
		return nil, err
	}
	if d.sessions, err = session.New(d.store.Sessions(), cfg); err != nil {
		return nil, err
	}
	return d, d.setUp(access.With(ctx, access.System("setup", house)))
}

// ticket is the hook: who starts a session gets a ticket in the same transaction, and
// with four tickets out nobody else does.
func (d *desk) ticket(ctx context.Context, c casemgmt.HookCall) error {
	started, ok := c.After.(*session.Session)
	if !ok || c.Before != nil {
		return nil
	}
	conn, err := bunstore.Conn(c.Tx)
	if err != nil {
		return err
	}
	if out, err := d.db.NewSelect().Conn(conn).Model((*Ticket)(nil)).Count(ctx); err != nil || out >= 4 {
		return errors.Join(err, fault.Refuse("desk.full", i18n.T("There is no ticket left.", "")))
	}
	_, err = d.db.NewInsert().Conn(conn).Model(&Ticket{Session: started.ID.String()}).Exec(ctx)
	return err
}

// receive registers somebody and starts a session, or nothing of it.
func (d *desk) receive(ctx context.Context, given string) error {
	ctx = access.With(ctx, access.Actor{Agency: d.house, User: "u17"}) // the host has signed somebody in
	return d.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		ours := d.store.Join(tx.Tx)
		client, err := d.cases.On(ours.Cases()).RegisterClient(ctx, casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{
			Given: given, Family: "Okafor", Gender: "female", BirthDate: civil.MustParse("1990-05-17")}})
		if err != nil {
			return err
		}
		minutes := 20
		_, err = d.sessions.On(ours.Sessions()).Start(ctx, session.Start{Details: session.Details{
			ServiceDate: civil.DateOf(time.Now(), time.UTC).AddDays(-1), StartTime: "09:00", Minutes: &minutes, Languages: []string{"english"}},
			Clients: []session.StartClient{{Client: client.ID, Forms: []session.StartForm{{Kind: "visit", Content: session.Content{Answers: forms.Answers{"wish": "a bed"}}}}}}})
		return err
	})
}

// relay hands on what happened since the last time; the cursor lasts in the host's table.
func (d *desk) relay(ctx context.Context, out io.Writer) error {
	cursor := Cursor{House: d.house}
	if err := d.db.NewSelect().Model(&cursor).WherePK().Scan(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	feed := event.Subscription{Feed: d.cases.Feed, After: cursor.After}
	err := feed.Poll(access.With(ctx, access.System("relay", d.house)), func(_ context.Context, e event.Event) error {
		if e.Actor == "u17" {
			fmt.Fprintf(out, "%s: sent on %s\n", d.house, e.Type)
		}
		return nil
	})
	cursor.After = feed.After
	_, kept := d.db.NewInsert().Model(&cursor).On("CONFLICT (house) DO UPDATE").Set("after = EXCLUDED.after").Exec(ctx)
	return errors.Join(err, kept)
}

// setUp makes the agency of a house; a system does this once.
func (d *desk) setUp(ctx context.Context) error {
	name := i18n.T("Desk", "")
	_, err := d.cases.CreateAgency(ctx, casemgmt.Agency{Name: d.house, Country: "US", Zone: "America/Chicago"})
	_, text := d.cases.PublishStatement(ctx, casemgmt.Statement{Text: i18n.T("We keep this to ourselves.", "")})
	site, at := d.cases.CreateSite(ctx, casemgmt.Site{Name: d.house, Address: casemgmt.Address{PostalCode: "60601"}})
	program, in := d.cases.CreateProgram(ctx, casemgmt.Program{Name: name})
	if err := errors.Join(err, text, at, in); err != nil {
		return err
	}
	_, err = d.cases.CreateStaff(ctx, casemgmt.Staff{User: "u17", Name: "Wanda Worker", Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: site.ID}})
	return err
}
