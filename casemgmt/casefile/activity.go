package casefile

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// ActivityID identifies an outlet activity.
type ActivityID = id.Of[Activity]

// Activity is what the agency is funded to do at an outlet, which is one of its sites. A
// case belongs to one (CAS-03).
type Activity struct {
	casemgmt.Head[Activity]
	Name    string             `json:"name"`
	Site    casemgmt.SiteID    `json:"site"`    // the outlet
	Program casemgmt.ProgramID `json:"program"` // whose staff keep the cases
	// Number is what the funder has given it, 1 to 4294967295.
	Number int `json:"number"`
	// ServiceTypes are those that the funder takes of it, codes of the list of that name;
	// none is not known.
	ServiceTypes []string `json:"service_types,omitempty"`
	// From and To are its first and last day; empty is without an end.
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"`
}

// Validate says what is wrong with the activity's own fields.
func (a Activity) Validate() error {
	return fault.Check(&a,
		validation.Field(&a.Name, fault.Required("CAS-03"), fault.Line("CAS-03", 200)),
		validation.Field(&a.Site, fault.Required("CAS-03")),
		validation.Field(&a.Program, fault.Required("CAS-03")),
		validation.Field(&a.Number, fault.Required("CAS-03"), fault.Between("CAS-03", 1, 4294967295)),
		validation.Field(&a.ServiceTypes, fault.AtMost("CAS-03", 500), fault.All(fault.Each[string](fault.Required("CAS-03")), fault.Distinct[string]("CAS-03"))),
		validation.Field(&a.From, fault.Days("CAS-03", 1990, 9999)),
		validation.Field(&a.To, fault.Days("CAS-03", 1990, 9999), fault.NotBefore("CAS-03", "ends_before_start", a.From)),
	)
}

// On says whether there is the activity on a day.
func (a *Activity) On(d civil.Date) bool {
	return !d.Before(a.From) && (a.To.IsZero() || !d.After(a.To))
}

func activitiesOf(tx Tx) casemgmt.Listed[Activity] { return tx.Activities() }

var activities = casemgmt.Keep(activitiesOf, event.ActivityCreated, event.ActivityChanged, casemgmt.MayManage, fitActivity)

// fitActivity: site and program are the agency's, and service types are in use. A program
// stays once cases may be seen by its staff.
func fitActivity(ctx context.Context, u *Unit, next, before *Activity) error {
	var bad fault.Issues
	if err := casemgmt.Exists(ctx, bad.Place("CAS-03", "/site"), u.Tx.Sites(), next.Site); err != nil {
		return err
	}
	if err := casemgmt.Exists(ctx, bad.Place("CAS-03", "/program"), u.Tx.Programs(), next.Program); err != nil {
		return err
	}
	if before != nil && before.Program != next.Program {
		bad.Add("CAS-03", "/program", "cannot_change")
	}
	for i, code := range next.ServiceTypes {
		if before != nil && slices.Contains(before.ServiceTypes, code) {
			continue
		}
		if err := choose(ctx, u, bad.Place("DEX-12", fault.At("/service_types", i)), ServiceTypes, code, u.Today); err != nil {
			return err
		}
	}
	return bad.Err()
}

// CreateActivity adds an outlet activity. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateActivity(ctx context.Context, in Activity) (*Activity, error) {
	return casemgmt.Change(ctx, s.work, in, activities.Add)
}

// UpdateActivity changes an outlet activity; its program stays. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateActivity(ctx context.Context, in Activity) (*Activity, error) {
	return casemgmt.Change(ctx, s.work, in, activities.Put)
}

// Activity is one outlet activity. It fails with fault.ErrNotFound.
func (s *Service) Activity(ctx context.Context, key ActivityID) (*Activity, error) {
	return casemgmt.Read(ctx, s.work, key, activities.Get)
}

// Activities lists the agency's outlet activities by name.
func (s *Service) Activities(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Activity], error) {
	return casemgmt.ReadMany(ctx, s.work, p, casemgmt.ListOf(activitiesOf))
}

// ofProgram is a program's case files for a policy.
func ofProgram(p casemgmt.ProgramID) access.Resource {
	return access.Resource{Kind: access.CaseFiles, Program: p.String()}
}
