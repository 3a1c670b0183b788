package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
)

// profile is one with everything in it.
func (w *world) profile() casemgmt.Profile {
	p := w.Profile()
	p.Preferred, p.Former, p.Marital, p.Email, p.Phones, p.Notes, p.EmergencyContact = p.Given+"ita", []string{"Former Name"}, "single", "a@example.org", []string{"416 555 0000"}, "n", "e"
	p.Settlement = casemgmt.Settlement{OfficialLanguage: "english", ImmigrationClass: "family", CountryOfOrigin: "UA", LastResidence: "PL",
		Landing: storetest.Today, Arrival: storetest.Today, Reentry: storetest.Today}
	yes := true
	p.HasEmail, p.FamilyCode, p.BirthDateEstimated = &yes, "F123", true
	p.Address = casemgmt.Address{StreetNumber: "1", StreetName: "Bay", StreetType: "street", Direction: "north", Unit: "3", City: "Toronto", Region: "on", PostalCode: "M5H2N2"}
	return p
}

// ofClient is a request about a new client, with a body if there is one.
func (w *world) ofClient(method, suffix string, body func(c *casemgmt.Client) any) func() call {
	return func() call {
		c := w.Client()
		out := call{method: method, path: "/clients/" + c.ID.String() + suffix}
		if body != nil {
			out.body, out.version = body(c), v(c.Version)
		}
		return out
	}
}

// clientExamples are those of clients; see world.examples.
func (w *world) clientExamples() map[string]example {
	return map[string]example{
		"registerClient": {func() call {
			return call{method: "POST", path: "/clients", body: obj{"accepted": true, "language": "fr", "profile": w.profile(), "distinct": obj{"from": []any{w.Client().ID}, "reason": "r"}}}
		}, who{201, 201, 201, 201, 201}},
		"registerAnonymous": {func() call {
			return call{method: "POST", path: "/clients/anonymous", body: obj{"sketch": obj{"age_band": "25-44", "gender": "male", "language": "arabic", "immigration_class": "claimant", "postal_prefix": "M4C", "label": "l"}}}
		}, who{201, 201, 201, 201, 201}},
		"findClients": {func() call {
			return call{method: "POST", path: "/clients/search", body: obj{"name": "am", "phone": "4165550123", "number": 1, "identifier": "10000042", "birth_date": "1961-02-26", "family_code": "F123", "email": "a@example.org",
				"postal_code": "M5H", "gender": "female", "immigration_class": "family", "country_of_origin": "UA", "limit": 5, "after": ""}}
		}, all},
		"searchClients":      {get("/clients?name=am&limit=5"), all},
		"getClient":          {w.ofClient("GET", "", nil), who{200, 200, 200, 200, 404}},
		"listClientVersions": {w.ofClient("GET", "/versions", nil), who{200, 200, 200, 200, 404}},
		"updateClient":       {w.ofClient("PUT", "", func(*casemgmt.Client) any { return obj{"profile": w.profile()} }), who{200, 200, 200, 200, 404}},
		"acceptStatement":    {w.ofClient("POST", "/acceptance", func(*casemgmt.Client) any { return obj{"accepted": true, "language": "en"} }), who{200, 200, 200, 200, 404}},
		"withdrawConsent":    {w.ofClient("POST", "/withdrawal", func(*casemgmt.Client) any { return obj{"reason": "r"} }), who{200, 200, 200, 200, 404}},
		"startFamily":        {w.ofClient("POST", "/family", func(*casemgmt.Client) any { return obj{} }), who{200, 200, 200, 200, 404}},
		"newFamilyMember": {func() call {
			c := w.Client()
			storetest.Must(w.Cases.StartFamily(w.Worker, casemgmt.StartFamily{ID: c.ID, Version: c.Version}))(w.T)
			return call{method: "GET", path: "/clients/" + c.ID.String() + "/family-member"}
		}, who{200, 200, 200, 200, 404}},
	}
}
