package casefile

import (
	"context"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// FileID identifies a case file.
type FileID = id.Of[File]

// Status of a case file.
type Status string

// A case file is open or closed; a closed one takes nothing new (CAS-03).
const (
	Open   Status = "open"
	Closed Status = "closed"
)

// Values are both.
func (Status) Values() []Status { return []Status{Open, Closed} }

// Valid says whether there is such a status.
func (s Status) Valid() bool { return s == Open || s == Closed }

// Details are what is said of a case itself (CAS-03).
type Details struct {
	Status Status `json:"status,omitempty"` // open without it
	// CaseID is the case's number for the funder, at most 50 characters, unique in the
	// agency, and says nothing of a person; left empty it is made (CAS-04).
	CaseID   string     `json:"case_id,omitempty"`
	Activity ActivityID `json:"activity"`
	// AttendanceProfile says who comes: a family, a couple, a group. A code of the list.
	AttendanceProfile string `json:"attendance_profile"`
	Name              string `json:"name,omitempty"`
	Overview          string `json:"overview,omitempty"`
	Project           string `json:"project,omitempty"` // project or funding
	// Unidentified is the largest number of people without a record who are expected over
	// the life of the case, 0 to 999 (CAS-05).
	Unidentified int `json:"unidentified,omitempty"`
}

// Validate says what is wrong with the details by themselves.
func (d Details) Validate() error {
	return fault.Check(&d,
		validation.Field(&d.Status, fault.Valid("CAS-03")),
		validation.Field(&d.CaseID, fault.Line("CAS-04", 50)),
		validation.Field(&d.Activity, fault.Required("CAS-03")),
		validation.Field(&d.AttendanceProfile, fault.Required("CAS-03"), fault.Line("CAS-03", 60)),
		validation.Field(&d.Name, fault.Line("CAS-03", 200)),
		validation.Field(&d.Overview, fault.Note("CAS-03", 8000)),
		validation.Field(&d.Project, fault.Line("CAS-03", 200)),
		validation.Field(&d.Unidentified, fault.Between("CAS-05", 0, 999)),
	)
}

// File is a case file.
type File struct {
	casemgmt.Head[File]
	Details
	// Program is that of the activity; its staff see the case (ACC-03).
	Program casemgmt.ProgramID `json:"program"`
	Clients []*Client          `json:"clients"`
	Opened  time.Time          `json:"opened"`
	// Worker is who opened it; zero is a program.
	Worker casemgmt.StaffID `json:"worker,omitzero"`
}

// Personal: events hold no values of a case file.
func (*File) Personal() {}

// Client is the client in the case, nil when they are not.
func (f *File) Client(c casemgmt.ClientID) *Client {
	for _, in := range f.Clients {
		if in.Client == c {
			return in
		}
	}
	return nil
}

// Reportable says whether the case has somebody: clients, or people without a record, or
// both (CAS-05).
func (f *File) Reportable() bool { return len(f.Clients) > 0 || f.Unidentified > 0 }

// OpenFile opens a case file.
type OpenFile struct{ Details }

// Validate says what is wrong with the case's own fields.
func (c OpenFile) Validate() error { return c.Details.Validate() }

// OpenFile opens a case file, which is there before its clients and sessions (CAS-01). It
// fails with fault.ErrForbidden, fault.ErrConflict when the case ID is given to another case
// at the same time, or *fault.Invalid.
func (s *Service) OpenFile(ctx context.Context, cmd OpenFile) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, openFile)
}

func openFile(ctx context.Context, u *Unit, cmd OpenFile) (*File, error) {
	f := &File{Head: casemgmt.NewHead[File](), Details: cmd.Details, Clients: []*Client{}, Opened: u.Now, Worker: u.StaffID()}
	if err := fit(ctx, u, f, nil); err != nil {
		return nil, err
	}
	u.Log(event.CaseOpened, f)
	return f, u.Tx.Files().Insert(ctx, f)
}

// UpdateFile changes what is said of a case.
type UpdateFile struct {
	ID      FileID `json:"id"`
	Version int64  `json:"version"`
	Details
}

// Validate says what is wrong with the case's own fields.
func (c UpdateFile) Validate() error { return c.Details.Validate() }

// UpdateFile changes what is said of a case; a case ID that is left empty stays. It fails
// with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateFile(ctx context.Context, cmd UpdateFile) (*File, error) {
	return casemgmt.Change(ctx, s.work, cmd, updateFile)
}

func updateFile(ctx context.Context, u *Unit, cmd UpdateFile) (*File, error) {
	before, err := lock(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := *before
	next.Details = cmd.Details
	if next.CaseID == "" {
		next.CaseID = before.CaseID
	}
	if err := fit(ctx, u, &next, before); err != nil {
		return nil, err
	}
	u.Changed(event.CaseChanged, before, &next)
	return &next, u.Tx.Files().Update(ctx, &next)
}

// fit brings a case into shape and says what other records have against it: before is nil
// for a new one. What is unchanged fitted when it was chosen.
func fit(ctx context.Context, u *Unit, next, before *File) error {
	var bad fault.Issues
	activity, err := casemgmt.Find(ctx, bad.Place("CAS-03", "/activity"), u.Tx.Activities(), next.Activity)
	if err != nil {
		return err
	}
	if activity != nil {
		next.Program = activity.Program
		if before == nil || before.Activity != next.Activity {
			if !activity.On(u.Today) {
				bad.Add("CAS-03", "/activity", "closed")
			}
		}
	}
	if !next.Program.IsZero() {
		if err := may(ctx, u, next.Program); err != nil {
			return err
		}
	} else if err := casemgmt.MayRecord(ctx, u); err != nil {
		return err
	}
	if next.Status == "" {
		next.Status = Open
	}
	if before == nil || before.AttendanceProfile != next.AttendanceProfile {
		if err := choose(ctx, u, bad.Place("DEX-12", "/attendance_profile"), AttendanceProfiles, next.AttendanceProfile, u.Today); err != nil {
			return err
		}
	}
	if next.CaseID == "" {
		next.CaseID = newRecordID()
	} else if before == nil || before.CaseID != next.CaseID {
		if err := fitCaseID(ctx, u, &bad, next); err != nil {
			return err
		}
	}
	return bad.Err()
}

// may asks for the right to keep case files of a program.
func may(ctx context.Context, u *Unit, p casemgmt.ProgramID) error {
	if err := u.AllowClients(ctx); err != nil {
		return err
	}
	return u.Allow(ctx, access.KeepCases, ofProgram(p))
}

// lock is a case that is about to be changed, at the version that the command knows.
func lock(ctx context.Context, u *Unit, key FileID, version int64) (*File, error) {
	f, err := hold(ctx, u, key)
	if err != nil {
		return nil, err
	}
	if f.Version != version {
		return nil, fault.ErrConflict
	}
	u.Was(f)
	return f, nil
}

// hold is a case that nobody else changes until the unit ends, and the caller may.
func hold(ctx context.Context, u *Unit, key FileID) (*File, error) {
	f, err := u.Tx.Files().Lock(ctx, key)
	if err != nil {
		return nil, err
	}
	return f, may(ctx, u, f.Program)
}

// File is one case file. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) File(ctx context.Context, key FileID) (*File, error) {
	return casemgmt.Read(ctx, s.work, key, view)
}

func view(ctx context.Context, u *Unit, key FileID) (*File, error) {
	f, err := visible(ctx, u, key)
	if err != nil {
		return nil, err
	}
	keys := make([]casemgmt.ClientID, len(f.Clients))
	for i, c := range f.Clients {
		keys[i] = c.Client
	}
	u.Log(event.CaseViewed, f, casemgmt.AboutClients(keys...)...)
	return f, nil
}
