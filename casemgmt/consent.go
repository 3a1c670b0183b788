package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// AcceptStatement records that a client accepts the current privacy statement,
// after a new version of it (ANO-08) or after a withdrawal.
type AcceptStatement struct {
	ID       ClientID  `json:"id"`
	Version  int64     `json:"version"`
	Accepted bool      `json:"accepted"`
	Language i18n.Lang `json:"language,omitempty"`
}

// Validate says what is missing.
func (c AcceptStatement) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Accepted, fault.Accepted("ANO-01", "privacy_not_accepted")),
		validation.Field(&c.Language, spoken(ctx, "ANO-08")),
	)
}

// AcceptStatement records the client's "yes". It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AcceptStatement(ctx context.Context, cmd AcceptStatement) (*Client, error) {
	return Change(ctx, s.work, cmd, acceptStatement)
}

func acceptStatement(ctx context.Context, u *Unit, cmd AcceptStatement) (*Client, error) {
	c, err := changing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	if c.Kind == Anonymous {
		bad.Add("ANO-04", "/id", "anonymous_stays")
		return nil, bad.Err()
	}
	statement, err := u.Tx.Statements().Current(ctx)
	if err != nil {
		return nil, err
	}
	before := *c
	c.Withdrawal = nil
	c.Acceptance = Acceptance{Statement: statement.Number, On: u.Today, By: u.StaffID(), Language: readIn(cmd.Language, u.Caller)}
	return rewrite(ctx, u, event.ClientConsented, before, c)
}

// WithdrawConsent records that a client withdraws the consent.
type WithdrawConsent struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"`
	Reason  string   `json:"reason,omitempty"`
}

// Validate says what is wrong with the reason.
func (c WithdrawConsent) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Note("ANO-09", 1000)))
}

// WithdrawConsent stops new sessions, notifications and exports of a client; it
// deletes nothing (ANO-09). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) WithdrawConsent(ctx context.Context, cmd WithdrawConsent) (*Client, error) {
	return Change(ctx, s.work, cmd, withdrawConsent)
}

func withdrawConsent(ctx context.Context, u *Unit, cmd WithdrawConsent) (*Client, error) {
	c, err := changing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if c.Kind == Anonymous || c.Withdrawal != nil {
		var bad fault.Issues
		bad.Add("ANO-09", "/id", "not_applicable")
		return nil, bad.Err()
	}
	before := *c
	c.Withdrawal = &Withdrawal{On: u.Today, By: u.StaffID(), Reason: cmd.Reason}
	return rewrite(ctx, u, event.ClientWithdrew, before, c)
}
