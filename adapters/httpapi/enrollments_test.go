package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// enrollmentExamples are those of enrollments, bars, cards and service codes; see world.examples.
func (w *world) enrollmentExamples() map[string]example {
	return map[string]example{
		"enroll": {func() call {
			return call{method: "POST", path: "/enrollments", body: obj{"client": w.Client().ID, "program": w.Program.ID, "start": storetest.Today, "exit": storetest.Today,
				"intake": obj{"date": storetest.Today, "situation": "shelter", "needs": []string{"food"}, "notes": "n"}}}
		}, who{201, 403, 201, 201, 422}},
		"getEnrollment": {func() call {
			return call{method: "GET", path: "/enrollments/" + w.Enroll(w.Client().ID, storetest.Today, storetest.Today).ID.String()}
		}, who{200, 403, 200, 200, 404}},
		"updateEnrollment": {func() call {
			e := w.Enroll(w.Client().ID, storetest.Today, storetest.Today)
			return call{method: "PUT", path: "/enrollments/" + e.ID.String(), version: v(e.Version), body: obj{"start": storetest.Today, "exit": storetest.Today, "exit_reason": "r",
				"intake": obj{"date": storetest.Today, "situation": "shelter", "needs": []string{"food"}, "notes": "n"}}}
		}, who{200, 403, 200, 200, 404}},
		"takeBackEnrollment": {func() call {
			e := w.Enroll(w.Client().ID, storetest.Today, storetest.Today)
			return call{method: "POST", path: "/enrollments/" + e.ID.String() + "/removal", version: v(e.Version), body: obj{"reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"restoreEnrollment": {func() call {
			e := w.Enroll(w.Client().ID, storetest.Today, storetest.Today)
			e = storetest.Must(w.Enrolling.TakeBack(w.Worker, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/enrollments/" + e.ID.String() + "/restoration", version: v(e.Version), body: obj{}}
		}, who{200, 403, 200, 200, 404}},
		"listEnrollments": {w.ofClient("GET", "/enrollments", nil), who{200, 200, 200, 200, 404}},
		"listEnrolled":    {get("/programs/" + w.Program.ID.String() + "/enrollments?on=" + storetest.Today.String()), who{200, 403, 200, 200, 404}},
		"listBarred":      {get("/bars?program=" + w.Program.ID.String() + "&on=" + storetest.Today.String()), who{200, 200, 200, 200, 422}},
		"barClient": {func() call {
			return call{method: "POST", path: "/bars", body: obj{"client": w.Client().ID, "program": w.Program.ID, "reason": "r", "incident": "i", "start": storetest.Today, "end": storetest.Today, "permanent": false}}
		}, who{201, 403, 201, 201, 422}},
		"getBar": {func() call {
			return call{method: "GET", path: "/bars/" + w.Bar(w.Client().ID, storetest.Today, storetest.Today).ID.String()}
		}, who{200, 200, 200, 200, 404}},
		"extendBar": {func() call {
			b := w.Bar(w.Client().ID, storetest.Today, storetest.Today)
			return call{method: "POST", path: "/bars/" + b.ID.String() + "/extension", version: v(b.Version), body: obj{"end": storetest.Today.AddDays(1), "permanent": false, "reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"liftBar": {func() call {
			b := w.Bar(w.Client().ID, storetest.Today, storetest.Today)
			return call{method: "POST", path: "/bars/" + b.ID.String() + "/lifting", version: v(b.Version), body: obj{"reason": "r"}}
		}, who{403, 403, 200, 200, 404}},
		"listBars": {w.ofClient("GET", "/bars", nil), who{200, 200, 200, 200, 404}},
		"issueCard": {func() call {
			p := w.Profile()
			return call{method: "POST", path: "/clients/" + w.Client().ID.String() + "/cards", body: obj{"value": "CARD-" + p.Identifiers[0].Value, "expires": storetest.Today}}
		}, who{201, 201, 201, 201, 404}},
		"deactivateCard": {func() call {
			c := w.Card(w.Client().ID)
			return call{method: "POST", path: "/cards/" + c.ID.String() + "/deactivation", version: v(c.Version), body: obj{"reason": "r"}}
		}, who{200, 200, 200, 200, 404}},
		"findCard": {func() call {
			return call{method: "POST", path: "/cards/lookup", body: obj{"value": w.Card(w.Client().ID).Value}}
		}, who{200, 200, 200, 200, 404}},
		"listCards":     {w.ofClient("GET", "/cards", nil), who{200, 200, 200, 200, 404}},
		"addStockCodes": {func() call { return call{method: "POST", path: "/stock-codes", body: obj{}} }, who{403, 403, 403, 200, 200}},
		"createServiceGroup": {func() call {
			return call{method: "POST", path: "/service-groups", body: obj{"name": bilingual}}
		}, who{403, 403, 403, 201, 201}},
		"getServiceGroup":  {get("/service-groups/" + w.Codes["Lunch"].Group.String()), who{200, 200, 200, 200, 404}},
		"listServiceGroup": {get("/service-groups"), all},
		"updateServiceGroup": {func() call {
			g := storetest.Must(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: w.Program.Name}))(w.T)
			return call{method: "PUT", path: "/service-groups/" + g.ID.String(), version: v(g.Version), body: obj{"name": bilingual}}
		}, who{403, 403, 403, 200, 404}},
		"createServiceCode": {func() call {
			return call{method: "POST", path: "/service-codes", body: obj{"group": w.Codes["Lunch"].Group, "name": bilingual, "from": storetest.Today, "to": storetest.Today}}
		}, who{403, 403, 403, 201, 422}},
		"getServiceCode":  {get("/service-codes/" + w.Codes["Lunch"].ID.String()), who{200, 200, 200, 200, 404}},
		"listServiceCode": {get("/service-codes?group=" + w.Codes["Lunch"].Group.String()), who{200, 200, 200, 200, 422}},
		"updateServiceCode": {func() call {
			c := storetest.Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: w.Program.Name}))(w.T)
			return call{method: "PUT", path: "/service-codes/" + c.ID.String(), version: v(c.Version), body: obj{"group": c.Group, "name": bilingual}}
		}, who{403, 403, 403, 200, 404}},
	}
}
