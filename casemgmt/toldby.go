package casemgmt

import (
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// ToldBy says whether a number, such as a card's value or a case ID, holds what is known
// of the client: a name, a former one too, a birth date, a phone number, an identifier, the
// postal code, the name part of the e-mail address (SCN-04, CAS-04). Case, marks and
// what stands between letters and digits count for nothing.
func (p *Profile) ToldBy(number string) bool {
	words := i18n.Words(strings.ToUpper(number))
	flat := strings.ToUpper(strings.Join(words, ""))
	local, _, _ := strings.Cut(p.Email, "@")
	names := append([]string{p.Given, p.Family, p.Preferred, p.Given + " " + p.Family, p.Family + " " + p.Given, local}, p.Former...)
	for _, w := range i18n.Spellings(names...) {
		w = strings.ToUpper(w)
		if len(w) > 2 && strings.Contains(flat, w) || len(w) == 2 && slices.Contains(letterRuns(strings.ToUpper(strings.Join(words, "-"))), w) {
			return true
		}
	}
	var secrets []string
	if code := country.Squeeze(p.Address.PostalCode); len(code) > 4 { // four digits are in many numbers
		secrets = append(secrets, code)
	}
	d := p.BirthDate
	if !d.IsZero() {
		iso := strings.ReplaceAll(d.String(), "-", "")
		y, m, day := iso[:4], iso[4:6], iso[6:]
		secrets = append(secrets, y+m+day, day+m+y, m+day+y, iso[2:], day+m+y[2:], m+day+y[2:])
	}
	for _, phone := range p.Phones {
		digits := i18n.Digits(phone)
		secrets = append(secrets, digits[max(0, len(digits)-7):])
	}
	for _, i := range p.Identifiers {
		secrets = append(secrets, i.Value)
	}
	return slices.ContainsFunc(secrets, func(s string) bool { return len(s) > 2 && strings.Contains(flat, s) })
}

// letterRuns are the letters beside each other in a value: a short name tells only
// when it stands by itself.
func letterRuns(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r < 'A' || r > 'Z' })
}
