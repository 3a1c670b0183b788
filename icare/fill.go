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
// *TooLarge, *BadText or an error that says what differs.
func (s *Spec) FillWorkbook(w io.Writer, base []byte, f *File) error {
	if err := f.writable(); err != nil {
		return err
	}
	l, err := s.readWorkbook("", bytes.NewReader(base), int64(len(base)))
	switch {
	case err != nil:
		return err
	case l.file.Template != f.Template:
		return fmt.Errorf("icare: the workbook is of the template “%s”, the records are of “%s”", l.file.Template.Title, f.Template.Title)
	case l.moved:
		return fmt.Errorf("icare: the workbook has other columns than are known: %s", l.found[0].Message)
	case len(l.file.Records) > 0:
		return fmt.Errorf("icare: the workbook has records already, the first in row %d", l.file.Records[0].Row)
	}
	x, err := excelize.OpenReader(bytes.NewReader(base), excelize.Options{UnzipSizeLimit: 2 * maxUnpacked})
	if err != nil {
		return damaged
	}
	defer x.Close()
	texts := textStyles{x, map[int]int{}}
	for i := range f.Records {
		for j, v := range f.Records[i].Values {
			if v == "" {
				continue
			}
			cell := fmt.Sprintf("%s%d", f.Template.Columns[j].Letter, FirstRow+i)
			if err := x.SetCellStr(l.sheet, cell, v); err != nil {
				return err
			}
			if err := texts.set(l.sheet, cell); err != nil {
				return err
			}
		}
	}
	return x.Write(w)
}

// textStyles makes cells text cells and leaves all else of their style.
type textStyles struct {
	x    *excelize.File
	made map[int]int // styles that are text, by those that they were
}

func (s textStyles) set(sheet, cell string) error {
	old, err := s.x.GetCellStyle(sheet, cell)
	if err != nil {
		return err
	}
	style, ok := s.made[old]
	if !ok {
		like, err := s.x.GetStyle(old)
		if err != nil {
			return err
		}
		if style = old; like.NumFmt != textFormat {
			like.NumFmt, like.CustomNumFmt = textFormat, nil
			if style, err = s.x.NewStyle(like); err != nil {
				return err
			}
		}
		s.made[old] = style
	}
	if style == old {
		return nil
	}
	return s.x.SetCellStyle(sheet, cell, cell, style)
}
