package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// ReverseRun takes back a whole run.
type ReverseRun struct {
	ID      RunID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// ReverseRun takes a run back, with a reason (BAT-25). What was posted stays
// visible as reversed and leaves all counts. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) ReverseRun(ctx context.Context, cmd ReverseRun) (*Run, error) {
	var out *Run
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		r, err := s.lockRun(ctx, tx, me, cmd.ID, cmd.Version)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayUndo(cmd.Reason, r.Reversal == nil); err != nil {
			return event.Event{}, err
		}
		r.Reversal = &Reversal{ID: id.New[Reversal](), At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		if err := tx.InsertReversal(ctx, r.ID, r.Reversal); err != nil {
			return event.Event{}, err
		}
		if err := tx.Reverse(ctx, r.ID, EntryID{}, r.Reversal.ID); err != nil {
			return event.Event{}, err
		}
		if err := tx.UpdateRun(ctx, r); err != nil {
			return event.Event{}, err
		}
		n, err := tx.CountEntries(ctx, r.ID)
		r.Counts, out = &n, r
		return event.New("run.reversed", r.ID.String(), r.Version), err
	})
	return out, err
}

// mayUndo wants a reason, and something that can be taken back or restored.
func mayUndo(reason string, applies bool) error {
	var bad fault.Issues
	bad.Required("BAT-25", "/reason", reason != "")
	bad.Note("/reason", reason, 1000)
	if !applies {
		bad.Add("BAT-25", "/id", "not_applicable")
	}
	return bad.Err()
}

// Restored is a run whose reversal was undone, and who could not be restored.
type Restored struct {
	Run
	// Left are the clients who stay reversed: they are barred or not enrolled on
	// that day by now, or were added anew.
	Left []Result `json:"left"`
}

// RestoreRun undoes the reversal of a run.
type RestoreRun struct {
	ID      RunID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// RestoreRun undoes ReverseRun. Each client is checked as at posting (BAT-21);
// who is refused stays reversed. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RestoreRun(ctx context.Context, cmd RestoreRun) (*Restored, error) {
	var out *Restored
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		r, err := s.lockRun(ctx, tx, me, cmd.ID, cmd.Version)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayUndo(cmd.Reason, r.Reversal != nil); err != nil {
			return event.Event{}, err
		}
		rev := r.Reversal
		rev.Undone = &Undone{At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		if err := tx.UpdateReversal(ctx, rev); err != nil {
			return event.Event{}, err
		}
		r.Reversal = nil
		out = &Restored{Left: []Result{}}
		a := adder{tx: tx, me: me, r: r}
		for after, more := (EntryID{}), true; more; {
			list, err := tx.LockReversed(ctx, r.ID, rev.ID, after, Chunk)
			if err != nil {
				return event.Event{}, err
			}
			if more = len(list) == Chunk; len(list) > 0 {
				after = list[len(list)-1].ID
			}
			left, err := a.restore(ctx, list)
			if err != nil {
				return event.Event{}, err
			}
			out.Left = append(out.Left, left...)
		}
		if err := tx.UpdateRun(ctx, r); err != nil {
			return event.Event{}, err
		}
		n, err := tx.CountEntries(ctx, r.ID)
		out.Run, out.Counts = *r, &n
		return a.event("run.restored", a.restored), err
	})
	if err != nil {
		return nil, err
	}
	return out, s.incidents(ctx, out.Left)
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
	taken, err := a.tx.Places(ctx, a.r, unique(keys))
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
	return left, a.tx.Restore(ctx, a.r.ID, good)
}

// ReverseEntry takes back one client of a run.
type ReverseEntry struct {
	Run    RunID   `json:"run"`
	ID     EntryID `json:"id"`
	Reason string  `json:"reason"`
}

// ReverseEntry takes back one client of a run, posted or only selected, with a
// reason (BAT-25). It fails with fault.ErrNotFound, fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) ReverseEntry(ctx context.Context, cmd ReverseEntry) (*Entry, error) {
	var out *Entry
	err := s.entry(ctx, cmd, cmd.Run, cmd.ID, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller, r *Run, e *Entry) (event.Event, error) {
		if err := mayUndo(cmd.Reason, e.State != Reversed); err != nil {
			return event.Event{}, err
		}
		rev := &Reversal{ID: id.New[Reversal](), Entry: e.ID, At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		if err := tx.InsertReversal(ctx, e.Run, rev); err != nil {
			return event.Event{}, err
		}
		e.Reversal = rev.ID
		e.SetPosted(e.WasPosted())
		a := adder{me: me, r: r}
		return a.event("entry.reversed", []EntryID{e.ID}), tx.Reverse(ctx, e.Run, e.ID, rev.ID)
	})
	return out, err
}

// RestoreEntry undoes the reversal of one client.
type RestoreEntry struct {
	Run    RunID   `json:"run"`
	ID     EntryID `json:"id"`
	Reason string  `json:"reason"`
}

// RestoreEntry undoes ReverseEntry, or the reversal of a run for a client who
// was left when the run was restored. The client is checked as at posting; a
// refusal is an issue at /id. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) RestoreEntry(ctx context.Context, cmd RestoreEntry) (*Entry, error) {
	var out *Entry
	err := s.entry(ctx, cmd, cmd.Run, cmd.ID, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller, r *Run, e *Entry) (event.Event, error) {
		if err := mayUndo(cmd.Reason, e.State == Reversed); err != nil {
			return event.Event{}, err
		}
		all, err := tx.Reversals(ctx, r.ID)
		if err != nil {
			return event.Event{}, err
		}
		i := slices.IndexFunc(all, func(v Reversal) bool { return v.ID == e.Reversal })
		a := adder{tx: tx, me: me, r: r}
		left, err := a.restore(ctx, []*Entry{e})
		if err != nil {
			return event.Event{}, err
		}
		if len(left) > 0 {
			var bad fault.Issues
			left[0].Outcome.refuse(&bad, "/id")
			return event.Event{}, bad.Err()
		}
		undone := &Undone{At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		if i >= 0 && all[i].Entry == e.ID {
			all[i].Undone = undone
			err = tx.UpdateReversal(ctx, &all[i])
		} else if i >= 0 { // left from the run's own reversal: its undoing is this entry's alone
			err = tx.InsertReversal(ctx, r.ID, &Reversal{ID: id.New[Reversal](), Entry: e.ID, At: all[i].At, By: all[i].By, Reason: all[i].Reason, Undone: undone})
		}
		if err != nil {
			return event.Event{}, err
		}
		return a.event("entry.restored", a.restored), nil
	})
	return out, err
}

// entry locks an entry of a run that is not reversed and that the caller may change.
func (s *Service) entry(ctx context.Context, cmd any, run RunID, key EntryID, out **Entry,
	do func(context.Context, Tx, casemgmt.Caller, *Run, *Entry) (event.Event, error)) error {
	return s.work.Update(ctx, cmd, out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		r, err := tx.ShareRun(ctx, run) // before the entry, as everybody does
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, r.Program); err != nil {
			return event.Event{}, err
		}
		e, err := tx.LockEntry(ctx, run, key)
		if err != nil {
			return event.Event{}, err
		}
		var bad fault.Issues
		if r.Reversal != nil {
			bad.Add("BAT-25", "/id", "run_reversed")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		*out = e
		return do(ctx, tx, me, r, e)
	})
}

// Reversals is the history of a run's reversals, undone ones too. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Reversals(ctx context.Context, key RunID) ([]Reversal, error) {
	out := []Reversal{}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		r, err := tx.Run(ctx, key)
		if err != nil {
			return err
		}
		if err := sees(me, r.Program); err != nil {
			return err
		}
		found, err := tx.Reversals(ctx, key)
		out = append(out, found...)
		return err
	})
	return out, err
}
