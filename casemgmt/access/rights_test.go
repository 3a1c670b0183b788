package access_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/access"
)

var update = flag.Bool("update", false, "rewrite docs/access.md")

// The table of rights is a page of the documentation.
func TestRightsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nThe table of `access.Rights`, which is the stock policy (`access.DefaultRoles`): made by\n`go test ./casemgmt/access -update`. " +
		"What another agency has is not found; what one's own agency has and\nthe policy denies is forbidden. A program (`access.System`) may do everything but open private forms.\n\n" +
		"| action | what it is | who may |\n| --- | --- | --- |\n")
	for _, r := range access.Rights() {
		var who []string
		for _, c := range r.May {
			who = append(who, c.Text)
		}
		if len(who) == 0 {
			who = []string{"programs only"}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Do, r.What, strings.Join(who, "; "))
	}
	b.WriteString("\nLists show what a `Scope` has: one's own records, those of one's programs that are not private, private ones too of\nthe programs that one manages, and all that are not private to administrators and to who sees all sessions\n(ACC-03, ACC-04, ACC-07, ACC-10).\n")
	const page = "../../docs/access.md"
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/access.md is not the table; run go test ./casemgmt/access -update")
	}
}
