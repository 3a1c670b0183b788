package catalog

import (
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// groupAttendee is the Group Activity Attendee form of Information & Orientation and
// of Employment group activities. Its funder is kept with the form itself.
func groupAttendee() forms.Definition {
	h := header{statusList: "service_status", statusMust: true, leaveList: "community_leave_reason"}.section()
	for i := range h.Fields {
		if h.Fields[i].Key == "referred_by" {
			h.Fields[i].Required = forms.Always()
		}
	}
	return forms.Definition{
		Key: "ga_attendee", Version: 1, Title: i18n.T("Group Activity Attendee", "Participant à une activité de groupe"),
		Sessions: in(orientationGroup, employmentGroup), On: forms.OnAttendee,
		Sections: []forms.Section{
			h,
			section("attendance", "Attendance", "Présence",
				yesNo("attended", "Client attended", "Le client était présent").must().counted().rule("GRP-06"),
				date("start", "Start date", "Date de début").past(),
				date("end", "End date", "Date de fin"),
				choice("language", "language", "Language of Service", "Langue du service"),
				note("evaluation", "Evaluation by the attendee", "Évaluation par le participant")),
			support(false, false, false),
		},
		Rules: append(supportRules(), dates("start", "end")),
	}
}
