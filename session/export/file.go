package export

import (
	"bytes"
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// mayOpen: a run is opened by whoever may make it; one with private forms by a
// manager of its program (ACC-10, ACC-14).
func mayOpen(ctx context.Context, me casemgmt.Caller, r *Run) error {
	if err := mayExport(ctx, me, r.Program); err != nil {
		return err
	}
	if r.Private && !slices.Contains(me.Manages, r.Program.String()) {
		return fault.ErrForbidden
	}
	return nil
}

// opened is a run that the caller may open.
func opened(ctx context.Context, tx Tx, me casemgmt.Caller, key RunID) (*Run, error) {
	r, err := tx.ExportRun(ctx, key)
	if err != nil {
		return nil, err
	}
	return r, mayOpen(ctx, me, r)
}

// Run is one run with its files and what became of their records. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Run(ctx context.Context, key RunID) (*Run, error) {
	var out *Run
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		out, err = opened(ctx, tx, me, key)
		return err
	})
	return out, err
}

// Runs lists the runs, the latest first: of one program, or of all to whoever
// may export the whole agency. Runs with private forms are listed without their
// files to others than their managers. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Runs(ctx context.Context, program casemgmt.ProgramID, p casemgmt.PageRequest) (casemgmt.Page[Run], error) {
	var out casemgmt.Page[Run]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		if err := mayExport(ctx, me, program); err != nil {
			return err
		}
		out, err = tx.ExportRuns(ctx, program, p)
		for i := range out.Items {
			if mayOpen(ctx, me, &out.Items[i]) != nil {
				out.Items[i].Files = []*File{}
			}
		}
		return err
	})
	return out, err
}

// Download is a file as it was made. It fails with fault.ErrNotFound or
// fault.ErrForbidden; the reading is logged as an event.
func (s *Service) Download(ctx context.Context, run RunID, key FileID) (*File, []byte, error) {
	var file *File
	var content []byte
	ctx = casemgmt.Once(ctx, "") // the content is not kept for a repeated call
	err := s.work.Update(ctx, key, &file, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		if _, err := opened(ctx, tx, me, run); err != nil {
			return event.Event{}, err
		}
		var err error
		if file, content, err = tx.ExportContent(ctx, run, key); err != nil {
			return event.Event{}, err
		}
		if err := consented(ctx, tx, file); err != nil {
			return event.Event{}, err
		}
		return event.New("export.downloaded", key.String(), 0), stillOpen(ctx, tx, me, file)
	})
	return file, content, err
}

// Fill is a file's records in a workbook that was just downloaded from the
// funder, all of whose parts are kept. The ledger does not change: it is the
// same file in another wrapping, with another checksum. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Fill(ctx context.Context, run RunID, key FileID, base []byte) (*File, []byte, error) {
	file, content, err := s.Download(ctx, run, key)
	if err != nil {
		return nil, nil, err
	}
	format, err := s.formatOf(ctx, run)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	err = format.Fill(&b, file.Kind, content, base)
	return file, b.Bytes(), err
}

func (s *Service) formatOf(ctx context.Context, run RunID) (Format, error) {
	var out Format
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		r, err := opened(ctx, tx, me, run)
		if err != nil {
			return err
		}
		out, err = s.format(ctx, tx, r.Funder)
		return err
	})
	return out, err
}

func (s *Service) format(ctx context.Context, tx Tx, key casemgmt.FunderID) (Format, error) {
	funder, err := tx.Funders().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	format := s.formats[funder.System]
	if format == nil {
		var bad fault.Issues
		bad.Add("XPT-04", "/funder", "no_format")
		return nil, bad.Err()
	}
	return format, nil
}

// MarkSent says that a file was given to the funder.
type MarkSent struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Version int64  `json:"version"` // of the file
}

// MarkSent says that a file was given to the funder: its records are pending and
// in no other file until it answers (XPT-07). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) MarkSent(ctx context.Context, cmd MarkSent) (*File, error) {
	return s.move(ctx, cmd, cmd.Run, cmd.ID, cmd.Version, "export.sent", func(ctx context.Context, tx Tx, me casemgmt.Caller, f *File) error {
		if err := inState(f, Made); err != nil {
			return err
		}
		if err := consented(ctx, tx, f); err != nil {
			return err
		}
		f.State = Sent
		return tx.MoveRows(ctx, f.ID, session.Exported, session.Pending, me.Now)
	})
}

// Discard says that a file was never given to the funder and never will be.
type Discard struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Version int64  `json:"version"`
}

// Discard gives a file up that was not sent: its records can be in another one,
// and what they took the place of counts again. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid
// when the file was sent.
func (s *Service) Discard(ctx context.Context, cmd Discard) (*File, error) {
	return s.move(ctx, cmd, cmd.Run, cmd.ID, cmd.Version, "export.discarded", func(ctx context.Context, tx Tx, me casemgmt.Caller, f *File) error {
		if err := inState(f, Made); err != nil {
			return err
		}
		f.State = Discarded
		if err := tx.MoveRows(ctx, f.ID, session.Exported, session.Superseded, me.Now); err != nil {
			return err
		}
		return tx.RestoreReplaced(ctx, f.ID)
	})
}

// Accept says that the funder has processed a file.
type Accept struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Version int64  `json:"version"`
	// Accepted is how many records the funder says it accepted; it must be what
	// is left of the file without those that were rejected, so that no
	// rejection is overlooked.
	Accepted int `json:"accepted"`
}

// Accept says that the funder has processed a file and accepted all records but
// those that were read back as rejected before. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Accept(ctx context.Context, cmd Accept) (*File, error) {
	return s.move(ctx, cmd, cmd.Run, cmd.ID, cmd.Version, "export.accepted", func(ctx context.Context, tx Tx, me casemgmt.Caller, f *File) error {
		if err := inState(f, Made, Sent); err != nil {
			return err
		}
		left := f.States[session.Pending] + f.States[session.Exported] + f.States[session.Accepted]
		if cmd.Accepted != left {
			var bad fault.Issues
			bad.Add("XPT-08", "/accepted", "count_differs", "count", left)
			return bad.Err()
		}
		f.State = Answered
		for _, from := range []session.ExportState{session.Exported, session.Pending} {
			if err := tx.MoveRows(ctx, f.ID, from, session.Accepted, me.Now); err != nil {
				return err
			}
		}
		return nil
	})
}

// stillOpen keeps a file whose forms were made private since from whoever does
// not manage their programs (ACC-10).
func stillOpen(ctx context.Context, tx Tx, me casemgmt.Caller, f *File) error {
	programs, err := tx.PrivateIn(ctx, f.ID)
	if err != nil {
		return err
	}
	for _, p := range programs {
		if !slices.Contains(me.Manages, p.String()) {
			return fault.ErrForbidden
		}
	}
	return nil
}

// consented keeps a file from being sent in which a client is who has withdrawn
// the consent since it was made (ANO-09); it is to be discarded.
func consented(ctx context.Context, tx Tx, f *File) error {
	if f.State != Made {
		return nil
	}
	n, err := tx.WithdrawnIn(ctx, f.ID)
	if err != nil {
		return err
	}
	var bad fault.Issues
	if n > 0 {
		bad.Add("ANO-09", "/id", "withdrawn_in_file", "count", n)
	}
	return bad.Err()
}

func inState(f *File, states ...FileState) error {
	var bad fault.Issues
	if !slices.Contains(states, f.State) {
		bad.Add("XPT-12", "/id", "file_state", "state", string(f.State))
	}
	return bad.Err()
}

// move changes a file and its rows in one unit of work.
func (s *Service) move(ctx context.Context, cmd any, run RunID, key FileID, version int64, kind string,
	do func(context.Context, Tx, casemgmt.Caller, *File) error) (*File, error) {
	var out *File
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		if _, err := opened(ctx, tx, me, run); err != nil {
			return event.Event{}, err
		}
		f, err := tx.LockExportFile(ctx, run, key)
		if err != nil {
			return event.Event{}, err
		}
		if f.Version != version {
			return event.Event{}, fault.ErrConflict
		}
		if err := do(ctx, tx, me, f); err != nil {
			return event.Event{}, err
		}
		if err := tx.UpdateExportFile(ctx, f); err != nil {
			return event.Event{}, err
		}
		if out, err = tx.LockExportFile(ctx, run, key); err != nil {
			return event.Event{}, err
		}
		return event.New(kind, f.ID.String(), f.Version), nil
	})
	return out, err
}
