package export_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// dossier is a case as a file of the format nested has it.
type dossier struct {
	XMLName xml.Name `xml:"Case"`
	Key     string   `xml:"CaseId"`
	Number  string   `xml:"Amends,omitempty"`
	Members []string `xml:"Clients>ClientId"`
}

// nested is a format that is made of case files and nothing else. It is neither an
// export.Filler nor an export.Reader.
type nested struct {
	subject export.Subject
	version int64
}

func (*nested) System() string { return "nested" }
func (*nested) Kinds() []export.FileKind {
	return []export.FileKind{{Key: "cases", Title: i18n.T("Cases", "Dossiers"), First: 1, Most: 10, Ending: ".xml"}}
}
func (*nested) Write(w io.Writer, _ string, records iter.Seq[[]byte]) error {
	for r := range records {
		if _, err := w.Write(r); err != nil {
			return err
		}
	}
	return nil
}
func (n *nested) Due(_ context.Context, _ *export.Unit, c export.Criteria, each func(export.DueRecord) error) error {
	return each(export.DueRecord{Ref: export.Ref{Subject: n.subject, Kind: "case", Date: c.From}, MadeOf: export.Versions{Session: 3},
		Record: func(amends string) export.Record {
			body, _ := xml.Marshal(dossier{Key: "CS-1", Number: amends, Members: []string{"a", "b"}})
			return export.Record{Kind: "cases", Body: body, Print: "p2", Core: "c2"}
		}})
}
func (n *nested) Versions(_ context.Context, _ *export.Unit, records []export.Ref) (map[export.Subject]export.Versions, error) {
	return map[export.Subject]export.Versions{records[0].Subject: {Session: n.version}}, nil
}

// store is as much of a storage as a run needs.
type store struct {
	export.Tx
	funder  casemgmt.Funder
	row     *export.Row // that the case has in the ledger
	kept    *export.Run
	rows    []*export.Row
	content string
	packed  export.Content
	events  []event.Event
}

func (s *store) View(_ context.Context, _ string, fn func(export.Tx) error) error   { return fn(s) }
func (s *store) Update(_ context.Context, _ string, fn func(export.Tx) error) error { return fn(s) }

type (
	agencies struct{ casemgmt.AgencyRecord }
	funders  struct {
		casemgmt.Listed[casemgmt.Funder]
		s *store
	}
	events struct {
		casemgmt.Events
		s *store
	}
	ledger struct {
		export.Ledger
		s *store
	}
	runs struct {
		export.Runs
		s *store
	}
	files struct {
		export.Files
		s *store
	}
)

func (s *store) Agency() casemgmt.AgencyRecord               { return agencies{} }
func (s *store) Funders() casemgmt.Listed[casemgmt.Funder]   { return funders{s: s} }
func (s *store) Sites() casemgmt.Listed[casemgmt.Site]       { return nil } // none is named
func (s *store) Programs() casemgmt.Listed[casemgmt.Program] { return nil } // none is named
func (s *store) Events() casemgmt.Events                     { return events{s: s} }
func (s *store) Ledger() export.Ledger                       { return ledger{s: s} }
func (s *store) Runs() export.Runs                           { return runs{s: s} }
func (s *store) Files() export.Files                         { return files{s: s} }

func (agencies) Get(context.Context) (*casemgmt.Agency, error) {
	return &casemgmt.Agency{Key: "metro"}, nil
}
func (f funders) Get(_ context.Context, key casemgmt.FunderID) (*casemgmt.Funder, error) {
	if key != f.s.funder.ID {
		return nil, fault.ErrNotFound
	}
	return &f.s.funder, nil
}
func (e events) Append(_ context.Context, x event.Event) error {
	e.s.events = append(e.s.events, x)
	return nil
}
func (l ledger) Current(_ context.Context, _ casemgmt.FunderID, subjects []export.Subject) (map[export.Subject]*export.Row, error) {
	out := map[export.Subject]*export.Row{}
	if l.s.row != nil {
		out[subjects[0]] = l.s.row
	}
	return out, nil
}
func (l ledger) Held(context.Context, export.Criteria, int, func([]*export.Row) error) error {
	return nil
}
func (r runs) Insert(_ context.Context, run *export.Run, contents map[export.FileID]export.Content, rows iter.Seq2[[]*export.Row, error]) error {
	content := contents[run.Files[0].ID]
	text, err := content.Unpack()
	if err != nil {
		return err
	}
	r.s.kept, r.s.packed, r.s.content, r.s.rows = run, content, string(text), nil
	for some, err := range rows {
		if err != nil {
			return err
		}
		r.s.rows = append(r.s.rows, some...)
	}
	return nil
}
func (r runs) Get(context.Context, export.RunID) (*export.Run, error) { return r.s.kept, nil }
func (f files) Content(context.Context, export.RunID, export.FileID) (*export.File, export.Content, error) {
	return f.s.kept.Files[0], f.s.packed, nil
}
func (files) Withdrawn(context.Context, export.FileID) (int, error) { return 0, nil }
func (files) PrivatePrograms(context.Context, export.FileID) ([]casemgmt.ProgramID, error) {
	return nil, nil
}

func nestedWorld(t *testing.T) (*store, *nested, *export.Service, context.Context) {
	t.Helper()
	st := &store{funder: casemgmt.Funder{Head: casemgmt.NewHead[casemgmt.Funder](), System: "nested", Agreement: "D1"}}
	f := &nested{subject: export.SubjectOf("case", id.New[dossier]()), version: 3}
	s, err := export.New(st, casemgmt.Config{Forms: catalog.Registry(), Systems: []casemgmt.System{{Name: "nested"}}}, f)
	if err != nil {
		t.Fatal(err)
	}
	return st, f, s, access.With(t.Context(), access.System("test", "metro"))
}

func june(f casemgmt.FunderID) export.Criteria {
	return export.Criteria{Funder: f, From: civil.Date{Year: 2025, Month: 6, Day: 1}, To: civil.Date{Year: 2025, Month: 6, Day: 30}}
}

// A format that is made of something else than clients and service forms fits: its
// records go through the ledger, which looks into none of them.
func TestAFormatOfCaseFiles(t *testing.T) {
	st, f, s, ctx := nestedWorld(t)
	run, err := s.Make(ctx, export.Make{Criteria: june(st.funder.ID)})
	if err != nil {
		t.Fatal(err)
	}
	if run.Good != 1 || len(run.Files) != 1 || !strings.HasSuffix(run.Files[0].Name, "_1.xml") {
		t.Errorf("XPT-01: %+v", run)
	}
	want := "<Case><CaseId>CS-1</CaseId><Clients><ClientId>a</ClientId><ClientId>b</ClientId></Clients></Case>"
	if diff := cmp.Diff(want, st.content); diff != "" {
		t.Errorf("XPT-03: %s", diff)
	}
	if r := st.rows[0]; r.Subject != f.subject || r.Row != 1 || r.State != session.Exported || r.Print != "p2" || r.Core != "c2" || r.Replaces != nil {
		t.Errorf("XPT-12: %+v", r)
	}
	if len(st.events) != 1 || st.events[0].Type != event.ExportMade || st.events[0].Subject != run.ID.String() || st.events[0].Version != 1 {
		t.Errorf("events: %+v", st.events)
	}
	st.row = &export.Row{Ref: export.Ref{Subject: f.subject}, Funder: st.funder.ID, State: session.Accepted, RecordID: "77", Print: "p1", Core: "c1"}
	if run, err = s.Make(ctx, export.Make{Criteria: june(st.funder.ID)}); err != nil || run.Kinds[0].Amendments != 1 || !strings.Contains(st.content, "<Amends>77</Amends>") {
		t.Errorf("XPT-10: %v %s", err, st.content)
	}
	if r := st.rows[0]; r.Amends != "77" || *r.Replaces != (export.Replaced{State: session.Accepted}) {
		t.Errorf("XPT-10: %+v", r)
	}
	st.row.State = session.Pending
	if _, err = s.Make(ctx, export.Make{Criteria: june(st.funder.ID)}); !cmp.Equal(fault.Codes(err), []string{"nothing_to_export"}) {
		t.Errorf("XPT-07: %v", err)
	}
	st.row, f.version = nil, 4 // it is changed while the files are made
	if _, err = s.Make(ctx, export.Make{Criteria: june(st.funder.ID)}); !errors.Is(err, fault.ErrConflict) {
		t.Errorf("XPT-12: %v", err)
	}
}

func TestWhatAFormatCannotDo(t *testing.T) {
	st, _, s, ctx := nestedWorld(t)
	run, err := s.Make(ctx, export.Make{Criteria: june(st.funder.ID)})
	if err != nil {
		t.Fatal(err)
	}
	key := export.FileKey{Run: run.ID, ID: run.Files[0].ID}
	st.events = nil
	got, err := s.Download(ctx, key)
	if err != nil || string(got.Content) != st.content || got.File.ID != key.ID {
		t.Errorf("XPT-12: %+v %v", got, err)
	}
	if len(st.events) != 1 || st.events[0].Type != event.ExportDownloaded || st.events[0].Subject != key.ID.String() || st.events[0].Version != 0 {
		t.Errorf("events: %+v", st.events)
	}
	_, filled := s.Fill(ctx, export.Fill{Run: key.Run, ID: key.ID, Content: []byte("x")})
	_, read := s.ReadAnswer(ctx, export.ReadAnswer{Run: key.Run, ID: key.ID, Content: []byte("x")})
	for name, err := range map[string]error{"fill": filled, "read": read} {
		want := fault.Issues{{Path: "/content", Code: "no_format", Rule: "XPT-04", Severity: fault.Error}}
		if diff := cmp.Diff(want, fault.IssuesOf(err)); diff != "" {
			t.Errorf("XPT-04 %s: %s", name, diff)
		}
	}
}

func TestFormatsAreOfSystems(t *testing.T) {
	cfg := casemgmt.Config{Forms: catalog.Registry(), Systems: []casemgmt.System{{Name: "icare"}}}
	if _, err := export.New(&store{}, cfg, &nested{}); err == nil || !strings.Contains(err.Error(), "nested is not in Config.Systems") {
		t.Errorf("%v", err)
	}
	cfg.Systems = []casemgmt.System{{Name: "nested"}}
	if _, err := export.New(&store{}, cfg, &nested{}, &nested{}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("%v", err)
	}
}

func TestShapes(t *testing.T) {
	funder := id.New[casemgmt.Funder]()
	period := june(funder)
	for name, tt := range map[string]struct {
		cmd  interface{ Validate() error }
		want fault.Issues
	}{
		"all is well": {period, nil},
		"nothing": {export.Make{}, fault.Issues{{Path: "/funder", Code: "required", Rule: "XPT-11"}, {Path: "/from", Code: "required", Rule: "XPT-11"},
			{Path: "/to", Code: "required", Rule: "XPT-11"}}},
		"backwards":   {export.Criteria{Funder: funder, From: period.To, To: period.From}, fault.Issues{{Path: "/to", Code: "ends_before_start", Rule: "XPT-11"}}},
		"a leap year": {export.Criteria{Funder: funder, From: period.From, To: period.From.AddDays(365)}, nil},
		"longer":      {export.Criteria{Funder: funder, From: period.From, To: period.From.AddDays(366)}, fault.Issues{{Path: "/to", Code: "date_range", Rule: "XPT-11"}}},
		"no start":    {export.Criteria{Funder: funder, To: period.To}, fault.Issues{{Path: "/from", Code: "required", Rule: "XPT-11"}}},
		"no number":   {export.SetRecordID{RecordID: " \t"}, fault.Issues{{Path: "/record_id", Code: "required", Rule: "XPT-10"}}},
		"a number":    {export.SetRecordID{RecordID: " 1" + strings.Repeat("2", 39) + " "}, nil},
		"too long": {export.SetRecordID{RecordID: strings.Repeat("1", 41)},
			fault.Issues{{Path: "/record_id", Code: "too_long", Rule: "XPT-10", Params: map[string]any{"max": 40}}}},
		"no answer": {export.ReadAnswer{}, fault.Issues{{Path: "/content", Code: "required", Rule: "XPT-08"}}},
		"a large answer": {export.ReadAnswer{Content: bytes.Repeat([]byte{1}, export.MaxAnswer+1)},
			fault.Issues{{Path: "/content", Code: "too_long", Rule: "XPT-08", Params: map[string]any{"max": export.MaxAnswer}}}},
	} {
		for i := range tt.want {
			tt.want[i].Severity = fault.Error
		}
		if diff := cmp.Diff(tt.want, fault.IssuesOf(tt.cmd.Validate())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
