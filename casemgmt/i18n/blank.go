package i18n

import (
	"strings"
	"unicode"
)

// Trim takes away the blanks and invisible characters around a text. Nothing is
// left of a text that shows nothing, which therefore counts as not given
// (CMP-05): that is the one place where the product says what no text is.
func Trim(s string) string {
	if isPlain(s) {
		return s
	}
	if strings.IndexFunc(s, visible) < 0 {
		return ""
	}
	return strings.TrimFunc(s, around)
}

// Blank says whether a text shows nothing.
func Blank(s string) bool { return Trim(s) == "" }

// around are the characters that are taken away at both ends: blanks, line ends
// and format characters such as the zero-width space. Tags, which belong to the
// flag before them, stay.
func around(r rune) bool {
	return unicode.IsSpace(r) || filler(r) || unicode.Is(unicode.Cf, r) && r < 0xE0000
}

// visible says whether a character shows something by itself.
func visible(r rune) bool {
	return !unicode.IsSpace(r) && !filler(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Cc, r) &&
		!unicode.Is(unicode.Variation_Selector, r) && r != '\u034F'
}

// filler are letters and signs that are drawn as nothing.
func filler(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', '\u2800', '\u17B4', '\u17B5':
		return true
	}
	return false
}
