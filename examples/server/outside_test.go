package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// outside is load that another process makes: this test program again.
type outside struct {
	URL, Token, Body string
	Clients, N       int
}

// measured is what came of it: requests a second, and microseconds of waiting
// and of the server's and the database's processor time for each.
type measured struct{ Rate, P50, P99, CPU float64 }

func (m *measured) add(x measured, of float64) {
	m.Rate, m.P50, m.P99, m.CPU = m.Rate+x.Rate/of, m.P50+x.P50/of, m.P99+x.P99/of, m.CPU+x.CPU/of
}

const outsideVar = "CASEWORK_LOAD"

func TestMain(m *testing.M) {
	collectLess()
	given := os.Getenv(outsideVar)
	if given == "" {
		os.Exit(m.Run())
	}
	var o outside
	if err := json.Unmarshal([]byte(given), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	rate, p50, p99, err := load(o.Clients, o.N, poster(o.URL, o.Token, []byte(o.Body), 201))
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(measured{Rate: rate, P50: float64(p50.Microseconds()), P99: float64(p99.Microseconds())})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run makes the load and waits for its end.
func (o outside) run(tb testing.TB) measured {
	tb.Helper()
	given, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), outsideVar+"="+string(given))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	used := processor()
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%v: %s", err, stderr.String())
	}
	var m measured
	if err := json.Unmarshal(out, &m); err != nil {
		tb.Fatal(err)
	}
	m.CPU = float64((processor() - used).Microseconds()) / float64(o.N)
	return m
}

// processor is the time of all processors that this program and PostgreSQL's
// processes on this machine have used; the kernel counts the latter in
// hundredths of a second.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	sum := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // gone meanwhile
		}
		text := string(raw)
		if !strings.Contains(text, "(postgres)") {
			continue
		}
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		for _, i := range []int{11, 12} { // utime and stime
			ticks, _ := strconv.Atoi(fields[i])
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}
