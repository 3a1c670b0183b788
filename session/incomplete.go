package session

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// IncompleteQuery says whose incomplete sessions are listed: those of Worker,
// or those of the managed programs.
type IncompleteQuery struct {
	Worker  casemgmt.StaffID
	Manages []string // program ids; private forms are left out (INC-04)
}

// Incomplete is a session that does not count yet, and why (INC-03).
type Incomplete struct {
	Session SessionID               `json:"session"`
	Version int64                   `json:"version"`
	Date    civil.Date              `json:"service_date"`
	Type    Type                    `json:"type"`
	Worker  casemgmt.StaffID        `json:"worker"`
	Clients []IncompleteParticipant `json:"clients"` // empty: the session has no client yet
	// Forms of the session itself that are to be completed.
	Forms []IncompleteForm `json:"forms,omitempty"`
}

// IncompleteParticipant is a client of the session with the forms to be completed; no
// forms at all when none was added yet (INC-05).
type IncompleteParticipant struct {
	Client casemgmt.ClientHit `json:"client"`
	Forms  []IncompleteForm   `json:"forms"`
}

// IncompleteForm is a form to be completed.
type IncompleteForm struct {
	Form    FormID    `json:"form"`
	Kind    string    `json:"kind"`
	Missing []Missing `json:"missing"`
}

// MyIncomplete lists the caller's own incomplete sessions, oldest first (INC-01 to
// INC-03). It fails with fault.ErrForbidden for a program.
func (s *Service) MyIncomplete(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	return casemgmt.ReadMany(ctx, s.work, p, MyIncomplete[Tx])
}

// MyIncomplete lists them in a unit of work, also in that of a package above this one.
func MyIncomplete[X Tx](ctx context.Context, u *casemgmt.UnitOf[X], p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	if u.Staff == nil {
		return casemgmt.Page[Incomplete]{}, fault.ErrForbidden
	}
	return incomplete(ctx, casemgmt.As[Tx](u), IncompleteQuery{Worker: u.Staff.ID}, p)
}

// TeamIncomplete lists the same for the programs that the caller manages,
// without private forms, oldest first (INC-04). It fails with fault.ErrForbidden.
func (s *Service) TeamIncomplete(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	return casemgmt.ReadMany(ctx, s.work, p, teamIncomplete)
}

func teamIncomplete(ctx context.Context, u *Unit, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	if err := u.Allow(ctx, access.SeeManaged, access.Resource{Kind: access.Sessions}); err != nil {
		return casemgmt.Page[Incomplete]{}, err
	}
	return incomplete(ctx, u, IncompleteQuery{Manages: u.Manages}, p)
}

func incomplete(ctx context.Context, u *Unit, q IncompleteQuery, p casemgmt.PageRequest) (casemgmt.Page[Incomplete], error) {
	out := casemgmt.Page[Incomplete]{Items: []Incomplete{}}
	if p.Limit == 0 {
		p.Limit = 20 // each row says much
	}
	page, hits, err := u.Tx.Sessions().Incomplete(ctx, q, p)
	if err != nil {
		return out, err
	}
	if u.AllowClients(ctx) != nil { // ACC-02
		hits = nil
	}
	out.Next = page.Next
	for _, x := range page.Items {
		if q.Worker.IsZero() { // a manager's list is without private forms, and of the managed programs
			x = shown(u, x, access.Scope{Programs: u.Manages})
		}
		out.Items = append(out.Items, toComplete(u, x, hits))
	}
	return out, nil
}

// toComplete is what is missing in a session. Clients who are not among hits are
// shown by their id alone.
func toComplete(u *Unit, x *Session, hits map[casemgmt.ClientID]casemgmt.ClientHit) Incomplete {
	row := Incomplete{Session: x.ID, Version: x.Version, Date: x.ServiceDate, Type: x.Type, Worker: x.Worker,
		Clients: []IncompleteParticipant{}, Forms: toFill(u, kept(x.Forms))}
	for _, p := range x.Participants {
		if p.Removal != nil {
			continue
		}
		hit, ok := hits[p.Client]
		if !ok {
			hit.ID = p.Client
		}
		active := p.Active()
		own := IncompleteParticipant{Client: hit, Forms: toFill(u, active)}
		if own.Forms == nil {
			own.Forms = []IncompleteForm{}
		}
		if len(own.Forms) > 0 || len(active) == 0 {
			row.Clients = append(row.Clients, own)
		}
	}
	return row
}

func toFill(u *Unit, list []*Form) []IncompleteForm {
	var out []IncompleteForm
	for _, f := range list {
		if f.Completion == nil {
			label(u, f)
			out = append(out, IncompleteForm{Form: f.ID, Kind: f.Kind, Missing: f.Missing})
		}
	}
	return out
}
