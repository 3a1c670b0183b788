package batch

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Found is a client as a run needs them.
type Found struct {
	Person
	Kind      casemgmt.Kind
	Withdrawn bool
}

// CardOf is a card with its client.
type CardOf struct {
	casemgmt.Card
	Found Found
}

// Standing is a client's active enrollment, whether a bar works, and whether the
// client was added to the batch on that day, with the highest Again.
type Standing struct {
	Enrollment casemgmt.EnrollmentID
	Barred     bool
	Added      bool
	Last       int
}

// Tx is what batches need of their storage in a unit of work, bound to one
// agency. Its methods take and give sets: a run does the same number of
// statements for 200 clients as for one.
type Tx interface {
	casemgmt.Tx

	Batch(ctx context.Context, key BatchID) (*Batch, error)
	InsertBatch(ctx context.Context, b *Batch) error
	UpdateBatch(ctx context.Context, b *Batch) error
	// Batches lists batches of the programs that the scope sees, by description.
	Batches(ctx context.Context, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[Batch], error)

	Run(ctx context.Context, key RunID) (*Run, error)
	// ShareRun keeps the run from being changed; LockRun from being used.
	ShareRun(ctx context.Context, key RunID) (*Run, error)
	LockRun(ctx context.Context, key RunID) (*Run, error)
	InsertRun(ctx context.Context, r *Run) error
	UpdateRun(ctx context.Context, r *Run) error
	// Runs lists a batch's runs in the programs that the scope sees, the latest
	// date service provided first.
	Runs(ctx context.Context, b BatchID, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[Run], error)
	CountEntries(ctx context.Context, r RunID) (Counts, error)

	// CardsOf, ClientsByNumber and Found look up a set.
	CardsOf(ctx context.Context, values []string) (map[string]CardOf, error)
	ClientsByNumber(ctx context.Context, numbers []int64) (map[int64]casemgmt.ClientID, error)
	Found(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]Found, error)
	// Standings are of those who are enrolled in a run's program on its date
	// service provided; their enrollments are kept from being moved.
	Standings(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID]Standing, error)
	// EnrolledFrom says who has an enrollment in a program on a day or later.
	EnrolledFrom(ctx context.Context, p casemgmt.ProgramID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]bool, error)
	InsertEnrollments(ctx context.Context, list []*casemgmt.Enrollment) error
	// WorkingBars are bars from a program or a facility on a day.
	WorkingBars(ctx context.Context, p casemgmt.ProgramID, at casemgmt.SiteID, on civil.Date, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Bar, error)
	// EntriesOfScans are those that scans were applied to.
	EntriesOfScans(ctx context.Context, scans []string) (map[string]*Entry, error)
	// Places are the Agains of each client's entries of the run's batch and day
	// that are not reversed, in order.
	Places(ctx context.Context, r *Run, keys []casemgmt.ClientID) (map[casemgmt.ClientID][]int, error)
	// InsertEntries writes what is not there yet, in the order of the list, and
	// says which entries it wrote. An entry is there when one of the same batch,
	// client, day and Again, or of the same scan, is.
	InsertEntries(ctx context.Context, r *Run, list []*Entry) (map[EntryID]bool, error)
	// InsertTransactions writes the run's services for entries.
	InsertTransactions(ctx context.Context, r *Run, list []*Entry) error

	LockEntry(ctx context.Context, r RunID, key EntryID) (*Entry, error)
	// Entries lists a run's entries as they were added, of one state or all.
	Entries(ctx context.Context, r RunID, state State, p casemgmt.Page) (casemgmt.Pages[Entry], error)
	// LockSelected are selected entries behind one, up to a number, in order of
	// their ids, held to the end of the unit.
	LockSelected(ctx context.Context, r RunID, after EntryID, limit int) ([]*Entry, error)
	// LockReversed are the entries of a reversal, likewise.
	LockReversed(ctx context.Context, r RunID, rev ReversalID, after EntryID, limit int) ([]*Entry, error)
	// MarkPosted puts entries, with their enrollments as they are now, on record.
	MarkPosted(ctx context.Context, r RunID, list []*Entry) error
	// Reverse takes back all entries of a run, or one, and so their services.
	Reverse(ctx context.Context, r RunID, e EntryID, rev ReversalID) error
	// Restore brings entries back, with their enrollments as they are now.
	Restore(ctx context.Context, r RunID, list []*Entry) error
	InsertReversal(ctx context.Context, r RunID, rev *Reversal) error
	UpdateReversal(ctx context.Context, rev *Reversal) error
	// Reversals are all of a run, as they were made.
	Reversals(ctx context.Context, r RunID) ([]Reversal, error)
	// Transactions lists a client's services in the programs that the scope
	// sees, or that the caller provided, the latest first.
	Transactions(ctx context.Context, c casemgmt.ClientID, scope access.Scope, p casemgmt.Page) (casemgmt.Pages[Transaction], error)
}

// Runner opens units of work on the storage of batches.
type Runner interface {
	View(ctx context.Context, agency string, fn func(Tx) error) error
	Update(ctx context.Context, agency string, fn func(Tx) error) error
}

// Service is batch services.
type Service struct {
	work   casemgmt.Work[Tx]
	cfg    casemgmt.Config
	gather *gather // nil within a transaction of the host
}

// New makes the service over a storage's runner.
func New(run Runner, cfg casemgmt.Config) (*Service, error) {
	work, cfg, err := casemgmt.NewWork[Tx](cfg, run.View, run.Update)
	if err != nil {
		return nil, err
	}
	return &Service{work, cfg, &gather{waiting: map[string][]*gathered{}, busy: map[string]int{}}}, nil
}

// On is the same service on another runner, such as a transaction of the host.
func (s *Service) On(run Runner) *Service {
	work, _, _ := casemgmt.NewWork[Tx](s.cfg, run.View, run.Update) // the Config was accepted before
	return &Service{work, s.cfg, nil}
}

// Include is a service to be in a batch.
type Include struct {
	Code  casemgmt.ServiceCodeID `json:"code"`
	Units *int                   `json:"units,omitempty"` // 1 unless given (BAT-08)
}

// MaxUnits and MaxServices bound a batch.
const (
	MaxUnits    = 999
	MaxServices = 50
)

// Content is what a worker gives of a batch.
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

func (c *Content) check() fault.Issues {
	var bad fault.Issues
	bad.Required("BAT-04", "/description", c.Description != "")
	bad.Line("/description", c.Description, 200)
	bad.Line("/performer", c.Performer, 200)
	bad.Note("/comments", c.Comments, 4000)
	bad.Required("BAT-05", "/program", !c.Program.IsZero())
	bad.Required("BAT-10", "/provider", !c.Provider.IsZero())
	bad.Required("BAT-06", "/services", len(c.Services) > 0)
	if len(c.Services) > MaxServices {
		bad.Add("BAT-06", "/services", "too_many", "max", MaxServices)
		return bad
	}
	for i, s := range c.Services {
		at := fault.At("/services", i)
		bad.Required("BAT-06", at+"/code", !s.Code.IsZero())
		if slices.ContainsFunc(c.Services[:i], func(o Include) bool { return o.Code == s.Code }) {
			bad.Add("BAT-08", at+"/code", "repeated")
		}
		if s.Units != nil && (*s.Units < 1 || *s.Units > MaxUnits) {
			bad.Add("BAT-08", at+"/units", "out_of_range", "min", 1, "max", MaxUnits)
		}
	}
	return bad
}

// links makes sure that what the content names is the agency's, open, and fits.
func (c *Content) links(ctx context.Context, tx Tx, before *Template) error {
	var bad fault.Issues
	program, err := tx.Programs().Get(ctx, c.Program)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("BAT-05", "/program", "no_such_record")
		return bad.Err()
	case err != nil:
		return err
	case program.Closed && c.Program != before.Program:
		bad.Add("BAT-05", "/program", "closed")
	}
	if c.Location.IsZero() && len(program.Locations) == 1 {
		c.Location = program.Locations[0]
	}
	switch {
	case c.Location.IsZero() && len(program.Locations) > 1:
		bad.Add("BAT-05", "/location", "required")
	case !c.Location.IsZero() && !slices.Contains(program.Locations, c.Location):
		bad.Add("BAT-05", "/location", "not_a_location")
	case !c.Location.IsZero() && c.Location != before.Location:
		site, err := tx.Sites().Get(ctx, c.Location)
		if err != nil {
			return err
		}
		if site.Closed {
			bad.Add("BAT-05", "/location", "closed")
		}
	}
	staff, err := tx.Staff().Get(ctx, c.Provider)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("BAT-10", "/provider", "no_such_record")
	case err != nil:
		return err
	case staff.Deactivated && c.Provider != before.Provider:
		bad.Add("BAT-10", "/provider", "closed")
	}
	for i, s := range c.Services {
		if err := casemgmt.Exists(ctx, &bad, "BAT-06", fault.At("/services", i)+"/code", tx.ServiceCodes(), s.Code); err != nil {
			return err
		}
	}
	return bad.Err()
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

func mayRun(ctx context.Context, me casemgmt.Me, p casemgmt.ProgramID) error {
	return me.Allow(ctx, access.RunBatches, access.Resource{Program: p.String()})
}

// Create makes a batch (BAT-04). It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) Create(ctx context.Context, cmd Content) (*Batch, error) {
	var out *Batch
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Me) (event.Event, error) {
		cmd := cmd // the storage may try again
		if cmd.Provider.IsZero() {
			cmd.Provider = me.StaffID()
		}
		if err := cmd.check().Err(); err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, cmd.Program); err != nil {
			return event.Event{}, err
		}
		if err := cmd.links(ctx, tx, &Template{}); err != nil {
			return event.Event{}, err
		}
		out = &Batch{ID: id.New[Batch](), Version: 1, Template: cmd.template(), Closed: cmd.Closed}
		return event.New("batch.created", out.ID.String(), 1), tx.InsertBatch(ctx, out)
	})
	return out, err
}

// Update changes a batch; runs that were started keep what it said.
type Update struct {
	ID      BatchID `json:"id"`
	Version int64   `json:"version"`
	Content
}

// Update changes a batch. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Update(ctx context.Context, cmd Update) (*Batch, error) {
	var out *Batch
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Me) (event.Event, error) {
		cmd := cmd // the storage may try again
		before, err := tx.Batch(ctx, cmd.ID)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, before.Program); err != nil {
			return event.Event{}, err
		}
		if cmd.Provider.IsZero() {
			cmd.Provider = before.Provider
		}
		if err := cmd.check().Err(); err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, cmd.Program); err != nil {
			return event.Event{}, err
		}
		if err := cmd.links(ctx, tx, &before.Template); err != nil {
			return event.Event{}, err
		}
		out = &Batch{ID: cmd.ID, Version: cmd.Version, Template: cmd.template(), Closed: cmd.Closed}
		if err := tx.UpdateBatch(ctx, out); err != nil {
			return event.Event{}, err
		}
		diff, err := event.Diff(before, out)
		return event.New("batch.changed", out.ID.String(), out.Version, diff...), err
	})
	return out, err
}

// Batch is one batch. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Batch(ctx context.Context, key BatchID) (*Batch, error) {
	var out *Batch
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) (err error) {
		if out, err = tx.Batch(ctx, key); err != nil {
			return err
		}
		return sees(me, out.Program)
	})
	return out, err
}

func sees(me casemgmt.Me, p casemgmt.ProgramID) error {
	if !me.SeesProgram(p) {
		return fault.ErrForbidden
	}
	return nil
}

// Batches lists the batches of the programs that the caller sees, by
// description, apart from any client (BAT-04a).
func (s *Service) Batches(ctx context.Context, p casemgmt.Page) (casemgmt.Pages[Batch], error) {
	var out casemgmt.Pages[Batch]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) (err error) {
		out, err = tx.Batches(ctx, me.Scope, p)
		return err
	})
	return out, err
}

// Start uses a batch once more (BAT-12).
type Start struct {
	Batch       BatchID    `json:"batch"`
	BatchDate   civil.Date `json:"batch_date,omitzero"`   // today unless given
	ServiceDate civil.Date `json:"service_date,omitzero"` // the batch date unless given
}

// Start starts a run of a batch (BAT-13). It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Start(ctx context.Context, cmd Start) (*Run, error) {
	var out *Run
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Me) (event.Event, error) {
		b, err := tx.Batch(ctx, cmd.Batch)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, b.Program); err != nil {
			return event.Event{}, err
		}
		out = &Run{ID: id.New[Run](), Version: 1, Batch: b.ID, Template: b.Template, BatchDate: cmd.BatchDate, ServiceDate: cmd.ServiceDate,
			Started: me.Now, By: me.StaffID()}
		if out.BatchDate.IsZero() {
			out.BatchDate = me.Today
		}
		if out.ServiceDate.IsZero() {
			out.ServiceDate = out.BatchDate
		}
		bad := out.checkDates(me.Today)
		if b.Closed {
			bad.Add("BAT-12", "/batch", "closed")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := out.fits(ctx, tx); err != nil {
			return event.Event{}, err
		}
		return event.New("run.started", out.ID.String(), 1), tx.InsertRun(ctx, out)
	})
	return out, err
}

func (r *Run) checkDates(today civil.Date) fault.Issues {
	var bad fault.Issues
	for path, d := range map[string]civil.Date{"/batch_date": r.BatchDate, "/service_date": r.ServiceDate} {
		switch {
		case !d.Valid() || d.Year < 1970:
			bad.Add("BAT-23", path, "date_range")
		case d.After(today):
			bad.Add("BAT-23", path, "in_future")
		}
	}
	return bad
}

// fits makes sure that the batch can be used on the date service provided: its
// program and location are open, its provider is there, its codes are valid
// (BAT-05, BAT-10, BAT-23).
func (r *Run) fits(ctx context.Context, tx Tx) error {
	bad, err := r.open(ctx, tx)
	if err != nil {
		return err
	}
	staff, err := tx.Staff().Get(ctx, r.Provider)
	if err != nil {
		return err
	}
	if staff.Deactivated {
		bad.Add("BAT-10", "/provider", "closed")
	}
	valid, err := r.codesValid(ctx, tx)
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
func (r *Run) open(ctx context.Context, tx Tx) (fault.Issues, error) {
	var bad fault.Issues
	program, err := tx.Programs().Get(ctx, r.Program)
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
	site, err := tx.Sites().Get(ctx, r.Location)
	if err != nil {
		return nil, err
	}
	if site.Closed {
		bad.Add("BAT-05", "/location", "closed")
	}
	return bad, nil
}

func (r *Run) codesValid(ctx context.Context, tx Tx) (bool, error) {
	for _, item := range r.Services {
		code, err := tx.ServiceCodes().Get(ctx, item.Code)
		if err != nil {
			return false, err
		}
		if !code.ValidOn(r.ServiceDate) {
			return false, nil
		}
	}
	return true, nil
}

// ChangeRun changes the dates of a run to which nobody was added yet (BAT-13).
type ChangeRun struct {
	ID          RunID      `json:"id"`
	Version     int64      `json:"version"`
	BatchDate   civil.Date `json:"batch_date"`
	ServiceDate civil.Date `json:"service_date"`
}

// ChangeRun changes the dates. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) ChangeRun(ctx context.Context, cmd ChangeRun) (*Run, error) {
	var out *Run
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Me) (event.Event, error) {
		r, err := s.lockRun(ctx, tx, me, cmd.ID, cmd.Version)
		if err != nil {
			return event.Event{}, err
		}
		before := *r
		r.BatchDate, r.ServiceDate = cmd.BatchDate, cmd.ServiceDate
		bad := r.checkDates(me.Today)
		n, err := tx.CountEntries(ctx, r.ID)
		if err != nil {
			return event.Event{}, err
		}
		if n != (Counts{}) {
			bad.Add("BAT-13", "/service_date", "cannot_change")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := r.fits(ctx, tx); err != nil {
			return event.Event{}, err
		}
		out = r
		if err := tx.UpdateRun(ctx, r); err != nil {
			return event.Event{}, err
		}
		diff, err := event.Diff(before, r)
		return event.New("run.changed", r.ID.String(), r.Version, diff...), err
	})
	return out, err
}

// lockRun is a run that the caller may change, if it still has the version.
func (s *Service) lockRun(ctx context.Context, tx Tx, me casemgmt.Me, key RunID, version int64) (*Run, error) {
	r, err := tx.LockRun(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := mayRun(ctx, me, r.Program); err != nil {
		return nil, err
	}
	if r.Version != version {
		return nil, fault.ErrConflict
	}
	return r, nil
}

// Run is one run with its counts. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) Run(ctx context.Context, key RunID) (*Run, error) {
	var out *Run
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) (err error) {
		if out, err = tx.Run(ctx, key); err != nil {
			return err
		}
		if err := sees(me, out.Program); err != nil {
			return err
		}
		n, err := tx.CountEntries(ctx, key)
		out.Counts = &n
		return err
	})
	return out, err
}

// Runs lists a batch's runs, the latest date service provided first. It fails
// with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Runs(ctx context.Context, key BatchID, p casemgmt.Page) (casemgmt.Pages[Run], error) {
	var out casemgmt.Pages[Run]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
		b, err := tx.Batch(ctx, key)
		if err != nil {
			return err
		}
		if err := sees(me, b.Program); err != nil {
			return err
		}
		out, err = tx.Runs(ctx, key, me.Scope, p)
		return err
	})
	return out, err
}

// Listed is an entry with who it is.
type Listed struct {
	Entry
	Person *Person `json:"person,omitempty"`
}

// Entries lists a run's entries as they were added, of one state or of all. It
// fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Entries(ctx context.Context, key RunID, state State, p casemgmt.Page) (casemgmt.Pages[Listed], error) {
	out := casemgmt.Pages[Listed]{Items: []Listed{}}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
		var bad fault.Issues
		bad.OneOf("BAT-15", "/state", state == Selected || state == Posted || state == Reversed, string(state))
		if err := bad.Err(); err != nil {
			return err
		}
		r, err := tx.Run(ctx, key)
		if err != nil {
			return err
		}
		if err := sees(me, r.Program); err != nil {
			return err
		}
		page, err := tx.Entries(ctx, key, state, p)
		if err != nil {
			return err
		}
		var clients []casemgmt.ClientID
		for _, e := range page.Items {
			clients = append(clients, e.Client)
		}
		found, err := tx.Found(ctx, clients)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			row := Listed{Entry: e}
			if f, ok := found[e.Client]; ok && me.AllowClients(ctx) == nil {
				row.Person = &f.Person
			}
			out.Items = append(out.Items, row)
		}
		out.Next = page.Next
		return nil
	})
	return out, err
}

// Transactions is a client's record of services in the programs that the caller
// sees, reversed ones included, the latest first (BAT-19). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Transactions(ctx context.Context, key casemgmt.ClientID, p casemgmt.Page) (casemgmt.Pages[Transaction], error) {
	var out casemgmt.Pages[Transaction]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
		client, err := tx.Client(ctx, key)
		if err != nil {
			return err
		}
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		var bad fault.Issues
		if client.Kind == casemgmt.Anonymous {
			bad.Add("ANO-06", "/client", "anonymous_not_tracked")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		out, err = tx.Transactions(ctx, key, me.Scope, p)
		return err
	})
	return out, err
}
