package batch

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// ReverseRun takes back a whole run.
type ReverseRun struct {
	ID      RunID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// Validate says what is wrong with the reason (BAT-25). It fails with
// *fault.Invalid.
func (c ReverseRun) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, reason...))
}

// ReverseRun takes a run back, with a reason (BAT-25). What was posted stays
// visible as reversed and leaves all counts. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) ReverseRun(ctx context.Context, cmd ReverseRun) (*Run, error) {
	return casemgmt.Change(ctx, s.work, cmd, reverseRun)
}

func reverseRun(ctx context.Context, u *Unit, cmd ReverseRun) (*Run, error) {
	r, err := lockRun(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := applies(r.Reversal == nil); err != nil {
		return nil, err
	}
	r.Reversal = newReversal(u, r.ID, EntryID{}, cmd.Reason)
	if err := u.Tx.Reversals().Insert(ctx, r.Reversal); err != nil {
		return nil, err
	}
	if err := u.Tx.Entries().Reverse(ctx, r.Reversal); err != nil {
		return nil, err
	}
	if err := u.Tx.Runs().Update(ctx, r); err != nil {
		return nil, err
	}
	n, err := u.Tx.Entries().Count(ctx, r.ID)
	r.Counts = &n
	u.Log(event.RunReversed, r)
	return r, err
}

// Restored is a run whose reversal was undone, and who could not be restored.
type Restored struct {
	Run
	// Left are the clients who stay reversed: they are barred or not enrolled on
	// that day by now, or were added anew.
	Left []Result `json:"left"`
}

func (r *Restored) results() []Result { return r.Left }

// Localize fills in the texts of the answers in a language.
func (r *Restored) Localize(lang i18n.Lang) { localize(r.Left, lang) }

// RestoreRun undoes the reversal of a run.
type RestoreRun struct {
	ID      RunID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// Validate says what is wrong with the reason (BAT-25). It fails with
// *fault.Invalid.
func (c RestoreRun) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, reason...))
}

// RestoreRun undoes ReverseRun. Each client is checked as at posting (BAT-21);
// who is refused stays reversed. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RestoreRun(ctx context.Context, cmd RestoreRun) (*Restored, error) {
	return answered(ctx, s.work, cmd, restoreRun)
}

func restoreRun(ctx context.Context, u *Unit, cmd RestoreRun) (*Restored, error) {
	r, err := lockRun(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := applies(r.Reversal != nil); err != nil {
		return nil, err
	}
	rev := r.Reversal
	rev.Undone = &Undone{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	if err := u.Tx.Reversals().Update(ctx, rev); err != nil {
		return nil, err
	}
	r.Reversal = nil
	a := adder{u: u, r: r}
	left, err := a.restoreAll(ctx, rev)
	if err != nil {
		return nil, err
	}
	if err := u.Tx.Runs().Update(ctx, r); err != nil {
		return nil, err
	}
	n, err := u.Tx.Entries().Count(ctx, r.ID)
	a.log(event.RunRestored, a.restored)
	out := &Restored{Run: *r, Left: left}
	out.Counts = &n
	return out, err
}

// restoreAll brings back the entries of a reversal in sets, and answers who is left.
func (a *adder) restoreAll(ctx context.Context, rev *Reversal) ([]Result, error) {
	all := []Result{}
	for after, more := (EntryID{}), true; more; {
		list, err := a.u.Tx.Entries().LockReversed(ctx, rev, after, Chunk)
		if err != nil {
			return nil, err
		}
		if more = len(list) == Chunk; len(list) > 0 {
			after = list[len(list)-1].ID
		}
		left, err := a.restore(ctx, list)
		if err != nil {
			return nil, err
		}
		all = append(all, left...)
	}
	return all, nil
}

// restore brings back the entries that may be posted, and answers the others.
func (a *adder) restore(ctx context.Context, list []*Entry) ([]Result, error) {
	if len(list) == 0 {
		return nil, nil
	}
	var keys []casemgmt.ClientID
	for _, e := range list {
		keys = append(keys, e.Client)
	}
	taken, err := a.u.Tx.Entries().Agains(ctx, a.r, unique(keys))
	if err != nil {
		return nil, err
	}
	anew := func(e *Entry) bool { return slices.Contains(taken[e.Client], e.Again) } // added anew meanwhile
	picks, err := a.again(ctx, list, func(e *Entry) bool { return e.WasPosted() && !anew(e) })
	if err != nil {
		return nil, err
	}
	var left []Result
	var good []*Entry
	for i, p := range picks {
		if p.out.Outcome == "" && anew(list[i]) {
			p.out.Outcome = AlreadyAdded
		}
		if p.out.Outcome != "" {
			left = append(left, p.out)
			continue
		}
		p.entry.Enrollment, p.entry.Reversal = p.enrollment, ReversalID{}
		p.entry.SetPosted(p.entry.WasPosted())
		good = append(good, p.entry)
	}
	if len(good) == 0 {
		return left, nil
	}
	for _, e := range good {
		a.restored = append(a.restored, e.ID)
	}
	return left, a.u.Tx.Entries().Restore(ctx, a.r.ID, good)
}
