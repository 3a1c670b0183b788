package dex_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

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

