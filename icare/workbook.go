package icare

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// The sheets of a workbook (FORMAT section 3).
const (
	sheetRecords = "iCARE Template"
	sheetLOV     = "LOV"
	sheetIDs     = "LOVIds"
)

const (
	titleHead  = "Immigration, Refugees and Citizenship Canada\niCARE - Immigration Contribution Agreement Reporting Environment\n"
	lastRow    = FirstRow + MaxRecords - 1
	titleLine  = 99.95 // the height of the first row
	labelLine  = 15.4  // and of the labels
	textFormat = 49    // the number format @
)

// TooLarge says that a file has more records than a workbook takes.
type TooLarge struct{ Records int }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("icare: %d records; a workbook takes %d", e.Records, MaxRecords)
}

// Split divides a file into files that a workbook takes each. The records of
// each have the rows that they get there.
func (f *File) Split() []*File {
	if len(f.Records) <= MaxRecords {
		return []*File{f}
	}
	var out []*File
	for from := 0; from < len(f.Records); from += MaxRecords {
		part := &File{Name: f.Name, Template: f.Template, Records: slices.Clone(f.Records[from:min(from+MaxRecords, len(f.Records))])}
		for i := range part.Records {
			part.Records[i].Row = FirstRow + i
		}
		out = append(out, part)
	}
	return out
}

// WriteWorkbook writes a workbook with the funder's layout: the title, the
// hidden row of ids, the labels with their colours, records as text cells from
// row 4, the lists in hidden sheets, and list validations on the prepared rows.
// Whether iCARE takes a workbook that was not downloaded from it is not known;
// FillWorkbook keeps all parts of one that was. It fails with *TooLarge
// or *BadText.
func (s *Spec) WriteWorkbook(w io.Writer, f *File) error {
	if err := f.writable(); err != nil {
		return err
	}
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetDocProps(&excelize.DocProperties{Creator: "casework", Title: f.Template.Title}); err != nil {
		return err
	}
	if err := x.SetSheetName(x.GetSheetName(0), sheetRecords); err != nil {
		return err
	}
	if err := s.hidden(x, f.Template); err != nil {
		return err
	}
	if err := s.records(x, f); err != nil {
		return err
	}
	return x.Write(w)
}

// hidden writes the hidden sheets with the labels and their numbers.
func (s *Spec) hidden(x *excelize.File, t *Template) error {
	for _, name := range []string{sheetLOV, sheetIDs} {
		if _, err := x.NewSheet(name); err != nil {
			return err
		}
		if err := x.SetSheetVisible(name, false); err != nil {
			return err
		}
	}
	for _, c := range [][2]string{{"A1", t.lovCode}, {"B1", strconv.Itoa(len(t.Columns))}, {"C1", t.lovNumber}, {"D1", "en-CA"}} {
		if c[1] != "" {
			if err := x.SetCellStr(sheetLOV, c[0], c[1]); err != nil {
				return err
			}
		}
	}
	for i := range t.Columns {
		col := &t.Columns[i]
		if err := x.SetCellStr(sheetLOV, col.Letter+"2", fmt.Sprintf("Mandatory=%t;", col.Mandatory)); err != nil {
			return err
		}
		l := s.values(col)
		for j, v := range l {
			row := strconv.Itoa(j + 3)
			if err := x.SetCellStr(sheetLOV, col.Letter+row, v.Label); err != nil {
				return err
			}
			if v.ID == "" {
				continue
			}
			if err := x.SetCellStr(sheetIDs, col.Letter+row, v.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// values are the values of a column's list.
func (s *Spec) values(col *Column) []Value {
	if l := s.List(col.List); l != nil {
		return l.Values
	}
	return nil
}

func (s *Spec) records(x *excelize.File, f *File) error {
	st, err := newStyles(x)
	if err != nil {
		return err
	}
	t := f.Template
	last := t.Columns[len(t.Columns)-1].Letter
	for i := range t.Columns {
		col := &t.Columns[i]
		n := len(s.values(col))
		if n == 0 {
			continue
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s%d:%s%d", col.Letter, FirstRow, col.Letter, lastRow))
		v.SetSqrefDropList(fmt.Sprintf("%s!$%s$3:$%s$%d", sheetLOV, col.Letter, col.Letter, n+2))
		v.SetError(excelize.DataValidationErrorStyleStop, "iCARE", "Choose a value of the list.")
		if err := x.AddDataValidation(sheetRecords, v); err != nil {
			return err
		}
	}
	w, err := x.NewStreamWriter(sheetRecords)
	if err != nil {
		return err
	}
	title, ids, labels := make([]any, len(t.Columns)), make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i, col := range t.Columns {
		// the prepared rows are text by their columns, without a cell each
		if err := errors.Join(w.SetColWidth(i+1, i+1, width(col.Label)), w.SetColStyle(i+1, i+1, st.text)); err != nil {
			return err
		}
		title[i] = excelize.Cell{StyleID: st.title}
		ids[i] = excelize.Cell{StyleID: st.id, Value: col.ID}
		labels[i] = excelize.Cell{StyleID: st.label(col.Mandatory), Value: col.Label}
	}
	title[0] = excelize.Cell{StyleID: st.title, Value: titleHead + t.Title + "\n"}
	err = errors.Join(w.SetRow("A1", title, excelize.RowOpts{Height: titleLine}), w.SetRow("A2", ids, excelize.RowOpts{Hidden: true}),
		w.SetRow("A3", labels, excelize.RowOpts{Height: labelLine}))
	if err != nil {
		return err
	}
	cells := make([]any, len(t.Columns))
	for n := range f.Records {
		r := &f.Records[n]
		for i := range cells {
			cells[i] = nil
			if v := r.value(i); v != "" {
				cells[i] = excelize.Cell{StyleID: st.text, Value: v}
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(FirstRow+n), cells); err != nil {
			return err
		}
	}
	if err := w.MergeCell("A1", last+"1"); err != nil {
		return err
	}
	return w.Flush()
}

// width is that of a column with a label; the funder's own are set by hand.
func width(label string) float64 { return min(max(float64(len([]rune(label)))+2, 18), 60) }

type styles struct{ title, id, text, white, orange int }

func (s styles) label(mandatory bool) int {
	if mandatory {
		return s.orange
	}
	return s.white
}

// newStyles are the styles of the funder's workbook.
func newStyles(x *excelize.File) (styles, error) {
	var out styles
	calibri := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Bold: bold, Size: size, Family: "Calibri", Color: color}
	}
	heading := func(color string) *excelize.Style {
		thin := []excelize.Border{}
		for _, side := range []string{"left", "right", "top", "bottom"} {
			thin = append(thin, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
		return &excelize.Style{Font: calibri(11, true, color), Fill: fill("0000FF"), Border: thin}
	}
	for _, s := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&out.title, &excelize.Style{Font: calibri(18, true, "FFFFFF"), Fill: fill("A9A9A9"), Alignment: &excelize.Alignment{Horizontal: "left", WrapText: true}}},
		{&out.id, &excelize.Style{Font: calibri(11, false, "000000")}},
		{&out.text, &excelize.Style{Font: calibri(11, false, "000000"), NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&out.white, heading("FFFFFF")},
		{&out.orange, heading("FFA500")},
	} {
		id, err := x.NewStyle(s.style)
		if err != nil {
			return out, err
		}
		*s.id = id
	}
	return out, nil
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// BadText says that a value cannot stand in a cell: it is too long, is no
// Unicode, or has a character that no workbook holds. It has no value.
type BadText struct {
	Cell string
}

func (e *BadText) Error() string {
	return "icare: the text of " + e.Cell + " is too long for a cell, or has a character that no workbook holds"
}

// writable makes sure that every value can stand in a cell as it is.
func (f *File) writable() error {
	if len(f.Records) > MaxRecords {
		return &TooLarge{len(f.Records)}
	}
	for i := range f.Records {
		r := &f.Records[i]
		if len(r.Values) > len(f.Template.Columns) {
			return fmt.Errorf("icare: the record of row %d has more values than the template has columns", FirstRow+i)
		}
		for j, v := range r.Values {
			if !cellHolds(v) {
				return &BadText{fmt.Sprintf("%s%d", f.Template.Columns[j].Letter, FirstRow+i)}
			}
		}
	}
	return nil
}

// cellHolds says whether a cell can hold a text.
func cellHolds(v string) bool {
	if len(v) > maxText && utf8.RuneCountInString(v) > maxText || !utf8.ValidString(v) {
		return false
	}
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF })
}
