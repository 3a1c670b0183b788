package casefile

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Reports is what a funder's file needs of the storage of case files. It is for whoever may
// export, and asks for no right itself.
type Reports interface {
	// Sessions are those that were not removed, by case, day and id.
	Sessions(ctx context.Context, q Reported) ([]SessionOf, error)
	// Load reads some sessions and all that is reported with them.
	Load(ctx context.Context, sessions []SessionOf) (*Extract, error)
	// Activity is one outlet activity.
	Activity(ctx context.Context, key ActivityID) (*Activity, error)
	// References are the agency's lists of codes.
	References(ctx context.Context) ([]Reference, error)
	// CaseVersions, ClientVersions and SessionVersions are those of some records; what is
	// not there, or was removed, is left out. assessed asks for SessionVersion.Assessed too.
	CaseVersions(ctx context.Context, keys []FileID) (map[FileID]int64, error)
	ClientVersions(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]ClientVersions, error)
	SessionVersions(ctx context.Context, keys []SessionKey, assessed bool) (map[SessionKey]SessionVersion, error)
}

// Reported says of which sessions something is reported: those of a period, of one program
// and of one outlet's activities where they are given.
type Reported struct {
	From, To civil.Date
	Program  casemgmt.ProgramID
	Site     casemgmt.SiteID
}

// SessionOf is a session with its case.
type SessionOf struct {
	Case    FileID
	Session SessionKey
}

// Extract is what some sessions are reported with: their cases, and the clients of those
// with what the funder wants to know of them, where somebody has said it.
type Extract struct {
	Files    map[FileID]*File
	Sessions map[SessionKey]*Session
	Clients  map[casemgmt.ClientID]*casemgmt.Client
	People   map[PersonID]*Person
}

// ClientVersions are those of a client and of what the funder wants to know of them, 0 where
// nobody has said it.
type ClientVersions struct{ Client, Person int64 }

// SessionVersion is that of a session, and who was assessed in it; the zero id is its
// community.
type SessionVersion struct {
	Version  int64
	Assessed []casemgmt.ClientID
}
