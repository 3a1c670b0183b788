package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// ProgramID identifies a program.
type ProgramID = id.Of[Program]

// Program groups staff and the forms they create; it decides who sees them (ACC-03).
type Program struct {
	Head[Program]
	Name i18n.Text `json:"name"`
	// Locations are the sites at which the program gives batch services (BAT-05).
	Locations []SiteID `json:"locations,omitempty"`
	// EnrollOnFirstService lets a batch enroll clients without an enrollment,
	// which is then marked (ENR-07).
	EnrollOnFirstService bool `json:"enroll_on_first_service,omitempty"`
	Closed               bool `json:"closed,omitempty"`
}

const maxLocations = 100

// Validate says what is wrong with the program's own fields.
func (p Program) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &p,
		validation.Field(&p.Name, InLanguages("ACC-03", 200)),
		validation.Field(&p.Locations, fault.AtMost("BAT-05", maxLocations), fault.All(fault.Each[SiteID](fault.Required("BAT-05")), fault.Distinct[SiteID]("BAT-05"))),
	)
}

// Resource is the program for a policy.
func (p *Program) Resource(kind access.Kind) access.Resource {
	return access.Resource{Kind: kind, Program: p.ID.String()}
}

var programs = Keep(Tx.Programs, event.ProgramCreated, event.ProgramChanged, MayManage, fitProgram)

// fitProgram: a program's locations are sites of the agency.
func fitProgram(ctx context.Context, u *Unit, next, _ *Program) error {
	var bad fault.Issues
	for i, site := range next.Locations {
		if err := Exists(ctx, bad.Place("BAT-05", fault.At("/locations", i)), u.Tx.Sites(), site); err != nil {
			return err
		}
	}
	return bad.Err()
}

// CreateProgram adds a program. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateProgram(ctx context.Context, in Program) (*Program, error) {
	return Change(ctx, s.work, in, programs.Add)
}

// UpdateProgram changes a program. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateProgram(ctx context.Context, in Program) (*Program, error) {
	return Change(ctx, s.work, in, programs.Put)
}

// Program is one program. It fails with fault.ErrNotFound.
func (s *Service) Program(ctx context.Context, key ProgramID) (*Program, error) {
	return Read(ctx, s.work, key, programs.Get)
}

// Programs lists the agency's programs by English name.
func (s *Service) Programs(ctx context.Context, p PageRequest) (Page[Program], error) {
	return ReadMany(ctx, s.work, p, ListOf(Tx.Programs))
}
