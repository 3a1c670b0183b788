package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// PostgreSQL goes away under a running server: until it is back, every answer is 503
// with Retry-After, which does not say that nothing was kept; then the server works
// as before, without a new start. Changes whose answer was lost are sent again with
// the same key, and each was made once.
func TestOutage(t *testing.T) {
	pg := databases.OwnCluster(t)
	s := startServer(t, "-dsn", pg.DSN)
	status := func(path string) int {
		resp, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	var sent atomic.Int64
	for _, mode := range []string{"immediate", "fast"} {
		var mu sync.Mutex
		lost := map[string]bool{}
		register := func(key string) (done bool) {
			var p struct{ Type, Title string }
			got, head, err := s.try("worker", "POST", "/clients/anonymous", obj{"sketch": obj{"label": "blue coat"}}, &p, "Idempotency-Key", key)
			switch {
			case err != nil:
				t.Errorf("%s: %v", mode, err)
			case got == 201:
				return true
			case got != 503 || head.Get("Retry-After") == "" || p.Type != "urn:casework:problem:unavailable" || !strings.Contains(p.Title, "not known"):
				t.Errorf("%s: %d %v %+v", mode, got, head, p)
			}
			return false
		}
		var all sync.WaitGroup
		var refused, posted atomic.Int64
		for w := range 6 {
			all.Go(func() {
				for n := 0; refused.Load() < 60 && n < 20_000; n++ {
					key := fmt.Sprint(mode, w, "-", n)
					sent.Add(1)
					if register(key) {
						posted.Add(1)
						continue
					}
					refused.Add(1)
					mu.Lock()
					lost[key] = true
					mu.Unlock()
				}
			})
		}
		databases.Wait(t, "some changes", func() bool { return posted.Load() > 50 })
		pg.Stop(t, mode)
		all.Wait()
		if refused.Load() < 60 {
			t.Fatalf("%s: %d are refused", mode, refused.Load())
		}
		var p struct{ Type, Title string }
		if got, head := s.send("worker", "GET", "/clients?name=ok", nil, &p); got != 503 || head.Get("Retry-After") == "" || strings.Contains(p.Title, "kept") {
			t.Errorf("%s: a reading: %d %+v", mode, got, p)
		}
		if status("/readyz") != 503 || status("/healthz") != 200 {
			t.Errorf("%s: readyz %d, healthz %d", mode, status("/readyz"), status("/healthz"))
		}
		pg.Start(t)
		databases.Wait(t, "it works again", func() bool { return status("/readyz") == 200 })
		for key := range lost {
			if !register(key) {
				t.Errorf("%s: %s cannot be sent again", mode, key)
			}
		}
	}
	a := appOn(t, "-dsn", pg.DSN)
	n, err := a.db.NewSelect().TableExpr("cw_clients").Where("kind = 'anonymous'").Count(t.Context())
	if err != nil || int64(n) != sent.Load()+1 { // and that of the demo
		t.Errorf("%d clients of %d changes: %v", n, sent.Load(), err)
	}
	if log := s.stderr(); !strings.Contains(log, "level=ERROR") || strings.Contains(log, "blue coat") {
		t.Errorf("the log says %.2000s", log)
	}
}

// Who is away without a word is given up after seconds, unless the address says
// otherwise.
func TestSilentDatabase(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	start := time.Now()
	_, _, err = open(t.Context(), options{dsn: "postgres://casework@" + l.Addr().String() + "/x?sslmode=disable&connect_timeout=1"})
	if err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(start))
	}
	if got := withExec("postgres://x/y"); !strings.Contains(got, "connect_timeout=5") {
		t.Error(got)
	}
}
