package export

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// Tx is what exports need of their storage in a unit of work, bound to one agency.
type Tx interface {
	session.Tx

	// Served are the forms of complete services of the period and program, by
	// client and date, in groups of whole clients with about so many forms each.
	Served(ctx context.Context, c Criteria, size int) ([][]session.FormID, error)
	// Due are those of some forms that the funder pays for, or that name no funder,
	// in the same order.
	Due(ctx context.Context, f casemgmt.FunderID, keys []session.FormID) ([]*Due, error)
	// Unfinished counts the forms of incomplete sessions in the same way.
	Unfinished(ctx context.Context, c Criteria, kinds []string) (int, error)
	// Gone counts the services of the criteria that the funder has, or will
	// have, and that the agency does not count any more.
	Gone(ctx context.Context, c Criteria) (int, error)
	// Clients are some clients.
	Clients(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Client, error)
	// ClientRows are the rows of clients at a funder that no later one replaced.
	ClientRows(ctx context.Context, f casemgmt.FunderID, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*Row, error)

	// FormVersions are the versions of some forms, of their sessions and clients.
	FormVersions(ctx context.Context, keys []session.FormID) (map[session.FormID]Versions, error)
	// WithdrawnIn counts the records of a file whose clients have withdrawn their
	// consent.
	WithdrawnIn(ctx context.Context, f FileID) (int, error)
	// PrivateIn are the programs of the forms of a file that are private now.
	PrivateIn(ctx context.Context, f FileID) ([]casemgmt.ProgramID, error)

	// ProfileRows are the rows of a client's profile that no later one replaced, of
	// all agreements.
	ProfileRows(ctx context.Context, c casemgmt.ClientID) ([]*Row, error)

	// InsertExport writes a run with its files and rows, and takes the place of
	// the rows that they replace. It fails with fault.ErrConflict when a record
	// is in another file by now.
	InsertExport(ctx context.Context, r *Run, contents map[FileID][]byte, rows []*Row) error
	ExportRun(ctx context.Context, key RunID) (*Run, error)
	// ExportRuns lists runs, the latest first, of one program or of all.
	ExportRuns(ctx context.Context, p casemgmt.ProgramID, page casemgmt.PageRequest) (casemgmt.Page[Run], error)
	// LockExportFile is a file that nobody else changes until the unit ends.
	LockExportFile(ctx context.Context, r RunID, key FileID) (*File, error)
	UpdateExportFile(ctx context.Context, f *File) error
	ExportContent(ctx context.Context, r RunID, key FileID) (*File, []byte, error)
	// MoveRows gives the rows of a file that have a state another one.
	MoveRows(ctx context.Context, f FileID, from, to session.ExportState, now time.Time) error
	// RestoreReplaced brings back the rows that a file's rows replaced.
	RestoreReplaced(ctx context.Context, f FileID) error
	// ExportRows are rows of a file by their numbers.
	ExportRows(ctx context.Context, f FileID, numbers []int) (map[int]*Row, error)
	UpdateExportRow(ctx context.Context, r *Row) error
	// RowsOf lists the rows of a run, of one state or of all.
	RowsOf(ctx context.Context, r RunID, s session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*Row], error)
	// RejectedRows lists a worker's rejected rows, the longest rejected first.
	RejectedRows(ctx context.Context, w casemgmt.StaffID, p casemgmt.PageRequest) (casemgmt.Page[*Row], error)
	// DueForms are some forms as Due has them, complete or not.
	DueForms(ctx context.Context, keys []session.FormID) (map[session.FormID]*Due, error)
}

// Due is a service form in its session, of which it has the details alone.
type Due struct {
	Form       *session.Form
	Session    *session.Session
	ClientKind casemgmt.ClientKind
	// Row of the ledger that no later one replaced; nil while the form was in no file.
	Row *Row
}

// Runner opens units of work on the storage of exports.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}

// Service makes exports and follows what becomes of them.
type Service struct {
	work    casemgmt.Work[Tx]
	cfg     casemgmt.Config
	formats map[string]Format
}

// New makes the service over a storage's runner, with the formats that the
// agency's funders take.
func New(run Runner, cfg casemgmt.Config, formats ...Format) (*Service, error) {
	work, cfg, err := casemgmt.NewWork[Tx](cfg, run.View, run.Update)
	if err != nil {
		return nil, err
	}
	s := &Service{work: work, cfg: cfg, formats: map[string]Format{}}
	for _, f := range formats {
		if _, twice := s.formats[f.System()]; twice {
			return nil, fmt.Errorf("export: the format %s is given twice", f.System())
		}
		s.formats[f.System()] = f
	}
	return s, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service {
	work, _, _ := casemgmt.NewWork[Tx](s.cfg, run.View, run.Update) // the Config was accepted before
	return &Service{work, s.cfg, s.formats}
}

// maxDays bounds the period of a run.
const maxDays = 366

// mayExport: whoever exports, of a program or of the whole agency, opens clients'
// profiles with it (ACC-02, ACC-07, ACC-14).
func mayExport(ctx context.Context, me casemgmt.Caller, p casemgmt.ProgramID) error {
	if err := me.AllowClients(ctx); err != nil {
		return err
	}
	return me.Allow(ctx, access.Export, access.Resource{Program: p.String()})
}

// begin checks the criteria and the caller's right, and finds the funder and
// its format. A run is for the bulk-upload operator or an administrator
// (ACC-07), or for the manager of its program.
func (s *Service) begin(ctx context.Context, tx Tx, me casemgmt.Caller, c Criteria) (*casemgmt.Funder, Format, error) {
	if err := mayExport(ctx, me, c.Program); err != nil {
		return nil, nil, err
	}
	var bad fault.Issues
	bad.Required("XPT-11", "/funder", !c.Funder.IsZero())
	bad.Required("XPT-11", "/from", !c.From.IsZero())
	bad.Required("XPT-11", "/to", !c.To.IsZero())
	switch {
	case c.From.IsZero() || c.To.IsZero():
	case c.From.After(c.To):
		bad.Add("XPT-11", "/to", "ends_before_start")
	case c.To.DaysSince(c.From) >= maxDays:
		bad.Add("XPT-11", "/to", "date_range")
	}
	if err := casemgmt.Exists(ctx, &bad, "XPT-11", "/program", tx.Programs(), c.Program); err != nil {
		return nil, nil, err
	}
	if c.Funder.IsZero() {
		return nil, nil, bad.Err()
	}
	funder, err := tx.Funders().Get(ctx, c.Funder)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("XPT-11", "/funder", "no_such_record")
		return nil, nil, bad.Err()
	case err != nil:
		return nil, nil, err
	}
	format := s.formats[funder.System]
	if format == nil {
		bad.Add("XPT-04", "/funder", "no_format")
	}
	return funder, format, bad.Err()
}
