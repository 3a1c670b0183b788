package bunstore

import (
	"context"
	"strings"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Search walks, by name or phone, the words
// that start with the longest one given, in order, and stops when the page is
// full; all other searches walk the clients by name.
func (t clients) Search(ctx context.Context, q casemgmt.ClientQuery, p casemgmt.PageRequest) (casemgmt.Page[casemgmt.ClientHit], error) {
	words := q.Words()
	kind, driver := "", ""
	switch {
	case len(words) > 0:
		kind = "n"
		for _, w := range words {
			if len(w) > len(driver) {
				driver = w
			}
		}
	case q.Phone != "":
		kind, driver = "p", i18n.Digits(q.Phone)
	}
	var from engine.Clause
	order := engine.Order{By: []engine.Column{{Name: "c.sort"}, {Name: "c.id", Kind: engine.ID}}}
	if driver == "" {
		from.Add(`FROM "{{p}}clients" AS c WHERE c.agency_id = ? AND c.kind = 'named'`, t.u.Agency)
	} else {
		order.By = []engine.Column{{Name: "w.word"}, {Name: "w.sort"}, {Name: "w.client_id", Kind: engine.ID}}
		from.Join(byWord(t.u.Agency, kind, driver))
		for _, w := range words { // folded words have no wildcards
			if w != driver {
				from.Add(` AND (w.names LIKE ? OR w.names = '`+manyNames+`' AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS y WHERE y.agency_id = w.agency_id AND y.client_id = w.client_id AND y.kind = 'n' AND y.word >= ? AND y.word < ?))`,
					"% "+w+"%", w, engine.Above(w))
			}
		}
		if q.Phone != "" && kind == "n" {
			digits := i18n.Digits(q.Phone)
			from.Add(` AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS x WHERE x.agency_id = w.agency_id AND x.client_id = w.client_id AND x.kind = 'p' AND x.word >= ? AND x.word < ?)`,
				digits, engine.Above(digits))
		}
	}
	narrow(&from, t.u.Agency, q)
	return engine.Pages(ctx, t.u, engine.List[casemgmt.ClientHit]{Doing: "search clients", Columns: hitColumns, From: from, Order: order,
		Item: func() ([]any, func() (casemgmt.ClientHit, error)) {
			var h casemgmt.ClientHit
			return hitDest(&h), func() (casemgmt.ClientHit, error) { return h, nil }
		}}, p)
}

// byWord walks the words with a start. Who has several of them is found by the
// first.
func byWord(agency int64, kind, start string) engine.Clause {
	c := engine.Clause{SQL: `FROM "{{p}}client_words" AS w JOIN "{{p}}clients" AS c ON c.agency_id = w.agency_id AND c.id = w.client_id` +
		` WHERE w.agency_id = ? AND w.kind = ? AND w.word >= ? AND w.word < ? AND (`, Args: []any{agency, kind, start, engine.Above(start)}}
	if kind == "n" { // the look-up is needed where the start is there twice
		c.Add("w.names <> '"+manyNames+"' AND w.names NOT LIKE ? OR ", "% "+start+"% "+start+"%")
	}
	c.Add(`NOT EXISTS (SELECT 1 FROM "{{p}}client_words" AS v WHERE v.agency_id = w.agency_id AND v.client_id = w.client_id AND v.kind = w.kind AND v.word >= ? AND v.word < w.word))`, start)
	return c
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
