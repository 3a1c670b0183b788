package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// casefilesTx is the storage of package casefile in a unit of work.
type casefilesTx struct{ casesTx }

type referenceRow struct {
	bun.BaseModel `bun:"table:reference_lists"`
	engine.Document[casefile.Reference]
	Sort string `bun:"sort,type:text"` // the list's name
}

type references struct {
	engine.Listed[casefile.Reference, referenceRow, *referenceRow]
}

func (tx casefilesTx) References() casefile.References {
	put := func(r *referenceRow, x *casefile.Reference) { r.Sort = string(x.List) }
	return references{engine.ListedOf(tx.Unit, put).With(engine.How[casefile.Reference]{Cached: true, Clone: func(x casefile.Reference) casefile.Reference {
		x.Codes = slices.Clone(x.Codes)
		return x
	}})}
}

func (t references) ByList(ctx context.Context, l casefile.List) (*casefile.Reference, error) {
	return t.First(ctx, " AND sort = ?", string(l))
}

type activityRow struct {
	bun.BaseModel `bun:"table:outlet_activities"`
	engine.Document[casefile.Activity]
	Sort    string             `bun:"sort,type:text"`
	Site    casemgmt.SiteID    `bun:"site_id,type:uuid"`
	Program casemgmt.ProgramID `bun:"program_id,type:uuid"`
}

func (tx casefilesTx) Activities() casemgmt.Listed[casefile.Activity] {
	put := func(r *activityRow, a *casefile.Activity) {
		r.Sort, r.Site, r.Program = i18n.SortKey(a.Name), a.Site, a.Program
	}
	return engine.ListedOf(tx.Unit, put).With(engine.How[casefile.Activity]{Cached: true, Clone: func(a casefile.Activity) casefile.Activity {
		a.ServiceTypes = slices.Clone(a.ServiceTypes)
		return a
	}})
}

type caseFileRow struct {
	bun.BaseModel `bun:"table:case_files"`
	engine.Document[casefile.File]
	Sort     string              `bun:"sort,type:text"`
	CaseID   string              `bun:"case_id,type:text"`
	Activity casefile.ActivityID `bun:"activity_id,type:uuid"`
	Program  casemgmt.ProgramID  `bun:"program_id,type:uuid"`
	Status   string              `bun:"status,type:text"`
}

type caseClientRow struct {
	bun.BaseModel `bun:"table:case_clients"`

	Agency int64             `bun:"agency_id,pk,type:bigint"`
	Client casemgmt.ClientID `bun:"client_id,pk,type:uuid"`
	File   casefile.FileID   `bun:"case_file_id,pk,type:uuid"`
}

type caseFiles struct {
	engine.Records[casefile.File, caseFileRow, *caseFileRow]
	u *engine.Unit
}

func (tx casefilesTx) Files() casefile.Files {
	t := caseFiles{u: tx.Unit}
	t.Records = engine.RecordsOf(tx.Unit, func(r *caseFileRow, f *casefile.File) {
		r.Sort, r.CaseID, r.Activity, r.Program, r.Status = i18n.SortKey(f.Name), f.CaseID, f.Activity, f.Program, string(f.Status)
	}).With(engine.How[casefile.File]{After: t.index})
	return t
}

// index writes who is in the case.
func (t caseFiles) index(ctx context.Context, f *casefile.File) error {
	if f.Version > 1 {
		if _, err := t.u.Exec(ctx, "index case file", `DELETE FROM "{{p}}case_clients" WHERE agency_id = ? AND case_file_id = ?`, t.u.Agency, f.ID); err != nil {
			return err
		}
	}
	rows := make([]*caseClientRow, len(f.Clients))
	for i, c := range f.Clients {
		rows[i] = &caseClientRow{Agency: t.u.Agency, Client: c.Client, File: f.ID}
	}
	return engine.InsertLater(ctx, t.u, rows...)
}

func (t caseFiles) ByCaseID(ctx context.Context, caseID string) (*casefile.File, error) {
	return t.First(ctx, " AND case_id = ?", caseID)
}

func (t caseFiles) Of(ctx context.Context, c casemgmt.ClientID) ([]*casefile.File, error) {
	return t.Where(ctx, ` AND id IN (SELECT case_file_id FROM "{{p}}case_clients" WHERE agency_id = ? AND client_id = ?) ORDER BY id`, t.u.Agency, c)
}

// Search walks by name as the search for clients does, and goes on to the files of each.
func (t caseFiles) Search(ctx context.Context, q casefile.Query, scope access.Scope, p casemgmt.PageRequest) (casemgmt.Page[casefile.Hit], error) {
	columns, byName := hitColumns+", f.version, f.data", len(q.Words()) > 0
	order := engine.Order{By: []engine.Column{{Name: "w.word"}, {Name: "w.sort"}, {Name: "w.client_id", Kind: engine.ID}, {Name: "k.case_file_id", Kind: engine.ID}}}
	from := caseFilesOf(t.u.Agency, q.Words())
	if !byName {
		columns, order = "f.version, f.data", engine.Order{By: []engine.Column{{Name: "f.sort"}, {Name: "f.id", Kind: engine.ID}}}
		from = []engine.Clause{{SQL: `FROM "{{p}}case_files" AS f WHERE f.agency_id = ?`, Args: []any{t.u.Agency}}}
	}
	for i := range from {
		if !scope.Open {
			from[i].Add(" AND ")
			from[i].Join(engine.In("f.program_id", engine.RawList(scope.Programs)))
		}
		if q.Status != "" {
			from[i].Add(" AND f.status = ?", string(q.Status))
		}
	}
	return engine.Pages(ctx, t.u, engine.List[casefile.Hit]{Doing: "search case files", Columns: columns, From: from[0], Then: from[1:], Order: order,
		Item: func() ([]any, func() (casefile.Hit, error)) {
			var client casemgmt.ClientHit
			var version int64
			var file engine.Packed[casefile.File]
			var dest []any
			if byName {
				dest = hitDest(&client)
			}
			return append(dest, &version, file.In(ctx, t.u)), func() (casefile.Hit, error) {
				hit := file.V.Hit()
				if byName {
					found := client
					hit.Client = &found
				}
				return hit, nil
			}
		}}, p)
}

// caseFilesOf are the files of who has a name of some words. CROSS JOIN keeps SQLite from
// beginning with the files.
func caseFilesOf(agency int64, words []string) []engine.Clause {
	if len(words) == 0 {
		return nil
	}
	out := byName(agency, words, ` CROSS JOIN "{{p}}case_clients" AS k CROSS JOIN "{{p}}case_files" AS f`)
	for i := range out {
		out[i].Add(" AND k.agency_id = w.agency_id AND k.client_id = w.client_id AND f.agency_id = k.agency_id AND f.id = k.case_file_id")
	}
	return out
}
