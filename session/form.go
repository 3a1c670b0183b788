package session

import (
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// FormID identifies a service form in a session.
type FormID = id.Of[Form]

// Form is a service form in a session.
type Form struct {
	casemgmt.Head[Form]
	Session SessionID `json:"session"`
	// Client whose form it is; none for a form of the session itself.
	Client casemgmt.ClientID `json:"client,omitzero"`
	Kind   string            `json:"kind"` // key of the definition
	// Definition is the version with which it was saved (FRM-09).
	Definition int              `json:"definition"`
	Worker     casemgmt.StaffID `json:"worker"`
	Created    time.Time        `json:"created"`
	Content
	// Completion says when it became complete and by whom; nil while it is not.
	Completion *Completion `json:"completion,omitempty"`
	// Missing is what keeps it from being complete.
	Missing []Missing `json:"missing,omitempty"`
	Removal *Removal  `json:"removal,omitempty"`
	// Export is what has become of it at its funder; nil while it was in no file.
	Export *Export `json:"export,omitempty"`
	// Warnings of the change that returned it; they stopped nothing.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Content is what a worker fills in.
type Content struct {
	// Program decides who may see the form (HDR-01); the worker's default unless given.
	Program casemgmt.ProgramID `json:"program,omitzero"`
	// Funder that pays for this service; the worker's default unless given.
	Funder casemgmt.FunderID `json:"funder,omitzero"`
	// Private: only the worker and the managers of the program see it (ACC-04).
	Private bool          `json:"private,omitempty"`
	Answers forms.Answers `json:"answers,omitempty"`
	// Own are the answers to the agency's own questions (ASQ-01).
	Own forms.Answers `json:"own,omitempty"`
}

// Completion of a form; computed from its answers, never set by itself (CMP-09).
type Completion struct {
	At time.Time        `json:"at"`
	By casemgmt.StaffID `json:"by,omitzero"`
}

// Missing is one thing that keeps a form from being complete.
type Missing struct {
	Path  string    `json:"path"`
	Code  string    `json:"code"`
	Rule  string    `json:"rule,omitempty"`
	Label i18n.Text `json:"label"` // of the field
	// Text says what is wrong in the reader's language; it is filled in at the edge.
	Text string `json:"message,omitempty"`
}

// Resource is the form for a policy.
func (f *Form) Resource() access.Resource {
	return access.Resource{Kind: access.Forms, Owner: f.Worker.String(), Program: f.Program.String(), Private: f.Private}
}
