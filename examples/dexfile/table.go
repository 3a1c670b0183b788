package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

// column is a column of a table. Its name is that of the element it holds;
// path is where the element stands in the record; empty for what ties rows
// together, and for reasons, of which two columns make a list.
type column struct {
	name, path string
	needed     bool
	yesNo      bool
	list       string // the element that a list of values, divided by ;, holds
	before     string // an element with a table of its own, which stands before this one
}

// table is a kind of table.
type table struct {
	file    string
	key     []string // the columns that tie it to other tables
	columns []column
}

// tables are the tables that fromcsv reads. Their columns are the elements of
// the schema.
func tables(s *dex.Schema) []table {
	key := func(names ...string) []column {
		var out []column
		for _, n := range names {
			out = append(out, column{name: n, needed: true})
		}
		return out
	}
	return []table{
		{"clients.csv", nil, columns(s, "Client", "")},
		{"cases.csv", nil, columns(s, "Case", "", "CaseClients")},
		{"case_clients.csv", []string{"CaseId"}, append(append(key("CaseId"), columns(s, "CaseClient", "", "ReasonsForAssistance")...),
			column{name: "PrimaryReason"}, column{name: "OtherReasons"})},
		{"sessions.csv", nil, columns(s, "Session", "", "SessionClients")},
		{"session_clients.csv", []string{"CaseId", "SessionId"}, append(key("CaseId", "SessionId"), columns(s, "SessionClient", "", "ClientReferralOutWithPurpose")...)},
		{"referrals.csv", []string{"CaseId", "SessionId", "ClientId"}, append(key("CaseId", "SessionId", "ClientId"), columns(s, "Referral", "")...)},
		{"assessments.csv", []string{"CaseId", "SessionId", "ClientId"}, append(append(key("CaseId", "SessionId"), column{name: "ClientId"}), columns(s, "Assessment", "")...)},
	}
}

// columns are the elements of a group, with those of an inner group in its
// place, but for those that have a table of their own.
func columns(s *dex.Schema, group, path string, without ...string) []column {
	var out []column
	left, at := "", 0
	for _, e := range s.Elements(group) {
		if left != "" && len(out) > at {
			out[at].before, left = left, ""
		}
		path := path + e.Name
		inner := s.Elements(e.Group)
		switch {
		case slices.Contains(without, e.Name):
			left, at = e.Name, len(out)
		case e.Kind != dex.KindGroup:
			out = append(out, column{name: e.Name, path: path, yesNo: e.Kind == dex.KindBool, needed: e.Min > 0 && (path == e.Name || group == "ResidentialAddress")})
		case len(inner) == 1 && inner[0].Kind != dex.KindGroup:
			out = append(out, column{name: e.Name, path: path, list: inner[0].Name, needed: e.Min > 0})
		default:
			out = append(out, columns(s, e.Group, path+"/")...)
		}
	}
	if left != "" && len(out) > at {
		out[at].before = left
	}
	return out
}

// row is a row of a table: its cells in the order of the table's columns.
type row struct {
	line  int
	cells []string
}

// content is a table that was read.
type content struct {
	table
	there bool
	rows  []row
	at    map[string]int // columns by name
}

func (c *content) cell(r row, name string) string {
	if i, ok := c.at[name]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// keyOf is what ties a row to others.
func (c *content) keyOf(r row, names ...string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = c.cell(r, n)
	}
	return strings.Join(parts, "\x00")
}

// problem is what is wrong in a table.
type problem struct {
	file    string
	line    int
	column  string
	text    string
	warning bool
}

func (p problem) String() string {
	severity := "error"
	if p.warning {
		severity = "warning"
	}
	s := p.file
	if p.line > 0 {
		s += fmt.Sprintf(":%d", p.line)
	}
	if p.column != "" {
		s += ": " + p.column
	}
	return s + ": " + severity + " " + p.text
}

// readTable reads a table. One that is not there is empty.
func readTable(dir string, t table) (*content, []problem, error) {
	c := &content{table: t, at: map[string]int{}}
	for i, col := range t.columns {
		c.at[col.name] = i
	}
	f, err := os.Open(filepath.Join(dir, t.file))
	if errors.Is(err, os.ErrNotExist) {
		return c, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	c.there = true
	in := bufio.NewReader(f)
	if mark, _ := in.Peek(3); string(mark) == "\uFEFF" {
		in.Discard(3)
	}
	if first, _ := in.Peek(4); bytes.HasPrefix(first, []byte{0xFF, 0xFE}) || bytes.HasPrefix(first, []byte{0xFE, 0xFF}) || bytes.IndexByte(first, 0) >= 0 {
		return c, []problem{{file: t.file, line: 1, text: "the table is UTF-16; save it as CSV UTF-8"}}, nil
	}
	r := csv.NewReader(in)
	r.Comma = divider(in)
	header, err := r.Read()
	if err == io.EOF {
		return c, []problem{{file: t.file, line: 1, text: "the table is empty; its first row names the columns"}}, nil
	}
	if err != nil {
		return c, []problem{{file: t.file, line: 1, text: said(err)}}, nil
	}
	place, bad := c.places(header)
	if len(bad) > 0 {
		return c, bad, nil
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return c, bad, nil
		}
		if err != nil {
			line := 0
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				line = broken.StartLine
			}
			return c, append(bad, problem{file: t.file, line: line, text: said(err)}), nil
		}
		line, _ := r.FieldPos(0)
		out := row{line, make([]string, len(t.columns))}
		blank := true
		for i, cell := range cells {
			col := t.columns[place[i]]
			if !utf8.ValidString(cell) {
				return c, append(bad, problem{file: t.file, line: line, column: col.name, text: "is not UTF-8; save the table as CSV UTF-8"}), nil
			}
			if strings.ContainsFunc(cell, unwritable) {
				bad = append(bad, problem{file: t.file, line: line, column: col.name, text: "has a character that a file cannot hold; type the cell again"})
			}
			cell = strings.TrimSpace(cell)
			if lower := strings.ToLower(cell); col.yesNo && (lower == "true" || lower == "false") {
				cell = lower // spreadsheets write TRUE
			}
			blank = blank && cell == ""
			out.cells[place[i]] = cell
		}
		if !blank { // a row at the end that a spreadsheet has left
			c.rows = append(c.rows, out)
		}
	}
}

// unwritable says whether a character cannot be in a file. Line breaks can, and
// have a rule of their own.
func unwritable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// divider is what stands between cells: spreadsheets write ; in some languages,
// and tabs when asked to.
func divider(in *bufio.Reader) rune {
	first, _ := in.Peek(4096)
	line, _, _ := strings.Cut(string(first), "\n")
	for _, d := range ";\t" {
		if !strings.Contains(line, ",") && strings.ContainsRune(line, d) {
			return d
		}
	}
	return ','
}

// said is what is wrong with the form of a row, without the row.
func said(err error) string {
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return "has more or fewer cells than the first row"
	case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		return "has a quotation mark that does not belong; write two of them within quotes"
	}
	return "cannot be read"
}

// places says which of the table's columns each cell is.
func (c *content) places(header []string) ([]int, []problem) {
	var bad []problem
	seen := map[int]bool{}
	out := make([]int, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(c.columns, func(col column) bool { return strings.EqualFold(col.name, name) })
		switch {
		case at < 0:
			bad = append(bad, problem{file: c.file, line: 1, text: fmt.Sprintf("the %s column is not one of this table; dexfile fromcsv -headers writes empty tables", ordinal(i+1))})
			continue
		case seen[at]:
			bad = append(bad, problem{file: c.file, line: 1, column: c.columns[at].name, text: "is there twice"})
		}
		out[i], seen[at] = at, true
	}
	for i, col := range c.columns {
		if col.needed && !seen[i] {
			bad = append(bad, problem{file: c.file, line: 1, column: col.name, text: "is a column that the table must have"})
		}
	}
	return out, bad
}

func ordinal(n int) string {
	suffix := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// writeHeaders writes empty tables. It leaves tables that are there as they are.
func writeHeaders(s cli.Streams, dir string, schema *dex.Schema) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, t := range tables(schema) {
		name := filepath.Join(dir, t.file)
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o644)
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s is there already; name another folder", name)
		}
		if err != nil {
			return err
		}
		w := csv.NewWriter(f)
		var header []string
		for _, c := range t.columns {
			header = append(header, c.name)
		}
		err = w.Write(header)
		w.Flush()
		if err == nil {
			err = w.Error()
		}
		if bad := f.Close(); err == nil {
			err = bad
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out, name)
	}
	return nil
}
