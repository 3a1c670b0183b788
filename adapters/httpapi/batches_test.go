package httpapi_test

import (
	"fmt"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// batch is the content of one, all of it.
func (w *world) batch() obj {
	return obj{"description": "Visit", "auto_post": true, "provider": storetest.Must(w.Cases.Caller(w.Worker))(w.T).ID, "performer": "p", "comments": "c",
		"program": w.Program.ID, "location": w.Site.ID, "closed": false, "services": []any{obj{"code": w.Codes["Lunch"].ID, "units": 2}}}
}

// served is a run with a client.
func (w *world) served() *batch.Run {
	r := w.Use(w.DropIn(true), storetest.Today)
	w.Add(r, w.Enrolled().ID)
	return r
}

// entry is the path of a client of a run.
func (w *world) entry(reversed bool) string {
	r := w.served()
	key := storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(w.T).Items[0].ID
	if reversed {
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: key, Reason: "r"}))(w.T)
	}
	return "/runs/" + r.ID.String() + "/entries/" + key.String()
}

// batchExamples are those of batches; see world.examples.
func (w *world) batchExamples() map[string]example {
	return map[string]example{
		"createBatch": {func() call { return call{method: "POST", path: "/batches", body: w.batch()} }, who{201, 403, 201, 201, 422}},
		"listBatches": {get("/batches?limit=2"), all},
		"getBatch":    {func() call { return call{method: "GET", path: "/batches/" + w.DropIn(true).ID.String()} }, who{200, 403, 200, 200, 404}},
		"updateBatch": {func() call {
			b := w.DropIn(true)
			return call{method: "PUT", path: "/batches/" + b.ID.String(), version: v(b.Version), body: w.batch()}
		}, who{200, 403, 200, 200, 404}},
		"startRun": {func() call {
			return call{method: "POST", path: "/batches/" + w.DropIn(true).ID.String() + "/runs", body: obj{"batch_date": storetest.Today, "service_date": storetest.Today,
				"provider": storetest.Must(w.Cases.Caller(w.Colleague))(w.T).ID, "performer": "p", "comments": "c"}}
		}, who{201, 403, 201, 201, 404}},
		"listRuns": {func() call { return call{method: "GET", path: "/batches/" + w.DropIn(true).ID.String() + "/runs"} }, who{200, 403, 200, 200, 404}},
		"listRunsOn": {func() call {
			w.served()
			return call{method: "GET", path: "/runs?on=" + storetest.Today.String() + "&program=" + w.Program.ID.String() + "&limit=2"}
		}, who{200, 403, 200, 200, 200}},
		"getRun": {func() call { return call{method: "GET", path: "/runs/" + w.served().ID.String()} }, who{200, 403, 200, 200, 404}},
		"changeRun": {func() call {
			r := w.Use(w.DropIn(true), storetest.Today)
			return call{method: "PUT", path: "/runs/" + r.ID.String(), version: v(r.Version), body: obj{"batch_date": storetest.Today, "service_date": storetest.Today.AddDays(-1),
				"provider": storetest.Must(w.Cases.Caller(w.Colleague))(w.T).ID, "performer": "", "comments": ""}}
		}, who{200, 403, 200, 200, 404}},
		"addToRun": {func() call {
			return call{method: "POST", path: "/runs/" + w.served().ID.String() + "/clients", body: obj{"clients": []any{
				obj{"client": w.Enrolled().ID, "again": false}, obj{"number": w.Enrolled().Number, "again": true}, obj{"card": w.Card(w.Enrolled().ID).Value, "units": []any{obj{"code": w.Codes[enroll.DayShelter].ID, "units": 2}}}}}}
		}, who{200, 403, 200, 200, 404}},
		"scanCards": {func() call {
			card := w.Card(w.Enrolled().ID)
			body := fmt.Sprintf(`{"scan":%q,"card":%q,"at":"2025-06-16T02:31:00Z"}`+"\n", card.ID, card.Value)
			return call{method: "POST", path: "/runs/" + w.served().ID.String() + "/scans", body: []byte(body), header: map[string]string{"Content-Type": "application/x-ndjson"}}
		}, who{200, 403, 200, 200, 404}},
		"postRun": {func() call {
			r := w.Use(w.DropIn(false), storetest.Today)
			w.Add(r, w.Enrolled().ID)
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/posting", body: obj{"after": ""}}
		}, who{200, 403, 200, 200, 404}},
		"listEntries": {func() call {
			return call{method: "GET", path: "/runs/" + w.served().ID.String() + "/entries?state=posted"}
		}, who{200, 403, 200, 200, 404}},
		"findCandidates": {func() call {
			return call{method: "GET", path: "/runs/" + w.served().ID.String() + "/candidates?name=am"}
		}, who{200, 403, 200, 200, 404}},
		"findNames": {func() call {
			return call{method: "POST", path: "/runs/" + w.served().ID.String() + "/candidates", body: obj{"names": []any{"am", "ok"}}}
		}, who{200, 403, 200, 200, 404}},
		"reverseRun": {func() call {
			r := w.served()
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/reversal", version: v(r.Version), body: obj{"reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"restoreRun": {func() call {
			r := w.served()
			r = storetest.Must(w.Batches.ReverseRun(w.Worker, batch.ReverseRun{ID: r.ID, Version: r.Version, Reason: "r"}))(w.T)
			return call{method: "POST", path: "/runs/" + r.ID.String() + "/restoration", version: v(r.Version), body: obj{"reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"listReversals": {func() call { return call{method: "GET", path: "/runs/" + w.served().ID.String() + "/reversals"} }, who{200, 403, 200, 200, 404}},
		"reverseEntry": {func() call {
			return call{method: "POST", path: w.entry(false) + "/reversal", body: obj{"reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"restoreEntry": {func() call {
			return call{method: "POST", path: w.entry(true) + "/restoration", body: obj{"reason": "r"}}
		}, who{200, 403, 200, 200, 404}},
		"listServices": {w.ofClient("GET", "/services", nil), who{200, 200, 200, 200, 404}},
	}
}
