// Package docs has no code: its tests hold the pages. Every piece of Go that README.md or
// a page shows is the body of a function of these tests, which runs.
package docs

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	block    = regexp.MustCompile("(?s)```go\n(.*?)```")
	function = regexp.MustCompile(`(?s)\nfunc (\w+)\([^\n]*\{\n(.*?)\n}\n`)
	// what a page writes in one line gofmt has in three
	oneLine = regexp.MustCompile(`(if .*\{) (.*) (\})`)
)

// pages are README.md and all pages beside this file.
func pages(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.md")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	return append(names, "../README.md")
}

func TestSnippets(t *testing.T) {
	sources, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, name := range sources {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range function.FindAllSubmatch(raw, -1) {
			bodies[plain(t, f[2])] = string(f[1])
		}
	}
	var shown []string
	for _, page := range pages(t) {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range block.FindAllSubmatch(raw, -1) {
			name, ok := bodies[plain(t, b[1])]
			if !ok {
				t.Errorf("%s: this is not the body of a function that is run:\n%s", page, b[1])
			}
			shown = append(shown, name)
		}
	}
	for _, name := range bodies {
		if strings.HasPrefix(name, "shown") && !slices.Contains(shown, name) {
			t.Errorf("%s is on no page", name)
		}
	}
	if len(shown) < 8 {
		t.Errorf("only %d pieces of Go are shown", len(shown))
	}
}

// plain is code as gofmt has it, without its indent.
func plain(t *testing.T, code []byte) string {
	t.Helper()
	out, err := format.Source(oneLine.ReplaceAll(bytes.TrimSpace(code), []byte("$1\n$2\n$3")))
	if err != nil {
		t.Fatalf("%v in\n%s", err, code)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// The TypeScript that api.md shows is the one that CI compiles.
func TestTypeScript(t *testing.T) {
	page, err := os.ReadFile("api.md")
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := os.ReadFile("../.ci/openapi/client.ts")
	if err != nil {
		t.Fatal(err)
	}
	if shown := regexp.MustCompile("(?s)```ts\n(.*?)```").FindSubmatch(page); shown == nil || !bytes.Equal(shown[1], compiled) {
		t.Error("api.md does not show .ci/openapi/client.ts")
	}
}
