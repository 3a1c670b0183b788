package report

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// SavedID identifies a saved report.
type SavedID = id.Of[Saved]

// Saved is a report with its criteria under a name, shared within the agency
// (REP-15). It keeps no numbers: it is run again, for the same period or another.
type Saved struct {
	casemgmt.Head[Saved]
	Name string `json:"name"`
	Question
	Closed bool `json:"closed,omitempty"`
}

// Validate says what is wrong with the name and the criteria themselves.
func (s Saved) Validate() error {
	bad := fault.IssuesOf(fault.Check(&s,
		validation.Field(&s.Name, fault.Required("REP-15"), fault.Line("REP-15", 200)),
		validation.Field(&s.Report, fault.Required("REP-15"), fault.OneOf("REP-15", func(name string) bool {
			_, ok := Find(Name(name))
			return ok
		})),
	))
	bad = append(bad, fault.IssuesOf(s.Criteria.Validate())...)
	return bad.Err()
}

var saved = casemgmt.Keep(Tx.Saved, event.SavedReportCreated, event.SavedReportChanged, maySave, fitSaved)

// maySave: whoever may run reports at all.
func maySave(ctx context.Context, u *Unit) error {
	return u.Allow(ctx, access.RunReport, access.Resource{Kind: access.Reports, Owner: u.StaffID().String()})
}

// fitSaved: what could not be run is not saved.
func fitSaved(ctx context.Context, u *Unit, next, _ *Saved) error {
	def, _ := Find(next.Report)
	return fits(ctx, u, def, next.Criteria)
}

// CreateSaved saves a report under a name. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) CreateSaved(ctx context.Context, in Saved) (*Saved, error) {
	return casemgmt.Change(ctx, s.work, in, saved.Add)
}

// UpdateSaved changes a saved report. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateSaved(ctx context.Context, in Saved) (*Saved, error) {
	return casemgmt.Change(ctx, s.work, in, saved.Put)
}

// Saved is one saved report. It fails with fault.ErrNotFound.
func (s *Service) Saved(ctx context.Context, key SavedID) (*Saved, error) {
	return casemgmt.Read(ctx, s.work, key, saved.Get)
}

// SavedList lists the saved reports by name.
func (s *Service) SavedList(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Saved], error) {
	return casemgmt.ReadMany(ctx, s.work, p, casemgmt.ListOf(Tx.Saved))
}

// Again asks for a saved report of a period: the saved one unless given.
type Again struct {
	ID   SavedID    `json:"id"`
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"`
}

// MakeAgain makes a saved report of a period, of what the caller may see as with
// Make. It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) MakeAgain(ctx context.Context, q Again) (*Result, error) {
	return casemgmt.ReadMany(ctx, s.work, q, makeAgain)
}

func makeAgain(ctx context.Context, u *Unit, q Again) (*Result, error) {
	r, err := u.Tx.Saved().Get(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	if !q.From.IsZero() {
		r.From = q.From
	}
	if !q.To.IsZero() {
		r.To = q.To
	}
	if err := r.Criteria.Validate(); err != nil {
		return nil, err
	}
	return makeReport(ctx, u, r.Question)
}
