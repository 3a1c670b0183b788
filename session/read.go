package session

import (
	"cmp"
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// shown is the session as a scope may see it (ACC-12): without the forms that it
// does not see, without the participants of whom it sees no form, and with a state
// that tells nothing of either. Removed participants and forms stay, marked.
func shown(u *Unit, x *Session, scope access.Scope) *Session {
	out := *x
	out.Participants = []*Participant{}
	hidden := false
	visible := func(list []*Form) []*Form {
		kept := []*Form{}
		for _, f := range list {
			if scope.Sees(f.Resource()) {
				label(u, f)
				kept = append(kept, f)
			}
		}
		hidden = hidden || len(kept) < len(list)
		return kept
	}
	if len(x.Forms) > 0 {
		out.Forms = visible(x.Forms)
	}
	for _, p := range x.Participants {
		own := *p
		own.Forms = visible(p.Forms)
		if len(own.Forms) > 0 || len(p.Forms) == 0 {
			out.Participants = append(out.Participants, &own)
		}
	}
	if hidden {
		out.Settle()
		out.Documents = slices.DeleteFunc(slices.Clone(out.Documents), func(d Document) bool { return !d.Form.IsZero() && out.Form(d.Form) == nil })
	}
	return &out
}

// sees is ACC-12 for one session.
func sees(ctx context.Context, u *Unit, x *Session) (bool, error) {
	scope := u.Scope(ctx, access.Forms)
	if u.Staff != nil && x.Worker == u.Staff.ID {
		return true, nil
	}
	active := x.Active()
	if len(active) == 0 && hides(x, scope) {
		return false, nil // what was removed is not opened by that
	}
	if len(active) > 0 {
		return slices.ContainsFunc(active, func(f *Form) bool { return scope.Sees(f.Resource()) }), nil
	}
	if scope.Open {
		return true, nil
	}
	worker, err := u.Tx.Staff().Get(ctx, x.Worker)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(worker.Programs, func(m casemgmt.Membership) bool {
		return slices.Contains(u.Programs, m.Program.String())
	}), nil
}

// seen reads a session that the caller may see.
func seen(ctx context.Context, u *Unit, key SessionID) (*Session, error) {
	x, err := u.Tx.Sessions().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	ok, err := sees(ctx, u, x)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.ErrForbidden
	}
	out := shown(u, x, u.Scope(ctx, access.Forms))
	u.Log(event.SessionViewed, out, casemgmt.AboutClients(out.clients()...)...)
	return out, nil
}

// clients are those of the participants.
func (s *Session) clients() []casemgmt.ClientID {
	var keys []casemgmt.ClientID
	for _, p := range s.Participants {
		keys = append(keys, p.Client)
	}
	return keys
}

// Visible is a session as the caller of a unit of work may see it: for packages
// above this one. It fails with fault.ErrNotFound or fault.ErrForbidden.
func Visible[X Tx](ctx context.Context, u *casemgmt.UnitOf[X], key SessionID) (*Session, error) {
	x, err := seen(ctx, casemgmt.As[Tx](u), key)
	if err == nil {
		u.Log(event.SessionViewed, x, casemgmt.AboutClients(x.clients()...)...)
	}
	return x, err
}

// Shown is a session that lists found, as the caller may see it: for packages above
// this one.
func Shown[X Tx](ctx context.Context, u *casemgmt.UnitOf[X], x *Session) *Session {
	return shown(casemgmt.As[Tx](u), x, u.Scope(ctx, access.Forms))
}

// Session is one session, without the forms that the caller may not see. It
// fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Session(ctx context.Context, key SessionID) (*Session, error) {
	return casemgmt.Read(ctx, s.work, key, seen)
}

// Form is one form. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Form(ctx context.Context, key FormID) (*Form, error) {
	return casemgmt.Read(ctx, s.work, key, seenForm)
}

func seenForm(ctx context.Context, u *Unit, key FormID) (*Form, error) {
	x, f, err := anyForm(ctx, u, key)
	if err == nil && (f.Removal != nil || x.gone(f)) {
		return nil, fault.ErrNotFound
	}
	return f, err
}

// seenAlsoRemoved is what a change of a form answered: it may have removed it.
func seenAlsoRemoved(ctx context.Context, u *Unit, key FormID) (*Form, error) {
	_, f, err := anyForm(ctx, u, key)
	return f, err
}

// anyForm reads a form that the caller may see, with its session.
func anyForm(ctx context.Context, u *Unit, key FormID) (*Session, *Form, error) {
	session, err := u.Tx.Sessions().OfForm(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	x, err := u.Tx.Sessions().Get(ctx, session)
	if err != nil {
		return nil, nil, err
	}
	f := x.Form(key)
	if f == nil {
		return nil, nil, fault.ErrNotFound
	}
	if !u.Scope(ctx, access.Forms).Sees(f.Resource()) {
		return nil, nil, fault.ErrForbidden
	}
	label(u, f)
	var of []casemgmt.ClientID
	if !f.Client.IsZero() {
		of = []casemgmt.ClientID{f.Client}
	}
	u.Log(event.FormViewed, f, casemgmt.AboutClients(of...)...)
	return x, f, nil
}

// Query narrows a list of sessions; empty fields do not.
type Query struct {
	Worker casemgmt.StaffID  `json:"worker,omitzero"`
	Client casemgmt.ClientID `json:"client,omitzero"`
	Site   casemgmt.SiteID   `json:"site,omitzero"`
	Type   Type              `json:"type,omitempty"`
	From   civil.Date        `json:"from,omitzero"` // service date, inclusive
	To     civil.Date        `json:"to,omitzero"`
}

// Validate says what is wrong with the query itself.
func (q Query) Validate() error {
	return fault.Check(&q,
		validation.Field(&q.Type, fault.Valid("TYP-04")),
		validation.Field(&q.To, fault.NotBefore("", "ends_before_start", q.From)),
	)
}

type listing struct {
	Query
	casemgmt.PageRequest
}

// Validate says what is wrong with the query and its page.
func (q listing) Validate() error {
	return fault.Check(&q, validation.Field(&q.Query), validation.Field(&q.PageRequest))
}

// Sessions lists the sessions that the caller may see, newest first. It fails
// with *fault.Invalid. An anonymous client's sessions are not joined (ANO-06).
func (s *Service) Sessions(ctx context.Context, q Query, p casemgmt.PageRequest) (casemgmt.Page[*Session], error) {
	return casemgmt.ReadMany(ctx, s.work, listing{q, p}, list)
}

// named: the records that a query names are there.
func named(ctx context.Context, u *Unit, q Query) error {
	var bad fault.Issues
	err := cmp.Or(casemgmt.Exists(ctx, bad.Place("", "/worker"), u.Tx.Staff(), q.Worker),
		casemgmt.Exists(ctx, bad.Place("CLI-02", "/client"), u.Tx.Clients(), q.Client),
		casemgmt.Exists(ctx, bad.Place("SES-05", "/site"), u.Tx.Sites(), q.Site))
	return cmp.Or(err, bad.Err())
}

func list(ctx context.Context, u *Unit, q listing) (casemgmt.Page[*Session], error) {
	if err := named(ctx, u, q.Query); err != nil {
		return casemgmt.Page[*Session]{}, err
	}
	if !q.Client.IsZero() {
		if _, err := casemgmt.Tracked(ctx, u, q.Client, "/client"); err != nil {
			return casemgmt.Page[*Session]{}, err
		}
	}
	scope := u.Scope(ctx, access.Forms)
	out, err := u.Tx.Sessions().List(ctx, q.Query, scope, q.PageRequest)
	for i, x := range out.Items {
		out.Items[i] = shown(u, x, scope)
	}
	return out, err
}
