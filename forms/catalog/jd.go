package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// occupation is a NOC major group, without a column of its own.
func occupation(key, en, fr string) field { return choice(key, "noc_major_group", en, fr) }

func weekHours(key, en, fr string) field { return decimal(key, en, fr).most(168) }

// jdNeeds is FLD-jd_needs, Job Development Needs Assessment.
func jdNeeds() forms.Definition {
	return forms.Definition{
		Key: "jd_needs", Version: 1, Sessions: in(jobDevelopment), On: forms.OnClient,
		Title: i18n.T("Job Development Needs Assessment", "Évaluation des besoins en développement de l’emploi"),
		Sections: []forms.Section{
			plainHeader(),
			section("intake", "Intake", "Accueil",
				text("jd_program", "Program", "Programme").must(),
				date("intake_date", "Intake date", "Date d’accueil").must().past(),
				choice("employment_status", "employment_status", "Employment status", "Situation d’emploi").must(),
				occupation("last_occupation", "Last occupation", "Dernière profession"),
				text("last_employer", "Last employer", "Dernier employeur"),
				money("last_wage", "Last wage per hour", "Dernier salaire horaire"),
				weekHours("last_hours", "Last hours per week", "Dernières heures par semaine"),
				text("last_reason", "Reason for leaving the last job", "Raison du départ du dernier emploi"),
				pick("income", "Source of income", "Source de revenu",
					opt("employment", "Employment", "Emploi"), opt("ei", "Employment insurance", "Assurance-emploi"),
					opt("assistance", "Social assistance", "Aide sociale"), opt("rap", "Resettlement assistance", "Aide à la réinstallation"),
					opt("family", "Family or spouse", "Famille ou conjoint"), opt("savings", "Savings", "Épargne"),
					opt("none", "None", "Aucune"), opt("other", "Other", "Autre"))),
			section("qualification", "Qualification", "Qualification",
				pick("education", "Highest education", "Plus haut niveau d’études",
					opt("none", "No formal education", "Aucune scolarité"), opt("primary", "Primary school", "École primaire"),
					opt("secondary", "Secondary school", "École secondaire"), opt("trade", "Trade certificate", "Certificat de métier"),
					opt("college", "College diploma", "Diplôme collégial"), opt("bachelor", "Bachelor's degree", "Baccalauréat"),
					opt("master", "Master's degree", "Maîtrise"), opt("doctorate", "Doctorate", "Doctorat")),
				text("education_country", "Country of education", "Pays des études"),
				yesNo("credential_recognised", "Credential recognised", "Titre reconnu"),
				text("language_level", "Language level", "Niveau de langue"),
				note("licences", "Licences and certificates", "Permis et certificats"),
				note("transferable_skills", "Transferable skills", "Compétences transférables"),
				note("barriers", "Barriers", "Obstacles")),
			section("goal", "Goal", "But",
				occupation("target_occupation", "Target occupation", "Profession visée").must(),
				money("target_wage", "Target wage per hour", "Salaire horaire visé"),
				weekHours("target_hours", "Target hours per week", "Heures par semaine visées"),
				text("availability", "Availability", "Disponibilité"),
				text("transport", "Transport", "Transport"),
				yesNo("resume_on_file", "Résumé on file", "Curriculum vitæ au dossier"),
				note("job_search_history", "Job search history", "Historique de recherche d’emploi"),
				pick("path", "Service path", "Parcours de service", opt("self_service", "Self-service", "Libre-service"),
					opt("short_term", "Short term", "Court terme"), opt("long_term", "Long term", "Long terme")).must(),
				group("actions", "Action plan", "Plan d’action", 50,
					text("task", "Task", "Tâche").must(), date("due", "Due date", "Échéance"))),
			support(false, false, false),
		},
		Rules: supportRules(),
	}
}

// jdProgress is FLD-jd_progress, Job Development Update/Progress.
func jdProgress() forms.Definition {
	count := func(key, en, fr string) field { return integer(key, en, fr).most(1000) }
	working := forms.When("outcome", "part_time", "full_time", "self_employed")
	begun := forms.When("outcome", "part_time", "full_time", "self_employed", "training", "education")
	return forms.Definition{
		Key: "jd_progress", Version: 1, Sessions: in(jobDevelopment), On: forms.OnClient,
		Title: i18n.T("Job Development Update/Progress", "Suivi du développement de l’emploi"),
		Sections: []forms.Section{
			plainHeader(),
			section("contact", "Contact", "Contact",
				date("contact_date", "Contact date", "Date du contact").must().past(),
				count("applications", "Applications", "Candidatures"),
				count("interviews", "Interviews", "Entrevues"),
				count("employer_contacts", "Employer contacts", "Contacts avec des employeurs"),
				count("workshops", "Workshops", "Ateliers"),
				note("result", "Result since the last contact", "Résultat depuis le dernier contact"),
				note("changed_barriers", "Changed barriers", "Changements dans les obstacles")),
			section("outcome", "Outcome", "Résultat",
				pick("outcome", "Employment outcome", "Résultat en emploi", opt("none", "None", "Aucun"),
					opt("part_time", "Part-time", "Temps partiel"), opt("full_time", "Full-time", "Temps plein"),
					opt("self_employed", "Self-employed", "Travail autonome"), opt("training", "Training", "Formation"),
					opt("education", "Education", "Études")).counted(),
				text("employer", "Employer", "Employeur").when(working),
				occupation("occupation", "Occupation", "Profession").when(working),
				date("start", "Start date", "Date de début").when(begun),
				money("wage", "Wage per hour", "Salaire horaire").when(working),
				weekHours("hours_per_week", "Hours per week", "Heures par semaine").when(working)),
			section("next", "Next step", "Prochaine étape",
				text("next_step", "Next step", "Prochaine étape").must().most(500),
				date("next_contact", "Next contact date", "Date du prochain contact")),
			support(false, false, false),
		},
		Rules: append(supportRules(), dates("contact_date", "next_contact")),
	}
}

// jdPlacement is FLD-jd_placement, Job Placement: one client and one job
// (FLD-jd_placement-1).
func jdPlacement() forms.Definition {
	ended := forms.When("placement_status", "ended_early")
	var retention []field
	for _, m := range [][3]string{{"1", "after 1 month", "après 1 mois"}, {"3", "after 3 months", "après 3 mois"},
		{"6", "after 6 months", "après 6 mois"}, {"12", "after 12 months", "après 12 mois"}} {
		retention = append(retention,
			date("retention_"+m[0], "Retention check "+m[1], "Vérification du maintien "+m[2]).past(),
			yesNo("retained_"+m[0], "Still employed "+m[1], "Toujours en emploi "+m[2]).when(forms.Filled("retention_"+m[0])))
	}
	return forms.Definition{
		Key: "jd_placement", Version: 1, Sessions: in(jobDevelopment), On: forms.OnClient, Title: i18n.T("Job Placement", "Placement en emploi"),
		Sections: []forms.Section{
			header{}.section(),
			section("placement", "Placement", "Placement",
				pick("kind", "Kind", "Type", opt("job", "Job", "Emploi"), opt("coop", "Co-op placement", "Stage coopératif"),
					opt("trial", "Work trial", "Essai en milieu de travail"), opt("volunteer", "Volunteer", "Bénévolat")).must().counted(),
				ref("employer", "employer", "Employer", "Employeur").must().rule("FLD-jd_placement-1"),
				text("supervisor", "Supervisor", "Superviseur"),
				occupation("occupation", "Occupation", "Profession"),
				date("start", "Start date", "Date de début").must(),
				date("end", "End date", "Date de fin"),
				weekHours("hours_per_week", "Hours per week", "Heures par semaine"),
				choice("pay", "placement_type", "Paid or unpaid", "Rémunéré ou non").must(),
				money("wage", "Wage per hour", "Salaire horaire").when(forms.When("pay", "paid")),
				money("subsidy", "Subsidy amount", "Montant de la subvention"),
				yesNo("agreement_signed", "Agreement signed", "Entente signée"),
				pick("placement_status", "Status", "État", opt("matched", "Matched", "Jumelé"), opt("started", "Started", "Commencé"),
					opt("completed", "Completed", "Terminé"), opt("ended_early", "Ended early", "Terminé prématurément")).must(),
				text("end_reason", "Reason if ended early", "Raison de la fin prématurée").when(ended).mustIf(ended)),
			section("retention", "Retention", "Maintien en emploi", retention...),
			support(false, false, false),
		},
		Rules: append(supportRules(), dates("start", "end")),
	}
}
