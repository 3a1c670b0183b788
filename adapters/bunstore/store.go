// Package bunstore keeps casework's records in SQLite or PostgreSQL, through
// bun. It opens a bun.DB of its own over the caller's *sql.DB, so that the
// caller's models and hooks and its own never meet, and puts a prefix before
// all its table names.
package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/report"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// Options of a store. The zero value is ready to use.
type Options struct {
	// Prefix of all table names: up to 20 of a-z, 0-9 and _, starting with a
	// letter. Empty is "cw_".
	Prefix string
	// NoPrepare keeps the store from preparing statements, for a PostgreSQL
	// behind a pooler that shares connections between transactions.
	NoPrepare bool
	// CommitEach makes SQLite's units of work commit one by one, also when
	// several wait. It is slower; it is there to compare.
	CommitEach bool
}

// Store is casework's storage in one database.
type Store struct {
	db      *bun.DB // ours; shares the caller's connections
	sql     *sql.DB
	sqlite  bool
	prefix  string
	prepare bool
	writer  writer // SQLite takes one writer at a time

	lists lists
	trace func(q string, args []any) // of queries, for tests
	count func(q string)             // of all statements, for tests

	preparing sync.Mutex // one at a time, and never while holding mu
	mu        sync.RWMutex
	bound     map[string]string // statements as we write them to those of the database
	stmts     map[string]*sql.Stmt
	wanted    []string
}

// maxStatements bounds what is kept prepared. Queries have as many shapes as
// there are ways to narrow a search; few of them are common.
const maxStatements = 1000

var goodPrefix = regexp.MustCompile(`^[a-z][a-z0-9_]{0,19}$`)

// New makes a store over the caller's database. It does not touch the database;
// see Migrate. The caller's *sql.DB needs, for SQLite, a busy timeout and
// foreign keys switched on (_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)).
func New(db *bun.DB, opts Options) (*Store, error) {
	if opts.Prefix == "" {
		opts.Prefix = "cw_"
	}
	if !goodPrefix.MatchString(opts.Prefix) {
		return nil, errors.New("bunstore: the prefix must be up to 20 of a-z, 0-9 and _, starting with a letter")
	}
	s := &Store{sql: db.DB, prefix: opts.Prefix, prepare: !opts.NoPrepare, bound: map[string]string{}, stmts: map[string]*sql.Stmt{}}
	var d schema.Dialect
	switch db.Dialect().Name() {
	case dialect.SQLite:
		s.sqlite, d = true, sqlitedialect.New()
	case dialect.PG:
		d = pgdialect.New()
	default:
		return nil, fmt.Errorf("bunstore: %s is neither SQLite nor PostgreSQL", db.Dialect().Name())
	}
	s.writer.begin, s.writer.most = s.beginWrite, maxGroup
	if opts.CommitEach {
		s.writer.most = 1
	}
	s.db = bun.NewDB(db.DB, newPrefixed(d, opts.Prefix))
	return s, nil
}

// prefixed is a dialect whose tables carry a prefix.
type prefixed struct {
	schema.Dialect
	prefix string
	tables *schema.Tables
}

func newPrefixed(d schema.Dialect, prefix string) *prefixed {
	p := &prefixed{Dialect: d, prefix: prefix}
	p.tables = schema.NewTables(p)
	return p
}

// Tables are our own, not those of the wrapped dialect.
func (p *prefixed) Tables() *schema.Tables { return p.tables }

// OnTable puts the prefix before a table's name.
func (p *prefixed) OnTable(t *schema.Table) {
	p.Dialect.OnTable(t)
	name := p.prefix + t.Name
	t.Name = name
	t.SQLName = schema.Safe(`"` + name + `"`)
	t.SQLNameForSelects = t.SQLName
}

// Prefix is what table names start with.
func (s *Store) Prefix() string { return s.prefix }

// Close gives back the prepared statements. The caller's database stays open.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for q, stmt := range s.stmts {
		errs = append(errs, stmt.Close())
		delete(s.stmts, q)
	}
	return errors.Join(errs...)
}

// Cases is the runner of casemgmt.New.
func (s *Store) Cases() casemgmt.Runner { return cases{s} }

// Sessions is the runner of session.New.
func (s *Store) Sessions() session.Runner { return sessions{s} }

// Reports is the runner of report.New.
func (s *Store) Reports() report.Runner { return reports{s} }

// Batches is the runner of batch.New.
func (s *Store) Batches() batch.Runner { return batches{s} }

// Exports is the runner of export.New.
func (s *Store) Exports() export.Runner { return exports{s} }

// runner opens units of work: the store's own, or a part of the host's.
type runner interface {
	view(ctx context.Context, agency string, fn func(*Tx) error) error
	update(ctx context.Context, agency string, fn func(*Tx) error) error
}

type cases struct{ runner }

func (r cases) View(ctx context.Context, agency string, fn func(casemgmt.Tx) error) error {
	return r.view(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

func (r cases) Update(ctx context.Context, agency string, fn func(casemgmt.Tx) error) error {
	return r.update(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

type sessions struct{ runner }

func (r sessions) View(ctx context.Context, agency string, fn func(session.Tx) error) error {
	return r.view(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

func (r sessions) Update(ctx context.Context, agency string, fn func(session.Tx) error) error {
	return r.update(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

type batches struct{ runner }

func (r batches) View(ctx context.Context, agency string, fn func(batch.Tx) error) error {
	return r.view(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

func (r batches) Update(ctx context.Context, agency string, fn func(batch.Tx) error) error {
	return r.update(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

type exports struct{ runner }

func (r exports) View(ctx context.Context, agency string, fn func(export.Tx) error) error {
	return r.view(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

func (r exports) Update(ctx context.Context, agency string, fn func(export.Tx) error) error {
	return r.update(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

type reports struct{ runner }

func (r reports) View(ctx context.Context, agency string, fn func(report.Tx) error) error {
	return r.view(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

func (r reports) Update(ctx context.Context, agency string, fn func(report.Tx) error) error {
	return r.update(ctx, agency, func(tx *Tx) error { return fn(tx) })
}

// view runs fn on a consistent view: a deferred transaction in SQLite, a
// read-only one with repeatable reads in PostgreSQL.
func (s *Store) view(ctx context.Context, agency string, fn func(*Tx) error) error {
	if err := s.prepareWanted(ctx); err != nil {
		return err
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if !s.sqlite {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.sql.BeginTx(ctx, opts)
	if err != nil {
		return fail("begin", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(s.tx(tx, agency, false, false))
}

// update runs fn in a transaction of ours. SQLite's writers queue up and
// commit together; PostgreSQL's are tried again when they get in each other's way.
func (s *Store) update(ctx context.Context, agency string, fn func(*Tx) error) error {
	if err := s.prepareWanted(ctx); err != nil {
		return err
	}
	if s.sqlite {
		return s.writer.do(ctx, func(tx *sql.Tx) error { return fn(s.tx(tx, agency, true, true)) })
	}
	var err error
	for try := range 5 {
		if err = s.updateOnce(ctx, agency, fn); !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try+1) * 5 * time.Millisecond):
		}
	}
	return err
}

func (s *Store) updateOnce(ctx context.Context, agency string, fn func(*Tx) error) error {
	tx, err := s.sql.BeginTx(ctx, nil)
	if err != nil {
		return fail("begin", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := fn(s.tx(tx, agency, false, true)); err != nil {
		return err
	}
	return fail("commit", tx.Commit())
}

// beginWrite takes SQLite's write lock with the transaction's first statement:
// a deferred transaction that reads first would fail when it comes to write.
//
// It waits 30 seconds at most, for a connection and for another process.
func (s *Store) beginWrite() (*sql.Tx, func(), error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return nil, nil, fail("wait for a connection", err)
	}
	release := func() { _ = conn.Close() } // back into the pool
	for {
		tx, err := conn.BeginTx(context.Background(), nil)
		if err != nil {
			release()
			return nil, nil, fail("begin", err)
		}
		_, err = s.tx(tx, "", true, true).exec(ctx, "begin", `UPDATE "{{p}}agencies" SET version = version WHERE 0`)
		if err == nil {
			return tx, release, nil
		}
		_ = tx.Rollback()
		if !busy(err) || ctx.Err() != nil {
			release()
			return nil, nil, err
		}
		time.Sleep(2 * time.Millisecond) // another process holds the lock longer than the busy timeout
	}
}

// Joined runs units of work inside a transaction of the host: they commit and
// roll back with it. A unit that fails leaves nothing behind, and the host's
// transaction goes on.
type Joined struct {
	store *Store
	tx    *sql.Tx
}

// Join makes units of work part of the host's transaction, which must be one of
// the same database. In SQLite the transaction must hold the write lock before
// it reads (BEGIN IMMEDIATE, or a write first).
func (s *Store) Join(tx *sql.Tx) *Joined { return &Joined{s, tx} }

// Cases is the runner for casemgmt.Service.On.
func (j *Joined) Cases() casemgmt.Runner { return cases{j} }

// Batches is the runner for batch.Service.On.
func (j *Joined) Batches() batch.Runner { return batches{j} }

// Exports is the runner for export.Service.On.
func (j *Joined) Exports() export.Runner { return exports{j} }

// Sessions is the runner for session.Service.On.
func (j *Joined) Sessions() session.Runner { return sessions{j} }

func (j *Joined) view(ctx context.Context, agency string, fn func(*Tx) error) error {
	return j.update(ctx, agency, fn) // a query that fails would end PostgreSQL's transaction
}

func (j *Joined) update(ctx context.Context, agency string, fn func(*Tx) error) error {
	// an interrupted statement would end SQLite's whole transaction, the host's
	// part too: there the context is looked at before and after only
	if err := ctx.Err(); err != nil {
		return err
	}
	return savepoint(ctx, j.tx, func() error { return fn(j.store.tx(j.tx, agency, j.store.sqlite, true)) })
}

// savepoint runs fn so that its failure takes back what it wrote and no more.
func savepoint(ctx context.Context, tx *sql.Tx, fn func() error) (err error) {
	ctx = context.WithoutCancel(ctx)
	if _, err := tx.ExecContext(ctx, "SAVEPOINT casework_unit"); err != nil {
		return fail("savepoint", err)
	}
	done := false
	defer func() {
		if !done { // fn panicked or failed
			if _, back := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT casework_unit"); back != nil {
				err = &brokenError{errors.Join(err, fail("roll back", back))}
				return
			}
		}
		if _, end := tx.ExecContext(ctx, "RELEASE SAVEPOINT casework_unit"); end != nil {
			err = &brokenError{errors.Join(err, fail("release", end))}
		}
	}()
	err = fn()
	done = err == nil
	return err
}

// brokenError says that the database itself ended the transaction, as SQLite
// does when the disk is full: nothing more can be done in it.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return "bunstore: the transaction is broken: " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// prepareWanted prepares the statements that were used without. It is done
// outside of transactions: a pool of one connection has none to spare inside.
func (s *Store) prepareWanted(ctx context.Context) error {
	s.mu.RLock()
	wanted := slices.Clone(s.wanted)
	s.mu.RUnlock()
	if len(wanted) == 0 || !s.preparing.TryLock() {
		return nil // there are none, or somebody else prepares them
	}
	defer s.preparing.Unlock()
	for _, q := range wanted {
		// it may wait for a connection, whose holder may wait for mu: no lock here
		stmt, err := s.sql.PrepareContext(ctx, q)
		if err != nil {
			return fail("prepare", err)
		}
		s.mu.Lock()
		if old := s.stmts[q]; old != nil {
			_ = stmt.Close()
		} else {
			s.stmts[q] = stmt
		}
		s.wanted = slices.DeleteFunc(s.wanted, func(x string) bool { return x == q })
		s.mu.Unlock()
	}
	return nil
}

// stmt is the prepared statement for a query, or nil for now.
func (s *Store) stmt(q string) *sql.Stmt {
	if !s.prepare {
		return nil
	}
	s.mu.RLock()
	stmt := s.stmts[q]
	s.mu.RUnlock()
	if stmt == nil {
		s.mu.Lock()
		if len(s.stmts)+len(s.wanted) < maxStatements && !slices.Contains(s.wanted, q) {
			s.wanted = append(s.wanted, q)
		}
		s.mu.Unlock()
	}
	return stmt
}
