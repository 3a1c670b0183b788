package batch

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Scan is one reading of a card. It may arrive late and more than once; its
// number makes sure that it is applied once (SCN-05).
type Scan struct {
	Number string    `json:"scan"` // unique at the agency, such as the device and a counter
	Card   string    `json:"card"` // the value on the scan card
	At     time.Time `json:"at"`   // its own time, which decides whether the card worked
	Again  bool      `json:"again,omitempty"`
}

// readable says whether a scan has what it needs, and a time that can be kept.
func (c *Scan) readable() bool {
	line := func(s string, most int) bool {
		var bad fault.Issues
		bad.Line("", s, most)
		return s != "" && len(bad) == 0
	}
	return line(c.Number, 100) && line(c.Card, 100) && c.At.Year() >= 1970
}

// Scans adds clients to a run by their cards (BAT-17).
type Scans struct {
	Run   RunID  `json:"run"`
	Scans []Scan `json:"scans"` // 1 to MaxAdd
}

// scanAhead is how far a scanner's clock may be ahead.
const scanAhead = 5 * time.Minute

// Validate says whether there are scans, and not too many (BAT-17). It fails with
// *fault.Invalid. What is wrong with one of them is an Outcome.
func (c Scans) Validate() error {
	return fault.Check(&c, validation.Field(&c.Scans, fault.Required("BAT-17"), fault.AtMost("BAT-17", MaxAdd)))
}

// Scan applies scans, each once. A scan that cannot be read is answered as
// such and stops nobody else. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Scan(ctx context.Context, cmd Scans) (*Added, error) {
	actor, ok := access.From(ctx)
	if !ok || s.gather == nil || casemgmt.IsOnce(ctx) || len(cmd.Scans) == 0 || len(cmd.Scans) > Chunk/2 {
		return answered(ctx, s.work, cmd, scan)
	}
	return s.gather.do(ctx, gatherKey(actor, cmd.Run), cmd.Scans, func(ctx context.Context, all []Scan) (*Added, error) {
		return answered(ctx, s.work, Scans{Run: cmd.Run, Scans: all}, scan)
	})
}

func scan(ctx context.Context, u *Unit, cmd Scans) (*Added, error) {
	picks := make([]*pick, len(cmd.Scans))
	for i, c := range cmd.Scans {
		picks[i] = &pick{out: Result{Outcome: Unreadable}}
		if c.readable() {
			picks[i] = &pick{scan: c.Number, card: enroll.CardValue(c.Card), at: c.At.UTC().Truncate(time.Microsecond), again: c.Again,
				out: Result{Scan: c.Number}}
		}
	}
	return add(ctx, u, cmd.Run, picks)
}

// repeated finds the scans that are in the list twice.
func repeated(picks []*pick) {
	first := map[string]*pick{}
	for _, p := range picks {
		if p.scan == "" {
			continue
		}
		switch o := first[p.scan]; {
		case o == nil:
			first[p.scan] = p
		case o.card == p.card && o.at.Equal(p.at):
			p.same = o
		default:
			p.out.Outcome = NumberUsed
		}
	}
}

// applied answers the scans that were not written because they were applied
// before. The usual scan is a new one: it is written without asking, and the
// database keeps its number unique.
func (a *adder) applied(ctx context.Context, picks []*pick) error {
	refused := slices.DeleteFunc(slices.Clone(picks), func(p *pick) bool { return p.scan == "" || p.same != nil || p.entry != nil })
	for chunk := range slices.Chunk(refused, Chunk) {
		var scans []string
		for _, p := range chunk {
			scans = append(scans, p.scan)
		}
		before, err := a.u.Tx.Entries().OfScans(ctx, scans)
		if err != nil {
			return err
		}
		for _, p := range chunk {
			switch e := before[p.scan]; {
			case e == nil:
			case e.Run == a.r.ID && e.Client == p.client && e.ScannedAt.Equal(p.at):
				a.repeat(p, e)
			default: // of somebody else, or elsewhere: not for this caller to hear of
				p.out.Outcome, p.out.Notice = NumberUsed, nil
			}
		}
	}
	return nil
}

// repeat answers a scan that was applied before, as it stands now.
func (a *adder) repeat(p *pick, e *Entry) {
	p.out.Repeat, p.out.Entry, p.out.Notice = true, e.ID, nil
	p.out.Outcome = map[State]Outcome{Selected: IsSelected, Posted: IsPosted, Reversed: WasReversed}[e.State]
}
