package bunstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
)

// ErrNoBackup says that the database is PostgreSQL, whose own programs make backups.
var ErrNoBackup = errors.New("bunstore: PostgreSQL is backed up by its own programs (pg_dump, or pg_basebackup with the WAL)")

// Backup copies an SQLite database, the host's own tables too, into a new file while
// others read and write. What was committed before it began is in it; what is committed
// meanwhile is not. A plain copy of the file beside a running program may hold nothing,
// as the last writes are in another file. It fails with ErrNoBackup, and where the file
// is there already.
func (s *Store) Backup(ctx context.Context, file string) error {
	if !s.db.SQLite {
		return ErrNoBackup
	}
	return s.db.CopyTo(ctx, file)
}

// A Damage is something that Check found.
type Damage struct {
	// Where is a table, or empty.
	Where string
	// What is wrong, without any value.
	What string
}

// String is one line.
func (d Damage) String() string {
	if d.Where == "" {
		return d.What
	}
	return d.Where + ": " + d.What
}

// Check reads the whole database and says what is wrong with it: pages and indexes that
// are damaged, rows that refer to others that are not there, migrations that are to be
// run, clients whom no search would find, and numbers of clients that are behind. It
// changes nothing.
func (s *Store) Check(ctx context.Context) ([]Damage, error) {
	pending, err := s.Pending(ctx)
	if err != nil {
		return nil, err
	}
	if pending > 0 {
		return []Damage{{"", fmt.Sprintf("%d migrations are to be run", pending)}}, nil
	}
	var out []Damage
	err = s.db.Damages(ctx, checks, func(where, what string) { out = append(out, Damage{where, what}) })
	return out, err
}

// checks count rows that the foreign keys say nothing about.
var checks = []engine.Invariant{
	{Table: "clients", What: "named clients are found by no name", SQL: `SELECT count(*) FROM "{{p}}clients" AS c WHERE c.kind = 'named' AND NOT EXISTS
		(SELECT 1 FROM "{{p}}client_words" AS w WHERE w.agency_id = c.agency_id AND w.client_id = c.id AND w.kind = 'n')`},
	{Table: "client_words", What: "words lead to clients who are anonymous", SQL: `SELECT count(*) FROM "{{p}}client_words" AS w JOIN "{{p}}clients" AS c
		ON c.agency_id = w.agency_id AND c.id = w.client_id WHERE c.kind <> 'named'`},
	{Table: "counters", What: "numbers of clients are behind the clients", SQL: `SELECT count(*) FROM "{{p}}counters" AS n WHERE n.name = 'client' AND n.value <
		(SELECT max(c.number) FROM "{{p}}clients" AS c WHERE c.agency_id = n.agency_id)`},
	{Table: "facts", What: "counted answers are of no form that is complete", SQL: `SELECT count(*) FROM "{{p}}facts" AS f WHERE NOT EXISTS
		(SELECT 1 FROM "{{p}}session_forms" AS s WHERE s.agency_id = f.agency_id AND s.id = f.form_id AND s.completed IS NOT NULL)`},
	{Table: "batch_entries", What: "services are of no run", SQL: `SELECT count(*) FROM "{{p}}batch_entries" AS e WHERE NOT EXISTS
		(SELECT 1 FROM "{{p}}batch_runs" AS r WHERE r.agency_id = e.agency_id AND r.id = e.run_id)`},
}
