package casefile

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// RemoveSession takes a session back that was entered by mistake.
type RemoveSession struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
	Reason  string     `json:"reason"`
}

// Validate says what is wrong with the reason.
func (c RemoveSession) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Required("CSE-01"), fault.Note("CSE-01", 1000)))
}

// RemoveSession takes a session back that was entered by mistake: it counts nowhere, keeps
// its session ID, and can be restored. One with a pre cannot go while that would leave a
// post before the next pre (SCO-08). It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveSession(ctx context.Context, cmd RemoveSession) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeSession)
}

func removeSession(ctx context.Context, u *Unit, cmd RemoveSession) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := before.clone()
	next.Removal = &casemgmt.Removal{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	var bad fault.Issues
	if err := inOrder(ctx, u, bad.Place("SCO-08", "/id"), next); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return saved(ctx, u, event.CaseSessionRemoved, f, before, next)
}

// RestoreSession undoes RemoveSession.
type RestoreSession struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
}

// RestoreSession undoes RemoveSession, as long as its participants are still in the case.
// It fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RestoreSession(ctx context.Context, cmd RestoreSession) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, restoreSession)
}

func restoreSession(ctx context.Context, u *Unit, cmd RestoreSession) (*Session, error) {
	f, before, err := lockAny(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	if before.Removal == nil {
		bad.Add("CSE-01", "/id", "not_removed")
	}
	for _, p := range before.Participants {
		if f.Client(p.Client) == nil {
			bad.Add("PRT-01", "/id", "not_in_case")
			break
		}
	}
	next := before.clone()
	next.Removal = nil
	if err := inOrder(ctx, u, bad.Place("SCO-08", "/id"), next); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return saved(ctx, u, event.CaseSessionRestored, f, before, next)
}
