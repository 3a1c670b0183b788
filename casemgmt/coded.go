package casemgmt

import "github.com/opencasework/casework/casemgmt/i18n"

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
