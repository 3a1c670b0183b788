// Package export brings what was recorded into a funder's files and keeps the
// ledger of what became of it (rule book, section 22): a run checks the complete
// services of a period and writes the good ones into files; each record of a
// file is then exported, pending, accepted or rejected, and what the funder says
// of it comes back to the worker. Nothing is sent twice by mistake.
//
// The files themselves are a Format's: adapters/icareexport is iCARE's.
package export

import (
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

// RunID identifies an export run.
type RunID = id.Of[Run]

// FileID identifies a file of a run.
type FileID = id.Of[File]

// Criteria say what a run is about: the services of a period that one funder
// pays for under one contribution agreement (XPT-11).
type Criteria struct {
	// Funder with its agreement; its System names the file format.
	Funder casemgmt.FunderID `json:"funder"`
	From   civil.Date        `json:"from"` // service date, inclusive
	To     civil.Date        `json:"to"`
	// Program narrows it; empty is the whole agency.
	Program casemgmt.ProgramID `json:"program,omitzero"`
	// Resend takes rejected records again though nothing was changed in them:
	// the fault was the funder's.
	Resend bool `json:"resend,omitempty"`
}

// Reason why a service is not in a file.
type Reason string

// The reasons (ANO-07, ANO-09, FRM-08, CMP-03, XPT-07).
const (
	Anonymous     Reason = "anonymous"
	Withdrawn     Reason = "consent_withdrawn"
	NeverExported Reason = "never_exported" // Non-Specified, and forms that no file of the funder takes
	Incomplete    Reason = "incomplete"
	Private       Reason = "private"   // for whoever does not manage the program of the run
	NoFunder      Reason = "no_funder" // nobody is said to pay for it
	InFile        Reason = "in_file"   // of an earlier run, not sent yet
	AtFunder      Reason = "at_funder" // sent, not answered
	AcceptedOnce  Reason = "accepted"  // and not changed since
	// Deleted: the funder has it, and the agency has taken it out since; files
	// cannot delete, so that somebody must do it at the funder.
	Deleted Reason = "deleted"
)

var reasons = []struct {
	reason Reason
	rule   string
	text   i18n.Text
}{
	{Anonymous, "ANO-07", i18n.T("Services of anonymous clients, which are never in a file", "Services de clients anonymes, qui ne figurent jamais dans un fichier")},
	{Withdrawn, "ANO-09", i18n.T("Services of clients who have withdrawn their consent", "Services de clients qui ont retiré leur consentement")},
	{NeverExported, "FRM-08", i18n.T("Forms that no file of the funder takes, such as Non-Specified", "Formulaires qu’aucun fichier du bailleur de fonds n’accepte, comme « non précisé »")},
	{Incomplete, "CMP-03", i18n.T("Forms of incomplete sessions; complete them", "Formulaires de séances incomplètes; remplissez-les")},
	{Private, "ACC-10", i18n.T("Private forms, which a run by the manager of their program takes", "Formulaires privés, que prend une exportation faite par le gestionnaire de leur programme")},
	{NoFunder, "HDR-01", i18n.T("Forms that name no funder; say who pays for them", "Formulaires sans bailleur de fonds; indiquez qui les finance")},
	{InFile, "XPT-07", i18n.T("Records in a file that was made and not sent yet", "Enregistrements d’un fichier créé et pas encore envoyé")},
	{AtFunder, "XPT-07", i18n.T("Records that were sent, and not answered yet", "Enregistrements envoyés, encore sans réponse")},
	{AcceptedOnce, "XPT-07", i18n.T("Records that the funder has accepted, unchanged since", "Enregistrements acceptés par le bailleur de fonds et inchangés depuis")},
	{Deleted, "XPT-10", i18n.T("Records that the funder has and that were removed here since; delete them at the funder", "Enregistrements que le bailleur de fonds possède et qui ont été retirés ici depuis; supprimez-les chez lui")},
}

// Reasons are all reasons, in the order in which a run lists them.
func Reasons() []Reason {
	var out []Reason
	for _, r := range reasons {
		out = append(out, r.reason)
	}
	return out
}

// LeftOut is how many records a run left out for a reason.
type LeftOut struct {
	Reason Reason    `json:"reason"`
	Rule   string    `json:"rule"`
	Text   i18n.Text `json:"text"`
	Count  int       `json:"count"`
	// Withheld: there are some, and not so many that they may be counted (ACC-11).
	Withheld bool `json:"withheld,omitempty"`
}

// Tally counts the records of one kind of file (XPT-06).
type Tally struct {
	Kind  string    `json:"kind"` // such as client_profile
	Title i18n.Text `json:"title"`
	Good  int       `json:"good"`
	Bad   int       `json:"bad"`
	// Amendments are the good ones that change a record which the funder has (XPT-10).
	Amendments int `json:"amendments,omitempty"`
}

// Counts are those of a check, or of a run.
type Counts struct {
	Kinds    []Tally   `json:"kinds"` // in the order in which the files are sent (XPT-05)
	Good     int       `json:"good"`
	Bad      int       `json:"bad"`
	Warnings int       `json:"warnings"`
	LeftOut  []LeftOut `json:"left_out"`
}

// Run is one export, as it is kept (XPT-12).
type Run struct {
	casemgmt.Head[Run]
	Criteria
	At time.Time        `json:"at"`
	By casemgmt.StaffID `json:"by,omitzero"`
	Counts
	// Private: it has private forms, and is for managers of its program.
	Private bool    `json:"private,omitempty"`
	Files   []*File `json:"files"` // in the order in which they are sent
}

// FileState is how far a file has come.
type FileState string

// The states of files.
const (
	Made      FileState = "exported"
	Sent      FileState = "pending"
	Answered  FileState = "processed"
	Discarded FileState = "discarded" // it was never sent
)

// FileStates are all states of files.
func FileStates() []FileState { return []FileState{Made, Sent, Answered, Discarded} }

// File is a file of a run.
type File struct {
	casemgmt.Head[File]
	Run      RunID     `json:"run"`
	Kind     string    `json:"kind"`
	Title    i18n.Text `json:"title"`
	Number   int       `json:"number"` // of the files of its kind in the run, from 1
	Name     string    `json:"name"`
	Records  int       `json:"records"`
	Checksum string    `json:"checksum"` // SHA-256 of its content, in hexadecimal
	State    FileState `json:"state"`
	// States counts its records by state; filled in where a run is read.
	States map[session.ExportState]int `json:"states,omitempty"`
}

// Row is a record of a file, as the ledger has it.
type Row struct {
	Run  RunID  `json:"run"`
	File FileID `json:"file"`
	Row  int    `json:"row"` // of the file, as the funder counts
	Ref
	State session.ExportState `json:"state"`
	At    time.Time           `json:"at"` // since when it has the state
	// Record is the funder's number of the record, where it is known.
	Record string `json:"record,omitempty"`
	// Amends is the funder's number of the record that this one changes (XPT-10).
	Amends   string                  `json:"amends,omitempty"`
	Messages []session.FunderMessage `json:"messages,omitempty"`

	// Funder of the run.
	Funder casemgmt.FunderID `json:"-"`
	// Print tells the content from any other, without what the funder numbers.
	Print string `json:"-"`
	// Own tells what is the service's own.
	Own string `json:"-"`
	// Replaces is the row whose place it took, with the state that it had.
	Replaces *Replaced `json:"-"`
}

// Replaced is a row that a later one took the place of.
type Replaced struct {
	File  FileID              `json:"file"`
	Row   int                 `json:"row"`
	State session.ExportState `json:"state"`
}

// Ref says which record of the agency something is about, and whose it is. A
// client's profile has no form, a record of a whole session has no client.
type Ref struct {
	Client  casemgmt.ClientID `json:"client,omitzero"`
	Number  int64             `json:"client_number,omitempty"` // of the client
	Session session.SessionID `json:"session,omitzero"`
	Form    session.FormID    `json:"form,omitzero"`
	// Kind is the form's; client_profile for a client.
	Kind   string           `json:"form_kind"`
	Date   civil.Date       `json:"service_date,omitzero"`
	Worker casemgmt.StaffID `json:"worker,omitzero"` // who recorded it
}

// ofClient is the Kind of a Ref without a form.
const ofClient = "client_profile"
