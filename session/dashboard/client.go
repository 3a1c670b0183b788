package dashboard

import (
	"context"
	"slices"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/session"
)

// Client is what is known of a client's dealings with the agency, as
// far as the caller may see it (DSH-03, DSH-06).
type Client struct {
	Client  *casemgmt.Client        `json:"client"`
	Family  []casemgmt.ClientHit    `json:"family,omitempty"` // the other members of the family
	Notes   []Note                  `json:"notes"`
	History casemgmt.Page[Received] `json:"history"`
}

// Note is a note of the profile or of a session.
type Note struct {
	Session session.SessionID `json:"session,omitzero"` // none: of the profile
	Date    civil.Date        `json:"date,omitzero"`
	Text    string            `json:"text"`
}

// Received is one service in a client's history: a service form of a session, or a
// service that was given in a batch.
type Received struct {
	Session  session.SessionID `json:"session,omitzero"`
	Form     session.FormID    `json:"form,omitzero"`
	Kind     string            `json:"kind,omitempty"`
	Date     civil.Date        `json:"service_date"`
	Worker   casemgmt.StaffID  `json:"worker"` // of the form; the user performing services of a batch
	Complete bool              `json:"complete"`
	// Batch is the service of a batch; then there is no session and no form.
	Batch *batch.Transaction `json:"batch,omitempty"`
}

// ClientKey asks for a client's dashboard; the page is one of the history.
type ClientKey struct {
	ID casemgmt.ClientID `json:"id"`
	casemgmt.PageRequest
}

// Client is a named client's; an anonymous client has none (ANO-06). Pages of
// the history go by sessions and entries of batches, newest first. The reading is logged as
// an event. It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Client(ctx context.Context, key casemgmt.ClientID, p casemgmt.PageRequest) (*Client, error) {
	return casemgmt.ReadMany(ctx, s.work, ClientKey{key, p}, client)
}

func client(ctx context.Context, u *Unit, q ClientKey) (*Client, error) {
	c, err := casemgmt.Tracked(ctx, u, q.ID, "/client")
	if err != nil {
		return nil, err
	}
	out := &Client{Client: c, Notes: []Note{}}
	out.History.Items = []Received{}
	if !u.SeesCare() {
		c.Profile.Notes = ""
	}
	if c.Profile.Notes != "" {
		out.Notes = append(out.Notes, Note{Text: c.Profile.Notes})
	}
	if code := c.Profile.FamilyCode; code != "" {
		family, err := u.Tx.Clients().Search(ctx, casemgmt.ClientQuery{FamilyCode: code}, casemgmt.PageRequest{})
		if err != nil {
			return nil, err
		}
		out.Family = slices.DeleteFunc(family.Items, func(h casemgmt.ClientHit) bool { return h.ID == q.ID })
	}
	contacts, err := u.Tx.History().Of(ctx, q.ID, u.Scope(ctx, access.Forms), u.Scope(ctx, access.Batches), q.PageRequest)
	if err != nil {
		return nil, err
	}
	out.History.Next = contacts.Next
	for _, x := range contacts.Items {
		if x.Session != nil {
			out.add(session.Shown(ctx, u, x.Session))
		}
		for _, t := range x.Services {
			out.History.Items = append(out.History.Items, Received{Date: t.Date, Worker: t.Provider, Complete: true, Batch: &t})
		}
	}
	u.Log(event.ClientViewed, c)
	return out, nil
}

// add puts a session into the history.
func (out *Client) add(x *session.Session) {
	p := x.Participant(out.Client.ID)
	if p == nil || p.Removal != nil {
		return
	}
	if x.Notes != "" {
		out.Notes = append(out.Notes, Note{Session: x.ID, Date: x.ServiceDate, Text: x.Notes})
	}
	for _, f := range p.Active() {
		out.History.Items = append(out.History.Items, Received{Session: x.ID, Form: f.ID, Kind: f.Kind, Date: x.ServiceDate,
			Worker: f.Worker, Complete: f.Completion != nil})
	}
}
