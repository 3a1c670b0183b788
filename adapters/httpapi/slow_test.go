package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// shortly is little patience, for tests.
const shortly = 300 * time.Millisecond

// A body that stops, or comes by drops, is told so and ends; one that is slow and
// goes on arrives.
func TestSlowBodies(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Patience: shortly})
	begin := `{"accepted":true,"profile":{"notes":"` + strings.Repeat("n", 10_000)
	for name, drop := range map[string]string{"stopped": "", "by drops": "n"} {
		t.Run(name, func(t *testing.T) {
			s := w.begin(t, "POST", "/clients", 100_000, begin[:100])
			start := time.Now()
			done := make(chan bool)
			go func() {
				for {
					select {
					case <-done:
						return
					case <-time.After(shortly / 10):
						fmt.Fprint(s, drop)
					}
				}
			}()
			a := s.answer(t)
			close(done)
			if p := a.problem(t); a.status != http.StatusRequestTimeout || p.Type != "urn:casework:problem:too_slow" {
				t.Errorf("%d %+v", a.status, p)
			}
			if took := time.Since(start); took < shortly/2 || took > 20*shortly {
				t.Errorf("it took %v", took)
			}
		})
	}
	t.Run("slow", func(t *testing.T) {
		s := w.begin(t, "POST", "/clients", len(begin)+40_003, begin)
		for range 8 {
			time.Sleep(shortly / 3)
			fmt.Fprint(s, strings.Repeat("n", 5_000))
		}
		fmt.Fprint(s, `"}}`)
		if a := s.answer(t); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// The work on a request may take longer than its body may, and than the host's
// server gives a request.
func TestSlowWork(t *testing.T) {
	var wait time.Duration
	w := newWorldWith(t, httpapi.Limits{Patience: shortly}, func(ctx context.Context, _ casemgmt.HookCall) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			return nil
		}
	})
	c := w.Client()
	w.serve(t, shortly)
	wait = 3 * shortly
	for _, call := range []call{{method: "POST", path: "/clients/anonymous", body: obj{}}, {method: "GET", path: "/clients/" + c.ID.String()}} {
		if a := w.send(t, "worker", call); a.status >= 300 {
			t.Errorf("%s %s: %d %s", call.method, call.path, a.status, a.body)
		}
	}
}

// A download goes on as long as somebody takes it, and ends when nobody does.
func TestSlowReaders(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Patience: shortly})
	x := w.started(w.Worker, w.Client().ID)
	content := bytes.Repeat([]byte("casework"), session.MaxDocument/8)
	x = storetest.Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "a.bin", Content: content}))(t)
	path := "/sessions/" + x.ID.String() + "/documents/" + x.Documents[0].ID.String()
	for name, tt := range map[string]struct {
		piece int
		pause time.Duration
		whole bool
	}{
		"slow":    {session.MaxDocument / 10, shortly / 3, true},
		"stopped": {1 << 10, 10 * shortly, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.begin(t, "GET", path, 0, "")
			_ = s.Conn.(*net.TCPConn).SetReadBuffer(64 << 10)
			resp, err := http.ReadResponse(s.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for err == nil && got.Len() < len(content) {
				time.Sleep(tt.pause)
				tt.pause = min(tt.pause, shortly/3) // after one long pause it takes the rest
				_, err = io.CopyN(&got, resp.Body, int64(tt.piece))
				if tt.piece < 1<<20 && !tt.whole {
					tt.piece = 1 << 20
				}
			}
			if whole := bytes.Equal(got.Bytes(), content); whole != tt.whole {
				t.Errorf("%d of %d bytes came: %v", got.Len(), len(content), err)
			}
		})
	}
}

// talk is a stream of scans that stays open.
type talk struct {
	slow
	resp *http.Response
	in   *bufio.Reader
}

// open opens a stream of scans and says something on it.
func (w *world) open(t *testing.T, path, said string) *talk {
	t.Helper()
	s := w.begin(t, "POST", path, 0, "", "Transfer-Encoding: chunked\r\n")
	k := &talk{slow: s}
	k.say(said)
	return k
}

// say says something.
func (k *talk) say(text string) {
	if text != "" {
		fmt.Fprintf(k, "%x\r\n%s\r\n", len(text), text)
	}
}

// hear is what is answered, up to the end of the line; empty is the end of all.
func (k *talk) hear(t *testing.T) string {
	t.Helper()
	if k.resp == nil {
		resp, err := http.ReadResponse(k.slow.in, nil)
		if err != nil {
			t.Fatal(err)
		}
		k.resp, k.in = resp, bufio.NewReader(resp.Body)
	}
	line, err := k.in.ReadString('\n')
	if err == io.EOF {
		return line
	}
	if err != nil {
		t.Fatal(err)
	}
	var r batch.Result
	if k.resp.StatusCode != http.StatusOK {
		return line
	}
	if err := json.Unmarshal([]byte(line), &r); err != nil || r.Text == "" {
		t.Fatalf("%s: %v", line, err)
	}
	return string(r.Outcome)
}

// A stream on which nothing is said for too long ends and says so; one on which
// something is said goes on.
func TestSilentStreams(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Silence: shortly})
	r := w.Use(w.DropIn(true), storetest.Today)
	path := "/runs/" + r.ID.String() + "/scans"
	card := w.Card(w.Enrolled().ID).Value
	scan := func(i int) string { return scanLine(fmt.Sprint("q", i), card) }
	k := w.open(t, path, scan(0))
	for i := range 8 {
		if got := k.hear(t); got != string(batch.IsPosted) && got != string(batch.AlreadyAdded) {
			t.Fatalf("scan %d: %s", i, got)
		}
		time.Sleep(shortly / 2)
		k.say(scan(i + 1))
	}
	if got := k.hear(t); got != string(batch.AlreadyAdded) {
		t.Error(got)
	}
	for name, said := range map[string]string{"after scans": "", "at once": "", "within a line": scan(9)[:20]} {
		t.Run(name, func(t *testing.T) {
			stream := k
			if name != "after scans" {
				stream = w.open(t, path, said)
			}
			start := time.Now()
			if got := stream.hear(t); got != string(batch.Silent) || !stream.resp.Close {
				t.Errorf("%s, and the connection stays: %t", got, !stream.resp.Close)
			}
			if got := stream.hear(t); got != "" || time.Since(start) > 20*shortly {
				t.Errorf("%s after the last line, after %v", got, time.Since(start))
			}
		})
	}
	if got := w.open(t, "/runs/"+nobody+"/scans", "").hear(t); !strings.Contains(got, "not_found") {
		t.Errorf("a silent stream of no run: %s", got)
	}
}

// A stream whose answers nobody takes ends.
func TestStreamsNobodyListensTo(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Patience: shortly})
	r := w.Use(w.DropIn(true), storetest.Today)
	k := w.open(t, "/runs/"+r.ID.String()+"/scans", "")
	_ = k.Conn.(*net.TCPConn).SetReadBuffer(32 << 10)
	lines := strings.Repeat(scanLine("z", "UNKNOWN-1"), 100)
	go func() {
		for range httpapi.MaxScans / 100 {
			if _, err := fmt.Fprintf(k, "%x\r\n%s\r\n", len(lines), lines); err != nil {
				return
			}
		}
		fmt.Fprint(k, "0\r\n\r\n")
	}()
	time.Sleep(5 * shortly)
	resp, err := http.ReadResponse(k.slow.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if n := bytes.Count(raw, []byte("\n")); err == nil || n >= httpapi.MaxScans/2 {
		t.Errorf("%d of %d scans were answered: %v", n, httpapi.MaxScans, err)
	}
}

// So many streams a person may have open, and no more.
func TestStreamsOfAPerson(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Streams: 2})
	r := w.Use(w.DropIn(true), storetest.Today)
	path := "/runs/" + r.ID.String() + "/scans"
	card := w.Card(w.Enrolled().ID).Value
	open := []*talk{w.open(t, path, scanLine("p0", card)), w.open(t, path, scanLine("p1", card))}
	for _, k := range open {
		k.hear(t)
	}
	third := call{method: "POST", path: path, body: []byte(scanLine("p2", card)), header: map[string]string{"Content-Type": "application/x-ndjson"}}
	if a := w.send(t, "worker", third); a.status != http.StatusTooManyRequests || a.problem(t).Type != "urn:casework:problem:too_many_streams" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := w.send(t, "manager", third); a.status != http.StatusOK {
		t.Errorf("somebody else: %d %s", a.status, a.body)
	}
	open[0].Close()
	open[1].say(scanLine("p3", card)) // the other goes on
	open[1].hear(t)
	for range 500 {
		if w.send(t, "worker", third).status == http.StatusOK {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the place of a stream that ended is not free")
}
