package icare

import (
	"slices"
	"strings"
	"unicode"
)

// Nearest is the label of the list that was probably meant: one that differs in
// case, blanks, apostrophes, dashes or accents only, that begins so, that has all
// the words, or that is a few slips away. It is empty when there is none, or
// more than one.
func (l *List) Nearest(label string) string {
	f := fold(label)
	if f == "" {
		return ""
	}
	if i, ok := l.folded[f]; ok {
		return l.Values[i].Label
	}
	if l.Name == "yes_no" {
		return map[string]string{"y": "Yes", "yes": "Yes", "oui": "Yes", "o": "Yes", "true": "Yes", "1": "Yes",
			"n": "No", "no": "No", "non": "No", "false": "No", "0": "No"}[strings.Trim(f, ".! ")]
	}
	plain := unaccented(f)
	for _, like := range []func(string) bool{
		func(v string) bool { return v == plain },
		func(v string) bool { return strings.TrimLeft(v, "0") == strings.TrimLeft(plain, "0") },
		func(v string) bool { return len(plain) > 2 && strings.HasPrefix(v, plain) },
		func(v string) bool { return len(plain) > 2 && hasWords(v, plain) },
	} {
		if found := l.only(like); found != "" {
			return found
		}
	}
	best, at := max(len([]rune(plain))/5, 2)+1, ""
	for _, v := range l.Values {
		other := unaccented(fold(v.Label))
		switch n := apart([]rune(plain), []rune(other), best+1); {
		case n < best && 3*n < len(other):
			best, at = n, v.Label
		case n == best:
			at = ""
		}
	}
	return at
}

// meant is the label that a text is but for case, blanks, apostrophes and dashes;
// the text itself when it is none.
func (l *List) meant(text string) string {
	if l == nil {
		return text
	}
	if _, exact := l.index[text]; !exact {
		if i, ok := l.folded[fold(text)]; ok {
			return l.Values[i].Label
		}
	}
	return text
}

// only is the label of the list that is alike, if just one is.
func (l *List) only(like func(folded string) bool) string {
	found := ""
	for _, v := range l.Values {
		if like(unaccented(fold(v.Label))) {
			if found != "" {
				return ""
			}
			found = v.Label
		}
	}
	return found
}

// hasWords says whether a label has all words of a text, in their order.
func hasWords(label, text string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	words, all := split(text), split(label)
	for _, w := range all {
		if len(words) > 0 && w == words[0] {
			words = words[1:]
		}
	}
	return len(words) == 0
}

var accents = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "ç", "c", "ô", "o", "ö", "o", "î", "i", "ï", "i", "ù", "u", "û", "u", "ü", "u", "ñ", "n")

func unaccented(s string) string { return accents.Replace(s) }

// apart is how many letters differ; limit stands for that number and any larger.
func apart(a, b []rune, limit int) int {
	if len(a) > len(b)+limit || len(b) > len(a)+limit {
		return limit
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			row[j+1] = min(row[j], before[j+1]) + 1
			if a[i] == b[j] {
				row[j+1] = min(row[j+1], before[j])
			} else {
				row[j+1] = min(row[j+1], before[j]+1)
			}
		}
		if slices.Min(row) >= limit {
			return limit
		}
		before, row = row, before
	}
	return min(before[len(b)], limit)
}
