package icare

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrTemplate says that a file is none of the templates.
var ErrTemplate = errors.New("icare: the columns are those of no template")

// MaxRecords is how many records a file takes: the funder's templates have so
// many prepared rows (R003).
const MaxRecords = 2500

// FirstRow is the row of the first record in a workbook.
const FirstRow = 4

// Record is a record of a file.
type Record struct {
	Row    int      // of the workbook, from FirstRow; 0 of one that was made by a program
	Values []string // in the order of the template's columns; empty where nothing is
	// NotText are the values that were not text cells (R004).
	NotText []NotText
}

// value is the value of a column by its place; empty where the record ends before it.
func (r *Record) value(column int) string {
	if column >= len(r.Values) {
		return ""
	}
	return r.Values[column]
}

// notText says whether the value of a column was no text cell.
func (r *Record) notText(column int) bool {
	return slices.ContainsFunc(r.NotText, func(n NotText) bool { return n.Column == column })
}

// Set puts a value into a column, by the column's id. It fails when the template has no
// such column.
func (f *File) Set(r *Record, column, value string) error {
	i, ok := f.Template.index[column]
	if !ok {
		return fmt.Errorf("icare: the template %s has no column %q", f.Template.Key, column)
	}
	for len(r.Values) <= i {
		r.Values = append(r.Values, "")
	}
	r.Values[i] = value
	r.NotText = slices.DeleteFunc(r.NotText, func(n NotText) bool { return n.Column == i })
	return nil
}

// File is the records of one template.
type File struct {
	Name     string // for findings
	Template *Template
	Records  []Record
	letters  []string // of the sheet's columns, where they are not the template's
}

// Get is the value of a column; empty when the template has no such column.
func (f *File) Get(r *Record, column string) string {
	i, ok := f.Template.index[column]
	if !ok {
		return ""
	}
	return r.value(i)
}

// letter is the sheet's letter of a column of the template.
func (f *File) letter(column int) string {
	if column < len(f.letters) {
		return f.letters[column]
	}
	return f.Template.Columns[column].Letter
}

// Fingerprint tells a record from any other by its content, without what iCARE
// wrote into processing_details. It is a checksum and holds nothing of the record.
func (f *File) Fingerprint(r *Record) string {
	h := sha256.New()
	h.Write([]byte(f.Template.Key))
	for i := range f.Template.Columns {
		if f.Template.Columns[i].Kind != Result {
			h.Write([]byte{0})
			h.Write([]byte(r.value(i)))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (f *File) client(r *Record) Client {
	return Client{f.Get(r, "client_validation_type_id"), f.Get(r, "client_validation_id")}
}

// course is the code of the record's course, without blanks at its ends.
func (f *File) course(r *Record) string { return strings.TrimSpace(f.Get(r, "course_cd")) }
