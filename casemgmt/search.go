package casemgmt

import (
	"context"
	"strings"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
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

	Gender string `json:"gender,omitempty"`
	// ImmigrationClass and CountryOfOrigin are of the extension settlement.
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

// Hit is the client as a search shows it.
func (c *Client) Hit() ClientHit {
	return ClientHit{ID: c.ID, Number: c.Number, Name: c.Name(), Preferred: c.Profile.Preferred,
		BirthDate: c.Profile.BirthDate, Gender: c.Profile.Gender}
}

// Words are the folded words of the name that is searched.
func (q ClientQuery) Words() []string { return i18n.Words(q.Name) }

// clientSearch is a query and a part of its answer.
type clientSearch struct {
	ClientQuery
	PageRequest
}

// Validate says what cannot be searched for.
func (q clientSearch) ValidateWithContext(ctx context.Context) error {
	return fault.CheckIn(ctx, &q, validation.Field(&q.ClientQuery), validation.Field(&q.PageRequest))
}

// Validate says what cannot be searched for.
func (q ClientQuery) ValidateWithContext(ctx context.Context) error {
	words := q.Words()
	settlement := elsewhereEmpty(agencyIn(ctx).Has(country.Settlement), "SRC-02")
	return fault.CheckIn(ctx, &q,
		validation.Field(&q.Name, fault.Line("SRC-01", 200),
			fault.Fails(q.Name != "" && len(words) == 0, "SRC-01", "nothing_to_search"), fault.Fails(len(words) > 8, "SRC-01", "too_many", "max", 8)),
		validation.Field(&q.Phone, fault.Line("SRC-01", 40), fault.Fails(q.Phone != "" && len(i18n.Digits(q.Phone)) < 3, "SRC-01", "too_short", "min", 3)),
		validation.Field(&q.Identifier, fault.Line("SRC-01", 40)),
		validation.Field(&q.FamilyCode, fault.Line("SRC-01", 20)),
		validation.Field(&q.Email, fault.Line("SRC-01", 254)),
		validation.Field(&q.PostalCode, fault.Line("SRC-01", 10)),
		validation.Field(&q.Gender, coded("SRC-02", Genders())),
		validation.Field(&q.ImmigrationClass, settlement, coded("SRC-02", ImmigrationClasses())),
		validation.Field(&q.CountryOfOrigin, settlement, countryCode("SRC-02")),
	)
}

// SearchClients finds named clients of the caller's agency, ordered by the name
// that matched (SRC-01 to SRC-06). It fails with fault.ErrForbidden or
// *fault.Invalid.
func (s *Service) SearchClients(ctx context.Context, q ClientQuery, p PageRequest) (Page[ClientHit], error) {
	return ReadMany(ctx, s.work, clientSearch{q, p}, searchClients)
}

func searchClients(ctx context.Context, u *Unit, q clientSearch) (Page[ClientHit], error) {
	if err := u.AllowClients(ctx); err != nil {
		return Page[ClientHit]{}, err
	}
	Searched(u, q.criteria()...)
	q.Identifier, q.PostalCode = country.Squeeze(q.Identifier), u.Agency.Home().PostalCode.Keep(q.PostalCode)
	q.CountryOfOrigin = strings.ToUpper(q.CountryOfOrigin)
	return u.Tx.Clients().Search(ctx, q.ClientQuery, q.PageRequest)
}
