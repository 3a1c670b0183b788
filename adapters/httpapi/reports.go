package httpapi

import (
	"context"

	"github.com/opencasework/casework/session/report"
)

// reportList has every report of the catalogue.
type reportList struct {
	Reports []report.Definition `json:"reports"`
}

// reportRoutes are the reports of the catalogue.
func reportRoutes(r *report.Service) []*route {
	return append([]*route{
		op("GET /reports", "listReports", "The reports that there are (REP-12)", func(context.Context, nothing) (reportList, error) {
			return reportList{report.Catalogue()}, nil
		}).toAll(),
		op("GET /reports/{report}", "runReport", "Run a report (REP-10, REP-11)", r.Make),
		op("GET /saved-reports/{id}/result", "runSavedReport", "Run a saved report, for its period or another (REP-15)", r.MakeAgain),
	}, crud("/saved-reports", "SavedReport", "saved report (REP-15)", table[report.Saved]{r.CreateSaved, r.UpdateSaved, r.Saved, r.SavedList})...)
}
