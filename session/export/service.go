package export

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service makes exports and follows what becomes of them.
type Service struct {
	work    casemgmt.Work[Tx]
	formats formats
}

// New makes the service over a storage's runner, with the formats that the
// agency's funders take. Each must be one of Config.Systems: else no funder could
// name it.
func New(run Runner, cfg casemgmt.Config, of ...Format) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(readRun),
		casemgmt.If(func(ctx context.Context, u *Unit, c MarkSent) error { return mayOpenRun(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c Discard) error { return mayOpenRun(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c Accept) error { return mayOpenRun(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c ReadAnswer) error { return mayOpenRun(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c Reject) error { return mayOpenRun(ctx, u, c.Run) }),
		casemgmt.If(func(ctx context.Context, u *Unit, c SetRecordID) error { return mayOpenRun(ctx, u, c.Run) }))
	if err != nil {
		return nil, err
	}
	s := &Service{work, formats{}}
	for _, f := range of {
		if f == nil {
			return nil, errors.New("export: a format is nil")
		}
		_, services := f.(Services)
		if _, source := f.(Source); !services && !source {
			return nil, fmt.Errorf("export: the format %s is neither a Services nor a Source", f.System())
		}
		system := f.System()
		if _, twice := s.formats[system]; twice {
			return nil, fmt.Errorf("export: the format %s is given twice", system)
		}
		if !cfg.Has(system) {
			return nil, fmt.Errorf("export: the format %s is not in Config.Systems, so that no funder can have it", system)
		}
		s.formats[system] = f
	}
	return s, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run), s.formats} }

// formats are those that the service was made with, by the name of their system.
type formats map[string]Format

// of is the format of a funder. It fails with *fault.Invalid when there is none
// (any more).
func (fs formats) of(ctx context.Context, u *Unit, key casemgmt.FunderID) (Format, error) {
	funder, err := u.Tx.Funders().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	format := fs[funder.System]
	if format == nil {
		return nil, noFormat("/funder")
	}
	return format, nil
}

// noFormat says that there is no format (XPT-04), or that it cannot do what is asked.
func noFormat(path string) error {
	var bad fault.Issues
	bad.Add("XPT-04", path, "no_format")
	return bad.Err()
}

// begin asks for the right to a run, and finds the funder and its format. A run is
// for the bulk-upload operator or an administrator (ACC-07), or for the manager of
// its program.
func (fs formats) begin(ctx context.Context, u *Unit, c Criteria) (*casemgmt.Funder, Format, error) {
	if err := mayExport(ctx, u.Caller, c.Program); err != nil {
		return nil, nil, err
	}
	var bad fault.Issues
	if err := casemgmt.Exists(ctx, bad.Place("XPT-11", "/program"), u.Tx.Programs(), c.Program); err != nil {
		return nil, nil, err
	}
	if err := casemgmt.Exists(ctx, bad.Place("XPT-11", "/site"), u.Tx.Sites(), c.Site); err != nil {
		return nil, nil, err
	}
	funder, err := casemgmt.Find(ctx, bad.Place("XPT-11", "/funder"), u.Tx.Funders(), c.Funder)
	if err != nil {
		return nil, nil, err
	}
	var format Format
	if funder != nil {
		if format = fs[funder.System]; format == nil {
			bad.Add("XPT-04", "/funder", "no_format")
		}
	}
	return funder, format, bad.Err()
}
