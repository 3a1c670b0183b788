package main

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	mathbig "math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// plainClient asks for what a test says and no more.
var plainClient = &http.Client{Transport: &http.Transport{DisableCompression: true}}

func (s *server) get(t *testing.T, path string, header ...string) (*http.Response, string) {
	t.Helper()
	return s.do(t, "GET", path, header...)
}

func (s *server) do(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.tokens["worker"])
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := plainClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(raw)
}

// Each request is a line in the log and counts in the metrics, by its id and route, and
// neither has the query, the path or whatever the path says.
func TestRequestLog(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"), "-log", "json")
	_, list := s.get(t, "/api/clients?name=okafor")
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(list)[1]
	for _, tt := range []struct{ path, id, route string }{
		{"/api/clients?name=quixote", "desk-17.a", "GET /clients"}, {"/api/clients/" + id, "desk-18", "GET /clients/{id}"},
		{"/api/quixote", "desk-19", "none"}, {"/quixote?name=quixote", "desk-20", "none"}, {"/healthz", "desk-21", "GET /healthz"},
		{"/api/clients?name=quixote", "quixote with blanks", ""},
	} {
		resp, _ := s.get(t, tt.path, "X-Request-Id", tt.id)
		got := resp.Header.Get("X-Request-Id")
		if tt.route == "" {
			if got == tt.id || !goodID.MatchString(got) {
				t.Errorf("the id %q became %q", tt.id, got)
			}
			continue
		}
		if got != tt.id {
			t.Errorf("%s: id %q", tt.path, got)
		}
		// the line is written behind the answer
		databases.Wait(t, "the line of "+tt.route, func() bool { return strings.Contains(s.stderr(), `"request":"`+tt.id+`"`) })
		for line := range strings.Lines(s.stderr()) {
			var entry struct {
				Level, Msg, Request, Method, Route string
				Status                             int
				MS                                 *int
			}
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Request == tt.id {
				if entry.Msg != "request" || entry.Method != "GET" || entry.Route != tt.route || entry.Status != resp.StatusCode || entry.MS == nil {
					t.Errorf("%s: %s", tt.path, line)
				}
			}
		}
	}
	databases.Wait(t, "the last count", func() bool {
		_, page := s.get(t, "/metrics")
		return strings.Contains(page, `casework_requests_total{route="none",status="404"} 2`)
	})
	resp, page := s.get(t, "/metrics")
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("metrics: %d %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{`casework_requests_total{route="GET /clients/{id}",status="200"} 1`, `casework_requests_total{route="none",status="404"} `,
		`casework_request_duration_seconds_count{route="GET /clients"} `, "casework_database_connections_open ", "process_resident_memory_bytes "} {
		if !strings.Contains(page, want) {
			t.Errorf("the metrics do not have %s in\n%s", want, page[:min(1500, len(page))])
		}
	}
	for what, text := range map[string]string{"log": s.stderr(), "metrics": page} {
		if strings.Contains(text, "quixote") || strings.Contains(text, id) {
			t.Errorf("the %s has what was asked for", what)
		}
	}
	if resp, _ := s.get(t, "/metrics", "X-Forwarded-For", "192.0.2.7"); resp.StatusCode != 404 {
		t.Errorf("metrics through a proxy: %d", resp.StatusCode)
	}
}

// Only origins of the list may call the API from their pages; large answers are compressed
// for who takes that.
func TestOriginsAndSize(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"), "-origins", "https://desk.example, http://localhost:5173")
	for origin, want := range map[string]string{"https://desk.example": "https://desk.example", "http://localhost:5173": "http://localhost:5173", "https://other.example": ""} {
		resp, _ := s.get(t, "/api/me", "Origin", origin)
		pre, _ := s.do(t, "OPTIONS", "/api/sessions", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
		for what, r := range map[string]*http.Response{"a call": resp, "a question before": pre} {
			if got := r.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s of %s: %q", what, origin, got)
			}
		}
		if got := strings.Contains(pre.Header.Get("Access-Control-Allow-Headers"), "authorization"); got != (want != "") {
			t.Errorf("%s may send %s", origin, pre.Header.Get("Access-Control-Allow-Headers"))
		}
	}
	plain, text := s.get(t, "/api/openapi.json")
	small, same := s.get(t, "/api/openapi.json", "Accept-Encoding", "gzip")
	if plain.Header.Get("Content-Encoding") != "" || small.Header.Get("Content-Encoding") != "gzip" || text != same || len(text) < largeAnswer {
		t.Errorf("a large answer: %v and %v, %d and %d bytes", plain.Header, small.Header, len(text), len(same))
	}
	if little, _ := s.get(t, "/api/me", "Accept-Encoding", "gzip"); little.Header.Get("Content-Encoding") != "" {
		t.Error("a small answer is compressed")
	}
}

func TestMetricsAreLocal(t *testing.T) {
	a := appOn(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	for address, want := range map[string]int{"127.0.0.1:7": 200, "[::1]:7": 200, "192.0.2.7:7": 404, "[2001:db8::1]:7": 404} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.RemoteAddr = address
		rec := httptest.NewRecorder()
		a.handler().ServeHTTP(rec, req)
		if rec.Code != want {
			t.Errorf("from %s: %d", address, rec.Code)
		}
	}
}

// What should not be so outside of a trial is warned of.
func TestWarnings(t *testing.T) {
	for name, tt := range map[string]struct {
		o    options
		want string
	}{
		"the loopback":         {options{address: "127.0.0.1:8080"}, ""},
		"localhost":            {options{address: "localhost:8080"}, ""},
		"everywhere":           {options{address: ":8080"}, "plain HTTP"},
		"another address":      {options{address: "192.0.2.1:8080"}, "plain HTTP"},
		"with TLS":             {options{address: ":8443", cert: "c", key: "k"}, ""},
		"a database here":      {options{address: "127.0.0.1:1", dsn: "postgres://u@localhost/d"}, ""},
		"by a socket":          {options{address: "127.0.0.1:1", dsn: "postgres:///d?host=/run/postgresql"}, ""},
		"one elsewhere":        {options{address: "127.0.0.1:1", dsn: "postgres://u@db.example/d"}, "plain text to the database"},
		"that prefers TLS":     {options{address: "127.0.0.1:1", dsn: "postgres://u@db.example/d?sslmode=prefer"}, "plain text to the database"},
		"that demands TLS":     {options{address: "127.0.0.1:1", dsn: "postgres://u@db.example/d?sslmode=verify-full"}, ""},
		"that takes any proof": {options{address: "127.0.0.1:1", dsn: "postgres://u@db.example/d?sslmode=require"}, ""},
	} {
		got := strings.Join(tt.o.warnings(), " ")
		if tt.want == "" != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	s := startServer(t, "-address", "0.0.0.0:0", "-data", filepath.Join(t.TempDir(), "casework.db"))
	if !strings.Contains(s.stderr(), "plain HTTP beyond this machine") {
		t.Errorf("the log says %s", s.stderr())
	}
}

// With -cert and -key the server speaks TLS.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: mathbig.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: cert}, "key": {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startServer(t, "-data", filepath.Join(dir, "casework.db"), "-cert", filepath.Join(dir, "cert"), "-key", filepath.Join(dir, "key"))
	pool := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost"}}}
	resp, err := client.Get(s.url + "/healthz")
	if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("%s: %v %v", s.url, resp, err)
	}
	resp.Body.Close()
}
