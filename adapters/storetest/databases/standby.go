package databases

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Standby starts a second server that streams from this one. It goes away with the test.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	s, err := prepareCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.remove() })
	if err := s.run("pg_basebackup", "-D", s.data(), "-R", "-X", "stream", "-c", "fast", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "casework"); err != nil {
		t.Fatal(err)
	}
	if err := s.begin(); err != nil {
		t.Fatal(err)
	}
	s.DSN = withExec(s.DSN)
	return s
}

// Promote puts a standby in charge: from then on it takes changes.
func (c *Cluster) Promote(t testing.TB) {
	t.Helper()
	if err := c.control("promote"); err != nil {
		t.Fatal(err)
	}
}

// Kill ends the server as the kernel does when there is no memory: SIGKILL for the
// process that has started all others, which end when they see that it is gone.
func (c *Cluster) Kill(t testing.TB) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// Address is the server's host and port.
func (c *Cluster) Address() string { return "127.0.0.1:" + strconv.Itoa(c.port) }

// Confirming is the setting of Confirmed.
const Confirming = "synchronous_standby_names = '*'"

// Confirmed makes the server's commits wait until its standby has them on its disk.
func (c *Cluster) Confirmed(t testing.TB) {
	t.Helper()
	db, err := sql.Open("pgx", c.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"ALTER SYSTEM SET " + Confirming, "SELECT pg_reload_conf()"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	Wait(t, "commits wait for the standby", func() bool {
		var state string
		return db.QueryRow("SELECT sync_state FROM pg_stat_replication").Scan(&state) == nil && state == "sync"
	})
}
