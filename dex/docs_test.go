package dex_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opencasework/casework/dex"
)

var update = flag.Bool("update", false, "write the generated part of docs/dex.md")

const (
	docs      = "../docs/dex.md"
	generated = "<!-- what follows is generated: go test ./dex -run Docs -update -->\n"
)

// TestDocs keeps the tables of docs/dex.md as the code has them.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), generated)
	if !ok {
		t.Fatal("docs/dex.md has no generated part")
	}
	want := head + generated + tables()
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("docs/dex.md is not what the code says: run go test ./dex -run Docs -update")
	}
}

func tables() string {
	var b strings.Builder
	b.WriteString("\n## Rules\n\n| rule | error | warning | source | needs |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range dex.Rules() {
		var needs []string
		for _, n := range r.Needs {
			needs = append(needs, string(n))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.ID, r.Errors, r.Warns, r.Source, strings.Join(needs, "; "))
	}
	b.WriteString("\n## Elements that were added or taken away since 2015\n\n| element | in | since | until | how sure |\n| --- | --- | --- | --- | --- |\n")
	for _, group := range []string{"Client", "Case", "Session", "Assessment"} {
		old := map[string]bool{}
		for _, e := range dex.Schema2015().Elements(group) {
			old[e.Name] = true
			if e.Until != "" {
				fmt.Fprintf(&b, "| %s | %s | 2015 | %s | %s |\n", e.Name, group, e.Until, e.Certainty)
			}
		}
		for _, e := range dex.Current().Elements(group) {
			if !old[e.Name] {
				fmt.Fprintf(&b, "| %s | %s | %s | | %s |\n", e.Name, group, e.Since, e.Certainty)
			}
		}
	}
	b.WriteString("\n## Code lists\n\n| list | codes | how sure |\n| --- | --- | --- |\n")
	codes := dex.BuiltinCodes()
	for _, name := range codes.Names() {
		l := codes.List(name)
		n, by := 0, map[dex.CodeStatus]int{}
		for _, v := range l.Values {
			by[v.Status]++
			if v.Code != "" {
				n++
			}
		}
		var sure []string
		for _, s := range []dex.CodeStatus{dex.Verified, dex.Likely, dex.Legacy, dex.Unverified, dex.NotFound} {
			if by[s] > 0 {
				sure = append(sure, fmt.Sprintf("%d %s", by[s], s))
			}
		}
		text := strings.Join(sure, ", ")
		if l.Assumed {
			text += "; codes are not compared with it"
		}
		fmt.Fprintf(&b, "| %s | %d | %s |\n", name, n, text)
	}
	return b.String()
}
