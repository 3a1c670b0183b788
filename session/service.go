package session

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// Tx is what sessions need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx

	// InsertSession writes a session with its lines, forms and facts.
	InsertSession(ctx context.Context, s *Session) error
	// UpdateSession writes the session's own fields and state, as its next version.
	UpdateSession(ctx context.Context, s *Session) error
	// Session is a session with lines, forms and documents, removed ones included.
	Session(ctx context.Context, key SessionID) (*Session, error)
	// LockSession is Session, and keeps others from changing it until the unit ends.
	LockSession(ctx context.Context, key SessionID) (*Session, error)
	// SessionOf is the session that a form is in.
	SessionOf(ctx context.Context, key FormID) (SessionID, error)
	InsertLine(ctx context.Context, s SessionID, l *Participant) error
	UpdateLine(ctx context.Context, s SessionID, l *Participant) error
	InsertForm(ctx context.Context, f *Form) error
	UpdateForm(ctx context.Context, f *Form) error
	// SetFacts replaces what reports count of a session.
	SetFacts(ctx context.Context, s SessionID, facts []Fact) error
	// ClientForms are the client's forms of one kind that were not removed.
	ClientForms(ctx context.Context, c casemgmt.ClientID, kind string) ([]*Form, error)

	// Sessions lists what the scope sees, newest first, without documents.
	Sessions(ctx context.Context, q Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[*Session], error)
	// Incomplete lists incomplete sessions, oldest first: those of one worker,
	// or with Manages those that count for the managed programs (INC-04).
	Incomplete(ctx context.Context, q IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[*Session], error)
	// CountIncomplete counts a worker's incomplete sessions.
	CountIncomplete(ctx context.Context, worker casemgmt.StaffID) (int, error)
	// Hits are clients as lists show them, anonymous ones included.
	Hits(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]casemgmt.ClientHit, error)

	InsertDocument(ctx context.Context, s SessionID, d Document, content []byte) error
	Document(ctx context.Context, s SessionID, key DocumentID) (Document, []byte, error)
}

// Runner opens units of work on the storage of sessions.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}

// Service records sessions.
type Service struct {
	work casemgmt.Work[Tx]
	cfg  casemgmt.Config
	none *forms.Form // the questions of an agency that asks none of its own
}

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, cfg, err := casemgmt.NewWork[Tx](cfg, run.View, run.Update)
	if err != nil {
		return nil, err
	}
	none, err := cfg.Forms.Compile(forms.Definition{Key: "own"})
	return &Service{work, cfg, none}, err
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service {
	work, _, _ := casemgmt.NewWork[Tx](s.cfg, run.View, run.Update) // the Config was accepted before
	return &Service{work, s.cfg, s.none}
}

// Way is how a session is started (SES-02).
type Way string

// The three ways.
const (
	FromNothing   Way = "nothing"
	FromProfile   Way = "profile"
	FromDashboard Way = "dashboard"
)

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

// StartForm is a form to be there from the start.
type StartForm struct {
	Kind string `json:"kind"`
	Content
}

// Start starts a session. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Start(ctx context.Context, cmd Start) (*Session, error) {
	var out *Session
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		if err := s.mayRecord(ctx, me); err != nil {
			return event.Event{}, err
		}
		cmd := cmd // the storage may try again
		if err := cmd.Details.defaults(ctx, tx, me.Staff); err != nil {
			return event.Event{}, err
		}
		bad := cmd.check(me, s.cfg.Forms)
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := s.links(ctx, tx, &cmd.Details, &Details{}); err != nil {
			return event.Event{}, err
		}
		out = &Session{Head: casemgmt.NewHead[Session](), Agency: me.Agency.Key, Worker: me.Staff.ID, Created: me.Now,
			Details: cmd.Details, Participants: []*Participant{}}
		if !cmd.Client.IsZero() {
			if err := s.startWith(ctx, tx, me, out, StartClient{Client: cmd.Client}, cmd.From, ""); err != nil {
				return event.Event{}, err
			}
		}
		for i, c := range cmd.Clients {
			if err := s.startWith(ctx, tx, me, out, c, FromNothing, fault.At("/clients", i)); err != nil {
				return event.Event{}, err
			}
		}
		out.Settle()
		return event.New("session.started", out.ID.String(), 1), tx.InsertSession(ctx, out)
	})
	return out, err
}

// count keeps what reports read in step with the session.
func (s *Service) count(ctx context.Context, tx Tx, x *Session, was bool) error {
	if !was && !x.Complete {
		return nil // nothing was counted, nothing is
	}
	return tx.SetFacts(ctx, x.ID, x.Facts())
}

func (cmd *Start) check(me casemgmt.Caller, r *forms.Registry) fault.Issues {
	bad := cmd.Details.check(me.Staff.ID, me.Today, r)
	if cmd.From == "" {
		cmd.From = FromNothing
		if !cmd.Client.IsZero() {
			cmd.From = FromProfile
		}
	}
	known := cmd.From == FromNothing || cmd.From == FromProfile || cmd.From == FromDashboard
	bad.OneOf("SES-02", "/from", known, string(cmd.From))
	switch {
	case cmd.From != FromNothing && known:
		bad.Required("SES-03", "/client", !cmd.Client.IsZero())
	case !cmd.Client.IsZero():
		bad.Add("SES-02", "/client", "not_applicable")
	}
	if len(cmd.Clients) > 50 {
		bad.Add("SES-17", "/clients", "too_many", "max", 50)
	}
	return bad
}

func (s *Service) mayRecord(ctx context.Context, me casemgmt.Caller) error {
	if me.Staff == nil {
		return fault.ErrForbidden // a session has a worker
	}
	return me.Allow(ctx, access.RecordSessions, access.Resource{})
}

// links makes sure that site and funders are the agency's own, and that what is
// newly chosen is not closed.
func (s *Service) links(ctx context.Context, tx Tx, d, before *Details) error {
	var bad fault.Issues
	site, err := tx.Sites().Get(ctx, d.Site)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("SES-05", "/site", "no_such_record")
	case err != nil:
		return err
	case site.Closed && d.Site != before.Site:
		bad.Add("SES-05", "/site", "closed")
	}
	for i, f := range d.Funders {
		funder, err := tx.Funders().Get(ctx, f)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("SES-14", fault.At("/funders", i), "no_such_record")
		case err != nil:
			return err
		case funder.Closed && !slices.Contains(before.Funders, f):
			bad.Add("SES-14", fault.At("/funders", i), "closed")
		}
	}
	return bad.Err()
}

func (s *Service) startWith(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session, c StartClient, from Way, at string) error {
	client, line, err := s.newLine(ctx, tx, me, x, c.Client, at+"/client")
	if err != nil {
		return err
	}
	if from == FromDashboard && client.Kind == casemgmt.Anonymous {
		var bad fault.Issues
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
		return bad.Err()
	}
	for j, f := range c.Forms {
		form, err := s.newForm(ctx, tx, me, me.Staff, x, line, f.Kind, f.Content)
		if err != nil {
			return under(err, fault.At(at+"/forms", j))
		}
		line.Forms = append(line.Forms, form)
		x.Warnings = append(x.Warnings, form.Warnings.Under(fault.At(at+"/forms", j))...)
	}
	if len(c.Forms) == 0 {
		return s.defaultForm(ctx, tx, me, me.Staff, x, line)
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

// mayEdit: the session's own worker, or a manager of a program that one of its
// forms belongs to. Whoever may not even see it is told that it is not theirs.
func (s *Service) mayEdit(ctx context.Context, me casemgmt.Caller, x *Session) error {
	if me.Staff == nil {
		return fault.ErrForbidden
	}
	if x.Worker == me.Staff.ID {
		return me.Allow(ctx, access.RecordSessions, access.Resource{})
	}
	for _, f := range x.Active() {
		if slices.Contains(me.Manages, f.Program.String()) {
			return nil
		}
	}
	return fault.ErrForbidden
}

// edit locks a session, changes it and writes it with its event. do writes the
// lines and forms that it touches.
func (s *Service) edit(ctx context.Context, cmd any, key SessionID, version int64,
	do func(context.Context, Tx, casemgmt.Caller, *Session) (event.Event, error)) (*Session, error) {
	var out *Session
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		x, err := tx.LockSession(ctx, key)
		if err != nil {
			return event.Event{}, err
		}
		if err := s.mayEdit(ctx, me, x); err != nil {
			return event.Event{}, err
		}
		if x.Version != version {
			return event.Event{}, fault.ErrConflict
		}
		if _, document := cmd.(AddDocument); !document { // which the funder does not get
			if err := notUnderWay(x); err != nil {
				return event.Event{}, err
			}
		}
		was, payers := x.Complete, x.payers()
		e, err := do(ctx, tx, me, x)
		if err != nil {
			return e, err
		}
		x.Settle()
		if err := x.stays(payers); err != nil {
			return e, err
		}
		if err := tx.UpdateSession(ctx, x); err != nil {
			return e, err
		}
		if err := s.count(ctx, tx, x, was); err != nil {
			return e, err
		}
		e.Version = x.Version
		out = s.shown(x, me)
		return e, nil
	})
	return out, err
}

// Update changes a session's own fields; clients and forms stay (SES-15).
type Update struct {
	ID      SessionID `json:"id"`
	Version int64     `json:"version"` // that was read
	Details
}

// Update changes a session's own fields. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Update(ctx context.Context, cmd Update) (*Session, error) {
	return s.edit(ctx, cmd, cmd.ID, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		d := cmd.Details
		if d.Type == "" {
			d.Type = x.Type
		}
		if d.Delivery == "" {
			d.Delivery = InPerson
		}
		if len(d.Staff) == 0 {
			d.Staff = x.Staff
		}
		bad := d.check(x.Worker, me.Today, s.cfg.Forms)
		if d.Type != x.Type && len(x.Participants) > 0 {
			bad.Add("TYP-06", "/type", "cannot_change")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := s.links(ctx, tx, &d, &x.Details); err != nil {
			return event.Event{}, err
		}
		diff, err := event.Diff(x.Details, d)
		x.Details = d
		return event.New("session.changed", x.ID.String(), 0, event.Paths(diff)...), err // its forms may all be private: no values
	})
}
