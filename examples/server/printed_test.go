package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are all that a reader finds: README, CONTRIBUTING and docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	out := map[string]string{}
	for _, name := range append(names, readme, "../../CONTRIBUTING.md") {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(raw)
	}
	return out
}

// shellWords are those of a command, as a shell takes it apart.
var shellWords = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

// The commands that run tests and measure name packages, tests, benchmarks and flags that
// there are. The tests themselves run with all others; the measurements take hours, which
// no test of every change has.
func TestPrintedTests(t *testing.T) {
	found := 0
	for page, text := range pages(t) {
		for _, line := range regexp.MustCompile("`go test [^`]*`|(?m)^    go test .*$").FindAllString(text, -1) {
			line, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(line), "`"), " #")
			var folders, patterns []string
			args := shellWords.FindAllString(line, -1)[2:]
			declared := ""
			for i := 0; i < len(args); i++ {
				switch arg := strings.Trim(args[i], "'"); {
				case arg == "-run" || arg == "-bench":
					i++
					patterns = append(patterns, strings.Trim(args[i], "'"))
				case strings.HasPrefix(arg, "./"):
					folders = append(folders, arg)
				case slices.Contains([]string{"-v", "-count=1", "./..."}, arg):
				case slices.Contains([]string{"-benchtime", "-timeout"}, arg):
					i++
				case strings.HasPrefix(arg, "-"):
					declared = strings.TrimPrefix(arg, "-")
				}
			}
			if len(folders) == 1 && folders[0] == "./..." {
				continue // all of them
			}
			found++
			names, source := testsIn(t, folders)
			for _, p := range patterns {
				for one := range strings.SplitSeq(p, "|") {
					one, _, _ = strings.Cut(one, "/") // what follows names a test inside of it
					re, err := regexp.Compile(one)
					if err != nil {
						t.Fatal(page, err)
					}
					if one != "^$" && one != "." && !slices.ContainsFunc(names, re.MatchString) {
						t.Errorf("%s: %s: there is no %s", page, line, one)
					}
				}
			}
			if declared != "" && !strings.Contains(source, `"`+declared+`"`) {
				t.Errorf("%s: %s: there is no flag %s", page, line, declared)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d commands are found", found)
	}
}

// testsIn are the names of the tests and benchmarks of packages, and their source.
func testsIn(t *testing.T, folders []string) (names []string, source string) {
	t.Helper()
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no tests", folder)
		}
		for _, name := range files {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source += string(raw)
			file, err := parser.ParseFile(token.NewFileSet(), name, raw, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					names = append(names, f.Name.Name)
				}
			}
		}
	}
	return names, source
}

// firstStarts are the commands of a first start, as the pages print it, by page.
func firstStarts(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for page, text := range pages(t) {
		for _, line := range regexp.MustCompile(`(?m)^    server .* init .*$`).FindAllString(text, -1) {
			args := shellWords.FindAllString(line, -1)[1:]
			for i := range args {
				args[i] = strings.Trim(args[i], `'"`)
			}
			out[filepath.Base(page)] = args
		}
	}
	return out
}
