package bunstore

import (
	"context"
	"embed"

	"github.com/uptrace/bun/dialect"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
)

//go:embed migrations
var migrations embed.FS

// ErrNewer says that the database was migrated by a newer program.
var ErrNewer = engine.ErrNewer

// ErrMemory says that the database is SQLite's :memory: on more than one connection.
var ErrMemory = engine.ErrMemory

// ErrNotMigrated says that the tables are not there, or not under this prefix.
var ErrNotMigrated = engine.ErrNotMigrated

// Migrate brings the tables to this program's version. Several programs that start
// at once wait for each other. It fails with ErrNewer when a newer program has
// been there, and with ErrMemory.
func (s *Store) Migrate(ctx context.Context) error { return s.db.Migrate(ctx) }

// Pending says how many migrations are to be run. It fails with ErrNewer when a
// newer program has been there.
func (s *Store) Pending(ctx context.Context) (int, error) { return s.db.Pending(ctx) }

// SQL is all migrations as one script, for who runs them with another tool.
func SQL(name dialect.Name, prefix string) (string, error) {
	return engine.SQL(migrations, name, prefix)
}
