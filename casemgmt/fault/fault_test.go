package fault_test

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

var update = flag.Bool("update", false, "rewrite golden files")

func ExampleIssues() {
	var bad fault.Issues
	bad.Required("CLI-08", "/profile/given", false)
	bad.Add("SES-10", "/minutes", "out_of_range", "min", 0, "max", 59)
	err := bad.Err()
	fmt.Println(errors.Is(err, fault.ErrInvalid))
	for _, i := range fault.IssuesOf(err) {
		fmt.Println(i.Path, i.Rule, i.Message(i18n.French))
	}
	// Output:
	// true
	// /profile/given CLI-08 Ceci est requis.
	// /minutes SES-10 Ceci doit être compris entre 0 et 59.
}

// A code that was once published stays: the golden file only grows.
func TestCodesAreNeverReused(t *testing.T) {
	got := strings.Join(fault.AllCodes(), "\n") + "\n"
	if *update {
		if err := os.WriteFile("codes.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("codes.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("the codes differ from codes.golden; run go test ./casemgmt/fault -update if codes were added")
	}
}

func TestCodesHaveBothLanguages(t *testing.T) {
	for _, code := range fault.AllCodes() {
		i := fault.Issue{Code: code}
		en, fr := i.Message(i18n.English), i.Message(i18n.French)
		if en == "" || fr == "" || en == code || en == fr {
			t.Errorf("%s: %q and %q", code, en, fr)
		}
		if a, b := i18n.T(en, "").Params(i18n.English), i18n.T(fr, "").Params(i18n.English); !slices.Equal(a, b) {
			t.Errorf("%s has the parameters %v in English and %v in French", code, a, b)
		}
	}
}

// Every code that the module's code names exists, and every code is named.
func TestCodesInUse(t *testing.T) {
	used := map[string]bool{"required": true, "too_long": true, "unknown_value": true, "not_unicode": true, "control_character": true}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if ok && (sel.Sel.Name == "Add" || sel.Sel.Name == "Warn") && len(n.Args) >= 3 {
					if lit, ok := n.Args[2].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						code := strings.Trim(lit.Value, `"`)
						used[code] = true
						if !fault.Known(code) {
							t.Errorf("%s names the unknown code %s", path, code)
						}
					}
				}
			case *ast.BasicLit: // codes in rules of forms and in return values
				if s := strings.Trim(n.Value, `"`); n.Kind == token.STRING && fault.Known(s) && !strings.HasSuffix(path, "codes.go") {
					used[s] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range fault.AllCodes() {
		if !used[code] {
			t.Errorf("nothing uses the code %s", code)
		}
	}
}

func TestErrorsCarryNoValues(t *testing.T) {
	var bad fault.Issues
	bad.Line("/name", "secret\x00", 3)
	bad.Note("/notes", "secret\x00", 100)
	for _, i := range bad {
		if strings.Contains(fmt.Sprint(i, bad.Err()), "secret") {
			t.Errorf("%v carries the value", i)
		}
	}
}
