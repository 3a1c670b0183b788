package icare

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// FillWorkbook writes the records of a file into a workbook that was downloaded
// from iCARE, and keeps all its parts: hidden sheets, list validations, styles.
// Columns are found by the ids of the second row. A base with records, of another
// template or with other columns is refused. It fails with ErrTemplate, *NotWorkbook,
// *TooLarge or an error that says what differs.
func (s *Spec) FillWorkbook(w io.Writer, base []byte, f *File) error {
	if len(f.Records) > MaxRecords {
		return &TooLarge{len(f.Records)}
	}
	there, found, err := s.ReadWorkbook("", bytes.NewReader(base), int64(len(base)))
	switch {
	case err != nil:
		return err
	case there.Template != f.Template:
		return fmt.Errorf("icare: the workbook is of the template “%s”, the records are of “%s”", there.Template.Title, f.Template.Title)
	case len(found) > 0:
		return fmt.Errorf("icare: the workbook has other columns than are known: %s", found[0].Message)
	case len(there.Records) > 0:
		return fmt.Errorf("icare: the workbook has records already, the first in row %d", there.Records[0].Row)
	}
	x, err := excelize.OpenReader(bytes.NewReader(base), excelize.Options{UnzipSizeLimit: 2 * maxUnpacked})
	if err != nil {
		return damaged
	}
	defer x.Close()
	sheet, err := recordSheet(x, f.Template)
	if err != nil {
		return err
	}
	style, err := x.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return err
	}
	for i := range f.Records {
		for j, v := range f.Records[i].Values {
			if v == "" {
				continue
			}
			cell := fmt.Sprintf("%s%d", f.Template.Columns[j].Letter, FirstRow+i)
			if err := x.SetCellStr(sheet, cell, v); err != nil {
				return err
			}
			if err := x.SetCellStyle(sheet, cell, cell, style); err != nil {
				return err
			}
		}
	}
	return x.Write(w)
}

// recordSheet is the sheet with the ids of a template in its second row.
func recordSheet(x *excelize.File, t *Template) (string, error) {
	for _, name := range x.GetSheetList() {
		match := true
		for _, c := range t.Columns {
			id, err := x.GetCellValue(name, c.Letter+"2")
			if match = err == nil && id == c.ID; !match {
				break
			}
		}
		if match {
			return name, nil
		}
	}
	return "", ErrTemplate
}
