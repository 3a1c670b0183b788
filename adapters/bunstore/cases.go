package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// casesTx is the storage of package casemgmt in a unit of work.
type casesTx struct{ *engine.Unit }

type siteRow struct {
	bun.BaseModel `bun:"table:sites"`
	engine.Document[casemgmt.Site]
	Sort string `bun:"sort,type:text"`
}

func (tx casesTx) Sites() casemgmt.Listed[casemgmt.Site] {
	return engine.ListedOf(tx.Unit, func(r *siteRow, s *casemgmt.Site) { r.Sort = i18n.SortKey(s.Name) }).With(engine.How[casemgmt.Site]{Cached: true})
}

type programRow struct {
	bun.BaseModel `bun:"table:programs"`
	engine.Document[casemgmt.Program]
	Sort string `bun:"sort,type:text"`
}

func (tx casesTx) Programs() casemgmt.Listed[casemgmt.Program] {
	return engine.ListedOf(tx.Unit, func(r *programRow, p *casemgmt.Program) { r.Sort = i18n.SortKey(p.Name.In(i18n.English)) }).
		With(engine.How[casemgmt.Program]{Cached: true, Clone: func(p casemgmt.Program) casemgmt.Program {
			p.Locations = slices.Clone(p.Locations)
			return p
		}})
}

type funderRow struct {
	bun.BaseModel `bun:"table:funders"`
	engine.Document[casemgmt.Funder]
	Sort string `bun:"sort,type:text"`
}

func (tx casesTx) Funders() casemgmt.Listed[casemgmt.Funder] {
	return engine.ListedOf(tx.Unit, func(r *funderRow, f *casemgmt.Funder) { r.Sort = i18n.SortKey(f.Name.In(i18n.English)) }).With(engine.How[casemgmt.Funder]{Cached: true})
}

type contactRow struct {
	bun.BaseModel `bun:"table:contacts"`
	engine.Document[casemgmt.Contact]
	Sort string `bun:"sort,type:text"`
}

func (tx casesTx) contacts() engine.Listed[casemgmt.Contact, contactRow, *contactRow] {
	return engine.ListedOf(tx.Unit, func(r *contactRow, c *casemgmt.Contact) { r.Sort = i18n.SortKey(c.Name) })
}

func (tx casesTx) Contacts() casemgmt.Listed[casemgmt.Contact] { return tx.contacts() }

type statementRow struct {
	bun.BaseModel `bun:"table:statements"`
	engine.Document[casemgmt.Statement]
	Sort string `bun:"sort,type:text"`
}

type statements struct {
	engine.Listed[casemgmt.Statement, statementRow, *statementRow]
}

func (tx casesTx) Statements() casemgmt.Statements {
	return statements{engine.ListedOf(tx.Unit, func(r *statementRow, s *casemgmt.Statement) { r.Sort = fmt.Sprintf("%012d", s.Number) }).
		With(engine.How[casemgmt.Statement]{Cached: true})}
}

func (s statements) Current(ctx context.Context) (*casemgmt.Statement, error) {
	return s.First(ctx, " ORDER BY sort DESC LIMIT 1")
}

type staffRow struct {
	bun.BaseModel `bun:"table:staff"`
	engine.Document[casemgmt.Staff]
	Sort        string `bun:"sort,type:text"`
	User        string `bun:"user_key,type:text"`
	Deactivated bool   `bun:"deactivated,type:boolean"`
}

type staffProgramRow struct {
	bun.BaseModel `bun:"table:staff_programs"`

	Agency  int64              `bun:"agency_id,pk,type:bigint"`
	Staff   casemgmt.StaffID   `bun:"staff_id,pk,type:uuid"`
	Program casemgmt.ProgramID `bun:"program_id,pk,type:uuid"`
}

type staffTable struct {
	engine.Listed[casemgmt.Staff, staffRow, *staffRow]
}

func (tx casesTx) Staff() casemgmt.StaffRecords {
	put := func(r *staffRow, s *casemgmt.Staff) {
		r.Sort, r.User, r.Deactivated = i18n.SortKey(s.Name), s.User, s.Deactivated
	}
	return staffTable{engine.ListedOf(tx.Unit, put).With(engine.How[casemgmt.Staff]{Cached: true, After: tx.setMemberships, Clone: func(s casemgmt.Staff) casemgmt.Staff {
		s.Programs, s.Roles = slices.Clone(s.Programs), slices.Clone(s.Roles)
		return s
	}})}
}

func (tx casesTx) setMemberships(ctx context.Context, s *casemgmt.Staff) error {
	if _, err := tx.Exec(ctx, "write memberships", `DELETE FROM "{{p}}staff_programs" WHERE agency_id = ? AND staff_id = ?`, tx.Unit.Agency, s.ID); err != nil {
		return err
	}
	for _, m := range s.Programs {
		if err := tx.Insert(ctx, &staffProgramRow{Agency: tx.Unit.Agency, Staff: s.ID, Program: m.Program}); err != nil {
			return err
		}
	}
	return nil
}

func (s staffTable) ByUser(ctx context.Context, user string) (*casemgmt.Staff, error) {
	return s.First(ctx, " AND user_key = ?", user)
}

// agencyRecord is the unit's own agency.
type agencyRecord struct{ *engine.Unit }

func (tx casesTx) Agency() casemgmt.AgencyRecord { return agencyRecord(tx) }

func (a agencyRecord) Get(ctx context.Context) (*casemgmt.Agency, error) {
	if a.Unit.Agency == 0 {
		return nil, fault.ErrNotFound
	}
	if kept, ok := a.Kept("agency"); ok {
		return cloneAgency(kept.(casemgmt.Agency)), nil
	}
	var d engine.JSON[casemgmt.Agency]
	var version int64
	err := a.One(ctx, "read agency", `SELECT version, data FROM "{{p}}agencies" WHERE number = ?`, []any{a.Unit.Agency}, &version, &d)
	d.V.Version = version
	beforeCountries(&d.V)
	if err == nil {
		a.Keep("agency", *cloneAgency(d.V))
	}
	return &d.V, err
}

// beforeCountries gives an agency that was kept before agencies had a country what all
// of them were then: Canadian, with both languages, and of settlement.
func beforeCountries(a *casemgmt.Agency) {
	if a.Country == "" && a.Key != "" {
		a.Country, a.Languages, a.Extensions = "CA", []i18n.Lang{i18n.English, i18n.French}, []string{country.Settlement}
	}
}

// cloneAgency shares nothing that a caller changes in place.
func cloneAgency(a casemgmt.Agency) *casemgmt.Agency {
	a.Languages, a.Extensions = slices.Clone(a.Languages), slices.Clone(a.Extensions)
	a.Settings.ClientRoles, a.Settings.Questions = slices.Clone(a.Settings.ClientRoles), slices.Clone(a.Settings.Questions)
	return &a
}

func (a agencyRecord) Insert(ctx context.Context, agency *casemgmt.Agency) error {
	var number int64
	err := a.One(ctx, "insert agency", `INSERT INTO "{{p}}agencies" (key, version, lists, data) VALUES (?, ?, ?, ?) RETURNING number`,
		[]any{a.Key, agency.Version, engine.Mark(), engine.JSON[*casemgmt.Agency]{V: agency}}, &number)
	a.Found(number)
	return err
}

func (a agencyRecord) Update(ctx context.Context, agency *casemgmt.Agency) error {
	agency.Version++
	n, err := a.Exec(ctx, "update agency", `UPDATE "{{p}}agencies" SET version = ?, data = ? WHERE number = ? AND version = ?`,
		agency.Version, engine.JSON[*casemgmt.Agency]{V: agency}, a.Unit.Agency, agency.Version-1)
	if err == nil && n == 0 {
		err = fault.ErrConflict
	}
	if err != nil {
		agency.Version--
		return err
	}
	return a.Forget(ctx)
}

type counters struct{ *engine.Unit }

func (tx casesTx) Counters() casemgmt.Counters { return counters(tx) }

func (c counters) Next(ctx context.Context, counter string) (int64, error) {
	var n int64
	err := c.One(ctx, "count", `INSERT INTO "{{p}}counters" (agency_id, name, value) VALUES (?, ?, 1)
		ON CONFLICT (agency_id, name) DO UPDATE SET value = "{{p}}counters".value + 1 RETURNING value`,
		[]any{c.Unit.Agency, counter}, &n)
	return n, err
}

type requestRow struct {
	bun.BaseModel `bun:"table:requests"`

	Agency int64          `bun:"agency_id,pk,type:bigint"`
	Actor  string         `bun:"actor,pk,type:text"`
	Key    string         `bun:"key,pk,type:text"`
	Hash   string         `bun:"hash,type:text"`
	At     engine.Instant `bun:"at,type:timestamptz"`
	Result string         `bun:"result,type:text"`
}

type requests struct{ *engine.Unit }

func (tx casesTx) Requests() casemgmt.Requests { return requests(tx) }

func (q requests) Get(ctx context.Context, actor, key string, since time.Time) (*casemgmt.Request, error) {
	if !q.SQLite { // a repeat waits here until the first try is done, and then sees its result
		err := q.Query(ctx, "wait for request", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`,
			[]any{q.Key + "/" + actor + "/" + key}, func(*sql.Rows) error { return nil })
		if err != nil {
			return nil, err
		}
	}
	row := &requestRow{Agency: q.Unit.Agency, Actor: actor, Key: key}
	err := q.Find(ctx, row, "")
	if err == nil && row.At.Before(since) { // nobody has swept it yet
		if _, err = q.Exec(ctx, "forget request", `DELETE FROM "{{p}}requests" WHERE agency_id = ? AND actor = ? AND key = ?`, q.Unit.Agency, actor, key); err == nil {
			err = fault.ErrNotFound
		}
	} else if err == nil && !q.SQLite {
		// the first try may be committed here and not on the standbys that its commit waited for: this one waits
		// for them too, as it writes
		_, err = q.Exec(ctx, "touch request", `UPDATE "{{p}}requests" SET hash = hash WHERE agency_id = ? AND actor = ? AND key = ?`, q.Unit.Agency, actor, key)
	}
	return &casemgmt.Request{Actor: actor, Key: key, Hash: row.Hash, At: row.At.Time, Result: []byte(row.Result)}, err
}

// sweep is how many old requests go with each new one.
const sweep = 10

func (q requests) Insert(ctx context.Context, r casemgmt.Request, since time.Time) error {
	err := q.Later(ctx, "sweep requests", `DELETE FROM "{{p}}requests" WHERE agency_id = ? AND (actor, key) IN (SELECT actor, key FROM "{{p}}requests"
		WHERE agency_id = ? AND at < ? ORDER BY at LIMIT `+strconv.Itoa(sweep)+q.PG(" FOR UPDATE SKIP LOCKED")+`)`, q.Unit.Agency, q.Unit.Agency, engine.Instant{Time: since})
	if err != nil {
		return err
	}
	err = q.Later(ctx, engine.RequestInsert, `INSERT INTO "{{p}}requests" (agency_id, actor, key, hash, at, result) VALUES (?, ?, ?, ?, ?, ?)`,
		q.Unit.Agency, r.Actor, r.Key, r.Hash, engine.Instant{Time: r.At}, string(r.Result))
	if errors.Is(err, fault.ErrConflict) && q.SQLite {
		return fmt.Errorf("bunstore: %s twice", engine.RequestInsert) // one writer at a time: it was read before
	}
	return err
}
