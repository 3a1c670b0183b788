package httpapi

import (
	"cmp"
	"net/http"
	"sync"
)

// Limits bound what requests take of the program. A zero is the default.
type Limits struct {
	// Bodies is how many bytes the bodies of all requests may take together, with what
	// is made of them, until they are answered: 32 MiB. What is more is answered with
	// 503. An eighth is kept for bodies of less than 64 KiB; the rest must hold two and
	// a half of the largest documents, in base64, for one to get through.
	Bodies int64
}

// smallBody is what a request may take of the eighth that is kept for small ones.
const smallBody = 64 << 10

// doors are what all requests of a handler come in through.
type doors struct {
	Limits

	mu    sync.Mutex
	taken int64 // of Bodies

	chunks sync.Pool // of *[chunkSize]byte
}

func newDoors(l Limits) *doors {
	l.Bodies = cmp.Or(l.Bodies, 32<<20)
	return &doors{Limits: l, chunks: sync.Pool{New: func() any { return new([chunkSize]byte) }}}
}

// visit is a request while it is inside.
type visit struct {
	*doors
	w    http.ResponseWriter
	req  *http.Request
	held int64 // of Bodies
}

func (d *doors) enter(w http.ResponseWriter, req *http.Request) *visit {
	return &visit{doors: d, w: w, req: req}
}

// leave gives back what the request held.
func (v *visit) leave() { v.give(v.held) }

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
