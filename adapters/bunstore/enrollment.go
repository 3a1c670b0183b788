package bunstore

import (
	"context"
	"database/sql"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// ServiceGroups is part of casemgmt.Tx.
func (tx *Tx) ServiceGroups() casemgmt.Records[casemgmt.ServiceGroup] {
	return records[casemgmt.ServiceGroup]{tx: tx, table: "service_groups", cached: true, meta: func(x *casemgmt.ServiceGroup) meta[casemgmt.ServiceGroup] {
		return meta[casemgmt.ServiceGroup]{&x.ID, &x.Version, i18n.SortKey(x.Name.En)}
	}}
}

func (tx *Tx) codes() records[casemgmt.ServiceCode] {
	return records[casemgmt.ServiceCode]{tx: tx, table: "service_codes", cached: true, meta: func(x *casemgmt.ServiceCode) meta[casemgmt.ServiceCode] {
		return meta[casemgmt.ServiceCode]{&x.ID, &x.Version, x.Group.String() + " " + i18n.SortKey(x.Name.En)}
	}}
}

// ServiceCodes is part of casemgmt.Tx.
func (tx *Tx) ServiceCodes() casemgmt.Records[casemgmt.ServiceCode] { return tx.codes() }

// CodesOf is part of casemgmt.Tx.
func (tx *Tx) CodesOf(ctx context.Context, group casemgmt.ServiceGroupID, p casemgmt.PageRequest) (casemgmt.Page[casemgmt.ServiceCode], error) {
	prefix := group.String() + " "
	return tx.codes().list(ctx, clause{" AND sort >= ? AND sort < ?", []any{prefix, above(prefix)}}, p)
}

// LockClients is part of casemgmt.Tx. SQLite's one writer holds everything already.
func (tx *Tx) LockClients(ctx context.Context, keys []casemgmt.ClientID) error {
	if tx.store.sqlite || len(keys) == 0 {
		return nil
	}
	return tx.query(ctx, "lock clients", `SELECT id FROM "{{p}}clients" WHERE agency_id = ? AND id IN (`+marks(len(keys))+`) ORDER BY id FOR NO KEY UPDATE`,
		append([]any{tx.agency}, padded(keys)...), func(*sql.Rows) error { return nil })
}

// document is a record that is kept as JSON beside the columns by which it is found.
type document[T any] struct {
	tx      *Tx
	table   string
	columns []string // after agency, id and version, before data
	values  func(*T) []any
	meta    func(*T) meta[T]
}

func (d document[T]) insert(ctx context.Context, record *T) error {
	m := d.meta(record)
	names, places := "", ""
	for _, c := range d.columns {
		names, places = names+c+", ", places+"?, "
	}
	args := append([]any{d.tx.agency, *m.id, *m.version}, d.values(record)...)
	_, err := d.tx.exec(ctx, "insert "+d.table, `INSERT INTO "{{p}}`+d.table+`" (agency_id, id, version, `+names+`data) VALUES (?, ?, ?, `+places+`?)`,
		append(args, doc[*T]{record})...)
	return err
}

func (d document[T]) update(ctx context.Context, record *T) error {
	m := d.meta(record)
	old := *m.version
	*m.version++
	sets := ""
	for _, c := range d.columns {
		sets += c + " = ?, "
	}
	args := append([]any{*m.version}, d.values(record)...)
	n, err := d.tx.exec(ctx, "update "+d.table, `UPDATE "{{p}}`+d.table+`" SET version = ?, `+sets+`data = ? WHERE agency_id = ? AND id = ? AND version = ?`,
		append(args, doc[*T]{record}, d.tx.agency, *m.id, old)...)
	if err == nil && n == 0 {
		err = fault.ErrConflict
	}
	if err != nil {
		*m.version = old
	}
	return err
}

// where reads the records that fit; rest is what follows WHERE agency_id = ?.
func (d document[T]) where(ctx context.Context, rest string, args ...any) ([]*T, error) {
	var out []*T
	err := d.tx.query(ctx, "read "+d.table, `SELECT version, data FROM "{{p}}`+d.table+`" WHERE agency_id = ?`+rest,
		append([]any{d.tx.agency}, args...), func(rows *sql.Rows) error {
			var record doc[T]
			var version int64
			if err := rows.Scan(&version, &record); err != nil {
				return err
			}
			*d.meta(&record.V).version = version
			out = append(out, &record.V)
			return nil
		})
	return out, err
}

func (d document[T]) one(ctx context.Context, rest string, args ...any) (*T, error) {
	found, err := d.where(ctx, rest, args...)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.ErrNotFound
	}
	return found[0], nil
}

func (tx *Tx) enrollments() document[casemgmt.Enrollment] {
	return document[casemgmt.Enrollment]{tx: tx, table: "enrollments", columns: []string{"client_id", "program_id", "start_date", "exit_date"},
		values: func(e *casemgmt.Enrollment) []any { return []any{e.Client, e.Program, e.Start, e.Exit} },
		meta: func(e *casemgmt.Enrollment) meta[casemgmt.Enrollment] {
			return meta[casemgmt.Enrollment]{&e.ID, &e.Version, ""}
		}}
}

// Enrollment is part of casemgmt.Tx.
func (tx *Tx) Enrollment(ctx context.Context, key casemgmt.EnrollmentID) (*casemgmt.Enrollment, error) {
	return tx.enrollments().one(ctx, " AND id = ?", key)
}

// LockEnrollment is part of casemgmt.Tx.
func (tx *Tx) LockEnrollment(ctx context.Context, key casemgmt.EnrollmentID) (*casemgmt.Enrollment, error) {
	return tx.enrollments().one(ctx, " AND id = ?"+tx.store.forUpdate(), key)
}

// InsertEnrollment is part of casemgmt.Tx.
func (tx *Tx) InsertEnrollment(ctx context.Context, e *casemgmt.Enrollment) error {
	return tx.enrollments().insert(ctx, e)
}

// UpdateEnrollment is part of casemgmt.Tx.
func (tx *Tx) UpdateEnrollment(ctx context.Context, e *casemgmt.Enrollment) error {
	return tx.enrollments().update(ctx, e)
}

// ClientEnrollments is part of casemgmt.Tx.
func (tx *Tx) ClientEnrollments(ctx context.Context, c casemgmt.ClientID) ([]*casemgmt.Enrollment, error) {
	return tx.enrollments().where(ctx, " AND client_id = ? ORDER BY start_date, id", c)
}

// ServedBetween is part of casemgmt.Tx.
func (tx *Tx) ServedBetween(ctx context.Context, e *casemgmt.Enrollment) (first, last civil.Date, err error) {
	err = tx.one(ctx, "read services", `SELECT min(service_date), max(service_date) FROM "{{p}}batch_entries" WHERE agency_id = ? AND client_id = ?
		AND enrollment_id = ? AND posted AND reversal_id IS NULL`, []any{tx.agency, e.Client, e.ID}, &first, &last)
	return first, last, err
}

func (tx *Tx) bars() document[casemgmt.Bar] {
	return document[casemgmt.Bar]{tx: tx, table: "bars", columns: []string{"client_id", "program_id", "facility_id", "start_date", "end_date", "lifted_on"},
		values: func(b *casemgmt.Bar) []any {
			var lifted civil.Date
			if b.Lifted != nil {
				lifted = b.Lifted.On
			}
			return []any{b.Client, b.Program, b.Facility, b.Start, b.End, lifted}
		},
		meta: func(b *casemgmt.Bar) meta[casemgmt.Bar] { return meta[casemgmt.Bar]{&b.ID, &b.Version, ""} }}
}

// Bar is part of casemgmt.Tx.
func (tx *Tx) Bar(ctx context.Context, key casemgmt.BarID) (*casemgmt.Bar, error) {
	return tx.bars().one(ctx, " AND id = ?", key)
}

// InsertBar is part of casemgmt.Tx.
func (tx *Tx) InsertBar(ctx context.Context, b *casemgmt.Bar) error { return tx.bars().insert(ctx, b) }

// UpdateBar is part of casemgmt.Tx.
func (tx *Tx) UpdateBar(ctx context.Context, b *casemgmt.Bar) error { return tx.bars().update(ctx, b) }

// ClientBars is part of casemgmt.Tx.
func (tx *Tx) ClientBars(ctx context.Context, c casemgmt.ClientID) ([]*casemgmt.Bar, error) {
	return tx.bars().where(ctx, " AND client_id = ? ORDER BY start_date, id", c)
}

func (tx *Tx) cards() document[casemgmt.Card] {
	return document[casemgmt.Card]{tx: tx, table: "cards", columns: []string{"client_id", "value"},
		values: func(c *casemgmt.Card) []any { return []any{c.Client, c.Value} },
		meta:   func(c *casemgmt.Card) meta[casemgmt.Card] { return meta[casemgmt.Card]{&c.ID, &c.Version, ""} }}
}

// Card is part of casemgmt.Tx.
func (tx *Tx) Card(ctx context.Context, key casemgmt.CardID) (*casemgmt.Card, error) {
	return tx.cards().one(ctx, " AND id = ?", key)
}

// InsertCard is part of casemgmt.Tx. A failed statement ends a transaction of
// PostgreSQL: whether the value was used is asked before.
func (tx *Tx) InsertCard(ctx context.Context, c *casemgmt.Card) error {
	used, err := tx.cards().where(ctx, " AND value = ?", c.Value)
	if err != nil {
		return err
	}
	if len(used) > 0 {
		return fault.ErrConflict
	}
	return tx.cards().insert(ctx, c)
}

// UpdateCard is part of casemgmt.Tx.
func (tx *Tx) UpdateCard(ctx context.Context, c *casemgmt.Card) error {
	return tx.cards().update(ctx, c)
}

// ClientCards is part of casemgmt.Tx.
func (tx *Tx) ClientCards(ctx context.Context, c casemgmt.ClientID) ([]*casemgmt.Card, error) {
	return tx.cards().where(ctx, " AND client_id = ? ORDER BY id", c)
}
