package casemgmt

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// The agency's own lists (sites, programs, funders, staff, contacts, plans)
// are read by all its staff and changed alike; these helpers are their one way.

type more[T any] func(ctx context.Context, tx Tx, me Caller, record *T) error

func create[T any](ctx context.Context, s *Service, kind string, in T, of func(Tx) Records[T],
	check func(*T, *forms.Registry) fault.Issues, key func(*T) (*id.Of[T], *int64), more more[T]) (*T, error) {
	var out *T
	err := s.work.Update(ctx, in, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := manages(ctx, me, kind); err != nil {
			return event.Event{}, err
		}
		in := in // the storage may try again
		out = &in
		if err := check(out, s.cfg.Forms).Err(); err != nil {
			return event.Event{}, err
		}
		own, version := key(out)
		*own, *version = id.New[T](), 1
		if more != nil {
			if err := more(ctx, tx, me, out); err != nil {
				return event.Event{}, err
			}
		}
		return event.New(kind+".created", own.String(), 1), of(tx).Insert(ctx, out)
	})
	return out, err
}

func replace[T any](ctx context.Context, s *Service, kind string, in T, of func(Tx) Records[T],
	check func(*T, *forms.Registry) fault.Issues, key func(*T) (*id.Of[T], *int64), more more[T]) (*T, error) {
	var out *T
	err := s.work.Update(ctx, in, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		in := in // the storage may try again
		own, version := key(&in)
		before, err := of(tx).Get(ctx, *own)
		if err != nil {
			return event.Event{}, err
		}
		if err := manages(ctx, me, kind); err != nil {
			return event.Event{}, err
		}
		out = &in
		if err := check(out, s.cfg.Forms).Err(); err != nil {
			return event.Event{}, err
		}
		if more != nil {
			if err := more(ctx, tx, me, out); err != nil {
				return event.Event{}, err
			}
		}
		if err := of(tx).Update(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed(kind+".changed", own.String(), *version, before, out)
	})
	return out, err
}

// manages: contacts and plans are everyday work, the rest is the administrator's.
func manages(ctx context.Context, me Caller, kind string) error {
	if kind == "contact" || kind == "plan" {
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		return me.Allow(ctx, access.RecordSessions, access.Resource{})
	}
	return me.Allow(ctx, access.ManageAgency, access.Resource{})
}

func get[T any](ctx context.Context, s *Service, key id.Of[T], of func(Tx) Records[T]) (*T, error) {
	var out *T
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, _ Caller) (err error) {
		out, err = of(tx).Get(ctx, key)
		return err
	})
	return out, err
}

func list[T any](ctx context.Context, s *Service, p PageRequest, of func(Tx) Records[T]) (Page[T], error) {
	var out Page[T]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, _ Caller) (err error) {
		out, err = of(tx).List(ctx, p)
		return err
	})
	return out, err
}

func locations(ctx context.Context, tx Tx, _ Caller, p *Program) error { return p.locations(ctx, tx) }

func siteKey(x *Site) (*SiteID, *int64)          { return &x.ID, &x.Version }
func programKey(x *Program) (*ProgramID, *int64) { return &x.ID, &x.Version }
func funderKey(x *Funder) (*FunderID, *int64)    { return &x.ID, &x.Version }
func contactKey(x *Contact) (*ContactID, *int64) { return &x.ID, &x.Version }
func planKey(x *Plan) (*PlanID, *int64)          { return &x.ID, &x.Version }

// CreateSite adds a site. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateSite(ctx context.Context, in Site) (*Site, error) {
	return create(ctx, s, "site", in, Tx.Sites, (*Site).check, siteKey, nil)
}

// UpdateSite changes a site. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateSite(ctx context.Context, in Site) (*Site, error) {
	return replace(ctx, s, "site", in, Tx.Sites, (*Site).check, siteKey, nil)
}

// Site is one site. It fails with fault.ErrNotFound.
func (s *Service) Site(ctx context.Context, key SiteID) (*Site, error) {
	return get(ctx, s, key, Tx.Sites)
}

// Sites lists the agency's sites by name.
func (s *Service) Sites(ctx context.Context, p PageRequest) (Page[Site], error) {
	return list(ctx, s, p, Tx.Sites)
}

// CreateProgram adds a program. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateProgram(ctx context.Context, in Program) (*Program, error) {
	return create(ctx, s, "program", in, Tx.Programs, (*Program).check, programKey, locations)
}

// UpdateProgram changes a program. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateProgram(ctx context.Context, in Program) (*Program, error) {
	return replace(ctx, s, "program", in, Tx.Programs, (*Program).check, programKey, locations)
}

// Program is one program. It fails with fault.ErrNotFound.
func (s *Service) Program(ctx context.Context, key ProgramID) (*Program, error) {
	return get(ctx, s, key, Tx.Programs)
}

// Programs lists the agency's programs by English name.
func (s *Service) Programs(ctx context.Context, p PageRequest) (Page[Program], error) {
	return list(ctx, s, p, Tx.Programs)
}

// CreateFunder adds a funder. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateFunder(ctx context.Context, in Funder) (*Funder, error) {
	return create(ctx, s, "funder", in, Tx.Funders, (*Funder).check, funderKey, nil)
}

// UpdateFunder changes a funder. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateFunder(ctx context.Context, in Funder) (*Funder, error) {
	return replace(ctx, s, "funder", in, Tx.Funders, (*Funder).check, funderKey, nil)
}

// Funder is one funder. It fails with fault.ErrNotFound.
func (s *Service) Funder(ctx context.Context, key FunderID) (*Funder, error) {
	return get(ctx, s, key, Tx.Funders)
}

// Funders lists the agency's funders by English name.
func (s *Service) Funders(ctx context.Context, p PageRequest) (Page[Funder], error) {
	return list(ctx, s, p, Tx.Funders)
}

// CreateContact adds an entry to the directory. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateContact(ctx context.Context, in Contact) (*Contact, error) {
	return create(ctx, s, "contact", in, Tx.Contacts, (*Contact).check, contactKey, nil)
}

// UpdateContact changes an entry of the directory. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateContact(ctx context.Context, in Contact) (*Contact, error) {
	return replace(ctx, s, "contact", in, Tx.Contacts, (*Contact).check, contactKey, nil)
}

// Contact is one entry of the directory. It fails with fault.ErrNotFound.
func (s *Service) Contact(ctx context.Context, key ContactID) (*Contact, error) {
	return get(ctx, s, key, Tx.Contacts)
}

// Contacts lists the directory by name.
func (s *Service) Contacts(ctx context.Context, p PageRequest) (Page[Contact], error) {
	return list(ctx, s, p, Tx.Contacts)
}

// CreatePlan starts a settlement plan of a named client. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreatePlan(ctx context.Context, in Plan) (*Plan, error) {
	return create(ctx, s, "plan", in, Tx.Plans, (*Plan).check, planKey, planOfNamed)
}

// UpdatePlan changes a settlement plan. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdatePlan(ctx context.Context, in Plan) (*Plan, error) {
	return replace(ctx, s, "plan", in, Tx.Plans, (*Plan).check, planKey, planOfNamed)
}

// Plan is one settlement plan. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Plan(ctx context.Context, key PlanID) (*Plan, error) {
	var out *Plan
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) (err error) {
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		out, err = tx.Plans().Get(ctx, key)
		return err
	})
	return out, err
}

// planOfNamed: an anonymous client has no settlement plan (ANO-06), and a plan
// stays with its client (ANO-05).
func planOfNamed(ctx context.Context, tx Tx, _ Caller, p *Plan) error {
	var bad fault.Issues
	client, err := tx.Client(ctx, p.Client)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		bad.Add("PLN-04", "/client", "no_such_record")
	case err != nil:
		return err
	case client.Kind == Anonymous:
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	if before, err := tx.Plans().Get(ctx, p.ID); err == nil && before.Client != p.Client {
		bad.Add("ANO-05", "/client", "cannot_change")
	}
	return bad.Err()
}

// CreateAgency sets up the agency of the acting program (access.System). It
// fails with fault.ErrForbidden for a person, fault.ErrConflict when the agency
// exists, or *fault.Invalid.
func (s *Service) CreateAgency(ctx context.Context, in Agency) (*Agency, error) {
	var out *Agency
	err := s.work.Update(ctx, in, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := me.Allow(ctx, access.MakeAgency, access.Resource{}); err != nil {
			return event.Event{}, err
		}
		if in.Key == "" {
			in.Key = me.Actor.Agency
		}
		bad := in.check(s.cfg.Forms)
		if in.Key != me.Actor.Agency {
			bad.Add("ACC-01", "/key", "other_agency")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		in.Version, out = 1, &in
		in.Settings.stamp(nil, me)
		return event.New("agency.created", in.Key, 1), tx.InsertAgency(ctx, out)
	})
	return out, err
}

// UpdateAgency changes name, zone and settings. It fails with
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateAgency(ctx context.Context, in Agency) (*Agency, error) {
	var out *Agency
	err := s.work.Update(ctx, in, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := me.Allow(ctx, access.ManageAgency, access.Resource{}); err != nil {
			return event.Event{}, err
		}
		in := in // the storage may try again
		in.Key = me.Agency.Key
		if err := in.check(s.cfg.Forms).Err(); err != nil {
			return event.Event{}, err
		}
		in.Settings.stamp(me.Agency, me)
		out = &in
		if err := tx.UpdateAgency(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed("agency.changed", in.Key, in.Version, me.Agency, out)
	})
	return out, err
}

// stamp keeps since when a question is asked.
func (s *Settings) stamp(before *Agency, me Caller) {
	s.Questions = slices.Clone(s.Questions) // the caller's, and maybe those of before
	for i := range s.Questions {
		s.Questions[i].Since = me.Now
		if before == nil {
			continue
		}
		for _, old := range before.Settings.Questions {
			mandatoryNow := old.Field.Required == nil && s.Questions[i].Field.Required != nil // counts from now on
			if old.Form == s.Questions[i].Form && old.Field.Key == s.Questions[i].Field.Key && !mandatoryNow {
				s.Questions[i].Since = old.Since
			}
		}
	}
}

// Agency is the caller's agency.
func (s *Service) Agency(ctx context.Context) (*Agency, error) {
	var out *Agency
	err := s.work.View(ctx, func(_ context.Context, _ Tx, me Caller) error {
		out = me.Agency
		return nil
	})
	return out, err
}

// PublishStatement makes a new version of the privacy statement (ANO-08). It
// fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) PublishStatement(ctx context.Context, in Statement) (*Statement, error) {
	return create(ctx, s, "statement", in, Tx.Statements, (*Statement).check,
		func(x *Statement) (*StatementID, *int64) { return &x.ID, &x.Version },
		func(ctx context.Context, tx Tx, me Caller, x *Statement) (err error) {
			x.Published = me.Now
			x.Number, err = tx.NextNumber(ctx, "statement")
			return err
		})
}

// Statement is the current version of the privacy statement. It fails with
// fault.ErrNotFound when none is published.
func (s *Service) Statement(ctx context.Context) (*Statement, error) {
	var out *Statement
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, _ Caller) (err error) {
		out, err = tx.CurrentStatement(ctx)
		return err
	})
	return out, err
}

// Feed lists the agency's events behind a cursor, oldest first, at most 200.
// It fails with fault.ErrForbidden, or *fault.Invalid for a foreign cursor.
func (s *Service) Feed(ctx context.Context, after string, limit int) (event.Page, error) {
	var out event.Page
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) error {
		err := me.Allow(ctx, access.ReadEvents, access.Resource{})
		if err != nil {
			return err
		}
		out, err = tx.Feed(ctx, after, PageRequest{Limit: limit}.Size())
		return err
	})
	return out, err
}
