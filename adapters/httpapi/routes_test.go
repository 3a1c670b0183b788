package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
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
	hasBody          bool
	success          string
}

func operations(t *testing.T, doc obj) []operation {
	t.Helper()
	var out []operation
	for path, item := range doc["paths"].(obj) {
		for method, raw := range item.(obj) {
			op := raw.(obj)
			o := operation{id: op["operationId"].(string), method: strings.ToUpper(method), path: path, params: op["parameters"].([]any)}
			_, o.hasBody = op["requestBody"]
			for status := range op["responses"].(obj) {
				if status != "default" {
					o.success = status
				}
			}
			out = append(out, o)
		}
	}
	return out
}

// The document is valid: its references lead somewhere, its path parameters are
// those of the path, its operations have names of their own.
func TestOpenAPIIsValid(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("version %v", doc["openapi"])
	}
	refs := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case obj:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				at := any(doc)
				for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					m, _ := at.(obj)
					at = m[part]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	if refs < 100 {
		t.Errorf("%d references were followed", refs)
	}
	seen := map[string]bool{}
	inPath := regexp.MustCompile(`\{(\w+)\}`)
	for _, o := range operations(t, doc) {
		if seen[o.id] {
			t.Errorf("%s is there twice", o.id)
		}
		seen[o.id] = true
		var want, got []string
		for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
			want = append(want, m[1])
		}
		for _, p := range o.params {
			if p := p.(obj); p["in"] == "path" {
				got = append(got, p["name"].(string))
			}
		}
		if !slices.Equal(want, got) {
			t.Errorf("%s has the path parameters %v, want %v", o.id, got, want)
		}
		if (o.method == "GET") == o.hasBody {
			t.Errorf("%s %s: body %v", o.method, o.id, o.hasBody)
		}
	}
}

// matches says whether a request's path is one of the documented path.
func matches(documented, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	a, b := strings.Split(documented, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

// Every documented operation is called as every role: who may and who may not,
// and that another agency's user is told the same as of a record that does not
// exist.
func TestEveryOperationAsEveryRole(t *testing.T) {
	w := newWorld(t)
	examples := w.examples()
	ops := operations(t, w.document(t))
	if len(ops) != len(examples) {
		t.Errorf("%d operations are documented, %d have an example", len(ops), len(examples))
	}
	ids := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	metro := map[string]bool{} // ids that were answered to people of the agency
	cursors := map[string]string{"metro": "", "other": ""}
	events := func() int { // since the last time
		n := 0
		for agency, ctx := range map[string]context.Context{"metro": w.Admin, "other": w.OtherAdmin} {
			for {
				page, err := w.Cases.Feed(ctx, cursors[agency], 200)
				if err != nil {
					t.Fatal(err)
				}
				n, cursors[agency] = n+len(page.Events), page.Next
				if len(page.Events) < 200 {
					break
				}
			}
		}
		return n
	}
	for _, o := range ops {
		e, ok := examples[o.id]
		if !ok {
			t.Errorf("%s has no example", o.id)
			continue
		}
		t.Run("ACC-14 "+o.id, func(t *testing.T) {
			for i, user := range users {
				c := e.make()
				if c.method != o.method || !matches(o.path, c.path) {
					t.Fatalf("the example %s %s is not of %s %s", c.method, c.path, o.method, o.path)
				}
				events()
				a := w.send(t, user, c)
				want := 0 // one change is one event, and so is a reading of a client
				if a.status < 300 && (c.method != "GET" || o.id == "getClient" || o.id == "getClientDashboard" || o.id == "newFamilyMember" || o.id == "getExportFile") {
					want = 1
				}
				if got := events(); got != want {
					t.Errorf("%s: %d events, want %d", user, got, want)
				}
				if a.status != e.who[i] {
					t.Errorf("%s: status %d, want %d: %.300s", user, a.status, e.who[i], a.body)
				}
				if a.status < 300 && fmt.Sprint(a.status) != o.success {
					t.Errorf("%s: status %d is not documented", user, a.status)
				}
				if user != "other-admin" {
					for _, key := range ids.FindAllString(string(a.body), -1) {
						metro[key] = true
					}
					continue
				}
				if a.status < 300 {
					for _, key := range ids.FindAllString(string(a.body), -1) {
						if metro[key] {
							t.Errorf("ACC-01: another agency's user reads %s", key)
						}
					}
					continue
				}
				if a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
					continue
				}
				other := func(s string) string {
					return ids.ReplaceAllStringFunc(s, func(string) string { return id.New[int]().String() })
				}
				c.path = other(c.path)
				if c.body != nil {
					raw, err := json.Marshal(c.body)
					if err != nil {
						t.Fatal(err)
					}
					c.body = []byte(other(string(raw)))
				}
				if unknown := w.send(t, user, c); string(unknown.body) != string(a.body) || unknown.status != a.status {
					t.Errorf("ACC-13: %s tells from %s that there is such a record", a.body, unknown.body)
				}
			}
			a := w.send(t, "", e.make())
			if a.status != http.StatusUnauthorized {
				t.Errorf("nobody: status %d", a.status)
			}
		})
	}
}

// Every property of every command is in its example, so that it is wrong in
// turn; and the properties without which the example is refused are those that
// the document calls required.
func TestExamplesAreWhole(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	examples := w.examples()
	schemas := doc["components"].(obj)["schemas"].(obj)
	resolve := func(s obj) (string, obj) {
		ref, _ := s["$ref"].(string)
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		if ref == "" {
			return "", s
		}
		return name, schemas[name].(obj)
	}
	missing := map[string]bool{} // schema and property in no example
	there := map[string]bool{}
	refused := map[string]bool{} // schema and property without which an example is refused
	documented := map[string]bool{}
	var walk func(schema obj, v any, path string, without func(any) any, try func(path string, body any) bool)
	walk = func(schema obj, v any, path string, without func(any) any, try func(string, any) bool) {
		name, s := resolve(schema)
		switch v := v.(type) {
		case obj:
			props, _ := s["properties"].(obj)
			if needed, ok := s["required"].([]any); ok {
				for _, p := range needed {
					documented[name+" "+p.(string)] = true
				}
			}
			for p, sub := range props {
				if _, ok := v[p]; !ok {
					missing[name+" "+p] = true
					continue
				}
				there[name+" "+p] = true
				rest := maps.Clone(v)
				delete(rest, p)
				if try(path+"/"+p, without(rest)) {
					refused[name+" "+p] = true
				}
				walk(sub.(obj), v[p], path+"/"+p, func(x any) any {
					m := maps.Clone(v)
					m[p] = x
					return without(m)
				}, try)
			}
		case []any:
			for i, x := range v {
				items, ok := s["items"].(obj)
				if !ok {
					return
				}
				walk(items, x, fmt.Sprintf("%s/%d", path, i), func(x any) any {
					l := slices.Clone(v)
					l[i] = x
					return without(l)
				}, try)
			}
		}
	}
	for _, o := range operations(t, doc) {
		if !o.hasBody {
			continue
		}
		item := doc["paths"].(obj)[o.path].(obj)[strings.ToLower(o.method)].(obj)
		content := item["requestBody"].(obj)["content"].(obj)
		if _, ok := content["application/json"]; !ok {
			continue // a stream
		}
		schema := content["application/json"].(obj)["schema"].(obj)
		e := examples[o.id]
		c := e.make()
		raw, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		var body obj
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Fatal(err)
		}
		user := "worker"
		if e.who[0] == http.StatusForbidden {
			user = "admin"
		}
		walk(schema, body, "", func(x any) any { return x }, func(path string, without any) bool {
			c := e.make()
			c.body = without
			a := w.send(t, user, c)
			return a.status == http.StatusUnprocessableEntity && slices.ContainsFunc(a.problem(t).Issues, func(i fault.Issue) bool { return i.Path == path || strings.HasPrefix(i.Path, path+"/") })
		})
	}
	for key := range missing {
		if name, p, _ := strings.Cut(key, " "); !there[key] && !fromElsewhere(name, p) {
			t.Errorf("no example has %s", key)
		}
	}
	for key := range refused {
		if !documented[key] && !conditional[key] {
			t.Errorf("the document does not say that %s is required", key)
		}
	}
	for key := range documented {
		if !refused[key] {
			t.Errorf("the document says that %s is required, and it is not", key)
		}
	}
}

// fromElsewhere: ids and versions come from the path and If-Match, or are given
// by the library; the parts of a question that are not the agency's to give.
func fromElsewhere(schema, property string) bool {
	switch schema + " " + property {
	case "casemgmt.Statement number", "casemgmt.Statement published", "casemgmt.Question since", "casemgmt.Agency key":
		return true
	case "casemgmt.UpdateClient sketch": // an anonymous client's
		return true
	case "casemgmt.Profile one_name": // of the example with one name
		return true
	}
	if schema == "forms.Field" {
		return slices.Contains([]string{"funder", "show", "target", "fields", "codes", "rule"}, property)
	}
	if schema == "forms.Cond" || schema == "forms.Option" && property == "codes" {
		return true
	}
	return slices.Contains([]string{"id", "version", "session", "program", "staff", "client", "batch", "run", "row"}, property) ||
		schema == "enroll.BarClient" && property == "facility"
}

// conditional are properties that only the example's other answers demand.
var conditional = map[string]bool{
	"casemgmt.UpdateClient profile": true, "session.Start interpreters": true, "session.Update interpreters": true,
	"casemgmt.Address postal_code": true, // of a site
	"session.Start client":         true, // from a profile
	"batch.Pick client":            true, // or the number
	"enroll.Enroll intake":         true, // of a new or inactive client
	"enroll.BarClient program":     true, // or the facility
	"enroll.BarClient end":         true, // or permanent
	"session.Start site":           true, // without a default
	"export.Make good_only":        true, // when there are bad ones
}

// wrongs are the bodies that a valid one becomes when one of its fields is
// wrong, by the field's path.
func wrongs(path string, v any, wrong any, replace func(any) any, out map[string]any) {
	if path != "" {
		out[path] = replace(wrong)
	}
	switch v := v.(type) {
	case obj:
		for k, x := range v {
			wrongs(path+"/"+k, x, wrong, func(with any) any {
				m := maps.Clone(v)
				m[k] = with
				return replace(m)
			}, out)
		}
	case []any:
		for i, x := range v {
			wrongs(fmt.Sprintf("%s/%d", path, i), x, wrong, func(with any) any {
				l := slices.Clone(v)
				l[i] = with
				return replace(l)
			}, out)
		}
	}
}

// Every field of every command is wrong in turn: the answer names its path with
// a code, and nothing is stored.
func TestEveryFieldWrongInTurn(t *testing.T) {
	w := newWorld(t)
	count := func() int {
		n, after := 0, ""
		for {
			page, err := w.Cases.Feed(w.Admin, after, 200)
			if err != nil {
				t.Fatal(err)
			}
			n, after = n+len(page.Events), page.Next
			if len(page.Events) < 200 {
				return n
			}
		}
	}
	fields := 0
	for name, e := range w.examples() {
		c := e.make()
		if _, stream := c.body.([]byte); stream || c.body == nil {
			continue
		}
		user := "worker"
		if e.who[0] == http.StatusForbidden {
			user = "admin"
		}
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(c.body)
			if err != nil {
				t.Fatal(err)
			}
			var valid any
			if err := json.Unmarshal(raw, &valid); err != nil {
				t.Fatal(err)
			}
			before := count()
			for what, wrong := range map[string]any{"a wrong type": obj{"wrong": []any{true}}, "a NUL byte": "a\x00b", "a long text": strings.Repeat("x", 500_000), "a lone surrogate": "SURROGATE"} {
				bodies := map[string]any{}
				wrongs("", valid, wrong, func(x any) any { return x }, bodies)
				for path, body := range bodies {
					if path == "/content" && what != "a wrong type" {
						continue // any base64 is a document
					}
					raw, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					bad := c
					bad.body = []byte(strings.ReplaceAll(string(raw), `"SURROGATE"`, `"a\ud800b"`))
					fields++
					a := w.send(t, user, bad)
					if a.status != http.StatusUnprocessableEntity {
						t.Errorf("%s as %s: status %d: %.200s", path, what, a.status, a.body)
						continue
					}
					p := a.problem(t)
					if !slices.ContainsFunc(p.Issues, func(i fault.Issue) bool {
						return (i.Path == path || strings.HasPrefix(i.Path, path+"/")) && i.Code != "" && i.Text != ""
					}) {
						t.Errorf("%s as %s: issues %+v", path, what, p.Issues)
					}
					if strings.Contains(string(a.body), "xxxx") {
						t.Errorf("%s as %s: the answer carries the value", path, what)
					}
				}
			}
			if after := count(); after != before {
				t.Errorf("%d changes were stored", after-before)
			}
		})
	}
	if fields < 400 {
		t.Errorf("%d wrong fields were tried", fields)
	}
}

func TestShapeOfRequests(t *testing.T) {
	w := newWorld(t)
	client := func(body string) call { return call{method: "POST", path: "/clients", body: []byte(body)} }
	for name, tt := range map[string]struct {
		c      call
		status int
		kind   string
	}{
		"not JSON":              {client(`{"accepted":`), 400, "malformed"},
		"nothing":               {client(``), 400, "malformed"},
		"two values":            {client(`{} {}`), 400, "malformed"},
		"a list":                {client(`[]`), 422, "invalid"},
		"an unknown field":      {client(`{"accepted":true,"nickname":"x"}`), 422, "invalid"},
		"another case":          {client(`{"Accepted":true}`), 422, "invalid"},
		"too large":             {client(`"` + strings.Repeat("x", 1<<20) + `"`), 413, "too_large"},
		"no JSON type":          {call{method: "POST", path: "/clients", body: []byte(`{}`), header: map[string]string{"Content-Type": "text/plain"}}, 415, "unsupported_media_type"},
		"no such route":         {call{method: "GET", path: "/nothing"}, 404, "not_found"},
		"no such method":        {call{method: "DELETE", path: "/clients"}, 405, "method_not_allowed"},
		"an unknown parameter":  {call{method: "GET", path: "/clients?nam=x"}, 422, "invalid"},
		"a parameter twice":     {call{method: "GET", path: "/clients?name=x&name=y"}, 422, "invalid"},
		"a bad date":            {call{method: "GET", path: "/clients?birth_date=1990-02-30"}, 422, "invalid"},
		"a bad number":          {call{method: "GET", path: "/clients?limit=many"}, 422, "invalid"},
		"a bad cursor":          {call{method: "GET", path: "/sessions?after=zzz"}, 422, "invalid"},
		"an id that is none":    {call{method: "GET", path: "/clients/1"}, 404, "not_found"},
		"no If-Match":           {call{method: "PUT", path: "/sites/" + w.Site.ID.String(), body: obj{"name": "x"}}, 428, "precondition_required"},
		"a negative If-Match":   {call{method: "PUT", path: "/clients/" + w.Client().ID.String(), body: obj{"profile": w.Profile()}, version: "-1"}, 412, "conflict"},
		"a query over the path": {call{method: "GET", path: "/clients/" + w.Client().ID.String() + "?id=" + w.Client().ID.String()}, 422, "invalid"},
		"a strange If-Match":    {call{method: "PUT", path: "/sites/" + w.Site.ID.String(), body: obj{"name": "x"}, version: "abc"}, 412, "conflict"},
		"a long key":            {call{method: "POST", path: "/clients", body: obj{}, header: map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}}, 422, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send(t, "worker", tt.c)
			if p := a.problem(t); a.status != tt.status || p.Type != "urn:casework:problem:"+tt.kind || p.Title == "" {
				t.Errorf("status %d, problem %+v", a.status, p)
			}
		})
	}
}

func TestVersionsAndKeys(t *testing.T) {
	w := newWorld(t)
	c := w.Client()
	path := "/clients/" + c.ID.String()
	read := w.send(t, "worker", call{method: "GET", path: path})
	if tag := read.header.Get("ETag"); tag != `"1"` {
		t.Errorf("ETag %s", tag)
	}
	put := call{method: "PUT", path: path, version: "1", body: obj{"profile": c.Profile}}
	if a := w.send(t, "worker", put); a.status != 200 || a.header.Get("ETag") != `"2"` {
		t.Errorf("status %d, ETag %s", a.status, a.header.Get("ETag"))
	}
	if a := w.send(t, "manager", put); a.status != http.StatusPreconditionFailed || a.problem(t).Type != "urn:casework:problem:conflict" {
		t.Errorf("the second editor gets %d", a.status)
	}
	post := call{method: "POST", path: "/clients/anonymous", body: obj{}, header: map[string]string{"Idempotency-Key": "k1"}}
	first, again := w.send(t, "worker", post), w.send(t, "worker", post)
	if first.status != 201 || string(first.body) != string(again.body) {
		t.Errorf("%s and %s", first.body, again.body)
	}
	post.body = obj{"sketch": obj{"label": "other"}}
	if a := w.send(t, "worker", post); a.status != http.StatusConflict {
		t.Errorf("the same key with another command: %d", a.status)
	}
	if a := w.send(t, "colleague", post); a.status != 201 {
		t.Errorf("the same key of somebody else: %d", a.status)
	}
}

func TestLanguages(t *testing.T) {
	w := newWorld(t)
	for lang, want := range map[string]string{"fr-CA,fr;q=0.9": "Ceci est requis.", "en": "This is needed.", "de": "This is needed.", "": "This is needed."} {
		a := w.send(t, "worker", call{method: "POST", path: "/clients", body: obj{"accepted": true, "profile": obj{}}, header: map[string]string{"Accept-Language": lang}})
		p := a.problem(t)
		if p.Issues[0].Text != want {
			t.Errorf("%q: %+v", lang, p.Issues[0])
		}
	}
}

func TestDuplicatesAreAnswered(t *testing.T) {
	w := newWorld(t)
	p := w.Profile()
	first := w.send(t, "worker", call{method: "POST", path: "/clients", body: obj{"accepted": true, "profile": p}})
	p.Identifiers = nil
	a := w.send(t, "worker", call{method: "POST", path: "/clients", body: obj{"accepted": true, "profile": p}})
	problem := a.problem(t)
	var c casemgmt.Client
	if err := json.Unmarshal(first.body, &c); err != nil {
		t.Fatal(err)
	}
	if a.status != 409 || len(problem.LookAlikes) != 1 || problem.LookAlikes[0].Client.ID != c.ID || problem.LookAlikes[0].Reasons[0] != "same_name_and_birth_date" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestDownload(t *testing.T) {
	w := newWorld(t)
	a := w.send(t, "worker", w.examples()["getDocument"].make())
	if string(a.body) != "x" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %s", a.header, a.body)
	}
}
