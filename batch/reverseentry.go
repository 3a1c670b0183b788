package batch

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// ReverseEntry takes back one client of a run.
type ReverseEntry struct {
	Run    RunID   `json:"run"`
	ID     EntryID `json:"id"`
	Reason string  `json:"reason"`
}

// Validate says what is wrong with the reason (BAT-25). It fails with
// *fault.Invalid.
func (c ReverseEntry) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, reason...))
}

// ReverseEntry takes back one client of a run, posted or only selected, with a
// reason (BAT-25). It fails with fault.ErrNotFound, fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) ReverseEntry(ctx context.Context, cmd ReverseEntry) (*Entry, error) {
	return casemgmt.Change(ctx, s.work, cmd, reverseEntry)
}

func reverseEntry(ctx context.Context, u *Unit, cmd ReverseEntry) (*Entry, error) {
	a, e, err := holding(ctx, u, cmd.Run, cmd.ID)
	if err != nil {
		return nil, err
	}
	if err := applies(e.State != Reversed); err != nil {
		return nil, err
	}
	rev := newReversal(u, e.Run, e.ID, cmd.Reason)
	if err := u.Tx.Reversals().Insert(ctx, rev); err != nil {
		return nil, err
	}
	e.Reversal = rev.ID
	e.SetPosted(e.WasPosted())
	a.log(event.EntryReversed, []EntryID{e.ID})
	return e, u.Tx.Entries().Reverse(ctx, rev)
}

// RestoreEntry undoes the reversal of one client.
type RestoreEntry struct {
	Run    RunID   `json:"run"`
	ID     EntryID `json:"id"`
	Reason string  `json:"reason"`
}

// Validate says what is wrong with the reason (BAT-25). It fails with
// *fault.Invalid.
func (c RestoreEntry) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, reason...))
}

// RestoreEntry undoes ReverseEntry, or the reversal of a run for a client who
// was left when the run was restored. The client is checked as at posting; a
// refusal is an issue at /id. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) RestoreEntry(ctx context.Context, cmd RestoreEntry) (*Entry, error) {
	return casemgmt.Change(ctx, s.work, cmd, restoreEntry)
}

func restoreEntry(ctx context.Context, u *Unit, cmd RestoreEntry) (*Entry, error) {
	a, e, err := holding(ctx, u, cmd.Run, cmd.ID)
	if err != nil {
		return nil, err
	}
	if err := applies(e.State == Reversed); err != nil {
		return nil, err
	}
	reversal := e.Reversal // that restoring takes from the entry
	left, err := a.restore(ctx, []*Entry{e})
	if err != nil {
		return nil, err
	}
	if len(left) > 0 {
		var bad fault.Issues
		left[0].Outcome.refuse(&bad, "/id")
		return nil, bad.Err()
	}
	a.log(event.EntryRestored, a.restored)
	return e, a.undo(ctx, e, reversal, cmd.Reason)
}

// undo keeps that a reversal is undone for an entry.
func (a *adder) undo(ctx context.Context, e *Entry, key ReversalID, why string) error {
	all, err := a.u.Tx.Reversals().Of(ctx, a.r.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(v Reversal) bool { return v.ID == key })
	if i < 0 {
		return nil
	}
	rev := all[i]
	rev.Undone = &Undone{At: a.u.Now, By: a.u.StaffID(), Reason: why}
	if rev.Entry == e.ID {
		return a.u.Tx.Reversals().Update(ctx, &rev)
	}
	// left from the run's own reversal: its undoing is this entry's alone
	rev.ID, rev.Entry = id.New[Reversal](), e.ID
	return a.u.Tx.Reversals().Insert(ctx, &rev)
}

// holding locks an entry of a run that is not reversed and that the caller may change.
func holding(ctx context.Context, u *Unit, run RunID, key EntryID) (*adder, *Entry, error) {
	r, err := shareRun(ctx, u, run) // before the entry, as everybody does
	if err != nil {
		return nil, nil, err
	}
	e, err := u.Tx.Entries().Lock(ctx, run, key)
	if err != nil {
		return nil, nil, err
	}
	var bad fault.Issues
	if r.Reversal != nil {
		bad.Add("BAT-25", "/id", "run_reversed")
	}
	return &adder{u: u, r: r}, e, bad.Err()
}
