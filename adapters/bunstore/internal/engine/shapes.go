package engine

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Packed is a JSON object that has the same fields in very many rows. SQLite has
// it as the number of its shape, which is the list of its fields, and the values:
// 12["post",true]. The names of the fields would be half of the file. PostgreSQL
// has the object. Nothing is NULL.
type Packed[T any] struct{ V T }

// Value is the object.
func (p Packed[T]) Value() (driver.Value, error) { return JSON[T](p).Value() }

// In scans what a unit of work reads.
func (p *Packed[T]) In(ctx context.Context, u *Unit) sql.Scanner { return unpacking[T]{ctx, u, &p.V} }

func (p *Packed[T]) in(ctx context.Context, u *Unit) sql.Scanner { return p.In(ctx, u) }

func (p Packed[T]) pack(ctx context.Context, u *Unit) (any, error) {
	object, err := p.Value()
	if object == nil || err != nil {
		return nil, err
	}
	return u.pack(ctx, object.(string))
}

// packable is a Packed of any type.
type packable interface {
	pack(ctx context.Context, u *Unit) (any, error)
}

type unpacking[T any] struct {
	ctx  context.Context //nolint:containedctx // a Scanner gets none
	u    *Unit
	dest *T
}

// Scan is part of sql.Scanner.
func (s unpacking[T]) Scan(src any) error {
	var none T
	*s.dest = none
	var raw []byte
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		raw = []byte(v)
	case []byte:
		raw = v
	default:
		return fmt.Errorf("bunstore: cannot scan %T into a packed object", src)
	}
	if i := bytes.IndexByte(raw, '['); i > 0 && raw[0] != '{' {
		var err error
		if raw, err = s.u.unpack(s.ctx, raw, i); err != nil {
			return err
		}
	}
	return json.Unmarshal(raw, s.dest)
}

// maxShapes bounds how many are kept; an object of one more stays as it is.
const maxShapes = 10_000

// shapes are those that have been committed: a shape is never changed.
type shapes struct {
	mu     sync.RWMutex
	number map[string]int64
	fields map[int64]string
}

// learn keeps the shapes that a unit met, once it is committed.
func (s *shapes) learn(met map[string]int64) {
	if len(met) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.number == nil {
		s.number, s.fields = map[string]int64{}, map[int64]string{}
	}
	for fields, n := range met {
		s.number[fields], s.fields[n] = n, fields
	}
}

func (s *shapes) of(fields string) (n int64, full bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.number[fields], len(s.number) >= maxShapes
}

func (s *shapes) named(n int64) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.fields[n]
}

// pack is the object with its shape's number for its fields.
func (u *Unit) pack(ctx context.Context, object string) (string, error) {
	fields, values, ok := unzip(object)
	if !ok {
		return object, nil
	}
	n, full := u.shapes.of(fields)
	if n == 0 {
		n = u.met[fields]
	}
	if n == 0 && full {
		return object, nil
	}
	if n == 0 {
		const find = `SELECT id FROM "{{p}}shapes" WHERE fields = ?`
		err := u.One(ctx, "find shape", find, []any{fields}, &n)
		if errors.Is(err, fault.ErrNotFound) {
			if _, err = u.Exec(ctx, "insert shape", `INSERT INTO "{{p}}shapes" (fields) VALUES (?)`, fields); err == nil {
				err = u.One(ctx, "find shape", find, []any{fields}, &n)
			}
		}
		if err != nil {
			return "", err
		}
		u.meet(fields, n)
	}
	return strconv.FormatInt(n, 10) + values, nil
}

func (u *Unit) meet(fields string, n int64) {
	if u.met == nil {
		u.met = map[string]int64{}
	}
	u.met[fields] = n
}

// unknownShape is the number of a shape that must be read before a row can be.
type unknownShape int64

// Error is part of error.
func (unknownShape) Error() string {
	return "bunstore: a packed object of a shape that was not read yet"
}

// shape are the fields of a shape that is known; empty unless it is.
func (u *Unit) shape(n int64) string {
	if fields := u.shapes.named(n); fields != "" {
		return fields
	}
	for fields, met := range u.met {
		if met == n {
			return fields
		}
	}
	return ""
}

func (u *Unit) readShape(ctx context.Context, n int64) (fields string, err error) {
	if err := u.One(ctx, "read shape", `SELECT fields FROM "{{p}}shapes" WHERE id = ?`, []any{n}, &fields); err != nil {
		return "", fmt.Errorf("bunstore: the shape of a packed object: %w", err)
	}
	u.meet(fields, n)
	return fields, nil
}

// unpack is the object again; at is where its values begin.
func (u *Unit) unpack(ctx context.Context, packed []byte, at int) ([]byte, error) {
	n, err := strconv.ParseInt(string(packed[:at]), 10, 64)
	if err != nil {
		return nil, errors.New("bunstore: a packed object without a shape")
	}
	fields := u.shape(n)
	if fields == "" && u.scanning {
		return nil, unknownShape(n)
	}
	if fields == "" {
		if fields, err = u.readShape(ctx, n); err != nil {
			return nil, err
		}
	}
	out := make([]byte, 0, len(packed)+len(fields)+2)
	out = append(out, '{')
	values := packed[at+1 : len(packed)-1]
	for name := range strings.SplitSeq(fields, "\n") {
		end := element(values)
		if end == 0 {
			return nil, errors.New("bunstore: a packed object of another shape")
		}
		out = append(out, name...)
		out = append(out, ':')
		out = append(out, values[:end]...)
		out = append(out, ',')
		values = values[min(end+1, len(values)):]
	}
	if len(values) > 0 {
		return nil, errors.New("bunstore: a packed object of another shape")
	}
	out[len(out)-1] = '}'
	return out, nil
}

// unzip takes a compact JSON object, as json.Marshal writes it, apart: the names
// of its fields as they are written, one in a line, and the list of its values.
func unzip(object string) (fields, values string, ok bool) {
	if len(object) < 4 || object[0] != '{' || object[len(object)-1] != '}' {
		return "", "", false
	}
	rest := object[1 : len(object)-1]
	var names, list strings.Builder
	list.Grow(len(object))
	list.WriteByte('[')
	for rest != "" {
		end := element(rest)
		if end >= len(rest) || rest[end] != ':' {
			return "", "", false
		}
		names.WriteString(rest[:end] + "\n")
		rest = rest[end+1:]
		end = element(rest)
		if end == 0 {
			return "", "", false
		}
		list.WriteString(rest[:end] + ",")
		rest = rest[min(end+1, len(rest)):]
	}
	fields = names.String()
	return fields[:len(fields)-1], list.String()[:list.Len()-1] + "]", true
}

// element is the length of the JSON value with which a text begins: up to the
// comma or colon that is in no text, object or list.
func element[S string | []byte](s S) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return len(s)
}
