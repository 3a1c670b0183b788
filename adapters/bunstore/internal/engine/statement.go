package engine

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxStatements bounds what is kept prepared. Queries have as many shapes as
// there are ways to narrow a search; few of them are common.
const maxStatements = 1000

// statements are kept prepared after their first use.
type statements struct {
	prepare   bool
	preparing sync.Mutex // one at a time, and never while holding mu
	mu        sync.RWMutex
	bound     map[string]*statement // by the text as we write it
	wanted    []*statement
}

// statement is one as the database has it.
type statement struct {
	text string
	stmt *sql.Stmt // nil until it is prepared; under statements.mu
}

func newStatements(prepare bool) statements {
	return statements{prepare: prepare, bound: map[string]*statement{}}
}

// bind finds the statement for a text: with the prefix for {{p}}, and $1, $2 for
// each ? in PostgreSQL. The first use asks for it to be prepared.
func (d *DB) bind(q string) (string, *sql.Stmt) {
	d.mu.RLock()
	s := d.bound[q]
	var stmt *sql.Stmt
	if s != nil {
		stmt = s.stmt
	}
	d.mu.RUnlock()
	if s != nil {
		return s.text, stmt
	}
	s = &statement{text: d.text(q)}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.bound[q]; old != nil {
		return old.text, old.stmt
	}
	if len(d.bound) < maxStatements {
		d.bound[q] = s
		if d.prepare {
			d.wanted = append(d.wanted, s)
		}
	}
	return s.text, nil
}

func (d *DB) text(q string) string {
	out := strings.ReplaceAll(q, "{{p}}", d.Prefix)
	if d.SQLite {
		return out
	}
	var b strings.Builder
	n := 0
	for _, r := range out {
		if r == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// prepareWanted prepares the statements that were used without. It is done
// outside of transactions: a pool of one connection has none to spare inside.
func (d *DB) prepareWanted(ctx context.Context, db *sql.DB) error {
	d.mu.RLock()
	wanted := slices.Clone(d.wanted)
	d.mu.RUnlock()
	if len(wanted) == 0 || !d.preparing.TryLock() {
		return nil // there are none, or somebody else prepares them
	}
	defer d.preparing.Unlock()
	for _, s := range wanted {
		// it may wait for a connection, whose holder may wait for mu: no lock here
		stmt, err := db.PrepareContext(ctx, s.text)
		if ctx.Err() != nil {
			return Fail("prepare", err)
		}
		d.mu.Lock()
		switch {
		case err != nil: // the unit that uses it next says what is wrong, and asks for it again
			maps.DeleteFunc(d.bound, func(_ string, x *statement) bool { return x == s })
		case s.stmt != nil:
			_ = stmt.Close()
		default:
			s.stmt = stmt
		}
		d.wanted = slices.DeleteFunc(d.wanted, func(x *statement) bool { return x == s })
		d.mu.Unlock()
	}
	return nil
}

// Close gives back the prepared statements. The caller's databases stay open.
func (d *DB) Close() error {
	var errs []error
	if d.replica != nil {
		errs = append(errs, d.replica.Close())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for q, s := range d.bound {
		if s.stmt != nil {
			errs = append(errs, s.stmt.Close())
		}
		delete(d.bound, q)
	}
	d.wanted = nil
	return errors.Join(errs...)
}
