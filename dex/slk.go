package dex

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SLK is the statistical linkage key (SLK-581) of a person as DEX takes it
// (FORMAT section 9): letters 2, 3 and 5 of the family name, 2 and 3 of the
// given name, the birth date as DDMMYYYY, and a digit for the gender. Letters
// with marks count as their base letters, which is a choice of this package.
// gender is a code of the list Gender. It fails when birth is not a date from
// 1900 to 2999, or when the gender has no digit.
func SLK(family, given string, birth Date, gender string) (string, error) {
	if !birth.Valid() || birth.Year < 1900 || birth.Year > 2999 {
		return "", errors.New("dex: the birth date of a linkage key is a date from 1900 to 2999")
	}
	sex := sexDigit(gender)
	if sex == 0 {
		return "", errors.New("dex: the gender of a linkage key is a code of the list Gender")
	}
	b := make([]byte, 0, slkLength)
	b = appendLetters(b, letters(family), 2, 3, 5)
	b = appendLetters(b, letters(given), 2, 3)
	d := birth.append(nil)
	b = append(b, d[8], d[9], d[5], d[6], d[0], d[1], d[2], d[3], sex)
	return string(b), nil
}

const slkLength = 14

// sexDigit is the last character of a key, or 0.
func sexDigit(gender string) byte {
	switch strings.ToUpper(gender) {
	case "MALE":
		return '1'
	case "FEMALE":
		return '2'
	case "OTHER", "NONBINARY", "INTERSEX":
		return '3'
	case "NOTSTATED":
		return '9'
	}
	return 0
}

// unmarked are letters that are base letters with a stroke, or two in one.
var unmarked = strings.NewReplacer("Æ", "AE", "Œ", "OE", "Ø", "O", "Đ", "D", "Ð", "D", "Ł", "L", "Þ", "TH", "ẞ", "SS", "ß", "SS", "Ħ", "H", "Ŧ", "T", "ı", "I")

// letters are the letters A to Z of a name. Marks are dropped first, so that a
// letter with a stroke and a mark is found.
func letters(name string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(name))
	return strings.Map(func(r rune) rune {
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, unmarked.Replace(strings.ToUpper(bare)))
}

// appendLetters adds the letters at some positions of a name. A name without a
// letter at the first of them counts as missing: DEX takes a 2 after a letter only.
func appendLetters(b []byte, name string, positions ...int) []byte {
	missing := len(name) < positions[0]
	for _, p := range positions {
		switch {
		case missing:
			b = append(b, '9')
		case len(name) < p:
			b = append(b, '2')
		default:
			b = append(b, name[p-1])
		}
	}
	return b
}

// Key is a linkage key in its parts.
type Key struct {
	Family string // 3 characters; 999 when the name is missing
	Given  string // 2 characters; 99 when the name is missing
	Birth  Date
	Sex    byte // '1', '2', '3' or '9'
}

var errSLK = errors.New("dex: not a linkage key of the form that DEX takes")

// ParseSLK takes a key apart. It fails when the key does not have the form that
// DEX takes (FORMAT section 9.3). The form lets 29 February pass in any year, so
// that Birth may be no date: compare it with the birth date.
func ParseSLK(s string) (Key, error) {
	if len(s) != slkLength {
		return Key{}, errSLK
	}
	k := Key{Family: s[0:3], Given: s[3:5], Sex: s[13],
		Birth: Date{number([]byte(s[9:13])), 0, number([]byte(s[5:7]))}}
	month := number([]byte(s[7:9]))
	if month < 1 || month > 12 {
		return Key{}, errSLK
	}
	k.Birth.Month = time.Month(month)
	if k.Birth.Day < 1 || k.Birth.Day > daysIn(2000, k.Birth.Month) || k.Birth.Year < 1900 || k.Birth.Year > 2999 || !lettersOf(k.Family, "999") || !lettersOf(k.Given, "99") ||
		!strings.ContainsRune("1239", rune(k.Sex)) {
		return Key{}, errSLK
	}
	return k, nil
}

// lettersOf says whether a part of a key is that of a missing name, or letters
// of which the last may be 2 for what the name does not have.
func lettersOf(s, missing string) bool {
	if s == missing {
		return true
	}
	short := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '2' && i > 0:
			short = true
		case c < 'A' || c > 'Z' || short:
			return false
		}
	}
	return true
}
