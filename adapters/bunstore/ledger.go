package bunstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// ledgerRow is a row of the ledger.
type ledgerRow struct {
	bun.BaseModel `bun:"table:export_rows"`

	Agency      int64                   `bun:"agency_id,pk,type:bigint"`
	File        export.FileID           `bun:"file_id,pk,type:uuid"`
	Place       int                     `bun:"place,pk,type:integer"`
	Run         export.RunID            `bun:"run_id,type:uuid"`
	Funder      casemgmt.FunderID       `bun:"funder_id,type:uuid"`
	Payer       engine.Zeroable         `bun:"payer_id,type:uuid"` // the funder, where each has a row of its own of the subject
	SubjectKind string                  `bun:"subject_kind,type:text"`
	Subject     export.SubjectID        `bun:"subject_id,type:uuid"`
	Client      casemgmt.ClientID       `bun:"client_id,type:uuid"`
	Session     session.SessionID       `bun:"session_id,type:uuid"`
	Worker      casemgmt.StaffID        `bun:"worker_id,type:uuid"`
	Program     casemgmt.ProgramID      `bun:"program_id,type:uuid"` // of what is made of case files
	ServiceDate civil.Date              `bun:"service_date,type:date"`
	State       string                  `bun:"state,type:text"`
	At          engine.Instant          `bun:"at,type:timestamptz"`
	Print       string                  `bun:"print,type:text"`
	RecordID    string                  `bun:"record_id,type:text"`
	Amends      string                  `bun:"amends,type:text"`
	OldFile     export.FileID           `bun:"old_file_id,type:uuid"`
	OldPlace    engine.Maybe[int64]     `bun:"old_place,type:integer"`
	OldState    engine.Maybe[string]    `bun:"old_state,type:text"`
	Data        engine.JSON[ledgerData] `bun:"data,type:jsonb"`
}

type ledgerData struct {
	Number      int64                   `json:"number"` // of the client
	Kind        string                  `json:"kind"`
	Core        string                  `json:"core,omitempty"` // where it is not the print
	Messages    []session.FunderMessage `json:"messages,omitempty"`
	Case        export.Numbered         `json:"case,omitzero"`
	CaseSession export.Numbered         `json:"case_session,omitzero"`
	Site        casemgmt.SiteID         `json:"site,omitzero"`
	MadeOf      export.Versions         `json:"made_of,omitzero"`
}

// payer is who has a row of a subject of its own: each funder of a client's profile.
func payer(kind export.SubjectKind, f casemgmt.FunderID) engine.Zeroable {
	if kind == export.ClientSubject {
		return engine.Zeroable(f)
	}
	return engine.Zeroable{}
}

func newLedgerRow(agency int64, r *export.Row) *ledgerRow {
	out := &ledgerRow{Agency: agency, File: r.File, Place: r.Row, Run: r.Run, Funder: r.Funder, Payer: payer(r.Subject.Kind, r.Funder),
		SubjectKind: string(r.Subject.Kind), Subject: r.Subject.ID, Client: r.Client, Session: r.Session, Worker: r.Worker, Program: r.Program, ServiceDate: r.Date,
		State: string(r.State), At: engine.Instant{Time: r.At}, Print: r.Print, RecordID: r.RecordID, Amends: r.Amends,
		Data: engine.JSON[ledgerData]{V: ledgerData{r.Number, r.Kind, core(r), r.Messages, r.Case, r.CaseSession, r.Site, r.MadeOf}}}
	if old := r.Replaces; old != nil {
		out.OldFile, out.OldPlace, out.OldState = old.File, engine.Some(int64(old.Row)), engine.Some(string(old.State))
	}
	return out
}

// core is Core where it is not Print.
func core(r *export.Row) string {
	if r.Core == r.Print {
		return ""
	}
	return r.Core
}

func (r *ledgerRow) row() *export.Row {
	d := r.Data.V
	out := &export.Row{Run: r.Run, File: r.File, Row: r.Place, State: session.ExportState(r.State), At: r.At.Time, RecordID: r.RecordID, Amends: r.Amends,
		Messages: d.Messages, Funder: r.Funder, Print: r.Print, Core: cmp.Or(d.Core, r.Print),
		Ref: export.Ref{Subject: export.Subject{Kind: export.SubjectKind(r.SubjectKind), ID: r.Subject}, Client: r.Client, Number: d.Number, Session: r.Session,
			Kind: d.Kind, Date: r.ServiceDate, Worker: r.Worker, Case: d.Case, CaseSession: d.CaseSession, Program: r.Program, Site: d.Site}, MadeOf: d.MadeOf}
	if out.Subject.Kind == export.FormSubject {
		out.Form = session.FormID(r.Subject)
	}
	if r.OldPlace.Valid {
		out.Replaces = &export.Replaced{File: r.OldFile, Row: int(r.OldPlace.V), State: session.ExportState(r.OldState.V)}
	}
	return out
}

// ofLedger are the columns by which rows are found and not read.
var ofLedger = []string{"agency_id", "payer_id"}

// exportState is as much of the current row of a form as its session shows.
type exportState struct {
	bun.BaseModel `bun:"table:export_rows"`

	State    string                  `bun:"state,type:text"`
	At       engine.Instant          `bun:"at,type:timestamptz"`
	RecordID string                  `bun:"record_id,type:text"`
	Amends   string                  `bun:"amends,type:text"`
	Data     engine.JSON[ledgerData] `bun:"data,type:jsonb"`
}

// exportStateJoin finds the current row r of a form f.
const exportStateJoin = ` LEFT JOIN "{{p}}export_rows" AS r ON r.agency_id = f.agency_id AND r.subject_id = f.id AND r.subject_kind = 'form' AND r.state <> 'superseded'`

func (s *exportState) export() *session.Export {
	if s.State == "" {
		return nil
	}
	return &session.Export{State: session.ExportState(s.State), At: s.At.Time, RecordID: s.RecordID, Amends: s.Amends, Messages: s.Data.V.Messages}
}

type ledger struct{ *engine.Unit }

func (tx exportsTx) Ledger() export.Ledger { return ledger{tx.Unit} }

// where reads rows; rest is what follows WHERE r.agency_id = ?.
func (t ledger) where(ctx context.Context, rest string, args ...any) ([]*export.Row, error) {
	out := []*export.Row{}
	err := t.Query(ctx, "read export rows", `SELECT `+t.Select(&ledgerRow{}, "r", ofLedger...)+` FROM "{{p}}export_rows" AS r WHERE r.agency_id = ?`+rest,
		append([]any{t.Agency}, args...), func(rows *sql.Rows) error {
			var r ledgerRow
			if err := rows.Scan(t.Dest(ctx, &r, ofLedger...)...); err != nil {
				return err
			}
			out = append(out, r.row())
			return nil
		})
	return out, err
}

func (t ledger) Current(ctx context.Context, f casemgmt.FunderID, subjects []export.Subject) (map[export.Subject]*export.Row, error) {
	out := map[export.Subject]*export.Row{}
	for some := range slices.Chunk(subjects, 500) {
		var keys []export.SubjectID
		for _, s := range some {
			keys = append(keys, s.ID)
		}
		found, err := t.where(ctx, " AND r.subject_id IN ("+engine.Marks(len(keys))+") AND (r.payer_id = ? OR r.payer_id = ?) AND r.state <> 'superseded'",
			append(engine.Padded(keys), engine.Zeroable(f), engine.Zeroable{})...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if slices.Contains(some, r.Subject) {
				out[r.Subject] = r
			}
		}
	}
	return out, nil
}

func (t ledger) Of(ctx context.Context, s export.Subject) ([]*export.Row, error) {
	return t.where(ctx, " AND r.subject_id = ? AND r.subject_kind = ? AND r.state <> 'superseded' ORDER BY r.file_id", s.ID, string(s.Kind))
}

func (t ledger) Rows(ctx context.Context, f export.FileID, numbers []int) (map[int]*export.Row, error) {
	out := map[int]*export.Row{}
	for some := range slices.Chunk(numbers, 200) {
		found, err := t.where(ctx, " AND r.file_id = ? AND r.place IN ("+engine.Marks(len(some))+")", append([]any{f}, engine.Padded(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			out[r.Row] = r
		}
	}
	return out, nil
}

func (t ledger) Update(ctx context.Context, r *export.Row) error {
	row := newLedgerRow(t.Agency, r)
	_, err := t.Exec(ctx, "update export row", `UPDATE "{{p}}export_rows" SET state = ?, at = ?, record_id = ?, data = ? WHERE agency_id = ? AND file_id = ? AND place = ?`,
		row.State, row.At, row.RecordID, row.Data, t.Agency, r.File, r.Row)
	return err
}

func (t ledger) Move(ctx context.Context, f export.FileID, from, to session.ExportState, now time.Time) error {
	_, err := t.Exec(ctx, "move export rows", `UPDATE "{{p}}export_rows" SET state = ?, at = ? WHERE agency_id = ? AND file_id = ? AND state = ?`,
		string(to), engine.Instant{Time: now}, t.Agency, f, string(from))
	return err
}

func (t ledger) RestoreReplaced(ctx context.Context, f export.FileID) error {
	_, err := t.Exec(ctx, "restore export rows", `UPDATE "{{p}}export_rows" SET state = (SELECT n.old_state FROM "{{p}}export_rows" AS n
		WHERE n.agency_id = "{{p}}export_rows".agency_id AND n.file_id = ? AND n.old_file_id = "{{p}}export_rows".file_id AND n.old_place = "{{p}}export_rows".place)
		WHERE agency_id = ? AND state = 'superseded' AND (file_id, place) IN
		(SELECT n.old_file_id, n.old_place FROM "{{p}}export_rows" AS n WHERE n.agency_id = ? AND n.file_id = ? AND n.old_file_id IS NOT NULL)`,
		f, t.Agency, t.Agency, f)
	return err
}

// page reads a page of rows; narrow is what follows WHERE r.agency_id = ?.
func (t ledger) page(ctx context.Context, narrow engine.Clause, o engine.Order, p casemgmt.PageRequest) (casemgmt.Page[*export.Row], error) {
	from := engine.Clause{SQL: `FROM "{{p}}export_rows" AS r WHERE r.agency_id = ?`, Args: []any{t.Agency}}
	from.Join(narrow)
	return engine.Pages(ctx, t.Unit, engine.List[*export.Row]{Doing: "list export rows", Columns: t.Select(&ledgerRow{}, "r", ofLedger...), From: from, Order: o,
		Item: func() ([]any, func() (*export.Row, error)) {
			var r ledgerRow
			return t.Dest(ctx, &r, ofLedger...), func() (*export.Row, error) { return r.row(), nil }
		}}, p)
}

func (t ledger) List(ctx context.Context, r export.RunID, s session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*export.Row], error) {
	narrow := engine.Clause{SQL: ` AND r.file_id IN (SELECT f.id FROM "{{p}}export_files" AS f WHERE f.agency_id = r.agency_id AND f.run_id = ?)`, Args: []any{r}}
	if s != "" {
		narrow.Add(" AND r.state = ?", string(s))
	}
	return t.page(ctx, narrow, engine.Order{By: []engine.Column{{Name: "r.file_id", Kind: engine.ID}, {Name: "r.place", Kind: engine.Number}}}, p)
}

func (t ledger) Held(ctx context.Context, c export.Criteria, size int, each func([]*export.Row) error) error {
	narrow := engine.Clause{SQL: ` AND r.funder_id = ? AND r.service_date BETWEEN ? AND ? AND r.subject_kind NOT IN ('form', 'client')
		AND (r.state IN ('pending', 'accepted') OR r.state = 'rejected' AND r.old_state = 'accepted')`, Args: []any{c.Funder, c.From, c.To}}
	order := engine.Order{By: []engine.Column{{Name: "r.service_date", Kind: engine.Day}, {Name: "r.file_id", Kind: engine.ID}, {Name: "r.place", Kind: engine.Number}}}
	for p := (casemgmt.PageRequest{Limit: size}); ; {
		page, err := t.page(ctx, narrow, order, p)
		if err != nil {
			return err
		}
		if err := each(page.Items); err != nil || page.Next == "" {
			return err
		}
		p.After = page.Next
	}
}

func (t ledger) Rejected(ctx context.Context, w casemgmt.StaffID, left []casemgmt.StaffID, programs []string, p casemgmt.PageRequest) (casemgmt.Page[*export.Row], error) {
	narrow := engine.Clause{SQL: " AND r.state = 'rejected' AND (r.worker_id = ?", Args: []any{w}}
	if len(left) > 0 && len(programs) > 0 {
		narrow.Add(" OR r.worker_id IN ("+engine.Marks(len(left))+")", engine.Padded(left)...)
		narrow.Add(" AND (")
		narrow.Join(engine.In("r.program_id", engine.RawList(programs)))
		narrow.Add(` OR EXISTS (SELECT 1 FROM "{{p}}session_forms" AS f WHERE f.agency_id = r.agency_id AND f.removal IS NULL AND
			(r.subject_kind = 'form' AND f.id = r.subject_id OR r.subject_kind = 'client' AND f.session_id IN
				(SELECT l.session_id FROM "{{p}}session_clients" AS l WHERE l.agency_id = r.agency_id AND l.client_id = r.client_id) AND f.client_id = r.client_id) AND `)
		narrow.Join(engine.In("f.program_id", engine.RawList(programs)))
		narrow.Add("))")
	}
	narrow.Add(")")
	return t.page(ctx, narrow, engine.Order{By: []engine.Column{
		{Name: "r.at", Kind: engine.Moment}, {Name: "r.file_id", Kind: engine.ID}, {Name: "r.place", Kind: engine.Number}}}, p)
}

func (t ledger) Numbered(ctx context.Context, numbers []string) ([]*export.Row, error) {
	var out []*export.Row
	for some := range slices.Chunk(numbers, 200) {
		found, err := t.where(ctx, " AND r.record_id IN ("+engine.Marks(len(some))+") AND r.record_id <> '' AND r.state <> 'superseded'", engine.Padded(some)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
