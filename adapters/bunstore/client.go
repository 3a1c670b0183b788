package bunstore

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// clientRow has in columns what is searched; the whole record is in data.
type clientRow struct {
	bun.BaseModel `bun:"table:clients,alias:c"`

	AgencyID         string               `bun:"agency_id,pk,type:text"`
	ID               casemgmt.ClientID    `bun:"id,pk,type:uuid"`
	Version          int64                `bun:"version,type:bigint"`
	Number           int64                `bun:"number,type:bigint"`
	Kind             string               `bun:"kind,type:text"`
	Sort             string               `bun:"sort,type:text"`
	Name             string               `bun:"name,type:text"`
	Preferred        string               `bun:"preferred,type:text"`
	BirthDate        civil.Date           `bun:"birth_date,type:date"`
	Gender           string               `bun:"gender,type:text"`
	FamilyCode       string               `bun:"family_code,type:text"`
	Email            string               `bun:"email,type:text"`
	PostalCode       string               `bun:"postal_code,type:text"`
	ImmigrationClass string               `bun:"immigration_class,type:text"`
	Country          string               `bun:"country,type:text"`
	Withdrawn        bool                 `bun:"withdrawn,type:boolean"`
	Data             doc[casemgmt.Client] `bun:"data,type:jsonb"`
}

func newClientRow(agency string, c *casemgmt.Client) *clientRow {
	p := &c.Profile
	row := &clientRow{
		AgencyID: agency, ID: c.ID, Version: c.Version, Number: c.Number, Kind: string(c.Kind),
		Sort: casemgmt.SortName(p.Family, p.Given), Name: c.Name(), Preferred: p.Preferred, BirthDate: p.BirthDate,
		Gender: p.Gender, FamilyCode: p.FamilyCode, Email: strings.ToLower(p.Email), PostalCode: p.Address.PostalCode,
		ImmigrationClass: p.ImmigrationClass, Country: p.CountryOfOrigin, Withdrawn: c.Withdrawal != nil, Data: doc[casemgmt.Client]{*c},
	}
	if c.Kind == casemgmt.Anonymous {
		row.Gender, row.ImmigrationClass = c.Sketch.Gender, c.Sketch.ImmigrationClass
	}
	return row
}

func (r *clientRow) client() *casemgmt.Client {
	c := r.Data.V
	c.Version = r.Version
	return &c
}

// Client is part of casemgmt.Tx.
func (tx *Tx) Client(ctx context.Context, key casemgmt.ClientID) (*casemgmt.Client, error) {
	row := &clientRow{AgencyID: tx.agency, ID: key}
	if err := tx.find(ctx, "read client", row, ""); err != nil {
		return nil, err
	}
	return row.client(), nil
}

// InsertClient is part of casemgmt.Tx.
func (tx *Tx) InsertClient(ctx context.Context, c *casemgmt.Client) error {
	row := newClientRow(tx.agency, c)
	if err := tx.insert(ctx, "insert client", row); err != nil {
		return err
	}
	return tx.indexClient(ctx, c, row.Sort)
}

// UpdateClient is part of casemgmt.Tx.
func (tx *Tx) UpdateClient(ctx context.Context, c *casemgmt.Client) error {
	old := c.Version
	c.Version++
	row := newClientRow(tx.agency, c)
	if err := tx.rewrite(ctx, "update client", row, old); err != nil {
		c.Version = old
		return err
	}
	for _, table := range []string{"client_words", "client_identifiers"} {
		if _, err := tx.exec(ctx, "index client", `DELETE FROM "{{p}}`+table+`" WHERE agency_id = ? AND client_id = ?`, tx.agency, c.ID); err != nil {
			return err
		}
	}
	return tx.indexClient(ctx, c, row.Sort)
}

// indexClient writes the words and identifiers by which a named client is
// found. An anonymous one has none (ANO-06).
func (tx *Tx) indexClient(ctx context.Context, c *casemgmt.Client, sort string) error {
	for _, w := range clientWords(c) {
		if _, err := tx.exec(ctx, "index client", `INSERT INTO "{{p}}client_words" (agency_id, kind, word, sort, names, client_id) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.agency, w.kind, w.word, sort, w.names, c.ID); err != nil {
			return err
		}
	}
	for _, i := range c.Profile.Identifiers {
		if _, err := tx.exec(ctx, "index client", `INSERT INTO "{{p}}client_identifiers" (agency_id, kind, value, client_id) VALUES (?, ?, ?, ?)`,
			tx.agency, i.Kind, i.Value, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// word is a way to find a client; names are all the words of the name, each
// behind a blank, or manyNames.
type word struct{ kind, word, names string }

// manyNames stands for names longer than maxNames bytes, which would not fit
// beside the word in PostgreSQL's index: they are looked up word by word.
const (
	manyNames = "*"
	maxNames  = 500
)

func clientWords(c *casemgmt.Client) []word {
	if c.Kind == casemgmt.Anonymous {
		return nil
	}
	p := &c.Profile
	var out []word
	words := i18n.Words(append([]string{p.Given, p.Family, p.Preferred}, p.Former...)...)
	names := " " + strings.Join(words, " ")
	if len(names) > maxNames {
		names = manyNames
	}
	for _, w := range words {
		out = append(out, word{"n", w, names})
	}
	seen := map[string]bool{}
	for _, phone := range p.Phones {
		d := i18n.Digits(phone)
		for _, w := range []string{d, d[max(0, len(d)-7):]} {
			if w != "" && !seen[w] {
				seen[w] = true
				out = append(out, word{"p", w, names})
			}
		}
	}
	return out
}

// IdentifierHolder is part of casemgmt.Tx.
func (tx *Tx) IdentifierHolder(ctx context.Context, i casemgmt.Identifier) (casemgmt.ClientID, error) {
	var key casemgmt.ClientID
	err := tx.one(ctx, "find identifier", `SELECT client_id FROM "{{p}}client_identifiers" WHERE agency_id = ? AND kind = ? AND value = ?`,
		[]any{tx.agency, i.Kind, i.Value}, &key)
	return key, err
}

// LookAlikes is part of casemgmt.Tx: those with the same phone or identifier,
// and those whose birth date is the same or differs in one part, the same first.
func (tx *Tx) LookAlikes(ctx context.Context, probe *casemgmt.Client) ([]*casemgmt.Client, error) {
	var out []*casemgmt.Client
	seen := map[casemgmt.ClientID]bool{}
	find := func(narrow func(*bun.SelectQuery) *bun.SelectQuery) error {
		var rows []*clientRow
		err := narrow(tx.sel(&rows).Column("c.id", "c.version", "c.data").Where("c.agency_id = ? AND c.kind = 'named'", tx.agency)).Scan(ctx)
		for _, r := range rows {
			if !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, r.client())
			}
		}
		return fail("find look-alikes", err)
	}
	for _, phone := range probe.Profile.Phones {
		digits := i18n.Digits(phone)
		words := []string{digits, digits[max(0, len(digits)-7):]} // some are kept without the area code
		if err := find(func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("c.id IN (SELECT client_id FROM ? WHERE agency_id = ? AND kind = 'p' AND word IN (?))",
				tx.table("client_words"), tx.agency, bun.List(words)).Limit(1000)
		}); err != nil {
			return nil, err
		}
	}
	for _, i := range probe.Profile.Identifiers {
		if err := find(func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("c.id IN (SELECT client_id FROM ? WHERE agency_id = ? AND value = ?)", tx.table("client_identifiers"), tx.agency, i.Value)
		}); err != nil {
			return nil, err
		}
	}
	for _, dates := range [][]string{{probe.Profile.BirthDate.String()}, nearDates(probe.Profile.BirthDate)} {
		if err := find(func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("c.birth_date IN (?)", bun.List(dates)).Limit(5000)
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// nearDates are the days that a birth date is easily mistaken for.
func nearDates(d civil.Date) []string {
	var out []string
	add := func(x civil.Date) {
		if x.Valid() && x != d {
			out = append(out, x.String())
		}
	}
	for day := 1; day <= 31; day++ {
		add(civil.Date{Year: d.Year, Month: d.Month, Day: day})
	}
	for month := 1; month <= 12; month++ {
		add(civil.Date{Year: d.Year, Month: time.Month(month), Day: d.Day})
	}
	add(civil.Date{Year: d.Year - 1, Month: d.Month, Day: d.Day})
	add(civil.Date{Year: d.Year + 1, Month: d.Month, Day: d.Day})
	add(civil.Date{Year: d.Year, Month: time.Month(d.Day), Day: int(d.Month)})
	return out
}

func (tx *Tx) table(name string) bun.Ident { return bun.Ident(tx.store.prefix + name) }

// above is the first text behind all that start with a prefix.
func above(prefix string) string { return prefix + string(utf8.MaxRune) }

// SearchClients is part of casemgmt.Tx. A name or phone search walks the words
// that start with the longest one given, in order, and stops when the page is
// full; all other searches walk the clients by name.
func (tx *Tx) SearchClients(ctx context.Context, q casemgmt.ClientQuery, p casemgmt.PageRequest) (casemgmt.Page[casemgmt.ClientHit], error) {
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
	sel := clause{"SELECT c.id, c.number, c.name, c.preferred, c.birth_date, c.gender, c.sort, ", nil}
	order := "c.sort, c.id"
	if driver == "" {
		sel.add(`'' FROM "{{p}}clients" AS c WHERE c.agency_id = ? AND c.kind = 'named'`, tx.agency)
	} else {
		order = "w.word, w.sort, w.client_id"
		sel.join(byWord(tx.agency, kind, driver))
		for _, w := range words { // folded words have no wildcards
			if w != driver {
				sel.add(` AND (w.names LIKE ? OR w.names = '`+manyNames+`' AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS y WHERE y.agency_id = w.agency_id AND y.client_id = w.client_id AND y.kind = 'n' AND y.word >= ? AND y.word < ?))`,
					"% "+w+"%", w, above(w))
			}
		}
		if q.Phone != "" && kind == "n" {
			digits := i18n.Digits(q.Phone)
			sel.add(` AND EXISTS (SELECT 1 FROM "{{p}}client_words" AS x WHERE x.agency_id = w.agency_id AND x.client_id = w.client_id AND x.kind = 'p' AND x.word >= ? AND x.word < ?)`,
				digits, above(digits))
		}
	}
	narrow(&sel, tx.agency, q)
	if err := after(&sel, p, driver != ""); err != nil {
		return casemgmt.Page[casemgmt.ClientHit]{}, err
	}
	sel.add(" ORDER BY " + order + limit(p))
	return tx.hits(ctx, sel, p.Size())
}

// byWord walks the words with a start. Who has several of them is found by the
// first.
func byWord(agency, kind, start string) clause {
	c := clause{`w.word FROM "{{p}}client_words" AS w JOIN "{{p}}clients" AS c ON c.agency_id = w.agency_id AND c.id = w.client_id` +
		` WHERE w.agency_id = ? AND w.kind = ? AND w.word >= ? AND w.word < ? AND (`, []any{agency, kind, start, above(start)}}
	if kind == "n" { // the look-up is needed where the start is there twice
		c.add("w.names <> '"+manyNames+"' AND w.names NOT LIKE ? OR ", "% "+start+"% "+start+"%")
	}
	c.add(`NOT EXISTS (SELECT 1 FROM "{{p}}client_words" AS v WHERE v.agency_id = w.agency_id AND v.client_id = w.client_id AND v.kind = w.kind AND v.word >= ? AND v.word < w.word))`, start)
	return c
}

// narrow adds the conditions on single fields (SRC-02).
func narrow(c *clause, agency string, q casemgmt.ClientQuery) {
	if q.Number != 0 {
		c.add(" AND c.number = ?", q.Number)
	}
	if q.Identifier != "" {
		c.add(` AND c.id IN (SELECT client_id FROM "{{p}}client_identifiers" WHERE agency_id = ? AND value = ?)`, agency, q.Identifier)
	}
	if !q.BirthDate.IsZero() {
		c.add(" AND c.birth_date = ?", q.BirthDate)
	}
	if q.PostalCode != "" {
		c.add(" AND c.postal_code <> '' AND c.postal_code >= ? AND c.postal_code < ?", q.PostalCode, above(q.PostalCode))
	}
	for _, f := range []struct{ column, value string }{{"gender", q.Gender}, {"immigration_class", q.ImmigrationClass}, {"country", q.CountryOfOrigin}} {
		if f.value != "" {
			c.add(" AND c."+f.column+" = ?", f.value)
		}
	}
	for _, f := range []struct{ column, value string }{{"family_code", q.FamilyCode}, {"email", strings.ToLower(q.Email)}} {
		if f.value != "" { // the inequality names the partial index
			c.add(" AND c."+f.column+" = ? AND c."+f.column+" <> ''", f.value)
		}
	}
}

func after(c *clause, p casemgmt.PageRequest, byWord bool) error {
	if p.After == "" {
		return nil
	}
	parts, err := parseCursor(p.After, 3)
	if err != nil {
		return err
	}
	last, err := id.Parse[casemgmt.Client](parts[2])
	if err != nil {
		return badCursor()
	}
	if byWord {
		c.add(" AND (w.word, w.sort, w.client_id) > (?, ?, ?)", parts[0], parts[1], last)
	} else {
		c.add(" AND (c.sort, c.id) > (?, ?)", parts[1], last)
	}
	return nil
}

func (tx *Tx) hits(ctx context.Context, q clause, size int) (casemgmt.Page[casemgmt.ClientHit], error) {
	out := casemgmt.Page[casemgmt.ClientHit]{Items: []casemgmt.ClientHit{}}
	var sort, word string
	err := tx.query(ctx, "search clients", q.sql, q.args, func(rows *sql.Rows) error {
		if len(out.Items) == size {
			last := out.Items[size-1]
			out.Next = cursor(word, sort, last.ID.String())
			return nil
		}
		var h casemgmt.ClientHit
		err := rows.Scan(&h.ID, &h.Number, &h.Name, &h.Preferred, &h.BirthDate, &h.Gender, &sort, &word)
		out.Items = append(out.Items, h)
		return err
	})
	return out, err
}

// Hits is part of session.Tx.
func (tx *Tx) Hits(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]casemgmt.ClientHit, error) {
	out := map[casemgmt.ClientID]casemgmt.ClientHit{}
	if len(keys) == 0 {
		return out, nil
	}
	err := tx.query(ctx, "read clients", `SELECT id, number, name, preferred, birth_date, gender FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+
		marks(len(keys))+`)`, append([]any{tx.agency}, padded(keys)...), func(rows *sql.Rows) error {
		var h casemgmt.ClientHit
		if err := rows.Scan(&h.ID, &h.Number, &h.Name, &h.Preferred, &h.BirthDate, &h.Gender); err != nil {
			return err
		}
		out[h.ID] = h
		return nil
	})
	return out, err
}
