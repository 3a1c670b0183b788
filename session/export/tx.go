package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// Tx is what exports need of their storage in a unit of work, bound to one agency.
type Tx interface {
	session.Tx

	Runs() Runs
	Files() Files
	Ledger() Ledger
	Due() DueServices
}

// Runs are the agency's runs with their files, which come in the order of Run.Files.
type Runs interface {
	// Insert writes a run with its files, their contents and their rows, which come some
	// at a time, and takes the place of the rows that they replace: these become
	// superseded. It fails with fault.ErrConflict when a replaced row has not the state any
	// more that Row.Replaces says, or when a subject has another row that is not
	// superseded: it is in another file by now.
	Insert(ctx context.Context, r *Run, contents map[FileID]Content, rows iter.Seq2[[]*Row, error]) error
	// Get is a run with its files, and with the counts of their rows (File.States).
	Get(ctx context.Context, key RunID) (*Run, error)
	// List lists runs, the latest first, of one program, or of all without one; with
	// their files, but without the counts.
	List(ctx context.Context, p casemgmt.ProgramID, page casemgmt.PageRequest) (casemgmt.Page[Run], error)
}

// Files are the files of runs. One that is not of the run fails with
// fault.ErrNotFound.
type Files interface {
	// Lock is a file that nobody else changes until the unit ends, with the counts of
	// its rows.
	Lock(ctx context.Context, r RunID, key FileID) (*File, error)
	// Update writes the file's next version, without the counts, and fails with
	// fault.ErrConflict when it is not based on the stored one.
	Update(ctx context.Context, f *File) error
	// Content is a file, without the counts, and its content.
	Content(ctx context.Context, r RunID, key FileID) (*File, Content, error)
	// Withdrawn counts the records of a file whose clients (Ref.Client) have withdrawn their
	// consent, whatever the records are about, and those of the clients whom it tells of
	// besides (Content.Others) who have.
	Withdrawn(ctx context.Context, f FileID) (int, error)
	// WithoutProfile counts the clients of a file whose profiles the funder has not got,
	// of those who have a service form in it (own), or in any file that waits for the funder
	// (others). A funder who takes no profiles has none to wait for.
	WithoutProfile(ctx context.Context, f FileID, funder casemgmt.FunderID) (own, others int, err error)
	// PrivatePrograms are the programs of the forms of a file that are private now,
	// each once.
	PrivatePrograms(ctx context.Context, f FileID) ([]casemgmt.ProgramID, error)
}

// Ledger is what became of the records of files. A row is current while no later
// one has replaced it and its file was not discarded: while it is not superseded.
type Ledger interface {
	// Current are the current rows of some subjects: a client's is the one at the
	// funder, all others' are those at any funder.
	Current(ctx context.Context, f casemgmt.FunderID, subjects []Subject) (map[Subject]*Row, error)
	// Of are the current rows of one subject, at all funders, the oldest file first.
	Of(ctx context.Context, s Subject) ([]*Row, error)
	// List lists the rows of a run by file and row, of one state, or of all without
	// one, superseded ones included.
	List(ctx context.Context, r RunID, s session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*Row], error)
	// Rejected lists a worker's rejected rows, the longest rejected first, then by
	// file and row; and those of some who have left, of forms of some programs and of
	// profiles of clients with such forms.
	Rejected(ctx context.Context, w casemgmt.StaffID, left []casemgmt.StaffID, programs []string, p casemgmt.PageRequest) (casemgmt.Page[*Row], error)
	// Held hands on the current rows of what a Source has of its own, of the funder and the
	// period of some criteria, that the funder has or will have, so many at a time: those
	// that are pending or accepted.
	Held(ctx context.Context, c Criteria, size int, each func([]*Row) error) error
	// Numbered are the current rows that have one of some numbers of a funder.
	Numbered(ctx context.Context, numbers []string) ([]*Row, error)
	// Rows are rows of a file by their numbers, superseded ones included; a number
	// that the file does not have is left out.
	Rows(ctx context.Context, f FileID, numbers []int) (map[int]*Row, error)
	// Update writes the state of a row, since when it has it, the funder's number and
	// messages; nothing else of it changes.
	Update(ctx context.Context, r *Row) error
	// Move gives the rows of a file that have a state another one.
	Move(ctx context.Context, f FileID, from, to session.ExportState, now time.Time) error
	// RestoreReplaced brings back the rows that a file's rows replaced, with the
	// states that they had.
	RestoreReplaced(ctx context.Context, f FileID) error
}

// DueServices are services that are due to be exported. Forms of a session itself,
// which have no client, are services of nobody: but for Forms and FormVersions they
// are not among them.
type DueServices interface {
	// ServedForms are the forms of complete services of the period and program, by
	// client, date, session and form, in groups of whole clients with about so many
	// forms each.
	ServedForms(ctx context.Context, c Criteria, size int) ([][]session.FormID, error)
	// Services are those of some forms that the funder pays for, or that name no
	// funder, in the order of ServedForms; of complete sessions, without removed ones.
	Services(ctx context.Context, f casemgmt.FunderID, keys []session.FormID) ([]*Due, error)
	// Forms are some forms as Services has them, complete or not, whoever pays for
	// them, and those of sessions themselves too, without a ClientKind. Removed ones
	// are left out.
	Forms(ctx context.Context, keys []session.FormID) (map[session.FormID]*Due, error)
	// UnfinishedForms counts the forms of named clients in incomplete sessions of the
	// period and program, of some kinds, that the funder pays for, also as one of the
	// session's funders where the form names none. Removed ones are not counted, and
	// private ones if they are asked for.
	UnfinishedForms(ctx context.Context, c Criteria, kinds []string, private bool) (int, error)
	// RemovedServices counts the service forms of the criteria (by the funder and the
	// service date of their rows, and the program of the forms) that the funder has,
	// or will have, and that the agency does not count any more: their rows are
	// pending, accepted, or rejected amendments, and reports have no facts of them.
	// Private ones are counted if they are asked for.
	RemovedServices(ctx context.Context, c Criteria, private bool) (int, error)
	// FormVersions are the versions of some forms, of their sessions and clients.
	FormVersions(ctx context.Context, keys []session.FormID) (map[session.FormID]Versions, error)
}

// Due is a service form in its session, of which it has the details alone.
type Due struct {
	Form       *session.Form
	Session    *session.Session
	ClientKind casemgmt.ClientKind
	// Row is the form's current one in the ledger; nil while the form was in no file.
	Row *Row
}

// Versions are those of what a record was made of; a profile's is the client's. What a
// Source has of its own says itself which is which.
type Versions struct{ Form, Session, Client int64 }

// Content is what a file holds.
type Content struct {
	Packed []byte // with gzip
	// Others are the clients whom it tells of besides those of its rows, each once.
	Others []casemgmt.ClientID
}

// Unpack is what the file holds as it is sent.
func (c Content) Unpack() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(c.Packed))
	if err != nil {
		return nil, fmt.Errorf("export: a stored file: %w", err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("export: a stored file: %w", err)
	}
	return out, nil
}
