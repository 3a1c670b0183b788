package httpapi

import "github.com/opencasework/casework/casemgmt/followup"

// followUpRoutes are settlement plans.
func followUpRoutes(f *followup.Service) []*route {
	return []*route{
		create("POST /plans", "createPlan", "Add a settlement plan", f.CreatePlan),
		op("GET /plans/{id}", "getPlan", "Read a settlement plan", byID(f.Plan)),
		op("PUT /plans/{id}", "updatePlan", "Change a settlement plan", f.UpdatePlan),
	}
}
