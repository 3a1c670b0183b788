// Package i18n has the texts of the product in English and French, and what
// names need to be found and sorted alike on every database.
package i18n

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language of the product.
type Lang string

// The languages of the product.
const (
	English Lang = "en"
	French  Lang = "fr"
)

// Values are both languages.
func (Lang) Values() []Lang { return []Lang{English, French} }

// Valid says whether the product speaks it.
func (l Lang) Valid() bool { return l == English || l == French }

var matcher = language.NewMatcher([]language.Tag{language.English, language.French})

// Negotiate picks the language for an Accept-Language header; English without one.
func Negotiate(accept string) Lang {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return English
	}
	if _, i, confidence := matcher.Match(tags...); i == 1 && confidence > language.No {
		return French
	}
	return English
}

// Text is one text in the languages of the product; an agency's own has those of the
// agency. {name} stands for a parameter.
type Text struct {
	En string `json:"en,omitempty"`
	Fr string `json:"fr,omitempty"`
}

// T is a Text.
func T(en, fr string) Text { return Text{En: en, Fr: fr} }

// IsZero says whether both languages are empty.
func (t Text) IsZero() bool { return t == Text{} }

// Complete says whether both languages are there.
func (t Text) Complete() bool {
	return !Blank(t.En) && !Blank(t.Fr)
}

// In is the text in a language, or in the other one where it is missing.
func (t Text) In(l Lang) string {
	if l == French && t.Fr != "" || t.En == "" {
		return t.Fr
	}
	return t.En
}

// Own is the text in exactly one language; empty where it is missing.
func (t Text) Own(l Lang) string {
	if l == French {
		return t.Fr
	}
	return t.En
}

// Only is the text in some languages alone.
func (t Text) Only(languages []Lang) Text {
	var out Text
	if slices.Contains(languages, English) {
		out.En = t.En
	}
	if slices.Contains(languages, French) {
		out.Fr = t.Fr
	}
	return out
}

// Fill is the text in a language with its parameters put in.
func (t Text) Fill(l Lang, params map[string]any) string {
	s := t.In(l)
	for name, value := range params {
		s = strings.ReplaceAll(s, "{"+name+"}", fmt.Sprint(value))
	}
	return s
}

// Params lists the parameters that a language's text names.
func (t Text) Params(l Lang) []string {
	var names []string
	for s := t.In(l); ; {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return names
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return names
		}
		names = append(names, s[open+1:open+end])
		s = s[open+end+1:]
	}
}
