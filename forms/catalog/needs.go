package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// need is one line of the assessment: key, the two columns, English and French.
type need struct{ key, needs, referrals, en, fr string }

var funderNeeds = []need{
	{"life", "knwl_life_needs_ind", "knwl_life_referrals_ind", "Increase knowledge of: Life in Canada", "Mieux connaître : la vie au Canada"},
	{"services", "knwl_comm_gov_svcs_needs_ind", "knwl_comm_gov_svcs_referrals_ind", "Increase knowledge of: Community and Government Services", "Mieux connaître : les services communautaires et gouvernementaux"},
	{"working", "knwl_working_needs_ind", "knwl_working_referrals_ind", "Increase knowledge of: Working in Canada", "Mieux connaître : le travail au Canada"},
	{"education", "knwl_education_needs_ind", "knwl_education_needs_referrals_ind", "Increase knowledge of: Education in Canada", "Mieux connaître : l’éducation au Canada"},
	{"social", "social_networks_needs_ind", "social_networks_referrals_ind", "Increase the following: Social networks", "Accroître : les réseaux sociaux"},
	{"professional", "professional_networks_needs_ind", "professional_networks_referrals_ind", "Increase the following: Professional networks", "Accroître : les réseaux professionnels"},
	{"local", "local_community_svcs_needs_ind", "local_community_svcs_referrals_ind", "Increase the following: Access to local community services", "Accroître : l’accès aux services communautaires locaux"},
	{"involvement", "community_involvement_needs_ind", "community_involvement_referrals_ind", "Increase the following: Level of community involvement", "Accroître : la participation à la vie communautaire"},
	{"language_skills", "language_skills_needs_ind", "language_skills_referrals_ind", "Improve Language Skills", "Améliorer les compétences linguistiques"},
	{"other_skills", "other_skills_needs_ind", "other_skills_referrals_ind", "Improve Other Skills", "Améliorer d’autres compétences"},
	{"find_employment", "find_employment_needs_ind", "find_employment_referrals_ind", "Find employment", "Trouver un emploi"},
}

var otherNeeds = []need{
	{"food", "food_cloth_material_needs_ind", "food_cloth_material_refs_ind", "Food/Clothing/Other Material Needs", "Nourriture, vêtements et autres besoins matériels"},
	{"housing", "housing_accommodation_needs_ind", "housing_accommodation_referrals_ind", "Housing/Accommodation", "Logement ou hébergement"},
	{"health", "hlth_mental_wellness_needs_ind", "hlth_mental_wellness_refs_ind", "Health/Mental Health/Well Being", "Santé, santé mentale et bien-être"},
	{"financial", "financial_needs_ind", "financial_referrals_ind", "Financial", "Finances"},
	{"family", "family_support_needs_ind", "family_support_referrals_ind", "Family Support", "Soutien à la famille"},
	{"language", "language_non_CIC_needs_ind", "language_non_CIC_referrals_ind", "Language (Non-IRCC)", "Langue (hors IRCC)"},
	{"education_skills", "edu_skills_devt_needs_ind", "edu_skills_devt_referrals_ind", "Education/Skills Development", "Éducation et perfectionnement des compétences"},
	{"employment", "employment_related_needs_ind", "employment_related_referrals_ind", "Employment-related", "Emploi"},
	{"legal", "legal_info_services_needs_ind", "legal_info_services_referrals_ind", "Legal Information and Services", "Information et services juridiques"},
	{"community", "community_services_needs_ind", "community_services_referrals_ind", "Community Services", "Services communautaires"},
}

// needs is FLD-needs, Needs Assessment.
func needs() forms.Definition {
	var needFields, outside []field
	for _, n := range funderNeeds {
		key := "need_" + n.key
		needFields = append(needFields, yesNo(key, n.en, n.fr).icare(n.needs).counted(),
			yesNo("referral_"+n.key, n.en+" Referrals", n.fr+" : aiguillage").icare(n.referrals).when(forms.Yes(key)).counted())
	}
	purpose := func(need, column, en, fr string) field {
		on := forms.Yes("need_" + need)
		return choice("purpose_"+need, "skills_need_reason", en, fr).icare(column).when(on).mustIf(on)
	}
	job := func(key, list, column, en, fr string) field {
		on := forms.Yes("need_find_employment")
		return choice(key, list, "Find employment: "+en, "Trouver un emploi : "+fr).icare(column).when(on).mustIf(on)
	}
	needFields = append(needFields,
		purpose("language_skills", "language_skills_needs_reason_id", "Improve Language Skills to", "Améliorer les compétences linguistiques pour"),
		purpose("other_skills", "other_skills_needs_reason_id", "Improve Other Skills to", "Améliorer d’autres compétences pour"),
		job("employment_timeframe", "employment_timeframe", "find_employment_period_id", "TimeFrame", "délai"),
		job("work_experience", "work_experience", "canadian_employment_experience_id", "Minimum one year's work experience?", "au moins un an d’expérience de travail?"),
		job("noc_level", "noc_skill_level", "intended_work_noc_group_id",
			"Intends to work in an occupation corresponding to which National Occupation Classification skill level?",
			"niveau de compétence de la Classification nationale des professions visé"),
		job("credential_intent", "yes_no_unknown", "intention_credentials_licence_ind",
			"Intends to obtain credential recognition or obtain license to work in Canada?",
			"a l’intention de faire reconnaître ses titres ou d’obtenir un permis d’exercice au Canada?"),
		choice("citizen_intent", "yes_no_unknown", "Client intends to become a Canadian citizen?",
			"Le client a-t-il l’intention de devenir citoyen canadien?").icare("intention_canadian_citizen_ind").funder())

	required, requiredRule := yesThenAny(
		yesNo("support_required", "Support services may be required", "Des services de soutien pourraient être nécessaires").
			icare("support_required_services_required").must().funder(), "FLD-needs",
		yesNo("required_childminding", "Care for Newcomer Children", "Garde d’enfants de nouveaux arrivants").icare("childminding_required_ind"),
		yesNo("required_transportation", "Transportation", "Transport").icare("transportation_required_ind"),
		yesNo("required_disability", "Provisions for Disabilities", "Mesures pour personnes handicapées").icare("support_disability_required_ind"),
		yesNo("required_translation", "Translation", "Traduction").icare("translation_required_ind"),
		yesNo("required_interpretation", "Interpretation", "Interprétation").icare("interpretation_required_ind"),
		yesNo("required_counselling", "Crisis Counselling", "Counseling en situation de crise").icare("counselling_required_ind"))

	outside = append(outside, yesNo("other_needs", "Non-IRCC program services needed", "Services hors programmes d’IRCC nécessaires").
		icare("non_cic_program_needs_services_required").must().funder())
	otherRule := forms.Rule{ID: "FLD-needs", Code: "choose_one", Op: forms.AtLeastOne, When: forms.Yes("other_needs")}
	for _, n := range otherNeeds {
		key := "other_need_" + n.key
		outside = append(outside, yesNo(key, n.en, n.fr).icare(n.needs).when(forms.Yes("other_needs")),
			yesNo("other_referral_"+n.key, n.en+" Referrals", n.fr+" : aiguillage").icare(n.referrals).when(forms.Yes(key)))
		otherRule.Fields = append(otherRule.Fields, key)
	}
	planned := forms.Yes("plan_completed")
	assessment := append([]field{
		date("start", "Start Date of Assessment", "Date de début de l’évaluation").icare("assessment_start_dt").must().funder().past(),
	}, languages("assessment_language_id", "preferred_official_language_id", true)...)
	assessment = append(assessment,
		yesNo("plan_completed", "Settlement Plan completed and shared with client", "Plan d’établissement rempli et remis au client").
			icare("settlement_plan_ind").must().funder(),
		ref("plan", "plan", "Settlement plan", "Plan d’établissement").when(planned).mustIf(planned).rule("FLD-needs-2"),
		date("end", "End Date of Assessment", "Date de fin de l’évaluation").icare("assessment_completed_dt").funder().past(),
		updateReason())
	return forms.Definition{
		Key: "needs", Version: 1, Title: i18n.T("Needs Assessment", "Évaluation des besoins"), Sessions: in(directService), On: forms.OnClient, Seldom: "FLD-needs-1",
		Files: forms.Codes{ICARE: "needs_assessment_referrals"}, Fixed: icareFixed(),
		Sections: []forms.Section{
			header{referred: "assessment_referral_id", institution: "institution_type_id", funderNeedsReferral: true,
				funderNeedsInstitution: true, statusList: "service_status", leaveList: "community_leave_reason"}.section(),
			section("assessment", "Assessment", "Évaluation", assessment...),
			section("needs", "Needs", "Besoins", needFields...),
			section("required", "Support services that may be required", "Services de soutien possiblement nécessaires", required...),
			section("outside", "Needs outside of the funder's program", "Besoins hors du programme du bailleur de fonds", outside...),
			support(true, true, true),
		},
		Rules: append(supportRules(), requiredRule, otherRule, dates("start", "end"), ongoing()),
	}
}
