package enroll

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// EnrollmentID identifies an enrollment.
type EnrollmentID = id.Of[Enrollment]

// Enrollment is a client's time in a program; services of the program are given
// within it only (ENR-01).
type Enrollment struct {
	casemgmt.Head[Enrollment]
	Client  casemgmt.ClientID  `json:"client"`
	Program casemgmt.ProgramID `json:"program"`
	// Start and Exit are the first and last day; Exit is empty while it is open (ENR-04).
	Start      civil.Date `json:"start"`
	Exit       civil.Date `json:"exit,omitzero"`
	ExitReason string     `json:"exit_reason,omitempty"`
	// Intake is the assessment that a new or inactive client needs (ENR-03).
	Intake *Intake `json:"intake,omitempty"`
	// FirstService: a batch made it with the client's first service, because the
	// program allows that (ENR-07).
	FirstService bool              `json:"first_service,omitempty"`
	Removal      *casemgmt.Removal `json:"removal,omitempty"`
	Made         time.Time         `json:"made"`
	By           casemgmt.StaffID  `json:"by,omitzero"`
}

// ActiveOn is ENR-04. What was taken back never is.
func (e *Enrollment) ActiveOn(d civil.Date) bool {
	return e.Removal == nil && !d.Before(e.Start) && (e.Exit.IsZero() || !d.After(e.Exit))
}

// overlaps says whether two enrollments have a day in common on which both count.
func (e *Enrollment) overlaps(o *Enrollment) bool {
	return e.Removal == nil && o.Removal == nil && (o.Exit.IsZero() || !o.Exit.Before(e.Start)) && (e.Exit.IsZero() || !e.Exit.Before(o.Start))
}

// again says whether one of a client's enrollments is another of the program at the
// time of this one (ENR-05).
func (e *Enrollment) again(all []*Enrollment) bool {
	return slices.ContainsFunc(all, func(o *Enrollment) bool { return o.ID != e.ID && o.Program == e.Program && o.overlaps(e) })
}

// Enroll opens an enrollment.
type Enroll struct {
	Client  casemgmt.ClientID  `json:"client"`
	Program casemgmt.ProgramID `json:"program"`
	Start   civil.Date         `json:"start"`
	// Exit may be given for an enrollment that is recorded late.
	Exit   civil.Date `json:"exit,omitzero"`
	Intake *Intake    `json:"intake,omitempty"` // needed for a new or inactive client (ENR-03)
}

// ValidateWithContext says what is wrong with the enrollment's own fields.
func (c Enroll) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Client, fault.Required("ENR-01")),
		validation.Field(&c.Program, fault.Required("ENR-01")),
		validation.Field(&c.Start, start...),
		validation.Field(&c.Exit, exit(c.Start)...),
		validation.Field(&c.Intake, c.Intake.by(c.Start)),
	)
}

// start and exit are the rules on the days of an enrollment (ENR-04).
var start = []validation.Rule{fault.Required("ENR-04"), fault.Days("ENR-04", 1970, 9999), fault.Within("ENR-04", 366)}

func exit(start civil.Date) []validation.Rule {
	return []validation.Rule{fault.Days("ENR-04", 1970, 9999), fault.Within("ENR-04", 366), fault.NotBefore("ENR-04", "ends_before_start", start)}
}

// Enroll opens an enrollment of a named client. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Enroll(ctx context.Context, cmd Enroll) (*Enrollment, error) {
	return casemgmt.Change(ctx, s.work, cmd, enroll)
}

func enroll(ctx context.Context, u *Unit, cmd Enroll) (*Enrollment, error) {
	if err := mayEnroll(ctx, u, cmd.Program); err != nil {
		return nil, err
	}
	e := &Enrollment{Head: casemgmt.NewHead[Enrollment](), Client: cmd.Client, Program: cmd.Program, Start: cmd.Start, Exit: cmd.Exit,
		Intake: cmd.Intake, Made: u.Now, By: u.StaffID()}
	if err := u.Tx.Clients().Hold(ctx, []casemgmt.ClientID{cmd.Client}); err != nil { // two at once would not see each other (ENR-05)
		return nil, err
	}
	if err := canEnroll(ctx, u, e); err != nil {
		return nil, err
	}
	u.Log(event.EnrollmentCreated, e)
	return e, u.Tx.Enrollments().Insert(ctx, e)
}

func mayEnroll(ctx context.Context, u *Unit, p casemgmt.ProgramID) error {
	if err := u.AllowClients(ctx); err != nil {
		return err
	}
	return u.Allow(ctx, access.EnrollClients, ofProgram(access.Enrollments, p))
}

// canEnroll is what other records say: the client is named and has not
// withdrawn, is not barred (BAR-04), is not enrolled twice (ENR-05), and has an
// intake if it is needed (ENR-03).
func canEnroll(ctx context.Context, u *Unit, e *Enrollment) error {
	var bad fault.Issues
	client, err := casemgmt.Find(ctx, bad.Place("ENR-01", "/client"), u.Tx.Clients(), e.Client)
	if err != nil {
		return err
	}
	program, err := casemgmt.Find(ctx, bad.Place("ENR-01", "/program"), u.Tx.Programs(), e.Program)
	if err != nil {
		return err
	}
	switch {
	case client == nil:
	case client.Kind == casemgmt.Anonymous:
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	case client.Withdrawal != nil:
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	if program != nil && program.Closed {
		bad.Add("ENR-01", "/program", "closed")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	bars, err := u.Tx.Bars().Of(ctx, e.Client)
	if err != nil {
		return err
	}
	others, err := u.Tx.Enrollments().Of(ctx, e.Client)
	if err != nil {
		return err
	}
	if stopsEnrollment(bars, program, e.Start) || e.ActiveOn(u.Today) && stopsEnrollment(bars, program, u.Today) {
		bad.Add("BAR-04", "/client", "barred")
	}
	return append(bad, beside(e, others)...).Err()
}

// beside is what a client's other enrollments say of a new one: not twice in a
// program at a time (ENR-05), and with an intake unless the client is active (ENR-03).
func beside(e *Enrollment, others []*Enrollment) fault.Issues {
	var bad fault.Issues
	if e.again(others) {
		bad.Add("ENR-05", "/start", "enrolled_already")
	}
	active := slices.ContainsFunc(others, func(o *Enrollment) bool { return o.ID != e.ID && o.ActiveOn(e.Start) })
	if e.Intake == nil && !active && !e.FirstService {
		bad.Add("ENR-03", "/intake", "intake_needed")
	}
	return bad
}

// Personal: events hold no values of an enrollment.
func (*Enrollment) Personal() {}

// Enrollment is one enrollment. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) Enrollment(ctx context.Context, key EnrollmentID) (*Enrollment, error) {
	return casemgmt.Read(ctx, s.work, key, enrollment)
}

func enrollment(ctx context.Context, u *Unit, key EnrollmentID) (*Enrollment, error) {
	e, err := u.Tx.Enrollments().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if !u.SeesProgram(ctx, access.Enrollments, e.Program) {
		return nil, fault.ErrForbidden
	}
	u.Log(event.EnrollmentViewed, e, casemgmt.AboutClients(e.Client)...)
	return e, u.AllowClients(ctx)
}

// ClientEnrollments lists a client's enrollments in the programs that the
// caller sees, the latest first. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientEnrollments(ctx context.Context, key casemgmt.ClientID) ([]*Enrollment, error) {
	return casemgmt.ReadMany(ctx, s.work, key, clientEnrollments)
}

func clientEnrollments(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*Enrollment, error) {
	u.Log(event.EnrollmentsViewed, casemgmt.About(key))
	return shown(ctx, u, key, u.Tx.Enrollments(), func(e *Enrollment) bool { return u.SeesProgram(ctx, access.Enrollments, e.Program) })
}
