package session

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Way is how a session is started (SES-02).
type Way string

// The three ways.
const (
	FromNothing   Way = "nothing"
	FromProfile   Way = "profile"
	FromDashboard Way = "dashboard"
)

// Values are the three ways.
func (Way) Values() []Way { return []Way{FromNothing, FromProfile, FromDashboard} }

// Valid says whether it is one of them.
func (w Way) Valid() bool { return w == FromNothing || w == FromProfile || w == FromDashboard }

// Start starts a session. Started from a profile or a dashboard, the client is
// in it at once (SES-03). A program that has everything at hand may give the
// clients with their forms too; the order of SES-16 is kept.
type Start struct {
	Details
	From    Way               `json:"from,omitempty"` // FromNothing unless Client is given, then FromProfile
	Client  casemgmt.ClientID `json:"client,omitzero"`
	Clients []StartClient     `json:"clients,omitempty"`
}

// StartClient is a client to be in the session from the start.
type StartClient struct {
	Client casemgmt.ClientID `json:"client"`
	Forms  []StartForm       `json:"forms,omitempty"`
}

// Validate says whether these are more forms than a client can have.
func (c StartClient) Validate() error {
	return fault.Check(&c, validation.Field(&c.Forms, fault.AtMost("FRM-03", 50)))
}

// StartForm is a form to be there from the start.
type StartForm struct {
	Kind string `json:"kind"`
	Content
}

// ValidateWithContext says what is wrong with the session's own fields and the
// way in which it is started.
func (cmd Start) ValidateWithContext(ctx context.Context) error {
	nothing := cmd.From == FromNothing || cmd.From == "" && cmd.Client.IsZero()
	return fault.CheckIn(ctx, &cmd,
		validation.Field(&cmd.Details),
		validation.Field(&cmd.From, fault.Valid("SES-02")),
		validation.Field(&cmd.Client,
			fault.If(cmd.From.Valid() && !nothing, fault.Required("SES-03")),
			fault.Fails(nothing && !cmd.Client.IsZero(), "SES-02", "not_applicable")),
		validation.Field(&cmd.Clients, fault.AtMost("SES-17", 50)),
	)
}

// Start starts a session. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Start(ctx context.Context, cmd Start) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, start)
}

func start(ctx context.Context, u *Unit, cmd Start) (*Session, error) {
	if err := mayRecord(ctx, u); err != nil {
		return nil, err
	}
	if err := cmd.Details.defaults(ctx, u.Tx, u.Staff); err != nil {
		return nil, err
	}
	if err := cmd.Details.fits(ctx, u.Tx, u.Staff.ID, &Details{}); err != nil {
		return nil, err
	}
	x := &Session{Head: casemgmt.NewHead[Session](), Agency: u.Agency.Key, Worker: u.Staff.ID, Created: u.Now,
		Details: cmd.Details, Participants: []*Participant{}}
	r := &recorder{Unit: u, worker: u.Staff}
	if !cmd.Client.IsZero() {
		if err := r.startWith(ctx, x, StartClient{Client: cmd.Client}, ""); err != nil {
			return nil, err
		}
		if cmd.From == FromDashboard && x.Participants[0].Kind == casemgmt.Anonymous {
			var bad fault.Issues
			bad.Add("ANO-06", "/client", "anonymous_not_tracked")
			return nil, bad.Err()
		}
	}
	for i, c := range cmd.Clients {
		if err := r.startWith(ctx, x, c, fault.At("/clients", i)); err != nil {
			return nil, err
		}
	}
	x.Settle()
	if err := u.Tx.Sessions().Insert(ctx, x); err != nil {
		return nil, err
	}
	facts, err := x.Facts(u.Forms, u.Agency.Settings.Questions)
	if err != nil {
		return nil, err
	}
	u.Log(event.SessionStarted, x)
	return x, u.Tx.Facts().Insert(ctx, facts)
}

func mayRecord(ctx context.Context, u *Unit) error {
	if u.Staff == nil {
		return fault.ErrForbidden // a session has a worker
	}
	return u.Allow(ctx, access.RecordSessions, access.Resource{Kind: access.Sessions})
}

// recorder fills sessions in a unit of work; worker is whose forms they are (SES-12).
type recorder struct {
	*Unit
	worker *casemgmt.Staff
}

// startWith puts a client with the given forms, or those that everybody begins
// with, into a session that is being started. It writes nothing.
func (u *recorder) startWith(ctx context.Context, x *Session, c StartClient, at string) error {
	p, err := u.join(ctx, x, c.Client, at+"/client")
	if err != nil {
		return err
	}
	for j, f := range c.Forms {
		form, err := u.newForm(ctx, x, p, f)
		if err != nil {
			return under(err, fault.At(at+"/forms", j))
		}
		p.Forms = append(p.Forms, form)
		x.Warnings = append(x.Warnings, form.Warnings.Under(fault.At(at+"/forms", j))...)
	}
	if len(c.Forms) == 0 {
		return u.begin(ctx, x, p)
	}
	return nil
}

// under moves an error's issues below a path.
func under(err error, path string) error {
	if issues := fault.IssuesOf(err); issues != nil {
		return issues.Under(path).Err()
	}
	return err
}
