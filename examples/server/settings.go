package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

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

// claim keeps a setting that was never set, and says whether this was the first
// time. In a transaction, who claims it meanwhile waits for its end.
func (s settings) claim(ctx context.Context, key, value string) (bool, error) {
	res, err := s.db.NewInsert().Model(&setting{Key: key, Value: value}).On("CONFLICT (key) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// hold keeps others from changing a setting until the transaction ends.
func (s settings) hold(ctx context.Context, key string) error {
	_, err := s.db.NewUpdate().Model((*setting)(nil)).Set("value = value").Where("key = ?", key).Exec(ctx)
	return err
}

// setJSON keeps a setting of several parts.
func (s settings) setJSON(ctx context.Context, key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return s.set(ctx, key, string(raw))
}

// getJSON reads a setting of several parts, and says whether it was ever set.
func (s settings) getJSON(ctx context.Context, key string, value any) (bool, error) {
	raw, err := s.get(ctx, key)
	if err != nil || raw == "" {
		return false, err
	}
	return true, json.Unmarshal([]byte(raw), value)
}

// turnTime is how long a server waits for others that write SQLite's file, beyond
// what the driver waits.
const turnTime = 2 * time.Minute

// inTurn runs fn in a transaction that begins with a write. Another server that
// holds SQLite's file for long is waited for; PostgreSQL waits itself.
func (a *app) inTurn(ctx context.Context, fn func(context.Context, bun.Tx) error) error {
	for end := time.Now().Add(turnTime); ; {
		err := a.db.RunInTx(ctx, nil, fn)
		var code interface{ Code() int }
		if !errors.As(err, &code) || code.Code()&0xff != sqliteBusy || time.Now().After(end) {
			return err
		}
	}
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
