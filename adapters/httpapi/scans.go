package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"
	"sync"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

const (
	// MaxScans is how many scans one stream takes.
	MaxScans = 100_000
	// maxScanLine bounds one line of a stream, in bytes.
	maxScanLine = 4096
)

type scanKey struct {
	Run batch.RunID `json:"run"`
}

// scans takes a stream of scans, one JSON object a line, and answers each with a
// line, in order. Lines that have arrived are applied together; a line that
// waits for the next is answered at once. A broken line is answered as such, and
// the rest goes on. A stream on which nothing is said for too long is told so, and
// ends.
func scans(b *batch.Service) func(*visit, scanKey) error {
	return func(v *visit, in scanKey) error {
		end, err := v.openStream()
		if err != nil {
			return err
		}
		defer end()
		s := &scanStream{visit: v, ctx: context.WithoutCancel(v.req.Context()), b: b, run: in.Run, lang: language(v.req)}
		return s.serve()
	}
}

type scanStream struct {
	*visit
	ctx      context.Context // goes on when nothing is said any more
	b        *batch.Service
	run      batch.RunID
	lang     i18n.Lang
	answered bool
	scans    int
	silent   bool // for too long
	broken   bool // the body could not be read to its end

	gate sync.Mutex
	over bool // no more is to be read
}

// maxBuffered bounds what is read ahead where answers cannot be sent meanwhile.
const maxBuffered = 10 << 20

type endKey struct{}

// EndStreams makes streams of scans under a request's context end when done is
// closed: what has arrived is answered first. A server that shuts down needs
// it, as a scanner keeps its stream open.
func EndStreams(ctx context.Context, done <-chan struct{}) context.Context {
	return context.WithValue(ctx, endKey{}, done)
}

// line is one line of the stream; a broken one is an empty scan, which is
// answered as unreadable.
type line = batch.Scan

// serve fails when nothing has been answered yet.
func (s *scanStream) serve() error {
	err := s.control.EnableFullDuplex()
	switch {
	case s.req.ProtoMajor > 1:
	case err == nil:
		s.w.Header().Set("Connection", "close") // what is left of the body must not be taken for a request
	default: // the host wraps the writer: the first answer would end the reading
		raw, err := (&incoming{in: s.req.Body, limit: maxBuffered, visit: s.visit}).all()
		if err != nil {
			return err
		}
		s.req.Body = io.NopCloser(bytes.NewReader(raw))
	}
	lines, end := s.lines()
	defer end()
	for first := range lines {
		if more, err := s.apply(arrived(first, lines)); !more {
			return err
		}
	}
	switch {
	case s.broken: // no clean end: the client must not take it for one
		panic(http.ErrAbortHandler)
	case !s.answered: // nothing was said of a run that may be used
		if _, err := s.b.Run(s.ctx, s.run); err != nil {
			return err
		}
		s.begin()
	}
	switch {
	case s.scans > MaxScans:
		s.answer([]batch.Result{{Outcome: batch.TooMany}})
	case s.silent:
		s.answer([]batch.Result{{Outcome: batch.Silent}})
	}
	return nil
}

// arrived are a line and those that have come after it, without waiting.
func arrived(first line, lines <-chan line) []line {
	chunk := append(make([]line, 0, batch.Chunk), first)
	for len(chunk) < batch.Chunk {
		select {
		case next, ok := <-lines:
			if !ok {
				return chunk
			}
			chunk = append(chunk, next)
		default:
			return chunk
		}
	}
	return chunk
}

// lines are read in the background, until the end or until somebody ends it.
func (s *scanStream) lines() (lines chan line, end func()) {
	lines = make(chan line, batch.Chunk)
	stop, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		s.readLines(lines, stop)
	}()
	closing, _ := s.req.Context().Value(endKey{}).(<-chan struct{})
	go func() {
		select {
		case <-closing:
			s.stopReading()
		case <-read:
		}
	}()
	return lines, func() {
		close(stop)
		s.stopReading()
		<-read
	}
}

// readLines reads until the end, or until there are too many lines.
func (s *scanStream) readLines(lines chan<- line, stop <-chan struct{}) {
	defer close(lines)
	in := bufio.NewReaderSize(s.req.Body, maxScanLine)
	for {
		s.listen()
		raw, err := in.ReadSlice('\n')
		long := false
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a line that is too long
			long = true
			raw, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			s.silent = errors.Is(err, os.ErrDeadlineExceeded) && !s.stopped()
			s.broken = !s.silent && !s.stopped() // what was not answered was not applied, or is a repeat
			return
		}
		if err != nil {
			s.heard()
		}
		if text := bytes.TrimSpace(raw); len(text) > 0 || long {
			if s.scans++; s.scans > MaxScans {
				return
			}
			select {
			case lines <- parseScan(text, long):
			case <-stop:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// listen waits for the next line for as long as it may be silent.
func (s *scanStream) listen() {
	s.gate.Lock()
	defer s.gate.Unlock()
	if !s.over && !s.read {
		_ = s.control.SetReadDeadline(time.Now().Add(s.Silence))
	}
}

// stopReading ends the wait for the next line. When all was read there is none, and
// the server would take a deadline for the caller's going.
func (s *scanStream) stopReading() {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.over = true
	if !s.read {
		_ = s.control.SetReadDeadline(time.Now())
	}
}

// heard says that there are no more lines.
func (s *scanStream) heard() {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.allRead()
}

func (s *scanStream) stopped() bool {
	s.gate.Lock()
	defer s.gate.Unlock()
	return s.over
}

func parseScan(text []byte, long bool) line {
	var l line
	if long || decodeJSON(inHand(text), reflect.ValueOf(&l).Elem()) != nil {
		return line{}
	}
	return l
}

// apply applies a chunk and answers it; without more the stream ends. It fails
// when nothing has been answered yet.
func (s *scanStream) apply(chunk []line) (more bool, err error) {
	var out *batch.Added
	if err = access.Still(s.ctx); err == nil {
		out, err = s.b.Scan(s.ctx, batch.Scans{Run: s.run, Scans: chunk})
	}
	if err == nil {
		return s.answer(out.Results), nil
	}
	if !s.answered {
		return false, err
	}
	outcome := batch.Refused
	if !errors.Is(err, fault.ErrInvalid) && !errors.Is(err, fault.ErrForbidden) && !errors.Is(err, fault.ErrUnauthenticated) {
		outcome = batch.NotPostedAny
		reportError(s.req, err)
	}
	results := make([]batch.Result, len(chunk))
	for i, l := range chunk {
		results[i] = batch.Result{Outcome: outcome, Scan: l.Number}
	}
	s.answer(results)
	return false, nil
}

func (s *scanStream) begin() {
	s.answered = true
	s.w.Header().Set("Content-Type", linesType)
	s.w.WriteHeader(http.StatusOK)
}

// answer sends a line for each result; false says that nobody reads them.
func (s *scanStream) answer(results []batch.Result) bool {
	if !s.answered {
		s.begin()
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for i := range results {
		results[i].Localize(s.lang)
		_ = enc.Encode(results[i])
	}
	err := s.send(out.Bytes())
	if flushed := s.control.Flush(); err == nil && !errors.Is(flushed, http.ErrNotSupported) {
		err = flushed
	}
	return err == nil
}
