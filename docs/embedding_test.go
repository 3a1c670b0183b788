package docs

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// shownFirst is the README's.
func shownFirst(ctx context.Context, bunDB *bun.DB, profile casemgmt.Profile) error {
	store, err := bunstore.New(bunDB, bunstore.Options{}) // in the host's own database
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	cases, err := casemgmt.New(store.Cases(), casemgmt.Config{Forms: catalog.Registry()})
	if err != nil {
		return err
	}
	ctx = access.With(ctx, access.Actor{Agency: "metro", User: "u17"}) // whom the host has signed in
	client, err := cases.RegisterClient(ctx, casemgmt.RegisterClient{Accepted: true, Profile: profile})
	var there *casemgmt.PossibleDuplicates
	if errors.As(err, &there) {
		return fmt.Errorf("%d people look like this one", len(there.LookAlikes))
	}
	if err != nil {
		return err
	}
	fmt.Println("registered as number", client.Number)
	return nil
}

// shownEmbedding is the README's.
func shownEmbedding(ctx context.Context, bunDB *bun.DB, profile casemgmt.Profile, details session.Details) error {
	store, err := bunstore.New(bunDB, bunstore.Options{Prefix: "cw_"}) // the host's *bun.DB; tables start with cw_
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	cfg := casemgmt.Config{Forms: catalog.Registry()}
	cases, err := casemgmt.New(store.Cases(), cfg) // each service over its runner of the store
	if err != nil {
		return err
	}
	sessions, err := session.New(store.Sessions(), cfg)
	if err != nil {
		return err
	}
	ctx = access.With(ctx, access.Actor{Agency: "metro", User: "u17"}) // the host signed u17 in
	return bunDB.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		ours := store.Join(tx.Tx) // commits and rolls back with the host's transaction
		client, err := cases.On(ours.Cases()).RegisterClient(ctx, casemgmt.RegisterClient{Accepted: true, Profile: profile})
		if err != nil {
			return err
		}
		_, err = sessions.On(ours.Sessions()).Start(ctx, session.Start{From: session.FromProfile, Client: client.ID, Details: details})
		return err
	})
}

// shownExporting is the README's.
func shownExporting(file io.ReadWriter, today dex.Date) error {
	w := dex.NewWriter(file, dex.WriterOptions{}) // or a Splitter, for files of any size
	err := w.Write(&dex.Session{SessionID: "S1", CaseID: "F1", Date: dex.NewDate(2026, 3, 3), ServiceTypeID: 5,
		Clients: dex.Of(dex.SessionClient{ClientID: "K7001", Participation: "CLIENT"})})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return err
	}
	sum, err := dex.Check(file, dex.Options{Today: today}, func(f dex.Finding) { fmt.Println(f) })
	fmt.Println(sum.Errors, "errors")
	return err
}

func shownHook(ctx context.Context, c casemgmt.HookCall) error {
	client, ok := c.After.(*casemgmt.Client) // a copy; c.Before is nil: it is new
	if !ok || c.Before != nil {
		return nil
	}
	if client.Profile.Family == "Full" {
		return fault.Refuse("desk.full", i18n.T("There is no place left.", "Il n’y a plus de place."))
	}
	conn, err := bunstore.Conn(c.Tx) // the transaction in which the client is registered
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "INSERT INTO desk (client) VALUES (?)", c.Subject)
	return err
}

func shownForm() (*forms.Registry, error) {
	wish := forms.TextKey("wish")
	visit := forms.Definition{Key: "visit", Version: 1, Title: i18n.T("Visit", "Visite"), Sessions: []string{"direct"}, On: forms.OnClient,
		Sections: []forms.Section{{Key: "visit", Title: i18n.T("Visit", "Visite"), Fields: []forms.Field{
			{Key: string(wish), Kind: forms.Text, Label: i18n.T("What for", "Motif"), Required: forms.Always()}}}}}
	return forms.NewRegistry(catalog.Lists(), append(catalog.Definitions(), visit)...)
}

func shownRelay(ctx context.Context, cases *casemgmt.Service, db *sql.DB, send func(event.Event) error) error {
	feed := event.Subscription{Feed: cases.Feed}
	err := db.QueryRowContext(ctx, "SELECT after FROM relay").Scan(&feed.After) // of the host's own table
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	ctx = access.With(ctx, access.System("relay", "metro"))
	failed := feed.Poll(ctx, func(_ context.Context, e event.Event) error { return send(e) })
	_, err = db.ExecContext(ctx, "INSERT INTO relay (one, after) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET after = EXCLUDED.after", feed.After)
	return errors.Join(failed, err) // what was sent of a page that failed comes again
}

func shownClock(day time.Time) casemgmt.Config {
	return casemgmt.Config{Forms: catalog.Registry(), Now: func() time.Time { return day }}
}

func shownPrefixes(db *bun.DB) (north, south *bunstore.Store, err error) {
	north, err = bunstore.New(db, bunstore.Options{Prefix: "north_"})
	if err != nil {
		return nil, nil, err
	}
	south, err = bunstore.New(db, bunstore.Options{Prefix: "south_"})
	return north, south, err
}

func shownTesting(t *testing.T) {
	databases.Each(t, func(t *testing.T, store *bunstore.Store) { // SQLite in a file, and PostgreSQL where it is installed
		w := databases.NewWorld(t, store) // an invented agency: staff, programs, a site; w.Worker and others act
		client := w.Client()
		x := w.Start(w.Worker, client.ID, "io") // a session with a form
		w.Clock.Add(24 * 60 * 60)               // the next day
		if _, err := w.Sessions.Session(w.Worker, x.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestTesting(t *testing.T) { shownTesting(t) }

// host is a host's database.
func host(t *testing.T) *bun.DB {
	t.Helper()
	sqldb, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "host.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sqldb.Close() })
	return bun.NewDB(sqldb, sqlitedialect.New())
}

// metro makes the agency of the pages in a store.
func metro(t *testing.T, store *bunstore.Store, cfg casemgmt.Config) *casemgmt.Service {
	t.Helper()
	t.Cleanup(func() { store.Close() })
	ctx := access.With(context.Background(), access.System("setup", "metro"))
	if err := store.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	cases, err := casemgmt.New(store.Cases(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases.CreateAgency(ctx, casemgmt.Agency{Name: "Metro", Country: "CA", Zone: "America/Toronto"})
	_, text := cases.PublishStatement(ctx, casemgmt.Statement{Text: i18n.T("We keep this to ourselves.", "Nous gardons ceci pour nous.")})
	site, at := cases.CreateSite(ctx, casemgmt.Site{Name: "Queen Street", Address: casemgmt.Address{PostalCode: "M5V2A1"}})
	program, in := cases.CreateProgram(ctx, casemgmt.Program{Name: i18n.T("Welcome", "Accueil")})
	if err := errors.Join(err, text, at, in); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.CreateStaff(ctx, casemgmt.Staff{User: "u17", Name: "Wanda Worker", Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: site.ID}}); err != nil {
		t.Fatal(err)
	}
	return cases
}

func someone(family string) casemgmt.RegisterClient {
	return casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{Given: "Amina", Family: family, Gender: "female", BirthDate: civil.MustParse("1990-05-17")}}
}

func worker() context.Context {
	return access.With(context.Background(), access.Actor{Agency: "metro", User: "u17"})
}

func open(t *testing.T, db *bun.DB) *bunstore.Store {
	t.Helper()
	store, err := bunstore.New(db, bunstore.Options{Prefix: "cw_"})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestEmbedding(t *testing.T) {
	db := host(t)
	cases := metro(t, open(t, db), casemgmt.Config{Forms: catalog.Registry()})
	minutes := 20
	err := shownEmbedding(context.Background(), db, someone("Okafor").Profile, session.Details{ServiceDate: civil.DateOf(time.Now(), time.UTC).AddDays(-1),
		StartTime: "09:00", Minutes: &minutes, Languages: []string{"english"}})
	if err != nil {
		t.Fatal(err)
	}
	found, err := cases.SearchClients(worker(), casemgmt.ClientQuery{Name: "okafor"}, casemgmt.PageRequest{})
	if err != nil || len(found.Items) != 1 {
		t.Errorf("%d clients: %v", len(found.Items), err)
	}
}

func TestFirst(t *testing.T) {
	db := host(t)
	metro(t, open(t, db), casemgmt.Config{Forms: catalog.Registry()})
	if err := shownFirst(context.Background(), db, someone("Okafor").Profile); err != nil {
		t.Fatal(err)
	}
	if err := shownFirst(context.Background(), db, someone("Okafor").Profile); err == nil || err.Error() != "1 people look like this one" {
		t.Errorf("a second time: %v", err)
	}
}

func Example_exporting() {
	if err := shownExporting(&bytes.Buffer{}, dex.NewDate(2026, 7, 20)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 errors
}

func TestHook(t *testing.T) {
	db := host(t)
	if _, err := db.Exec("CREATE TABLE desk (client text)"); err != nil {
		t.Fatal(err)
	}
	cases := metro(t, open(t, db), casemgmt.Config{Forms: catalog.Registry(), Before: []casemgmt.Hook{shownHook}})
	client, err := cases.RegisterClient(worker(), someone("Okafor"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases.RegisterClient(worker(), someone("Full"))
	if issues := fault.IssuesOf(err).In(i18n.French); len(issues) != 1 || issues[0].Text != "Il n’y a plus de place." {
		t.Errorf("error %v", err)
	}
	var rows []string
	if err := db.NewSelect().Table("desk").Column("client").Scan(context.Background(), &rows); err != nil || len(rows) != 1 || rows[0] != client.ID.String() {
		t.Errorf("%v %v", rows, err)
	}
}

func TestForm(t *testing.T) {
	registry, err := shownForm()
	if err != nil {
		t.Fatal(err)
	}
	cases := metro(t, open(t, host(t)), casemgmt.Config{Forms: registry})
	own, err := cases.Forms(worker())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := own.Latest("visit"); !ok {
		t.Errorf("the agency has the forms %v", own.Keys())
	}
}

func TestRelay(t *testing.T) {
	db := host(t)
	if _, err := db.Exec("CREATE TABLE relay (one integer PRIMARY KEY, after text)"); err != nil {
		t.Fatal(err)
	}
	cases := metro(t, open(t, db), casemgmt.Config{Forms: catalog.Registry()})
	var sent []string
	relay := func() error {
		return shownRelay(context.Background(), cases, db.DB, func(e event.Event) error { sent = append(sent, string(e.Type)); return nil })
	}
	if err := relay(); err != nil || len(sent) != 5 {
		t.Fatal(sent, err)
	}
	if _, err := cases.RegisterClient(worker(), someone("Okafor")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := relay(); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(sent[5:], " "); got != "client.registered" {
		t.Errorf("sent %s", got)
	}
}

func TestClock(t *testing.T) {
	day := time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)
	cases := metro(t, open(t, host(t)), shownClock(day))
	client, err := cases.RegisterClient(worker(), someone("Okafor"))
	if err != nil || !client.Registered.Equal(day) {
		t.Errorf("registered %v %v", client, err)
	}
}

func TestPrefixes(t *testing.T) {
	north, south, err := shownPrefixes(host(t))
	if err != nil {
		t.Fatal(err)
	}
	a, b := metro(t, north, casemgmt.Config{Forms: catalog.Registry()}), metro(t, south, casemgmt.Config{Forms: catalog.Registry()})
	if _, err := a.RegisterClient(worker(), someone("Okafor")); err != nil {
		t.Fatal(err)
	}
	for want, cases := range map[int]*casemgmt.Service{1: a, 0: b} {
		found, err := cases.SearchClients(worker(), casemgmt.ClientQuery{Name: "okafor"}, casemgmt.PageRequest{})
		if err != nil || len(found.Items) != want {
			t.Errorf("%d clients, want %d: %v", len(found.Items), want, err)
		}
	}
}
