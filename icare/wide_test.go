package icare_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/opencasework/casework/icare"
)

// allocated is how much memory something takes, also what it gives back.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A row of two million cells is one finding, and takes no more memory than an orderly file.
func TestWideRows(t *testing.T) {
	const wide = 2_000_000
	titled := heading("Client Profile")
	for name, cell := range map[string]string{
		"text, one after the other": `<c t="inlineStr"><is><t>x</t></is></c>`,
		"numbers, all in one place": `<c r="C4"><v>1</v></c>`,
		"formulas without a value":  `<c r="C4"><f>A1</f></c>`,
	} {
		t.Run(name, func(t *testing.T) {
			b := book(t, titled+`<row r="4">`+strings.Repeat(cell, wide)+`</row>`)
			var found []icare.Finding
			judged := 0
			used := allocated(func() {
				f, layout, err := readBook(b)
				if err != nil {
					t.Fatal(err)
				}
				found = layout
				icare.Check([]*icare.File{f}, icare.Options{Today: "2026-07-20"}, func(icare.Finding) { judged++ })
			})
			if len(found) != 1 || found[0].Row != 4 || found[0].Rule != "R002" || found[0].Cell == "" {
				t.Errorf("%d findings, first %+v", len(found), found[:min(len(found), 1)])
			}
			if judged > 60 {
				t.Errorf("the record has %d findings", judged)
			}
			if used > 256<<20 {
				t.Errorf("%d MB were taken", used>>20)
			}
		})
	}
}
