package casemgmt

import (
	"context"
	"strings"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// ClientQuery searches the agency's named clients. All fields that are given
// must match (SRC-02).
type ClientQuery struct {
	// Name: each word is the start of a word of one of the client's names, with
	// no regard to case, marks, order and hyphens (SRC-05).
	Name string `json:"name,omitempty"`
	// Phone: the digits start a phone number, with or without the area code.
	Phone string `json:"phone,omitempty"`
	// Number of the client at the agency.
	Number int64 `json:"number,omitempty"`
	// Identifier is the value of an identifier of any kind.
	Identifier string     `json:"identifier,omitempty"`
	BirthDate  civil.Date `json:"birth_date,omitzero"`
	FamilyCode string     `json:"family_code,omitempty"`
	Email      string     `json:"email,omitempty"`
	PostalCode string     `json:"postal_code,omitempty"` // or its start

	Gender           string `json:"gender,omitempty"`
	ImmigrationClass string `json:"immigration_class,omitempty"`
	CountryOfOrigin  string `json:"country_of_origin,omitempty"`
}

// ClientHit is as much of a client as is needed to recognise the person (SRC-06).
type ClientHit struct {
	ID        ClientID   `json:"id"`
	Number    int64      `json:"number"`
	Name      string     `json:"name"`
	Preferred string     `json:"preferred,omitempty"`
	BirthDate civil.Date `json:"birth_date,omitzero"`
	Gender    string     `json:"gender,omitempty"`
}

func (c *Client) hit() ClientHit {
	return ClientHit{ID: c.ID, Number: c.Number, Name: c.Name(), Preferred: c.Profile.Preferred,
		BirthDate: c.Profile.BirthDate, Gender: c.Profile.Gender}
}

// Hit is the client as a search shows it.
func (c *Client) Hit() ClientHit { return c.hit() }

func newClientID() ClientID { return id.New[Client]() }

// Words are the folded words of the name that is searched.
func (q ClientQuery) Words() []string { return i18n.Words(q.Name) }

func (q *ClientQuery) check() fault.Issues {
	var bad fault.Issues
	bad.Line("/name", q.Name, 200)
	bad.Line("/phone", q.Phone, 40)
	bad.Line("/identifier", q.Identifier, 40)
	bad.Line("/family_code", q.FamilyCode, 20)
	bad.Line("/email", q.Email, 254)
	bad.Line("/postal_code", q.PostalCode, 10)
	bad.OneOf("SRC-02", "/gender", has(Genders(), q.Gender), q.Gender)
	bad.OneOf("SRC-02", "/immigration_class", has(ImmigrationClasses(), q.ImmigrationClass), q.ImmigrationClass)
	q.Identifier, q.PostalCode = squeeze(q.Identifier), squeeze(q.PostalCode)
	q.CountryOfOrigin = strings.ToUpper(q.CountryOfOrigin)
	if q.CountryOfOrigin != "" && !isCountry(q.CountryOfOrigin) {
		bad.Add("SRC-02", "/country_of_origin", "unknown_value")
	}
	if q.Name != "" && len(q.Words()) == 0 {
		bad.Add("SRC-01", "/name", "nothing_to_search")
	}
	if len(q.Words()) > 8 {
		bad.Add("SRC-01", "/name", "too_many", "max", 8)
	}
	if q.Phone != "" && len(i18n.Digits(q.Phone)) < 3 {
		bad.Add("SRC-01", "/phone", "too_short", "min", 3)
	}
	return bad
}

// SearchClients finds named clients of the caller's agency, ordered by the name
// that matched (SRC-01 to SRC-06). It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) SearchClients(ctx context.Context, q ClientQuery, p PageRequest) (Page[ClientHit], error) {
	var out Page[ClientHit]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me Caller) error {
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		if err := q.check().Err(); err != nil {
			return err
		}
		var err error
		out, err = tx.SearchClients(ctx, q, p)
		return err
	})
	return out, err
}

// FamilyMembers lists the clients who share a family code. It fails with
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) FamilyMembers(ctx context.Context, code string, p PageRequest) (Page[ClientHit], error) {
	if code == "" {
		return Page[ClientHit]{}, nil
	}
	return s.SearchClients(ctx, ClientQuery{FamilyCode: code}, p)
}
