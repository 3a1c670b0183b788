// Package id has typed identifiers: a client's id cannot be given where a
// session's is wanted. They are version 7 UUIDs, so that new records sort last.
package id

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ErrInvalid says that a text is no identifier.
var ErrInvalid = errors.New("id: not an identifier")

// Of is the identifier of a T. The zero value means "none".
type Of[T any] uuid.UUID

// New makes a new identifier, later than those made before it.
func New[T any]() Of[T] { return Of[T](uuid.Must(uuid.NewV7())) }

// Parse reads the canonical text form; it fails with ErrInvalid.
func Parse[T any](s string) (Of[T], error) {
	if len(s) != 36 { // uuid.Parse also takes braces, URNs and bare digits
		return Of[T]{}, ErrInvalid
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return Of[T]{}, ErrInvalid
	}
	return Of[T](u), nil
}

// IsZero says whether there is none.
func (i Of[T]) IsZero() bool { return i == Of[T]{} }

// String is the canonical text form, or nothing when there is none.
func (i Of[T]) String() string {
	if i.IsZero() {
		return ""
	}
	return uuid.UUID(i).String()
}

// MarshalText writes the canonical text form.
func (i Of[T]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the canonical text form; an empty text is none.
func (i *Of[T]) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Of[T]{}
		return nil
	}
	parsed, err := Parse[T](string(text))
	if err != nil {
		return err
	}
	*i = parsed
	return nil
}

// Value stores the text form, and NULL for none.
func (i Of[T]) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.String(), nil
}

// Scan reads what Value stored, as text or as a database's uuid.
func (i *Of[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Of[T]{}
		return nil
	case string:
		return i.UnmarshalText([]byte(v))
	case []byte:
		if len(v) == 16 {
			copy(i[:], v)
			return nil
		}
		return i.UnmarshalText(v)
	case [16]byte:
		*i = v
		return nil
	}
	return fmt.Errorf("id: cannot scan %T", src)
}

// Bytes are the 16 bytes of the identifier, or none.
func (i Of[T]) Bytes() []byte {
	if i.IsZero() {
		return nil
	}
	return i[:]
}
