// Package dashboard has the home page of a worker and the page of a client: what
// was done lately, and what is to be done (rule book, section 19).
//
// Rule ids in comments and issues (DSH-01) are those of docs/rules.md.
package dashboard

import (
	"context"
	"slices"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// Tx is what dashboards need of their storage in a unit of work, bound to one agency.
type Tx interface {
	session.Tx
	History() History
}

// History is what clients received.
type History interface {
	// Of lists a client's sessions that a scope of forms sees, and the services of
	// batches, posted and not reversed, that a scope of batches sees, in one order,
	// newest first.
	Of(ctx context.Context, c casemgmt.ClientID, forms, batches access.Scope, p casemgmt.PageRequest) (casemgmt.Page[Contact], error)
}

// Contact is a session of a client, without documents, or what one entry of a
// batch gave.
type Contact struct {
	Session  *session.Session
	Services []batch.Transaction
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service makes dashboards.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg)
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// Worker is the worker's home page (DSH-01, DSH-02).
type Worker struct {
	// Recent are the latest sessions of the worker with their clients.
	Recent []Interaction `json:"recent"`
	// Incomplete is the first page of the incomplete sessions, IncompleteTotal all of them.
	Incomplete      []session.Incomplete `json:"incomplete"`
	IncompleteTotal int                  `json:"incomplete_total"`
	// NewManagers are those who were made managers of a program that the worker
	// manages in the last 30 days: they open its private forms (ACC-10).
	NewManagers []NewManager `json:"new_managers,omitempty"`
}

// NewManager is somebody who was made manager of a program.
type NewManager struct {
	Staff   casemgmt.StaffID   `json:"staff"`
	Name    string             `json:"name"`
	Program casemgmt.ProgramID `json:"program"`
	Since   time.Time          `json:"since"`
	By      casemgmt.StaffID   `json:"by,omitzero"` // none: a program did
}

// Interaction is a session as a dashboard shows it.
type Interaction struct {
	Session  session.SessionID    `json:"session"`
	Date     civil.Date           `json:"service_date"`
	Type     session.Type         `json:"type"`
	Complete bool                 `json:"complete"`
	Clients  []casemgmt.ClientHit `json:"clients"`
}

// Localize fills in the texts in a language.
func (d *Worker) Localize(l i18n.Lang) {
	for i := range d.Incomplete {
		d.Incomplete[i].Localize(l)
	}
}

// Worker is the caller's own. It fails with fault.ErrForbidden for a program.
func (s *Service) Worker(ctx context.Context) (*Worker, error) {
	return casemgmt.ReadMany(ctx, s.work, struct{}{}, worker)
}

func worker(ctx context.Context, u *Unit, _ struct{}) (*Worker, error) {
	if u.Staff == nil {
		return nil, fault.ErrForbidden
	}
	recent, err := u.Tx.Sessions().List(ctx, session.Query{Worker: u.Staff.ID}, u.Scope(ctx, access.Forms), casemgmt.PageRequest{Limit: 10})
	if err != nil {
		return nil, err
	}
	out := &Worker{}
	if out.Recent, err = interactions(ctx, u, recent.Items); err != nil {
		return nil, err
	}
	if out.NewManagers, err = newManagers(ctx, u); err != nil {
		return nil, err
	}
	page, err := session.MyIncomplete(ctx, u, casemgmt.PageRequest{Limit: 10})
	if err != nil {
		return nil, err
	}
	out.Incomplete = page.Items
	out.IncompleteTotal, err = u.Tx.Sessions().CountIncomplete(ctx, u.Staff.ID)
	return out, err
}

// told is how long managers are told of new ones.
const told = 30 * 24 * time.Hour

// newManagers are the others who were made managers lately of what the caller manages.
func newManagers(ctx context.Context, u *Unit) ([]NewManager, error) {
	if len(u.Manages) == 0 {
		return nil, nil
	}
	staff, err := casemgmt.All(ctx, u.Tx.Staff())
	var out []NewManager
	for _, s := range staff {
		for _, m := range s.Programs {
			if m.Manager && s.ID != u.Staff.ID && slices.Contains(u.Manages, m.Program.String()) && m.Since.After(u.Now.Add(-told)) {
				out = append(out, NewManager{Staff: s.ID, Name: s.Name, Program: m.Program, Since: m.Since, By: m.By})
			}
		}
	}
	return out, err
}

// interactions are sessions with their clients, who are shown by their id alone to
// whoever may not open profiles (ACC-02).
func interactions(ctx context.Context, u *Unit, sessions []*session.Session) ([]Interaction, error) {
	var keys []casemgmt.ClientID
	for _, x := range sessions {
		for _, p := range x.Participants {
			keys = append(keys, p.Client)
		}
	}
	hits := map[casemgmt.ClientID]casemgmt.ClientHit{}
	if u.AllowClients(ctx) == nil {
		var err error
		if hits, err = u.Tx.Clients().Hits(ctx, keys); err != nil {
			return nil, err
		}
	}
	out := []Interaction{}
	for _, x := range sessions {
		row := Interaction{Session: x.ID, Date: x.ServiceDate, Type: x.Type, Complete: x.Complete, Clients: []casemgmt.ClientHit{}}
		for _, p := range x.Participants {
			if p.Removal == nil {
				hit := hits[p.Client]
				hit.ID = p.Client
				row.Clients = append(row.Clients, hit)
			}
		}
		out = append(out, row)
	}
	return out, nil
}
