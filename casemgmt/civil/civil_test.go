package civil_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/opencasework/casework/casemgmt/civil"
)

func ExampleDate_AgeOn() {
	born := civil.MustParse("2004-02-29")
	fmt.Println(born.AgeOn(civil.MustParse("2022-02-28")), born.AgeOn(civil.MustParse("2022-03-01")))
	// Output: 17 18
}

func TestParse(t *testing.T) {
	for text, ok := range map[string]bool{
		"2025-03-01": true, "2024-02-29": true, "0001-01-01": true, "9999-12-31": true,
		"2025-02-29": false, "2025-13-01": false, "2025-00-10": false, "2025-1-1": false, "25-01-01": false, "": false, "2025-01-01T00:00": false,
		"2025/01/01": false, "２０２５-01-01": false, "-025-01-01": false, "+025-01-01": false, " 2025-01-01": false, "0000-01-01": false,
	} {
		d, err := civil.Parse(text)
		if (err == nil) != ok {
			t.Errorf("%q: %v, want ok %v", text, err, ok)
		}
		if ok && d.String() != text {
			t.Errorf("%q reads as %s", text, d)
		}
	}
}

func TestPartial(t *testing.T) {
	for text, want := range map[string][2]string{
		"2024": {"2024-01-01", "2024-12-31"}, "2024-02": {"2024-02-01", "2024-02-29"}, "2023-02-05": {"2023-02-05", "2023-02-05"},
	} {
		p, err := civil.ParsePartial(text)
		if err != nil || p.String() != text || p.First().String() != want[0] || p.Last().String() != want[1] {
			t.Errorf("%s: %v %s to %s", text, err, p.First(), p.Last())
		}
	}
	for _, text := range []string{"", "24", "2024-00", "2024-13", "2024-02-30", "2024-02-00", "2024-0"} {
		if _, err := civil.ParsePartial(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestDateOfZone(t *testing.T) {
	at := time.Date(2025, 6, 16, 2, 30, 0, 0, time.UTC)
	toronto, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	if got := civil.DateOf(at, toronto).String(); got != "2025-06-15" {
		t.Errorf("in Toronto it is %s", got)
	}
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := civil.MustParse("1900-01-01").AddDays(rapid.IntRange(0, 110000).Draw(t, "days"))
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back, scanned civil.Date
		if err := json.Unmarshal(raw, &back); err != nil || back != d {
			t.Fatalf("%s reads as %s: %v", raw, back, err)
		}
		v, _ := d.Value()
		if err := scanned.Scan(v); err != nil || scanned != d {
			t.Fatalf("%v scans as %s: %v", v, scanned, err)
		}
		next := d.AddDays(1)
		if !d.Before(next) || !next.After(d) || next.DaysSince(d) != 1 {
			t.Fatalf("%s and %s are not in order", d, next)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("2025-01-31")
	f.Add("2025-02-30")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := civil.Parse(s); err == nil && (d.String() != s || !d.Valid()) {
			t.Errorf("%q reads as %s", s, d)
		}
		if p, err := civil.ParsePartial(s); err == nil && (p.String() != s || p.First().After(p.Last())) {
			t.Errorf("%q reads as %s", s, p)
		}
	})
}
