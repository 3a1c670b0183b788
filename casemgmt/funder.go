package casemgmt

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// FunderID identifies a funder.
type FunderID = id.Of[Funder]

// Funder pays for services. Funders have no access of their own (ACC-05).
type Funder struct {
	Head[Funder]
	Name i18n.Text `json:"name"`
	// System is the funder's file format, one of Config.Systems; empty without one.
	System string `json:"system,omitempty"`
	// Agreement is the number of the contribution agreement (XPT-11).
	Agreement string `json:"agreement,omitempty"`
	Closed    bool   `json:"closed,omitempty"`
}

// Validate says what is wrong with the funder's own fields.
func (f Funder) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &f,
		validation.Field(&f.Name, InLanguages("SES-14", 200)),
		validation.Field(&f.System, fault.Line("CMP-06", 60)),
		validation.Field(&f.Agreement, fault.Line("XPT-11", 60)),
	)
}

var funders = Keep(Tx.Funders, event.FunderCreated, event.FunderChanged, MayManage, fitFunder)

// fitFunder: there is such a file format.
func fitFunder(_ context.Context, u *Unit, next, _ *Funder) error {
	var bad fault.Issues
	bad.OneOf("CMP-06", "/system", slices.Contains(u.Systems, next.System), next.System)
	return bad.Err()
}

// CreateFunder adds a funder. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateFunder(ctx context.Context, in Funder) (*Funder, error) {
	return Change(ctx, s.work, in, funders.Add)
}

// UpdateFunder changes a funder. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateFunder(ctx context.Context, in Funder) (*Funder, error) {
	return Change(ctx, s.work, in, funders.Put)
}

// Funder is one funder. It fails with fault.ErrNotFound.
func (s *Service) Funder(ctx context.Context, key FunderID) (*Funder, error) {
	return Read(ctx, s.work, key, funders.Get)
}

// Funders lists the agency's funders by English name.
func (s *Service) Funders(ctx context.Context, p PageRequest) (Page[Funder], error) {
	return ReadMany(ctx, s.work, p, ListOf(Tx.Funders))
}
