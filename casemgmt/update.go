package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// UpdateClient replaces what is known of a client: the profile of a named one,
// the sketch of an anonymous one.
type UpdateClient struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"` // that was read
	Profile *Profile `json:"profile,omitempty"`
	Sketch  *Sketch  `json:"sketch,omitempty"`
}

// ValidateWithContext says what is wrong with the profile or sketch.
func (c UpdateClient) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c, validation.Field(&c.Profile), validation.Field(&c.Sketch))
}

// UpdateClient fills in or corrects a profile (CLI-06). The kind stays: a
// profile for an anonymous client is refused (ANO-04, ANO-10). It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateClient(ctx context.Context, cmd UpdateClient) (*Client, error) {
	return Change(ctx, s.work, cmd, updateClient)
}

func updateClient(ctx context.Context, u *Unit, cmd UpdateClient) (*Client, error) {
	c, err := changing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	before := *c
	var bad fault.Issues
	switch {
	case c.Kind == Anonymous && cmd.Profile != nil:
		bad.Add("ANO-04", "/profile", "anonymous_stays")
	case c.Kind == Named && cmd.Sketch != nil:
		bad.Add("ANO-10", "/sketch", "not_applicable")
	case c.Kind == Anonymous && cmd.Sketch == nil:
		bad.Add("ANO-10", "/sketch", "required")
	case c.Kind == Anonymous:
		c.Sketch = *cmd.Sketch
		c.Sketch.normalize()
	case cmd.Profile == nil:
		bad.Add("CLI-08", "/profile", "required")
	default:
		c.Profile = *cmd.Profile
		if !u.SeesCare() { // they were not shown to who sends the profile back
			c.Profile.Notes = before.Profile.Notes
		}
		c.Profile.normalize(u.Agency.Home())
		c.Profile.compact()
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if err := uniqueIdentifiers(ctx, u.Tx, c); err != nil {
		return nil, err
	}
	return rewrite(ctx, u, event.ClientChanged, before, c)
}

// changing is a client whom the caller may change, in the version that was read.
func changing(ctx context.Context, u *Unit, key ClientID, version int64) (*Client, error) {
	c, err := u.Tx.Clients().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := MayRecord(ctx, u); err != nil {
		return nil, err
	}
	if c.Version != version {
		return nil, fault.ErrConflict
	}
	return c, nil
}
