package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// pair is a primary whose commits wait for its standby, and the flags that lead servers
// to whichever of the two takes changes, as docs/operations-cluster.md says.
func pair(t *testing.T) (primary, standby *databases.Cluster, flags []string) {
	t.Helper()
	primary = databases.OwnCluster(t)
	standby = primary.Standby(t)
	if clusterFile(t, "conf") != databases.Confirming+"\n" {
		t.Errorf("the page says %s", clusterFile(t, "conf"))
	}
	primary.Confirmed(t)
	return primary, standby, clusterFlags(t, primary, standby)
}

// change is one that was sent, with its key.
type change struct {
	key string
	id  string // of the client it made; empty while the answer is not known
}

// workload are people who register clients on several servers, and what came of it.
type workload struct {
	servers []*server
	stop    chan struct{}
	all     sync.WaitGroup
	kept    atomic.Int64

	mu      sync.Mutex
	changes []*change
	last    time.Time // a change was answered with 201
	slowest time.Duration
	gap     time.Duration // the longest time without such an answer
	errs    map[string]int
}

func (w *workload) register(s *server, c *change) {
	begin := time.Now()
	var p struct{ ID, Type, Title string }
	status, head, err := s.try("worker", "POST", "/clients/anonymous", obj{"sketch": obj{"label": "blue coat"}}, &p, "Idempotency-Key", c.key)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slowest = max(w.slowest, time.Since(begin))
	switch {
	case err == nil && status == 201:
		w.kept.Add(1)
		c.id = p.ID
		w.gap = max(w.gap, time.Since(w.last))
		w.last = time.Now()
	case err != nil || status != 503 || head.Get("Retry-After") == "" || p.Type != "urn:casework:problem:unavailable":
		w.errs[fmt.Sprintf("%d %v %+v", status, err, p)]++
	}
}

// begin lets four people at each server register one client after the other.
func (w *workload) begin() {
	w.stop, w.last, w.errs = make(chan struct{}), time.Now(), map[string]int{}
	for n, s := range w.servers {
		for p := range 4 {
			w.all.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-w.stop:
						return
					default:
					}
					c := &change{key: fmt.Sprintf("server %d, person %d, change %d", n, p, i)}
					w.register(s, c)
					w.mu.Lock()
					w.changes = append(w.changes, c)
					w.mu.Unlock()
					if c.id == "" {
						time.Sleep(20 * time.Millisecond)
					}
				}
			})
		}
	}
}

func (w *workload) end() {
	close(w.stop)
	w.all.Wait()
}

// The primary is killed under two servers that write, and its standby is promoted: the
// servers go on without a new start, meanwhile they say 503, and everything that was
// answered with 201 is there. What was not answered is sent again with the same key,
// to the other server, and was made once.
func TestFailover(t *testing.T) {
	begin := time.Now()
	primary, standby, flags := pair(t)
	w := workload{servers: []*server{startServer(t, flags...), startServer(t, flags...)}}
	w.begin()
	databases.Wait(t, "many changes", func() bool { return w.kept.Load() > 200 })

	killed := time.Now()
	primary.Kill(t)
	for _, s := range w.servers { // the standby still only reads
		databases.Wait(t, "the server says that it takes no changes", func() bool {
			resp, err := http.Get(s.url + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode == 503
		})
		databases.Wait(t, "the server says that nothing can be read", func() bool {
			var p struct{ Type string }
			status, _ := s.send("worker", "GET", "/clients?name=ok", nil, &p)
			return status == 503 && p.Type == "urn:casework:problem:unavailable"
		})
	}
	promoting := time.Now()
	standby.Promote(t)
	promoted := time.Now()
	before := w.kept.Load()
	databases.Wait(t, "changes are kept again", func() bool { return w.kept.Load() > before+200 })
	w.end()
	for what, n := range w.errs {
		t.Errorf("%d times: %s", n, what)
	}
	if w.slowest > 90*time.Second {
		t.Errorf("a request took %s", w.slowest)
	}

	var answered, again int
	for i, c := range w.changes {
		if c.id != "" {
			answered++
			continue
		}
		again++
		w.register(w.servers[(i+1)%2], c)
		if c.id == "" {
			t.Errorf("%s cannot be sent again", c.key)
		}
	}
	there := map[string]bool{}
	rows, err := appOn(t, "-dsn", standby.DSN).db.Query("SELECT id FROM cw_clients WHERE kind = 'anonymous'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		there[id] = true
	}
	for _, c := range w.changes {
		if !there[c.id] {
			t.Errorf("%s was answered with %s, which is not there", c.key, c.id)
		}
	}
	if len(there) != len(w.changes)+1 { // and that of the demo
		t.Errorf("there are %d clients of %d changes", len(there), len(w.changes))
	}
	for _, s := range w.servers {
		if log := s.stderr(); strings.Contains(log, "blue coat") {
			t.Error("the log has what was sent")
		}
	}
	t.Logf("%d changes were answered, %d were sent again; no change was kept for %s: from the kill to the promotion %s, which took %s; the slowest answer took %s; all in %s",
		answered, again, w.gap.Round(time.Millisecond), promoting.Sub(killed).Round(time.Millisecond), promoted.Sub(promoting).Round(time.Millisecond),
		w.slowest.Round(time.Millisecond), time.Since(begin).Round(time.Second))
}
