package session

import (
	"context"
	"errors"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// join adds a registered client to a session (CLI-02, SES-17).
func (u *recorder) join(ctx context.Context, x *Session, key casemgmt.ClientID, at string) (*Participant, error) {
	var bad fault.Issues
	bad.Required("SES-16", at, !key.IsZero())
	client, err := casemgmt.Find(ctx, bad.Place("CLI-02", at), u.Tx.Clients(), key)
	if err == nil {
		err = bad.Err()
	}
	if err != nil {
		return nil, err
	}
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	if client.Withdrawal != nil {
		bad.Add("ANO-09", at, "consent_withdrawn")
	}
	switch p := x.Participant(key); {
	case p != nil && p.Removal != nil:
		bad.Add("SES-21", at, "removed_before")
	case p != nil:
		bad.Add("SES-17", at, "already_in_session")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if client.Kind == casemgmt.Named {
		statement, err := u.Tx.Statements().Current(ctx)
		if err != nil && !errors.Is(err, fault.ErrNotFound) {
			return nil, err
		}
		if err == nil && statement.Number > client.Acceptance.Statement {
			x.Warnings.Warn("ANO-08", at, "statement_outdated")
		}
	}
	p := &Participant{Client: key, Kind: client.Kind, Added: u.Now, Forms: []*Form{}}
	x.Participants = append(x.Participants, p)
	return p, nil
}

// begin gives a new participant the empty forms that such a session begins with,
// unless the agency has switched that off (FRM-07).
func (u *recorder) begin(ctx context.Context, x *Session, p *Participant) error {
	if u.Agency.Settings.NoDefaultForm {
		return nil
	}
	for _, def := range u.Unit.Forms.Begins(string(x.Type)) {
		if !def.Definition.On.ByPerson() {
			continue
		}
		form, err := u.newForm(ctx, x, p, StartForm{Kind: def.Definition.Key})
		if err != nil {
			return err
		}
		form.Warnings = nil
		p.Forms = append(p.Forms, form)
	}
	return nil
}

// AddClient adds a client to a session.
type AddClient struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
}

// AddClient adds a registered client (CLI-02). It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddClient(ctx context.Context, cmd AddClient) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, addClient)
}

func addClient(ctx context.Context, u *Unit, cmd AddClient) (*Session, error) {
	e, err := editing(ctx, u, cmd.Session, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := notUnderWay(e.x); err != nil {
		return nil, err
	}
	if hides(e.x, u.Scope(ctx, access.Forms)) {
		return nil, fault.ErrForbidden // "already there" would tell who is hidden
	}
	p, err := e.join(ctx, e.x, cmd.Client, "/client")
	if err != nil {
		return nil, err
	}
	if e.worker, err = u.Tx.Staff().Get(ctx, e.x.Worker); err != nil { // a manager may add the client; the form is the worker's
		return nil, err
	}
	if err := e.begin(ctx, e.x, p); err != nil {
		return nil, err
	}
	if err := u.Tx.Participants().Insert(ctx, e.x.ID, p); err != nil {
		return nil, err
	}
	for _, f := range p.Forms {
		if err := u.Tx.Forms().Insert(ctx, f); err != nil {
			return nil, err
		}
	}
	u.Log(event.SessionClientAdded, e.x)
	return e.finish(ctx)
}

// RemoveClient takes a client and their forms out of a session.
type RemoveClient struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
	Reason  string            `json:"reason,omitempty"` // needed when a form was completed (SES-21)
}

// Validate says what is wrong with the reason.
func (c RemoveClient) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Note("SES-21", 1000)))
}

// RemoveClient takes a client out; it can be undone with RestoreClient. It
// fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) RemoveClient(ctx context.Context, cmd RemoveClient) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeClient)
}

func removeClient(ctx context.Context, u *Unit, cmd RemoveClient) (*Session, error) {
	e, p, err := editingParticipant(ctx, u, AddClient{cmd.Session, cmd.Version, cmd.Client}, false)
	if err != nil {
		return nil, err
	}
	if err := reasonFor(cmd.Reason, slices.ContainsFunc(p.Active(), func(f *Form) bool { return f.Completion != nil })); err != nil {
		return nil, err
	}
	p.Removal = &Removal{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	if err := u.Tx.Participants().Update(ctx, e.x.ID, p); err != nil {
		return nil, err
	}
	u.Log(event.SessionClientRemoved, e.x)
	return e.finish(ctx)
}

// editingParticipant locks the session of a participant, one who was removed or
// one who was not, all of whose forms the caller sees: nobody changes what they may
// not see.
func editingParticipant(ctx context.Context, u *Unit, who AddClient, removed bool) (*edit, *Participant, error) {
	e, err := editing(ctx, u, who.Session, who.Version)
	if err != nil {
		return nil, nil, err
	}
	if err := notUnderWay(e.x); err != nil {
		return nil, nil, err
	}
	p := e.x.Participant(who.Client)
	if p == nil {
		return nil, nil, fault.ErrNotFound
	}
	scope, hidden := u.Scope(ctx, access.Forms), 0
	for _, f := range p.Forms {
		if !scope.Sees(f.Resource()) {
			hidden++
		}
	}
	switch {
	case hidden > 0 && hidden == len(p.Forms):
		return nil, nil, fault.ErrNotFound // the participant is not shown to them
	case hidden > 0:
		return nil, nil, fault.ErrForbidden
	case (p.Removal != nil) != removed:
		return nil, nil, fault.ErrNotFound
	}
	return e, p, nil
}

// hides says whether the session has a form that a scope does not see.
func hides(x *Session, scope access.Scope) bool {
	return slices.ContainsFunc(x.all(), func(f *Form) bool { return !scope.Sees(f.Resource()) })
}

// reasonFor wants a reason where something complete is taken out (SES-21).
func reasonFor(reason string, needed bool) error {
	var bad fault.Issues
	bad.Required("SES-21", "/reason", reason != "" || !needed)
	return bad.Err()
}

// consents refuses new records of a client who has withdrawn the consent (ANO-09).
func consents(ctx context.Context, u *Unit, key casemgmt.ClientID) error {
	if key.IsZero() {
		return nil
	}
	c, err := u.Tx.Clients().Get(ctx, key)
	if err != nil {
		return err
	}
	var bad fault.Issues
	if c.Withdrawal != nil {
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	return bad.Err()
}

// RestoreClient undoes RemoveClient.
type RestoreClient struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
}

// RestoreClient brings a removed client back with their forms (SES-21). It
// fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) RestoreClient(ctx context.Context, cmd RestoreClient) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, restoreClient)
}

func restoreClient(ctx context.Context, u *Unit, cmd RestoreClient) (*Session, error) {
	e, p, err := editingParticipant(ctx, u, AddClient(cmd), true)
	if err != nil {
		return nil, err
	}
	if err := consents(ctx, u, cmd.Client); err != nil {
		return nil, err
	}
	p.Removal = nil
	if err := u.Tx.Participants().Update(ctx, e.x.ID, p); err != nil {
		return nil, err
	}
	u.Log(event.SessionClientRestored, e.x)
	return e.finish(ctx)
}
