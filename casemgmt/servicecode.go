package casemgmt

import (
	"context"
	"errors"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// ServiceGroupID identifies a service group.
type ServiceGroupID = id.Of[ServiceGroup]

// ServiceGroup is what service codes are found by (BAT-06).
type ServiceGroup struct {
	Head[ServiceGroup]
	Name i18n.Text `json:"name"`
}

func (g *ServiceGroup) check(*forms.Registry) fault.Issues { return checkText(g.Name) }

// ServiceCodeID identifies a service code.
type ServiceCodeID = id.Of[ServiceCode]

// ServiceCode is a service that a batch can give (BAT-06). Codes are the
// agency's own; a code retires by its last day, it does not vanish.
type ServiceCode struct {
	Head[ServiceCode]
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

func (c *ServiceCode) check(*forms.Registry) fault.Issues {
	bad := checkText(c.Name)
	bad.Required("BAT-06", "/group", !c.Group.IsZero())
	for path, d := range map[string]civil.Date{"/from": c.From, "/to": c.To} {
		if !d.IsZero() && (!d.Valid() || d.Year < 1970) {
			bad.Add("BAT-23", path, "date_range")
		}
	}
	if !c.To.IsZero() && c.To.Before(c.From) {
		bad.Add("BAT-23", "/to", "ends_before_start")
	}
	return bad
}

func groupKey(x *ServiceGroup) (*ServiceGroupID, *int64) { return &x.ID, &x.Version }
func codeKey(x *ServiceCode) (*ServiceCodeID, *int64)    { return &x.ID, &x.Version }

func codeOfGroup(ctx context.Context, tx Tx, _ Caller, c *ServiceCode) error {
	var bad fault.Issues
	if err := Exists(ctx, &bad, "BAT-06", "/group", tx.ServiceGroups(), c.Group); err != nil {
		return err
	}
	return bad.Err()
}

// CreateServiceGroup adds a service group. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CreateServiceGroup(ctx context.Context, in ServiceGroup) (*ServiceGroup, error) {
	return create(ctx, s, "service_group", in, Tx.ServiceGroups, (*ServiceGroup).check, groupKey, nil)
}

// UpdateServiceGroup changes a service group. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateServiceGroup(ctx context.Context, in ServiceGroup) (*ServiceGroup, error) {
	return replace(ctx, s, "service_group", in, Tx.ServiceGroups, (*ServiceGroup).check, groupKey, nil)
}

// ServiceGroup is one service group. It fails with fault.ErrNotFound.
func (s *Service) ServiceGroup(ctx context.Context, key ServiceGroupID) (*ServiceGroup, error) {
	return get(ctx, s, key, Tx.ServiceGroups)
}

// ServiceGroups lists the agency's service groups by English name.
func (s *Service) ServiceGroups(ctx context.Context, p PageRequest) (Page[ServiceGroup], error) {
	return list(ctx, s, p, Tx.ServiceGroups)
}

// CreateServiceCode adds a service code. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CreateServiceCode(ctx context.Context, in ServiceCode) (*ServiceCode, error) {
	return create(ctx, s, "service_code", in, Tx.ServiceCodes, (*ServiceCode).check, codeKey, codeOfGroup)
}

// UpdateServiceCode changes a service code. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateServiceCode(ctx context.Context, in ServiceCode) (*ServiceCode, error) {
	return replace(ctx, s, "service_code", in, Tx.ServiceCodes, (*ServiceCode).check, codeKey, codeOfGroup)
}

// ServiceCode is one service code. It fails with fault.ErrNotFound.
func (s *Service) ServiceCode(ctx context.Context, key ServiceCodeID) (*ServiceCode, error) {
	return get(ctx, s, key, Tx.ServiceCodes)
}

// ServiceCodes lists the codes of a group by English name, or all of them by
// group (BAT-06).
func (s *Service) ServiceCodes(ctx context.Context, group ServiceGroupID, p PageRequest) (Page[ServiceCode], error) {
	if group.IsZero() {
		return list(ctx, s, p, Tx.ServiceCodes)
	}
	var out Page[ServiceCode]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, _ Caller) (err error) {
		out, err = tx.CodesOf(ctx, group, p)
		return err
	})
	return out, err
}

// DayShelter is the default code for day shelter visits, as the funder spells it (BAT-07).
const DayShelter = "Day Shelter – Homeless Drop-In Centers"

// stockCodes are what an agency may start with: groups, and their codes.
var stockCodes = []struct {
	group i18n.Text
	codes []i18n.Text
}{
	{i18n.T("Day Shelter", "Refuge de jour"), []i18n.Text{i18n.T(DayShelter, "Refuge de jour – Haltes-accueil pour personnes en situation d’itinérance")}},
	{i18n.T("Meals", "Repas"), []i18n.Text{i18n.T("Breakfast", "Déjeuner"), i18n.T("Lunch", "Dîner"), i18n.T("Supper", "Souper")}},
	{i18n.T("Counselling", "Counseling"), []i18n.Text{i18n.T("Individual counselling", "Counseling individuel"), i18n.T("Group counselling", "Counseling de groupe")}},
	{i18n.T("Financial assistance", "Aide financière"), []i18n.Text{i18n.T("Transit fare", "Titre de transport"), i18n.T("Identification fees", "Frais de pièces d’identité")}},
	{i18n.T("Basic needs", "Besoins essentiels"), []i18n.Text{i18n.T("Shower", "Douche"), i18n.T("Laundry", "Buanderie"), i18n.T("Clothing", "Vêtements")}},
}

// AddStockCodes gives the agency the stock groups and codes that it does not
// have yet, by their English names, and says which codes it has now from that
// list. It fails with fault.ErrForbidden.
func (s *Service) AddStockCodes(ctx context.Context) ([]ServiceCode, error) {
	var out []ServiceCode
	err := s.work.Update(ctx, "stock codes", &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := me.Allow(ctx, access.ManageAgency, access.Resource{}); err != nil {
			return event.Event{}, err
		}
		groups, err := all(ctx, tx.ServiceGroups())
		if err != nil {
			return event.Event{}, err
		}
		codes, err := all(ctx, tx.ServiceCodes())
		if err != nil {
			return event.Event{}, err
		}
		for _, stock := range stockCodes {
			var group *ServiceGroup
			for i := range groups {
				if groups[i].Name.En == stock.group.En {
					group = &groups[i]
				}
			}
			if group == nil {
				group = &ServiceGroup{Head: NewHead[ServiceGroup](), Name: stock.group}
				if err := tx.ServiceGroups().Insert(ctx, group); err != nil {
					return event.Event{}, err
				}
			}
			for _, name := range stock.codes {
				code, err := stockCode(ctx, tx, codes, group.ID, name)
				if err != nil {
					return event.Event{}, err
				}
				out = append(out, *code)
			}
		}
		return event.New("service_codes.added", me.Agency.Key, 0), nil
	})
	return out, err
}

func stockCode(ctx context.Context, tx Tx, have []ServiceCode, group ServiceGroupID, name i18n.Text) (*ServiceCode, error) {
	for i := range have {
		if have[i].Name.En == name.En {
			return &have[i], nil
		}
	}
	code := &ServiceCode{Head: NewHead[ServiceCode](), Group: group, Name: name}
	return code, tx.ServiceCodes().Insert(ctx, code)
}

// all reads a whole list.
func all[T any](ctx context.Context, r Records[T]) ([]T, error) {
	var out []T
	p := PageRequest{Limit: 200}
	for {
		page, err := r.List(ctx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if p.After = page.Next; p.After == "" {
			return out, nil
		}
	}
}

// locations makes sure that a program's locations are sites of the agency.
func (p *Program) locations(ctx context.Context, tx Tx) error {
	var bad fault.Issues
	for i, site := range p.Locations {
		_, err := tx.Sites().Get(ctx, site)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("BAT-05", fault.At("/locations", i), "no_such_record")
		case err != nil:
			return err
		}
	}
	return bad.Err()
}
