package export

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// MaxListed is how many problems a report lists; it counts all of them.
const MaxListed = 5000

// Problem is something that the funder would refuse, or wonder at: it names the
// record to be mended (XPT-02).
type Problem struct {
	Ref
	File string `json:"file"` // kind of file that the record is for
	Finding
}

// WorkersProblems are the problems of the records of one worker (XPT-06).
type WorkersProblems struct {
	Worker casemgmt.StaffID `json:"worker,omitzero"` // none: a program recorded them
	Name   string           `json:"name,omitempty"`
	Email  string           `json:"email,omitempty"`
	// Problems by client number and service date.
	Problems []Problem `json:"problems"`
}

// Report is what a check says.
type Report struct {
	Criteria
	At time.Time `json:"at"`
	// Valid: there is no bad record (XPT-06).
	Valid bool `json:"valid"`
	Counts
	// Workers by name.
	Workers []WorkersProblems `json:"workers"`
	// Unlisted problems are counted and not listed.
	Unlisted int `json:"unlisted,omitempty"`
}

// Check checks what a run of the criteria would send, and changes nothing. It
// fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Check(ctx context.Context, c Criteria) (*Report, error) {
	return casemgmt.ReadMany(ctx, s.work, c, s.formats.check)
}

func (fs formats) check(ctx context.Context, u *Unit, c Criteria) (*Report, error) {
	_, format, err := fs.begin(ctx, u, c)
	if err != nil {
		return nil, err
	}
	p := problems{}
	w := newWalk(u, c, format, func(it item) error { p.add(it); return nil })
	if err := w.all(ctx); err != nil {
		return nil, err
	}
	return p.report(ctx, u, c, w.counts)
}

// problems collects what a walk finds: warnings do not crowd out errors.
type problems struct {
	errors, warnings []Problem
	found            int
}

func (p *problems) add(it item) {
	for _, f := range it.Findings {
		p.found++
		list := &p.errors
		if f.Severity == fault.Warning {
			list = &p.warnings
		}
		if len(p.errors)+len(p.warnings) >= MaxListed && f.Severity == fault.Error && len(p.warnings) > 0 {
			p.warnings = p.warnings[:len(p.warnings)-1]
		}
		if len(p.errors)+len(p.warnings) < MaxListed {
			*list = append(*list, Problem{it.Ref, it.Record.Kind, f})
		}
	}
}

// report lists what was found by worker.
func (p *problems) report(ctx context.Context, u *Unit, c Criteria, n Counts) (*Report, error) {
	out := &Report{Criteria: c, At: u.Now, Valid: n.Bad == 0, Counts: n, Workers: []WorkersProblems{}, Unlisted: p.found - len(p.errors) - len(p.warnings)}
	at := map[casemgmt.StaffID]int{}
	for _, x := range append(p.errors, p.warnings...) {
		i, ok := at[x.Worker]
		if !ok {
			i = len(out.Workers)
			at[x.Worker] = i
			out.Workers = append(out.Workers, WorkersProblems{Worker: x.Worker})
			if !x.Worker.IsZero() {
				staff, err := u.Tx.Staff().Get(ctx, x.Worker)
				if err != nil {
					return nil, err
				}
				out.Workers[i].Name, out.Workers[i].Email = staff.Name, staff.Email
			}
		}
		out.Workers[i].Problems = append(out.Workers[i].Problems, x)
	}
	slices.SortStableFunc(out.Workers, func(a, b WorkersProblems) int { return cmp.Compare(a.Name, b.Name) })
	for _, w := range out.Workers {
		slices.SortStableFunc(w.Problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Number, b.Number), a.Date.Compare(b.Date))
		})
	}
	return out, nil
}
