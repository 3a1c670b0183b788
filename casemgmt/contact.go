package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// ContactID identifies an entry of the directory.
type ContactID = id.Of[Contact]

// ContactKind is what an entry of the directory is.
type ContactKind string

// The kinds of directory entries.
const (
	Employer ContactKind = "employer"
	Mentor   ContactKind = "mentor" // mentors and tutors
	Partner  ContactKind = "partner"
)

// Values are all kinds.
func (ContactKind) Values() []ContactKind { return []ContactKind{Employer, Mentor, Partner} }

// Valid says whether it is one of the kinds.
func (k ContactKind) Valid() bool { return k == Employer || k == Mentor || k == Partner }

// Contact is an employer, a mentor or tutor, or a partner in the agency's directory.
type Contact struct {
	Head[Contact]
	Kind   ContactKind `json:"kind"`
	Name   string      `json:"name"`
	Phone  string      `json:"phone,omitempty"`
	Email  string      `json:"email,omitempty"`
	Closed bool        `json:"closed,omitempty"`
}

// Validate says what is wrong with the entry's own fields.
func (c Contact) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &c,
		validation.Field(&c.Kind, fault.Required("FLD-mentor_match"), fault.Valid("FLD-mentor_match")),
		validation.Field(&c.Name, fault.Required("FLD-mentor_match"), fault.Line("FLD-mentor_match", 200)),
		validation.Field(&c.Phone, phone("")),
		validation.Field(&c.Email, email("")),
	)
}

var contacts = Keep(Tx.Contacts, event.ContactCreated, event.ContactChanged, MayRecord, fitContact)

func fitContact(_ context.Context, _ *Unit, next, _ *Contact) error {
	return nil
}

// CreateContact adds an entry to the directory. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateContact(ctx context.Context, in Contact) (*Contact, error) {
	return Change(ctx, s.work, in, contacts.Add)
}

// UpdateContact changes an entry of the directory. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateContact(ctx context.Context, in Contact) (*Contact, error) {
	return Change(ctx, s.work, in, contacts.Put)
}

// Contact is one entry of the directory. It fails with fault.ErrNotFound.
func (s *Service) Contact(ctx context.Context, key ContactID) (*Contact, error) {
	return Read(ctx, s.work, key, contacts.Get)
}

// Contacts lists the directory by name.
func (s *Service) Contacts(ctx context.Context, p PageRequest) (Page[Contact], error) {
	return ReadMany(ctx, s.work, p, ListOf(Tx.Contacts))
}
