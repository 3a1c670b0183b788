package httpapi

import "github.com/opencasework/casework/session/dashboard"

// dashboardRoutes are the home page of a worker and the page of a client.
func dashboardRoutes(d *dashboard.Service) []*route {
	return []*route{
		op("GET /dashboard", "getDashboard", "The worker's dashboard (DSH-01)", plain(d.Worker)),
		op("GET /clients/{id}/dashboard", "getClientDashboard", "Notes and history of services (DSH-03); the reading is logged", paged(d.Client)),
	}
}
