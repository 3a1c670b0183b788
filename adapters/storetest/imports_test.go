package storetest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/opencasework/casework/"

// layers says, for each package or folder of packages, which others of this
// module and which modules of others it may import. Deeper entries win.
var layers = map[string]struct{ own, others []string }{
	"casemgmt/civil":       {},
	"casemgmt/id":          {others: []string{"github.com/google/uuid"}},
	"casemgmt/i18n":        {others: []string{"golang.org/x/text"}},
	"casemgmt/fault":       {own: []string{"casemgmt/civil", "casemgmt/id", "casemgmt/i18n"}},
	"casemgmt/access":      {own: []string{"casemgmt/civil", "casemgmt/id", "casemgmt/i18n", "casemgmt/fault"}},
	"casemgmt/event":       {own: []string{"casemgmt/civil", "casemgmt/id", "casemgmt/i18n", "casemgmt/fault", "casemgmt/access"}},
	"casemgmt/match":       {own: []string{"casemgmt/civil", "casemgmt/i18n"}, others: []string{"github.com/hbollon/go-edlib"}},
	"forms":                {own: []string{"casemgmt/civil", "casemgmt/id", "casemgmt/i18n", "casemgmt/fault", "forms"}},
	"casemgmt":             {own: append(leaves, "casemgmt", "casemgmt/match", "forms"), others: []string{"golang.org/x/text"}},
	"session":              {own: append(leaves, "casemgmt", "forms", "session")},
	"batch":                {own: append(leaves, "casemgmt", "forms", "batch")},
	"dex":                  {own: []string{"dex"}, others: []string{"golang.org/x/text"}},
	"icare":                {own: []string{"icare"}, others: []string{"github.com/xuri/excelize/v2"}},
	"adapters/bunstore":    {own: domain, others: []string{"github.com/uptrace/bun", "github.com/pressly/goose/v3"}},
	"adapters/httpapi":     {own: domain},
	"adapters/icareexport": {own: append(domain, "icare")},
	"adapters/storetest":   {own: append(domain, "adapters/bunstore", "adapters/icareexport", "icare"), others: []string{"github.com/uptrace/bun", "github.com/jackc/pgx/v5", "modernc.org/sqlite", "github.com/google/go-cmp", "github.com/xuri/excelize/v2"}},
	"examples/internal":    {},
	"examples/dexfile":     {own: []string{"dex", "examples/internal"}},
	"examples/icarefile":   {own: []string{"icare", "examples/internal"}},
	"examples":             {own: append(domain, "adapters", "icare"), others: []string{"github.com/uptrace/bun", "github.com/jackc/pgx/v5", "modernc.org/sqlite"}},
}

var leaves = []string{"casemgmt/civil", "casemgmt/id", "casemgmt/i18n", "casemgmt/fault", "casemgmt/access", "casemgmt/event"}

var domain = append(leaves, "casemgmt", "casemgmt/match", "casemgmt/report", "forms", "session", "batch")

// under says whether a path is one of the roots or below one of them; a leaf
// folder of casemgmt is not below casemgmt.
func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		return path == r || strings.HasPrefix(path, r+"/") && r != "casemgmt"
	})
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		best := ""
		for root := range layers {
			if (pkg == root || strings.HasPrefix(pkg, root+"/")) && len(root) > len(best) {
				best = root
			}
		}
		if best == "" {
			t.Errorf("%s is in no layer: add it to the table", pkg)
			continue
		}
		seen++
		for _, dep := range words[1:] {
			own, isOwn := strings.CutPrefix(dep, module)
			switch {
			case isOwn && !under(own, layers[best].own):
				t.Errorf("%s must not import %s", pkg, own)
			case !isOwn && strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") && !slices.ContainsFunc(layers[best].others, func(m string) bool { return dep == m || strings.HasPrefix(dep, m+"/") }):
				t.Errorf("%s must not import %s", pkg, dep)
			case dep == "net/http" && !strings.HasPrefix(pkg, "adapters/httpapi") && !strings.HasPrefix(pkg, "examples/"):
				t.Errorf("%s must not import net/http", pkg)
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d packages were looked at", seen)
	}
}
