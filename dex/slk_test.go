package dex_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/dex"
)

// vectors are those of FORMAT section 9.4.
var vectors = []struct{ family, given, birth, gender, want string }{
	{"Blog", "Joe", "2000-12-21", "OTHER", "LO2OE211220003"},
	{"Smith", "John", "1980-02-03", "MALE", "MIHOH030219801"},
	{"O'Brien", "Mary-Jane", "1975-06-30", "FEMALE", "BREAR300619752"},
	{"De La Cruz", "Ana", "1999-11-05", "FEMALE", "ELCNA051119992"},
	{"Lee", "Jo", "1962-01-01", "FEMALE", "EE2O2010119622"},
	{"Ng", "Wei", "2011-10-09", "MALE", "G22EI091020111"},
	{"Abcd", "Ty", "1995-09-09", "MALE", "BC2Y2090919951"},
	{"Abcde", "Tye", "1995-09-09", "MALE", "BCEYE090919951"},
	{"Smith-Jones", "Al", "1948-04-30", "NOTSTATED", "MIHL2300419489"},
	{"van der Berg", "Piet", "1933-12-01", "MALE", "ANEIE011219331"},
	{"D'Arcy 3rd", "J. R.", "1988-03-31", "MALE", "ARYR2310319881"},
	{"", "Tarni", "1990-07-07", "FEMALE", "999AR070719902"},
	{"Solenta", "", "1958-10-26", "FEMALE", "OLN99261019582"},
	{"", "", "1985-01-01", "NOTSTATED", "99999010119859"},
	{"Núñez", "Zoë", "2004-02-29", "FEMALE", "UNZOE290220042"},
	{"O", "K", "1970-05-05", "MALE", "99999050519701"},
}

func TestSLK(t *testing.T) {
	for _, v := range vectors {
		birth, err := dex.ParseDate(v.birth)
		if err != nil {
			t.Fatal(err)
		}
		got, err := dex.SLK(v.family, v.given, birth, v.gender)
		if err != nil || got != v.want {
			t.Errorf("key %s %v, want %s", got, err, v.want)
		}
		k, err := dex.ParseSLK(v.want)
		if err != nil || k.Birth != birth || k.Family+k.Given != v.want[:5] || k.Sex != v.want[13] {
			t.Errorf("%s is %+v %v", v.want, k, err)
		}
	}
}

// TestMarksFold: letters with marks count as their base letters, whether they
// are one character or two.
func TestMarksFold(t *testing.T) {
	birth := dex.NewDate(1990, time.July, 7)
	for _, pair := range [][2]string{{"Ünsal", "Unsal"}, {"Łukasz", "Lukasz"}, {"Sørensen", "Sorensen"}, {"Đặng", "Dang"}, {"Weiß", "Weiss"},
		{"E\u0301toile", "Étoile"}, {"Ǻsen", "Asen"}, {"Ǽther", "Aether"}, {"Ǿsen", "Osen"}, {"№ Osen 1ª", "Osen"}} {
		a, err := dex.SLK(pair[0], pair[0], birth, "MALE")
		b, err2 := dex.SLK(pair[1], pair[1], birth, "MALE")
		if a != b || err != nil || err2 != nil {
			t.Errorf("%q gives %s, %q gives %s", pair[0], a, pair[1], b)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	for _, s := range []string{"2MHOH030219801", "M2HOH030219801", "MIHOH310619801", "MIHOH010118991", "MIHOH030219804", "mihoh030219801", "99922010119709",
		"", "MIHOH03021980", "MIHOH0302198011", "MI,OH030219801", "999990001198O9", "MIHOH001219801", "MIHOH011319801", "MIHOH300219801", "MIHOH010130001", "É IHOH30219801"} {
		if _, err := dex.ParseSLK(s); err == nil {
			t.Errorf("%s was taken", s)
		} else if s != "" && strings.Contains(err.Error(), s) {
			t.Error("the error has the key in it")
		}
	}
	// 29 February passes in any year, and is then no date
	if k, err := dex.ParseSLK("MIHOH290219991"); err != nil || k.Birth.Valid() {
		t.Error(k, err)
	}
	for _, d := range []dex.Date{{}, dex.NewDate(1899, 12, 31), dex.NewDate(3000, 1, 1), dex.NewDate(2001, 2, 29)} {
		if _, err := dex.SLK("Smith", "John", d, "MALE"); err == nil {
			t.Errorf("a key of %v", d)
		}
	}
	if _, err := dex.SLK("Smith", "John", dex.NewDate(1980, 2, 3), "M"); err == nil {
		t.Error("a key of a gender that is no code")
	}
}

func FuzzSLK(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.family, v.given, 1980, 2, 3, v.want)
	}
	f.Fuzz(func(t *testing.T, family, given string, year, month, day int, key string) {
		birth := dex.NewDate(year, time.Month(month), day)
		if got, err := dex.SLK(family, given, birth, "FEMALE"); err == nil {
			k, err := dex.ParseSLK(got)
			if err != nil || k.Birth != birth {
				t.Fatalf("the key of a name does not have the form: %v", err)
			}
		}
		if k, err := dex.ParseSLK(key); err == nil && k.Birth.Valid() {
			if len(key) != 14 || key != k.Family+k.Given+key[5:13]+string(k.Sex) || k.Birth.Day != int(key[5]-'0')*10+int(key[6]-'0') {
				t.Fatalf("a key is not its parts: %+v", k)
			}
		}
	})
}
