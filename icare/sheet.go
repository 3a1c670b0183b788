package icare

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// CellKind is what a cell holds that is no text.
type CellKind string

// The kinds of cells that iCARE does not take: all are to be text (R004).
const (
	NumberCell  CellKind = "number"
	DateCell    CellKind = "date" // a number that is shown as a date
	BoolCell    CellKind = "boolean"
	ErrorCell   CellKind = "error" // such as #N/A
	FormulaCell CellKind = "formula"
)

// NotText is a value that was no text cell.
type NotText struct {
	Column int // its place in the template
	Kind   CellKind
}

// cell is a cell of a sheet.
type cell struct {
	row, column int // from 1 and from 0
	text        string
	kind        CellKind // empty for text
}

// sink takes the rows and cells of a sheet.
type sink interface {
	begin(row int) error
	add(c cell) error
}

// readSheet hands the rows and cells of a sheet on, in their order.
func (a *archive) readSheet(x *xmlReader, l sink) error {
	row, column := 0, -1
	for {
		t, err := x.next()
		if err != nil || t == xmlDone {
			return err
		}
		if t != xmlStart {
			continue
		}
		switch string(x.name) {
		case "row":
			row++
			if ref := x.attr("r"); len(ref) > 0 {
				n, err := strconv.Atoi(string(ref))
				if err != nil || n < row || n > maxRow {
					return damaged
				}
				row = n
			}
			if row > maxRow {
				return damaged
			}
			column = -1
			if err := l.begin(row); err != nil {
				return err
			}
		case "c":
			column++
			if ref := x.attr("r"); len(ref) > 0 {
				at, ok := columnOf(ref)
				if !ok {
					return damaged
				}
				column = at
			}
			c, err := a.readCell(x)
			if err != nil {
				return err
			}
			c.row, c.column = row, column
			if err := l.add(c); err != nil {
				return err
			}
		}
	}
}

// columnOf is the column of a reference such as F4, from 0.
func columnOf(ref []byte) (int, bool) {
	n := 0
	for i, c := range ref {
		if c < 'A' || c > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'A') + 1; n > 16384 {
			return 0, false
		}
	}
	return 0, false
}

// readCell reads a cell to its end.
func (a *archive) readCell(x *xmlReader) (cell, error) {
	var c cell
	kind := string(x.attr("t"))
	style, _ := strconv.Atoi(string(x.attr("s")))
	var value []byte
	formula, in := false, false
	for depth := 1; depth > 0; {
		t, err := x.next()
		switch {
		case err != nil:
			return c, err
		case t == xmlDone:
			return c, damaged
		case t == xmlEnd:
			depth--
			in = false
		case t == xmlText:
			if in && len(value) <= maxChars {
				value = append(value, x.text...)
			}
		case string(x.name) == "is":
			if c.text, err = richText(x); err != nil {
				return c, err
			}
		default:
			depth++
			formula = formula || string(x.name) == "f"
			in = string(x.name) == "v"
		}
	}
	text := string(value)
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 || n >= len(a.strings) {
			return c, damaged
		}
		c.text = a.strings[n]
	case "inlineStr":
	case "str":
		c.text = unescape(text)
	case "b":
		c.text, c.kind = map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(text)], BoolCell
	case "e":
		c.text, c.kind = strings.TrimSpace(text), ErrorCell
	default:
		c.text, c.kind = strings.TrimSpace(text), NumberCell
		if style >= 0 && style < len(a.dates) && a.dates[style] {
			if day, ok := a.day(c.text); ok {
				c.text, c.kind = day, DateCell
			}
		}
	}
	if formula {
		c.kind = FormulaCell
	}
	if strings.TrimSpace(c.text) == "" { // blanks alone are nothing
		c.text = ""
	}
	return c, nil
}

// day is the date of a number as spreadsheets count days, of the form 2006-01-02.
func (a *archive) day(number string) (string, bool) {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 1 || n > 2_958_465 { // the end of 9999
		return "", false
	}
	days := int(math.Floor(n))
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case a.from04:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60: // they count a 29 February 1900, which was not
		days++
	}
	return start.AddDate(0, 0, days).Format("2006-01-02"), true
}
