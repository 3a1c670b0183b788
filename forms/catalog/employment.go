package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// employment is FLD-employment, Employment. Exactly the fields of the chosen
// intervention apply (FLD-employment-1).
func employment() forms.Definition {
	const only = "FLD-employment-1"
	referral := forms.When("intervention", "referral_only")
	short := forms.When("intervention", "short_term")
	long := forms.When("intervention", "long_term")
	placement := forms.When("intervention_received", "work_placement")
	mentoring := forms.When("intervention_received", "mentoring")
	licensure := forms.When("intervention_received", "licensure")
	ended := forms.All(long, forms.When("status", "ended_early", "completed"))

	kind := pick("intervention", "Intervention Type", "Type d’intervention",
		opt("referral_only", "Referral only", "Aiguillage seulement"),
		forms.Option{Key: "short_term", Label: i18n.T("Short Term", "Court terme"), Codes: forms.Codes{ICARE: "Short Term"}},
		forms.Option{Key: "long_term", Label: i18n.T("Long Term", "Long terme"), Codes: forms.Codes{ICARE: "Long Term"}},
	).icare("intervention_type_id").must().counted()

	client := []field{
		kind,
		yesNo("registered", "Registration in an employment intervention", "Inscription à une intervention en matière d’emploi").
			icare("session_result_intn_ind").funder(),
		choice("employment_status", "employment_status", "Employment Status", "Situation d’emploi").icare("session_employment_status_id").must().counted(),
		choice("education_status", "education_status", "Education Status", "Situation scolaire").icare("session_education_status_id"),
		note("skills", "Skills", "Compétences"),
		note("program_history", "History of employment programs attended", "Programmes d’emploi suivis"),
		choice("occupation", "noc_major_group", "Occupation in Canada", "Profession au Canada").icare("session_current_occupation_id"),
		choice("intended_occupation", "noc_major_group", "Intended Occupation", "Profession visée").icare("session_intended_occupation_id"),
	}
	client = append(client, languages("session_service_lang_id", "session_official_lang_id", false)...)
	client = append(client, spent("Time Spent With Client/Addressing Client's Employment Needs",
		"Temps consacré au client ou à ses besoins en matière d’emploi", "complete_hours_spent_no", "complete_minutes_spent_no")...)
	client = append(client, updateReason())

	skill, skillRule := skills("Was Essential Skills and Aptitude Training Received as Part of this Service?", false, false)
	return forms.Definition{
		Key: "employment", Version: 1, Title: i18n.T("Employment", "Emploi"), Sessions: in(directService), On: forms.OnClient,
		Files: forms.Codes{ICARE: "employment"}, Fixed: icareFixed(),
		Sections: []forms.Section{
			header{referred: "assessment_referral_id", institution: "institution_type_id", funderNeedsReferral: true,
				funderNeedsInstitution: true, statusList: "intervention_status", status: "intervention_status_id", statusMust: true,
				statusWhen: long, leaveList: "intervention_leave_reason", leave: "intervention_leave_reason_id"}.section(),
			section("client", "Client and intervention", "Client et intervention", client...),
			section("referral", "Referral only", "Aiguillage seulement",
				choice("referral_to", "employment_referral_to", "A referral to", "Aiguillage vers").icare("session_referral_id").counted().when(referral).mustIf(referral).rule(only),
				date("referral_date", "Referral Date", "Date de l’aiguillage").icare("session_referral_dt").when(referral).mustIf(referral).rule(only).past()),
			section("short", "Short Term Intervention", "Intervention à court terme",
				group("short_services", "Services received", "Services reçus", 5,
					choice("service", "short_term_service", "Service Received", "Service reçu").icare("short_term_service[]service_received_id").must(),
					date("date", "Date", "Date").icare("short_term_service[]entry_dt").must().past(),
				).when(short).mustIf(short).rule(only)),
			section("long", "Long Term Intervention", "Intervention à long terme",
				choice("intervention_received", "intervention_received", "Intervention Received", "Intervention reçue").icare("intervention_received_id").when(long).mustIf(long).rule(only),
				date("start", "Start Date", "Date de début").icare("intervention_start_dt").when(long).mustIf(long).rule(only).past(),
				date("end", "End Date", "Date de fin").icare("intervention_end_dt").when(forms.All(long, forms.Not(forms.When("status", "ongoing")))).mustIf(ended).rule(only),
				choice("employer_size", "employer_size", "Size of Employer", "Taille de l’employeur").icare("employer_size_id").when(placement).rule(only),
				choice("placement_type", "placement_type", "Placement Was", "Le stage était").icare("placement_type_id").when(placement).rule(only),
				choice("working_hours", "working_hours", "Hours Per Week", "Heures par semaine").icare("working_hours_id").when(placement).rule(only),
				choice("mentoring_location", "mentoring_location", "Client Met Mentor Regularly at", "Lieu habituel des rencontres avec le mentor").icare("mentoring_location_id").when(mentoring).rule(only),
				choice("mentoring_hours", "mentoring_hours", "Average Hours/Week in Contact with Mentor", "Heures par semaine en contact avec le mentor (moyenne)").icare("mentoring_hours_id").when(mentoring).rule(only),
				choice("profession", "regulated_profession", "Profession/Trade For Which Services Were Received", "Profession ou métier visé par les services").icare("intervention_profession_id").when(licensure).rule(only)),
			section("skills", "Essential skills", "Compétences essentielles", skill...),
			support(true, false, true),
		},
		Rules: append(supportRules(), skillRule, dates("start", "end"), ongoing(),
			forms.Rule{ID: "FLD-employment", Code: "no_time", Op: forms.Nonzero, Fields: []string{"hours", "minutes"}}),
	}
}
