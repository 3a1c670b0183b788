// Package match finds out whether two people look alike, and says why, so that
// an agency keeps one profile per person (CLI-04).
package match

import (
	"slices"
	"strings"

	edlib "github.com/hbollon/go-edlib"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Person is what is compared.
type Person struct {
	Given, Family, Preferred string
	Former                   []string
	BirthDate                civil.Date
	Phones                   []string
	Identifiers              []string // kind and value in one text
}

// Reason is why two people look alike.
type Reason string

// The reasons, the strongest first.
const (
	SameIdentifier  Reason = "same_identifier"
	SameNameAndDate Reason = "same_name_and_birth_date" // folded names, in any order
	SamePhone       Reason = "same_phone"
	SimilarName     Reason = "similar_name" // and the same birth date, or one that differs in one part
	SameName        Reason = "same_name"    // and a birth date that differs in one part
)

// Text is the reason for people.
func (r Reason) Text() i18n.Text { return texts[r] }

var texts = map[Reason]i18n.Text{
	SameIdentifier:  i18n.T("same identifier", "même identifiant"),
	SameNameAndDate: i18n.T("same name and date of birth", "même nom et même date de naissance"),
	SamePhone:       i18n.T("same phone number and a name in common", "même numéro de téléphone et un nom en commun"),
	SimilarName:     i18n.T("similar name and date of birth", "nom et date de naissance semblables"),
	SameName:        i18n.T("same name and a similar date of birth", "même nom et date de naissance semblable"),
}

// threshold of the Jaro-Winkler similarity, from 0 to 1, for a similar name:
// it joins Mohamed and Mohammed, Catherine and Katherine, and keeps Maria and
// Mario with different family names apart.
const threshold = 0.88

// Explain says why b looks like a; nothing when it does not.
func Explain(a, b Person) []Reason {
	var out []Reason
	if intersect(a.Identifiers, b.Identifiers) {
		out = append(out, SameIdentifier)
	}
	same := sameName(a, b)
	sameDate := !a.BirthDate.IsZero() && a.BirthDate == b.BirthDate
	nearDate := sameDate || oneApart(a.BirthDate, b.BirthDate)
	if same && sameDate {
		out = append(out, SameNameAndDate)
	}
	// one phone serves a family: it needs a given or preferred name in common
	if samePhone(digits(a.Phones), digits(b.Phones)) && intersect(firstNames(a), firstNames(b)) {
		out = append(out, SamePhone)
	}
	switch {
	case same && nearDate && !sameDate:
		out = append(out, SameName)
	case !same && nearDate && alike(a, b):
		out = append(out, SimilarName)
	}
	return out
}

// usual are the parts of the person's usual name.
func (p Person) usual() []string { return []string{p.Given, p.Family} }

func firstNames(p Person) []string { return i18n.Spellings(p.Given, p.Preferred) }

// sameName compares the usual name of one with any name of the other.
func sameName(a, b Person) bool {
	return same(a.usual(), b.usual()) || oneOf(a.usual(), b) || oneOf(b.usual(), a)
}

// oneOf: the name is p's preferred or a former name together with the family
// name, or a whole former name.
func oneOf(name []string, p Person) bool {
	if p.Preferred != "" && same(name, []string{p.Preferred, p.Family}) {
		return true
	}
	return slices.ContainsFunc(p.Former, func(f string) bool { return same(name, []string{f}) || same(name, []string{p.Given, f}) })
}

// same: the words are the same in any order, or the names are the same when they are
// written as one, in either order: a hyphen, an apostrophe or a blank in a name may be
// there or not (SRC-05).
func same(a, b []string) bool {
	x, y := i18n.Words(a...), i18n.Words(b...)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	slices.Sort(x)
	slices.Sort(y)
	if slices.Equal(x, y) {
		return true
	}
	one := asOne(a...)
	return one == asOne(b...) || len(b) == 2 && one == asOne(b[1], b[0])
}

// asOne is a name without what divides its words.
func asOne(names ...string) string {
	return strings.ReplaceAll(i18n.Fold(strings.Join(names, " ")), " ", "")
}

// alike: the words of the names are similar, or the parts of the names, each written
// as one.
func alike(a, b Person) bool {
	return similar(i18n.Words(a.usual()...), i18n.Words(b.usual()...)) ||
		similar([]string{asOne(a.Given), asOne(a.Family)}, []string{asOne(b.Given), asOne(b.Family)})
}

// similar: every word of the shorter name has a similar one in the other.
func similar(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 || len(b)-len(a) > 2 {
		return false
	}
	left := slices.Clone(b)
	for _, w := range a {
		best, at := float32(0), -1
		for i, x := range left {
			if s := edlib.JaroWinklerSimilarity(w, x); s > best {
				best, at = s, i
			}
		}
		if best < threshold {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return true
}

// oneApart: the dates differ in exactly one of year (by one), month and day,
// or have month and day exchanged.
func oneApart(a, b civil.Date) bool {
	if a.IsZero() || b.IsZero() || a == b {
		return false
	}
	if a.Year == b.Year && int(a.Month) == b.Day && a.Day == int(b.Month) {
		return true
	}
	year, month, day := a.Year != b.Year, a.Month != b.Month, a.Day != b.Day
	switch {
	case year && !month && !day:
		return a.Year-b.Year == 1 || b.Year-a.Year == 1
	case month && !year && !day, day && !year && !month:
		return true
	}
	return false
}

func digits(phones []string) []string {
	var out []string
	for _, p := range phones {
		if d := i18n.Digits(p); d != "" {
			out = append(out, d)
		}
	}
	return out
}

// samePhone also knows a number that was kept without its area code.
func samePhone(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || len(x) == 7 && strings.HasSuffix(y, x) || len(y) == 7 && strings.HasSuffix(x, y) {
				return true
			}
		}
	}
	return false
}

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
