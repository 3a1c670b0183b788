package bunstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt/id"
)

// some are records by their ids.
func some[T any](ctx context.Context, where func(context.Context, string, ...any) ([]*T, error), keys []id.Of[T], key func(*T) id.Of[T]) (map[id.Of[T]]*T, error) {
	out := make(map[id.Of[T]]*T, len(keys))
	for part := range slices.Chunk(keys, 500) {
		found, err := where(ctx, " AND id IN ("+engine.Marks(len(part))+")", engine.Padded(part)...)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			out[key(x)] = x
		}
	}
	return out, nil
}

// versions are those of records of a table; narrow is what follows the ids.
func versions[T any](ctx context.Context, u *engine.Unit, table, narrow string, keys []id.Of[T]) (map[id.Of[T]]int64, error) {
	out := make(map[id.Of[T]]int64, len(keys))
	for part := range slices.Chunk(keys, 500) {
		err := u.Query(ctx, "read versions", `SELECT id, version FROM "{{p}}`+table+`" WHERE agency_id = ? AND id IN (`+engine.Marks(len(part))+`)`+narrow,
			append([]any{u.Agency}, engine.Padded(part)...), func(rows *sql.Rows) error {
				var key id.Of[T]
				var v int64
				err := rows.Scan(&key, &v)
				out[key] = v
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
