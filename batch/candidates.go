package batch

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// maxCandidates is how many clients a typed name is answered with, and MaxNames how
// many names one call looks for.
const (
	maxCandidates = 20
	MaxNames      = 50
)

// Candidate is a client whom a name fits, and what adding them would answer.
type Candidate struct {
	casemgmt.ClientHit
	Outcome Outcome `json:"outcome"`
	Text    string  `json:"message,omitempty"`
}

// Localize fills in the outcome's text in a language.
func (c *Candidate) Localize(lang i18n.Lang) { c.Text = c.Outcome.Text().In(lang) }

// Found are the candidates for a name.
type Found struct {
	Items []Candidate `json:"items"`
	// More says that the name fits more clients than are listed: type more of it.
	More bool `json:"more"`
}

// Localize fills in the outcomes' texts in a language.
func (f *Found) Localize(lang i18n.Lang) {
	for i := range f.Items {
		f.Items[i].Localize(lang)
	}
}

// FindCandidates looks for clients by name for a run.
type FindCandidates struct {
	Run  RunID  `json:"run"`
	Name string `json:"name"`
}

// Validate says what cannot be searched for (BAT-16, SRC-01). It fails with
// *fault.Invalid.
func (c FindCandidates) Validate() error {
	return fault.Check(&c, validation.Field(&c.Name, searchable(c.Name)))
}

// searchable is the rule on a name to look for.
func searchable(name string) fault.Rule {
	words := len(casemgmt.ClientQuery{Name: name}.Words())
	return fault.If(true, fault.Required("BAT-16"), fault.Line("BAT-16", 200),
		fault.Fails(words == 0 || words > 8, "SRC-01", "nothing_to_search"))
}

// FindNames looks for clients by several names, such as those of a list on paper.
type FindNames struct {
	Run   RunID    `json:"run"`
	Names []string `json:"names"` // 1 to MaxNames
}

// Validate says what cannot be searched for (BAT-16, SRC-01). It fails with
// *fault.Invalid.
func (c FindNames) Validate() error {
	return fault.Check(&c, validation.Field(&c.Names, fault.Required("BAT-16"), fault.AtMost("BAT-16", MaxNames),
		fault.Items(func(list []string, i int) fault.Issues { return fault.IssuesOf(searchable(list[i]).Validate(list[i])) })))
}

// Candidates answers a typed name with the clients whom it fits, at most 20,
// and whether they can be added (BAT-16, BAT-18). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Candidates(ctx context.Context, cmd FindCandidates) (*Found, error) {
	found, err := casemgmt.Read(ctx, s.work, cmd, candidates)
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

func candidates(ctx context.Context, u *Unit, cmd FindCandidates) ([]Found, error) {
	return candidatesOf(ctx, u, FindNames{cmd.Run, []string{cmd.Name}})
}

// CandidatesOf answers several names, each as Candidates does, in the order of the
// list. It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) CandidatesOf(ctx context.Context, cmd FindNames) ([]Found, error) {
	return casemgmt.Read(ctx, s.work, cmd, candidatesOf)
}

func candidatesOf(ctx context.Context, u *Unit, cmd FindNames) ([]Found, error) {
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
	out := make([]Found, len(cmd.Names))
	var picks []*pick // of all names together
	for i, name := range cmd.Names {
		page, err := u.Tx.Clients().Search(ctx, casemgmt.ClientQuery{Name: i18n.Trim(name)}, casemgmt.PageRequest{Limit: maxCandidates})
		if err != nil {
			return nil, err
		}
		out[i] = Found{Items: []Candidate{}, More: page.Next != ""}
		for _, hit := range page.Items {
			out[i].Items = append(out[i].Items, Candidate{ClientHit: hit})
			picks = append(picks, &pick{client: hit.ID})
		}
	}
	a := adder{u: u, r: r}
	for chunk := range slices.Chunk(picks, Chunk) {
		if err := a.check(ctx, chunk); err != nil {
			return nil, err
		}
	}
	for _, f := range out {
		for i := range f.Items {
			f.Items[i].Outcome = picks[i].candidate()
		}
		picks = picks[len(f.Items):]
	}
	return out, nil
}

// candidate is what adding would answer.
func (p *pick) candidate() Outcome {
	switch {
	case p.out.Outcome != "":
		return p.out.Outcome
	case p.added:
		return AlreadyAdded
	}
	return CanBeAdded
}
