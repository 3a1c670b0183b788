package httpapi

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// readError is a request that cannot be read.
type readError struct {
	kind   string
	status int
	issues fault.Issues
}

func (e *readError) Error() string { return "httpapi: " + e.kind }

func unreadable(issues fault.Issues) error {
	return &readError{kind: "malformed", status: http.StatusBadRequest, issues: issues}
}

// decode reads a command or query: the body, then the path, the query where
// there is no JSON, and If-Match as the version, which win over the body. All
// that is wrong with the shape is told at once, with paths.
func decode[In any](w http.ResponseWriter, req *http.Request, r *route) (In, error) {
	var in In
	v := reflect.ValueOf(&in).Elem()
	if r.body == jsonBody {
		raw, err := readBody(w, req, r)
		if err != nil {
			return in, err
		}
		if err := decodeJSON(raw, v); err != nil {
			return in, err
		}
	}
	inPath := r.params()
	for _, name := range inPath {
		f, _ := fieldOf(v, name)
		if err := setText(f, req.PathValue(name)); err != nil {
			return in, fault.ErrNotFound // there is no such record, whatever it is
		}
	}
	if r.body != jsonBody {
		if err := decodeQuery(req.URL.Query(), v, inPath); err != nil {
			return in, err
		}
	}
	if r.version {
		version, err := ifMatch(req)
		if err != nil {
			return in, err
		}
		f, _ := fieldOf(v, "version")
		f.SetInt(version)
	}
	switch r.body { // last, what may be long
	case fileBody:
		content, err := readBody(w, req, r)
		if err != nil {
			return in, err
		}
		f, _ := fieldOf(v, "content")
		f.SetBytes(content)
	case linesBody:
		return in, checkMedia(req, r)
	}
	return in, nil
}

// checkMedia refuses a body of another type than the route takes: above all
// those that a form of a browser can send from anywhere.
func checkMedia(req *http.Request, r *route) error {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(r.body.media(), media) {
		return &readError{kind: "unsupported_media_type", status: http.StatusUnsupportedMediaType}
	}
	return nil
}

func readBody(w http.ResponseWriter, req *http.Request, r *route) ([]byte, error) {
	if err := checkMedia(req, r); err != nil {
		return nil, err
	}
	return readAll(w, req, r.limit)
}

func readAll(w http.ResponseWriter, req *http.Request, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge}
	case err != nil:
		return nil, unreadable(nil)
	}
	return raw, nil
}

// decodeJSON reads one JSON value into v. Syntax errors are unreadable, wrong
// shapes are *fault.Invalid with the path of each.
func decodeJSON(raw []byte, v reflect.Value) error {
	var bad fault.Issues
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		what := "not JSON"
		if errors.Is(err, io.EOF) {
			what = "empty"
		}
		bad.Add("", "", "not_json", "what", what)
		return unreadable(bad)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		bad.Add("", "", "not_json", "what", "more than one JSON value")
		return unreadable(bad)
	}
	shape(&bad, "", tree, v.Type())
	if err := bad.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
		bad.Add("", "", "malformed") // what shape lets pass and json does not, such as a number too large
		return bad.Err()
	}
	return nil
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// shape compares a JSON value with the type that is to take it.
func shape(bad *fault.Issues, path string, tree any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		if tree == nil {
			return
		}
		t = t.Elem()
	}
	if tree == nil || t.Kind() == reflect.Interface {
		return // null leaves the field empty
	}
	if reflect.PointerTo(t).Implements(textType) {
		s, ok := tree.(string)
		if !ok {
			bad.Add("", path, "wrong_type", "want", "text")
		} else if err := reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
			bad.Add("", path, textCode(err))
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		shapeStruct(bad, path, tree, t)
	case reflect.Map:
		m, ok := tree.(map[string]any)
		if !ok {
			bad.Add("", path, "wrong_type", "want", "object")
			return
		}
		for _, value := range m {
			shape(bad, path, value, t.Elem())
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			if _, ok := tree.(string); !ok {
				bad.Add("", path, "wrong_type", "want", "base64 text")
			}
			return
		}
		list, ok := tree.([]any)
		if !ok {
			bad.Add("", path, "wrong_type", "want", "list")
			return
		}
		for i, item := range list {
			shape(bad, fault.At(path, i), item, t.Elem())
		}
	default:
		shapeScalar(bad, path, tree, t)
	}
}

func shapeScalar(bad *fault.Issues, path string, tree any, t reflect.Type) {
	var ok bool
	want := "text"
	switch t.Kind() {
	case reflect.String:
		_, ok = tree.(string)
	case reflect.Bool:
		_, ok = tree.(bool)
		want = "true or false"
	case reflect.Int, reflect.Int64:
		want = "whole number"
		if n, is := tree.(json.Number); is {
			_, err := strconv.ParseInt(n.String(), 10, 64)
			ok = err == nil
		}
	case reflect.Float64:
		_, ok = tree.(json.Number)
		want = "number"
	}
	if !ok {
		bad.Add("", path, "wrong_type", "want", want)
	}
}

func shapeStruct(bad *fault.Issues, path string, tree any, t reflect.Type) {
	m, ok := tree.(map[string]any)
	if !ok {
		bad.Add("", path, "wrong_type", "want", "object")
		return
	}
	fields := fieldsOf(t)
	for name, value := range m {
		if f, known := fields[name]; known {
			shape(bad, path+"/"+name, value, f.typ)
		} else {
			bad.Add("", path, "unknown_field") // its name may be anything, also a value
		}
	}
}

type visibleField struct {
	name  string
	typ   reflect.Type
	index []int
	omit  bool // left out when it is empty
	head  bool // of a record's Head
}

// visible are the fields of a struct as JSON has them, those of embedded
// structs in their place.
func visible(t reflect.Type) []visibleField {
	var out []visibleField
	for _, f := range reflect.VisibleFields(t) {
		tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || tag == "-" || f.Anonymous && tag == "" {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		n := len(f.Index) - 1
		head := n > 0 && t.FieldByIndex(f.Index[:n]).Name == "Head"
		out = append(out, visibleField{tag, f.Type, f.Index, strings.Contains(opts, "omit"), head})
	}
	return out
}

var fieldsByName sync.Map // of types to maps

// fieldsOf are the visible fields of a struct by name. They are looked up once.
func fieldsOf(t reflect.Type) map[string]visibleField {
	if known, ok := fieldsByName.Load(t); ok {
		return known.(map[string]visibleField)
	}
	out := map[string]visibleField{}
	for _, f := range visible(t) {
		out[f.name] = f
	}
	fieldsByName.Store(t, out)
	return out
}

func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	if f, ok := fieldsOf(v.Type())[name]; ok {
		return v.FieldByIndex(f.index), true
	}
	return v, false
}

func textCode(err error) string {
	switch {
	case errors.Is(err, civil.ErrInvalid):
		return "not_a_date"
	case errors.Is(err, id.ErrInvalid):
		return "not_an_id"
	}
	return "malformed"
}

// setText puts a text of the path or query into a field.
func setText(f reflect.Value, s string) error {
	if u, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s == "" {
			return id.ErrInvalid
		}
		return u.UnmarshalText([]byte(s))
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(s)
		return nil
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		f.SetInt(n)
		return err
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		f.SetBool(b)
		return err
	}
	return errors.New("httpapi: a text cannot fill this field")
}

func decodeQuery(q url.Values, v reflect.Value, inPath []string) error {
	var bad fault.Issues
	for name, values := range q {
		f, ok := fieldOf(v, name)
		if slices.Contains(inPath, name) || ok && f.Kind() == reflect.Slice { // a file is no parameter
			ok = false
		}
		switch {
		case !ok:
			bad.Add("", "", "unknown_field")
		case len(values) > 1:
			bad.Add("", "/"+name, "repeated")
		case values[0] == "":
		default:
			if err := setText(f, values[0]); err != nil {
				bad.Add("", "/"+name, textCode(err))
			}
		}
	}
	return bad.Err()
}

// ifMatch is the version that the caller read, from the ETag it was given.
func ifMatch(r *http.Request) (int64, error) {
	tag := strings.Trim(strings.TrimPrefix(r.Header.Get("If-Match"), "W/"), `"`)
	if tag == "" {
		return 0, &readError{kind: "precondition_required", status: http.StatusPreconditionRequired}
	}
	version, err := strconv.ParseInt(tag, 10, 64)
	if err != nil || version < 1 {
		return 0, fault.ErrConflict // no version of ours
	}
	return version, nil
}
