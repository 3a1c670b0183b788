package export

import (
	"bufio"
	"io"
)

// reading goes through the records of some spools, one after the other.
type reading struct {
	left         []*spool
	bodies       bool // whether they are read too
	rows, bodied *bufio.Reader
	head         entry // the next one, after more
	there        bool
	buf, body    []byte
	err          error
}

func newReading(spools []*spool, bodies bool) *reading {
	return &reading{left: spools, bodies: bodies}
}

// more says whether there is another record, which is then the head.
func (r *reading) more() bool {
	for !r.there && r.err == nil {
		if r.rows == nil {
			if len(r.left) == 0 {
				return false
			}
			r.rows = r.left[0].rows.open(false)
			if r.bodies { // once: they are in the files then
				r.bodied = r.left[0].bodies.open(true)
			}
			r.left = r.left[1:]
		}
		switch err := r.head.next(r.rows, &r.buf); {
		case err == io.EOF:
			r.rows = nil
		case err != nil:
			r.err = err
		default:
			r.there = true
		}
	}
	return r.there
}

// take goes on to the next record, and is the body of the one before: nil when it cannot be
// read, or bodies are not asked for.
func (r *reading) take() []byte {
	r.there = false
	if !r.bodies {
		return nil
	}
	if cap(r.body) < r.head.size {
		r.body = make([]byte, 2*r.head.size)
	}
	r.body = r.body[:r.head.size]
	if _, r.err = io.ReadFull(r.bodied, r.body); r.err != nil {
		return nil
	}
	return r.body
}
