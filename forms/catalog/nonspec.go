package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// plainHeader is the header of forms that feed no file.
func plainHeader() forms.Section {
	return header{statusList: "service_status", leaveList: "community_leave_reason"}.section()
}

// nonspec is FLD-nonspec, Non-Specified. It feeds no file (FRM-08).
func nonspec() forms.Definition {
	return forms.Definition{
		Key: "nonspec", Version: 2, Title: i18n.T("Non-Specified", "Non précisé"), Sessions: in(directService), On: forms.OnClient, Internal: true,
		Sections: []forms.Section{
			plainHeader(),
			section("service", "Service", "Service",
				text("description", "Service description", "Description du service").must().most(500),
				pick("outcome", "Outcome", "Résultat", opt("settled", "Settled", "Réglé"), opt("referred", "Referred elsewhere", "Aiguillé ailleurs"),
					opt("to_be_continued", "To be continued", "À suivre")).counted(),
				note("notes", "Notes", "Notes")),
			support(false, false, false),
		},
		Rules: supportRules(),
	}
}
