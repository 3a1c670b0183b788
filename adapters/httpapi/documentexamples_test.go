package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
)

// shown is what the document shows of an operation: a request of the tests, and its
// answer.
type shown struct {
	Query    map[string]string `json:"query,omitempty"`
	Request  any               `json:"request,omitempty"`
	Response any               `json:"response,omitempty"`
}

// The document's examples are those of the tests, with the answers that they get; each
// fits its schema. What requests have is what the tests send; values may be others each
// time, and so may what the answers to them have.
func TestDocumentExamples(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	examples := w.examples()
	set := &schemaSet{doc: doc, kept: map[string]*jsonschema.Resolved{}}
	now := map[string]shown{}
	ops := operations(t, doc)
	slices.SortFunc(ops, func(a, b operation) int { return strings.Compare(a.id, b.id) }) // each finds what those before left
	for _, o := range ops {
		e := examples[o.id]
		may := slices.IndexFunc(e.who[:], func(status int) bool { return status < 400 })
		if may < 0 {
			t.Fatal(o.id, " is done for nobody")
		}
		c := e.make()
		a := w.send(t, users[may], c)
		if a.status >= 400 {
			t.Fatalf("%s: %d %s", o.id, a.status, a.body)
		}
		var s shown
		if _, query, is := strings.Cut(c.path, "?"); is {
			s.Query = map[string]string{}
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			for k := range values {
				s.Query[k] = values.Get(k)
			}
		}
		if raw, ok := c.body.([]byte); c.body != nil && (!ok || json.Valid(raw)) && jsonIn(doc, o, "request") != nil {
			body := decoded(t, c.body)
			if of, ok := body.(obj); ok {
				maps.DeleteFunc(of, func(_ string, v any) bool { return v == "" }) // not given
			}
			s.Request = short(body)
		}
		if jsonIn(doc, o, strconv.Itoa(a.status)) != nil {
			if err := json.Unmarshal(a.body, &s.Response); err != nil {
				t.Fatal(o.id, err)
			}
			s.Response = short(s.Response)
		}
		now[o.id] = anonymous(t, s)
	}
	if *update {
		raw, err := json.MarshalIndent(now, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("examples.json", append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile("examples.json")
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]shown{}
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(kept))); diff != "" {
		t.Errorf("operations (-now +kept):\n%s", diff)
	}
	for _, o := range ops {
		is := kept[o.id]
		if diff := cmp.Diff(outline(now[o.id]), outline(is)); diff != "" {
			t.Errorf("%s (-now +kept):\n%s\nrun go test ./adapters/httpapi -run DocumentExamples -update", o.id, diff)
		}
		for place, v := range map[string]any{"request": is.Request, "answer": is.Response} {
			for name, media := range mediaOf(doc, o) {
				if strings.HasPrefix(name, place) && v != nil {
					if err := set.fits(media["schema"], v); err != nil {
						t.Errorf("%s: the example of the %s: %v", o.id, place, err)
					}
					if media["example"] == nil {
						t.Errorf("%s: the document shows no %s", o.id, place)
					}
				}
			}
		}
	}
}

// mediaOf are the parts of an operation that are JSON.
func mediaOf(doc obj, o operation) map[string]obj {
	out := map[string]obj{}
	if m := jsonIn(doc, o, "request"); m != nil {
		out["request"] = m
	}
	for status := range o.responses {
		if m := jsonIn(doc, o, status); m != nil && status < "4" {
			out["answer "+status] = m
		}
	}
	return out
}

// jsonIn is the JSON of an operation's request, or of its answer of a status; nil if that
// is something else.
func jsonIn(doc obj, o operation, part string) obj {
	of, _ := o.responses[part].(obj)
	if part == "request" {
		of, _ = doc["paths"].(obj)[o.path].(obj)[strings.ToLower(o.method)].(obj)["requestBody"].(obj)
	}
	content, _ := of["content"].(obj)
	media, _ := content["application/json"].(obj)
	return media
}

// short is a value with one element of each list.
func short(v any) any {
	switch v := v.(type) {
	case obj:
		out := obj{}
		for k, e := range v {
			out[k] = short(e)
		}
		return out
	case []any:
		if len(v) == 0 {
			return v
		}
		return []any{short(v[0])}
	}
	return v
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// anonymous has other IDs, which are the same each time.
func anonymous(t *testing.T, s shown) shown {
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	raw = uuids.ReplaceAllFunc(raw, func(id []byte) []byte {
		if names[string(id)] == "" {
			names[string(id)] = fmt.Sprintf("01900000-0000-7000-8000-%012x", len(names)+1)
		}
		return []byte(names[string(id)])
	})
	var out shown
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// outline is where something is in an example of a request, and of which kind.
func outline(s shown) []string {
	seen := map[string]bool{}
	for k := range s.Query {
		seen["?"+k] = true
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case obj:
			for k, e := range v {
				if uuids.MatchString(k) {
					k = "ID"
				}
				walk(path+"/"+k, e)
			}
		case []any:
			for _, e := range v {
				walk(path+"/0", e)
			}
		}
		seen[fmt.Sprintf("%s %T", path, v)] = true
	}
	walk("request", s.Request)
	return slices.Sorted(maps.Keys(seen))
}
