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
// it joins Mohamed and Muhammad, Catherine and Katherine, and keeps Maria and
// Mario with different family names apart.
const threshold = 0.88

// Explain says why b looks like a; nothing when it does not.
func Explain(a, b Person) []Reason {
	var out []Reason
	if intersect(a.Identifiers, b.Identifiers) {
		out = append(out, SameIdentifier)
	}
	aw, bw := a.words(), b.words()
	same := sameWords(a, b)
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
	case !same && nearDate && similar(aw, bw):
		out = append(out, SimilarName)
	}
	return out
}

// words are the folded words of the person's usual name, sorted.
func (p Person) words() []string {
	w := i18n.Words(p.Given, p.Family)
	slices.Sort(w)
	return w
}

func firstNames(p Person) []string { return i18n.Words(p.Given, p.Preferred) }

// sameWords compares the usual name of one with any name of the other, in any order.
func sameWords(a, b Person) bool {
	x, y := a.words(), b.words()
	if len(x) > 0 && slices.Equal(x, y) {
		return true
	}
	return oneOf(x, b) || oneOf(y, a)
}

// oneOf: the words are p's preferred or a former name together with the family
// name, or a whole former name.
func oneOf(words []string, p Person) bool {
	if len(words) == 0 {
		return false
	}
	try := func(names ...string) bool {
		w := i18n.Words(names...)
		slices.Sort(w)
		return slices.Equal(words, w)
	}
	if p.Preferred != "" && try(p.Preferred, p.Family) {
		return true
	}
	return slices.ContainsFunc(p.Former, func(f string) bool { return try(f) || try(p.Given, f) })
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
