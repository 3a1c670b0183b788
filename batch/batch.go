// Package batch records the same services for many clients at once, as day
// shelters and drop-in centres do (rule book, section 23). A Batch is a
// template that is used again and again; each use is a Run with its dates, to
// which clients are added by card, number or list, and whose services are
// posted at once or after a review. What was posted can be reversed and
// restored, as a whole or for one client.
package batch

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// BatchID identifies a batch.
type BatchID = id.Of[Batch]

// Item is a service of a batch and how often it is given (BAT-08).
type Item struct {
	Code  enroll.ServiceCodeID `json:"code"`
	Units int                  `json:"units"`
}

// Validate says what is wrong with the service (BAT-06, BAT-08). It fails with
// *fault.Invalid.
func (i Item) Validate() error {
	return fault.Check(&i,
		validation.Field(&i.Code, fault.Required("BAT-06")),
		validation.Field(&i.Units, fault.Between("BAT-08", 1, MaxUnits)),
	)
}

func (i Item) code() enroll.ServiceCodeID { return i.Code }

// Template is what a batch says, and what a run keeps of it: a later change of
// the batch does not change its runs (BAT-04).
type Template struct {
	Description string `json:"description"`
	// AutoPost posts the services as soon as a client is added (BAT-14).
	AutoPost bool `json:"auto_post"`
	// Provider is the user who is responsible for the data entry and listed as
	// the provider; the person who performs the services may be another (BAT-10, BAT-11).
	Provider casemgmt.StaffID `json:"provider"`
	// Performer is the person who performs the services, if it is known (BAT-24).
	Performer string `json:"performer,omitempty"`
	// Comments appear on each client's record (BAT-09).
	Comments string             `json:"comments,omitempty"`
	Program  casemgmt.ProgramID `json:"program"`
	Location casemgmt.SiteID    `json:"location,omitzero"`
	Services []Item             `json:"services"`
}

// Batch is a set of services that are given together (BAT-02, BAT-03).
type Batch struct {
	casemgmt.Head[Batch]
	Template
	Closed bool `json:"closed,omitempty"`
}

// Create makes a batch (BAT-04). It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) Create(ctx context.Context, cmd Content) (*Batch, error) {
	return casemgmt.Change(ctx, s.work, cmd, create)
}

func create(ctx context.Context, u *Unit, cmd Content) (*Batch, error) {
	if cmd.Provider.IsZero() {
		cmd.Provider = u.StaffID()
	}
	if err := mayRun(ctx, u, cmd.Program); err != nil {
		return nil, err
	}
	if err := cmd.links(ctx, u, &Template{}); err != nil {
		return nil, err
	}
	b := &Batch{Head: casemgmt.NewHead[Batch](), Template: cmd.template(), Closed: cmd.Closed}
	u.Log(event.BatchCreated, b)
	return b, u.Tx.Batches().Insert(ctx, b)
}

// Update changes a batch; runs that were started keep what it said. Its shape is
// that of its Content.
type Update struct {
	ID      BatchID `json:"id"`
	Version int64   `json:"version"`
	Content
}

// Update changes a batch. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) Update(ctx context.Context, cmd Update) (*Batch, error) {
	return casemgmt.Change(ctx, s.work, cmd, update)
}

func update(ctx context.Context, u *Unit, cmd Update) (*Batch, error) {
	before, err := u.Tx.Batches().Get(ctx, cmd.ID)
	if err != nil {
		return nil, err
	}
	if err := mayRun(ctx, u, before.Program); err != nil {
		return nil, err
	}
	if cmd.Provider.IsZero() {
		cmd.Provider = before.Provider
	}
	if err := mayRun(ctx, u, cmd.Program); err != nil {
		return nil, err
	}
	if err := cmd.links(ctx, u, &before.Template); err != nil {
		return nil, err
	}
	b := &Batch{Head: casemgmt.Head[Batch]{ID: cmd.ID, Version: cmd.Version}, Template: cmd.template(), Closed: cmd.Closed}
	u.Changed(event.BatchChanged, before, b)
	return b, u.Tx.Batches().Update(ctx, b)
}

// Batch is one batch. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Batch(ctx context.Context, key BatchID) (*Batch, error) {
	return casemgmt.Read(ctx, s.work, key, seenBatch)
}

func seenBatch(ctx context.Context, u *Unit, key BatchID) (*Batch, error) {
	b, err := u.Tx.Batches().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return b, sees(ctx, u, b.Program)
}

// Batches lists the batches of the programs that the caller sees, by
// description, apart from any client (BAT-04a).
func (s *Service) Batches(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[Batch], error) {
	return casemgmt.ReadMany(ctx, s.work, p, batches)
}

func batches(ctx context.Context, u *Unit, p casemgmt.PageRequest) (casemgmt.Page[Batch], error) {
	return u.Tx.Batches().List(ctx, u.Scope(ctx, access.Batches), p)
}
