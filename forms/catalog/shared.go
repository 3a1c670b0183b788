package catalog

import "github.com/opencasework/casework/forms"

// header is the section that all forms share (HDR). Program, funder and the
// private mark are kept with the form itself, not among its answers.
type header struct {
	referred, institution  string // columns; the fields are always there
	funderNeedsReferral    bool
	funderNeedsInstitution bool
	statusList, status     string // empty list: the form has a status of its own
	leaveList, leave       string
	statusMust             bool
	statusWhen             *forms.Cond
}

func (h header) section() forms.Section {
	referred := choice("referred_by", "referred_by", "Referred By", "Aiguillé par").icare(h.referred).counted()
	if h.funderNeedsReferral {
		referred = referred.funder()
	}
	institution := choice("institution", "institution_type", "Type of Institution/Organization Where Client Received Services",
		"Type d’établissement ou d’organisme où le client a reçu les services").icare(h.institution)
	if h.funderNeedsInstitution {
		institution = institution.funder()
	}
	fields := []field{
		referred, institution,
		yesNo("follow_up", "Follow-up done on behalf of the client", "Suivi fait au nom du client"),
	}
	if h.statusList != "" {
		status := choice("status", h.statusList, "Status of Service", "État du service").icare(h.status).when(h.statusWhen)
		if h.statusMust {
			status = status.must()
			if h.status != "" {
				status = status.funder()
			}
		}
		ended := forms.When("status", "ended_early")
		fields = append(fields, status,
			choice("leave_reason", h.leaveList, "Reason for Leaving Service", "Raison du départ").
				icare(h.leave).when(ended).mustIf(ended).rule("HDR-03"))
	}
	fields = append(fields,
		integer("volunteer_minutes", "Volunteer time (minutes)", "Temps des bénévoles (minutes)").most(100000),
		note("comments", "Comments", "Commentaires"))
	return section("header", "General", "Généralités", fields...)
}

// ongoing warns before an export of a form that is still going on (HDR-02).
func ongoing() forms.Rule {
	return forms.Rule{ID: "HDR-02", Code: "ongoing_not_updatable", Op: forms.Never, Fields: []string{"status"},
		When: forms.When("status", "ongoing"), Warn: true, Funder: true}
}

// languages are the two language questions of most forms.
func languages(service, official string, must bool) []field {
	a := choice("language", "language", "Language of Service", "Langue du service").icare(service).funder()
	b := choice("official_language", "official_language_preference", "Official Language of Preference",
		"Langue officielle de préférence").icare(official).funder()
	if must {
		a, b = a.must(), b.must()
	}
	return []field{a, b}
}

// support is the section of support services received (SUP-02). columns says
// whether they feed the funder's file.
func support(columns, must, funder bool) forms.Section {
	col := func(c string) string {
		if columns {
			return c
		}
		return ""
	}
	yes := forms.Yes("support_received")
	received := yesNo("support_received", "Support Services Received", "Services de soutien reçus").icare(col("support_received_ind")).counted()
	if must {
		received = received.must()
	}
	if funder {
		received = received.funder()
	}
	kind := func(key, en, fr, column string) field {
		return yesNo(key, en, fr).icare(col(column)).when(yes).rule("SUP-03")
	}
	between := func(kind, en, fr string) []field {
		on := forms.Yes(kind)
		return []field{
			choice(kind+"_from", "language", en+": Between", fr+" : entre").icare(col(kind + "_language_from_id")).when(on).mustIf(on).rule("SUP-03"),
			choice(kind+"_to", "language", en+": And", fr+" : et").icare(col(kind + "_language_to_id")).when(on).mustIf(on).rule("SUP-03"),
		}
	}
	minding := forms.Yes("childminding")
	fields := []field{
		received,
		kind("childminding", "Care for Newcomer Children", "Garde d’enfants de nouveaux arrivants", "childminding_ind"),
		group("children", "Children", "Enfants", 5,
			choice("age", "childminding_age", "Age", "Âge").icare(col("childminding_NewcomerChildren[]childminding_age_id")).must(),
			choice("care", "childminding_type", "Type of Care", "Type de garde").icare(col("childminding_NewcomerChildren[]childminding_type_id")).must(),
		).when(minding).mustIf(minding).rule("SUP-02"),
		kind("transportation", "Transportation", "Transport", "transportation_ind"),
		kind("disability", "Provisions for Disabilities", "Mesures pour personnes handicapées", "support_disability_ind"),
		kind("translation", "Translation", "Traduction", "translation_ind"),
	}
	fields = append(fields, between("translation", "Translation", "Traduction")...)
	fields = append(fields, kind("interpretation", "Interpretation", "Interprétation", "interpretation_ind"))
	fields = append(fields, between("interpretation", "Interpretation", "Interprétation")...)
	fields = append(fields, kind("counselling", "Crisis Counselling", "Counseling en situation de crise", "counselling_ind"))
	return section("support", "Support services", "Services de soutien", fields...)
}

// supportRules are SUP-03: yes needs a kind, and two different languages.
func supportRules() []forms.Rule {
	return []forms.Rule{
		{ID: "SUP-03", Code: "choose_one", Op: forms.AtLeastOne, When: forms.Yes("support_received"), Fields: []string{
			"childminding", "transportation", "disability", "translation", "interpretation", "counselling"}},
		{ID: "SUP-03", Code: "same_language", Op: forms.Differ, Fields: []string{"translation_from", "translation_to"}},
		{ID: "SUP-03", Code: "same_language", Op: forms.Differ, Fields: []string{"interpretation_from", "interpretation_to"}},
	}
}

// yesThenAny is a yes/no question whose "yes" needs one of several ticks.
func yesThenAny(gate field, rule string, ticks ...field) ([]field, forms.Rule) {
	yes := forms.Yes(gate.Key)
	fields := []field{gate}
	r := forms.Rule{ID: rule, Code: "choose_one", Op: forms.AtLeastOne, When: yes}
	for _, t := range ticks {
		fields = append(fields, t.when(yes))
		r.Fields = append(r.Fields, t.Key)
	}
	return fields, r
}

// target is L-TARGET. seniors and impairments spell two labels as the template does.
func target(gateLabel, seniors, impairments, minorities string) ([]field, forms.Rule) {
	tick := func(key, column, en, fr string) field {
		return yesNo("target_"+key, "Target Group: "+en, "Groupe cible : "+fr).icare("target_group_" + column + "_ind")
	}
	return yesThenAny(
		yesNo("target_specific", gateLabel, "Destiné à un groupe cible précis").icare("target_group_specific_ind"), "L-TARGET",
		tick("children", "children", "Children (0-14 yrs)", "enfants (0 à 14 ans)"),
		tick("youth", "youth", "Youth (15-24 yrs)", "jeunes (15 à 24 ans)"),
		tick("seniors", "senior", seniors, "personnes âgées"),
		tick("gender", "gender", "Gender-specific", "selon le genre"),
		tick("refugees", "refugee", "Refugees", "réfugiés"),
		tick("ethnic", "ethnic", "Ethnic/cultural/linguistic group", "groupe ethnique, culturel ou linguistique"),
		tick("hearing", "hearing", "Deaf or Hard of Hearing", "personnes sourdes ou malentendantes"),
		tick("visual", "visual", "Blind or Partially Sighted", "personnes aveugles ou malvoyantes"),
		tick("lgbtq", "LGBTQ", "Lesbian, Gay, Bisexual, Transgender, Queer (LGBTQ)", "personnes lesbiennes, gaies, bisexuelles, transgenres et queers (LGBTQ)"),
		tick("families", "families_parents", "Families/Parents", "familles ou parents"),
		tick("impairments", "other_impairments", impairments, "personnes ayant d’autres déficiences (physiques, mentales)"),
		tick("profession", "CWIT_in_regulated_profession", "Clients with international training in a regulated profession", "clients formés à l’étranger dans une profession réglementée"),
		tick("trade", "CWIT_in_regulated_trade", "Clients with international training in a regulated trade", "clients formés à l’étranger dans un métier réglementé"),
		tick("minorities", "official_language_minorities", minorities, "minorités de langue officielle"),
	)
}

// skills is L-SKILL; life adds the life skills of community connections.
func skills(gateLabel string, funder, life bool) ([]field, forms.Rule) {
	computer := "Computer skills" // so spelt by the funder, but in the template with life skills
	if life {
		computer = "Computer Skills"
	}
	gate := yesNo("skills_received", gateLabel, "Une formation sur les compétences essentielles a-t-elle été reçue dans le cadre de ce service?").
		icare("training_received_service_ind")
	if funder {
		gate = gate.funder()
	}
	ticks := []field{
		yesNo("skill_computer", computer, "Informatique").icare("training_received_computer_ind"),
		yesNo("skill_document", "Document Use", "Utilisation de documents").icare("training_received_document_ind"),
		yesNo("skill_interpersonal", "Interpersonal Skills and Workplace Culture", "Compétences interpersonnelles et culture du milieu de travail").icare("training_received_interpersonal_ind"),
		yesNo("skill_leadership", "Leadership Training", "Formation en leadership").icare("training_received_leadership_ind"),
	}
	if life {
		ticks = append(ticks, yesNo("skill_life", "Life Skills", "Aptitudes à la vie quotidienne").icare("training_received_life_skills_ind"))
	}
	ticks = append(ticks, yesNo("skill_numeracy", "Numeracy", "Calcul").icare("training_received_numeracy_ind"))
	return yesThenAny(gate, "L-SKILL", ticks...)
}

// spent is a length in hours and minutes; the funder takes steps of 5 minutes.
func spent(en, fr, hours, minutes string) []field {
	return []field{
		integer("hours", en+": Hours", fr+" : heures").icare(hours).most(500),
		integer("minutes", en+": Minutes", fr+" : minutes").icare(minutes).most(55).steps(5),
	}
}

// updateReason is asked when the funder has already accepted the record (XPT-10).
func updateReason() field {
	return choice("update_reason", "update_reason", "Reason for update", "Raison de la mise à jour").icare("assessment_update_reason_id")
}

func dates(from, to string) forms.Rule {
	return forms.Rule{ID: "CMP-05", Code: "ends_before_start", Op: forms.NotAfter, Fields: []string{from, to}}
}
