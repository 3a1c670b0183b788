// Package apitoken has the API tokens of staff: who has which, until when, and when
// it was used last. A token opens what its owner may do and no more. Of its secret
// only a hash is kept.
//
// Rule ids in comments and issues (SGN-04) are those of docs/rules.md.
package apitoken

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// Lifetime is for how many days a token opens anything: at most, and when no end
// is given.
const Lifetime = 365

// ID identifies a token. It is no secret.
type ID = id.Of[Token]

// Token is what is known of an API token.
type Token struct {
	casemgmt.Head[Token]
	Staff casemgmt.StaffID `json:"staff"` // as whom it acts
	Name  string           `json:"name"`
	// End is the last day on which it opens anything, in the agency's zone.
	End     civil.Date `json:"end"`
	Made    Mark       `json:"made"`
	Revoked *Mark      `json:"revoked,omitempty"`
}

// Mark says when something was done and by whom; by nobody is by a program.
type Mark struct {
	At time.Time        `json:"at"`
	By casemgmt.StaffID `json:"by,omitzero"`
}

// Listed is a token with its last use, which is known to a few minutes.
type Listed struct {
	Token
	LastUsed time.Time `json:"last_used,omitzero"`
}

// Hash is what is kept of a token's secret.
type Hash [sha256.Size]byte

// HashOf is the hash of a secret.
func HashOf(secret string) Hash { return sha256.Sum256([]byte(secret)) }

// newSecret makes a secret of 32 random bytes.
func newSecret() (string, Hash) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	secret := base64.RawURLEncoding.EncodeToString(raw)
	return secret, HashOf(secret)
}

// Key is what a secret opens.
type Key struct {
	Token  ID
	Agency string
	User   string    // the owner's user key
	Ends   time.Time // it opens nothing from then on
	// Revoked tokens, and those of deactivated staff, open nothing (ACC-09).
	Revoked, Deactivated bool
}

// Opens says whether the key opens anything at a moment.
func (k *Key) Opens(at time.Time) bool { return !k.Revoked && !k.Deactivated && at.Before(k.Ends) }

// Keys is what sign-in needs of a storage before it is known who calls.
type Keys interface {
	// Key is that of a hash, whatever its state. What it answers is how it is now,
	// whoever has changed it. It fails with fault.ErrNotFound.
	Key(ctx context.Context, h Hash) (*Key, error)
	// Used keeps that tokens of an agency were used. A moment before the one that is
	// kept changes nothing.
	Used(ctx context.Context, agency string, at time.Time, tokens []ID) error
}

// Tx is what tokens need of their storage in a unit of work, bound to one agency.
type Tx interface {
	casemgmt.Tx
	Tokens() Tokens
}

// Tokens are the tokens of the agency's staff.
type Tokens interface {
	casemgmt.Records[Token]
	// List are those of one person, or without one of all, the newest first.
	List(ctx context.Context, of casemgmt.StaffID, p casemgmt.PageRequest) (casemgmt.Page[Listed], error)
	// Open lets a hash open a token that is there, until a moment; Shut takes that back.
	Open(ctx context.Context, t *Token, h Hash, ends time.Time) error
	Shut(ctx context.Context, t *Token) error
}

// Unit is a unit of work of this package, and Runner opens them.
type (
	Unit   = casemgmt.UnitOf[Tx]
	Runner = casemgmt.RunnerOf[Tx]
)

// Make makes a token.
type Make struct {
	// Staff is as whom it acts; the caller unless given.
	Staff casemgmt.StaffID `json:"staff,omitzero"`
	Name  string           `json:"name"`
	// End is the last day on which it opens anything, at most Lifetime days from
	// today, which it also is when it is not given.
	End civil.Date `json:"end,omitzero"`

	// id and hash are made by the service.
	id   ID
	hash Hash
}

// ValidateWithContext says what is wrong with the command itself.
func (c Make) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Name, fault.Required("SGN-04"), fault.Line("SGN-04", 100)),
		validation.Field(&c.End, fault.Coming("SGN-04"), fault.Within("SGN-04", Lifetime)),
	)
}

// Revoke ends a token.
type Revoke struct {
	ID ID `json:"id"`
}

// Query asks for tokens: the caller's own unless it says more.
type Query struct {
	// Staff asks for those of one person, All for those of everybody.
	Staff casemgmt.StaffID `json:"staff,omitzero"`
	All   bool             `json:"all,omitempty"`
}
