package session

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// shown is the session as the caller may see it (ACC-12): without the forms
// that they may not see, without the lines of which they see no form, and with
// a state that tells nothing of either. Removed lines and forms stay, marked.
func (s *Service) shown(x *Session, me casemgmt.Caller) *Session {
	out := *x
	out.Participants = []*Participant{}
	hidden := false
	for _, l := range x.Participants {
		line := *l
		line.Forms = []*Form{}
		for _, f := range l.Forms {
			if me.Scope.Sees(f.Resource()) {
				s.label(me, f)
				line.Forms = append(line.Forms, f)
			}
		}
		if len(l.Forms) > len(line.Forms) {
			hidden = true
			if len(line.Forms) == 0 {
				continue
			}
		}
		out.Participants = append(out.Participants, &line)
	}
	if hidden {
		out.Settle()
		out.Documents = slices.DeleteFunc(slices.Clone(out.Documents), func(d Document) bool { return !d.Form.IsZero() && out.Form(d.Form) == nil })
	}
	return &out
}

// sees is ACC-12 for one session.
func (s *Service) sees(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (bool, error) {
	if me.Staff != nil && x.Worker == me.Staff.ID {
		return true, nil
	}
	active := x.Active()
	if len(active) == 0 && hides(x, me) {
		return false, nil // what was removed is not opened by that
	}
	if len(active) > 0 {
		return slices.ContainsFunc(active, func(f *Form) bool { return me.Scope.Sees(f.Resource()) }), nil
	}
	if me.Scope.Open {
		return true, nil
	}
	worker, err := tx.Staff().Get(ctx, x.Worker)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(worker.Programs, func(m casemgmt.Membership) bool {
		return slices.Contains(me.Programs, m.Program.String())
	}), nil
}

// seen reads a session that the caller may see.
func (s *Service) seen(ctx context.Context, tx Tx, me casemgmt.Caller, key SessionID) (*Session, error) {
	x, err := tx.Session(ctx, key)
	if err != nil {
		return nil, err
	}
	ok, err := s.sees(ctx, tx, me, x)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.ErrForbidden
	}
	return s.shown(x, me), nil
}

// Session is one session, without the forms that the caller may not see. It
// fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Session(ctx context.Context, key SessionID) (*Session, error) {
	var out *Session
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		out, err = s.seen(ctx, tx, me, key)
		return err
	})
	return out, err
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

// Sessions lists the sessions that the caller may see, newest first. It fails
// with *fault.Invalid. An anonymous client's sessions are not joined (ANO-06).
func (s *Service) Sessions(ctx context.Context, q Query, p casemgmt.PageRequest) (casemgmt.Page[*Session], error) {
	var out casemgmt.Page[*Session]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		if !q.Client.IsZero() {
			if _, err := s.tracked(ctx, tx, me, q.Client); err != nil {
				return err
			}
		}
		out, err = tx.Sessions(ctx, q, me.Scope, p)
		for i, x := range out.Items {
			out.Items[i] = s.shown(x, me)
		}
		return err
	})
	return out, err
}

// tracked is a client whose sessions may be joined.
func (s *Service) tracked(ctx context.Context, tx Tx, me casemgmt.Caller, key casemgmt.ClientID) (*casemgmt.Client, error) {
	client, err := tx.Client(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := me.AllowClients(ctx); err != nil {
		return nil, err
	}
	var bad fault.Issues
	if client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	return client, bad.Err()
}

// IncompleteQuery says whose incomplete sessions are listed: those of Worker,
// or those of the managed programs.
type IncompleteQuery struct {
	Worker  casemgmt.StaffID
	Manages []string // program ids; private forms are left out (INC-04)
}

// Incomplete is a session that does not count yet, and why (INC-03).
type Incomplete struct {
	Session SessionID        `json:"session"`
	Version int64            `json:"version"`
	Date    civil.Date       `json:"service_date"`
	Type    Type             `json:"type"`
	Worker  casemgmt.StaffID `json:"worker"`
	Clients []IncompleteLine `json:"clients"` // empty: the session has no client yet
}

// IncompleteLine is a client of the session with the forms to be completed; no
// forms at all when none was added yet (INC-05).
type IncompleteLine struct {
	Client casemgmt.ClientHit `json:"client"`
	Forms  []IncompleteForm   `json:"forms"`
}

// IncompleteForm is a form to be completed.
type IncompleteForm struct {
	Form    FormID    `json:"form"`
	Kind    string    `json:"kind"`
	Missing []Missing `json:"missing"`
}

// MyIncomplete lists the caller's own sessions that are not complete, oldest
// first, 20 a page unless the page says otherwise (INC-01, INC-02). It fails with fault.ErrForbidden for a program.
func (s *Service) MyIncomplete(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	return s.incomplete(ctx, p, func(me casemgmt.Caller) (IncompleteQuery, error) {
		if me.Staff == nil {
			return IncompleteQuery{}, fault.ErrForbidden
		}
		return IncompleteQuery{Worker: me.Staff.ID}, nil
	})
}

// TeamIncomplete lists the same for the programs that the caller manages,
// without private forms, oldest first (INC-04). It fails with fault.ErrForbidden.
func (s *Service) TeamIncomplete(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	return s.incomplete(ctx, p, func(me casemgmt.Caller) (IncompleteQuery, error) {
		return IncompleteQuery{Manages: me.Manages}, me.Allow(ctx, access.SeeManaged, access.Resource{})
	})
}

func (s *Service) incomplete(ctx context.Context, p casemgmt.PageRequest, of func(casemgmt.Caller) (IncompleteQuery, error)) (casemgmt.Page[Incomplete], error) {
	out := casemgmt.Page[Incomplete]{Items: []Incomplete{}}
	if p.Limit == 0 {
		p.Limit = 20 // each line says much
	}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		q, err := of(me)
		if err != nil {
			return err
		}
		out, err = s.incompletePage(ctx, tx, me, q, p)
		return err
	})
	return out, err
}

func (s *Service) incompletePage(ctx context.Context, tx Tx, me casemgmt.Caller, q IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	out := casemgmt.Page[Incomplete]{Items: []Incomplete{}}
	page, err := tx.Incomplete(ctx, q, p)
	if err != nil {
		return out, err
	}
	var keys []casemgmt.ClientID
	for _, x := range page.Items {
		for _, l := range x.Participants {
			keys = append(keys, l.Client)
		}
	}
	hits, err := shownHits(ctx, tx, me, keys)
	if err != nil {
		return out, err
	}
	out.Next = page.Next
	for _, x := range page.Items {
		if q.Worker.IsZero() {
			x = s.forTeam(x, me)
		}
		row := Incomplete{Session: x.ID, Version: x.Version, Date: x.ServiceDate, Type: x.Type, Worker: x.Worker, Clients: []IncompleteLine{}}
		for _, l := range x.Participants {
			if l.Removal != nil {
				continue
			}
			line := IncompleteLine{Client: hits[l.Client], Forms: []IncompleteForm{}}
			active := l.Active()
			for _, f := range active {
				if f.Completion == nil {
					s.label(me, f)
					line.Forms = append(line.Forms, IncompleteForm{Form: f.ID, Kind: f.Kind, Missing: f.Missing})
				}
			}
			if len(line.Forms) > 0 || len(active) == 0 {
				row.Clients = append(row.Clients, line)
			}
		}
		out.Items = append(out.Items, row)
	}
	return out, nil
}

// forTeam leaves private forms, and what is not of the managed programs, out of
// a manager's list.
func (s *Service) forTeam(x *Session, me casemgmt.Caller) *Session {
	scope := access.Scope{Programs: me.Manages}
	team := me
	team.Scope = scope
	return s.shown(x, team)
}

// Dashboard is the worker's home page (DSH-01, DSH-02).
type Dashboard struct {
	// Recent are the latest sessions of the worker with their clients.
	Recent []Interaction `json:"recent"`
	// Incomplete is the first page of the incomplete sessions, IncompleteTotal all of them.
	Incomplete      []Incomplete `json:"incomplete"`
	IncompleteTotal int          `json:"incomplete_total"`
}

// Interaction is a session as a dashboard shows it.
type Interaction struct {
	Session  SessionID            `json:"session"`
	Date     civil.Date           `json:"service_date"`
	Type     Type                 `json:"type"`
	Complete bool                 `json:"complete"`
	Clients  []casemgmt.ClientHit `json:"clients"`
}

// Dashboard is the caller's own. It fails with fault.ErrForbidden for a program.
func (s *Service) Dashboard(ctx context.Context) (Dashboard, error) {
	out := Dashboard{Recent: []Interaction{}}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		if me.Staff == nil {
			return fault.ErrForbidden
		}
		recent, err := tx.Sessions(ctx, Query{Worker: me.Staff.ID}, me.Scope, casemgmt.PageRequest{Limit: 10})
		if err != nil {
			return err
		}
		if out.Recent, err = interactions(ctx, tx, me, recent.Items); err != nil {
			return err
		}
		page, err := s.incompletePage(ctx, tx, me, IncompleteQuery{Worker: me.Staff.ID}, casemgmt.PageRequest{Limit: 10})
		if err != nil {
			return err
		}
		out.Incomplete = page.Items
		out.IncompleteTotal, err = tx.CountIncomplete(ctx, me.Staff.ID)
		return err
	})
	return out, err
}

// shownHits are clients as lists show them: by their id alone to whoever may
// not open profiles (ACC-02).
func shownHits(ctx context.Context, tx Tx, me casemgmt.Caller, keys []casemgmt.ClientID) (map[casemgmt.ClientID]casemgmt.ClientHit, error) {
	if me.AllowClients(ctx) == nil {
		return tx.Hits(ctx, keys)
	}
	out := map[casemgmt.ClientID]casemgmt.ClientHit{}
	for _, k := range keys {
		out[k] = casemgmt.ClientHit{ID: k}
	}
	return out, nil
}

func interactions(ctx context.Context, tx Tx, me casemgmt.Caller, sessions []*Session) ([]Interaction, error) {
	var keys []casemgmt.ClientID
	for _, x := range sessions {
		for _, l := range x.Participants {
			keys = append(keys, l.Client)
		}
	}
	hits, err := shownHits(ctx, tx, me, keys)
	if err != nil {
		return nil, err
	}
	out := []Interaction{}
	for _, x := range sessions {
		row := Interaction{Session: x.ID, Date: x.ServiceDate, Type: x.Type, Complete: x.Complete, Clients: []casemgmt.ClientHit{}}
		for _, l := range x.Participants {
			if l.Removal == nil {
				row.Clients = append(row.Clients, hits[l.Client])
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// ClientDashboard is what is known of a client's dealings with the agency, as
// far as the caller may see it (DSH-03, DSH-06).
type ClientDashboard struct {
	Client  *casemgmt.Client         `json:"client"`
	Family  []casemgmt.ClientHit     `json:"family,omitempty"`
	Notes   []Note                   `json:"notes"`
	History casemgmt.Page[Received] `json:"history"`
}

// Note is a note of the profile or of a session.
type Note struct {
	Session SessionID  `json:"session,omitzero"` // none: of the profile
	Date    civil.Date `json:"date,omitzero"`
	Text    string     `json:"text"`
}

// Received is one service form in a client's history.
type Received struct {
	Session  SessionID        `json:"session"`
	Form     FormID           `json:"form"`
	Kind     string           `json:"kind"`
	Date     civil.Date       `json:"service_date"`
	Worker   casemgmt.StaffID `json:"worker"`
	Complete bool             `json:"complete"`
}

// ClientDashboard is a named client's; an anonymous client has none (ANO-06).
// Pages of the history go by sessions, newest first. The reading is logged as
// an event. It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientDashboard(ctx context.Context, key casemgmt.ClientID, p casemgmt.PageRequest) (ClientDashboard, error) {
	var out ClientDashboard
	err := s.work.Update(ctx, key, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		client, err := s.tracked(ctx, tx, me, key)
		if err != nil {
			return event.Event{}, err
		}
		out = ClientDashboard{Client: client, Notes: []Note{}}
		out.History.Items = []Received{}
		if client.Profile.Notes != "" {
			out.Notes = append(out.Notes, Note{Text: client.Profile.Notes})
		}
		if code := client.Profile.FamilyCode; code != "" {
			family, err := tx.SearchClients(ctx, casemgmt.ClientQuery{FamilyCode: code}, casemgmt.PageRequest{})
			if err != nil {
				return event.Event{}, err
			}
			out.Family = slices.DeleteFunc(family.Items, func(h casemgmt.ClientHit) bool { return h.ID == key })
		}
		sessions, err := tx.Sessions(ctx, Query{Client: key}, me.Scope, p)
		if err != nil {
			return event.Event{}, err
		}
		out.History.Next = sessions.Next
		for _, x := range sessions.Items {
			s.addHistory(&out, s.shown(x, me), key)
		}
		return event.New("client.viewed", key.String(), client.Version), nil
	})
	return out, err
}

func (s *Service) addHistory(out *ClientDashboard, x *Session, key casemgmt.ClientID) {
	line := x.Participant(key)
	if line == nil || line.Removal != nil {
		return
	}
	if x.Notes != "" {
		out.Notes = append(out.Notes, Note{Session: x.ID, Date: x.ServiceDate, Text: x.Notes})
	}
	for _, f := range line.Active() {
		out.History.Items = append(out.History.Items, Received{Session: x.ID, Form: f.ID, Kind: f.Kind, Date: x.ServiceDate,
			Worker: f.Worker, Complete: f.Completion != nil})
	}
}

// Visible is a session as the caller of a unit of work may see it: for packages
// above this one. It fails with fault.ErrNotFound or fault.ErrForbidden.
func Visible(ctx context.Context, tx Tx, me casemgmt.Caller, r *forms.Registry, key SessionID) (*Session, error) {
	return (&Service{cfg: casemgmt.Config{Forms: r}}).seen(ctx, tx, me, key)
}
