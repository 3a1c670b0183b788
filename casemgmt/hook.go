package casemgmt

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Hook is called inside each unit of work, before it commits: what it writes through
// the unit's own transaction stays or goes with the change, and an error takes the
// change back. fault.Refuse says no with a reason for the person (422 over HTTP); any
// other error is the host's own, a *HookError (500).
//
// A hook may be called again when the storage tries again, and makes no changes of
// casework's own records: those of Tx are for reading. What is not to be undone with the
// change, such as an e-mail, belongs behind the feed (event.Subscription).
type Hook func(ctx context.Context, c HookCall) error

// HookCall is what a hook is told.
type HookCall struct {
	event.Event
	// Before and After are the record that the event is about, such as a *Client, as it
	// was and as it will be: copies, which are the hook's own. Before is nil of a record
	// that is new. Of a reading both are what was read. Both are nil where the event is
	// about something without a record of its own, such as the list of a client's cards.
	Before, After any
	// Tx is the unit's storage, for reading: it sees what the unit has written. It also is
	// the Tx of the domain package that the event comes from, such as session.Tx.
	// bunstore.Conn gives the transaction for the host's own rows. It is nil for readings
	// while the storage takes no writes.
	Tx Tx
}

// HookError is an error of a hook that is no refusal.
type HookError struct {
	Event event.Type
	Err   error
}

// Error says which event it was about.
func (e *HookError) Error() string { return fmt.Sprintf("hook of %s: %v", e.Event, e.Err) }

// Unwrap is the hook's error.
func (e *HookError) Unwrap() error { return e.Err }

// Guests is a Tx whose records can only be read while a hook is called.
type Guests interface {
	Guest(ctx context.Context, call func() error) error
}

// Was keeps what a record is before the unit changes it, for hooks.
func (u *UnitOf[T]) Was(record Recorded) {
	if len(u.config.Before) == 0 {
		return
	}
	if u.was == nil {
		u.was = map[string]any{}
	}
	u.was[record.Subject()] = copied[any](record)
}

// ask calls the hooks.
func (w Work[T]) ask(ctx context.Context, tx Tx, u *UnitOf[T], e event.Event, reading bool) error {
	if len(w.cfg.Before) == 0 {
		return nil
	}
	call := func() error {
		for _, hook := range w.cfg.Before {
			c := HookCall{Event: e, Tx: tx}
			c.Before, c.After = u.records(reading)
			if err := hook(ctx, c); err != nil {
				return hookError(e.Type, err)
			}
		}
		return nil
	}
	if g, ok := tx.(Guests); ok {
		return g.Guest(ctx, call)
	}
	return call()
}

// hookError is a refusal as it is, and so is what the storage says while it does not
// answer; all else is the host's own.
func hookError(t event.Type, err error) error {
	var refused *fault.Invalid
	var wait *fault.Wait
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &wait), errors.Is(err, fault.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fmt.Errorf("hook of %s: %w", t, err)
	}
	return &HookError{t, err}
}

// records are copies of what the unit's event is about, as it was and as it will be.
func (u *UnitOf[T]) records(reading bool) (before, after any) {
	about := u.log.about
	if _, bare := about.(subject); bare || about == nil {
		return nil, nil
	}
	after = copied[any](about)
	switch {
	case reading:
		return copied[any](about), after
	case u.log.created:
		return nil, after
	case u.log.before != nil:
		return pointed(copied(u.log.before)), after
	}
	if was := u.was[about.Subject()]; was != nil {
		before = copied(was)
	}
	return before, after
}

// pointed is a record behind a pointer, as After is.
func pointed(record any) any {
	v := reflect.ValueOf(record)
	if v.Kind() == reflect.Pointer {
		return record
	}
	out := reflect.New(v.Type())
	out.Elem().Set(v)
	return out.Interface()
}
