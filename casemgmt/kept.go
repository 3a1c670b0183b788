package casemgmt

import (
	"context"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/id"
)

// Kept is a list that an agency keeps itself, such as its sites, contacts or
// service codes: its records are added and changed whole, and read by all staff.
type Kept[X Tx, T any, R Records[T]] struct {
	of               func(X) R
	created, changed event.Type
	may              func(context.Context, *UnitOf[X]) error
	fit              func(ctx context.Context, u *UnitOf[X], next, before *T) error
}

// Keep is a list by its place in the storage and its events. may asks for the
// right to change it; fit, which may be nil, brings a record into shape and says
// what other records have against it: before is nil for a new one.
func Keep[X Tx, T any, R Records[T]](of func(X) R, created, changed event.Type, may func(context.Context, *UnitOf[X]) error,
	fit func(ctx context.Context, u *UnitOf[X], next, before *T) error) Kept[X, T, R] {
	return Kept[X, T, R]{of, created, changed, may, fit}
}

func headOf[T any](record *T) *Head[T] {
	return any(record).(interface{ Heading() *Head[T] }).Heading()
}

// Add is the change that adds a record.
func (k Kept[X, T, R]) Add(ctx context.Context, u *UnitOf[X], in T) (*T, error) {
	if err := k.may(ctx, u); err != nil {
		return nil, err
	}
	*headOf(&in) = NewHead[T]()
	if k.fit != nil {
		if err := k.fit(ctx, u, &in, nil); err != nil {
			return nil, err
		}
	}
	u.Log(k.created, any(&in).(Recorded))
	return &in, k.of(u.Tx).Insert(ctx, &in)
}

// Put is the change that replaces a record by its next version.
func (k Kept[X, T, R]) Put(ctx context.Context, u *UnitOf[X], in T) (*T, error) {
	before, err := k.of(u.Tx).Get(ctx, headOf(&in).ID)
	if err != nil {
		return nil, err
	}
	if err := k.may(ctx, u); err != nil {
		return nil, err
	}
	if k.fit != nil {
		if err := k.fit(ctx, u, &in, before); err != nil {
			return nil, err
		}
	}
	u.Changed(k.changed, before, any(&in).(Recorded))
	return &in, k.of(u.Tx).Update(ctx, &in)
}

// Get reads a record.
func (k Kept[X, T, R]) Get(ctx context.Context, u *UnitOf[X], key id.Of[T]) (*T, error) {
	return k.of(u.Tx).Get(ctx, key)
}

// ListOf lists the records in their order.
func ListOf[X Tx, T any](of func(X) Listed[T]) func(context.Context, *UnitOf[X], PageRequest) (Page[T], error) {
	return func(ctx context.Context, u *UnitOf[X], p PageRequest) (Page[T], error) { return of(u.Tx).List(ctx, p) }
}

// MayManage asks for the right to change what the administrator keeps.
func MayManage[X Tx](ctx context.Context, u *UnitOf[X]) error {
	return u.Allow(ctx, access.ManageAgency, access.Resource{Kind: access.Agencies})
}

// MayRecord asks for the right to everyday work with clients.
func MayRecord[X Tx](ctx context.Context, u *UnitOf[X]) error {
	if err := u.AllowClients(ctx); err != nil {
		return err
	}
	return u.Allow(ctx, access.RecordSessions, access.Resource{Kind: access.Clients})
}

// All reads a whole list.
func All[T any](ctx context.Context, r Listed[T]) ([]T, error) {
	var out []T
	p := PageRequest{Limit: MaxPage}
	for {
		page, err := r.List(ctx, p)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if p.After = page.Next; p.After == "" {
			return out, nil
		}
	}
}
