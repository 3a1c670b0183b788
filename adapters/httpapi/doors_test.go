package httpapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/httpapi"
)

// unread fails the test when somebody reads it.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, errors.New("unread")
}

// Nothing of a body is read before somebody has signed in.
func TestNobodysBodyIsNotRead(t *testing.T) {
	w := newWorld(t)
	api := httpapi.New(services(w.World))
	for path, media := range map[string]string{"/clients": "application/json", "/sessions/" + nobody + "/documents": "application/json",
		"/exports/" + nobody + "/files/" + nobody + "/answer": "application/octet-stream", "/runs/" + nobody + "/scans": "application/x-ndjson"} {
		req := httptest.NewRequest("POST", path, unread{t})
		req.Header.Set("Content-Type", media)
		rec := httptest.NewRecorder()
		api.ServeHTTP(rec, req)
		if rec.Code != http.StatusUnauthorized {
			t.Errorf("%s: status %d", path, rec.Code)
		}
	}
}

// slow is a request of which a part was sent.
type slow struct {
	net.Conn
	in *bufio.Reader
}

// begin sends a part of a request of the worker, with the length of all of it.
func (w *world) begin(t *testing.T, method, path string, length int, part string, header ...string) slow {
	t.Helper()
	u, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	head := fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", length)
	if len(header) > 0 { // of a stream
		head = "Content-Type: application/x-ndjson\r\n" + strings.Join(header, "")
	}
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nX-User: worker\r\n%s\r\n%s", method, u.Path+path, head, part)
	return slow{conn, bufio.NewReader(conn)}
}

// answer is what comes back.
func (s slow) answer(t *testing.T) answer {
	t.Helper()
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

// large is a registration that is refused for its notes of so many bytes.
func large(size int) call {
	return call{method: "POST", path: "/clients", body: obj{"accepted": true, "profile": obj{"notes": strings.Repeat("n", size)}}}
}

// All bodies together take no more memory than the limit: what is more is told to
// come again, unless it is small. What was taken is given back, however it ended.
func TestBodiesTogether(t *testing.T) {
	w := newWorldWith(t, httpapi.Limits{Bodies: 1 << 20})
	busy := func() bool {
		a := w.send(t, "worker", large(300_000))
		if a.status == http.StatusUnprocessableEntity {
			return false
		}
		if p := a.problem(t); a.status != http.StatusServiceUnavailable || p.Type != "urn:casework:problem:busy" || a.header.Get("Retry-After") != "1" {
			t.Errorf("%d %+v, Retry-After %q", a.status, p, a.header.Get("Retry-After"))
		}
		return true
	}
	if busy() {
		t.Fatal("busy with nothing")
	}
	const half = `{"accepted":true,"profile":{"notes":"`
	fill := func() slow { // until it has come to what is asked meanwhile
		for range 100 {
			s := w.begin(t, "POST", "/clients", len(half)+800_000, half+strings.Repeat("n", 500_000))
			time.Sleep(50 * time.Millisecond)
			if busy() {
				return s
			}
			s.Close() // that was too early, so that it was refused itself
		}
		t.Fatal("it never is busy")
		return slow{}
	}
	for name, end := range map[string]func(slow){
		"told to the end": func(s slow) {
			fmt.Fprint(s, strings.Repeat("n", 300_000-3)+`"}}`)
			if a := s.answer(t); a.status != http.StatusServiceUnavailable && a.status != http.StatusUnprocessableEntity {
				t.Errorf("%d %s", a.status, a.body)
			}
		},
		"broken off": func(s slow) { s.Close() },
		"wrong":      func(s slow) { fmt.Fprint(s, "\n"); s.answer(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := fill()
			if a := w.send(t, "worker", call{method: "POST", path: "/clients/anonymous", body: obj{}}); a.status != http.StatusCreated {
				t.Errorf("somebody small: %d %s", a.status, a.body)
			}
			end(s)
			for range 500 {
				if !busy() {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Error("it stays busy")
		})
	}
	for range 20 { // what is refused gives back too
		for _, body := range []string{`{"accepted":` + strings.Repeat("[", 100), `{"nickname":[` + strings.Repeat("1,", 100_000), strings.Repeat(" ", 1<<20) + "{}", `{"accepted":1}`} {
			w.send(t, "worker", call{method: "POST", path: "/clients", body: []byte(body)})
		}
	}
	if busy() {
		t.Error("something was not given back")
	}
}
