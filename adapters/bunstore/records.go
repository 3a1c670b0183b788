package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// records keeps an agency's own lists (sites, programs, ...): each table has
// the key, the version, what it sorts by, and the record as JSON.
type records[T any] struct {
	tx    *Tx
	table string
	meta  func(*T) meta[T]
	// after writes what else belongs to the record.
	after func(ctx context.Context, record *T) error
	// extra are further columns and their values.
	extra func(*T) []any
	// cached: the records are read with each unit of work and hardly ever change.
	cached bool
	// clone makes a copy that shares nothing that is changed in place; nil where
	// a plain copy does.
	clone func(T) T
}

type meta[T any] struct {
	id      *id.Of[T]
	version *int64
	sort    string
}

func (r records[T]) doing(what string) string { return what + " " + r.table }

// Get reads one record.
func (r records[T]) Get(ctx context.Context, key id.Of[T]) (*T, error) {
	return r.where(ctx, "id = ?", key)
}

func (r records[T]) where(ctx context.Context, cond string, arg fmt.Stringer) (*T, error) {
	key := r.table + " " + cond + arg.String()
	if r.cached {
		if kept, ok := r.tx.kept(key); ok {
			return r.copy(kept.(T)), nil
		}
	}
	record, err := r.read(ctx, cond, arg)
	if err == nil && r.cached {
		r.tx.keep(key, *r.copy(*record))
	}
	return record, err
}

func (r records[T]) copy(record T) *T {
	if r.clone != nil {
		record = r.clone(record)
	}
	return &record
}

func (r records[T]) read(ctx context.Context, cond string, arg fmt.Stringer) (*T, error) {
	var d doc[T]
	var version int64
	err := r.tx.one(ctx, r.doing("read"), `SELECT version, data FROM "{{p}}`+r.table+`" WHERE agency_id = ? AND `+cond,
		[]any{r.tx.agency, arg}, &version, &d)
	if err != nil {
		return nil, err
	}
	*r.meta(&d.V).version = version
	return &d.V, nil
}

// Insert writes a new record.
func (r records[T]) Insert(ctx context.Context, record *T) error {
	m := r.meta(record)
	args := []any{r.tx.agency, *m.id, *m.version, m.sort, doc[*T]{record}}
	q := `INSERT INTO "{{p}}` + r.table + `" (agency_id, id, version, sort, data) VALUES (?, ?, ?, ?, ?)`
	if r.extra != nil {
		q = `INSERT INTO "{{p}}` + r.table + `" (agency_id, id, version, sort, data, user_key) VALUES (?, ?, ?, ?, ?, ?)`
		args = append(args, r.extra(record)...)
	}
	if _, err := r.tx.exec(ctx, r.doing("insert"), q, args...); err != nil {
		return err
	}
	return r.written(ctx, record)
}

// Update writes the record's next version.
func (r records[T]) Update(ctx context.Context, record *T) error {
	m := r.meta(record)
	old := *m.version
	*m.version++
	args := []any{*m.version, m.sort, doc[*T]{record}}
	q := `UPDATE "{{p}}` + r.table + `" SET version = ?, sort = ?, data = ?`
	if r.extra != nil {
		q += ", user_key = ?"
		args = append(args, r.extra(record)...)
	}
	n, err := r.tx.exec(ctx, r.doing("update"), q+" WHERE agency_id = ? AND id = ? AND version = ?",
		append(args, r.tx.agency, *m.id, old)...)
	if err == nil && n == 0 {
		err = fault.ErrConflict
	}
	if err != nil {
		*m.version = old
		return err
	}
	return r.written(ctx, record)
}

func (r records[T]) written(ctx context.Context, record *T) error {
	if r.cached {
		if err := r.tx.forget(ctx); err != nil {
			return err
		}
	}
	if r.after == nil {
		return nil
	}
	return r.after(ctx, record)
}

// List reads a page in the order of the sort key.
func (r records[T]) List(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	return r.list(ctx, clause{}, p)
}

func (r records[T]) list(ctx context.Context, narrow clause, p casemgmt.PageRequest) (casemgmt.Page[T], error) {
	out := casemgmt.Page[T]{Items: []T{}}
	q, args := narrow.sql, append([]any{r.tx.agency}, narrow.args...)
	if p.After != "" {
		parts, err := parseCursor(p.After, 2)
		if err != nil {
			return out, err
		}
		key, err := id.Parse[T](parts[1])
		if err != nil {
			return out, badCursor()
		}
		q, args = q+" AND (sort, id) > (?, ?)", append(args, parts[0], key)
	}
	var last [2]string
	more := false
	err := r.tx.query(ctx, r.doing("list"), `SELECT version, sort, data FROM "{{p}}`+r.table+`" WHERE agency_id = ?`+q+
		" ORDER BY sort, id"+limit(p), args, func(rows *sql.Rows) error {
		var d doc[T]
		var version int64
		var sort string
		if len(out.Items) == p.Size() {
			more = true
			return nil
		}
		if err := rows.Scan(&version, &sort, &d); err != nil {
			return err
		}
		m := r.meta(&d.V)
		*m.version = version
		last = [2]string{sort, m.id.String()}
		out.Items = append(out.Items, d.V)
		return nil
	})
	if more {
		out.Next = cursor(last[0], last[1])
	}
	return out, err
}

// Sites is part of casemgmt.Tx.
func (tx *Tx) Sites() casemgmt.Records[casemgmt.Site] {
	return records[casemgmt.Site]{tx: tx, table: "sites", cached: true, meta: func(x *casemgmt.Site) meta[casemgmt.Site] {
		return meta[casemgmt.Site]{&x.ID, &x.Version, i18n.SortKey(x.Name)}
	}}
}

// Programs is part of casemgmt.Tx.
func (tx *Tx) Programs() casemgmt.Records[casemgmt.Program] {
	return records[casemgmt.Program]{tx: tx, table: "programs", cached: true, clone: func(x casemgmt.Program) casemgmt.Program {
		x.Locations = slices.Clone(x.Locations)
		return x
	}, meta: func(x *casemgmt.Program) meta[casemgmt.Program] {
		return meta[casemgmt.Program]{&x.ID, &x.Version, i18n.SortKey(x.Name.En)}
	}}
}

// Funders is part of casemgmt.Tx.
func (tx *Tx) Funders() casemgmt.Records[casemgmt.Funder] {
	return records[casemgmt.Funder]{tx: tx, table: "funders", cached: true, meta: func(x *casemgmt.Funder) meta[casemgmt.Funder] {
		return meta[casemgmt.Funder]{&x.ID, &x.Version, i18n.SortKey(x.Name.En)}
	}}
}

// Contacts is part of casemgmt.Tx.
func (tx *Tx) Contacts() casemgmt.Records[casemgmt.Contact] {
	return records[casemgmt.Contact]{tx: tx, table: "contacts", meta: func(x *casemgmt.Contact) meta[casemgmt.Contact] {
		return meta[casemgmt.Contact]{&x.ID, &x.Version, i18n.SortKey(x.Name)}
	}}
}

// Plans is part of casemgmt.Tx.
func (tx *Tx) Plans() casemgmt.Records[casemgmt.Plan] {
	return records[casemgmt.Plan]{tx: tx, table: "plans", meta: func(x *casemgmt.Plan) meta[casemgmt.Plan] {
		return meta[casemgmt.Plan]{&x.ID, &x.Version, x.Client.String()}
	}}
}

// Statements is part of casemgmt.Tx.
func (tx *Tx) Statements() casemgmt.Records[casemgmt.Statement] {
	return records[casemgmt.Statement]{tx: tx, table: "statements", cached: true, meta: func(x *casemgmt.Statement) meta[casemgmt.Statement] {
		return meta[casemgmt.Statement]{&x.ID, &x.Version, fmt.Sprintf("%012d", x.Number)}
	}}
}

// CurrentStatement is part of casemgmt.Tx.
func (tx *Tx) CurrentStatement(ctx context.Context) (*casemgmt.Statement, error) {
	if kept, ok := tx.kept("current statement"); ok {
		statement := kept.(casemgmt.Statement)
		return &statement, nil
	}
	var d doc[casemgmt.Statement]
	err := tx.one(ctx, "read statement", `SELECT data FROM "{{p}}statements" WHERE agency_id = ? ORDER BY sort DESC LIMIT 1`,
		[]any{tx.agency}, &d)
	if err == nil {
		tx.keep("current statement", d.V)
	}
	return &d.V, err
}

func (tx *Tx) staff() records[casemgmt.Staff] {
	return records[casemgmt.Staff]{tx: tx, table: "staff", cached: true,
		clone: func(x casemgmt.Staff) casemgmt.Staff {
			x.Programs, x.Roles = slices.Clone(x.Programs), slices.Clone(x.Roles)
			return x
		},
		meta: func(x *casemgmt.Staff) meta[casemgmt.Staff] {
			return meta[casemgmt.Staff]{&x.ID, &x.Version, i18n.SortKey(x.Name)}
		},
		extra: func(x *casemgmt.Staff) []any { return []any{x.User} },
		after: func(ctx context.Context, x *casemgmt.Staff) error {
			_, err := tx.exec(ctx, "write memberships", `DELETE FROM "{{p}}staff_programs" WHERE agency_id = ? AND staff_id = ?`, tx.agency, x.ID)
			for _, m := range x.Programs {
				if err != nil {
					return err
				}
				_, err = tx.exec(ctx, "write memberships",
					`INSERT INTO "{{p}}staff_programs" (agency_id, staff_id, program_id) VALUES (?, ?, ?)`, tx.agency, x.ID, m.Program)
			}
			return err
		}}
}

// Staff is part of casemgmt.Tx.
func (tx *Tx) Staff() casemgmt.Records[casemgmt.Staff] { return tx.staff() }

// StaffByUser is part of casemgmt.Tx.
func (tx *Tx) StaffByUser(ctx context.Context, user string) (*casemgmt.Staff, error) {
	return tx.staff().where(ctx, "user_key = ?", text(user))
}

// Agency is part of casemgmt.Tx.
func (tx *Tx) Agency(ctx context.Context) (*casemgmt.Agency, error) {
	if err := tx.one(ctx, "read agency", `SELECT lists FROM "{{p}}agencies" WHERE key = ?`, []any{tx.agency}, &tx.lists); err != nil {
		return nil, err
	}
	if kept, ok := tx.kept("agency"); ok {
		return cloneAgency(kept.(casemgmt.Agency)), nil
	}
	var d doc[casemgmt.Agency]
	var version int64
	err := tx.one(ctx, "read agency", `SELECT version, data FROM "{{p}}agencies" WHERE key = ?`, []any{tx.agency}, &version, &d)
	d.V.Version = version
	if err == nil {
		tx.keep("agency", *cloneAgency(d.V))
	}
	return &d.V, err
}

// cloneAgency shares nothing that a caller changes in place.
func cloneAgency(a casemgmt.Agency) *casemgmt.Agency {
	a.Settings.ClientRoles, a.Settings.Questions = slices.Clone(a.Settings.ClientRoles), slices.Clone(a.Settings.Questions)
	return &a
}

// InsertAgency is part of casemgmt.Tx.
func (tx *Tx) InsertAgency(ctx context.Context, a *casemgmt.Agency) error {
	_, err := tx.exec(ctx, "insert agency", `INSERT INTO "{{p}}agencies" (key, version, lists, data) VALUES (?, ?, ?, ?)`,
		tx.agency, a.Version, 1+rand.Int64N(1<<62), doc[*casemgmt.Agency]{a})
	tx.lists = 0
	return err
}

// UpdateAgency is part of casemgmt.Tx.
func (tx *Tx) UpdateAgency(ctx context.Context, a *casemgmt.Agency) error {
	a.Version++
	n, err := tx.exec(ctx, "update agency", `UPDATE "{{p}}agencies" SET version = ?, data = ? WHERE key = ? AND version = ?`,
		a.Version, doc[*casemgmt.Agency]{a}, tx.agency, a.Version-1)
	if err == nil && n == 0 {
		err = fault.ErrConflict
	}
	if err != nil {
		return err
	}
	return tx.forget(ctx)
}

// NextNumber is part of casemgmt.Tx.
func (tx *Tx) NextNumber(ctx context.Context, counter string) (int64, error) {
	var n int64
	err := tx.one(ctx, "count", `INSERT INTO "{{p}}counters" (agency_id, name, value) VALUES (?, ?, 1)
		ON CONFLICT (agency_id, name) DO UPDATE SET value = "{{p}}counters".value + 1 RETURNING value`,
		[]any{tx.agency, counter}, &n)
	return n, err
}

// Request is part of casemgmt.Tx.
func (tx *Tx) Request(ctx context.Context, actor, key string) (*casemgmt.Request, error) {
	r := &casemgmt.Request{Actor: actor, Key: key}
	var at instant
	if !tx.store.sqlite { // a repeat waits here until the first try is done, and then sees its result
		var none any
		if err := tx.one(ctx, "wait for request", `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`,
			[]any{tx.agency + "/" + actor + "/" + key}, &none); err != nil {
			return nil, err
		}
	}
	err := tx.one(ctx, "read request", `SELECT hash, at, result FROM "{{p}}requests" WHERE agency_id = ? AND actor = ? AND key = ?`,
		[]any{tx.agency, actor, key}, &r.Hash, &at, &r.Result)
	r.At = at.Time
	return r, err
}

// InsertRequest is part of casemgmt.Tx.
func (tx *Tx) InsertRequest(ctx context.Context, r casemgmt.Request) error {
	_, err := tx.exec(ctx, requestInsert, `INSERT INTO "{{p}}requests" (agency_id, actor, key, hash, at, result) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.agency, r.Actor, r.Key, r.Hash, instant{r.At}, string(r.Result))
	if errors.Is(err, fault.ErrConflict) && tx.store.sqlite {
		return fmt.Errorf("bunstore: %s twice", requestInsert) // one writer at a time: it was read before
	}
	return err
}
