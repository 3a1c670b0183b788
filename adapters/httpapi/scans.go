package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

const (
	// MaxScans is how many scans one stream takes.
	MaxScans = 100_000
	// maxScanLine bounds one line of a stream, in bytes.
	maxScanLine = 4096
	// scanIdle is how long a stream may be silent: a scanner at the door is.
	scanIdle = 15 * time.Minute
)

type scanKey struct {
	Run batch.RunID `json:"run"`
}

// scans takes a stream of scans, one JSON object a line, and answers each with a
// line, in order. Lines that have arrived are applied together; a line that
// waits for the next is answered at once. A broken line is answered as such, and
// the rest goes on.
func scans(b *batch.Service) func(*visit, scanKey) error {
	return func(v *visit, in scanKey) error {
		s := &scanStream{visit: v, b: b, run: in.Run, control: http.NewResponseController(v.w), lang: language(v.req)}
		return s.serve()
	}
}

type scanStream struct {
	*visit
	b       *batch.Service
	run     batch.RunID
	control *http.ResponseController
	lang    i18n.Lang
	begun   bool
	read    int
	broken  bool // the body could not be read to its end
}

// maxBuffered bounds what is read ahead where answers cannot be sent meanwhile.
const maxBuffered = 10 << 20

type endKey struct{}

// EndStreams makes streams of scans under a request's context end when done is
// closed: what has arrived is answered first. A server that shuts down needs
// it, as a scanner keeps its stream open all day.
func EndStreams(ctx context.Context, done <-chan struct{}) context.Context {
	return context.WithValue(ctx, endKey{}, done)
}

// line is one line of the stream; a broken one is an empty scan, which is
// answered as unreadable.
type line = batch.Scan

// serve fails when nothing has been answered yet.
func (s *scanStream) serve() error {
	if err := s.control.EnableFullDuplex(); err != nil && s.req.ProtoMajor < 2 {
		// the host wraps the writer: the first answer would end the reading
		raw, err := (&incoming{in: s.req.Body, limit: maxBuffered, visit: s.visit}).all()
		if err != nil {
			return err
		}
		s.req.Body = io.NopCloser(bytes.NewReader(raw))
	}
	lines := make(chan line, batch.Chunk)
	stop := make(chan struct{})
	defer close(stop)
	if end, ok := s.req.Context().Value(endKey{}).(<-chan struct{}); ok {
		go func() {
			select {
			case <-end:
				_ = s.control.SetReadDeadline(time.Now())
			case <-stop:
			}
		}()
	}
	go s.readLines(lines, stop)
	for first := range lines {
		if more, err := s.apply(arrived(first, lines)); !more {
			return err
		}
	}
	switch {
	case s.broken: // no clean end: the client must not take it for one
		panic(http.ErrAbortHandler)
	case s.read > MaxScans:
		s.answer([]batch.Result{{Outcome: batch.TooMany}})
	case !s.begun: // an empty stream of a run that may be used
		if _, err := s.b.Run(s.req.Context(), s.run); err != nil {
			return err
		}
		s.begin()
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

// readLines reads until the end, or until there are too many lines.
func (s *scanStream) readLines(lines chan<- line, stop <-chan struct{}) {
	defer close(lines)
	in := bufio.NewReaderSize(s.req.Body, maxScanLine)
	for {
		if !s.ended() {
			_ = s.control.SetReadDeadline(time.Now().Add(scanIdle))
		}
		raw, err := in.ReadSlice('\n')
		long := false
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a line that is too long
			long = true
			raw, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			s.broken = !s.ended() // what was not answered was not applied, or is a repeat
			return
		}
		if text := bytes.TrimSpace(raw); len(text) > 0 || long {
			if s.read++; s.read > MaxScans {
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

// ended says whether the server shuts down.
func (s *scanStream) ended() bool {
	end, ok := s.req.Context().Value(endKey{}).(<-chan struct{})
	if !ok {
		return false
	}
	select {
	case <-end:
		return true
	default:
		return false
	}
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
	out, err := s.b.Scan(s.req.Context(), batch.Scans{Run: s.run, Scans: chunk})
	if err == nil {
		return s.answer(out.Results), nil
	}
	if !s.begun {
		return false, err
	}
	outcome := batch.Refused
	if !errors.Is(err, fault.ErrInvalid) && !errors.Is(err, fault.ErrForbidden) && !errors.Is(err, fault.ErrUnauthenticated) {
		outcome = batch.NotPostedAny
		reportError(s.req, err)
	}
	results := make([]batch.Result, len(chunk)) // nothing of the chunk was kept
	for i, l := range chunk {
		results[i] = batch.Result{Outcome: outcome, Scan: l.Number}
	}
	s.answer(results)
	return false, nil
}

func (s *scanStream) begin() {
	s.begun = true
	s.w.Header().Set("Content-Type", linesType)
	s.w.WriteHeader(http.StatusOK)
}

// answer sends a line for each result; false says that nobody reads them.
func (s *scanStream) answer(results []batch.Result) bool {
	if !s.begun {
		s.begin()
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for i := range results {
		results[i].Localize(s.lang)
		_ = enc.Encode(results[i])
	}
	_, err := s.w.Write(out.Bytes())
	if flushed := s.control.Flush(); err == nil && !errors.Is(flushed, http.ErrNotSupported) {
		err = flushed
	}
	return err == nil
}
