package bunstore

import (
	"context"
	"time"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
)

// Ready says whether the database takes changes just now: it writes a row of its
// own, as a change would be written. It fails with fault.ErrUnavailable when
// nobody answers, the disk is full, or the database only reads.
func (s *Store) Ready(ctx context.Context) error {
	return s.db.Update(ctx, "", func(u *engine.Unit) error {
		now := engine.Instant{Time: time.Now().UTC()}
		if !u.SQLite {
			_, err := u.Exec(ctx, "write ready", `INSERT INTO "{{p}}ready" (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = EXCLUDED.at`, now)
			return err
		}
		// one row fits in anywhere: the filler needs some pages, which are free again afterwards
		if _, err := u.Exec(ctx, "write ready", `INSERT OR REPLACE INTO "{{p}}ready" (id, at, filler) VALUES (1, ?, zeroblob(16384))`, now); err != nil {
			return err
		}
		_, err := u.Exec(ctx, "write ready", `UPDATE "{{p}}ready" SET filler = zeroblob(0) WHERE id = 1`)
		return err
	})
}
