package engine

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"
)

var errGuest = errors.New("a hook reads casework's records, and writes only the host's own rows (bunstore.Conn)")

// Guest calls a hook of the host. What waits is written first, so that the hook finds
// all of it, and the hook's own statements come behind.
func (u *Unit) Guest(ctx context.Context, call func() error) error {
	if err := u.flush(ctx); err != nil {
		return err
	}
	u.guest = true
	defer func() { u.guest = false }()
	return call()
}

// Conn is the unit's transaction for the host's own statements: as the host writes them,
// with the placeholders of the database and no prefix.
func (u *Unit) Conn() (bun.IConn, error) {
	if !u.guest {
		return nil, errors.New("bunstore: Conn is for hooks, while they are called")
	}
	return guestConn{u}, nil
}

type guestConn struct{ u *Unit }

var errLeft = errors.New("bunstore: the hook has returned, and its Conn with it")

// QueryContext is part of bun.IConn.
func (c guestConn) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if !c.u.guest {
		return nil, errLeft
	}
	c.u.wrote = true // it may
	return c.u.tx.QueryContext(c.u.context(ctx), q, args...)
}

// ExecContext is part of bun.IConn.
func (c guestConn) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if !c.u.guest {
		return nil, errLeft
	}
	c.u.wrote = true
	return c.u.tx.ExecContext(c.u.context(ctx), q, args...)
}

// QueryRowContext is part of bun.IConn.
func (c guestConn) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	c.u.wrote = true
	return c.u.tx.QueryRowContext(c.u.context(ctx), q, args...)
}
