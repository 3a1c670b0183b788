package casefile

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// shown is a session without a note that the caller may not read (ACC-04, ACC-10).
func shown(ctx context.Context, u *Unit, f *File, x *Session) *Session {
	if mayRead(ctx, u, f, x.Note) {
		return x
	}
	out := *x
	out.Note = &Note{Private: true, By: x.Note.By, At: x.Note.At, Withheld: true}
	return &out
}

// Session is one session of a case. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Session(ctx context.Context, key SessionKey) (*Session, error) {
	return casemgmt.Read(ctx, s.work, key, viewSession)
}

func viewSession(ctx context.Context, u *Unit, key SessionKey) (*Session, error) {
	x, err := u.Tx.Sessions().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	f, err := visible(ctx, u, x.Case)
	if err != nil {
		return nil, err
	}
	keys := make([]casemgmt.ClientID, len(x.Participants))
	for i, p := range x.Participants {
		keys[i] = p.Client
	}
	u.Log(event.CaseSessionViewed, x, casemgmt.AboutClients(keys...)...)
	return shown(ctx, u, f, x), nil
}

// visible is a case file that the caller may see.
func visible(ctx context.Context, u *Unit, key FileID) (*File, error) {
	f, err := u.Tx.Files().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if !u.SeesProgram(ctx, access.CaseFiles, f.Program) {
		return nil, fault.ErrForbidden
	}
	return f, u.AllowClients(ctx)
}

// listing is a question for the sessions of a case.
type listing struct {
	Case FileID
	casemgmt.PageRequest
}

// Validate says whether there is such a page.
func (q listing) Validate() error { return fault.Check(&q, validation.Field(&q.PageRequest)) }

// Sessions lists the sessions of a case, the latest first, removed ones too. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Sessions(ctx context.Context, key FileID, p casemgmt.PageRequest) (casemgmt.Page[Session], error) {
	return casemgmt.ReadMany(ctx, s.work, listing{key, p}, sessionsOf)
}

func sessionsOf(ctx context.Context, u *Unit, q listing) (casemgmt.Page[Session], error) {
	f, err := visible(ctx, u, q.Case)
	if err != nil {
		return casemgmt.Page[Session]{}, err
	}
	page, err := u.Tx.Sessions().Of(ctx, f.ID, q.PageRequest)
	for i := range page.Items {
		page.Items[i] = *shown(ctx, u, f, &page.Items[i])
	}
	u.Log(event.CaseSessionsViewed, casemgmt.About(f.ID))
	return page, err
}
