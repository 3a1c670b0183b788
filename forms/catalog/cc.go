package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// cc is FLD-cc, Community Connection.
func cc() forms.Definition {
	service := append([]field{
		pick("network", "Kind of network", "Type de réseau",
			opt("social", "Social", "Social"), opt("professional", "Professional", "Professionnel"), opt("both", "Both", "Les deux")).must(),
	}, languages("service_lang_id", "preferred_official_lang_id", false)...)
	service = append(service,
		choice("activity", "community_activity", "Activity Under Which Client Received Services", "Activité dans le cadre de laquelle le client a reçu des services").icare("community_activity_id").must().funder(),
		choice("event", "community_event_type", "Type of Event Attended", "Type d’activité").icare("events_type_attended_id").when(forms.When("activity", "group_events")),
		choice("service_type", "community_service_type", "Type of Service", "Type de service").icare("service_type_id"),
		choice("topic", "community_topic", "Main Topic/Focus of the Service Received", "Sujet ou but principal du service reçu").icare("topics_service_id").counted().must().funder(),
		choice("received", "community_service_received", "Service Received", "Service reçu").icare("community_service_id").must().funder(),
		choice("group_size", "group_size", "Number of Unique Participants", "Nombre de participants uniques").icare("group_clients_no_id").
			when(forms.When("received", "group_events_group", "targeted_group")),
		yesNo("volunteers", "Did Volunteers from the Host Community Participate in the Activity", "Des bénévoles de la collectivité d’accueil ont-ils participé à l’activité?").icare("volunteers_participate_ind"),
		date("start", "Start Date", "Date de début").icare("service_start_dt").must().funder().past(),
		date("end", "End Date", "Date de fin").icare("service_end_dt").when(forms.Not(forms.When("status", "ongoing"))),
		date("projected_end", "Projected End Date", "Date de fin prévue").icare("service_projected_end_dt").when(forms.When("status", "ongoing")))
	service = append(service, spent("Total Length of Service", "Durée totale du service", "service_length_hours_no", "service_length_minutes_no")...)
	service = append(service, updateReason())
	targets, targetRule := target("Directed at a Specific Target Group", "Senior", "Other impairments (physical, mental)", "Official language minorities")
	skill, skillRule := skills("Was Essential Skills and Aptitudes Training Received as Part of the Service?", true, true)
	return forms.Definition{
		Key: "cc", Version: 1, Title: i18n.T("Community Connection", "Liens avec la collectivité"), Sessions: in(directService), On: forms.OnClient,
		Files: forms.Codes{ICARE: "community_connections"}, Fixed: icareFixed(),
		Sections: []forms.Section{
			header{referred: "assessment_referral_id", institution: "institution_type_id", funderNeedsReferral: true,
				funderNeedsInstitution: true, statusList: "service_status", status: "service_status_id", statusMust: true,
				leaveList: "community_leave_reason", leave: "community_leave_reason_id"}.section(),
			section("service", "Service", "Service", service...),
			section("target", "Target group", "Groupe cible", targets...),
			section("skills", "Essential skills", "Compétences essentielles", skill...),
			support(true, false, true),
		},
		Rules: append(supportRules(), targetRule, skillRule, dates("start", "end"), dates("start", "projected_end"), ongoing(),
			forms.Rule{ID: "FLD-cc", Code: "does_not_fit", Op: forms.StartsWith, Fields: []string{"activity", "received"}},
			forms.Rule{ID: "FLD-cc", Code: "does_not_fit", Op: forms.LabelFits, Fields: []string{"activity", "topic"}},
			forms.Rule{ID: "FLD-cc", Code: "no_time", Op: forms.Nonzero, Fields: []string{"hours", "minutes"}}),
	}
}
