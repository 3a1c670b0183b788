package httpapi

import (
	"errors"
	"io"
	"net/http"
)

// incoming reads what a request carries into one buffer, as far as somebody looks.
type incoming struct {
	in    io.Reader // nil: raw is all
	raw   []byte
	limit int64 // of raw
}

// firstRead is how much is read at first; each further time it is as much as there
// is already.
const firstRead = 4 << 10

// more reads on. It fails with io.EOF at the end.
func (b *incoming) more() error {
	if b.in == nil {
		return io.EOF
	}
	if int64(len(b.raw)) > b.limit {
		return &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge}
	}
	if len(b.raw) == cap(b.raw) {
		b.grow()
	}
	n, err := b.in.Read(b.raw[len(b.raw):cap(b.raw)])
	b.raw = b.raw[:len(b.raw)+n]
	switch {
	case n > 0: // an error comes again
		return nil
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return unreadable(nil)
	}
	return nil
}

// grow doubles the buffer, up to one byte more than may be in it.
func (b *incoming) grow() {
	size := min(max(firstRead, 2*int64(cap(b.raw))), b.limit+1)
	next := make([]byte, len(b.raw), size)
	copy(next, b.raw)
	b.raw = next
}

// all reads to the end.
func (b *incoming) all() ([]byte, error) {
	for {
		if err := b.more(); errors.Is(err, io.EOF) {
			return b.raw, nil
		} else if err != nil {
			return nil, err
		}
	}
}
