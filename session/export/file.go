package export

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// FileID identifies a file of a run.
type FileID = id.Of[File]

// FileState is how far a file has come.
type FileState string

// The states of files.
const (
	Made      FileState = "exported"
	Sent      FileState = "pending"
	Answered  FileState = "processed"
	Discarded FileState = "discarded" // it was never sent
)

// Values are all states of files.
func (FileState) Values() []FileState { return []FileState{Made, Sent, Answered, Discarded} }

// Valid says whether it is one of the states.
func (s FileState) Valid() bool { return slices.Contains(s.Values(), s) }

// File is a file of a run.
type File struct {
	casemgmt.Head[File]
	Run      RunID     `json:"run"`
	Kind     string    `json:"kind"`
	Title    i18n.Text `json:"title"`
	Number   int       `json:"number"` // of the files of its kind in the run, from 1
	Name     string    `json:"name"`
	Media    string    `json:"media,omitempty"` // its media type, such as application/xml
	Records  int       `json:"records"`
	Checksum string    `json:"checksum"` // SHA-256 of its content, in hexadecimal
	State    FileState `json:"state"`
	// States counts its records by state; filled in where a run is read.
	States map[session.ExportState]int `json:"states,omitempty"`
	// Warnings say of clients whose profiles the funder has not got (XPT-05); filled in
	// where a run is read, and where the file was sent or discarded.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Localize fills in the texts in a language.
func (f *File) Localize(l i18n.Lang) { f.Warnings = f.Warnings.In(l) }

// warn warns of services whose clients' profiles the funder has not got: those in
// the file, or when the file has profiles, those in files that were not discarded
// (XPT-05).
func (f *File) warn(ctx context.Context, u *Unit, funder casemgmt.FunderID) error {
	f.Warnings = nil
	if f.State == Answered {
		return nil
	}
	own, others, err := u.Tx.Files().WithoutProfile(ctx, f.ID, funder)
	if err != nil {
		return err
	}
	var bad fault.Issues
	if own > 0 && f.State != Discarded {
		bad.Warn("XPT-05", "/id", "profiles_unsent", "count", own)
	}
	if others > 0 && f.State == Discarded {
		bad.Warn("XPT-05", "/id", "profiles_needed", "count", others)
	}
	f.Warnings = bad
	return nil
}

// FileKey names a file of a run.
type FileKey struct {
	Run RunID  `json:"run"`
	ID  FileID `json:"id"`
}

// inState refuses what a file in another state is not there for (XPT-12).
func inState(f *File, states ...FileState) error {
	var bad fault.Issues
	if !slices.Contains(states, f.State) {
		bad.Add("XPT-12", "/id", "file_state", "state", string(f.State))
	}
	return bad.Err()
}

// stillOpen keeps a file whose forms were made private since from whoever does
// not manage their programs (ACC-10).
func stillOpen(ctx context.Context, u *Unit, f *File) error {
	programs, err := u.Tx.Files().PrivatePrograms(ctx, f.ID)
	if err != nil {
		return err
	}
	for _, p := range programs {
		if !slices.Contains(u.Manages, p.String()) {
			return fault.ErrForbidden
		}
	}
	return nil
}

// consented keeps a file from being sent in which a client is who has withdrawn
// the consent since it was made (ANO-09); it is to be discarded.
func consented(ctx context.Context, u *Unit, f *File) error {
	if f.State != Made {
		return nil
	}
	n, err := u.Tx.Files().Withdrawn(ctx, f.ID)
	if err != nil {
		return err
	}
	var bad fault.Issues
	if n > 0 {
		bad.Add("ANO-09", "/id", "withdrawn_in_file", "count", n)
	}
	return bad.Err()
}

// locked is a file that the caller may change, in the version that was read.
func locked(ctx context.Context, u *Unit, key FileKey, version int64) (*File, error) {
	if _, err := opened(ctx, u, key.Run); err != nil {
		return nil, err
	}
	f, err := u.Tx.Files().Lock(ctx, key.Run, key.ID)
	if err != nil {
		return nil, err
	}
	if f.Version != version {
		return nil, fault.ErrConflict
	}
	u.Was(f)
	return f, nil
}

// written writes a file whose rows were moved, reads how they are counted now, and says
// what was done with it.
func written(ctx context.Context, u *Unit, did event.Type, f *File) (*File, error) {
	if err := u.Tx.Files().Update(ctx, f); err != nil {
		return nil, err
	}
	out, err := u.Tx.Files().Lock(ctx, f.Run, f.ID)
	if err != nil {
		return nil, err
	}
	r, err := u.Tx.Runs().Get(ctx, f.Run)
	if err != nil {
		return nil, err
	}
	u.Log(did, out)
	return out, out.warn(ctx, u, r.Funder)
}

// MarkSent says that a file was given to the funder.
type MarkSent struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Version int64  `json:"version"` // of the file
}

// MarkSent says that a file was given to the funder: its records are pending and
// in no other file until it answers (XPT-07). The answer warns of services that went
// before their clients' profiles. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) MarkSent(ctx context.Context, cmd MarkSent) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, markSent)
}

func markSent(ctx context.Context, u *Unit, cmd MarkSent) (*File, error) {
	f, err := locked(ctx, u, FileKey{cmd.Run, cmd.ID}, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := inState(f, Made); err != nil {
		return nil, err
	}
	if err := consented(ctx, u, f); err != nil {
		return nil, err
	}
	f.State = Sent
	if err := u.Tx.Ledger().Move(ctx, f.ID, session.Exported, session.Pending, u.Now); err != nil {
		return nil, err
	}
	return written(ctx, u, event.ExportSent, f)
}

// Discard says that a file was never given to the funder and never will be.
type Discard struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Version int64  `json:"version"`
}

// Discard gives a file up that was not sent: its records can be in another one,
// and what they took the place of counts again. The answer warns of services in
// other files whose clients' profiles were in this one. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid
// when the file was sent.
func (s *Service) Discard(ctx context.Context, cmd Discard) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, discard)
}

func discard(ctx context.Context, u *Unit, cmd Discard) (*File, error) {
	f, err := locked(ctx, u, FileKey{cmd.Run, cmd.ID}, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := inState(f, Made); err != nil {
		return nil, err
	}
	f.State = Discarded
	if err := u.Tx.Ledger().Move(ctx, f.ID, session.Exported, session.Superseded, u.Now); err != nil {
		return nil, err
	}
	if err := u.Tx.Ledger().RestoreReplaced(ctx, f.ID); err != nil {
		return nil, err
	}
	return written(ctx, u, event.ExportDiscarded, f)
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
	return casemgmt.Change(ctx, s.work, cmd, accept)
}

func accept(ctx context.Context, u *Unit, cmd Accept) (*File, error) {
	f, err := locked(ctx, u, FileKey{cmd.Run, cmd.ID}, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := inState(f, Made, Sent); err != nil {
		return nil, err
	}
	left := f.States[session.Pending] + f.States[session.Exported] + f.States[session.Accepted]
	if cmd.Accepted != left {
		var bad fault.Issues
		bad.Add("XPT-08", "/accepted", "count_differs", "count", left)
		return nil, bad.Err()
	}
	f.State = Answered
	for _, from := range []session.ExportState{session.Exported, session.Pending} {
		if err := u.Tx.Ledger().Move(ctx, f.ID, from, session.Accepted, u.Now); err != nil {
			return nil, err
		}
	}
	return written(ctx, u, event.ExportAccepted, f)
}
