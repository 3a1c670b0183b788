package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// How many requests of each operation are sent that the document allows, and how many
// that it forbids.
const validEach, invalidEach = 50, 50

// fuzzSeed is where the requests come from: the same ones each time.
const fuzzSeed = 20261126

// Every operation is sent requests that are made of the document: what it allows and what
// it forbids. No answer is 5xx, or of a status or shape that is not documented, and what
// is forbidden is never done.
func TestDocumentFuzz(t *testing.T) {
	ops := operations(t, newWorld(t).document(t))
	slices.SortFunc(ops, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	sent, refused := 0, 0
	var w *world
	var schemas *schemaSet
	for i, o := range ops {
		if i%20 == 0 { // of thousands of invented people some look alike
			w = newWorld(t)
			schemas = &schemaSet{doc: w.document(t), kept: map[string]*jsonschema.Resolved{}}
		}
		f := &fuzzed{world: w, t: t, o: o, e: w.examples()[o.id], schemas: schemas, rand: rand.New(rand.NewPCG(fuzzSeed, uint64(i)))}
		f.begin()
		for n := range validEach {
			sent++
			if a := f.send(f.allowed(), fmt.Sprint("allowed ", n)); a.status >= 400 {
				refused++
			}
		}
		for n := range invalidEach {
			sent++
			c, how := f.forbidden()
			if a := f.send(c, how); a.status < 400 {
				t.Errorf("%s: %d for what the document forbids (%d): %s", o.id, a.status, n, how)
			}
		}
	}
	t.Logf("%d requests; of those that the document allows %d broke a rule of the rule book", sent, refused)
	if refused > len(ops)*validEach/2 {
		t.Error("most of what the document allows is refused: nothing was tried")
	}
}

// schemaSet resolves the document's schemas.
type schemaSet struct {
	doc  obj
	mu   sync.Mutex
	kept map[string]*jsonschema.Resolved
}

// fits says what is wrong with a value by a schema of the document.
func (s *schemaSet) fits(schema any, v any) error {
	raw, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	resolved := s.kept[string(raw)]
	if resolved == nil {
		whole, err := json.Marshal(obj{"allOf": []any{schema}, "$defs": s.doc["components"].(obj)["schemas"]})
		if err != nil {
			return err
		}
		var parsed jsonschema.Schema
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(whole), "#/components/schemas/", "#/$defs/")), &parsed); err != nil {
			return err
		}
		if resolved, err = parsed.Resolve(nil); err != nil {
			return err
		}
		s.kept[string(raw)] = resolved
	}
	return resolved.Validate(v)
}

// fuzzed is one operation under test.
type fuzzed struct {
	*world
	t       *testing.T
	o       operation
	e       example
	schemas *schemaSet
	rand    *rand.Rand
	user    string
	schema  any // of a JSON body; nil without
	once    func() call
}

func (f *fuzzed) begin() {
	f.once = sync.OnceValue(f.e.make)
	f.user = "worker"
	if f.e.who[0] == http.StatusForbidden {
		f.user = "admin"
	}
	item := f.schemas.doc["paths"].(obj)[f.o.path].(obj)[strings.ToLower(f.o.method)].(obj)
	if body, ok := item["requestBody"].(obj); ok {
		if of, ok := body["content"].(obj)["application/json"].(obj); ok {
			f.schema = of["schema"]
		}
	}
}

// send sends a request and judges the answer by the document.
func (f *fuzzed) send(c call, how string) answer {
	a := f.world.send(f.t, f.user, c)
	response, ok := f.o.responses[strconv.Itoa(a.status)].(obj)
	switch {
	case a.status >= 500:
		f.t.Errorf("%s: %d (%s, seed %d)", f.o.id, a.status, how, fuzzSeed)
		return a
	case !ok:
		f.t.Errorf("%s: status %d is not documented (%s, seed %d): %.200s", f.o.id, a.status, how, fuzzSeed, a.body)
		return a
	}
	if ref, ok := response["$ref"].(string); ok {
		response = f.schemas.doc["components"].(obj)["responses"].(obj)[strings.TrimPrefix(ref, "#/components/responses/")].(obj)
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content, _ := response["content"].(obj)
	of, ok := content[media].(obj)
	if !ok && content["*/*"] == nil {
		f.t.Errorf("%s: an answer %d of %q is not documented", f.o.id, a.status, media)
	}
	if !ok || !strings.HasSuffix(media, "json") || media == "application/x-ndjson" {
		return a
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		f.t.Errorf("%s: %v", f.o.id, err)
	} else if err := f.schemas.fits(of["schema"], v); err != nil {
		f.t.Errorf("%s: the answer %d is not of its schema (%s): %.900v", f.o.id, a.status, how, err)
	}
	return a
}

// again is the example once more: a new one of what changes something.
func (f *fuzzed) again() call {
	if f.o.method == http.MethodGet {
		return f.once()
	}
	return f.e.make()
}

// allowed is the example with other values, as far as the document lets them be.
func (f *fuzzed) allowed() call {
	c := f.again()
	if f.schema != nil {
		body := f.vary(decoded(f.t, c.body), f.schema)
		if f.schemas.fits(f.schema, body) == nil {
			c.body = body
		}
	}
	path, query, _ := strings.Cut(c.path, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, p := range f.o.params {
		p := p.(obj)
		name := p["name"].(string)
		switch schema := p["schema"].(obj); {
		case p["in"] != "query":
		case name == "limit" && f.rand.IntN(2) == 0:
			q.Set(name, strconv.Itoa(1+f.rand.IntN(200)))
		case q.Has(name) && p["required"] != true && f.rand.IntN(4) == 0:
			q.Del(name)
		case q.Has(name) && schema["enum"] != nil:
			if pick, ok := f.pick(schema["enum"].([]any)).(string); ok {
				q.Set(name, pick)
			}
		}
	}
	if c.path = path; len(q) > 0 {
		c.path += "?" + q.Encode()
	}
	return c
}

func (f *fuzzed) pick(list []any) any { return list[f.rand.IntN(len(list))] }

// direct is a schema behind its reference, or behind "or null".
func (f *fuzzed) direct(schema any) obj {
	s, _ := schema.(obj)
	if either, ok := s["anyOf"].([]any); ok {
		s = either[0].(obj)
	}
	if ref, ok := s["$ref"].(string); ok {
		s = f.schemas.doc["components"].(obj)["schemas"].(obj)[strings.TrimPrefix(ref, "#/components/schemas/")].(obj)
	}
	return s
}

// vary makes another value of a schema.
func (f *fuzzed) vary(v, schema any) any {
	s := f.direct(schema)
	switch v := v.(type) {
	case obj:
		out, props := obj{}, f.props(s)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			required, _ := s["required"].([]any)
			if props[name] != nil && !slices.Contains(required, any(name)) && f.rand.IntN(8) == 0 {
				continue
			}
			out[name] = f.vary(v[name], props[name])
		}
		return out
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, f.vary(x, s["items"]))
		}
		return out
	case string:
		if list, ok := s["enum"].([]any); ok && f.rand.IntN(3) == 0 {
			return f.pick(list)
		}
		if s["format"] == nil && s["enum"] == nil && s["type"] == "string" && f.rand.IntN(6) == 0 {
			return f.pick([]any{"", " ", "Ünïcode ’ text", "محمد", strings.Repeat("long ", 3000), "0", "\u200b", "<b>&amp;</b>", "'; DROP"})
		}
	case bool:
		return f.rand.IntN(4) == 0 != v
	case float64:
		if s["type"] == "integer" && f.rand.IntN(4) == 0 {
			return f.pick([]any{0.0, 1.0, -1.0, 1e9, v + 1})
		}
	}
	return v
}

func (f *fuzzed) props(s obj) obj {
	props, _ := s["properties"].(obj)
	return props
}

// forbidden is the example with one thing that the document does not let be.
func (f *fuzzed) forbidden() (call, string) {
	for range 40 {
		c := f.once() // it is never done
		if f.schema != nil && f.rand.IntN(5) > 0 {
			body, how := f.broken(decoded(f.t, c.body))
			if f.schemas.fits(f.schema, body) != nil {
				c.body = body
				return c, how
			}
			continue
		}
		if next, how, ok := f.brokenAddress(c); ok {
			return next, how
		}
	}
	c := f.once()
	c.path += map[bool]string{true: "&", false: "?"}[strings.Contains(c.path, "?")] + "no_such_parameter=1"
	if f.schema != nil || f.o.method != http.MethodGet { // a query is not looked at there
		c.body, c.header = []byte(`{"half`), map[string]string{"Content-Type": "application/json"}
		return c, "half of a body"
	}
	return c, "an unknown parameter"
}

// brokenAddress is a call with a wrong path or query.
func (f *fuzzed) brokenAddress(c call) (call, string, bool) {
	path, query, _ := strings.Cut(c.path, "?")
	parts := strings.Split(path, "/")
	q, _ := url.ParseQuery(query)
	at := []int{}
	for i, want := range strings.Split(f.o.path, "/") {
		if strings.HasPrefix(want, "{") {
			at = append(at, i)
		}
	}
	if len(at) > 0 && f.rand.IntN(2) == 0 {
		parts[at[f.rand.IntN(len(at))]] = f.pick([]any{"x", "00000000-0000-0000-0000-00000000000g", "%00", "null", "-1"}).(string)
		c.path = strings.Join(parts, "/")
		if query != "" {
			c.path += "?" + query
		}
		return c, "a path that names nothing", true
	}
	if f.o.method != http.MethodGet {
		return c, "", false
	}
	how := "an unknown parameter"
	if names := f.o.paramsIn("query"); slices.Contains(names, "limit") && f.rand.IntN(2) == 0 {
		q.Set("limit", f.pick([]any{"0", "-1", "201", "many", "1.5", "9999999999999999999"}).(string))
		how = "a limit that cannot be"
	} else {
		q.Set("no_such_parameter", "1")
	}
	c.path = path + "?" + q.Encode()
	return c, how, true
}

// broken is a body with one value of another type, one property too many or one too few.
func (f *fuzzed) broken(body any) (any, string) {
	var places []func(with func(any, obj) any)
	var walk func(v, schema any, put func(any))
	walk = func(v, schema any, put func(any)) {
		s := f.direct(schema)
		places = append(places, func(with func(any, obj) any) { put(with(v, s)) })
		switch v := v.(type) {
		case obj:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name], f.props(s)[name], func(x any) { v[name] = x })
			}
		case []any:
			for i := range v {
				walk(v[i], s["items"], func(x any) { v[i] = x })
			}
		}
	}
	walk(body, f.schema, func(x any) { body = x })
	how := ""
	places[f.rand.IntN(len(places))](func(v any, s obj) any {
		if of, ok := v.(obj); ok && f.rand.IntN(3) > 0 {
			out := maps.Clone(of)
			required, _ := s["required"].([]any)
			if len(required) > 0 && f.rand.IntN(2) == 0 {
				name := f.pick(required).(string)
				how = "without " + name
				delete(out, name)
				return out
			}
			how = "with a property that there is not"
			out["no_such_property"] = f.pick([]any{nil, 1.0, "x", obj{}, []any{}})
			return out
		}
		how = "a value of another type"
		return f.pick([]any{nil, true, 7.5, "no such value", []any{1.0}, obj{"x": 1.0}})
	})
	return body, how
}
