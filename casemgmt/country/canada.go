package country

import (
	"regexp"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// usual are the parts of an address where nothing else is known.
var usual = []Part{
	{"street", i18n.T("Street", "Rue")},
	{"unit", i18n.T("Unit", "Unité")},
	{"city", i18n.T("City", "Ville")},
	{"region", i18n.T("Region", "Région")},
	{"postal_code", i18n.T("Postal code", "Code postal")},
}

// northAmerican are phone numbers of the North American Numbering Plan: area code and
// exchange begin with 2 to 9; seven digits are without the area code.
var northAmerican = Phone{Form: "416-555-0123", Pattern: regexp.MustCompile(`^([2-9]\d{2})?[2-9]\d{6}$`)}

// canada has both official languages, and postal codes as Canada Post has them: a
// letter D, F, I, O, Q or U is in none.
var canada = Country{
	Code: "CA", Name: i18n.T("Canada", "Canada"), Languages: []i18n.Lang{i18n.English, i18n.French},
	Address: []Part{
		{"street", i18n.T("Street", "Rue")},
		{"unit", i18n.T("Unit", "Appartement")},
		{"city", i18n.T("City", "Ville")},
		{"region", i18n.T("Province or territory", "Province ou territoire")},
		{"postal_code", i18n.T("Postal code", "Code postal")},
	},
	Regions: []i18n.Coded{
		{Key: "nl", Label: i18n.T("Newfoundland and Labrador", "Terre-Neuve-et-Labrador")},
		{Key: "pe", Label: i18n.T("Prince Edward Island", "Île-du-Prince-Édouard")},
		{Key: "ns", Label: i18n.T("Nova Scotia", "Nouvelle-Écosse")},
		{Key: "nb", Label: i18n.T("New Brunswick", "Nouveau-Brunswick")},
		{Key: "qc", Label: i18n.T("Quebec", "Québec")},
		{Key: "on", Label: i18n.T("Ontario", "Ontario")},
		{Key: "mb", Label: i18n.T("Manitoba", "Manitoba")},
		{Key: "sk", Label: i18n.T("Saskatchewan", "Saskatchewan")},
		{Key: "ab", Label: i18n.T("Alberta", "Alberta")},
		{Key: "bc", Label: i18n.T("British Columbia", "Colombie-Britannique")},
		{Key: "yt", Label: i18n.T("Yukon", "Yukon")},
		{Key: "nt", Label: i18n.T("Northwest Territories", "Territoires du Nord-Ouest")},
		{Key: "nu", Label: i18n.T("Nunavut", "Nunavut")},
	},
	PostalCode: PostalCode{Form: "A1A 1A1", Pattern: regexp.MustCompile(`^[A-Z]\d[A-Z]\d[A-Z]\d$`), PrefixForm: "A1A", Prefix: regexp.MustCompile(`^[A-Z]\d[A-Z]$`)},
	Phone:      northAmerican,
	Zones: []string{"America/St_Johns", "America/Halifax", "America/Glace_Bay", "America/Moncton", "America/Goose_Bay", "America/Toronto", "America/Montreal",
		"America/Iqaluit", "America/Winnipeg", "America/Resolute", "America/Rankin_Inlet", "America/Regina", "America/Swift_Current", "America/Edmonton",
		"America/Cambridge_Bay", "America/Inuvik", "America/Dawson_Creek", "America/Fort_Nelson", "America/Whitehorse", "America/Dawson", "America/Vancouver",
		"America/Atikokan", "America/Blanc-Sablon", "America/Creston", "America/Thunder_Bay", "America/Nipigon", "America/Yellowknife", "America/Rainy_River",
		"America/Pangnirtung"},
	Identifiers: []Identifier{
		{"health_card", i18n.T("Health card", "Carte d’assurance maladie"), regexp.MustCompile(`^[A-Z0-9]{8,12}$`)},
		{"drivers_licence", i18n.T("Driver’s licence", "Permis de conduire"), regexp.MustCompile(`^[A-Z0-9]{5,16}$`)},
		other,
	},
	Extensions: []string{Settlement},
}

// Settlement is the extension of agencies that help newcomers to settle.
const Settlement = "settlement"
