package casemgmt

import (
	"context"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/forms"
)

// Service is the agency, its people and its clients.
type Service struct{ work Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg Config) (*Service, error) {
	work, err := NewWork(run, cfg,
		Again(viewClient), Freely[Tx, *Agency](), Freely[Tx, *Site](), Freely[Tx, *Program](), Freely[Tx, *Funder](),
		Freely[Tx, *Contact](), Freely[Tx, *Staff](), Freely[Tx, *Statement]())
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }

// Forms are the service forms and lists of the caller's agency: those of its extensions,
// and those that all agencies have.
func (s *Service) Forms(ctx context.Context) (*forms.Registry, error) {
	return Read(ctx, s.work, struct{}{}, ownForms)
}

func ownForms(_ context.Context, u *Unit, _ struct{}) (*forms.Registry, error) { return u.Forms, nil }

// Feed lists the agency's events behind a cursor, oldest first, at most 200.
// It fails with fault.ErrForbidden, or *fault.Invalid for a foreign cursor.
func (s *Service) Feed(ctx context.Context, after string, limit int) (event.Page, error) {
	return Read(ctx, s.work, PageRequest{After: after, Limit: limit}, feed)
}

func feed(ctx context.Context, u *Unit, p PageRequest) (event.Page, error) {
	if err := u.Allow(ctx, access.ReadEvents, access.Resource{Kind: access.Events}); err != nil {
		return event.Page{}, err
	}
	return u.Tx.Events().Feed(ctx, p.After, p.Size())
}
