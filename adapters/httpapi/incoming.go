package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
)

// chunkSize is how much is read at once. Most bodies are smaller.
const chunkSize = 8 << 10

// incoming reads what a request carries, as far as somebody looks, into chunks that
// requests use one after the other, and takes the memory for each as it comes: what
// a request says of its length is not believed.
type incoming struct {
	in     io.Reader // nil: there is no more than is there
	chunks [][]byte  // all but the last are full
	size   int
	piece  int64 // that is held beside the chunks
	limit  int64
	visit  *visit
}

// inHand is something small that was read already. Nobody counts it.
func inHand(raw []byte) *incoming { return &incoming{chunks: [][]byte{raw}, size: len(raw)} }

// more reads on. It fails with io.EOF at the end.
func (b *incoming) more() error {
	if b.in == nil {
		return io.EOF
	}
	if int64(b.size) > b.limit {
		return &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge}
	}
	if b.size == len(b.chunks)*chunkSize {
		if err := b.visit.take(chunkSize); err != nil {
			return err
		}
		b.chunks = append(b.chunks, b.visit.chunk()[:])
	}
	b.visit.hurry(b.size)
	n, err := b.in.Read(b.chunks[len(b.chunks)-1][b.size%chunkSize:])
	b.size += n
	switch {
	case n > 0: // an error comes again
		return nil
	case errors.Is(err, io.EOF):
		b.visit.allRead()
		return io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &readError{kind: "too_slow", status: http.StatusRequestTimeout}
	case err != nil:
		return unreadable(nil)
	}
	return nil
}

// byte is one that was read.
func (b *incoming) byte(i int) byte { return b.chunks[i/chunkSize][i%chunkSize] }

// part is a part of what was read. It is not kept.
func (b *incoming) part(from, to int) []byte {
	if rest := b.rest(from, to); len(rest) == to-from {
		return rest
	}
	return b.put(make([]byte, 0, to-from), from, to)
}

// put appends a part.
func (b *incoming) put(out []byte, from, to int) []byte {
	for from < to {
		rest := b.rest(from, to)
		out, from = append(out, rest...), from+len(rest)
	}
	return out
}

// rest is a part as far as it is in one chunk.
func (b *incoming) rest(from, to int) []byte {
	chunk, at := b.chunks[from/chunkSize], from%chunkSize
	return chunk[at:min(len(chunk), at+to-from)]
}

// whole is all that was read but for one part, in one piece that takes the place of
// the chunks.
func (b *incoming) whole(from, to int) ([]byte, error) {
	if len(b.chunks) == 1 && from == to {
		return b.chunks[0][:b.size], nil
	}
	size := int64(b.size - (to - from))
	if err := b.visit.take(size); err != nil {
		return nil, err
	}
	out := b.put(b.put(make([]byte, 0, size), 0, from), to, b.size)
	b.drop()
	b.piece = size
	return out, nil
}

// all reads to the end.
func (b *incoming) all() ([]byte, error) {
	for {
		if err := b.more(); errors.Is(err, io.EOF) {
			return b.whole(0, 0)
		} else if err != nil {
			b.drop()
			return nil, err
		}
	}
}

// drop gives back what is held.
func (b *incoming) drop() {
	if b.in == nil {
		return
	}
	b.visit.give(b.piece)
	b.piece = 0
	for _, chunk := range b.chunks {
		b.visit.giveChunk(chunk)
	}
	b.chunks = nil
}
