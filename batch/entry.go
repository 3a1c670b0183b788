package batch

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// EntryID identifies a client's entry in a run.
type EntryID = id.Of[Entry]

// State of an entry.
type State string

// The states. A reversed entry keeps its place and leaves every count.
const (
	Selected State = "selected"
	Posted   State = "posted"
	Reversed State = "reversed"
)

// Values are all states.
func (State) Values() []State { return []State{Selected, Posted, Reversed} }

// Valid says whether there is such a state.
func (s State) Valid() bool { return slices.Contains(s.Values(), s) }

// Entry is a client in a run.
type Entry struct {
	ID         EntryID             `json:"id"`
	Run        RunID               `json:"run"`
	Client     casemgmt.ClientID   `json:"client"`
	Enrollment enroll.EnrollmentID `json:"enrollment,omitzero"` // not there yet when the first service makes it
	State      State               `json:"state"`
	// Again counts the explicit "once more" of the same batch and day (BAT-20).
	Again int `json:"again,omitempty"`
	// Units of the services that the client is given more or less often than the run
	// says (BAT-08).
	Units []Item           `json:"units,omitempty"`
	Added time.Time        `json:"added"`
	By    casemgmt.StaffID `json:"by,omitzero"`
	// Scan is the number of the scan that added it, and ScannedAt its own time (SCN-05).
	Scan      string     `json:"scan,omitempty"`
	ScannedAt time.Time  `json:"scanned_at,omitzero"`
	Reversal  ReversalID `json:"reversal,omitzero"`

	posted bool // or selected, also while it is reversed
}

// WasPosted says whether the services were posted, also if they are reversed.
func (e *Entry) WasPosted() bool { return e.posted }

// OwnUnits says whether the client is given a service more or less often than the run
// says.
func (e *Entry) OwnUnits() bool { return len(e.Units) > 0 }

// SetPosted is for storages: whether the services were posted, and the reversal
// that holds, decide the state.
func (e *Entry) SetPosted(posted bool) {
	e.posted = posted
	switch {
	case !e.Reversal.IsZero():
		e.State = Reversed
	case posted:
		e.State = Posted
	default:
		e.State = Selected
	}
}

// Listed is an entry with who it is.
type Listed struct {
	Entry
	Person *Person `json:"person,omitempty"`
}

// entryList asks for a part of a run's entries.
type entryList struct {
	Run   RunID `json:"run"`
	State State `json:"state"`
	casemgmt.PageRequest
}

// Validate says what is wrong with the state (BAT-15) and the page.
func (q entryList) Validate() error {
	return fault.Check(&q, validation.Field(&q.State, fault.Valid("BAT-15")), validation.Field(&q.PageRequest))
}

// Entries lists a run's entries as they were added, of one state or of all. It
// fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Entries(ctx context.Context, key RunID, state State, p casemgmt.PageRequest) (casemgmt.Page[Listed], error) {
	return casemgmt.ReadMany(ctx, s.work, entryList{key, state, p}, entries)
}

func entries(ctx context.Context, u *Unit, q entryList) (casemgmt.Page[Listed], error) {
	out := casemgmt.Page[Listed]{Items: []Listed{}}
	if _, err := seenRun(ctx, u, q.Run); err != nil {
		return out, err
	}
	page, err := u.Tx.Entries().List(ctx, q.Run, q.State, q.PageRequest)
	if err != nil {
		return out, err
	}
	var clients []casemgmt.ClientID
	for _, e := range page.Items {
		clients = append(clients, e.Client)
	}
	found, err := u.Tx.People().ByID(ctx, clients)
	if err != nil {
		return out, err
	}
	names := u.AllowClients(ctx) == nil
	for _, e := range page.Items {
		row := Listed{Entry: e}
		if f, ok := found[e.Client]; ok && names {
			row.Person = &f.Person
		}
		out.Items = append(out.Items, row)
	}
	out.Next = page.Next
	return out, nil
}
