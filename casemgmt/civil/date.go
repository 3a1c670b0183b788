// Package civil has dates without a time zone: birth dates, service dates and
// dates of which only the year or the month is known.
package civil

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// ErrInvalid says that a text or a value is no date of the calendar. It never
// carries the text, which may be personal data.
var ErrInvalid = errors.New("civil: not a date of the form YYYY-MM-DD")

// Date is a day of the Gregorian calendar without a zone. The zero value means
// "unknown". Its text form is YYYY-MM-DD.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of an instant in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// Parse reads YYYY-MM-DD and nothing else; it fails with ErrInvalid.
func Parse(s string) (Date, error) {
	y, m, d, ok := digits(s)
	if !ok || len(s) != 10 {
		return Date{}, ErrInvalid
	}
	date := Date{y, time.Month(m), d}
	if !date.Valid() {
		return Date{}, ErrInvalid
	}
	return date, nil
}

// MustParse is Parse for literals; it panics on a text that is no date.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// digits reads the parts of YYYY, YYYY-MM or YYYY-MM-DD.
func digits(s string) (year, month, day int, ok bool) {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return 0, 0, 0, false
	}
	parts := [3]int{}
	part := 0
	for i := 0; i < len(s); i++ {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return 0, 0, 0, false
			}
			part++
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, 0, false
		}
		parts[part] = parts[part]*10 + int(s[i]-'0')
	}
	return parts[0], parts[1], parts[2], true
}

// IsZero says whether the date is unknown.
func (d Date) IsZero() bool { return d == Date{} }

// Valid says whether the date exists in the calendar, in the years 1 to 9999.
func (d Date) Valid() bool {
	if d.Year < 1 || d.Year > 9999 || d.Month < 1 || d.Month > 12 || d.Day < 1 {
		return false
	}
	return d.Day <= daysIn(d.Year, d.Month)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Compare orders two dates: -1, 0 or 1.
func (d Date) Compare(o Date) int {
	a, b := d.ordinal(), o.ordinal()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (d Date) ordinal() int { return d.Year*10000 + int(d.Month)*100 + d.Day }

// Before says whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After says whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// AddDays is the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DaysSince is the number of days from o to d.
func (d Date) DaysSince(o Date) int {
	return int(d.In(time.UTC).Sub(o.In(time.UTC)).Hours() / 24)
}

// AgeOn is the age in whole years on a day; 0 when either date is unknown or
// the day lies before the birth. Who is born on 29 February is a year older
// on 1 March of a common year.
func (d Date) AgeOn(day Date) int {
	if d.IsZero() || day.IsZero() || day.Before(d) {
		return 0
	}
	age := day.Year - d.Year
	if day.Month < d.Month || day.Month == d.Month && day.Day < d.Day {
		age--
	}
	return age
}

// In is the first instant of the day in a zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// String is YYYY-MM-DD, or nothing for the unknown date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes YYYY-MM-DD, or nothing for the unknown date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; an empty text is the unknown date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the date as text, the unknown date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads what Value stored, and what drivers make of a date column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = DateOf(v, time.UTC)
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("civil: cannot scan %T into a date", src)
	}
	return nil
}

func (d *Date) scanText(s string) error {
	if len(s) > 10 { // a driver's timestamp text
		s = s[:10]
	}
	return d.UnmarshalText([]byte(s))
}
