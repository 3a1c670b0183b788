package casefile

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Query searches case files.
type Query struct {
	// Client: each word is the start of a word of a client's names, as in the search for
	// clients (CAS-02, SRC-05). Without it all case files are listed, by name.
	Client string `json:"client,omitempty"`
	// Status narrows to open or closed ones.
	Status Status `json:"status,omitempty"`
}

// Words are the folded words of the client's name that is searched.
func (q Query) Words() []string { return i18n.Words(q.Client) }

// Validate says what cannot be searched for.
func (q Query) Validate() error {
	words := q.Words()
	return fault.Check(&q,
		validation.Field(&q.Client, fault.Line("CAS-02", 200),
			fault.Fails(q.Client != "" && len(words) == 0, "CAS-02", "nothing_to_search"), fault.Fails(len(words) > 8, "CAS-02", "too_many", "max", 8)),
		validation.Field(&q.Status, fault.Valid("CAS-03")),
	)
}

// Hit is as much of a case file as is needed to choose it.
type Hit struct {
	ID       FileID     `json:"id"`
	CaseID   string     `json:"case_id"`
	Name     string     `json:"name,omitempty"`
	Status   Status     `json:"status"`
	Activity ActivityID `json:"activity"`
	// Client is whose name was found, without a name nobody.
	Client *casemgmt.ClientHit `json:"client,omitempty"`
}

// Hit is the case file as a search shows it.
func (f *File) Hit() Hit {
	return Hit{ID: f.ID, CaseID: f.CaseID, Name: f.Name, Status: f.Status, Activity: f.Activity}
}

// search is a query and a part of its answer.
type search struct {
	Query
	casemgmt.PageRequest
}

// Validate says what cannot be searched for.
func (q search) Validate() error {
	return fault.Check(&q, validation.Field(&q.Query), validation.Field(&q.PageRequest))
}

// Search finds the case files that the caller sees, by the name of a client (CAS-02). It
// fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Search(ctx context.Context, q Query, p casemgmt.PageRequest) (casemgmt.Page[Hit], error) {
	return casemgmt.ReadMany(ctx, s.work, search{q, p}, findFiles)
}

func findFiles(ctx context.Context, u *Unit, q search) (casemgmt.Page[Hit], error) {
	if err := u.AllowClients(ctx); err != nil {
		return casemgmt.Page[Hit]{}, err
	}
	var criteria []string
	if q.Client != "" {
		criteria = append(criteria, "case_client")
	}
	if q.Status != "" {
		criteria = append(criteria, "case_status")
	}
	casemgmt.Searched(u, criteria...)
	return u.Tx.Files().Search(ctx, q.Query, u.Scope(ctx, access.CaseFiles), q.PageRequest)
}

// ClientFiles are the case files that a client is in and the caller sees, the oldest
// first. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) ClientFiles(ctx context.Context, key casemgmt.ClientID) ([]*File, error) {
	return casemgmt.ReadMany(ctx, s.work, key, clientFiles)
}

func clientFiles(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*File, error) {
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	if _, err := u.Tx.Clients().Get(ctx, key); err != nil {
		return nil, err
	}
	all, err := u.Tx.Files().Of(ctx, key)
	if err != nil {
		return nil, err
	}
	out := []*File{}
	for _, f := range all {
		if u.SeesProgram(ctx, access.CaseFiles, f.Program) {
			out = append(out, f)
		}
	}
	u.Log(event.CasesViewed, casemgmt.About(key))
	return out, nil
}
