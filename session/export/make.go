package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// Make makes the files of a period.
type Make struct {
	Criteria
	// GoodOnly takes the good records when there are bad ones (XPT-06); without
	// it nothing is made then.
	GoodOnly bool `json:"good_only,omitempty"`
}

// Make checks as Check does and writes the good records into files, which the
// ledger keeps with their records (XPT-01, XPT-12). Nothing is written when a
// record is bad, unless GoodOnly is set, or when there is nothing to send. It
// fails with fault.ErrForbidden, fault.ErrConflict when a record was
// changed, or taken by another run, meanwhile, or *fault.Invalid.
//
// The files are made on a view and kept in a second unit of work: other
// people's changes need not wait while workbooks are written. When a record was
// changed in between, or a consent withdrawn, nothing is kept, and it is to be
// tried again.
func (s *Service) Make(ctx context.Context, cmd Make) (*Run, error) {
	var made *maker
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		funder, format, err := s.begin(ctx, tx, me, cmd.Criteria)
		if err != nil {
			return err
		}
		made = newMaker(format, me, cmd.Criteria, funder)
		w := s.newWalk(tx, me, cmd.Criteria, format, made.add)
		if err := w.all(ctx); err != nil {
			return err
		}
		made.run.Counts = w.counts
		if w.counts.Bad > 0 && !cmd.GoodOnly {
			return nil
		}
		return made.finish()
	})
	if err != nil {
		return nil, err
	}
	var out *Run
	err = s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		if _, _, err := s.begin(ctx, tx, me, cmd.Criteria); err != nil {
			return event.Event{}, err
		}
		var bad fault.Issues
		switch {
		case made.run.Bad > 0 && !cmd.GoodOnly:
			bad.Add("XPT-06", "/good_only", "bad_records", "count", made.run.Bad)
		case len(made.run.Files) == 0:
			bad.Add("XPT-07", "/from", "nothing_to_export")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if err := made.unchanged(ctx, tx); err != nil {
			return event.Event{}, err
		}
		run := *made.run
		run.At, run.By = me.Now, me.StaffID()
		for _, r := range made.rows {
			r.At = me.Now
		}
		if err := tx.InsertExport(ctx, &run, made.contents, made.rows); err != nil {
			return event.Event{}, err
		}
		out = &run
		return event.New("export.made", run.ID.String(), 1), nil
	})
	return out, err
}

// unchanged makes sure that records are still what they were made of.
func (m *maker) unchanged(ctx context.Context, tx Tx) error {
	var forms []session.FormID
	var people []casemgmt.ClientID
	for _, r := range m.rows {
		if r.Form.IsZero() {
			people = append(people, r.Client)
		} else {
			forms = append(forms, r.Form)
		}
	}
	now, err := tx.FormVersions(ctx, forms)
	if err != nil {
		return err
	}
	clients := map[casemgmt.ClientID]int64{}
	for some := range slices.Chunk(people, chunk) {
		found, err := tx.Clients(ctx, some)
		if err != nil {
			return err
		}
		for key, c := range found {
			clients[key] = c.Version
		}
	}
	for i, r := range m.rows {
		v := now[r.Form]
		if r.Form.IsZero() {
			v = Versions{Client: clients[r.Client]}
		}
		if v != m.madeOf[i] {
			return fault.ErrConflict
		}
	}
	return nil
}

// maker collects the good records of a run into files.
type maker struct {
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
	records [][]string
}

func newMaker(f Format, me casemgmt.Caller, c Criteria, funder *casemgmt.Funder) *maker {
	m := &maker{format: f, run: &Run{Head: casemgmt.NewHead[Run](), Criteria: c, Files: []*File{}}, open: map[string]*openFile{},
		contents: map[FileID][]byte{}, done: map[string][]*File{}}
	m.stem = fileName(funder.Agreement, me.Agency.Key)
	return m
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
	row := &Row{Run: m.run.ID, Funder: m.run.Funder, File: o.file.ID, Row: kind.First + len(o.records), Ref: it.Ref, State: session.Exported, Amends: it.amends, Print: it.Print, Own: it.Own}
	if it.row != nil {
		row.Replaces = &Replaced{it.row.File, it.row.Row, it.row.State}
	}
	m.rows, m.madeOf = append(m.rows, row), append(m.madeOf, it.versions)
	m.run.Private = m.run.Private || it.private
	o.records = append(o.records, it.Values)
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
