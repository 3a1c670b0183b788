package casemgmt

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Profile is what is known of a named client. Only first name, last name,
// gender and date of birth are needed to save it (CLI-08); the rest is filled
// in over time (CLI-06).
type Profile struct {
	Given     string   `json:"given"`
	Family    string   `json:"family"`
	Preferred string   `json:"preferred,omitempty"`
	Former    []string `json:"former,omitempty"` // former names, at most 10
	// OneName: the person has a single name; it fills both name fields (CLI-13).
	OneName            bool       `json:"one_name,omitempty"`
	Gender             string     `json:"gender"` // see Genders
	BirthDate          civil.Date `json:"birth_date"`
	BirthDateEstimated bool       `json:"birth_date_estimated,omitempty"`
	Marital            string     `json:"marital,omitempty"` // see MaritalStatuses (CLI-09)
	// FamilyCode is shared by the members of a family (CLI-10).
	FamilyCode string `json:"family_code,omitempty"`
	// Identifiers of the kinds that the agency knows; the first of a kind that the funder
	// takes is the one for the funder.
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Settlement is of agencies with the extension settlement alone.
	Settlement Settlement `json:"settlement,omitzero"`
	Phones     []string   `json:"phones,omitempty"` // at most 5, the main one first
	HasEmail   *bool      `json:"has_email,omitempty"`
	Email      string     `json:"email,omitempty"`
	Address    Address    `json:"address,omitzero"`
	// ResearchConsent is a question of its own, never implied by the privacy statement (ANO-11).
	ResearchConsent  *bool  `json:"research_consent,omitempty"`
	EmergencyContact string `json:"emergency_contact,omitempty"`
	Notes            string `json:"notes,omitempty"`
}

// UnmarshalJSON reads profiles that were kept before the settlement extension was a
// part of its own, too.
func (p *Profile) UnmarshalJSON(raw []byte) error {
	type plain Profile
	read := struct {
		*plain
		Settlement
	}{plain: (*plain)(p)}
	err := json.Unmarshal(raw, &read)
	if p.Settlement.IsZero() {
		p.Settlement = read.Settlement
	}
	return err
}

// Identifier is a number that somebody, such as a government, gave the client (CLI-11).
// Only its form can be checked.
type Identifier struct {
	Kind  string `json:"kind"` // see Agency.Identifiers
	Value string `json:"value"`
}

// Identifiers are the kinds of numbers that clients of the agency have: those of its
// extensions, and its country's.
func (a *Agency) Identifiers() []country.Identifier {
	if !a.Has(country.Settlement) {
		return a.Home().Identifiers
	}
	return slices.Concat(settlementIdentifiers, a.Home().Identifiers)
}

// normalize trims names and brings numbers to the form in which they are kept.
func (p *Profile) normalize(home *country.Country) {
	for _, s := range []*string{&p.Given, &p.Family, &p.Preferred, &p.Email, &p.FamilyCode} {
		*s = i18n.Trim(*s)
	}
	if p.OneName && p.Given == "" { // CLI-13
		p.Given = p.Family
	} else if p.OneName && p.Family == "" {
		p.Family = p.Given
	}
	p.Former, p.Phones, p.Identifiers = slices.Clone(p.Former), slices.Clone(p.Phones), slices.Clone(p.Identifiers) // they are the caller's
	for i := range p.Identifiers {
		p.Identifiers[i].Value = country.Squeeze(p.Identifiers[i].Value)
	}
	p.Settlement.normalize()
	p.Address.normalize(home)
}

// compact drops the items that were left empty, after the check: an issue's
// path counts them.
func (p *Profile) compact() {
	p.Former, p.Phones = slices.DeleteFunc(p.Former, i18n.Blank), slices.DeleteFunc(p.Phones, i18n.Blank)
	p.Identifiers = slices.DeleteFunc(p.Identifiers, func(i Identifier) bool { return i == Identifier{} })
}

// ValidateWithContext says what is wrong with a profile.
func (p Profile) ValidateWithContext(ctx context.Context) error {
	agency := agencyIn(ctx)
	p.normalize(agency.Home()) // a copy: what is kept is brought into the same form
	return fault.CheckIn(ctx, &p,
		validation.Field(&p.Given, fault.Required("CLI-08"), fault.Line("CLI-08", 100)),
		validation.Field(&p.Family, fault.Required("CLI-08"), fault.Line("CLI-08", 100), fault.Fails(p.OneName && p.Given != p.Family, "CLI-13", "two_names")),
		validation.Field(&p.Preferred, fault.Line("SRC-05", 100)),
		validation.Field(&p.Former, fault.AtMost("SRC-05", 10), fault.Each[string](fault.Line("SRC-05", 200))),
		validation.Field(&p.Gender, fault.Required("CLI-08"), coded("CLI-08", Genders())),
		validation.Field(&p.BirthDate, fault.Required("CLI-08"), fault.Days("CLI-08", 1880, 9999), fault.Past("CLI-08")),
		validation.Field(&p.Marital, coded("CLI-09", MaritalStatuses())),
		validation.Field(&p.FamilyCode, fault.Line("CLI-10", 20)),
		validation.Field(&p.Identifiers, fault.AtMost("CLI-11", 10), fault.Items(identifiers(agency.Identifiers()))),
		validation.Field(&p.Settlement),
		validation.Field(&p.Phones, fault.AtMost("CLI-06", 5), fault.Each[string](phone(""))),
		validation.Field(&p.Email, email(""), fault.If(p.HasEmail != nil && !*p.HasEmail, fault.Empty("CLI-08"))),
		validation.Field(&p.Address),
		validation.Field(&p.EmergencyContact, fault.Note("CLI-06", 500)),
		validation.Field(&p.Notes, fault.Note("CLI-06", 8000)),
	)
}

// identifiers: kind and value are given and fit each other, and once.
func identifiers(kinds []country.Identifier) func([]Identifier, int) fault.Issues {
	return func(list []Identifier, i int) fault.Issues {
		var bad fault.Issues
		d := list[i]
		kind := slices.IndexFunc(kinds, func(k country.Identifier) bool { return k.Kind == d.Kind })
		switch {
		case d == Identifier{}: // left empty
		case d.Kind == "" || d.Value == "":
			bad.Required("CLI-11", "/kind", d.Kind != "")
			bad.Required("CLI-11", "/value", d.Value != "")
		case kind < 0:
			bad.Add("CLI-11", "/kind", "unknown_value")
		case !kinds[kind].Matches(d.Value):
			bad.Add("CLI-11", "/value", "identifier_shape")
		case slices.Contains(list[:i], d):
			bad.Add("CLI-12", "/value", "repeated")
		}
		return bad
	}
}
