package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
)

// world is the API over an invented agency; the test server's sign-in takes the
// user's name from a header.
type world struct {
	*storetest.World
	handler http.Handler
	url     string
}

func newWorld(t *testing.T) *world { return newWorldWith(t, httpapi.Limits{}) }

// newWorldWith is a world whose API has other limits.
func newWorldWith(t *testing.T, l httpapi.Limits, hooks ...casemgmt.Hook) *world {
	db, prefix := databases.OpenSQLite(t)
	return newWorldOn(t, db, prefix, l, hooks...)
}

func newWorldOn(t *testing.T, db *bun.DB, prefix string, l httpapi.Limits, hooks ...casemgmt.Hook) *world {
	w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix), hooks...)}
	offered := services(w.World)
	offered.Limits = l
	w.handler = under(httpapi.New(offered))
	w.serve(t, 0)
	return w
}

// under is an API under a prefix, where users sign in by their names.
func under(api http.Handler) http.Handler {
	return http.StripPrefix("/some/prefix", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user := r.Header.Get("X-User"); user != "" {
			agency := "metro"
			if strings.HasPrefix(user, "other") {
				agency = "other"
			}
			r = r.WithContext(access.With(r.Context(), access.Actor{Agency: agency, User: user}))
		}
		api.ServeHTTP(rw, r)
	}))
}

// serve starts a server, which gives requests so much time unless the API does.
func (w *world) serve(t *testing.T, timeout time.Duration) {
	srv := httptest.NewUnstartedServer(w.handler)
	srv.Config.ReadTimeout = timeout
	srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(32 << 10) // so that slow readers are seen
		return ctx
	}
	srv.Start()
	t.Cleanup(srv.Close)
	w.url = srv.URL + "/some/prefix"
}

func services(w *storetest.World) httpapi.Services {
	return httpapi.Services{Cases: w.Cases, Enrollments: w.Enrolling, FollowUp: w.FollowUp, CaseFiles: w.CaseFiles, Sessions: w.Sessions, Dashboards: w.Dashboards,
		Batches: w.Batches, Exports: w.Exports, Reports: w.Reports, ReferenceData: dexexport.ReadReferenceData, Tokens: w.Tokens}
}

// call is one request.
type call struct {
	method, path string
	body         any    // encoded as JSON unless it is a []byte
	version      string // If-Match
	header       map[string]string
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t testing.TB) httpapi.Problem {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("no problem: %d %s %v", a.status, a.body, err)
	}
	return p
}

func (w *world) send(t testing.TB, user string, c call) answer {
	t.Helper()
	var body io.Reader
	if raw, ok := c.body.([]byte); ok {
		body = bytes.NewReader(raw)
	} else if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(c.method, w.url+c.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.version != "" {
		req.Header.Set("If-Match", `"`+c.version+`"`)
	}
	req.Header.Set("X-User", user)
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

type obj = map[string]any

// examples has a valid request for every operation, on fresh records of the
// worker, and who may send it. Each domain has those of its own.
func (w *world) examples() map[string]example {
	out := map[string]example{}
	for _, of := range []map[string]example{w.agencyExamples(), w.clientExamples(), w.enrollmentExamples(), w.followUpExamples(), w.caseFileExamples(), w.sessionExamples(),
		w.formExamples(), w.dashboardExamples(), w.batchExamples(), w.exportExamples(), w.reportExamples(), w.tokenExamples()} {
		maps.Copy(out, of)
	}
	return out
}

type example struct {
	make func() call
	who  who
}

// who has the status for the worker, a worker of the second program, the
// program's manager, the administrator, and an administrator of another agency.
type who [5]int

var users = []string{"worker", "outsider", "manager", "admin", "other-admin"}

// all are told that it is done, also of another agency, which has it too.
var all = who{200, 200, 200, 200, 200}

// bilingual is a text in both languages.
var bilingual = obj{"en": "Name", "fr": "Nom"}

// v is a version for If-Match.
func v(n int64) string { return fmt.Sprint(n) }

func get(path string) func() call {
	return func() call { return call{method: "GET", path: path} }
}
