package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// status asks a server for a page outside of the API.
func (s *server) status(path string) int {
	resp, err := http.Get(s.url + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// On a full disk the server goes on reading, says that changes are not taken, is
// not ready, and works again when there is room, without a new start.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "12m")
	s := startServer(t, "-data", filepath.Join(dir, "casework.db"))
	register := func(title *string) (int, http.Header) {
		var p struct{ Type, Title string }
		status, head := s.send("worker", "POST", "/clients/anonymous", obj{"sketch": obj{"label": "blue coat"}}, &p)
		*title = p.Title
		return status, head
	}
	var title string
	if got, _ := register(&title); got != 201 || s.status("/readyz") != 200 {
		t.Fatalf("before: %d, readyz %d", got, s.status("/readyz"))
	}
	for round := range 2 {
		fill(t, filepath.Join(dir, "filler"))
		var head http.Header
		got := 0
		for range 5000 { // the log of SQLite has some room of its own
			if got, head = register(&title); got != 201 {
				break
			}
		}
		if got != 503 || head.Get("Retry-After") == "" || !strings.Contains(title, "not known") {
			t.Errorf("round %d: a change: %d %v %s", round, got, head, title)
		}
		databases.Wait(t, "readyz says so", func() bool { return s.status("/readyz") == 503 })
		var found struct{ Items []struct{ Name string } }
		if got, _ := s.send("worker", "GET", "/clients?name=ok", nil, &found); got != 200 || len(found.Items) == 0 {
			t.Errorf("round %d: reading: %d %+v", round, got, found)
		}
		if got := s.status("/healthz"); got != 200 {
			t.Errorf("round %d: healthz %d", round, got)
		}
		if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
			t.Fatal(err)
		}
		if got, _ := register(&title); got != 201 {
			t.Errorf("round %d: with room: %d %s", round, got, title)
		}
		databases.Wait(t, "readyz says that it works", func() bool { return s.status("/readyz") == 200 })
	}
}

// smallDisk is a folder on a disk of its own with a size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("only root mounts a small disk; bunstore's test of a full disk needs none")
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	return dir
}

// fill writes a file until the disk is full.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 16, 1 << 10, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
}

// Readiness is asked for by a write at most once in some seconds, however many ask,
// and nobody waits long for a write that hangs.
func TestReadiness(t *testing.T) {
	var writes atomic.Int64
	var fail atomic.Pointer[error]
	hang := make(chan struct{})
	r := &ready{read: func(context.Context) error { return nil }, write: func(ctx context.Context) error {
		writes.Add(1)
		if err := fail.Load(); err != nil {
			if errors.Is(*err, context.DeadlineExceeded) {
				<-hang
			}
			return *err
		}
		return nil
	}}
	s := &server{t: t, url: listen(t, r)}
	for range 20 {
		if got := s.status("/"); got != 200 {
			t.Fatal(got)
		}
	}
	if got := writes.Load(); got != 1 {
		t.Errorf("20 questions are %d writes", got)
	}
	for _, err := range []error{errors.New("full"), context.DeadlineExceeded} {
		fail.Store(&err)
		r.mu.Lock()
		r.at = time.Time{}
		r.mu.Unlock()
		start := time.Now()
		if got := s.status("/"); got != 503 || time.Since(start) > 2*readyTime {
			t.Errorf("%v: %d after %s", err, got, time.Since(start))
		}
	}
	close(hang)
	r.read = func(context.Context) error { return fmt.Errorf("away") }
	if got := s.status("/"); got != 503 {
		t.Errorf("without a read: %d", got)
	}
}
