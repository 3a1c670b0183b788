package main

import (
	"bufio"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Four servers that start at once on one database all start, whether its tables
// are there or not: tables, settings and demo data are made once, and the tokens of
// each work on all.
func TestFourAtOnce(t *testing.T) {
	start := func(t *testing.T, migrated bool, args ...string) {
		if migrated {
			appOn(t, args...)
		}
		if _, err := program(); err != nil { // built before, so that they do start at once
			t.Fatal(err)
		}
		servers := make([]*server, 4)
		var all sync.WaitGroup
		for i := range servers {
			all.Go(func() {
				var err error
				if servers[i], err = launch(t, args...); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		for _, s := range servers {
			if log := s.stderr(); strings.Contains(log, "ERROR") {
				t.Errorf("the log says %s", log)
			}
			for _, other := range servers {
				for user, want := range map[string]int{"worker": 200, "us-worker": 200} {
					other.tokens["of another"] = s.tokens[user]
					if got, _ := other.send("of another", "GET", "/me", nil, nil); got != want {
						t.Errorf("%s: %d", user, got)
					}
				}
			}
		}
		if got := counts(t, appOn(t, args...).db); got != "agencies 3, staff 7, programs 5, clients 37, sessions 30, session_forms 30, facts 22, enrollments 17, cards 18, batch_entries 10" {
			t.Errorf("there are %s", got)
		}
	}
	for range 2 { // a race does not show each time
		for name, migrated := range map[string]bool{"migrated": true, "new": false} {
			t.Run("sqlite "+name, func(t *testing.T) { start(t, migrated, "-data", filepath.Join(t.TempDir(), "casework.db")) })
			t.Run("postgres "+name, func(t *testing.T) { start(t, migrated, "-dsn", ownSchema(t)) })
		}
	}
}

// The first start on an empty server is one command, as the pages print it, and so is each
// later one.
func TestInit(t *testing.T) {
	printed := firstStarts(t)
	if len(printed) != 2 {
		t.Fatalf("printed on %d pages", len(printed))
	}
	for page, args := range printed {
		t.Run(page, func(t *testing.T) { startsFirst(t, args) })
	}
}

func startsFirst(t *testing.T, args []string) {
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	token := ""
	for _, first := range []bool{true, false} {
		cmd := exec.Command(path, append([]string{"-address", "127.0.0.1:0"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		lines, url := bufio.NewScanner(out), ""
		for url == "" && lines.Scan() {
			switch words := strings.Fields(lines.Text()); {
			case strings.HasPrefix(lines.Text(), "casework is at"):
				url = words[len(words)-1]
			case len(words) == 1:
				token = words[0]
			}
		}
		req, _ := http.NewRequest("GET", url+"/api/agency", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), `"country":"US","languages":["en"]`) {
			t.Errorf("first %v: %d %s", first, resp.StatusCode, body)
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}
