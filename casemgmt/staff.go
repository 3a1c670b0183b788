package casemgmt

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
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
	return slices.Contains(s.Programs, Membership{Program: p, Manager: true})
}

func (s *Staff) check(*forms.Registry) fault.Issues {
	bad := checkName(s.Name)
	bad.Required("", "/user", s.User != "")
	bad.Line("/user", s.User, 200)
	checkEmail(&bad, "/email", s.Email)
	checkPhone(&bad, "/phone", s.Phone)
	bad.Required("ACC-08", "/programs", len(s.Programs) > 0)
	for i, r := range s.Roles {
		bad.OneOf("ACC-07", fault.At("/roles", i), slices.Contains(access.Roles(), r), r)
	}
	seen := map[ProgramID]bool{}
	for i, m := range s.Programs {
		at := fault.At("/programs", i) + "/program"
		bad.Required("ACC-08", at, !m.Program.IsZero())
		if seen[m.Program] {
			bad.Add("ACC-08", at, "repeated")
		}
		seen[m.Program] = true
	}
	return append(bad, s.Defaults.check().Under("/defaults")...)
}

func (d *Defaults) check() fault.Issues {
	var bad fault.Issues
	bad.OneOf("SES-22", "/language", d.Language.Valid(), string(d.Language))
	return bad
}

// links makes sure that the programs and defaults exist in the agency.
func (s *Staff) links(ctx context.Context, tx Tx) error {
	var bad fault.Issues
	for i, m := range s.Programs {
		if err := Exists(ctx, &bad, "ACC-08", fault.At("/programs", i)+"/program", tx.Programs(), m.Program); err != nil {
			return err
		}
	}
	if err := s.Defaults.links(ctx, tx, &bad, "/defaults"); err != nil {
		return err
	}
	return bad.Err()
}

func (d *Defaults) links(ctx context.Context, tx Tx, bad *fault.Issues, at string) error {
	return errors.Join(
		Exists(ctx, bad, "SES-22", at+"/site", tx.Sites(), d.Site),
		Exists(ctx, bad, "SES-22", at+"/program", tx.Programs(), d.Program),
		Exists(ctx, bad, "SES-22", at+"/funder", tx.Funders(), d.Funder))
}

// Exists adds an issue when a record is named that the agency does not have,
// and returns what else goes wrong in looking.
func Exists[T any](ctx context.Context, bad *fault.Issues, rule, path string, r Records[T], key id.Of[T]) error {
	if key.IsZero() {
		return nil
	}
	_, err := r.Get(ctx, key)
	if errors.Is(err, fault.ErrNotFound) {
		bad.Add(rule, path, "no_such_record")
		return nil
	}
	return err
}

// CreateStaff adds a staff member. It fails with fault.ErrForbidden,
// fault.ErrConflict when the user key is taken, or *fault.Invalid.
func (s *Service) CreateStaff(ctx context.Context, in Staff) (*Staff, error) {
	return create(ctx, s, "staff", in, Tx.Staff, (*Staff).check, func(x *Staff) (*StaffID, *int64) { return &x.ID, &x.Version },
		func(ctx context.Context, tx Tx, _ Caller, x *Staff) error { return x.links(ctx, tx) })
}

// UpdateStaff changes a staff member, also to deactivate one. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateStaff(ctx context.Context, in Staff) (*Staff, error) {
	return replace(ctx, s, "staff", in, Tx.Staff, (*Staff).check, func(x *Staff) (*StaffID, *int64) { return &x.ID, &x.Version },
		func(ctx context.Context, tx Tx, _ Caller, x *Staff) error { return x.links(ctx, tx) })
}

// Staff is one staff member. It fails with fault.ErrNotFound.
func (s *Service) Staff(ctx context.Context, key StaffID) (*Staff, error) {
	return get(ctx, s, key, Tx.Staff)
}

// StaffList lists the agency's staff by name.
func (s *Service) StaffList(ctx context.Context, p PageRequest) (Page[Staff], error) {
	return list(ctx, s, p, Tx.Staff)
}

// Caller is the staff member who makes the call. It fails with
// fault.ErrUnauthenticated, also for a program.
func (s *Service) Caller(ctx context.Context) (*Staff, error) {
	var out *Staff
	err := s.work.View(ctx, func(_ context.Context, _ Tx, me Caller) error {
		if out = me.Staff; out == nil {
			return fault.ErrUnauthenticated
		}
		return nil
	})
	return out, err
}

// SetDefaults changes the caller's own defaults (SES-22). It fails with
// *fault.Invalid.
func (s *Service) SetDefaults(ctx context.Context, in Defaults) (*Staff, error) {
	var out *Staff
	err := s.work.Update(ctx, in, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if me.Staff == nil {
			return event.Event{}, fault.ErrUnauthenticated
		}
		before := *me.Staff
		out = me.Staff
		out.Defaults = in
		bad := in.check()
		if err := in.links(ctx, tx, &bad, ""); err != nil {
			return event.Event{}, err
		}
		if !in.Program.IsZero() && !out.in(in.Program) {
			bad.Add("SES-22", "/program", "not_member")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := tx.Staff().Update(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed("staff.changed", out.ID.String(), out.Version, before, out)
	})
	return out, err
}

// SetMembership puts a staff member into a program or takes them out.
type SetMembership struct {
	Staff   StaffID   `json:"staff"`
	Program ProgramID `json:"program"`
	Member  bool      `json:"member"`
	// Manager is given, and taken away, by administrators only.
	Manager bool `json:"manager,omitempty"`
}

// SetMembership is what a program manager may do for the own program (ACC-07).
// It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) SetMembership(ctx context.Context, cmd SetMembership) (*Staff, error) {
	var out *Staff
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		var bad fault.Issues
		bad.Required("", "/staff", !cmd.Staff.IsZero())
		bad.Required("", "/program", !cmd.Program.IsZero())
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := me.Allow(ctx, access.ManageProgram, access.Resource{Program: cmd.Program.String()}); err != nil {
			return event.Event{}, err
		}
		var err error
		if out, err = tx.Staff().Get(ctx, cmd.Staff); err != nil {
			return event.Event{}, err
		}
		if cmd.Manager || out.manages(cmd.Program) { // who manages is the administrator's to say
			if err := me.Allow(ctx, access.ManageAgency, access.Resource{}); err != nil {
				return event.Event{}, err
			}
		}
		before := *out
		before.Programs = slices.Clone(out.Programs)
		out.Programs = slices.DeleteFunc(out.Programs, func(m Membership) bool { return m.Program == cmd.Program })
		if cmd.Member {
			out.Programs = append(out.Programs, Membership{Program: cmd.Program, Manager: cmd.Manager})
		}
		if err := out.check(s.cfg.Forms).Err(); err != nil {
			return event.Event{}, err
		}
		if err := out.links(ctx, tx); err != nil {
			return event.Event{}, err
		}
		if err := tx.Staff().Update(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed("staff.changed", out.ID.String(), out.Version, before, out)
	})
	return out, err
}
