package export

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// maker collects the good records of a run and writes them into files. It travels beside
// the command from the view to the change, so that the files' contents are neither hashed
// nor copied with it.
type maker struct {
	formats  formats
	format   Format
	run      *Run
	stem     string // of the files' names
	sections map[section]*spool
	contents map[FileID]Content
	press    press
	gzip     *gzip.Writer
	out      bytes.Buffer
}

// section is a part of a kind of file: its records come after those of lower ones.
type section struct {
	kind   string
	number int
}

func newMaker(f Format, c Criteria, stem string) *maker {
	return &maker{format: f, run: &Run{Head: casemgmt.NewHead[Run](), Criteria: c, Files: []*File{}}, stem: stem,
		sections: map[section]*spool{}, contents: map[FileID]Content{}}
}

// short tells the runs of one period apart in the names of their files.
func short(key RunID) string {
	text := key.String()
	return text[len(text)-6:]
}

// fileName is the first of some texts that leaves something to name a file by.
func fileName(texts ...string) string {
	for _, t := range texts {
		clean := strings.Map(func(r rune) rune {
			if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, t)
		if clean != "" {
			return clean
		}
	}
	return "export"
}

func (m *maker) add(it item) error {
	if it.Bad() || it.gone {
		return nil
	}
	at := section{it.Record.Kind, it.Section}
	if m.sections[at] == nil {
		m.sections[at] = newSpool(&m.press)
	}
	e := entry{row: Row{Ref: it.Ref, Amends: it.amends, Print: it.Print, Core: it.Core, MadeOf: it.versions}, others: it.others}
	if it.row != nil {
		e.row.Replaces = &Replaced{it.row.File, it.row.Row, it.row.State}
	}
	m.run.Private = m.run.Private || it.private
	return m.sections[at].add(&e, it.Body)
}

// spools are the sections of a kind of file, in their order.
func (m *maker) spools(kind string) []*spool {
	var at []section
	for s := range m.sections {
		if s.kind == kind {
			at = append(at, s)
		}
	}
	slices.SortFunc(at, func(a, b section) int { return a.number - b.number })
	out := make([]*spool, len(at))
	for i, s := range at {
		out[i] = m.sections[s]
	}
	return out
}

// finish writes the files, in the order in which they are sent.
func (m *maker) finish() error {
	for _, s := range m.sections {
		if err := s.end(); err != nil {
			return err
		}
	}
	for _, kind := range m.format.Kinds() {
		r := newReading(m.spools(kind.Key), true)
		for n := 1; r.more(); n++ {
			if err := m.write(kind, n, r); err != nil {
				return err
			}
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// write writes the nth file of a kind, with as many of the next records as it takes.
func (m *maker) write(kind FileKind, n int, r *reading) error {
	file := &File{Head: casemgmt.NewHead[File](), Run: m.run.ID, Kind: kind.Key, Title: kind.Title, Media: kind.Media, Number: n, State: Made,
		Name: fmt.Sprintf("%s_%s_%s_%s_run-%s_%d%s", m.stem, kind.Key, m.run.From, m.run.To, short(m.run.ID), n, kind.Ending)}
	m.out.Reset()
	if m.gzip == nil {
		m.gzip, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // it fails for a wrong level alone
	}
	m.gzip.Reset(&m.out)
	sum := sha256.New()
	size, others := 0, map[casemgmt.ClientID]bool{}
	err := m.format.Write(io.MultiWriter(m.gzip, sum), kind.Key, func(yield func([]byte) bool) {
		for r.more() {
			if file.Records > 0 && (file.Records == kind.Most || kind.MostBytes > 0 && size+r.head.size > kind.MostBytes) {
				return
			}
			for _, c := range r.head.others {
				others[c] = true
			}
			size += r.head.size
			file.Records++
			if body := r.take(); body == nil || !yield(body) {
				return
			}
		}
	})
	if err = cmp.Or(err, r.err, m.gzip.Close()); err != nil {
		return fmt.Errorf("write a file of %s: %w", kind.Key, err)
	}
	file.Checksum = hex.EncodeToString(sum.Sum(nil))
	m.contents[file.ID] = Content{Packed: bytes.Clone(m.out.Bytes()), Others: slices.Collect(maps.Keys(others))}
	m.run.Files = append(m.run.Files, file)
	return nil
}

// rows are the rows of all files, some at a time.
func (m *maker) rows(at time.Time) iter.Seq2[[]*Row, error] {
	return func(yield func([]*Row, error) bool) {
		var r *reading
		kind := FileKind{}
		for _, file := range m.run.Files {
			if file.Kind != kind.Key {
				kind = m.kind(file.Kind)
				r = newReading(m.spools(kind.Key), false)
			}
			var list []*Row
			for i := range file.Records {
				if !r.more() {
					yield(nil, cmp.Or(r.err, io.ErrUnexpectedEOF))
					return
				}
				row := r.head.row
				row.Run, row.Funder, row.File, row.Row, row.State, row.At = m.run.ID, m.run.Funder, file.ID, kind.First+i, session.Exported, at
				list = append(list, &row)
				r.take()
				if len(list) == chunk || i == file.Records-1 {
					if !yield(list, nil) {
						return
					}
					list = nil
				}
			}
		}
	}
}

func (m *maker) kind(key string) FileKind {
	for _, k := range m.format.Kinds() {
		if k.Key == key {
			return k
		}
	}
	return FileKind{}
}
