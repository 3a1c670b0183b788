package bunstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/opencasework/casework/adapters/bunstore"
)

func ExampleNew() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	sqldb, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "host.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
	if err != nil {
		panic(err)
	}
	defer sqldb.Close()
	store, err := bunstore.New(bun.NewDB(sqldb, sqlitedialect.New()), bunstore.Options{Prefix: "cw_"})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	before, _ := store.Pending(context.Background())
	err = store.Migrate(context.Background())
	after, _ := store.Pending(context.Background())
	fmt.Println(before > 0, err, after)
	// Output: true <nil> 0
}

// The tables can be made with another tool, too.
func ExampleSQL() {
	script, err := bunstore.SQL(dialect.PG, "cw_")
	fmt.Println(strings.Contains(script, "CREATE TABLE cw_clients"), err)
	// Output: true <nil>
}
