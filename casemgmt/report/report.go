// Package report has the reports of the rule book, section 21: numbers over
// complete sessions, all with the same criteria.
package report

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
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
	SessionType string             `json:"session_type,omitempty"`
	FormKind    string             `json:"form_kind,omitempty"`
	Gender      string             `json:"gender,omitempty"` // of the client (REP-03)
}

// Name of a report.
type Name string

// The reports that there are (REP-12 lists those to come).
const (
	ClientsServed  Name = "clients_served"
	ServicesByKind Name = "services_by_form_kind"
	ServicesByCode Name = "services_by_code"
)

// Definition is one report of the catalogue (REP-12).
type Definition struct {
	Name  Name      `json:"name"`
	Title i18n.Text `json:"title"`
}

// Catalogue lists the reports.
func Catalogue() []Definition {
	return []Definition{
		{ClientsServed, i18n.T("Clients served", "Clients servis")},
		{ServicesByKind, i18n.T("Services by form kind", "Services par type de formulaire")},
		{ServicesByCode, i18n.T("Services delivered by code", "Services fournis par code")},
	}
}

// Result is a report: its numbers, and what they are about (REP-11).
type Result struct {
	Report   Name      `json:"report"`
	Criteria Criteria  `json:"criteria"`
	At       time.Time `json:"at"` // the moment of the data
	Rows     []Row     `json:"rows"`
	// Total of the rows; empty where withheld or where rows cannot be added up.
	Total *int `json:"total,omitempty"`
	// IncompleteLeftOut is the number of incomplete sessions in the range that
	// were not counted; empty where withheld.
	IncompleteLeftOut *int `json:"incomplete_left_out,omitempty"`
	// UnpostedLeftOut is the number of clients who were selected in batches of the
	// range and whose services are not posted; for services by code.
	UnpostedLeftOut *int `json:"unposted_left_out,omitempty"`
}

// Row is one line.
type Row struct {
	Key   string    `json:"key"`
	Label i18n.Text `json:"label"`
	// Count is empty where withheld: below 5 and with services in it that the
	// caller may not see (ACC-11).
	Count    *int `json:"count,omitempty"`
	Withheld bool `json:"withheld,omitempty"`
	// Clients and Visits are different clients and days of clients, for services
	// by code, whose Count is units.
	Clients *int `json:"clients,omitempty"`
	Visits  *int `json:"visits,omitempty"`
}

// Count is a number with the part of it that the caller may see. The part needs
// to be exact below Withhold only.
type Count struct {
	Key     string
	All     int
	Visible int
}

// Tx is what reports need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx
	// CountByKind counts facts by form kind.
	CountByKind(ctx context.Context, c Criteria, scope access.Scope) ([]Count, error)
	// CountServed counts named clients once each (named), anonymous ones once
	// per session (anonymous), and visits, which are clients per session.
	CountServed(ctx context.Context, c Criteria, scope access.Scope) ([]Count, error)
	// CountByCode counts services of batches that are not reversed, and
	// CountUnposted the clients who wait in their runs.
	CountByCode(ctx context.Context, c Criteria, scope access.Scope) ([]Delivered, error)
	CountUnposted(ctx context.Context, c Criteria, scope access.Scope) (Count, error)
	// CountOpen counts the incomplete sessions that fit the criteria.
	CountOpen(ctx context.Context, c Criteria, scope access.Scope) (Count, error)
}

// Delivered are the services of one code. Hidden is the number of them that the
// caller may not see.
type Delivered struct {
	Code                   casemgmt.ServiceCodeID
	Units, Clients, Visits int
	Hidden                 int
}

// Runner opens units of work on the storage of reports.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}

// Service makes reports.
type Service struct {
	work casemgmt.Work[Tx]
	cfg  casemgmt.Config
}

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, cfg, err := casemgmt.NewWork[Tx](cfg, run.View, run.Update)
	if err != nil {
		return nil, err
	}
	return &Service{work, cfg}, nil
}

// Withhold is the number below which a count is withheld when it would reveal
// what the caller may not see (ACC-11).
const Withhold = 5

func (c Count) reveals() bool { return c.All > c.Visible && c.All < Withhold }

func (c Count) value() *int {
	if c.reveals() {
		return nil
	}
	return &c.All
}

// Run makes a report. A worker runs it on the own services, a manager on the
// managed programs, an administrator on the whole agency (ACC-07); without a
// program or worker a worker's report is on themselves. Only complete sessions
// count (CMP-03, REP-05). It fails with fault.ErrNotFound for an unknown
// report, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Run(ctx context.Context, name Name, c Criteria) (*Result, error) {
	if !slices.ContainsFunc(Catalogue(), func(d Definition) bool { return d.Name == name }) {
		return nil, fault.ErrNotFound
	}
	var out *Result
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		if err := s.check(ctx, tx, name, c); err != nil {
			return err
		}
		c, err := allowed(ctx, me, c)
		if err != nil {
			return err
		}
		out = &Result{Report: name, Criteria: c, At: me.Now, Rows: []Row{}}
		if name == ServicesByCode {
			return byCode(ctx, tx, me, out)
		}
		open, err := tx.CountOpen(ctx, c, me.Scope)
		if err != nil {
			return err
		}
		out.IncompleteLeftOut = open.value()
		if name == ServicesByKind {
			return s.byKind(ctx, tx, me, out)
		}
		return served(ctx, tx, me, out)
	})
	return out, err
}

// allowed is ACC-07: who may run it on what.
func allowed(ctx context.Context, me casemgmt.Caller, c Criteria) (Criteria, error) {
	on := access.Resource{Owner: c.Worker.String(), Program: c.Program.String()}
	err := me.Allow(ctx, access.RunReport, on)
	if err == nil || on.Owner != "" || on.Program != "" || me.Staff == nil {
		return c, err
	}
	c.Worker = me.Staff.ID
	return c, me.Allow(ctx, access.RunReport, access.Resource{Owner: c.Worker.String()})
}

func (s *Service) check(ctx context.Context, tx Tx, name Name, c Criteria) error {
	var bad fault.Issues
	if name == ServicesByCode { // services of batches have none of these
		for path, given := range map[string]bool{"/funder": !c.Funder.IsZero(), "/session_type": c.SessionType != "", "/form_kind": c.FormKind != ""} {
			if given {
				bad.Add("REP-10", path, "not_applicable")
			}
		}
	}
	bad.Required("REP-10", "/from", !c.From.IsZero())
	bad.Required("REP-10", "/to", !c.To.IsZero())
	if !c.From.IsZero() && !c.To.IsZero() && c.From.After(c.To) {
		bad.Add("REP-10", "/to", "ends_before_start")
	}
	types := []string{"direct", "direct_jd", "direct_finance", "language_training", "io_group", "cc_group", "employment_group"}
	bad.OneOf("REP-10", "/session_type", slices.Contains(types, c.SessionType), c.SessionType)
	_, known := s.cfg.Forms.Latest(c.FormKind)
	bad.OneOf("REP-10", "/form_kind", known, c.FormKind)
	genders := slices.ContainsFunc(casemgmt.Genders(), func(g casemgmt.Coded) bool { return g.Key == c.Gender })
	bad.OneOf("REP-03", "/gender", genders, c.Gender)
	if !c.Worker.IsZero() { // REP-09
		staff, err := tx.Staff().Get(ctx, c.Worker)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("REP-10", "/worker", "no_such_record")
		case err != nil:
			return err
		case staff.Deactivated:
			bad.Add("REP-09", "/worker", "report_deactivated")
		}
	}
	return bad.Err()
}

func (s *Service) byKind(ctx context.Context, tx Tx, me casemgmt.Caller, out *Result) error {
	counts, err := tx.CountByKind(ctx, out.Criteria, me.Scope)
	if err != nil {
		return err
	}
	total, withheld := 0, 0
	for _, n := range counts {
		label := i18n.T(n.Key, n.Key)
		if form, ok := s.cfg.Forms.Latest(n.Key); ok {
			label = form.Definition.Title
		}
		out.Rows = append(out.Rows, Row{Key: n.Key, Label: label, Count: n.value(), Withheld: n.reveals()})
		total += n.All
		if n.reveals() {
			withheld += n.All
		}
	}
	// a total would give away what few were withheld
	if withheld == 0 || withheld >= Withhold {
		out.Total = &total
	}
	return nil
}

// byCode is units, clients and visits by day of each service code.
func byCode(ctx context.Context, tx Tx, me casemgmt.Caller, out *Result) error {
	counts, err := tx.CountByCode(ctx, out.Criteria, me.Scope)
	if err != nil {
		return err
	}
	total, withheld := 0, 0
	for _, n := range counts {
		code, err := tx.ServiceCodes().Get(ctx, n.Code)
		if err != nil {
			return err
		}
		row := Row{Key: n.Code.String(), Label: code.Name, Count: &n.Units, Clients: &n.Clients, Visits: &n.Visits}
		if n.Hidden > 0 && n.Clients < Withhold { // few people, some of whom the caller may not see
			row.Count, row.Clients, row.Visits, row.Withheld = nil, nil, nil, true
			withheld++
		}
		total += n.Units
		out.Rows = append(out.Rows, row)
	}
	slices.SortStableFunc(out.Rows, func(a, b Row) int { return strings.Compare(a.Label.En, b.Label.En) })
	if withheld == 0 {
		out.Total = &total
	}
	unposted, err := tx.CountUnposted(ctx, out.Criteria, me.Scope)
	out.UnpostedLeftOut = unposted.value()
	return err
}

var servedLabels = map[string]i18n.Text{
	"named":     i18n.T("Different named clients", "Clients nommés différents"),
	"anonymous": i18n.T("Anonymous clients served", "Clients anonymes servis"),
	"visits":    i18n.T("Visits (clients per session)", "Visites (clients par séance)"),
}

func served(ctx context.Context, tx Tx, me casemgmt.Caller, out *Result) error {
	counts, err := tx.CountServed(ctx, out.Criteria, me.Scope)
	if err != nil {
		return err
	}
	part := false // a part that is withheld could be computed from the visits
	for _, n := range counts {
		row := Row{Key: n.Key, Label: servedLabels[n.Key], Count: n.value(), Withheld: n.reveals()}
		part = part || row.Withheld
		if n.Key == "visits" && part {
			row.Count, row.Withheld = nil, true
		}
		out.Rows = append(out.Rows, row)
	}
	return nil
}
