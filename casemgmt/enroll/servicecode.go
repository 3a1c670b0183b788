package enroll

import (
	"cmp"
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// ServiceGroupID identifies a service group.
type ServiceGroupID = id.Of[ServiceGroup]

// ServiceGroup is what service codes are found by (BAT-06).
type ServiceGroup struct {
	casemgmt.Head[ServiceGroup]
	Name i18n.Text `json:"name"`
}

// Validate says what is wrong with the group's own fields.
func (g ServiceGroup) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &g, validation.Field(&g.Name, casemgmt.InLanguages("BAT-06", 200)))
}

// ServiceCodeID identifies a service code.
type ServiceCodeID = id.Of[ServiceCode]

// ServiceCode is a service that a batch can give (BAT-06). Codes are the
// agency's own; a code retires by its last day, it does not vanish.
type ServiceCode struct {
	casemgmt.Head[ServiceCode]
	Group ServiceGroupID `json:"group"`
	Name  i18n.Text      `json:"name"`
	// From and To are the first and last day on which the service can have been
	// provided (BAT-23); empty has no bound.
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"`
}

// ValidOn says whether the service can have been provided on a day (BAT-23).
func (c *ServiceCode) ValidOn(d civil.Date) bool {
	return !d.Before(c.From) && (c.To.IsZero() || !d.After(c.To))
}

// Validate says what is wrong with the code's own fields.
func (c ServiceCode) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Group, fault.Required("BAT-06")),
		validation.Field(&c.Name, casemgmt.InLanguages("BAT-06", 200)),
		validation.Field(&c.From, fault.Days("BAT-23", 1970, 9999)),
		validation.Field(&c.To, fault.Days("BAT-23", 1970, 9999), fault.NotBefore("BAT-23", "ends_before_start", c.From)),
	)
}

var (
	groups = casemgmt.Keep(Tx.ServiceGroups, event.ServiceGroupCreated, event.ServiceGroupChanged, casemgmt.MayManage, nil)
	codes  = casemgmt.Keep(Tx.ServiceCodes, event.ServiceCodeCreated, event.ServiceCodeChanged, casemgmt.MayManage, fitCode)
)

// fitCode: a code's group is one of the agency.
func fitCode(ctx context.Context, u *Unit, next, _ *ServiceCode) error {
	var bad fault.Issues
	if err := casemgmt.Exists(ctx, bad.Place("BAT-06", "/group"), u.Tx.ServiceGroups(), next.Group); err != nil {
		return err
	}
	return bad.Err()
}

// CreateServiceGroup adds a service group. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CreateServiceGroup(ctx context.Context, in ServiceGroup) (*ServiceGroup, error) {
	return casemgmt.Change(ctx, s.work, in, groups.Add)
}

// UpdateServiceGroup changes a service group. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateServiceGroup(ctx context.Context, in ServiceGroup) (*ServiceGroup, error) {
	return casemgmt.Change(ctx, s.work, in, groups.Put)
}

// ServiceGroup is one service group. It fails with fault.ErrNotFound.
func (s *Service) ServiceGroup(ctx context.Context, key ServiceGroupID) (*ServiceGroup, error) {
	return casemgmt.Read(ctx, s.work, key, groups.Get)
}

// ServiceGroups lists the agency's service groups by English name.
func (s *Service) ServiceGroups(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[ServiceGroup], error) {
	return casemgmt.ReadMany(ctx, s.work, p, casemgmt.ListOf(Tx.ServiceGroups))
}

// CreateServiceCode adds a service code. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CreateServiceCode(ctx context.Context, in ServiceCode) (*ServiceCode, error) {
	return casemgmt.Change(ctx, s.work, in, codes.Add)
}

// UpdateServiceCode changes a service code. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateServiceCode(ctx context.Context, in ServiceCode) (*ServiceCode, error) {
	return casemgmt.Change(ctx, s.work, in, codes.Put)
}

// ServiceCode is one service code. It fails with fault.ErrNotFound.
func (s *Service) ServiceCode(ctx context.Context, key ServiceCodeID) (*ServiceCode, error) {
	return casemgmt.Read(ctx, s.work, key, codes.Get)
}

// ServiceCodes lists the codes of a group by English name, or all of them by
// group (BAT-06). It fails with *fault.Invalid.
func (s *Service) ServiceCodes(ctx context.Context, group ServiceGroupID, p casemgmt.PageRequest) (casemgmt.Page[ServiceCode], error) {
	return casemgmt.ReadMany(ctx, s.work, p, func(ctx context.Context, u *Unit, p casemgmt.PageRequest) (casemgmt.Page[ServiceCode], error) {
		if group.IsZero() {
			return u.Tx.ServiceCodes().List(ctx, p)
		}
		var bad fault.Issues
		err := casemgmt.Exists(ctx, bad.Place("BAT-06", "/group"), u.Tx.ServiceGroups(), group)
		if err = cmp.Or(err, bad.Err()); err != nil {
			return casemgmt.Page[ServiceCode]{}, err
		}
		return u.Tx.ServiceCodes().OfGroup(ctx, group, p)
	})
}
