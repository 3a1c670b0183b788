package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/opencasework/casework/examples/internal/cli"
	"github.com/opencasework/casework/icare"
)

// line is a finding as JSON.
type line struct {
	File       string         `json:"file"`
	Row        int            `json:"row"`
	Column     string         `json:"column"`
	Cell       string         `json:"cell"`
	Severity   icare.Severity `json:"severity"`
	Rule       string         `json:"rule"`
	Message    string         `json:"message"`
	Suggestion string         `json:"suggestion"`
}

func check(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "check")
	format := f.String("format", "text", "how findings are written: text, or json, an object a line")
	key := f.String("template", "", "the template that the files are to be of")
	today := f.String("today", time.Now().Format(time.DateOnly), "today's date")
	month := f.String("month", "", "the reporting month, such as 2026-06")
	french := f.Bool("fr", false, "messages in French")
	newer := editionFlag(f)
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	switch _, err := time.Parse(time.DateOnly, *today); {
	case err != nil:
		return cli.Fail(s, fmt.Errorf("-today: not a date of the form 2006-01-02"))
	case *format != "text" && *format != "json":
		return cli.Fail(s, fmt.Errorf("-format: text or json"))
	case len(files) == 0:
		return cli.Fail(s, fmt.Errorf("name a workbook, or a table"))
	}
	if _, err := time.Parse("2006-01", *month); *month != "" && err != nil {
		return cli.Fail(s, fmt.Errorf("-month: not a month of the form 2006-01"))
	}
	spec, err := edition(*newer)
	if err != nil {
		return cli.Fail(s, err)
	}
	var list []*icare.File
	var found []icare.Finding
	for _, file := range files {
		book, layout, err := read(spec, file, *key)
		if err != nil {
			code = cli.Fail(s, err)
			continue
		}
		list, found = append(list, book), append(found, layout...)
	}
	icare.Check(list, icare.Options{Spec: spec, Today: *today, Month: *month}, func(f icare.Finding) { found = append(found, f) })
	errors := 0
	e := json.NewEncoder(s.Out)
	e.SetEscapeHTML(false)
	for _, f := range found {
		if f.Severity == icare.Error {
			errors++
		}
		if *french {
			f.Message = f.MessageFR
		}
		if *format == "json" {
			if err := e.Encode(line{f.File, f.Row, f.Column, f.Cell, f.Severity, f.Rule, f.Message, f.Suggestion}); err != nil {
				return cli.Fail(s, err)
			}
		} else {
			fmt.Fprintln(s.Out, f)
		}
	}
	for _, book := range list {
		fmt.Fprintf(s.Err, "%s: %s, %s\n", book.Name, book.Template.Title, cli.Counted(len(book.Records), "record"))
	}
	if len(list) == 0 {
		return code // there was nothing to check
	}
	fmt.Fprintf(s.Err, "%s, %s\n", cli.Counted(errors, "error"), cli.Counted(len(found)-errors, "warning"))
	if errors > 0 && code == cli.Good {
		code = cli.Faulty
	}
	return code
}
