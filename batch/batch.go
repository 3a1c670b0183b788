// Package batch records the same services for many clients at once, as day
// shelters and drop-in centres do (rule book, sections 23 to 26). A Batch is a
// template that is used again and again; each use is a Run with its dates, to
// which clients are added by card, number or list, and whose services are
// posted at once or after a review. What was posted can be reversed and
// restored, as a whole or for one client.
package batch

import (
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
)

// BatchID identifies a batch.
type BatchID = id.Of[Batch]

// RunID identifies a run.
type RunID = id.Of[Run]

// EntryID identifies a client's entry in a run.
type EntryID = id.Of[Entry]

// ReversalID identifies a reversal.
type ReversalID = id.Of[Reversal]

// Item is a service of a batch and how often it is given (BAT-08).
type Item struct {
	Code  casemgmt.ServiceCodeID `json:"code"`
	Units int                    `json:"units"`
}

// Template is what a batch says, and what a run keeps of it: a later change of
// the batch does not change its runs (BAT-04).
type Template struct {
	Description string `json:"description"`
	// AutoPost posts the services as soon as a client is added (BAT-14).
	AutoPost bool `json:"auto_post"`
	// Provider is the user who is responsible for the data entry and listed as
	// the provider; the person who performs the services may be another (BAT-10, BAT-11).
	Provider casemgmt.StaffID `json:"provider"`
	// Performer is the person who performs the services, if it is known (BAT-24).
	Performer string `json:"performer,omitempty"`
	// Comments appear on each client's record (BAT-09).
	Comments string             `json:"comments,omitempty"`
	Program  casemgmt.ProgramID `json:"program"`
	Location casemgmt.SiteID    `json:"location,omitzero"`
	Services []Item             `json:"services"`
}

// Batch is a set of services that are given together (BAT-02, BAT-03).
type Batch struct {
	casemgmt.Head[Batch]
	Template
	Closed bool `json:"closed,omitempty"`
}

// Run is one use of a batch (BAT-12).
type Run struct {
	casemgmt.Head[Run]
	Batch BatchID `json:"batch"`
	// BatchDate is the day of the batch, ServiceDate the day on which the
	// services were provided, which may lie in the past (BAT-13).
	BatchDate   civil.Date `json:"batch_date"`
	ServiceDate civil.Date `json:"service_date"`
	Template
	Started time.Time        `json:"started"`
	By      casemgmt.StaffID `json:"by,omitzero"`
	// Reversal of the whole run, while it lasts (BAT-25).
	Reversal *Reversal `json:"reversal,omitempty"`
	// Counts of the entries; filled in where one run is read.
	Counts *Counts `json:"counts,omitempty"`
}

// Counts of a run's entries.
type Counts struct {
	Selected int `json:"selected"` // not posted yet
	Posted   int `json:"posted"`
	Reversed int `json:"reversed"`
}

// State of an entry.
type State string

// The states. A reversed entry keeps its place and leaves every count.
const (
	Selected State = "selected"
	Posted   State = "posted"
	Reversed State = "reversed"
)

// Entry is a client in a run.
type Entry struct {
	ID         EntryID               `json:"id"`
	Run        RunID                 `json:"run"`
	Client     casemgmt.ClientID     `json:"client"`
	Enrollment casemgmt.EnrollmentID `json:"enrollment,omitzero"` // not there yet when the first service makes it
	State      State                 `json:"state"`
	// Again counts the explicit "once more" of the same batch and day (BAT-20).
	Again int              `json:"again,omitempty"`
	Added time.Time        `json:"added"`
	By    casemgmt.StaffID `json:"by,omitzero"`
	// Scan is the number of the scan that added it, and ScannedAt its own time (SCN-05).
	Scan      string     `json:"scan,omitempty"`
	ScannedAt time.Time  `json:"scanned_at,omitzero"`
	Reversal  ReversalID `json:"reversal,omitzero"`

	posted bool // or selected, also while it is reversed
}

// WasPosted says whether the services were posted, also if they are reversed.
func (e *Entry) WasPosted() bool { return e.posted }

// SetPosted is for storages: whether the services were posted, and the reversal
// that holds, decide the state.
func (e *Entry) SetPosted(posted bool) {
	e.posted = posted
	switch {
	case !e.Reversal.IsZero():
		e.State = Reversed
	case posted:
		e.State = Posted
	default:
		e.State = Selected
	}
}

// Reversal takes back a run or one entry (BAT-25). It is kept when it is undone.
type Reversal struct {
	ID     ReversalID       `json:"id"`
	Entry  EntryID          `json:"entry,omitzero"` // of one entry; else of the run
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason"`
	Undone *Undone          `json:"undone,omitempty"`
}

// Undone says that a reversal was undone.
type Undone struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason"`
}

// Transaction is one service of one client, as it stands on the client's record
// (BAT-19).
type Transaction struct {
	Entry      EntryID                `json:"entry"`
	Run        RunID                  `json:"run"`
	Client     casemgmt.ClientID      `json:"client"`
	Enrollment casemgmt.EnrollmentID  `json:"enrollment"`
	Code       casemgmt.ServiceCodeID `json:"code"`
	Units      int                    `json:"units"`
	Date       civil.Date             `json:"date"` // service provided
	Comments   string                 `json:"comments,omitempty"`
	Program    casemgmt.ProgramID     `json:"program"`
	Location   casemgmt.SiteID        `json:"location,omitzero"`
	Provider   casemgmt.StaffID       `json:"provider"`
	Performer  string                 `json:"performer,omitempty"`
	// Reversed services stay visible and count nowhere (BAT-25).
	Reversed bool `json:"reversed,omitempty"`
}
