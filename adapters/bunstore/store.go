// Package bunstore keeps casework's records in SQLite or PostgreSQL, through
// bun. It opens a bun.DB of its own over the caller's *sql.DB, so that the
// caller's models and hooks and its own never meet, and puts a prefix before
// all its table names.
//
// There is a file for each domain package, with a Tx type of its own; what they
// share is in internal/engine.
package bunstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// Options of a store. The zero value is ready to use.
type Options struct {
	// Prefix of all table names: up to 20 of a-z, 0-9 and _, starting with a
	// letter. Empty is "cw_".
	Prefix string
	// NoPrepare keeps the store from preparing statements and from all else that
	// belongs to a session, for a PostgreSQL behind a pooler that shares connections
	// between transactions, such as PgBouncer with pool_mode=transaction. Migrating then
	// takes two connections. The driver must prepare nothing either: pgx with
	// default_query_exec_mode=exec.
	NoPrepare bool
	// Replica is a copy of a PostgreSQL database: a standby that streams from it. Lists
	// and reports are read there. The promise is that of the database itself, with one
	// server and with several: a list shows everything that was committed before it was
	// asked for, by anybody and on any server, and nothing to whom it was withdrawn by
	// then. For that the database is asked with each list how far it has written, in one
	// small statement, and the list is read from the replica if that has replayed as
	// much, within a tenth of a second. Else it is read from the database itself: when
	// the replica is behind, paused, away, was promoted or is not a copy of this
	// database; then it is left alone for a second. What was read halfway is read again.
	//
	// The replica's address must lead to one server, or keep a connection on one.
	Replica *bun.DB
	// CommitEach makes SQLite's units of work commit one by one, also when
	// several wait. It is slower; it is there to compare.
	CommitEach bool
	// Patience is how long a change waits before it fails with fault.ErrUnavailable. On
	// SQLite it waits for another program's writer or for a connection, 30 seconds unless
	// given. In PostgreSQL it is for all of the change with its commit, a minute unless
	// given: a commit that waits for a standby which is away would never end. Whether such
	// a change was kept is not known; sent again with the same request key, it is answered
	// when the standbys have it.
	Patience time.Duration
}

// Store is casework's storage in one database.
type Store struct {
	units
	db *engine.DB
}

// New makes a store over the caller's database. It does not touch the database;
// see Migrate. The caller's *sql.DB needs, for SQLite, a busy timeout and
// foreign keys switched on (_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)).
func New(db *bun.DB, opts Options) (*Store, error) {
	if opts.Prefix == "" {
		opts.Prefix = "cw_"
	}
	d, err := engine.Open(db, engine.Options(opts), migrations)
	if err != nil {
		return nil, err
	}
	return &Store{units{d}, d}, nil
}

// Prefix is what table names start with.
func (s *Store) Prefix() string { return s.db.Prefix }

// Close gives back the prepared statements. The caller's database stays open.
func (s *Store) Close() error { return s.db.Close() }

// Joined runs units of work inside a transaction of the host: they commit and
// roll back with it. A unit that fails leaves nothing behind, and the host's
// transaction goes on.
type Joined struct{ units }

// Join makes units of work part of the host's transaction, which must be one of
// the same database. In SQLite the transaction must hold the write lock before
// it reads (BEGIN IMMEDIATE, or a write first).
func (s *Store) Join(tx *sql.Tx) *Joined { return &Joined{units{s.db.Join(tx)}} }

// opener opens units of work: the store's own, or a part of the host's.
type opener interface {
	View(ctx context.Context, agency string, fn func(*engine.Unit) error) error
	Update(ctx context.Context, agency string, fn func(*engine.Unit) error) error
	Note(ctx context.Context, agency string, fn func(*engine.Unit) error) error
}

// runner is the runner of a domain package, whose Tx is T.
type runner[T casemgmt.Tx] struct {
	opener
	tx func(*engine.Unit) T
}

// View is part of casemgmt.RunnerOf.
func (r runner[T]) View(ctx context.Context, agency string, fn func(T) error) error {
	return r.opener.View(ctx, agency, func(u *engine.Unit) error { return fn(r.tx(u)) })
}

// Update is part of casemgmt.RunnerOf.
func (r runner[T]) Update(ctx context.Context, agency string, fn func(T) error) error {
	return r.opener.Update(ctx, agency, func(u *engine.Unit) error { return fn(r.tx(u)) })
}

// Note is part of casemgmt.Noter.
func (r runner[T]) Note(ctx context.Context, agency string, fn func(T) error) error {
	return r.opener.Note(ctx, agency, func(u *engine.Unit) error { return fn(r.tx(u)) })
}

// units has the runner of each domain package.
type units struct{ opener }

// Cases is the runner of package casemgmt.
func (o units) Cases() casemgmt.Runner {
	return runner[casemgmt.Tx]{o.opener, func(u *engine.Unit) casemgmt.Tx { return casesTx{u} }}
}

// Enrollments is the runner of package enroll.
func (o units) Enrollments() enroll.Runner {
	return runner[enroll.Tx]{o.opener, func(u *engine.Unit) enroll.Tx { return enrollTx{casesTx{u}} }}
}

// FollowUp is the runner of package followup.
func (o units) FollowUp() followup.Runner {
	return runner[followup.Tx]{o.opener, func(u *engine.Unit) followup.Tx { return followupTx{casesTx{u}} }}
}

// CaseFiles is the runner of package casefile.
func (o units) CaseFiles() casefile.Runner {
	return runner[casefile.Tx]{o.opener, func(u *engine.Unit) casefile.Tx { return casefilesTx{casesTx{u}} }}
}

// Sessions is the runner of package session.
func (o units) Sessions() session.Runner {
	return runner[session.Tx]{o.opener, func(u *engine.Unit) session.Tx { return sessionsTx{casesTx{u}} }}
}

// Dashboards is the runner of package dashboard.
func (o units) Dashboards() dashboard.Runner {
	return runner[dashboard.Tx]{o.opener, func(u *engine.Unit) dashboard.Tx { return dashboardsTx{sessionsTx{casesTx{u}}} }}
}

// Reports is the runner of package report.
func (o units) Reports() report.Runner {
	return runner[report.Tx]{o.opener, func(u *engine.Unit) report.Tx { return reportsTx{enrollTx{casesTx{u}}} }}
}

// Batches is the runner of package batch.
func (o units) Batches() batch.Runner {
	return runner[batch.Tx]{o.opener, func(u *engine.Unit) batch.Tx { return batchTx{enrollTx{casesTx{u}}} }}
}

// Exports is the runner of package export.
func (o units) Exports() export.Runner {
	return runner[export.Tx]{o.opener, func(u *engine.Unit) export.Tx { return exportsTx{sessionsTx{casesTx{u}}} }}
}

// Tokens is the runner of package apitoken.
func (o units) Tokens() apitoken.Runner {
	return runner[apitoken.Tx]{o.opener, func(u *engine.Unit) apitoken.Tx { return tokenTx{casesTx{u}} }}
}
