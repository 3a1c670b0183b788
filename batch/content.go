package batch

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

// MaxUnits and MaxServices bound a batch (BAT-08, BAT-06).
const (
	MaxUnits    = 999
	MaxServices = 50
)

// Include is a service to be in a batch.
type Include struct {
	Code  enroll.ServiceCodeID `json:"code"`
	Units *int                 `json:"units,omitempty"` // 1 unless given (BAT-08)
}

// Validate says what is wrong with the service (BAT-06, BAT-08). It fails with
// *fault.Invalid.
func (i Include) Validate() error {
	return fault.Check(&i,
		validation.Field(&i.Code, fault.Required("BAT-06")),
		validation.Field(&i.Units, fault.Between("BAT-08", 1, MaxUnits)),
	)
}

func (i Include) code() enroll.ServiceCodeID { return i.Code }

// service is what is wrong with one of a list's services: also when another one
// before it has its code, which is what units are for (BAT-08).
func service[T interface {
	Validate() error
	code() enroll.ServiceCodeID
}](list []T, i int) fault.Issues {
	bad := fault.IssuesOf(list[i].Validate())
	if slices.ContainsFunc(list[:i], func(o T) bool { return o.code() == list[i].code() }) {
		bad.Add("BAT-08", "/code", "repeated")
	}
	return bad
}

// Content is what a worker gives of a batch (BAT-04).
type Content struct {
	Description string             `json:"description"`
	AutoPost    bool               `json:"auto_post,omitempty"`
	Provider    casemgmt.StaffID   `json:"provider,omitzero"` // the caller unless given
	Performer   string             `json:"performer,omitempty"`
	Comments    string             `json:"comments,omitempty"`
	Program     casemgmt.ProgramID `json:"program"`
	Location    casemgmt.SiteID    `json:"location,omitzero"` // of the program; its only one unless given
	Services    []Include          `json:"services"`
	Closed      bool               `json:"closed,omitempty"`
}

// Validate says what is wrong with the content's own fields (BAT-04 to BAT-09,
// BAT-24). It fails with *fault.Invalid.
func (c Content) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.Description, fault.Required("BAT-04"), fault.Line("BAT-04", 200)),
		validation.Field(&c.Performer, fault.Line("BAT-24", 200)),
		validation.Field(&c.Comments, fault.Note("BAT-09", 4000)),
		validation.Field(&c.Program, fault.Required("BAT-05")),
		validation.Field(&c.Services, fault.Required("BAT-06"), fault.AtMost("BAT-06", MaxServices), fault.Items(service[Include])),
	)
}

// links makes sure that what the content names is the agency's, open, and fits;
// what the batch named before may have been closed meanwhile.
func (c *Content) links(ctx context.Context, u *Unit, before *Template) error {
	var bad fault.Issues
	program, err := casemgmt.Find(ctx, bad.Place("BAT-05", "/program"), u.Tx.Programs(), c.Program)
	if err != nil {
		return err
	}
	if program == nil {
		return bad.Err()
	}
	if program.Closed && c.Program != before.Program {
		bad.Add("BAT-05", "/program", "closed")
	}
	if err := c.locate(ctx, u, &bad, program, before.Location); err != nil {
		return err
	}
	bad.Required("BAT-10", "/provider", !c.Provider.IsZero()) // a program that calls is nobody's provider
	staff, err := casemgmt.Find(ctx, bad.Place("BAT-10", "/provider"), u.Tx.Staff(), c.Provider)
	if err != nil {
		return err
	}
	if staff != nil && staff.Deactivated && c.Provider != before.Provider {
		bad.Add("BAT-10", "/provider", "closed")
	}
	for i, s := range c.Services {
		if err := casemgmt.Exists(ctx, bad.Place("BAT-06", fault.At("/services", i)+"/code"), u.Tx.ServiceCodes(), s.Code); err != nil {
			return err
		}
	}
	return bad.Err()
}

// locate is BAT-05: the location is one of the program's, and its only one
// unless given.
func (c *Content) locate(ctx context.Context, u *Unit, bad *fault.Issues, program *casemgmt.Program, before casemgmt.SiteID) error {
	if c.Location.IsZero() && len(program.Locations) == 1 {
		c.Location = program.Locations[0]
	}
	switch {
	case c.Location.IsZero():
		bad.Required("BAT-05", "/location", len(program.Locations) == 0)
	case !slices.Contains(program.Locations, c.Location):
		bad.Add("BAT-05", "/location", "not_a_location")
	case c.Location != before:
		site, err := u.Tx.Sites().Get(ctx, c.Location)
		if err != nil {
			return err
		}
		if site.Closed {
			bad.Add("BAT-05", "/location", "closed")
		}
	}
	return nil
}

func (c *Content) template() Template {
	t := Template{Description: c.Description, AutoPost: c.AutoPost, Provider: c.Provider, Performer: c.Performer, Comments: c.Comments,
		Program: c.Program, Location: c.Location}
	for _, s := range c.Services {
		units := 1
		if s.Units != nil {
			units = *s.Units
		}
		t.Services = append(t.Services, Item{s.Code, units})
	}
	return t
}
