package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt/followup"
)

// followUpExamples are those of settlement plans; see world.examples.
func (w *world) followUpExamples() map[string]example {
	return map[string]example{
		"createPlan": {func() call {
			return call{method: "POST", path: "/plans", body: obj{"client": w.Client().ID, "goals": []string{"Work"}}}
		}, who{201, 201, 201, 201, 422}},
		"getPlan": {func() call {
			p := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: w.Client().ID, Goals: []string{"g"}}))(w.T)
			return call{method: "GET", path: "/plans/" + p.ID.String()}
		}, who{200, 200, 200, 200, 404}},
		"updatePlan": {func() call {
			p := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: w.Client().ID, Goals: []string{"g"}}))(w.T)
			return call{method: "PUT", path: "/plans/" + p.ID.String(), version: v(p.Version), body: obj{"client": p.Client, "goals": []string{"h"}, "shared": storetest.Today}}
		}, who{200, 200, 200, 200, 404}},
	}
}
