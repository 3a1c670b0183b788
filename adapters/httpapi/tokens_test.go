package httpapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// tokenExamples are those of API tokens; see world.examples.
func (w *world) tokenExamples() map[string]example {
	return map[string]example{
		"makeToken": {func() call {
			return call{method: "POST", path: "/tokens", body: obj{"name": "Night job", "end": storetest.Today.AddDays(30)}}
		}, who{201, 201, 201, 201, 201}},
		"listTokens": {get("/tokens"), all},
		"revokeToken": {func() call {
			t, _, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "Lost"})
			w.NoError(err)
			return call{method: "POST", path: "/tokens/" + t.ID.String() + "/revoke", body: obj{}}
		}, who{200, 403, 403, 200, 404}},
	}
}

// SGN-04: the secret is in the first answer and in no other one, also not in what
// is kept for a repeated request.
func TestTokenIsShownOnce(t *testing.T) {
	w := newWorld(t)
	post := call{method: "POST", path: "/tokens", body: obj{"name": "Once"}, header: map[string]string{"Idempotency-Key": "k1"}}
	var first, again struct {
		apitoken.Token
		Secret string
	}
	for i, into := range []any{&first, &again} {
		a := w.send(t, "worker", post)
		if err := json.Unmarshal(a.body, into); err != nil || a.status != 201 {
			t.Fatalf("%d: %d %s", i, a.status, a.body)
		}
	}
	if len(first.Secret) != 43 || again.Secret != "" || again.ID != first.ID {
		t.Errorf("%+v, again %+v", first, again)
	}
	key, err := w.Store.TokenKeys().Key(t.Context(), apitoken.HashOf(first.Secret))
	if err != nil || key.Token != first.ID {
		t.Errorf("%+v %v", key, err)
	}
	if a := w.send(t, "admin", call{method: "GET", path: "/tokens?all=true"}); a.status != 200 || !strings.Contains(string(a.body), `"Once"`) || strings.Contains(string(a.body), first.Secret) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := w.send(t, "worker", call{method: "GET", path: "/tokens?all=true"}); a.status != 403 {
		t.Errorf("a worker lists all: %d", a.status)
	}
	list := storetest.Must(w.Tokens.List(w.Worker, apitoken.Query{}, casemgmt.PageRequest{}))(t)
	storetest.Equal(t, "tokens", len(list.Items), 1)
}

// A host that signs in otherwise has no routes of tokens.
func TestNoTokens(t *testing.T) {
	w := newWorld(t)
	s := services(w.World)
	s.Tokens = nil
	w.handler = under(httpapi.New(s))
	w.serve(t, 0)
	for _, c := range []call{{method: "GET", path: "/tokens"}, {method: "POST", path: "/tokens", body: obj{"name": "x"}}} {
		if a := w.send(t, "admin", c); a.status != 404 {
			t.Errorf("%s: %d", c.method, a.status)
		}
	}
	if a := w.send(t, "", call{method: "GET", path: "/openapi.json"}); strings.Contains(string(a.body), "makeToken") {
		t.Error("the document has them")
	}
}
