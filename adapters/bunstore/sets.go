package bunstore

import (
	"strconv"
	"strings"

	"github.com/opencasework/casework/casemgmt"
)

// bucket rounds a number of arguments up, so that lists of many lengths share
// few statements.
func bucket(n int) int {
	if n > 128 && n <= 200 {
		return 200 // the chunk of a batch
	}
	b := 1
	for b < n {
		b *= 2
	}
	return b
}

// marks are the placeholders for n arguments that padded gives.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", bucket(n)), ", ") }

// padded are arguments, the last repeated to fill the bucket.
func padded[T any](keys []T) []any {
	out := make([]any, bucket(len(keys)))
	for i := range out {
		out[i] = keys[min(i, len(keys)-1)]
	}
	return out
}

// clause is a piece of SQL with its arguments. Placeholders are ?; {{p}} is the
// prefix of table names. Nothing that a caller gave is part of the text, so
// that the store's queries are few and each is prepared once.
type clause struct {
	sql  string
	args []any
}

func (c *clause) add(sql string, args ...any) {
	c.sql += sql
	c.args = append(c.args, args...)
}

func (c *clause) join(other clause) { c.add(other.sql, other.args...) }

// limit is for a page and the row that says that there are more. It is part of
// the text: PostgreSQL plans for a tenth of the table when it is an argument,
// and then does not keep the plan.
func limit(p casemgmt.PageRequest) string { return " LIMIT " + strconv.Itoa(p.Size()+1) }

// table is rows of arguments, whose columns both databases name
// column1, column2, ... PostgreSQL learns their types from the first row.
type table struct {
	types []string
	args  []any
}

func (v *table) add(args ...any) { v.args = append(v.args, args...) }

// pad repeats the last row up to a rounded number of rows, so that there are
// few statements. It is for statements to which that makes no difference.
func (v *table) pad() {
	row := v.args[len(v.args)-len(v.types):]
	for n := bucket(len(v.args)/len(v.types)) - len(v.args)/len(v.types); n > 0; n-- {
		v.args = append(v.args, row...)
	}
}

func (v *table) sql(tx *Tx) string {
	first := make([]string, len(v.types))
	for i, t := range v.types {
		first[i] = tx.as("?", t)
	}
	rest := strings.Repeat(", ("+strings.TrimSuffix(strings.Repeat("?, ", len(v.types)), ", ")+")", len(v.args)/len(v.types)-1)
	return "VALUES (" + strings.Join(first, ", ") + ")" + rest
}

// as gives an argument a type, which PostgreSQL needs where it does not see the
// column, and SQLite would misunderstand.
func (tx *Tx) as(expr, kind string) string {
	if tx.store.sqlite {
		return expr
	}
	return "CAST(" + expr + " AS " + kind + ")"
}
