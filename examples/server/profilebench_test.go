package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// BenchmarkProfiles reads profiles, each of which is logged, while 200 people are at
// work: each asks, reads for half a second, and asks again; every tenth request
// records a session. Limit: 25 ms in the middle on SQLite.
func BenchmarkProfiles(b *testing.B) {
	for _, s := range setups {
		b.Run(s.name, func(b *testing.B) {
			a, worker, cmd := newBench(b, s.open(b), false)
			token, err := a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "benchmark"})
			if err != nil {
				b.Fatal(err)
			}
			url := listen(b, a.handler()) + "/api"
			found, err := a.cases.SearchClients(worker, casemgmt.ClientQuery{Name: "a"}, casemgmt.PageRequest{})
			if err != nil || len(found.Items) == 0 {
				b.Fatal(err)
			}
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
			get := func(path string) (time.Duration, error) {
				req, err := http.NewRequest("GET", url+path, nil)
				if err != nil {
					return 0, err
				}
				req.Header.Set("Authorization", "Bearer "+token)
				start := time.Now()
				resp, err := client.Do(req)
				if err != nil {
					return 0, err
				}
				defer resp.Body.Close()
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					return 0, fmt.Errorf("status %d: %w", resp.StatusCode, err)
				}
				return time.Since(start), nil
			}
			var mu sync.Mutex
			var profiles, searches []time.Duration
			var failed error
			ctx, stop := context.WithTimeout(context.Background(), 8*time.Second)
			defer stop()
			var all sync.WaitGroup
			for i := range 200 {
				all.Go(func() {
					for n := i; ctx.Err() == nil; n++ {
						time.Sleep(time.Duration(n*7919%1000) * time.Millisecond)
						if n%10 == 0 {
							if _, err := a.sessions.Start(worker, cmd); err != nil {
								failed = err
							}
							continue
						}
						p, err := get("/clients/" + found.Items[n%len(found.Items)].ID.String())
						q, err2 := get("/clients?name=am&limit=10")
						mu.Lock()
						profiles, searches = append(profiles, p), append(searches, q)
						if err != nil || err2 != nil {
							failed = fmt.Errorf("%v %v", err, err2)
						}
						mu.Unlock()
					}
				})
			}
			all.Wait()
			if failed != nil {
				b.Fatal(failed)
			}
			b.ReportMetric(ms(profiles, 50), "profile-p50-ms(limit:25)")
			b.ReportMetric(ms(profiles, 95), "profile-p95-ms")
			b.ReportMetric(ms(searches, 50), "search-p50-ms")
			b.ReportMetric(float64(len(profiles))/8, "profiles/s")
		})
	}
}

// ms is a quantile of some times in milliseconds.
func ms(times []time.Duration, percent int) float64 {
	slices.Sort(times)
	return float64(times[len(times)*percent/100].Microseconds()) / 1000
}
