package event_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/event"
)

var update = flag.Bool("update", false, "rewrite types.golden")

// constants are the types by the names of their constants.
func constants(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			for i, name := range v.Names {
				text, err := strconv.Unquote(v.Values[i].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out[name.Name] = text
			}
		}
		return true
	})
	if len(out) < 50 {
		t.Fatalf("%d types are found in types.go", len(out))
	}
	return out
}

// Consumers of the feed know events by their types: none is ever taken away or
// given another name.
func TestTypesGolden(t *testing.T) {
	types := slices.Sorted(maps.Values(constants(t)))
	if len(slices.Compact(slices.Clone(types))) != len(types) {
		t.Error("a type is there twice")
	}
	const name = "types.golden"
	kept, err := os.ReadFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for old := range strings.Lines(string(kept)) {
		if !slices.Contains(types, strings.TrimSuffix(old, "\n")) {
			t.Errorf("the type %s is gone; what was released stays", strings.TrimSpace(old))
		}
	}
	got := strings.Join(types, "\n") + "\n"
	if *update && !t.Failed() {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != string(kept) {
		t.Error("the types differ from types.golden; run go test ./casemgmt/event -update if types were added")
	}
}

// Every type is used by the module's code, which names types by their constants alone.
func TestTypesInUse(t *testing.T) {
	unused, known := constants(t), map[string]bool{}
	for _, text := range unused {
		known[text] = true
	}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") || filepath.Base(path) == "types.go" {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && of.Name == "event" {
					delete(unused, n.Sel.Name)
				}
			case *ast.CallExpr:
				if len(n.Args) > 0 && takesType(n.Fun) && literal(n.Args[0]) != "" {
					t.Errorf("%s: a type of an event is given as text", set.Position(n.Pos()))
				}
			case *ast.BasicLit:
				if known[literal(n)] {
					t.Errorf("%s: %s has a constant", set.Position(n.Pos()), n.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range unused {
		t.Errorf("nothing logs event.%s", name)
	}
}

// takesType says whether a function's first argument is the type of an event.
func takesType(fn ast.Expr) bool {
	sel, ok := fn.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of, _ := sel.X.(*ast.Ident)
	return sel.Sel.Name == "Log" || sel.Sel.Name == "Changed" || of != nil && of.Name == "event" && (sel.Sel.Name == "New" || sel.Sel.Name == "Type")
}

func literal(n ast.Expr) string {
	if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value)
		return text
	}
	return ""
}

// docs/events.md has all types, and what they carry.
func TestEventsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Events\n\nEvery change, and every reading of a client's record, leaves one event: it is what hooks are told\n(`casemgmt.Hook`), " +
		"what the audit trail is made of, and what a relay hands on (`event.Subscription`). All have an id,\nthe time, the agency, the actor, the subject's id and version, and " +
		"the request key if there was one; personal values are\nin none. Made by `go test ./casemgmt/event -update`; a type is never taken away or given another meaning.\n\n" +
		"The record is what a hook gets as `Before` and `After`.\n\n| constant | type | what happened | record | carries |\n| --- | --- | --- | --- | --- |\n")
	known, names := constants(t), map[string]string{}
	for name, text := range known {
		names[text] = name
	}
	for _, e := range event.Catalogue() {
		if e.What == "" || names[string(e.Type)] == "" {
			t.Errorf("%s is not whole", e.Type)
		}
		record := "`" + e.Record + "`"
		if e.Record == "" {
			record = "–"
		}
		b.WriteString("| `" + names[string(e.Type)] + "` | `" + string(e.Type) + "` | " + e.What + " | " + record + " | " + string(e.Carries) + " |\n")
		delete(names, string(e.Type))
	}
	for text := range names {
		t.Errorf("%s is not in the catalogue", text)
	}
	const page = "../../docs/events.md"
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != b.String() {
		t.Error("docs/events.md is not the catalogue; run go test ./casemgmt/event -update")
	}
}
