package enroll

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// FindCard asks whose card was scanned.
type FindCard struct {
	Value string `json:"value"` // as the scanner gives it
}

// Validate says what cannot be looked up.
func (c FindCard) Validate() error {
	return fault.Check(&c, validation.Field(&c.Value, fault.Required("SCN-01"), fault.Line("SCN-01", 100)))
}

// FoundCard is a card and whose it is.
type FoundCard struct {
	Card   *Card              `json:"card"`
	Client casemgmt.ClientHit `json:"client"`
	// Works says whether the card can be used now; Problem is the code of what is
	// against it (SCN-03).
	Works   bool   `json:"works"`
	Problem string `json:"problem,omitempty"`
}

// FindCard looks a card up by its value, for who may open profiles and record; the
// reading is logged about the client (card.looked_up). A card that does not work is
// found too. It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) FindCard(ctx context.Context, q FindCard) (*FoundCard, error) {
	return casemgmt.Read(ctx, s.work, q, findCard)
}

func findCard(ctx context.Context, u *Unit, q FindCard) (*FoundCard, error) {
	if err := casemgmt.MayRecord(ctx, u); err != nil {
		return nil, err
	}
	if !u.SeesCare() {
		return nil, fault.ErrForbidden
	}
	c, err := u.Tx.Cards().ByValue(ctx, CardValue(q.Value))
	if err != nil {
		return nil, err
	}
	client, err := u.Tx.Clients().Get(ctx, c.Client)
	if err != nil {
		return nil, err
	}
	problem := c.Problem(u.Now, u.Today)
	u.Log(event.CardLookedUp, client)
	return &FoundCard{Card: c, Client: client.Hit(), Works: problem == "", Problem: problem}, nil
}
