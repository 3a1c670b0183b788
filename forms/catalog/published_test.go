package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
)

// FRM-09: each published version is read from its file as the definition that it
// was, and is the one that the registry has for it.
func TestPublishedVersions(t *testing.T) {
	names, err := filepath.Glob("published/*.json")
	if err != nil || len(names) < len(catalog.Definitions()) {
		t.Fatal(len(names), "published versions", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var d forms.Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		known, ok := catalog.Registry().Version(d.Key, d.Version)
		if !ok {
			t.Errorf("%s is not in the registry", name)
			continue
		}
		if diff := cmp.Diff(known.Definition, d, cmpopts.IgnoreFields(forms.Definition{}, "Extension")); diff != "" {
			t.Errorf("%s (-registry +file):\n%s", name, diff)
		}
	}
}
