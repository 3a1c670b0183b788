package httpapi_test

// reportExamples are those of reports; see world.examples.
func (w *world) reportExamples() map[string]example {
	return map[string]example{
		"listReports": {get("/reports"), all},
		"runReport":   {get("/reports/services_by_form_kind?from=2025-06-01&to=2025-06-30"), all},
	}
}
