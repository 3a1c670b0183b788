// Package engine is the storage without the domain: units of work, statements,
// rows and tables of records, pages, the cache of what hardly changes, and
// migrating, on SQLite and PostgreSQL alike.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Options of a database.
type Options struct {
	Prefix     string // of all table names
	NoPrepare  bool
	Replica    *bun.DB // a copy that only reads; nil without
	CommitEach bool
	// Patience is how long a change waits; 0 is 30 seconds for SQLite's writer, and a
	// minute for all of it in PostgreSQL.
	Patience time.Duration
}

// DB is the caller's database as units of work use it.
type DB struct {
	// SQLite says which of the two databases it is.
	SQLite bool
	Prefix string

	bun      *bun.DB // ours; shares the caller's connections
	sql      *sql.DB
	patience time.Duration
	writer   writer // SQLite takes one writer at a time
	// migrations has a folder migrations with one for each database.
	migrations fs.FS
	order      func() map[string]int // of the tables, as they are created
	cache      cache
	shapes     shapes
	replica    *replica // nil without
	statements

	Trace func(q string, args []any) // of queries, for tests
	Count func(q string)             // of all statements, for tests
}

var goodPrefix = regexp.MustCompile(`^[a-z][a-z0-9_]{0,19}$`)

// Open makes a DB over the caller's, with tables that migrations make. It does not
// touch the database.
func Open(db *bun.DB, opts Options, migrations fs.FS) (*DB, error) {
	if db == nil || reflect.ValueOf(db).Elem().IsZero() {
		return nil, errors.New("bunstore: the *bun.DB is nil; bun.NewDB makes one over a *sql.DB")
	}
	if !goodPrefix.MatchString(opts.Prefix) {
		return nil, errors.New("bunstore: the prefix must be up to 20 of a-z, 0-9 and _, starting with a letter")
	}
	d := &DB{sql: db.DB, Prefix: opts.Prefix, patience: opts.Patience, statements: newStatements(!opts.NoPrepare), migrations: migrations}
	d.order = sync.OnceValue(d.created)
	var dia schema.Dialect
	switch db.Dialect().Name() {
	case dialect.SQLite:
		d.SQLite, dia = true, sqlitedialect.New()
	case dialect.PG:
		dia = pgdialect.New()
	case dialect.Invalid:
		return nil, errors.New("bunstore: the *bun.DB has no dialect; bun.NewDB makes one")
	default:
		return nil, fmt.Errorf("bunstore: %s is neither SQLite nor PostgreSQL", db.Dialect().Name())
	}
	if d.patience <= 0 {
		d.patience = time.Minute
		if d.SQLite {
			d.patience = 30 * time.Second
		}
	}
	d.writer.begin, d.writer.most = d.beginWrite, maxGroup
	if opts.CommitEach {
		d.writer.most = 1
	}
	d.bun = bun.NewDB(db.DB, newPrefixed(dia, opts.Prefix))
	if opts.Replica != nil {
		return d, d.openReplica(opts, migrations)
	}
	return d, nil
}

// openReplica makes the DB over the copy.
func (d *DB) openReplica(opts Options, migrations fs.FS) error {
	db := opts.Replica
	opts.Replica = nil
	of, err := Open(db, opts, migrations)
	if err != nil {
		return err
	}
	if d.SQLite || of.SQLite {
		return errors.New("bunstore: a replica is one of PostgreSQL")
	}
	d.replica = &replica{DB: of}
	return nil
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

// View runs fn on a consistent view: a deferred transaction in SQLite, a
// read-only one with repeatable reads in PostgreSQL. What looks at many records
// runs on the replica, where there is one that has all that this database has.
func (d *DB) View(ctx context.Context, agency string, fn func(*Unit) error) error {
	if d.replica != nil && casemgmt.LooksAtMany(ctx) {
		if done, err := d.onReplica(ctx, agency, fn); done {
			return err
		}
	}
	if err := d.prepareWanted(ctx, d.sql); err != nil {
		return err
	}
	return d.viewOn(ctx, d.sql, agency, fn)
}

// beginner is a database, or one connection of it.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

func (d *DB) viewOn(ctx context.Context, on beginner, agency string, fn func(*Unit) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if !d.SQLite {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := on.BeginTx(ctx, opts)
	if err != nil {
		return failToBegin(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	u := &Unit{DB: d, tx: tx}
	err = u.run(ctx, agency, fn)
	d.shapes.learn(u.met) // a view sees what is committed
	return err
}

// Row reads one row by a fixed query, outside of any unit of work: what is not yet
// known to be of an agency. Without a row it is fault.ErrNotFound.
func (d *DB) Row(ctx context.Context, doing, q string, args []any, dest ...any) error {
	if err := d.prepareWanted(ctx, d.sql); err != nil {
		return err
	}
	u := &Unit{DB: d}
	if err := u.plain(ctx, args); err != nil {
		return Fail(doing, err)
	}
	text, stmt := d.bind(q)
	u.traced(text, args)
	var err error
	if stmt != nil {
		err = stmt.QueryRowContext(ctx, args...).Scan(dest...)
	} else {
		err = d.sql.QueryRowContext(ctx, text, args...).Scan(dest...)
	}
	if unknown(err) && d.sql.PingContext(ctx) != nil {
		return failToBegin(err)
	}
	return Fail(doing, err)
}

// Update runs fn in a transaction of ours. SQLite's writers queue up and
// commit together; PostgreSQL's are tried again when they get in each other's way.
func (d *DB) Update(ctx context.Context, agency string, fn func(*Unit) error) error {
	return d.update(ctx, usual, agency, fn)
}

// Note is Update for a unit that only appends a little: on SQLite it waits for others
// of its kind alone, and for the group that is being written.
func (d *DB) Note(ctx context.Context, agency string, fn func(*Unit) error) error {
	return d.update(ctx, quick, agency, fn)
}

func (d *DB) update(ctx context.Context, queue int, agency string, fn func(*Unit) error) error {
	if err := d.prepareWanted(ctx, d.sql); err != nil {
		return err
	}
	if d.SQLite {
		var u *Unit
		err := d.writer.do(ctx, queue, func(s *shared) (bool, error) {
			u = &Unit{DB: d, tx: s.tx, group: s, grouped: true, Writes: true}
			err := u.run(ctx, agency, fn)
			return u.wrote, err
		})
		if err == nil {
			d.shapes.learn(u.met)
		}
		return err
	}
	return d.patient(ctx, func(ctx context.Context) error {
		var err error
		for try := range 5 {
			if err = d.updateOnce(ctx, agency, fn); !retryable(err) || !sleep(ctx, time.Duration(try+1)*5*time.Millisecond) {
				return err
			}
		}
		return err
	})
}

// patient ends a change that takes too long, as one does whose commit waits for a
// standby that is away, and those that wait for what it holds.
func (d *DB) patient(ctx context.Context, do func(context.Context) error) error {
	own, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	err := do(own)
	if err != nil && own.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("bunstore: a change took too long: %w", fault.ErrUnavailable)
	}
	return err
}

func (d *DB) updateOnce(ctx context.Context, agency string, fn func(*Unit) error) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return failToBegin(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := (&Unit{DB: d, tx: tx, Writes: true}).run(ctx, agency, fn); err != nil {
		return err
	}
	return Fail("commit", tx.Commit())
}

// beginWrite takes SQLite's write lock with the transaction's first statement:
// a deferred transaction that reads first would fail when it comes to write.
//
// It waits as long as the options say at most, for a connection and for another process.
func (d *DB) beginWrite() (*sql.Tx, func(), error) {
	ctx, cancel := context.WithTimeout(context.Background(), d.patience)
	defer cancel()
	conn, err := d.sql.Conn(ctx)
	if ctx.Err() != nil {
		return nil, nil, fmt.Errorf("bunstore: no connection was free; a service that is used while the host's own transaction holds the last one needs On: %w", fault.ErrUnavailable)
	}
	if err != nil {
		return nil, nil, Fail("wait for a connection", err)
	}
	release := func() { _ = conn.Close() } // back into the pool
	for {
		tx, err := conn.BeginTx(context.Background(), nil)
		if err != nil {
			release()
			return nil, nil, Fail("begin", err)
		}
		_, err = (&Unit{DB: d, tx: tx, grouped: true}).Exec(ctx, "begin", `UPDATE "{{p}}agencies" SET version = version WHERE 0`)
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
	db *DB
	tx *sql.Tx
}

// Join makes units of work part of the host's transaction.
func (d *DB) Join(tx *sql.Tx) *Joined { return &Joined{d, tx} }

// View is Update: a query that fails would end PostgreSQL's transaction.
func (j *Joined) View(ctx context.Context, agency string, fn func(*Unit) error) error {
	return j.Update(ctx, agency, fn)
}

// Note is Update: it is the host's transaction that waits.
func (j *Joined) Note(ctx context.Context, agency string, fn func(*Unit) error) error {
	return j.Update(ctx, agency, fn)
}

// Update runs fn in a savepoint of the host's transaction.
func (j *Joined) Update(ctx context.Context, agency string, fn func(*Unit) error) error {
	// an interrupted statement would end SQLite's whole transaction, the host's
	// part too: there the context is looked at before and after only
	if j.tx == nil {
		return errors.New("bunstore: the transaction that was joined is nil")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return savepoint(ctx, j.tx, func() error {
		return (&Unit{DB: j.db, tx: j.tx, grouped: j.db.SQLite, Writes: true}).run(ctx, agency, fn)
	})
}

// savepoint runs fn so that its failure takes back what it wrote and no more.
func savepoint(ctx context.Context, tx *sql.Tx, fn func() error) (err error) {
	ctx = context.WithoutCancel(ctx)
	if _, err := tx.ExecContext(ctx, "SAVEPOINT casework_unit"); err != nil {
		return Fail("savepoint", err)
	}
	done := false
	defer func() {
		if !done { // fn panicked or failed
			if _, back := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT casework_unit"); back != nil {
				err = &brokenError{errors.Join(err, Fail("roll back", back))}
				return
			}
		}
		if _, end := tx.ExecContext(ctx, "RELEASE SAVEPOINT casework_unit"); end != nil {
			err = &brokenError{errors.Join(err, Fail("release", end))}
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
