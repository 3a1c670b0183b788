package docs

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/forms/catalog"
)

func shownPgx(ctx context.Context, sqldb *sql.DB, store *bunstore.Store, cases *casemgmt.Service, client casemgmt.RegisterClient) error {
	conn, err := sqldb.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing after the commit
	if _, err := cases.On(store.Join(tx).Cases()).RegisterClient(ctx, client); err != nil {
		return err
	}
	err = conn.Raw(func(driver any) error { // the host's own statements, in the same transaction
		_, err := driver.(*stdlib.Conn).Conn().Exec(ctx, "INSERT INTO desk (client) VALUES ($1)", client.Profile.Family)
		return err
	})
	if err != nil {
		return err
	}
	return tx.Commit()
}

// ownSchema is a database of the test's own.
func ownSchema(t *testing.T) string {
	t.Helper()
	dsn := databases.PostgresDSN(t)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("docs%d", time.Now().UnixNano())
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return dsn + "&search_path=" + name
}

// Both the host's row and the client are there, or neither is.
func TestPgx(t *testing.T) {
	pool, err := pgxpool.New(context.Background(), ownSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	sqldb := stdlib.OpenDBFromPool(pool)
	t.Cleanup(func() { sqldb.Close() })
	db := bun.NewDB(sqldb, pgdialect.New())
	store, err := bunstore.New(db, bunstore.Options{Prefix: "cw_"})
	if err != nil {
		t.Fatal(err)
	}
	cases := metro(t, store, casemgmt.Config{Forms: catalog.Registry()})
	ctx := worker()
	if err := shownPgx(ctx, sqldb, store, cases, someone("Okafor")); err == nil {
		t.Error("there is no table desk")
	}
	count := func() int {
		found, err := cases.SearchClients(ctx, casemgmt.ClientQuery{Name: "okafor"}, casemgmt.PageRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Items)
	}
	if n := count(); n != 0 {
		t.Errorf("%d clients of a transaction that failed", n)
	}
	if _, err := db.Exec("CREATE TABLE desk (client text)"); err != nil {
		t.Fatal(err)
	}
	if err := shownPgx(ctx, sqldb, store, cases, someone("Okafor")); err != nil {
		t.Fatal(err)
	}
	rows := 0
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM desk").Scan(&rows); err != nil || rows != 1 || count() != 1 {
		t.Errorf("%d rows, %d clients, %v", rows, count(), err)
	}
}
