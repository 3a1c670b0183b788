// Package session records services: when, where and by whom a service was
// given, to which clients, with the service forms that say what it was. A session
// counts once all its forms are complete. So far the direct types are recorded.
//
// Rule ids in comments and issues (SES-08) are those of docs/rules.md.
package session

import (
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// SessionID identifies a session.
type SessionID = id.Of[Session]

// Session is a session with its clients and their forms.
type Session struct {
	casemgmt.Head[Session]
	Agency string `json:"agency"` // fixed (SES-19)
	// Worker is who created it, the only staff (SES-12, SES-19).
	Worker  casemgmt.StaffID `json:"worker"`
	Created time.Time        `json:"created"`
	Details
	Participants []*Participant `json:"clients"`
	// Forms of the session itself; those of its clients are with them.
	Forms     []*Form    `json:"forms,omitempty"`
	Documents []Document `json:"documents,omitempty"`
	// Complete: at least one form, and all forms complete (CMP-01, CMP-07, CMP-08).
	// Whoever does not see all forms is told of those they see.
	Complete bool `json:"complete"`
	// Removal: it was cancelled; nothing of it counts.
	Removal *Removal `json:"removal,omitempty"`
	// Warnings of the change that returned it; they stopped nothing.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Removal says that a client or a form was taken out, or a session cancelled; it can
// be undone (SES-21).
type Removal struct {
	At     time.Time        `json:"at"`
	By     casemgmt.StaffID `json:"by,omitzero"`
	Reason string           `json:"reason,omitempty"`
}

// Active are the forms of the session itself and of its participants that were
// not removed.
func (s *Session) Active() []*Form {
	out := kept(s.Forms)
	for _, p := range s.Participants {
		out = append(out, p.Active()...)
	}
	return out
}

// Participant is the client in the session, nil when they are not.
func (s *Session) Participant(c casemgmt.ClientID) *Participant {
	for _, p := range s.Participants {
		if p.Client == c {
			return p
		}
	}
	return nil
}

// all are the forms of the session, removed ones too.
func (s *Session) all() []*Form {
	out := slices.Clone(s.Forms)
	for _, p := range s.Participants {
		out = append(out, p.Forms...)
	}
	return out
}

// Form is one of the session's forms, nil without it.
func (s *Session) Form(key FormID) *Form {
	for _, f := range s.all() {
		if f.ID == key {
			return f
		}
	}
	return nil
}

// beside are the forms that are attached to the same as a form of the session.
func (s *Session) beside(c casemgmt.ClientID) []*Form {
	if c.IsZero() {
		return kept(s.Forms)
	}
	if p := s.Participant(c); p != nil {
		return p.Active()
	}
	return nil
}

// gone says whether a form, its participant or the session was removed.
func (s *Session) gone(f *Form) bool {
	if f.Removal != nil || s.Removal != nil {
		return true
	}
	p := s.Participant(f.Client)
	return p != nil && p.Removal != nil
}

// Settle computes whether the session is complete (CMP-01, CMP-07, CMP-08).
func (s *Session) Settle() {
	active := s.Active()
	s.Complete = s.Removal == nil && len(active) > 0 && !slices.ContainsFunc(active, func(f *Form) bool { return f.Completion == nil })
}
