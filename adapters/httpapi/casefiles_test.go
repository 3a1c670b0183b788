package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt/casefile"
)

// caseFileExamples are those of case files, their activities and lists; see world.examples.
func (w *world) caseFileExamples() map[string]example {
	details := func() obj {
		return obj{"status": "open", "case_id": "K" + w.Profile().Identifiers[0].Value, "activity": w.Activity().ID, "attendance_profile": "FAMILY", "name": "The household at number 4",
			"overview": "Rent in arrears.", "project": "Homes first", "unidentified": 2}
	}
	joining := obj{"referral_source": "SELF", "primary_reason": "HOUSING", "other_reasons": []string{"MONEY"}, "exit_reason": "MOVED"}
	in := func(method, suffix string, body obj) func() call {
		return func() call {
			f := w.Case(w.Client().ID)
			return call{method: method, path: "/case-files/" + f.ID.String() + "/clients/" + f.Clients[0].Client.String() + suffix, version: v(f.Version), body: body}
		}
	}
	search := func(method, path string, body any) func() call {
		return func() call {
			w.Case(w.Client().ID)
			return call{method: method, path: path, body: body}
		}
	}
	activity := func(a *casefile.Activity) obj {
		return obj{"name": "Family support", "site": a.Site, "program": a.Program, "number": a.Number, "service_types": []string{"1"}, "from": storetest.Today, "to": storetest.Today.AddDays(300)}
	}
	return map[string]example{
		"openCaseFile":    {func() call { return call{method: "POST", path: "/case-files", body: details()} }, who{201, 403, 201, 201, 422}},
		"searchCaseFiles": {search("GET", "/case-files?client=a&status=open", nil), who{200, 200, 200, 200, 200}},
		"findCaseFiles":   {search("POST", "/case-files/search", obj{"client": "a", "status": "open", "limit": 5, "after": ""}), who{200, 200, 200, 200, 200}},
		"getCaseFile": {func() call {
			return call{method: "GET", path: "/case-files/" + w.Case(w.Client().ID).ID.String()}
		}, who{200, 403, 200, 200, 404}},
		"updateCaseFile": {func() call {
			f := w.Case()
			return call{method: "PUT", path: "/case-files/" + f.ID.String(), version: v(f.Version), body: details()}
		}, who{200, 403, 200, 200, 404}},
		"addCaseClient": {func() call {
			f := w.Case()
			return call{method: "POST", path: "/case-files/" + f.ID.String() + "/clients", version: v(f.Version), body: obj{"client": w.Client().ID, "referral_source": "SELF",
				"primary_reason": "HOUSING", "other_reasons": []string{"MONEY"}, "exit_reason": "MOVED"}}
		}, who{200, 403, 200, 200, 404}},
		"updateCaseClient": {in("PUT", "", joining), who{200, 403, 200, 200, 404}},
		"removeCaseClient": {in("POST", "/removal", obj{}), who{200, 403, 200, 200, 404}},
		"listClientCaseFiles": {func() call {
			f := w.Case(w.Client().ID)
			return call{method: "GET", path: "/clients/" + f.Clients[0].Client.String() + "/case-files"}
		}, who{200, 200, 200, 200, 404}},
		"loadReferenceList": {func() call {
			w.LoadLists()
			return call{method: "POST", path: "/reference-lists", body: obj{"list": "exit_reason", "from": storetest.Today.AddDays(30),
				"codes": []obj{{"code": "MOVED", "label": "Moved", "uncertain": true}, {"code": "NEEDSMET", "label": "Needs met"}}}}
		}, who{403, 403, 403, 201, 201}},
		"listReferenceLists":   {search("GET", "/reference-lists", nil), all},
		"createOutletActivity": {func() call { return call{method: "POST", path: "/outlet-activities", body: activity(w.Activity())} }, who{403, 403, 403, 201, 422}},
		"getOutletActivity":    {func() call { return call{method: "GET", path: "/outlet-activities/" + w.Activity().ID.String()} }, who{200, 200, 200, 200, 404}},
		"listOutletActivity":   {search("GET", "/outlet-activities", nil), all},
		"updateOutletActivity": {func() call {
			a := w.Activity()
			return call{method: "PUT", path: "/outlet-activities/" + a.ID.String(), version: v(a.Version), body: activity(a)}
		}, who{403, 403, 403, 200, 404}},
	}
}
