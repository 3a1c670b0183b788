package casefile

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Scored says of what assessments are wanted; without anything of the whole agency.
type Scored struct {
	Case    FileID             `json:"case,omitzero"`
	Client  casemgmt.ClientID  `json:"client,omitzero"`
	Program casemgmt.ProgramID `json:"program,omitzero"`
	// From and To are the first and the last day of the post assessments; empty is
	// without an end.
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"`
}

// Validate says what is wrong with the days.
func (q Scored) Validate() error {
	return fault.Check(&q,
		validation.Field(&q.From, fault.Days("SCO-06", 2000, 9999)),
		validation.Field(&q.To, fault.Days("SCO-06", 2000, 9999), fault.NotBefore("SCO-06", "ends_before_start", q.From)))
}

// Progress is what moved between pre and post (SCO-06).
type Progress struct {
	// Tallies count by domain how many clients, and communities, rose, stayed and fell,
	// and which values they had before and after.
	Tallies []score.Tally `json:"tallies"`
	// Moves are the single ones, of one client or one case; of a program or the agency
	// there are none.
	Moves []Moved `json:"moves,omitempty"`
}

// Moved is what became of a client, or of the community, in a case.
type Moved struct {
	Case   FileID            `json:"case"`
	Client casemgmt.ClientID `json:"client,omitzero"` // empty is the community
	score.Change
}

// Progress is by domain whether it rose, stayed or fell from pre to post, in the cases
// that the caller sees: of a client, a case, a program or the agency (SCO-06). It fails
// with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Progress(ctx context.Context, q Scored) (*Progress, error) {
	return casemgmt.ReadMany(ctx, s.work, q, progress)
}

func progress(ctx context.Context, u *Unit, q Scored) (*Progress, error) {
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	single := !q.Case.IsZero() || !q.Client.IsZero()
	var bad fault.Issues
	f, err := casemgmt.Find(ctx, bad.Place("SCO-06", "/case"), u.Tx.Files(), q.Case)
	if err != nil {
		return nil, err
	}
	if f != nil && !u.SeesProgram(ctx, access.CaseFiles, f.Program) {
		return nil, fault.ErrForbidden
	}
	if err := casemgmt.Exists(ctx, bad.Place("SCO-06", "/client"), u.Tx.Clients(), q.Client); err != nil {
		return nil, err
	}
	if err := casemgmt.Exists(ctx, bad.Place("SCO-06", "/program"), u.Tx.Programs(), q.Program); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if !q.Client.IsZero() {
		u.Log(event.CaseProgressViewed, casemgmt.About(q.Client))
	} else if f != nil {
		u.Log(event.CaseProgressViewed, casemgmt.About(f.ID))
	}
	marks, err := u.Tx.Sessions().Marks(ctx, q, u.Scope(ctx, access.CaseFiles))
	if err != nil {
		return nil, err
	}
	out := &Progress{}
	var all []score.Change
	for len(marks) > 0 {
		first, n := marks[0], 1
		for n < len(marks) && marks[n].Case == first.Case && marks[n].Client == first.Client {
			n++
		}
		list := make([]score.Dated, n)
		for i, m := range marks[:n] {
			list[i] = m.Dated
		}
		for _, c := range score.Changes(list) {
			if c.On.Before(q.From) || !q.To.IsZero() && c.On.After(q.To) {
				continue
			}
			all = append(all, c)
			if single {
				out.Moves = append(out.Moves, Moved{first.Case, first.Client, c})
			}
		}
		marks = marks[n:]
	}
	out.Tallies = score.Tallies(all)
	return out, nil
}
