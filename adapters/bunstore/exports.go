package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// exportsTx is the storage of package export in a unit of work.
type exportsTx struct{ sessionsTx }

type exportRunRow struct {
	bun.BaseModel `bun:"table:export_runs"`
	engine.Document[export.Run]
	Funder  casemgmt.FunderID  `bun:"funder_id,type:uuid"`
	Program casemgmt.ProgramID `bun:"program_id,type:uuid"`
}

type exportFileRow struct {
	bun.BaseModel `bun:"table:export_files"`
	engine.Document[export.File]
	Run export.RunID `bun:"run_id,type:uuid"`
}

type exportRuns struct {
	engine.Records[export.Run, exportRunRow, *exportRunRow]
	tx exportsTx
}

func (tx exportsTx) Runs() export.Runs {
	return exportRuns{engine.RecordsOf(tx.Unit, func(x *exportRunRow, r *export.Run) { x.Funder, x.Program = r.Funder, r.Program }), tx}
}

type exportFiles struct {
	engine.Records[export.File, exportFileRow, *exportFileRow]
	u *engine.Unit
}

func (tx exportsTx) files() exportFiles {
	return exportFiles{engine.RecordsOf(tx.Unit, func(x *exportFileRow, f *export.File) { x.Run = f.Run }), tx.Unit}
}

func (tx exportsTx) Files() export.Files { return tx.files() }

func (t exportRuns) Insert(ctx context.Context, r *export.Run, contents map[export.FileID]export.Content, rows iter.Seq2[[]*export.Row, error]) error {
	u := t.tx.Unit
	bare := *r
	bare.Files = nil // they have a table of their own
	if err := t.Records.Insert(ctx, &bare); err != nil {
		return err
	}
	for _, f := range r.Files {
		if err := t.tx.files().Insert(ctx, f); err != nil {
			return err
		}
		c := contents[f.ID]
		if _, err := u.Exec(ctx, "insert export content", `INSERT INTO "{{p}}export_contents" (agency_id, file_id, others, content) VALUES (?, ?, ?, ?)`, u.Agency, f.ID, packed(c.Others), c.Packed); err != nil {
			return err
		}
	}
	for some, err := range rows {
		if err == nil {
			err = t.rows(ctx, some)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// packed are ids one after the other.
func packed(keys []casemgmt.ClientID) []byte {
	out := make([]byte, 0, len(keys)*len(casemgmt.ClientID{}))
	for _, key := range keys {
		out = append(out, key[:]...)
	}
	return out
}

func unpacked(b []byte) []casemgmt.ClientID {
	var out []casemgmt.ClientID
	for some := range slices.Chunk(b, len(casemgmt.ClientID{})) {
		out = append(out, casemgmt.ClientID(some))
	}
	return out
}

// rows writes some rows, which take the place of others.
func (t exportRuns) rows(ctx context.Context, rows []*export.Row) error {
	u := t.tx.Unit
	for _, x := range rows {
		if old := x.Replaces; old != nil {
			n, err := u.Exec(ctx, "replace export row", `UPDATE "{{p}}export_rows" SET state = 'superseded' WHERE agency_id = ? AND file_id = ? AND place = ? AND state = ?`,
				u.Agency, old.File, old.Row, string(old.State))
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.ErrConflict
			}
		}
	}
	list := make([]*ledgerRow, len(rows))
	for i, x := range rows {
		list[i] = newLedgerRow(u.Agency, x)
	}
	return engine.InsertMany(ctx, u, list)
}

func (t exportRuns) Get(ctx context.Context, key export.RunID) (*export.Run, error) {
	r, err := t.Records.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	files, err := t.tx.files().ofRuns(ctx, []*export.Run{r})
	if err != nil {
		return nil, err
	}
	return r, t.tx.files().count(ctx, files)
}

// List reads runs by their ids, which grow with time.
func (t exportRuns) List(ctx context.Context, program casemgmt.ProgramID, p casemgmt.PageRequest) (casemgmt.Page[export.Run], error) {
	var narrow engine.Clause
	if !program.IsZero() {
		narrow.Add(" AND program_id = ?", program)
	}
	out, err := t.Page(ctx, narrow, engine.Order{By: []engine.Column{{Name: "id", Kind: engine.ID}}, Down: true}, p)
	if err != nil {
		return out, err
	}
	var list []*export.Run
	for i := range out.Items {
		list = append(list, &out.Items[i])
	}
	_, err = t.tx.files().ofRuns(ctx, list)
	return out, err
}

// ofRuns reads the files of runs, in the order in which they were made: ids grow with time.
func (t exportFiles) ofRuns(ctx context.Context, list []*export.Run) ([]*export.File, error) {
	if len(list) == 0 {
		return nil, nil
	}
	byID := map[export.RunID]*export.Run{}
	var keys []export.RunID
	for _, r := range list {
		r.Files = []*export.File{}
		byID[r.ID], keys = r, append(keys, r.ID)
	}
	files, err := t.Where(ctx, " AND run_id IN ("+engine.Marks(len(keys))+") ORDER BY run_id, id", engine.Padded(keys)...)
	for _, f := range files {
		byID[f.Run].Files = append(byID[f.Run].Files, f)
	}
	return files, err
}

// count counts the rows of files by state.
func (t exportFiles) count(ctx context.Context, files []*export.File) error {
	if len(files) == 0 {
		return nil
	}
	byID := map[export.FileID]*export.File{}
	var keys []export.FileID
	for _, f := range files {
		f.States = map[session.ExportState]int{}
		byID[f.ID], keys = f, append(keys, f.ID)
	}
	return t.u.Query(ctx, "count export rows", `SELECT file_id, state, count(*) FROM "{{p}}export_rows" WHERE agency_id = ? AND file_id IN (`+engine.Marks(len(keys))+`) GROUP BY file_id, state`,
		append([]any{t.u.Agency}, engine.Padded(keys)...), func(rows *sql.Rows) error {
			var f export.FileID
			var state string
			var n int
			err := rows.Scan(&f, &state, &n)
			byID[f].States[session.ExportState(state)] = n
			return err
		})
}

func (t exportFiles) Lock(ctx context.Context, run export.RunID, key export.FileID) (*export.File, error) {
	f, err := t.First(ctx, " AND run_id = ? AND id = ?"+t.u.Locking(), run, key)
	if err != nil {
		return nil, err
	}
	return f, t.count(ctx, []*export.File{f})
}

func (t exportFiles) Update(ctx context.Context, f *export.File) error {
	f.States = nil // they are counted
	return t.Records.Update(ctx, f)
}

func (t exportFiles) Content(ctx context.Context, run export.RunID, key export.FileID) (*export.File, export.Content, error) {
	f, err := t.First(ctx, " AND run_id = ? AND id = ?", run, key)
	if err != nil {
		return nil, export.Content{}, err
	}
	var c export.Content
	var others []byte
	err = t.u.One(ctx, "read export content", `SELECT others, content FROM "{{p}}export_contents" WHERE agency_id = ? AND file_id = ?`, []any{t.u.Agency, key}, &others, &c.Packed)
	c.Others = unpacked(others)
	return f, c, err
}

func (t exportFiles) Withdrawn(ctx context.Context, f export.FileID) (int, error) {
	n, err := t.withdrawnRows(ctx, f)
	if err != nil {
		return 0, err
	}
	var others []byte
	if err := t.u.One(ctx, "read clients of an export", `SELECT others FROM "{{p}}export_contents" WHERE agency_id = ? AND file_id = ?`, []any{t.u.Agency, f}, &others); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(unpacked(others), 500) {
		var more int
		err := t.u.One(ctx, "count withdrawn consents", `SELECT count(*) FROM "{{p}}clients" WHERE agency_id = ? AND withdrawn AND id IN (`+engine.Marks(len(some))+`)`,
			append([]any{t.u.Agency}, engine.Padded(some)...), &more)
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

func (t exportFiles) withdrawnRows(ctx context.Context, f export.FileID) (int, error) {
	var n int
	err := t.u.One(ctx, "count withdrawn consents", `SELECT count(*) FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}clients" AS c
		WHERE c.agency_id = r.agency_id AND c.id = r.client_id AND r.agency_id = ? AND r.file_id = ? AND c.withdrawn`, []any{t.u.Agency, f}, &n)
	return n, err
}

func (t exportFiles) WithoutProfile(ctx context.Context, f export.FileID, funder casemgmt.FunderID) (own, others int, err error) {
	const none = `NOT EXISTS (SELECT 1 FROM "{{p}}export_rows" AS p WHERE p.agency_id = r.agency_id AND p.subject_id = r.client_id AND p.subject_kind = 'client'
		AND p.payer_id = ? AND p.state <> 'superseded' AND p.state IN ('pending', 'accepted'))`
	takes := t.u.One(ctx, "look for profiles", `SELECT 1 FROM "{{p}}export_rows" WHERE agency_id = ? AND funder_id = ? AND service_date IS NULL AND subject_kind = 'client' LIMIT 1`,
		[]any{t.u.Agency, funder}, new(int))
	if errors.Is(takes, fault.ErrNotFound) {
		return 0, 0, nil
	}
	if takes != nil {
		return 0, 0, takes
	}
	if err := t.u.One(ctx, "count services without profiles", `SELECT count(DISTINCT r.client_id) FROM "{{p}}export_rows" AS r
		WHERE r.agency_id = ? AND r.file_id = ? AND r.subject_kind = 'form' AND r.state IN ('exported', 'pending') AND `+none,
		[]any{t.u.Agency, f, engine.Zeroable(funder)}, &own); err != nil {
		return 0, 0, err
	}
	err = t.u.One(ctx, "count services without profiles", `SELECT count(DISTINCT r.client_id) FROM "{{p}}export_rows" AS r
		WHERE r.agency_id = ? AND r.file_id = ? AND r.subject_kind = 'client' AND `+none+` AND EXISTS (SELECT 1 FROM "{{p}}export_rows" AS s
		WHERE s.agency_id = r.agency_id AND s.funder_id = r.funder_id AND s.client_id = r.client_id AND s.subject_kind = 'form' AND s.state IN ('exported', 'pending'))`,
		[]any{t.u.Agency, f, engine.Zeroable(funder)}, &others)
	return own, others, err
}

func (t exportFiles) PrivatePrograms(ctx context.Context, f export.FileID) ([]casemgmt.ProgramID, error) {
	var out []casemgmt.ProgramID
	err := t.u.Query(ctx, "read private forms", `SELECT DISTINCT f.program_id FROM "{{p}}export_rows" AS r CROSS JOIN "{{p}}session_forms" AS f
		WHERE f.agency_id = r.agency_id AND f.id = r.subject_id AND r.subject_kind = 'form' AND r.agency_id = ? AND r.file_id = ? AND f.private`, []any{t.u.Agency, f}, func(rows *sql.Rows) error {
		var p casemgmt.ProgramID
		err := rows.Scan(&p)
		out = append(out, p)
		return err
	})
	return out, err
}
