package i18n

import (
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// letters that have no decomposition but are typed without their stroke.
var letters = strings.NewReplacer(
	"ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŋ", "n",
	"ʼ", " ", "ʻ", " ", "ʽ", " ", "ʾ", " ", "ʿ", " ", "ˈ", " ", "ꞌ", " ", // letters to Unicode, apostrophes to people
)

// Fold brings a name to the form in which names are compared: lower case,
// without marks, and apostrophes, hyphens and other punctuation as single blanks
// (SRC-05).
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	s = cases.Fold().String(norm.NFKD.String(strings.ToValidUTF8(s, "")))
	s = letters.Replace(s)
	var b strings.Builder
	blank := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r):
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(r)
		default:
			blank = true
		}
	}
	return b.String()
}

// isPlain spares already folded ASCII words the work.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// Words are the different words of several names, folded.
func Words(names ...string) []string {
	var words []string
	seen := map[string]bool{}
	for _, name := range names {
		for _, w := range strings.Fields(Fold(name)) {
			if !seen[w] {
				seen[w] = true
				words = append(words, w)
			}
		}
	}
	return words
}

// maxRun is how many words beside each other may be written as one.
const maxRun = 4

// Spellings are the different folded words by which some names are found: those of
// each name, and what up to four of them beside each other make when they are
// written as one, as Al-Hassan is also Al Hassan and Alhassan (SRC-05).
func Spellings(names ...string) []string {
	out := Words(names...)
	seen := map[string]bool{}
	for _, w := range out {
		seen[w] = true
	}
	for _, name := range names {
		words := strings.Fields(Fold(name))
		for from := range words {
			for to := from + 2; to <= min(from+maxRun, len(words)); to++ {
				if run := strings.Join(words[from:to], ""); !seen[run] {
					seen[run] = true
					out = append(out, run)
				}
			}
		}
	}
	return out
}

// Runs are the words of a search that could be part of the i-th one as a name has
// it: itself, and what it makes with those beside it written as one, in order.
// None of them begins with another.
func Runs(words []string, i int) []string {
	var all []string
	for from := max(0, i-maxRun+1); from <= i; from++ {
		for to := i + 1; to <= min(from+maxRun, len(words)); to++ {
			all = append(all, strings.Join(words[from:to], ""))
		}
	}
	slices.Sort(all)
	var out []string
	for _, run := range all {
		if len(out) == 0 || !strings.HasPrefix(run, out[len(out)-1]) {
			out = append(out, run)
		}
	}
	return out
}

// Digits are the digits of a phone number as it is dialled in its country, as far as
// that is known: +1 or 1 before ten digits of a North American number is left out, and
// +61 of an Australian one is 0.
func Digits(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	d := b.String()
	switch abroad := strings.HasPrefix(strings.TrimSpace(phone), "+"); {
	case len(d) == 11 && d[0] == '1':
		return d[1:]
	case abroad && len(d) == 11 && strings.HasPrefix(d, "61"):
		return "0" + d[2:]
	}
	return d
}

// A Collator keeps buffers, so each goroutine takes one of its own.
var collators = sync.Pool{New: func() any {
	return collate.New(language.Und, collate.IgnoreCase, collate.IgnoreDiacritics)
}}

// ordered is base64 whose texts have the order of the bytes.
var ordered = base64.NewEncoding("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz").WithPadding(base64.NoPadding)

// SortKey is a text whose byte order is the order of names, the same on every
// database. Names are given most significant first.
func SortKey(names ...string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	name := strings.Join(names, " ")
	for i := range name { // more than any name has
		if i >= 2048 {
			name = name[:i]
			break
		}
	}
	key := c.KeyFromString(&buf, name)
	if len(key) > 96 { // long enough to order people, short enough for an index
		key = key[:96]
	}
	return ordered.EncodeToString(key)
}
