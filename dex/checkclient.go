package dex

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// client checks a client by itself.
func (c *run) client(x *Client) {
	t := &c.tree
	c.consent(x)
	c.birth(x)
	c.key(x)
	c.clientID(x)
	switch disabilities := x.Disabilities.State == Given; {
	case !c.reads("HasDisabilities"):
	case x.HasDisabilities && !disabilities:
		c.at("CL-5", Error, t.find("HasDisabilities"), "is true, and there are no Disabilities; add them or write false")
	case !x.HasDisabilities && disabilities:
		c.at("CL-5", Error, t.find("Disabilities"), "are there, and HasDisabilities is false; write true or leave them out")
	}
	for _, i := range repeated(x.Disabilities.Items, func(s string) string { return s }) {
		c.at("CL-5", Warning, t.items(t.find("Disabilities"), "DisabilityCode")[i], "is there twice; keep one")
	}
	if amount, ok := x.IncomeAmount.Get(); ok {
		at := t.find("IncomeAmount")
		if x.IncomeFrequency.State != Given {
			c.at("CL-7", Error, at, "needs an IncomeFrequencyCode; add it or leave the amount out")
		}
		if amount < 0 {
			c.at("CL-7", Error, at, "is negative; correct it")
		}
	}
	c.arrival(x)
	if x.GenderDetails.State == Given && fold(x.Gender) != "OTHER" {
		c.at("CL-11", Warning, t.find("GenderDetails"), "is for the gender OTHER; leave it out")
	}
	c.address(&x.ResidentialAddress)
	c.knowClient(x)
}

func (c *run) consent(x *Client) {
	t := &c.tree
	if !c.reads("ConsentToProvideDetails") {
		return
	}
	given, family := x.GivenName.State == Given, x.FamilyName.State == Given
	if x.ConsentToProvideDetails {
		if !given || !family {
			c.at("CL-1", Error, t.find("ConsentToProvideDetails"), "is true, and the given or the family name is missing; add it, or send the linkage key without consent")
		}
		return
	}
	switch {
	case given:
		c.at("CL-2", Error, t.find("GivenName"), "is not allowed without consent; leave the names out and send the linkage key")
	case family:
		c.at("CL-2", Error, t.find("FamilyName"), "is not allowed without consent; leave the names out and send the linkage key")
	}
	if x.Slk.State != Given {
		c.at("CL-3", Error, t.find("ConsentToProvideDetails"), "is false, and there is no Slk; add the linkage key")
	}
}

func (c *run) birth(x *Client) {
	d := x.BirthDate
	if d.IsZero() {
		return
	}
	t := &c.tree
	first := d.Month == time.January && d.Day == 1
	switch at := t.find("BirthDate"); {
	case !c.reads("IsBirthDateAnEstimate"):
	case x.IsBirthDateAnEstimate && !first:
		c.at("CL-4", Error, at, "is an estimate, and not 1 January; write 1 January of the year")
	case !x.IsBirthDateAnEstimate && first:
		c.at("CL-4", Warning, at, "is 1 January, and no estimate; compare it")
	}
	switch at := t.find("BirthDate"); {
	case d.Year < 1900:
		c.at("CL-6", Error, at, "is before 1900; correct it")
	case c.future(d):
		c.at("CL-6", Error, at, "is in the future; correct it")
	}
}

// future says whether a day is later than today, if today is known.
func (c *Checker) future(d Date) bool { return !c.opt.Today.IsZero() && c.opt.Today.Before(d) }

// key compares the linkage key with what else the client says.
func (c *run) key(x *Client) {
	slk, ok := x.Slk.Get()
	k, err := ParseSLK(slk)
	if !ok || err != nil || x.BirthDate.IsZero() {
		return
	}
	at := c.tree.find("Slk")
	if k.Birth != x.BirthDate {
		c.at("SLK-3", Error, at, "has another birth date than BirthDate; make the key again")
	}
	if digit := sexDigit(x.Gender); digit != 0 && digit != k.Sex {
		c.at("SLK-4", Error, at, "ends with another digit than the gender gives; make the key again")
	}
	if x.ConsentToProvideDetails && x.GivenName.Value != "" && x.FamilyName.Value != "" {
		own, err := SLK(x.FamilyName.Value, x.GivenName.Value, NewDate(2000, time.January, 1), "NOTSTATED")
		if err == nil && own[:5] != slk[:5] {
			c.at("SLK-2", Warning, at, "is not what the names give; make the key again, or correct the names")
		}
	}
}

var (
	crnPattern  = regexp.MustCompile(`(^|[^0-9])[0-9]{9}[A-Za-z]($|[^A-Za-z])`)
	agedPattern = regexp.MustCompile(`(^|[^A-Za-z])[Aa][Cc][0-9]{8}($|[^0-9])`)
)

// tells is what an id must not say of a client.
type tells struct {
	names []string // in letters A to Z
	dates []string
	key   string
}

func newTells(x *Client) tells {
	t := tells{key: x.Slk.Value}
	for _, name := range []string{x.GivenName.Value, x.FamilyName.Value} {
		for word := range strings.FieldsSeq(name) {
			if l := letters(word); len(l) > 2 {
				t.names = append(t.names, l)
			}
		}
	}
	if !x.BirthDate.IsZero() {
		d := x.BirthDate.String()
		year, month, day := d[:4], d[5:7], d[8:]
		t.dates = []string{d, year + month + day, day + month + year, day + "-" + month + "-" + year, day + month + year[2:]}
	}
	return t
}

// in says what of it an id says; empty is nothing.
func (t *tells) in(id string) string {
	for _, run := range strings.FieldsFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '\'' }) {
		word := letters(run)
		for _, name := range t.names {
			if word == name || len(name) > 4 && strings.Contains(word, name) {
				return "holds a name of a client"
			}
		}
	}
	if t.key != "" && strings.Contains(strings.ToUpper(id), t.key) {
		return "holds the linkage key of a client"
	}
	for _, p := range t.dates {
		if i := strings.Index(id, p); i >= 0 && (strings.Contains(p, "-") || digitsAround(id, i, len(p)) == len(p)) {
			return "holds the birth date of a client"
		}
	}
	return ""
}

// clientID looks for what identifies a person in the client's id.
func (c *run) clientID(x *Client) {
	at := c.tree.find("ClientId")
	if c.numbered(x.ClientID, at) {
		return
	}
	own := newTells(x)
	if said := own.in(x.ClientID); said != "" {
		c.at("ID-4", Warning, at, said+anonymousID)
	}
}

const anonymousID = "; take an id that says nothing about the person"

// digitsAround is how long the run of digits is that a part of s lies in.
func digitsAround(s string, i, n int) int {
	from, to := i, i+n
	for from > 0 && s[from-1] >= '0' && s[from-1] <= '9' {
		from--
	}
	for to < len(s) && s[to] >= '0' && s[to] <= '9' {
		to++
	}
	return to - from
}

// numbered looks for the numbers of other agencies, and linkage keys, in an id.
func (c *run) numbered(id string, at int32) bool {
	switch {
	case crnPattern.MatchString(id):
		c.at("ID-4", Warning, at, "looks like a Centrelink reference number"+anonymousID)
	case agedPattern.MatchString(id):
		c.at("ID-4", Warning, at, "looks like a My Aged Care number"+anonymousID)
	case holdsKey(id):
		c.at("ID-4", Warning, at, "looks like a linkage key"+anonymousID)
	default:
		return false
	}
	return true
}

func holdsKey(id string) bool {
	for i := 0; i+slkLength <= len(id); i++ {
		if _, err := ParseSLK(strings.ToUpper(id[i : i+slkLength])); err == nil {
			return true
		}
	}
	return false
}

func (c *run) arrival(x *Client) {
	t := &c.tree
	year, has := x.FirstArrivalYear.Value, x.FirstArrivalYear.State == Given
	month := x.FirstArrivalMonth.State == Given
	if has {
		at := t.find("FirstArrivalYear")
		if read := c.reads("FirstArrivalYear"); read && !x.BirthDate.IsZero() && year < x.BirthDate.Year {
			c.at("CL-8", Error, at, "is before the birth; correct it")
		}
		today := c.opt.Today
		if !today.IsZero() && (year > today.Year || year == today.Year && month && monthNumber(x.FirstArrivalMonth.Value) > today.Month) {
			c.at("CL-8", Error, at, "is in the future; correct it")
		}
		if !month {
			c.at("CL-8", Error, at, "needs a FirstArrivalMonth; add it or leave the year out")
		}
	} else if month {
		c.at("CL-8", Error, t.find("FirstArrivalMonth"), "needs a FirstArrivalYear; add it or leave the month out")
	}
	if (has || month) && x.CountryOfBirth == "1101" {
		at := t.find("FirstArrivalYear")
		if !has {
			at = t.find("FirstArrivalMonth")
		}
		c.at("CL-9", Warning, at, "is for people born elsewhere, and this client was born in Australia; compare the two")
	}
}

func monthNumber(m Month) time.Month {
	for i, name := range monthNames {
		if name == string(m) {
			return time.Month(i + 1)
		}
	}
	return 0
}

// postcodes are the ranges of each state (FORMAT section 8; general knowledge).
var postcodes = map[string][][2]int{
	"NSW": {{1000, 2599}, {2619, 2899}, {2921, 2999}},
	"ACT": {{200, 299}, {2600, 2618}, {2900, 2920}},
	"VIC": {{3000, 3999}, {8000, 8999}},
	"QLD": {{4000, 4999}, {9000, 9999}},
	"SA":  {{5000, 5999}},
	"WA":  {{6000, 6797}, {6800, 6999}},
	"TAS": {{7000, 7999}},
	"NT":  {{800, 999}},
	"OT":  {{2899, 2899}, {6798, 6799}},
}

func (c *run) address(a *Address) {
	ranges, known := postcodes[a.State]
	n := number([]byte(a.Postcode))
	if !known || !isPostcode(a.Postcode) {
		return
	}
	for _, r := range ranges {
		if n >= r[0] && n <= r[1] {
			return
		}
	}
	c.at("AD-2", Warning, c.tree.find("ResidentialAddress", "StateCode"), "does not go with the postcode; compare the two")
}
