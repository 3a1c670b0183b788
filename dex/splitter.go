package dex

import (
	"errors"
	"fmt"
	"io"
)

// SplitterOptions are what a Splitter can be told.
type SplitterOptions struct {
	WriterOptions
	// MaxBytes is how large a file may become; MaxFile-1 unless given.
	MaxBytes int
}

// Splitter writes any number of records into files that are each small enough,
// by whole records. Records come in the order in which a Writer takes them; the
// files are uploaded in the order in which they are made, so that a case comes
// before its sessions, and a session before its assessments.
type Splitter struct {
	create func(n int) (io.WriteCloser, error)
	opt    SplitterOptions
	enc    *encoder
	buf    []byte
	last   int // the section of the record that was written last
	files  int
	out    io.WriteCloser
	w      *Writer
	size   int
	err    error
}

// NewSplitter makes a Splitter. create opens the nth file, from 1; the Splitter
// closes it.
func NewSplitter(create func(n int) (io.WriteCloser, error), opt SplitterOptions) *Splitter {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = MaxFile - 1
	}
	if opt.Schema == nil {
		opt.Schema = Current()
	}
	return &Splitter{create: create, opt: opt, enc: newEncoder(opt.Schema, opt.Omit)}
}

// Files is how many files were begun.
func (s *Splitter) Files() int { return s.files }

// Write writes a record. It fails with *WriteError, after which other records
// can still be written, or with the error of a file, after which nothing can.
func (s *Splitter) Write(r Record) error {
	if s.err != nil {
		return s.err
	}
	if s.w == nil {
		s.w = NewWriter(io.Discard, s.opt.WriterOptions) // before the first file: it knows the order
	}
	at, err := s.w.place(r)
	var full *WriteError
	sixth := errors.As(err, &full) && full.Problem == tooMany // another file takes it
	if sixth {
		err = nil
	}
	if err == nil && at < s.last {
		err = &WriteError{Section: r.Section(), ID: r.ID(), Problem: "its section comes before the one that was written last"}
	}
	if err != nil {
		return err
	}
	if e, ok := r.(*Encoded); ok {
		s.buf = append(s.buf[:0], e.XML...)
	} else if s.buf, err = s.enc.append(s.buf[:0], r); err != nil {
		return err
	}
	need := len(s.buf)
	if s.out == nil || at != s.w.section {
		need += len(s.enc.sections[at].begin) + len(s.enc.sections[at].end)
	}
	if s.out == nil || sixth || s.size+need > s.opt.MaxBytes {
		first := len(rootOpen) + len(rootEnd) + len(s.enc.sections[at].begin) + len(s.enc.sections[at].end) + len(s.w.opt.Declaration) + 1
		if first+len(s.buf) > s.opt.MaxBytes {
			return &WriteError{Section: r.Section(), ID: r.ID(), Problem: fmt.Sprintf("is larger than a file of %d bytes", s.opt.MaxBytes)}
		}
		if s.err = s.next(); s.err != nil {
			return s.err
		}
		s.size, need = first, len(s.buf)
	}
	s.size += need
	s.last = at
	s.err = s.w.raw(at, s.buf)
	return s.err
}

// next ends the file and begins another.
func (s *Splitter) next() error {
	if err := s.end(); err != nil {
		return err
	}
	s.files++
	var err error
	if s.out, err = s.create(s.files); err != nil {
		return err
	}
	s.w = NewWriter(s.out, s.opt.WriterOptions)
	return nil
}

func (s *Splitter) end() error {
	if s.out == nil {
		return nil
	}
	err := s.w.Close()
	if bad := s.out.Close(); err == nil {
		err = bad
	}
	s.out = nil
	return err
}

// Close ends the last file. It fails when there is none: a file holds at least
// one record.
func (s *Splitter) Close() error {
	if err := s.end(); s.err == nil {
		s.err = err
	}
	if s.err == nil && s.files == 0 {
		return errNothing
	}
	return s.err
}
