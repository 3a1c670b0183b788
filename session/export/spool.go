package export

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
)

// spool keeps the records of a section until the files are written, packed: a run of a
// half year has some hundred megabytes of them.
type spool struct {
	rows, bodies packed
	buf          []byte
}

func newSpool(p *press) *spool { return &spool{rows: packed{press: p}, bodies: packed{press: p}} }

// piece is how much is packed at a time.
const piece = 64 << 10

// packed is what was written, in little memory.
type packed struct {
	press  *press
	raw    []byte
	pieces [][]byte
}

// press packs pieces, one after the other: what it works with is larger than a piece.
type press struct {
	w   *flate.Writer
	out bytes.Buffer
}

func (p *press) pack(b []byte) ([]byte, error) {
	p.out.Reset()
	if p.w == nil {
		p.w, _ = flate.NewWriter(nil, flate.BestSpeed) // it fails for a wrong level alone
	}
	p.w.Reset(&p.out)
	_, err := p.w.Write(b)
	err = errors.Join(err, p.w.Close())
	return bytes.Clone(p.out.Bytes()), err
}

func (p *packed) Write(b []byte) (int, error) {
	if p.raw = append(p.raw, b...); len(p.raw) < piece {
		return len(b), nil
	}
	return len(b), p.end()
}

// end packs what was written last.
func (p *packed) end() error {
	if len(p.raw) == 0 {
		return nil
	}
	done, err := p.press.pack(p.raw)
	p.pieces, p.raw = append(p.pieces, done), p.raw[:0]
	return err
}

// open reads from the beginning; once is that nobody reads it again.
func (p *packed) open(once bool) *bufio.Reader {
	return bufio.NewReaderSize(&unpacking{p: p, once: once}, 16<<10)
}

// unpacking reads what was packed, piece by piece.
type unpacking struct {
	p    *packed
	at   int
	once bool
	in   io.ReadCloser
	open bool
}

func (u *unpacking) Read(b []byte) (int, error) {
	for {
		if !u.open {
			if u.at == len(u.p.pieces) {
				return 0, io.EOF
			}
			from := bytes.NewReader(u.p.pieces[u.at])
			if u.once {
				u.p.pieces[u.at] = nil
			}
			if u.in == nil {
				u.in = flate.NewReader(from)
			} else if err := u.in.(flate.Resetter).Reset(from, nil); err != nil {
				return 0, err
			}
			u.at, u.open = u.at+1, true
		}
		n, err := u.in.Read(b)
		if err == io.EOF {
			u.open, err = false, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// add keeps a record.
func (s *spool) add(e *entry, body []byte) error {
	e.size = len(body)
	b := (*packer)(&s.buf)
	*b = (*b)[:0]
	e.pack(b)
	var length [binary.MaxVarintLen64]byte
	if _, err := s.rows.Write(length[:binary.PutUvarint(length[:], uint64(len(s.buf)))]); err != nil {
		return err
	}
	if _, err := s.rows.Write(s.buf); err != nil {
		return err
	}
	_, err := s.bodies.Write(body)
	return err
}

func (s *spool) end() error { return errors.Join(s.rows.end(), s.bodies.end()) }
