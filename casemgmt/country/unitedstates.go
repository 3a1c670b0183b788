package country

import (
	"regexp"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// unitedStates has the states, the district and the territories of the Postal Service,
// and ZIP codes of five or nine digits.
var unitedStates = Country{
	Code: "US", Name: i18n.T("United States", "États-Unis"), Languages: []i18n.Lang{i18n.English},
	Address: []Part{
		{"street", i18n.T("Street address", "Adresse")},
		{"unit", i18n.T("Apartment or suite", "Appartement ou bureau")},
		{"city", i18n.T("City", "Ville")},
		{"region", i18n.T("State or territory", "État ou territoire")},
		{"postal_code", i18n.T("ZIP code", "Code ZIP")},
	},
	Regions: same("al", "Alabama", "ak", "Alaska", "az", "Arizona", "ar", "Arkansas", "ca", "California", "co", "Colorado", "ct", "Connecticut",
		"de", "Delaware", "dc", "District of Columbia", "fl", "Florida", "ga", "Georgia", "hi", "Hawaii", "id", "Idaho", "il", "Illinois", "in", "Indiana",
		"ia", "Iowa", "ks", "Kansas", "ky", "Kentucky", "la", "Louisiana", "me", "Maine", "md", "Maryland", "ma", "Massachusetts", "mi", "Michigan",
		"mn", "Minnesota", "ms", "Mississippi", "mo", "Missouri", "mt", "Montana", "ne", "Nebraska", "nv", "Nevada", "nh", "New Hampshire",
		"nj", "New Jersey", "nm", "New Mexico", "ny", "New York", "nc", "North Carolina", "nd", "North Dakota", "oh", "Ohio", "ok", "Oklahoma",
		"or", "Oregon", "pa", "Pennsylvania", "ri", "Rhode Island", "sc", "South Carolina", "sd", "South Dakota", "tn", "Tennessee", "tx", "Texas",
		"ut", "Utah", "vt", "Vermont", "va", "Virginia", "wa", "Washington", "wv", "West Virginia", "wi", "Wisconsin", "wy", "Wyoming",
		"as", "American Samoa", "gu", "Guam", "mp", "Northern Mariana Islands", "pr", "Puerto Rico", "vi", "U.S. Virgin Islands",
		"aa", "Armed Forces Americas", "ae", "Armed Forces Europe", "ap", "Armed Forces Pacific",
		"fm", "Micronesia", "mh", "Marshall Islands", "pw", "Palau"),
	PostalCode: PostalCode{Form: "12345 / 12345-6789", Pattern: regexp.MustCompile(`^\d{5}(-\d{4})?$`), PrefixForm: "123", Prefix: regexp.MustCompile(`^\d{3}$`), Hyphen: 5},
	Phone:      Phone{Form: "212-555-0123", Pattern: northAmerican.Pattern},
	Zones: []string{"America/New_York", "America/Detroit", "America/Kentucky/Louisville", "America/Kentucky/Monticello", "America/Indiana/Indianapolis",
		"America/Indiana/Vincennes", "America/Indiana/Winamac", "America/Indiana/Marengo", "America/Indiana/Petersburg", "America/Indiana/Vevay",
		"America/Chicago", "America/Indiana/Tell_City", "America/Indiana/Knox", "America/Menominee", "America/North_Dakota/Center",
		"America/North_Dakota/New_Salem", "America/North_Dakota/Beulah", "America/Denver", "America/Boise", "America/Phoenix", "America/Los_Angeles",
		"America/Anchorage", "America/Juneau", "America/Sitka", "America/Metlakatla", "America/Yakutat", "America/Nome", "America/Adak", "Pacific/Honolulu",
		"America/Puerto_Rico", "America/St_Thomas", "Pacific/Guam", "Pacific/Saipan", "Pacific/Pago_Pago", "Pacific/Chuuk", "Pacific/Pohnpei",
		"Pacific/Kosrae", "Pacific/Majuro", "Pacific/Kwajalein", "Pacific/Palau"},
	Identifiers: []Identifier{
		{"ssn", i18n.T("Social Security number", "Numéro de sécurité sociale"), regexp.MustCompile(`^\d{9}$`)},
		{"medicaid", i18n.T("Medicaid number", "Numéro Medicaid"), regexp.MustCompile(`^[A-Z0-9]{6,16}$`)},
		{"state_id", i18n.T("State ID or driver’s license", "Carte d’identité de l’État ou permis de conduire"), regexp.MustCompile(`^[A-Z0-9]{3,20}$`)},
		other,
	},
}

// same are names that are the same in each language: key, name, key, name.
func same(pairs ...string) []i18n.Coded {
	var out []i18n.Coded
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, i18n.Coded{Key: pairs[i], Label: i18n.T(pairs[i+1], pairs[i+1])})
	}
	return out
}
