package batch

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Service is batch services.
type Service struct {
	work   casemgmt.Work[Tx]
	gather *gather // nil within a transaction of the host
}

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(seenBatch), casemgmt.Again(counted),
		casemgmt.If(func(ctx context.Context, u *Unit, c ReverseEntry) error { return onlySeen(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c RestoreEntry) error { return onlySeen(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c AddClients) error { return onlySeen(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c Scans) error { return onlySeen(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c Post) error { return onlySeen(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c RestoreRun) error { return onlySeen(ctx, u, c.ID) }))
	if err != nil {
		return nil, err
	}
	return &Service{work, newGather()}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run), nil} }

// mayRun asks for the right to make and use the batches of a program.
func mayRun(ctx context.Context, u *Unit, p casemgmt.ProgramID) error {
	return u.Allow(ctx, access.RunBatches, access.Resource{Kind: access.Batches, Program: p.String()})
}

// sees fails when the batches of a program are not the caller's to see (ACC-03).
func sees(ctx context.Context, u *Unit, p casemgmt.ProgramID) error {
	if !u.SeesProgram(ctx, access.Batches, p) {
		return fault.ErrForbidden
	}
	return nil
}
