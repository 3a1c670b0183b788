package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// plain puts what the driver takes for arguments: SQLite has identifiers as
// bytes and instants as numbers, PostgreSQL as what their Value methods give.
// Drivers call those too, but pgx takes longer over each than the database over
// the whole query.
func (u *Unit) plain(ctx context.Context, args []any) error {
	for i, a := range args {
		if m, ok := a.(interface{ inner() any }); ok {
			a = m.inner()
			args[i] = a
		}
		switch v := a.(type) {
		case nil, string, int64, []byte, bool:
			continue
		case interface{ Bytes() []byte }:
			if u.SQLite {
				if b := v.Bytes(); b != nil {
					args[i] = b
				} else {
					args[i] = nil
				}
				continue
			}
		case Instant:
			if u.SQLite {
				args[i] = v.UnixMicro()
				continue
			}
		case packable:
			if u.SQLite {
				var err error
				if args[i], err = v.pack(ctx, u); err != nil {
					return err
				}
				continue
			}
		}
		if v, ok := a.(driver.Valuer); ok {
			var err error
			if args[i], err = v.Value(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Instant is a moment as both databases take and give it.
type Instant struct{ time.Time }

const instantForm = "2006-01-02T15:04:05.000000Z"

// Value is the UTC text with microseconds.
func (i Instant) Value() (driver.Value, error) { return i.UTC().Format(instantForm), nil }

// Scan reads a number of microseconds, a text or a driver's time.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		i.Time = time.Time{}
		return nil
	case int64:
		i.Time = time.UnixMicro(v).UTC()
		return nil
	case time.Time:
		i.Time = v.UTC()
		return nil
	case string:
		t, err := time.Parse(instantForm, v)
		i.Time = t
		return err
	case []byte:
		return i.Scan(string(v))
	}
	return fmt.Errorf("bunstore: cannot scan %T into an instant", src)
}

// JSON is a value kept as JSON; nothing is NULL.
type JSON[T any] struct{ V T }

// Value is the JSON text.
func (d JSON[T]) Value() (driver.Value, error) {
	raw, err := json.Marshal(d.V)
	if string(raw) == "null" {
		return nil, err
	}
	return string(raw), err
}

// Scan reads JSON.
func (d *JSON[T]) Scan(src any) error {
	var zero T
	d.V = zero
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), &d.V)
	case []byte:
		return json.Unmarshal(v, &d.V)
	}
	return fmt.Errorf("bunstore: cannot scan %T into JSON", src)
}

// zeroed scans NULL as the zero value.
type zeroed[T any] struct{ dest *T }

// OrZero scans NULL as the zero value.
func OrZero[T any](dest *T) sql.Scanner { return zeroed[T]{dest} }

// Scan is part of sql.Scanner.
func (z zeroed[T]) Scan(src any) error {
	if src == nil {
		var none T
		*z.dest = none
		return nil
	}
	if s, ok := any(z.dest).(sql.Scanner); ok {
		return s.Scan(src)
	}
	var n sql.Null[T]
	err := n.Scan(src)
	*z.dest = n.V
	return err
}

// Maybe is a value that may be NULL.
type Maybe[T any] struct {
	V     T
	Valid bool
}

// Some is a value that is not NULL.
func Some[T any](v T) Maybe[T] { return Maybe[T]{v, true} }

// Value is that of V, or NULL.
func (m Maybe[T]) Value() (driver.Value, error) {
	if !m.Valid {
		return nil, nil
	}
	if v, ok := any(m.V).(driver.Valuer); ok {
		return v.Value()
	}
	return m.V, nil
}

// Scan reads V, if there is one.
func (m *Maybe[T]) Scan(src any) error {
	m.Valid = src != nil
	return OrZero(&m.V).Scan(src)
}

// inner is V for the driver, which has some values in a form of its own.
func (m Maybe[T]) inner() any {
	if !m.Valid {
		return nil
	}
	return m.V
}

// Zeroable is an identifier in a column that is part of a key: none is 16 zeros.
type Zeroable [16]byte

// Bytes are the 16 bytes.
func (z Zeroable) Bytes() []byte { return z[:] }

// Value is the text form, also of zeros.
func (z Zeroable) Value() (driver.Value, error) {
	if z == (Zeroable{}) {
		return "00000000-0000-0000-0000-000000000000", nil
	}
	return RawID(z).String(), nil
}

// Scan reads what Value stored.
func (z *Zeroable) Scan(src any) error {
	var key RawID
	err := key.Scan(src)
	*z = Zeroable(key)
	return err
}
