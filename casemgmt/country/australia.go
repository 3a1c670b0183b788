package country

import (
	"regexp"

	"github.com/opencasework/casework/casemgmt/i18n"
)

// australia has states and mainland and external territories, postcodes of four digits, and phone
// numbers of ten that begin with 0, of which eight may be dialled in the area, and
// those of services: 13, 1300 and 1800.
var australia = Country{
	Code: "AU", Name: i18n.T("Australia", "Australie"), Languages: []i18n.Lang{i18n.English},
	Address: []Part{
		{"street", i18n.T("Street address", "Adresse")},
		{"unit", i18n.T("Unit", "Unité")},
		{"city", i18n.T("Suburb or town", "Localité")},
		{"region", i18n.T("State or territory", "État ou territoire")},
		{"postal_code", i18n.T("Postcode", "Code postal")},
	},
	Regions: same("nsw", "New South Wales", "vic", "Victoria", "qld", "Queensland", "sa", "South Australia", "wa", "Western Australia",
		"tas", "Tasmania", "nt", "Northern Territory", "act", "Australian Capital Territory", "other", "Other territories"),
	PostalCode: PostalCode{Form: "1234", Pattern: regexp.MustCompile(`^\d{4}$`), PrefixForm: "123", Prefix: regexp.MustCompile(`^\d{3}$`)},
	Phone:      Phone{Form: "0412 345 678", Pattern: regexp.MustCompile(`^(0[23478]\d{8}|[2-9]\d{7}|13\d{4}|1[38]00\d{6})$`)},
	Zones: []string{"Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth", "Australia/Hobart",
		"Australia/Darwin", "Australia/Lindeman", "Australia/Broken_Hill", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Canberra",
		"Antarctica/Macquarie", "Pacific/Norfolk", "Indian/Christmas", "Indian/Cocos"},
	Identifiers: []Identifier{
		{"crn", i18n.T("Centrelink reference number", "Numéro de référence Centrelink"), regexp.MustCompile(`^\d{9}[A-Z]$`)},
		{"medicare", i18n.T("Medicare number", "Numéro Medicare"), regexp.MustCompile(`^\d{10,11}$`)},
		{"drivers_licence", i18n.T("Driver’s licence", "Permis de conduire"), regexp.MustCompile(`^[A-Z0-9]{4,12}$`)},
		other,
	},
}
