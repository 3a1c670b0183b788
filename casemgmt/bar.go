package casemgmt

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// BarID identifies a bar.
type BarID = id.Of[Bar]

// Bar keeps a client out of a program or a facility (BAR-01 to BAR-07).
type Bar struct {
	Head[Bar]
	Client ClientID `json:"client"`
	// Program or Facility, one of them (BAR-03).
	Program  ProgramID `json:"program,omitzero"`
	Facility SiteID    `json:"facility,omitzero"`
	Reason   string    `json:"reason"`
	// Incident notes are shown to supervisors, and to who wrote them (BAR-02).
	Incident string `json:"incident,omitempty"`
	// Start and End are the first and last day on which it works; End is empty
	// when it is permanent (BAR-06).
	Start     civil.Date `json:"start"`
	End       civil.Date `json:"end,omitzero"`
	Permanent bool       `json:"permanent,omitempty"`
	// Lifted says that it was ended early (BAR-07).
	Lifted *Lifting  `json:"lifted,omitempty"`
	Made   time.Time `json:"made"`
	By     StaffID   `json:"by,omitzero"`
}

// Lifting is the end of a bar before its time. From its day on the bar does not work.
type Lifting struct {
	On     civil.Date `json:"on"`
	By     StaffID    `json:"by,omitzero"`
	Reason string     `json:"reason"`
}

// WorksOn says whether it keeps the client out on a day (BAR-06).
func (b *Bar) WorksOn(d civil.Date) bool {
	return !d.Before(b.Start) && (b.Permanent || !d.After(b.End)) && (b.Lifted == nil || d.Before(b.Lifted.On))
}

// stopsEnrollment is BAR-04: the program is barred, or all of its locations are.
func stopsEnrollment(bars []*Bar, p *Program, on civil.Date) bool {
	barred := func(is func(*Bar) bool) bool {
		return slices.ContainsFunc(bars, func(b *Bar) bool { return is(b) && b.WorksOn(on) })
	}
	if barred(func(b *Bar) bool { return b.Program == p.ID }) {
		return true
	}
	for _, site := range p.Locations {
		if !barred(func(b *Bar) bool { return b.Facility == site }) {
			return false
		}
	}
	return len(p.Locations) > 0
}

// BarClient bars a client.
type BarClient struct {
	Client    ClientID   `json:"client"`
	Program   ProgramID  `json:"program,omitzero"`
	Facility  SiteID     `json:"facility,omitzero"`
	Reason    string     `json:"reason"`
	Incident  string     `json:"incident"`
	Start     civil.Date `json:"start"`
	End       civil.Date `json:"end,omitzero"`
	Permanent bool       `json:"permanent,omitempty"`
}

func (c *BarClient) check() fault.Issues {
	var bad fault.Issues
	bad.Required("BAR-03", "/client", !c.Client.IsZero())
	switch {
	case c.Program.IsZero() && c.Facility.IsZero():
		bad.Add("BAR-03", "/program", "required")
	case !c.Program.IsZero() && !c.Facility.IsZero():
		bad.Add("BAR-03", "/facility", "not_applicable")
	}
	bad.Required("BAR-03", "/reason", c.Reason != "")
	bad.Line("/reason", c.Reason, 500)
	bad.Required("BAR-03", "/incident", c.Incident != "")
	bad.Note("/incident", c.Incident, 8000)
	bad.Required("BAR-03", "/start", !c.Start.IsZero())
	for path, d := range map[string]civil.Date{"/start": c.Start, "/end": c.End} {
		if !d.IsZero() && (!d.Valid() || d.Year < 1970 || d.Year > 9990) {
			bad.Add("BAR-03", path, "date_range")
		}
	}
	switch {
	case c.Permanent && !c.End.IsZero():
		bad.Add("BAR-03", "/end", "not_applicable")
	case !c.Permanent && c.End.IsZero():
		bad.Add("BAR-03", "/end", "required")
	case !c.Permanent && c.End.Before(c.Start):
		bad.Add("BAR-03", "/end", "ends_before_start")
	}
	return bad
}

// BarClient bars a named client from a program or a facility. Staff of the
// program may, and of a facility any staff. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) BarClient(ctx context.Context, cmd BarClient) (*Bar, error) {
	var out *Bar
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		bad := cmd.check()
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := me.AllowClients(ctx); err != nil {
			return event.Event{}, err
		}
		if err := me.Allow(ctx, access.BarClients, access.Resource{Program: cmd.Program.String()}); err != nil {
			return event.Event{}, err
		}
		if err := errors.Join(Exists(ctx, &bad, "BAR-03", "/program", tx.Programs(), cmd.Program),
			Exists(ctx, &bad, "BAR-03", "/facility", tx.Sites(), cmd.Facility)); err != nil {
			return event.Event{}, err
		}
		client, err := tx.Client(ctx, cmd.Client)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("BAR-03", "/client", "no_such_record")
		case err != nil:
			return event.Event{}, err
		case client.Kind == Anonymous:
			bad.Add("ANO-06", "/client", "anonymous_not_tracked")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		out = &Bar{Head: NewHead[Bar](), Client: cmd.Client, Program: cmd.Program, Facility: cmd.Facility, Reason: cmd.Reason,
			Incident: cmd.Incident, Start: cmd.Start, End: cmd.End, Permanent: cmd.Permanent, Made: me.Now, By: me.StaffID()}
		return event.New("bar.created", out.ID.String(), 1), tx.InsertBar(ctx, out)
	})
	return out, err
}

// LiftBar ends a bar from today on (BAR-07).
type LiftBar struct {
	ID      BarID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// LiftBar is a supervisor's: a manager of the program, of a facility any
// manager, or an administrator. The bar stays in the history. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) LiftBar(ctx context.Context, cmd LiftBar) (*Bar, error) {
	var out *Bar
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		b, err := tx.Bar(ctx, cmd.ID)
		if err != nil {
			return event.Event{}, err
		}
		if err := me.supervises(ctx, b); err != nil {
			return event.Event{}, err
		}
		if b.Version != cmd.Version {
			return event.Event{}, fault.ErrConflict
		}
		var bad fault.Issues
		bad.Required("BAR-07", "/reason", cmd.Reason != "")
		bad.Note("/reason", cmd.Reason, 1000)
		if b.Lifted != nil || !b.Permanent && b.End.Before(me.Today) {
			bad.Add("BAR-07", "/id", "not_applicable")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		b.Lifted = &Lifting{On: me.Today, By: me.StaffID(), Reason: cmd.Reason}
		out = b
		return event.New("bar.lifted", b.ID.String(), b.Version+1), tx.UpdateBar(ctx, b)
	})
	return out, err
}

// supervises is the right to lift a bar and to read its incident notes.
func (me Caller) supervises(ctx context.Context, b *Bar) error {
	return me.Allow(ctx, access.SuperviseBars, access.Resource{Program: b.Program.String()})
}

// MaySeeIncident says whether the incident notes of a bar are the caller's to
// read (BAR-02).
func (me Caller) MaySeeIncident(ctx context.Context, b *Bar) bool {
	return me.AllowClients(ctx) == nil && (me.Staff != nil && b.By == me.Staff.ID || me.supervises(ctx, b) == nil)
}

// shownBar is the bar without notes that the caller may not read.
func (me Caller) shownBar(ctx context.Context, b *Bar) *Bar {
	if !me.MaySeeIncident(ctx, b) {
		b.Incident = ""
	}
	return b
}

// Bar is one bar. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Bar(ctx context.Context, key BarID) (*Bar, error) {
	var out *Bar
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) error {
		b, err := tx.Bar(ctx, key)
		if err != nil {
			return err
		}
		out = me.shownBar(ctx, b)
		return me.AllowClients(ctx)
	})
	return out, err
}

// ClientBars lists a client's bars, past ones too, the latest first. All staff
// who open profiles see that somebody is barred. It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientBars(ctx context.Context, key ClientID) ([]*Bar, error) {
	return ofClient(ctx, s, key, Tx.ClientBars, func(me Caller, b *Bar) bool {
		me.shownBar(ctx, b)
		return true
	})
}
