package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// disk is where a server has its file, and how it is filled and emptied again.
type disk struct {
	dir        string
	fill, free func(t *testing.T, s *server)
}

// On a full disk the server goes on reading, says that changes are not taken, is
// not ready, and works again when there is room, without a new start.
func TestFullDisk(t *testing.T) {
	t.Run("a limit of the process", func(t *testing.T) { onFullDisk(t, limited(t)) })
	if why := mountable(t); why != "" {
		t.Logf("not shown on a small disk of its own: %s", why)
		return
	}
	t.Run("a small disk", func(t *testing.T) { onFullDisk(t, small(t)) })
}

func onFullDisk(t *testing.T, d disk) {
	s := startServer(t, "-data", filepath.Join(d.dir, "casework.db"))
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
		d.fill(t, s)
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
		d.free(t, s)
		if got, _ := register(&title); got != 201 {
			t.Errorf("round %d: with room: %d %s", round, got, title)
		}
		databases.Wait(t, "readyz says that it works", func() bool { return s.status("/readyz") == 200 })
	}
}

// mountable says why no small disk can be mounted here; empty when it can.
func mountable(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		return "only root mounts one"
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		return fmt.Sprintf("%v %s", err, out)
	}
	if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return ""
}

// small is a disk of its own, which a filler fills to the last byte.
func small(t *testing.T) disk {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	filler := filepath.Join(dir, "filler")
	return disk{dir, func(t *testing.T, _ *server) {
		f, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, size := range []int{1 << 16, 1 << 10, 1} {
			for err = nil; err == nil; {
				_, err = f.Write(make([]byte, size))
			}
		}
	}, func(t *testing.T, _ *server) {
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}}
}

// limited is a folder in which the server's files may not grow any more.
func limited(t *testing.T) disk {
	dir := t.TempDir()
	return disk{dir, func(t *testing.T, s *server) {
		log, err := os.Stat(filepath.Join(dir, "casework.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		limitFiles(t, s.cmd.Process.Pid, uint64(log.Size()))
	}, func(t *testing.T, s *server) { limitFiles(t, s.cmd.Process.Pid, ^uint64(0)) }}
}

// limitFiles sets how large the files of another process may become.
func limitFiles(t *testing.T, pid int, size uint64) {
	t.Helper()
	const fileSize = 1 // RLIMIT_FSIZE
	limit := syscall.Rlimit{Cur: size, Max: ^uint64(0)}
	if _, _, err := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); err != 0 {
		t.Fatal(err)
	}
}
