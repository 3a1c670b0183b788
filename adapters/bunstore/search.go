package bunstore

import (
	"context"
	"strings"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Search walks, by name or phone, the words that start with the longest one given,
// in order, and stops when the page is full; all other searches walk the clients by
// name. Words beside each other are also looked for as one (SRC-05): what the longest
// one then starts with are walks of their own, behind each other.
func (t clients) Search(ctx context.Context, q casemgmt.ClientQuery, p casemgmt.PageRequest) (casemgmt.Page[casemgmt.ClientHit], error) {
	words, digits := q.Words(), i18n.Digits(q.Phone)
	order := engine.Order{By: []engine.Column{{Name: "w.word"}, {Name: "w.sort"}, {Name: "w.client_id", Kind: engine.ID}}}
	var from []engine.Clause
	switch {
	case len(words) > 0:
		from = byName(t.u.Agency, words, "")
		for i := range from {
			if digits != "" {
				from[i].Add(` AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS x WHERE x.agency_id = w.agency_id AND x.client_id = w.client_id AND x.kind = 'p' AND x.word >= ? AND x.word < ?)`,
					digits, engine.Above(digits))
			}
		}
	case q.Phone != "":
		c := byWord(t.u.Agency, "p", digits, "")
		c.Join(first("p", []string{digits}))
		from = []engine.Clause{c}
	default:
		order.By = []engine.Column{{Name: "c.sort"}, {Name: "c.id", Kind: engine.ID}}
		from = []engine.Clause{{SQL: `FROM "{{p}}clients" AS c WHERE c.agency_id = ? AND c.kind = 'named'`, Args: []any{t.u.Agency}}}
	}
	for i := range from {
		narrow(&from[i], t.u.Agency, q)
	}
	return engine.Pages(ctx, t.u, engine.List[casemgmt.ClientHit]{Doing: "search clients", Columns: hitColumns, From: from[0], Then: from[1:], Order: order,
		Item: func() ([]any, func() (casemgmt.ClientHit, error)) {
			var h casemgmt.ClientHit
			return hitDest(&h), func() (casemgmt.ClientHit, error) { return h, nil }
		}}, p)
}

// byName are the walks of who has a name of some words; with joins, that of their records.
func byName(agency int64, words []string, joins string) []engine.Clause {
	driver := 0
	for i, w := range words {
		if len(w) > len(words[driver]) {
			driver = i
		}
	}
	var out []engine.Clause
	starts := i18n.Runs(words, driver)
	for _, start := range starts {
		c := byWord(agency, "n", start, joins)
		for i := range words {
			if i != driver {
				c.Join(named(i18n.Runs(words, i)))
			}
		}
		c.Join(first("n", starts))
		out = append(out, c)
	}
	return out
}

// byWord walks the words with a start.
func byWord(agency int64, kind, start, joins string) engine.Clause {
	return engine.Clause{SQL: `FROM "{{p}}client_words" AS w JOIN "{{p}}clients" AS c ON c.agency_id = w.agency_id AND c.id = w.client_id` + joins +
		` WHERE w.agency_id = ? AND w.kind = ? AND w.word >= ? AND w.word < ?`, Args: []any{agency, kind, start, engine.Above(start)}}
}

// named narrows to who has a name that starts with one of some texts, which are
// folded and have no wildcards.
func named(starts []string) engine.Clause {
	c := engine.Clause{SQL: " AND (" + either("w.names LIKE ?", len(starts))}
	for _, s := range starts {
		c.Args = append(c.Args, "% "+s+"%")
	}
	c.Add(` OR w.names = '` + manyNames + `' AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS y WHERE y.agency_id = w.agency_id AND y.client_id = w.client_id AND y.kind = 'n' AND `)
	c.Join(startsWith("y.word", starts))
	c.Add("))")
	return c
}

// first narrows to the first word by which somebody is found, of those who have
// several that start so.
func first(kind string, starts []string) engine.Clause {
	c := engine.Clause{SQL: " AND ("}
	if kind == "n" && len(starts) == 1 { // the look-up is needed where the start is there twice
		c.Add("w.names <> '"+manyNames+"' AND w.names NOT LIKE ? OR ", "% "+starts[0]+"% "+starts[0]+"%")
	}
	c.Add(`NOT EXISTS (SELECT 1 FROM "{{p}}client_words" AS v WHERE v.agency_id = w.agency_id AND v.client_id = w.client_id AND v.kind = w.kind AND v.word < w.word AND `)
	c.Join(startsWith("v.word", starts))
	c.Add("))")
	return c
}

// startsWith is a word that starts with one of some texts.
func startsWith(column string, starts []string) engine.Clause {
	c := engine.Clause{SQL: either(column+" >= ? AND "+column+" < ?", len(starts))}
	for _, s := range starts {
		c.Args = append(c.Args, s, engine.Above(s))
	}
	return c
}

// either is a condition that holds for one of n things.
func either(condition string, n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat(condition+" OR ", n), " OR ") + ")"
}

// narrow adds the conditions on single fields (SRC-02).
func narrow(c *engine.Clause, agency int64, q casemgmt.ClientQuery) {
	if q.Number != 0 {
		c.Add(" AND c.number = ?", q.Number)
	}
	if q.Identifier != "" {
		c.Add(` AND c.id IN (SELECT client_id FROM "{{p}}client_identifiers" WHERE agency_id = ? AND value = ?)`, agency, q.Identifier)
	}
	if !q.BirthDate.IsZero() {
		c.Add(" AND c.birth_date = ?", q.BirthDate)
	}
	if q.PostalCode != "" {
		c.Add(" AND c.postal_code <> '' AND c.postal_code >= ? AND c.postal_code < ?", q.PostalCode, engine.Above(q.PostalCode))
	}
	for _, f := range []struct{ column, value string }{{"gender", q.Gender}, {"immigration_class", q.ImmigrationClass}, {"country", q.CountryOfOrigin}} {
		if f.value != "" {
			c.Add(" AND c."+f.column+" = ?", f.value)
		}
	}
	for _, f := range []struct{ column, value string }{{"family_code", q.FamilyCode}, {"email", strings.ToLower(q.Email)}} {
		if f.value != "" { // the inequality names the partial index
			c.Add(" AND c."+f.column+" = ? AND c."+f.column+" <> ''", f.value)
		}
	}
}
