package batch

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

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
	return &Service{work, cfg, newGather()}, nil
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

func mayRun(ctx context.Context, me casemgmt.Caller, p casemgmt.ProgramID) error {
	return me.Allow(ctx, access.RunBatches, access.Resource{Program: p.String()})
}

// Create makes a batch (BAT-04). It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) Create(ctx context.Context, cmd Content) (*Batch, error) {
	var out *Batch
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
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
		out = &Batch{Head: casemgmt.NewHead[Batch](), Template: cmd.template(), Closed: cmd.Closed}
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
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
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
		out = &Batch{Head: casemgmt.Head[Batch]{ID: cmd.ID, Version: cmd.Version}, Template: cmd.template(), Closed: cmd.Closed}
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
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		if out, err = tx.Batch(ctx, key); err != nil {
			return err
		}
		return sees(me, out.Program)
	})
	return out, err
}

func sees(me casemgmt.Caller, p casemgmt.ProgramID) error {
	if !me.SeesProgram(p) {
		return fault.ErrForbidden
	}
	return nil
}

// Batches lists the batches of the programs that the caller sees, by
// description, apart from any client (BAT-04a).
func (s *Service) Batches(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Batch], error) {
	var out casemgmt.Page[Batch]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		out, err = tx.Batches(ctx, me.Scope, p)
		return err
	})
	return out, err
}
