package bunstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/casemgmt/match"
)

// clientRow has in columns what is searched; the whole record is in data.
type clientRow struct {
	bun.BaseModel `bun:"table:clients"`
	engine.Document[casemgmt.Client]

	Number           int64      `bun:"number,type:bigint"`
	Kind             string     `bun:"kind,type:text"`
	Sort             string     `bun:"sort,type:text"`
	Name             string     `bun:"name,type:text"`
	Preferred        string     `bun:"preferred,type:text"`
	BirthDate        civil.Date `bun:"birth_date,type:date"`
	Gender           string     `bun:"gender,type:text"`
	FamilyCode       string     `bun:"family_code,type:text"`
	Email            string     `bun:"email,type:text"`
	PostalCode       string     `bun:"postal_code,type:text"`
	ImmigrationClass string     `bun:"immigration_class,type:text"`
	Country          string     `bun:"country,type:text"`
	Withdrawn        bool       `bun:"withdrawn,type:boolean"`
}

func putClient(r *clientRow, c *casemgmt.Client) {
	p := &c.Profile
	r.Number, r.Kind, r.Withdrawn = c.Number, string(c.Kind), c.Withdrawal != nil
	r.Sort, r.Name, r.Preferred, r.BirthDate = casemgmt.SortName(p.Family, p.Given), c.Name(), p.Preferred, p.BirthDate
	r.Gender, r.FamilyCode, r.Email, r.PostalCode = p.Gender, p.FamilyCode, strings.ToLower(p.Email), p.Address.PostalCode
	r.ImmigrationClass, r.Country = p.Settlement.ImmigrationClass, p.Settlement.CountryOfOrigin
	if c.Kind == casemgmt.Anonymous {
		r.Gender, r.ImmigrationClass = c.Sketch.Gender, c.Sketch.ImmigrationClass
	}
}

type wordRow struct {
	bun.BaseModel `bun:"table:client_words"`

	Agency int64             `bun:"agency_id,pk,type:bigint"`
	Kind   string            `bun:"kind,pk,type:text"`
	Word   string            `bun:"word,pk,type:text"`
	Sort   string            `bun:"sort,pk,type:text"`
	Client casemgmt.ClientID `bun:"client_id,pk,type:uuid"`
	Names  string            `bun:"names,type:text"`
}

type identifierRow struct {
	bun.BaseModel `bun:"table:client_identifiers"`

	Agency int64             `bun:"agency_id,pk,type:bigint"`
	Value  string            `bun:"value,pk,type:text"`
	Kind   string            `bun:"kind,pk,type:text"`
	Client casemgmt.ClientID `bun:"client_id,type:uuid"`
}

// clients are the table of clients, with the words and identifiers by which they
// are found.
type clients struct {
	engine.Records[casemgmt.Client, clientRow, *clientRow]
	u *engine.Unit
}

func (tx casesTx) Clients() casemgmt.Clients {
	c := clients{u: tx.Unit}
	c.Records = engine.RecordsOf(tx.Unit, putClient).With(engine.How[casemgmt.Client]{After: c.index})
	return c
}

// index writes the words and identifiers by which a named client is found. An
// anonymous one has none (ANO-06).
func (t clients) index(ctx context.Context, c *casemgmt.Client) error {
	if c.Version > 1 {
		for _, table := range []string{"client_words", "client_identifiers"} {
			if _, err := t.u.Exec(ctx, "index client", `DELETE FROM "{{p}}`+table+`" WHERE agency_id = ? AND client_id = ?`, t.u.Agency, c.ID); err != nil {
				return err
			}
		}
	}
	words, identifiers := indexRows(t.u.Agency, c)
	if err := engine.InsertLater(ctx, t.u, words...); err != nil {
		return err
	}
	return engine.InsertLater(ctx, t.u, identifiers...)
}

// earlierRow is a version of a client that was changed.
type earlierRow struct {
	bun.BaseModel `bun:"table:client_versions"`

	Agency  int64                           `bun:"agency_id,pk,type:bigint"`
	Client  casemgmt.ClientID               `bun:"client_id,pk,type:uuid"`
	Version int64                           `bun:"version,pk,type:bigint"`
	Until   engine.Instant                  `bun:"until,type:timestamptz"`
	By      casemgmt.StaffID                `bun:"by_id,type:uuid"`
	Data    engine.Packed[*casemgmt.Client] `bun:"data,type:jsonb"`
}

type earlierClients struct{ *engine.Unit }

func (tx casesTx) EarlierClients() casemgmt.EarlierClients { return earlierClients(tx) }

func (t earlierClients) Insert(ctx context.Context, e casemgmt.Earlier) error {
	return engine.InsertLater(ctx, t.Unit, &earlierRow{Agency: t.Agency, Client: e.Client.ID, Version: e.Client.Version, Until: engine.Instant{Time: e.Until}, By: e.By,
		Data: engine.Packed[*casemgmt.Client]{V: &e.Client}})
}

func (t earlierClients) Of(ctx context.Context, c casemgmt.ClientID) ([]casemgmt.Earlier, error) {
	out := []casemgmt.Earlier{}
	err := t.Query(ctx, "read earlier versions", `SELECT `+t.Select(&earlierRow{}, "v", "agency_id", "client_id")+` FROM "{{p}}client_versions" AS v
		WHERE v.agency_id = ? AND v.client_id = ? ORDER BY v.version DESC`, []any{t.Agency, c}, func(rows *sql.Rows) error {
		var r earlierRow
		if err := rows.Scan(t.Dest(ctx, &r, "agency_id", "client_id")...); err != nil {
			return err
		}
		r.Data.V.Version = r.Version
		out = append(out, casemgmt.Earlier{Client: *r.Data.V, Until: r.Until.Time, By: r.By})
		return nil
	})
	return out, err
}

// indexRows are the words and identifiers of a client.
func indexRows(agency int64, c *casemgmt.Client) (words []*wordRow, identifiers []*identifierRow) {
	sort := casemgmt.SortName(c.Profile.Family, c.Profile.Given)
	for _, w := range clientWords(c) {
		r := &wordRow{Agency: agency, Kind: w.kind, Word: w.word, Sort: sort, Client: c.ID, Names: w.names}
		if w.kind == "b" { // found by the day alone
			r.Sort = ""
		}
		words = append(words, r)
	}
	for _, i := range c.Profile.Identifiers {
		identifiers = append(identifiers, &identifierRow{Agency: agency, Value: i.Value, Kind: i.Kind, Client: c.ID})
	}
	return words, identifiers
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
	words := i18n.Spellings(append([]string{p.Given, p.Family, p.Preferred}, p.Former...)...)
	names := " " + strings.Join(words, " ")
	if len(names) > maxNames {
		names = manyNames
	}
	for _, w := range words {
		out = append(out, word{"n", w, names})
	}
	if d := p.BirthDate; !d.IsZero() {
		out = append(out, word{"b", d.String(), names})
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

func (t clients) Holder(ctx context.Context, i casemgmt.Identifier) (casemgmt.ClientID, error) {
	var key casemgmt.ClientID
	err := t.u.One(ctx, "find identifier", `SELECT client_id FROM "{{p}}client_identifiers" WHERE agency_id = ? AND value = ? AND kind = ?`,
		[]any{t.u.Agency, i.Value, i.Kind}, &key)
	return key, err
}

// Hold locks in one order; SQLite's one writer holds everything already.
func (t clients) Hold(ctx context.Context, keys []casemgmt.ClientID) error {
	if t.u.SQLite || len(keys) == 0 {
		return nil
	}
	return t.u.Query(ctx, "lock clients", `SELECT id FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+engine.Marks(len(keys))+`) ORDER BY id FOR NO KEY UPDATE`,
		append([]any{t.u.Agency}, engine.Padded(keys)...), func(*sql.Rows) error { return nil })
}

func (t clients) Some(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*casemgmt.Client, error) {
	return some(ctx, t.Where, keys, func(c *casemgmt.Client) casemgmt.ClientID { return c.ID })
}

// hitColumns are what lists show of a client.
const hitColumns = "c.id, c.number, c.name, c.preferred, c.birth_date, c.gender"

func hitDest(h *casemgmt.ClientHit) []any {
	return []any{&h.ID, &h.Number, &h.Name, &h.Preferred, &h.BirthDate, &h.Gender}
}

func (t clients) Hits(ctx context.Context, keys []casemgmt.ClientID) (map[casemgmt.ClientID]casemgmt.ClientHit, error) {
	out := map[casemgmt.ClientID]casemgmt.ClientHit{}
	if len(keys) == 0 {
		return out, nil
	}
	err := t.u.Query(ctx, "read clients", `SELECT `+hitColumns+` FROM "{{p}}clients" AS c WHERE c.agency_id = ? AND c.id IN (`+
		engine.Marks(len(keys))+`)`, append([]any{t.u.Agency}, engine.Padded(keys)...), func(rows *sql.Rows) error {
		var h casemgmt.ClientHit
		err := rows.Scan(hitDest(&h)...)
		out[h.ID] = h
		return err
	})
	return out, err
}

// LookAlikes are those with the same phone or identifier, and those with a like name
// whose birth date is the same or differs in one part.
func (t clients) LookAlikes(ctx context.Context, probe *casemgmt.Client) ([]*casemgmt.Client, error) {
	var out []*casemgmt.Client
	seen := map[casemgmt.ClientID]bool{}
	find := func(rest string, args ...any) error {
		found, err := t.Where(ctx, " AND kind = 'named' AND "+rest, args...)
		for _, c := range found {
			if !seen[c.ID] {
				seen[c.ID] = true
				out = append(out, c)
			}
		}
		return err
	}
	for _, phone := range probe.Profile.Phones {
		digits := i18n.Digits(phone)
		if err := find(`id IN (SELECT client_id FROM "{{p}}client_words" WHERE agency_id = ? AND kind = 'p' AND word IN (?, ?)) LIMIT 1000`,
			t.u.Agency, digits, digits[max(0, len(digits)-7):]); err != nil { // some are kept without the area code
			return nil, err
		}
	}
	for _, i := range probe.Profile.Identifiers {
		if err := find(`id IN (SELECT client_id FROM "{{p}}client_identifiers" WHERE agency_id = ? AND value = ?)`, t.u.Agency, i.Value); err != nil {
			return nil, err
		}
	}
	born, err := t.bornNear(ctx, &probe.Profile)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(born, 500) {
		if err := find("id IN ("+engine.Marks(len(some))+")", engine.Padded(some)...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bornNear are those who were born on the same day, or one that is easily mistaken
// for it, and have a word of their names like one of the profile's. Thousands may have
// one birth date, such as those of whom only the year is known: their names come in
// one row, and only those who are like are read whole.
func (t clients) bornNear(ctx context.Context, p *casemgmt.Profile) ([]casemgmt.ClientID, error) {
	days := append([]civil.Date{p.BirthDate}, nearDates(p.BirthDate)...)
	texts := make([]string, len(days))
	for i, d := range days {
		texts[i] = d.String()
	}
	all, width := "string_agg(client_id::text || names, chr(10))", 36
	if t.u.SQLite {
		all, width = "group_concat(lower(hex(client_id)) || names, char(10))", 32
	}
	like := match.Like(append([]string{p.Given, p.Family, p.Preferred}, p.Former...)...)
	var out []casemgmt.ClientID
	err := t.u.Query(ctx, "read names of a birth date", `SELECT `+all+` FROM "{{p}}client_words" WHERE agency_id = ? AND kind = 'b' AND word IN (`+engine.Marks(len(texts))+`)`,
		append([]any{t.u.Agency}, engine.Padded(texts)...), func(rows *sql.Rows) error {
			var list string
			if err := rows.Scan(engine.OrZero(&list)); err != nil {
				return err
			}
			for line := range strings.SplitSeq(list, "\n") {
				if line == "" || line[width:] != manyNames && !like(line[width:]) {
					continue
				}
				key, err := uuidOf(line[:width])
				if err != nil {
					return err
				}
				out = append(out, key)
			}
			return nil
		})
	return out, err
}

// uuidOf reads an id with or without its hyphens.
func uuidOf(text string) (casemgmt.ClientID, error) {
	if len(text) == 32 {
		text = text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
	}
	return id.Parse[casemgmt.Client](text)
}

// nearDates are the days that a birth date is easily mistaken for.
func nearDates(d civil.Date) []civil.Date {
	var out []civil.Date
	add := func(x civil.Date) {
		if x.Valid() && x != d {
			out = append(out, x)
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
