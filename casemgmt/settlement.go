package casemgmt

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Settlement is what an agency that helps newcomers to settle knows of a client
// besides: the profile extension country.Settlement. It stays empty at other agencies,
// which are not asked for it.
type Settlement struct {
	// OfficialLanguage is the preferred one: english, french, unknown.
	OfficialLanguage string     `json:"official_language,omitempty"`
	ImmigrationClass string     `json:"immigration_class,omitempty"` // see ImmigrationClasses
	Landing          civil.Date `json:"landing,omitzero"`
	Arrival          civil.Date `json:"arrival,omitzero"`
	Reentry          civil.Date `json:"reentry,omitzero"`
	CountryOfOrigin  string     `json:"country_of_origin,omitempty"` // ISO 3166-1, two letters
	LastResidence    string     `json:"last_residence,omitempty"`    // ISO 3166-1, two letters
}

// IsZero says whether nothing of it is known.
func (s Settlement) IsZero() bool { return s == Settlement{} }

func (s *Settlement) normalize() {
	s.CountryOfOrigin, s.LastResidence = strings.ToUpper(s.CountryOfOrigin), strings.ToUpper(s.LastResidence)
}

// ValidateWithContext says what is wrong with the extension, and that another agency has none.
func (s Settlement) ValidateWithContext(ctx context.Context) error {
	s.normalize()
	here := agencyIn(ctx).Has(country.Settlement)
	var fields []*validation.FieldRules
	add := func(field any, rules ...validation.Rule) {
		fields = append(fields, validation.Field(field, append([]validation.Rule{elsewhereEmpty(here, "CLI-10")}, rules...)...))
	}
	add(&s.OfficialLanguage, fault.InList("", "official_language_preference"))
	add(&s.ImmigrationClass, coded("CLI-10", ImmigrationClasses()))
	add(&s.Landing, fault.Days("CLI-08", 1880, 9999), fault.Past("CLI-08"))
	add(&s.Arrival, fault.Days("CLI-08", 1880, 9999), fault.Past("CLI-08"))
	add(&s.Reentry, fault.Days("CLI-08", 1880, 9999), fault.Past("CLI-08"))
	add(&s.CountryOfOrigin, countryCode("CLI-10"))
	add(&s.LastResidence, countryCode("CLI-10"))
	return fault.CheckIn(ctx, &s, fields...)
}

// elsewhereEmpty: a field of an extension stays empty at agencies that do not have it.
func elsewhereEmpty(here bool, rule string) fault.Rule { return fault.If(!here, fault.Empty(rule)) }

// settlementIdentifiers are the kinds of CLI-11. The funder publishes the form of the
// client id alone; the others are letters and digits.
var settlementIdentifiers = []country.Identifier{
	{Kind: "foss_gcms", Name: i18n.T("FOSS/GCMS ID", "Numéro SSOBL/SMGC"), Pattern: regexp.MustCompile(`^(\d{8}|\d{10})$`)},
	{Kind: "permit", Name: i18n.T("Temporary Resident or Minister’s Permit number", "Numéro de permis de séjour temporaire ou du ministre"), Pattern: regexp.MustCompile(`^[A-Z]{0,4}\d{4,15}$`)},
	{Kind: "imm", Name: i18n.T("IMM5292, IMM5509 or IMM1000 number", "Numéro IMM5292, IMM5509 ou IMM1000"), Pattern: regexp.MustCompile(`^[A-Z]{0,4}\d{4,15}$`)},
}

// SettlementIdentifier is the first of the client's identifiers that is of the kinds of
// CLI-11, which funders of settlement know clients by; zero without one.
func (p *Profile) SettlementIdentifier() Identifier {
	for _, i := range p.Identifiers {
		if slices.ContainsFunc(settlementIdentifiers, func(k country.Identifier) bool { return k.Kind == i.Kind }) {
			return i
		}
	}
	return Identifier{}
}

// streetParts take the place of the street in the addresses of a settlement agency,
// whose funder wants it in parts. Type and direction are of shared lists.
var streetParts = []country.Part{
	{Field: "street_number", Label: i18n.T("Street number", "Numéro de rue")},
	{Field: "street_name", Label: i18n.T("Street name", "Nom de rue")},
	{Field: "street_type", Label: i18n.T("Street type", "Type de rue")},
	{Field: "direction", Label: i18n.T("Street direction", "Direction")},
}

// ImmigrationClasses that can be recorded.
func ImmigrationClasses() []i18n.Coded {
	return []i18n.Coded{
		{Key: "economic", Label: i18n.T("Economic class", "Immigration économique")}, {Key: "family", Label: i18n.T("Family class", "Regroupement familial")},
		{Key: "refugee_government", Label: i18n.T("Government-assisted refugee", "Réfugié pris en charge par le gouvernement")},
		{Key: "refugee_private", Label: i18n.T("Privately sponsored refugee", "Réfugié parrainé par le secteur privé")},
		{Key: "refugee_blended", Label: i18n.T("Blended sponsorship refugee", "Réfugié, parrainage mixte")},
		{Key: "protected", Label: i18n.T("Protected person", "Personne protégée")}, {Key: "claimant", Label: i18n.T("Refugee claimant", "Demandeur d’asile")},
		{Key: "worker", Label: i18n.T("Temporary worker", "Travailleur temporaire")}, {Key: "student", Label: i18n.T("International student", "Étudiant étranger")},
		{Key: "visitor", Label: i18n.T("Visitor", "Visiteur")}, {Key: "citizen", Label: i18n.T("Canadian citizen", "Citoyen canadien")},
		{Key: "other", Label: i18n.T("Other", "Autre")}, {Key: "unknown", Label: i18n.T("Unknown", "Inconnu")},
	}
}
