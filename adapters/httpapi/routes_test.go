package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/id"
)

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
	r := &roles{world: w, metro: map[string]bool{}, cursors: map[string]string{}}
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
				a := r.send(t, o, user, c)
				if a.status != e.who[i] {
					t.Errorf("%s: status %d, want %d: %.300s", user, a.status, e.who[i], a.body)
				}
				if user != "other-admin" {
					r.answered(a)
					continue
				}
				r.tellsNothing(t, user, c, a)
			}
			a := w.send(t, "", e.make())
			if a.status != http.StatusUnauthorized {
				t.Errorf("nobody: status %d", a.status)
			}
			o.documents(t, "nobody", a)
		})
	}
}

// roles sends the examples as different people.
type roles struct {
	*world
	metro   map[string]bool   // ids that were answered to people of the agency
	cursors map[string]string // of the agencies' events
}

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// events counts those since the last time.
func (r *roles) events(t *testing.T) int {
	t.Helper()
	n := 0
	for agency, ctx := range map[string]context.Context{"metro": r.Admin, "other": r.OtherAdmin} {
		for {
			page, err := r.Cases.Feed(ctx, r.cursors[agency], 200)
			if err != nil {
				t.Fatal(err)
			}
			n, r.cursors[agency] = n+len(page.Events), page.Next
			if len(page.Events) < 200 {
				break
			}
		}
	}
	return n
}

// readings are the operations that change nothing and leave an event: who read what
// of whom (LOG-01).
var readings = []string{"getClient", "getClientDashboard", "newFamilyMember", "getExportFile", "checkForm", "checkSessionExport", "findCandidates", "findNames", "getBar",
	"getDocument", "getEnrollment", "getForm", "getPlan", "getSession", "listBars", "listCards", "listEnrollments", "listServices", "listClientVersions", "searchClients", "searchCaseFiles", "findCaseFiles", "getCaseFile", "listClientCaseFiles", "listCaseSessions", "getCaseSession", "getCaseProgress", "getReporting", "findClients", "listBarred", "listEnrolled", "findCard"}

// send sends an example: one change is one event, and so is a reading of a
// client; and the answer is documented.
func (r *roles) send(t *testing.T, o operation, user string, c call) answer {
	t.Helper()
	r.events(t)
	a := r.world.send(t, user, c)
	want := 0
	if a.status < 300 && (c.method != "GET" || slices.Contains(readings, o.id)) {
		want = 1
	}
	if got := r.events(t); got != want {
		t.Errorf("%s: %d events, want %d", user, got, want)
	}
	o.documents(t, user, a)
	return a
}

func (r *roles) answered(a answer) {
	for _, key := range ids.FindAllString(string(a.body), -1) {
		r.metro[key] = true
	}
}

// tellsNothing: another agency's user reads nothing of the agency, and is told
// the same of records that there are not.
func (r *roles) tellsNothing(t *testing.T, user string, c call, a answer) {
	t.Helper()
	if a.status < 300 {
		for _, key := range ids.FindAllString(string(a.body), -1) {
			if r.metro[key] {
				t.Errorf("ACC-01: another agency's user reads %s", key)
			}
		}
	}
	if a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
		return
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
	if unknown := r.world.send(t, user, c); string(unknown.body) != string(a.body) || unknown.status != a.status {
		t.Errorf("ACC-13: %s tells from %s that there is such a record", a.body, unknown.body)
	}
}
