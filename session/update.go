package session

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// mayEdit: the session's own worker, or a manager of a program that one of its
// forms belongs to. Whoever may not even see it is told that it is not theirs.
func mayEdit(ctx context.Context, u *Unit, x *Session) error {
	if u.Staff == nil {
		return fault.ErrForbidden
	}
	if x.Worker == u.Staff.ID {
		return u.Allow(ctx, access.RecordSessions, access.Resource{Kind: access.Sessions})
	}
	for _, f := range x.Active() {
		if slices.Contains(u.Manages, f.Program.String()) {
			return nil
		}
	}
	return fault.ErrForbidden
}

// edit is a session that is being changed.
type edit struct {
	recorder
	x       *Session
	counted bool       // before the change,
	day     civil.Date // on this day
	payers  map[FormID]casemgmt.FunderID
}

// editing locks a session that the caller may change and that was not cancelled, in
// the version that was read.
func editing(ctx context.Context, u *Unit, key SessionID, version int64) (*edit, error) {
	e, err := editingAny(ctx, u, key, version)
	if err == nil && e.x.Removal != nil {
		var bad fault.Issues
		bad.Add("SES-21", "", "session_cancelled")
		return nil, bad.Err()
	}
	return e, err
}

func editingAny(ctx context.Context, u *Unit, key SessionID, version int64) (*edit, error) {
	x, err := u.Tx.Sessions().Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := mayEdit(ctx, u, x); err != nil {
		return nil, err
	}
	if x.Version != version {
		return nil, fault.ErrConflict
	}
	return begun(u, x), nil
}

// begun is a session before it is changed.
func begun(u *Unit, x *Session) *edit {
	u.Was(x)
	return &edit{recorder: recorder{Unit: u, worker: u.Staff}, x: x, counted: x.Complete, day: x.ServiceDate, payers: x.payers()}
}

// write settles a changed session and writes its own fields, and what reports
// count of it.
func (e *edit) write(ctx context.Context) error {
	e.x.Settle()
	if err := e.x.stays(e.payers); err != nil {
		return err
	}
	if err := e.Tx.Sessions().Update(ctx, e.x); err != nil {
		return err
	}
	if e.counted {
		if err := e.Tx.Facts().Delete(ctx, e.x.ID, e.day); err != nil {
			return err
		}
	}
	facts, err := e.x.Facts(e.Unit.Forms, e.Agency.Settings.Questions)
	if err != nil {
		return err
	}
	return e.Tx.Facts().Insert(ctx, facts)
}

// finish writes the session and gives it as the caller may see it.
func (e *edit) finish(ctx context.Context) (*Session, error) {
	if err := e.write(ctx); err != nil {
		return nil, err
	}
	return shown(e.Unit, e.x, e.Scope(ctx, access.Forms)), nil
}

// Update changes a session's own fields; clients and forms stay (SES-15). What is
// empty and has a default stays as it was.
type Update struct {
	ID      SessionID `json:"id"`
	Version int64     `json:"version"` // that was read
	Details
}

// ValidateWithContext says what is wrong with the session's own fields.
func (cmd Update) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &cmd, validation.Field(&cmd.Details))
}

// Update changes a session's own fields. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Update(ctx context.Context, cmd Update) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, update)
}

func update(ctx context.Context, u *Unit, cmd Update) (*Session, error) {
	e, err := editing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := notUnderWay(e.x); err != nil {
		return nil, err
	}
	d := cmd.Details
	d.Type, d.Delivery, d.Site = or(d.Type, e.x.Type), or(d.Delivery, InPerson), or(d.Site, e.x.Site)
	if len(d.Staff) == 0 {
		d.Staff = e.x.Staff
	}
	if d.Type != e.x.Type && len(e.x.Participants) > 0 {
		var bad fault.Issues
		bad.Add("TYP-06", "/type", "cannot_change")
		return nil, bad.Err()
	}
	if err := d.fits(ctx, u.Tx, e.x.Worker, &e.x.Details); err != nil {
		return nil, err
	}
	diff, err := event.Diff(e.x.Details, d)
	if err != nil {
		return nil, err
	}
	e.x.Details = d
	u.Log(event.SessionChanged, e.x, event.Paths(diff)...) // its forms may all be private: no values
	return e.finish(ctx)
}
