package casemgmt

import (
	"context"
	"errors"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/match"
)

// RegisterClient registers a named client.
type RegisterClient struct {
	// Accepted: the client understood and accepted the privacy statement (ANO-01).
	Accepted bool `json:"accepted"`
	// Language in which the statement was read, one of the agency's; empty is the
	// worker's own, or the agency's first.
	Language i18n.Lang `json:"language,omitempty"`
	Profile  Profile   `json:"profile"`
	// Distinct is given on the second try, when the first found people who look
	// alike and this is another person (CLI-05).
	Distinct *Distinct `json:"distinct,omitempty"`
}

// ValidateWithContext says what is wrong with the registration.
func (c RegisterClient) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Accepted, fault.Accepted("ANO-01", "privacy_not_accepted")),
		validation.Field(&c.Language, spoken(ctx, "ANO-08")),
		validation.Field(&c.Profile),
		validation.Field(&c.Distinct),
	)
}

// Validate says what is missing of the statement that this is another person.
func (d Distinct) Validate() error {
	return fault.Check(&d,
		validation.Field(&d.From, fault.Required("CLI-05"), fault.AtMost("CLI-05", 200)),
		validation.Field(&d.Reason, fault.Required("CLI-05"), fault.Note("CLI-05", 1000)),
	)
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
	c, err := Change(ctx, s.work, cmd, registerClient)
	var found *PossibleDuplicates
	if errors.As(err, &found) {
		if _, noted := Read(ctx, s.work, found.LookAlikes, lookAlikesShown); noted != nil {
			return nil, noted
		}
	}
	return c, err
}

func registerClient(ctx context.Context, u *Unit, cmd RegisterClient) (*Client, error) {
	if err := MayRecord(ctx, u); err != nil {
		return nil, err
	}
	cmd.Profile.normalize(u.Agency.Home())
	cmd.Profile.compact()
	statement, err := u.Tx.Statements().Current(ctx)
	if errors.Is(err, fault.ErrNotFound) {
		var bad fault.Issues
		bad.Add("ANO-08", "/accepted", "no_statement")
		return nil, bad.Err()
	}
	if err != nil {
		return nil, err
	}
	// counted first: it makes registrations of one agency wait for each
	// other, so that two at once cannot miss each other's person
	number, err := u.Tx.Counters().Next(ctx, "client")
	if err != nil {
		return nil, err
	}
	c := &Client{
		Head: NewHead[Client](), Number: number, Kind: Named, Registered: u.Now, RegisteredBy: u.StaffID(),
		Profile: cmd.Profile, Distinct: cmd.Distinct,
		Acceptance: Acceptance{Statement: statement.Number, On: u.Today, By: u.StaffID(), Language: readIn(cmd.Language, u.Caller)},
	}
	if err := uniqueIdentifiers(ctx, u.Tx, c); err != nil {
		return nil, err
	}
	if err := noLookAlikes(ctx, u.Tx, c); err != nil {
		return nil, err
	}
	u.Log(event.ClientRegistered, c)
	return c, u.Tx.Clients().Insert(ctx, c)
}

func readIn(l i18n.Lang, c Caller) i18n.Lang {
	if l == "" && c.Staff != nil && slices.Contains(c.Agency.Speaks(), c.Staff.Defaults.Language) {
		l = c.Staff.Defaults.Language
	}
	if l == "" {
		l = c.Agency.Speaks()[0]
	}
	return l
}

// uniqueIdentifiers is CLI-12.
func uniqueIdentifiers(ctx context.Context, tx Tx, c *Client) error {
	var bad fault.Issues
	for i, d := range c.Profile.Identifiers {
		holder, err := tx.Clients().Holder(ctx, d)
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
	candidates, err := tx.Clients().LookAlikes(ctx, c)
	if err != nil {
		return err
	}
	var found []LookAlike
	for _, other := range candidates {
		reasons := match.Explain(c.person(), other.person())
		known := c.Distinct != nil && slices.Contains(c.Distinct.From, other.ID)
		if other.ID != c.ID && len(reasons) > 0 && !known {
			found = append(found, LookAlike{Client: other.Hit(), Reasons: reasons})
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
	Sketch Sketch `json:"sketch,omitzero"`
}

// ValidateWithContext says what is wrong with the sketch.
func (c RegisterAnonymous) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c, validation.Field(&c.Sketch))
}

// RegisterAnonymous registers an anonymous client. No search finds them
// (ANO-06). It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) RegisterAnonymous(ctx context.Context, cmd RegisterAnonymous) (*Client, error) {
	return Change(ctx, s.work, cmd, registerAnonymous)
}

func registerAnonymous(ctx context.Context, u *Unit, cmd RegisterAnonymous) (*Client, error) {
	if err := MayRecord(ctx, u); err != nil {
		return nil, err
	}
	cmd.Sketch.normalize()
	number, err := u.Tx.Counters().Next(ctx, "client")
	if err != nil {
		return nil, err
	}
	c := &Client{Head: NewHead[Client](), Number: number, Kind: Anonymous, Registered: u.Now, RegisteredBy: u.StaffID(), Sketch: cmd.Sketch}
	u.Log(event.ClientRegistered, c)
	return c, u.Tx.Clients().Insert(ctx, c)
}
