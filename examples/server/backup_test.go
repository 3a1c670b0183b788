package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/civil"
)

// acked are the sessions that a server said it has kept, in the order of the answers.
type acked struct {
	mu  sync.Mutex
	ids [][]string // of each worker, in the order in which they were kept
}

func (a *acked) add(worker int, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids[worker] = append(a.ids[worker], id)
}

func (a *acked) now() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Concat(a.ids...)
}

// load records complete sessions until the context ends.
func (s *server) load(ctx context.Context, workers int, kept *acked) *sync.WaitGroup {
	var all sync.WaitGroup
	day := civil.DateOf(time.Now(), zone())
	kept.ids = make([][]string, workers)
	for worker := range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				var c struct{ ID string }
				if status, _, err := s.try("worker", "POST", "/clients/anonymous", obj{}, &c); err != nil || status != 201 {
					s.t.Errorf("a client under load: %d %v", status, err)
					return
				}
				var x struct{ ID string }
				body := obj{"service_date": day, "start_time": "10:00", "minutes": 5, "languages": []string{"english"},
					"clients": []any{obj{"client": c.ID, "forms": []any{obj{"kind": "io", "answers": orientation(day, true)}}}}}
				if status, _, err := s.try("worker", "POST", "/sessions", body, &x); err != nil || status != 201 {
					s.t.Errorf("a session under load: %d %v", status, err)
					return
				}
				kept.add(worker, x.ID)
			}
		})
	}
	return &all
}

// reports are all reports of the last months that need nothing else, as the server makes them.
func (s *server) reports() map[string]any {
	s.t.Helper()
	day := civil.DateOf(time.Now(), zone())
	var list struct{ Reports []struct{ Name string } }
	s.send("admin", "GET", "/reports", nil, &list)
	out := map[string]any{}
	for _, r := range list.Reports {
		var answer map[string]any
		if status, _ := s.send("admin", "GET", fmt.Sprintf("/reports/%s?from=%s&to=%s", r.Name, day.AddDays(-90), day), nil, &answer); status == 200 {
			delete(answer, "at")
			delete(answer, "made")
			out[r.Name] = answer
		}
	}
	if len(out) < 4 {
		s.t.Errorf("only the reports %v were made of %v", len(out), list)
	}
	return out
}

// services is how many services of a kind of form a report counts.
func services(t *testing.T, reports map[string]any, kind string) int {
	t.Helper()
	raw, err := json.Marshal(reports["services_by_form_kind"])
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Rows []struct {
			Key    string
			Values map[string]int
		}
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		if row.Key == kind {
			return row.Values["services"]
		}
	}
	return 0
}

// started are the sessions of the agency in the order in which they were kept.
func (s *server) started() []string {
	s.t.Helper()
	var out []string
	after := ""
	for {
		var page struct {
			Events []struct{ Type, Subject string }
			Next   string
		}
		s.send("admin", "GET", "/events?limit=200&after="+url.QueryEscape(after), nil, &page)
		for _, e := range page.Events {
			if e.Type == "session.started" {
				out = append(out, e.Subject)
			}
		}
		if len(page.Events) < 200 {
			return out
		}
		after = page.Next
	}
}

// A backup that is made while sessions are recorded holds all that was kept before it
// began, and of what each worker kept meanwhile a beginning without gaps; its reports count
// exactly that. (The feed is no measure of gaps on PostgreSQL: it has the order in which
// transactions began, and a backup those that had ended.) One that is made afterwards gives the same reports. What is restored is whole.
func TestBackupUnderLoad(t *testing.T) {
	for name, d := range map[string]func(t *testing.T) (source, restored []string, backup, restore func(file string)){"sqlite": sqliteBackup, "postgres": postgresBackup} {
		t.Run(name, func(t *testing.T) {
			from, to, backup, restore := d(t)
			s := startServer(t, from...)
			base := services(t, s.reports(), "io")
			before := len(s.started())
			kept := &acked{}
			ctx, stop := context.WithCancel(t.Context())
			loading := s.load(ctx, 4, kept)
			databases.Wait(t, "some sessions", func() bool { return len(kept.now()) >= 20 })
			sure := kept.now()
			file := filepath.Join(t.TempDir(), "under-load.backup")
			backup(file)
			n := len(kept.now())
			databases.Wait(t, "more sessions", func() bool { return len(kept.now()) >= n+20 })
			stop()
			loading.Wait()
			all := s.started()

			restore(file)
			r := startServer(t, to...)
			got := r.started()
			for _, id := range got {
				if !slices.Contains(all, id) {
					t.Fatal("a session was restored that nobody recorded")
				}
			}
			for worker, ids := range kept.ids {
				there := func(id string) bool { return slices.Contains(got, id) }
				first := slices.IndexFunc(ids, func(id string) bool { return !there(id) })
				if first >= 0 && slices.ContainsFunc(ids[first:], there) {
					t.Errorf("of the sessions of worker %d one is missing before one that is there", worker)
				}
			}
			for _, id := range sure {
				if !slices.Contains(got, id) {
					t.Errorf("a session that was kept before the backup is not in it")
				}
			}
			if len(got) == len(all) {
				t.Error("nothing was recorded during the backup and after it")
			}
			if got, want := services(t, r.reports(), "io"), base+len(got)-before; got != want {
				t.Errorf("the restored reports count %d services, want %d", got, want)
			}
		})
		t.Run(name+" at rest", func(t *testing.T) {
			from, to, backup, restore := d(t)
			s := startServer(t, from...)
			want := s.reports()
			file := filepath.Join(t.TempDir(), "at-rest.backup")
			backup(file)
			restore(file)
			r := startServer(t, to...)
			if diff := cmp.Diff(want, r.reports()); diff != "" {
				t.Errorf("reports (-server +restored):\n%s", diff)
			}
		})
	}
}

// run runs a program that must succeed, and gives what it says.
func mustRun(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v", filepath.Base(name), args[0], err)
	}
	return string(out)
}

func sqliteBackup(t *testing.T) (source, restored []string, backup, restore func(string)) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	from, to := []string{"-data", filepath.Join(t.TempDir(), "casework.db")}, []string{"-data", filepath.Join(t.TempDir(), "restored.db")}
	return from, to, func(file string) { mustRun(t, path, from[0], from[1], "backup", file) }, func(file string) {
		mustRun(t, path, to[0], to[1], "restore", file)
		if said := mustRun(t, path, to[0], to[1], "check"); said != "the database is whole\n" {
			t.Errorf("the check says %s", said)
		}
		if out, err := exec.Command("sqlite3", to[1], "PRAGMA integrity_check").CombinedOutput(); err != nil || string(out) != "ok\n" {
			t.Errorf("sqlite3 says %s %v", out[:min(200, len(out))], err)
		}
	}
}

func postgresBackup(t *testing.T) (source, restored []string, backup, restore func(string)) {
	dump, load := databases.PostgresProgram(t, "pg_dump"), databases.PostgresProgram(t, "pg_restore")
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	from, to := twoDatabases(t)
	return []string{"-dsn", from}, []string{"-dsn", to}, func(file string) { mustRun(t, dump, "-Fc", "-f", file, from) }, func(file string) {
		mustRun(t, load, "-d", to, file)
		if said := mustRun(t, path, "-dsn", to, "check"); said != "the database is whole\n" {
			t.Errorf("the check says %s", said)
		}
	}
}

// twoDatabases are empty ones of a PostgreSQL server of the test's own.
func twoDatabases(t *testing.T) (one, other string) {
	t.Helper()
	cluster := databases.OwnCluster(t)
	db, _, err := open(context.Background(), options{dsn: cluster.DSN})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	var out []string
	for _, name := range []string{"source", "restored"} {
		if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(cluster.DSN)
		if err != nil {
			t.Fatal(err)
		}
		u.Path, u.RawQuery = "/"+name, "sslmode=disable"
		out = append(out, u.String())
	}
	return out[0], out[1]
}

// The commands say in one line what they will not do, and do nothing then.
func TestBackupFailures(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	flags := []string{"-data", at("casework.db")}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{"backup of nothing": {[]string{"backup", at("b")}, "there is no database"}, "check of nothing": {[]string{"check"}, "there is no database"},
		"restore of nothing": {[]string{"restore", at("b")}, "no such file"}} {
		if out, err := cli(t, flags, tt.args...); err == nil || !strings.Contains(out, tt.want) || strings.Contains(out, "\n") {
			t.Errorf("%s: %s %v", name, out, err)
		}
	}
	if out, err := cli(t, flags, "agency", "harbour", "Harbour House", "CA", "America/Halifax", "ana"); err != nil {
		t.Fatal(out, err)
	}
	if out, err := cli(t, flags, "backup", at("whole")); err != nil {
		t.Fatal(out, err)
	}
	raw, err := os.ReadFile(at("whole"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(raw)
	for i := len(damaged) / 4; i < len(damaged)/2; i++ {
		damaged[i] = 0xAA
	}
	for name, content := range map[string][]byte{"damaged": damaged, "short": raw[:len(raw)/2], "text": []byte("not a database")} {
		if err := os.WriteFile(at(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := cli(t, []string{"-data", at("new.db")}, "restore", at(name)); err == nil || !strings.Contains(out, "not restored") {
			t.Errorf("a %s backup: %s %v", name, out, err)
		}
		if left, _ := filepath.Glob(at("new.db*")); len(left) > 0 {
			t.Errorf("a %s backup left %v", name, left)
		}
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{"over a backup": {[]string{"backup", at("whole")}, "is there already"}, "over a database": {[]string{"restore", at("whole")}, "move it away first"}} {
		if out, err := cli(t, flags, tt.args...); err == nil || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %s %v", name, out, err)
		}
	}
	dsn := []string{"-dsn", ownSchema(t)}
	if out, err := cli(t, dsn, "backup", at("pg")); err == nil || !strings.Contains(out, "pg_dump") {
		t.Errorf("backup of PostgreSQL: %s", out)
	}
	if out, err := cli(t, dsn, "check"); err == nil || !strings.Contains(out, "migrations are to be run") {
		t.Errorf("check of an empty schema: %s", out)
	}
}
