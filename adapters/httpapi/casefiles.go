package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
)

// caseSearch is a search for case files with the page that is wanted.
type caseSearch struct {
	casefile.Query
	casemgmt.PageRequest
}

// caseFileRoutes are case files with their clients, and what they choose from.
func caseFileRoutes(c *casefile.Service) []*route {
	search := func(ctx context.Context, in caseSearch) (casemgmt.Page[casefile.Hit], error) {
		return c.Search(ctx, in.Query, in.PageRequest)
	}
	out := []*route{
		create("POST /case-files", "openCaseFile", "Open a case file (CAS-01, CAS-03); a case ID that is left empty is made", c.OpenFile),
		op("GET /case-files", "searchCaseFiles", "Find case files by a client's name, or list them (CAS-02)", search),
		op("POST /case-files/search", "findCaseFiles", "The same with the name in the body, so that it is in no address and in no proxy's log", search).asks(),
		op("GET /case-files/{id}", "getCaseFile", "Read a case file; the reading is logged", byID(c.File)),
		op("PUT /case-files/{id}", "updateCaseFile", "Change what is said of a case, or close it (CAS-03)", c.UpdateFile),
		op("POST /case-files/{case}/clients", "addCaseClient", "Add a client to a case, with referral source and reasons (CCL-01)", c.AddClient),
		op("PUT /case-files/{case}/clients/{client}", "updateCaseClient", "Change what is said of a client in a case, or give an exit reason (CCL-05)", c.UpdateClient),
		op("POST /case-files/{case}/clients/{client}/removal", "removeCaseClient", "Take a client out of a case who was added by mistake (CCL-05)", c.RemoveClient),
		op("GET /clients/{id}/case-files", "listClientCaseFiles", "The case files that a client is in", whole(byID(c.ClientFiles))),
		create("POST /reference-lists", "loadReferenceList", "Take a list of codes into use from a day on (DEX-12)", c.LoadReference),
		op("GET /reference-lists", "listReferenceLists", "The agency's lists of codes with the days on which each can be chosen (DEX-12)", c.References).toAll(),
	}
	return append(out, crud("/outlet-activities", "OutletActivity", "outlet activity", table[casefile.Activity]{c.CreateActivity, c.UpdateActivity, c.Activity, c.Activities})...)
}
