package casemgmt

import (
	"context"
	"time"

	"github.com/opencasework/casework/casemgmt/event"
)

// Earlier is a version of a client that another one took the place of. Events name
// what was changed; what it was is read here, by who may read the client.
type Earlier struct {
	Client Client    `json:"client"`
	Until  time.Time `json:"until"`       // when it was changed
	By     StaffID   `json:"by,omitzero"` // who changed it; none: a program
}

// EarlierClients are the versions of clients that were changed.
type EarlierClients interface {
	Insert(ctx context.Context, e Earlier) error
	// Of are those of a client, the latest first.
	Of(ctx context.Context, c ClientID) ([]Earlier, error)
}

// rewrite writes a changed client, keeps what it was, and logs what was changed.
func rewrite(ctx context.Context, u *Unit, t event.Type, before Client, c *Client) (*Client, error) {
	u.Changed(t, before, c)
	if err := u.Tx.Clients().Update(ctx, c); err != nil {
		return nil, err
	}
	if err := u.Tx.EarlierClients().Insert(ctx, Earlier{Client: before, Until: u.Now, By: u.StaffID()}); err != nil {
		return nil, err
	}
	if !u.SeesCare() { // what is written keeps its notes
		shown := *c
		shown.Profile.Notes = ""
		return &shown, nil
	}
	return c, nil
}

// ClientVersions are the earlier versions of a client, the latest first. The reading
// is logged (client.viewed). It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) ClientVersions(ctx context.Context, key ClientID) ([]Earlier, error) {
	return Read(ctx, s.work, key, clientVersions)
}

func clientVersions(ctx context.Context, u *Unit, key ClientID) ([]Earlier, error) {
	if _, err := viewClient(ctx, u, key); err != nil {
		return nil, err
	}
	out, err := u.Tx.EarlierClients().Of(ctx, key)
	for i := range out {
		if !u.SeesCare() {
			out[i].Client.Profile.Notes = ""
		}
	}
	return out, err
}
