package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
)

// program is the server, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "casework-server-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "server")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// server is the built program, running.
type server struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string
	tokens map[string]string
	out    string // what it printed until it was ready
	errs   *lockedBuffer
}

// stderr is what it has logged so far.
func (s *server) stderr() string { return s.errs.String() }

// lockedBuffer may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	s, err := launch(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// launch starts a server with a demo, and waits until it is ready.
func launch(t testing.TB, args ...string) (*server, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	s := &server{t: t, cmd: exec.Command(path, append([]string{"-address", "127.0.0.1:0"}, args...)...), tokens: map[string]string{}, errs: &lockedBuffer{}}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = s.errs
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	lines := bufio.NewScanner(stdout)
	words := map[string]string{"worker (Settlement)": "worker", "second program's worker (Youth)": "youth", "program manager (Settlement)": "manager",
		"agency administrator": "admin", "worker of a drop-in in the US": "us-worker", "worker of an agency in Australia": "au-worker"}
	for lines.Scan() {
		line := lines.Text()
		s.out += line + "\n"
		if at, ok := strings.CutPrefix(line, "casework is at"); ok {
			s.url = strings.TrimSpace(at)
		}
		for what, user := range words {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), what); ok {
				s.tokens[user] = strings.TrimSpace(rest)
			}
		}
		if strings.Contains(line, "curl ") {
			break
		}
	}
	if s.url == "" || len(s.tokens) != 6 {
		_ = s.cmd.Wait() // for all that it says
		return nil, fmt.Errorf("the server did not start:\n%s%s", s.out, s.stderr())
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	return s, nil
}

// send makes a request as a user and reads the answer into out.
func (s *server) send(user, method, path string, body, out any, header ...string) (int, http.Header) {
	s.t.Helper()
	status, head, err := s.try(user, method, path, body, out, header...)
	if err != nil {
		s.t.Fatal(err)
	}
	return status, head
}

func (s *server) try(user, method, path string, body, out any, header ...string) (int, http.Header, error) {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, s.url+"/api"+path, reader)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.tokens[user])
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err == nil && out != nil {
		err = json.Unmarshal(raw, out)
	}
	return resp.StatusCode, resp.Header, err
}

type obj = map[string]any

// onBoth runs a test with the flags for each database.
func onBoth(t *testing.T, test func(t *testing.T, args ...string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "-data", filepath.Join(t.TempDir(), "casework.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, "-dsn", ownSchema(t)) })
}

// ownSchema is a PostgreSQL address with an empty schema of its own, dropped
// when the test ends.
func ownSchema(t *testing.T) string {
	t.Helper()
	dsn := databases.PostgresDSN(t)
	db, _, err := open(context.Background(), options{dsn: dsn})
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("server%d", time.Now().UnixNano())
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	if strings.Contains(dsn, "?") {
		return dsn + "&search_path=" + name
	}
	return dsn + "?search_path=" + name
}

// The main job, as the README tells it, over real HTTP against the built
// server: register, be told of a duplicate, start a session from the profile,
// be told what is missing, complete it, see it leave the list and be counted.
func TestMainJob(t *testing.T) {
	onBoth(t, func(t *testing.T, args ...string) {
		s := startServer(t, args...)
		today := civil.DateOf(time.Now(), zone()).String()
		count := func() int {
			var report struct {
				Rows []struct {
					Key    string
					Values map[string]int
				}
			}
			s.send("worker", "GET", "/reports/services_by_form_kind?form_kind=io&from="+today+"&to="+today, nil, &report)
			for _, r := range report.Rows {
				return r.Values["services"]
			}
			return 0
		}
		before := count()

		profile := obj{"given": "Salma", "family": "Rahimi", "gender": "female", "birth_date": "1991-04-12"}
		var client struct{ ID string }
		if status, _ := s.send("worker", "POST", "/clients", obj{"accepted": true, "profile": profile}, &client); status != 201 {
			t.Fatalf("register: %d", status)
		}
		profile["given"], profile["family"] = "SALMÂ", "rahimi"
		var duplicate struct {
			LookAlikes []struct{ Client struct{ ID string } } `json:"look_alikes"`
		}
		status, _ := s.send("worker", "POST", "/clients", obj{"accepted": true, "profile": profile}, &duplicate)
		if status != 409 || len(duplicate.LookAlikes) != 1 || duplicate.LookAlikes[0].Client.ID != client.ID {
			t.Fatalf("register again: %d %+v", status, duplicate)
		}

		type form struct {
			ID, Kind string
			Version  int
			Program  string
			Missing  []struct{ Path string }
		}
		var session struct {
			ID       string
			Complete bool
			Clients  []struct{ Forms []form }
		}
		status, _ = s.send("worker", "POST", "/sessions", obj{"from": "profile", "client": client.ID, "service_date": today, "start_time": "10:00",
			"minutes": 40, "languages": []string{"english"}}, &session)
		if status != 201 || session.Complete || session.Clients[0].Forms[0].Kind != "io" {
			t.Fatalf("start: %d %+v", status, session)
		}
		f := session.Clients[0].Forms[0]
		listed := func() bool {
			var list struct {
				Items []struct{ Session string }
				Next  string
			}
			path := "/incomplete?limit=200"
			for {
				s.send("worker", "GET", path, nil, &list)
				for _, i := range list.Items {
					if i.Session == session.ID {
						return true
					}
				}
				if list.Next == "" {
					return false
				}
				path = "/incomplete?limit=200&after=" + list.Next
			}
		}
		if !listed() {
			t.Error("the session is not in the incomplete list")
		}
		answers := orientation(civil.MustParse(today), false)
		var saved form
		status, _ = s.send("worker", "PUT", "/forms/"+f.ID, obj{"program": f.Program, "answers": answers}, &saved, "If-Match", `"1"`)
		if status != 200 || len(saved.Missing) != 1 || saved.Missing[0].Path != "/answers/topic_overview_given" {
			t.Fatalf("save: %d %+v", status, saved)
		}
		answers["topic_housing_given"] = true
		saved = form{}
		status, _ = s.send("worker", "PUT", "/forms/"+f.ID, obj{"program": f.Program, "answers": answers}, &saved, "If-Match", `"2"`)
		if status != 200 || len(saved.Missing) != 0 {
			t.Fatalf("complete: %d %+v", status, saved)
		}
		if listed() {
			t.Error("the session is still in the incomplete list")
		}
		if after := count(); after != before+1 {
			t.Errorf("the count was %d and is %d", before, after)
		}
	})
}

// What the server prints is true: the curl line works when pasted.
func TestGreeting(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	line := regexp.MustCompile(`(?m)^  curl .*$`).FindString(s.out)
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	out, err := exec.Command("sh", "-c", line).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Okafor") {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		resp, err := http.Get(s.url + path)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("%s: %v", path, err)
		}
		resp.Body.Close()
	}
}

// Tokens are kept as hashes only.
func TestTokensAreHashed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "casework.db")
	s := startServer(t, "-data", file)
	for _, name := range []string{file, file + "-wal"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for user, token := range s.tokens {
			if bytes.Contains(raw, []byte(token)) {
				t.Errorf("the token of %s is in %s", user, filepath.Base(name))
			}
		}
	}
}

// kill -9 in the middle of writes: every acknowledged session is there after
// the restart, with its client and form, and no half of one.
func TestKill(t *testing.T) {
	onBoth(t, func(t *testing.T, args ...string) {
		s := startServer(t, args...)
		var found struct{ Items []struct{ ID string } }
		s.send("worker", "GET", "/clients?name=amina", nil, &found)
		client := found.Items[0].ID
		today := civil.DateOf(time.Now(), zone())
		var mu sync.Mutex
		var acknowledged []string
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					var session struct{ ID string }
					status, _, err := s.try("worker", "POST", "/sessions", obj{"service_date": today, "start_time": "10:00", "minutes": 5, "languages": []string{"english"},
						"clients": []any{obj{"client": client, "forms": []any{obj{"kind": "io", "answers": orientation(today, true)}}}}}, &session)
					if err != nil || status != 201 {
						return // killed
					}
					mu.Lock()
					acknowledged = append(acknowledged, session.ID)
					mu.Unlock()
				}
			})
		}
		databases.Wait(t, "100 sessions", func() bool { mu.Lock(); defer mu.Unlock(); return len(acknowledged) >= 100 })
		if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		_ = s.cmd.Wait()

		again := startServer(t, args...)
		for _, key := range acknowledged {
			var session struct {
				Complete bool
				Clients  []struct{ Forms []struct{ Answers obj } }
			}
			status, _ := again.send("worker", "GET", "/sessions/"+key, nil, &session)
			if status != 200 || !session.Complete || len(session.Clients) != 1 || len(session.Clients[0].Forms) != 1 {
				t.Fatalf("an acknowledged session is not whole: %d %+v", status, session)
			}
		}
		// what was not acknowledged is there whole or not at all
		total, whole, path := 0, 0, "/sessions?limit=200&from="+today.String()
		for {
			var list struct {
				Items []struct {
					ID      string
					Clients []struct{ Forms []obj }
				}
				Next string
			}
			again.send("worker", "GET", path, nil, &list)
			for _, x := range list.Items {
				total++
				if len(x.Clients) == 1 && len(x.Clients[0].Forms) == 1 {
					whole++
				}
			}
			if list.Next == "" {
				break
			}
			path = "/sessions?limit=200&from=" + today.String() + "&after=" + list.Next
		}
		if total != whole || total < len(acknowledged) {
			t.Errorf("%d sessions, %d of them whole, %d acknowledged", total, whole, len(acknowledged))
		}
	})
}

// SIGTERM lets running requests finish.
func TestTerm(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	host := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"sketch":{"label":"slow"}}`
	fmt.Fprintf(conn, "POST /api/clients/anonymous HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		host, s.tokens["worker"], len(body), body[:5])
	time.Sleep(200 * time.Millisecond) // the request has begun
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	fmt.Fprint(conn, body[5:])
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 201 {
		t.Fatalf("the running request got %v %v", resp, err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// What goes wrong at the start is one clear line and exit 1.
func TestStartFailures(t *testing.T) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	db, _, err := open(context.Background(), options{data: newer})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newApp(context.Background(), db, options{}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO cw_migrations (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("not a database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"a busy port":        {[]string{"-address", l.Addr().String(), "-data", filepath.Join(dir, "a.db")}, "cannot listen"},
		"an unreadable file": {[]string{"-data", filepath.Join(dir, "no", "such", "folder.db")}, "cannot use the data file"},
		"no database":        {[]string{"-data", garbage}, "cannot use the data file"},
		"a wrong DSN":        {[]string{"-dsn", "postgres://casework:secret-word@127.0.0.1:1/none"}, "cannot connect to PostgreSQL"},
		"no DSN":             {[]string{"-dsn", "mysql://x"}, "postgres://"},
		"a newer database":   {[]string{"-data", newer}, "newer version"},
		"a wrong demo size":  {[]string{"-demo", "huge"}, "none, small or large"},
		"no connections":     {[]string{"-connections", "0"}, "at least 1"},
		"a wrong log format": {[]string{"-log", "xml"}, "text or json"},
		"no templates":       {[]string{"-icare", dir, "-data", filepath.Join(dir, "b.db")}, "no workbook"},
		"an unknown command": {[]string{"-data", filepath.Join(dir, "b.db"), "dance"}, "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			var stderr bytes.Buffer
			cmd := exec.CommandContext(ctx, path, tt.args...)
			cmd.Stderr = &stderr
			err := cmd.Run()
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), tt.want) || strings.Count(strings.TrimSpace(stderr.String()), "\n") > 0 {
				t.Errorf("%v: %s", err, stderr.String())
			}
			if strings.Contains(stderr.String(), "secret-word") {
				t.Error("the message carries the password")
			}
		})
	}
}

// A second start that fails on the busy port signs nobody of the first out.
func TestSecondStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	s := startServer(t, "-data", file)
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "-data", file, "-address", strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/api")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "cannot listen") {
		t.Errorf("the second start: %v %s", err, out)
	}
	var me struct{ User string }
	if s.send("worker", "GET", "/me", nil, &me); me.User != "worker" {
		t.Errorf("the first server's user is %q", me.User)
	}
}

// appOn is the server's inside on a database, without its demo.
func appOn(t *testing.T, args ...string) *app {
	t.Helper()
	o := options{log: "text", data: args[1]}
	if args[0] == "-dsn" {
		o = options{log: "text", dsn: args[1]}
	}
	db, _, err := open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	a, err := newApp(t.Context(), db, o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a
}

// A demo that an earlier version left half made is not taken for a whole one, and
// nobody is told to throw data away.
func TestInterruptedDemo(t *testing.T) {
	a := appOn(t, "-data", filepath.Join(t.TempDir(), "a.db"))
	if err := a.settings.set(t.Context(), demoState, demoBegun); err != nil {
		t.Fatal(err)
	}
	_, err := a.prepareDemo(t.Context(), "small", io.Discard)
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Fatalf("%v", err)
	}
	for _, word := range []string{"delete", "empty", "remove", "drop"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("it is advised to %s: %v", word, err)
		}
	}
}

// The demo users who were deactivated get no tokens, and the server starts.
func TestDeactivatedDemoUser(t *testing.T) {
	a := appOn(t, "-data", filepath.Join(t.TempDir(), "a.db"))
	before, err := a.prepareDemo(t.Context(), "small", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	worker, err := a.cases.Caller(access.With(t.Context(), access.Actor{Agency: demoAgency, User: "worker"}))
	if err != nil {
		t.Fatal(err)
	}
	worker.Deactivated = true
	if _, err := a.cases.UpdateStaff(systemContext(), *worker); err != nil {
		t.Fatal(err)
	}
	after, err := a.prepareDemo(t.Context(), "small", io.Discard)
	if err != nil || len(after) != len(before)-1 {
		t.Errorf("%d users, then %d %v", len(before), len(after), err)
	}
}

// counts of the demo: what is there once, and what every client and session has.
func counts(t *testing.T, db *bun.DB) string {
	t.Helper()
	var out []string
	for _, table := range []string{"agencies", "staff", "programs", "clients", "sessions", "session_forms", "facts", "enrollments", "cards", "batch_entries"} {
		n, err := db.NewSelect().TableExpr("cw_" + table).Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(table, " ", n))
	}
	return strings.Join(out, ", ")
}

// A start that is interrupted while it makes the demo leaves nothing of it, or of
// the large one a part with which the next start goes on: in the end it is as if
// nobody had interrupted it.
func TestDemoGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, args ...string) {
		a := appOn(t, args...)
		if _, err := a.prepareDemo(stopsAfter(t.Context(), 10*time.Millisecond), "small", io.Discard); err == nil {
			t.Fatal("the demo was made within 10 ms")
		}
		if n, err := a.db.NewSelect().TableExpr("cw_agencies").Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d agencies are left: %v", n, err)
		}
		want := &large{Clients: 3000, Sessions: 5000}
		if err := a.makeDemo(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		rounds := 0
		for ; rounds < 100; rounds++ {
			var state large
			if _, err := a.settings.getJSON(t.Context(), largeState, &state); err != nil {
				t.Fatal(err)
			}
			if state.done() {
				break
			}
			next := appOn(t, args...) // another start
			_ = next.makeLarge(stopsAfter(t.Context(), time.Duration(rounds+1)*200*time.Millisecond), io.Discard)
		}
		t.Logf("%d starts", rounds)
		if got := counts(t, a.db); !strings.Contains(got, "agencies 3, staff 45, ") || !strings.Contains(got, "clients 3037, sessions 5030, session_forms 5030") {
			t.Errorf("there are %s", got)
		}
	})
}

// stopsAfter is a context that ends as if the server were told to stop.
func stopsAfter(ctx context.Context, d time.Duration) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(d, cancel)
	return ctx
}

// An agency of one's own, without the demo.
func TestOwnAgency(t *testing.T) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "own.db")
	out, err := exec.Command(path, "-data", file, "agency", "harbour", "Harbour House", "ca", "America/Halifax", "ana").Output()
	if err != nil {
		t.Fatal(err)
	}
	second, err := exec.Command(path, "-data", file, "token", "harbour", "ana").Output()
	if err != nil || string(second) == string(out) {
		t.Fatalf("%s %v", second, err)
	}
	db, _, err := open(context.Background(), options{data: file})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a, err := newApp(context.Background(), db, options{}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer a.store.Close()
	url := listen(t, a.handler())
	for _, token := range []string{string(out), string(second)} {
		req, _ := http.NewRequest("GET", url+"/api/me", nil)
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("%v %v", resp, err)
		}
	}
	if users, err := a.prepareDemo(context.Background(), "small", io.Discard); err != nil || len(users) > 0 {
		t.Errorf("a database with an agency got demo users: %v %v", users, err)
	}
}

// The flags have environment variables of the same names.
func TestEnvironment(t *testing.T) {
	env := map[string]string{"CASEWORK_ADDRESS": "127.0.0.1:1", "CASEWORK_DATA": "d.db", "CASEWORK_DSN": "postgres://x", "CASEWORK_DEMO": "none", "CASEWORK_LOG": "json", "CASEWORK_CONNECTIONS": "7"}
	o, _, err := parse(nil, func(k string) string { return env[k] }, io.Discard)
	if want := (options{address: "127.0.0.1:1", data: "d.db", dsn: "postgres://x", demo: "none", log: "json", connections: 7}); err != nil || o != want {
		t.Errorf("%+v %v", o, err)
	}
	o, _, err = parse([]string{"-demo", "large"}, func(k string) string { return env[k] }, io.Discard)
	if err != nil || o.demo != "large" {
		t.Errorf("a flag does not win: %+v %v", o, err)
	}
}

// The large demo is made the same way each time, and is consistent; here a
// small part of it.
func TestLargeDemo(t *testing.T) {
	made := map[string]bool{} // what each database got
	onBoth(t, func(t *testing.T, args ...string) {
		o := options{log: "text", data: args[1]}
		if args[0] == "-dsn" {
			o = options{log: "text", dsn: args[1]}
		}
		db, _, err := open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		a, err := newApp(context.Background(), db, o, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer a.store.Close()
		var progress bytes.Buffer
		if err := errors.Join(a.makeDemo(t.Context(), &large{Clients: 300, Sessions: 2500}), a.makeLarge(t.Context(), &progress)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(progress.String(), "100%") {
			t.Errorf("progress %q", progress.String())
		}
		var sessions, open, facts int
		for query, into := range map[string]*int{"SELECT count(*) FROM cw_sessions": &sessions, "SELECT count(*) FROM cw_sessions WHERE NOT complete": &open, "SELECT count(*) FROM cw_facts": &facts} {
			if err := db.QueryRow(query).Scan(into); err != nil {
				t.Fatal(err)
			}
		}
		if sessions != 2500+24+6 || open != 125+8 || facts != 2375+16+6 { // with the small ones

			t.Errorf("%d sessions, %d incomplete, %d facts", sessions, open, facts)
		}
		made[digest(t, db, `SELECT number, name, CAST(birth_date AS text), gender FROM cw_clients WHERE birth_date IS NOT NULL ORDER BY number, name`)+
			digest(t, db, `SELECT CAST(s.service_date AS text), c.number, f.kind, CASE WHEN f.completed IS NULL THEN 0 ELSE 1 END FROM cw_session_forms f
				JOIN cw_sessions s ON s.agency_id = f.agency_id AND s.id = f.session_id JOIN cw_clients c ON c.agency_id = f.agency_id AND c.id = f.client_id
				ORDER BY 1, 2, 3, 4`)] = true
	})
	if len(made) > 1 {
		t.Error("two databases got different data")
	}
}

// digest is a hash of a query's rows.
func digest(t *testing.T, db *bun.DB, query string) string {
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, _ := rows.Columns()
	h, n := sha256.New(), 0
	for rows.Next() {
		values := make([]any, len(cols))
		for i := range values {
			values[i] = new(string)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			fmt.Fprintln(h, *v.(*string))
		}
		n++
	}
	if err := rows.Err(); err != nil || n == 0 {
		t.Fatal("no rows", err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// systemContext is the set-up program of the demo agency.
func systemContext() context.Context {
	return access.With(context.Background(), access.System("demo", demoAgency))
}
