package enroll

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// UpdateEnrollment moves an enrollment, closes it or opens it again.
type UpdateEnrollment struct {
	ID         EnrollmentID `json:"id"`
	Version    int64        `json:"version"`
	Start      civil.Date   `json:"start"`
	Exit       civil.Date   `json:"exit,omitzero"`
	ExitReason string       `json:"exit_reason,omitempty"`
	Intake     *Intake      `json:"intake,omitempty"` // left as it is without
}

// ValidateWithContext says what is wrong with the enrollment's own fields.
func (c UpdateEnrollment) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Start, start...),
		validation.Field(&c.Exit, exit(c.Start)...),
		validation.Field(&c.ExitReason, fault.Line("ENR-04", 500)),
		validation.Field(&c.Intake, c.Intake.by(c.Start)),
	)
}

// UpdateEnrollment moves or closes an enrollment; a service that counts keeps
// its day inside (ENR-06). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateEnrollment(ctx context.Context, cmd UpdateEnrollment) (*Enrollment, error) {
	return casemgmt.Change(ctx, s.work, cmd, updateEnrollment)
}

func updateEnrollment(ctx context.Context, u *Unit, cmd UpdateEnrollment) (*Enrollment, error) {
	before, err := lockEnrollment(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := before.stands(); err != nil {
		return nil, err
	}
	next := *before
	next.Start, next.Exit, next.ExitReason = cmd.Start, cmd.Exit, cmd.ExitReason
	if cmd.Intake != nil {
		next.Intake = cmd.Intake
	} else if before.Intake != nil && before.Intake.Date.After(cmd.Start) {
		var bad fault.Issues
		bad.Add("ENR-03", "/start", "before_intake")
		return nil, bad.Err()
	}
	m := move{before: before, next: &next, renewed: cmd.Intake != nil}
	if err := m.can(ctx, u); err != nil {
		return nil, err
	}
	u.Changed(event.EnrollmentChanged, before, &next)
	return &next, u.Tx.Enrollments().Update(ctx, &next)
}

// lockEnrollment is an enrollment that the caller is about to change, held with its
// client.
func lockEnrollment(ctx context.Context, u *Unit, key EnrollmentID, version int64) (*Enrollment, error) {
	e, err := u.Tx.Enrollments().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := mayEnroll(ctx, u, e.Program); err != nil {
		return nil, err
	}
	if err := u.Tx.Clients().Hold(ctx, []casemgmt.ClientID{e.Client}); err != nil {
		return nil, err
	}
	if e, err = u.Tx.Enrollments().Lock(ctx, key); err != nil { // services are posted under a lock of it too
		return nil, err
	}
	if e.Version != version {
		return nil, fault.ErrConflict
	}
	return e, nil
}

// move is an enrollment before and after; renewed says that it has a new intake.
type move struct {
	before, next *Enrollment
	renewed      bool
	others       []*Enrollment // of the client
}

// can says what other records have against a move.
func (m *move) can(ctx context.Context, u *Unit) error {
	first, last, err := u.Tx.Enrollments().ServiceDays(ctx, m.next)
	if err != nil {
		return err
	}
	if m.others, err = u.Tx.Enrollments().Of(ctx, m.next.Client); err != nil {
		return err
	}
	bad := m.keeps(first, last)
	if m.next.again(m.others) {
		bad.Add("ENR-05", "/start", "enrolled_already")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if days := grown(m.before, m.next, u.Today); len(days) > 0 {
		return m.canGrow(ctx, u, days)
	}
	return nil
}

// keeps is ENR-06: the services of the enrollment stay inside.
func (m *move) keeps(first, last civil.Date) fault.Issues {
	var bad fault.Issues
	if !first.IsZero() && first.Before(m.next.Start) {
		bad.Add("ENR-06", "/start", "service_outside")
	}
	if !last.IsZero() && !m.next.Exit.IsZero() && last.After(m.next.Exit) {
		bad.Add("ENR-06", "/exit", "service_outside")
	}
	return bad
}

// grown are the days on which an enrollment that becomes longer is looked at:
// the first of each part that is new, and today if it is one of them.
func grown(before, next *Enrollment, today civil.Date) []civil.Date {
	var days []civil.Date
	if next.Start.Before(before.Start) {
		days = append(days, next.Start)
	}
	if !before.Exit.IsZero() && (next.Exit.IsZero() || next.Exit.After(before.Exit)) {
		first := before.Exit.AddDays(1)
		if next.Start.After(first) {
			first = next.Start
		}
		days = append(days, first)
	}
	if next.ActiveOn(today) && !before.ActiveOn(today) {
		days = append(days, today)
	}
	return days
}

// canGrow asks of a longer enrollment what is asked of a new one; who has been
// inactive since its exit needs another intake (ENR-03).
func (m *move) canGrow(ctx context.Context, u *Unit, days []civil.Date) error {
	client, err := u.Tx.Clients().Get(ctx, m.next.Client)
	if err != nil {
		return err
	}
	program, err := u.Tx.Programs().Get(ctx, m.next.Program)
	if err != nil {
		return err
	}
	bars, err := u.Tx.Bars().Of(ctx, m.next.Client)
	if err != nil {
		return err
	}
	var bad fault.Issues
	if client.Withdrawal != nil {
		bad.Add("ANO-09", "/id", "consent_withdrawn")
	}
	if program.Closed {
		bad.Add("ENR-01", "/id", "closed")
	}
	if slices.ContainsFunc(days, func(d civil.Date) bool { return stopsEnrollment(bars, program, d) }) {
		bad.Add("BAR-04", "/start", "barred")
	}
	elsewhere := slices.ContainsFunc(m.others, func(o *Enrollment) bool { return o.ID != m.next.ID && o.ActiveOn(u.Today) })
	if !m.renewed && !elsewhere && !m.before.ActiveOn(u.Today) && m.next.ActiveOn(u.Today) {
		bad.Add("ENR-03", "/intake", "intake_needed")
	}
	return bad.Err()
}
