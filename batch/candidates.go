package batch

import (
	"context"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Candidate is a client whom a name fits, and what adding them would answer.
type Candidate struct {
	casemgmt.ClientHit
	Outcome Outcome `json:"outcome"`
	Text    string  `json:"message,omitempty"`
}

// FindCandidates looks for clients by name for a run.
type FindCandidates struct {
	Run  RunID  `json:"run"`
	Name string `json:"name"`
}

// Candidates answers a typed name with the clients whom it fits, at most 20,
// and whether they can be added (BAT-16, BAT-18). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Candidates(ctx context.Context, cmd FindCandidates) ([]Candidate, error) {
	out := []Candidate{}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
		r, err := tx.Run(ctx, cmd.Run)
		if err != nil {
			return err
		}
		if err := mayRun(ctx, me, r.Program); err != nil {
			return err
		}
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		q := casemgmt.ClientQuery{Name: strings.TrimSpace(cmd.Name)}
		var bad fault.Issues
		bad.Required("BAT-16", "/name", q.Name != "")
		bad.Line("/name", q.Name, 200)
		if q.Name != "" && len(bad) == 0 && (len(q.Words()) == 0 || len(q.Words()) > 8) {
			bad.Add("SRC-01", "/name", "nothing_to_search")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		page, err := tx.SearchClients(ctx, q, casemgmt.Page{Limit: maxCandidates})
		if err != nil {
			return err
		}
		a := adder{tx: tx, me: me, r: r}
		picks := make([]*pick, len(page.Items))
		for i, hit := range page.Items {
			picks[i] = &pick{client: hit.ID, entry: &Entry{}}
		}
		if err := a.judge(ctx, picks); err != nil {
			return err
		}
		for i, hit := range page.Items {
			out = append(out, Candidate{ClientHit: hit, Outcome: picks[i].out.Outcome})
		}
		return nil
	})
	return out, err
}

// judge says what adding would answer, and writes nothing.
func (a *adder) judge(ctx context.Context, picks []*pick) error {
	if len(picks) == 0 {
		return nil
	}
	if err := a.resolve(ctx, picks); err != nil {
		return err
	}
	valid, err := a.r.codesValid(ctx, a.tx)
	if err != nil {
		return err
	}
	keys := clientsOf(picks)
	bars, err := a.tx.WorkingBars(ctx, a.r.Program, a.r.Location, a.r.ServiceDate, keys)
	if err != nil {
		return err
	}
	standings, err := a.tx.Standings(ctx, a.r, keys)
	if err != nil {
		return err
	}
	later, err := a.tx.EnrolledFrom(ctx, a.r.Program, a.r.ServiceDate, keys)
	if err != nil {
		return err
	}
	places, err := a.tx.Places(ctx, a.r, keys)
	if err != nil {
		return err
	}
	program, err := a.tx.Programs().Get(ctx, a.r.Program)
	if err != nil {
		return err
	}
	for _, p := range picks {
		switch {
		case !p.open():
		case !valid:
			p.out.Outcome = CodeNotValid
		case bars[p.client] != nil:
			p.out.Outcome = Barred
		case standings[p.client].Enrollment.IsZero() && (!program.EnrollOnFirstService || later[p.client]):
			p.out.Outcome = NoEnrollment
		case len(places[p.client]) > 0:
			p.out.Outcome = AlreadyAdded
		default:
			p.out.Outcome = CanBeAdded
		}
	}
	return nil
}
