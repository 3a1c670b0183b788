package casemgmt

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// StartFamily gives a client a family code, if there is none yet (CLI-10).
type StartFamily struct {
	ID      ClientID `json:"id"`
	Version int64    `json:"version"`
}

// StartFamily generates a family code on request. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) StartFamily(ctx context.Context, cmd StartFamily) (*Client, error) {
	return Change(ctx, s.work, cmd, startFamily)
}

func startFamily(ctx context.Context, u *Unit, cmd StartFamily) (*Client, error) {
	c, err := changing(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if c.Kind == Anonymous {
		var bad fault.Issues
		bad.Add("ANO-10", "/id", "not_applicable")
		return nil, bad.Err()
	}
	before := *c
	if c.Profile.FamilyCode == "" {
		c.Profile.FamilyCode = newFamilyCode()
	}
	return rewrite(ctx, u, event.ClientChanged, before, c)
}

// FamilyMember is what the profile of a new member of the client's family
// starts with: copied, and all of it editable (CLI-10). The reading is logged
// as an event (client.viewed). It fails with
// fault.ErrNotFound, fault.ErrForbidden, or *fault.Invalid without a family code.
func (s *Service) FamilyMember(ctx context.Context, key ClientID) (*NewMember, error) {
	return ReadMany(ctx, s.work, key, familyMember)
}

func familyMember(ctx context.Context, u *Unit, key ClientID) (*NewMember, error) {
	c, err := viewClient(ctx, u, key)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	bad.Required("CLI-10", "/profile/family_code", c.Profile.FamilyCode != "")
	member := c.Profile.member()
	return &member, bad.Err()
}

// FamilyMembers lists the clients who share a family code. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) FamilyMembers(ctx context.Context, code string, p PageRequest) (Page[ClientHit], error) {
	if code == "" {
		return Page[ClientHit]{}, nil
	}
	return s.SearchClients(ctx, ClientQuery{FamilyCode: code}, p)
}

// newFamilyCode makes a code that says nothing about the family.
func newFamilyCode() string {
	raw := make([]byte, 5)
	_, _ = rand.Read(raw) // never fails
	return "F-" + base32.StdEncoding.EncodeToString(raw)
}

// NewMember is what the profile of a new family member starts with (CLI-10); all of it
// can be edited.
type NewMember struct {
	Family     string     `json:"family,omitempty"`
	FamilyCode string     `json:"family_code"`
	Settlement Settlement `json:"settlement,omitzero"` // of agencies with the extension settlement alone
	Phones     []string   `json:"phones,omitempty"`
	HasEmail   *bool      `json:"has_email,omitempty"`
	Email      string     `json:"email,omitempty"`
	Address    Address    `json:"address,omitzero"`
}

func (p *Profile) member() NewMember {
	return NewMember{
		Family: p.Family, FamilyCode: p.FamilyCode, Settlement: p.Settlement, Phones: slices.Clone(p.Phones),
		HasEmail: p.HasEmail, Email: p.Email, Address: p.Address,
	}
}

// Profile is a profile with nothing else in it.
func (m *NewMember) Profile() Profile {
	return Profile{Family: m.Family, FamilyCode: m.FamilyCode, Settlement: m.Settlement, Phones: m.Phones, HasEmail: m.HasEmail, Email: m.Email, Address: m.Address}
}
