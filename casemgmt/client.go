// Package casemgmt is case management for human-services agencies: agencies,
// their staff and programs, and the clients they serve. It is meant to be
// embedded: the host gives it a storage (adapters/bunstore), says who acts
// (access.With), and calls the methods of Service.
//
// Rule ids in comments and issues (CLI-08) are those of docs/rules.md.
package casemgmt

import (
	"time"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// ClientID identifies a client.
type ClientID = id.Of[Client]

// ClientKind is how a client is registered (CLI-03). It never changes (ANO-04).
type ClientKind string

// The two kinds.
const (
	Named     ClientKind = "named"
	Anonymous ClientKind = "anonymous"
)

// Client is a person the agency serves.
type Client struct {
	Head[Client]
	// Number is the agency's own running client number.
	Number       int64      `json:"number"`
	Kind         ClientKind `json:"kind"`
	Registered   time.Time  `json:"registered"`
	RegisteredBy StaffID    `json:"registered_by,omitzero"`

	// Profile of a named client; zero for an anonymous one.
	Profile Profile `json:"profile,omitzero"`
	// Sketch of an anonymous client; zero for a named one.
	Sketch Sketch `json:"sketch,omitzero"`

	// Acceptance of the privacy statement (ANO-01); zero for an anonymous client.
	Acceptance Acceptance `json:"acceptance,omitzero"`
	// Withdrawal of the consent (ANO-09), if it was withdrawn.
	Withdrawal *Withdrawal `json:"withdrawal,omitempty"`
	// Distinct says why this is not one of the people it looks like (CLI-05).
	Distinct *Distinct `json:"distinct,omitempty"`
}

// Name is how the client is shown; empty for an anonymous client (CLI-13).
func (c *Client) Name() string { return displayName(c.Profile.Given, c.Profile.Family) }

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
	// OfficialLanguage is the preferred one: english, french, unknown.
	OfficialLanguage string       `json:"official_language,omitempty"`
	Identifiers      []Identifier `json:"identifiers,omitempty"` // the first is the one for the funder
	ImmigrationClass string       `json:"immigration_class,omitempty"`
	Landing          civil.Date   `json:"landing,omitzero"`
	Arrival          civil.Date   `json:"arrival,omitzero"`
	Reentry          civil.Date   `json:"reentry,omitzero"`
	CountryOfOrigin  string       `json:"country_of_origin,omitempty"` // ISO 3166-1, two letters
	LastResidence    string       `json:"last_residence,omitempty"`    // ISO 3166-1, two letters
	Phones           []string     `json:"phones,omitempty"`            // at most 5, the main one first
	HasEmail         *bool        `json:"has_email,omitempty"`
	Email            string       `json:"email,omitempty"`
	Address          Address      `json:"address,omitzero"`
	// ResearchConsent is a question of its own, never implied by the privacy statement (ANO-11).
	ResearchConsent  *bool  `json:"research_consent,omitempty"`
	EmergencyContact string `json:"emergency_contact,omitempty"`
	Notes            string `json:"notes,omitempty"`
}

// Sketch is all that may be kept of an anonymous client (ANO-10).
type Sketch struct {
	AgeBand          string `json:"age_band,omitempty"` // see AgeBands
	Gender           string `json:"gender,omitempty"`
	Language         string `json:"language,omitempty"` // key of the shared list language
	ImmigrationClass string `json:"immigration_class,omitempty"`
	PostalPrefix     string `json:"postal_prefix,omitempty"` // A#A
	Label            string `json:"label,omitempty"`         // chosen by the worker, 60 characters
}

// Identifier is a number that a government gave the client (CLI-11). Only its
// shape can be checked.
type Identifier struct {
	Kind  string `json:"kind"` // foss_gcms, permit or imm
	Value string `json:"value"`
}

// Acceptance is the "yes" to a version of the privacy statement (ANO-08).
type Acceptance struct {
	Statement int64      `json:"statement"` // its number
	On        civil.Date `json:"on"`
	By        StaffID    `json:"by,omitzero"`
	Language  i18n.Lang  `json:"language"` // in which it was read
}

// Withdrawal of the consent.
type Withdrawal struct {
	On     civil.Date `json:"on"`
	By     StaffID    `json:"by,omitzero"`
	Reason string     `json:"reason,omitempty"`
}

// Distinct is the explicit "this is another person".
type Distinct struct {
	From   []ClientID `json:"from"`
	Reason string     `json:"reason"`
}

// Coded is a value and its texts.
type Coded struct {
	Key   string    `json:"key"`
	Label i18n.Text `json:"label"`
}

func has(list []Coded, key string) bool {
	for _, c := range list {
		if c.Key == key {
			return true
		}
	}
	return false
}

// Genders that can be recorded.
func Genders() []Coded {
	return []Coded{
		{"female", i18n.T("Female", "Femme")}, {"male", i18n.T("Male", "Homme")},
		{"another", i18n.T("Another gender", "Autre genre")},
		{"undisclosed", i18n.T("Prefers not to say", "Préfère ne pas répondre")},
	}
}

// MaritalStatuses that can be recorded (CLI-09).
func MaritalStatuses() []Coded {
	return []Coded{
		{"single", i18n.T("Single", "Célibataire")}, {"common_law", i18n.T("Common-law", "Union de fait")},
		{"married", i18n.T("Married", "Marié")}, {"divorced", i18n.T("Divorced", "Divorcé")},
		{"separated", i18n.T("Separated", "Séparé")}, {"widowed", i18n.T("Widowed", "Veuf")},
	}
}

// ImmigrationClasses that can be recorded.
func ImmigrationClasses() []Coded {
	return []Coded{
		{"economic", i18n.T("Economic class", "Immigration économique")},
		{"family", i18n.T("Family class", "Regroupement familial")},
		{"refugee_government", i18n.T("Government-assisted refugee", "Réfugié pris en charge par le gouvernement")},
		{"refugee_private", i18n.T("Privately sponsored refugee", "Réfugié parrainé par le secteur privé")},
		{"refugee_blended", i18n.T("Blended sponsorship refugee", "Réfugié, parrainage mixte")},
		{"protected", i18n.T("Protected person", "Personne protégée")},
		{"claimant", i18n.T("Refugee claimant", "Demandeur d’asile")},
		{"worker", i18n.T("Temporary worker", "Travailleur temporaire")},
		{"student", i18n.T("International student", "Étudiant étranger")},
		{"visitor", i18n.T("Visitor", "Visiteur")}, {"citizen", i18n.T("Canadian citizen", "Citoyen canadien")},
		{"other", i18n.T("Other", "Autre")}, {"unknown", i18n.T("Unknown", "Inconnu")},
	}
}

// AgeBands of anonymous clients (ANO-10).
func AgeBands() []Coded {
	return []Coded{
		{"0-14", i18n.T("0-14 years", "0 à 14 ans")}, {"15-24", i18n.T("15-24 years", "15 à 24 ans")},
		{"25-44", i18n.T("25-44 years", "25 à 44 ans")}, {"45-64", i18n.T("45-64 years", "45 à 64 ans")},
		{"65+", i18n.T("65 years and over", "65 ans et plus")}, {"unknown", i18n.T("Unknown", "Inconnu")},
	}
}

// Exportable says whether the client may be in a funder's file: anonymous
// clients never are (ANO-07), nor are those whose consent is withdrawn (ANO-09).
func (c *Client) Exportable() fault.Issues {
	var bad fault.Issues
	if c.Kind == Anonymous {
		bad.Add("ANO-07", "/client", "anonymous_not_exported")
		return bad
	}
	if c.Withdrawal != nil {
		bad.Add("ANO-09", "/client", "consent_withdrawn")
	}
	if len(c.Profile.Identifiers) == 0 { // every service row has one
		bad.Add("CMP-06", "/client/identifiers", "required_by_funder")
	}
	return bad
}
