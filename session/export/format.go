package export

import (
	"context"
	"io"
	"iter"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// Format is a funder's file format. It knows nothing of the ledger. It is a Services or a
// Source, and says what else it can do by being a Filler or a Reader too.
type Format interface {
	// System is the format's name in Funder.System.
	System() string
	// Kinds are its kinds of files in the order in which they are sent: a kind
	// for clients first, if there is one (XPT-05).
	Kinds() []FileKind
	// Write writes the records of one file: the bodies that the format made
	// (Record.Body), in the order of the rows. They are no more than the kind of file
	// takes.
	Write(w io.Writer, kind string, records iter.Seq[[]byte]) error
}

// Services is a Format whose files are made of clients' profiles and service forms.
type Services interface {
	Format
	// Begin begins the check of a run's records.
	Begin(p Period) Checker
}

// Filler is a Format whose records can be put into a file that was downloaded from
// the funder.
type Filler interface {
	// Fill writes the records of a file that Write wrote into a file that was
	// downloaded from the funder. It fails with *fault.Invalid at /content.
	Fill(w io.Writer, kind string, written, base []byte) error
}

// Reader is a Format to whose files the funder answers with a file.
type Reader interface {
	// Read reads what the funder returned and finds its records in the file that
	// was sent. It fails with *fault.Invalid at /content.
	Read(kind string, sent, returned []byte) ([]Answer, error)
}

// Source is a Format that knows of itself what is due, such as one that is made of case
// files. Its subjects are clients and what it has kinds of its own for; the ledger keeps
// them like all others.
type Source interface {
	Format
	// Due hands on what is due under some criteria, as far as the caller of the unit
	// may export it, each record after those that it needs, and within a section in the
	// order of the files. It ends with the first error of each.
	Due(ctx context.Context, u *Unit, c Criteria, each func(DueRecord) error) error
	// Versions are those of now of what some records are made of; what the agency has no
	// more is left out.
	Versions(ctx context.Context, u *Unit, records []Ref) (map[Subject]Versions, error)
}

// DueRecord is a record that a Source has found to be due.
type DueRecord struct {
	Ref
	// MadeOf are the versions of what it is made of, as Versions has them later.
	MadeOf  Versions
	Private bool // it makes its run one for managers of its program (ACC-10)
	// Others are the clients whom it tells of besides Ref.Client: when one of them withdraws
	// the consent, a file that was not sent is to be made again (ANO-09).
	Others []casemgmt.ClientID
	// Needs are what the funder must have before. While one of them is bad this one waits
	// for it, and what was rejected goes again when one of them does (XPT-05).
	Needs []Subject
	// LeftOut is why it is in no file, if so; it is counted and has no record.
	LeftOut Reason
	// Record makes the record. amends is the funder's number of the record that it
	// changes; empty for a new one (XPT-10).
	Record func(amends string) Record
}

// FileKind is a kind of file.
type FileKind struct {
	Key     string
	Title   i18n.Text
	Clients bool // it has clients' profiles
	First   int  // the row of its first record
	Most    int  // records that a file takes; zero is any number
	// MostBytes is how many bytes of Record.Body a file takes; zero is any number.
	MostBytes int
	Ending    string
	Media     string // the media type of its files
}

// Period is what a check is about.
type Period struct {
	Today, From, To civil.Date
}

// Checker turns records into those of the files and checks them, one by one and
// client by client.
type Checker interface {
	// Client is a client's profile.
	Client(c *casemgmt.Client) Record
	// Service is a service form. Its form feeds a file of the format.
	Service(s Input) Record
}

// Input is a service form with what else its record tells.
type Input struct {
	Form    *session.Form
	Session *session.Session
	Client  *casemgmt.Client
	Site    *casemgmt.Site
	// Amends is the funder's number of the record that this one changes; empty
	// for a new record (XPT-10).
	Amends string
}

// Record is a record as its file has it.
type Record struct {
	Kind string // of the file
	// Section is the part of the file in which it stands; the lower ones come first.
	Section int
	// Body is the record itself, which only its Format looks into: it is handed back
	// to Write.
	Body []byte
	// OwnID: the funder knows the record by an id that the agency has given it, and
	// replaces what it has. A change needs no number of the funder then (XPT-10).
	OwnID bool
	// Print tells the content from any other, without the funder's number and
	// the reason for a change.
	Print string
	// Core tells the content of the service alone, without what it takes from the
	// client and the address of the site: a change of those amends no service that
	// the funder has accepted.
	Core     string
	Findings []Finding
}

// Bad says whether the funder would refuse it.
func (r *Record) Bad() bool {
	for _, f := range r.Findings {
		if f.Severity == fault.Error {
			return true
		}
	}
	return false
}

// Finding is something that the funder would refuse, or wonder at.
type Finding struct {
	// Field is where to mend it: /answers/language of the form,
	// /profile/identifiers of the client, /site of the session.
	Field      string         `json:"field,omitempty"`
	Label      i18n.Text      `json:"label,omitzero"`   // of the field
	Column     string         `json:"column,omitempty"` // of the funder's file
	Rule       string         `json:"rule"`             // of the format, or of the rule book
	Severity   fault.Severity `json:"severity"`
	Message    i18n.Text      `json:"message"`
	Suggestion string         `json:"suggestion,omitempty"`
}

// Answer is what the funder says of one record.
type Answer struct {
	Row      int    // of the file that was sent; 0 when it was not found there
	Accepted bool   // it was stored, with its number
	RecordID string // the funder's number
	Messages []session.FunderMessage
}
