package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/id"
)

// rawPoster posts a run's services for clients with set-based statements on
// database/sql that make the same checks and write the same rows: the limit of
// the batch benchmarks.
type rawPoster struct {
	*byHand
	r                                       *batch.Run
	clients, enrolled, bars, entries, event *sql.Stmt
	services                                *sql.Stmt
	run                                     *sql.Stmt
}

const rawChunk = 200

func newRawPoster(tb testing.TB, a *app, r *batch.Run) *rawPoster {
	p := &rawPoster{byHand: newByHand(tb, a), r: r}
	prepare := func(q string) *sql.Stmt {
		return p.prepare(tb, strings.ReplaceAll(q, "{200}", strings.TrimSuffix(strings.Repeat("?, ", rawChunk), ", ")))
	}
	now, seq, value := "CURRENT_TIMESTAMP", "", ""
	if p.sqlite {
		now, seq, value = "unixepoch() * 1000000", ", seq", ", (SELECT MAX(seq) + 1 FROM cw_events)"
	}
	p.run = prepare(`SELECT data FROM cw_batch_runs WHERE agency_id = ? AND id = ?`)
	p.clients = prepare(`SELECT id, number, name, kind, withdrawn FROM cw_clients WHERE agency_id = ? AND id IN ({200})`)
	p.enrolled = prepare(`SELECT client_id, id FROM cw_enrollments WHERE agency_id = ? AND client_id IN ({200}) AND program_id = ? AND start_date <= ? AND (exit_date IS NULL OR exit_date >= ?)`)
	p.bars = prepare(`SELECT client_id, data FROM cw_bars WHERE agency_id = ? AND client_id IN ({200}) AND (program_id = ? OR facility_id = ?) AND start_date <= ? AND (end_date IS NULL OR end_date >= ?) AND (lifted_on IS NULL OR lifted_on > ?)`)
	three := "(?::uuid, ?::uuid, ?::uuid)" + strings.Repeat(", (?, ?, ?)", rawChunk-1)
	p.entries = prepare(`INSERT INTO cw_batch_entries (agency_id, run_id, batch_id, service_date, again, posted, added, id, client_id, enrollment_id)
		SELECT ?::integer, ?::uuid, ?::uuid, ?::date, 0, true, ` + now + `, v.column1, v.column2, v.column3 FROM (VALUES ` + three + `) AS v WHERE true ON CONFLICT DO NOTHING`)
	items := "(?::uuid, ?::integer)" + strings.Repeat(", (?, ?)", len(r.Services)-1)
	one := "(?::uuid)" + strings.Repeat(", (?)", rawChunk-1)
	p.services = prepare(`INSERT INTO cw_batch_services (agency_id, entry_id, code_id, units)
		SELECT ?::integer, e.column1, i.column1, i.column2 FROM (VALUES ` + one + `) AS e CROSS JOIN (VALUES ` + items + `) AS i`)
	p.event = prepare(`INSERT INTO cw_events (agency_id, id, at, actor, type, subject, version, changes, request` + seq + `) VALUES (?, ?, ` + now + `, 'raw', 'run.posted', ?, 1, '[]', ''` + value + `)`)
	return p
}

func (p *rawPoster) post(keys []casemgmt.ClientID) error {
	tx, err := p.begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	day, program := p.r.ServiceDate.String(), p.id(p.r.Program)
	read := func(stmt *sql.Stmt, row func(*sql.Rows) error, args ...any) error {
		rows, err := tx.Stmt(stmt).Query(args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	var key casemgmt.ClientID
	var name, kind, data string
	var number int64
	var withdrawn bool
	if err := read(p.run, func(rows *sql.Rows) error { return rows.Scan(&data) }, p.agency, p.id(p.r.ID)); err != nil {
		return err
	}
	for chunk := range slices.Chunk(keys, rawChunk) {
		in := []any{p.agency}
		for _, k := range chunk {
			in = append(in, p.id(k))
		}
		known := map[casemgmt.ClientID]bool{}
		if err := read(p.clients, func(rows *sql.Rows) error {
			err := rows.Scan(&key, &number, &name, &kind, &withdrawn)
			known[key] = kind == "named" && !withdrawn
			return err
		}, in...); err != nil {
			return err
		}
		enrolled := map[casemgmt.ClientID]enroll.EnrollmentID{}
		if err := read(p.enrolled, func(rows *sql.Rows) error {
			var e enroll.EnrollmentID
			err := rows.Scan(&key, &e)
			enrolled[key] = e
			return err
		}, append(in, program, day, day)...); err != nil {
			return err
		}
		barred := map[casemgmt.ClientID]bool{}
		if err := read(p.bars, func(rows *sql.Rows) error {
			err := rows.Scan(&key, &data)
			barred[key] = true
			return err
		}, append(in, program, p.id(p.r.Location), day, day, day)...); err != nil {
			return err
		}
		var rows []any
		for _, k := range chunk {
			if !known[k] || enrolled[k].IsZero() || barred[k] {
				return fmt.Errorf("a client of the benchmark is not eligible")
			}
			rows = append(rows, p.id(id.New[batch.Entry]()), p.id(k), p.id(enrolled[k]))
		}
		if _, err := tx.Stmt(p.entries).Exec(append([]any{p.agency, p.id(p.r.ID), p.id(p.r.Batch), day}, rows...)...); err != nil {
			return err
		}
		args := []any{p.agency}
		for i := 0; i < len(rows); i += 3 {
			args = append(args, rows[i])
		}
		for _, s := range p.r.Services {
			args = append(args, p.id(s.Code), s.Units)
		}
		if _, err := tx.Stmt(p.services).Exec(args...); err != nil {
			return err
		}
	}
	if _, err := tx.Stmt(p.event).Exec(p.agency, p.id(id.New[int]()), p.r.ID.String()); err != nil {
		return err
	}
	return tx.Commit()
}

func batchApp(b *testing.B, db *bun.DB) *app {
	a, _, _ := newBench(b, db, false)
	return a
}

// BenchmarkBatch posts one service, and three, for 1,000 enrolled clients in
// one call, beside raw set-based statements. The limits are 2.5 times those,
// and 15,000 clients a second on SQLite, 8,000 on PostgreSQL.
func BenchmarkBatch(b *testing.B) {
	for _, s := range setups {
		for _, codes := range [][]string{{enroll.DayShelter}, {enroll.DayShelter, "Lunch", "Shower"}} {
			b.Run(fmt.Sprintf("%s/services=%d", s.name, len(codes)), func(b *testing.B) {
				a := batchApp(b, s.open(b))
				keys := crowd(b, a, 1000)
				var picks []batch.Pick
				for _, k := range keys {
					picks = append(picks, batch.Pick{Client: k})
				}
				var ours, raw time.Duration
				b.ResetTimer()
				for i := range b.N + 2 {
					r, worker := dropInRun(b, a, codes...)
					start := time.Now()
					out, err := a.batches.AddClients(worker, batch.AddClients{Run: r.ID, Clients: picks})
					took := time.Since(start)
					if err != nil {
						b.Fatal(err)
					}
					if i := slices.IndexFunc(out.Results, func(x batch.Result) bool { return x.Outcome != batch.IsPosted }); i >= 0 {
						b.Fatalf("client %d: %s", i, out.Results[i].Outcome)
					}
					other, _ := dropInRun(b, a, codes...)
					p := newRawPoster(b, a, other)
					start = time.Now()
					if err := p.post(keys); err != nil {
						b.Fatal(err)
					}
					if i >= 2 { // prepared statements, caches
						ours, raw = ours+took, raw+time.Since(start)
					}
				}
				n := float64(1000 * b.N)
				b.ReportMetric(n/ours.Seconds(), "clients/s")
				b.ReportMetric(n/raw.Seconds(), "raw-clients/s")
				b.ReportMetric(float64(ours)/float64(raw), "ratio(limit:2.5)")
			})
		}
	}
}

// BenchmarkLongRun adds 50,000 clients to one run, 1,000 at a time. The memory
// in use must not grow with the run.
func BenchmarkLongRun(b *testing.B) {
	for _, s := range setups {
		if s.name == "sqlite-normal" {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			if b.N > 1 {
				return // one round measures all
			}
			a := batchApp(b, s.open(b))
			keys := crowd(b, a, 50_000)
			r, worker := dropInRun(b, a, enroll.DayShelter)
			heap := func() float64 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				return float64(m.HeapAlloc) / (1 << 20)
			}
			var early float64
			var took time.Duration
			n := 0
			for chunk := range slices.Chunk(keys, batch.MaxAdd) {
				var picks []batch.Pick
				for _, k := range chunk {
					picks = append(picks, batch.Pick{Client: k})
				}
				start := time.Now()
				if _, err := a.batches.AddClients(worker, batch.AddClients{Run: r.ID, Clients: picks}); err != nil {
					b.Fatal(err)
				}
				took += time.Since(start)
				if n++; n == 10 {
					early = heap()
				}
			}
			b.ReportMetric(50_000/took.Seconds(), "clients/s")
			b.ReportMetric(early, "heap-MB-at-10000")
			b.ReportMetric(heap(), "heap-MB-at-50000")
		})
	}
}

// BenchmarkScan is one scan with automatic posting through HTTP, with 8
// scanners at once. The limit is 10 ms at the 95th percentile.
func BenchmarkScan(b *testing.B) {
	for _, s := range setups {
		b.Run(s.name, func(b *testing.B) {
			a := batchApp(b, s.open(b))
			n := max(b.N, 4000)
			keys := crowd(b, a, n+1000)
			r, worker := dropInRun(b, a, enroll.DayShelter)
			cards := make([]string, len(keys))
			for i, k := range keys {
				c, err := a.enrolling.IssueCard(worker, enroll.IssueCard{Client: k})
				if err != nil {
					b.Fatal(err)
				}
				cards[i] = c.Value
			}
			if err := a.analyze(context.Background()); err != nil {
				b.Fatal(err)
			}
			token, err := a.issue(context.Background(), demoAgency, "worker", apitoken.Make{Name: "benchmark"})
			if err != nil {
				b.Fatal(err)
			}
			url := listen(b, a.handler()) + "/api/runs/" + r.ID.String() + "/scans"
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			var next atomic.Int64
			at := time.Now().UTC().Format(time.RFC3339)
			send := func() error {
				i := int(next.Add(1)) - 1
				body := fmt.Sprintf(`{"scan":"bench-%d","card":%q,"at":%q}`+"\n", i, cards[i], at)
				req, err := http.NewRequest("POST", url, bytes.NewReader([]byte(body)))
				if err != nil {
					return err
				}
				req.Header.Set("Content-Type", "application/x-ndjson")
				req.Header.Set("Authorization", "Bearer "+token)
				resp, err := client.Do(req)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				answer, err := io.ReadAll(resp.Body)
				if err == nil && !strings.Contains(string(answer), `"posted"`) {
					err = fmt.Errorf("%s", answer)
				}
				return err
			}
			loaded(b, 8, 1000, send)
			if err := a.analyze(context.Background()); err != nil {
				b.Fatal(err)
			}
			times := make([]time.Duration, 0, n)
			collected := make(chan time.Duration, n)
			b.ResetTimer()
			rate := loaded(b, 8, n, func() error {
				start := time.Now()
				err := send()
				collected <- time.Since(start)
				return err
			})
			close(collected)
			for d := range collected {
				times = append(times, d)
			}
			slices.Sort(times)
			b.ReportMetric(rate, "scans/s")
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*95/100].Microseconds()), "p95-µs(limit:10000)")
		})
	}
}
