package httpapi_test

import (
	"context"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// started is a session of the worker with an incomplete form.
func (w *world) started(ctx context.Context, c casemgmt.ClientID) *session.Session {
	d := w.Details()
	return storetest.Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: c,
		Forms: []session.StartForm{{Kind: "nonspec"}}}}}))(w.T)
}

// details are those of a session, all of them.
func (w *world) details() obj {
	return obj{"service_date": storetest.Today, "start_time": "10:30", "site": w.Site.ID, "minutes": 45, "languages": []string{"english"}, "delivery": "phone",
		"hours": 1, "interpreter": true, "interpreters": 1, "partner": "Library", "notes": "n", "comments": "c", "funders": []any{w.Funder.ID},
		"type": "direct", "point_of_entry": false}
}

// inSession is a request about a new session of the worker.
func (w *world) inSession(suffix string, body func(x *session.Session) any) func() call {
	return func() call {
		x := w.started(w.Worker, w.Client().ID)
		return call{method: "POST", path: "/sessions/" + x.ID.String() + suffix, body: body(x), version: v(x.Version)}
	}
}

// sessionExamples are those of sessions; see world.examples.
func (w *world) sessionExamples() map[string]example {
	form := func() *session.Form { return w.started(w.Worker, w.Client().ID).Participants[0].Forms[0] }
	start := func() *session.Session { return w.started(w.Worker, w.Client().ID) }
	return map[string]example{
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
		"addClient": {w.inSession("/clients", func(*session.Session) any { return obj{"client": w.Client().ID} }), who{201, 403, 201, 403, 404}},
		"removeClient": {func() call {
			x := start()
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/clients/" + x.Participants[0].Client.String() + "/removal", body: obj{"reason": "r"}, version: v(x.Version)}
		}, who{200, 403, 200, 403, 404}},
		"restoreClient": {func() call {
			x := start()
			x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client}))(w.T)
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/clients/" + x.Participants[0].Client.String() + "/restoration", body: obj{}, version: v(x.Version)}
		}, who{200, 403, 403, 403, 404}},
		"addForm": {w.inSession("/forms", func(x *session.Session) any {
			return obj{"client": x.Participants[0].Client, "kind": "io", "program": w.Program.ID, "funder": w.Funder.ID, "private": false, "answers": obj{"arrival": "post"}, "own": obj{}}
		}), who{201, 403, 403, 403, 404}},
		"addDocument": {w.inSession("/documents", func(x *session.Session) any {
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
			return call{method: "PUT", path: "/forms/" + f.ID.String(), version: v(f.Version), body: obj{"program": w.Program.ID, "funder": w.Funder.ID, "private": false, "answers": obj{"description": "d", "comments": "c"}, "own": obj{}, "empty": []any{}}}
		}, who{200, 403, 200, 403, 404}},
		"cancelSession": {func() call {
			x := w.Start(w.Worker, w.Client().ID, "io")
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/cancellation", version: v(x.Version), body: obj{"reason": "r"}}
		}, who{200, 403, 200, 403, 404}},
		"restoreSession": {func() call {
			x := w.Start(w.Worker, w.Client().ID, "io")
			x = storetest.Must(w.Sessions.Cancel(w.Worker, session.Cancel{ID: x.ID, Version: x.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/sessions/" + x.ID.String() + "/restoration", version: v(x.Version), body: obj{}}
		}, who{200, 403, 200, 403, 404}},
		"removeForm": {func() call {
			f := form()
			return call{method: "POST", path: "/forms/" + f.ID.String() + "/removal", version: v(f.Version), body: obj{"reason": "r"}}
		}, who{200, 403, 200, 403, 404}},
		"restoreForm": {func() call {
			f := form()
			f = storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/forms/" + f.ID.String() + "/restoration", version: v(f.Version), body: obj{}}
		}, who{200, 403, 200, 403, 404}},
		"listMyIncomplete":   {get("/incomplete"), all},
		"listTeamIncomplete": {get("/incomplete/team"), who{403, 403, 200, 403, 200}},
	}
}
