package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/opencasework/casework/casemgmt/fault"
)

const (
	// replicaWait is how long a read waits for a replica that is a moment behind, or
	// does not answer.
	replicaWait = 100 * time.Millisecond
	// replicaRest is how long a replica that was of no use is left alone.
	replicaRest = time.Second
)

// replica is a copy of a PostgreSQL database that streams from it and only reads.
type replica struct {
	*DB
	// rests is until when it is left alone, in nanoseconds since 1970; 0 while it is
	// of use.
	rests atomic.Int64
}

// position is how far a database has written, and which history that is: one that was
// promoted begins another, in which the same position is something else.
type position struct{ lsn, history string }

const (
	// The insert position is behind every commit that was answered, also behind those
	// that are not yet on the disk (synchronous_commit=off).
	askPosition = `SELECT CAST(pg_current_wal_insert_lsn() AS text),
		concat_ws('/', (SELECT system_identifier FROM pg_control_system()), current_database(), ltrim(left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), '0'))`
	// What the control file says of the timeline may be old: then the replica is not
	// used until its next restart point. In hexadecimal, as in the name of a WAL file.
	askReplayed = `SELECT coalesce(pg_last_wal_replay_lsn() >= CAST(CAST(? AS text) AS pg_lsn), FALSE),
		pg_is_in_recovery() AND CAST(? AS text) = concat_ws('/', (SELECT system_identifier FROM pg_control_system()), current_database(), (SELECT upper(to_hex(timeline_id)) FROM pg_control_checkpoint()))`
)

var errBehind = errors.New("bunstore: the replica is behind")

// onReplica runs a view on the replica, if that has all that the primary has when the
// view begins. done is false when it is to run on the primary, because the replica is
// behind, away, no copy of this database, or failed.
func (d *DB) onReplica(ctx context.Context, agency string, fn func(*Unit) error) (done bool, err error) {
	r := d.replica
	if !r.mayTry() {
		return false, nil
	}
	var at position
	if d.Row(ctx, "ask where the primary is", askPosition, nil, &at.lsn, &at.history) != nil {
		return false, nil // the view on the primary says what is wrong
	}
	err = r.view(ctx, at, agency, fn)
	if ctx.Err() == nil && unusable(err) {
		r.rests.Store(time.Now().Add(replicaRest).UnixNano())
		return false, nil
	}
	r.rests.Store(0)
	return true, err
}

// mayTry says whether the replica is worth asking. When it has rested, one asks.
func (r *replica) mayTry() bool {
	until, now := r.rests.Load(), time.Now()
	if until == 0 {
		return true
	}
	return now.UnixNano() > until && r.rests.CompareAndSwap(until, now.Add(replicaRest).UnixNano())
}

// view runs fn on a connection whose server has replayed everything up to a
// position.
func (r *replica) view(ctx context.Context, at position, agency string, fn func(*Unit) error) error {
	conn, err := r.caughtUp(ctx, at)
	if err != nil {
		return errBehind
	}
	defer conn.Close()
	return r.viewOn(ctx, conn, agency, fn)
}

// caughtUp is a connection to the replica once it has replayed everything up to a
// position. It is asked before the view takes its snapshot.
func (r *replica) caughtUp(ctx context.Context, at position) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, replicaWait)
	defer cancel()
	if err := r.prepareWanted(ctx, r.sql); err != nil {
		return nil, err
	}
	conn, err := r.sql.Conn(ctx)
	if err != nil {
		return nil, err
	}
	for pause := time.Millisecond; ; pause *= 2 {
		var replayed, same bool
		err := conn.QueryRowContext(ctx, r.text(askReplayed), at.lsn, at.history).Scan(&replayed, &same)
		if err == nil && replayed && same {
			return conn, nil
		}
		if err == nil && !same { // the next connection may lead to another server
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		if err != nil || !same || !sleep(ctx, pause) {
			return nil, errors.Join(errBehind, err, conn.Close())
		}
	}
}

// sleep waits, and says whether the context goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// unusable says whether a view failed because of the replica, not because of what was
// asked: it is behind, away, took the connection back for what it replays, or lacks a
// table.
func unusable(err error) bool {
	var hidden *driverError
	return errors.Is(err, errBehind) || errors.Is(err, fault.ErrUnavailable) || errors.As(err, &hidden)
}

// TraceReplica is Trace of the replica, for tests.
func (d *DB) TraceReplica(fn func(q string, args []any)) { d.replica.Trace = fn }
