package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Post posts the services of selected clients.
type Post struct {
	Run RunID `json:"run"`
	// After is the Next of the call before; empty begins with the first.
	After EntryID `json:"after,omitzero"`
}

// PostedPage has an answer for each of up to MaxAdd clients.
type PostedPage struct {
	Results []Result `json:"results"`
	// Next is where the next call goes on; empty when all were tried.
	Next EntryID `json:"next,omitzero"`
}

func (p *PostedPage) results() []Result { return p.Results }

// Localize fills in the texts of the answers in a language.
func (p *PostedPage) Localize(lang i18n.Lang) { localize(p.Results, lang) }

// Post is Post Services (BAT-15): it puts the services of up to MaxAdd selected
// clients on their records, and says where to go on. Each is checked again
// (BAT-21); who is refused stays selected. Posting again posts nothing twice
// (BAT-20). It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Post(ctx context.Context, cmd Post) (*PostedPage, error) {
	return answered(ctx, s.work, cmd, post)
}

func post(ctx context.Context, u *Unit, cmd Post) (*PostedPage, error) {
	a, err := using(ctx, u, cmd.Run)
	if err != nil {
		return nil, err
	}
	out := &PostedPage{Results: []Result{}, Next: cmd.After}
	var posted []EntryID
	for more := true; more && len(out.Results) < MaxAdd; {
		list, err := u.Tx.Entries().LockSelected(ctx, a.r.ID, out.Next, Chunk)
		if err != nil {
			return nil, err
		}
		picks, err := a.post(ctx, list)
		if err != nil {
			return nil, err
		}
		for _, p := range picks {
			out.Results = append(out.Results, p.out)
			if p.out.Outcome == IsPosted {
				posted = append(posted, p.entry.ID)
			}
		}
		out.Next = EntryID{}
		if more = len(list) == Chunk; more {
			out.Next = list[len(list)-1].ID
		}
	}
	if len(posted) == 0 {
		u.Unchanged()
		return out, nil
	}
	a.log(event.RunPosted, posted)
	return out, nil
}

// post puts the services of selected entries on record, each checked again, and
// answers for each.
func (a *adder) post(ctx context.Context, list []*Entry) ([]*pick, error) {
	picks, err := a.again(ctx, list, func(*Entry) bool { return true })
	if err != nil {
		return nil, err
	}
	var good []*Entry
	for _, p := range picks {
		if p.out.Outcome == "" {
			p.out.Outcome = IsPosted
			p.entry.Enrollment = p.enrollment
			p.entry.SetPosted(true)
			good = append(good, p.entry)
		}
	}
	if len(good) == 0 {
		return picks, nil
	}
	if err := a.u.Tx.Entries().MarkPosted(ctx, a.r.ID, good); err != nil {
		return nil, err
	}
	return picks, a.u.Tx.Transactions().Insert(ctx, a.r, good)
}

// again checks entries as they were checked when they were added (BAT-21). The
// outcome of who may be posted stays empty.
func (a *adder) again(ctx context.Context, list []*Entry, posts func(*Entry) bool) ([]*pick, error) {
	picks := make([]*pick, len(list))
	for i, e := range list {
		picks[i] = &pick{client: e.Client, entry: e, there: true, posts: posts(e), out: Result{Entry: e.ID}}
	}
	return picks, a.check(ctx, picks)
}

func (a *adder) check(ctx context.Context, picks []*pick) error {
	if len(picks) == 0 {
		return nil
	}
	if err := a.resolve(ctx, picks); err != nil {
		return err
	}
	valid, err := a.r.codesValid(ctx, a.u)
	if err != nil {
		return err
	}
	todo := slices.DeleteFunc(slices.Clone(picks), func(p *pick) bool { return !p.open() })
	if !valid {
		for _, p := range todo {
			p.refuse(CodeNotValid)
		}
		return nil
	}
	if len(todo) == 0 {
		return nil
	}
	return a.eligible(ctx, todo)
}
