package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// settings are what the server keeps for itself.
type settings struct{ db bun.IDB }

// setting is one of them.
type setting struct {
	bun.BaseModel `bun:"table:server_settings"`

	Key   string `bun:"key,pk"`
	Value string `bun:"value"`
}

// migrate makes the table. Servers that start at once take turns: PostgreSQL
// refuses one of two that make it if it is not there.
func (s settings) migrate(ctx context.Context) error {
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if !onSQLite(tx) {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext('casework server_settings'))"); err != nil {
				return err
			}
		}
		_, err := tx.NewCreateTable().Model((*setting)(nil)).IfNotExists().Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("make the server's own table: %w", err)
	}
	return nil
}

// set keeps a setting.
func (s settings) set(ctx context.Context, key, value string) error {
	_, err := s.db.NewInsert().Model(&setting{Key: key, Value: value}).On("CONFLICT (key) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	return err
}

// get is a setting, empty when it was never set.
func (s settings) get(ctx context.Context, key string) (string, error) {
	var x setting
	err := s.db.NewSelect().Model(&x).Where("key = ?", key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return x.Value, err
}
