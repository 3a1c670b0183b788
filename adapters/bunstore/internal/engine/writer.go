package engine

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// writer lets the units of work that wait for SQLite's one write lock commit
// together: the first to come leads, runs those that queued up behind it, each
// in a savepoint of its own, and commits them all with one write to the disk.
// Nobody is answered before the commit.
type writer struct {
	begin func() (tx *sql.Tx, release func(), err error)
	most  int // units in a group

	mu    sync.Mutex
	queue []*unit
	busy  bool
}

// maxGroup bounds how many units commit together, and so how long the first
// of them waits.
const maxGroup = 64

type unit struct {
	ctx   context.Context
	fn    func(*sql.Tx) error
	err   error
	panic any
	next  bool      // leads the next group; under writer.mu
	done  chan bool // true: done; false: lead the next group
}

var errPanicked = errors.New("bunstore: the unit of work panicked")

// do runs fn and returns once it is committed, or with its error. A unit whose
// context ends while it waits is not run. Once it runs it is not interrupted:
// an interrupted statement would take the whole group with it.
func (w *writer) do(ctx context.Context, fn func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{ctx: ctx, fn: fn, done: make(chan bool, 1)}
	w.mu.Lock()
	w.queue = append(w.queue, u)
	lead := !w.busy
	w.busy = true
	w.mu.Unlock()
	if !lead {
		select {
		case done := <-u.done:
			lead = !done
		case <-ctx.Done():
			if w.leave(u) {
				return ctx.Err()
			}
			lead = !<-u.done
		}
	}
	if lead {
		w.lead()
	}
	if u.panic != nil {
		panic(u.panic)
	}
	return u.err
}

// leave takes a unit out of the queue, unless it runs already or is to lead.
func (w *writer) leave(u *unit) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.queue, u)
	if i < 0 || u.next {
		return false
	}
	w.queue = slices.Delete(w.queue, i, i+1)
	return true
}

// lead runs one group, the caller's unit first in it, and hands over to the
// next in the queue.
func (w *writer) lead() {
	w.mu.Lock()
	n := min(len(w.queue), w.most)
	group := slices.Clone(w.queue[:n])
	w.queue = slices.Delete(w.queue, 0, n)
	w.mu.Unlock()
	defer w.handOver(group)
	w.run(group)
}

func (w *writer) handOver(group []*unit) {
	w.mu.Lock()
	var next *unit
	if len(w.queue) > 0 {
		next = w.queue[0]
		next.next = true
	} else {
		w.busy = false
	}
	w.mu.Unlock()
	for _, u := range group[1:] {
		u.done <- true
	}
	if next != nil {
		next.done <- false
	}
}

func (w *writer) run(group []*unit) {
	tx, release, err := w.begin()
	if err != nil {
		all(group, err)
		return
	}
	defer release()
	if len(group) == 1 { // nobody else's work to keep
		if group[0].err = group[0].try(tx); group[0].err != nil {
			_ = tx.Rollback()
			return
		}
		group[0].err = Fail("commit", tx.Commit())
		return
	}
	for _, u := range group {
		if u.err = u.ctx.Err(); u.err != nil {
			continue
		}
		u.err = savepoint(u.ctx, tx, func() error { return u.try(tx) })
		var broken *brokenError
		if errors.As(u.err, &broken) {
			_ = tx.Rollback()
			all(group, u.err)
			return
		}
	}
	if err := Fail("commit", tx.Commit()); err != nil {
		_ = tx.Rollback()
		all(group, err)
	}
}

// all gives an error to every unit that has none of its own.
func all(group []*unit, err error) {
	for _, u := range group {
		if u.err == nil {
			u.err = err
		}
	}
}

// try runs the unit; a panic is kept for the goroutine whose unit it is.
func (u *unit) try(tx *sql.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			u.panic, err = p, errPanicked
		}
	}()
	return u.fn(tx)
}
