package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"go/format"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// embedding is the README's code of the section "Embedding".
func embedding(ctx context.Context, bunDB *bun.DB, profile casemgmt.Profile, details session.Details) error {
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

// exporting is the README's code of the section "The exporters alone".
func exporting(file io.ReadWriter, today dex.Date) error {
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

// The README's code is the code above, which runs.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(page, -1)
	if len(shown) != 2 {
		t.Fatal(len(shown), "blocks of code in README.md")
	}
	for i, name := range []string{"embedding", "exporting"} {
		// what is written in one line there is in three here
		code := regexp.MustCompile(`(if .*\{) (.*) (\})`).ReplaceAll(shown[i][1], []byte("$1\n$2\n$3"))
		want, err := format.Source(code)
		if err != nil {
			t.Fatal(err)
		}
		body := regexp.MustCompile(`(?s)\nfunc ` + name + `\([^\n]*\n(.*?)\n}\n`).FindSubmatch(own)
		got, err := format.Source(bytes.TrimSpace(body[1]))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
			t.Errorf("%s (-README +test):\n%s", name, diff)
		}
	}
}

// TestEmbedding runs it in a database with an agency.
func TestEmbedding(t *testing.T) {
	sqldb, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "host.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer sqldb.Close()
	db, ctx := bun.NewDB(sqldb, sqlitedialect.New()), context.Background()
	store, err := bunstore.New(db, bunstore.Options{Prefix: "cw_"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	cases, err := casemgmt.New(store.Cases(), casemgmt.Config{Forms: catalog.Registry()})
	if err != nil {
		t.Fatal(err)
	}
	if err := setUp(access.With(ctx, access.System("setup", "metro")), cases); err != nil {
		t.Fatal(err)
	}
	minutes := 20
	profile := casemgmt.Profile{Given: "Amina", Family: "Okafor", Gender: "female", BirthDate: civil.MustParse("1990-05-17")}
	err = embedding(ctx, db, profile, session.Details{ServiceDate: civil.DateOf(time.Now(), time.UTC).AddDays(-1), StartTime: "09:00",
		Minutes: &minutes, Languages: []string{"english"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx = access.With(ctx, access.Actor{Agency: "metro", User: "u17"})
	found, err := cases.SearchClients(ctx, casemgmt.ClientQuery{Name: "okafor"}, casemgmt.PageRequest{})
	if err != nil || len(found.Items) != 1 {
		t.Errorf("%d clients: %v", len(found.Items), err)
	}
}

// The file is written and read again.
func Example_exporting() {
	if err := exporting(&bytes.Buffer{}, dex.NewDate(2026, 7, 20)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 errors
}
