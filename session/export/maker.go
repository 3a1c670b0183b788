package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// maker collects the good records of a run into files. It travels beside the
// command from the view to the change, so that the files' contents are neither
// hashed nor copied with it.
type maker struct {
	formats  formats
	format   Format
	run      *Run
	stem     string // of the files' names
	open     map[string]*openFile
	contents map[FileID][]byte
	rows     []*Row
	madeOf   []Versions         // of the rows' records, when they were read
	done     map[string][]*File // files by kind
}

// openFile is a file that still takes records.
type openFile struct {
	file    *File
	records []any
}

func newMaker(f Format, c Criteria, stem string) *maker {
	return &maker{format: f, run: &Run{Head: casemgmt.NewHead[Run](), Criteria: c, Files: []*File{}}, stem: stem, open: map[string]*openFile{},
		contents: map[FileID][]byte{}, done: map[string][]*File{}}
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

func (m *maker) kind(key string) FileKind {
	for _, k := range m.format.Kinds() {
		if k.Key == key {
			return k
		}
	}
	return FileKind{}
}

func (m *maker) add(it item) error {
	if it.Bad() {
		return nil
	}
	kind := m.kind(it.Record.Kind)
	o := m.open[kind.Key]
	if o == nil {
		n := len(m.done[kind.Key]) + 1
		file := &File{Head: casemgmt.NewHead[File](), Run: m.run.ID, Kind: kind.Key, Title: kind.Title, Number: n, State: Made,
			Name: fmt.Sprintf("%s_%s_%s_%s_run-%s_%d%s", m.stem, kind.Key, m.run.From, m.run.To, short(m.run.ID), n, kind.Ending)}
		o = &openFile{file: file}
		m.open[kind.Key] = o
	}
	row := &Row{Run: m.run.ID, Funder: m.run.Funder, File: o.file.ID, Row: kind.First + len(o.records), Ref: it.Ref, State: session.Exported, Amends: it.amends,
		Print: it.Print, Core: it.Core}
	if it.row != nil {
		row.Replaces = &Replaced{it.row.File, it.row.Row, it.row.State}
	}
	m.rows, m.madeOf = append(m.rows, row), append(m.madeOf, it.versions)
	m.run.Private = m.run.Private || it.private
	o.records = append(o.records, it.Body)
	if len(o.records) == kind.Most {
		return m.close(kind.Key)
	}
	return nil
}

func (m *maker) close(kind string) error {
	o := m.open[kind]
	delete(m.open, kind)
	var b bytes.Buffer
	if err := m.format.Write(&b, kind, o.records); err != nil {
		return fmt.Errorf("write a file of %s: %w", kind, err)
	}
	sum := sha256.Sum256(b.Bytes())
	o.file.Records, o.file.Checksum = len(o.records), hex.EncodeToString(sum[:])
	m.contents[o.file.ID] = b.Bytes()
	m.done[kind] = append(m.done[kind], o.file)
	return nil
}

// finish writes the last files and puts all in the order in which they are sent.
func (m *maker) finish() error {
	for _, k := range m.format.Kinds() {
		if m.open[k.Key] != nil {
			if err := m.close(k.Key); err != nil {
				return err
			}
		}
		m.run.Files = append(m.run.Files, m.done[k.Key]...)
	}
	return nil
}
