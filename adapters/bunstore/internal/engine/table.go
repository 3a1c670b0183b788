package engine

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Key begins the row of a record.
type Key struct {
	Agency  int64 `bun:"agency_id,pk,type:bigint"`
	ID      RawID `bun:"id,pk,type:uuid"`
	Version int64 `bun:"version,type:bigint"`
}

// Document is the row of a record that is kept whole as JSON: a row type embeds
// it beside the columns by which the record is found.
type Document[T any] struct {
	Key
	Data Packed[*T] `bun:"data,type:jsonb"`
}

func (d *Document[T]) document() *Document[T] { return d }

// row is a pointer to a row type R that embeds Document[T].
type row[T, R any] interface {
	*R
	document() *Document[T]
}

// Records is the table of one kind of records.
type Records[T, R any, P row[T, R]] struct {
	u   *Unit
	put func(*R, *T) // fills in the columns beside the document
	how How[T]
}

// How says what is special about a table.
type How[T any] struct {
	// Cached: the records are read with each unit of work and hardly ever change.
	Cached bool
	// Clone makes a copy that shares nothing that is changed in place; nil where
	// a plain copy does.
	Clone func(T) T
	// After writes what else belongs to a record that was written.
	After func(ctx context.Context, record *T) error
}

// RecordsOf is the table of a kind of records, whose rows put fills in.
func RecordsOf[T, R any, P row[T, R]](u *Unit, put func(*R, *T)) Records[T, R, P] {
	return Records[T, R, P]{u: u, put: put}
}

// With is the table with what is special about it.
func (r Records[T, R, P]) With(how How[T]) Records[T, R, P] {
	r.how = how
	return r
}

func (r Records[T, R, P]) model() *model { return r.u.model(reflect.TypeFor[R]()) }

func headOf[T any](record *T) *casemgmt.Head[T] {
	return any(record).(interface{ Heading() *casemgmt.Head[T] }).Heading()
}

// Row is the row of a record.
func (r Records[T, R, P]) Row(record *T) *R {
	out, head := new(R), headOf(record)
	d := P(out).document()
	d.Key = Key{r.u.Agency, RawID(head.ID), head.Version}
	d.Data.V = record
	if r.put != nil {
		r.put(out, record)
	}
	return out
}

// Get reads one record.
func (r Records[T, R, P]) Get(ctx context.Context, key id.Of[T]) (*T, error) {
	if !r.how.Cached {
		return r.read(ctx, r.model().read, r.u.Agency, key)
	}
	return r.kept(key.String(), func() (*T, error) { return r.read(ctx, r.model().read, r.u.Agency, key) })
}

// kept is a record from the cache, or as it is read.
func (r Records[T, R, P]) kept(key string, read func() (*T, error)) (*T, error) {
	key = r.model().table + key
	if kept, ok := r.u.Kept(key); ok {
		return r.copy(kept.(T)), nil
	}
	record, err := read()
	if err == nil {
		r.u.Keep(key, *r.copy(*record))
	}
	return record, err
}

func (r Records[T, R, P]) copy(record T) *T {
	if r.how.Clone != nil {
		record = r.how.Clone(record)
	}
	return &record
}

// Lock reads one record and holds it to the end of the unit.
func (r Records[T, R, P]) Lock(ctx context.Context, key id.Of[T]) (*T, error) {
	return r.read(ctx, r.model().read+r.u.Locking(), r.u.Agency, key)
}

func (r Records[T, R, P]) read(ctx context.Context, q string, args ...any) (*T, error) {
	found, err := r.all(ctx, q, args)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.ErrNotFound
	}
	return found[0], nil
}

func (r Records[T, R, P]) all(ctx context.Context, q string, args []any) ([]*T, error) {
	var out []*T
	err := r.u.Query(ctx, "read "+r.model().name, q, args, func(rows *sql.Rows) error {
		record, err := scanned[T](ctx, r.u, rows)
		if err == nil {
			out = append(out, record)
		}
		return err
	})
	return out, err
}

// scanned is the record of a row of version and document.
func scanned[T any](ctx context.Context, u *Unit, rows *sql.Rows) (*T, error) {
	var version int64
	var data Packed[*T]
	if err := rows.Scan(&version, data.In(ctx, u)); err != nil {
		return nil, err
	}
	if data.V == nil {
		return nil, fmt.Errorf("bunstore: a record without its document")
	}
	headOf(data.V).Version = version
	return data.V, nil
}

// Where reads the records that fit; rest is what follows WHERE agency_id = ?.
func (r Records[T, R, P]) Where(ctx context.Context, rest string, args ...any) ([]*T, error) {
	return r.all(ctx, "SELECT version, data FROM "+r.model().table+" WHERE agency_id = ?"+rest, append([]any{r.u.Agency}, args...))
}

// First reads the first record that fits, from the cache if it is kept there.
func (r Records[T, R, P]) First(ctx context.Context, rest string, args ...any) (*T, error) {
	read := func() (*T, error) {
		return r.read(ctx, "SELECT version, data FROM "+r.model().table+" WHERE agency_id = ?"+rest, append([]any{r.u.Agency}, args...)...)
	}
	if !r.how.Cached {
		return read()
	}
	return r.kept(fmt.Sprint(append([]any{rest}, args...)...), read)
}

// Insert writes a new record.
func (r Records[T, R, P]) Insert(ctx context.Context, record *T) error {
	if err := r.u.Insert(ctx, r.Row(record)); err != nil {
		return err
	}
	return r.written(ctx, record)
}

// Update writes the record's next version.
func (r Records[T, R, P]) Update(ctx context.Context, record *T) error {
	head := headOf(record)
	old := head.Version
	head.Version++
	if err := r.u.Rewrite(ctx, r.Row(record), old); err != nil {
		head.Version = old
		return err
	}
	return r.written(ctx, record)
}

func (r Records[T, R, P]) written(ctx context.Context, record *T) error {
	if r.how.Cached {
		if err := r.u.Forget(ctx); err != nil {
			return err
		}
	}
	if r.how.After == nil {
		return nil
	}
	return r.how.After(ctx, record)
}

// Page reads a page of the records that fit, in an order.
func (r Records[T, R, P]) Page(ctx context.Context, narrow Clause, o Order, p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	q := Clause{"FROM " + r.model().table + " WHERE agency_id = ?", []any{r.u.Agency}}
	q.Join(narrow)
	return Pages(ctx, r.u, List[T]{Doing: "list " + r.model().name, Columns: "version, data", From: q, Order: o, Item: func() ([]any, func() (T, error)) {
		var version int64
		var data Packed[T]
		return []any{&version, data.In(ctx, r.u)}, func() (T, error) {
			headOf(&data.V).Version = version
			return data.V, nil
		}
	}}, p)
}

// BySort is the order of a table with a column sort.
var BySort = Order{By: []Column{{"sort", Text}, {"id", ID}}}

// Listed are records in the order of their column sort.
type Listed[T, R any, P row[T, R]] struct{ Records[T, R, P] }

// ListedOf is a table with a column sort.
func ListedOf[T, R any, P row[T, R]](u *Unit, put func(*R, *T)) Listed[T, R, P] {
	return Listed[T, R, P]{RecordsOf[T, R, P](u, put)}
}

// With is the table with what is special about it.
func (l Listed[T, R, P]) With(how How[T]) Listed[T, R, P] {
	return Listed[T, R, P]{l.Records.With(how)}
}

// List reads a page.
func (l Listed[T, R, P]) List(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	return l.Page(ctx, Clause{}, BySort, p)
}

// OfClient are records each of which is about one client.
type OfClient[T, R any, P row[T, R]] struct {
	Records[T, R, P]
	order string
}

// OfClientOf is a table with a column client_id, whose records are in the order
// of some column.
func OfClientOf[T, R any, P row[T, R]](u *Unit, put func(*R, *T), order string) OfClient[T, R, P] {
	return OfClient[T, R, P]{RecordsOf[T, R, P](u, put), order}
}

// Of are all of a client.
func (o OfClient[T, R, P]) Of(ctx context.Context, c casemgmt.ClientID) ([]*T, error) {
	return o.Where(ctx, " AND client_id = ? ORDER BY "+o.order, c)
}
