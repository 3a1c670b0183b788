package bunstore

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// storedType is a type that is kept as JSON.
type storedType struct {
	name string // of its documents: name.json, name.2.json, ...
	t    reflect.Type
	// columns are fields that are columns of the row, and in no document.
	columns []string
	// again reads a document as the storage does, and writes it.
	again func(document string) (any, error)
}

func stored[T any](name string, columns ...string) storedType {
	return storedType{name, reflect.TypeFor[T](), columns, func(document string) (any, error) {
		var d engine.JSON[T]
		if err := d.Scan(document); err != nil {
			return nil, err
		}
		return d.Value()
	}}
}

// storedTypes are all types that rows have as JSON, as the source names them.
var storedTypes = map[string]storedType{
	"casemgmt.Agency":     stored[casemgmt.Agency]("agency"),
	"casemgmt.Site":       stored[casemgmt.Site]("site"),
	"casemgmt.Program":    stored[casemgmt.Program]("program"),
	"casemgmt.Funder":     stored[casemgmt.Funder]("funder"),
	"casemgmt.Contact":    stored[casemgmt.Contact]("contact"),
	"casemgmt.Statement":  stored[casemgmt.Statement]("statement"),
	"casemgmt.Staff":      stored[casemgmt.Staff]("staff"),
	"casemgmt.Client":     stored[casemgmt.Client]("client"),
	"enroll.ServiceGroup": stored[enroll.ServiceGroup]("service_group"),
	"enroll.ServiceCode":  stored[enroll.ServiceCode]("service_code"),
	"enroll.Enrollment":   stored[enroll.Enrollment]("enrollment"),
	"enroll.Bar":          stored[enroll.Bar]("bar"),
	"enroll.Card":         stored[enroll.Card]("card"),
	"followup.Plan":       stored[followup.Plan]("plan"),
	"casefile.File":       stored[casefile.File]("case_file"),
	"casefile.Session":    stored[casefile.Session]("case_session"),
	"casefile.Person":     stored[casefile.Person]("case_person"),
	"casefile.Activity":   stored[casefile.Activity]("outlet_activity"),
	"casefile.Reference":  stored[casefile.Reference]("reference_list"),
	"batch.Batch":         stored[batch.Batch]("batch"),
	"batch.Run":           stored[batch.Run]("batch_run"),
	"batch.Item":          stored[[]batch.Item]("entry_units"),
	"batch.Reversal":      stored[batch.Reversal]("batch_reversal"),
	"sessionData":         stored[sessionData]("session", "Type", "Site", "ServiceDate"),
	"session.Document":    stored[session.Document]("session_document"),
	"session.Removal":     stored[session.Removal]("removal"),
	"forms.Answers":       stored[forms.Answers]("answers"),
	"export.Run":          stored[export.Run]("export_run"),
	"export.File":         stored[export.File]("export_file"),
	"ledgerData":          stored[ledgerData]("export_row"),
	"report.Saved":        stored[report.Saved]("saved_report"),
	"apitoken.Token":      stored[apitoken.Token]("token"),
	"event.Change":        stored[[]event.Change]("event_changes"),
}

// keptResults are the other types that a request with a key is answered with
// again, which are kept for it.
var keptResults = map[string]storedType{
	"session.Session":  stored[session.Session]("result_session"),
	"session.Form":     stored[session.Form]("result_form"),
	"batch.Added":      stored[batch.Added]("result_added"),
	"batch.PostedPage": stored[batch.PostedPage]("result_posted"),
	"batch.Entry":      stored[batch.Entry]("result_entry"),
	"batch.Restored":   stored[batch.Restored]("result_restored"),
	"casefile.Loaded":  stored[casefile.Loaded]("result_references"),
	"export.Read":      stored[export.Read]("result_export_read"),
	"export.Row":       stored[export.Row]("result_export_row"),
}

// parsed are the module's files in a folder that are no tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file)
	}
	return out
}

// bare is the name of a type without what says that there may be none or many.
func bare(e ast.Expr) string { return strings.TrimLeft(types.ExprString(e), "*[]") }

// Every type that a column has as JSON has documents, and no document is of a type
// that is not stored.
func TestStoredTypesAreAll(t *testing.T) {
	found := map[string]bool{}
	for _, file := range parsed(t, ".") {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.IndexExpr:
				if name := types.ExprString(n.X); name == "engine.JSON" || name == "engine.Packed" || name == "engine.Document" {
					found[bare(n.Index)] = true
				}
			case *ast.SelectorExpr:
				if name := types.ExprString(n); strings.HasPrefix(name, "json.") && name != "json.RawMessage" {
					t.Errorf("%s is used: what is kept as JSON goes through engine.JSON or engine.Packed", name)
				}
			}
			return true
		})
	}
	for name := range found {
		if _, ok := storedTypes[name]; !ok {
			t.Errorf("%s is stored and has no documents", name)
		}
	}
	for name := range storedTypes {
		if !found[name] {
			t.Errorf("%s has documents and is not stored", name)
		}
	}
}

// Every type that a change answers with is kept for repeated requests, and has documents.
func TestKeptResultsAreAll(t *testing.T) {
	found := map[string]bool{}
	for _, dir := range storetest.ServicePackages(t, "../..") {
		for _, file := range parsed(t, "../../"+dir) {
			for _, d := range file.Decls {
				if name := resultOfChange(d); name != "" {
					if !strings.Contains(name, ".") {
						name = file.Name.Name + "." + name
					}
					found[name] = true
				}
			}
		}
	}
	for name := range found {
		if storedTypes[name].name == "" && keptResults[name].name == "" {
			t.Errorf("%s is kept with requests and has no documents", name)
		}
	}
	for name := range keptResults {
		if !found[name] {
			t.Errorf("no change answers with %s", name)
		}
	}
}

// resultOfChange is what a method of a service that makes a change answers with.
func resultOfChange(d ast.Decl) string {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Recv == nil || bare(fn.Recv.List[0].Type) != "Service" || fn.Body == nil {
		return ""
	}
	changes := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			name := types.ExprString(call.Fun)
			changes = changes || name == "Change" || name == "casemgmt.Change" || name == "answered"
		}
		return true
	})
	if !changes || fn.Type.Results == nil {
		return ""
	}
	return bare(fn.Type.Results.List[0].Type)
}

// documents are the names and contents of a type's documents.
func (s storedType) documents(t *testing.T) (names []string, contents []string) {
	t.Helper()
	for n := 1; ; n++ {
		name := s.file(n)
		raw, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			return names, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		names, contents = append(names, name), append(contents, string(raw))
	}
}

func (s storedType) file(n int) string {
	name := "testdata/stored/" + s.name
	if n > 1 {
		name += fmt.Sprint(".", n)
	}
	return name + ".json"
}

// Each stored type has documents of every shape that was released, which are read
// for ever; together they fill every field of today's type. A new field comes with
// a new document.
func TestStoredDocuments(t *testing.T) {
	for _, group := range []map[string]storedType{storedTypes, keptResults} {
		for typeName, s := range group {
			t.Run(typeName, func(t *testing.T) {
				_, contents := s.documents(t)
				missing := s.missing(t, contents)
				if len(missing) > 0 && *update {
					contents = append(contents, s.write(t, s.file(len(contents)+1)))
					missing = s.missing(t, contents)
				}
				if len(missing) > 0 {
					t.Errorf("no document fills %s; run go test ./adapters/bunstore -run Stored -update if fields were added", strings.Join(missing, ", "))
				}
				for _, c := range contents {
					s.decodes(t, c)
				}
			})
		}
	}
}

// decodes reads a document strictly and as the storage does, and writes it again.
func (s storedType) decodes(t *testing.T, content string) {
	t.Helper()
	strict := json.NewDecoder(strings.NewReader(content))
	strict.DisallowUnknownFields()
	if err := strict.Decode(reflect.New(s.t).Interface()); err != nil {
		t.Error(err)
	}
	again, err := s.again(content)
	if err != nil {
		t.Fatal(err)
	}
	if mark := reshaped[s.name]; mark != "" && !strings.Contains(content, mark) {
		return // see TestEarlierShapes
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, []byte(content)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain.String(), again); diff != "" {
		t.Errorf("(-read +written):\n%s", diff)
	}
}

// reshaped are types of which the documents without a field have a shape that is read
// and not written any more.
var reshaped = map[string]string{"client": `"region"`, "site": `"region"`, "agency": `"country"`}

// Nothing of a document of an earlier shape is lost when it is read and written.
func TestEarlierShapes(t *testing.T) {
	var c casemgmt.Client
	readDocument(t, "client.json", &c)
	day := func(text string) civil.Date { return civil.MustParse(text) }
	want := casemgmt.Settlement{OfficialLanguage: "officiallanguage 22", ImmigrationClass: "immigrationclass 27", Landing: day("2025-01-29"), Arrival: day("2025-01-30"),
		Reentry: day("2025-01-31"), CountryOfOrigin: "countryoforigin 31", LastResidence: "lastresidence 32"}
	if diff := cmp.Diff(want, c.Profile.Settlement); diff != "" || c.Profile.Address.Region != "province 46" || c.Profile.Family == "" {
		t.Errorf("a client is read as %+v\n%s", c.Profile, diff)
	}
	var s casemgmt.Site
	readDocument(t, "site.json", &s)
	if s.Address.Region != "province 13" || s.Address.City != "city 12" {
		t.Errorf("a site is read as %+v", s)
	}
	var a casemgmt.Agency
	readDocument(t, "agency.json", &a)
	beforeCountries(&a)
	if a.Country != "CA" || !a.Has(country.Settlement) || len(a.Languages) != 2 || a.Zone != "zone 5" {
		t.Errorf("an agency is read as %+v", a)
	}
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again casemgmt.Client
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("(-read +read again):\n%s", diff)
	}
}

func readDocument(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata/stored", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// missing are the fields of the type that no document fills.
func (s storedType) missing(t *testing.T, contents []string) []string {
	t.Helper()
	filled, all := map[string]bool{}, map[string]bool{}
	for _, c := range contents {
		v := reflect.New(s.t)
		if err := json.Unmarshal([]byte(c), v.Interface()); err != nil {
			t.Fatal(err)
		}
		seenFields(v.Elem(), filled)
	}
	allFields(s.t, all, map[reflect.Type]bool{})
	var out []string
	for name := range all {
		if _, field, _ := strings.Cut(name, "/"); !filled[name] && !slices.Contains(s.columns, field) {
			out = append(out, name)
		}
	}
	if len(contents) == 0 && len(out) == 0 {
		out = []string{s.t.String()} // no struct
	}
	slices.Sort(out)
	return out
}

var textual = reflect.TypeFor[encoding.TextMarshaler]()

// whole says whether a type is one value in JSON.
func whole(t reflect.Type) bool {
	return t.Implements(textual) || reflect.PointerTo(t).Implements(textual) || t.Implements(reflect.TypeFor[json.Marshaler]())
}

// kept says whether a field is in documents.
func kept(f reflect.StructField) bool {
	return f.Tag.Get("json") != "-" && (f.IsExported() || f.Anonymous) && !(f.Anonymous && f.Tag.Get("json") == "")
}

// allFields are the fields of a type and of those that it is made of.
func allFields(t reflect.Type, out map[string]bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		allFields(t.Elem(), out, seen)
	case reflect.Struct:
		if whole(t) {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get("json") == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			if kept(f) {
				out[t.String()+"/"+f.Name] = true
			}
			allFields(f.Type, out, seen)
		}
	}
}

// seenFields are the fields that a value fills.
func seenFields(v reflect.Value, out map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			seenFields(v.Elem(), out)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			seenFields(v.Index(i), out)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			seenFields(v.MapIndex(k), out)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if kept(f) && !v.Field(i).IsZero() {
				out[v.Type().String()+"/"+f.Name] = true
			}
			seenFields(v.Field(i), out)
		}
	}
}

// write writes a document of an invented value with every field.
func (s storedType) write(t *testing.T, name string) string {
	t.Helper()
	v := reflect.New(s.t).Elem()
	(&filler{depth: map[reflect.Type]int{}}).fill(v, s.name)
	if d, ok := v.Addr().Interface().(*sessionData); ok {
		d.Type, d.Site, d.Details.ServiceDate, d.ServiceDate = "", casemgmt.SiteID{}, civil.Date{}, nil
	}
	if a, ok := v.Addr().Interface().(*forms.Answers); ok {
		*a = forms.Answers{"text": "Help with a letter", "yes": true, "no": false, "count": 3.0, "part": 1.5, "choices": []any{"a", "b"},
			"rows": []any{map[string]any{"service": "budgeting", "hours": 2.0}}}
	}
	raw, err := json.MarshalIndent(v.Interface(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	raw = append(raw, '\n')
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// filler invents values, each another.
type filler struct {
	n     int
	depth map[reflect.Type]int
}

func (f *filler) fill(v reflect.Value, name string) {
	f.n++
	if f.special(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if f.depth[v.Type().Elem()] < 2 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), name)
		}
	case reflect.Struct:
		f.depth[v.Type()]++
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.Tag.Get("json") != "-" && (field.IsExported() || field.Anonymous) && v.Field(i).CanSet() {
				f.fill(v.Field(i), strings.ToLower(field.Name))
			}
		}
		f.depth[v.Type()]--
	case reflect.Slice:
		if f.depth[v.Type().Elem()] < 2 {
			n := 2
			if v.Type().Elem().Kind() == reflect.Struct {
				n = 1 // the document would grow with the power of its depth
			}
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				f.fill(v.Index(i), name)
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, name+" key")
		f.fill(value, name)
		v.SetMapIndex(key, value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(fmt.Sprint(name, " ", f.n)))
	case reflect.String:
		f.text(v, name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.5)
	default:
		panic("nothing is invented for " + v.Type().String())
	}
}

// special fills what is more than its parts.
func (f *filler) special(v reflect.Value) bool {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Date(2025, 6, 16, 2, 30, f.n%60, f.n*1000, time.UTC)
	case *civil.Date:
		*x = civil.Date{Year: 2025, Month: 1, Day: 1}.AddDays(f.n)
	case *json.RawMessage:
		*x = json.RawMessage(fmt.Sprintf(`{"n":%d}`, f.n))
	default:
		if v.Kind() != reflect.Array || v.Len() != 16 {
			return false
		}
		key := [16]byte{0: 0x01, 1: 0x97, 6: 0x70, 8: 0x80, 14: byte(f.n >> 8), 15: byte(f.n)}
		v.Set(reflect.ValueOf(key).Convert(v.Type()))
	}
	return true
}

// text is one of a type's own values, or what the field is called.
func (f *filler) text(v reflect.Value, name string) {
	if m := v.MethodByName("Values"); m.IsValid() && m.Type().NumIn() == 0 {
		all := m.Call(nil)[0]
		v.Set(all.Index(f.n % all.Len()))
		return
	}
	v.SetString(fmt.Sprint(name, " ", f.n))
}

// A document of a released shape is never edited: its checksum stays.
func TestStoredDocumentsAreNotEdited(t *testing.T) {
	names, err := fs.Glob(os.DirFS("testdata/stored"), "*")
	if err != nil || len(names) < len(storedTypes) {
		t.Fatal(names, err)
	}
	const sums = "testdata/stored.sum"
	old, err := os.ReadFile(sums)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var out strings.Builder
	known := map[string]bool{}
	for _, name := range names {
		raw, err := os.ReadFile("testdata/stored/" + name)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%x  %s\n", sha256.Sum256(raw), name)
		out.WriteString(line)
		known[name] = true
		if strings.Contains(string(old), "  "+name+"\n") && !strings.Contains(string(old), line) {
			t.Errorf("%s was edited; write another document instead", name)
		}
	}
	for line := range strings.Lines(string(old)) {
		if _, name, _ := strings.Cut(strings.TrimSpace(line), "  "); !known[name] {
			t.Errorf("%s is gone; it must be read for ever", name)
		}
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(sums, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if out.String() != string(old) {
		t.Error("the documents differ from " + sums + "; run go test ./adapters/bunstore -run Stored -update if one was added")
	}
}

// Every document belongs to a stored type.
func TestStoredDocumentsBelong(t *testing.T) {
	names, err := fs.Glob(os.DirFS("testdata/stored"), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]bool{}
	for _, group := range []map[string]storedType{storedTypes, keptResults} {
		for _, s := range group {
			found, _ := s.documents(t)
			for _, name := range found {
				of[filepath.Base(name)] = true
			}
		}
	}
	for _, name := range names {
		if !of[name] {
			t.Errorf("%s is of no type", name)
		}
	}
}

// What a form is missing is kept as lines of path, code and rule, which are read for
// ever as well.
func TestStoredMissing(t *testing.T) {
	raw, err := os.ReadFile("testdata/stored/missing.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := missing{{Path: "/program", Code: "required", Rule: "HDR-01"}, {Path: "/answers/children/0/care", Code: "required", Rule: "CMP-05"}, {Path: "/answers/end", Code: "malformed"}}
	var got missing
	if err := got.Scan(string(raw)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := got.Value()
	if err != nil || again != string(raw) {
		t.Errorf("it is written as %q, %v", again, err)
	}
	for _, none := range []any{nil, "", []byte(nil)} {
		if err := got.Scan(none); err != nil || got != nil {
			t.Errorf("%#v is read as %v, %v", none, got, err)
		}
	}
	if v, err := (missing{}).Value(); v != nil || err != nil {
		t.Errorf("none is written as %v, %v", v, err)
	}
}
