package batch

import (
	"context"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// ReversalID identifies a reversal.
type ReversalID = id.Of[Reversal]

// Reversal takes back a run or one entry (BAT-25). It is kept when it is undone.
type Reversal struct {
	ID     ReversalID       `json:"id"`
	Run    RunID            `json:"run,omitzero"`
	Entry  EntryID          `json:"entry,omitzero"` // of one entry; else of the run
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason"`
	Undone *Undone          `json:"undone,omitempty"`
}

// Undone says that a reversal was undone.
type Undone struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason"`
}

// reason are the rules on why something is taken back or restored (BAT-25).
var reason = []validation.Rule{fault.Required("BAT-25"), fault.Note("BAT-25", 1000)}

// newReversal is a reversal of the run by the caller, or of one of its entries.
func newReversal(u *Unit, r RunID, e EntryID, why string) *Reversal {
	return &Reversal{ID: id.New[Reversal](), Run: r, Entry: e, At: u.Now, By: u.StaffID(), Reason: why}
}

// applies fails unless there is something that can be taken back or restored (BAT-25).
func applies(holds bool) error {
	var bad fault.Issues
	if !holds {
		bad.Add("BAT-25", "/id", "not_applicable")
	}
	return bad.Err()
}

// Reversals is the history of a run's reversals, undone ones too. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Reversals(ctx context.Context, key RunID) ([]Reversal, error) {
	return casemgmt.Read(ctx, s.work, key, reversals)
}

func reversals(ctx context.Context, u *Unit, key RunID) ([]Reversal, error) {
	if _, err := seenRun(ctx, u, key); err != nil {
		return nil, err
	}
	found, err := u.Tx.Reversals().Of(ctx, key)
	return append([]Reversal{}, found...), err
}
