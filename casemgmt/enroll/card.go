package enroll

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// CardID identifies a scan card.
type CardID = id.Of[Card]

// Card is a scan card: its value identifies a client in a batch (SCN-01). A
// client may have several; a value is never used again (SCN-02).
type Card struct {
	casemgmt.Head[Card]
	Client casemgmt.ClientID `json:"client"`
	// Value is what the scanner reads: 4 to 40 of A-Z, 0-9 and -. It holds no
	// personal data (SCN-04).
	Value  string    `json:"value"`
	Issued time.Time `json:"issued"`
	// Expires is the last day on which it works; empty is never.
	Expires     civil.Date    `json:"expires,omitzero"`
	Deactivated *Deactivation `json:"deactivated,omitempty"`
}

// Deactivation ends a card, such as a lost one.
type Deactivation struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason,omitempty"`
}

var cardValue = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{2,38}[A-Z0-9]$`)

// CardValue is a card's value as it is kept: scanners differ in case and blanks.
func CardValue(scanned string) string { return strings.ToUpper(i18n.Trim(scanned)) }

// Problem is the code of what keeps a card from being used at a moment, whose
// day in the agency's zone is given: card_not_issued, deactivated_card or
// expired_card; empty when it works (SCN-03). A scan that arrives late is judged by
// its own time (SCN-05), and none was made before there was the card, whatever the
// scanner's clock says.
func (c *Card) Problem(at time.Time, day civil.Date) string {
	switch {
	case at.Before(c.Issued.Truncate(time.Second)): // most clocks tell no less
		return "card_not_issued"
	case c.Deactivated != nil && !at.Before(c.Deactivated.At):
		return "deactivated_card"
	case !c.Expires.IsZero() && day.After(c.Expires):
		return "expired_card"
	}
	return ""
}

// IssueCard gives a client a card.
type IssueCard struct {
	Client  casemgmt.ClientID `json:"client"`
	Value   string            `json:"value,omitempty"` // a new one is made up without it
	Expires civil.Date        `json:"expires,omitzero"`
}

// ValidateWithContext says what is wrong with the card.
func (c IssueCard) ValidateWithContext(ctx context.Context) error {
	c.Value = CardValue(c.Value)
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Client, fault.Required("SCN-02")),
		validation.Field(&c.Value, fault.Match("SCN-01", "card_shape", cardValue)),
		validation.Field(&c.Expires, fault.Days("SCN-02", 1970, 9999), fault.Coming("SCN-02")),
	)
}

// IssueCard gives a named client a scan card. It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid, also when the value
// was used before.
func (s *Service) IssueCard(ctx context.Context, cmd IssueCard) (*Card, error) {
	return casemgmt.Change(ctx, s.work, cmd, issueCard)
}

func issueCard(ctx context.Context, u *Unit, cmd IssueCard) (*Card, error) {
	client, err := u.Tx.Clients().Get(ctx, cmd.Client)
	if err != nil {
		return nil, err
	}
	if err := casemgmt.MayRecord(ctx, u); err != nil {
		return nil, err
	}
	c := &Card{Head: casemgmt.NewHead[Card](), Client: client.ID, Value: CardValue(cmd.Value), Issued: u.Now, Expires: cmd.Expires}
	for c.Value == "" {
		if made := newCardValue(); !client.Profile.ToldBy(made) { // a short name may come up by chance
			c.Value = made
		}
	}
	var bad fault.Issues
	if client.Kind == casemgmt.Anonymous {
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	}
	if client.Profile.ToldBy(c.Value) {
		bad.Add("SCN-04", "/value", "personal_data")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	u.Log(event.CardIssued, c)
	err = u.Tx.Cards().Insert(ctx, c)
	if errors.Is(err, fault.ErrConflict) {
		bad.Add("SCN-02", "/value", "card_used")
		err = bad.Err()
	}
	return c, err
}

// newCardValue is 12 random letters and digits.
func newCardValue() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)[:12]
}

// DeactivateCard ends a card.
type DeactivateCard struct {
	ID      CardID `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason,omitempty"`
}

// Validate says what is wrong with the reason.
func (c DeactivateCard) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Note("SCN-02", 500)))
}

// DeactivateCard ends a card for good: its value is not used again (SCN-02). It
// fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) DeactivateCard(ctx context.Context, cmd DeactivateCard) (*Card, error) {
	return casemgmt.Change(ctx, s.work, cmd, deactivateCard)
}

func deactivateCard(ctx context.Context, u *Unit, cmd DeactivateCard) (*Card, error) {
	c, err := u.Tx.Cards().Lock(ctx, cmd.ID)
	if err != nil {
		return nil, err
	}
	u.Was(c)
	if err := casemgmt.MayRecord(ctx, u); err != nil {
		return nil, err
	}
	if c.Version != cmd.Version {
		return nil, fault.ErrConflict
	}
	if c.Deactivated != nil {
		var bad fault.Issues
		bad.Add("SCN-02", "/id", "not_applicable")
		return nil, bad.Err()
	}
	c.Deactivated = &Deactivation{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	u.Log(event.CardDeactivated, c)
	if err := u.Tx.Cards().Update(ctx, c); err != nil {
		return nil, err
	}
	if !u.SeesCare() {
		shown := *c
		shown.Value = ""
		return &shown, nil
	}
	return c, nil
}

// Card is one card. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Card(ctx context.Context, key CardID) (*Card, error) {
	return casemgmt.Read(ctx, s.work, key, card)
}

func card(ctx context.Context, u *Unit, key CardID) (*Card, error) {
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	if !u.SeesCare() {
		return nil, fault.ErrForbidden
	}
	c, err := u.Tx.Cards().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Log(event.CardViewed, c, casemgmt.AboutClients(c.Client)...)
	return c, nil
}

// ClientCards lists a client's cards, the latest first. It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) ClientCards(ctx context.Context, key casemgmt.ClientID) ([]*Card, error) {
	return casemgmt.ReadMany(ctx, s.work, key, clientCards)
}

func clientCards(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*Card, error) {
	if !u.SeesCare() {
		return nil, fault.ErrForbidden
	}
	u.Log(event.CardsViewed, casemgmt.About(key))
	return shown(ctx, u, key, u.Tx.Cards(), func(*Card) bool { return true })
}
