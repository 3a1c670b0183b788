package session

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Cancel takes a session out that was opened by mistake.
type Cancel struct {
	ID      SessionID `json:"id"`
	Version int64     `json:"version"`
	Reason  string    `json:"reason"`
}

// Validate says what is wrong with the reason.
func (c Cancel) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Required("SES-21"), fault.Note("SES-21", 1000)))
}

// Cancel takes out a session with all its clients and forms: it counts nowhere, is in
// no list and in no file, and can be read and restored as it was. Whoever may change
// the session and sees all of its forms may do it. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Cancel(ctx context.Context, cmd Cancel) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, cancel)
}

func cancel(ctx context.Context, u *Unit, cmd Cancel) (*Session, error) {
	e, err := editing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if hides(e.x, u.Scope(ctx, access.Forms)) {
		return nil, fault.ErrForbidden
	}
	if err := notUnderWay(e.x); err != nil {
		return nil, err
	}
	e.x.Removal = &Removal{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	u.Log(event.SessionCancelled, e.x)
	return e.finish(ctx)
}

// Restore undoes Cancel.
type Restore struct {
	ID      SessionID `json:"id"`
	Version int64     `json:"version"`
}

// Restore brings a cancelled session back as it was, in one step. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid, also when
// a client has withdrawn the consent meanwhile.
func (s *Service) Restore(ctx context.Context, cmd Restore) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, restore)
}

func restore(ctx context.Context, u *Unit, cmd Restore) (*Session, error) {
	e, err := editingAny(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if e.x.Removal == nil {
		var bad fault.Issues
		bad.Add("SES-21", "/id", "not_applicable")
		return nil, bad.Err()
	}
	if hides(e.x, u.Scope(ctx, access.Forms)) {
		return nil, fault.ErrForbidden
	}
	for _, p := range e.x.Participants {
		if p.Removal != nil {
			continue
		}
		if err := consents(ctx, u, p.Client); err != nil {
			return nil, err
		}
	}
	e.x.Removal = nil
	u.Log(event.SessionRestored, e.x)
	return e.finish(ctx)
}
