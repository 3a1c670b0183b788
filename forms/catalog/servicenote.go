package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// serviceNote is the form of agencies that have no other: what was done for somebody. It
// is of no funder and of no country, and feeds no file (FRM-08).
func serviceNote() forms.Definition {
	return forms.Definition{
		Key: "service_note", Version: 1, Title: i18n.T("Service note", "Note de service"), Extension: forms.General, Sessions: in(directService), On: forms.OnClient, Internal: true,
		Sections: []forms.Section{
			section("service", "Service", "Service",
				text("description", "What was done", "Ce qui a été fait").must().most(500),
				pick("outcome", "Outcome", "Résultat", opt("settled", "Settled", "Réglé"), opt("referred", "Referred elsewhere", "Aiguillé ailleurs"),
					opt("to_be_continued", "To be continued", "À suivre")).counted(),
				note("next", "Next step", "Prochaine étape"),
				note("notes", "Notes", "Notes")),
		},
	}
}
