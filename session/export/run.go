package export

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// RunID identifies an export run.
type RunID = id.Of[Run]

// Criteria say what a run is about: the services of a period that one funder
// pays for under one contribution agreement (XPT-11).
type Criteria struct {
	// Funder with its agreement; its System names the file format.
	Funder casemgmt.FunderID `json:"funder"`
	From   civil.Date        `json:"from"` // service date, inclusive
	To     civil.Date        `json:"to"`
	// Program narrows it; empty is the whole agency.
	Program casemgmt.ProgramID `json:"program,omitzero"`
	// Site narrows it to one of the agency's sites, such as an outlet.
	Site casemgmt.SiteID `json:"site,omitzero"`
	// Resend takes rejected records again though nothing was changed in them:
	// the fault was the funder's.
	Resend bool `json:"resend,omitempty"`
}

// maxDays bounds the period of a run.
const maxDays = 366

// Validate says what is wrong with the period, and whether a funder is named.
func (c Criteria) Validate() error {
	whole := !c.From.IsZero() && !c.To.IsZero()
	return fault.Check(&c,
		validation.Field(&c.Funder, fault.Required("XPT-11")),
		validation.Field(&c.From, fault.Required("XPT-11")),
		validation.Field(&c.To, fault.Required("XPT-11"), fault.Fails(whole && c.From.After(c.To), "XPT-11", "ends_before_start"),
			fault.Fails(whole && c.To.DaysSince(c.From) >= maxDays, "XPT-11", "date_range")),
	)
}

// Tally counts the records of one kind of file (XPT-06).
type Tally struct {
	Kind  string    `json:"kind"` // such as client_profile
	Title i18n.Text `json:"title"`
	Good  int       `json:"good"`
	Bad   int       `json:"bad"`
	// Amendments are the good ones that change a record which the funder has (XPT-10).
	Amendments int `json:"amendments,omitempty"`
}

// Counts are those of a check, or of a run.
type Counts struct {
	Kinds    []Tally   `json:"kinds"` // in the order in which the files are sent (XPT-05)
	Good     int       `json:"good"`
	Bad      int       `json:"bad"`
	Warnings int       `json:"warnings"`
	LeftOut  []LeftOut `json:"left_out"`
}

// Run is one export, as it is kept (XPT-12).
type Run struct {
	casemgmt.Head[Run]
	Criteria
	At time.Time        `json:"at"`
	By casemgmt.StaffID `json:"by,omitzero"`
	Counts
	// Private: it has private forms, and is for managers of its program.
	Private bool    `json:"private,omitempty"`
	Files   []*File `json:"files"` // in the order in which they are sent
}

// mayExport: whoever exports, of a program or of the whole agency, opens clients'
// profiles with it (ACC-02, ACC-07, ACC-14).
func mayExport(ctx context.Context, c casemgmt.Caller, p casemgmt.ProgramID) error {
	if err := c.AllowClients(ctx); err != nil {
		return err
	}
	return c.Allow(ctx, access.Export, access.Resource{Kind: access.Exports, Program: p.String()})
}

// mayOpen: a run is opened by whoever may make it; one with private forms by a
// manager of its program (ACC-10, ACC-14).
func mayOpen(ctx context.Context, c casemgmt.Caller, r *Run) error {
	if err := mayExport(ctx, c, r.Program); err != nil {
		return err
	}
	if r.Private && !slices.Contains(c.Manages, r.Program.String()) {
		return fault.ErrForbidden
	}
	return nil
}

// opened is a run that the caller may open.
func opened(ctx context.Context, u *Unit, key RunID) (*Run, error) {
	r, err := u.Tx.Runs().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return r, mayOpen(ctx, u.Caller, r)
}

func mayOpenRun(ctx context.Context, u *Unit, key RunID) error {
	_, err := opened(ctx, u, key)
	return err
}

// Run is one run with its files and what became of their records. It fails with
// fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Run(ctx context.Context, key RunID) (*Run, error) {
	return casemgmt.Read(ctx, s.work, key, readRun)
}

func readRun(ctx context.Context, u *Unit, key RunID) (*Run, error) {
	r, err := opened(ctx, u, key)
	if err != nil {
		return nil, err
	}
	for _, f := range r.Files {
		if err := f.warn(ctx, u, r.Funder); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// listing is a question for runs.
type listing struct {
	Program casemgmt.ProgramID `json:"program,omitzero"`
	casemgmt.PageRequest
}

// Runs lists the runs, the latest first: of one program, or of all to whoever
// may export the whole agency. Runs with private forms are listed without their
// files to others than their managers. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) Runs(ctx context.Context, program casemgmt.ProgramID, p casemgmt.PageRequest) (casemgmt.Page[Run], error) {
	return casemgmt.ReadMany(ctx, s.work, listing{program, p}, list)
}

func list(ctx context.Context, u *Unit, q listing) (casemgmt.Page[Run], error) {
	if err := mayExport(ctx, u.Caller, q.Program); err != nil {
		return casemgmt.Page[Run]{}, err
	}
	var bad fault.Issues
	err := casemgmt.Exists(ctx, bad.Place("XPT-12", "/program"), u.Tx.Programs(), q.Program)
	if err = cmp.Or(err, bad.Err()); err != nil {
		return casemgmt.Page[Run]{}, err
	}
	out, err := u.Tx.Runs().List(ctx, q.Program, q.PageRequest)
	for i := range out.Items {
		if mayOpen(ctx, u.Caller, &out.Items[i]) != nil {
			out.Items[i].Files = []*File{}
		}
	}
	return out, err
}
