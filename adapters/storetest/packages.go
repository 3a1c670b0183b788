package storetest

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ServicePackages are the folders of the domain packages with a Service, below the
// module's own, which is root: tests that read the source look at all of them.
func ServicePackages(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "adapters" || name == "examples" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		raw, err := os.ReadFile(filepath.Join(root, name))
		if strings.Contains(string(raw), "\ntype Service struct") {
			out = append(out, path.Dir(name))
		}
		return err
	})
	if err != nil || len(out) < 8 {
		t.Fatal(out, err)
	}
	slices.Sort(out)
	return out
}
