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
	SuperviseBars  Action = "bar.supervise"     // lift bars and read incident notes, of a program or without one of facilities and the agency; bar from the agency
	RunBatches     Action = "batch.run"         // make and use batches of a program
	SeeManaged     Action = "incomplete.team"   // the incomplete sessions of the own program's workers
	Export         Action = "export.run"        // files for a funder: of a program (Resource.Program), or of the agency
	KeepCases      Action = "case.keep"         // open and change case files of a program (Resource.Program)
	ManageTokens   Action = "token.manage"      // API tokens of a staff member (Resource.Owner), or of all
)

// Kind is a kind of record.
type Kind string

// The kinds of records that policies are asked about.
const (
	Agencies    Kind = "agency"
	Events      Kind = "event"
	Programs    Kind = "program"
	Clients     Kind = "client"
	Sessions    Kind = "session"
	Forms       Kind = "form"
	Enrollments Kind = "enrollment"
	Bars        Kind = "bar"
	Cards       Kind = "card"
	Contacts    Kind = "contact"
	Plans       Kind = "plan"
	Batches     Kind = "batch"
	Exports     Kind = "export"
	Reports     Kind = "report"
	Tokens      Kind = "token"
	CaseFiles   Kind = "case"
)

// Resource is what an action is about. Empty fields mean "not one of these".
type Resource struct {
	Kind    Kind
	Owner   string   // staff id of who made it
	Program string   // program id
	Private bool     // marked private (ACC-04)
	Roles   []string // the roles to which the agency gave it (ACC-02); empty: to everyone
}

// Scope is what a staff member may see of records of a kind. It filters lists in
// SQL and decides on single records alike, so that the two cannot differ.
type Scope struct {
	Staff    string   // own records, always
	Open     bool     // every record that is not private
	Programs []string // records of these programs that are not private (ACC-03)
	Manages  []string // records of these programs, private ones too (ACC-04, ACC-10)
}

// Sees says whether a record is in the scope.
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
	// Scope is the part of the records of a kind that who may see.
	Scope(ctx context.Context, who Who, kind Kind) Scope
}

// DefaultRoles is the policy of the rule book, section 18: the table of Rights.
func DefaultRoles() Policy { return defaultRoles{} }

type defaultRoles struct{}

// Allow lets a program do everything, and people what one of the conditions of
// the action says.
func (defaultRoles) Allow(_ context.Context, who Who, do Action, on Resource) error {
	if who.Actor.IsSystem() {
		return nil
	}
	for _, c := range conditions(do) {
		if c.holds(who, on) {
			return nil
		}
	}
	return fault.ErrForbidden
}

// Scope is the same for all kinds of records.
func (defaultRoles) Scope(_ context.Context, who Who, _ Kind) Scope {
	return Scope{
		Staff:    who.Staff,
		Open:     who.Actor.IsSystem() || who.Has(RoleAdmin, RoleSeeAll),
		Programs: who.Programs,
		Manages:  who.Manages,
	}
}
