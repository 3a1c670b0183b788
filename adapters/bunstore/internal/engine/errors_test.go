package engine_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt/fault"
)

// sqlState and sqliteCode are errors as the drivers have them.
type sqlState string

func (s sqlState) Error() string    { return "a value of somebody" }
func (s sqlState) SQLState() string { return string(s) }

type sqliteCode int

func (c sqliteCode) Error() string { return "a value of somebody" }
func (c sqliteCode) Code() int     { return int(c) }

// unsent is an error of pgx.
type unsent bool

func (u unsent) Error() string     { return "a value of somebody" }
func (u unsent) SafeToRetry() bool { return bool(u) }

// A database that is away or full is a kind of its own, and what a statement did
// wrong is not taken for it. No text of the driver goes on.
func TestFail(t *testing.T) {
	kinds := []error{fault.ErrNotFound, fault.ErrConflict, fault.ErrUnavailable, context.Canceled, context.DeadlineExceeded}
	for name, tt := range map[string]struct{ err, want error }{
		"no row":                 {sql.ErrNoRows, fault.ErrNotFound},
		"a taken key":            {sqlState("23505"), fault.ErrConflict},
		"a taken key of SQLite":  {sqliteCode(2067), fault.ErrConflict},
		"a broken connection":    {driver.ErrBadConn, fault.ErrUnavailable},
		"a closed connection":    {sql.ErrConnDone, fault.ErrUnavailable},
		"an answer cut short":    {fmt.Errorf("receive: %w", io.ErrUnexpectedEOF), fault.ErrUnavailable},
		"closed before":          {unsent(true), fault.ErrUnavailable},
		"sent":                   {unsent(false), nil},
		"nobody there":           {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, fault.ErrUnavailable},
		"a reset connection":     {fmt.Errorf("write: %w", syscall.ECONNRESET), fault.ErrUnavailable},
		"connection failure":     {sqlState("08006"), fault.ErrUnavailable},
		"shut down":              {sqlState("57P01"), fault.ErrUnavailable},
		"crashed":                {sqlState("57P02"), fault.ErrUnavailable},
		"starting":               {sqlState("57P03"), fault.ErrUnavailable},
		"no room":                {sqlState("53100"), fault.ErrUnavailable},
		"too many connections":   {sqlState("53300"), fault.ErrUnavailable},
		"a copy that only reads": {sqlState("25006"), fault.ErrUnavailable},
		"SQLite busy":            {sqliteCode(5), fault.ErrUnavailable},
		"SQLite read-only":       {sqliteCode(8), fault.ErrUnavailable},
		"SQLite I/O":             {sqliteCode(10 | 3<<8), fault.ErrUnavailable},
		"SQLite full":            {sqliteCode(13), fault.ErrUnavailable},
		"SQLite cannot open":     {sqliteCode(14), fault.ErrUnavailable},
		"a wrong statement":      {sqlState("42601"), nil},
		"a broken check":         {sqlState("23514"), nil},
		"a wrong one of SQLite":  {sqliteCode(1), nil},
		"something else":         {errors.New("a value of somebody"), nil},
		"given up":               {context.Canceled, context.Canceled},
		"out of time":            {context.DeadlineExceeded, context.DeadlineExceeded},
		"it failed before":       {engine.Fail("read", sqlState("57P01")), fault.ErrUnavailable},
	} {
		err := engine.Fail("write", tt.err)
		for _, kind := range kinds {
			if got, want := errors.Is(err, kind), kind == tt.want; got != want {
				t.Errorf("%s is %v: %t (%v)", name, kind, got, err)
			}
		}
		if strings.Contains(err.Error(), "somebody") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
