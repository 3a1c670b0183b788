package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencasework/casework/examples/internal/cli"
)

// TestPage runs the commands of docs/dex.md, one after the other, in a folder with the
// files that they name.
func TestPage(t *testing.T) {
	commands, err := cli.Commands("../../docs/dex.md", "dexfile")
	if err != nil {
		t.Fatal(err)
	}
	file := sample(t, "02-individual-cases-sessions.xml")
	t.Chdir(t.TempDir())
	for _, name := range []string{"upload.xml", "large.xml"} {
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range commands {
		if args[0] == "fromcsv" && args[1] == "tables" { // empty until now
			for name, text := range sheets {
				if err := os.WriteFile(filepath.Join("tables", name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if code, out, errs := do(t, "", args...); code != cli.Good || out+errs == "" {
			t.Errorf("%s: %d %s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	for _, made := range []string{"parts/*.xml", "upload/*.xml", "tables/*.csv"} {
		if files, err := filepath.Glob(made); err != nil || len(files) == 0 {
			t.Errorf("no %s", made)
		}
	}
}
