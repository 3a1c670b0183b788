package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/fault"
)

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
			valid := decoded(t, c.body)
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
					w.send(t, user, bad).namesField(t, path, what)
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

// namesField: the answer to a wrong field names its path with a code and a text,
// and does not carry its value.
func (a answer) namesField(t *testing.T, path, what string) {
	t.Helper()
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("%s as %s: status %d: %.200s", path, what, a.status, a.body)
		return
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

// long are the bodies that a valid one becomes when one of its lists is very long,
// by the list's path.
func long(path string, v any, replace func(any) any, out map[string]any) {
	switch v := v.(type) {
	case obj:
		for k, x := range v {
			long(path+"/"+k, x, func(with any) any {
				m := maps.Clone(v)
				m[k] = with
				return replace(m)
			}, out)
		}
	case []any:
		for i, x := range v {
			long(fmt.Sprintf("%s/%d", path, i), x, func(with any) any {
				l := slices.Clone(v)
				l[i] = with
				return replace(l)
			}, out)
		}
		if len(v) > 0 {
			out[path] = replace(slices.Repeat(v[:1], 5000))
		}
	}
}

// No list of a command is without an end: neither what is kept nor what is
// answered grows with what somebody sends.
func TestListsHaveAnEnd(t *testing.T) {
	w := newWorld(t)
	tried := 0
	for name, e := range w.examples() {
		c := e.make()
		if _, stream := c.body.([]byte); stream || c.body == nil {
			continue
		}
		user := "worker"
		if e.who[0] == http.StatusForbidden {
			user = "admin"
		}
		bodies := map[string]any{}
		long("", decoded(t, c.body), func(x any) any { return x }, bodies)
		for path, body := range bodies {
			tried++
			c.body = body
			a := w.send(t, user, c)
			if a.status == http.StatusRequestEntityTooLarge {
				continue
			}
			if p := a.problem(t); a.status != http.StatusUnprocessableEntity || !slices.ContainsFunc(p.Issues, func(i fault.Issue) bool { return i.Path == path && i.Code == "too_many" }) {
				t.Errorf("%s: %s: %d %.200s", name, path, a.status, a.body)
			}
		}
	}
	if tried < 25 {
		t.Errorf("%d lists were tried", tried)
	}
}
