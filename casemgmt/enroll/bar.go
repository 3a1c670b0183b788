package enroll

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// BarID identifies a bar.
type BarID = id.Of[Bar]

// Bar keeps a client out of a program, a facility or the whole agency (BAR-01 to BAR-07).
type Bar struct {
	casemgmt.Head[Bar]
	Client casemgmt.ClientID `json:"client"`
	// Program, Facility or Agency, one of them (BAR-03). A bar from the agency works in
	// every program and at every location.
	Program  casemgmt.ProgramID `json:"program,omitzero"`
	Facility casemgmt.SiteID    `json:"facility,omitzero"`
	Agency   bool               `json:"agency,omitempty"`
	Reason   string             `json:"reason"`
	// Incident notes are shown to supervisors, and to who wrote them (BAR-02).
	Incident string `json:"incident,omitempty"`
	// Start and End are the first and last day on which it works; End is empty
	// when it is permanent (BAR-06).
	Start     civil.Date `json:"start"`
	End       civil.Date `json:"end,omitzero"`
	Permanent bool       `json:"permanent,omitempty"`
	// Extended are the later ends that it was given, the first one first (BAR-07).
	Extended []Extension `json:"extended,omitempty"`
	// Lifted says that it was ended early (BAR-07).
	Lifted *Lifting         `json:"lifted,omitempty"`
	Made   time.Time        `json:"made"`
	By     casemgmt.StaffID `json:"by,omitzero"`
}

// Lifting is the end of a bar before its time. From its day on the bar does not work.
type Lifting struct {
	On     civil.Date       `json:"on"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason"`
}

// WorksOn says whether it keeps the client out on a day (BAR-06).
func (b *Bar) WorksOn(d civil.Date) bool {
	return !d.Before(b.Start) && (b.Permanent || !d.After(b.End)) && (b.Lifted == nil || d.Before(b.Lifted.On))
}

// stopsEnrollment is BAR-04: the agency or the program is barred, or all of the
// program's locations are.
func stopsEnrollment(bars []*Bar, p *casemgmt.Program, on civil.Date) bool {
	barred := func(is func(*Bar) bool) bool {
		return slices.ContainsFunc(bars, func(b *Bar) bool { return is(b) && b.WorksOn(on) })
	}
	if barred(func(b *Bar) bool { return b.Agency || b.Program == p.ID }) {
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
	Client    casemgmt.ClientID  `json:"client"`
	Program   casemgmt.ProgramID `json:"program,omitzero"`
	Facility  casemgmt.SiteID    `json:"facility,omitzero"`
	Agency    bool               `json:"agency,omitempty"` // from all of it
	Reason    string             `json:"reason"`
	Incident  string             `json:"incident"`
	Start     civil.Date         `json:"start"`
	End       civil.Date         `json:"end,omitzero"`
	Permanent bool               `json:"permanent,omitempty"`
}

// Validate says what is wrong with the bar.
func (c BarClient) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Client, fault.Required("BAR-03")),
		validation.Field(&c.Program, fault.Fails(c.Program.IsZero() && c.Facility.IsZero() && !c.Agency, "BAR-03", "required")),
		validation.Field(&c.Facility, fault.If(!c.Program.IsZero(), fault.Empty("BAR-03"))),
		validation.Field(&c.Agency, fault.If(!c.Program.IsZero() || !c.Facility.IsZero(), fault.Empty("BAR-03"))),
		validation.Field(&c.Reason, fault.Required("BAR-03"), fault.Line("BAR-03", 500)),
		validation.Field(&c.Incident, fault.Required("BAR-03"), fault.Note("BAR-03", 8000)),
		validation.Field(&c.Start, fault.Required("BAR-03"), fault.Days("BAR-03", 1970, 9990)),
		validation.Field(&c.End, fault.Days("BAR-03", 1970, 9990), fault.If(c.Permanent, fault.Empty("BAR-03")),
			fault.If(!c.Permanent, fault.Required("BAR-03"), fault.NotBefore("BAR-03", "ends_before_start", c.Start))),
	)
}

// BarClient bars a named client from a program, a facility or the whole agency.
// Staff of the program may, and of a facility any staff; of the agency whoever may
// lift it: any manager, or an administrator. It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) BarClient(ctx context.Context, cmd BarClient) (*Bar, error) {
	return casemgmt.Change(ctx, s.work, cmd, barClient)
}

func barClient(ctx context.Context, u *Unit, cmd BarClient) (*Bar, error) {
	b := &Bar{Head: casemgmt.NewHead[Bar](), Client: cmd.Client, Program: cmd.Program, Facility: cmd.Facility, Agency: cmd.Agency, Reason: cmd.Reason,
		Incident: cmd.Incident, Start: cmd.Start, End: cmd.End, Permanent: cmd.Permanent, Made: u.Now, By: u.StaffID()}
	if err := mayBar(ctx, u.Caller, b); err != nil {
		return nil, err
	}
	var bad fault.Issues
	if err := casemgmt.Exists(ctx, bad.Place("BAR-03", "/program"), u.Tx.Programs(), cmd.Program); err != nil {
		return nil, err
	}
	if err := casemgmt.Exists(ctx, bad.Place("BAR-03", "/facility"), u.Tx.Sites(), cmd.Facility); err != nil {
		return nil, err
	}
	client, err := casemgmt.Find(ctx, bad.Place("BAR-03", "/client"), u.Tx.Clients(), cmd.Client)
	if err != nil {
		return nil, err
	}
	if client != nil && client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	u.Log(event.BarCreated, b)
	return b, u.Tx.Bars().Insert(ctx, b)
}

// mayBar is the right to make a bar, and to extend it. One from the whole agency is a
// supervisor's to make, as it is to lift.
func mayBar(ctx context.Context, c casemgmt.Caller, b *Bar) error {
	if err := c.AllowClients(ctx); err != nil {
		return err
	}
	if b.Agency {
		return supervises(ctx, c, b)
	}
	return c.Allow(ctx, access.BarClients, ofProgram(access.Bars, b.Program))
}

// LiftBar ends a bar from today on (BAR-07).
type LiftBar struct {
	ID      BarID  `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

// Validate says what is wrong with the reason.
func (c LiftBar) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Required("BAR-07"), fault.Note("BAR-07", 1000)))
}

// LiftBar is a supervisor's: a manager of the program, of a facility or the
// agency any manager, or an administrator. The bar stays in the history. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) LiftBar(ctx context.Context, cmd LiftBar) (*Bar, error) {
	return casemgmt.Change(ctx, s.work, cmd, liftBar)
}

func liftBar(ctx context.Context, u *Unit, cmd LiftBar) (*Bar, error) {
	b, err := u.Tx.Bars().Lock(ctx, cmd.ID)
	if err != nil {
		return nil, err
	}
	u.Was(b)
	if err := supervises(ctx, u.Caller, b); err != nil {
		return nil, err
	}
	if b.Version != cmd.Version {
		return nil, fault.ErrConflict
	}
	if b.over(u.Today) {
		var bad fault.Issues
		bad.Add("BAR-07", "/id", "not_applicable")
		return nil, bad.Err()
	}
	b.Lifted = &Lifting{On: u.Today, By: u.StaffID(), Reason: cmd.Reason}
	u.Log(event.BarLifted, b)
	return keepBar(ctx, u, b)
}

// keepBar writes a bar's next version, and shows it without notes that the caller may
// not read.
func keepBar(ctx context.Context, u *Unit, b *Bar) (*Bar, error) {
	if err := u.Tx.Bars().Update(ctx, b); err != nil {
		return nil, err
	}
	return shownBar(ctx, u, b), nil
}

// supervises is the right to lift a bar and to read its incident notes.
func supervises(ctx context.Context, c casemgmt.Caller, b *Bar) error {
	return c.Allow(ctx, access.SuperviseBars, ofProgram(access.Bars, b.Program))
}

// MaySeeIncident says whether the incident notes of a bar are the caller's to
// read (BAR-02).
func MaySeeIncident(ctx context.Context, c casemgmt.Caller, b *Bar) bool {
	return c.AllowClients(ctx) == nil && (c.Staff != nil && b.By == c.Staff.ID || supervises(ctx, c, b) == nil)
}

// Bar is one bar, without notes that the caller may not read. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Bar(ctx context.Context, key BarID) (*Bar, error) {
	return casemgmt.Read(ctx, s.work, key, bar)
}

func bar(ctx context.Context, u *Unit, key BarID) (*Bar, error) {
	b, err := u.Tx.Bars().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Log(event.BarViewed, b, casemgmt.AboutClients(b.Client)...)
	return shownBar(ctx, u, b), u.AllowClients(ctx)
}

// shownBar is a bar without what the caller may not read of it (BAR-02).
func shownBar(ctx context.Context, u *Unit, b *Bar) *Bar {
	out := *b
	if !MaySeeIncident(ctx, u.Caller, b) {
		out.Incident = ""
	}
	if !u.SeesCare() {
		out.Reason, out.Extended = "", nil
	}
	return &out
}

// ClientBars lists a client's bars, past ones too, the latest first. All staff
// who open profiles see that somebody is barred. It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientBars(ctx context.Context, key casemgmt.ClientID) ([]*Bar, error) {
	return casemgmt.ReadMany(ctx, s.work, key, clientBars)
}

func clientBars(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*Bar, error) {
	u.Log(event.BarsViewed, casemgmt.About(key))
	return shown(ctx, u, key, u.Tx.Bars(), func(b *Bar) bool {
		*b = *shownBar(ctx, u, b)
		return true
	})
}
