package batch

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

// RunID identifies a run.
type RunID = id.Of[Run]

// Run is one use of a batch (BAT-12).
type Run struct {
	casemgmt.Head[Run]
	Batch BatchID `json:"batch"`
	// BatchDate is the day of the batch, ServiceDate the day on which the
	// services were provided, which may lie in the past (BAT-13).
	BatchDate   civil.Date `json:"batch_date"`
	ServiceDate civil.Date `json:"service_date"`
	Template
	Started time.Time        `json:"started"`
	By      casemgmt.StaffID `json:"by,omitzero"`
	// Reversal of the whole run, while it lasts (BAT-25).
	Reversal *Reversal `json:"reversal,omitempty"`
	// Counts of the entries; filled in where one run is read, or those of a day.
	Counts *Counts `json:"counts,omitempty"`
}

// Counts of a run's entries.
type Counts struct {
	Selected int `json:"selected"` // not posted yet
	Posted   int `json:"posted"`
	Reversed int `json:"reversed"`
}

// Start uses a batch once more (BAT-12).
type Start struct {
	Batch       BatchID    `json:"batch"`
	BatchDate   civil.Date `json:"batch_date,omitzero"`   // today unless given
	ServiceDate civil.Date `json:"service_date,omitzero"` // the batch date unless given
	Serving
}

// Serving is who gives the services of one run and what is said of them, where it
// is otherwise than the batch says, such as when a colleague stands in. What is not
// given stays as it was; an empty text takes away what there was.
type Serving struct {
	// Provider is the user who is responsible for the data entry of this run (BAT-10).
	Provider  casemgmt.StaffID `json:"provider,omitzero"`
	Performer *string          `json:"performer,omitempty"` // BAT-24
	Comments  *string          `json:"comments,omitempty"`  // BAT-09
}

// fields are the rules on them, which are those of a batch (BAT-09, BAT-24).
func (c *Serving) fields() []*validation.FieldRules {
	return []*validation.FieldRules{
		validation.Field(&c.Performer, fault.Line("BAT-24", 200)),
		validation.Field(&c.Comments, fault.Note("BAT-09", 4000)),
	}
}

// serve takes over what is given.
func (r *Run) serve(c Serving) {
	if !c.Provider.IsZero() {
		r.Provider = c.Provider
	}
	if c.Performer != nil {
		r.Performer = *c.Performer
	}
	if c.Comments != nil {
		r.Comments = *c.Comments
	}
}

// years and past are the rules on the dates of a run (BAT-23).
var years, past = fault.Days("BAT-23", 1970, 9999), fault.Past("BAT-23")

// ValidateWithContext says what is wrong with the dates as the run will have them
// (BAT-23), and with who serves. It fails with *fault.Invalid.
func (c Start) ValidateWithContext(ctx context.Context) error {
	if c.ServiceDate.IsZero() {
		c.ServiceDate = c.BatchDate
	}
	return fault.CheckIn(ctx, &c, append(c.fields(), validation.Field(&c.BatchDate, years, past), validation.Field(&c.ServiceDate, years, past))...)
}

// Start starts a run of a batch (BAT-13). It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Start(ctx context.Context, cmd Start) (*Run, error) {
	return casemgmt.Change(ctx, s.work, cmd, start)
}

func start(ctx context.Context, u *Unit, cmd Start) (*Run, error) {
	b, err := u.Tx.Batches().Get(ctx, cmd.Batch)
	if err != nil {
		return nil, err
	}
	if err := mayRun(ctx, u, b.Program); err != nil {
		return nil, err
	}
	r := &Run{Head: casemgmt.NewHead[Run](), Batch: b.ID, Template: b.Template, BatchDate: cmd.BatchDate, ServiceDate: cmd.ServiceDate,
		Started: u.Now, By: u.StaffID()}
	r.serve(cmd.Serving)
	if r.BatchDate.IsZero() {
		r.BatchDate = u.Today
	}
	if r.ServiceDate.IsZero() {
		r.ServiceDate = r.BatchDate
	}
	if b.Closed {
		var bad fault.Issues
		bad.Add("BAT-12", "/batch", "closed")
		return nil, bad.Err()
	}
	if err := r.fits(ctx, u); err != nil {
		return nil, err
	}
	u.Log(event.RunStarted, r)
	return r, u.Tx.Runs().Insert(ctx, r)
}

// fits makes sure that the batch can be used on the date service provided: its
// program and location are open, its provider is there, its codes are valid
// (BAT-05, BAT-10, BAT-23).
func (r *Run) fits(ctx context.Context, u *Unit) error {
	bad, err := r.open(ctx, u)
	if err != nil {
		return err
	}
	staff, err := casemgmt.Find(ctx, bad.Place("BAT-10", "/provider"), u.Tx.Staff(), r.Provider)
	if err != nil {
		return err
	}
	if staff != nil && staff.Deactivated {
		bad.Add("BAT-10", "/provider", "closed")
	}
	valid, err := r.codesValid(ctx, u)
	if err != nil {
		return err
	}
	if !valid {
		bad.Add("BAT-23", "/service_date", "code_not_valid")
	}
	return bad.Err()
}

// open looks at the program and its location as they are now. A run whose
// program had no location takes the only one that it has got.
func (r *Run) open(ctx context.Context, u *Unit) (fault.Issues, error) {
	var bad fault.Issues
	program, err := u.Tx.Programs().Get(ctx, r.Program)
	if err != nil {
		return nil, err
	}
	if program.Closed {
		bad.Add("BAT-05", "/program", "closed")
	}
	if r.Location.IsZero() && len(program.Locations) == 1 {
		r.Location = program.Locations[0]
	}
	if r.Location.IsZero() {
		if len(program.Locations) > 0 {
			bad.Add("BAT-05", "/location", "required") // the program has changed since
		}
		return bad, nil
	}
	if !slices.Contains(program.Locations, r.Location) {
		bad.Add("BAT-05", "/location", "not_a_location")
	}
	site, err := u.Tx.Sites().Get(ctx, r.Location)
	if err != nil {
		return nil, err
	}
	if site.Closed {
		bad.Add("BAT-05", "/location", "closed")
	}
	return bad, nil
}

func (r *Run) codesValid(ctx context.Context, u *Unit) (bool, error) {
	for _, item := range r.Services {
		code, err := u.Tx.ServiceCodes().Get(ctx, item.Code)
		if err != nil {
			return false, err
		}
		if !code.ValidOn(r.ServiceDate) {
			return false, nil
		}
	}
	return true, nil
}

// ChangeRun changes the dates of a run to which nobody was added yet (BAT-13), and
// who serves while nothing was posted.
type ChangeRun struct {
	ID          RunID      `json:"id"`
	Version     int64      `json:"version"`
	BatchDate   civil.Date `json:"batch_date"`
	ServiceDate civil.Date `json:"service_date"`
	Serving
}

// ValidateWithContext says what is wrong with the dates, both of which are
// needed here (BAT-23), and with who serves. It fails with *fault.Invalid.
func (c ChangeRun) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c, append(c.fields(),
		validation.Field(&c.BatchDate, fault.Fails(c.BatchDate.IsZero(), "BAT-23", "date_range"), years, past),
		validation.Field(&c.ServiceDate, fault.Fails(c.ServiceDate.IsZero(), "BAT-23", "date_range"), years, past),
	)...)
}

// ChangeRun changes the dates, and who serves. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) ChangeRun(ctx context.Context, cmd ChangeRun) (*Run, error) {
	return casemgmt.Change(ctx, s.work, cmd, changeRun)
}

func changeRun(ctx context.Context, u *Unit, cmd ChangeRun) (*Run, error) {
	r, err := lockRun(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	before := *r
	r.BatchDate, r.ServiceDate = cmd.BatchDate, cmd.ServiceDate
	r.serve(cmd.Serving)
	n, err := u.Tx.Entries().Count(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if err := r.mayDiffer(&before, n); err != nil {
		return nil, err
	}
	if err := r.fits(ctx, u); err != nil {
		return nil, err
	}
	u.Changed(event.RunChanged, before, r)
	return r, u.Tx.Runs().Update(ctx, r)
}

// mayDiffer says what cannot be changed any more: the dates since somebody was
// checked as of them, who serves since it is on somebody's record. What was reversed
// may have been on record, and may come back.
func (r *Run) mayDiffer(before *Run, n Counts) error {
	var bad fault.Issues
	fixed := func(rule, path string, is bool) {
		if is {
			bad.Add(rule, path, "cannot_change")
		}
	}
	added, posted := n != (Counts{}), n.Posted+n.Reversed > 0
	fixed("BAT-10", "/provider", posted && r.Provider != before.Provider)
	fixed("BAT-24", "/performer", posted && r.Performer != before.Performer)
	fixed("BAT-09", "/comments", posted && r.Comments != before.Comments)
	fixed("BAT-13", "/service_date", added && (r.BatchDate != before.BatchDate || r.ServiceDate != before.ServiceDate))
	return bad.Err()
}

// lockRun is a run that the caller may change, if it still has the version.
func lockRun(ctx context.Context, u *Unit, key RunID, version int64) (*Run, error) {
	r, err := u.Tx.Runs().Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := mayRun(ctx, u, r.Program); err != nil {
		return nil, err
	}
	if r.Version != version {
		return nil, fault.ErrConflict
	}
	u.Was(r)
	return r, nil
}

// shareRun is a run that the caller may use; nobody changes it meanwhile.
func shareRun(ctx context.Context, u *Unit, key RunID) (*Run, error) {
	r, err := u.Tx.Runs().Share(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Was(r)
	return r, mayRun(ctx, u, r.Program)
}

// Run is one run with its counts. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) Run(ctx context.Context, key RunID) (*Run, error) {
	return casemgmt.Read(ctx, s.work, key, counted)
}

func counted(ctx context.Context, u *Unit, key RunID) (*Run, error) {
	r, err := seenRun(ctx, u, key)
	if err != nil {
		return nil, err
	}
	n, err := u.Tx.Entries().Count(ctx, key)
	r.Counts = &n
	return r, err
}

func onlySeen(ctx context.Context, u *Unit, key RunID) error {
	_, err := seenRun(ctx, u, key)
	return err
}

// seenRun is a run that the caller sees.
func seenRun(ctx context.Context, u *Unit, key RunID) (*Run, error) {
	r, err := u.Tx.Runs().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return r, sees(ctx, u, r.Program)
}

// runList asks for a part of a batch's runs.
type runList struct {
	Batch BatchID
	casemgmt.PageRequest
}

// Runs lists a batch's runs, the latest date service provided first. It fails
// with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Runs(ctx context.Context, key BatchID, p casemgmt.PageRequest) (casemgmt.Page[Run], error) {
	return casemgmt.ReadMany(ctx, s.work, runList{key, p}, runs)
}

func runs(ctx context.Context, u *Unit, q runList) (casemgmt.Page[Run], error) {
	if _, err := seenBatch(ctx, u, q.Batch); err != nil {
		return casemgmt.Page[Run]{}, err
	}
	return u.Tx.Runs().Of(ctx, q.Batch, u.Scope(ctx, access.Batches), q.PageRequest)
}
