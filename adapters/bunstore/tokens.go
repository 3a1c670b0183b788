package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// tokenTx is the storage of package apitoken in a unit of work.
type tokenTx struct{ casesTx }

type tokenRow struct {
	bun.BaseModel `bun:"table:tokens"`
	engine.Document[apitoken.Token]
	Staff casemgmt.StaffID `bun:"staff_id,type:uuid"`
}

type tokens struct {
	engine.Records[apitoken.Token, tokenRow, *tokenRow]
	*engine.Unit
}

func (tx tokenTx) Tokens() apitoken.Tokens {
	return tokens{engine.RecordsOf(tx.Unit, func(r *tokenRow, t *apitoken.Token) { r.Staff = t.Staff }), tx.Unit}
}

// Insert and Update are those of the records, not of the unit.
func (t tokens) Insert(ctx context.Context, x *apitoken.Token) error { return t.Records.Insert(ctx, x) }

// List reads the tokens with what their keys know.
func (t tokens) List(ctx context.Context, of casemgmt.StaffID, p casemgmt.PageRequest) (casemgmt.Page[apitoken.Listed], error) {
	q := engine.Clause{SQL: `FROM "{{p}}tokens" AS t LEFT JOIN "{{p}}token_keys" AS k ON k.agency_id = t.agency_id AND k.token_id = t.id WHERE t.agency_id = ?`,
		Args: []any{t.Unit.Agency}}
	if !of.IsZero() {
		q.Add(" AND t.staff_id = ?", of)
	}
	return engine.Pages(ctx, t.Unit, engine.List[apitoken.Listed]{Doing: "list tokens", Columns: "t.version, t.data, k.used", From: q,
		Order: engine.Order{By: []engine.Column{{Name: "t.id", Kind: engine.ID}}, Down: true}, Item: func() ([]any, func() (apitoken.Listed, error)) {
			var version int64
			var data engine.Packed[apitoken.Token]
			var used engine.Instant
			return []any{&version, data.In(ctx, t.Unit), &used}, func() (apitoken.Listed, error) {
				data.V.Version = version
				return apitoken.Listed{Token: data.V, LastUsed: used.Time}, nil
			}
		}}, p)
}

// Open is part of apitoken.Tokens.
func (t tokens) Open(ctx context.Context, x *apitoken.Token, h apitoken.Hash, ends time.Time) error {
	_, err := t.Exec(ctx, "write key", `INSERT INTO "{{p}}token_keys" (hash, agency_id, token_id, staff_id, ends, revoked) VALUES (?, ?, ?, ?, ?, FALSE)`,
		h[:], t.Unit.Agency, x.ID, x.Staff, engine.Instant{Time: ends})
	return err
}

// Shut is part of apitoken.Tokens.
func (t tokens) Shut(ctx context.Context, x *apitoken.Token) error {
	_, err := t.Exec(ctx, "revoke key", `UPDATE "{{p}}token_keys" SET revoked = TRUE WHERE agency_id = ? AND token_id = ?`, t.Unit.Agency, x.ID)
	return err
}

// keys are the tokens of all agencies.
type keys struct{ db *engine.DB }

// TokenKeys is what sign-in by token reads.
func (s *Store) TokenKeys() apitoken.Keys { return keys{s.db} }

// Key asks the database each time: what is kept of it elsewhere would open a
// token that another server has revoked.
func (k keys) Key(ctx context.Context, h apitoken.Hash) (*apitoken.Key, error) {
	var out apitoken.Key
	var ends engine.Instant
	err := k.db.Row(ctx, "find key", `SELECT k.token_id, k.ends, k.revoked, a.key, s.user_key, s.deactivated FROM "{{p}}token_keys" AS k
		JOIN "{{p}}agencies" AS a ON a.number = k.agency_id JOIN "{{p}}staff" AS s ON s.agency_id = k.agency_id AND s.id = k.staff_id WHERE k.hash = ?`,
		[]any{h[:]}, &out.Token, &ends, &out.Revoked, &out.Agency, &out.User, &out.Deactivated)
	if err != nil {
		return nil, err
	}
	out.Ends = ends.Time
	return &out, nil
}

// Used is part of apitoken.Keys.
func (k keys) Used(ctx context.Context, agency string, at time.Time, tokens []apitoken.ID) error {
	return k.db.Update(ctx, agency, func(u *engine.Unit) error {
		for _, t := range tokens {
			now := engine.Instant{Time: at}
			_, err := u.Exec(ctx, "note use", `UPDATE "{{p}}token_keys" SET used = ? WHERE agency_id = ? AND token_id = ? AND (used IS NULL OR used < ?)`,
				now, u.Agency, t, now)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
