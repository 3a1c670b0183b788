package batch

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Found is a client as a run needs them.
type Found struct {
	Person
	Kind      casemgmt.ClientKind
	Withdrawn bool
}

// CardOf is a card with its client.
type CardOf struct {
	casemgmt.Card
	Found Found
}

// Standing is a client's active enrollment, whether a bar works, and whether the
// client was added to the batch on that day, with the highest Again.
type Standing struct {
	Enrollment casemgmt.EnrollmentID
	Barred     bool
	Added      bool
	Last       int
}

// Tx is what batches need of their storage in a unit of work, bound to one
// agency. Its methods take and give sets: a run does the same number of
// statements for 200 clients as for one.
type Tx interface {
	casemgmt.Tx

	Batch(ctx context.Context, key BatchID) (*Batch, error)
	InsertBatch(ctx context.Context, b *Batch) error
	UpdateBatch(ctx context.Context, b *Batch) error
	// Batches lists batches of the programs that the scope sees, by description.
	Batches(ctx context.Context, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Batch], error)

	Run(ctx context.Context, key RunID) (*Run, error)
	// ShareRun keeps the run from being changed; LockRun from being used.
	ShareRun(ctx context.Context, key RunID) (*Run, error)
	LockRun(ctx context.Context, key RunID) (*Run, error)
	InsertRun(ctx context.Context, r *Run) error
	UpdateRun(ctx context.Context, r *Run) error
	// Runs lists a batch's runs in the programs that the scope sees, the latest
	// date service provided first.
	Runs(ctx context.Context, b BatchID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Run], error)
	CountEntries(ctx context.Context, r RunID) (Counts, error)

	// CardsOf, ClientsByNumber and Found look up a set.
	CardsOf(ctx context.Context, values []string) (map[string]CardOf, error)
	ClientsByNumber(ctx context.Context, numbers []int64) (map[int64]casemgmt.ClientID, error)
	Found(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]Found, error)
	// Standings are of those who are enrolled in a run's program on its date
	// service provided; their enrollments are kept from being moved.
	Standings(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]Standing, error)
	// EnrolledFrom says who has an enrollment in a program on a day or later.
	EnrolledFrom(ctx context.Context, p casemgmt.ProgramID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]bool, error)
	InsertEnrollments(ctx context.Context, list []*casemgmt.Enrollment) error
	// WorkingBars are bars from a program or a facility on a day.
	WorkingBars(ctx context.Context, p casemgmt.ProgramID, at casemgmt.SiteID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Bar, error)
	// EntriesOfScans are those that scans were applied to.
	EntriesOfScans(ctx context.Context, scans []string) (map[string]*Entry, error)
	// Places are the Agains of each client's entries of the run's batch and day
	// that are not reversed, in order.
	Places(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID][]int, error)
	// InsertEntries writes what is not there yet, in the order of the list, and
	// says which entries it wrote. An entry is there when one of the same batch,
	// client, day and Again, or of the same scan, is.
	InsertEntries(ctx context.Context, r *Run, list []*Entry) (map[EntryID]bool, error)
	// InsertTransactions writes the run's services for entries.
	InsertTransactions(ctx context.Context, r *Run, list []*Entry) error

	LockEntry(ctx context.Context, r RunID, key EntryID) (*Entry, error)
	// Entries lists a run's entries as they were added, of one state or all.
	Entries(ctx context.Context, r RunID, state State, p casemgmt.PageRequest) (casemgmt.Page[Entry], error)
	// LockSelected are selected entries behind one, up to a number, in order of
	// their ids, held to the end of the unit.
	LockSelected(ctx context.Context, r RunID, after EntryID, limit int) ([]*Entry, error)
	// LockReversed are the entries of a reversal, likewise.
	LockReversed(ctx context.Context, r RunID, rev ReversalID, after EntryID, limit int) ([]*Entry, error)
	// MarkPosted puts entries, with their enrollments as they are now, on record.
	MarkPosted(ctx context.Context, r RunID, list []*Entry) error
	// Reverse takes back all entries of a run, or one, and so their services.
	Reverse(ctx context.Context, r RunID, e EntryID, rev ReversalID) error
	// Restore brings entries back, with their enrollments as they are now.
	Restore(ctx context.Context, r RunID, list []*Entry) error
	InsertReversal(ctx context.Context, r RunID, rev *Reversal) error
	UpdateReversal(ctx context.Context, rev *Reversal) error
	// Reversals are all of a run, as they were made.
	Reversals(ctx context.Context, r RunID) ([]Reversal, error)
	// Transactions lists a client's services in the programs that the scope
	// sees, or that the caller provided, the latest first.
	Transactions(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Transaction], error)
}

// Runner opens units of work on the storage of batches.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}
