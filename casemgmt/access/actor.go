// Package access says who acts and what they may do. The host program puts the
// Actor into the context; the library finds out the staff member's programs
// and roles and asks a Policy for every record (ACC-14).
package access

import (
	"context"
	"slices"
)

// Actor is who makes a call. The host sets it; the roles and programs of the
// staff member come from the agency's own records.
type Actor struct {
	// Agency is the key of the agency whose records are used.
	Agency string
	// User is the staff member's user key: the host's own name for its user.
	User string
	// Roles that the host grants on top of those kept with the staff member.
	Roles []string

	system string
}

// System is a program that acts for an agency without a person: a set-up
// script, an import, a job. It may do everything but open private forms.
func System(name, agency string) Actor { return Actor{Agency: agency, system: name} }

// IsSystem says whether the actor is a program.
func (a Actor) IsSystem() bool { return a.system != "" }

// Name is the user key, or the program's name behind "system:".
func (a Actor) Name() string {
	if a.system != "" {
		return "system:" + a.system
	}
	return a.User
}

type key struct{}

// With is a context in which the actor acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From is the actor of a context, if it has one.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(key{}).(Actor)
	return a, ok && a.Agency != "" && (a.User != "" || a.system != "")
}

type stillKey struct{}

// While is a context whose actor may be signed out during a call that goes on for
// long: still asks, and answers with an error when it is so.
func While(ctx context.Context, still func(context.Context) error) context.Context {
	return context.WithValue(ctx, stillKey{}, still)
}

// Still asks whether the actor of a context is still signed in, for calls that go
// on for long. It fails with what the host's answer is, such as
// fault.ErrUnauthenticated; a host that gave no While is not asked.
func Still(ctx context.Context) error {
	if still, ok := ctx.Value(stillKey{}).(func(context.Context) error); ok {
		return still(ctx)
	}
	return nil
}

// The roles that an agency gives (ACC-07). Program workers and managers are
// not in this list: they are members of programs.
const (
	RoleAdmin      = "admin"       // agency administrator: all non-private data, settings, all reports
	RoleSeeAll     = "see_all"     // sees all sessions that are not private
	RoleBulkUpload = "bulk_upload" // operates the funder's bulk upload
)

// Roles lists the roles that can be given to staff.
func Roles() []string { return []string{RoleAdmin, RoleSeeAll, RoleBulkUpload} }

// Who is an actor together with what the agency's records say of them.
type Who struct {
	Actor    Actor
	Staff    string   // the staff member's id; empty for a program
	Programs []string // ids of the programs they work in, managed ones included
	Manages  []string // ids of the programs they manage
	Roles    []string
}

// Has says whether one of the roles is held.
func (w Who) Has(roles ...string) bool {
	for _, r := range roles {
		if slices.Contains(w.Roles, r) {
			return true
		}
	}
	return false
}
