package match

import (
	"math/rand/v2"
	"strings"
	"testing"

	edlib "github.com/hbollon/go-edlib"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// The quick look never leaves out two words that are similar.
func TestSketch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	similar := 0
	for range 300_000 {
		a := word(r)
		b := []byte(a)
		for range r.IntN(4) { // mostly near, so that many are similar
			switch i := r.IntN(len(b)); r.IntN(3) {
			case 0:
				b[i] = byte('a' + r.IntN(26))
			case 1:
				b = append(b[:i], append([]byte{byte('a' + r.IntN(26))}, b[i:]...)...)
			default:
				if len(b) > 1 {
					b = append(b[:i], b[i+1:]...)
				}
			}
		}
		if edlib.JaroWinklerSimilarity(a, string(b)) >= threshold {
			similar++
			if !sketchOf(a).mayBe(sketchOf(string(b))) {
				t.Fatalf("%s and %s are similar", a, b)
			}
		}
	}
	if similar < 50_000 {
		t.Errorf("only %d were similar", similar)
	}
}

func word(r *rand.Rand) string {
	b := make([]byte, 1+r.IntN(10))
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// Whoever Explain finds by the name, the quick look finds too.
func TestLike(t *testing.T) {
	names := []string{"Amina", "Aminah", "Okafor", "Al-Hassan", "Alhassan", "Al Hassan", "O'Brien", "Obrien", "Abd El", "Rahman", "Abdel", "El Rahman", "Mohamed", "Mohammed", "Farouk", "Li", "Lee"}
	born := civil.MustParse("1990-05-17")
	found := 0
	for i, given := range names {
		for j, family := range names {
			a := Person{Given: given, Family: family, BirthDate: born}
			for k, other := range names {
				b := Person{Given: other, Family: names[(i+j+k)%len(names)], BirthDate: born}
				if len(Explain(a, b)) == 0 {
					continue
				}
				found++
				if !Like(a.Given, a.Family)(" " + strings.Join(i18n.Spellings(b.Given, b.Family), " ")) {
					t.Errorf("%+v is not found beside %+v", b, a)
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d look alike", found)
	}
}
