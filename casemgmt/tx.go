package casemgmt

import (
	"context"
	"time"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/id"
)

// Records keeps records of one kind. What is not there fails with
// fault.ErrNotFound.
type Records[T any] interface {
	Get(ctx context.Context, key id.Of[T]) (*T, error)
	// Lock is Get, and nobody else changes the record until the unit of work ends.
	Lock(ctx context.Context, key id.Of[T]) (*T, error)
	Insert(ctx context.Context, record *T) error
	// Update writes the record's next version and fails with fault.ErrConflict
	// when it is not based on the stored one.
	Update(ctx context.Context, record *T) error
}

// Listed are records that are listed in an order of their own.
type Listed[T any] interface {
	Records[T]
	List(ctx context.Context, p PageRequest) (Page[T], error)
}

// OfClient are records each of which is about one client.
type OfClient[T any] interface {
	Records[T]
	// Of are all of a client, the oldest first.
	Of(ctx context.Context, c ClientID) ([]*T, error)
}

// Tx is what casemgmt needs of its storage in a unit of work, bound to one agency.
type Tx interface {
	Agency() AgencyRecord
	Sites() Listed[Site]
	Programs() Listed[Program]
	Funders() Listed[Funder]
	Contacts() Listed[Contact]
	Staff() StaffRecords
	Statements() Statements
	Questions() Questions
	Clients() Clients
	EarlierClients() EarlierClients
	Counters() Counters
	Events() Events
	Requests() Requests
}

// AgencyRecord is the agency to which the unit of work is bound.
type AgencyRecord interface {
	Get(ctx context.Context) (*Agency, error)
	Insert(ctx context.Context, a *Agency) error
	Update(ctx context.Context, a *Agency) error
}

// StaffRecords are the agency's staff by name.
type StaffRecords interface {
	Listed[Staff]
	ByUser(ctx context.Context, user string) (*Staff, error)
}

// Statements are the versions of the privacy statement.
type Statements interface {
	Listed[Statement]
	// Current is the one with the highest number.
	Current(ctx context.Context) (*Statement, error)
}

// Questions are the answers to the agency's own questions.
type Questions interface {
	// Answered says whether a question has answers on forms, removed ones too, and
	// which of some options were chosen.
	Answered(ctx context.Context, form, field string, options []string) (bool, []string, error)
}

// Clients are the agency's clients.
type Clients interface {
	Records[Client]
	// Search finds named clients only (ANO-06).
	Search(ctx context.Context, q ClientQuery, p PageRequest) (Page[ClientHit], error)
	// LookAlikes are named clients worth comparing with a person.
	LookAlikes(ctx context.Context, probe *Client) ([]*Client, error)
	// Holder is the client who has an identifier.
	Holder(ctx context.Context, i Identifier) (ClientID, error)
	// Hold holds clients to the end of the unit of work, so that two units do not
	// enroll them at once; it takes them in one order.
	Hold(ctx context.Context, keys []ClientID) error
	// Some are those of a set that there are, and Hits as much as lists show of them.
	Some(ctx context.Context, keys []ClientID) (map[ClientID]*Client, error)
	Hits(ctx context.Context, keys []ClientID) (map[ClientID]ClientHit, error)
}

// Counters count up.
type Counters interface {
	// Next counts up a counter of the agency and holds it to the end of the unit
	// of work.
	Next(ctx context.Context, counter string) (int64, error)
}

// Events are the agency's events in the order in which their units of work committed.
type Events interface {
	Append(ctx context.Context, e event.Event) error
	Feed(ctx context.Context, after string, limit int) (event.Page, error)
}

// Request is a command that was carried out once and is not to be again.
type Request struct {
	Key    string
	Actor  string
	Hash   string // of the command
	At     time.Time
	Result []byte // JSON
}

// Requests are those of the agency that had a request key.
type Requests interface {
	// Get is one that is not older.
	Get(ctx context.Context, actor, key string, since time.Time) (*Request, error)
	// Insert also takes away some of those that are older.
	Insert(ctx context.Context, r Request, since time.Time) error
}

// RunnerOf opens units of work on the storage of a domain package. A unit sees
// one agency's records and no others. Update commits when fn returns nil. Both may
// call fn again when the storage asks for another try.
type RunnerOf[T Tx] interface {
	View(ctx context.Context, agency string, fn func(T) error) error
	Update(ctx context.Context, agency string, fn func(T) error) error
}

// Noter is a runner that lets units of work go before others which only append an
// event: what was read is logged before the answer leaves. Without it they are as
// all others.
type Noter[T Tx] interface {
	Note(ctx context.Context, agency string, fn func(T) error) error
}

// Runner opens units of work on casemgmt's storage.
type Runner = RunnerOf[Tx]
