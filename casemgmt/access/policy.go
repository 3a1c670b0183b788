package access

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Action is something that can be allowed.
type Action string

// The actions that a policy decides on.
const (
	ManageAgency   Action = "agency.manage"     // settings, sites, programs, funders, staff, statements
	ManageProgram  Action = "program.manage"    // membership of one program (Resource.Program)
	SeeClients     Action = "client.see"        // profiles, search, registration
	RecordSessions Action = "session.record"    // start and fill sessions
	ReadEvents     Action = "events.read"       // the audit trail
	RunReport      Action = "report.run"        // Resource.Program and .Owner are the criteria
	MakeAgency     Action = "agency.create"     // set up a new agency
	EnrollClients  Action = "enrollment.manage" // enroll clients in a program (Resource.Program), and move enrollments
	BarClients     Action = "bar.make"          // bar clients from a program, or without one from a facility
	SuperviseBars  Action = "bar.supervise"     // lift bars and read incident notes of a program, or of facilities
	RunBatches     Action = "batch.run"         // make and use batches of a program
	SeeManaged     Action = "incomplete.team"   // the incomplete sessions of the own program's workers
	Export         Action = "export.run"        // files for a funder: of a program (Resource.Program), or of the agency
)

// Resource is what an action is about. Empty fields mean "not one of these".
type Resource struct {
	Owner   string   // staff id of who made it
	Program string   // program id
	Private bool     // marked private (ACC-04)
	Roles   []string // the roles to which the agency gave it (ACC-02); empty: to everyone
}

// Scope is what a staff member may see of service forms. It filters lists in
// SQL and decides on single records alike, so that the two cannot differ.
type Scope struct {
	Staff    string   // own forms, always
	Open     bool     // every form that is not private
	Programs []string // forms of these programs that are not private (ACC-03)
	Manages  []string // forms of these programs, private ones too (ACC-04, ACC-10)
}

// Sees says whether a form is in the scope.
func (s Scope) Sees(r Resource) bool {
	switch {
	case s.Staff != "" && r.Owner == s.Staff:
		return true
	case r.Program != "" && slices.Contains(s.Manages, r.Program):
		return true
	case r.Private:
		return false
	}
	return s.Open || r.Program != "" && slices.Contains(s.Programs, r.Program)
}

// Policy decides who may do what. Both methods default to no.
type Policy interface {
	// Allow returns nil, or fault.ErrForbidden.
	Allow(ctx context.Context, who Who, do Action, on Resource) error
	// Scope is the part of the service forms that who may see.
	Scope(ctx context.Context, who Who) Scope
}

// DefaultRoles is the policy of the rule book, section 18.
func DefaultRoles() Policy { return defaultRoles{} }

type defaultRoles struct{}

func (defaultRoles) Allow(_ context.Context, who Who, do Action, on Resource) error {
	if who.Actor.IsSystem() || permits(who, do, on) {
		return nil
	}
	return fault.ErrForbidden
}

func permits(who Who, do Action, on Resource) bool {
	admin := who.Has(RoleAdmin)
	switch do {
	case ManageAgency:
		return admin
	case ReadEvents:
		return admin
	case ManageProgram:
		return admin || slices.Contains(who.Manages, on.Program)
	case SeeClients:
		return len(on.Roles) == 0 || admin || who.Has(on.Roles...) ||
			slices.Contains(on.Roles, "manager") && len(who.Manages) > 0 ||
			slices.Contains(on.Roles, "worker") && len(who.Programs) > 0
	case RecordSessions:
		return len(who.Programs) > 0
	case EnrollClients, RunBatches:
		return admin || slices.Contains(who.Programs, on.Program)
	case BarClients:
		return admin || len(who.Programs) > 0 && (on.Program == "" || slices.Contains(who.Programs, on.Program))
	case SuperviseBars:
		return admin || len(who.Manages) > 0 && (on.Program == "" || slices.Contains(who.Manages, on.Program))
	case SeeManaged:
		return len(who.Manages) > 0
	case Export:
		return admin || who.Has(RoleBulkUpload) || slices.Contains(who.Manages, on.Program)
	case RunReport:
		return admin || on.Owner != "" && on.Owner == who.Staff || slices.Contains(who.Manages, on.Program)
	}
	return false
}

func (defaultRoles) Scope(_ context.Context, who Who) Scope {
	return Scope{
		Staff:    who.Staff,
		Open:     who.Actor.IsSystem() || who.Has(RoleAdmin, RoleSeeAll),
		Programs: who.Programs,
		Manages:  who.Manages,
	}
}
