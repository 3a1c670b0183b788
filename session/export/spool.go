package export

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
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

// entry is a record on its way into a file: as much of its row as is known before.
type entry struct {
	row    Row
	others []casemgmt.ClientID
	size   int // of the body
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

// next reads the next entry; io.EOF says that there is none.
func (e *entry) next(r *bufio.Reader, buf *[]byte) error {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return err
	}
	if uint64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	*buf = (*buf)[:n]
	if _, err := io.ReadFull(r, *buf); err != nil {
		return err
	}
	return e.unpack(*buf)
}

// pack writes what a record is before it is in a file.
func (e *entry) pack(b *packer) {
	r := &e.row
	b.text(string(r.Subject.Kind))
	b.id(r.Subject.ID[:])
	b.id(r.Client[:])
	b.int(r.Number)
	b.id(r.Session[:])
	b.id(r.Form[:])
	b.text(r.Kind)
	b.int(int64(r.Date.Year))
	b.int(int64(r.Date.Month))
	b.int(int64(r.Date.Day))
	for _, n := range []Numbered{r.Case, r.CaseSession} {
		b.id(n.ID[:])
		b.text(n.Number)
	}
	for _, key := range [][]byte{r.Worker[:], r.Program[:], r.Site[:]} {
		b.id(key)
	}
	for _, text := range []string{r.Amends, r.Print, r.Core} {
		b.text(text)
	}
	for _, v := range []int64{r.MadeOf.Form, r.MadeOf.Session, r.MadeOf.Client, int64(e.size), int64(len(e.others))} {
		b.int(v)
	}
	for _, c := range e.others {
		b.id(c[:])
	}
	old := Replaced{}
	if r.Replaces != nil {
		old = *r.Replaces
	}
	b.id(old.File[:])
	b.int(int64(old.Row))
	b.text(string(old.State))
}

// unpack reads what pack wrote.
func (e *entry) unpack(b []byte) error {
	u := unpacker{b: b}
	*e = entry{}
	r := &e.row
	r.Subject = Subject{SubjectKind(u.text()), id.Of[Subject](u.id())}
	r.Client, r.Number, r.Session, r.Form = u.id(), u.int(), u.id(), u.id()
	r.Kind = u.text()
	r.Date = civil.Date{Year: int(u.int()), Month: time.Month(u.int()), Day: int(u.int())}
	for _, n := range []*Numbered{&r.Case, &r.CaseSession} {
		n.ID, n.Number = u.id(), u.text()
	}
	r.Worker, r.Program, r.Site = u.id(), u.id(), u.id()
	r.Amends, r.Print, r.Core = u.text(), u.text(), u.text()
	r.MadeOf = Versions{u.int(), u.int(), u.int()}
	e.size = int(u.int())
	for range u.int() {
		if u.bad {
			break
		}
		e.others = append(e.others, u.id())
	}
	old := Replaced{u.id(), int(u.int()), session.ExportState(u.text())}
	if old != (Replaced{}) {
		r.Replaces = &old
	}
	if u.bad || len(u.b) > 0 {
		return fmt.Errorf("export: a record that was kept cannot be read")
	}
	return nil
}

// packer writes values one after the other.
type packer []byte

func (b *packer) int(n int64) { *b = binary.AppendVarint(*b, n) }
func (b *packer) id(key []byte) {
	for _, c := range key {
		if c != 0 {
			*b = append(append(*b, 1), key...)
			return
		}
	}
	*b = append(*b, 0)
}
func (b *packer) text(s string) {
	*b = append(binary.AppendUvarint(*b, uint64(len(s))), s...)
}

// unpacker reads what a packer wrote.
type unpacker struct {
	b   []byte
	bad bool
}

func (u *unpacker) int() int64 {
	n, used := binary.Varint(u.b)
	u.bad = u.bad || used <= 0
	u.take(used)
	return n
}

func (u *unpacker) take(n int) []byte {
	if n < 0 || n > len(u.b) {
		u.bad, n = true, 0
	}
	out := u.b[:n]
	u.b = u.b[n:]
	return out
}

func (u *unpacker) id() (key [16]byte) {
	if there := u.take(1); len(there) == 1 && there[0] == 1 {
		copy(key[:], u.take(16))
	}
	return key
}

func (u *unpacker) text() string {
	n, used := binary.Uvarint(u.b)
	u.bad = u.bad || used <= 0
	u.take(used)
	return string(u.take(int(n)))
}
