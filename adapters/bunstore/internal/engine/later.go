package engine

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
)

const (
	// maxTogether is how many writes are parts of one statement.
	maxTogether = 24
	// maxLater bounds how many arguments wait.
	maxLater = 20_000
)

// write is one that waits.
type write struct {
	doing, q string
	args     []any
	into     *model // of rows that are inserted
}

// Later is Exec for a write of which nothing needs to be known before the unit
// reads again or ends: PostgreSQL does those that follow each other in one round
// trip, in an order of its own, or many rows of a table in one. What goes wrong
// with it is returned then. Two writes to the same row must not both wait.
func (u *Unit) Later(ctx context.Context, doing, q string, args ...any) error {
	return u.wait(ctx, write{doing: doing, q: q, args: args})
}

// InsertLater writes rows of one table when the unit reads again or ends (see Later).
func InsertLater[R any](ctx context.Context, u *Unit, rows ...*R) error {
	m := u.model(reflect.TypeFor[R]())
	for some := range slices.Chunk(rows, atOnce[0]) {
		args := make([]any, 0, len(some)*len(m.fields))
		for _, r := range some {
			args = appendValues(args, reflect.ValueOf(r).Elem(), m.fields)
		}
		if err := u.wait(ctx, write{"insert into " + m.name, m.inserts(len(some)), args, m}); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) wait(ctx context.Context, w write) error {
	if u.SQLite { // there is no trip to save
		_, err := u.exec(ctx, w.doing, w.q, w.args)
		return err
	}
	u.later, u.laterArgs = append(u.later, w), u.laterArgs+len(w.args)
	if u.laterArgs < maxLater {
		return nil
	}
	return u.flush(ctx)
}

// flush does the writes that wait.
func (u *Unit) flush(ctx context.Context) error {
	all := u.later
	u.later, u.laterArgs = nil, 0
	switch {
	case len(all) == 0:
		return nil
	case len(all) > maxTogether:
		return u.byTable(ctx, all)
	}
	return u.together(ctx, all)
}

// together makes one statement of some writes.
func (u *Unit) together(ctx context.Context, all []write) error {
	if len(all) == 1 {
		_, err := u.exec(ctx, all[0].doing, all[0].q, all[0].args)
		return err
	}
	var q strings.Builder
	var doing []string
	var args []any
	last := len(all) - 1
	for i, w := range all {
		switch {
		case i == last:
			q.WriteString(") " + w.q)
		case i == 0:
			q.WriteString("WITH w0 AS (" + w.q)
		default:
			q.WriteString("), w" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + " AS (" + w.q)
		}
		doing, args = append(doing, w.doing), append(args, w.args...)
	}
	_, err := u.exec(ctx, strings.Join(doing, ", "), q.String(), args)
	return err
}

// atOnce are how many rows a statement has, so that few statements do for any number.
var atOnce = []int{100, 20, 5, 1}

// byTable writes many rows: those of a table after each other, the tables in the
// order in which they were created, so that what a row refers to is there before
// it, and then what is no such row.
func (u *Unit) byTable(ctx context.Context, all []write) error {
	var tables []*model
	rows := map[*model][]any{}
	var rest []write
	for _, w := range all {
		if w.into == nil {
			rest = append(rest, w)
			continue
		}
		if rows[w.into] == nil {
			tables = append(tables, w.into)
		}
		rows[w.into] = append(rows[w.into], w.args...)
	}
	slices.SortStableFunc(tables, func(a, b *model) int { return cmp.Compare(u.order()[a.name], u.order()[b.name]) })
	for _, m := range tables {
		args := rows[m]
		for _, n := range atOnce {
			for k := n * len(m.fields); len(args) >= k; args = args[k:] {
				if _, err := u.exec(ctx, "insert into "+m.name, m.inserts(n), args[:k:k]); err != nil {
					return err
				}
			}
		}
	}
	for some := range slices.Chunk(rest, maxTogether) {
		if err := u.together(ctx, some); err != nil {
			return err
		}
	}
	return nil
}
