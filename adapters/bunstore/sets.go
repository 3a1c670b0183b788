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
func limit(p casemgmt.Page) string { return " LIMIT " + strconv.Itoa(p.Size()+1) }
