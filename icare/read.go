package icare

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// NotWorkbook says why a file is not a workbook that can be read.
type NotWorkbook struct{ Problem string }

func (e *NotWorkbook) Error() string { return "icare: " + e.Problem }

// Limits of what is read: a workbook that unpacks to more is refused.
const (
	maxUnpacked = 100 << 20 // bytes of one part
	maxStrings  = 2_000_000
	maxText     = 32767 // characters of a cell, as spreadsheets have it
)

// ReadWorkbook reads a workbook: empty, filled, or returned by iCARE. It knows the
// template by its title and by the hidden row of ids, never by the name of the
// sheet. What is wrong with the layout (R001, R002) are findings. It fails with
// ErrTemplate, *NotWorkbook, *TooLarge or the input's error.
func (s *Spec) ReadWorkbook(name string, r io.ReaderAt, size int64) (*File, []Finding, error) {
	z, err := openZip(r, size)
	if err != nil {
		return nil, nil, err
	}
	book := workbook{zip: z, parts: map[string]*zip.File{}}
	for _, f := range z.File {
		book.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	switch {
	case book.parts["xl/vbaProject.bin"] != nil:
		return nil, nil, &NotWorkbook{"the workbook has macros; save it as a workbook without macros (.xlsx)"}
	case book.parts["word/document.xml"] != nil:
		return nil, nil, &NotWorkbook{"the file is a document, not a workbook"}
	case book.parts["xl/workbook.xml"] == nil:
		return nil, nil, &NotWorkbook{"the file is not a workbook (.xlsx)"}
	}
	sheets, err := book.sheets()
	if err != nil {
		return nil, nil, err
	}
	if err := book.readStrings(); err != nil {
		return nil, nil, err
	}
	for _, part := range sheets {
		f, found, err := book.read(s, name, part)
		if !errors.Is(err, ErrTemplate) {
			return f, found, err
		}
	}
	return nil, nil, ErrTemplate
}

func openZip(r io.ReaderAt, size int64) (*zip.Reader, error) {
	head := make([]byte, 4096)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	switch {
	case n == 0:
		return nil, &NotWorkbook{"the file is empty"}
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, &NotWorkbook{"the file is protected by a password, or an old workbook (.xls); save it without password as .xlsx"}
	case !bytes.HasPrefix(head, []byte("PK")):
		return nil, &NotWorkbook{"the file is not a workbook (.xlsx)"}
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &NotWorkbook{"the workbook is damaged: it cannot be unpacked"}
	}
	return z, nil
}

type workbook struct {
	zip     *zip.Reader
	parts   map[string]*zip.File
	strings []string
}

var damaged = &NotWorkbook{"the workbook is damaged: a part of it cannot be read"}

// tokens goes through the XML of a part.
func (w *workbook) tokens(part string, each func(*xml.Decoder, xml.StartElement) (bool, error)) error {
	f := w.parts[part]
	if f == nil {
		return damaged
	}
	in, err := f.Open()
	if err != nil {
		return damaged
	}
	defer in.Close()
	limited := &io.LimitedReader{R: in, N: maxUnpacked}
	d := xml.NewDecoder(limited)
	for {
		t, err := d.Token()
		switch {
		case err == io.EOF && limited.N > 0:
			return nil
		case limited.N <= 0:
			return &NotWorkbook{"the workbook unpacks to more than 100 MB"}
		case err != nil:
			return damaged
		}
		if start, ok := t.(xml.StartElement); ok {
			more, err := each(d, start)
			if err != nil || !more {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sheets are the parts of the sheets, in their order.
func (w *workbook) sheets() ([]string, error) {
	targets := map[string]string{}
	err := w.tokens("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[attribute(e, "Id")] = strings.TrimPrefix(target, "/")
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	var out []string
	err = w.tokens("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local == "sheet" {
			for _, a := range e.Attr {
				if a.Name.Local == "id" && targets[a.Value] != "" {
					out = append(out, targets[a.Value])
				}
			}
		}
		return true, nil
	})
	return out, err
}

// readStrings reads the texts that cells refer to.
func (w *workbook) readStrings() error {
	if w.parts["xl/sharedStrings.xml"] == nil {
		return nil
	}
	return w.tokens("xl/sharedStrings.xml", func(d *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local != "si" {
			return true, nil
		}
		if len(w.strings) == maxStrings {
			return false, &NotWorkbook{"the workbook has more than two million texts"}
		}
		text, err := cellText(d)
		w.strings = append(w.strings, text)
		return true, err
	})
}

// cellText is the text within an element: that of its t elements, but for
// phonetic ones.
func cellText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	depth, inText, phonetic := 1, false, 0
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return "", damaged
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" {
				phonetic = depth
			}
			inText = t.Name.Local == "t" && phonetic == 0
		case xml.EndElement:
			if depth == phonetic {
				phonetic = 0
			}
			depth--
			inText = false
		case xml.CharData:
			if inText {
				b.Write(t)
			}
		}
		if b.Len() > 4*maxText {
			return "", damaged
		}
	}
	return b.String(), nil
}

// cell is a cell of a sheet.
type cell struct {
	row, column int // from 1 and from 0
	text        string
	isText      bool
	formula     bool
}

// read reads a sheet, if it is one of the templates.
func (w *workbook) read(s *Spec, name, part string) (*File, []Finding, error) {
	sheet := &sheet{spec: s, name: name}
	row, column := 0, -1
	err := w.tokens(part, func(d *xml.Decoder, e xml.StartElement) (bool, error) {
		switch e.Name.Local {
		case "row":
			row++
			if n, err := strconv.Atoi(attribute(e, "r")); err == nil && n >= row {
				row = n
			}
			column = -1
			return true, sheet.begin(row)
		case "c":
			column++
			if at, ok := columnOf(attribute(e, "r")); ok {
				column = at
			}
			c, err := w.cell(d, e, row, column)
			if err != nil {
				return false, err
			}
			return true, sheet.add(c)
		}
		return true, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return sheet.end()
}

// columnOf is the column of a reference such as F4.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		c := ref[i]
		if c < 'A' || c > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'A') + 1; n > 16384 {
			return 0, false
		}
	}
	return 0, false
}

// cell reads a cell to its end.
func (w *workbook) cell(d *xml.Decoder, e xml.StartElement, row, column int) (cell, error) {
	c := cell{row: row, column: column}
	kind := attribute(e, "t")
	var value strings.Builder
	depth, in := 1, ""
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return c, damaged
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "is":
				if c.text, err = cellText(d); err != nil {
					return c, err
				}
				continue
			case "f":
				c.formula = true
			}
			depth++
			in = t.Name.Local
		case xml.EndElement:
			depth--
			in = ""
		case xml.CharData:
			if in == "v" && value.Len() <= 4*maxText {
				value.Write(t)
			}
		}
	}
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value.String()))
		if err != nil || n < 0 || n >= len(w.strings) {
			return c, damaged
		}
		c.text, c.isText = w.strings[n], true
	case "inlineStr":
		c.isText = true
	case "str":
		c.text, c.isText = value.String(), true
	default:
		c.text = strings.TrimSpace(value.String())
	}
	return c, nil
}

// sheet is a sheet on the way to being a file.
type sheet struct {
	spec    *Spec
	name    string
	title   string
	ids     []string
	file    *File
	places  []int // of the sheet's columns in the template; -1 for none
	found   []Finding
	record  *Record
	filled  bool
	content int
}

// begin begins a row. With the fourth it must be known which template this is.
func (s *sheet) begin(row int) error {
	if row >= FirstRow && s.file == nil {
		if err := s.identify(); err != nil {
			return err
		}
	}
	s.keep()
	if row >= FirstRow {
		s.record = &Record{Row: row}
		s.filled = false
	}
	if s.content > maxRows {
		return &TooLarge{s.content}
	}
	return nil
}

// keep keeps the record that was read, unless it is empty.
func (s *sheet) keep() {
	if s.record != nil && s.filled {
		s.file.Records = append(s.file.Records, *s.record)
		s.content++
	}
	s.record = nil
}

func (s *sheet) add(c cell) error {
	switch {
	case c.row == 1 && c.column == 0:
		s.title = c.text
	case c.row == 2:
		if c.column >= 1000 {
			return ErrTemplate
		}
		for len(s.ids) <= c.column {
			s.ids = append(s.ids, "")
		}
		s.ids[c.column] = strings.TrimSpace(c.text)
	case s.record != nil && c.column < len(s.places) && s.places[c.column] >= 0:
		at := s.places[c.column]
		if c.text == "" && !c.formula {
			return nil
		}
		if s.record.Values == nil {
			s.record.Values = make([]string, len(s.file.Template.Columns))
		}
		s.record.Values[at] = c.text
		s.filled = true
		if !c.isText || c.formula {
			s.record.NotText = append(s.record.NotText, at)
		}
	}
	return nil
}

// identify finds the template by the title and the ids.
func (s *sheet) identify() error {
	lines := strings.Split(strings.ReplaceAll(s.title, "\r", ""), "\n")
	var titled, best *Template
	known := 0
	for _, t := range s.spec.Templates {
		if len(lines) > 2 && strings.TrimSpace(lines[2]) == t.Title {
			titled = t
		}
		n := 0
		for _, id := range s.ids {
			if _, ok := t.index[id]; ok {
				n++
			}
		}
		if n > known {
			best, known = t, n
		}
	}
	t := titled
	if t == nil {
		if best == nil || 2*known < len(best.Columns) {
			return ErrTemplate
		}
		t = best
		s.say("R001", 1, "A1", "the title in A1 is not that of the template “"+t.Title+"”; take a workbook that was downloaded",
			"le titre en A1 n’est pas celui du modèle « "+t.Title+" »; utilisez un classeur téléchargé")
	}
	s.file = &File{Name: s.name, Template: t}
	s.places = make([]int, len(s.ids))
	seen := map[int]bool{}
	for i, id := range s.ids {
		at, ok := t.index[id]
		if s.places[i] = at; !ok || seen[at] {
			s.places[i] = -1
			if id != "" {
				s.say("R002", 2, letter(i)+"2", "this id is none of the template, or is there twice; take a workbook that was downloaded",
					"cet identifiant n’est pas dans le modèle ou s’y trouve deux fois; utilisez un classeur téléchargé")
			}
			continue
		}
		seen[at] = true
		if at != i {
			s.say("R002", 2, letter(i)+"2", "the column stands at another place than in the template; take a workbook that was downloaded",
				"la colonne n’est pas à sa place dans le modèle; utilisez un classeur téléchargé")
		}
	}
	for i, c := range t.Columns {
		if !seen[i] {
			s.say("R002", 2, "", fmt.Sprintf("the column %s of “%s” is missing; take a workbook that was downloaded", c.ID, c.Label),
				fmt.Sprintf("la colonne %s de « %s » manque; utilisez un classeur téléchargé", c.ID, c.Label))
		}
	}
	return nil
}

func (s *sheet) say(rule string, row int, cell, en, fr string) {
	s.found = append(s.found, Finding{File: s.name, Row: row, Cell: cell, Rule: rule, Severity: Error, Message: en, MessageFR: fr})
}

func (s *sheet) end() (*File, []Finding, error) {
	if s.file == nil {
		if err := s.identify(); err != nil {
			return nil, nil, err
		}
	}
	s.keep()
	return s.file, s.found, nil
}
