package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Partial is a date of which the day, or the day and the month, may be
// unknown. The zero value means "unknown". Its text form is YYYY, YYYY-MM or
// YYYY-MM-DD.
type Partial struct {
	Year  int
	Month time.Month
	Day   int
}

// ParsePartial reads YYYY, YYYY-MM or YYYY-MM-DD; it fails with ErrInvalid.
func ParsePartial(s string) (Partial, error) {
	y, m, d, ok := digits(s)
	p := Partial{y, time.Month(m), d}
	if !ok || len(s) >= 7 && m == 0 || len(s) == 10 && d == 0 || !p.Valid() {
		return Partial{}, ErrInvalid
	}
	return p, nil
}

// IsZero says whether nothing is known of the date.
func (p Partial) IsZero() bool { return p == Partial{} }

// Valid says whether the known parts are a date, a month or a year of the calendar.
func (p Partial) Valid() bool {
	switch {
	case p.Month == 0:
		return p.Day == 0 && Date{p.Year, 1, 1}.Valid()
	case p.Day == 0:
		return Date{p.Year, p.Month, 1}.Valid()
	}
	return Date(p).Valid()
}

// First is the earliest day it can be.
func (p Partial) First() Date {
	d := Date(p)
	if d.IsZero() {
		return d
	}
	d.Month = max(d.Month, 1)
	d.Day = max(d.Day, 1)
	return d
}

// Last is the latest day it can be.
func (p Partial) Last() Date {
	d := Date(p)
	if d.IsZero() {
		return d
	}
	if d.Month == 0 {
		d.Month = 12
	}
	if d.Day == 0 {
		d.Day = daysIn(d.Year, d.Month)
	}
	return d
}

// String is YYYY, YYYY-MM or YYYY-MM-DD, or nothing when nothing is known.
func (p Partial) String() string {
	switch {
	case p.IsZero():
		return ""
	case p.Month == 0:
		return fmt.Sprintf("%04d", p.Year)
	case p.Day == 0:
		return fmt.Sprintf("%04d-%02d", p.Year, p.Month)
	}
	return Date(p).String()
}

// MarshalText writes the known parts.
func (p Partial) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads YYYY, YYYY-MM or YYYY-MM-DD; an empty text is unknown.
func (p *Partial) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Partial{}
		return nil
	}
	parsed, err := ParsePartial(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Value stores the known parts as text, and NULL when nothing is known.
func (p Partial) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil
	}
	return p.String(), nil
}

// Scan reads what Value stored.
func (p *Partial) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*p = Partial{}
		return nil
	case string:
		return p.UnmarshalText([]byte(v))
	case []byte:
		return p.UnmarshalText(v)
	}
	return fmt.Errorf("civil: cannot scan %T into a partial date", src)
}
