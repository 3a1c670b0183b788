package icare

import (
	"fmt"
	"io"
	"strconv"

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
	textFormat = 49    // the number format @
)

// TooLarge says that a file has more records than a workbook takes.
type TooLarge struct{ Records int }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("icare: %d records; a workbook takes %d", e.Records, MaxRecords)
}

// Split divides a file into files that a workbook takes each.
func (f *File) Split() []*File {
	if len(f.Records) <= MaxRecords {
		return []*File{f}
	}
	var out []*File
	for from := 0; from < len(f.Records); from += MaxRecords {
		part := &File{Name: f.Name, Template: f.Template, Records: f.Records[from:min(from+MaxRecords, len(f.Records))]}
		out = append(out, part)
	}
	return out
}

// WriteWorkbook writes a workbook with the funder's layout: the title, the
// hidden row of ids, the labels with their colours, records as text cells from
// row 4, the lists in hidden sheets, and list validations on the prepared rows.
// Whether iCARE takes a workbook that was not downloaded from it is not known;
// FillWorkbook keeps all parts of one that was. It fails with *TooLarge.
func (s *Spec) WriteWorkbook(w io.Writer, f *File) error {
	if len(f.Records) > MaxRecords {
		return &TooLarge{len(f.Records)}
	}
	x := excelize.NewFile()
	defer x.Close()
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
	cells := map[string]string{"B1": strconv.Itoa(len(t.Columns)), "C1": t.Version, "D1": "en-CA"}
	for cell, v := range cells {
		if v != "" {
			if err := x.SetCellStr(sheetLOV, cell, v); err != nil {
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
	if err := w.SetColWidth(1, len(t.Columns), 22); err != nil {
		return err
	}
	if err := w.SetRow("A1", []any{excelize.Cell{StyleID: st.title, Value: titleHead + t.Title + "\n"}}, excelize.RowOpts{Height: titleLine}); err != nil {
		return err
	}
	ids, labels := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i, col := range t.Columns {
		ids[i] = excelize.Cell{StyleID: st.text, Value: col.ID}
		labels[i] = excelize.Cell{StyleID: st.label(col.Mandatory), Value: col.Label}
	}
	if err := w.SetRow("A2", ids, excelize.RowOpts{Hidden: true}); err != nil {
		return err
	}
	if err := w.SetRow("A3", labels); err != nil {
		return err
	}
	cells := make([]any, len(t.Columns))
	for row := FirstRow; row <= lastRow; row++ {
		for i := range cells {
			cells[i] = excelize.Cell{StyleID: st.text}
			if n := row - FirstRow; n < len(f.Records) && i < len(f.Records[n].Values) && f.Records[n].Values[i] != "" {
				cells[i] = excelize.Cell{StyleID: st.text, Value: f.Records[n].Values[i]}
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(row), cells); err != nil {
			return err
		}
	}
	if err := w.MergeCell("A1", last+"1"); err != nil {
		return err
	}
	return w.Flush()
}

type styles struct{ title, text, white, orange int }

func (s styles) label(mandatory bool) int {
	if mandatory {
		return s.orange
	}
	return s.white
}

// newStyles are the styles of the funder's workbook.
func newStyles(x *excelize.File) (styles, error) {
	var out styles
	heading := func(color string) *excelize.Style {
		return &excelize.Style{Font: &excelize.Font{Bold: true, Size: 11, Family: "Calibri", Color: color}, Fill: fill("0000FF"), NumFmt: textFormat}
	}
	for _, s := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&out.title, &excelize.Style{Font: &excelize.Font{Bold: true, Size: 18, Family: "Calibri", Color: "FFFFFF"}, Fill: fill("A9A9A9"), Alignment: &excelize.Alignment{WrapText: true}}},
		{&out.text, &excelize.Style{NumFmt: textFormat}},
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
