package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
)

// sqlState is what PostgreSQL drivers' errors have.
type sqlState interface{ SQLState() string }

// sqliteCode is what modernc.org/sqlite's errors have.
type sqliteCode interface{ Code() int }

const (
	sqliteBusy       = 5
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteConstraint = 19
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

// Fail says what was being done, and translates the driver's errors: no row is
// fault.ErrNotFound, a taken key is fault.ErrConflict, a database that is away or
// full is fault.ErrUnavailable. The driver's own text stays out: it may quote
// values.
func Fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.ErrNotFound
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("bunstore: %s: %w", doing, err)
	}
	if errors.Is(err, fault.ErrNotFound) || errors.Is(err, fault.ErrConflict) || errors.Is(err, fault.ErrInvalid) || errors.Is(err, fault.ErrUnavailable) {
		return err
	}
	switch {
	case tablesMissing(err):
		return fmt.Errorf("bunstore: %s: %w", doing, ErrNotMigrated)
	case unique(err):
		return fmt.Errorf("bunstore: %s: %w", doing, &duplicate{err})
	case away(err):
		return fmt.Errorf("bunstore: %s: %w", doing, &unavailable{driverError{err}})
	}
	return fmt.Errorf("bunstore: %s: %w", doing, &driverError{err})
}

// failToBegin is Fail for a transaction that could not begin: what the database has no
// state for is then that no connection could be made, such as when no server of
// several takes changes.
func failToBegin(err error) error {
	if unknown(err) {
		return fmt.Errorf("bunstore: begin: %w", &unavailable{driverError{err}})
	}
	return Fail("begin", err)
}

// unknown is an error that is neither the database's nor one of ours.
func unknown(err error) bool {
	var hidden *driverError
	return errors.As(Fail("", err), &hidden) && state(err) == "" && !errors.As(err, new(sqliteCode))
}

// driverError hides the driver's text and keeps the error for errors.As.
type driverError struct{ err error }

func (e *driverError) Error() string {
	if hint := hint(e.err); hint != "" {
		return hint
	}
	if state := state(e.err); state != "" {
		return "SQLSTATE " + state
	}
	var code sqliteCode
	if errors.As(e.err, &code) {
		return fmt.Sprintf("SQLite error %d", code.Code())
	}
	return fmt.Sprintf("%T", e.err) // its text may quote a value
}

func (e *driverError) Unwrap() error { return e.err }

// hint is what a host has most likely to do about an error.
func hint(err error) string {
	var code sqliteCode
	switch {
	case errors.Is(err, sql.ErrTxDone):
		return "the transaction that was joined has ended: it was committed or rolled back before"
	case strings.Contains(err.Error(), "statement from different database used"): // of database/sql
		return "the transaction that was joined is of another *sql.DB than the store"
	case errors.As(err, &code) && code.Code()&0xff == sqliteBusy:
		return "the database is locked by another writer; a service that is used while the host's own transaction is open needs On (SQLite error 5)"
	}
	return ""
}

// ErrNotMigrated: the tables are not there.
var ErrNotMigrated = errors.New("the tables are not there: call Migrate first, and look at the prefix")

// tablesMissing says whether a statement found no table.
func tablesMissing(err error) bool {
	var code sqliteCode
	return state(err) == "42P01" || errors.As(err, &code) && code.Code()&0xff == 1 && strings.Contains(err.Error(), "no such table")
}

// duplicate is a broken unique key.
type duplicate struct{ err error }

func (e *duplicate) Error() string        { return "a unique key is taken" }
func (e *duplicate) Unwrap() error        { return e.err }
func (e *duplicate) Is(target error) bool { return target == fault.ErrConflict }

// unavailable is a database that does not answer or takes no changes.
type unavailable struct{ driverError }

func (e *unavailable) Is(target error) bool { return target == fault.ErrUnavailable }

// away says whether the database is what failed, and not the statement: nobody is
// there, the connection broke, or there is no room.
func away(err error) bool {
	var code sqliteCode
	if errors.As(err, &code) { // the low byte is the kind
		return slices.Contains([]int{sqliteBusy, sqliteReadOnly, sqliteIO, sqliteFull, sqliteCantOpen}, code.Code()&0xff)
	}
	if s := state(err); s != "" {
		return strings.HasPrefix(s, "08") || slices.Contains(awayStates, s)
	}
	var network net.Error
	var unsent interface{ SafeToRetry() bool } // of pgx: the connection was closed before
	return errors.As(err, &network) || errors.As(err, &unsent) && unsent.SafeToRetry() || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// awayStates are those of a PostgreSQL that has no room (53100, 53300 for
// connections), no memory (53200), that stops, crashed or starts (57P01 to 57P03),
// or that only reads (25006), as a copy does that is not yet in charge.
var awayStates = []string{"53100", "53200", "53300", "57P01", "57P02", "57P03", "25006"}

func state(err error) string {
	var s sqlState
	if errors.As(err, &s) {
		return s.SQLState()
	}
	return ""
}

func unique(err error) bool {
	var code sqliteCode
	if errors.As(err, &code) {
		return code.Code() == sqliteUnique || code.Code() == sqlitePrimaryKey
	}
	return state(err) == "23505"
}

func busy(err error) bool {
	var code sqliteCode
	return errors.As(err, &code) && code.Code()&0xff == sqliteBusy
}

// retryable: two PostgreSQL transactions got in each other's way, or both
// wrote the same request key.
func retryable(err error) bool {
	switch state(err) {
	case "40001", "40P01":
		return true
	case "23505":
		return strings.Contains(err.Error(), RequestInsert)
	}
	return false
}

// RequestInsert is what the writing of a request key is called: when two write the same
// at once, one is tried again.
const RequestInsert = "insert request"
