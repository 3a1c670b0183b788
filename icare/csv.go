package icare

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrTemplate says that a file is none of the templates.
var ErrTemplate = errors.New("icare: the columns are those of no template")

// CSVError says what is wrong with a table. It holds no value.
type CSVError struct {
	Line    int
	Problem string
}

func (e *CSVError) Error() string { return fmt.Sprintf("icare: line %d: %s", e.Line, e.Problem) }

// maxRows is how many records are read; a file takes MaxRecords.
const maxRows = 100_000

// ReadCSV reads the convenience form of a file: a line with the ids of the
// columns, then records (FORMAT section 3). iCARE does not take it. Columns may
// be left out and stand in any order; t is the template, or nil to find it by
// the ids. It fails with ErrTemplate or *CSVError.
func (s *Spec) ReadCSV(name string, r io.Reader, t *Template) (*File, error) {
	in := bufio.NewReader(r)
	if mark, _ := in.Peek(3); string(mark) == "\uFEFF" {
		in.Discard(3)
	}
	c := csv.NewReader(in)
	header, err := c.Read()
	if err != nil {
		return nil, &CSVError{1, "the first line names the columns by their ids"}
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	if t == nil {
		if t = s.identify(header); t == nil {
			return nil, ErrTemplate
		}
	}
	places := make([]int, len(header))
	for i, id := range header {
		at, ok := t.index[id]
		if !ok {
			return nil, &CSVError{1, fmt.Sprintf("column %d is none of the template %s", i+1, t.Key)}
		}
		if slices.Contains(places[:i], at) {
			return nil, &CSVError{1, fmt.Sprintf("column %d is there twice", i+1)}
		}
		places[i] = at
	}
	f := &File{Name: name, Template: t}
	for {
		cells, err := c.Read()
		if err == io.EOF {
			return f, nil
		}
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			return nil, &CSVError{bad.Line, "the line has more or fewer cells than the first, or a quotation mark that does not belong"}
		case err != nil:
			return nil, err
		case len(f.Records) == maxRows:
			return nil, &CSVError{maxRows + 2, fmt.Sprintf("the table has more than %d records", maxRows)}
		}
		line, _ := c.FieldPos(0)
		rec := Record{Row: line + FirstRow - 2, Values: make([]string, len(t.Columns))}
		blank := true
		for i, cell := range cells {
			rec.Values[places[i]] = cell
			blank = blank && strings.TrimSpace(cell) == ""
		}
		if !blank {
			f.Records = append(f.Records, rec)
		}
	}
}

// identify is the template whose columns a header has.
func (s *Spec) identify(header []string) *Template {
	var best *Template
	for _, t := range s.Templates {
		all := !slices.ContainsFunc(header, func(id string) bool { _, ok := t.index[id]; return !ok })
		if all && (best == nil || missing(t, header) < missing(best, header)) {
			best = t
		}
	}
	return best
}

// missing is how many columns of a template a header does not have.
func missing(t *Template, header []string) int { return len(t.Columns) - len(header) }

// WriteCSV writes the convenience form of a file, with all columns.
func (f *File) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := make([]string, len(f.Template.Columns))
	for i, col := range f.Template.Columns {
		header[i] = col.ID
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for _, r := range f.Records {
		if err := c.Write(r.Values); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
