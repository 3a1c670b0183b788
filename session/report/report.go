// Package report has the reports of the rule book, section 21: numbers over
// complete sessions and posted batch services, all with the same criteria. A
// report is data: what is counted, by what, and how.
//
// Rule ids in comments and issues (REP-10) are those of docs/rules.md.
package report

import (
	"context"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Result is a report: its numbers, and what they are about (REP-11).
type Result struct {
	Report   Name      `json:"report"`
	Criteria Criteria  `json:"criteria"`
	At       time.Time `json:"at"` // the moment of the data
	Columns  []Column  `json:"columns"`
	Rows     []Row     `json:"rows"`
	// Total of the rows; empty where withheld or where rows cannot be added up.
	Total *int `json:"total,omitempty"`
	// IncompleteLeftOut is the number of incomplete sessions in the range that
	// were not counted; empty where withheld, and for batch services alone.
	IncompleteLeftOut *int `json:"incomplete_left_out,omitempty"`
	// UnpostedLeftOut is the number of clients who were selected in batches of the
	// range and whose services are not posted; for reports that count batch services.
	UnpostedLeftOut *int `json:"unposted_left_out,omitempty"`
}

// Column is one of the numbers of each row.
type Column struct {
	Key   Measure   `json:"key"`
	Label i18n.Text `json:"label"`
}

// Row is one line.
type Row struct {
	Key   string    `json:"key"`
	Label i18n.Text `json:"label"`
	// Values by column; null where withheld: with fewer than 5 services in it that the
	// caller may not see (ACC-11).
	Values   map[Measure]*int `json:"values"`
	Withheld bool             `json:"withheld,omitempty"`
}

// Tx is what reports need of their storage in a unit of work, bound to one agency.
type Tx interface {
	enroll.Tx
	Counts() Counts
	Saved() casemgmt.Listed[Saved]
}

// Counts counts.
type Counts interface {
	// Table counts what a report says, by its dimension.
	Table(ctx context.Context, d Definition, c Criteria, scope access.Scope) ([]Counted, error)
	// Incomplete counts the incomplete sessions that fit the criteria, and Unposted
	// the clients who wait in batches.
	Incomplete(ctx context.Context, c Criteria, scope access.Scope) (Count, error)
	Unposted(ctx context.Context, c Criteria, scope access.Scope) (Count, error)
}

// Counted is a row as it was counted; Key is the value of the dimension.
type Counted struct {
	Key    string
	Values []Count // in the order of Definition.Count
}

// Count is a number with the part of it that the caller may see.
type Count struct{ All, Visible int }

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Service makes reports.
type Service struct{ work casemgmt.Work[Tx] }

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, err := casemgmt.NewWork(run, cfg, casemgmt.Again(saved.Get))
	if err != nil {
		return nil, err
	}
	return &Service{work}, nil
}

// Question asks for a report.
type Question struct {
	Report Name `json:"report"`
	Criteria
}

// Make makes a report. A worker makes it of the own services, a manager of the
// managed programs, an administrator of the whole agency (ACC-07); without a
// program or worker a worker's report is on themselves. Only complete sessions
// count (CMP-03, REP-05). It fails with fault.ErrNotFound for an unknown
// report, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Make(ctx context.Context, q Question) (*Result, error) {
	if _, ok := Find(q.Report); !ok {
		return nil, fault.ErrNotFound
	}
	return casemgmt.ReadMany(ctx, s.work, q, makeReport)
}

func makeReport(ctx context.Context, u *Unit, q Question) (*Result, error) {
	def, _ := Find(q.Report)
	if err := fits(ctx, u, def, q.Criteria); err != nil {
		return nil, err
	}
	c, err := allowed(ctx, u, q.Criteria)
	if err != nil {
		return nil, err
	}
	scope := u.Scope(ctx, access.Reports)
	counted, err := u.Tx.Counts().Table(ctx, def, c, scope)
	if err != nil {
		return nil, err
	}
	out := &Result{Report: def.Name, Criteria: c, At: u.Now, Columns: def.columns()}
	if out.Rows, out.Total = tabulate(def, counted); len(out.Rows) > 0 {
		if err := label(ctx, u, def, c, out.Rows); err != nil {
			return nil, err
		}
	}
	return out, out.leftOut(ctx, u, def, scope)
}

// leftOut fills in what of the range was not counted.
func (r *Result) leftOut(ctx context.Context, u *Unit, def Definition, scope access.Scope) error {
	if def.Of != Services && !r.Criteria.noBatches() {
		n, err := u.Tx.Counts().Unposted(ctx, r.Criteria, scope)
		if err != nil {
			return err
		}
		r.UnpostedLeftOut = n.value()
	}
	if def.Of != BatchServices {
		n, err := u.Tx.Counts().Incomplete(ctx, r.Criteria, scope)
		if err != nil {
			return err
		}
		r.IncompleteLeftOut = n.value()
	}
	return nil
}

// allowed is ACC-07: who may make it of what.
func allowed(ctx context.Context, u *Unit, c Criteria) (Criteria, error) {
	on := access.Resource{Kind: access.Reports, Owner: c.Worker.String(), Program: c.Program.String()}
	err := u.Allow(ctx, access.RunReport, on)
	if err == nil || on.Owner != "" || on.Program != "" || u.Staff == nil {
		return c, err
	}
	c.Worker = u.Staff.ID
	return c, u.Allow(ctx, access.RunReport, access.Resource{Kind: access.Reports, Owner: c.Worker.String()})
}
