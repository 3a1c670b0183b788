package casemgmt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// KeptFor is how long a request with a key is known. Repeated later it is carried
// out again, as a new one.
const KeptFor = 48 * time.Hour

// Repeat says what a repeated request answers, and to whom: nobody who may no
// longer read it (ACC-14).
type Repeat[T Tx] struct {
	of   reflect.Type // the answer's, or the command's
	read func(ctx context.Context, u *UnitOf[T], key []byte, out any) error
	may  func(ctx context.Context, u *UnitOf[T], cmd any) error
}

// Again: the answer is a record, which a repeated request reads as everybody must, as
// it is by then. Nothing of it is kept with the request but its id.
func Again[T Tx, R any](read func(context.Context, *UnitOf[T], id.Of[R]) (*R, error)) Repeat[T] {
	return Repeat[T]{of: reflect.TypeFor[*R](), read: func(ctx context.Context, u *UnitOf[T], kept []byte, out any) error {
		var key id.Of[R]
		if err := json.Unmarshal(kept, &key); err != nil {
			return fmt.Errorf("read the id of a request's answer: %w", err)
		}
		record, err := read(ctx, u, key)
		if err == nil {
			*out.(**R) = record
		}
		return err
	}}
}

// If: the answers of a command are kept whole, and given again to who may still do
// what it asks for.
func If[T Tx, C any](may func(context.Context, *UnitOf[T], C) error) Repeat[T] {
	return Repeat[T]{of: reflect.TypeFor[C](), may: func(ctx context.Context, u *UnitOf[T], cmd any) error { return may(ctx, u, cmd.(C)) }}
}

// Freely: answers of a type are for all staff of the agency.
func Freely[T Tx, R any]() Repeat[T] { return Repeat[T]{of: reflect.TypeFor[R]()} }

// repeat is what is said of a command and its answer.
func repeat[T Tx, C, R any](w Work[T]) Repeat[T] {
	if r, ok := w.repeats[reflect.TypeFor[C]()]; ok {
		return r
	}
	return w.repeats[reflect.TypeFor[R]()]
}

// replay fills out with the answer of the same request before. The same key with
// another command is fault.ErrKeyReused.
func replay[T Tx, R any](ctx context.Context, u *UnitOf[T], as Repeat[T], r Request, cmd any, out *R) (bool, error) {
	if r.Key == "" {
		return false, nil
	}
	kept, err := u.Tx.Requests().Get(ctx, r.Actor, r.Key, r.At.Add(-KeptFor))
	if errors.Is(err, fault.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if kept.Hash != r.Hash {
		return false, fault.ErrKeyReused
	}
	if as.read != nil {
		return true, as.read(ctx, u, kept.Result, out)
	}
	if as.may != nil {
		if err := as.may(ctx, u, cmd); err != nil {
			return true, err
		}
	}
	if err := json.Unmarshal(kept.Result, out); err != nil {
		return false, fmt.Errorf("read the result of a request: %w", err)
	}
	return true, nil
}

// keep keeps the answer of a request, or the id of the record that it is, for a
// repeated call.
func keep[T Tx](ctx context.Context, tx T, as Repeat[T], r Request, out any) error {
	if r.Key == "" {
		return nil
	}
	if as.read != nil {
		out = out.(Recorded).Subject()
	}
	result, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the result of a request: %w", err)
	}
	r.Result = result
	return tx.Requests().Insert(ctx, r, r.At.Add(-KeptFor))
}
