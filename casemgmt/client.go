// Package casemgmt is case management for human-services agencies: agencies,
// their staff and programs, and the clients they serve. It is meant to be
// embedded: the host gives it a storage (adapters/bunstore), says who acts
// (access.With), and calls the methods of Service. The domain packages beside it
// are built in the same way and on its units of work (Change, Read).
//
// Rule ids in comments and issues (CLI-08) are those of docs/rules.md.
package casemgmt

import (
	"context"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// ClientID identifies a client.
type ClientID = id.Of[Client]

// ClientKind is how a client is registered (CLI-03). It never changes (ANO-04).
type ClientKind string

// Values are both kinds.
func (ClientKind) Values() []ClientKind { return []ClientKind{Named, Anonymous} }

// The two kinds.
const (
	Named     ClientKind = "named"
	Anonymous ClientKind = "anonymous"
)

// Client is a person the agency serves.
type Client struct {
	Head[Client]
	// Number is the agency's own running client number.
	Number       int64      `json:"number"`
	Kind         ClientKind `json:"kind"`
	Registered   time.Time  `json:"registered"`
	RegisteredBy StaffID    `json:"registered_by,omitzero"`

	// Profile of a named client; zero for an anonymous one.
	Profile Profile `json:"profile,omitzero"`
	// Sketch of an anonymous client; zero for a named one.
	Sketch Sketch `json:"sketch,omitzero"`

	// Acceptance of the privacy statement (ANO-01); zero for an anonymous client.
	Acceptance Acceptance `json:"acceptance,omitzero"`
	// Withdrawal of the consent (ANO-09), if it was withdrawn.
	Withdrawal *Withdrawal `json:"withdrawal,omitempty"`
	// Distinct says why this is not one of the people it looks like (CLI-05).
	Distinct *Distinct `json:"distinct,omitempty"`
}

// Name is how the client is shown; empty for an anonymous client (CLI-13).
func (c *Client) Name() string { return c.Profile.Name() }

// Acceptance is the "yes" to a version of the privacy statement (ANO-08).
type Acceptance struct {
	Statement int64      `json:"statement"` // its number
	On        civil.Date `json:"on"`
	By        StaffID    `json:"by,omitzero"`
	Language  i18n.Lang  `json:"language"` // in which it was read
}

// Withdrawal of the consent.
type Withdrawal struct {
	On     civil.Date `json:"on"`
	By     StaffID    `json:"by,omitzero"`
	Reason string     `json:"reason,omitempty"`
}

// Distinct is the explicit "this is another person".
type Distinct struct {
	From   []ClientID `json:"from"` // the clients who look alike and are other people
	Reason string     `json:"reason"`
}

// Exportable says whether the client may be in a funder's file: anonymous
// clients never are (ANO-07), nor are those whose consent is withdrawn (ANO-09).
func (c *Client) Exportable() fault.Issues {
	var bad fault.Issues
	if c.Kind == Anonymous {
		bad.Add("ANO-07", "/client", "anonymous_not_exported")
		return bad
	}
	if c.Withdrawal != nil {
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	return bad
}

// Client is one client; the reading is logged as an event (client.viewed). It
// fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Client(ctx context.Context, key ClientID) (*Client, error) {
	return Read(ctx, s.work, key, viewClient)
}

func viewClient(ctx context.Context, u *Unit, key ClientID) (*Client, error) {
	c, err := u.Tx.Clients().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	u.Log(event.ClientViewed, c)
	if !u.SeesCare() {
		c.Profile.Notes = ""
	}
	return c, u.AllowClients(ctx)
}

// Tracked is a client whom records such as enrollments and plans can be about:
// the caller may open profiles, and the client is not anonymous (ANO-06). path is
// where the issue stands.
func Tracked[X Tx](ctx context.Context, u *UnitOf[X], key ClientID, path string) (*Client, error) {
	client, err := u.Tx.Clients().Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	var bad fault.Issues
	if client.Kind == Anonymous {
		bad.Add("ANO-06", path, "anonymous_not_tracked")
	}
	return client, bad.Err()
}

// Personal: events hold no values of a client.
func (*Client) Personal() {}

// Name is first and last name, a single name once (CLI-13).
func (p *Profile) Name() string {
	if p.OneName {
		return p.Given
	}
	return strings.TrimSpace(p.Given + " " + p.Family)
}

// SortName is the key by which a person sorts: family name, then given name.
func SortName(family, given string) string { return i18n.SortKey(family, given) }
