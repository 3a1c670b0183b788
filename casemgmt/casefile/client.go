package casefile

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Joining is what is said of a client in a case (CCL-01). All are codes of lists.
type Joining struct {
	// ReferralSource is who directed the client to the organization (CCL-02).
	ReferralSource string `json:"referral_source,omitempty"`
	// PrimaryReason is the main reason for seeking assistance, and OtherReasons, at most
	// 20, the secondary ones, among which it is not repeated (CCL-03, CCL-04).
	PrimaryReason string   `json:"primary_reason,omitempty"`
	OtherReasons  []string `json:"other_reasons,omitempty"`
	// ExitReason is why the client left the case.
	ExitReason string `json:"exit_reason,omitempty"`
}

// Validate says what is wrong with it by itself.
func (j Joining) Validate() error {
	return fault.Check(&j,
		validation.Field(&j.ReferralSource, fault.Line("CCL-01", 60)),
		validation.Field(&j.PrimaryReason, fault.Line("CCL-01", 60), fault.Fails(j.PrimaryReason == "" && len(j.OtherReasons) > 0, "CCL-03", "required")),
		validation.Field(&j.OtherReasons, fault.AtMost("CCL-03", 20), fault.All(fault.Each[string](fault.Required("CCL-03"), fault.Line("CCL-03", 60)),
			fault.Distinct[string]("CCL-04"), fault.Items(func(list []string, i int) fault.Issues {
				var bad fault.Issues
				if list[i] != "" && list[i] == j.PrimaryReason {
					bad.Add("CCL-04", "", "repeated")
				}
				return bad
			}))),
		validation.Field(&j.ExitReason, fault.Line("CCL-05", 60)),
	)
}

// Client is a client in a case, once (CCL-05).
type Client struct {
	Client casemgmt.ClientID `json:"client"`
	Joining
}

// AddClient adds a client to a case.
type AddClient struct {
	Case    FileID            `json:"case"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
	Joining
}

// Validate says what is wrong with the command by itself.
func (c AddClient) Validate() error {
	return fault.Check(&c, validation.Field(&c.Client, fault.Required("CCL-01")), validation.Field(&c.Joining))
}

// AddClient adds a named client to an open case (CCL-01). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddClient(ctx context.Context, cmd AddClient) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, addClient)
}

func addClient(ctx context.Context, u *Unit, cmd AddClient) (*File, error) {
	before, err := lock(ctx, u, cmd.Case, cmd.Version)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	client, err := casemgmt.Find(ctx, bad.Place("CCL-01", "/client"), u.Tx.Clients(), cmd.Client)
	if err != nil {
		return nil, err
	}
	if before.Status == Closed {
		bad.Add("CAS-03", "/case", "closed")
	}
	switch {
	case client == nil:
	case client.Kind == casemgmt.Anonymous:
		bad.Add("ANO-06", "/client", "anonymous_not_tracked")
	case client.Withdrawal != nil:
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	case before.Client(cmd.Client) != nil:
		bad.Add("CCL-05", "/client", "in_case_already")
	case client.Profile.ToldBy(before.CaseID):
		bad.Add("CAS-04", "/client", "tells_of_person")
	}
	if err := fitJoining(ctx, u, &bad, cmd.Joining, Joining{}); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	next := *before
	next.Clients = append(slices.Clone(before.Clients), &Client{cmd.Client, cmd.Joining})
	u.Changed(event.CaseClientAdded, before, &next)
	return &next, u.Tx.Files().Update(ctx, &next)
}

// UpdateClient changes what is said of a client in a case.
type UpdateClient struct {
	Case    FileID            `json:"case"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
	Joining
}

// Validate says what is wrong with the command by itself.
func (c UpdateClient) Validate() error {
	return fault.Check(&c, validation.Field(&c.Client, fault.Required("CCL-01")), validation.Field(&c.Joining))
}

// UpdateClient changes what is said of a client in a case, or gives an exit reason
// (CCL-05). It fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid.
func (s *Service) UpdateClient(ctx context.Context, cmd UpdateClient) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, updateClient)
}

func updateClient(ctx context.Context, u *Unit, cmd UpdateClient) (*File, error) {
	before, err := lock(ctx, u, cmd.Case, cmd.Version)
	if err != nil {
		return nil, err
	}
	in := before.Client(cmd.Client)
	if in == nil {
		return nil, fault.ErrNotFound
	}
	var bad fault.Issues
	if err := fitJoining(ctx, u, &bad, cmd.Joining, in.Joining); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	next := *before
	next.Clients = slices.Clone(before.Clients)
	next.Clients[slices.Index(before.Clients, in)] = &Client{cmd.Client, cmd.Joining}
	u.Changed(event.CaseClientChanged, before, &next)
	return &next, u.Tx.Files().Update(ctx, &next)
}

// RemoveClient takes a client out of a case.
type RemoveClient struct {
	Case    FileID            `json:"case"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
}

// RemoveClient takes a client out of a case who was added by mistake and is in none of its
// sessions; others get an exit reason (CCL-05). It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveClient(ctx context.Context, cmd RemoveClient) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeClient)
}

func removeClient(ctx context.Context, u *Unit, cmd RemoveClient) (*File, error) {
	before, err := lock(ctx, u, cmd.Case, cmd.Version)
	if err != nil {
		return nil, err
	}
	in := before.Client(cmd.Client)
	if in == nil {
		return nil, fault.ErrNotFound
	}
	attended, err := u.Tx.Sessions().Attended(ctx, before.ID, cmd.Client)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	if attended {
		bad.Add("CCL-05", "/client", "in_sessions")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	next := *before
	next.Clients = slices.DeleteFunc(slices.Clone(before.Clients), func(c *Client) bool { return c == in })
	u.Changed(event.CaseClientRemoved, before, &next)
	return &next, u.Tx.Files().Update(ctx, &next)
}

// fitJoining: codes that were not there before can be chosen today.
func fitJoining(ctx context.Context, u *Unit, bad *fault.Issues, next, before Joining) error {
	reasons := append(slices.Clone(before.OtherReasons), before.PrimaryReason)
	all := []choice{
		{"CCL-02", "/referral_source", ReferralSources, next.ReferralSource, []string{before.ReferralSource}},
		{"CCL-03", "/primary_reason", Reasons, next.PrimaryReason, reasons},
		{"CCL-05", "/exit_reason", ExitReasons, next.ExitReason, []string{before.ExitReason}},
	}
	for i, code := range next.OtherReasons {
		all = append(all, choice{"CCL-03", fault.At("/other_reasons", i), Reasons, code, reasons})
	}
	return chooseAll(ctx, u, bad, u.Today, all)
}
