package casefile

import (
	"context"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Note is what somebody wrote about a session. A private one is read by who wrote it and
// by managers of the program (ACC-04, ACC-10).
type Note struct {
	Text    string           `json:"text,omitempty"`
	Private bool             `json:"private,omitempty"`
	By      casemgmt.StaffID `json:"by,omitzero"`
	At      time.Time        `json:"at"`
	// Withheld: there is a note that the caller may not read.
	Withheld bool `json:"withheld,omitempty"`
}

// WriteNote writes the note of a session.
type WriteNote struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
	Text    string     `json:"text,omitempty"` // at most 8000 characters; empty takes the note away
	Private bool       `json:"private,omitempty"`
}

// Validate says what is wrong with the text.
func (c WriteNote) Validate() error {
	return fault.Check(&c, validation.Field(&c.Text, fault.Note("ACC-04", 8000)))
}

// WriteNote writes the note of a session, in the place of the one before. Nobody writes
// over a note that they may not read. It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) WriteNote(ctx context.Context, cmd WriteNote) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, writeNote)
}

func writeNote(ctx context.Context, u *Unit, cmd WriteNote) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	if !mayRead(ctx, u, f, before.Note) {
		return nil, fault.ErrForbidden
	}
	next := before.clone()
	next.Note = nil
	if !i18n.Blank(cmd.Text) {
		next.Note = &Note{Text: cmd.Text, Private: cmd.Private, By: u.StaffID(), At: u.Now}
		if before.Note != nil {
			next.Note.By = before.Note.By // who began it can always read it
		}
	}
	return saved(ctx, u, event.CaseNoteWritten, f, before, next)
}

// mayRead says whether the caller may read a note of a session of the case.
func mayRead(ctx context.Context, u *Unit, f *File, n *Note) bool {
	if n == nil {
		return true
	}
	on := ofProgram(f.Program)
	on.Owner, on.Private = n.By.String(), n.Private
	return u.Scope(ctx, access.CaseFiles).Sees(on)
}
