package casemgmt

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/match"
)

// RegisterClient registers a named client.
type RegisterClient struct {
	// Accepted: the client understood and accepted the privacy statement (ANO-01).
	Accepted bool `json:"accepted"`
	// Language in which the statement was read; empty is the worker's own, or English.
	Language i18n.Lang `json:"language,omitempty"`
	Profile  Profile   `json:"profile"`
	// Distinct is given on the second try, when the first found people who look
	// alike and this is another person (CLI-05).
	Distinct *Distinct `json:"distinct,omitempty"`
}

// LookAlike is a client who looks like the one to be registered, and why.
type LookAlike struct {
	Client  ClientHit      `json:"client"`
	Reasons []match.Reason `json:"reasons"`
	// Texts say the reasons in the reader's language; they are filled in at the edge.
	Texts []string `json:"messages,omitempty"`
}

// PossibleDuplicates is returned instead of a client when people look alike
// (CLI-05). It is a fault.ErrConflict. Register again with Distinct, or use the
// profile that is already there.
type PossibleDuplicates struct{ LookAlikes []LookAlike }

// Error does not say who.
func (e *PossibleDuplicates) Error() string {
	return "possible duplicates: somebody who looks alike is registered (CLI-05)"
}

// Is makes errors.Is(err, fault.ErrConflict) true.
func (e *PossibleDuplicates) Is(target error) bool { return target == fault.ErrConflict }

// RegisterClient registers a named client, after a search for duplicates that
// cannot be skipped (CLI-04). It fails with *PossibleDuplicates,
// fault.ErrForbidden, or *fault.Invalid.
func (s *Service) RegisterClient(ctx context.Context, cmd RegisterClient) (*Client, error) {
	var out *Client
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := canRegister(ctx, me); err != nil {
			return event.Event{}, err
		}
		cmd.Profile.normalize()
		bad := cmd.Profile.check(s.cfg.Forms, me.Today)
		if !cmd.Accepted {
			bad.Add("ANO-01", "/accepted", "privacy_not_accepted")
		}
		bad.OneOf("ANO-08", "/language", cmd.Language.Valid(), string(cmd.Language))
		if cmd.Distinct != nil {
			distinct := *cmd.Distinct // it is the caller's
			distinct.Reason = strings.TrimSpace(distinct.Reason)
			cmd.Distinct = &distinct
			bad.Required("CLI-05", "/distinct/reason", cmd.Distinct.Reason != "")
			bad.Note("/distinct/reason", cmd.Distinct.Reason, 1000)
			bad.Required("CLI-05", "/distinct/from", len(cmd.Distinct.From) > 0)
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		cmd.Profile.compact()
		statement, err := tx.CurrentStatement(ctx)
		if errors.Is(err, fault.ErrNotFound) {
			bad.Add("ANO-08", "/accepted", "no_statement")
			return event.Event{}, bad.Err()
		}
		if err != nil {
			return event.Event{}, err
		}
		// counted first: it makes registrations of one agency wait for each
		// other, so that two at once cannot miss each other's person
		number, err := tx.NextNumber(ctx, "client")
		if err != nil {
			return event.Event{}, err
		}
		out = &Client{
			Head: NewHead[Client](), Number: number, Kind: Named, Registered: me.Now, RegisteredBy: me.StaffID(),
			Profile: cmd.Profile, Distinct: cmd.Distinct,
			Acceptance: Acceptance{Statement: statement.Number, On: me.Today, By: me.StaffID(), Language: readIn(cmd.Language, me)},
		}
		if err := uniqueIdentifiers(ctx, tx, out); err != nil {
			return event.Event{}, err
		}
		if err := noLookAlikes(ctx, tx, out); err != nil {
			return event.Event{}, err
		}
		return event.New("client.registered", out.ID.String(), 1), tx.InsertClient(ctx, out)
	})
	return out, err
}

func canRegister(ctx context.Context, me Caller) error {
	if err := me.AllowClients(ctx); err != nil {
		return err
	}
	return me.Allow(ctx, access.RecordSessions, access.Resource{})
}

func readIn(l i18n.Lang, me Caller) i18n.Lang {
	if l == "" && me.Staff != nil {
		l = me.Staff.Defaults.Language
	}
	if l == "" {
		l = i18n.English
	}
	return l
}

// uniqueIdentifiers is CLI-12.
func uniqueIdentifiers(ctx context.Context, tx Tx, c *Client) error {
	var bad fault.Issues
	for i, d := range c.Profile.Identifiers {
		holder, err := tx.IdentifierHolder(ctx, d)
		if errors.Is(err, fault.ErrNotFound) || err == nil && holder == c.ID {
			continue
		}
		if err != nil {
			return err
		}
		bad.Add("CLI-12", fault.At("/profile/identifiers", i)+"/value", "identifier_taken")
	}
	return bad.Err()
}

func noLookAlikes(ctx context.Context, tx Tx, c *Client) error {
	candidates, err := tx.LookAlikes(ctx, c)
	if err != nil {
		return err
	}
	var found []LookAlike
	for _, other := range candidates {
		reasons := match.Explain(c.person(), other.person())
		known := c.Distinct != nil && slices.Contains(c.Distinct.From, other.ID)
		if other.ID != c.ID && len(reasons) > 0 && !known {
			found = append(found, LookAlike{Client: other.hit(), Reasons: reasons})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &PossibleDuplicates{LookAlikes: found}
}

func (c *Client) person() match.Person {
	p := match.Person{
		Given: c.Profile.Given, Family: c.Profile.Family, Preferred: c.Profile.Preferred, Former: c.Profile.Former,
		BirthDate: c.Profile.BirthDate, Phones: c.Profile.Phones,
	}
	for _, i := range c.Profile.Identifiers {
		p.Identifiers = append(p.Identifiers, i.Kind+" "+i.Value)
	}
	return p
}

// RegisterAnonymous registers somebody who does not say yes to the privacy
// statement, or wants to stay anonymous (ANO-02).
type RegisterAnonymous struct {
	Sketch Sketch `json:"sketch"`
}

// RegisterAnonymous registers an anonymous client. No search finds them
// (ANO-06). It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) RegisterAnonymous(ctx context.Context, cmd RegisterAnonymous) (*Client, error) {
	var out *Client
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		if err := canRegister(ctx, me); err != nil {
			return event.Event{}, err
		}
		if err := cmd.Sketch.check(s.cfg.Forms).Err(); err != nil {
			return event.Event{}, err
		}
		number, err := tx.NextNumber(ctx, "client")
		if err != nil {
			return event.Event{}, err
		}
		out = &Client{Head: NewHead[Client](), Number: number, Kind: Anonymous, Registered: me.Now,
			RegisteredBy: me.StaffID(), Sketch: cmd.Sketch}
		return event.New("client.registered", out.ID.String(), 1), tx.InsertClient(ctx, out)
	})
	return out, err
}

// UpdateClient replaces what is known of a client: the profile of a named one,
// the sketch of an anonymous one.
type UpdateClient struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"` // that was read
	Profile *Profile `json:"profile,omitempty"`
	Sketch  *Sketch  `json:"sketch,omitempty"`
}

// UpdateClient fills in or corrects a profile (CLI-06). The kind stays: a
// profile for an anonymous client is refused (ANO-04, ANO-10). It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateClient(ctx context.Context, cmd UpdateClient) (*Client, error) {
	return s.change(ctx, cmd.ID, cmd.Version, cmd, "client.changed", func(ctx context.Context, tx Tx, me Caller, c *Client) error {
		var bad fault.Issues
		switch {
		case c.Kind == Anonymous && cmd.Profile != nil:
			bad.Add("ANO-04", "/profile", "anonymous_stays")
		case c.Kind == Named && cmd.Sketch != nil:
			bad.Add("ANO-10", "/sketch", "not_applicable")
		case c.Kind == Anonymous:
			bad.Required("ANO-10", "/sketch", cmd.Sketch != nil)
			if cmd.Sketch != nil {
				c.Sketch = *cmd.Sketch
				bad = append(bad, c.Sketch.check(s.cfg.Forms)...)
			}
		default:
			bad.Required("CLI-08", "/profile", cmd.Profile != nil)
			if cmd.Profile != nil {
				c.Profile = *cmd.Profile
				c.Profile.normalize()
				bad = append(bad, c.Profile.check(s.cfg.Forms, me.Today)...)
			}
		}
		if err := bad.Err(); err != nil {
			return err
		}
		c.Profile.compact()
		return uniqueIdentifiers(ctx, tx, c)
	})
}

// change reads a client, changes it and writes it with its event.
func (s *Service) change(ctx context.Context, key ClientID, version int64, cmd any, kind string,
	do func(context.Context, Tx, Caller, *Client) error) (*Client, error) {
	var out *Client
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		client, err := tx.Client(ctx, key)
		if err != nil {
			return event.Event{}, err
		}
		if err := canRegister(ctx, me); err != nil {
			return event.Event{}, err
		}
		if client.Version != version {
			return event.Event{}, fault.ErrConflict
		}
		before := *client
		if err := do(ctx, tx, me, client); err != nil {
			return event.Event{}, err
		}
		out = client
		if err := tx.UpdateClient(ctx, out); err != nil {
			return event.Event{}, err
		}
		return changed(kind, out.ID.String(), out.Version, before, out)
	})
	return out, err
}

// AcceptStatement records that a client accepts the current privacy statement,
// after a new version of it (ANO-08) or after a withdrawal.
type AcceptStatement struct {
	ID       ClientID  `json:"id"`
	Version  int64     `json:"version"`
	Accepted bool      `json:"accepted"`
	Language i18n.Lang `json:"language,omitempty"`
}

// AcceptStatement records the client's "yes". It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AcceptStatement(ctx context.Context, cmd AcceptStatement) (*Client, error) {
	return s.change(ctx, cmd.ID, cmd.Version, cmd, "client.consented", func(ctx context.Context, tx Tx, me Caller, c *Client) error {
		var bad fault.Issues
		if c.Kind == Anonymous {
			bad.Add("ANO-04", "/id", "anonymous_stays")
		}
		if !cmd.Accepted {
			bad.Add("ANO-01", "/accepted", "privacy_not_accepted")
		}
		bad.OneOf("ANO-08", "/language", cmd.Language.Valid(), string(cmd.Language))
		if err := bad.Err(); err != nil {
			return err
		}
		statement, err := tx.CurrentStatement(ctx)
		if err != nil {
			return err
		}
		c.Withdrawal = nil
		c.Acceptance = Acceptance{Statement: statement.Number, On: me.Today, By: me.StaffID(), Language: readIn(cmd.Language, me)}
		return nil
	})
}

// WithdrawConsent records that a client withdraws the consent.
type WithdrawConsent struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"`
	Reason  string   `json:"reason,omitempty"`
}

// WithdrawConsent stops new sessions, notifications and exports of a client; it
// deletes nothing (ANO-09). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) WithdrawConsent(ctx context.Context, cmd WithdrawConsent) (*Client, error) {
	return s.change(ctx, cmd.ID, cmd.Version, cmd, "client.withdrew", func(_ context.Context, _ Tx, me Caller, c *Client) error {
		var bad fault.Issues
		if c.Kind == Anonymous || c.Withdrawal != nil {
			bad.Add("ANO-09", "/id", "not_applicable")
		}
		bad.Note("/reason", cmd.Reason, 1000)
		c.Withdrawal = &Withdrawal{On: me.Today, By: me.StaffID(), Reason: cmd.Reason}
		return bad.Err()
	})
}

// StartFamily gives a client a family code, if there is none yet (CLI-10).
type StartFamily struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"`
}

// StartFamily generates a family code on request. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) StartFamily(ctx context.Context, cmd StartFamily) (*Client, error) {
	return s.change(ctx, cmd.ID, cmd.Version, cmd, "client.changed", func(_ context.Context, _ Tx, _ Caller, c *Client) error {
		var bad fault.Issues
		if c.Kind == Anonymous {
			bad.Add("ANO-10", "/id", "not_applicable")
		}
		if c.Profile.FamilyCode == "" {
			c.Profile.FamilyCode = newFamilyCode()
		}
		return bad.Err()
	})
}

// FamilyMember is what the profile of a new member of the client's family
// starts with: copied, and all of it editable (CLI-10). The reading is logged
// as an event (client.viewed). It fails with
// fault.ErrNotFound, fault.ErrForbidden, or *fault.Invalid without a family code.
func (s *Service) FamilyMember(ctx context.Context, key ClientID) (*Profile, error) {
	var out *Profile
	err := s.work.Update(ctx, key, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		c, err := tx.Client(ctx, key)
		if err != nil {
			return event.Event{}, err
		}
		if err := me.AllowClients(ctx); err != nil {
			return event.Event{}, err
		}
		var bad fault.Issues
		bad.Required("CLI-10", "/profile/family_code", c.Profile.FamilyCode != "")
		member := c.Profile.member()
		out = &member
		return event.New("client.viewed", key.String(), c.Version), bad.Err()
	})
	return out, err
}

// Client is one client; the reading is logged as an event (client.viewed). It
// fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Client(ctx context.Context, key ClientID) (*Client, error) {
	var out *Client
	err := s.work.Update(ctx, key, &out, func(ctx context.Context, tx Tx, me Caller) (event.Event, error) {
		var err error
		if out, err = tx.Client(ctx, key); err != nil {
			return event.Event{}, err
		}
		return event.New("client.viewed", key.String(), out.Version), me.AllowClients(ctx)
	})
	return out, err
}
