package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session/report"
	"github.com/opencasework/casework/session"
)

// The figures of docs/performance.md come from these benchmarks; the commands
// are there. Each reports its limit, measured in the same run, beside it.

// setups are the databases of the benchmarks.
var setups = []struct {
	name string
	open func(testing.TB) *bun.DB
}{
	{"sqlite-normal", func(tb testing.TB) *bun.DB { return openSQLite(tb, "NORMAL") }},
	{"sqlite-full", func(tb testing.TB) *bun.DB { return openSQLite(tb, "FULL") }},
	{"postgres", func(tb testing.TB) *bun.DB {
		db, err := sql.Open("pgx", databases.PostgresDSN(tb))
		if err != nil {
			tb.Fatal(err)
		}
		db.SetMaxOpenConns(16)
		db.SetMaxIdleConns(16)
		dropTables(tb, db) // of the benchmark before
		tb.Cleanup(func() {
			dropTables(tb, db)
			db.Close()
		})
		return bun.NewDB(db, pgdialect.New())
	}},
}

// dropTables empties the PostgreSQL database of the benchmarks.
func dropTables(tb testing.TB, db *sql.DB) {
	rows, err := db.Query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			tb.Fatal(err)
		}
		names = append(names, `"`+name+`"`)
	}
	if len(names) > 0 {
		if _, err := db.Exec("DROP TABLE " + strings.Join(names, ", ") + " CASCADE"); err != nil {
			tb.Fatal(err)
		}
	}
}

func openSQLite(tb testing.TB, synchronous string) *bun.DB {
	dir, err := os.MkdirTemp("", "casework-bench-")
	if err != nil {
		tb.Fatal(err)
	}
	db, err := sql.Open("sqlite", databases.SQLiteDSN(filepath.Join(dir, "bench.db"), synchronous))
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	tb.Cleanup(func() { db.Close(); os.RemoveAll(dir) })
	return bun.NewDB(db, sqlitedialect.New())
}

// newBench is the server with its small demo, and the demo worker's context.
func newBench(tb testing.TB, db *bun.DB, commitEach bool) (*app, context.Context, session.Start) {
	ctx := context.Background()
	a, err := newApp(ctx, db, options{log: "text", commitEach: commitEach}, io.Discard)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { a.store.Close() })
	if _, err := a.prepareDemo(ctx, "small", io.Discard); err != nil {
		tb.Fatal(err)
	}
	worker := access.With(ctx, access.Actor{Agency: demoAgency, User: "worker"})
	found, err := a.cases.SearchClients(worker, casemgmt.ClientQuery{Name: "amina"}, casemgmt.PageRequest{})
	if err != nil || len(found.Items) == 0 {
		tb.Fatal("no demo client", err)
	}
	minutes := 30
	today := civil.DateOf(time.Now(), zone())
	cmd := session.Start{
		Details: session.Details{ServiceDate: today, StartTime: "10:00", Minutes: &minutes, Languages: []string{"english"}},
		Clients: []session.StartClient{{Client: found.Items[0].ID, Forms: []session.StartForm{
			{Kind: "io", Content: session.Content{Answers: orientation(today, true)}}}}},
	}
	x, err := a.sessions.Start(worker, cmd)
	if err != nil || !x.Complete {
		tb.Fatal("the benchmark's session is not complete", err)
	}
	return a, worker, cmd
}

// copier writes the rows of one recorded session again under new ids, by
// prepared statements: the limit of (a) and (b).
type copier struct {
	db     *sql.DB
	sqlite bool
	tables []copied
	stmts  []*sql.Stmt
}

type copied struct {
	cols   []string
	values []any
}

func newCopier(tb testing.TB, a *app) *copier {
	c := &copier{db: a.db.DB, sqlite: a.db.Dialect().Name().String() == "SQLite" || strings.HasPrefix(strings.ToLower(a.db.Dialect().Name().String()), "sqlite")}
	var last string
	if err := c.db.QueryRow(`SELECT CAST(id AS text) FROM cw_sessions ORDER BY id DESC LIMIT 1`).Scan(&last); err != nil {
		tb.Fatal(err)
	}
	for _, table := range []string{"sessions:id", "session_funders:session_id", "session_clients:session_id", "session_forms:session_id", "facts:session_id", "events:subject"} {
		name, key, _ := strings.Cut(table, ":")
		rows, err := c.db.Query(`SELECT * FROM cw_` + name + ` WHERE ` + key + ` = '` + last + `'`)
		if err != nil {
			tb.Fatal(err)
		}
		cols, _ := rows.Columns()
		for rows.Next() {
			t := copied{cols: cols, values: make([]any, len(cols))}
			dest := make([]any, len(cols))
			for i := range dest {
				dest[i] = &t.values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				tb.Fatal(err)
			}
			var keep copied
			for i, col := range cols { // the database numbers events itself
				if col != "seq" && col != "tx" {
					keep.cols, keep.values = append(keep.cols, col), append(keep.values, t.values[i])
				}
			}
			c.tables = append(c.tables, keep)
			marks := make([]string, len(keep.cols))
			for i := range marks {
				if marks[i] = "?"; !c.sqlite {
					marks[i] = fmt.Sprintf("$%d", i+1)
				}
			}
			stmt, err := c.db.Prepare(`INSERT INTO cw_` + name + ` (` + strings.Join(keep.cols, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`)
			if err != nil {
				tb.Fatal(err)
			}
			c.stmts = append(c.stmts, stmt)
		}
		rows.Close()
	}
	if len(c.tables) < 5 {
		tb.Fatalf("%d rows of the recorded session, want at least 5", len(c.tables))
	}
	tb.Cleanup(func() {
		for _, s := range c.stmts {
			s.Close()
		}
	})
	return c
}

// write writes all rows in one transaction.
func (c *copier) write() error {
	tx, err := c.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if c.sqlite { // the write lock first, as everybody must who writes SQLite from several connections
		if _, err := tx.Exec(`UPDATE cw_agencies SET version = version WHERE 0`); err != nil {
			return err
		}
	}
	session, form, event := id.New[int]().String(), id.New[int]().String(), id.New[int]().String()
	for i, t := range c.tables {
		args := slices.Clone(t.values)
		for j, col := range t.cols {
			switch {
			case col == "session_id" || col == "subject" || col == "id" && i == 0:
				args[j] = session
			case col == "form_id" || col == "id" && slices.Contains(t.cols, "definition"):
				args[j] = form
			case col == "id":
				args[j] = event
			}
		}
		if _, err := tx.Stmt(c.stmts[i]).Exec(args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// BenchmarkRecord is (a): one session with one client and one completed form.
// The limit is 4 times the same rows by prepared statements.
func BenchmarkRecord(b *testing.B) {
	for _, s := range setups {
		b.Run(s.name, func(b *testing.B) {
			a, worker, cmd := newBench(b, s.open(b), false)
			c := newCopier(b, a)
			one := func() {
				if _, err := a.sessions.Start(worker, cmd); err != nil {
					b.Fatal(err)
				}
			}
			for range 50 { // prepared statements, caches
				one()
				if err := c.write(); err != nil {
					b.Fatal(err)
				}
			}
			var service, raw time.Duration
			b.ResetTimer()
			for range b.N { // in turns, so that both see the same machine
				start := time.Now()
				one()
				service += time.Since(start)
				start = time.Now()
				if err := c.write(); err != nil {
					b.Fatal(err)
				}
				raw += time.Since(start)
			}
			b.ReportMetric(float64(service.Microseconds())/float64(b.N), "service-µs")
			b.ReportMetric(float64(raw.Microseconds())/float64(b.N), "raw-µs")
			b.ReportMetric(float64(service)/float64(raw), "ratio(limit:4)")
		})
	}
}

// load sends n requests from some clients and gives the rate and the quantiles.
func load(b *testing.B, clients, n int, send func() error) (rate float64, p50, p99 time.Duration) {
	times := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				t := time.Now()
				if err := send(); err != nil {
					b.Error(err)
					return
				}
				times[i] = time.Since(t)
			}
		})
	}
	wg.Wait()
	rate = float64(n) / time.Since(start).Seconds()
	slices.Sort(times)
	return rate, times[n/2], times[n*99/100]
}

func poster(url, token string, body []byte, want int) func() error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	return func() error {
		req, err := http.NewRequest("POST", url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		if resp.StatusCode != want {
			return fmt.Errorf("status %d: %s", resp.StatusCode, answer)
		}
		return nil
	}
}

func listen(b testing.TB, h http.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l) //nolint:errcheck // ends with the benchmark
	b.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String()
}

// BenchmarkHTTP is (b): the same through HTTP at 1 and 8 clients, beside a bare
// handler that runs the same statements with the same durability, and beside
// one commit for each unit of work. The limit is 0.4 of the bare rate.
func BenchmarkHTTP(b *testing.B) {
	for _, s := range setups {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/clients=%d", s.name, clients), func(b *testing.B) {
				a, _, cmd := newBench(b, s.open(b), false)
				token, err := a.tokens.issue(context.Background(), demoAgency, "worker", false)
				if err != nil {
					b.Fatal(err)
				}
				body, err := json.Marshal(cmd)
				if err != nil {
					b.Fatal(err)
				}
				c := newCopier(b, a)
				ours := poster(listen(b, a.handler())+"/api/sessions", token, body, http.StatusCreated)
				bare := poster(listen(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if _, err := io.Copy(io.Discard, r.Body); err == nil {
						err = c.write()
						if err == nil {
							w.WriteHeader(http.StatusCreated)
							return
						}
					}
					w.WriteHeader(http.StatusInternalServerError)
				})), token, body, http.StatusCreated)
				load(b, clients, 100*clients, ours)
				load(b, clients, 100*clients, bare)
				b.ResetTimer()
				n := max(b.N, 2000)
				var rate, limit, p50, p99 float64
				const turns = 4 // so that both see the same machine
				for range turns {
					r, q50, q99 := load(b, clients, n/turns, ours)
					l, _, _ := load(b, clients, n/turns, bare)
					rate, limit = rate+r/turns, limit+l/turns
					p50, p99 = p50+float64(q50.Microseconds())/turns, p99+float64(q99.Microseconds())/turns
				}
				b.ReportMetric(rate, "req/s")
				b.ReportMetric(p50, "p50-µs")
				b.ReportMetric(p99, "p99-µs")
				b.ReportMetric(limit, "bare-req/s")
				b.ReportMetric(rate/limit, "ratio(limit:0.4)")
			})
		}
	}
}

// BenchmarkCommits is the gain of (b): eight clients whose units of work commit
// together, beside one commit each, with synchronous=FULL.
func BenchmarkCommits(b *testing.B) {
	var rates [2]float64
	for i, each := range []bool{false, true} {
		a, _, cmd := newBench(b, openSQLite(b, "FULL"), each)
		token, err := a.tokens.issue(context.Background(), demoAgency, "worker", false)
		if err != nil {
			b.Fatal(err)
		}
		body, err := json.Marshal(cmd)
		if err != nil {
			b.Fatal(err)
		}
		send := poster(listen(b, a.handler())+"/api/sessions", token, body, http.StatusCreated)
		load(b, 8, 800, send)
		rates[i], _, _ = load(b, 8, max(b.N, 3000), send)
	}
	b.ReportMetric(rates[0], "together-req/s")
	b.ReportMetric(rates[1], "each-req/s")
	b.ReportMetric(rates[0]/rates[1], "gain")
}

// BenchmarkMemory is (f): the peak memory of the built server under (b) with 8
// clients. The limit is 150 MB.
func BenchmarkMemory(b *testing.B) {
	s := startServer(b, "-data", filepath.Join(b.TempDir(), "casework.db"))
	var found struct{ Items []struct{ ID string } }
	s.send("worker", "GET", "/clients?name=amina", nil, &found)
	today := civil.DateOf(time.Now(), zone())
	body, err := json.Marshal(obj{"service_date": today, "start_time": "10:00", "minutes": 5, "languages": []string{"english"},
		"clients": []any{obj{"client": found.Items[0].ID, "forms": []any{obj{"kind": "io", "answers": orientation(today, true)}}}}})
	if err != nil {
		b.Fatal(err)
	}
	load(b, 8, max(b.N, 10_000), poster(s.url+"/api/sessions", s.tokens["worker"], body, http.StatusCreated))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		b.Skip("peak memory is read from /proc")
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			b.ReportMetric(kb/1024, "peak-MB(limit:150)")
		}
	}
}

// big is a large demo, made once for all benchmarks of a database.
func big(b *testing.B, db *bun.DB, clients, sessions int) (*app, context.Context) {
	ctx := context.Background()
	a, err := newApp(ctx, db, options{log: "text"}, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.store.Close() })
	d := &demo{app: a, ctx: access.With(ctx, access.System("bench", demoAgency))}
	d.agency()
	if d.err != nil {
		b.Fatal(d.err)
	}
	if err := d.large(clients, sessions, io.Discard); err != nil {
		b.Fatal(err)
	}
	return a, access.With(ctx, access.Actor{Agency: demoAgency, User: "worker"})
}

// p95 runs a call many times and gives the 95th percentile in microseconds.
func p95(b *testing.B, n int, call func(i int) error) float64 {
	times := make([]time.Duration, n)
	for i := range min(n, 100) {
		if err := call(i); err != nil {
			b.Fatal(err)
		}
	}
	for i := range n {
		t := time.Now()
		if err := call(i); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(t)
	}
	slices.Sort(times)
	return float64(times[n*95/100].Microseconds())
}

// BenchmarkLarge is (c), (d) and (e) over 100,000 clients and 1,000,000 sessions.
func BenchmarkLarge(b *testing.B) {
	for _, s := range setups {
		if s.name == "sqlite-normal" {
			continue // reads do not depend on it
		}
		b.Run(s.name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			_, small := incompleteTimes(b, s.open(b), 1000, 10_000)
			a, large := incompleteTimes(b, s.open(b), 100_000, 1_000_000)
			for i, name := range []string{"first", "tenth"} {
				b.ReportMetric(large[i], "incomplete-"+name+"-p95-µs(limit:3000)")
				b.ReportMetric(large[i]/small[i], "incomplete-"+name+"-growth(limit:1.5)")
			}
			worker := access.With(context.Background(), access.Actor{Agency: demoAgency, User: "worker"})
			b.ReportMetric(p95(b, 300, func(i int) error {
				names := []string{"ok", "ngu", "mar", "tre", "ki", "am", "müll", "des", "ob", "ivan pet"}
				_, err := a.cases.SearchClients(worker, casemgmt.ClientQuery{Name: names[i%len(names)]}, casemgmt.PageRequest{})
				return err
			}), "search-name-p95-µs(limit:5000)")
			b.ReportMetric(p95(b, 300, func(i int) error {
				_, err := a.cases.SearchClients(worker, casemgmt.ClientQuery{Phone: fmt.Sprintf("%03d%03d", 200+i, 200+i/7)}, casemgmt.PageRequest{})
				return err
			}), "search-phone-p95-µs(limit:5000)")
			reportTimes(b, a)
		})
	}
}

func incompleteTimes(b *testing.B, db *bun.DB, clients, sessions int) (*app, [2]float64) {
	a, worker := big(b, db, clients, sessions)
	if !strings.HasPrefix(strings.ToLower(db.Dialect().Name().String()), "sqlite") {
		// as it is a while after so much was written at once
		if _, err := db.Exec("CHECKPOINT"); err != nil {
			b.Fatal(err)
		}
		time.Sleep(20 * time.Second)
	}
	tenth := casemgmt.PageRequest{}
	for range 9 {
		page, err := a.sessions.MyIncomplete(worker, tenth)
		if err != nil || page.Next == "" {
			b.Fatal("fewer than ten pages", err)
		}
		tenth.After = page.Next
	}
	var out [2]float64
	for i, p := range []casemgmt.PageRequest{{}, tenth} {
		out[i] = p95(b, 300, func(int) error {
			_, err := a.sessions.MyIncomplete(worker, p)
			return err
		})
	}
	return a, out
}

// reportTimes is (e): services by form kind for one month, beside one SQL statement.
func reportTimes(b *testing.B, a *app) {
	admin := access.With(context.Background(), access.Actor{Agency: demoAgency, User: "admin"})
	to := civil.DateOf(time.Now(), zone()).AddDays(-200)
	c := report.Criteria{From: to.AddDays(-30), To: to}
	var service, raw time.Duration
	const rounds = 20
	for i := range rounds + 2 {
		start := time.Now()
		r, err := a.reports.Run(admin, "services_by_form_kind", c)
		if err != nil || r.Total == nil {
			b.Fatal("no report", err)
		}
		took := time.Since(start)
		start = time.Now()
		rows, err := a.db.DB.Query(fmt.Sprintf(`SELECT kind, count(*) FROM cw_facts WHERE agency_id = '%s' AND service_date BETWEEN '%s' AND '%s' GROUP BY kind`,
			demoAgency, c.From, c.To))
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for rows.Next() {
			var kind string
			if err := rows.Scan(&kind, &n); err != nil {
				b.Fatal(err)
			}
		}
		rows.Close()
		if n != *r.Total {
			b.Fatalf("the statement counts %d, the report %d", n, *r.Total)
		}
		if i >= 2 {
			service += took
			raw += time.Since(start)
		}
	}
	b.ReportMetric(float64(service.Microseconds())/rounds, "report-µs(limit:250000)")
	b.ReportMetric(float64(raw.Microseconds())/rounds, "report-raw-µs")
	b.ReportMetric(float64(service)/float64(raw), "report-ratio(limit:3)")
}
