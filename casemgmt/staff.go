package casemgmt

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// StaffID identifies a staff member.
type StaffID = id.Of[Staff]

// Staff is somebody who works at the agency.
type Staff struct {
	Head[Staff]
	// User is the host's name for this person's sign-in; it is what
	// access.Actor.User carries.
	User  string `json:"user"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// Deactivated staff cannot act any more; their work stays in all summary reports (ACC-09).
	Deactivated bool `json:"deactivated,omitempty"`
	// Roles beyond the work in programs: admin, see_all, bulk_upload (ACC-07).
	Roles []string `json:"roles,omitempty"`
	// Programs the person works in, at least one (ACC-08).
	Programs []Membership `json:"programs"`
	Defaults Defaults     `json:"defaults,omitzero"`
}

// Membership of a program.
type Membership struct {
	Program ProgramID `json:"program"`
	Manager bool      `json:"manager,omitempty"`
	// Since when the person manages the program, and who said so (ACC-10).
	Since time.Time `json:"manager_since,omitzero"`
	By    StaffID   `json:"manager_by,omitzero"` // none: a program
}

// Defaults fill new sessions and forms, and never change saved ones (SES-22).
type Defaults struct {
	Site     SiteID    `json:"site,omitzero"`
	Program  ProgramID `json:"program,omitzero"`
	Funder   FunderID  `json:"funder,omitzero"`
	Language i18n.Lang `json:"language,omitempty"` // of the product
}

// DefaultProgram is the program for new forms: the chosen one, while the person
// is in it, or the only one.
func (s *Staff) DefaultProgram() ProgramID {
	if s.in(s.Defaults.Program) {
		return s.Defaults.Program
	}
	if len(s.Programs) == 1 {
		return s.Programs[0].Program
	}
	return ProgramID{}
}

func (s *Staff) in(p ProgramID) bool {
	return slices.ContainsFunc(s.Programs, func(m Membership) bool { return m.Program == p })
}

func (s *Staff) manages(p ProgramID) bool {
	return slices.ContainsFunc(s.Programs, func(m Membership) bool { return m.Program == p && m.Manager })
}

// Validate says what is wrong with the person's own fields.
func (s Staff) Validate() error {
	return fault.Check(&s,
		validation.Field(&s.User, fault.Required("ACC-07"), fault.Line("ACC-07", 200)),
		validation.Field(&s.Name, fault.Required("ACC-07"), fault.Line("ACC-07", 200)),
		validation.Field(&s.Email, email("")),
		validation.Field(&s.Phone, phone("")),
		validation.Field(&s.Roles, fault.AtMost("ACC-07", 20), fault.Each[string](fault.OneOf("ACC-07", func(r string) bool { return slices.Contains(access.Roles(), r) }))),
		validation.Field(&s.Programs, fault.Required("ACC-08"), fault.AtMost("ACC-08", 500), fault.Items(membership)),
		validation.Field(&s.Defaults),
	)
}

// membership: a program is named, and once.
func membership(list []Membership, i int) fault.Issues {
	var bad fault.Issues
	bad.Required("ACC-08", "/program", !list[i].Program.IsZero())
	if slices.ContainsFunc(list[:i], func(m Membership) bool { return m.Program == list[i].Program }) {
		bad.Add("ACC-08", "/program", "repeated")
	}
	return bad
}

// Validate says what is wrong with the defaults themselves.
func (d Defaults) Validate() error {
	return fault.Check(&d, validation.Field(&d.Language, fault.Valid("SES-22")))
}

var staff = Keep(Tx.Staff, event.StaffCreated, event.StaffChanged, MayManage, fitStaff)

// fitStaff makes sure that the programs and defaults exist in the agency, and that
// nobody makes themselves the manager of a program, which would open its private
// forms to them (ACC-10).
func fitStaff(ctx context.Context, u *Unit, next, before *Staff) error {
	var bad fault.Issues
	next.Programs = slices.Clone(next.Programs)
	for i := range next.Programs {
		m := &next.Programs[i]
		m.Since, m.By = time.Time{}, StaffID{}
		switch {
		case !m.Manager:
		case before != nil && before.manages(m.Program):
			old := before.Programs[slices.IndexFunc(before.Programs, func(o Membership) bool { return o.Program == m.Program })]
			m.Since, m.By = old.Since, old.By
		case before != nil && u.Staff != nil && before.ID == u.Staff.ID:
			bad.Add("ACC-10", fault.At("/programs", i)+"/manager", "not_oneself")
		default:
			m.Since, m.By = u.Now, u.StaffID()
		}
		if err := Exists(ctx, bad.Place("ACC-08", fault.At("/programs", i)+"/program"), u.Tx.Programs(), m.Program); err != nil {
			return err
		}
	}
	if err := next.Defaults.links(ctx, u.Tx, &bad, "/defaults"); err != nil {
		return err
	}
	return bad.Err()
}

func (d *Defaults) links(ctx context.Context, tx Tx, bad *fault.Issues, at string) error {
	return errors.Join(
		Exists(ctx, bad.Place("SES-22", at+"/site"), tx.Sites(), d.Site),
		Exists(ctx, bad.Place("SES-22", at+"/program"), tx.Programs(), d.Program),
		Exists(ctx, bad.Place("SES-22", at+"/funder"), tx.Funders(), d.Funder))
}

// CreateStaff adds a staff member. It fails with fault.ErrForbidden,
// fault.ErrConflict when the user key is taken, or *fault.Invalid.
func (s *Service) CreateStaff(ctx context.Context, in Staff) (*Staff, error) {
	return Change(ctx, s.work, in, staff.Add)
}

// UpdateStaff changes a staff member, also to deactivate one. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateStaff(ctx context.Context, in Staff) (*Staff, error) {
	return Change(ctx, s.work, in, staff.Put)
}

// Staff is one staff member. It fails with fault.ErrNotFound.
func (s *Service) Staff(ctx context.Context, key StaffID) (*Staff, error) {
	return Read(ctx, s.work, key, staff.Get)
}

// StaffList lists the agency's staff by name.
func (s *Service) StaffList(ctx context.Context, p PageRequest) (Page[Staff], error) {
	return ReadMany(ctx, s.work, p, func(ctx context.Context, u *Unit, p PageRequest) (Page[Staff], error) {
		return u.Tx.Staff().List(ctx, p)
	})
}

// Caller is the staff member who makes the call. It fails with
// fault.ErrUnauthenticated, also for a program.
func (s *Service) Caller(ctx context.Context) (*Staff, error) {
	return Read(ctx, s.work, struct{}{}, caller)
}

func caller(_ context.Context, u *Unit, _ struct{}) (*Staff, error) {
	if u.Staff == nil {
		return nil, fault.ErrUnauthenticated
	}
	return u.Staff, nil
}

// SetDefaults changes the caller's own defaults (SES-22). It fails with
// *fault.Invalid.
func (s *Service) SetDefaults(ctx context.Context, in Defaults) (*Staff, error) {
	return Change(ctx, s.work, in, setDefaults)
}

func setDefaults(ctx context.Context, u *Unit, in Defaults) (*Staff, error) {
	if u.Staff == nil {
		return nil, fault.ErrUnauthenticated
	}
	var bad fault.Issues
	if err := in.links(ctx, u.Tx, &bad, ""); err != nil {
		return nil, err
	}
	if !in.Program.IsZero() && !u.Staff.in(in.Program) {
		bad.Add("SES-22", "/program", "not_member")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	next := *u.Staff
	next.Defaults = in
	u.Changed(event.StaffChanged, u.Staff, &next)
	return &next, u.Tx.Staff().Update(ctx, &next)
}

// SetMembership puts a staff member into a program or takes them out.
type SetMembership struct {
	Staff   StaffID   `json:"staff"`
	Program ProgramID `json:"program"`
	Member  bool      `json:"member,omitempty"`
	// Manager is given, and taken away, by administrators only.
	Manager bool `json:"manager,omitempty"`
}

// Validate says what is missing.
func (c SetMembership) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Staff, fault.Required("ACC-07")),
		validation.Field(&c.Program, fault.Required("ACC-07")),
	)
}

// SetMembership is what a program manager may do for the own program (ACC-07).
// It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) SetMembership(ctx context.Context, cmd SetMembership) (*Staff, error) {
	return Change(ctx, s.work, cmd, setMembership)
}

func setMembership(ctx context.Context, u *Unit, cmd SetMembership) (*Staff, error) {
	if err := u.Allow(ctx, access.ManageProgram, access.Resource{Kind: access.Programs, Program: cmd.Program.String()}); err != nil {
		return nil, err
	}
	person, err := u.Tx.Staff().Get(ctx, cmd.Staff)
	if err != nil {
		return nil, err
	}
	if cmd.Manager || person.manages(cmd.Program) { // who manages is the administrator's to say
		if err := MayManage(ctx, u); err != nil {
			return nil, err
		}
	}
	next := *person
	next.Programs = slices.DeleteFunc(slices.Clone(person.Programs), func(m Membership) bool { return m.Program == cmd.Program })
	if cmd.Member {
		next.Programs = append(next.Programs, Membership{Program: cmd.Program, Manager: cmd.Manager})
	}
	if err := next.Validate(); err != nil {
		return nil, err
	}
	if err := fitStaff(ctx, u, &next, person); err != nil {
		return nil, err
	}
	u.Changed(event.StaffChanged, person, &next)
	return &next, u.Tx.Staff().Update(ctx, &next)
}
