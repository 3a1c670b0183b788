package session

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Tx is what sessions need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx

	Sessions() Sessions
	Participants() Participants
	Forms() Forms
	Facts() Facts
	Documents() Documents
}

// Sessions are sessions with participants, forms and documents, removed ones
// included. Insert writes the session with its participants and forms; Update its
// own fields and state alone.
type Sessions interface {
	casemgmt.Records[Session]
	// OfForm is the session that a form is in.
	OfForm(ctx context.Context, key FormID) (SessionID, error)
	// List lists what the scope sees, newest first, without documents.
	List(ctx context.Context, q Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[*Session], error)
	// Incomplete lists incomplete sessions, oldest first, with their clients as
	// lists show them: those of one worker, or with Manages those that count for
	// the managed programs (INC-04).
	Incomplete(ctx context.Context, q IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[*Session], map[casemgmt.ClientID]casemgmt.ClientHit, error)
	// CountIncomplete counts a worker's incomplete sessions.
	CountIncomplete(ctx context.Context, worker casemgmt.StaffID) (int, error)
}

// Participants are the clients in sessions.
type Participants interface {
	Insert(ctx context.Context, s SessionID, p *Participant) error
	Update(ctx context.Context, s SessionID, p *Participant) error
}

// Forms are the service forms in sessions.
type Forms interface {
	Insert(ctx context.Context, f *Form) error
	// Update writes the form's next version; it fails with fault.ErrConflict when
	// it is not based on the stored one.
	Update(ctx context.Context, f *Form) error
	// OfClient are the client's forms of one kind that were not removed.
	OfClient(ctx context.Context, c casemgmt.ClientID, kind string) ([]*Form, error)
	// Referred answers for each reference what it names; nil when there is no
	// such record.
	Referred(ctx context.Context, list []Reference) ([]*Referred, error)
}

// Facts are what reports count of sessions.
type Facts interface {
	// Insert writes the facts of sessions that had none.
	Insert(ctx context.Context, facts []Fact) error
	// Delete takes away those of a session, which were of a day.
	Delete(ctx context.Context, s SessionID, day civil.Date) error
}

// Documents are the files of sessions and forms.
type Documents interface {
	Insert(ctx context.Context, s SessionID, d Document, content []byte) error
	Get(ctx context.Context, s SessionID, key DocumentID) (Document, []byte, error)
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service records sessions.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(seen), casemgmt.Again(seenAlsoRemoved))
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }
