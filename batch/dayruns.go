package batch

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// RunsOn asks for the runs of a day, of all batches together.
type RunsOn struct {
	On      civil.Date         `json:"on,omitzero"`      // date service provided; today unless given
	Program casemgmt.ProgramID `json:"program,omitzero"` // all that the caller sees unless given
	casemgmt.PageRequest
}

// Validate says what is wrong with the day (BAT-12). It fails with *fault.Invalid.
func (q RunsOn) Validate() error {
	return fault.Check(&q, validation.Field(&q.On, fault.Days("BAT-12", 1970, 9999)), validation.Field(&q.PageRequest))
}

// RunsOn lists the runs of a day in the programs that the caller sees, the last
// one started first, with their counts: whoever stands at the door finds the run
// that is under way. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) RunsOn(ctx context.Context, q RunsOn) (casemgmt.Page[Run], error) {
	return casemgmt.ReadMany(ctx, s.work, q, runsOn)
}

func runsOn(ctx context.Context, u *Unit, q RunsOn) (casemgmt.Page[Run], error) {
	if !q.Program.IsZero() {
		if err := sees(ctx, u, q.Program); err != nil {
			return casemgmt.Page[Run]{}, err
		}
	}
	if q.On.IsZero() {
		q.On = u.Today
	}
	page, err := u.Tx.Runs().On(ctx, q, u.Scope(ctx, access.Batches))
	if err != nil || len(page.Items) == 0 {
		return page, err
	}
	keys := make([]RunID, len(page.Items))
	for i, r := range page.Items {
		keys[i] = r.ID
	}
	counts, err := u.Tx.Entries().Counts(ctx, keys)
	for i, key := range keys {
		n := counts[key]
		page.Items[i].Counts = &n
	}
	return page, err
}
