package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/casemgmt/access"
)

// tokens are the API tokens of users. A token is 32 random bytes, of which only
// a SHA-256 is kept: nothing in the database signs anybody in.
type tokens struct{ db *bun.DB }

type tokenRow struct {
	bun.BaseModel `bun:"table:server_tokens"`

	Hash   string `bun:"hash,pk"`
	Agency string `bun:"agency"`
	User   string `bun:"user_key"`
	Demo   bool   `bun:"demo"`
}

func (t *tokens) migrate(ctx context.Context) error {
	for _, table := range []any{(*tokenRow)(nil), (*setting)(nil)} {
		if _, err := t.db.NewCreateTable().Model(table).IfNotExists().Exec(ctx); err != nil {
			return fmt.Errorf("make the server's own tables: %w", err)
		}
	}
	return nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// setting is something that the server keeps for itself.
type setting struct {
	bun.BaseModel `bun:"table:server_settings"`

	Key   string `bun:"key,pk"`
	Value string `bun:"value"`
}

// set keeps a setting.
func (t *tokens) set(ctx context.Context, key, value string) error {
	_, err := t.db.NewInsert().Model(&setting{Key: key, Value: value}).On("CONFLICT (key) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	return err
}

// get is a setting, empty when it was never set.
func (t *tokens) get(ctx context.Context, key string) (string, error) {
	var s setting
	err := t.db.NewSelect().Model(&s).Where("key = ?", key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return s.Value, err
}

// issue makes a token for a user. Demo tokens are replaced at each start.
func (t *tokens) issue(ctx context.Context, agency, user string, demo bool) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	token := base64.RawURLEncoding.EncodeToString(raw)
	row := &tokenRow{Hash: hash(token), Agency: agency, User: user, Demo: demo}
	if _, err := t.db.NewInsert().Model(row).Exec(ctx); err != nil {
		return "", fmt.Errorf("keep a token: %w", err)
	}
	return token, nil
}

func (t *tokens) dropDemo(ctx context.Context) error {
	_, err := t.db.NewDelete().Model((*tokenRow)(nil)).Where("demo").Exec(ctx)
	return err
}

// signIn finds out whose token a request carries. Without one, or with an
// unknown one, the request has no actor and the library refuses it.
func (t *tokens) signIn(next http.Handler) http.Handler {
	var known sync.Map // of hashes to actors: tokens are never changed, only made
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		key := hash(token)
		actor, cached := known.Load(key)
		if !cached {
			var row tokenRow
			err := t.db.NewSelect().Model(&row).Where("hash = ?", key).Scan(r.Context())
			if errors.Is(err, sql.ErrNoRows) {
				next.ServeHTTP(w, r)
				return
			}
			if err != nil {
				http.Error(w, "the tokens cannot be read", http.StatusServiceUnavailable)
				return
			}
			actor = access.Actor{Agency: row.Agency, User: row.User}
			known.Store(key, actor)
		}
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), actor.(access.Actor))))
	})
}
