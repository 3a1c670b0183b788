// Package databases has the real databases that tests run on: SQLite in a temporary
// folder, and PostgreSQL, a server of one's own or a private one that goes away with
// the tests; and the world of storetest on them.
package databases

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the SQLite driver

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/icareexport"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session/export"
)

// Database is one kind of database to test on.
type Database struct {
	Name string
	// Open gives a bun.DB on a database that is not used by others, and a table
	// prefix that is not used in it.
	Open func(t testing.TB) (*bun.DB, string)
}

// Databases are SQLite and PostgreSQL. Tests on PostgreSQL skip, and say why,
// where there is none.
func Databases() []Database {
	return []Database{{"sqlite", OpenSQLite}, {"postgres", OpenPostgres}}
}

// Each runs a test on every database, with a migrated store.
func Each(t *testing.T, test func(t *testing.T, s *bunstore.Store)) {
	for _, d := range Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			test(t, Migrated(t, db, prefix))
		})
	}
}

// Show runs parts of rules on every database, on one world of each. The databases
// run at the same time.
func Show(t *testing.T, parts map[string]storetest.Rules) {
	for _, d := range Databases() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			db, prefix := d.Open(t)
			NewWorld(t, Migrated(t, db, prefix)).Run(t, parts)
		})
	}
}

// Migrated is a store with its tables.
func Migrated(t testing.TB, db *bun.DB, prefix string) *bunstore.Store {
	t.Helper()
	s, err := bunstore.New(db, bunstore.Options{Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// SQLiteDSN opens a SQLite file as the example server does; synchronous is
// FULL or NORMAL.
func SQLiteDSN(path, synchronous string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(" +
		synchronous + ")&_pragma=wal_autocheckpoint(16000)"
}

// OpenSQLite opens a new SQLite file in a temporary folder.
func OpenSQLite(t testing.TB) (*bun.DB, string) {
	t.Helper()
	sqldb, err := sql.Open("sqlite", SQLiteDSN(filepath.Join(t.TempDir(), "test.db"), "NORMAL"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sqldb.Close() })
	return bun.NewDB(sqldb, sqlitedialect.New()), "cw_"
}

// OpenPostgres opens PostgreSQL with a prefix of its own. The tables are
// dropped when the test ends.
func OpenPostgres(t testing.TB) (*bun.DB, string) {
	t.Helper()
	dsn := PostgresDSN(t)
	sqldb, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 4)
	_, _ = rand.Read(raw)
	prefix := "t" + hex.EncodeToString(raw) + "_"
	t.Cleanup(func() {
		dropAll(t, sqldb, prefix)
		sqldb.Close()
	})
	return bun.NewDB(sqldb, pgdialect.New()), prefix
}

func dropAll(t testing.TB, db *sql.DB, prefix string) {
	rows, err := db.Query(`SELECT tablename FROM pg_tables WHERE tablename LIKE $1`, strings.ReplaceAll(prefix, "_", `\_`)+"%")
	if err != nil {
		t.Error(err)
		return
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Error(err)
		}
		names = append(names, `"`+name+`"`)
	}
	if len(names) > 0 {
		if _, err := db.Exec(`DROP TABLE ` + strings.Join(names, ", ") + ` CASCADE`); err != nil {
			t.Error(err)
		}
	}
}

// PostgresDSN is TEST_POSTGRES_DSN, or a private cluster that is started with
// the installed initdb and pg_ctl and goes away with the test program. Without
// either the test skips.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv("TEST_POSTGRES_DSN"); dsn != "" {
		return withExec(dsn)
	}
	dsn, err := cluster()
	if errors.Is(err, errNoPostgres) {
		t.Skip("no PostgreSQL: set TEST_POSTGRES_DSN, or install the server programs (initdb, pg_ctl)")
	}
	if err != nil {
		t.Fatal(err)
	}
	return withExec(dsn)
}

// withExec makes pgx plan bun's statements anew each time: they carry their
// arguments in their text, so that a cache of them would only fill up.
func withExec(dsn string) string {
	if strings.Contains(dsn, "default_query_exec_mode") {
		return dsn
	}
	if strings.Contains(dsn, "?") {
		return dsn + "&default_query_exec_mode=exec"
	}
	return dsn + "?default_query_exec_mode=exec"
}

var errNoPostgres = errors.New("no PostgreSQL programs")

// cluster starts PostgreSQL once per test program. A shell watches the test
// program and takes the cluster down when it is gone.
var cluster = sync.OnceValues(func() (string, error) {
	c, err := newCluster()
	if err != nil {
		return "", err
	}
	return c.DSN, nil
})

// Cluster is a PostgreSQL server of a test's own, which it may stop and start.
type Cluster struct {
	DSN string

	port              int
	bin, dir, options string
	as                *syscall.Credential
}

// OwnCluster starts a PostgreSQL server for one test, also where TEST_POSTGRES_DSN
// names another. Without the server programs the test skips.
func OwnCluster(t testing.TB) *Cluster {
	t.Helper()
	c, err := newCluster()
	if errors.Is(err, errNoPostgres) {
		t.Skip("no PostgreSQL of one's own: install the server programs (initdb, pg_ctl)")
	}
	if err != nil {
		t.Fatal(err)
	}
	c.DSN = withExec(c.DSN)
	t.Cleanup(c.remove)
	return c
}

// Stop ends the server: immediate is as if the machine lost its power, fast tells
// those who are connected.
func (c *Cluster) Stop(t testing.TB, mode string) {
	t.Helper()
	if err := c.control("stop", "-m", mode); err != nil {
		t.Fatal(err)
	}
}

// Start starts the server again.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
}

// remove ends the server and takes its files away.
func (c *Cluster) remove() {
	_ = c.control("stop", "-m", "immediate")
	os.RemoveAll(c.dir)
}

func newCluster() (*Cluster, error) {
	c, err := prepareCluster()
	if err != nil {
		return nil, err
	}
	if err := c.run("initdb", "-D", c.data(), "-U", "casework", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		return nil, err
	}
	return c, c.begin()
}

// begin starts the server for the first time.
func (c *Cluster) begin() error {
	if err := c.start(); err != nil {
		return err
	}
	return c.watch()
}

// prepareCluster is a server without data that does not run yet.
func prepareCluster() (*Cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "casework-postgres-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	c := &Cluster{port: port, DSN: fmt.Sprintf("postgres://casework@127.0.0.1:%d/postgres?sslmode=disable", port), bin: bin, dir: dir,
		options: fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c max_connections=100", port, dir)}
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, fmt.Errorf("running as root, and there is no user postgres: %w", errNoPostgres)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return c, nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: c.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// control is pg_ctl, which waits until it is done.
func (c *Cluster) control(args ...string) error {
	return c.run("pg_ctl", append([]string{"-D", c.data(), "-w", "-t", "60"}, args...)...)
}

func (c *Cluster) start() error {
	return c.control("-l", filepath.Join(c.dir, "log"), "-o", c.options, "start")
}

// watch takes the cluster down when the test program is gone.
func (c *Cluster) watch() error {
	watch := exec.Command("/bin/sh", "-c", fmt.Sprintf(
		`while ps -p %d >/dev/null 2>&1; do sleep 1; done; '%s' -D '%s' -m immediate stop; rm -rf '%s'`,
		os.Getpid(), filepath.Join(c.bin, "pg_ctl"), c.data(), c.dir))
	watch.Dir = "/"
	watch.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.as}
	return watch.Start()
}

func postgresBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil { // the other programs are beside it
			path = real
		}
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNoPostgres
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// PostgresProgram is where a program of PostgreSQL is, such as pg_dump. Without it the
// test skips.
func PostgresProgram(t testing.TB, name string) string {
	t.Helper()
	if bin, err := postgresBin(); err == nil {
		if _, err := os.Stat(filepath.Join(bin, name)); err == nil {
			return filepath.Join(bin, name)
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: install PostgreSQL's programs", name)
	}
	return path
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Wait polls until a condition holds, for tests that start something; it fails
// the test after a minute.
func Wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

// NewWorld is the world of storetest on a store, with the funders' formats that
// there are.
func NewWorld(t testing.TB, store storetest.Storage, hooks ...casemgmt.Hook) *storetest.World {
	t.Helper()
	icare, err := icareexport.New(catalog.Registry(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return storetest.NewWorld(t, store, storetest.Options{Hooks: hooks, Formats: []export.Format{icare, dexexport.New(dexexport.Options{})}})
}
