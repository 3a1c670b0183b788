package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/session/report"
)

// reportExamples are those of reports; see world.examples.
func (w *world) reportExamples() map[string]example {
	save := func() *report.Saved {
		return storetest.Must(w.Reports.CreateSaved(w.Worker, report.Saved{Name: "Served", Question: report.Question{Report: "clients_served", Criteria: report.Criteria{From: storetest.Today, To: storetest.Today}}}))(w.T)
	}
	worker := storetest.Must(w.Cases.Caller(w.Worker))(w.T)
	saved := obj{"name": "Stages", "report": "answers", "from": "2025-06-01", "to": "2025-06-30", "form_kind": "finance", "field": "stage", "session_type": "direct_finance",
		"gender": "female", "program": w.Program.ID, "site": w.Site.ID, "funder": w.Funder.ID, "worker": worker.ID, "closed": false}
	return map[string]example{
		"listReports":       {get("/reports"), all},
		"runReport":         {get("/reports/services_by_form_kind?from=2025-06-01&to=2025-06-30"), all},
		"createSavedReport": {func() call { return call{method: "POST", path: "/saved-reports", body: saved} }, who{201, 201, 201, 201, 422}},
		"getSavedReport":    {func() call { return call{method: "GET", path: "/saved-reports/" + save().ID.String()} }, who{200, 200, 200, 200, 404}},
		"listSavedReport":   {get("/saved-reports"), all},
		"updateSavedReport": {func() call {
			s := save()
			return call{method: "PUT", path: "/saved-reports/" + s.ID.String(), version: v(s.Version), body: saved}
		}, who{200, 200, 200, 200, 404}},
		"runSavedReport": {func() call {
			return call{method: "GET", path: "/saved-reports/" + save().ID.String() + "/result?from=2025-06-01&to=2025-06-30"}
		}, who{200, 200, 200, 200, 404}},
	}
}
