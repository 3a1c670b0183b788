package storetest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Nothing in the core names a funder's system: only the settlement extension, the forms
// of settlement agencies, the formats and their adapters do.
func TestCoreNamesNoFunder(t *testing.T) {
	named := regexp.MustCompile(`(?i)\b(icare|ircc|gcms|foss|hmis|hud|dex|dss)\b`)
	ruleID := regexp.MustCompile(`\bDEX-\d+\b`) // says where a rule is written, as all ids do
	files := 0
	for _, folder := range []string{"casemgmt", "session", "batch", "forms", "adapters/bunstore", "adapters/httpapi", "adapters/signin"} {
		err := filepath.WalkDir(filepath.Join("../..", folder), func(path string, d fs.DirEntry, err error) error {
			slashed := filepath.ToSlash(path)
			switch {
			case err != nil:
				return err
			case d.IsDir() && strings.HasSuffix(slashed, "forms/catalog"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(slashed, "casemgmt/settlement.go"):
				return nil
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			for i, line := range strings.Split(string(raw), "\n") {
				if found := named.FindString(ruleID.ReplaceAllString(line, "")); found != "" {
					t.Errorf("%s:%d names %s", path, i+1, found)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 150 {
		t.Errorf("only %d files were looked at", files)
	}
}
