// Package followup has what is done for a client after the service: so far
// settlement plans.
//
// Rule ids in comments and issues (PLN-04) are those of docs/rules.md.
package followup

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Tx is what follow-up needs of its storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx
	Plans() casemgmt.OfClient[Plan]
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service is follow-up.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(plan))
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }

// PlanID identifies a settlement plan.
type PlanID = id.Of[Plan]

// Plan is a client's settlement plan, so far its goals and the day on which it
// was shared. A needs assessment that says "completed" links to one (FLD-needs-2).
type Plan struct {
	casemgmt.Head[Plan]
	Client casemgmt.ClientID `json:"client"`
	Goals  []string          `json:"goals"`
	Shared civil.Date        `json:"shared,omitzero"`
}

// Validate says what is wrong with the plan's own fields.
func (p Plan) Validate() error {
	return fault.Check(&p,
		validation.Field(&p.Client, fault.Required("PLN-04")),
		validation.Field(&p.Goals, fault.Required("PLN-04"), fault.AtMost("PLN-04", 50), fault.Each[string](fault.Required("PLN-04"), fault.Note("PLN-04", 1000))),
	)
}

// Personal: events hold no values of a plan.
func (*Plan) Personal() {}

var plans = casemgmt.Keep(Tx.Plans, event.PlanCreated, event.PlanChanged, casemgmt.MayRecord, fitPlan)

// fitPlan: an anonymous client has no settlement plan (ANO-06), and a plan
// stays with its client (ANO-05).
func fitPlan(ctx context.Context, u *Unit, next, before *Plan) error {
	var bad fault.Issues
	client, err := casemgmt.Find(ctx, bad.Place("PLN-04", "/client"), u.Tx.Clients(), next.Client)
	if err != nil {
		return err
	}
	if client != nil && client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	if before != nil && before.Client != next.Client {
		bad.Add("ANO-05", "/client", "cannot_change")
	}
	return bad.Err()
}

// CreatePlan starts a settlement plan of a named client. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreatePlan(ctx context.Context, in Plan) (*Plan, error) {
	return casemgmt.Change(ctx, s.work, in, plans.Add)
}

// UpdatePlan changes a settlement plan. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdatePlan(ctx context.Context, in Plan) (*Plan, error) {
	return casemgmt.Change(ctx, s.work, in, plans.Put)
}

// Plan is one settlement plan. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Plan(ctx context.Context, key PlanID) (*Plan, error) {
	return casemgmt.Read(ctx, s.work, key, plan)
}

func plan(ctx context.Context, u *Unit, key PlanID) (*Plan, error) {
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	if !u.SeesCare() {
		return nil, fault.ErrForbidden
	}
	p, err := u.Tx.Plans().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Log(event.PlanViewed, p, casemgmt.AboutClients(p.Client)...)
	return p, nil
}
