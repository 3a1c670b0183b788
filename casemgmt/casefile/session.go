package casefile

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// SessionKey identifies a case session here; its SessionID is the one for the funder.
type SessionKey = id.Of[Session]

// clock is a time of day.
var clock = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// SessionDetails are what is said of a case session itself (CSE-01, DEX-01). Codes are of
// the lists of their names.
type SessionDetails struct {
	// SessionID is the number or title of the session for the funder, at most 50
	// characters, unique in its case, and says nothing of a person; left empty it is made
	// (CSE-02, CSE-03).
	SessionID string     `json:"session_id,omitempty"`
	Date      civil.Date `json:"date"`
	Time      string     `json:"time,omitempty"` // when it began, HH:MM
	// Minutes is how long it took, 0 to 1440.
	Minutes *int `json:"minutes,omitempty"`
	// Unidentified is how many took part whose details were not practical to collect, 0
	// to 999 (CSE-04, CSE-05).
	Unidentified int `json:"unidentified,omitempty"`
	// InterpreterPresent: empty is not said.
	InterpreterPresent  *bool  `json:"interpreter_present,omitempty"`
	ServiceType         string `json:"service_type,omitempty"`         // the main focus of the session (DEX-02)
	ServiceSetting      string `json:"service_setting,omitempty"`      // where it was provided
	Topic               string `json:"topic,omitempty"`                // why the client came
	HardshipType        string `json:"hardship_type,omitempty"`        // the primary cause of difficulty
	ReferralDestination string `json:"referral_destination,omitempty"` // where the client was referred
	WorkshopCode        string `json:"workshop_code,omitempty"`        // which workshop it was
	// Fees is what the clients paid, and Cost what the session cost, in cents; Quantity
	// is how much was given. Empty is not said (DEX-08).
	Fees     *int `json:"fees,omitempty"`
	Cost     *int `json:"cost,omitempty"`
	Quantity *int `json:"quantity,omitempty"`
}

// most is more than any amount or quantity of a session.
const most = 1_000_000_000

// Validate says what is wrong with the session's own fields.
func (d SessionDetails) Validate() error { return d.ValidateWithContext(context.Background()) }

// ValidateWithContext also knows the day.
func (d SessionDetails) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &d,
		validation.Field(&d.SessionID, fault.Line("CSE-02", 50)),
		validation.Field(&d.Date, fault.Required("CSE-01"), fault.Days("CSE-01", 2000, 9999), fault.Past("CSE-01")),
		validation.Field(&d.Time, fault.Match("CSE-01", "not_a_time", clock)),
		validation.Field(&d.Minutes, fault.Between("CSE-01", 0, 1440)),
		validation.Field(&d.Unidentified, fault.Between("CSE-05", 0, 999)),
		validation.Field(&d.ServiceType, fault.Line("DEX-01", 60)),
		validation.Field(&d.ServiceSetting, fault.Line("DEX-01", 60)),
		validation.Field(&d.Topic, fault.Line("DEX-01", 60)),
		validation.Field(&d.HardshipType, fault.Line("DEX-01", 60)),
		validation.Field(&d.ReferralDestination, fault.Line("DEX-01", 60)),
		validation.Field(&d.WorkshopCode, fault.Line("DEX-01", 60)),
		validation.Field(&d.Fees, fault.Between("DEX-08", 0, most)),
		validation.Field(&d.Cost, fault.Between("DEX-08", 0, most)),
		validation.Field(&d.Quantity, fault.Between("DEX-08", 0, most)),
	)
}

// Session is a session of a case: an instance of service, with who took part and how they
// were assessed.
type Session struct {
	casemgmt.Head[Session]
	Case FileID `json:"case"`
	SessionDetails
	Participants []*Participant `json:"participants"`
	// Community are the assessments of the session itself, one pre and one post at most
	// (SCO-02, SCO-03).
	Community []score.Assessment `json:"community,omitempty"`
	Note      *Note              `json:"note,omitempty"`
	Created   time.Time          `json:"created"`
	// Worker is who recorded it; zero is a program.
	Worker casemgmt.StaffID `json:"worker,omitzero"`
	// Removal: it was entered by mistake and counts nowhere.
	Removal *casemgmt.Removal `json:"removal,omitempty"`
	// Warnings say what is allowed and unusual; filled in where an assessment was made.
	Warnings fault.Issues `json:"warnings,omitempty"`
}

// Personal: events hold no values of a session.
func (*Session) Personal() {}

// Localize fills in the texts in a language.
func (s *Session) Localize(l i18n.Lang) { s.Warnings = s.Warnings.In(l) }

// Participant is the client in the session, nil when they are not.
func (s *Session) Participant(c casemgmt.ClientID) *Participant {
	for _, p := range s.Participants {
		if p.Client == c {
			return p
		}
	}
	return nil
}

// Reportable says whether somebody was served: a participant of type Client, or somebody
// without a record (PRT-05).
func (s *Session) Reportable() bool {
	return s.Unidentified > 0 || slices.ContainsFunc(s.Participants, func(p *Participant) bool { return p.Type == AsClient })
}

// clone is the session with lists of its own, for a change.
func (s *Session) clone() *Session {
	next := *s
	next.Community = slices.Clone(s.Community)
	next.Participants = make([]*Participant, len(s.Participants))
	for i, p := range s.Participants {
		own := *p
		own.Assessments = slices.Clone(p.Assessments)
		next.Participants[i] = &own
	}
	return &next
}

// AddSession adds a session to a case.
type AddSession struct {
	Case FileID `json:"case"`
	SessionDetails
	// Participants, at most 1000, can be added later too.
	Participants []Attendance `json:"participants,omitempty"`
}

// Validate says what is wrong with the session's own fields.
func (c AddSession) Validate() error { return c.ValidateWithContext(context.Background()) }

// ValidateWithContext also knows the day.
func (c AddSession) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c, validation.Field(&c.SessionDetails), validation.Field(&c.Participants, attendances...))
}

// AddSession adds a session to an open case, of which its participants are clients (CAS-01,
// CSE-01, PRT-01). It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) AddSession(ctx context.Context, cmd AddSession) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, addSession)
}

func addSession(ctx context.Context, u *Unit, cmd AddSession) (*Session, error) {
	f, err := hold(ctx, u, cmd.Case)
	if err != nil {
		return nil, err
	}
	x := &Session{Head: casemgmt.NewHead[Session](), Case: f.ID, SessionDetails: cmd.SessionDetails, Participants: []*Participant{}, Created: u.Now, Worker: u.StaffID()}
	var bad fault.Issues
	if f.Status == Closed {
		bad.Add("CAS-03", "/case", "closed")
	}
	if err := fitSession(ctx, u, &bad, f, x, nil); err != nil {
		return nil, err
	}
	if err := attend(ctx, u, &bad, f, x, cmd.Participants); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	u.Log(event.CaseSessionAdded, x)
	return x, u.Tx.Sessions().Insert(ctx, x)
}

// UpdateSession changes what is said of a session.
type UpdateSession struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
	SessionDetails
}

// Validate says what is wrong with the session's own fields.
func (c UpdateSession) Validate() error { return c.SessionDetails.Validate() }

// ValidateWithContext also knows the day.
func (c UpdateSession) ValidateWithContext(ctx context.Context) error {
	return c.SessionDetails.ValidateWithContext(ctx)
}

// UpdateSession changes what is said of a session, also of a closed case; a session ID
// that is left empty stays (DEX-01). It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateSession(ctx context.Context, cmd UpdateSession) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, updateSession)
}

func updateSession(ctx context.Context, u *Unit, cmd UpdateSession) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := before.clone()
	next.SessionDetails = cmd.SessionDetails
	next.SessionID = cmp.Or(next.SessionID, before.SessionID)
	var bad fault.Issues
	if err := fitSession(ctx, u, &bad, f, next, before); err != nil {
		return nil, err
	}
	if next.Date != before.Date {
		if err := inOrder(ctx, u, bad.Place("SCO-08", "/date"), next); err != nil {
			return nil, err
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return saved(ctx, u, event.CaseSessionChanged, f, before, next)
}

// fitSession brings a session into shape and says what other records have against it:
// before is nil for a new one. What is unchanged fitted when it was chosen, unless the day
// is another.
func fitSession(ctx context.Context, u *Unit, bad *fault.Issues, f *File, next, before *Session) error {
	had := SessionDetails{}
	if before != nil && before.Date == next.Date {
		had = before.SessionDetails
	}
	activity, err := u.Tx.Activities().Get(ctx, f.Activity)
	if err != nil {
		return err
	}
	if next.Date != had.Date && !activity.On(next.Date) {
		bad.Add("CSE-01", "/date", "closed")
	}
	if code := next.ServiceType; code != "" && code != had.ServiceType && len(activity.ServiceTypes) > 0 && !slices.Contains(activity.ServiceTypes, code) {
		bad.Add("DEX-12", "/service_type", "not_of_activity")
	}
	if err := chooseAll(ctx, u, bad, next.Date, []choice{
		{"DEX-12", "/service_type", ServiceTypes, next.ServiceType, []string{had.ServiceType}},
		{"DEX-12", "/service_setting", ServiceSettings, next.ServiceSetting, []string{had.ServiceSetting}},
		{"DEX-12", "/topic", Topics, next.Topic, []string{had.Topic}},
		{"DEX-12", "/hardship_type", HardshipTypes, next.HardshipType, []string{had.HardshipType}},
		{"DEX-12", "/referral_destination", ReferralDestinations, next.ReferralDestination, []string{had.ReferralDestination}},
		{"DEX-12", "/workshop_code", WorkshopCodes, next.WorkshopCode, []string{had.WorkshopCode}},
	}); err != nil {
		return err
	}
	if had.Date.IsZero() && before != nil { // what participants chose must be there on the new day too
		for i, p := range next.Participants {
			if err := fitReferrals(ctx, u, bad, fault.At("/participants", i), p.Attendance, Attendance{}, next.Date); err != nil {
				return err
			}
		}
	}
	if next.SessionID == "" {
		next.SessionID = newRecordID()
	} else if before == nil || before.SessionID != next.SessionID {
		return fitSessionID(ctx, u, bad, f, next)
	}
	return nil
}

// fitSessionID: a session ID that is given is no other session's of the case, and says
// nothing of the case's clients (CSE-02).
func fitSessionID(ctx context.Context, u *Unit, bad *fault.Issues, f *File, x *Session) error {
	taken, err := u.Tx.Sessions().Taken(ctx, f.ID, x.SessionID, x.ID)
	if err != nil {
		return err
	}
	if taken {
		bad.Add("CSE-02", "/session_id", "record_id_taken")
	}
	told, err := tells(ctx, u, f, x.SessionID)
	if told {
		bad.Add("CSE-02", "/session_id", "tells_of_person")
	}
	return err
}

// lockSession is a session that is about to be changed, with its case, at the version that
// the command knows. One that was removed has to be restored first.
func lockSession(ctx context.Context, u *Unit, key SessionKey, version int64) (*File, *Session, error) {
	f, x, err := lockAny(ctx, u, key, version)
	if err != nil {
		return nil, nil, err
	}
	var bad fault.Issues
	if x.Removal != nil {
		bad.Add("CSE-01", "/id", "session_removed")
	}
	return f, x, bad.Err()
}

func lockAny(ctx context.Context, u *Unit, key SessionKey, version int64) (*File, *Session, error) {
	x, err := u.Tx.Sessions().Lock(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	f, err := hold(ctx, u, x.Case)
	if err != nil {
		return nil, nil, err
	}
	if x.Version != version {
		return nil, nil, fault.ErrConflict
	}
	u.Was(x)
	return f, x, nil
}

// saved writes a session that was changed, and is what may be shown of it.
func saved(ctx context.Context, u *Unit, did event.Type, f *File, before, next *Session) (*Session, error) {
	u.Changed(did, before, next)
	if err := u.Tx.Sessions().Update(ctx, next); err != nil {
		return nil, err
	}
	return shown(ctx, u, f, next), nil
}
