package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// entry is a record on its way into a file: as much of its row as is known before.
type entry struct {
	row    Row
	others []casemgmt.ClientID
	size   int // of the body
}

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
