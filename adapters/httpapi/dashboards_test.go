package httpapi_test

// dashboardExamples are those of dashboards; see world.examples.
func (w *world) dashboardExamples() map[string]example {
	return map[string]example{
		"getClientDashboard": {w.ofClient("GET", "/dashboard", nil), who{200, 200, 200, 200, 404}},
		"getDashboard":       {get("/dashboard"), all},
	}
}
