package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

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
		"a negative If-Match":   {call{method: "PUT", path: "/clients/" + w.Client().ID.String(), body: obj{"profile": w.Profile()}, version: "-1"}, 400, "malformed"},
		"a query over the path": {call{method: "GET", path: "/clients/" + w.Client().ID.String() + "?id=" + w.Client().ID.String()}, 422, "invalid"},
		"a strange If-Match":    {call{method: "PUT", path: "/sites/" + w.Site.ID.String(), body: obj{"name": "x"}, version: "abc"}, 400, "malformed"},
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

// Nothing is read of a request that nobody signed, whatever is wrong with it.
func TestNobodyIsToldNothing(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]call{
		"a broken body":    {method: "POST", path: "/clients", body: []byte("{")},
		"no id":            {method: "GET", path: "/clients/1"},
		"a wrong query":    {method: "GET", path: "/clients?nam=x"},
		"no If-Match":      {method: "PUT", path: "/sites/" + w.Site.ID.String(), body: obj{}},
		"a list of values": {method: "GET", path: "/lists/nothing"},
	} {
		if a := w.send(t, "", c); a.status != http.StatusUnauthorized || a.problem(t).Type != "urn:casework:problem:unauthenticated" || a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %v %s", name, a.status, a.header, a.body)
		}
	}
}

// A document is kept as it was, however long, and however its base64 is written.
func TestDocumentsArriveWhole(t *testing.T) {
	w := newWorld(t)
	x := w.started(w.Worker, w.Client().ID)
	for i, size := range []int{1, 2, 3, 6100, 6144, 100_000, session.MaxDocument} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(i * i >> 3)
		}
		text := base64.StdEncoding.EncodeToString(content)
		body := `{"content":"` + text + `","name":"a.bin"}`
		if i%2 == 1 {
			body = ` {"name" : "a.bin" , "content" : "` + strings.ReplaceAll(text, "/", `\/`) + "\" }\n"
		}
		a := w.send(t, "worker", call{method: "POST", path: "/sessions/" + x.ID.String() + "/documents", body: []byte(body), version: v(x.Version)})
		if a.status != http.StatusCreated {
			t.Fatalf("%d bytes: %d %.200s", size, a.status, a.body)
		}
		if err := json.Unmarshal(a.body, x); err != nil {
			t.Fatal(err)
		}
		read := w.send(t, "worker", call{method: "GET", path: "/sessions/" + x.ID.String() + "/documents/" + x.Documents[i].ID.String()})
		if !bytes.Equal(read.body, content) {
			t.Errorf("%d bytes came back as %d others", size, len(read.body))
		}
	}
}
