package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/fault"
)

// What the shape of a body can have against it, each as one issue at its place.
func TestShapeOfBodies(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		path, body string
		status     int
		issues     string // as path and code
	}{
		"null":                          {"/clients", `null`, 422, " wrong_type"},
		"a text":                        {"/clients", `"x"`, 422, " wrong_type"},
		"null where nothing can be":     {"/clients", `{"accepted":null}`, 422, "/accepted wrong_type"},
		"null in a list":                {"/clients", `{"profile":{"phones":[null]}}`, 422, "/profile/phones/0 wrong_type"},
		"null for a list":               {"/clients", `{"profile":{"phones":null}}`, 422, "/profile/phones wrong_type"},
		"null for answers":              {"/sessions", `{"clients":[{"forms":[{"answers":null}]}]}`, 422, "/clients/0/forms/0/answers wrong_type"},
		"a key twice":                   {"/clients", `{"accepted":true,"accepted":true}`, 422, "/accepted repeated_key"},
		"a key twice, spelled twice":    {"/clients", `{"accepted":true,"acc\u0065pted":true}`, 422, "/accepted repeated_key"},
		"a key twice deeper":            {"/clients", `{"profile":{"given":"A","given":"A"}}`, 422, "/profile/given repeated_key"},
		"a key twice among answers":     {"/sessions", `{"clients":[{"forms":[{"answers":{"a":1,"a":2}}]}]}`, 422, "/clients/0/forms/0/answers repeated_key"},
		"a key twice within an answer":  {"/sessions", `{"clients":[{"forms":[{"answers":{"a":[{"b":1,"c":2,"b":3}]}}]}]}`, 422, "/clients/0/forms/0/answers repeated_key"},
		"the same key elsewhere":        {"/sessions", `{"clients":[{"client":1},{"client":1}]}`, 422, "/clients/0/client wrong_type, /clients/1/client wrong_type"},
		"an unknown field":              {"/clients", `{"nickname":"x"}`, 422, "/nickname unknown_field"},
		"an unknown field deeper":       {"/clients", `{"profile":{"nick_name2":"x"}}`, 422, "/profile/nick_name2 unknown_field"},
		"what may be a name":            {"/clients", `{"profile":{"Okafor":"x","a b":"x","é":"x"}}`, 422, "/profile unknown_field, /profile unknown_field, /profile unknown_field"},
		"what is too long for a field":  {"/clients", `{"` + strings.Repeat("a", 41) + `":"x"}`, 422, " unknown_field"},
		"what is wrong inside the same": {"/clients", `{"nickname":{"x":null,"y":[1,{"a":2}]},"accepted":1}`, 422, "/nickname unknown_field, /accepted wrong_type"},
		"base64 that is none":           {"/sessions/" + nobody + "/documents", `{"name":"a","content":"x"}`, 422, "/content malformed"},
		"a number without end":          {"/sessions", `{"clients":[{"forms":[{"answers":{"a":1e999}}]}]}`, 422, "/clients/0/forms/0/answers malformed"},
		"a half number":                 {"/sessions", `{"minutes":1.5}`, 422, "/minutes wrong_type"},
		"too deep":                      {"/clients", `{"x":` + strings.Repeat("[", 100_000), 400, " too_deep"},
		"too many values":               {"/sessions", `{"languages":["` + strings.Repeat(`x","`, 60_000) + `"]}`, 413, " too_many"},
		"too many issues":               {"/sessions", `{"languages":[` + strings.Repeat(`1,`, 40_000) + `1]}`, 422, "100"},
		"not to the end":                {"/clients", `{"accepted":tru}`, 400, " not_json"},
		"a comma too many":              {"/clients", `{"accepted":true,}`, 400, " not_json"},
		"a broken escape":               {"/clients", `{"accepted":"\x"}`, 400, " not_json"},
		"a line in a text":              {"/clients", "{\"accepted\":\"\n\"}", 400, " not_json"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send(t, "worker", call{method: "POST", path: tt.path, body: []byte(tt.body), version: "1"})
			var got []string
			for _, i := range a.problem(t).Issues {
				got = append(got, i.Path+" "+i.Code)
			}
			if len(got) == 100 {
				got = []string{"100"}
			}
			if a.status != tt.status || strings.Join(got, ", ") != tt.issues {
				t.Errorf("%d %v, want %d %s", a.status, got, tt.status, tt.issues)
			}
		})
	}
}

// A parameter that there is not is named, if it looks like one.
func TestUnknownParameters(t *testing.T) {
	w := newWorld(t)
	for name, path := range map[string]string{"nam": "/nam", "Okafor": "", "a-b": "", "_": ""} {
		w.send(t, "worker", call{method: "GET", path: "/clients?" + name + "=x"}).refusedAt(t, path, "unknown_field")
		w.send(t, "worker", call{method: "POST", path: "/clients/anonymous?" + name + "=x", body: obj{}}).refusedAt(t, path, "unknown_field")
	}
}

// A query that cannot be read is no empty one.
func TestBrokenQueries(t *testing.T) {
	w := newWorld(t)
	for _, query := range []string{"name=%zz", "name=a;limit=3", "%"} {
		if a := w.send(t, "worker", call{method: "GET", path: "/clients?" + query}); a.status != http.StatusBadRequest || a.problem(t).Type != "urn:casework:problem:malformed" {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// What was never anybody's ETag is a mistake, not an old version.
func TestIfMatch(t *testing.T) {
	w := newWorld(t)
	c := w.Client()
	put := call{method: "PUT", path: "/clients/" + c.ID.String(), body: obj{"profile": c.Profile}}
	for tag, want := range map[string]int{`1`: 400, `"abc"`: 400, `"-1"`: 400, `"0"`: 400, `"01"`: 400, `"1.0"`: 400, `*`: 400, `"1", "2"`: 400, `""`: 400, `w/"1"`: 400,
		`"99999999999999999999"`: 400, `"999999999999999999"`: 412, `W/"1"`: 200} {
		put.header = map[string]string{"If-Match": tag}
		a := w.send(t, "worker", put)
		if a.status != want {
			t.Errorf("%s: status %d, want %d", tag, a.status, want)
			continue
		}
		if want != 400 {
			continue
		}
		if p := a.problem(t); len(p.Issues) != 1 || p.Issues[0].Path != "/If-Match" || p.Issues[0].Code != "not_a_version" || p.Issues[0].Text == "" {
			t.Errorf("%s: %+v", tag, p.Issues)
		}
	}
}

// A property of a command may be null where the document says so, and nowhere else.
func TestNulls(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	examples := w.examples()
	schemas := doc["components"].(obj)["schemas"].(obj)
	seen := map[bool]int{}
	for _, o := range operations(t, doc) {
		e := examples[o.id]
		if !o.hasBody {
			continue
		}
		item := doc["paths"].(obj)[o.path].(obj)[strings.ToLower(o.method)].(obj)
		content, ok := item["requestBody"].(obj)["content"].(obj)["application/json"].(obj)
		if !ok {
			continue
		}
		user := "worker"
		if e.who[0] == http.StatusForbidden {
			user = "admin"
		}
		valid := decoded(t, e.make().body)
		bodies := map[string]any{}
		wrongs("", valid, nil, func(x any) any { return x }, bodies)
		bodies[""] = []byte("null")
		for path, body := range bodies {
			may := mayBeNull(schemas, content["schema"].(obj), strings.Split(path, "/")[1:])
			seen[may]++
			c := e.make()
			c.body = body
			a := w.send(t, user, c)
			refused := a.status == http.StatusUnprocessableEntity && slices.ContainsFunc(a.problem(t).Issues, func(i fault.Issue) bool {
				return i.Path == path && i.Code == "wrong_type"
			})
			if refused == may {
				t.Errorf("%s: null at %q: %d %.200s, and the document says %t", o.id, path, a.status, a.body, may)
			}
		}
	}
	if seen[true] < 15 || seen[false] < 150 {
		t.Errorf("tried: %v", fmt.Sprint(seen))
	}
}

// mayBeNull says what the document says of a place in a body.
func mayBeNull(schemas, schema obj, path []string) bool {
	if either, ok := schema["anyOf"].([]any); ok {
		if len(path) == 0 {
			return true
		}
		schema = either[0].(obj)
	}
	if len(path) == 0 {
		kinds, ok := schema["type"].([]any)
		return len(schema) == 0 || ok && slices.Contains(kinds, any("null"))
	}
	if ref, ok := schema["$ref"].(string); ok {
		schema = schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(obj)
	}
	if items, ok := schema["items"].(obj); ok {
		return mayBeNull(schemas, items, path[1:])
	}
	if props, ok := schema["properties"].(obj); ok {
		return mayBeNull(schemas, props[path[0]].(obj), path[1:])
	}
	more, _ := schema["additionalProperties"].(obj)
	return mayBeNull(schemas, more, path[1:])
}
