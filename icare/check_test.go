package icare_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opencasework/casework/icare"
)

func samples(t testing.TB) []*icare.File {
	t.Helper()
	names, err := filepath.Glob("testdata/samples/*.csv")
	if err != nil || len(names) != 8 {
		t.Fatal("samples are missing", err)
	}
	var out []*icare.File
	for _, name := range names {
		r, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := icare.Builtin().ReadCSV(name, r, nil)
		r.Close()
		if err != nil {
			t.Fatal(name, err)
		}
		if want := filepath.Base(name); f.Template.Key+".csv" != want {
			t.Errorf("%s was taken for %s", want, f.Template.Key)
		}
		out = append(out, f)
	}
	return out
}

// TestSamples: the samples give no finding, each alone and all together.
func TestSamples(t *testing.T) {
	files := samples(t)
	opt := icare.Options{Today: "2026-07-20"}
	report := func(f icare.Finding) { t.Error(f) }
	for _, f := range files {
		icare.Check([]*icare.File{f}, opt, report)
	}
	icare.Check(files, opt, report)
}
