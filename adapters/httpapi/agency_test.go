package httpapi_test

import (
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
)

// newStaff is somebody new in the worker's program.
func (w *world) newStaff() *casemgmt.Staff {
	p := w.Profile()
	return storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "New", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(w.T)
}

// agencyExamples are those of the agency and its lists; see world.examples.
func (w *world) agencyExamples() map[string]example {
	site := obj{"name": "Site", "closed": false, "address": obj{"postal_code": "M5V2A1", "city": "Toronto", "street_name": "Bay", "street_number": "1", "unit": "1", "region": "on"}}
	return map[string]example{
		"getAgency": {get("/agency"), all},
		"updateAgency": {func() call {
			a := storetest.Must(w.Cases.Agency(w.Admin))(w.T)
			return call{method: "PUT", path: "/agency", version: v(a.Version), body: obj{"name": "Metro", "zone": "America/Toronto", "country": "CA", "languages": []string{"en", "fr"}, "extensions": []string{"settlement"}, "settings": obj{"no_default_form": false, "scan_days": 1, "uploaders_see_care": false, "community_of_unidentified": false, "case_reporting": true,
				"client_roles": []string{"worker", "manager", "admin", "see_all"}, "questions": []any{
					obj{"form": "nonspec", "field": obj{"key": "bus", "kind": "choice", "label": bilingual, "reportable": true, "required": obj{"always": true}, "options": []any{obj{"key": "yes", "label": bilingual, "retired": false}, obj{"key": "no", "label": bilingual}}}},
					obj{"form": "nonspec", "field": obj{"key": "tongue", "kind": "choice", "label": bilingual, "list": "language"}},
					obj{"form": "nonspec", "field": obj{"key": "rides", "kind": "decimal", "label": bilingual, "min": 0, "max": 9, "step": 0.5}},
					obj{"form": "nonspec", "retired": true, "field": obj{"key": "since", "kind": "date", "label": bilingual, "not_future": true}}}}}}
		}, who{403, 403, 403, 200, 412}},
		"getMe": {get("/me"), all},
		"setDefaults": {func() call {
			return call{method: "PUT", path: "/me/defaults", body: obj{"language": "fr", "site": w.Site.ID, "funder": w.Funder.ID}}
		}, who{200, 200, 200, 200, 422}},
		"setMembership": {func() call {
			return call{method: "PUT", path: "/programs/" + w.Program.ID.String() + "/members/" + w.newStaff().ID.String(), body: obj{"member": true, "manager": false}}
		}, who{403, 403, 200, 200, 404}},
		"getStatement":     {get("/statement"), all},
		"publishStatement": {func() call { return call{method: "POST", path: "/statements", body: obj{"text": bilingual}} }, who{403, 403, 403, 201, 201}},
		"listEvents":       {get("/events"), who{403, 403, 403, 200, 200}},
		"createSite":       {func() call { return call{method: "POST", path: "/sites", body: site} }, who{403, 403, 403, 201, 201}},
		"getSite":          {get("/sites/" + w.Site.ID.String()), who{200, 200, 200, 200, 404}},
		"listSite":         {get("/sites"), all},
		"updateSite": {func() call {
			s := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "S", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(w.T)
			return call{method: "PUT", path: "/sites/" + s.ID.String(), body: site, version: v(s.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createProgram": {func() call {
			return call{method: "POST", path: "/programs", body: obj{"name": bilingual, "closed": false, "locations": []any{w.Site.ID}, "enroll_on_first_service": false}}
		}, who{403, 403, 403, 201, 422}},
		"getProgram":  {get("/programs/" + w.Program.ID.String()), who{200, 200, 200, 200, 404}},
		"listProgram": {get("/programs"), all},
		"updateProgram": {func() call {
			p := storetest.Must(w.Cases.Program(w.Admin, w.Second.ID))(w.T)
			return call{method: "PUT", path: "/programs/" + p.ID.String(), body: obj{"name": bilingual}, version: v(p.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createFunder": {func() call {
			return call{method: "POST", path: "/funders", body: obj{"name": bilingual, "system": "icare", "agreement": "S1", "closed": false}}
		}, who{403, 403, 403, 201, 201}},
		"getFunder":  {get("/funders/" + w.Funder.ID.String()), who{200, 200, 200, 200, 404}},
		"listFunder": {get("/funders"), all},
		"updateFunder": {func() call {
			f := storetest.Must(w.Cases.Funder(w.Admin, w.Funder.ID))(w.T)
			return call{method: "PUT", path: "/funders/" + f.ID.String(), body: obj{"name": bilingual, "system": "icare"}, version: v(f.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createStaff": {func() call {
			p := w.Profile()
			return call{method: "POST", path: "/staff", body: obj{"user": p.Given + p.Family, "name": "N", "email": "n@example.org", "phone": "416 555 0000", "roles": []string{"see_all"}, "programs": []any{obj{"program": w.Program.ID}},
				"deactivated": false, "defaults": obj{"site": w.Site.ID, "program": w.Program.ID, "funder": w.Funder.ID, "language": "fr"}}}
		}, who{403, 403, 403, 201, 422}},
		"getStaff":  {func() call { return call{method: "GET", path: "/staff/" + w.newStaff().ID.String()} }, who{200, 200, 200, 200, 404}},
		"listStaff": {get("/staff"), all},
		"updateStaff": {func() call {
			s := w.newStaff()
			return call{method: "PUT", path: "/staff/" + s.ID.String(), version: v(s.Version), body: obj{"user": s.User, "name": "N", "programs": []any{obj{"program": w.Program.ID, "manager": true, "manager_since": "2025-01-01T00:00:00Z", "manager_by": s.ID}}}}
		}, who{403, 403, 403, 200, 404}},
		"createContact": {func() call {
			return call{method: "POST", path: "/contacts", body: obj{"kind": "employer", "name": "Shop", "phone": "416 555 0000", "email": "s@example.org", "closed": false}}
		}, who{201, 201, 201, 201, 201}},
		"getContact":  {get("/contacts/" + w.Employer.ID.String()), who{200, 200, 200, 200, 404}},
		"listContact": {get("/contacts"), all},
		"updateContact": {func() call {
			c := storetest.Must(w.Cases.CreateContact(w.Worker, casemgmt.Contact{Kind: casemgmt.Partner, Name: "P"}))(w.T)
			return call{method: "PUT", path: "/contacts/" + c.ID.String(), version: v(c.Version), body: obj{"kind": "partner", "name": "Q"}}
		}, who{200, 200, 200, 200, 404}},
	}
}
