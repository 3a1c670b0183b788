package i18n_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/opencasework/casework/casemgmt/i18n"
)

func ExampleFold() {
	fmt.Println(i18n.Fold("D’Arcy-Østergård  ŁUKASZ"))
	// Output: d arcy ostergard lukasz
}

func ExampleText_Fill() {
	t := i18n.T("There can be at most {max}.", "Il peut y en avoir au plus {max}.")
	fmt.Println(t.Fill(i18n.French, map[string]any{"max": 5}))
	// Output: Il peut y en avoir au plus 5.
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Émile": "emile", "STRAẞE": "strasse", "straße": "strasse", "O'Brien": "o brien", "O’Brien": "o brien", "ʿAbd": "abd", "Jean-Luc": "jean luc",
		"  a   b ": "a b", "Nguyễn": "nguyen", "İstanbul": "istanbul", "ﬁne": "fine", "محمد": "محمد", "-": "", "\u200fabc": "abc",
	} {
		if got := i18n.Fold(in); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
}

func TestSpellings(t *testing.T) {
	for name, want := range map[string]string{
		"Okafor": "okafor", "Al-Hassan": "al hassan alhassan", "Al Hassan": "al hassan alhassan", "Alhassan": "alhassan", "O'Brien": "o brien obrien",
		"Abd El Rahman": "abd el rahman abdel abdelrahman elrahman", "Renée-Maríe": "renee marie reneemarie", "Jo Jo": "jo jojo",
		"a b c d e": "a b c d e ab abc abcd bc bcd bcde cd cde de", "": "",
	} {
		if got := strings.Join(i18n.Spellings(name), " "); got != want {
			t.Errorf("%q is spelt %q, want %q", name, got, want)
		}
	}
	if got := strings.Join(i18n.Spellings("Ana", "Maria"), " "); got != "ana maria" {
		t.Errorf("two names are spelt %q", got)
	}
}

func TestRuns(t *testing.T) {
	words := []string{"abd", "el", "rahman"}
	for i, want := range []string{"abd", "abdel el", "abdelrahman elrahman rahman"} {
		if got := strings.Join(i18n.Runs(words, i), " "); got != want {
			t.Errorf("%s: %q, want %q", words[i], got, want)
		}
	}
	many := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	if got := strings.Join(i18n.Runs(many, 4), " "); got != "bcde cde de e" {
		t.Errorf("of many words %q", got)
	}
}

func TestTrim(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " ": "", "\u200b\u3164 \u2800\ufe0f\r\n": "", " a b ": "a b", "\u200fabc\u200e": "abc", "abc": "abc", "a\u200cb": "a\u200cb",
		"\ufeffé\u00a0": "é", "❤\ufe0f ": "❤\ufe0f", "\U0001F3F4\U000E0067\U000E007F": "\U0001F3F4\U000E0067\U000E007F", "-": "-", "\ufffd": "\ufffd",
	} {
		if got := i18n.Trim(in); got != want {
			t.Errorf("%q is trimmed to %q, want %q", in, got, want)
		}
		if i18n.Blank(in) != (want == "") {
			t.Errorf("%q: blank %v", in, i18n.Blank(in))
		}
	}
}

func TestSortKey(t *testing.T) {
	names := []string{"Zulu", "éclair", "Eclipse", "Øre", "oro", "Abe"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(i18n.SortKey(a), i18n.SortKey(b)) })
	if got := strings.Join(names, " "); got != "Abe éclair Eclipse Øre oro Zulu" {
		t.Errorf("order is %s", got)
	}
}

func TestDigits(t *testing.T) {
	for in, want := range map[string]string{"+1 (416) 555-0123": "4165550123", "555.0123": "5550123", "1-800-555-0123": "8005550123", "x": "", "+44 20 7946 0000": "442079460000", "+61 412 345 678": "0412345678", "0412 345 678": "0412345678"} {
		if got := i18n.Digits(in); got != want {
			t.Errorf("%q has the digits %q, want %q", in, got, want)
		}
	}
}

func TestNegotiate(t *testing.T) {
	for header, want := range map[string]i18n.Lang{"": "en", "fr": "fr", "fr-CA,en;q=0.5": "fr", "en-CA,fr;q=0.9": "en", "de": "en", "de,fr;q=0.3": "fr", "!!": "en"} {
		if got := i18n.Negotiate(header); got != want {
			t.Errorf("%q gives %s, want %s", header, got, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("Østergård")
	f.Add("a\x00\xffb")
	f.Fuzz(func(t *testing.T, s string) {
		folded := i18n.Fold(s)
		if !utf8.ValidString(folded) && utf8.ValidString(s) {
			t.Errorf("%q folds to broken text", s)
		}
		if strings.ContainsAny(folded, "%_\\'\x00") || strings.Contains(folded, "  ") || strings.TrimSpace(folded) != folded {
			t.Errorf("%q folds to %q", s, folded)
		}
		if again := i18n.Fold(folded); again != folded {
			t.Errorf("%q folds to %q and then to %q", s, folded, again)
		}
		i18n.SortKey(s)
	})
}
