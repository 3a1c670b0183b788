package access

import "slices"

// Right is a line of the table of rights: who may do something. A program
// (System) may do everything.
type Right struct {
	Do   Action
	What string // in words
	// May lists the conditions, one of which must hold; none is nobody.
	May []Condition
}

// Condition says whom a right is for.
type Condition struct {
	Text  string
	holds func(who Who, on Resource) bool
}

var (
	administrator = Condition{"an agency administrator", func(who Who, _ Resource) bool { return who.Has(RoleAdmin) }}
	uploader      = Condition{"a bulk-upload operator", func(who Who, _ Resource) bool { return who.Has(RoleBulkUpload) }}
	anyStaff      = Condition{"staff of any program", func(who Who, _ Resource) bool { return len(who.Programs) > 0 }}
	anyManager    = Condition{"a manager of any program", func(who Who, _ Resource) bool { return len(who.Manages) > 0 }}
	itsStaff      = Condition{"staff of the program", func(who Who, on Resource) bool { return on.Program != "" && slices.Contains(who.Programs, on.Program) }}
	itsManager    = Condition{"a manager of the program", func(who Who, on Resource) bool { return on.Program != "" && slices.Contains(who.Manages, on.Program) }}
	themselves    = Condition{"whose it is", func(who Who, on Resource) bool { return on.Owner != "" && on.Owner == who.Staff }}
	everybody     = Condition{"everybody, unless the agency has given it to some roles", func(_ Who, on Resource) bool { return len(on.Roles) == 0 }}
	givenRole     = Condition{"who has one of those roles, or is the worker or manager that they name", func(who Who, on Resource) bool {
		return who.Has(on.Roles...) || slices.Contains(on.Roles, "manager") && len(who.Manages) > 0 ||
			slices.Contains(on.Roles, "worker") && len(who.Programs) > 0
	}}
	ofNoProgram = func(c Condition) Condition {
		return Condition{c.Text + ", where it is about no program", func(who Who, on Resource) bool { return on.Program == "" && c.holds(who, on) }}
	}
)

// rights is the stock policy (rule book, section 18).
var rights = []Right{
	{MakeAgency, "set up a new agency", nil},
	{ManageAgency, "change the agency's settings, sites, programs, funders, staff, statements and service codes", []Condition{administrator}},
	{ReadEvents, "read the audit trail", []Condition{administrator}},
	{ManageProgram, "change who is in a program", []Condition{administrator, itsManager}},
	{SeeClients, "open and search clients' profiles", []Condition{everybody, administrator, givenRole}},
	{RecordSessions, "record sessions, register clients, keep the directory and plans", []Condition{anyStaff}},
	{EnrollClients, "enroll clients in a program, and move enrollments", []Condition{administrator, itsStaff}},
	{BarClients, "bar clients from a program or a facility", []Condition{administrator, itsStaff, ofNoProgram(anyStaff)}},
	{SuperviseBars, "bar clients from the whole agency, lift bars and read incident notes", []Condition{administrator, itsManager, ofNoProgram(anyManager)}},
	{RunBatches, "make and use batches of a program", []Condition{administrator, itsStaff}},
	{KeepCases, "open and change case files of a program, and add clients to them", []Condition{administrator, itsStaff}},
	{SeeManaged, "see the incomplete sessions of the managed programs", []Condition{anyManager}},
	{Export, "make files for a funder, of a program or of the agency", []Condition{administrator, uploader, itsManager}},
	{RunReport, "run reports, on a worker, a program or the agency", []Condition{administrator, themselves, itsManager}},
	{ManageTokens, "make, list and revoke API tokens", []Condition{administrator, themselves}},
}

// Rights is the table of the stock policy.
func Rights() []Right { return slices.Clone(rights) }

func conditions(do Action) []Condition {
	for _, r := range rights {
		if r.Do == do {
			return r.May
		}
	}
	return nil
}
