package casemgmt

import (
	"context"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
)

// Caller is who makes a call, as the agency's records know them.
type Caller struct {
	access.Who
	Staff  *Staff // nil for a program
	Agency *Agency
	Now    time.Time  // UTC, microseconds
	Today  civil.Date // in the agency's zone
	policy access.Policy
}

// Allow asks the policy. It returns nil or fault.ErrForbidden.
func (c Caller) Allow(ctx context.Context, do access.Action, on access.Resource) error {
	return c.policy.Allow(ctx, c.Who, do, on)
}

// AllowClients asks whether the caller may open client profiles (ACC-02).
func (c Caller) AllowClients(ctx context.Context) error {
	return c.Allow(ctx, access.SeeClients, access.Resource{Kind: access.Clients, Roles: c.Agency.Settings.ClientRoles})
}

// Scope is the part of the records of a kind that the caller may see.
func (c Caller) Scope(ctx context.Context, kind access.Kind) access.Scope {
	return c.policy.Scope(ctx, c.Who, kind)
}

// SeesProgram says whether a program's records of a kind that are not private
// are the caller's to see (ACC-03).
func (c Caller) SeesProgram(ctx context.Context, kind access.Kind, p ProgramID) bool {
	return c.Scope(ctx, kind).Sees(access.Resource{Kind: kind, Program: p.String()})
}

// StaffID is the caller's id, zero for a program.
func (c Caller) StaffID() StaffID {
	if c.Staff == nil {
		return StaffID{}
	}
	return c.Staff.ID
}
