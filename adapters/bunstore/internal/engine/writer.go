package engine

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/opencasework/casework/casemgmt/fault"
)

// writer lets the units of work that wait for SQLite's one write lock commit
// together: the first to come leads, runs those that queued up behind it, and
// commits them all with one write to the disk. Nobody is answered before the commit.
type writer struct {
	begin func() (tx *sql.Tx, release func(), err error)
	most  int // units in a group

	mu sync.Mutex
	// queues are of usual units, and of quick ones, which only append: these go first,
	// by themselves, as often as usual ones wait too. Whoever has read something waits
	// for a line in the log to be written, and not for everybody's work.
	queues [2][]*unit
	busy   bool
}

// usual and quick are the queues.
const (
	usual = iota
	quick
)

// shared is what the units of a group have in common.
type shared struct {
	tx *sql.Tx
	// agencies have been found by a unit before.
	agencies map[string]agency
}

// maxGroup bounds how many units commit together, and so how long the first
// of them waits.
const maxGroup = 64

type unit struct {
	queue int
	ctx   context.Context
	fn    func(*shared) (wrote bool, err error)
	err   error
	panic any
	next  bool      // leads the next group; under writer.mu
	done  chan bool // true: done; false: lead the next group
}

var errPanicked = errors.New("bunstore: the unit of work panicked")

// do runs fn and returns once it is committed, or with its error. A unit whose
// context ends while it waits is not run. Once it runs it is not interrupted:
// an interrupted statement would take the whole group with it.
func (w *writer) do(ctx context.Context, queue int, fn func(*shared) (wrote bool, err error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{queue: queue, ctx: ctx, fn: fn, done: make(chan bool, 1)}
	w.mu.Lock()
	w.queues[queue] = append(w.queues[queue], u)
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
		w.lead(queue)
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
	q := &w.queues[u.queue]
	i := slices.Index(*q, u)
	if i < 0 || u.next {
		return false
	}
	*q = slices.Delete(*q, i, i+1)
	return true
}

// lead runs one group of a queue, the caller's unit first in it, and hands over to
// the next.
func (w *writer) lead(queue int) {
	w.mu.Lock()
	q := &w.queues[queue]
	n := min(len(*q), w.most)
	group := slices.Clone((*q)[:n])
	*q = slices.Delete(*q, 0, n)
	w.mu.Unlock()
	defer w.handOver(group)
	w.run(group)
}

func (w *writer) handOver(group []*unit) {
	w.mu.Lock()
	queue := 1 - group[0].queue // in turns
	if len(w.queues[queue]) == 0 {
		queue = 1 - queue
	}
	var next *unit
	if q := w.queues[queue]; len(q) > 0 {
		next = q[0]
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

// run does a group's units one after the other in a transaction. Mostly all of
// them succeed, or fail before they have written anything. Where one fails after
// it has, the group begins again with each unit in a savepoint of its own:
// savepoints cost SQLite a copy of every page, which all would pay for the few.
// Where SQLite itself ends the transaction, as it does when the disk is full, each
// has one of its own: there may be room for a small one.
func (w *writer) run(group []*unit) {
	if len(group) > 1 && (w.attempt(group, together) || w.attempt(group, apart)) {
		return
	}
	for i := range group {
		w.attempt(group[i:i+1], apart)
	}
}

// attempt says whether the group is through, one way or the other.
func (w *writer) attempt(group []*unit, do func(*shared, []*unit) bool) bool {
	tx, release, err := w.begin()
	if err != nil {
		all(group, err)
		return true
	}
	defer release()
	if !do(&shared{tx: tx}, group) {
		_ = tx.Rollback()
		return false
	}
	if err := Fail("commit", tx.Commit()); err != nil {
		_ = tx.Rollback()
		all(group, err)
	}
	return true
}

// together runs the units without savepoints; false says that one has failed and
// left something behind, or that the transaction may have ended with it: what came
// then would be kept at once.
func together(s *shared, group []*unit) bool {
	for _, u := range group {
		wrote := u.try(s)
		if u.err != nil && (wrote || errors.Is(u.err, fault.ErrUnavailable)) {
			return false
		}
	}
	return true
}

// apart runs each unit so that its failure takes back what it wrote and no more;
// false says that nothing is to be committed.
func apart(s *shared, group []*unit) bool {
	if len(group) == 1 { // nobody else's work to keep
		group[0].try(s)
		return group[0].err == nil
	}
	for _, u := range group {
		err := savepoint(u.ctx, s.tx, func() error {
			u.try(s)
			return u.err
		})
		if u.err = err; err != nil {
			s.agencies = nil // it may have read what it has taken back
		}
		var broken *brokenError
		if errors.As(err, &broken) {
			return false
		}
	}
	return true
}

// all gives an error to every unit that has none of its own.
func all(group []*unit, err error) {
	for _, u := range group {
		if u.err == nil {
			u.err = err
		}
	}
}

// try runs the unit and says whether it has written; a panic is kept for the
// goroutine whose unit it is. A unit whose context has ended is not run.
func (u *unit) try(s *shared) (wrote bool) {
	if u.err = u.ctx.Err(); u.err != nil {
		return false
	}
	u.panic = nil
	defer func() {
		if p := recover(); p != nil {
			u.panic, u.err, wrote = p, errPanicked, true
		}
	}()
	wrote, u.err = u.fn(s)
	return wrote
}
