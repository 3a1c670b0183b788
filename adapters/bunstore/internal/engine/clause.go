package engine

import (
	"strings"

	"github.com/opencasework/casework/casemgmt/id"
)

// Clause is a piece of SQL with its arguments. Placeholders are ?; {{p}} is the
// prefix of table names. Nothing that a caller gave is part of the text, so
// that the store's queries are few and each is prepared once.
type Clause struct {
	SQL  string
	Args []any
}

// Add appends a piece.
func (c *Clause) Add(sql string, args ...any) {
	c.SQL += sql
	c.Args = append(c.Args, args...)
}

// Join appends another clause.
func (c *Clause) Join(other Clause) { c.Add(other.SQL, other.Args...) }

// In is "column IN (...)" for a list of keys.
func In[T any](column string, keys []T) Clause {
	return Clause{column + " IN (" + Marks(len(keys)) + ")", Padded(keys)}
}

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

// Marks are the placeholders for n arguments that Padded gives.
func Marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", bucket(n)), ", ") }

// Padded are arguments, the last repeated to fill the bucket.
func Padded[T any](keys []T) []any {
	out := make([]any, bucket(len(keys)))
	for i := range out {
		out[i] = keys[min(i, len(keys)-1)]
	}
	return out
}

// Values is rows of arguments, whose columns both databases name
// column1, column2, ... PostgreSQL learns their types from the first row.
type Values struct {
	Types []string
	Args  []any
}

// Add appends a row.
func (v *Values) Add(args ...any) { v.Args = append(v.Args, args...) }

// Pad repeats the last row up to a rounded number of rows, so that there are
// few statements. It is for statements to which that makes no difference.
func (v *Values) Pad() {
	row := v.Args[len(v.Args)-len(v.Types):]
	for n := bucket(len(v.Args)/len(v.Types)) - len(v.Args)/len(v.Types); n > 0; n-- {
		v.Args = append(v.Args, row...)
	}
}

// SQL is the rows as VALUES.
func (v *Values) SQL(u *Unit) string {
	first := make([]string, len(v.Types))
	for i, t := range v.Types {
		first[i] = u.As("?", t)
	}
	rest := strings.Repeat(", ("+strings.TrimSuffix(strings.Repeat("?, ", len(v.Types)), ", ")+")", len(v.Args)/len(v.Types)-1)
	return "VALUES (" + strings.Join(first, ", ") + ")" + rest
}

// RawID is an identifier of whatever record.
type RawID = id.Of[struct{}]

// Nobody is an identifier that no record has, for comparing with a column where
// there is none to compare.
var Nobody = RawID{15: 1}

// Raw reads an identifier that is kept as a text; Nobody for what is none.
func Raw(s string) RawID {
	key, err := id.Parse[struct{}](s)
	if err != nil {
		return Nobody
	}
	return key
}

// RawList are identifiers that are kept as texts; never empty.
func RawList(list []string) []RawID {
	out := make([]RawID, 0, len(list)+1)
	for _, s := range list {
		out = append(out, Raw(s))
	}
	if len(out) == 0 {
		out = append(out, Nobody)
	}
	return out
}

// OrNobody is an identifier to compare with, also where there is none.
func OrNobody[T any](key id.Of[T]) RawID {
	if key.IsZero() {
		return Nobody
	}
	return RawID(key)
}

// Above is the first text behind all that start with a prefix.
func Above(prefix string) string { return prefix + "\U0010FFFF" }
