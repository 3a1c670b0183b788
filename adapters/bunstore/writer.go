package bunstore

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// writer lets the units of work that wait for SQLite's one write lock commit
// together: the first to come leads, runs those that queued up behind it, each
// in a savepoint of its own, and commits them all with one write to the disk.
// Nobody is answered before the commit.
type writer struct {
	begin func(context.Context) (*sql.Tx, error)
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
	done  chan bool // true: done; false: lead the next group
}

// do runs fn and returns once it is committed, or with its error. It is not
// interrupted by the context once it began: an interrupted statement would
// take the whole group with it.
func (w *writer) do(ctx context.Context, fn func(*sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{ctx: context.WithoutCancel(ctx), fn: fn, done: make(chan bool, 1)}
	w.mu.Lock()
	w.queue = append(w.queue, u)
	lead := !w.busy
	w.busy = true
	w.mu.Unlock()
	if !lead {
		lead = !<-u.done
	}
	if lead {
		w.lead()
	}
	if u.panic != nil {
		panic(u.panic)
	}
	return u.err
}

// lead runs one group, the caller's unit first in it, and hands over to the
// next in the queue.
func (w *writer) lead() {
	w.mu.Lock()
	group := w.queue[:min(len(w.queue), w.most)]
	w.queue = w.queue[len(group):]
	w.mu.Unlock()

	w.run(group)

	w.mu.Lock()
	var next *unit
	if len(w.queue) > 0 {
		next = w.queue[0]
	} else {
		w.queue, w.busy = nil, false
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
	tx, err := w.begin(group[0].ctx)
	if err != nil {
		for _, u := range group {
			u.err = err
		}
		return
	}
	if len(group) == 1 {
		u := group[0]
		if u.try(func() error { return u.fn(tx) }); u.err != nil {
			_ = tx.Rollback()
			return
		}
	} else {
		for _, u := range group {
			u.try(func() error { return savepoint(u.ctx, tx, func() error { return u.fn(tx) }) })
		}
	}
	if err := fail("commit", tx.Commit()); err != nil {
		_ = tx.Rollback()
		for _, u := range group {
			if u.err == nil {
				u.err = err
			}
		}
	}
}

// try runs a unit; a panic is kept for the goroutine whose unit it is.
func (u *unit) try(fn func() error) {
	defer func() {
		if p := recover(); p != nil {
			u.panic, u.err = p, fmt.Errorf("bunstore: the unit of work panicked")
		}
	}()
	u.err = fn()
}
