package icareexport

import (
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session/export"
)

// profileColumns say where the columns of a client's profile come from: the name
// of the source, the field, and its label.
var profileColumns = map[string]struct {
	name, field string
	label       i18n.Text
	value       func(p *casemgmt.Profile) string
}{
	"processing_details":        {"", "", i18n.Text{}, func(*casemgmt.Profile) string { return "" }},
	"client_validation_type_id": {"client.identifier_kind", "/profile/identifiers", i18n.T("Identifier of the client", "Identifiant du client"), nil},
	"client_validation_id":      {"client.identifier", "/profile/identifiers", i18n.T("Identifier of the client", "Identifiant du client"), nil},
	"client_birth_dt":           {"client.birth_date", "/profile/birth_date", i18n.T("Date of birth", "Date de naissance"), nil},
	"phone_no":                  {"", "/profile/phones", i18n.T("Phone", "Téléphone"), phone},
	"email_txt_ind":             {"", "/profile/has_email", i18n.T("Does the client have an e-mail address?", "Le client a-t-il une adresse électronique?"), hasEmail},
	"email_txt":                 {"", "/profile/email", i18n.T("E-mail", "Courriel"), func(p *casemgmt.Profile) string { return p.Email }},
	"street_no":                 {"", "/profile/address/street_number", i18n.T("Street number", "Numéro de rue"), func(p *casemgmt.Profile) string { return p.Address.StreetNumber }},
	"street_nme":                {"", "/profile/address/street_name", i18n.T("Street name", "Nom de rue"), func(p *casemgmt.Profile) string { return p.Address.StreetName }},
	"street_type_id":            {"profile.street_type", "/profile/address/street_type", i18n.T("Street type", "Type de rue"), func(p *casemgmt.Profile) string { return p.Address.StreetType }},
	"street_direction_id":       {"profile.direction", "/profile/address/direction", i18n.T("Street direction", "Direction"), func(p *casemgmt.Profile) string { return p.Address.Direction }},
	"unit_txt":                  {"", "/profile/address/unit", i18n.T("Unit", "Appartement"), func(p *casemgmt.Profile) string { return p.Address.Unit }},
	"city_txt":                  {"", "/profile/address/city", i18n.T("City", "Ville"), func(p *casemgmt.Profile) string { return p.Address.City }},
	"province_id":               {"profile.province", "/profile/address/region", i18n.T("Province", "Province"), func(p *casemgmt.Profile) string { return p.Address.Region }},
	"postal_txt":                {"", "/profile/address/postal_code", i18n.T("Postal code", "Code postal"), func(p *casemgmt.Profile) string { return p.Address.PostalCode }},
	"official_language_id":      {"profile.official_language", "/profile/settlement/official_language", i18n.T("Preferred official language", "Langue officielle préférée"), func(p *casemgmt.Profile) string { return p.Settlement.OfficialLanguage }},
	"consent_ind":               {"", "/profile/research_consent", i18n.T("Consent for future research or consultation", "Consentement à des recherches ou consultations futures"), consent},
}

// newProfile maps casemgmt.Profile. The names are not in the file: iCARE takes
// them from IRCC's own records through the identifier.
func newProfile(spec *icare.Spec, r *forms.Registry) (*mapping, error) {
	m, err := emptyMapping(spec, profile)
	if err != nil {
		return nil, err
	}
	for column, from := range profileColumns {
		s, ok := fixed[from.name]
		if !ok {
			s = source{field: from.field, label: from.label, value: func(in export.Input) string { return from.value(&in.Client.Profile) }}
		}
		s.value = labels(r, from.name, s.value)
		if err := m.set(column, s); err != nil {
			return nil, err
		}
	}
	return m, m.whole()
}

// phone is the first number with the ten digits of one in North America, in the
// funder's form, or the main one as it is.
func phone(p *casemgmt.Profile) string {
	if len(p.Phones) == 0 {
		return ""
	}
	for _, number := range p.Phones {
		if d := i18n.Digits(number); len(d) == 10 && d[0] != '0' {
			return d[:3] + "-" + d[3:6] + "-" + d[6:]
		}
	}
	return p.Phones[0]
}

func hasEmail(p *casemgmt.Profile) string {
	switch {
	case p.HasEmail != nil:
		return yesNo(*p.HasEmail)
	case p.Email != "":
		return yesNo(true)
	}
	return ""
}

func consent(p *casemgmt.Profile) string {
	if p.ResearchConsent == nil {
		return ""
	}
	return yesNo(*p.ResearchConsent)
}
