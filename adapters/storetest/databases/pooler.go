package databases

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Pooler starts PgBouncer before this server and gives its address. settings is a
// pgbouncer.ini with a database casework; the ports and files in it are replaced by those of
// the test. Without the program the test skips.
func (c *Cluster) Pooler(t testing.TB, settings string) (dsn string) {
	t.Helper()
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		path = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("no pooler: install pgbouncer")
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	users, file := filepath.Join(c.dir, "users"+strconv.Itoa(port)), filepath.Join(c.dir, fmt.Sprintf("pgbouncer%d.ini", port))
	settings = setting(t, settings, "casework", "host=127.0.0.1 port="+strconv.Itoa(c.port)+" dbname=postgres")
	settings = setting(t, settings, "listen_port", strconv.Itoa(port))
	settings = setting(t, settings, "auth_file", users)
	settings += "\nunix_socket_dir = " + c.dir + "\n"
	for name, content := range map[string]string{users: `"casework" "invented"` + "\n", file: settings} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// a shell takes it down when the test program is gone; it does not run as root either
	cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf(`'%s' -q '%s' & while ps -p %d >/dev/null 2>&1; do sleep 1; done; kill $!`, path, file, os.Getpid()))
	cmd.Dir, cmd.SysProcAttr = c.dir, &syscall.SysProcAttr{Setsid: true, Credential: c.as}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() })
	dsn = withExec(fmt.Sprintf("postgres://casework:invented@127.0.0.1:%d/casework?sslmode=disable", port))
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	Wait(t, "the pooler takes connections", func() bool { return db.Ping() == nil })
	return dsn
}

// setting replaces a line of an ini file.
func setting(t testing.TB, settings, name, value string) string {
	t.Helper()
	lines := strings.Split(settings, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, name+" = ") {
			lines[i] = name + " = " + value
			return strings.Join(lines, "\n")
		}
	}
	t.Fatalf("the settings do not say %s", name)
	return ""
}
