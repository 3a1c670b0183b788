package icare_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opencasework/casework/icare"
)

var update = flag.Bool("update", false, "write the generated part of docs/icare.md")

const generated = "<!-- what follows is generated: go test ./icare -run Docs -update -->\n"

// TestDocs keeps the tables of docs/icare.md as the data has them.
func TestDocs(t *testing.T) {
	const docs = "../docs/icare.md"
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), generated)
	if !ok {
		t.Fatal("docs/icare.md has no generated part")
	}
	var b strings.Builder
	spec := icare.Builtin()
	b.WriteString("\n## Templates\n\n| template | title | columns | mandatory | file seen |\n| --- | --- | --- | --- | --- |\n")
	for _, t := range spec.Templates {
		mandatory := 0
		for _, c := range t.Columns {
			if c.Mandatory {
				mandatory++
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %d | %s %s |\n", t.Key, t.Title, len(t.Columns), mandatory, t.Date, t.Version)
	}
	b.WriteString("\n## Rules\n\n| rule | severity | templates | when | expected | evidence | why |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	cell := strings.NewReplacer("|", "\\|", "<", "&lt;")
	for _, r := range spec.Rules {
		templates := strings.Join(r.Templates, ", ")
		if len(r.Templates) == len(spec.Templates) {
			templates = "all"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.ID, r.Severity, templates, cell.Replace(r.When), cell.Replace(r.Expect), cell.Replace(r.Evidence), cell.Replace(r.Why))
	}
	b.WriteString("\n## Lists\n\n| list | values | grade | source |\n| --- | --- | --- | --- |\n")
	for _, name := range spec.ListNames() {
		l := spec.List(name)
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", name, len(l.Values), l.Grade, l.Source)
	}
	want := head + generated + b.String()
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("docs/icare.md is not what the data says: run go test ./icare -run Docs -update")
	}
}
