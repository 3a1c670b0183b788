package enroll

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// TakeBack takes an enrollment back that was made by mistake.
type TakeBack struct {
	ID      EnrollmentID `json:"id"`
	Version int64        `json:"version"`
	Reason  string       `json:"reason"`
}

// Validate says what is wrong with the reason.
func (c TakeBack) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Required("ENR-06"), fault.Note("ENR-06", 1000)))
}

// TakeBack takes a mistaken enrollment back, as long as no service that counts stands
// on it (ENR-06). Whoever may change the enrollment may do it. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) TakeBack(ctx context.Context, cmd TakeBack) (*Enrollment, error) {
	return casemgmt.Change(ctx, s.work, cmd, takeBack)
}

func takeBack(ctx context.Context, u *Unit, cmd TakeBack) (*Enrollment, error) {
	before, err := lockEnrollment(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := before.stands(); err != nil {
		return nil, err
	}
	first, _, err := u.Tx.Enrollments().ServiceDays(ctx, before)
	if err != nil {
		return nil, err
	}
	if !first.IsZero() {
		var bad fault.Issues
		bad.Add("ENR-06", "/id", "has_services")
		return nil, bad.Err()
	}
	next := *before
	next.Removal = &casemgmt.Removal{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	u.Changed(event.EnrollmentTakenBack, before, &next)
	return &next, u.Tx.Enrollments().Update(ctx, &next)
}

// stands refuses to change an enrollment that was taken back.
func (e *Enrollment) stands() error {
	var bad fault.Issues
	if e.Removal != nil {
		bad.Add("ENR-06", "/id", "enrollment_removed")
	}
	return bad.Err()
}

// Restore undoes TakeBack.
type Restore struct {
	ID      EnrollmentID `json:"id"`
	Version int64        `json:"version"`
}

// Restore brings an enrollment back as it was, unless the client has another one of
// the program in its time by now (ENR-05), or has withdrawn the consent. It fails
// with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Restore(ctx context.Context, cmd Restore) (*Enrollment, error) {
	return casemgmt.Change(ctx, s.work, cmd, restore)
}

func restore(ctx context.Context, u *Unit, cmd Restore) (*Enrollment, error) {
	before, err := lockEnrollment(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := *before
	next.Removal = nil
	if err := canRestore(ctx, u, before, &next); err != nil {
		return nil, err
	}
	u.Changed(event.EnrollmentRestored, before, &next)
	return &next, u.Tx.Enrollments().Update(ctx, &next)
}

func canRestore(ctx context.Context, u *Unit, before, next *Enrollment) error {
	client, err := u.Tx.Clients().Get(ctx, next.Client)
	if err != nil {
		return err
	}
	others, err := u.Tx.Enrollments().Of(ctx, next.Client)
	if err != nil {
		return err
	}
	var bad fault.Issues
	switch {
	case before.Removal == nil:
		bad.Add("ENR-06", "/id", "not_applicable")
	case client.Withdrawal != nil:
		bad.Add("ANO-09", "/id", "consent_withdrawn")
	case next.again(others):
		bad.Add("ENR-05", "/id", "enrolled_already")
	}
	return bad.Err()
}
