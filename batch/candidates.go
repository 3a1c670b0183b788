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
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
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
		page, err := tx.SearchClients(ctx, q, casemgmt.PageRequest{Limit: maxCandidates})
		if err != nil {
			return err
		}
		a := adder{tx: tx, me: me, r: r}
		picks := make([]*pick, len(page.Items))
		for i, hit := range page.Items {
			picks[i] = &pick{client: hit.ID}
		}
		if err := a.check(ctx, picks); err != nil {
			return err
		}
		for i, hit := range page.Items {
			outcome := picks[i].out.Outcome
			switch {
			case outcome != "":
			case picks[i].added:
				outcome = AlreadyAdded
			default:
				outcome = CanBeAdded
			}
			out = append(out, Candidate{ClientHit: hit, Outcome: outcome})
		}
		return nil
	})
	return out, err
}
