package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/opencasework/casework/dex"
	"github.com/opencasework/casework/examples/internal/cli"
)

// line is a finding as JSON.
type line struct {
	File     string       `json:"file"`
	Line     int          `json:"line"`
	Column   int          `json:"column"`
	Severity dex.Severity `json:"severity"`
	Rule     string       `json:"rule"`
	Section  string       `json:"section"`
	Record   string       `json:"record"`
	Path     string       `json:"path"`
	Message  string       `json:"message"`
}

func check(s cli.Streams, args []string) int {
	f := cli.Flags(s, name, "check")
	var told checkFlags
	told.define(f)
	format := f.String("format", "text", "how findings are written: text, or json, an object a line")
	files, code, ok := cli.Parse(f, args)
	if !ok {
		return code
	}
	if *format != "text" && *format != "json" {
		return cli.Fail(s, fmt.Errorf("-format: text or json"))
	}
	if len(files) == 0 {
		return cli.Fail(s, fmt.Errorf("name a file, or - for standard input"))
	}
	opt, err := told.options()
	if err != nil {
		return cli.Fail(s, err)
	}
	checker := dex.NewChecker(opt)
	var last dex.Summary
	checked := 0
	for _, name := range files {
		findings, sum, err := checkFile(s, checker, name)
		if err != nil {
			code = cli.Fail(s, err)
			continue
		}
		last, checked = sum, checked+1
		if err := write(s.Out, *format, name, findings); err != nil {
			return cli.Fail(s, err)
		}
		if n := sum.Errors + sum.Warnings - len(findings) + sum.Unreported; n > 0 {
			fmt.Fprintf(s.Err, "%s: %d more are not listed; correct these first\n", name, n)
		}
		fmt.Fprintln(s.Err, summary(name, sum))
		if sum.Errors > 0 && code == cli.Good {
			code = cli.Faulty
		}
	}
	if checked > 0 {
		notRun(s.Err, last)
	}
	return code
}

// mostListed is how many findings are listed: nobody reads more, and a file may
// have any number.
const mostListed = 5000

// checkFile checks one file; its findings come in the order of the file.
func checkFile(s cli.Streams, c *dex.Checker, name string) ([]dex.Finding, dex.Summary, error) {
	in, size, err := cli.Open(s, name)
	if err != nil {
		return nil, dex.Summary{}, err
	}
	defer in.Close()
	p := newProgress(s, in, name, size)
	defer p.done()
	var findings []dex.Finding
	sum, err := c.Check(p, func(f dex.Finding) {
		if len(findings) < mostListed {
			findings = append(findings, f)
		}
	})
	if err != nil {
		return nil, sum, fmt.Errorf("%s: %w", name, err)
	}
	slices.SortStableFunc(findings, func(a, b dex.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return findings, sum, nil
}

func write(w io.Writer, format, name string, findings []dex.Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, f := range findings {
		var err error
		if format == "json" {
			err = e.Encode(line{name, f.Line, f.Column, f.Severity, f.Rule, f.Section, f.ID, f.Path, strings.TrimSpace(f.Path + " " + f.Message)})
		} else {
			_, err = fmt.Fprintf(w, "%s:%v\n", name, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var sectionWords = []struct{ section, word string }{{"Client", "client"}, {"Case", "case"}, {"Session", "session"},
	{"SessionAssessment", "session assessment"}, {"ClientAssessment", "client assessment"}, {"Outlet", "outlet"}}

func records(n map[string]int) string {
	var parts []string
	for _, w := range sectionWords {
		if n[w.section] > 0 {
			parts = append(parts, cli.Counted(n[w.section], w.word))
		}
	}
	if len(parts) == 0 {
		return "no records"
	}
	return strings.Join(parts, ", ")
}

func summary(name string, sum dex.Summary) string {
	text := fmt.Sprintf("%s: %s; %s, %s", name, records(sum.Records), cli.Counted(sum.Errors, "error"), cli.Counted(sum.Warnings, "warning"))
	if sum.Stopped {
		text += "; it could not be read to its end"
	}
	return text
}

// notRun says which rules were not applied, by what they would need.
func notRun(w io.Writer, sum dex.Summary) {
	by := map[dex.Need][]string{}
	var needs []dex.Need
	for _, n := range sum.NotRun {
		if by[n.Needs] == nil {
			needs = append(needs, n.Needs)
		}
		by[n.Needs] = append(by[n.Needs], n.Rule)
	}
	for _, n := range needs {
		fmt.Fprintf(w, "not checked without %s: %s\n", n, strings.Join(by[n], " "))
	}
	if len(sum.Unjudged) > 0 {
		fmt.Fprintf(w, "not compared, as the codes of these lists are not known: %s\n", strings.Join(sum.Unjudged, " "))
	}
}
