package session

import (
	"context"
	"regexp"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Details are what a session says itself; its forms say the rest (SES-01).
type Details struct {
	// Type is Direct unless given (SES-04).
	Type        Type       `json:"type,omitempty"`
	ServiceDate civil.Date `json:"service_date"`
	StartTime   string     `json:"start_time,omitempty"` // HH:MM in the agency's zone
	// Site where the session was held; the worker's default unless given (SES-05).
	Site         casemgmt.SiteID `json:"site,omitzero"`
	Delivery     Delivery        `json:"delivery,omitempty"` // InPerson unless given
	PointOfEntry bool            `json:"point_of_entry,omitempty"`
	Interpreter  bool            `json:"interpreter,omitempty"`
	Interpreters int             `json:"interpreters,omitempty"` // at least 1 with Interpreter, else empty (SES-08)
	// Hours and Minutes are the actual time with the client; one of them is needed (SES-09).
	Hours     *int     `json:"hours,omitempty"`
	Minutes   *int     `json:"minutes,omitempty"`
	Languages []string `json:"languages"` // keys of the shared list language, at least one (SES-11)
	// Staff: nobody but the worker who creates the session (SES-12).
	Staff    []casemgmt.StaffID  `json:"staff,omitempty"`
	Funders  []casemgmt.FunderID `json:"funders,omitempty"` // none is allowed (SES-14)
	Partner  string              `json:"partner,omitempty"`
	Notes    string              `json:"notes,omitempty"`    // SES-13
	Comments string              `json:"comments,omitempty"` // SES-18
}

// Total is the service time in minutes.
func (d *Details) Total() int {
	total := 0
	if d.Hours != nil {
		total += *d.Hours * 60
	}
	if d.Minutes != nil {
		total += *d.Minutes
	}
	return total
}

var clock = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// ValidateWithContext says what is wrong with the session's own fields. What is
// filled in from the worker's defaults may still be empty.
func (d Details) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &d,
		validation.Field(&d.Type, fault.Fails(d.Type != "" && !d.Type.Info().Recorded, "TYP-01", "unknown_value")),
		validation.Field(&d.ServiceDate, fault.Required("SES-20"), fault.Past("SES-20"), fault.Days("SES-20", 1970, 9999)),
		validation.Field(&d.StartTime, fault.Match("SES-01", "not_a_time", clock)),
		validation.Field(&d.Delivery, fault.Valid("SES-06")),
		validation.Field(&d.Interpreters,
			fault.Fails(d.Interpreter && d.Interpreters < 1, "SES-08", "too_small", "min", 1),
			fault.Fails(d.Interpreters > 50, "SES-08", "too_large", "max", 50),
			fault.If(!d.Interpreter, fault.Empty("SES-08"))),
		validation.Field(&d.Hours, fault.Between("SES-10", 0, 24)),
		validation.Field(&d.Minutes,
			fault.Fails(d.Hours == nil && d.Minutes == nil, "SES-09", "required"),
			fault.Between("SES-10", 0, 59),
			fault.Fails(d.Total() <= 0 || d.Total() > 24*60 && (d.Hours == nil || *d.Hours <= 24), "SES-10", "service_time")),
		validation.Field(&d.Languages, fault.Required("SES-11"), fault.AtMost("SES-11", 20),
			fault.All(fault.Each[string](fault.InList("SES-11", "language")), fault.Distinct[string]("SES-11"))),
		validation.Field(&d.Funders, fault.AtMost("SES-14", 20), fault.Distinct[casemgmt.FunderID]("SES-14")),
		validation.Field(&d.Partner, fault.Line("SES-01", 200)),
		validation.Field(&d.Notes, fault.Note("SES-13", 8000)),
		validation.Field(&d.Comments, fault.Note("SES-18", 8000)),
	)
}

// defaults fills in what the worker's profile says (SES-04 to SES-06, SES-22).
// What was closed meanwhile is no default any more.
func (d *Details) defaults(ctx context.Context, tx Tx, staff *casemgmt.Staff) error {
	d.Type = or(d.Type, Direct)
	d.Delivery = or(d.Delivery, InPerson)
	if own := staff.Defaults.Site; d.Site.IsZero() && !own.IsZero() {
		site, err := tx.Sites().Get(ctx, own)
		if err != nil {
			return err
		}
		if !site.Closed {
			d.Site = own
		}
	}
	if d.Funders == nil {
		funder, err := defaultFunder(ctx, tx, staff)
		if err != nil {
			return err
		}
		if !funder.IsZero() {
			d.Funders = []casemgmt.FunderID{funder}
		}
	}
	if len(d.Staff) == 0 {
		d.Staff = []casemgmt.StaffID{staff.ID}
	}
	return nil
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// defaultFunder is the worker's, unless it is closed.
func defaultFunder(ctx context.Context, tx Tx, staff *casemgmt.Staff) (casemgmt.FunderID, error) {
	own := staff.Defaults.Funder
	if own.IsZero() {
		return own, nil
	}
	funder, err := tx.Funders().Get(ctx, own)
	if err != nil || funder.Closed {
		return casemgmt.FunderID{}, err
	}
	return own, nil
}

// fits makes sure that the session has a site and its own staff, that site and
// funders are the agency's own, and that what is newly chosen is not closed.
func (d *Details) fits(ctx context.Context, tx Tx, worker casemgmt.StaffID, before *Details) error {
	var bad fault.Issues
	bad.Required("SES-05", "/site", !d.Site.IsZero())
	if !d.Type.Info().ManyStaff && (len(d.Staff) != 1 || d.Staff[0] != worker) {
		bad.Add("SES-12", "/staff", "only_worker")
	}
	site, err := casemgmt.Find(ctx, bad.Place("SES-05", "/site"), tx.Sites(), d.Site)
	if err != nil {
		return err
	}
	if site != nil && site.Closed && d.Site != before.Site {
		bad.Add("SES-05", "/site", "closed")
	}
	for i, key := range d.Funders {
		at := fault.At("/funders", i)
		funder, err := casemgmt.Find(ctx, bad.Place("SES-14", at), tx.Funders(), key)
		if err != nil {
			return err
		}
		if funder != nil && funder.Closed && !slices.Contains(before.Funders, key) {
			bad.Add("SES-14", at, "closed")
		}
	}
	return bad.Err()
}
