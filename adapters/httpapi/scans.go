package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

const (
	ndjson = "application/x-ndjson"
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

// scanRoute takes a stream of scans, one JSON object a line, and answers each
// with a line, in order. Lines that have arrived are applied together; a line
// that waits for the next is answered at once. A broken line is answered as
// such, and the rest goes on.
func scanRoute(b *batch.Service) route {
	r := route{method: http.MethodPost, path: "/runs/{run}/scans", name: "scanCards", status: http.StatusOK,
		summary: "Apply a stream of scans, one answer line each, in order (BAT-17, SCN-05)",
		stream:  true, in: reflect.TypeFor[batch.Scan](), out: reflect.TypeFor[batch.Result]()}
	key := route{method: http.MethodPost, path: r.path, in: reflect.TypeFor[scanKey]()}
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[scanKey](w, req, &key)
		if err == nil {
			if media, _, bad := mime.ParseMediaType(req.Header.Get("Content-Type")); bad != nil || media != ndjson {
				err = &readError{kind: "unsupported_media_type", status: http.StatusUnsupportedMediaType}
			}
		}
		if _, ok := access.From(req.Context()); !ok {
			err = fault.ErrUnauthenticated
		}
		if err != nil {
			problem(w, req, err)
			return
		}
		s := &scanStream{b: b, w: w, req: req, run: in.Run, control: http.NewResponseController(w), lang: i18n.Negotiate(req.Header.Get("Accept-Language"))}
		s.serve()
	})
	return r
}

type scanStream struct {
	b       *batch.Service
	w       http.ResponseWriter
	req     *http.Request
	run     batch.RunID
	control *http.ResponseController
	lang    i18n.Lang
	begun   bool
	read    int
	broken  bool // the body could not be read to its end
}

// maxBuffered bounds what is read ahead where answers cannot be sent meanwhile.
const maxBuffered = 32 << 20

type endKey struct{}

// EndStreams makes streams of scans under a request's context end when done is
// closed: what has arrived is answered first. A server that shuts down needs
// it, as a scanner keeps its stream open all day.
func EndStreams(ctx context.Context, done <-chan struct{}) context.Context {
	return context.WithValue(ctx, endKey{}, done)
}

// line is one line of the stream; a broken one has no scan.
type line struct {
	scan batch.Scan
	ok   bool
}

func (s *scanStream) serve() {
	if err := s.control.EnableFullDuplex(); err != nil && s.req.ProtoMajor < 2 {
		// the host wraps the writer: the first answer would end the reading
		raw, err := io.ReadAll(http.MaxBytesReader(s.w, s.req.Body, maxBuffered))
		if err != nil {
			problem(s.w, s.req, &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge})
			return
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
		chunk := append(make([]line, 0, batch.Chunk), first)
		for more := true; more && len(chunk) < batch.Chunk; { // what has arrived, without waiting
			select {
			case next, ok := <-lines:
				if more = ok; ok {
					chunk = append(chunk, next)
				}
			default:
				more = false
			}
		}
		if !s.apply(chunk) {
			return
		}
	}
	switch {
	case s.broken: // no clean end: the client must not take it for one
		panic(http.ErrAbortHandler)
	case s.read > MaxScans:
		s.answer([]batch.Result{{Outcome: batch.TooMany}})
	case !s.begun: // an empty stream of a run that may be used
		if _, err := s.b.Run(s.req.Context(), s.run); err != nil {
			problem(s.w, s.req, err)
			return
		}
		s.begin()
	}
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
	if long {
		return l
	}
	v := reflect.New(reflect.TypeFor[batch.Scan]()).Elem()
	if err := decodeJSON(text, v); err != nil {
		return l
	}
	return line{v.Interface().(batch.Scan), true}
}

// apply applies a chunk and answers it; false ends the stream.
func (s *scanStream) apply(chunk []line) bool {
	cmd := batch.Scans{Run: s.run}
	for _, l := range chunk {
		cmd.Scans = append(cmd.Scans, l.scan) // a broken line is an empty scan: unreadable
	}
	out, err := s.b.Scan(s.req.Context(), cmd)
	if err == nil {
		return s.answer(out.Results)
	}
	if !s.begun {
		problem(s.w, s.req, err)
		return false
	}
	outcome := batch.Refused
	if !errors.Is(err, fault.ErrInvalid) && !errors.Is(err, fault.ErrForbidden) && !errors.Is(err, fault.ErrUnauthenticated) {
		outcome = batch.NotPostedAny
		reportError(s.req, err)
	}
	results := make([]batch.Result, len(chunk)) // nothing of the chunk was kept
	for i, l := range chunk {
		results[i] = batch.Result{Outcome: outcome, Scan: l.scan.Number}
	}
	s.answer(results)
	return false
}

func (s *scanStream) begin() {
	s.begun = true
	s.w.Header().Set("Content-Type", ndjson)
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
		results[i].Text = results[i].Outcome.Text().In(s.lang)
		_ = enc.Encode(results[i])
	}
	_, err := s.w.Write(out.Bytes())
	if flushed := s.control.Flush(); err == nil && !errors.Is(flushed, http.ErrNotSupported) {
		err = flushed
	}
	return err == nil
}
