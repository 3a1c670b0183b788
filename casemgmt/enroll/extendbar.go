package enroll

import (
	"context"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Extension is a later end that a bar was given, with the one that it had before.
type Extension struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	From   civil.Date       `json:"from"`        // the last day until then
	To     civil.Date       `json:"to,omitzero"` // empty: for good
	Reason string           `json:"reason"`
}

// ExtendBar gives a bar a later end, or makes it permanent.
type ExtendBar struct {
	ID        BarID      `json:"id"`
	Version   int64      `json:"version"`
	End       civil.Date `json:"end,omitzero"`
	Permanent bool       `json:"permanent,omitempty"`
	Reason    string     `json:"reason"`
}

// Validate says what is wrong with the end and the reason.
func (c ExtendBar) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.End, fault.Days("BAR-03", 1970, 9990), fault.If(c.Permanent, fault.Empty("BAR-03")),
			fault.If(!c.Permanent, fault.Required("BAR-03"))),
		validation.Field(&c.Reason, fault.Required("BAR-03"), fault.Note("BAR-03", 1000)),
	)
}

// ExtendBar lets a bar work longer; whoever may bar there may do it. What its end was
// stays in its history (BAR-07). One that was lifted or has ended is over: another bar
// is made then. It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) ExtendBar(ctx context.Context, cmd ExtendBar) (*Bar, error) {
	return casemgmt.Change(ctx, s.work, cmd, extendBar)
}

func extendBar(ctx context.Context, u *Unit, cmd ExtendBar) (*Bar, error) {
	b, err := u.Tx.Bars().Lock(ctx, cmd.ID)
	if err != nil {
		return nil, err
	}
	u.Was(b)
	if err := mayBar(ctx, u.Caller, b); err != nil {
		return nil, err
	}
	if b.Version != cmd.Version {
		return nil, fault.ErrConflict
	}
	if err := b.canExtend(cmd, u.Today); err != nil {
		return nil, err
	}
	b.Extended = append(b.Extended, Extension{At: u.Now, By: u.StaffID(), From: b.End, To: cmd.End, Reason: cmd.Reason})
	b.End, b.Permanent = cmd.End, cmd.Permanent
	u.Log(event.BarExtended, b)
	return keepBar(ctx, u, b)
}

// canExtend is the whole rule: a bar that is not over gets a later end.
func (b *Bar) canExtend(cmd ExtendBar, today civil.Date) error {
	var bad fault.Issues
	switch {
	case b.over(today):
		bad.Add("BAR-07", "/id", "bar_over")
	case b.Permanent:
		bad.Add("BAR-03", "/id", "not_later")
	case !cmd.Permanent && !cmd.End.After(b.End):
		bad.Add("BAR-03", "/end", "not_later")
	}
	return bad.Err()
}

// over says whether a bar was lifted, or has ended before a day.
func (b *Bar) over(today civil.Date) bool {
	return b.Lifted != nil || !b.Permanent && b.End.Before(today)
}
