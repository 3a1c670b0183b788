package dex

import (
	"fmt"
	"time"
)

// Date is a calendar day. Its zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate is a date; it does not check it.
func NewDate(year int, month time.Month, day int) Date { return Date{year, month, day} }

// ParseDate reads a date in the form 2006-01-02.
func ParseDate(s string) (Date, error) {
	d, ok := dateOf([]byte(s))
	if !ok {
		return Date{}, fmt.Errorf("dex: not a date of the form 2006-01-02")
	}
	return d, nil
}

// dateOf reads a date without a zone.
func dateOf(s []byte) (Date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, false
	}
	d := Date{number(s[0:4]), time.Month(number(s[5:7])), number(s[8:10])}
	return d, d.Valid()
}

// number is what digits say, or -1.
func number(s []byte) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// Valid says whether there is such a day, in the years 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// IsZero says whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Before says whether d is earlier than e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// AddDays is the day so many days later.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day of a moment in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String is the date in the form 2006-01-02.
func (d Date) String() string { return string(d.append(nil)) }

func (d Date) append(b []byte) []byte {
	return append(b, byte('0'+d.Year/1000%10), byte('0'+d.Year/100%10), byte('0'+d.Year/10%10), byte('0'+d.Year%10), '-',
		byte('0'+int(d.Month)/10%10), byte('0'+int(d.Month)%10), '-', byte('0'+d.Day/10%10), byte('0'+d.Day%10))
}
