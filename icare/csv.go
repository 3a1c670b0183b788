package icare

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// CSVError says what is wrong with a table. It holds no value.
type CSVError struct {
	Line    int
	Problem string
}

func (e *CSVError) Error() string { return fmt.Sprintf("icare: line %d: %s", e.Line, e.Problem) }

// maxRows is how many records are read; a file takes MaxRecords.
const maxRows = 100_000

// ReadCSV reads the convenience form of a file: UTF-8, a line with the ids of the
// columns, then records with commas (FORMAT section 3). iCARE does not take it.
// Columns may be left out and stand in any order; t is the template, or nil to
// find it by the ids. Records have the rows that they get in a workbook. It fails
// with ErrTemplate, *CSVError or the input's error.
func (s *Spec) ReadCSV(name string, r io.Reader, t *Template) (*File, error) {
	in := bufio.NewReader(r)
	if err := notText(in); err != nil {
		return nil, err
	}
	c := csv.NewReader(in)
	header, err := c.Read()
	if err != nil {
		return nil, csvError(err, "the first line names the columns by their ids")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return nil, &CSVError{1, "the cells are divided by something else than commas; save the table as “CSV UTF-8 (comma)”"}
	}
	if t == nil {
		if t, err = s.templateOf(header); err != nil {
			return nil, err
		}
	}
	f := &File{Name: name, Template: t}
	places, err := f.places(header)
	if err != nil {
		return nil, err
	}
	for {
		cells, err := c.Read()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return nil, csvError(err, "the line has more or fewer cells than the first, or a quotation mark that does not belong")
		}
		line, _ := c.FieldPos(0)
		if len(f.Records) == maxRows {
			return nil, &CSVError{line, fmt.Sprintf("the table has more than %d records", maxRows)}
		}
		rec := Record{Row: FirstRow + len(f.Records), Values: make([]string, len(t.Columns))}
		blank := true
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				return nil, &CSVError{line, "the text is not UTF-8; save the table as “CSV UTF-8”"}
			}
			if strings.TrimSpace(cell) != "" {
				rec.Values[places[i]] = cell
				blank = false
			}
		}
		if !blank {
			f.Records = append(f.Records, rec)
		}
	}
}

// notText says what a file is that is no text, and skips a mark of UTF-8.
func notText(in *bufio.Reader) error {
	head, err := in.Peek(4)
	if len(head) == 0 && err != nil && err != io.EOF {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return &CSVError{1, "this is a workbook, not a table; give it the ending .xlsx"}
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return &CSVError{1, "the text is UTF-16; save the table as “CSV UTF-8”"}
	case bytes.HasPrefix(head, []byte("\uFEFF")):
		_, err := in.Discard(len("\uFEFF"))
		return err
	}
	return nil
}

// csvError says what a reader of tables found; other errors are the input's.
func csvError(err error, problem string) error {
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		return &CSVError{1, "the table is empty"}
	case errors.As(err, &bad):
		return &CSVError{bad.Line, problem}
	}
	return err
}

// places are the places of a header's columns in the template.
func (f *File) places(header []string) ([]int, error) {
	places := make([]int, len(header))
	for i, id := range header {
		at, ok := f.Template.index[id]
		if !ok {
			return nil, &CSVError{1, fmt.Sprintf("the name of column %d is none of the template %s: columns are named by their ids, such as %s", i+1, f.Template.Key, f.Template.Columns[1].ID)}
		}
		if slices.Contains(places[:i], at) {
			return nil, &CSVError{1, fmt.Sprintf("column %d is there twice", i+1)}
		}
		places[i] = at
	}
	return places, nil
}

// templateOf is the only template that has all columns of a header, or, if none
// has, the error that says which columns the nearest does not have.
func (s *Spec) templateOf(header []string) (*Template, error) {
	var fits []*Template
	var near *Template
	most := 0
	for _, t := range s.Templates {
		n := 0
		for _, id := range header {
			if _, ok := t.index[id]; ok {
				n++
			}
		}
		if n == len(header) {
			fits = append(fits, t)
		}
		if n > most {
			near, most = t, n
		}
	}
	switch {
	case len(fits) == 1:
		return fits[0], nil
	case len(fits) > 1: // all columns of one, and some of a larger one
		for _, t := range fits {
			if len(t.Columns) == len(header) {
				return t, nil
			}
		}
		return nil, &CSVError{1, fmt.Sprintf("the columns are those of %d templates; say which is meant", len(fits))}
	case 2*most >= len(header) && most > 0:
		_, err := (&File{Template: near}).places(header)
		return nil, err
	}
	return nil, ErrTemplate
}

// WriteCSV writes the convenience form of a file, with all columns.
func (f *File) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	cells := make([]string, len(f.Template.Columns))
	for i, col := range f.Template.Columns {
		cells[i] = col.ID
	}
	if err := c.Write(cells); err != nil {
		return err
	}
	for i := range f.Records {
		for j := range cells {
			cells[j] = f.Records[i].value(j)
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
