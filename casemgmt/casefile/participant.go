package casefile

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// ParticipantType says as what somebody took part (PRT-02).
type ParticipantType string

// The types of participants.
const (
	AsClient        ParticipantType = "client"
	AsSupportPerson ParticipantType = "support_person"
)

// Values are both.
func (ParticipantType) Values() []ParticipantType {
	return []ParticipantType{AsClient, AsSupportPerson}
}

// Valid says whether there is such a type.
func (t ParticipantType) Valid() bool { return t == AsClient || t == AsSupportPerson }

// Referral is that a participant was directed to another service.
type Referral struct {
	// Purposes are codes of the list of referral purposes, one or more (PRT-04).
	Purposes []string `json:"purposes"`
}

// Validate says what is wrong with the referral by itself.
func (r Referral) Validate() error {
	return fault.Check(&r, validation.Field(&r.Purposes, fault.Required("PRT-04"), fault.AtMost("PRT-04", 20),
		fault.All(fault.Each[string](fault.Required("PRT-04"), fault.Line("PRT-04", 60)), fault.Distinct[string]("PRT-04"))))
}

// Attendance is that a client of the case took part in a session.
type Attendance struct {
	Client casemgmt.ClientID `json:"client"`
	Type   ParticipantType   `json:"type"`
	// InternalReferral is to another service of the same organization, and
	// ExternalReferral to one of another organization (PRT-03).
	InternalReferral *Referral `json:"internal_referral,omitempty"`
	ExternalReferral *Referral `json:"external_referral,omitempty"`
}

// Validate says what is wrong with it by itself.
func (a Attendance) Validate() error {
	return fault.Check(&a,
		validation.Field(&a.Client, fault.Required("PRT-01")),
		validation.Field(&a.Type, fault.Required("PRT-02"), fault.Valid("PRT-02")),
		validation.Field(&a.InternalReferral),
		validation.Field(&a.ExternalReferral),
	)
}

// purposes of a referral, or of none.
func (r *Referral) purposes() []string {
	if r == nil {
		return nil
	}
	return r.Purposes
}

// attendances are the rules of a list of participants, in which a client is once (PRT-05).
var attendances = []validation.Rule{fault.AtMost("PRT-01", 1000), fault.Items(func(list []Attendance, i int) fault.Issues {
	bad := fault.IssuesOf(list[i].Validate())
	if slices.ContainsFunc(list[:i], func(o Attendance) bool { return o.Client == list[i].Client && !o.Client.IsZero() }) {
		bad.Add("PRT-05", "/client", "repeated")
	}
	return bad
})}

// Participant is a client in a session, once (PRT-05).
type Participant struct {
	Attendance
	// Assessments of the client, of each type one pre and one post at most (SCO-03).
	Assessments []score.Assessment `json:"assessments,omitempty"`
}

// AddParticipants adds participants to a session.
type AddParticipants struct {
	ID           SessionKey   `json:"id"`
	Version      int64        `json:"version"`
	Participants []Attendance `json:"participants"`
}

// Validate says what is wrong with the participants by themselves.
func (c AddParticipants) Validate() error {
	return fault.Check(&c, validation.Field(&c.Participants, append([]validation.Rule{fault.Required("PRT-01")}, attendances...)...))
}

// AddParticipants adds clients of the case to a session (PRT-01). It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddParticipants(ctx context.Context, cmd AddParticipants) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, addParticipants)
}

func addParticipants(ctx context.Context, u *Unit, cmd AddParticipants) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := before.clone()
	var bad fault.Issues
	if err := attend(ctx, u, &bad, f, next, cmd.Participants); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return saved(ctx, u, event.CaseParticipantsChanged, f, before, next)
}

// attend adds participants to a session, and says what speaks against each.
func attend(ctx context.Context, u *Unit, bad *fault.Issues, f *File, x *Session, list []Attendance) error {
	keys := make([]casemgmt.ClientID, len(list))
	for i, a := range list {
		keys[i] = a.Client
	}
	clients, err := u.Tx.Clients().Some(ctx, keys)
	if err != nil {
		return err
	}
	for i, a := range list {
		at := fault.At("/participants", i)
		client := clients[a.Client]
		switch {
		case f.Client(a.Client) == nil || client == nil:
			bad.Add("PRT-01", at+"/client", "not_in_case")
		case x.Participant(a.Client) != nil:
			bad.Add("PRT-05", at+"/client", "in_session_already")
		case client.Withdrawal != nil:
			bad.Add("ANO-09", at+"/client", "consent_withdrawn")
		case client.Profile.ToldBy(x.SessionID):
			bad.Add("CSE-02", at+"/client", "tells_of_person")
		}
		if err := fitReferrals(ctx, u, bad, at, a, Attendance{}, x.Date); err != nil {
			return err
		}
		x.Participants = append(x.Participants, &Participant{Attendance: a})
	}
	return nil
}

// fitReferrals: purposes that were not there before can be chosen on the day.
func fitReferrals(ctx context.Context, u *Unit, bad *fault.Issues, at string, next, before Attendance, on civil.Date) error {
	var all []choice
	add := func(path string, next, had *Referral) {
		for i, code := range next.purposes() {
			all = append(all, choice{"PRT-04", fault.At(at+path+"/purposes", i), ReferralPurposes, code, had.purposes()})
		}
	}
	add("/internal_referral", next.InternalReferral, before.InternalReferral)
	add("/external_referral", next.ExternalReferral, before.ExternalReferral)
	return chooseAll(ctx, u, bad, on, all)
}

// UpdateParticipant changes as what a client took part, and the referrals.
type UpdateParticipant struct {
	ID      SessionKey `json:"id"`
	Version int64      `json:"version"`
	Attendance
}

// Validate says what is wrong with it by itself.
func (c UpdateParticipant) Validate() error { return c.Attendance.Validate() }

// UpdateParticipant changes as what a client took part, and the referrals (PRT-02, PRT-03).
// It fails with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateParticipant(ctx context.Context, cmd UpdateParticipant) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, updateParticipant)
}

func updateParticipant(ctx context.Context, u *Unit, cmd UpdateParticipant) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	next := before.clone()
	p := next.Participant(cmd.Client)
	if p == nil {
		return nil, fault.ErrNotFound
	}
	var bad fault.Issues
	if err := fitReferrals(ctx, u, &bad, "", cmd.Attendance, p.Attendance, next.Date); err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	p.Attendance = cmd.Attendance
	return saved(ctx, u, event.CaseParticipantsChanged, f, before, next)
}

// RemoveParticipant takes a client out of a session.
type RemoveParticipant struct {
	ID      SessionKey        `json:"id"`
	Version int64             `json:"version"`
	Client  casemgmt.ClientID `json:"client"`
}

// RemoveParticipant takes a client out of a session who was added by mistake; assessments
// of the client are taken away first, so that none is lost unseen. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveParticipant(ctx context.Context, cmd RemoveParticipant) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeParticipant)
}

func removeParticipant(ctx context.Context, u *Unit, cmd RemoveParticipant) (*Session, error) {
	f, before, err := lockSession(ctx, u, cmd.ID, cmd.Version)
	if err != nil {
		return nil, err
	}
	p := before.Participant(cmd.Client)
	if p == nil {
		return nil, fault.ErrNotFound
	}
	var bad fault.Issues
	if len(p.Assessments) > 0 {
		bad.Add("SCO-02", "/client", "has_assessments")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	next := before.clone()
	next.Participants = slices.DeleteFunc(next.Participants, func(o *Participant) bool { return o.Client == cmd.Client })
	return saved(ctx, u, event.CaseParticipantsChanged, f, before, next)
}
