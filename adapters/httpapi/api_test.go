package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
)

// world is the API over an invented agency; the test server's sign-in takes the
// user's name from a header.
type world struct {
	*storetest.World
	url string
}

func newWorld(t *testing.T) *world {
	db, prefix := databases.OpenSQLite(t)
	return newWorldOn(t, db, prefix)
}

func newWorldOn(t *testing.T, db *bun.DB, prefix string) *world {
	w := &world{World: databases.NewWorld(t, databases.Migrated(t, db, prefix))}
	api := httpapi.New(httpapi.Services{Cases: w.Cases, Sessions: w.Sessions, Batches: w.Batches, Exports: w.Exports, Reports: w.Reports})
	srv := httptest.NewServer(http.StripPrefix("/some/prefix", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user := r.Header.Get("X-User"); user != "" {
			agency := "metro"
			if strings.HasPrefix(user, "other") {
				agency = "other"
			}
			r = r.WithContext(access.With(r.Context(), access.Actor{Agency: agency, User: user}))
		}
		api.ServeHTTP(rw, r)
	})))
	t.Cleanup(srv.Close)
	w.url = srv.URL + "/some/prefix"
	return w
}

// call is one request.
type call struct {
	method, path string
	body         any    // encoded as JSON unless it is a []byte
	version      string // If-Match
	header       map[string]string
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t testing.TB) httpapi.Problem {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("no problem: %d %s %v", a.status, a.body, err)
	}
	return p
}

func (w *world) send(t testing.TB, user string, c call) answer {
	t.Helper()
	var body io.Reader
	if raw, ok := c.body.([]byte); ok {
		body = bytes.NewReader(raw)
	} else if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(c.method, w.url+c.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.version != "" {
		req.Header.Set("If-Match", `"`+c.version+`"`)
	}
	req.Header.Set("X-User", user)
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

type obj = map[string]any

// started is a session of the worker with an incomplete form.
func (w *world) started(ctx context.Context, c casemgmt.ClientID) *session.Session {
	d := w.Details()
	return storetest.Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: c,
		Forms: []session.StartForm{{Kind: "nonspec"}}}}}))(w.T)
}

func (w *world) details() obj {
	return obj{"service_date": storetest.Today, "start_time": "10:30", "site": w.Site.ID, "minutes": 45, "languages": []string{"english"}, "delivery": "phone",
		"hours": 1, "interpreter": true, "interpreters": 1, "partner": "Library", "notes": "n", "comments": "c", "funders": []any{w.Funder.ID},
		"type": "direct", "point_of_entry": false}
}

func (w *world) batch() obj {
	return obj{"description": "Visit", "auto_post": true, "provider": storetest.Must(w.Cases.Caller(w.Worker))(w.T).ID, "performer": "p", "comments": "c",
		"program": w.Program.ID, "location": w.Site.ID, "closed": false, "services": []any{obj{"code": w.Codes["Lunch"].ID, "units": 2}}}
}

// examples has a valid request for every operation, on fresh records of the
// worker, and who may send it.
func (w *world) examples() map[string]example {
	v := func(n int64) string { return fmt.Sprint(n) }
	form := func() *session.Form { return w.started(w.Worker, w.Client().ID).Participants[0].Forms[0] }
	start := func() *session.Session { return w.started(w.Worker, w.Client().ID) }
	name := obj{"en": "Name", "fr": "Nom"}
	profile := func() casemgmt.Profile {
		p := w.Profile()
		p.Preferred, p.Former, p.Marital, p.Email, p.Phones, p.Notes, p.EmergencyContact = p.Given+"ita", []string{"Former Name"}, "single", "a@example.org", []string{"416 555 0000"}, "n", "e"
		p.ImmigrationClass, p.CountryOfOrigin, p.LastResidence, p.Landing, p.Arrival, p.Reentry = "family", "UA", "PL", storetest.Today, storetest.Today, storetest.Today
		yes := true
		p.HasEmail, p.FamilyCode, p.BirthDateEstimated = &yes, "F123", true
		p.Address = casemgmt.Address{StreetNumber: "1", StreetName: "Bay", StreetType: "street", Direction: "north", Unit: "3", City: "Toronto", Province: "on", PostalCode: "M5H2N2"}
		return p
	}
	staff := func() *casemgmt.Staff {
		p := w.Profile()
		return storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "New", Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(w.T)
	}
	site := obj{"name": "Site", "closed": false, "address": obj{"postal_code": "M5V2A1", "city": "Toronto", "street_name": "Bay", "street_number": "1", "unit": "1", "province": "on"}}
	get := func(path string) func() call { return func() call { return call{method: "GET", path: path} } }
	client := func(method, suffix string, body func(c *casemgmt.Client) any) func() call {
		return func() call {
			c := w.Client()
			out := call{method: method, path: "/clients/" + c.ID.String() + suffix}
			if body != nil {
				out.body, out.version = body(c), v(c.Version)
			}
			return out
		}
	}
	in := func(suffix string, body func(x *session.Session) any) func() call {
		return func() call {
			x := start()
			return call{method: "POST", path: "/sessions/" + x.ID.String() + suffix, body: body(x), version: v(x.Version)}
		}
	}
	run := func() *batch.Run {
		r := w.Use(w.DropIn(true), storetest.Today)
		w.Add(r, w.Enrolled().ID)
		return r
	}
	entry := func(reversed bool) string {
		r := run()
		key := storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(w.T).Items[0].ID
		if reversed {
			storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: key, Reason: "r"}))(w.T)
		}
		return "/runs/" + r.ID.String() + "/entries/" + key.String()
	}
	// worker, outsider (second program), manager, administrator, another agency
	all := who{200, 200, 200, 200, 200}
	out := map[string]example{
		"getAgency": {get("/agency"), all},
		"updateAgency": {func() call {
			a := storetest.Must(w.Cases.Agency(w.Admin))(w.T)
			return call{method: "PUT", path: "/agency", version: v(a.Version), body: obj{"name": "Metro", "zone": "America/Toronto", "settings": obj{"no_default_form": false,
				"client_roles": []string{"worker", "manager", "admin", "see_all"}, "questions": []any{
					obj{"form": "nonspec", "field": obj{"key": "bus", "kind": "choice", "label": name, "required": obj{"always": true}, "options": []any{obj{"key": "yes", "label": name, "retired": false}, obj{"key": "no", "label": name}}}},
					obj{"form": "nonspec", "field": obj{"key": "tongue", "kind": "choice", "label": name, "list": "language"}},
					obj{"form": "nonspec", "field": obj{"key": "rides", "kind": "decimal", "label": name, "min": 0, "max": 9, "step": 0.5}},
					obj{"form": "nonspec", "field": obj{"key": "since", "kind": "date", "label": name, "not_future": true}}}}}}
		}, who{403, 403, 403, 200, 412}},
		"getMe": {get("/me"), all},
		"setDefaults": {func() call {
			return call{method: "PUT", path: "/me/defaults", body: obj{"language": "fr", "site": w.Site.ID, "funder": w.Funder.ID}}
		}, who{200, 200, 200, 200, 422}},
		"setMembership": {func() call {
			return call{method: "PUT", path: "/programs/" + w.Program.ID.String() + "/members/" + staff().ID.String(), body: obj{"member": true, "manager": false}}
		}, who{403, 403, 200, 200, 404}},
		"getStatement":     {get("/statement"), all},
		"publishStatement": {func() call { return call{method: "POST", path: "/statements", body: obj{"text": name}} }, who{403, 403, 403, 201, 201}},
		"listEvents":       {get("/events"), who{403, 403, 403, 200, 200}},

		"createSite": {func() call { return call{method: "POST", path: "/sites", body: site} }, who{403, 403, 403, 201, 201}},
		"getSite":    {get("/sites/" + w.Site.ID.String()), who{200, 200, 200, 200, 404}},
		"listSite":   {get("/sites"), all},
		"updateSite": {func() call {
			s := storetest.Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "S", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(w.T)
			return call{method: "PUT", path: "/sites/" + s.ID.String(), body: site, version: v(s.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createProgram": {func() call {
			return call{method: "POST", path: "/programs", body: obj{"name": name, "closed": false, "locations": []any{w.Site.ID}, "enroll_on_first_service": false}}
		}, who{403, 403, 403, 201, 422}},
		"getProgram":  {get("/programs/" + w.Program.ID.String()), who{200, 200, 200, 200, 404}},
		"listProgram": {get("/programs"), all},
		"updateProgram": {func() call {
			p := storetest.Must(w.Cases.Program(w.Admin, w.Second.ID))(w.T)
			return call{method: "PUT", path: "/programs/" + p.ID.String(), body: obj{"name": name}, version: v(p.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createFunder": {func() call {
			return call{method: "POST", path: "/funders", body: obj{"name": name, "system": "icare", "agreement": "S1", "closed": false}}
		}, who{403, 403, 403, 201, 201}},
		"getFunder":  {get("/funders/" + w.Funder.ID.String()), who{200, 200, 200, 200, 404}},
		"listFunder": {get("/funders"), all},
		"updateFunder": {func() call {
			f := storetest.Must(w.Cases.Funder(w.Admin, w.Funder.ID))(w.T)
			return call{method: "PUT", path: "/funders/" + f.ID.String(), body: obj{"name": name, "system": "icare"}, version: v(f.Version)}
		}, who{403, 403, 403, 200, 404}},
		"createStaff": {func() call {
			p := w.Profile()
			return call{method: "POST", path: "/staff", body: obj{"user": p.Given + p.Family, "name": "N", "email": "n@example.org", "phone": "416 555 0000", "roles": []string{"see_all"}, "programs": []any{obj{"program": w.Program.ID}},
				"deactivated": false, "defaults": obj{"site": w.Site.ID, "program": w.Program.ID, "funder": w.Funder.ID, "language": "fr"}}}
		}, who{403, 403, 403, 201, 422}},
		"getStaff":  {func() call { return call{method: "GET", path: "/staff/" + staff().ID.String()} }, who{200, 200, 200, 200, 404}},
		"listStaff": {get("/staff"), all},
		"updateStaff": {func() call {
			s := staff()
			return call{method: "PUT", path: "/staff/" + s.ID.String(), version: v(s.Version), body: obj{"user": s.User, "name": "N", "programs": []any{obj{"program": w.Program.ID, "manager": true}}}}
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

		"registerClient": {func() call {
			return call{method: "POST", path: "/clients", body: obj{"accepted": true, "language": "fr", "profile": profile(), "distinct": obj{"from": []any{w.Client().ID}, "reason": "r"}}}
		}, who{201, 201, 201, 201, 201}},
		"registerAnonymous": {func() call {
			return call{method: "POST", path: "/clients/anonymous", body: obj{"sketch": obj{"age_band": "25-44", "gender": "male", "language": "arabic", "immigration_class": "claimant", "postal_prefix": "M4C", "label": "l"}}}
		}, who{201, 201, 201, 201, 201}},
		"searchClients":   {get("/clients?name=am&limit=5"), all},
		"getClient":       {client("GET", "", nil), who{200, 200, 200, 200, 404}},
		"updateClient":    {client("PUT", "", func(*casemgmt.Client) any { return obj{"profile": profile()} }), who{200, 200, 200, 200, 404}},
		"acceptStatement": {client("POST", "/acceptance", func(*casemgmt.Client) any { return obj{"accepted": true, "language": "en"} }), who{201, 201, 201, 201, 404}},
		"withdrawConsent": {client("POST", "/withdrawal", func(*casemgmt.Client) any { return obj{"reason": "r"} }), who{201, 201, 201, 201, 404}},
		"startFamily":     {client("POST", "/family", func(*casemgmt.Client) any { return obj{} }), who{201, 201, 201, 201, 404}},
		"newFamilyMember": {func() call {
			c := w.Client()
			storetest.Must(w.Cases.StartFamily(w.Worker, casemgmt.StartFamily{ID: c.ID, Version: c.Version}))(w.T)
			return call{method: "GET", path: "/clients/" + c.ID.String() + "/family-member"}
		}, who{200, 200, 200, 200, 404}},
		"getClientDashboard": {client("GET", "/dashboard", nil), who{200, 200, 200, 200, 404}},

		"startSession": {func() call {
			body := w.details()
			body["from"], body["client"] = "profile", w.Client().ID
			body["clients"] = []any{obj{"client": w.Client().ID, "forms": []any{obj{"kind": "nonspec", "private": true, "funder": w.Funder.ID, "answers": obj{"description": "d"}, "own": obj{}}}}}
			return call{method: "POST", path: "/sessions", body: body}
		}, who{201, 201, 201, 201, 422}},
		"listSessions": {get("/sessions?limit=3"), all},
		"getSession":   {func() call { return call{method: "GET", path: "/sessions/" + start().ID.String()} }, who{200, 403, 200, 200, 404}},
		"updateSession": {func() call {
			x := start()
			return call{method: "PUT", path: "/sessions/" + x.ID.String(), body: w.details(), version: v(x.Version)}
		}, who{200, 403, 200, 403, 404}},
		"addClient": {in("/clients", func(*session.Session) any { return obj{"client": w.Client().ID} }), who{201, 403, 201, 403, 404}},
		"removeClient": {func() call {
			x := start()
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/clients/" + x.Participants[0].Client.String() + "/removal", body: obj{"reason": "r"}, version: v(x.Version)}
		}, who{201, 403, 201, 403, 404}},
		"restoreClient": {func() call {
			x := start()
			x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client}))(w.T)
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/clients/" + x.Participants[0].Client.String() + "/restoration", body: obj{}, version: v(x.Version)}
		}, who{201, 403, 403, 403, 404}},
		"addForm": {in("/forms", func(x *session.Session) any {
			return obj{"client": x.Participants[0].Client, "kind": "io", "program": w.Program.ID, "funder": w.Funder.ID, "private": false, "answers": obj{"arrival": "post"}, "own": obj{}}
		}), who{201, 403, 403, 403, 404}},
		"addDocument": {in("/documents", func(x *session.Session) any {
			return obj{"name": "a.txt", "content": []byte("x"), "form": x.Participants[0].Forms[0].ID}
		}), who{201, 403, 201, 403, 404}},
		"getDocument": {func() call {
			x := start()
			x = storetest.Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "a.txt", Content: []byte("x")}))(w.T)
			return call{method: "GET", path: "/sessions/" + x.ID.String() + "/documents/" + x.Documents[0].ID.String()}
		}, who{200, 403, 200, 200, 404}},
		"getForm": {func() call { return call{method: "GET", path: "/forms/" + form().ID.String()} }, who{200, 403, 200, 200, 404}},
		"checkForm": {func() call {
			return call{method: "GET", path: "/forms/" + form().ID.String() + "/check?stage=funder&funder=icare"}
		}, who{200, 403, 200, 200, 404}},
		"saveForm": {func() call {
			f := form()
			return call{method: "PUT", path: "/forms/" + f.ID.String(), version: v(f.Version), body: obj{"program": w.Program.ID, "funder": w.Funder.ID, "private": false, "answers": obj{"description": "d", "comments": "c"}, "own": obj{}}}
		}, who{200, 403, 200, 403, 404}},
		"removeForm": {func() call {
			f := form()
			return call{method: "POST", path: "/forms/" + f.ID.String() + "/removal", version: v(f.Version), body: obj{"reason": "r"}}
		}, who{201, 403, 201, 403, 404}},
		"restoreForm": {func() call {
			f := form()
			f = storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/forms/" + f.ID.String() + "/restoration", version: v(f.Version), body: obj{}}
		}, who{201, 403, 201, 403, 404}},
		"listMyIncomplete":   {get("/incomplete"), all},
		"listTeamIncomplete": {get("/incomplete/team"), who{403, 403, 200, 403, 200}},
		"getDashboard":       {get("/dashboard"), all},

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
		"listEnrollments": {client("GET", "/enrollments", nil), who{200, 200, 200, 200, 404}},
		"barClient": {func() call {
			return call{method: "POST", path: "/bars", body: obj{"client": w.Client().ID, "program": w.Program.ID, "reason": "r", "incident": "i", "start": storetest.Today, "end": storetest.Today, "permanent": false}}
		}, who{201, 403, 201, 201, 422}},
		"getBar": {func() call {
			return call{method: "GET", path: "/bars/" + w.Bar(w.Client().ID, storetest.Today, storetest.Today).ID.String()}
		}, who{200, 200, 200, 200, 404}},
		"liftBar": {func() call {
			b := w.Bar(w.Client().ID, storetest.Today, storetest.Today)
			return call{method: "POST", path: "/bars/" + b.ID.String() + "/lifting", version: v(b.Version), body: obj{"reason": "r"}}
		}, who{403, 403, 201, 201, 404}},
		"listBars": {client("GET", "/bars", nil), who{200, 200, 200, 200, 404}},
		"issueCard": {func() call {
			p := w.Profile()
			return call{method: "POST", path: "/clients/" + w.Client().ID.String() + "/cards", body: obj{"value": "CARD-" + p.Identifiers[0].Value, "expires": storetest.Today}}
		}, who{201, 201, 201, 201, 404}},
		"deactivateCard": {func() call {
			c := w.Card(w.Client().ID)
			return call{method: "POST", path: "/cards/" + c.ID.String() + "/deactivation", version: v(c.Version), body: obj{"reason": "r"}}
		}, who{201, 201, 201, 201, 404}},
		"listCards":     {client("GET", "/cards", nil), who{200, 200, 200, 200, 404}},
		"addStockCodes": {func() call { return call{method: "POST", path: "/stock-codes", body: obj{}} }, who{403, 403, 403, 201, 201}},
		"createServiceGroup": {func() call {
			return call{method: "POST", path: "/service-groups", body: obj{"name": name}}
		}, who{403, 403, 403, 201, 201}},
		"getServiceGroup":  {get("/service-groups/" + w.Codes["Lunch"].Group.String()), who{200, 200, 200, 200, 404}},
		"listServiceGroup": {get("/service-groups"), all},
		"updateServiceGroup": {func() call {
			g := storetest.Must(w.Enrolling.CreateServiceGroup(w.Admin, enroll.ServiceGroup{Name: w.Program.Name}))(w.T)
			return call{method: "PUT", path: "/service-groups/" + g.ID.String(), version: v(g.Version), body: obj{"name": name}}
		}, who{403, 403, 403, 200, 404}},
		"createServiceCode": {func() call {
			return call{method: "POST", path: "/service-codes", body: obj{"group": w.Codes["Lunch"].Group, "name": name, "from": storetest.Today, "to": storetest.Today}}
		}, who{403, 403, 403, 201, 422}},
		"getServiceCode":  {get("/service-codes/" + w.Codes["Lunch"].ID.String()), who{200, 200, 200, 200, 404}},
		"listServiceCode": {get("/service-codes?group=" + w.Codes["Lunch"].Group.String()), all},
		"updateServiceCode": {func() call {
			c := storetest.Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: w.Program.Name}))(w.T)
			return call{method: "PUT", path: "/service-codes/" + c.ID.String(), version: v(c.Version), body: obj{"group": c.Group, "name": name}}
		}, who{403, 403, 403, 200, 404}},

		"createBatch": {func() call { return call{method: "POST", path: "/batches", body: w.batch()} }, who{201, 403, 201, 201, 422}},
		"listBatches": {get("/batches?limit=2"), all},
		"getBatch":    {func() call { return call{method: "GET", path: "/batches/" + w.DropIn(true).ID.String()} }, who{200, 403, 200, 200, 404}},
		"updateBatch": {func() call {
			b := w.DropIn(true)
			return call{method: "PUT", path: "/batches/" + b.ID.String(), version: v(b.Version), body: w.batch()}
		}, who{200, 403, 200, 200, 404}},
		"startRun": {func() call {
			return call{method: "POST", path: "/batches/" + w.DropIn(true).ID.String() + "/runs", body: obj{"batch_date": storetest.Today, "service_date": storetest.Today}}
		}, who{201, 403, 201, 201, 404}},
		"listRuns": {func() call { return call{method: "GET", path: "/batches/" + w.DropIn(true).ID.String() + "/runs"} }, who{200, 403, 200, 200, 404}},
		"getRun":   {func() call { return call{method: "GET", path: "/runs/" + run().ID.String()} }, who{200, 403, 200, 200, 404}},
		"changeRun": {func() call {
			r := w.Use(w.DropIn(true), storetest.Today)
			return call{method: "PUT", path: "/runs/" + r.ID.String(), version: v(r.Version), body: obj{"batch_date": storetest.Today, "service_date": storetest.Today.AddDays(-1)}}
		}, who{200, 403, 200, 200, 404}},
		"addToRun": {func() call {
			return call{method: "POST", path: "/runs/" + run().ID.String() + "/clients", body: obj{"clients": []any{obj{"client": w.Enrolled().ID, "again": false}, obj{"number": w.Enrolled().Number, "again": true}}}}
		}, who{201, 403, 201, 201, 404}},
		"scanCards": {func() call {
			card := w.Card(w.Enrolled().ID)
			body := fmt.Sprintf(`{"scan":%q,"card":%q,"at":"2025-06-15T12:00:00Z"}`+"\n", card.ID, card.Value)
			return call{method: "POST", path: "/runs/" + run().ID.String() + "/scans", body: []byte(body), header: map[string]string{"Content-Type": "application/x-ndjson"}}
		}, who{200, 403, 200, 200, 404}},
		"postRun": {func() call {
			r := w.Use(w.DropIn(false), storetest.Today)
			w.Add(r, w.Enrolled().ID)
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/posting", body: obj{"after": ""}}
		}, who{201, 403, 201, 201, 404}},
		"listEntries":    {func() call { return call{method: "GET", path: "/runs/" + run().ID.String() + "/entries?state=posted"} }, who{200, 403, 200, 200, 404}},
		"findCandidates": {func() call { return call{method: "GET", path: "/runs/" + run().ID.String() + "/candidates?name=am"} }, who{200, 403, 200, 200, 404}},
		"reverseRun": {func() call {
			r := run()
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/reversal", version: v(r.Version), body: obj{"reason": "r"}}
		}, who{201, 403, 201, 201, 404}},
		"restoreRun": {func() call {
			r := run()
			r = storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/restoration", version: v(r.Version), body: obj{"reason": "r"}}
		}, who{201, 403, 201, 201, 404}},
		"listReversals": {func() call { return call{method: "GET", path: "/runs/" + run().ID.String() + "/reversals"} }, who{200, 403, 200, 200, 404}},
		"reverseEntry": {func() call {
			return call{method: "POST", path: entry(false) + "/reversal", body: obj{"reason": "r"}}
		}, who{201, 403, 201, 201, 404}},
		"restoreEntry": {func() call {
			return call{method: "POST", path: entry(true) + "/restoration", body: obj{"reason": "r"}}
		}, who{201, 403, 201, 201, 404}},
		"listServices": {client("GET", "/services", nil), who{200, 200, 200, 200, 404}},

		"listReports": {get("/reports"), all},
		"runReport":   {get("/reports/services_by_form_kind?from=2025-06-01&to=2025-06-30"), all},

		"listDefinitions": {get("/form-definitions"), all},
		"getDefinition":   {get("/form-definitions/io?definition=1"), all},
		"getFormSchema":   {get("/form-definitions/io/schema?stage=funder&funder=icare&lang=fr"), all},
		"listLists":       {get("/lists"), all},
		"getList":         {get("/lists/language"), all},
		"getCodes":        {get("/codes"), all},
	}
	maps.Copy(out, w.exportExamples())
	return out
}

type example struct {
	make func() call
	who  who
}

// who has the status for the worker, a worker of the second program, the
// program's manager, the administrator, and an administrator of another agency.
type who [5]int

var users = []string{"worker", "outsider", "manager", "admin", "other-admin"}
