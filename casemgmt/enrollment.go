package casemgmt

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// EnrollmentID identifies an enrollment.
type EnrollmentID = id.Of[Enrollment]

// Enrollment is a client's time in a program; services of the program are given
// within it only (ENR-01).
type Enrollment struct {
	Head[Enrollment]
	Client  ClientID  `json:"client"`
	Program ProgramID `json:"program"`
	// Start and Exit are the first and last day; Exit is empty while it is open (ENR-04).
	Start      civil.Date `json:"start"`
	Exit       civil.Date `json:"exit,omitzero"`
	ExitReason string     `json:"exit_reason,omitempty"`
	// Intake is the assessment that a new or inactive client needs (ENR-03).
	Intake *Intake `json:"intake,omitempty"`
	// FirstService: a batch made it with the client's first service, because the
	// program allows that (ENR-07).
	FirstService bool      `json:"first_service,omitempty"`
	Made         time.Time `json:"made"`
	By           StaffID   `json:"by,omitzero"`
}

// ActiveOn is ENR-04.
func (e *Enrollment) ActiveOn(d civil.Date) bool {
	return !d.Before(e.Start) && (e.Exit.IsZero() || !d.After(e.Exit))
}

// overlaps says whether two enrollments have a day in common.
func (e *Enrollment) overlaps(o *Enrollment) bool {
	return (o.Exit.IsZero() || !o.Exit.Before(e.Start)) && (e.Exit.IsZero() || !e.Exit.Before(o.Start))
}

// Intake is the intake and enrollment assessment (ENR-03).
type Intake struct {
	Date civil.Date `json:"date"` // on which it was made; not after the enrollment's start
	// Situation is where the client slept the night before, see Situations.
	Situation string   `json:"situation"`
	Needs     []string `json:"needs,omitempty"` // see IntakeNeeds
	Notes     string   `json:"notes,omitempty"`
}

// Situations are the answers to where the client slept the night before intake.
func Situations() []Coded {
	return []Coded{
		{"unsheltered", i18n.T("Place not meant for sleeping", "Lieu non prévu pour dormir")},
		{"shelter", i18n.T("Emergency shelter", "Refuge d’urgence")},
		{"transitional", i18n.T("Transitional housing", "Logement de transition")},
		{"institution", i18n.T("Hospital, jail or other institution", "Hôpital, prison ou autre établissement")},
		{"with_others", i18n.T("With family or friends", "Chez des parents ou amis")},
		{"own_home", i18n.T("Own home, rented or owned", "Chez soi, en location ou en propriété")},
		{"unknown", i18n.T("Not known or not told", "Inconnu ou non précisé")},
	}
}

// IntakeNeeds are the needs that an intake may name.
func IntakeNeeds() []Coded {
	return []Coded{
		{"housing", i18n.T("Housing", "Logement")}, {"food", i18n.T("Food", "Nourriture")}, {"income", i18n.T("Income", "Revenu")},
		{"health", i18n.T("Health", "Santé")}, {"mental_health", i18n.T("Mental health", "Santé mentale")},
		{"substance_use", i18n.T("Substance use", "Consommation de substances")}, {"identification", i18n.T("Identification", "Pièces d’identité")},
		{"employment", i18n.T("Employment", "Emploi")}, {"legal", i18n.T("Legal help", "Aide juridique")}, {"safety", i18n.T("Safety", "Sécurité")},
	}
}

func (n *Intake) check(start, today civil.Date) fault.Issues {
	var bad fault.Issues
	bad.Required("ENR-03", "/date", !n.Date.IsZero())
	if !n.Date.IsZero() && !n.Date.Valid() {
		bad.Add("ENR-03", "/date", "date_range")
	} else if n.Date.After(today) {
		bad.Add("ENR-03", "/date", "in_future")
	} else if n.Date.After(start) {
		bad.Add("ENR-03", "/date", "after_start")
	}
	bad.Required("ENR-03", "/situation", n.Situation != "")
	bad.OneOf("ENR-03", "/situation", has(Situations(), n.Situation), n.Situation)
	for i, need := range n.Needs {
		at := fault.At("/needs", i)
		if !has(IntakeNeeds(), need) {
			bad.Add("ENR-03", at, "unknown_value")
		} else if slices.Contains(n.Needs[:i], need) {
			bad.Add("ENR-03", at, "repeated")
		}
	}
	bad.Note("/notes", n.Notes, 8000)
	return bad
}

// Enroll opens an enrollment.
type Enroll struct {
	Client  ClientID   `json:"client"`
	Program ProgramID  `json:"program"`
	Start   civil.Date `json:"start"`
	// Exit may be given for an enrollment that is recorded late.
	Exit   civil.Date `json:"exit,omitzero"`
	Intake *Intake    `json:"intake,omitempty"` // needed for a new or inactive client (ENR-03)
}

// Enroll opens an enrollment of a named client. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Enroll(ctx context.Context, cmd Enroll) (*Enrollment, error) {
	var out *Enrollment
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		var bad fault.Issues
		bad.Required("ENR-01", "/client", !cmd.Client.IsZero())
		bad.Required("ENR-01", "/program", !cmd.Program.IsZero())
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := me.mayEnroll(ctx, cmd.Program); err != nil {
			return event.Event{}, err
		}
		out = &Enrollment{Head: NewHead[Enrollment](), Client: cmd.Client, Program: cmd.Program, Start: cmd.Start, Exit: cmd.Exit,
			Intake: cmd.Intake, Made: me.Now, By: me.StaffID()}
		bad = out.checkDates(me.Today)
		if cmd.Intake != nil {
			bad = append(bad, cmd.Intake.check(cmd.Start, me.Today).Under("/intake")...)
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := tx.LockClients(ctx, []ClientID{cmd.Client}); err != nil { // two at once would not see each other (ENR-05)
			return event.Event{}, err
		}
		if err := canEnroll(ctx, tx, me, out); err != nil {
			return event.Event{}, err
		}
		return event.New("enrollment.created", out.ID.String(), 1), tx.InsertEnrollment(ctx, out)
	})
	return out, err
}

func (me Caller) mayEnroll(ctx context.Context, p ProgramID) error {
	if err := me.AllowClients(ctx); err != nil {
		return err
	}
	return me.Allow(ctx, access.EnrollClients, access.Resource{Program: p.String()})
}

func (e *Enrollment) checkDates(today civil.Date) fault.Issues {
	var bad fault.Issues
	bad.Required("ENR-04", "/start", !e.Start.IsZero())
	for path, d := range map[string]civil.Date{"/start": e.Start, "/exit": e.Exit} {
		if !d.IsZero() && (!d.Valid() || d.Year < 1970 || d.After(today.AddDays(366))) {
			bad.Add("ENR-04", path, "date_range")
		}
	}
	if !e.Exit.IsZero() && e.Exit.Before(e.Start) {
		bad.Add("ENR-04", "/exit", "ends_before_start")
	}
	return bad
}

// canEnroll is what other records say: the client is named and has not
// withdrawn, is not barred (BAR-04), is not enrolled twice (ENR-05), and has an
// intake if it is needed (ENR-03).
func canEnroll(ctx context.Context, tx Tx, me Caller, e *Enrollment) error {
	var bad fault.Issues
	client, err := tx.Client(ctx, e.Client)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("ENR-01", "/client", "no_such_record")
	case err != nil:
		return err
	case client.Kind == Anonymous:
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	case client.Withdrawal != nil:
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	program, err := tx.Programs().Get(ctx, e.Program)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("ENR-01", "/program", "no_such_record")
	case err != nil:
		return err
	case program.Closed:
		bad.Add("ENR-01", "/program", "closed")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	bars, err := tx.ClientBars(ctx, e.Client)
	if err != nil {
		return err
	}
	if stopsEnrollment(bars, program, e.Start) || e.ActiveOn(me.Today) && stopsEnrollment(bars, program, me.Today) {
		bad.Add("BAR-04", "/client", "barred")
	}
	others, err := tx.ClientEnrollments(ctx, e.Client)
	if err != nil {
		return err
	}
	active := false
	for _, o := range others {
		if o.ID == e.ID {
			continue
		}
		if o.Program == e.Program && o.overlaps(e) {
			bad.Add("ENR-05", "/start", "enrolled_already")
		}
		active = active || o.ActiveOn(e.Start)
	}
	if e.Intake == nil && !active && !e.FirstService {
		bad.Add("ENR-03", "/intake", "intake_needed")
	}
	return bad.Err()
}

// UpdateEnrollment moves an enrollment, closes it or opens it again.
type UpdateEnrollment struct {
	ID         EnrollmentID `json:"id"`
	Version    int64        `json:"version"`
	Start      civil.Date   `json:"start"`
	Exit       civil.Date   `json:"exit,omitzero"`
	ExitReason string       `json:"exit_reason,omitempty"`
	Intake     *Intake      `json:"intake,omitempty"` // left as it is without
}

// UpdateEnrollment moves or closes an enrollment; a service that counts keeps
// its day inside (ENR-06). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateEnrollment(ctx context.Context, cmd UpdateEnrollment) (*Enrollment, error) {
	var out *Enrollment
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		before, err := tx.Enrollment(ctx, cmd.ID)
		if err != nil {
			return event.Event{}, err
		}
		if err := me.mayEnroll(ctx, before.Program); err != nil {
			return event.Event{}, err
		}
		if err := tx.LockClients(ctx, []ClientID{before.Client}); err != nil {
			return event.Event{}, err
		}
		if before, err = tx.LockEnrollment(ctx, cmd.ID); err != nil { // services are posted under a lock of it too
			return event.Event{}, err
		}
		if before.Version != cmd.Version {
			return event.Event{}, fault.ErrConflict
		}
		next := *before
		next.Start, next.Exit, next.ExitReason = cmd.Start, cmd.Exit, cmd.ExitReason
		bad := next.checkDates(me.Today)
		bad.Line("/exit_reason", cmd.ExitReason, 500)
		if cmd.Intake != nil {
			next.Intake = cmd.Intake
			bad = append(bad, cmd.Intake.check(cmd.Start, me.Today).Under("/intake")...)
		} else if before.Intake != nil && before.Intake.Date.After(cmd.Start) {
			bad.Add("ENR-03", "/start", "before_intake")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := canMove(ctx, tx, me, before, &next, cmd.Intake != nil); err != nil {
			return event.Event{}, err
		}
		out = &next
		if err := tx.UpdateEnrollment(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed("enrollment.changed", out.ID.String(), out.Version, before, out)
	})
	return out, err
}

func canMove(ctx context.Context, tx Tx, me Caller, before, next *Enrollment, renewed bool) error {
	var bad fault.Issues
	first, last, err := tx.ServedBetween(ctx, next)
	if err != nil {
		return err
	}
	if !first.IsZero() && first.Before(next.Start) {
		bad.Add("ENR-06", "/start", "service_outside")
	}
	if !last.IsZero() && !next.Exit.IsZero() && last.After(next.Exit) {
		bad.Add("ENR-06", "/exit", "service_outside")
	}
	others, err := tx.ClientEnrollments(ctx, next.Client)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.ID != next.ID && o.Program == next.Program && o.overlaps(next) {
			bad.Add("ENR-05", "/start", "enrolled_already")
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if days := grown(before, next, me.Today); len(days) > 0 {
		return canGrow(ctx, tx, before, next, others, days, renewed, me.Today)
	}
	return nil
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
func canGrow(ctx context.Context, tx Tx, before, next *Enrollment, others []*Enrollment, days []civil.Date, renewed bool, today civil.Date) error {
	var bad fault.Issues
	client, err := tx.Client(ctx, next.Client)
	if err != nil {
		return err
	}
	if client.Withdrawal != nil {
		bad.Add("ANO-09", "/id", "consent_withdrawn")
	}
	program, err := tx.Programs().Get(ctx, next.Program)
	if err != nil {
		return err
	}
	if program.Closed {
		bad.Add("ENR-01", "/id", "closed")
	}
	bars, err := tx.ClientBars(ctx, next.Client)
	if err != nil {
		return err
	}
	for _, day := range days {
		if stopsEnrollment(bars, program, day) {
			bad.Add("BAR-04", "/start", "barred")
			break
		}
	}
	elsewhere := slices.ContainsFunc(others, func(o *Enrollment) bool { return o.ID != next.ID && o.ActiveOn(today) })
	if !renewed && !elsewhere && !before.ActiveOn(today) && next.ActiveOn(today) {
		bad.Add("ENR-03", "/intake", "intake_needed")
	}
	return bad.Err()
}

// Enrollment is one enrollment. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) Enrollment(ctx context.Context, key EnrollmentID) (*Enrollment, error) {
	var out *Enrollment
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) (err error) {
		if out, err = tx.Enrollment(ctx, key); err != nil {
			return err
		}
		if !me.SeesProgram(out.Program) {
			return fault.ErrForbidden
		}
		return me.AllowClients(ctx)
	})
	return out, err
}

// ClientEnrollments lists a client's enrollments in the programs that the
// caller sees, the latest first. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientEnrollments(ctx context.Context, key ClientID) ([]*Enrollment, error) {
	return ofClient(ctx, s, key, Tx.ClientEnrollments, func(me Caller, e *Enrollment) bool { return me.SeesProgram(e.Program) })
}

// ofClient lists what a client has, the latest first, as far as the caller may
// see it; show may change what is shown.
func ofClient[T any](ctx context.Context, s *Service, key ClientID, read func(Tx, context.Context, ClientID) ([]*T, error), show func(Caller, *T) bool) ([]*T, error) {
	out := []*T{}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) error {
		if err := trackable(ctx, tx, me, key); err != nil {
			return err
		}
		found, err := read(tx, ctx, key)
		for _, x := range slices.Backward(found) {
			if show(me, x) {
				out = append(out, x)
			}
		}
		return err
	})
	return out, err
}

// trackable: the client exists, the caller may open profiles, and the client is
// not anonymous (ANO-06).
func trackable(ctx context.Context, tx Tx, me Caller, key ClientID) error {
	client, err := tx.Client(ctx, key)
	if err != nil {
		return err
	}
	if err := me.AllowClients(ctx); err != nil {
		return err
	}
	var bad fault.Issues
	if client.Kind == Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	return bad.Err()
}

// SeesProgram says whether a program's records that are not private are the
// caller's to see (ACC-03).
func (me Caller) SeesProgram(p ProgramID) bool {
	return me.Scope.Sees(access.Resource{Program: p.String()})
}
