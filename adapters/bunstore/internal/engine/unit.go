package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Unit is one unit of work, bound to an agency.
type Unit struct {
	*DB
	// Agency is the agency's number in this database, Key its name; 0 while it is
	// not there.
	Agency int64
	Key    string
	// Writes: it may write; a view of PostgreSQL may not even lock.
	Writes bool

	tx *sql.Tx
	// grouped: other units share the transaction, so that no statement may be
	// interrupted by this one's context.
	grouped bool
	group   *shared // nil outside of SQLite's writer
	wrote   bool
	// met are the shapes that are not known to be committed.
	met map[string]int64
	// scanning: rows of a query are open, so that nothing else may be asked.
	scanning bool
	// mark is that of the state of the agency's own lists; 0 while it is not
	// known, or the unit changed them.
	mark int64
	// guest: a hook of the host is called, which only reads casework's records.
	guest bool
	// later are the writes that wait, laterArgs how many arguments they have.
	later     []write
	laterArgs int
}

// run finds the agency, runs fn, and writes what waits.
func (u *Unit) run(ctx context.Context, agency string, fn func(*Unit) error) error {
	u.Key = agency
	if err := u.find(ctx); err != nil {
		return err
	}
	if err := fn(u); err != nil {
		return err
	}
	return u.flush(ctx)
}

// agency is how the database knows one: its number and the mark of its lists.
type agency struct{ number, mark int64 }

// find reads the agency's number and the mark of its lists, once for a group of units.
func (u *Unit) find(ctx context.Context) error {
	if u.group != nil {
		if a, ok := u.group.agencies[u.Key]; ok {
			u.Agency, u.mark = a.number, a.mark
			return nil
		}
	}
	err := u.One(ctx, "find agency", `SELECT number, lists FROM "{{p}}agencies" WHERE key = ?`, []any{u.Key}, &u.Agency, &u.mark)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err == nil && u.group != nil {
		if u.group.agencies == nil {
			u.group.agencies = map[string]agency{}
		}
		u.group.agencies[u.Key] = agency{u.Agency, u.mark}
	}
	return err
}

// Found is for the unit that makes the agency.
func (u *Unit) Found(number int64) {
	u.Agency = number
	u.unmark()
}

// unmark says that the agency's lists are not those that the mark stands for.
func (u *Unit) unmark() {
	u.mark = 0
	if u.group != nil {
		delete(u.group.agencies, u.Key)
	}
}

func (u *Unit) context(ctx context.Context) context.Context {
	if u.grouped {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Exec runs a fixed statement, prepared after its first use. Placeholders are ?.
// It returns how many rows were changed.
func (u *Unit) Exec(ctx context.Context, doing, q string, args ...any) (int64, error) {
	if err := u.flush(ctx); err != nil {
		return 0, err
	}
	return u.exec(ctx, doing, q, args)
}

func (u *Unit) exec(ctx context.Context, doing, q string, args []any) (int64, error) {
	if u.guest {
		return 0, fmt.Errorf("bunstore: %s: %w", doing, errGuest)
	}
	if err := u.plain(ctx, args); err != nil {
		return 0, Fail(doing, err)
	}
	ctx, u.wrote = u.context(ctx), true
	text, stmt := u.bind(q)
	u.counted(text)
	var res sql.Result
	var err error
	if stmt != nil {
		res, err = u.tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	} else {
		res, err = u.tx.ExecContext(ctx, text, args...)
	}
	if err != nil {
		return 0, Fail(doing, err)
	}
	n, err := res.RowsAffected()
	return n, Fail(doing, err)
}

// Query runs a fixed query, prepared after its first use, and hands each row to scan, which
// asks the database for nothing else, and keeps nothing of a row that it could not read.
func (u *Unit) Query(ctx context.Context, doing, q string, args []any, scan func(*sql.Rows) error) error {
	if u.scanning {
		return fmt.Errorf("bunstore: %s: rows of another query are open", doing)
	}
	if err := u.flush(ctx); err != nil {
		return err
	}
	if err := u.plain(ctx, args); err != nil {
		return Fail(doing, err)
	}
	ctx = u.context(ctx)
	text, stmt := u.bind(q)
	if u.guest && !reads(text) {
		return fmt.Errorf("bunstore: %s: %w", doing, errGuest)
	}
	u.traced(text, args)
	for done := 0; ; {
		var err error
		if done, err = u.rows(ctx, stmt, text, args, done, scan); err == nil {
			return nil
		}
		var unknown unknownShape
		if !errors.As(err, &unknown) {
			return Fail(doing, err)
		}
		if _, err := u.readShape(ctx, int64(unknown)); err != nil {
			return err
		}
	}
}

// rows hands the rows of a query to scan, but for so many that it has had, and says how many
// it has had then. A row may need a shape that is not known. It is not read in between:
// a transaction whose context ends waits for its open rows, and whatever else it is asked
// waits for that, for ever. So the query ends first, and goes on where it was.
func (u *Unit) rows(ctx context.Context, stmt *sql.Stmt, text string, args []any, had int, scan func(*sql.Rows) error) (int, error) {
	var rows *sql.Rows
	var err error
	if stmt != nil {
		rows, err = u.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	} else {
		rows, err = u.tx.QueryContext(ctx, text, args...)
	}
	if err != nil {
		return had, err
	}
	defer rows.Close()
	u.scanning = reads(text) // what changes something is not asked twice
	defer func() { u.scanning = false }()
	for n := 0; rows.Next(); n++ {
		if n < had {
			continue
		}
		if err := scan(rows); err != nil {
			return had, err
		}
		had++
	}
	return had, rows.Err()
}

// One reads a single row into dest; without one it is fault.ErrNotFound.
func (u *Unit) One(ctx context.Context, doing, q string, args []any, dest ...any) error {
	found := false
	err := u.Query(ctx, doing, q, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		return fault.ErrNotFound
	}
	return err
}

func (u *Unit) traced(q string, args []any) {
	u.wrote = u.wrote || !reads(q)
	u.counted(q)
	if u.Trace != nil {
		u.Trace(q, args)
	}
}

func (u *Unit) counted(q string) {
	if u.Count != nil {
		u.Count(q)
	}
}

// reads says whether a statement only reads; others that answer rows have RETURNING.
func reads(q string) bool { return strings.HasPrefix(q, "SELECT") || strings.HasPrefix(q, "WITH") }

// Locking locks the rows that a query finds; SQLite's writers hold the whole
// database already.
func (u *Unit) Locking() string { return u.PG(" FOR UPDATE") }

// PG is a part of a statement that SQLite, which has one writer, does not need.
func (u *Unit) PG(sql string) string {
	if u.SQLite {
		return ""
	}
	return sql
}

// As gives an argument a type, which PostgreSQL needs where it does not see the
// column, and SQLite would misunderstand.
func (u *Unit) As(expr, kind string) string {
	if u.SQLite {
		return expr
	}
	return "CAST(" + expr + " AS " + kind + ")"
}

// QueryContext, ExecContext and QueryRowContext make a unit of work a bun.IConn,
// for the statements that bun builds.
func (u *Unit) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	u.traced(q, args)
	return u.tx.QueryContext(u.context(ctx), q, args...)
}

// ExecContext is part of bun.IConn.
func (u *Unit) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	u.wrote = true
	u.counted(q)
	return u.tx.ExecContext(u.context(ctx), q, args...)
}

// QueryRowContext is part of bun.IConn.
func (u *Unit) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	u.counted(q)
	return u.tx.QueryRowContext(u.context(ctx), q, args...)
}

var _ bun.IConn = (*Unit)(nil)
