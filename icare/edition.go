package icare

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// WithWorkbook is the spec with the template of a workbook that was just
// downloaded from iCARE: its columns, labels, mandatory marks and lists take the
// place of those that are built in for the same title, which are of 2018. What is
// known of a column by its id, such as that it is a date, stays; rules about
// columns that are not there any more do not apply. A title that is not known is
// one more template. It fails with ErrTemplate, *NotWorkbook or the input's error.
func (s *Spec) WithWorkbook(r io.ReaderAt, size int64) (*Spec, *Template, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, nil, err
	}
	sheets, err := a.sheets()
	if err != nil {
		return nil, nil, err
	}
	if err := a.readStrings(); err != nil {
		return nil, nil, err
	}
	e := &edition{spec: s, out: &Spec{lists: map[string]*List{}}}
	for _, part := range sheets {
		switch part.name {
		case sheetLOV:
			e.lov, err = a.grid(part.part, maxValues+2)
		case sheetIDs:
			e.ids, err = a.grid(part.part, maxValues+2)
		default:
			if e.head == nil {
				e.head, err = a.grid(part.part, FirstRow-1)
			}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	t, err := e.template()
	if err != nil {
		return nil, nil, err
	}
	e.finish(t)
	return e.out, t, nil
}

// maxValues is how many values of a list are read.
const maxValues = 5000

// grid is the texts of a sheet's first rows, by row from 1 and column from 0.
type grid [][]string

func (g grid) at(row, column int) string {
	if row >= len(g) || column >= len(g[row]) {
		return ""
	}
	return g[row][column]
}

// grid reads the first rows of a sheet.
func (a *archive) grid(part string, rows int) (grid, error) {
	out := make(grid, rows+1)
	err := a.read(part, func(x *xmlReader) error {
		return a.readSheet(x, gridSink{out})
	})
	return out, err
}

type gridSink struct{ grid grid }

func (g gridSink) begin(row int) error {
	if row >= len(g.grid) {
		return errStop
	}
	return nil
}

func (g gridSink) add(c cell) error {
	if c.column >= maxColumns {
		return ErrTemplate
	}
	row := &g.grid[c.row]
	for len(*row) <= c.column {
		*row = append(*row, "")
	}
	(*row)[c.column] = c.text
	return nil
}

// edition is a spec in the making.
type edition struct {
	spec, out      *Spec
	head, lov, ids grid
}

var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// template is that of the workbook's first sheet that is shown.
func (e *edition) template() (*Template, error) {
	var lines []string
	for _, l := range strings.FieldsFunc(e.head.at(1, 0), func(r rune) bool { return r == '\n' || r == '\r' }) {
		lines = append(lines, strings.TrimSpace(l))
	}
	if len(lines) < 3 {
		return nil, ErrTemplate
	}
	title := lines[2]
	old := &Template{Key: strings.Trim(notKey.ReplaceAllString(fold(title), "_"), "_"), index: map[string]int{}}
	for _, t := range e.spec.Templates {
		if fold(t.Title) == fold(title) {
			old = t
		}
	}
	t := &Template{Key: old.Key, Title: title, Version: e.lov.at(1, 2), index: map[string]int{}, lovCode: e.lov.at(1, 0), lovNumber: e.lov.at(1, 2)}
	for i := range e.head[2] {
		id := strings.TrimSpace(e.head.at(2, i))
		if _, twice := t.index[id]; id == "" || twice {
			return nil, &NotWorkbook{fmt.Sprintf("column %s of the second row has no id of its own", letter(i))}
		}
		c := Column{ID: id, Label: e.head.at(3, i), Letter: letter(i), Kind: Text}
		if known, ok := old.Column(id); ok {
			c.Kind, c.List, c.Mandatory, c.Condition, c.Format, c.Notes = known.Kind, known.List, known.Mandatory, known.Condition, known.Format, known.Notes
		} else if strings.Contains(c.Label, "YYYY-MM-DD") {
			c.Kind = Date
		}
		if mark := e.lov.at(2, i); mark != "" {
			c.Mandatory = strings.Contains(strings.ToLower(mark), "mandatory=true")
		}
		e.list(t, &c, i)
		t.index[id] = i
		t.Columns = append(t.Columns, c)
	}
	if len(t.Columns) < 2 {
		return nil, ErrTemplate
	}
	return t, nil
}

// list gives a column the values that the workbook has for it, as a list of its
// own unless they are those of a known one.
func (e *edition) list(t *Template, c *Column, column int) {
	var values []Value
	for row := 3; row < len(e.lov); row++ {
		if label := e.lov.at(row, column); label != "" {
			values = append(values, Value{ID: e.ids.at(row, column), Label: label, Grade: "A"})
		}
	}
	if len(values) == 0 {
		return
	}
	same := func(l *List) bool {
		return l != nil && slices.EqualFunc(l.Values, values, func(a, b Value) bool { return a.Label == b.Label })
	}
	if same(e.spec.List(c.List)) {
		return
	}
	if yes := e.spec.List("yes_no"); same(yes) {
		c.Kind, c.List = YesNo, yes.Name
		return
	}
	l := newList(t.Key+"."+c.ID, "A", "a workbook that was downloaded", values)
	e.out.lists[l.Name] = l
	if c.List = l.Name; c.Kind != YesNo {
		c.Kind = Code
	}
}

// finish puts the template in its place, and takes the rules off it that are
// about columns which it does not have.
func (e *edition) finish(t *Template) {
	for name, l := range e.spec.lists {
		e.out.lists[name] = l
	}
	replaced := false
	for _, old := range e.spec.Templates {
		if old.Key == t.Key {
			old, replaced = t, true
		}
		e.out.Templates = append(e.out.Templates, old)
	}
	if !replaced {
		e.out.Templates = append(e.out.Templates, t)
	}
	for _, old := range e.spec.Rules {
		r := *old
		whole := true
		for _, x := range []expr{r.when, r.expect} {
			if x != nil {
				x.columns(func(id string) {
					if _, ok := t.index[id]; !ok {
						whole = false
					}
				})
			}
		}
		if !whole {
			r.Templates = slices.DeleteFunc(slices.Clone(r.Templates), func(key string) bool { return key == t.Key })
		}
		e.out.Rules = append(e.out.Rules, &r)
	}
}
