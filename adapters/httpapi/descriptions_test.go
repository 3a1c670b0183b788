package httpapi_test

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
)

var update = flag.Bool("update", false, "rewrite descriptions.json")

// The document's descriptions are the comments of the source.
func TestDescriptions(t *testing.T) {
	out := map[string]string{}
	folders := append(storetest.ServicePackages(t, "../.."), "forms", "adapters/httpapi", "casemgmt/event", "casemgmt/fault", "casemgmt/i18n", "casemgmt/country", "casemgmt/match", "casemgmt/access")
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join("../..", folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(folder, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if decl, ok := d.(*ast.GenDecl); ok {
					comments(path.Base(folder), decl, out)
				}
			}
		}
	}
	raw, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	raw = append(raw, '\n')
	if *update {
		if err := os.WriteFile("descriptions.json", raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("descriptions.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != string(raw) {
		t.Error("descriptions.json is not what the comments say; run go test ./adapters/httpapi -run Descriptions -update")
	}
}

// comments collects those of the structs of a declaration, each on one line.
func comments(pkg string, d *ast.GenDecl, out map[string]string) {
	for _, s := range d.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		of, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		key := pkg + "." + spec.Name.Name
		doc := spec.Doc
		if doc == nil {
			doc = d.Doc
		}
		put(out, key, doc)
		for _, f := range of.Fields.List {
			for _, name := range f.Names {
				put(out, key+"."+name.Name, f.Doc)
				put(out, key+"."+name.Name, f.Comment)
			}
		}
	}
}

func put(out map[string]string, key string, group *ast.CommentGroup) {
	text := strings.Join(strings.Fields(group.Text()), " ")
	if text != "" && out[key] == "" {
		out[key] = text
	}
}

// Every schema of the document says what it is, and four of five properties do; the
// paths are apart by more than the names of parameters; and all of it needs a token.
func TestDocumentIsDescribed(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	with, without := 0, 0
	for name, s := range doc["components"].(obj)["schemas"].(obj) {
		schema := s.(obj)
		if schema["additionalProperties"] != false && schema["type"] == "object" {
			t.Errorf("%s lets anything pass", name)
		}
		props, _ := schema["properties"].(obj)
		for _, p := range props {
			if _, ok := p.(obj)["description"]; ok {
				with++
			} else {
				without++
			}
		}
	}
	if with < 4*without {
		t.Errorf("%d properties say what they are, %d do not", with, without)
	}
	seen := map[string]string{}
	for p := range doc["paths"].(obj) {
		parts := strings.Split(p, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				parts[i] = "{}"
			}
		}
		bare := strings.Join(parts, "/")
		if other := seen[bare]; other != "" {
			t.Errorf("%s and %s are one path", p, other)
		}
		seen[bare] = p
	}
	if len(doc["security"].([]any)) != 1 {
		t.Error("the document asks for no token")
	}
}
