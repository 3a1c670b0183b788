package engine

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// InsertMany writes many rows of one table at once, such as the thousands of a run: SQLite
// takes them fastest one by one, PostgreSQL as one array for each column.
func InsertMany[R any](ctx context.Context, u *Unit, rows []*R) error {
	if len(rows) == 0 {
		return nil
	}
	if err := u.flush(ctx); err != nil {
		return err
	}
	m := u.model(reflect.TypeFor[R]())
	doing := "insert into " + m.name
	if u.guest {
		return fmt.Errorf("bunstore: %s: %w", doing, errGuest)
	}
	if u.SQLite {
		return Fail(doing, insertEach(ctx, u, m, rows))
	}
	return insertArrays(ctx, u, m, rows)
}

func insertEach[R any](ctx context.Context, u *Unit, m *model, rows []*R) error {
	ctx, u.wrote = u.context(ctx), true
	text := u.text(m.insert)
	u.counted(text)
	stmt, err := u.tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer stmt.Close()
	args := make([]any, 0, len(m.fields))
	for _, r := range rows {
		args = appendValues(args[:0], reflect.ValueOf(r).Elem(), m.fields)
		if err := u.plain(ctx, args); err != nil {
			return err
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func insertArrays[R any](ctx context.Context, u *Unit, m *model, rows []*R) error {
	arrays := make([]strings.Builder, len(m.fields))
	values := make([]any, 0, len(m.fields))
	for i, r := range rows {
		values = appendValues(values[:0], reflect.ValueOf(r).Elem(), m.fields)
		if err := u.plain(ctx, values); err != nil {
			return Fail("insert into "+m.name, err)
		}
		for j, v := range values {
			if i > 0 {
				arrays[j].WriteByte(',')
			}
			if err := inArray(&arrays[j], v); err != nil {
				return err
			}
		}
	}
	var names, casts []string
	args := make([]any, len(arrays))
	for j, f := range m.fields {
		names = append(names, f.Name)
		casts = append(casts, "CAST(? AS "+f.UserSQLType+"[])")
		args[j] = "{" + arrays[j].String() + "}"
	}
	_, err := u.exec(ctx, "insert into "+m.name, "INSERT INTO "+m.table+" ("+strings.Join(names, ", ")+") SELECT * FROM unnest("+strings.Join(casts, ", ")+")", args)
	return err
}

// inArray writes a value as PostgreSQL reads it in the text of an array.
func inArray(b *strings.Builder, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("NULL")
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case int:
		b.WriteString(strconv.Itoa(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		quoted(b, v)
	case []byte:
		quoted(b, string(v))
	default:
		return fmt.Errorf("a %T cannot be part of an array", v)
	}
	return nil
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	_, _ = escapes.WriteString(b, s)
	b.WriteByte('"')
}
