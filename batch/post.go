package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
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

// Post is Post Services (BAT-15): it puts the services of up to MaxAdd selected
// clients on their records, and says where to go on. Each is checked again
// (BAT-21); who is refused stays selected. Posting again posts nothing twice
// (BAT-20). It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Post(ctx context.Context, cmd Post) (*PostedPage, error) {
	var out *PostedPage
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		r, err := tx.ShareRun(ctx, cmd.Run)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, r.Program); err != nil {
			return event.Event{}, err
		}
		bad, err := r.open(ctx, tx)
		if err != nil {
			return event.Event{}, err
		}
		if r.Reversal != nil {
			bad.Add("BAT-25", "/run", "run_reversed")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		out = &PostedPage{Results: []Result{}}
		a := adder{tx: tx, me: me, r: r}
		var posted []EntryID
		after := cmd.After
		for len(out.Results) < MaxAdd {
			list, err := tx.LockSelected(ctx, r.ID, after, Chunk)
			if err != nil {
				return event.Event{}, err
			}
			picks, err := a.again(ctx, list, func(*Entry) bool { return true })
			if err != nil {
				return event.Event{}, err
			}
			var good []*Entry
			for _, p := range picks {
				if p.out.Outcome == "" {
					p.out.Outcome = IsPosted
					p.entry.Enrollment = p.enrollment
					p.entry.SetPosted(true)
					good, posted = append(good, p.entry), append(posted, p.entry.ID)
				}
				out.Results = append(out.Results, p.out)
			}
			if len(good) > 0 {
				if err := tx.MarkPosted(ctx, r.ID, good); err != nil {
					return event.Event{}, err
				}
				if err := tx.InsertTransactions(ctx, r, good); err != nil {
					return event.Event{}, err
				}
			}
			if len(list) < Chunk {
				after = EntryID{}
				break
			}
			after = list[len(list)-1].ID
		}
		out.Next = after
		if len(posted) == 0 {
			return event.Event{}, nil // nothing has changed
		}
		return a.event("run.posted", posted), nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.incidents(ctx, out.Results)
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
	valid, err := a.r.codesValid(ctx, a.tx)
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
