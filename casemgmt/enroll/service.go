// Package enroll has what ties clients to programs and keeps them out: enrollments
// with their intake, bars, scan cards, and the service codes that are given within
// an enrollment.
//
// Rule ids in comments and issues (ENR-03) are those of docs/rules.md.
package enroll

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Tx is what enrollments need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx

	Enrollments() Enrollments
	Bars() Bars
	Cards() Cards
	ServiceGroups() casemgmt.Listed[ServiceGroup]
	ServiceCodes() ServiceCodes
}

// Enrollments are those of the agency's clients.
type Enrollments interface {
	casemgmt.OfClient[Enrollment]
	// ServiceDays is the first and the last day of the services in an enrollment that
	// were not reversed; zero without any.
	ServiceDays(ctx context.Context, e *Enrollment) (first, last civil.Date, err error)
	// Active lists who is enrolled in a program on a day, by name.
	Active(ctx context.Context, q EnrolledIn, p casemgmt.PageRequest) (casemgmt.Page[EnrolledClient], error)
}

// Bars are those of the agency's clients.
type Bars interface {
	casemgmt.OfClient[Bar]
	// At lists the bars that work at a place on a day, by the clients' names.
	At(ctx context.Context, q BarsAt, p casemgmt.PageRequest) (casemgmt.Page[BarredClient], error)
}

// Cards are those of the agency's clients.
type Cards interface {
	casemgmt.OfClient[Card] // Insert fails with fault.ErrConflict when the value was used
	// ByValue is the card with a value, whether it works or not.
	ByValue(ctx context.Context, value string) (*Card, error)
}

// ServiceCodes are listed by group and name.
type ServiceCodes interface {
	casemgmt.Listed[ServiceCode]
	// OfGroup lists the codes of one group by name.
	OfGroup(ctx context.Context, group ServiceGroupID, p casemgmt.PageRequest) (casemgmt.Page[ServiceCode], error)
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service is enrollments, bars, cards and service codes.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg,
		casemgmt.Again(bar), casemgmt.Again(card), casemgmt.Again(enrollment),
		casemgmt.Freely[Tx, *ServiceGroup](), casemgmt.Freely[Tx, *ServiceCode](), casemgmt.Freely[Tx, []ServiceCode]())
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }

// shown are what a client has, the latest first, as far as the caller may see it.
// see may change what is shown.
func shown[T any](ctx context.Context, u *Unit, key casemgmt.ClientID, of casemgmt.OfClient[T], see func(*T) bool) ([]*T, error) {
	if _, err := casemgmt.Tracked(ctx, u, key, "/client"); err != nil {
		return nil, err
	}
	found, err := of.Of(ctx, key)
	out := []*T{}
	for _, x := range slices.Backward(found) {
		if see(x) {
			out = append(out, x)
		}
	}
	return out, err
}

// ofProgram is a program as the subject of a policy.
func ofProgram(kind access.Kind, p casemgmt.ProgramID) access.Resource {
	return access.Resource{Kind: kind, Program: p.String()}
}
