package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
)

// sqlState is what PostgreSQL drivers' errors have.
type sqlState interface{ SQLState() string }

// sqliteCode is what modernc.org/sqlite's errors have.
type sqliteCode interface{ Code() int }

const (
	sqliteBusy       = 5
	sqliteConstraint = 19
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

// Fail says what was being done, and translates the driver's errors: no row is
// fault.ErrNotFound, a taken key is fault.ErrConflict. The driver's own text
// stays out: it may quote values.
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
	if errors.Is(err, fault.ErrNotFound) || errors.Is(err, fault.ErrConflict) || errors.Is(err, fault.ErrInvalid) {
		return err
	}
	if unique(err) {
		return fmt.Errorf("bunstore: %s: %w", doing, &duplicate{err})
	}
	return fmt.Errorf("bunstore: %s: %w", doing, &driverError{err})
}

// driverError hides the driver's text and keeps the error for errors.As.
type driverError struct{ err error }

func (e *driverError) Error() string {
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

// duplicate is a broken unique key.
type duplicate struct{ err error }

func (e *duplicate) Error() string        { return "a unique key is taken" }
func (e *duplicate) Unwrap() error        { return e.err }
func (e *duplicate) Is(target error) bool { return target == fault.ErrConflict }

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
