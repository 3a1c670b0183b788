package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// topics of orientation: key, column stem, English and French.
var topics = [][4]string{
	{"overview", "overview", "Overview of Canada", "Aperçu du Canada"},
	{"information", "information", "Sources of Information", "Sources d’information"},
	{"rights", "rights", "Rights and Freedoms", "Droits et libertés"},
	{"law", "law", "Canadian Law and Justice", "Lois et justice au Canada"},
	{"documents", "documents", "Important Documents", "Documents importants"},
	{"language", "language", "Improving English or French", "Amélioration de l’anglais ou du français"},
	{"income", "income", "Employment and Income", "Emploi et revenu"},
	{"education", "education", "Education", "Éducation"},
	{"housing", "housing", "Housing", "Logement"},
	{"health", "health", "Health", "Santé"},
	{"money", "money", "Money and Finances", "Argent et finances"},
	{"transportation", "transportation", "Transportation", "Transport"},
	{"media", "media", "Communications and Media", "Communications et médias"},
	{"community", "community", "Community Engagement", "Participation communautaire"},
	{"citizenship", "citizenship", "Becoming a Canadian Citizen", "Devenir citoyen canadien"},
	{"conflict", "conflict", "Interpersonal Conflict", "Conflits interpersonnels"},
}

// io is FLD-io, Information & Orientation.
func io() forms.Definition {
	var topicFields []field
	someTopic := forms.Rule{ID: "FLD-io-1", Code: "choose_one", Op: forms.AtLeastOne}
	for _, t := range topics {
		given, referral := "topic_"+t[0]+"_given", "topic_"+t[0]+"_referral"
		topicFields = append(topicFields,
			yesNo(given, t[2], t[3]).icare("topic_"+t[1]+"_given_ind").counted(),
			yesNo(referral, t[2]+" Referrals", t[3]+" : aiguillage").icare("topic_"+t[1]+"_referral_ind").counted())
		someTopic.Fields = append(someTopic.Fields, given, referral)
	}
	isGroup := forms.When("received", "group")
	service := []field{
		pick("arrival", "Pre-arrival or post-arrival", "Avant ou après l’arrivée",
			opt("pre", "Pre-arrival", "Avant l’arrivée"), opt("post", "Post-arrival", "Après l’arrivée")).must(),
		date("start", "Start Date of Service", "Date de début du service").icare("start_dttm").must().funder().past(),
	}
	service = append(service, languages("service_language_id", "service_official_language_id", true)...)
	service = append(service,
		choice("received", "orientation_service", "Services Received", "Services reçus").icare("orientation_service_id").must().funder(),
		choice("length", "orientation_length", "Total Length of Orientation", "Durée totale de l’orientation").icare("orientation_length_id"))
	service = append(service, spent("Total Length of Orientation", "Durée totale de l’orientation",
		"orientation_length_hours_no", "orientation_length_minutes_no")...)
	service = append(service,
		choice("group_size", "group_size", "Number of Clients in Group", "Nombre de clients dans le groupe").
			icare("group_clients_no_id").when(isGroup).mustIf(isGroup),
		date("end", "End Date of Service", "Date de fin du service").icare("end_dttm").funder().past(),
		updateReason())
	targets, targetRule := target("Directed at a specific Target Group", "Seniors",
		"Clients with other impairments (physical, mental)", "Official Language minorities")
	skill, skillRule := skills("Was Essential Skills and Aptitude Training Received as Part of this Service?", true, false)
	life, lifeRule := yesThenAny(
		yesNo("life_received", "Was Life Skills or Responsibilities of Citizenship Information Received as Part of this Service?",
			"De l’information sur les aptitudes à la vie quotidienne ou les responsabilités liées à la citoyenneté a-t-elle été reçue dans le cadre de ce service?").
			icare("skill_received_service_ind").funder(), "FLD-io",
		yesNo("life_skills", "Life Skills", "Aptitudes à la vie quotidienne").icare("essential_skill_life_ind"),
		yesNo("life_citizenship", "Rights and Responsibilities of Citizenship (based on discover Canada)",
			"Droits et responsabilités liés à la citoyenneté (selon Découvrir le Canada)").icare("essential_skill_responsabilities_ind"))
	return forms.Definition{
		Key: "io", Version: 1, Title: i18n.T("Information & Orientation", "Information et orientation"), Sessions: in(directService), On: forms.OnClient, Begins: true,
		Files: forms.Codes{ICARE: "information_orientation"}, Fixed: icareFixed(),
		Sections: []forms.Section{
			header{referred: "service_referred_by_id", institution: "institution_type_id", funderNeedsReferral: true,
				funderNeedsInstitution: true, statusList: "service_status", leaveList: "community_leave_reason"}.section(),
			section("service", "Service", "Service", service...),
			section("target", "Target group", "Groupe cible", targets...),
			section("topics", "Topics", "Sujets", topicFields...),
			section("skills", "Essential skills", "Compétences essentielles", append(skill, life...)...),
			support(true, true, true),
		},
		Rules: append(supportRules(), someTopic, targetRule, skillRule, lifeRule, dates("start", "end"), ongoing(),
			forms.Rule{ID: "FLD-io", Code: "no_time", Op: forms.Nonzero, Fields: []string{"hours", "minutes"}}),
	}
}
