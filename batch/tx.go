package batch

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// Tx is what batches need of their storage in a unit of work, bound to one
// agency. Its methods take and give sets: a run does the same number of
// statements for 200 clients as for one.
type Tx interface {
	enroll.Tx

	Batches() Batches
	Runs() Runs
	Entries() Entries
	Reversals() Reversals
	People() People
	Transactions() Transactions
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Batches are by description.
type Batches interface {
	casemgmt.Records[Batch]
	// List lists batches of the programs that the scope sees.
	List(ctx context.Context, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Batch], error)
}

// Runs are the uses of batches. Lock keeps a run from being used.
type Runs interface {
	casemgmt.Records[Run]
	// Share is Get, and keeps the run from being changed.
	Share(ctx context.Context, key RunID) (*Run, error)
	// Of lists a batch's runs in the programs that the scope sees, the latest date
	// service provided first.
	Of(ctx context.Context, b BatchID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Run], error)
	// On lists the runs of a day in the programs that the scope sees, the last one
	// started first.
	On(ctx context.Context, q RunsOn, scope access.Scope) (casemgmt.Page[Run], error)
}

// FoundClient is a client as a run needs them.
type FoundClient struct {
	Person
	Kind      casemgmt.ClientKind
	Withdrawn bool
}

// CardOf is a card with its client.
type CardOf struct {
	enroll.Card
	Client FoundClient
}

// EnrollmentStanding is a client's active enrollment, whether a bar works, and
// whether the client was added to the batch on that day, with the highest Again.
type EnrollmentStanding struct {
	Enrollment enroll.EnrollmentID
	Barred     bool
	Added      bool
	Last       int
}

// People are whom runs are about, looked up in sets.
type People interface {
	ByCard(ctx context.Context, values []string) (map[string]CardOf, error)
	ByNumber(ctx context.Context, numbers []int64) (map[int64]casemgmt.ClientID, error)
	ByID(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]FoundClient, error)
	// Standings are of those who are enrolled in a run's program on its date
	// service provided; their enrollments are kept from being moved.
	Standings(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]EnrollmentStanding, error)
	// EnrolledFrom says who has an enrollment in a program on a day or later.
	EnrolledFrom(ctx context.Context, p casemgmt.ProgramID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]bool, error)
	// Enroll writes new enrollments.
	Enroll(ctx context.Context, list []*enroll.Enrollment) error
	// Bars are those that work on a run's date service provided, from its program or
	// location or the agency.
	Bars(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*enroll.Bar, error)
}

// Entries are the clients in runs.
type Entries interface {
	// Count counts a run's entries by state, and Counts those of several.
	Count(ctx context.Context, r RunID) (Counts, error)
	Counts(ctx context.Context, runs []RunID) (map[RunID]Counts, error)
	// OfScans are those that scans were applied to.
	OfScans(ctx context.Context, scans []string) (map[string]*Entry, error)
	// Agains are those of each client's entries of the run's batch and day that are
	// not reversed, in order.
	Agains(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID][]int, error)
	// Insert writes what is not there yet, in the order of the list, and says which
	// entries it wrote. An entry is there when one of the same batch, client, day
	// and Again, or of the same scan, is.
	Insert(ctx context.Context, r *Run, list []*Entry) (map[EntryID]bool, error)
	Lock(ctx context.Context, r RunID, key EntryID) (*Entry, error)
	// List lists a run's entries as they were added, of one state or all.
	List(ctx context.Context, r RunID, state State, p casemgmt.PageRequest) (casemgmt.Page[Entry], error)
	// LockSelected are selected entries behind one, up to a number, in order of
	// their ids, held to the end of the unit.
	LockSelected(ctx context.Context, r RunID, after EntryID, limit int) ([]*Entry, error)
	// LockReversed are the entries of a reversal, likewise.
	LockReversed(ctx context.Context, rev *Reversal, after EntryID, limit int) ([]*Entry, error)
	// MarkPosted puts entries, with their enrollments as they are now, on record.
	MarkPosted(ctx context.Context, r RunID, list []*Entry) error
	// Reverse takes back all entries of the reversal's run, or one, and so their services.
	Reverse(ctx context.Context, rev *Reversal) error
	// Restore brings entries back, with their enrollments as they are now.
	Restore(ctx context.Context, r RunID, list []*Entry) error
}

// Reversals are those of runs and entries.
type Reversals interface {
	Insert(ctx context.Context, rev *Reversal) error
	Update(ctx context.Context, rev *Reversal) error
	// Of are all of a run, as they were made.
	Of(ctx context.Context, r RunID) ([]Reversal, error)
}

// Transactions are the services on clients' records.
type Transactions interface {
	// Insert writes the run's services for entries, with the entries' own units where
	// they have some.
	Insert(ctx context.Context, r *Run, list []*Entry) error
	// Of lists a client's services in the programs that the scope sees, or that the
	// caller provided, the latest first.
	Of(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Transaction], error)
}
