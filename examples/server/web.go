package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"

	"github.com/opencasework/casework/adapters/httpapi"
)

// requestID is the header by which a request is found in the logs of all programs that
// it went through.
const requestID = "X-Request-Id"

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

type requestKey struct{}

// requestOf is the id of a request.
func requestOf(ctx context.Context) string {
	text, _ := ctx.Value(requestKey{}).(string)
	return text
}

// web is what stands around all that is served: the request's id, its line in the log and
// in the metrics, other origins, and answers made smaller.
type web struct {
	log     *slog.Logger
	metrics *metrics.Set
	next    http.Handler // plain
	small   http.Handler // the same, compressed
}

// largeAnswer is from which size in bytes answers are compressed.
const largeAnswer = 16 << 10

func newWeb(log *slog.Logger, set *metrics.Set, origins []string, next http.Handler) http.Handler {
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(largeAnswer), gzhttp.ContentTypes([]string{"application/json", "application/problem+json", "text/html", "text/javascript", "text/css", "text/csv"}))
	if err != nil {
		panic(err) // an option above is wrong
	}
	if len(origins) > 0 {
		next = cors.New(cors.Options{AllowedOrigins: origins, AllowedMethods: []string{"GET", "POST", "PUT", "DELETE"}, MaxAge: 600,
			AllowedHeaders: []string{"Authorization", "Content-Type", "If-Match", "Idempotency-Key", "Accept-Language", requestID},
			ExposedHeaders: []string{"ETag", "Retry-After", "Location", requestID}}).Handler(next)
	}
	return &web{log: log, metrics: set, next: next, small: compress(next)}
}

// ServeHTTP logs each request by its route: never the path or the query, which have ids
// of people and what was searched for.
func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	began := time.Now()
	id := r.Header.Get(requestID)
	if !goodID.MatchString(id) {
		raw := make([]byte, 8)
		_, _ = rand.Read(raw) // never fails
		id = hex.EncodeToString(raw)
	}
	rw.Header().Set(requestID, id)
	r, route := httpapi.Routed(r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	seen := &seenWriter{ResponseWriter: rw, status: http.StatusOK}
	next := w.next
	if r.Method == http.MethodGet { // streams answer while they are read
		next = w.small
	}
	defer func() {
		took := time.Since(began)
		name := *route
		if name == "" {
			name = plainRoute(r)
		}
		w.log.Info("request", "request", id, "method", r.Method, "route", name, "status", seen.status, "ms", took.Milliseconds())
		w.metrics.GetOrCreateCounter(`casework_requests_total{route="` + name + `",status="` + strconv.Itoa(seen.status) + `"}`).Inc()
		w.metrics.GetOrCreateHistogram(`casework_request_duration_seconds{route="` + name + `"}`).Update(took.Seconds())
	}()
	next.ServeHTTP(seen, r)
}

// plainRoute is what is served besides the API.
func plainRoute(r *http.Request) string {
	if slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/api/", "/api/scalar.js"}, r.URL.Path) {
		return "GET " + r.URL.Path
	}
	return "none"
}

// seenWriter knows what was answered.
type seenWriter struct {
	http.ResponseWriter
	status int
	begun  bool
}

func (s *seenWriter) WriteHeader(status int) {
	if !s.begun && status >= 200 {
		s.status, s.begun = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *seenWriter) Write(b []byte) (int, error) {
	s.begun = true
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (s *seenWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// measured are the metrics of the process, of requests and of the database's connections.
func (a *app) measured() *metrics.Set {
	set := metrics.NewSet()
	for name, value := range map[string]func() float64{
		"casework_database_connections_open":   func() float64 { return float64(a.db.Stats().OpenConnections) },
		"casework_database_connections_in_use": func() float64 { return float64(a.db.Stats().InUse) },
		"casework_database_waits_total":        func() float64 { return float64(a.db.Stats().WaitCount) },
		"casework_database_wait_seconds_total": func() float64 { return a.db.Stats().WaitDuration.Seconds() },
	} {
		set.NewGauge(name, value)
	}
	return set
}

// metricsPage is GET /metrics, in the form of Prometheus. It is for who is on the machine,
// as it says how much an agency does; a proxy's requests are somebody else's.
func metricsPage(set *metrics.Set) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !local(r.RemoteAddr) || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	}
}

// local says whether an address is of the machine itself.
func local(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// warnings are what should not be so outside of a trial.
func (o options) warnings() []string {
	var out []string
	if !local(o.address) && o.cert == "" {
		out = append(out, "plain HTTP beyond this machine: tokens and personal data can be read on the way; give -cert and -key, or listen on 127.0.0.1 behind a proxy with TLS")
	}
	if u, err := url.Parse(o.dsn); err == nil && o.dsn != "" {
		mode := u.Query().Get("sslmode")
		far := u.Hostname() != "" && !local(u.Hostname()) && !strings.HasPrefix(u.Query().Get("host"), "/")
		if far && !slices.Contains([]string{"require", "verify-ca", "verify-full"}, mode) {
			out = append(out, "the DSN allows plain text to the database on another machine; give sslmode=verify-full")
		}
	}
	return out
}
