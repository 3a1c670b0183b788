package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun/dialect"
)

// ErrNewer says that the database was migrated by a newer program.
var ErrNewer = errors.New("bunstore: the database is newer than this program")

// Migrate brings the tables to this program's version. Several programs that start
// at once wait for each other. It fails with ErrNewer when a newer program has
// been there.
func (d *DB) Migrate(ctx context.Context) error {
	if err := d.patiently(ctx, func() error { return d.inFile(ctx) }); err != nil {
		return err
	}
	return d.patiently(ctx, func() error {
		done, err := d.up(ctx)
		if err != nil || !d.SQLite || done == 0 {
			return err
		}
		return d.patiently(ctx, func() error { return d.assumeSizes(ctx) })
	})
}

// ErrMemory: the database is in memory, and each connection has one of its own.
var ErrMemory = errors.New("bunstore: each connection to :memory: is a database of its own: take a file, or db.SetMaxOpenConns(1)")

// inFile refuses a database in memory on more than one connection.
func (d *DB) inFile(ctx context.Context) error {
	if !d.SQLite || d.sql.Stats().MaxOpenConnections == 1 {
		return nil
	}
	var file string
	if err := d.sql.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file); err != nil {
		return Fail("find the data file", err)
	}
	if file == "" {
		return ErrMemory
	}
	return nil
}

// up runs the migrations that are to be run, and says how many.
func (d *DB) up(ctx context.Context) (n int, err error) {
	if d.SQLite || d.prepare {
		return d.upInTurn(ctx)
	}
	// a pooler that shares connections between transactions lets nobody hold a session's lock: the lock is that of
	// a transaction beside the migrations, which takes a second connection
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return 0, failToBegin(err)
	}
	defer tx.Rollback() //nolint:errcheck // it gives back the lock
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lock.DefaultLockID); err != nil {
		return 0, Fail("wait for other migrations", err)
	}
	return d.upInTurn(ctx)
}

func (d *DB) upInTurn(ctx context.Context) (int, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("bunstore: read the schema version: %w", err)
	}
	if have > newest(p) {
		return 0, ErrNewer
	}
	done, err := p.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("bunstore: migrate: %w", err)
	}
	return len(done), nil
}

// patiently does something again that fails because another program does the same
// to SQLite's file: it is held, or a table is there meanwhile. PostgreSQL has
// a lock for it.
func (d *DB) patiently(ctx context.Context, do func() error) error {
	overtaken := 0
	for end := time.Now().Add(time.Minute); ; {
		err := do()
		if err == nil || !d.SQLite || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		if !busy(err) {
			if overtaken++; overtaken > 10 || !strings.Contains(err.Error(), "already exists") && !strings.Contains(err.Error(), "duplicate column") {
				return err
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Pending says how many migrations are to be run. It fails with ErrNewer when a
// newer program has been there.
func (d *DB) Pending(ctx context.Context) (int, error) {
	p, err := d.provider()
	if err != nil {
		return 0, err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("bunstore: read the schema version: %w", err)
	}
	if have > newest(p) {
		return 0, ErrNewer
	}
	n := 0
	for _, source := range p.ListSources() {
		if source.Version > have {
			n++
		}
	}
	return n, nil
}

func newest(p *goose.Provider) int64 {
	var v int64
	for _, source := range p.ListSources() {
		v = max(v, source.Version)
	}
	return v
}

func (d *DB) provider() (*goose.Provider, error) {
	dia, folder := goose.DialectSQLite3, "sqlite"
	opts := []goose.ProviderOption{goose.WithVerbose(false)}
	if !d.SQLite {
		dia, folder = goose.DialectPostgres, "postgres"
	}
	if !d.SQLite && d.prepare {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return nil, fmt.Errorf("bunstore: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	versions, err := database.NewStore(database.Dialect(dia), d.Prefix+"migrations")
	if err != nil {
		return nil, fmt.Errorf("bunstore: %w", err)
	}
	sub, err := fs.Sub(d.migrations, "migrations/"+folder)
	if err != nil {
		return nil, fmt.Errorf("bunstore: %w", err)
	}
	p, err := goose.NewProvider("", d.sql, withPrefix{sub, d.Prefix}, append(opts, goose.WithStore(versions))...)
	if err != nil {
		return nil, fmt.Errorf("bunstore: %w", err)
	}
	return p, nil
}

// SQL is all migrations as one script, for who runs them with another tool.
func SQL(migrations fs.FS, name dialect.Name, prefix string) (string, error) {
	folder := map[dialect.Name]string{dialect.SQLite: "sqlite", dialect.PG: "postgres"}[name]
	if folder == "" || !goodPrefix.MatchString(prefix) {
		return "", errors.New("bunstore: SQL is for SQLite or PostgreSQL and a prefix that New takes")
	}
	files, err := fs.Glob(migrations, "migrations/"+folder+"/*.sql")
	if err != nil {
		return "", fmt.Errorf("bunstore: %w", err)
	}
	var out strings.Builder
	for _, name := range files {
		raw, err := fs.ReadFile(migrations, name)
		if err != nil {
			return "", fmt.Errorf("bunstore: %w", err)
		}
		out.Write(fillIn(raw, prefix))
	}
	return out.String(), nil
}

var createTable = regexp.MustCompile(`CREATE TABLE \{\{p\}\}(\w+)`)

// created numbers the tables in the order in which the migrations make them.
func (d *DB) created() map[string]int {
	out := map[string]int{}
	files, _ := fs.Glob(d.migrations, "migrations/postgres/*.sql")
	for _, name := range files {
		raw, _ := fs.ReadFile(d.migrations, name)
		for _, m := range createTable.FindAllSubmatch(raw, -1) {
			out[string(m[1])] = len(out)
		}
	}
	return out
}

func fillIn(raw []byte, prefix string) []byte {
	return bytes.ReplaceAll(raw, []byte("{{p}}"), []byte(prefix))
}

// withPrefix is a file system whose files have the prefix filled in.
type withPrefix struct {
	fs.FS
	prefix string
}

// Open reads a file whole and fills the prefix in.
func (w withPrefix) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	raw = fillIn(raw, w.prefix)
	return &filled{bytes.NewReader(raw), name, int64(len(raw))}, nil
}

// ReadDir lists the migrations.
func (w withPrefix) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(w.FS, name) }

// Glob finds migrations by pattern.
func (w withPrefix) Glob(pattern string) ([]string, error) { return fs.Glob(w.FS, pattern) }

type filled struct {
	*bytes.Reader
	name string
	size int64
}

func (f *filled) Stat() (fs.FileInfo, error) { return f, nil }
func (f *filled) Close() error               { return nil }
func (f *filled) Name() string               { return f.name }
func (f *filled) Mode() fs.FileMode          { return 0o444 }
func (f *filled) ModTime() time.Time         { return time.Time{} }
func (f *filled) IsDir() bool                { return false }
func (f *filled) Sys() any                   { return nil }
func (f *filled) Size() int64                { return f.size }
