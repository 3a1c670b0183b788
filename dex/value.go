package dex

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Lengths in characters (FORMAT section 4).
const maxID, maxSuburb = 50, 50

// text says what is wrong with a text, apart from its characters.
func (e *Element) text(s string) string {
	switch e.Kind {
	case KindID, KindSuburb:
		if len(s) > maxID && utf8.RuneCountInString(s) > maxID {
			return "is longer than 50 characters"
		}
	case KindPostcode:
		if !isPostcode(s) {
			return "is not 4 digits"
		}
	case KindSLK:
		if _, err := ParseSLK(s); err != nil {
			return "is not a linkage key of the form that DEX takes"
		}
	}
	return ""
}

// number says what is wrong with a whole number.
func (e *Element) number(n int) string {
	switch {
	case e.Kind == KindCount && (n < 0 || n > 999):
		return "is not 0 to 999"
	case e.Kind == KindUint && (n < 0 || int64(n) > math.MaxUint32):
		return "is not a whole number of 0 to 4294967295"
	case int64(n) > math.MaxUint32 || e.Kind == KindInt && (int64(n) < math.MinInt32 || int64(n) > math.MaxInt32):
		return "is not a whole number of 32 bits"
	}
	return ""
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

func isPostcode(s string) bool {
	if len(s) != 4 {
		return false
	}
	for i := range 4 {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isMonth(s string) bool {
	for m := range 12 {
		if monthNames[m] == s {
			return true
		}
	}
	return false
}

var monthNames = [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// isDecimal says whether a text is an xs:decimal that is not negative.
func isDecimal(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "+"), ".")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return digits(whole) && digits(fraction) && (whole != "" || point && fraction != "") && len(s) <= 40
}

// appendText adds a text with its markup escaped, or says what is wrong with it.
func appendText(b []byte, s string) ([]byte, string) {
	blank, done := true, 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size <= 1 || r == 0xFFFE || r == 0xFFFF {
				return b, "has a character that a file cannot hold"
			}
			i += size
			blank = false
			continue
		}
		i++
		if plain[c] {
			blank = blank && c == ' '
			continue
		}
		escape := ""
		switch c {
		case '<':
			escape = "&lt;"
		case '>':
			escape = "&gt;"
		case '&':
			escape = "&amp;"
		case '\t':
			continue
		case '\n', '\r':
			return b, "has a line break"
		default:
			return b, "has a character that a file cannot hold"
		}
		blank = false
		b = append(append(b, s[done:i-1]...), escape...)
		done = i
	}
	if blank {
		return b, "is empty; leave it out"
	}
	return append(b, s[done:]...), ""
}

// plain are the characters that are written as they are.
var plain = func() (t [utf8.RuneSelf]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '<' && c != '>' && c != '&'
	}
	return t
}()
