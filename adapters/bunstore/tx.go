package bunstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Tx is one unit of work, bound to an agency. It is the Tx of every domain package.
type Tx struct {
	store  *Store
	sql    *sql.Tx
	agency string
	// grouped: other units share the transaction, so that no statement may be
	// interrupted by this one's context.
	grouped bool
	writes  bool // it may write; a view of PostgreSQL may not even lock
	// lists is the mark of the state of the agency's own lists; 0 while it is
	// not known, or the unit changed them.
	lists int64
}

func (s *Store) tx(tx *sql.Tx, agency string, grouped, writes bool) *Tx {
	return &Tx{store: s, sql: tx, agency: agency, grouped: grouped, writes: writes}
}

func (tx *Tx) context(ctx context.Context) context.Context {
	if tx.grouped {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// QueryContext, ExecContext and QueryRowContext make a unit of work a bun.IConn,
// for the queries that bun builds.
func (tx *Tx) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	tx.traced(q, args)
	return tx.sql.QueryContext(tx.context(ctx), q, args...)
}

func (tx *Tx) traced(q string, args []any) {
	tx.counted(q)
	if tx.store.trace != nil {
		tx.store.trace(q, args)
	}
}

func (tx *Tx) counted(q string) {
	if tx.store.count != nil {
		tx.store.count(q)
	}
}

// ExecContext is part of bun.IConn.
func (tx *Tx) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	return tx.sql.ExecContext(tx.context(ctx), q, args...)
}

// QueryRowContext is part of bun.IConn.
func (tx *Tx) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	return tx.sql.QueryRowContext(tx.context(ctx), q, args...)
}

// plain puts what their Value methods give for arguments: drivers do it too, but
// pgx takes longer over each than the database over the whole query.
func plain(args []any) error {
	for i, a := range args {
		if v, ok := a.(driver.Valuer); ok {
			var err error
			if args[i], err = v.Value(); err != nil {
				return err
			}
		}
	}
	return nil
}

// exec runs a fixed statement, prepared after its first use. Placeholders are ?.
func (tx *Tx) exec(ctx context.Context, doing, q string, args ...any) (int64, error) {
	ctx, q = tx.context(ctx), tx.store.bind(q)
	var res sql.Result
	if err := plain(args); err != nil {
		return 0, fail(doing, err)
	}
	tx.counted(q)
	var err error
	if stmt := tx.store.stmt(q); stmt != nil {
		res, err = tx.sql.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	} else {
		res, err = tx.sql.ExecContext(ctx, q, args...)
	}
	if err != nil {
		return 0, fail(doing, err)
	}
	n, err := res.RowsAffected()
	return n, fail(doing, err)
}

// query runs a fixed query, prepared after its first use, and hands each row to scan.
func (tx *Tx) query(ctx context.Context, doing, q string, args []any, scan func(*sql.Rows) error) error {
	ctx, q = tx.context(ctx), tx.store.bind(q)
	if err := plain(args); err != nil {
		return fail(doing, err)
	}
	tx.traced(q, args)
	var rows *sql.Rows
	var err error
	if stmt := tx.store.stmt(q); stmt != nil {
		rows, err = tx.sql.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	} else {
		rows, err = tx.sql.QueryContext(ctx, q, args...)
	}
	if err != nil {
		return fail(doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fail(doing, err)
		}
	}
	return fail(doing, rows.Err())
}

// one reads a single row into dest; without one it is fault.ErrNotFound.
func (tx *Tx) one(ctx context.Context, doing, q string, args []any, dest ...any) error {
	found := false
	err := tx.query(ctx, doing, q, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		return fault.ErrNotFound
	}
	return err
}

// bind puts the prefix for {{p}}, and $1, $2 for each ? in PostgreSQL.
func (s *Store) bind(q string) string {
	s.mu.RLock()
	done, ok := s.bound[q]
	s.mu.RUnlock()
	if ok {
		return done
	}
	out := strings.ReplaceAll(q, "{{p}}", s.prefix)
	if !s.sqlite {
		var b strings.Builder
		n := 0
		for _, r := range out {
			if r == '?' {
				n++
				b.WriteString("$" + strconv.Itoa(n))
			} else {
				b.WriteRune(r)
			}
		}
		out = b.String()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bound) >= maxStatements {
		clear(s.bound)
	}
	s.bound[q] = out
	return out
}

// model has the fixed statements of a row type, made from bun's view of it.
type model struct {
	insert, update, find string
	fields               []*schema.Field
	pks, data            []*schema.Field
}

var models sync.Map // of row types

func (s *Store) model(t reflect.Type) *model {
	if m, ok := models.Load(t); ok {
		return m.(*model)
	}
	table := s.db.Table(t)
	m := &model{fields: table.Fields, pks: table.PKs, data: table.DataFields}
	name := `"{{p}}` + strings.TrimPrefix(table.Name, s.prefix) + `"`
	var cols, marks, sets, keys []string
	for _, f := range m.fields {
		cols, marks = append(cols, string(f.SQLName)), append(marks, "?")
	}
	for _, f := range m.data {
		sets = append(sets, string(f.SQLName)+" = ?")
	}
	for _, f := range m.pks {
		keys = append(keys, string(f.SQLName)+" = ?")
	}
	m.insert = "INSERT INTO " + name + " (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	m.update = "UPDATE " + name + " SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(keys, " AND ")
	m.find = "SELECT " + strings.Join(cols, ", ") + " FROM " + name + " WHERE " + strings.Join(keys, " AND ")
	models.Store(t, m)
	return m
}

func values(row reflect.Value, fields []*schema.Field) []any {
	out := make([]any, len(fields))
	for i, f := range fields {
		out[i] = f.Value(row).Interface()
	}
	return out
}

// insert writes a row.
func (tx *Tx) insert(ctx context.Context, doing string, row any) error {
	v := reflect.ValueOf(row).Elem()
	m := tx.store.model(v.Type())
	_, err := tx.exec(ctx, doing, m.insert, values(v, m.fields)...)
	return err
}

// rewrite writes a row over the stored one if that still has the version; else
// it is fault.ErrConflict. Without a version it is not looked at.
func (tx *Tx) rewrite(ctx context.Context, doing string, row any, version ...int64) error {
	v := reflect.ValueOf(row).Elem()
	m := tx.store.model(v.Type())
	q, args := m.update, append(values(v, m.data), values(v, m.pks)...)
	if len(version) > 0 {
		q, args = q+" AND version = ?", append(args, version[0])
	}
	n, err := tx.exec(ctx, doing, q, args...)
	if err == nil && n == 0 {
		return fault.ErrConflict
	}
	return err
}

// find reads the row whose primary key is set in it.
func (tx *Tx) find(ctx context.Context, doing string, row any, suffix string) error {
	v := reflect.ValueOf(row).Elem()
	m := tx.store.model(v.Type())
	found := false
	err := tx.query(ctx, doing, m.find+suffix, values(v, m.pks), func(rows *sql.Rows) error {
		found = true
		return tx.store.db.ScanRow(ctx, rows, row)
	})
	if err == nil && !found {
		return fault.ErrNotFound
	}
	return err
}

// forUpdate locks the rows that a query finds; SQLite's writers hold the whole
// database already.
func (s *Store) forUpdate() string {
	if s.sqlite {
		return ""
	}
	return " FOR UPDATE"
}

// sel starts a query that bun builds.
func (tx *Tx) sel(model any) *bun.SelectQuery { return tx.store.db.NewSelect().Conn(tx).Model(model) }

// instant is a moment as both databases take and give it.
type instant struct{ time.Time }

const instantForm = "2006-01-02T15:04:05.000000Z"

// Value is the UTC text with microseconds.
func (i instant) Value() (driver.Value, error) { return i.UTC().Format(instantForm), nil }

// Scan reads a text or a driver's time.
func (i *instant) Scan(src any) error {
	switch v := src.(type) {
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

// doc is a value kept as JSON.
type doc[T any] struct{ V T }

// Value is the JSON text, and NULL for nothing.
func (d doc[T]) Value() (driver.Value, error) {
	raw, err := json.Marshal(d.V)
	if string(raw) == "null" {
		return nil, err
	}
	return string(raw), err
}

// Scan reads JSON.
func (d *doc[T]) Scan(src any) error {
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

// cursor is an opaque mark of where a page ended.
func cursor(parts ...string) string {
	raw, _ := json.Marshal(parts)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads a cursor of n parts; a foreign one is *fault.Invalid.
func parseCursor(s string, n int) ([]string, error) {
	var bad fault.Issues
	raw, err := base64.RawURLEncoding.DecodeString(s)
	var parts []string
	if err != nil || json.Unmarshal(raw, &parts) != nil || len(parts) != n {
		bad.Add("SRC-06", "/after", "bad_cursor")
		return nil, bad.Err()
	}
	for _, p := range parts {
		if strings.ContainsRune(p, 0) {
			bad.Add("SRC-06", "/after", "bad_cursor")
			return nil, bad.Err()
		}
	}
	return parts, nil
}

func badCursor() error {
	var bad fault.Issues
	bad.Add("SRC-06", "/after", "bad_cursor")
	return bad.Err()
}
