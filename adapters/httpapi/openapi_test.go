package httpapi_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// document reads the OpenAPI document from the server.
func (w *world) document(t *testing.T) obj {
	t.Helper()
	a := w.send(t, "", call{method: "GET", path: "/openapi.json"})
	var doc obj
	if err := json.Unmarshal(a.body, &doc); err != nil || a.status != 200 {
		t.Fatal(a.status, err)
	}
	return doc
}

type operation struct {
	id, method, path string
	params           []any
	tags             []any
	hasBody          bool
	responses        obj // by status
}

func operations(t *testing.T, doc obj) []operation {
	t.Helper()
	var out []operation
	for path, item := range doc["paths"].(obj) {
		for method, raw := range item.(obj) {
			op := raw.(obj)
			o := operation{id: op["operationId"].(string), method: strings.ToUpper(method), path: path, params: op["parameters"].([]any)}
			_, o.hasBody = op["requestBody"]
			o.responses = op["responses"].(obj)
			o.tags, _ = op["tags"].([]any)
			out = append(out, o)
		}
	}
	return out
}

// paramsIn are the names of the parameters in the path, or in the query.
func (o operation) paramsIn(place string) []string {
	var out []string
	for _, p := range o.params {
		if p := p.(obj); p["in"] == place {
			out = append(out, p["name"].(string))
		}
	}
	return out
}

// references are all of a part of the document.
func references(v any) []string {
	var out []string
	switch v := v.(type) {
	case obj:
		if ref, ok := v["$ref"].(string); ok {
			out = append(out, ref)
		}
		for _, x := range v {
			out = append(out, references(x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, references(x)...)
		}
	}
	return out
}

// resolve follows a reference of the document; nil when it leads nowhere.
func resolve(doc obj, ref string) any {
	at := any(doc)
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := at.(obj)
		at = m[part]
	}
	return at
}

// The document is valid: its references lead somewhere, its path parameters are
// those of the path, its operations have names of their own and a tag, and its
// components have names that generators take.
func TestOpenAPIIsValid(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("version %v", doc["openapi"])
	}
	refs := references(doc)
	for _, ref := range refs {
		if resolve(doc, ref) == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	}
	if len(refs) < 100 {
		t.Errorf("%d references were followed", len(refs))
	}
	components := regexp.MustCompile(`^[A-Za-z0-9]+$`)
	for kind, list := range doc["components"].(obj) {
		for name := range list.(obj) {
			if !components.MatchString(name) {
				t.Errorf("%s %q has a name that generators do not take", kind, name)
			}
		}
	}
	tags := map[any]bool{}
	for _, tag := range doc["tags"].([]any) {
		tags[tag.(obj)["name"]] = true
	}
	seen := map[string]bool{}
	inPath := regexp.MustCompile(`\{(\w+)\}`)
	for _, o := range operations(t, doc) {
		if seen[o.id] {
			t.Errorf("%s is there twice", o.id)
		}
		seen[o.id] = true
		if len(o.tags) != 1 || !tags[o.tags[0]] {
			t.Errorf("%s has the tags %v", o.id, o.tags)
		}
		var want []string
		for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
			want = append(want, m[1])
		}
		if got := o.paramsIn("path"); !slices.Equal(want, got) {
			t.Errorf("%s has the path parameters %v, want %v", o.id, got, want)
		}
		if (o.method == "GET") == o.hasBody {
			t.Errorf("%s %s: body %v", o.method, o.id, o.hasBody)
		}
	}
}

// Each answer has a body: the success its own, and every problem the problem's.
func TestOpenAPIDescribesEveryAnswer(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	for _, o := range operations(t, doc) {
		success := 0
		for status, r := range o.responses {
			answer := r.(obj)
			if ref, ok := answer["$ref"].(string); ok {
				answer, _ = resolve(doc, ref).(obj)
			}
			content, _ := answer["content"].(obj)
			if len(content) != 1 || answer["description"] == "" {
				t.Errorf("%s: %s has the answer %v", o.id, status, answer)
			}
			for media, body := range content {
				schema, _ := body.(obj)["schema"].(obj)
				if schema == nil {
					t.Errorf("%s: %s has no schema", o.id, status)
				}
				if status < "300" {
					success++
				} else if media != "application/problem+json" || schema["$ref"] != "#/components/schemas/Problem" {
					t.Errorf("%s: %s is answered with %s %v", o.id, status, media, schema)
				}
			}
		}
		if success != 1 {
			t.Errorf("%s has %d answers of success", o.id, success)
		}
	}
}

// documents: the operation's document has the status of an answer, with its media
// type, and with an ETag if the answer has one.
func (o operation) documents(t *testing.T, user string, a answer) {
	t.Helper()
	r, ok := o.responses[fmt.Sprint(a.status)].(obj)
	if !ok {
		t.Errorf("%s: status %d is not documented", user, a.status)
		return
	}
	if a.status >= 300 {
		return
	}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		t.Error(err)
	}
	known := false
	for kind := range r["content"].(obj) {
		name, _, _ := mime.ParseMediaType(kind)
		known = known || kind == "*/*" || name == media
	}
	if !known {
		t.Errorf("%s: %s is not documented", user, media)
	}
	headers, _ := r["headers"].(obj)
	if _, ok := headers["ETag"]; ok != (a.header.Get("ETag") != "") {
		t.Errorf("%s: the ETag is %q, documented: %t", user, a.header.Get("ETag"), ok)
	}
}
