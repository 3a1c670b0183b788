package enroll

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// BarsAt asks who is barred from a place on a day.
type BarsAt struct {
	// Program or Facility, one of them. Bars from the agency are of every place.
	Program  casemgmt.ProgramID `json:"program,omitzero"`
	Facility casemgmt.SiteID    `json:"facility,omitzero"`
	On       civil.Date         `json:"on,omitzero"` // today without it
}

// Validate says what is wrong with the question.
func (q BarsAt) Validate() error {
	return fault.Check(&q,
		validation.Field(&q.Program, fault.Fails(q.Program.IsZero() && q.Facility.IsZero(), "BAR-01", "required")),
		validation.Field(&q.Facility, fault.If(!q.Program.IsZero(), fault.Empty("BAR-01"))),
		validation.Field(&q.On, fault.Days("BAR-06", 1970, 9999)),
	)
}

// BarredClient is a bar and whom it keeps out.
type BarredClient struct {
	Bar    Bar                `json:"bar"`
	Client casemgmt.ClientHit `json:"client"`
}

// barList is a question with the page that is wanted.
type barList struct {
	BarsAt
	casemgmt.PageRequest
}

// Validate says what is wrong with the place and the page.
func (q barList) Validate() error {
	return fault.Check(&q, validation.Field(&q.BarsAt), validation.Field(&q.PageRequest))
}

// Bars lists the bars that work at a place on a day, by the clients' names (BAR-06).
// All staff who open profiles see that somebody is barred; incident notes are for who
// may read them (BAR-02). It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Bars(ctx context.Context, q BarsAt, p casemgmt.PageRequest) (casemgmt.Page[BarredClient], error) {
	return casemgmt.ReadMany(ctx, s.work, barList{q, p}, bars)
}

func bars(ctx context.Context, u *Unit, q barList) (casemgmt.Page[BarredClient], error) {
	var none casemgmt.Page[BarredClient]
	if err := u.AllowClients(ctx); err != nil {
		return none, err
	}
	var bad fault.Issues
	if err := casemgmt.Exists(ctx, bad.Place("BAR-05", "/program"), u.Tx.Programs(), q.Program); err != nil {
		return none, err
	}
	if err := casemgmt.Exists(ctx, bad.Place("BAR-05", "/facility"), u.Tx.Sites(), q.Facility); err != nil {
		return none, err
	}
	if err := bad.Err(); err != nil {
		return none, err
	}
	if q.On.IsZero() {
		q.On = u.Today
	}
	var keys []casemgmt.ClientID
	page, err := u.Tx.Bars().At(ctx, q.BarsAt, q.PageRequest)
	for i := range page.Items {
		page.Items[i].Bar = *shownBar(ctx, u, &page.Items[i].Bar)
		keys = append(keys, page.Items[i].Client.ID)
	}
	u.Log(event.BarsViewed, u.Agency, casemgmt.AboutClients(keys...)...)
	return page, err
}
