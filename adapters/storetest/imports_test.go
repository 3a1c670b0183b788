package storetest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/opencasework/casework/"

// layer is a line of the table: who may import what, of this module and of others.
type layer struct {
	packages    string // by blanks; /... with all below
	own, others string
}

// layers is the table of who imports whom. A package is in the line that names
// it most closely.
var layers = []layer{
	{"casemgmt/civil casemgmt/i18n", "", "golang.org/x/text"},
	{"casemgmt/country", "casemgmt/i18n", "golang.org/x/text"},
	{"casemgmt/id", "", "github.com/google/uuid"},
	{"casemgmt/fault", "casemgmt/civil casemgmt/id casemgmt/i18n", validation},
	{"casemgmt/access", "casemgmt/fault", ""},
	{"casemgmt/event", "casemgmt/civil casemgmt/id casemgmt/i18n casemgmt/fault casemgmt/access", ""},
	{"casemgmt/match", "casemgmt/civil casemgmt/i18n", "github.com/hbollon/go-edlib"},
	{"forms/...", "casemgmt/civil casemgmt/country casemgmt/i18n casemgmt/id casemgmt/fault forms", validation},
	{"casemgmt", leaves + " casemgmt/match forms", "golang.org/x/text " + validation},
	{"casemgmt/...", leaves + " casemgmt forms", validation},
	{"casemgmt/casefile", leaves + " casemgmt casemgmt/casefile/score forms", validation},
	{"batch/...", leaves + " casemgmt casemgmt/enroll forms", validation},
	{"session session/export", leaves + " casemgmt/... session forms", validation},
	{"session/report session/dashboard", domain, validation},
	{"dex/...", "dex/...", "golang.org/x/text"},
	{"icare/...", "icare/...", "github.com/xuri/excelize/v2"},
	{"adapters/bunstore/internal/...", leaves + " casemgmt", bun + " github.com/pressly/goose/v3/..."},
	{"adapters/bunstore", domain + " adapters/bunstore/internal/...", bun + " github.com/pressly/goose/v3/..."},
	{"adapters/httpapi", domain, ""},
	{"adapters/signin", domain, ""},
	{"adapters/icareexport", domain + " icare", ""},
	{"adapters/dexexport", domain + " dex", ""},
	{"adapters/storetest", domain, "github.com/google/go-cmp"},
	{"adapters/storetest/databases", domain + " adapters/...", bun + " " + drivers},
	{"examples/dexfile", "dex examples/internal/...", ""},
	{"examples/icarefile", "icare examples/internal/...", ""},
	{"examples/internal/...", "", ""},
	{"examples/server/reference", "", ""},
	{"examples/server", domain + " adapters/... icare examples/...", bun + " " + drivers + " github.com/VictoriaMetrics/metrics github.com/klauspost/compress/gzhttp github.com/rs/cors"},
	{"examples/...", domain + " adapters/... icare examples/...", bun + " " + drivers},
}

const (
	leaves     = "casemgmt/civil casemgmt/country casemgmt/id casemgmt/i18n casemgmt/fault casemgmt/access casemgmt/event"
	domain     = "casemgmt/... forms/... session/... batch/..."
	validation = "github.com/invopop/validation"
	bun        = "github.com/uptrace/bun github.com/uptrace/bun/dialect/..."
	drivers    = "github.com/jackc/pgx/v5/... modernc.org/sqlite"
)

// among says how closely a list names a package: 0 not at all, most for its own name.
func among(list, pkg string) int {
	best := 0
	for _, root := range strings.Fields(list) {
		folder, below := strings.CutSuffix(root, "/...")
		switch {
		case root == pkg:
			return len(pkg) + 2
		case below && (pkg == folder || strings.HasPrefix(pkg, folder+"/")):
			best = max(best, len(folder)+1)
		}
	}
	return best
}

// lineOf is the line of the table for a package, nil if there is none.
func lineOf(pkg string) *layer {
	var best *layer
	closest := 0
	for i, l := range layers {
		if c := among(l.packages, pkg); c > closest {
			best, closest = &layers[i], c
		}
	}
	return best
}

// edge says what is wrong with an import; empty if nothing.
func edge(pkg, dep string) string {
	l := lineOf(pkg)
	own, isOwn := strings.CutPrefix(dep, module)
	switch {
	case l == nil:
		return pkg + " is in no layer: add it to the table"
	case isOwn && own != pkg && among(l.own, own) == 0:
		return pkg + " must not import " + own
	case !isOwn && strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") && among(l.others, dep) == 0 && !under(l.others, dep):
		return pkg + " must not import " + dep
	case dep == "net/http" && among("adapters/httpapi adapters/signin examples/...", pkg) == 0:
		return pkg + " must not import net/http"
	}
	return ""
}

// under says whether a package is below a module of the list.
func under(list, dep string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(m string) bool { return strings.HasPrefix(dep, m+"/") })
}

func TestImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps,Standard", module+"...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for dec := json.NewDecoder(out); ; {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg, isOwn := strings.CutPrefix(p.ImportPath, module)
		if !isOwn {
			continue
		}
		seen++
		for _, dep := range p.Imports {
			if bad := edge(pkg, dep); bad != "" {
				t.Error(bad)
			}
		}
		// what is imported by way of others: neither storage nor a server comes
		// with the domain or a file format
		for _, dep := range p.Deps {
			if !strings.HasPrefix(pkg, "adapters/") && !strings.HasPrefix(pkg, "examples/") && (dep == "net/http" || dep == "database/sql" || strings.HasPrefix(dep, "github.com/uptrace/")) {
				t.Errorf("%s needs %s by way of another", pkg, dep)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if seen < 25 {
		t.Errorf("%d packages were looked at", seen)
	}
}

// The table itself refuses what it should.
func TestImportTable(t *testing.T) {
	for _, bad := range [][2]string{{"casemgmt", module + "session"}, {"session", module + "batch"}, {"session/export", module + "batch"}, {"batch", module + "session"},
		{"casemgmt/enroll", module + "casemgmt/followup"}, {"dex", module + "casemgmt/civil"}, {"icare", module + "forms"}, {"adapters/httpapi", module + "adapters/bunstore"},
		{"casemgmt", "github.com/uptrace/bun"}, {"session", "net/http"}, {"adapters/storetest", module + "icare"}, {"casemgmt/civil", module + "casemgmt/id"}, {"forms/catalog", module + "casemgmt"}} {
		if edge(bad[0], bad[1]) == "" {
			t.Errorf("%s may import %s", bad[0], bad[1])
		}
	}
}
