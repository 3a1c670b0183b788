package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// refusedAt says whether an answer is the one issue of a code at a path.
func (a answer) refusedAt(t *testing.T, path, code string) {
	t.Helper()
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("%s %s: status %d: %.200s", path, code, a.status, a.body)
		return
	}
	if p := a.problem(t); len(p.Issues) != 1 || p.Issues[0].Path != path || p.Issues[0].Code != code || p.Issues[0].Text == "" {
		t.Errorf("%s %s: issues %+v", path, code, p.Issues)
	}
}

// asking is an example of a question with one parameter of its query changed.
func (w *world) asking(t *testing.T, e example, name, value string) answer {
	t.Helper()
	user := "worker"
	for i, status := range e.who {
		if status == http.StatusOK {
			user = users[i]
			break
		}
	}
	c := e.make()
	path, query, _ := strings.Cut(c.path, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	q.Set(name, value)
	c.path = path + "?" + q.Encode()
	return w.send(t, user, c)
}

// A page of no size, a value that is in no list, and a period that ends before it
// begins are refused wherever they can be asked for, at the parameter's path.
func TestQueriesThatSayNothing(t *testing.T) {
	w := newWorld(t)
	doc := w.document(t)
	examples := w.examples()
	pages, lists, periods := 0, 0, 0
	for _, o := range operations(t, doc) {
		names := map[string]bool{}
		for _, p := range o.params {
			p := p.(obj)
			if p["in"] != "query" {
				continue
			}
			name := p["name"].(string)
			names[name] = true
			if _, list := p["schema"].(obj)["enum"]; list || name == "funder" && strings.Contains(o.path, "form") {
				lists++
				w.asking(t, examples[o.id], name, "zzz").refusedAt(t, "/"+name, "unknown_value")
			}
		}
		if names["limit"] {
			pages++
			for _, limit := range []string{"-1", "0", "201", "100000000"} {
				w.asking(t, examples[o.id], "limit", limit).refusedAt(t, "/limit", "out_of_range")
			}
		}
		if names["from"] && names["to"] {
			periods++
			e := examples[o.id]
			c := e.make()
			if !strings.Contains(c.path, "from=") {
				path, query, _ := strings.Cut(c.path, "?")
				e.make = func() call { return call{method: c.method, path: path + "?from=2025-06-01&" + query} }
			}
			w.asking(t, e, "to", "2025-05-31").refusedAt(t, "/to", "ends_before_start")
		}
	}
	if pages < 20 || lists < 6 || periods < 4 {
		t.Errorf("%d lists of pages, %d parameters with a list of values and %d periods were tried", pages, lists, periods)
	}
	w.send(t, "worker", call{method: "GET", path: "/sessions?client=" + nobody}).refusedAt(t, "/client", "no_such_record")
}

// nobody is the id of no record.
const nobody = "01890a5d-ac96-774b-bcce-b302099a8057"
