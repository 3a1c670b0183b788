// Package casefile has case files: a family, a couple or a group seeks help, is helped over
// time, and is reported as one case. There are the files with their clients, their sessions
// with participants and assessments, what a funder wants to know of clients, the reference data that they choose from, and the
// activities of outlets.
//
// Rule ids in comments and issues (CAS-03) are those of docs/rules.md.
package casefile

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
)

// Tx is what case files need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx

	Files() Files
	Sessions() Sessions
	People() People
	Activities() casemgmt.Listed[Activity]
	References() References
}

// Files are case files, with their clients inside.
type Files interface {
	casemgmt.Records[File]
	// ByCaseID is the file of a case ID, which one file has at most (CAS-04).
	ByCaseID(ctx context.Context, caseID string) (*File, error)
	// Search finds what the scope sees: with a name one hit for each client who is found
	// and each of their files, in the order of client searches; without one all, by name.
	Search(ctx context.Context, q Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Hit], error)
	// Of are the files that a client is in, the oldest first.
	Of(ctx context.Context, c casemgmt.ClientID) ([]*File, error)
}

// Sessions are the sessions of cases, with participants and assessments inside.
type Sessions interface {
	casemgmt.Records[Session]
	// Of lists the sessions of a case, the latest day first, removed ones too.
	Of(ctx context.Context, f FileID, p casemgmt.PageRequest) (casemgmt.Page[Session], error)
	// Taken says whether another session of the case, also a removed one, has a session ID.
	Taken(ctx context.Context, f FileID, sessionID string, but SessionKey) (bool, error)
	// Attended says whether a client is in a session of the case that was not removed.
	Attended(ctx context.Context, f FileID, c casemgmt.ClientID) (bool, error)
	// Supporters are the clients who are in sessions of the case, removed ones aside, and
	// in each of them as a support person.
	Supporters(ctx context.Context, f FileID) ([]casemgmt.ClientID, error)
	// Marks are the assessments of sessions that were not removed, by case, client and
	// day, of the case, client or program of the question, whatever its days, in the cases
	// that the scope sees.
	Marks(ctx context.Context, q Scored, scope access.Scope) ([]Mark, error)
}

// References are the agency's lists of codes.
type References interface {
	casemgmt.Listed[Reference]
	// ByList is the reference data of a list.
	ByList(ctx context.Context, l List) (*Reference, error)
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service keeps case files.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(view), casemgmt.Again(viewSession), casemgmt.Again(viewPerson), casemgmt.Freely[Tx, *Activity](), casemgmt.Freely[Tx, *Reference](), casemgmt.Freely[Tx, *Loaded]())
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }
