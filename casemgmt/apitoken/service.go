package apitoken

import (
	"context"

	"github.com/invopop/validation"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Service makes, lists and revokes tokens.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(token))
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service { return &Service{s.work.On(run)} }

// may asks for the right to what is about somebody's tokens, or without somebody
// about everybody's.
func may(ctx context.Context, u *Unit, of casemgmt.StaffID) error {
	return u.Allow(ctx, access.ManageTokens, access.Resource{Kind: access.Tokens, Owner: of.String()})
}

// token is one that the caller may ask for.
func token(ctx context.Context, u *Unit, key ID) (*Token, error) {
	t, err := u.Tx.Tokens().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return t, may(ctx, u, t.Staff)
}

// mark is one of the caller and of now.
func mark(u *Unit) Mark { return Mark{At: u.Now, By: u.StaffID()} }

// Make makes a token for the caller, or as an administrator for somebody else
// (SGN-04). It gives the token and its secret, which is shown this once: when the
// call was the repeat of another with its request key, there is none. It fails
// with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Make(ctx context.Context, cmd Make) (*Token, string, error) {
	var secret string
	secret, cmd.hash = newSecret()
	cmd.id = id.New[Token]()
	t, err := casemgmt.Change(ctx, s.work, cmd, makeToken)
	if err != nil {
		return nil, "", err
	}
	if t.ID != cmd.id { // that of the first call
		secret = ""
	}
	return t, secret, nil
}

func makeToken(ctx context.Context, u *Unit, cmd Make) (*Token, error) {
	of := cmd.Staff
	if of.IsZero() {
		of = u.StaffID()
	}
	if err := may(ctx, u, of); err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.Required("SGN-04", "/staff", !of.IsZero()) // a program has none
	owner, err := casemgmt.Find(ctx, bad.Place("SGN-04", "/staff"), u.Tx.Staff(), of)
	if err != nil {
		return nil, err
	}
	if owner != nil && owner.Deactivated {
		bad.Add("ACC-09", "/staff", "staff_deactivated")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	t := &Token{Staff: of, Name: cmd.Name, End: cmd.End, Made: mark(u)}
	t.ID, t.Version = cmd.id, 1
	if t.End.IsZero() {
		t.End = u.Today.AddDays(Lifetime)
	}
	u.Created(event.TokenCreated, Token{Head: t.Head}, t)
	if err := u.Tx.Tokens().Insert(ctx, t); err != nil {
		return nil, err
	}
	return t, u.Tx.Tokens().Open(ctx, t, cmd.hash, t.End.AddDays(1).In(u.Agency.Location()))
}

// Revoke ends a token of the caller, or as an administrator of anybody: from then
// on it opens nothing, on any server. A second time changes nothing. It fails
// with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Revoke(ctx context.Context, cmd Revoke) (*Token, error) {
	return casemgmt.Change(ctx, s.work, cmd, revoke)
}

func revoke(ctx context.Context, u *Unit, cmd Revoke) (*Token, error) {
	t, err := u.Tx.Tokens().Lock(ctx, cmd.ID)
	if err != nil {
		return nil, err
	}
	if err := may(ctx, u, t.Staff); err != nil {
		return nil, err
	}
	if t.Revoked != nil {
		u.Unchanged()
		return t, nil
	}
	before, now := *t, mark(u)
	t.Revoked = &now
	u.Changed(event.TokenRevoked, before, t)
	if err := u.Tx.Tokens().Update(ctx, t); err != nil {
		return nil, err
	}
	return t, u.Tx.Tokens().Shut(ctx, t)
}

// List lists the caller's tokens, or as an administrator also those of somebody
// else or of everybody, the newest first, ended and revoked ones too. It fails
// with fault.ErrForbidden.
func (s *Service) List(ctx context.Context, q Query, p casemgmt.PageRequest) (casemgmt.Page[Listed], error) {
	return casemgmt.ReadMany(ctx, s.work, query{q, p}, list)
}

type query struct {
	Query
	casemgmt.PageRequest
}

// Validate says what is wrong with the page.
func (q query) Validate() error { return fault.Check(&q, validation.Field(&q.PageRequest)) }

func list(ctx context.Context, u *Unit, q query) (casemgmt.Page[Listed], error) {
	of := q.Staff
	if of.IsZero() && !q.All {
		of = u.StaffID()
	}
	if err := may(ctx, u, of); err != nil {
		return casemgmt.Page[Listed]{}, err
	}
	return u.Tx.Tokens().List(ctx, of, q.PageRequest)
}
