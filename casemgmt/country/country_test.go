package country_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Each country's data is whole: every text in the languages of the product, no key
// twice, every zone one that there is, and the forms that people are told are right.
func TestData(t *testing.T) {
	if got := strings.Join(country.Known(), " "); got != "AU CA US" {
		t.Fatalf("countries are %s", got)
	}
	for _, code := range country.Known() {
		c := country.Of(code)
		seen := map[string]bool{}
		once := func(kind, key string, label i18n.Text) {
			if seen[kind+key] || key == "" || !label.Complete() {
				t.Errorf("%s: %s %q twice, or without a key or a text", code, kind, key)
			}
			seen[kind+key] = true
		}
		once("name", code, c.Name)
		for _, p := range c.Address {
			once("part", p.Field, p.Label)
		}
		for _, r := range c.Regions {
			once("region", r.Key, r.Label)
		}
		for _, i := range c.Identifiers {
			once("identifier", i.Kind, i.Name)
		}
		for _, z := range c.Zones {
			once("zone", z, i18n.T(z, z))
			if _, err := time.LoadLocation(z); err != nil {
				t.Errorf("%s: %v", code, err)
			}
		}
		for form := range strings.SplitSeq(c.PostalCode.Form, " / ") {
			if !c.PostalCode.Matches(c.PostalCode.Keep(form)) {
				t.Errorf("%s: %s is no postal code", code, form)
			}
		}
		if !c.PostalCode.MatchesPrefix(c.PostalCode.PrefixForm) || !c.Phone.Matches(c.Phone.Form) {
			t.Errorf("%s: the forms that people are told are refused", code)
		}
	}
	if n := len(country.Of("CA").Regions); n != 13 { // RUN-02: ten provinces and three territories
		t.Errorf("Canada has %d provinces and territories", n)
	}
}

func TestPostalCodes(t *testing.T) {
	for _, c := range []struct {
		country, typed, kept string
		ok                   bool
	}{
		{"CA", "m5j 2n8", "M5J2N8", true}, {"CA", "M5J-2N8", "M5J2N8", true}, {"CA", "12345", "12345", false}, {"CA", "M5J", "M5J", false},
		{"US", "97201", "97201", true}, {"US", "97201-1234", "97201-1234", true}, {"US", "972011234", "97201-1234", true}, {"US", "9720", "9720", false},
		{"US", "M5J2N8", "M5J2N-8", false}, {"AU", "2300", "2300", true}, {"AU", "23000", "23000", false},
		{"GB", "sw1a 1aa", "SW1A1AA", true}, {"", "anything", "ANYTHING", true},
	} {
		p := country.Of(c.country).PostalCode
		if kept := p.Keep(c.typed); kept != c.kept || p.Matches(kept) != c.ok {
			t.Errorf("%s %q is kept as %q (%v), want %q (%v)", c.country, c.typed, kept, p.Matches(kept), c.kept, c.ok)
		}
	}
}

func TestPhones(t *testing.T) {
	for _, c := range []struct {
		country, typed string
		ok             bool
	}{
		{"CA", "(416) 555-0123", true}, {"CA", "+1 416 555 0123", true}, {"CA", "1-416-555-0123", true}, {"CA", "555-0123", true}, {"CA", "416-555-0123 x12", true},
		{"CA", "416-555-0123 poste 12", true}, {"CA", "+44 20 7946 0000", true}, {"CA", "020 7946 0000", false}, {"CA", "116-555-0123", false}, {"CA", "55501", false},
		{"CA", "+12", false}, {"CA", "+1234567890123456", false},
		{"US", "503.555.0123", true}, {"US", "0412 345 678", false},
		{"AU", "0412 345 678", true}, {"AU", "+61 412 345 678", true}, {"AU", "(02) 5550 1234", true}, {"AU", "5550 1234", true}, {"AU", "13 12 34", true},
		{"AU", "1800 555 012", true}, {"AU", "416-555-0123", false},
		{"GB", "020 7946 0000", true}, {"GB", "123456", false},
	} {
		if got := country.Of(c.country).Phone.Matches(c.typed); got != c.ok {
			t.Errorf("%s %q: %v, want %v", c.country, c.typed, got, c.ok)
		}
	}
}

// Any other country works without checks.
func TestOtherCountries(t *testing.T) {
	c := country.Of("GB")
	if !c.Region("Kent") || !c.Zone("Europe/London") || !c.Has("postal_code") || len(c.Languages) > 0 || !c.PostalCode.MatchesPrefix("SW1") || c.PostalCode.MatchesPrefix("SW1A1") {
		t.Errorf("%+v", c)
	}
	if !country.Of("US").Region("or") || country.Of("US").Region("on") || country.Of("US").Zone("America/Toronto") {
		t.Error("the United States have what is Canada's")
	}
	if country.Of("AU").Has("street_type") {
		t.Error("an address has a part that is asked nowhere")
	}
	for code, want := range map[string]bool{"CA": true, "GB": true, "ca": false, "EU": false, "": false, "USA": false} {
		if country.IsCode(code) != want {
			t.Errorf("%s is a country: %v", code, !want)
		}
	}
	for _, i := range c.Identifiers {
		if i.Kind != country.Other || !i.Matches("AB123456C") || i.Matches("") {
			t.Errorf("identifiers are %+v", i)
		}
	}
}
