package bunstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// exportRow is a row of the ledger.
type exportRow struct {
	bun.BaseModel `bun:"table:export_rows"`

	AgencyID    string              `bun:"agency_id,type:text"`
	FileID      export.FileID       `bun:"file_id,type:uuid"`
	Place       int                 `bun:"place,type:integer"`
	RunID       export.RunID        `bun:"run_id,type:uuid"`
	FunderID    casemgmt.FunderID   `bun:"funder_id,type:uuid"`
	ClientID    casemgmt.ClientID   `bun:"client_id,type:uuid"`
	SessionID   session.SessionID   `bun:"session_id,type:uuid"`
	FormID      session.FormID      `bun:"form_id,type:uuid"`
	WorkerID    casemgmt.StaffID    `bun:"worker_id,type:uuid"`
	ServiceDate civil.Date          `bun:"service_date,type:date"`
	State       string              `bun:"state,type:text"`
	At          instant             `bun:"at,type:timestamptz"`
	Print       string              `bun:"print,type:text"`
	Record      string              `bun:"record,type:text"`
	Amends      string              `bun:"amends,type:text"`
	OldFileID   export.FileID       `bun:"old_file_id,type:uuid"`
	OldPlace    sql.Null[int64]     `bun:"old_place,type:integer"`
	OldState    sql.Null[string]    `bun:"old_state,type:text"`
	Data        doc[exportRowsData] `bun:"data,type:jsonb"`
}

type exportRowsData struct {
	Number   int64                   `json:"number"` // of the client
	Kind     string                  `json:"kind"`
	Own      string                  `json:"own"`
	Messages []session.FunderMessage `json:"messages,omitempty"`
}

func newExportRow(agency string, r *export.Row) *exportRow {
	out := &exportRow{AgencyID: agency, FileID: r.File, Place: r.Row, RunID: r.Run, FunderID: r.Funder, ClientID: r.Client, SessionID: r.Session,
		FormID: r.Form, WorkerID: r.Worker, ServiceDate: r.Date, State: string(r.State), At: instant{r.At}, Print: r.Print, Record: r.Record,
		Amends: r.Amends, Data: doc[exportRowsData]{exportRowsData{r.Number, r.Kind, r.Own, r.Messages}}}
	if old := r.Replaces; old != nil {
		out.OldFileID, out.OldPlace, out.OldState = old.File, sql.Null[int64]{V: int64(old.Row), Valid: true}, sql.Null[string]{V: string(old.State), Valid: true}
	}
	return out
}

func (r *exportRow) row() *export.Row {
	d := r.Data.V
	out := &export.Row{Run: r.RunID, File: r.FileID, Row: r.Place, State: session.ExportState(r.State), At: r.At.Time, Record: r.Record, Amends: r.Amends,
		Messages: d.Messages, Funder: r.FunderID, Print: r.Print, Own: d.Own,
		Ref: export.Ref{Client: r.ClientID, Number: d.Number, Session: r.SessionID, Form: r.FormID, Kind: d.Kind, Date: r.ServiceDate, Worker: r.WorkerID}}
	if r.OldPlace.Valid {
		out.Replaces = &export.Replaced{File: r.OldFileID, Row: int(r.OldPlace.V), State: session.ExportState(r.OldState.V)}
	}
	return out
}

const exportColumns = "r.file_id, r.place, r.run_id, r.funder_id, r.client_id, r.session_id, r.form_id, r.worker_id, r.service_date, r.state, r.at, r.print, r.record, r.amends, r.old_file_id, r.old_place, r.old_state, r.data"

// dest is where exportColumns go; they may all be NULL.
func (r *exportRow) dest() []any {
	return []any{&r.FileID, orZero(&r.Place), &r.RunID, &r.FunderID, &r.ClientID, &r.SessionID, &r.FormID, &r.WorkerID, &r.ServiceDate, orZero(&r.State),
		orNever{&r.At}, orZero(&r.Print), orZero(&r.Record), orZero(&r.Amends), &r.OldFileID, &r.OldPlace, &r.OldState, &r.Data}
}

// orNever scans NULL as the zero instant.
type orNever struct{ at *instant }

// Scan is part of sql.Scanner.
func (o orNever) Scan(src any) error {
	if src == nil {
		*o.at = instant{}
		return nil
	}
	return o.at.Scan(src)
}

// exportRows reads rows of the ledger; rest is what follows WHERE r.agency_id = ?.
func (tx *Tx) exportRows(ctx context.Context, rest string, args ...any) ([]*export.Row, error) {
	out := []*export.Row{}
	err := tx.query(ctx, "read export rows", `SELECT `+exportColumns+` FROM "{{p}}export_rows" AS r WHERE r.agency_id = ?`+rest,
		append([]any{tx.agency}, args...), func(rows *sql.Rows) error {
			var r exportRow
			err := rows.Scan(r.dest()...)
			out = append(out, r.row())
			return err
		})
	return out, err
}

// ClientRows is part of export.Tx.
func (tx *Tx) ClientRows(ctx context.Context, f casemgmt.FunderID, keys []casemgmt.ClientID) (map[casemgmt.ClientID]*export.Row, error) {
	found, err := tx.exportRows(ctx, " AND r.client_id IN ("+marks(len(keys))+") AND r.funder_id = ? AND r.form_id IS NULL AND r.state <> 'superseded'",
		append(padded(keys), f)...)
	out := map[casemgmt.ClientID]*export.Row{}
	for _, r := range found {
		out[r.Client] = r
	}
	return out, err
}

// ProfileRows is part of export.Tx.
func (tx *Tx) ProfileRows(ctx context.Context, c casemgmt.ClientID) ([]*export.Row, error) {
	return tx.exportRows(ctx, " AND r.client_id = ? AND r.form_id IS NULL AND r.state <> 'superseded' ORDER BY r.file_id", c)
}

// ExportRows is part of export.Tx.
func (tx *Tx) ExportRows(ctx context.Context, f export.FileID, numbers []int) (map[int]*export.Row, error) {
	out := map[int]*export.Row{}
	for some := range slices.Chunk(numbers, 200) {
		found, err := tx.exportRows(ctx, " AND r.file_id = ? AND r.place IN ("+marks(len(some))+")", append([]any{f}, padded(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			out[r.Row] = r
		}
	}
	return out, nil
}

// UpdateExportRow is part of export.Tx.
func (tx *Tx) UpdateExportRow(ctx context.Context, r *export.Row) error {
	row := newExportRow(tx.agency, r)
	_, err := tx.exec(ctx, "update export row", `UPDATE "{{p}}export_rows" SET state = ?, at = ?, record = ?, data = ? WHERE agency_id = ? AND file_id = ? AND place = ?`,
		row.State, row.At, row.Record, row.Data, tx.agency, r.File, r.Row)
	return err
}

// MoveRows is part of export.Tx.
func (tx *Tx) MoveRows(ctx context.Context, f export.FileID, from, to session.ExportState, now time.Time) error {
	_, err := tx.exec(ctx, "move export rows", `UPDATE "{{p}}export_rows" SET state = ?, at = ? WHERE agency_id = ? AND file_id = ? AND state = ?`,
		string(to), instant{now}, tx.agency, f, string(from))
	return err
}

// RestoreReplaced is part of export.Tx.
func (tx *Tx) RestoreReplaced(ctx context.Context, f export.FileID) error {
	_, err := tx.exec(ctx, "restore export rows", `UPDATE "{{p}}export_rows" SET state = (SELECT n.old_state FROM "{{p}}export_rows" AS n
		WHERE n.agency_id = "{{p}}export_rows".agency_id AND n.file_id = ? AND n.old_file_id = "{{p}}export_rows".file_id AND n.old_place = "{{p}}export_rows".place)
		WHERE agency_id = ? AND state = 'superseded' AND (file_id, place) IN
		(SELECT n.old_file_id, n.old_place FROM "{{p}}export_rows" AS n WHERE n.agency_id = ? AND n.file_id = ? AND n.old_file_id IS NOT NULL)`,
		f, tx.agency, tx.agency, f)
	return err
}

// RowsOf is part of export.Tx.
func (tx *Tx) RowsOf(ctx context.Context, r export.RunID, s session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*export.Row], error) {
	rest := clause{` AND r.file_id IN (SELECT f.id FROM "{{p}}export_files" AS f WHERE f.agency_id = r.agency_id AND f.run_id = ?)`, []any{r}}
	if s != "" {
		rest.add(" AND r.state = ?", string(s))
	}
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return casemgmt.Page[*export.Row]{}, err
		}
		file, badID := id.Parse[export.File](parts[0])
		place, badPlace := strconv.ParseInt(parts[1], 10, 32)
		if badID != nil || badPlace != nil {
			return casemgmt.Page[*export.Row]{}, badCursor()
		}
		rest.add(" AND (r.file_id, r.place) > (?, ?)", file, place)
	}
	found, err := tx.exportRows(ctx, rest.sql+" ORDER BY r.file_id, r.place"+limit(p), rest.args...)
	return pageOf(found, p, func(r *export.Row) string { return cursor(r.File.String(), strconv.Itoa(r.Row)) }), err
}

// RejectedRows is part of export.Tx.
func (tx *Tx) RejectedRows(ctx context.Context, w casemgmt.StaffID, p casemgmt.PageRequest) (casemgmt.Page[*export.Row], error) {
	rest := clause{" AND r.worker_id = ? AND r.state = 'rejected'", []any{w}}
	if p.After != "" {
		parts, err := parseCursor(p.After, 3)
		if err != nil {
			return casemgmt.Page[*export.Row]{}, err
		}
		var at instant
		bad := at.Scan(parts[0])
		file, badID := id.Parse[export.File](parts[1])
		place, badPlace := strconv.ParseInt(parts[2], 10, 32)
		if bad != nil || at.Year() < 1 || badID != nil || badPlace != nil {
			return casemgmt.Page[*export.Row]{}, badCursor()
		}
		rest.add(" AND (r.at, r.file_id, r.place) > (?, ?, ?)", at, file, place)
	}
	found, err := tx.exportRows(ctx, rest.sql+" ORDER BY r.at, r.file_id, r.place"+limit(p), rest.args...)
	return pageOf(found, p, func(r *export.Row) string {
		return cursor(r.At.Format(instantForm), r.File.String(), strconv.Itoa(r.Row))
	}), err
}

// pageOf cuts off the one item too many that limit asks for.
func pageOf[T any](found []T, p casemgmt.PageRequest, mark func(T) string) casemgmt.Page[T] {
	out := casemgmt.Page[T]{Items: found}
	if len(found) > p.Size() {
		out.Items = found[:p.Size()]
		out.Next = mark(out.Items[p.Size()-1])
	}
	return out
}

func (tx *Tx) exportRuns() document[export.Run] {
	return document[export.Run]{tx: tx, table: "export_runs", columns: []string{"funder_id", "program_id"},
		values: func(r *export.Run) []any { return []any{r.Funder, r.Program} },
		meta:   func(r *export.Run) meta[export.Run] { return meta[export.Run]{&r.ID, &r.Version, ""} }}
}

func (tx *Tx) exportFiles() document[export.File] {
	return document[export.File]{tx: tx, table: "export_files", columns: []string{"run_id"},
		values: func(f *export.File) []any { return []any{f.Run} },
		meta:   func(f *export.File) meta[export.File] { return meta[export.File]{&f.ID, &f.Version, ""} }}
}

// InsertExport is part of export.Tx.
func (tx *Tx) InsertExport(ctx context.Context, r *export.Run, contents map[export.FileID][]byte, rows []*export.Row) error {
	bare := *r
	bare.Files = nil // they have a table of their own
	if err := tx.exportRuns().insert(ctx, &bare); err != nil {
		return err
	}
	for i, f := range r.Files {
		if _, err := tx.exec(ctx, "insert export file", `INSERT INTO "{{p}}export_files" (agency_id, id, version, run_id, place, data) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.agency, f.ID, f.Version, r.ID, i, doc[*export.File]{f}); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "insert export content", `INSERT INTO "{{p}}export_contents" (agency_id, file_id, content) VALUES (?, ?, ?)`, tx.agency, f.ID, contents[f.ID]); err != nil {
			return err
		}
	}
	for _, x := range rows {
		if old := x.Replaces; old != nil {
			n, err := tx.exec(ctx, "replace export row", `UPDATE "{{p}}export_rows" SET state = 'superseded' WHERE agency_id = ? AND file_id = ? AND place = ? AND state = ?`,
				tx.agency, old.File, old.Row, string(old.State))
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.ErrConflict
			}
		}
	}
	list := make([]*exportRow, len(rows))
	for i, x := range rows {
		list[i] = newExportRow(tx.agency, x)
	}
	return bulk(ctx, tx, "export_rows", list)
}

// ExportRun is part of export.Tx.
func (tx *Tx) ExportRun(ctx context.Context, key export.RunID) (*export.Run, error) {
	r, err := tx.exportRuns().one(ctx, " AND id = ?", key)
	if err != nil {
		return nil, err
	}
	return r, tx.withFiles(ctx, []*export.Run{r}, true)
}

// withFiles reads the files of runs, with the counts of their rows if asked for.
func (tx *Tx) withFiles(ctx context.Context, runs []*export.Run, count bool) error {
	if len(runs) == 0 {
		return nil
	}
	byID := map[export.RunID]*export.Run{}
	var keys []export.RunID
	for _, r := range runs {
		r.Files = []*export.File{}
		byID[r.ID], keys = r, append(keys, r.ID)
	}
	files, err := tx.exportFiles().where(ctx, " AND run_id IN ("+marks(len(keys))+") ORDER BY run_id, place", padded(keys)...)
	if err != nil {
		return err
	}
	for _, f := range files {
		byID[f.Run].Files = append(byID[f.Run].Files, f)
	}
	if !count {
		return nil
	}
	return tx.countRows(ctx, files)
}

func (tx *Tx) countRows(ctx context.Context, files []*export.File) error {
	if len(files) == 0 {
		return nil
	}
	byID := map[export.FileID]*export.File{}
	var keys []export.FileID
	for _, f := range files {
		f.States = map[session.ExportState]int{}
		byID[f.ID], keys = f, append(keys, f.ID)
	}
	return tx.query(ctx, "count export rows", `SELECT file_id, state, count(*) FROM "{{p}}export_rows" WHERE agency_id = ? AND file_id IN (`+marks(len(keys))+`) GROUP BY file_id, state`,
		append([]any{tx.agency}, padded(keys)...), func(rows *sql.Rows) error {
			var f export.FileID
			var state string
			var n int
			err := rows.Scan(&f, &state, &n)
			byID[f].States[session.ExportState(state)] = n
			return err
		})
}

// ExportRuns is part of export.Tx. Ids grow with time.
func (tx *Tx) ExportRuns(ctx context.Context, program casemgmt.ProgramID, p casemgmt.PageRequest) (casemgmt.Page[export.Run], error) {
	out := casemgmt.Page[export.Run]{Items: []export.Run{}}
	var rest clause
	if !program.IsZero() {
		rest.add(" AND program_id = ?", program)
	}
	if p.After != "" {
		parts, err := parseCursor(p.After, 1)
		if err != nil {
			return out, err
		}
		key, err := id.Parse[export.Run](parts[0])
		if err != nil {
			return out, badCursor()
		}
		rest.add(" AND id < ?", key)
	}
	found, err := tx.exportRuns().where(ctx, rest.sql+" ORDER BY id DESC"+limit(p), rest.args...)
	if err != nil {
		return out, err
	}
	page := pageOf(found, p, func(r *export.Run) string { return cursor(r.ID.String()) })
	out.Next = page.Next
	if err := tx.withFiles(ctx, page.Items, false); err != nil {
		return out, err
	}
	for _, r := range page.Items {
		out.Items = append(out.Items, *r)
	}
	return out, nil
}

// LockExportFile is part of export.Tx.
func (tx *Tx) LockExportFile(ctx context.Context, run export.RunID, key export.FileID) (*export.File, error) {
	f, err := tx.exportFiles().one(ctx, " AND run_id = ? AND id = ?"+tx.store.forUpdate(), run, key)
	if err != nil {
		return nil, err
	}
	return f, tx.countRows(ctx, []*export.File{f})
}

// UpdateExportFile is part of export.Tx.
func (tx *Tx) UpdateExportFile(ctx context.Context, f *export.File) error {
	f.States = nil // they are counted
	return tx.exportFiles().update(ctx, f)
}

// ExportContent is part of export.Tx.
func (tx *Tx) ExportContent(ctx context.Context, run export.RunID, key export.FileID) (*export.File, []byte, error) {
	f, err := tx.exportFiles().one(ctx, " AND run_id = ? AND id = ?", run, key)
	if err != nil {
		return nil, nil, err
	}
	var content []byte
	err = tx.one(ctx, "read export content", `SELECT content FROM "{{p}}export_contents" WHERE agency_id = ? AND file_id = ?`, []any{tx.agency, key}, &content)
	return f, content, err
}
