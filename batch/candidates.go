package batch

import (
	"context"
	"strings"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// maxCandidates is how many clients a typed name is answered with.
const maxCandidates = 20

// Candidate is a client whom a name fits, and what adding them would answer.
type Candidate struct {
	casemgmt.ClientHit
	Outcome Outcome `json:"outcome"`
	Text    string  `json:"message,omitempty"`
}

// Localize fills in the outcome's text in a language.
func (c *Candidate) Localize(lang i18n.Lang) { c.Text = c.Outcome.Text().In(lang) }

// FindCandidates looks for clients by name for a run.
type FindCandidates struct {
	Run  RunID  `json:"run"`
	Name string `json:"name"`
}

// query is the search for the name.
func (c FindCandidates) query() casemgmt.ClientQuery {
	return casemgmt.ClientQuery{Name: strings.TrimSpace(c.Name)}
}

// Validate says what cannot be searched for (BAT-16, SRC-01). It fails with
// *fault.Invalid.
func (c FindCandidates) Validate() error {
	q := c.query()
	c.Name = q.Name
	words := len(q.Words())
	return fault.Check(&c, validation.Field(&c.Name, fault.Required("BAT-16"), fault.Line("BAT-16", 200),
		fault.Fails(words == 0 || words > 8, "SRC-01", "nothing_to_search")))
}

// Candidates answers a typed name with the clients whom it fits, at most 20,
// and whether they can be added (BAT-16, BAT-18). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Candidates(ctx context.Context, cmd FindCandidates) ([]Candidate, error) {
	return casemgmt.Read(ctx, s.work, cmd, candidates)
}

func candidates(ctx context.Context, u *Unit, cmd FindCandidates) ([]Candidate, error) {
	r, err := u.Tx.Runs().Get(ctx, cmd.Run)
	if err != nil {
		return nil, err
	}
	if err := mayRun(ctx, u, r.Program); err != nil {
		return nil, err
	}
	casemgmt.Searched(u, "name")
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	page, err := u.Tx.Clients().Search(ctx, cmd.query(), casemgmt.PageRequest{Limit: maxCandidates})
	if err != nil {
		return nil, err
	}
	picks := make([]*pick, len(page.Items))
	for i, hit := range page.Items {
		picks[i] = &pick{client: hit.ID}
	}
	a := adder{u: u, r: r}
	if err := a.check(ctx, picks); err != nil {
		return nil, err
	}
	out := []Candidate{}
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
	return out, nil
}
