package dex

import (
	"fmt"
	"io"
)

// ReaderOptions are what a Reader can be told.
type ReaderOptions struct {
	// MaxBytes is how much is read; 40,000,000 unless given. The portal takes
	// files of at most MaxFile.
	MaxBytes int64
}

const readAtMost = 4 * MaxFile

// RecordError says what keeps one record from being read. It holds no value of
// the record but its id. Those behind it can still be read.
type RecordError struct {
	Position
	Section string // Client, Case, ...
	ID      string
	Path    string // of the element within the record
	Problem string
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("dex: %s: %s %s: %s: %s", e.Position, e.Section, e.ID, e.Path, e.Problem)
}

// Reader reads the records of a file, one by one. It takes sections and
// elements in any order, comments, nil and the elements of all specifications;
// what it does not know it goes over and keeps in Unknown. It takes no document
// type and asks nothing from outside.
type Reader struct {
	// Unknown has the elements that are no part of the format, by their paths,
	// with where each was seen first.
	Unknown map[string]Position

	w   *walker
	pos Position
	err error
}

// NewReader makes a Reader.
func NewReader(r io.Reader, opt ReaderOptions) *Reader {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = readAtMost
	}
	return &Reader{Unknown: map[string]Position{}, w: newWalker(newScanner(r, opt.MaxBytes))}
}

// Read is the next record. At the end it fails with io.EOF. It fails with
// *RecordError when a record cannot be read, after which Read goes on with the
// next, and with *SyntaxError or the input's error, after which nothing follows.
func (r *Reader) Read() (Record, error) {
	for r.err == nil {
		kind, pos, err := r.w.next()
		if err != nil {
			r.err = err
			break
		}
		r.pos = pos
		switch kind {
		case atEnd:
			r.err = io.EOF
		case atStray:
			r.unknown(r.w.section+"/text", pos)
		case atRecord:
			rec := newRecord(r.w.tree.nodes[0].name)
			if rec == nil || sectionOf(rec.Section()) != r.w.section {
				r.unknown(r.w.section+"/"+r.w.tree.nodes[0].name, pos)
				continue
			}
			return r.take(rec)
		}
	}
	return nil, r.err
}

// sectionOf is the section that records of an element belong to.
func sectionOf(record string) string { return record + "s" }

func (r *Reader) unknown(path string, pos Position) {
	if _, ok := r.Unknown[path]; !ok && len(r.Unknown) < 1000 {
		r.Unknown[path] = pos
	}
}

func (r *Reader) take(rec Record) (Record, error) {
	t := &r.w.tree
	var first *RecordError
	v := validator{schema: everything(), tree: t, report: func(p problem) {
		n := &t.nodes[p.node]
		if p.lenient {
			if el, _ := everything().find(t.nodes[max(n.parent, 0)].name, n.name); el == nil && p.severity == Error {
				r.unknown(rec.Section()+"/"+t.path(p.node), n.pos)
			}
			return
		}
		if first == nil {
			first = &RecordError{Position: n.pos, Section: rec.Section(), Path: join(t.path(p.node), p.missing), Problem: p.message}
		}
	}}
	if t.nodes[0].null {
		v.fail("F-4", 0, "may not be nil")
	}
	v.group(rec.Section(), 0, rec)
	if first != nil {
		first.ID = rec.ID()
		return nil, first
	}
	return rec, nil
}

func join(path, name string) string {
	switch {
	case name == "":
		return path
	case path == "":
		return name
	}
	return path + "/" + name
}

// Pos is where the record that was read last begins.
func (r *Reader) Pos() Position { return r.pos }
