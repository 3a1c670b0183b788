package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
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
