package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt/civil"
)

// peak is the most memory that the server ever had, in MB, as the kernel counts.
func (s *server) peak() int {
	s.t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Skip(err)
	}
	kb, err := strconv.Atoi(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindStringSubmatch(string(raw))[1])
	if err != nil {
		s.t.Fatal(err)
	}
	return kb >> 10
}

// raw sends a request on a connection of its own, and reads the answer whatever
// becomes of the sending. It is 0 when there is no answer.
func (s *server) raw(path, user, media string, body []byte) int {
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		return 0
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
	token := ""
	if user != "" {
		token = "Authorization: Bearer " + s.tokens[user] + "\r\n"
	}
	go func() {
		fmt.Fprintf(conn, "POST /api%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/%s\r\nContent-Length: %d\r\nIf-Match: \"1\"\r\n%s\r\n", path, media, len(body), token)
		_, _ = conn.Write(body)
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// together sends requests at once, and meanwhile small ones one after the other,
// which must all be answered. It counts the statuses.
func (s *server) together(n int, send func(i int) int) map[int]int {
	s.t.Helper()
	statuses := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var over atomic.Bool
	small := make(chan error, 1)
	go func() {
		defer close(small)
		for !over.Load() {
			status, _, err := s.try("worker", "POST", "/clients/anonymous", obj{"sketch": obj{"label": "small"}}, nil)
			if err != nil || status != http.StatusCreated {
				small <- fmt.Errorf("somebody small got %d %v", status, err)
				return
			}
		}
	}()
	for i := range n {
		wg.Go(func() {
			status := send(i)
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	wg.Wait()
	over.Store(true)
	if err := <-small; err != nil {
		s.t.Error(err)
	}
	return statuses
}

// newSessions are ids of new sessions of the worker.
func (s *server) newSessions(n int) []string {
	s.t.Helper()
	var out []string
	for range n {
		var x struct{ ID string }
		if status, _ := s.send("worker", "POST", "/sessions", obj{"service_date": civil.DateOf(time.Now(), zone()), "minutes": 5, "languages": []string{"english"}}, &x); status != 201 {
			s.t.Fatal(status)
		}
		out = append(out, x.ID)
	}
	return out
}

// atOnce is how many come at once, and maxPeak the memory in MB in which they are
// answered.
const atOnce, maxPeak = 50, 150

// document is a JSON body with a document of a size.
func document(size int) []byte {
	return []byte(`{"name":"a.bin","content":"` + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("casework"), size/8)) + `"}`)
}

// padded is the begin of a body and an item again and again.
func padded(begin, item string, size int) []byte {
	return []byte(begin + strings.Repeat(item, size/len(item)))
}

// Many large bodies at once are answered in little memory, whoever sends them and
// whatever is in them, and nobody small is sent away for it.
func TestCrowd(t *testing.T) {
	for name, tt := range map[string]struct {
		user, path string
		body       []byte
		may        []int
	}{
		"nobody's":          {"", "/sessions/ID/documents", document(7_500_000), []int{401}},
		"an unknown user's": {"stray", "/sessions/ID/documents", document(7_500_000), []int{401}},
		"too large":         {"worker", "/sessions/ID/documents", document(7_500_000), []int{422, 503}},
		"documents":         {"worker", "/sessions/ID/documents", document(5 << 20), []int{201, 503}},
		"files":             {"admin", "/exports/ID/files/ID/answer", padded("", "casework", 10_000_000), []int{404, 503}},
		"nested":            {"worker", "/sessions/ID/documents", padded(`{"name":`, "[", 10_000_000), []int{400, 503}},
		"tiny values":       {"worker", "/sessions/ID/documents", padded(`{"name":[`, "1,", 10_000_000), []int{413, 503}},
		"tiny members":      {"worker", "/sessions/ID/documents", padded(`{"name":{`, `"a":1,`, 10_000_000), []int{422, 503}},
		"tiny objects":      {"worker", "/sessions", padded(`{"clients":[`, "{},", 1_000_000), []int{413, 503}},
		"many names":        {"worker", "/sessions", many(), []int{413, 503}},
		"as many as may be": {"worker", "/sessions", append(padded(`{"languages":[`, `"x",`, 4*49_000), `"x"]}`...), []int{422, 503}},
		"a long text":       {"worker", "/sessions", padded(`{"notes":"`, "x", 10_000_000), []int{413, 503}},
	} {
		t.Run(name, func(t *testing.T) {
			startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db")).bears(t, tt.user, tt.path, tt.body, tt.may...)
		})
	}
	t.Run("documents on postgres", func(t *testing.T) {
		startServer(t, "-dsn", ownSchema(t)).bears(t, "worker", "/sessions/ID/documents", document(5<<20), 201, 503)
	})
}

// bears sends a crowd of requests, which may have some answers.
func (s *server) bears(t *testing.T, user, path string, body []byte, may ...int) {
	media := "json"
	if body[0] != '{' {
		media = "octet-stream"
	}
	ids := s.newSessions(atOnce)
	before := s.peak()
	statuses := s.together(atOnce, func(i int) int { return s.raw(strings.ReplaceAll(path, "ID", ids[i]), user, media, body) })
	after := s.peak()
	t.Logf("%d MB before, %d MB at most, statuses %v", before, after, statuses)
	for _, status := range may {
		delete(statuses, status)
	}
	if len(statuses) > 0 {
		t.Errorf("statuses besides %v: %v", may, statuses)
	}
	if after >= maxPeak {
		t.Errorf("%d MB, want less than %d", after, maxPeak)
	}
	if status, _, err := s.try("worker", "GET", "/me", nil, nil); status != 200 || err != nil {
		t.Errorf("afterwards: %d %v", status, err)
	}
	if status := s.raw("/sessions/"+s.newSessions(1)[0]+"/documents", "worker", "json", document(5<<20)); status != 201 {
		t.Errorf("a document afterwards: %d", status)
	}
}

// many is an object of many names.
func many() []byte {
	var b bytes.Buffer
	b.WriteString(`{"clients":[{"forms":[{"answers":{`)
	for i := range 60_000 {
		fmt.Fprintf(&b, `"k%d":0,`, i)
	}
	return b.Bytes()
}

// So many connections are let in at once; others wait until one leaves, and are
// answered then.
func TestConnections(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"), "-connections", "4")
	host := strings.TrimPrefix(s.url, "http://")
	var idle []net.Conn
	for range 4 {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
		idle = append(idle, conn)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	get := func() error {
		resp, err := client.Get(s.url + "/healthz")
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	var answered atomic.Bool
	waiting := make(chan error, 1)
	go func() {
		err := get()
		answered.Store(true)
		waiting <- err
	}()
	time.Sleep(300 * time.Millisecond)
	if answered.Load() {
		t.Error("a fifth connection is let in")
	}
	idle[0].Close()
	if err := <-waiting; err != nil {
		t.Error(err)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := get(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil { // also with all places taken
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// A head that is too long is refused, and takes no memory.
func TestLongHeads(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	req, _ := http.NewRequest("GET", s.url+"/api/me", nil)
	req.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%v %v", resp, err)
	}
}
