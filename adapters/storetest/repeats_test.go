package storetest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Every change says what it answers to a repeated request: its package's New names the
// answer's type or the command's (ACC-14).
func TestEveryChangeSaysWhatItRepeats(t *testing.T) {
	changes := 0
	for _, dir := range domainFolders(t) {
		said, funcs := map[string]bool{}, map[string]*ast.FuncType{}
		files := parsed(t, dir)
		for _, file := range files {
			for _, d := range file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
					funcs[fn.Name.Name] = fn.Type
				}
			}
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool { repeated(n, funcs, said); return true })
		}
		for _, file := range files {
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Recv == nil || !changing(fn) {
					continue
				}
				changes++
				answer, command := typeText(fn.Type.Results.List[0].Type), typeText(fn.Type.Params.List[len(fn.Type.Params.List)-1].Type)
				if !said[answer] && !said[command] {
					t.Errorf("%s.%s: nothing is said of a repeated request, neither of %s nor of %s", file.Name.Name, fn.Name.Name, answer, command)
				}
			}
		}
	}
	if changes < 50 {
		t.Errorf("only %d changes were found", changes)
	}
}

// parsed are the files of a folder that are no tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file)
	}
	return out
}

// domainFolders are those whose packages carry out changes.
func domainFolders(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, top := range []string{"casemgmt", "session", "batch"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() != "testdata" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// changing says whether a method carries out a change.
func changing(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch typeText(call.Fun) {
			case "Change", "casemgmt.Change", "answered":
				found = true
			}
		}
		return true
	})
	return found && fn.Name.IsExported()
}

// repeated notes the types that Again, If and Freely name.
func repeated(n ast.Node, funcs map[string]*ast.FuncType, said map[string]bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	if free, ok := call.Fun.(*ast.IndexListExpr); ok && strings.HasSuffix(typeText(free.X), "Freely") {
		said[typeText(free.Indices[1])] = true
		return
	}
	if len(call.Args) != 1 {
		return
	}
	switch strings.TrimPrefix(typeText(call.Fun), "casemgmt.") {
	case "Again":
		if name, ok := call.Args[0].(*ast.Ident); ok && funcs[name.Name] != nil {
			said[typeText(funcs[name.Name].Results.List[0].Type)] = true
		} else if sel, ok := call.Args[0].(*ast.SelectorExpr); ok { // the Get of a list
			said["*"+strings.ToUpper(typeText(sel.X)[:1])+typeText(sel.X)[1:]] = true
		}
	case "If":
		if lit, ok := call.Args[0].(*ast.FuncLit); ok {
			said[typeText(lit.Type.Params.List[2].Type)] = true
		}
	}
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeText(e.Elt)
	}
	return ""
}
