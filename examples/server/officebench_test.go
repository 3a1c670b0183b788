package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/civil"
)

const (
	// A worker records so many sessions a day, the busiest hour of which has so many
	// percent of them, and the busiest moment of that three times its mean.
	sessionsADay, busiestHour, burst = 12, 30, 3
	// officeTime is how long an office is measured, and officeTasks at least how many
	// sessions it records.
	officeTime, officeTasks = 20 * time.Second, 30
)

// tasksASecond is what so many workers record at the busiest moment.
func tasksASecond(workers int) float64 {
	return float64(workers) * sessionsADay * busiestHour / 100 / 3600 * burst
}

// BenchmarkOffice is the busiest moment of agencies of several sizes: each session is
// recorded as people do it, in six requests: look for the client, open the profile, start
// the session, fill in its form, look at the own incomplete sessions and at a session list; every
// twentieth time a report of a month is made. The last size is four times the largest.
func BenchmarkOffice(b *testing.B) {
	for _, s := range setups {
		if s.name == "sqlite-normal" {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			a, _ := big(b, s.open(b), *benchSessions/10, *benchSessions)
			settle(b, a)
			o := newOffice(b, a)
			b.ReportMetric(0, "ns/op")
			for _, workers := range []int{200, 5_000, 20_000} {
				o.measure(b, workers)
			}
		})
	}
}

// office is where people work.
type office struct {
	url, token string
	sqlite     bool
	client     *http.Client

	mu             sync.Mutex
	reads, changes []time.Duration
	failed         error
}

func newOffice(b *testing.B, a *app) *office {
	token, err := a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "office"})
	if err != nil {
		b.Fatal(err)
	}
	return &office{sqlite: onSQLite(a.db), url: listen(b, a.handler()) + "/api", token: token, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
}

// processor is the time of all processors that were used, the load's own too; on
// PostgreSQL with that of all its processes on the machine.
func (o *office) processor() time.Duration {
	if !o.sqlite {
		return processor()
	}
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure lets people work for a while.
func (o *office) measure(b *testing.B, workers int) {
	rate := tasksASecond(workers)
	n := max(officeTasks, int(rate*officeTime.Seconds()))
	o.reads, o.changes = nil, nil
	used, begin := o.processor(), time.Now()
	var all sync.WaitGroup
	for i := range n {
		time.Sleep(time.Until(begin.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
		all.Go(func() { o.task(i) })
	}
	all.Wait()
	took := time.Since(begin)
	if o.failed != nil {
		b.Fatal(o.failed)
	}
	unit := func(what string) string { return fmt.Sprintf("%d-workers-%s", workers, what) }
	b.ReportMetric(rate, unit("sessions/s"))
	b.ReportMetric(ms(o.reads, 50), unit("read-p50-ms"))
	b.ReportMetric(ms(o.reads, 95), unit("read-p95-ms"))
	b.ReportMetric(ms(o.changes, 50), unit("change-p50-ms"))
	b.ReportMetric(ms(o.changes, 95), unit("change-p95-ms"))
	b.ReportMetric((processor()-used).Seconds()/took.Seconds(), unit("cores"))
}

// task records one session.
func (o *office) task(i int) {
	names := []string{"ok", "ngu", "mat", "tre", "gra", "am", "des", "chen"}
	today := civil.DateOf(time.Now(), zone())
	var found struct{ Items []struct{ ID string } }
	var x struct {
		Clients []struct {
			Forms []struct{ ID, Program string }
		}
	}
	o.do("GET", "/clients?limit=20&name="+names[i%len(names)], nil, &found)
	if len(found.Items) == 0 {
		o.fail(fmt.Errorf("nobody is found by %s", names[i%len(names)]))
		return
	}
	client := found.Items[i%len(found.Items)].ID
	o.do("GET", "/clients/"+client, nil, nil)
	o.do("POST", "/sessions", obj{"from": "profile", "client": client, "service_date": today, "start_time": "10:00", "minutes": 40, "languages": []string{"english"}}, &x)
	if len(x.Clients) == 0 || len(x.Clients[0].Forms) == 0 {
		o.fail(fmt.Errorf("the session has no form"))
		return
	}
	f := x.Clients[0].Forms[0]
	o.do("PUT", "/forms/"+f.ID, obj{"program": f.Program, "answers": orientation(today, true)}, nil)
	o.do("GET", "/incomplete?limit=20", nil, nil)
	o.do("GET", "/sessions?limit=20&client="+client, nil, nil)
	if i%20 == 0 {
		o.do("GET", fmt.Sprintf("/reports/clients_served?from=%s&to=%s", today.AddDays(-31), today.AddDays(-1)), nil, nil)
	}
}

func (o *office) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = cmp.Or(o.failed, err)
}

// do sends a request and keeps how long it took.
func (o *office) do(method, path string, body, out any) {
	raw, err := json.Marshal(body)
	if err != nil {
		o.fail(err)
		return
	}
	req, err := http.NewRequest(method, o.url+path, bytes.NewReader(raw))
	if err != nil {
		o.fail(err)
		return
	}
	if body == nil {
		req.Body, req.ContentLength = nil, 0
	}
	req.Header.Set("Authorization", "Bearer "+o.token)
	req.Header.Set("Content-Type", "application/json")
	if method == "PUT" {
		req.Header.Set("If-Match", `"1"`)
	}
	begin := time.Now()
	resp, err := o.client.Do(req)
	if err != nil {
		o.fail(err)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	took := time.Since(begin)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s: status %d: %s", method, resp.StatusCode, answer)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(answer, out)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err != nil:
		o.failed = cmp.Or(o.failed, err)
	case method == "GET":
		o.reads = append(o.reads, took)
	default:
		o.changes = append(o.changes, took)
	}
}
