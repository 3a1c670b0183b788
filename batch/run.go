package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

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
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		b, err := tx.Batch(ctx, cmd.Batch)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, b.Program); err != nil {
			return event.Event{}, err
		}
		out = &Run{Head: casemgmt.NewHead[Run](), Batch: b.ID, Template: b.Template, BatchDate: cmd.BatchDate, ServiceDate: cmd.ServiceDate,
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
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
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
func (s *Service) lockRun(ctx context.Context, tx Tx, me casemgmt.Caller, key RunID, version int64) (*Run, error) {
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
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
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
func (s *Service) Runs(ctx context.Context, key BatchID, p casemgmt.PageRequest) (casemgmt.Page[Run], error) {
	var out casemgmt.Page[Run]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
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
func (s *Service) Entries(ctx context.Context, key RunID, state State, p casemgmt.PageRequest) (casemgmt.Page[Listed], error) {
	out := casemgmt.Page[Listed]{Items: []Listed{}}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
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
