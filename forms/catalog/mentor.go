package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// mentorMatch is FLD-mentor_match, Mentor/Tutor Match.
func mentorMatch() forms.Definition {
	return forms.Definition{
		Key: "mentor_match", Version: 1, Sessions: in(jobDevelopment), On: forms.OnClient, Title: i18n.T("Mentor/Tutor Match", "Jumelage avec un mentor ou un tuteur"),
		Sections: []forms.Section{
			plainHeader(),
			section("match", "Match", "Jumelage",
				pick("kind", "Kind", "Type", opt("mentor", "Mentor", "Mentor"), opt("tutor", "Tutor", "Tuteur")).must(),
				ref("mentor", "mentor", "Mentor or tutor", "Mentor ou tuteur").must().rule("FLD-mentor_match"),
				text("field", "Field", "Domaine"),
				choice("language", "language", "Language", "Langue"),
				date("match_date", "Match date", "Date du jumelage").must().past(),
				date("planned_end", "Planned end", "Fin prévue"),
				text("meeting_place", "Meeting place", "Lieu de rencontre"),
				text("frequency", "Frequency", "Fréquence"),
				note("goals", "Goals", "Buts"),
				yesNo("share_contact", "Consent to share contact details", "Consentement à la communication des coordonnées").must()),
			support(false, false, false),
		},
		Rules: append(supportRules(), dates("match_date", "planned_end")),
	}
}

// mentorUpdate is FLD-mentor_update, Mentor/Tutor Update, of an open match of
// the same client.
func mentorUpdate() forms.Definition {
	ended := forms.When("match_status", "ended_early")
	return forms.Definition{
		Key: "mentor_update", Version: 1, Sessions: in(jobDevelopment), On: forms.OnClient, Title: i18n.T("Mentor/Tutor Update", "Suivi du mentorat ou du tutorat"),
		Sections: []forms.Section{
			header{}.section(),
			section("update", "Update", "Suivi",
				ref("match", "form", "Match", "Jumelage").must().rule("FLD-mentor_update").
					of("mentor_match", forms.When("match_status", "completed", "ended_early")),
				date("date", "Date", "Date").must().past(),
				integer("meetings", "Meetings held", "Rencontres tenues").most(1000),
				decimal("meeting_hours", "Hours", "Heures").most(10000),
				group("milestones", "Milestones", "Jalons", 50,
					text("milestone", "Milestone", "Jalon").must(), date("reached", "Reached on", "Atteint le").past()),
				pickAny("outcomes", "Outcomes", "Résultats", opt("employed", "Employed", "En emploi"), opt("training", "Training", "Formation"),
					opt("network", "Network", "Réseau"), opt("confidence", "Confidence", "Confiance"), opt("other", "Other", "Autre")).counted(),
				pick("match_status", "Status", "État", opt("continuing", "Continuing", "En cours"),
					opt("completed", "Completed", "Terminé"), opt("ended_early", "Ended early", "Terminé prématurément")).must().counted(),
				text("end_reason", "Reason if ended early", "Raison de la fin prématurée").when(ended).mustIf(ended)),
			support(false, false, false),
		},
		Rules: supportRules(),
	}
}
