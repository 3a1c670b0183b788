package httpapi

import (
	"cmp"
	"encoding"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
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
func decode[In any](visit *visit, r *route) (In, error) {
	var in In
	req := visit.req
	v := reflect.ValueOf(&in).Elem()
	if err := checkMedia(req, r); err != nil {
		return in, err
	}
	if r.body == jsonBody {
		if err := decodeJSON(&incoming{in: req.Body, limit: r.limit, visit: visit}, v); err != nil {
			return in, err
		}
	}
	for _, name := range r.params() {
		f, _ := fieldOf(v, name)
		if err := setText(f, req.PathValue(name)); err != nil {
			return in, fault.ErrNotFound // there is no such record, whatever it is
		}
	}
	if err := decodeQuery(req, r, v); err != nil {
		return in, err
	}
	if r.version {
		version, err := ifMatch(req)
		if err != nil {
			return in, err
		}
		f, _ := fieldOf(v, "version")
		f.SetInt(version)
	}
	if r.body == fileBody { // last, as it may be long
		content, err := (&incoming{in: req.Body, limit: r.limit, visit: visit}).all()
		if err = cmp.Or(err, visit.take(int64(len(content)))); err != nil { // as much again for what is unpacked of it
			return in, err
		}
		f, _ := fieldOf(v, "content")
		f.SetBytes(content)
	}
	return in, nil
}

// checkMedia refuses a body of another type than the route takes: above all
// those that a form of a browser can send from anywhere.
func checkMedia(req *http.Request, r *route) error {
	if r.body == noBody {
		return nil
	}
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(r.body.media(), media) {
		return &readError{kind: "unsupported_media_type", status: http.StatusUnsupportedMediaType}
	}
	return nil
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
	return visibleIn(direct(t), nil, false)
}

// visibleIn are those of an embedded struct at a place. Go's own rules hide a field Row
// of an embedded Row, and JSON's do not.
func visibleIn(t reflect.Type, at []int, head bool) []visibleField {
	var out []visibleField
	for i := range t.NumField() {
		f := t.Field(i)
		tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(slices.Clone(at), i)
		switch {
		case f.Anonymous && tag == "" && direct(f.Type).Kind() == reflect.Struct:
			out = append(out, visibleIn(direct(f.Type), index, f.Name == "Head")...)
		case f.IsExported() && tag != "-":
			out = append(out, visibleField{cmp.Or(tag, f.Name), f.Type, index, strings.Contains(opts, "omit"), head})
		}
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

// decodeQuery puts the parameters of the query into fields. Beside JSON, which has
// all of them, there are none.
func decodeQuery(req *http.Request, r *route, v reflect.Value) error {
	var bad fault.Issues
	q, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return unreadable(nil)
	}
	for name, values := range q {
		f, ok := fieldOf(v, name)
		if r.body == jsonBody || slices.Contains(r.params(), name) || ok && f.Kind() == reflect.Slice { // a file is no parameter
			ok = false
		}
		switch {
		case !ok:
			bad.Add("", unknownAt("", name), "unknown_field")
		case len(values) > 1:
			bad.Add("", "/"+name, "repeated")
		case values[0] == "":
		default:
			if err := setText(f, values[0]); err != nil {
				bad.Add("", "/"+name, textCode(err))
			} else if name == "limit" && f.IsZero() { // to the library 0 is the default
				bad.Add("", "/limit", "out_of_range", "min", 1, "max", 200)
			}
		}
	}
	return bad.Err()
}

var versionTag = regexp.MustCompile(`^(?:W/)?"([1-9][0-9]{0,17})"$`)

// ifMatch is the version that the caller read, from the ETag it was given. What was
// never given to anybody is no old version, but a mistake.
func ifMatch(r *http.Request) (int64, error) {
	tags := r.Header.Values("If-Match")
	if len(tags) == 0 {
		return 0, &readError{kind: "precondition_required", status: http.StatusPreconditionRequired}
	}
	found := versionTag.FindStringSubmatch(tags[0])
	if len(tags) > 1 || found == nil {
		var bad fault.Issues
		bad.Add("", "/If-Match", "not_a_version")
		return 0, unreadable(bad)
	}
	return strconv.ParseInt(found[1], 10, 64)
}
