package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
)

// What went wrong with a change says that it is not known whether it was kept, and
// when to send it again; with a reading there is nothing to be kept.
func TestWhatIsNotKnown(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	var fail atomic.Pointer[error]
	w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix), func(context.Context, casemgmt.HookCall) error {
		if err := fail.Load(); err != nil {
			return *err
		}
		return nil
	})}
	client := w.Client()
	var reported atomic.Int64
	api := httpapi.ReportErrors(httpapi.New(services(w.World)), func(*http.Request, error) { reported.Add(1) })
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(rw, r.WithContext(access.With(r.Context(), access.Actor{Agency: "metro", User: "worker"})))
	}))
	t.Cleanup(srv.Close)
	w.url = srv.URL
	change := call{method: "POST", path: "/clients/anonymous", body: obj{}}
	read := call{method: "GET", path: "/clients/" + client.ID.String()} // which is logged
	for name, tt := range map[string]struct {
		err              error
		c                call
		status           int
		kind, after, has string
	}{
		"a change":            {fault.ErrUnavailable, change, 503, "unavailable", "2", "not known whether this was kept"},
		"a reading":           {fault.ErrUnavailable, read, 503, "unavailable", "2", "Try again later"},
		"a known wait":        {&fault.Wait{Kind: fault.ErrUnavailable, After: 9 * time.Second}, change, 503, "unavailable", "9", "Idempotency-Key"},
		"out of time":         {context.DeadlineExceeded, change, 503, "unavailable", "2", "Idempotency-Key"},
		"a broken change":     {errors.New("broken"), change, 500, "internal", "", "not known whether this was kept"},
		"a broken reading":    {errors.New("broken"), read, 500, "internal", "", "Something went wrong."},
		"too many wrong ones": {&fault.Wait{Kind: fault.ErrTooMany, After: 1500 * time.Millisecond}, change, 429, "too_many_tries", "2", "Wait"},
	} {
		t.Run(name, func(t *testing.T) {
			fail.Store(&tt.err)
			before := reported.Load()
			a := w.send(t, "worker", tt.c)
			p := a.problem(t)
			if a.status != tt.status || p.Type != "urn:casework:problem:"+tt.kind || a.header.Get("Retry-After") != tt.after || !strings.Contains(p.Title, tt.has) {
				t.Errorf("%d %s, Retry-After %q", a.status, a.body, a.header.Get("Retry-After"))
			}
			if strings.Contains(p.Title, "Nothing") || tt.c.method == "GET" && strings.Contains(p.Title, "kept") {
				t.Errorf("it says %q", p.Title)
			}
			if got := reported.Load()-before == 1; got != (tt.status >= 500) {
				t.Errorf("reported: %t", got)
			}
		})
	}
}
