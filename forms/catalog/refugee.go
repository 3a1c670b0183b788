package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// refugee is FLD-refugee, Refugee (RAP). Each family member has its own form.
func refugee() forms.Definition {
	services := [][3]string{
		{"met", "Met at airport or port of entry", "Accueil à l’aéroport ou au point d’entrée"},
		{"reception", "Reception", "Réception"},
		{"temporary", "Temporary accommodation", "Hébergement temporaire"},
		{"permanent", "Permanent accommodation found", "Logement permanent trouvé"},
		{"household", "Basic household items", "Articles ménagers de base"},
		{"financial", "Financial orientation", "Orientation financière"},
		{"mandatory_programs", "Help with mandatory federal and provincial programs", "Aide pour les programmes fédéraux et provinciaux obligatoires"},
		{"orientation", "General orientation", "Orientation générale"},
		{"assessment", "Assessment and referral", "Évaluation et aiguillage"},
		{"escort", "Escort and interpretation", "Accompagnement et interprétation"},
		{"home_visit", "Follow-up or home visit", "Suivi ou visite à domicile"},
	}
	var fields []field
	var rules []forms.Rule
	for _, s := range services {
		on := forms.Yes(s[0])
		fields = append(fields, yesNo(s[0], s[1], s[2]).counted())
		day := s[0] + "_date"
		switch s[0] {
		case "temporary":
			day = "temporary_from"
			fields = append(fields, date(day, s[1]+": from", s[2]+" : du").when(on).mustIf(on).past(),
				date("temporary_to", s[1]+": to", s[2]+" : au").when(on))
			rules = append(rules, dates(day, "temporary_to"))
		case "permanent":
			fields = append(fields, date(day, s[1]+": date", s[2]+" : date").when(on).mustIf(on).past(),
				text("permanent_address", s[1]+": address", s[2]+" : adresse").when(on))
		default:
			fields = append(fields, date(day, s[1]+": date", s[2]+" : date").when(on).mustIf(on).past())
		}
		// 6 weeks after arrival, a warning
		rules = append(rules, forms.Rule{ID: "FLD-refugee-1", Code: "late_after_arrival", Op: forms.WithinDays,
			Fields: []string{"arrival", day}, N: 42, Warn: true})
	}
	return forms.Definition{
		Key: "refugee", Version: 1, Title: i18n.T("Refugee (RAP)", "Réfugiés (PAR)"), Sessions: in(directService), On: forms.OnClient,
		Sections: []forms.Section{
			plainHeader(),
			section("arrival", "Arrival", "Arrivée",
				date("arrival", "Arrival date", "Date d’arrivée").must().past(),
				pick("sponsorship", "Sponsorship class", "Catégorie de parrainage",
					opt("government", "Government-assisted", "Pris en charge par le gouvernement"),
					opt("private", "Privately sponsored", "Parrainé par le secteur privé"),
					opt("blended", "Blended", "Mixte"), opt("other", "Other", "Autre")),
				integer("family_size", "Family size", "Taille de la famille").least(1).most(50)),
			section("services", "Services", "Services", append(fields, date("end", "End date", "Date de fin"))...),
			support(false, false, false),
		},
		Rules: append(append(supportRules(), dates("arrival", "end")), rules...),
	}
}
