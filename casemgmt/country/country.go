// Package country has what casework needs to know of countries, as data: how
// addresses, postal codes and phone numbers look, states and provinces, time zones,
// numbers that people have, and what things are called there. Countries that are not
// here work too, without checks.
package country

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// Country is what is known of a country. One that is not known has a code and the
// usual parts of addresses.
type Country struct {
	// Code is ISO 3166-1, two letters.
	Code string    `json:"code"`
	Name i18n.Text `json:"name"`
	// Languages are those in which an agency of the country has its names at least.
	Languages []i18n.Lang `json:"languages,omitempty"`
	// Address is the parts of an address, in the order in which they are asked.
	Address []Part `json:"address"`
	// Regions are the provinces, states and territories; none where they are not known.
	Regions []i18n.Coded `json:"regions,omitempty"`
	// PostalCode and Phone are the forms of both; zero where they are not known.
	PostalCode PostalCode `json:"postal_code,omitzero"`
	Phone      Phone      `json:"phone,omitzero"`
	// Zones are the IANA time zones; none where they are not known.
	Zones []string `json:"zones,omitempty"`
	// Identifiers are kinds of numbers that people have there.
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Extensions are those that an agency of the country can have.
	Extensions []string `json:"extensions,omitempty"`
}

// Part is a part of an address: the name of its field, and what people call it.
type Part struct {
	Field string    `json:"field"`
	Label i18n.Text `json:"label"`
}

// PostalCode is the form of postal codes. They are kept in capitals without blanks
// and hyphens, but for the hyphen of Hyphen.
type PostalCode struct {
	// Form is how one is written, for people: A1A 1A1.
	Form string `json:"form"`
	// Pattern is the regular expression of a code as it is kept.
	Pattern *regexp.Regexp `json:"pattern"`
	// Prefix and PrefixForm are of the first three characters, which is all that may be
	// kept of an anonymous client (ANO-10).
	Prefix     *regexp.Regexp `json:"prefix"`
	PrefixForm string         `json:"prefix_form"`
	// Hyphen is before which character the code has a hyphen when it goes on; 0 for none.
	Hyphen int `json:"-"`
}

// Phone is the form of phone numbers of the country, as digits.
type Phone struct {
	Form    string         `json:"form"`    // how one is written, for people
	Pattern *regexp.Regexp `json:"pattern"` // regular expression of the digits (i18n.Digits)
}

// Identifier is a kind of numbers that people have.
type Identifier struct {
	Kind string    `json:"kind"`
	Name i18n.Text `json:"name"`
	// Pattern is the regular expression of a number in capitals, without blanks and hyphens.
	Pattern *regexp.Regexp `json:"pattern"`
}

// Other is the kind of identifiers that every country has: of any form.
const Other = "other"

var other = Identifier{Other, i18n.T("Other number", "Autre numéro"), regexp.MustCompile(`^[\p{L}\p{N}./]{1,40}$`)}

// known are the countries with data.
var known = map[string]*Country{canada.Code: &canada, unitedStates.Code: &unitedStates, australia.Code: &australia}

// Known are the codes of the countries with data, in order.
func Known() []string {
	var out []string
	for code := range known {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// Of is the country of a code. One without data has no rules. It is not to be changed.
func Of(code string) *Country {
	if c := known[code]; c != nil {
		return c
	}
	return &Country{Code: code, Name: i18n.T(code, code), Address: usual, Identifiers: []Identifier{other}}
}

// IsCode takes ISO 3166-1 codes of countries, not of groups such as EU.
func IsCode(code string) bool {
	if len(code) != 2 {
		return false
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.String() == code
}

// Region says whether there is such a province or state; any is where none is known.
func (c *Country) Region(key string) bool {
	return len(c.Regions) == 0 || slices.ContainsFunc(c.Regions, func(r i18n.Coded) bool { return r.Key == key })
}

// Zone says whether a time zone is one of the country's; any is where none is known.
func (c *Country) Zone(name string) bool { return len(c.Zones) == 0 || slices.Contains(c.Zones, name) }

// Has says whether addresses have a part.
func (c *Country) Has(field string) bool {
	return slices.ContainsFunc(c.Address, func(p Part) bool { return p.Field == field })
}

// Keep brings a postal code to the form in which it is kept.
func (p PostalCode) Keep(code string) string {
	code = Squeeze(code)
	if p.Hyphen > 0 && len(code) > p.Hyphen {
		return code[:p.Hyphen] + "-" + code[p.Hyphen:]
	}
	return code
}

// Squeeze is a number in capitals without blanks and hyphens.
func Squeeze(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// Matches says whether a postal code, in the form in which it is kept, has the country's form.
func (p PostalCode) Matches(code string) bool { return p.Pattern == nil || p.Pattern.MatchString(code) }

// Start is the form of the first three characters, for people.
func (p PostalCode) Start() string {
	if p.PrefixForm == "" {
		return "***"
	}
	return p.PrefixForm
}

// MatchesPrefix says whether it is the first three characters of a postal code.
func (p PostalCode) MatchesPrefix(start string) bool {
	return p.Prefix == nil && len(start) <= 3 || p.Prefix != nil && p.Prefix.MatchString(start)
}

// Matches says whether a number is one of the country's, or one of another that begins
// with + and the country's code. What follows x, ext or # is the extension.
func (p Phone) Matches(number string) bool {
	number = strings.TrimSpace(number)
	if i := strings.IndexAny(strings.ToLower(number), "x#p"); i > 0 { // x, ext, #, poste
		number = number[:i]
	}
	digits := i18n.Digits(number)
	abroad := p.Pattern == nil || strings.HasPrefix(number, "+")
	return abroad && len(digits) >= 7 && len(digits) <= 15 || p.Pattern != nil && p.Pattern.MatchString(digits)
}

// Matches says whether a number has the form of its kind.
func (i Identifier) Matches(number string) bool { return i.Pattern.MatchString(number) }
