package export

import (
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// SubjectKind says what a record of a file is about. A format may have kinds of its
// own besides those named here (see Source); the ledger makes no difference.
type SubjectKind string

// The kinds of subjects that are known here.
const (
	ClientSubject  SubjectKind = "client"  // a client's profile
	FormSubject    SubjectKind = "form"    // a service form
	SessionSubject SubjectKind = "session" // a whole session, such as a course
)

// SubjectID is the id of a subject: of a client, a form, a session or something else.
type SubjectID = id.Of[Subject]

// Subject is what a record of a file is about. In the ledger a subject has one row
// at most that no later one replaced, whatever the funder, but for clients: a
// profile has one for each funder (XPT-07).
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   SubjectID   `json:"id"`
}

// SubjectOf is the subject with the id of a record.
func SubjectOf[T any](kind SubjectKind, key id.Of[T]) Subject {
	return Subject{kind, SubjectID(key)}
}

// Ref says which record of the agency something is about, and whose it is. A
// client's profile has no form, a record of a whole session has no client.
type Ref struct {
	Subject Subject           `json:"subject"`
	Client  casemgmt.ClientID `json:"client,omitzero"`
	Number  int64             `json:"client_number,omitempty"` // of the client
	Session session.SessionID `json:"session,omitzero"`
	Form    session.FormID    `json:"form,omitzero"`
	// Kind is the form's; client_profile for a client.
	Kind   string           `json:"form_kind"`
	Date   civil.Date       `json:"service_date,omitzero"`
	Worker casemgmt.StaffID `json:"worker,omitzero"` // who recorded it
	// Case and CaseSession are the case file, and the session in it, of what a Source has
	// of its own; Program and Site are where the case belongs.
	Case        Numbered           `json:"case,omitzero"`
	CaseSession Numbered           `json:"case_session,omitzero"`
	Program     casemgmt.ProgramID `json:"program,omitzero"`
	Site        casemgmt.SiteID    `json:"site,omitzero"`
}

// Numbered is a record with the number that the funder knows it by.
type Numbered struct {
	ID     SubjectID `json:"id"`
	Number string    `json:"number"`
}

// profileKind is the Kind of a Ref of a client.
const profileKind = "client_profile"

// RefOfClient is the Ref of a client's profile, for which who registered the client is
// asked; where a program did, worker, who serves them.
func RefOfClient(c *casemgmt.Client, worker casemgmt.StaffID) Ref {
	if !c.RegisteredBy.IsZero() {
		worker = c.RegisteredBy
	}
	return Ref{Subject: SubjectOf(ClientSubject, c.ID), Client: c.ID, Number: c.Number, Kind: profileKind, Worker: worker}
}

// refOfForm is the Ref of a service form.
func refOfForm(d *Due, c *casemgmt.Client) Ref {
	return Ref{Subject: SubjectOf(FormSubject, d.Form.ID), Client: c.ID, Number: c.Number, Session: d.Session.ID, Form: d.Form.ID, Kind: d.Form.Kind,
		Date: d.Session.ServiceDate, Worker: d.Form.Worker}
}
