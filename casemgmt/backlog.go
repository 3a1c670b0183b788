package casemgmt

import (
	"context"
	"errors"
	"sync"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// maxBacklog is how many readings wait for a storage that takes no writes.
const maxBacklog = 10_000

// backlog has the readings that could not be written, such as when the disk is
// full: people can read on, and the log gets them as soon as there is room. What
// waits when the program ends is lost; beyond maxBacklog nothing is read.
type backlog struct {
	mu sync.Mutex
	of map[string][]event.Event // by agency
	n  int
}

// take takes those of an agency.
func (b *backlog) take(agency string) []event.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.of[agency]
	delete(b.of, agency)
	b.n -= len(list)
	return list
}

// put adds some; false says that there are too many.
func (b *backlog) put(agency string, list ...event.Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n+len(list) > maxBacklog {
		return false
	}
	if b.of == nil {
		b.of = map[string][]event.Event{}
	}
	b.of[agency] = append(b.of[agency], list...)
	b.n += len(list)
	return true
}

// note appends the reading that a unit logs, in a small unit of its own, with those
// that have waited.
func (w Work[T]) note(ctx context.Context, u *UnitOf[T]) error {
	e, err := u.event("")
	if err != nil {
		return err
	}
	write, agency := w.run.Update, u.Actor.Agency
	if n, ok := w.run.(Noter[T]); ok {
		write = n.Note
	}
	var late []event.Event
	if w.backlog != nil {
		late = w.backlog.take(agency)
	}
	asked, refused := false, false
	err = write(ctx, agency, func(tx T) error {
		for _, x := range late {
			if err := tx.Events().Append(ctx, x); err != nil {
				return err
			}
		}
		asked = true
		if err := w.ask(ctx, tx, u, *e, true); err != nil {
			refused = true
			return err
		}
		refused = false // in a try before
		return tx.Events().Append(ctx, *e)
	})
	if err == nil || w.backlog == nil {
		return err
	}
	kept := w.backlog.put(agency, late...)
	if refused || !errors.Is(err, fault.ErrUnavailable) {
		return err
	}
	if !asked {
		if no := w.ask(ctx, nil, u, *e, true); no != nil {
			return no
		}
	}
	if kept && w.backlog.put(agency, *e) {
		return nil
	}
	return err
}
