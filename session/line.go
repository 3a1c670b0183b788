package session

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// newLine adds a registered client to a session (CLI-02, SES-17).
func (s *Service) newLine(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session, key casemgmt.ClientID, at string) (*casemgmt.Client, *Participant, error) {
	var bad fault.Issues
	bad.Required("SES-16", at, !key.IsZero())
	if err := bad.Err(); err != nil {
		return nil, nil, err
	}
	client, err := tx.Client(ctx, key)
	if errors.Is(err, fault.ErrNotFound) {
		bad.Add("CLI-02", at, "no_such_record")
		return nil, nil, bad.Err()
	}
	if err != nil {
		return nil, nil, err
	}
	if err := me.AllowClients(ctx); err != nil {
		return nil, nil, err
	}
	if client.Withdrawal != nil {
		bad.Add("ANO-09", at, "consent_withdrawn")
	}
	switch line := x.Participant(key); {
	case line != nil && line.Removal != nil:
		bad.Add("SES-21", at, "removed_before")
	case line != nil:
		bad.Add("SES-17", at, "already_in_session")
	}
	if err := bad.Err(); err != nil {
		return nil, nil, err
	}
	if client.Kind == casemgmt.Named {
		statement, err := tx.CurrentStatement(ctx)
		if err != nil && !errors.Is(err, fault.ErrNotFound) {
			return nil, nil, err
		}
		if err == nil && statement.Number > client.Acceptance.Statement {
			x.Warnings.Warn("ANO-08", at, "statement_outdated")
		}
	}
	line := &Participant{Client: key, Kind: client.Kind, Added: me.Now, Forms: []*Form{}}
	x.Participants = append(x.Participants, line)
	return client, line, nil
}

// defaultForm is the empty form that a new direct-service line starts with (FRM-07).
func (s *Service) defaultForm(ctx context.Context, tx Tx, me casemgmt.Caller, worker *casemgmt.Staff, x *Session, line *Participant) error {
	if _, known := s.cfg.Forms.Latest("io"); x.Type != Direct || me.Agency.Settings.NoDefaultForm || !known {
		return nil
	}
	form, err := s.newForm(ctx, tx, me, worker, x, line, "io", Content{})
	if err != nil {
		return err
	}
	form.Warnings = nil
	line.Forms = append(line.Forms, form)
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
	return s.edit(ctx, cmd, cmd.Session, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		if hides(x, me) {
			return event.Event{}, fault.ErrForbidden // "already there" would tell who is hidden
		}
		_, line, err := s.newLine(ctx, tx, me, x, cmd.Client, "/client")
		if err != nil {
			return event.Event{}, err
		}
		worker, err := tx.Staff().Get(ctx, x.Worker) // a manager may add the client; the form is the worker's
		if err != nil {
			return event.Event{}, err
		}
		if err := s.defaultForm(ctx, tx, me, worker, x, line); err != nil {
			return event.Event{}, err
		}
		if err := tx.InsertLine(ctx, x.ID, line); err != nil {
			return event.Event{}, err
		}
		for _, f := range line.Forms {
			if err := tx.InsertForm(ctx, f); err != nil {
				return event.Event{}, err
			}
		}
		return event.New("session.client_added", x.ID.String(), 0), nil
	})
}

// RemoveClient takes a client and their forms out of a session.
type RemoveClient struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
	Reason  string            `json:"reason,omitempty"` // needed when a form was completed (SES-21)
}

// RemoveClient takes a client out; it can be undone with RestoreClient. It
// fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) RemoveClient(ctx context.Context, cmd RemoveClient) (*Session, error) {
	return s.edit(ctx, cmd, cmd.Session, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		line, err := seenLine(x, me, cmd.Client)
		if err != nil {
			return event.Event{}, err
		}
		if line.Removal != nil {
			return event.Event{}, fault.ErrNotFound
		}
		completed := slices.ContainsFunc(line.Active(), func(f *Form) bool { return f.Completion != nil })
		if err := reasonFor("SES-21", cmd.Reason, completed); err != nil {
			return event.Event{}, err
		}
		line.Removal = &Removal{At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		return event.New("session.client_removed", x.ID.String(), 0),
			tx.UpdateLine(ctx, x.ID, line)
	})
}

// seenLine is a client's line if the caller sees all of its forms: nobody
// changes what they may not see.
func seenLine(x *Session, me casemgmt.Caller, c casemgmt.ClientID) (*Participant, error) {
	line := x.Participant(c)
	if line == nil {
		return nil, fault.ErrNotFound
	}
	hidden := 0
	for _, f := range line.Forms {
		if !me.Scope.Sees(f.Resource()) {
			hidden++
		}
	}
	switch {
	case hidden > 0 && hidden == len(line.Forms):
		return nil, fault.ErrNotFound // the line is not shown to them
	case hidden > 0:
		return nil, fault.ErrForbidden
	}
	return line, nil
}

// hides says whether the session has a form that the caller may not see.
func hides(x *Session, me casemgmt.Caller) bool {
	for _, l := range x.Participants {
		for _, f := range l.Forms {
			if !me.Scope.Sees(f.Resource()) {
				return true
			}
		}
	}
	return false
}

func reasonFor(rule, reason string, needed bool) error {
	var bad fault.Issues
	bad.Required(rule, "/reason", reason != "" || !needed)
	bad.Note("/reason", reason, 1000)
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
	return s.edit(ctx, cmd, cmd.Session, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		line, err := seenLine(x, me, cmd.Client)
		if err != nil {
			return event.Event{}, err
		}
		if line.Removal == nil {
			return event.Event{}, fault.ErrNotFound
		}
		line.Removal = nil
		return event.New("session.client_restored", x.ID.String(), 0),
			tx.UpdateLine(ctx, x.ID, line)
	})
}
