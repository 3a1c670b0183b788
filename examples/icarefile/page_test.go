package main

import (
	"os"
	"strings"
	"testing"

	"github.com/opencasework/casework/examples/internal/cli"
)

// TestPage runs the commands of docs/icare.md, one after the other, in a folder with the
// files that they name.
func TestPage(t *testing.T) {
	commands, err := cli.Commands("../../docs/icare.md", "icarefile")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{"profiles": "client_profile", "io": "information_orientation", "rows": "employment"}
	for name, of := range tables {
		text, err := os.ReadFile(samplesDir + of + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = string(text)
	}
	t.Chdir(t.TempDir())
	good := func(args ...string) {
		t.Helper()
		if code, out, errs := do(t, args...); code != cli.Good {
			t.Errorf("%s: %d %s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	for name, text := range tables {
		if err := os.WriteFile(name+".csv", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good("fromcsv", "profiles.csv", "-o", "profiles.xlsx")
	good("fromcsv", "io.csv", "-o", "io.xlsx")
	good("new", "employment", "-o", "downloaded.xlsx")
	good("fromcsv", "rows.csv", "-o", "returned.xlsx")
	for _, args := range commands {
		good(args...)
	}
	for _, made := range []string{"empty.xlsx", "filled.xlsx", "book.xlsx"} {
		if _, err := os.Stat(made); err != nil {
			t.Error(err)
		}
	}
}
