package session

import (
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// ExportState is what has become of a record in a funder's file (XPT-12).
type ExportState string

// The states. A superseded row counts no more: a later one took its place, or
// its file was discarded.
const (
	Exported   ExportState = "exported" // in a file that was made and not sent yet
	Pending    ExportState = "pending"  // sent; the funder has not answered
	Accepted   ExportState = "accepted"
	Rejected   ExportState = "rejected"
	Superseded ExportState = "superseded"
)

// Values are all states.
func (ExportState) Values() []ExportState {
	return []ExportState{Exported, Pending, Accepted, Rejected, Superseded}
}

// Valid says whether it is one of the states.
func (s ExportState) Valid() bool { return slices.Contains(s.Values(), s) }

// FunderMessage is what a funder says of a record that it returned (XPT-08).
type FunderMessage struct {
	Part string `json:"part,omitempty"` // of the record, such as Client
	En   string `json:"en"`
	Fr   string `json:"fr,omitempty"`  // empty when the funder says it in one language
	Raw  string `json:"raw,omitempty"` // as it was returned
}

// Export is what has become of a form at its funder.
type Export struct {
	State ExportState `json:"state"`
	At    time.Time   `json:"at"` // since when
	// RecordID is the funder's own number of the record, where it is known.
	RecordID string `json:"record_id,omitempty"`
	// Amends is the number of the funder's record that it was to change.
	Amends   string          `json:"amends,omitempty"`
	Messages []FunderMessage `json:"messages,omitempty"` // of a rejection
}

// UnderWay says that the form is in a file to which the funder has not answered.
func (e *Export) UnderWay() bool { return e != nil && (e.State == Exported || e.State == Pending) }

// Has says whether the funder has the form, if only as it was before an
// amendment, or will have it if it accepts it.
func (e *Export) Has() bool {
	return e.UnderWay() || e != nil && (e.State == Accepted || e.Amends != "")
}

// notUnderWay refuses changes of a session while one of its forms is with the
// funder (CMP-09): what was sent and what is kept would differ unnoticed.
func notUnderWay(x *Session) error {
	var bad fault.Issues
	for _, f := range x.Active() {
		if f.Export.UnderWay() {
			bad.Add("CMP-09", "/id", "in_funder_file")
			break
		}
	}
	return bad.Err()
}

// payers are who pays for the forms that the funder has, before a change.
func (s *Session) payers() map[FormID]casemgmt.FunderID {
	var out map[FormID]casemgmt.FunderID
	for _, f := range s.Active() {
		if f.Export.Has() {
			if out == nil {
				out = map[FormID]casemgmt.FunderID{}
			}
			out[f.ID] = s.Funder(f)
		}
	}
	return out
}

// stays refuses what makes the funder's records of a session untrue in a way that
// no amendment mends: a service that the funder has goes neither out of the
// reports (CMP-09) nor to another agreement (XPT-11). Removing the service itself
// is another matter: the funder's copy is then listed as one to be deleted there.
func (s *Session) stays(payers map[FormID]casemgmt.FunderID) error {
	var bad fault.Issues
	for _, f := range s.Active() {
		if !f.Export.Has() {
			continue
		}
		if !s.Complete {
			bad.Add("CMP-09", "/id", "stays_complete")
			break
		}
		if before, ok := payers[f.ID]; ok && s.Funder(f) != before {
			bad.Add("XPT-11", "/funder", "cannot_change")
			break
		}
	}
	return bad.Err()
}

// amends checks the change of a form that the funder has accepted: it starts an
// amendment, which says why (XPT-10).
func amends(f *Form) error {
	var bad fault.Issues
	if f.Export != nil && f.Export.State == Accepted {
		bad.Required("XPT-10", "/answers/update_reason", f.Answers["update_reason"] != nil)
	}
	return bad.Err()
}

// Funder is who pays for a form of the session: the form's own funder, or the
// session's if it has one only; zero when that is not told.
func (s *Session) Funder(f *Form) casemgmt.FunderID {
	if f.Funder.IsZero() && len(s.Funders) == 1 {
		return s.Funders[0]
	}
	return f.Funder
}
