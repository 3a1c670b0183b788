package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// readyEvery is how often readiness is asked for by a write.
	readyEvery = 2 * time.Second
	// readyTime is how long an answer may take.
	readyTime = 2 * time.Second
)

// ready says whether the server can do its work: a read with each question, and a
// small write now and then, for a full disk leaves reading possible. Who asks
// meanwhile gets the same answer.
type ready struct {
	read, write func(context.Context) error

	mu     sync.Mutex
	at     time.Time // of the last write
	err    error
	asking chan struct{} // closed when the write that goes on is done
}

// ServeHTTP answers a supervisor.
func (r *ready) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	ctx, cancel := context.WithTimeout(req.Context(), readyTime)
	defer cancel()
	if err := r.read(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	if err := r.writes(ctx); err != nil {
		http.Error(w, "the database takes no changes", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// writes is what became of the last write, which is not long ago. Nobody waits for
// it longer than the context allows.
func (r *ready) writes(ctx context.Context) error {
	r.mu.Lock()
	if r.asking == nil && time.Since(r.at) > readyEvery {
		r.asking = make(chan struct{})
		go r.ask(r.asking)
	}
	asking, err := r.asking, r.err
	r.mu.Unlock()
	if asking == nil {
		return err
	}
	select {
	case <-asking:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *ready) ask(done chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), readyTime)
	defer cancel()
	err := r.write(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err, r.at, r.asking = err, time.Now(), nil
	close(done)
}
