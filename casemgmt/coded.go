package casemgmt

import "github.com/opencasework/casework/casemgmt/i18n"

func has(list []i18n.Coded, key string) bool {
	for _, c := range list {
		if c.Key == key {
			return true
		}
	}
	return false
}

// Genders that can be recorded.
func Genders() []i18n.Coded {
	return []i18n.Coded{
		{Key: "female", Label: i18n.T("Female", "Femme")}, {Key: "male", Label: i18n.T("Male", "Homme")},
		{Key: "another", Label: i18n.T("Another gender", "Autre genre")},
		{Key: "undisclosed", Label: i18n.T("Prefers not to say", "Préfère ne pas répondre")},
	}
}

// MaritalStatuses that can be recorded (CLI-09).
func MaritalStatuses() []i18n.Coded {
	return []i18n.Coded{
		{Key: "single", Label: i18n.T("Single", "Célibataire")}, {Key: "common_law", Label: i18n.T("Common-law", "Union de fait")},
		{Key: "married", Label: i18n.T("Married", "Marié")}, {Key: "divorced", Label: i18n.T("Divorced", "Divorcé")},
		{Key: "separated", Label: i18n.T("Separated", "Séparé")}, {Key: "widowed", Label: i18n.T("Widowed", "Veuf")},
	}
}

// AgeBands of anonymous clients (ANO-10).
func AgeBands() []i18n.Coded {
	return []i18n.Coded{
		{Key: "0-14", Label: i18n.T("0-14 years", "0 à 14 ans")}, {Key: "15-24", Label: i18n.T("15-24 years", "15 à 24 ans")},
		{Key: "25-44", Label: i18n.T("25-44 years", "25 à 44 ans")}, {Key: "45-64", Label: i18n.T("45-64 years", "45 à 64 ans")},
		{Key: "65+", Label: i18n.T("65 years and over", "65 ans et plus")}, {Key: "unknown", Label: i18n.T("Unknown", "Inconnu")},
	}
}
