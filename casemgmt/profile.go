package casemgmt

import (
	"crypto/rand"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// normalize trims names and brings numbers to the form in which they are kept.
func (p *Profile) normalize() {
	for _, s := range []*string{&p.Given, &p.Family, &p.Preferred, &p.Email, &p.FamilyCode} {
		*s = strings.TrimSpace(*s)
	}
	if p.OneName { // CLI-13
		if p.Given == "" {
			p.Given = p.Family
		}
		p.Family = p.Given
	}
	p.Former, p.Phones, p.Identifiers = slices.Clone(p.Former), slices.Clone(p.Phones), slices.Clone(p.Identifiers) // they are the caller's
	for i := range p.Identifiers {
		p.Identifiers[i].Value = squeeze(p.Identifiers[i].Value)
	}
	p.CountryOfOrigin = strings.ToUpper(p.CountryOfOrigin)
	p.LastResidence = strings.ToUpper(p.LastResidence)
	p.Address.normalize()
}

// compact drops the items that were left empty, after the check: an issue's
// path counts them.
func (p *Profile) compact() {
	empty := func(s string) bool { return strings.TrimSpace(s) == "" }
	p.Former, p.Phones = slices.DeleteFunc(p.Former, empty), slices.DeleteFunc(p.Phones, empty)
	p.Identifiers = slices.DeleteFunc(p.Identifiers, func(i Identifier) bool { return i == Identifier{} })
}

func (p *Profile) check(r *forms.Registry, today civil.Date) fault.Issues {
	var bad fault.Issues
	bad.Required("CLI-08", "/profile/given", p.Given != "")
	bad.Required("CLI-08", "/profile/family", p.Family != "")
	bad.Required("CLI-08", "/profile/gender", p.Gender != "")
	bad.Required("CLI-08", "/profile/birth_date", !p.BirthDate.IsZero())
	bad.Line("/profile/given", p.Given, 100)
	bad.Line("/profile/family", p.Family, 100)
	bad.Line("/profile/preferred", p.Preferred, 100)
	for i, n := range p.Former {
		bad.Line(fault.At("/profile/former", i), n, 200)
	}
	if len(p.Former) > 10 {
		bad.Add("SRC-05", "/profile/former", "too_many", "max", 10)
	}
	bad.OneOf("CLI-08", "/profile/gender", has(Genders(), p.Gender), p.Gender)
	bad.OneOf("CLI-09", "/profile/marital", has(MaritalStatuses(), p.Marital), p.Marital)
	bad.OneOf("CLI-10", "/profile/immigration_class", has(ImmigrationClasses(), p.ImmigrationClass), p.ImmigrationClass)
	inList(&bad, r, "/profile/official_language", "official_language_preference", p.OfficialLanguage)
	bad.Line("/profile/family_code", p.FamilyCode, 20)
	p.checkDates(&bad, today)
	p.checkIdentifiers(&bad)
	for path, country := range map[string]string{"/profile/country_of_origin": p.CountryOfOrigin, "/profile/last_residence": p.LastResidence} {
		if country != "" && !isCountry(country) {
			bad.Add("CLI-10", path, "unknown_value")
		}
	}
	p.checkContact(&bad, r)
	return bad
}

func (p *Profile) checkDates(bad *fault.Issues, today civil.Date) {
	day := func(path string, d civil.Date) {
		switch {
		case d.IsZero():
		case !d.Valid() || d.Year < 1880:
			bad.Add("CLI-08", path, "date_range")
		case d.After(today):
			bad.Add("CLI-08", path, "in_future")
		}
	}
	day("/profile/birth_date", p.BirthDate)
	day("/profile/landing", p.Landing)
	day("/profile/arrival", p.Arrival)
	day("/profile/reentry", p.Reentry)
}

func (p *Profile) checkContact(bad *fault.Issues, r *forms.Registry) {
	if len(p.Phones) > 5 {
		bad.Add("", "/profile/phones", "too_many", "max", 5)
	}
	for i, phone := range p.Phones {
		checkPhone(bad, fault.At("/profile/phones", i), strings.TrimSpace(phone))
	}
	checkEmail(bad, "/profile/email", p.Email)
	if p.HasEmail != nil && !*p.HasEmail && p.Email != "" {
		bad.Add("CLI-08", "/profile/email", "not_applicable")
	}
	*bad = append(*bad, p.Address.check(r).Under("/profile/address")...)
	bad.Note("/profile/emergency_contact", p.EmergencyContact, 500)
	bad.Note("/profile/notes", p.Notes, 8000)
}

// shapes of identifiers (CLI-11). The funder publishes that of the client id
// alone; the others are letters and digits.
var identifierShapes = map[string]*regexp.Regexp{
	"foss_gcms": regexp.MustCompile(`^(\d{8}|\d{10})$`),
	"permit":    regexp.MustCompile(`^[A-Z]{0,4}\d{4,15}$`),
	"imm":       regexp.MustCompile(`^[A-Z]{0,4}\d{4,15}$`),
}

func (p *Profile) checkIdentifiers(bad *fault.Issues) {
	if len(p.Identifiers) > 10 {
		bad.Add("CLI-11", "/profile/identifiers", "too_many", "max", 10)
		return
	}
	for i, d := range p.Identifiers {
		at := fault.At("/profile/identifiers", i)
		shape, ok := identifierShapes[d.Kind]
		switch {
		case d == Identifier{}: // left empty
		case d.Kind == "" || d.Value == "":
			bad.Required("CLI-11", at+"/kind", d.Kind != "")
			bad.Required("CLI-11", at+"/value", d.Value != "")
		case !ok:
			bad.Add("CLI-11", at+"/kind", "unknown_value")
		case !shape.MatchString(d.Value):
			bad.Add("CLI-11", at+"/value", "identifier_shape")
		case slices.Contains(p.Identifiers[:i], d):
			bad.Add("CLI-12", at+"/value", "repeated")
		}
	}
}

// isCountry takes ISO 3166-1 codes of countries, not of groups such as EU.
func isCountry(code string) bool {
	if len(code) != 2 {
		return false
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.String() == code
}

func (s *Sketch) check(r *forms.Registry) fault.Issues {
	var bad fault.Issues
	s.PostalPrefix = squeeze(s.PostalPrefix)
	bad.OneOf("ANO-10", "/sketch/age_band", has(AgeBands(), s.AgeBand), s.AgeBand)
	bad.OneOf("ANO-10", "/sketch/gender", has(Genders(), s.Gender), s.Gender)
	inList(&bad, r, "/sketch/language", "language", s.Language)
	bad.OneOf("ANO-10", "/sketch/immigration_class", has(ImmigrationClasses(), s.ImmigrationClass), s.ImmigrationClass)
	if s.PostalPrefix != "" && !postalPrefix.MatchString(s.PostalPrefix) {
		bad.Add("ANO-10", "/sketch/postal_prefix", "postal_prefix")
	}
	bad.Line("/sketch/label", s.Label, 60)
	return bad
}

// newFamilyCode makes a code that says nothing about the family.
func newFamilyCode() string {
	raw := make([]byte, 5)
	_, _ = rand.Read(raw) // never fails
	return "F-" + base32.StdEncoding.EncodeToString(raw)
}

// member is what a new family member starts with (CLI-10); all of it can be edited.
func (p *Profile) member() Profile {
	return Profile{
		Family: p.Family, OneName: p.OneName, FamilyCode: p.FamilyCode, OfficialLanguage: p.OfficialLanguage,
		ImmigrationClass: p.ImmigrationClass, Landing: p.Landing, Arrival: p.Arrival, Reentry: p.Reentry,
		CountryOfOrigin: p.CountryOfOrigin, LastResidence: p.LastResidence, Phones: slices.Clone(p.Phones),
		HasEmail: p.HasEmail, Email: p.Email, Address: p.Address,
	}
}
