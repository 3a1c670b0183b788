package engine

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun/schema"

	"github.com/opencasework/casework/casemgmt/fault"
)

// model has the fixed statements of a row type, made from bun's view of it: the
// one list of a table's columns.
type model struct {
	name, table          string
	insert, update, find string
	read                 string // the version and the document by the key
	fields, keys, data   []*schema.Field
}

var models sync.Map // of row types

func (d *DB) model(t reflect.Type) *model {
	if m, ok := models.Load(t); ok {
		return m.(*model)
	}
	table := d.bun.Table(t)
	m := &model{fields: table.Fields, keys: table.PKs, data: table.DataFields}
	m.name = strings.TrimPrefix(table.Name, d.Prefix)
	m.table = `"{{p}}` + m.name + `"`
	where := sets(m.keys, " AND ")
	m.insert = m.inserts(1)
	m.update = "UPDATE " + m.table + " SET " + sets(m.data, ", ") + " WHERE " + where
	m.find = "SELECT " + Columns(m.fields) + " FROM " + m.table + " WHERE " + where
	m.read = "SELECT version, data FROM " + m.table + " WHERE " + where
	models.Store(t, m)
	return m
}

// inserts is a statement that writes n rows.
func (m *model) inserts(n int) string {
	if n == 1 && m.insert != "" {
		return m.insert
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(m.fields)), ", ") + ")"
	return "INSERT INTO " + m.table + " (" + Columns(m.fields) + ") VALUES " + strings.TrimSuffix(strings.Repeat(row+", ", n), ", ")
}

// Columns are the names of columns.
func Columns(fields []*schema.Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, string(f.SQLName))
	}
	return strings.Join(out, ", ")
}

func sets(fields []*schema.Field, between string) string {
	var out []string
	for _, f := range fields {
		out = append(out, string(f.SQLName)+" = ?")
	}
	return strings.Join(out, between)
}

func values(row reflect.Value, fields []*schema.Field) []any {
	return appendValues(make([]any, 0, len(fields)), row, fields)
}

func appendValues(out []any, row reflect.Value, fields []*schema.Field) []any {
	for _, f := range fields {
		out = append(out, f.Value(row).Interface())
	}
	return out
}

// Select is the list of a row's columns for a query, each with the table's alias
// before it, but for some.
func (u *Unit) Select(row any, alias string, but ...string) string {
	var out []string
	for _, f := range u.model(reflect.TypeOf(row).Elem()).fields {
		if !slices.Contains(but, f.Name) {
			out = append(out, alias+"."+f.Name)
		}
	}
	return strings.Join(out, ", ")
}

// Dest is where the columns of Select go. NULL is the zero value, as all are where
// a join finds no row.
func (u *Unit) Dest(ctx context.Context, row any, but ...string) []any {
	v := reflect.ValueOf(row).Elem()
	m := u.model(v.Type())
	out := make([]any, 0, len(m.fields))
	for _, f := range m.fields {
		if slices.Contains(but, f.Name) {
			continue
		}
		switch d := f.Value(v).Addr().Interface().(type) {
		case interface {
			in(context.Context, *Unit) sql.Scanner
		}:
			out = append(out, d.in(ctx, u))
		case *string:
			out = append(out, OrZero(d))
		case *int:
			out = append(out, OrZero(d))
		case *int64:
			out = append(out, OrZero(d))
		case *bool:
			out = append(out, OrZero(d))
		default:
			out = append(out, d)
		}
	}
	return out
}

// Insert writes a row.
func (u *Unit) Insert(ctx context.Context, row any) error {
	v := reflect.ValueOf(row).Elem()
	m := u.model(v.Type())
	_, err := u.Exec(ctx, "insert into "+m.name, m.insert, values(v, m.fields)...)
	return err
}

// Rewrite writes a row over the stored one if that still has the version; else
// it is fault.ErrConflict. Without a version it is not looked at.
func (u *Unit) Rewrite(ctx context.Context, row any, version ...int64) error {
	v := reflect.ValueOf(row).Elem()
	m := u.model(v.Type())
	q, args := m.update, append(values(v, m.data), values(v, m.keys)...)
	if len(version) > 0 {
		q, args = q+" AND version = ?", append(args, version[0])
	}
	n, err := u.Exec(ctx, "update "+m.name, q, args...)
	if err == nil && n == 0 {
		return fault.ErrConflict
	}
	return err
}

// Find reads the row whose key is set in it.
func (u *Unit) Find(ctx context.Context, row any, suffix string) error {
	v := reflect.ValueOf(row).Elem()
	m := u.model(v.Type())
	found := false
	err := u.Query(ctx, "read "+m.name, m.find+suffix, values(v, m.keys), func(rows *sql.Rows) error {
		found = true
		return rows.Scan(u.Dest(ctx, row)...)
	})
	if err == nil && !found {
		return fault.ErrNotFound
	}
	return err
}
