package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
)

// Limits bound what requests take of the program. A zero is the default.
type Limits struct {
	// Bodies is how many bytes the bodies of all requests may take together, with what
	// is made of them, until they are answered: 32 MiB. What is more is answered with
	// 503. An eighth is kept for bodies of less than 64 KiB; the rest must hold two and
	// a half of the largest documents, in base64, for one to get through.
	Bodies int64
	// Patience is how long the other side may neither send nor take anything while a
	// body comes or an answer goes: 30 seconds. A body comes at 8 KiB a second besides;
	// an answer may take as long as it likes, as long as it goes on.
	Patience time.Duration
	// Silence is how long nothing may be said on a stream of scans before it ends: 2
	// minutes.
	Silence time.Duration
	// Streams is how many streams of scans a person may have open: 8.
	Streams int
}

const (
	// slowest is how many bytes of a body come in a second.
	slowest = 8 << 10
	// portion is how much of an answer is sent at once.
	portion = 64 << 10
	// lingering is how long what nobody reads of a body may still come.
	lingering = 5 * time.Second
)

// smallBody is what a request may take of the eighth that is kept for small ones.
const smallBody = 64 << 10

// doors are what all requests of a handler come in through.
type doors struct {
	Limits

	mu      sync.Mutex
	taken   int64          // of Bodies
	streams map[string]int // that are open, by person

	chunks sync.Pool // of *[chunkSize]byte
}

func newDoors(l Limits) *doors {
	l.Bodies = cmp.Or(l.Bodies, 32<<20)
	l.Patience, l.Silence, l.Streams = cmp.Or(l.Patience, 30*time.Second), cmp.Or(l.Silence, 2*time.Minute), cmp.Or(l.Streams, 8)
	return &doors{Limits: l, streams: map[string]int{}, chunks: sync.Pool{New: func() any { return new([chunkSize]byte) }}}
}

// visit is a request while it is inside.
type visit struct {
	*doors
	w       http.ResponseWriter
	req     *http.Request
	control *http.ResponseController
	begun   time.Time
	read    bool  // all of the body
	held    int64 // of Bodies
}

func (d *doors) enter(w http.ResponseWriter, req *http.Request) *visit {
	v := &visit{doors: d, w: w, req: req, control: http.NewResponseController(w), begun: time.Now()}
	if req.ContentLength == 0 {
		v.allRead()
	}
	return v
}

// leave gives back what the request held. What is left of its body has a moment, for
// who sends all before reading.
func (v *visit) leave() {
	v.give(v.held)
	if !v.read {
		_ = v.control.SetReadDeadline(time.Now().Add(lingering))
	}
}

// hurry says until when the next of a body must come, after n bytes of it. A host
// whose writer has no deadlines has its own.
func (v *visit) hurry(n int) {
	next := time.Now().Add(v.Patience)
	if last := v.begun.Add(v.Patience + time.Duration(n)*time.Second/slowest); last.Before(next) {
		next = last
	}
	_ = v.control.SetReadDeadline(next)
}

// allRead says that all of the body is there: now it may take as long as it takes.
// With a deadline that passes the server would take the caller for gone.
func (v *visit) allRead() {
	v.read = true
	_ = v.control.SetReadDeadline(time.Time{})
}

// send sends a part of the answer, and waits for whoever goes on taking it.
func (v *visit) send(raw []byte) error {
	for part := range slices.Chunk(raw, portion) {
		_ = v.control.SetWriteDeadline(time.Now().Add(v.Patience))
		if _, err := v.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// problem answers with what went wrong. What is left of a body need not come then:
// the answer does not wait for it.
func (v *visit) problem(err error) {
	if !v.read && v.req.ProtoMajor < 2 {
		v.w.Header().Set("Connection", "close")
	}
	_ = v.control.SetWriteDeadline(time.Now().Add(v.Patience))
	problem(v.w, v.req, err)
}

// openStream counts a stream of its caller.
func (v *visit) openStream() (end func(), err error) {
	actor, _ := access.From(v.req.Context())
	who := actor.Agency + " " + actor.Name()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.streams[who] == v.Streams {
		return nil, &readError{kind: "too_many_streams", status: http.StatusTooManyRequests}
	}
	v.streams[who]++
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.streams[who]--; v.streams[who] == 0 {
			delete(v.streams, who)
		}
	}, nil
}

// take takes memory for what has come. A request that is refused gives back what it
// holds, so that of many at once some get through.
func (v *visit) take(n int64) error {
	if v == nil { // of what is in hand
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	most := v.Bodies
	if v.held+n > smallBody {
		most -= most / 8
	}
	if v.taken+n > most {
		return &readError{kind: "busy", status: http.StatusServiceUnavailable}
	}
	v.taken, v.held = v.taken+n, v.held+n
	return nil
}

func (v *visit) give(n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.taken, v.held = v.taken-n, v.held-n
}

// chunk is a piece of memory that was taken.
func (v *visit) chunk() *[chunkSize]byte { return v.chunks.Get().(*[chunkSize]byte) }

// giveChunk gives one back.
func (v *visit) giveChunk(chunk []byte) {
	v.chunks.Put((*[chunkSize]byte)(chunk))
	v.give(chunkSize)
}
