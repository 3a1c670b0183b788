package export

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
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
	var out *Report
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		_, format, err := s.begin(ctx, tx, me, c)
		if err != nil {
			return err
		}
		p := problems{}
		w := s.newWalk(tx, me, c, format, func(it item) error { p.add(it); return nil })
		if err := w.all(ctx); err != nil {
			return err
		}
		out, err = p.report(ctx, tx, me, c, w.counts)
		return err
	})
	return out, err
}

// problems collects what a walk finds: warnings do not crowd out errors.
type problems struct {
	errors, warnings []Problem
	found            int
}

func (p *problems) add(it item) {
	for _, f := range it.Found {
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

func (p *problems) report(ctx context.Context, tx Tx, me casemgmt.Caller, c Criteria, n Counts) (*Report, error) {
	out := &Report{Criteria: c, At: me.Now, Valid: n.Bad == 0, Counts: n, Workers: []WorkersProblems{}, Unlisted: p.found - len(p.errors) - len(p.warnings)}
	at := map[casemgmt.StaffID]int{}
	for _, x := range append(p.errors, p.warnings...) {
		i, ok := at[x.Worker]
		if !ok {
			i = len(out.Workers)
			at[x.Worker] = i
			out.Workers = append(out.Workers, WorkersProblems{Worker: x.Worker})
			if !x.Worker.IsZero() {
				staff, err := tx.Staff().Get(ctx, x.Worker)
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

// FormReport is what the funder would say of one form of a session.
type FormReport struct {
	Form session.FormID `json:"form"`
	Kind string         `json:"form_kind"`
	File string         `json:"file,omitempty"` // kind of file that takes it
	// Ready: it would be in the next run.
	Ready bool `json:"ready"`
	// LeftOut says why it would be in no run, if so.
	LeftOut  *LeftOut  `json:"left_out,omitempty"`
	Problems []Problem `json:"problems"` // of the client's profile too
}

// SessionReport is what the funders would say of a session.
type SessionReport struct {
	Session session.SessionID `json:"session"`
	Forms   []FormReport      `json:"forms"`
}

// CheckSession says what the funders would refuse of a session, complete or not,
// while the worker is still in it (CMP-06). It is for whoever sees the session,
// and about the forms that they see. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) CheckSession(ctx context.Context, key session.SessionID) (*SessionReport, error) {
	var out *SessionReport
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		x, err := session.Visible(ctx, tx, me, s.cfg.Forms, key)
		if err != nil {
			return err
		}
		out = &SessionReport{Session: key, Forms: []FormReport{}}
		for _, l := range x.Participants {
			for _, f := range l.Active() {
				r, err := s.checkForm(ctx, tx, me, x, l, f)
				if err != nil {
					return err
				}
				out.Forms = append(out.Forms, r)
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) checkForm(ctx context.Context, tx Tx, me casemgmt.Caller, x *session.Session, l *session.Participant, f *session.Form) (FormReport, error) {
	out := FormReport{Form: f.ID, Kind: f.Kind, Problems: []Problem{}}
	because := func(r Reason) (FormReport, error) {
		for _, known := range reasons {
			if known.reason == r {
				out.LeftOut = &LeftOut{Reason: r, Rule: known.rule, Text: known.text, Count: 1}
			}
		}
		return out, nil
	}
	payer := x.Funder(f)
	if payer.IsZero() {
		return because(NoFunder)
	}
	funder, err := tx.Funders().Get(ctx, payer)
	if err != nil {
		return out, err
	}
	format := s.formats[funder.System]
	if format == nil {
		return because(NeverExported)
	}
	c := Criteria{Funder: payer, From: x.ServiceDate, To: x.ServiceDate, Program: f.Program}
	var found []item
	w := s.newWalk(tx, me, c, format, func(it item) error { found = append(found, it); return nil })
	def, ok := s.cfg.Forms.Version(f.Kind, f.Definition)
	if !ok || w.kinds[def.Definition.Files[funder.System]] == nil {
		return because(NeverExported)
	}
	out.File = def.Definition.Files[funder.System]
	due, err := tx.DueForms(ctx, []session.FormID{f.ID})
	if err != nil {
		return out, err
	}
	d := due[f.ID]
	d.Form, d.Session = f, x
	if l.Kind == casemgmt.Anonymous {
		return because(Anonymous)
	}
	clients, err := tx.Clients(ctx, []casemgmt.ClientID{f.Client})
	if err != nil {
		return out, err
	}
	client := clients[f.Client]
	if client.Withdrawal != nil {
		return because(Withdrawn)
	}
	rows, err := w.clientRows(ctx, []casemgmt.ClientID{client.ID})
	if err != nil {
		return out, err
	}
	st, err := w.profile(client, rows[client.ID], f.Worker)
	if err != nil {
		return out, err
	}
	clear(w.left) // what became of the profile is not what becomes of the form
	if err := w.service(ctx, d, client, st); err != nil {
		return out, err
	}
	out.Ready = x.Complete
	for _, it := range found {
		if it.Bad() {
			out.Ready = false
		}
		if me.AllowClients(ctx) != nil { // ACC-02
			if it.Form.IsZero() {
				continue
			}
			it.Number = 0
		}
		for _, f := range it.Found {
			out.Problems = append(out.Problems, Problem{it.Ref, it.Record.Kind, f})
		}
	}
	for reason := range w.left { // it is in the ledger already
		out.Ready = false
		return because(reason)
	}
	if !x.Complete {
		return because(Incomplete)
	}
	return out, nil
}
