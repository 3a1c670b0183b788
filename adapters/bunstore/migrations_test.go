package bunstore

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the checksums of new migrations")

// A migration that somebody may have run is never edited: its checksum stays.
func TestMigrationsAreNotEdited(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	const name = "testdata/migrations.sum"
	kept, err := os.ReadFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range files {
		raw, err := migrations.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%x  %s\n", sha256.Sum256(raw), f)
		out.WriteString(line)
		if strings.Contains(string(kept), f) && !strings.Contains(string(kept), line) {
			t.Errorf("%s was edited; write a new migration instead", f)
		}
	}
	if *update && !t.Failed() {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if out.String() != string(kept) {
		t.Error("the migrations differ from " + name + "; run go test ./adapters/bunstore -run Migrations -update if one was added")
	}
}
