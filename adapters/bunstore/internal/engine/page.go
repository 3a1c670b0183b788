package engine

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Kind of a column that a list is ordered by.
type Kind int

// The kinds.
const (
	Text Kind = iota
	Day
	ID
	Number
	Moment
)

// Column is one that a list is ordered by.
type Column struct {
	Name string
	Kind Kind
}

// Order of a list; together its columns are different for each row.
type Order struct {
	By   []Column
	Down bool
}

func (o Order) columns() string {
	var out []string
	for _, c := range o.By {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// of is the same order of another table.
func (o Order) of(table string) Order {
	out := Order{Down: o.Down}
	for _, c := range o.By {
		_, name, _ := strings.Cut(c.Name, ".")
		out.By = append(out.By, Column{table + "." + name, c.Kind})
	}
	return out
}

// sql is the order as ORDER BY.
func (o Order) sql() string {
	if !o.Down {
		return " ORDER BY " + o.columns()
	}
	return " ORDER BY " + strings.ReplaceAll(o.columns(), ", ", " DESC, ") + " DESC"
}

// after narrows to what comes behind a cursor; a foreign one is *fault.Invalid.
func (o Order) after(cursor string) (Clause, error) {
	if cursor == "" {
		return Clause{}, nil
	}
	parts, err := parseCursor(cursor, len(o.By))
	if err != nil {
		return Clause{}, err
	}
	c := Clause{SQL: " AND (" + o.columns() + ") > (" + strings.TrimSuffix(strings.Repeat("?, ", len(o.By)), ", ") + ")"}
	if o.Down {
		c.SQL = strings.Replace(c.SQL, ") > (", ") < (", 1)
	}
	for i, col := range o.By {
		v, err := col.Kind.parse(parts[i])
		if err != nil {
			return Clause{}, badCursor()
		}
		c.Args = append(c.Args, v)
	}
	return c, nil
}

func (k Kind) parse(s string) (any, error) {
	switch k {
	case Day:
		return civil.Parse(s)
	case ID:
		return id.Parse[struct{}](s)
	case Number:
		return strconv.ParseInt(s, 10, 64)
	case Moment:
		var at Instant
		err := at.Scan(s)
		if err == nil && at.Year() < 1 {
			err = fmt.Errorf("no moment")
		}
		return at, err
	}
	return s, nil
}

// mark scans an ordering column as the text that the cursor has of it.
type mark struct {
	kind Kind
	text *string
}

// Scan is part of sql.Scanner.
func (m mark) Scan(src any) error {
	switch m.kind {
	case Day:
		var d civil.Date
		err := d.Scan(src)
		*m.text = d.String()
		return err
	case ID:
		var key RawID
		err := key.Scan(src)
		*m.text = key.String()
		return err
	case Moment:
		var at Instant
		err := at.Scan(src)
		*m.text = at.Format(instantForm)
		return err
	}
	switch v := src.(type) {
	case string:
		*m.text = v
	case []byte:
		*m.text = string(v)
	case int64:
		*m.text = strconv.FormatInt(v, 10)
	default:
		return fmt.Errorf("bunstore: cannot order by %T", src)
	}
	return nil
}

// List is how a list is read.
type List[T any] struct {
	Doing   string
	With    Clause   // what comes before SELECT, if anything
	Columns string   // what is selected,
	From    Clause   // from where,
	Then    []Clause // and from where then: what is there all comes behind what was before
	Order   Order
	// Item gives where the rows are scanned to, one after the other, and what makes the
	// item of the row that is there.
	Item func() ([]any, func() (T, error))
}

// Pages is the one way to read a page: the rows behind the cursor, and one more
// that says whether there are any on the next.
func Pages[T any](ctx context.Context, u *Unit, l List[T], p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	out := casemgmt.Page[T]{Items: []T{}}
	after, err := l.Order.after(p.After)
	if err != nil {
		return out, err
	}
	dest, item := l.Item()
	marks := make([]string, len(l.Order.By))
	for i, c := range l.Order.By {
		dest = append(dest, mark{c.Kind, &marks[i]})
	}
	read := func(from Clause) error {
		var q Clause
		q.Join(l.With)
		q.Add("SELECT " + l.Columns + ", " + l.Order.columns() + " ")
		q.Join(from)
		q.Join(after)
		// The limit is part of the text: PostgreSQL plans for a tenth of the table when
		// it is an argument, and then does not keep the plan.
		q.Add(l.Order.sql() + " LIMIT " + strconv.Itoa(p.Size()+1))
		return u.Query(ctx, l.Doing, q.SQL, q.Args, func(rows *sql.Rows) error {
			if len(out.Items) == p.Size() {
				out.Next = cursor(marks...)
				return nil
			}
			if err := rows.Scan(dest...); err != nil {
				return err
			}
			x, err := item()
			out.Items = append(out.Items, x)
			return err
		})
	}
	err = read(l.From)
	for _, from := range l.Then {
		if err == nil && out.Next == "" {
			err = read(from)
		}
	}
	return out, err
}

// cursor is an opaque mark of where a page ended.
func cursor(parts ...string) string {
	raw, _ := json.Marshal(parts)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Cursor is an opaque mark of numbers, for the feed of events.
func Cursor(numbers ...int64) string {
	var parts []string
	for _, n := range numbers {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	return cursor(parts...)
}

// ParseCursor reads a mark of n numbers; a foreign one is *fault.Invalid.
func ParseCursor(s string, n int) ([]int64, error) {
	parts, err := parseCursor(s, n)
	if err != nil {
		return nil, err
	}
	out := make([]int64, n)
	for i, p := range parts {
		if out[i], err = strconv.ParseInt(p, 10, 64); err != nil {
			return nil, badCursor()
		}
	}
	return out, nil
}

// parseCursor reads a cursor of n parts; a foreign one is *fault.Invalid.
func parseCursor(s string, n int) ([]string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	var parts []string
	if err != nil || json.Unmarshal(raw, &parts) != nil || len(parts) != n {
		return nil, badCursor()
	}
	for _, p := range parts {
		if strings.ContainsRune(p, 0) {
			return nil, badCursor()
		}
	}
	return parts, nil
}

func badCursor() error {
	var bad fault.Issues
	bad.Add("SRC-06", "/after", "bad_cursor")
	return bad.Err()
}

// Groups is how a list of records is read together with their parts, in one query.
type Groups[T any] struct {
	Doing string
	Keys  Clause // SELECT ... FROM ... WHERE ...: a page of records
	// Columns and Joins select the parts of the page, which goes by that name; Then is
	// the order of a record's parts.
	Columns, Joins, Then string
	Order                Order
	// Dest is where the columns of each row go, one row after the other; Row gives the
	// record of the row that is there, and says whether it is its first.
	Dest []any
	Row  func() (T, bool)
}

// GroupedPages reads a page of records with their parts.
func GroupedPages[T any](ctx context.Context, u *Unit, g Groups[T], p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	out := casemgmt.Page[T]{Items: []T{}}
	after, err := g.Order.after(p.After)
	if err != nil {
		return out, err
	}
	q := Clause{SQL: "WITH page AS ("}
	q.Join(g.Keys)
	q.Join(after)
	page := g.Order.of("page")
	q.Add(g.Order.sql() + " LIMIT " + strconv.Itoa(p.Size()+1) + ") SELECT " + g.Columns + ", " + page.columns() + " FROM page" + g.Joins + page.sql() + ", " + g.Then)
	marks, now, full := make([]string, len(g.Order.By)), make([]string, len(g.Order.By)), false
	dest := slices.Clone(g.Dest)
	for i, c := range g.Order.By {
		dest = append(dest, mark{c.Kind, &now[i]})
	}
	err = u.Query(ctx, g.Doing, q.SQL, q.Args, func(rows *sql.Rows) error {
		if full {
			return nil
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		switch x, first := g.Row(); {
		case !first:
		case len(out.Items) == p.Size():
			full, out.Next = true, cursor(marks...)
		default:
			out.Items = append(out.Items, x)
			copy(marks, now)
		}
		return nil
	})
	return out, err
}
