package match

import (
	"math/bits"
	"strings"

	edlib "github.com/hbollon/go-edlib"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// Like gives a quick look at whether others are worth comparing with somebody of
// some names: it says yes when two of their folded words, with blanks between, are
// like these, or one where there is no more. Who has none is not found by Explain for
// the name either.
func Like(names ...string) func(words string) bool {
	var own []sketch
	for _, w := range i18n.Spellings(names...) {
		own = append(own, sketchOf(w))
	}
	return func(words string) bool {
		there, alike := 0, 0
		for w := range strings.FieldsSeq(words) {
			there++
			other := sketchOf(w)
			for _, o := range own {
				if o.word == w || o.mayBe(other) && edlib.JaroWinklerSimilarity(o.word, w) >= threshold {
					alike++
					break
				}
			}
		}
		return alike > 0 && alike >= min(2, there, len(own))
	}
}

// sketch is a word with the different letters that it has.
type sketch struct {
	word    string
	letters uint32
	length  int
	other   bool // it has more than the 26 letters
}

func sketchOf(w string) sketch {
	s := sketch{word: w, length: len(w)}
	for i := range len(w) {
		if c := w[i]; c >= 'a' && c <= 'z' {
			s.letters |= 1 << (c - 'a')
		} else {
			s.other = true
		}
	}
	return s
}

// mayBe says whether two words can reach the threshold at all. Jaro's similarity is
// at most (c/a + c/b + 1) / 3 with c letters in common of words with a and b letters,
// and Winkler's adds at most 0.4 of what is missing: that needs c/a + c/b >= 1.4. Of
// the shorter word each letter that the other lacks is not in common.
func (s sketch) mayBe(o sketch) bool {
	if s.other || o.other {
		return true
	}
	a, b := s, o
	if a.length > b.length {
		a, b = b, a
	}
	c := float64(a.length - bits.OnesCount32(a.letters&^b.letters))
	return c/float64(a.length)+c/float64(b.length) >= 1.4
}
