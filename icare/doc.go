// Package icare writes, reads and checks the bulk upload workbooks of iCARE, in
// which organisations report settlement services to Immigration, Refugees and
// Citizenship Canada. It needs nothing else of casework.
//
// # A workbook
//
// There is one kind of workbook for each kind of record: the client's profile,
// needs assessments and referrals, community connections, information and
// orientation, employment, and three of language training (course, enrolment,
// exit). A Template has its columns: the first visible sheet has a title, a
// hidden row with their ids, their labels, and records from row 4 on, each cell a
// text. Coded columns hold the labels of a List. A client's profile is sent, and
// accepted, before the client's services.
//
//	f, found, err := icare.Builtin().ReadWorkbook(name, file, size)
//	icare.Check([]*icare.File{f}, icare.Options{Today: "2026-07-20"}, report)
//	err = icare.Builtin().WriteWorkbook(out, f)        // a workbook of its own
//	err = icare.Builtin().FillWorkbook(out, base, f)   // one that was downloaded
//
// iCARE returns a workbook with the records that it rejected and what it says of
// each; File.Rejections reads it and finds the records as they were sent.
//
// # How sure it is
//
// Columns, marks and lists are those of July 2018 (Edition). What iCARE checks
// was not published: a rule is an error where a workbook, a label or a document
// says so, and a warning where it was deduced. Whether iCARE takes a workbook
// that was not downloaded from it is not known. docs/icare.md has the rules with
// their evidence.
//
// Findings name the cell, and hold nothing that the record says.
package icare
