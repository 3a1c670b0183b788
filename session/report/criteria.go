package report

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// Criteria narrow every report (REP-10); empty fields do not. The range is
// inclusive, in days of the agency's time zone.
type Criteria struct {
	From        civil.Date         `json:"from"`
	To          civil.Date         `json:"to"`
	Program     casemgmt.ProgramID `json:"program,omitzero"`
	Site        casemgmt.SiteID    `json:"site,omitzero"`
	Funder      casemgmt.FunderID  `json:"funder,omitzero"` // of the form, or of its session
	Worker      casemgmt.StaffID   `json:"worker,omitzero"`
	SessionType session.Type       `json:"session_type,omitempty"`
	FormKind    string             `json:"form_kind,omitempty"`
	// Field of the form kind, for reports on answers; behind "own/" one of the
	// agency's own questions.
	Field  string `json:"field,omitempty"`
	Gender string `json:"gender,omitempty"` // of the client (REP-03)
}

// given are the filters that are not empty.
func (c Criteria) given() []Filter {
	var out []Filter
	for _, f := range []struct {
		filter Filter
		given  bool
	}{{ByProgram, !c.Program.IsZero()}, {BySite, !c.Site.IsZero()}, {ByFunder, !c.Funder.IsZero()}, {ByWorker, !c.Worker.IsZero()},
		{BySessionType, c.SessionType != ""}, {ByFormKind, c.FormKind != ""}, {ByField, c.Field != ""}, {ByGender, c.Gender != ""}} {
		if f.given {
			out = append(out, f.filter)
		}
	}
	return out
}

// noBatches says whether a criterion leaves out all services of batches, which have
// no funder, session type or form.
func (c Criteria) noBatches() bool {
	return !c.Funder.IsZero() || c.SessionType != "" || c.FormKind != ""
}

// Validate says what is wrong with the criteria themselves.
func (c Criteria) Validate() error {
	return fault.Check(&c,
		validation.Field(&c.From, fault.Required("REP-10")),
		validation.Field(&c.To, fault.Required("REP-10"), fault.NotBefore("REP-10", "ends_before_start", c.From)),
		validation.Field(&c.SessionType, fault.Valid("REP-10")),
		validation.Field(&c.Gender, fault.OneOf("REP-03", func(key string) bool {
			return slices.ContainsFunc(casemgmt.Genders(), func(g i18n.Coded) bool { return g.Key == key })
		})),
	)
}

// fits says what the report and the agency have against criteria.
func fits(ctx context.Context, u *Unit, d Definition, c Criteria) error {
	var bad fault.Issues
	for _, f := range c.given() {
		if !slices.Contains(d.Filters, f) {
			bad.Add("REP-10", "/"+string(f), "not_applicable")
		}
	}
	_, known := u.Forms.Latest(c.FormKind)
	bad.OneOf("REP-10", "/form_kind", known, c.FormKind)
	if d.By == Answer {
		bad.Required("REP-10", "/form_kind", c.FormKind != "")
		bad.Required("REP-10", "/field", c.Field != "")
		bad.OneOf("REP-10", "/field", known && countable(u, c), c.Field)
	}
	if err := named(ctx, u, &bad, c); err != nil {
		return err
	}
	return bad.Err()
}

// named: the records that criteria name are there. A number for a program that
// there is not would be 0, and look like one.
func named(ctx context.Context, u *Unit, bad *fault.Issues, c Criteria) error {
	worker, err := casemgmt.Find(ctx, bad.Place("REP-10", "/worker"), u.Tx.Staff(), c.Worker)
	if worker != nil && worker.Deactivated {
		bad.Add("REP-09", "/worker", "report_deactivated")
	}
	return cmp.Or(err,
		casemgmt.Exists(ctx, bad.Place("REP-10", "/program"), u.Tx.Programs(), c.Program),
		casemgmt.Exists(ctx, bad.Place("REP-10", "/site"), u.Tx.Sites(), c.Site),
		casemgmt.Exists(ctx, bad.Place("REP-10", "/funder"), u.Tx.Funders(), c.Funder),
	)
}

// countable says whether the values of a field are counted.
func countable(u *Unit, c Criteria) bool {
	if key, own := strings.CutPrefix(c.Field, "own/"); own {
		return slices.ContainsFunc(u.Agency.Settings.Questions, func(q casemgmt.Question) bool {
			return q.Form == c.FormKind && q.Field.Key == key && q.Field.Kind.Countable()
		})
	}
	def, _ := u.Forms.Latest(c.FormKind)
	_, ok := def.Field(c.Field)
	return ok
}
