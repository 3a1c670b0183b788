package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
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

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
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

// byHand is the database without the library: the limit of what is measured.
type byHand struct {
	*sql.DB
	sqlite bool
	agency int64
}

func newByHand(tb testing.TB, a *app) *byHand {
	h := &byHand{DB: a.db.DB, sqlite: onSQLite(a.db)}
	if err := h.QueryRow(`SELECT number FROM cw_agencies WHERE key = '` + demoAgency + `'`).Scan(&h.agency); err != nil {
		tb.Fatal(err)
	}
	return h
}

// id is an identifier as the database has it.
func (h *byHand) id(raw [16]byte) any {
	if h.sqlite {
		return raw[:]
	}
	return id.Of[int](raw).String()
}

// prepare prepares a statement with ? for arguments, and types for PostgreSQL.
func (h *byHand) prepare(tb testing.TB, q string) *sql.Stmt {
	if h.sqlite {
		q = strings.NewReplacer("::uuid", "", "::date", "", "::text", "", "::integer", "").Replace(q)
	} else {
		for i := 1; strings.Contains(q, "?"); i++ {
			q = strings.Replace(q, "?", fmt.Sprintf("$%d", i), 1)
		}
	}
	stmt, err := h.Prepare(q)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { stmt.Close() })
	return stmt
}

// begin starts a transaction that writes: SQLite's with the write lock, as
// everybody must who writes it from several connections.
func (h *byHand) begin() (*sql.Tx, error) {
	tx, err := h.Begin()
	if err == nil && h.sqlite {
		if _, err = tx.Exec(`UPDATE cw_agencies SET version = version WHERE 0`); err != nil {
			_ = tx.Rollback()
		}
	}
	return tx, err
}

// copier writes the rows of one recorded session again under new ids, by
// prepared statements.
type copier struct {
	*byHand
	rows  []copied
	stmts []*sql.Stmt
}

type copied struct {
	cols   []string
	values []any
}

// recorded are all tables in which a recorded session has rows; record are those
// that somebody would write by hand who wants no reports, search and audit.
var (
	recorded = []string{"sessions:id", "session_funders:session_id", "session_clients:session_id", "session_forms:session_id", "facts:session_id", "events:subject"}
	record   = []string{"sessions:id", "session_clients:session_id", "session_forms:session_id"}
)

func newCopier(tb testing.TB, a *app, tables []string) *copier {
	c := &copier{byHand: newByHand(tb, a)}
	var last id.Of[session.Session]
	if err := c.QueryRow(`SELECT id FROM cw_sessions ORDER BY created DESC LIMIT 1`).Scan(&last); err != nil {
		tb.Fatal(err)
	}
	for _, table := range tables {
		name, key, _ := strings.Cut(table, ":")
		subject := c.id(last)
		if key == "subject" {
			subject = last.String()
		}
		q := `SELECT * FROM cw_` + name + ` WHERE ` + key + ` = $1`
		rows, err := c.Query(q, subject)
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
			c.add(tb, name, t)
		}
		rows.Close()
	}
	if len(c.rows) < len(tables) {
		tb.Fatalf("%d rows of the recorded session, want at least %d", len(c.rows), len(tables))
	}
	return c
}

func (c *copier) add(tb testing.TB, table string, row copied) {
	var keep copied
	var marks []string
	for i, col := range row.cols {
		switch {
		case col == "tx" || col == "seq" && !c.sqlite: // PostgreSQL numbers events itself
			continue
		case col == "seq":
			marks = append(marks, "(SELECT MAX(seq) + 1 + 0 * ? FROM cw_events)")
		default:
			marks = append(marks, "?")
		}
		keep.cols, keep.values = append(keep.cols, col), append(keep.values, row.values[i])
	}
	c.rows = append(c.rows, keep)
	c.stmts = append(c.stmts, c.prepare(tb, `INSERT INTO cw_`+table+` (`+strings.Join(keep.cols, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`))
}

// write writes all rows in one transaction.
func (c *copier) write() error {
	tx, err := c.begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	x, form, event := id.New[int](), id.New[int](), id.New[int]()
	for i, t := range c.rows {
		args := slices.Clone(t.values)
		for j, col := range t.cols {
			switch {
			case col == "session_id" || col == "id" && i == 0:
				args[j] = c.id(x)
			case col == "subject":
				args[j] = x.String()
			case col == "form_id" || col == "id" && slices.Contains(t.cols, "definition"):
				args[j] = c.id(form)
			case col == "id":
				args[j] = c.id(event)
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
			c := newCopier(b, a, recorded)
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
func load(clients, n int, send func() error) (rate float64, p50, p99 time.Duration, err error) {
	times := make([]time.Duration, n)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for range clients {
		wg.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				t := time.Now()
				if err := send(); err != nil {
					failed.Store(&err)
					return
				}
				times[i] = time.Since(t)
			}
		})
	}
	wg.Wait()
	rate = float64(n) / time.Since(start).Seconds()
	slices.Sort(times)
	if err := failed.Load(); err != nil {
		return 0, 0, 0, *err
	}
	return rate, times[n/2], times[n*99/100], nil
}

// loaded is load that ends the benchmark on an error.
func loaded(b *testing.B, clients, n int, send func() error) float64 {
	b.Helper()
	rate, _, _, err := load(clients, n, send)
	if err != nil {
		b.Fatal(err)
	}
	return rate
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

// BenchmarkHTTP records sessions with a client and a complete form through HTTP,
// with everything that the server does, beside a bare handler that writes
// session, participant and form with the same durability and nothing else. The
// requests come from another process, so that the processor time is the server's;
// that of PostgreSQL is added.
func BenchmarkHTTP(b *testing.B) {
	for _, s := range setups {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/clients=%d", s.name, clients), func(b *testing.B) {
				a, _, cmd := newBench(b, s.open(b), false)
				token, err := a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "benchmark"})
				if err != nil {
					b.Fatal(err)
				}
				body, err := json.Marshal(cmd)
				if err != nil {
					b.Fatal(err)
				}
				c := newCopier(b, a, record)
				var one sync.Mutex // SQLite's writers would get in each other's way
				shipped := outside{URL: listen(b, a.handler()) + "/api/sessions", Token: token, Body: string(body), Clients: clients}
				bare := shipped
				bare.URL = listen(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					raw, err := io.ReadAll(r.Body)
					if c.sqlite {
						one.Lock()
						defer one.Unlock()
					}
					if err == nil && json.Valid(raw) && c.write() == nil {
						w.WriteHeader(http.StatusCreated)
						_, _ = w.Write(raw)
						return
					}
					w.WriteHeader(http.StatusInternalServerError)
				}))
				shipped.N, bare.N = 100*clients, 100*clients
				shipped.run(b)
				bare.run(b)
				b.ResetTimer()
				const turns = 4 // so that both see the same machine
				n := max(b.N, 4000) / turns
				shipped.N, bare.N = n, n
				var ours, limit measured
				for range turns {
					ours.add(shipped.run(b), turns)
					limit.add(bare.run(b), turns)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(ours.Rate, "req/s")
				b.ReportMetric(ours.CPU, "cpu-µs")
				b.ReportMetric(ours.P50, "p50-µs")
				b.ReportMetric(ours.P99, "p99-µs")
				b.ReportMetric(limit.Rate, "by-hand-req/s")
				b.ReportMetric(limit.CPU, "by-hand-cpu-µs")
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
		token, err := a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "benchmark"})
		if err != nil {
			b.Fatal(err)
		}
		body, err := json.Marshal(cmd)
		if err != nil {
			b.Fatal(err)
		}
		send := poster(listen(b, a.handler())+"/api/sessions", token, body, http.StatusCreated)
		loaded(b, 8, 800, send)
		rates[i] = loaded(b, 8, max(b.N, 3000), send)
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
	loaded(b, 8, max(b.N, 10_000), poster(s.url+"/api/sessions", s.tokens["worker"], body, http.StatusCreated))
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
	if err := errors.Join(a.makeDemo(ctx, &large{Clients: clients, Sessions: sessions}), a.makeLarge(ctx, io.Discard)); err != nil {
		b.Fatal(err)
	}
	return a, access.With(ctx, access.Actor{Agency: demoAgency, User: "worker"})
}

// BenchmarkLarge reads over 100,000 clients and 1,000,000 sessions through HTTP,
// each beside a bare handler with the query that somebody would write by hand,
// and weighs SQLite's file.
func BenchmarkLarge(b *testing.B) {
	for _, s := range setups {
		if s.name == "sqlite-normal" {
			continue // reads do not depend on it
		}
		b.Run(s.name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			a, _ := big(b, s.open(b), *benchSessions/10, *benchSessions)
			settle(b, a)
			r := newReads(b, a)
			b.ReportMetric(0, "ns/op")
			r.compare(b, "incomplete", 300, func(int) string { return "/incomplete?limit=50" })
			names := []string{"ok", "ngu", "mar", "tre", "ki", "am", "des", "ob"}
			r.compare(b, "prefix", 300, func(i int) string { return "/clients?name=" + names[i%len(names)] })
			to := civil.DateOf(time.Now(), zone()).AddDays(-200)
			month := fmt.Sprintf("?from=%s&to=%s", to.AddDays(-30), to)
			r.compare(b, "served", 40, func(int) string { return "/reports/clients_served" + month })
		})
	}
}

// settle waits until the database is as it is a while after so much was written,
// and says how large SQLite's file is.
func settle(b *testing.B, a *app) {
	if !onSQLite(a.db) {
		if _, err := a.db.Exec("CHECKPOINT"); err != nil {
			b.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		return
	}
	var busy, frames, done, pages, size float64
	if err := a.db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done); err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(a.db.QueryRow("PRAGMA page_count").Scan(&pages), a.db.QueryRow("PRAGMA page_size").Scan(&size)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(pages*size/1e9, "file-GB")
}

// reads are the server, and the same questions by hand.
type reads struct {
	*byHand
	token, ours, bare string
}

func newReads(b *testing.B, a *app) *reads {
	r := &reads{byHand: newByHand(b, a)}
	var err error
	if r.token, err = a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "benchmark"}); err != nil {
		b.Fatal(err)
	}
	var worker casemgmt.StaffID
	if err := r.QueryRow(`SELECT id FROM cw_staff WHERE user_key = 'worker'`).Scan(&worker); err != nil {
		b.Fatal(err)
	}
	incomplete := r.prepare(b, `SELECT s.id, s.service_date, s.data, l.client_id, c.name, f.kind, f.missing
		FROM (SELECT * FROM cw_sessions WHERE agency_id = ? AND worker_id = ?::uuid AND NOT complete ORDER BY service_date, id LIMIT 50) AS s
		JOIN cw_session_clients AS l ON l.agency_id = s.agency_id AND l.session_id = s.id JOIN cw_clients AS c ON c.agency_id = l.agency_id AND c.id = l.client_id
		JOIN cw_session_forms AS f ON f.agency_id = s.agency_id AND f.session_id = s.id ORDER BY s.service_date, s.id`)
	prefix := r.prepare(b, `SELECT c.id, c.number, c.name, c.birth_date, c.gender FROM cw_client_words AS w JOIN cw_clients AS c ON c.agency_id = w.agency_id AND c.id = w.client_id
		WHERE w.agency_id = ? AND w.kind = 'n' AND w.word >= ?::text AND w.word < ?::text ORDER BY w.word, w.sort LIMIT 50`)
	served := r.prepare(b, `SELECT count(DISTINCT client_id) FROM cw_facts WHERE agency_id = ? AND service_date BETWEEN ?::date AND ?::date`)
	mux := http.NewServeMux()
	mux.HandleFunc("/incomplete", func(w http.ResponseWriter, _ *http.Request) { answer(w, incomplete, r.agency, r.id(worker)) })
	mux.HandleFunc("/clients", func(w http.ResponseWriter, q *http.Request) {
		answer(w, prefix, r.agency, q.FormValue("name"), q.FormValue("name")+"\U0010FFFF")
	})
	mux.HandleFunc("/reports/clients_served", func(w http.ResponseWriter, q *http.Request) {
		answer(w, served, r.agency, q.FormValue("from"), q.FormValue("to"))
	})
	r.ours, r.bare = listen(b, a.handler())+"/api", listen(b, mux)
	return r
}

// answer writes a query's rows.
func answer(w http.ResponseWriter, stmt *sql.Stmt, args ...any) {
	rows, err := stmt.Query(args...)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	out := [][]any{}
	for rows.Next() {
		values, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range dest {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out = append(out, values)
	}
	_ = json.NewEncoder(w).Encode(out)
}

// compare asks both in turns, so that they see the same machine, after some
// rounds that fill caches.
func (r *reads) compare(b *testing.B, name string, n int, path func(i int) string) {
	b.Helper()
	client := &http.Client{}
	get := func(base string, i int) time.Duration {
		req, err := http.NewRequest("GET", base+path(i), nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		start := time.Now()
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			b.Fatalf("status %d: %s %v", resp.StatusCode, body, err)
		}
		return time.Since(start)
	}
	var ours, bare []time.Duration
	for i := range n + n/10 {
		o, h := get(r.ours, i), get(r.bare, i)
		if i >= n/10 {
			ours, bare = append(ours, o), append(bare, h)
		}
	}
	for what, times := range map[string][]time.Duration{name + "-µs": ours, name + "-by-hand-µs": bare} {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2].Nanoseconds())/1000, what)
	}
}
