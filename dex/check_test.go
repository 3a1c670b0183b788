package dex_test

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencasework/casework/dex"
)

var today = dex.NewDate(2026, 7, 20)

// findings are what a check has found, in the order of the file.
func findings(t testing.TB, text string, opt dex.Options) []dex.Finding {
	t.Helper()
	var out []dex.Finding
	sum, err := dex.Check(strings.NewReader(text), opt, func(f dex.Finding) { out = append(out, f) })
	if err != nil {
		t.Fatal(err)
	}
	if sum.Errors+sum.Warnings != len(out) {
		t.Errorf("%d errors and %d warnings of %d findings", sum.Errors, sum.Warnings, len(out))
	}
	slices.SortStableFunc(out, func(a, b dex.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return out
}

type noted struct {
	line int
	rule string
}

// notes are the rules that the comments of a sample name, with their lines. A
// comment that names what else is wrong behind a semicolon stands for two.
func notes(text string) []noted {
	var out []noted
	pattern := regexp.MustCompile(`<!-- ([A-Z]+-[0-9]+) ([^>]*) -->`)
	for i, line := range strings.Split(text, "\n") {
		for _, m := range pattern.FindAllStringSubmatch(line, -1) {
			out = append(out, noted{i + 1, m[1]})
			if strings.Contains(m[2], ";") {
				out = append(out, noted{i + 1, m[1]})
			}
		}
	}
	return out
}

// TestSamples compares each sample with the findings that are noted in it.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/samples/*.xml")
	if err != nil || len(files) < 5 {
		t.Fatal("samples are missing", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := notes(string(text))
			var got []noted
			for _, f := range findings(t, string(text), dex.Options{Today: today}) {
				got = append(got, noted{f.Line, f.Rule})
				if f.Message == "" || f.Column < 1 || f.Section != "" && f.ID == "" {
					t.Errorf("incomplete finding %+v", f)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("found %v, noted are %v", got, want)
			}
		})
	}
}

// TestFileRules are the rules about a file as a whole.
func TestFileRules(t *testing.T) {
	one := func(text, rule string) dex.Finding {
		t.Helper()
		got := findings(t, text, dex.Options{})
		if len(got) != 1 || got[0].Rule != rule || got[0].Severity != dex.Error {
			t.Fatalf("found %v, want one error %s", got, rule)
		}
		return got[0]
	}
	good := file(t, dex.WriterOptions{}, client(1))
	pad := func(n int) string {
		n -= len(good)
		return strings.Replace(good, "</Clients>", strings.Repeat("<!-- padding -->", n/16)+strings.Repeat(" ", n%16)+"</Clients>", 1)
	}
	one(pad(dex.MaxFile+1), "F-1")
	if got := findings(t, pad(dex.MaxFile), dex.Options{}); len(got) > 0 {
		t.Error(got)
	}
	one("\xFF\xFE<\x00", "F-3")
	one("<DEXFileUpload></DEXFileUpload>", "F-2")
	one(good[:300], "F-2")
	six := "<DEXFileUpload>"
	for _, s := range []string{"Clients", "Cases", "Sessions", "SessionAssessments", "ClientAssessments", "Outlets"} {
		six += "<" + s + "></" + s + ">"
	}
	one(six+"</DEXFileUpload>", "F-2")
	if _, err := dex.Check(iotest.ErrReader(os.ErrPermission), dex.Options{}, func(dex.Finding) { t.Error("a finding of what cannot be read") }); err != os.ErrPermission {
		t.Error(err)
	}
	n := 0
	sum, err := dex.Check(&endless{}, dex.Options{MaxBytes: 12_000_000}, func(f dex.Finding) {
		if f.Rule == "F-1" {
			n++
		}
	})
	if err != nil || !sum.Stopped || n != 2 {
		t.Errorf("%+v %v: %d findings of the size", sum.Stopped, err, n)
	}
}

// TestNotRun: rules that need to be told something say so when they are not.
func TestNotRun(t *testing.T) {
	needs := func(opt dex.Options) map[string]int {
		sum, err := dex.Check(strings.NewReader(file(t, dex.WriterOptions{}, valid()...)), opt, func(f dex.Finding) { t.Error(f) })
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, n := range sum.NotRun {
			out[n.Rule]++
		}
		return out
	}
	all := needs(dex.Options{})
	for _, r := range dex.Rules() {
		if all[r.ID] != len(r.Needs) {
			t.Errorf("%s was %d times not run, and needs %v", r.ID, all[r.ID], r.Needs)
		}
	}
	rest := needs(dex.Options{Today: today, Period: dex.PeriodOf(dex.NewDate(2026, 6, 30)), Program: dex.OtherProgram, Complete: true, Activities: own.Activities})
	if len(rest) > 0 {
		t.Errorf("not run, though told: %v", rest)
	}
}

// TestSectionsInAnyOrder: what is referred to may come later in the file.
func TestSectionsInAnyOrder(t *testing.T) {
	text := file(t, dex.WriterOptions{}, valid()...)
	from, to := strings.Index(text, "<Clients>"), strings.Index(text, "<Sessions>")
	text = text[:from] + text[to:strings.Index(text, "</DEXFile")] + text[from:to] + "</DEXFileUpload>"
	if got := findings(t, text, complete); len(got) > 0 {
		t.Error(got)
	}
}

// TestMessagesHoldNoValues: a finding names a record by its id, and says nothing
// else that the record holds.
func TestMessagesHoldNoValues(t *testing.T) {
	for _, tt := range ruleCases {
		p := newPack()
		tt.bad(p)
		for _, f := range findings(t, p.text(t), tt.opt) {
			for _, value := range []string{"Zara", "Quill", "1987", "UILAR", "Hobart", "9999", "2026", "Agender"} {
				if strings.Contains(f.Message+f.Path, value) {
					t.Errorf("%s says %q", f.Rule, f.Message)
				}
			}
		}
	}
}

// TestReadErrors matches lines of a report, here of an invented form, with what was sent.
func TestReadErrors(t *testing.T) {
	lines := report{{Severity: dex.Error, Section: "Client", ClientID: "K7001", CaseID: "F1", Message: "m"},
		{Severity: dex.Warning, CaseID: "F1", SessionID: "S1"}, {Severity: dex.Error, Message: "the file"}}
	got, err := dex.ReadErrors(&lines)
	if err != nil {
		t.Fatal(err)
	}
	v := valid()
	if len(got[dex.KeyOf(v[0])]) != 1 || len(got[dex.KeyOf(v[3])]) != 1 || len(got[dex.RecordKey{}]) != 1 || len(got) != 3 {
		t.Errorf("%+v", got)
	}
}

type report []dex.ErrorLine

func (r *report) Read() (dex.ErrorLine, error) {
	if len(*r) == 0 {
		return dex.ErrorLine{}, io.EOF
	}
	line := (*r)[0]
	*r = (*r)[1:]
	return line, nil
}
