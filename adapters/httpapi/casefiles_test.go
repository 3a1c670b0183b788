package httpapi_test

import (
	"fmt"
	"strings"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
)

// caseFileExamples are those of case files, their activities and lists; see world.examples.
func (w *world) caseFileExamples() map[string]example {
	details := func() obj {
		return obj{"status": "open", "case_id": "K" + w.Profile().Identifiers[0].Value, "activity": w.Activity().ID, "attendance_profile": "FAMILY", "name": "The household at number 4",
			"overview": "Rent in arrears.", "project": "Homes first", "unidentified": 2}
	}
	joining := obj{"referral_source": "SELF", "primary_reason": "HOUSING", "other_reasons": []string{"MONEY"}, "exit_reason": "MOVED"}
	in := func(method, suffix string, body obj) func() call {
		return func() call {
			f := w.Case(w.Client().ID)
			return call{method: method, path: "/case-files/" + f.ID.String() + "/clients/" + f.Clients[0].Client.String() + suffix, version: v(f.Version), body: body}
		}
	}
	search := func(method, path string, body any) func() call {
		return func() call {
			w.Case(w.Client().ID)
			return call{method: method, path: path, body: body}
		}
	}
	activity := func(a *casefile.Activity) obj {
		return obj{"name": "Family support", "site": a.Site, "program": a.Program, "number": a.Number, "service_types": []string{"1"}, "from": storetest.Today, "to": storetest.Today.AddDays(300)}
	}
	session := func(id string) obj {
		return obj{"session_id": id, "date": storetest.Today.AddDays(-1), "time": "14:30", "minutes": 90, "unidentified": 3, "interpreter_present": true, "service_type": "1",
			"service_setting": "HOME", "topic": "HOUSING", "hardship_type": "DROUGHT", "referral_destination": "LEGAL", "workshop_code": "WRK01", "fees": 1250, "cost": 8000, "quantity": 2}
	}
	participant := func(c any) obj {
		return obj{"client": c, "type": "client", "internal_referral": obj{"purposes": []string{"HOUSING"}}, "external_referral": obj{"purposes": []string{"MONEY"}}}
	}
	assessment := func(c any) obj {
		return obj{"client": c, "assessment": obj{"type": "goals", "phase": "pre", "assessed_by": "joint", "scores": []obj{{"domain": "SKILLS", "value": 2}}, "note": "On arrival."}}
	}
	held := func() *casefile.Session {
		f := w.Case(w.Client().ID)
		return w.CaseSession(f, f.Clients[0].Client)
	}
	// of is an example of a session in which a client took part, whose body may name them.
	of := func(method, suffix string, body func(c casemgmt.ClientID) obj) func() call {
		return func() call {
			x := held()
			c := x.Participants[0].Client
			return call{method: method, path: "/case-sessions/" + x.ID.String() + strings.ReplaceAll(suffix, "{client}", c.String()), version: v(x.Version), body: body(c)}
		}
	}
	// scored is of with an assessment of the client.
	scored := func(method, suffix string, body func(c casemgmt.ClientID) obj) func() call {
		return func() call {
			x := held()
			c := x.Participants[0].Client
			x = storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(w.T)
			return call{method: method, path: "/case-sessions/" + x.ID.String() + suffix, version: v(x.Version), body: body(c)}
		}
	}
	reporting := func(number any) obj {
		return obj{"reporting_id": number, "consent_to_details": true, "consent_to_contact": false, "pseudonym": false, "birth_country": "7105", "home_language": "1201",
			"indigenous_origin": "NO", "has_disability": true, "disabilities": []string{"PHYSICAL"}, "accommodation": "RENTAL", "veterans_card": "NODVA", "has_carer": false, "is_carer": true,
			"homelessness": "ATRISK", "household": "SINGLE", "income_source": "WAGE", "income_frequency": "WEEKLY", "income": 610, "arrival_year": 2019, "arrival_month": 4,
			"visa_category": "SKILLED", "ancestry": "7107", "education": "YEAR12", "employment": "PART", "disability_scheme": "ELIGIBLE"}
	}
	return map[string]example{
		"addReporting": {func() call {
			w.SetUpReporting(true)
			return call{method: "POST", path: "/clients/" + w.Client().ID.String() + "/reporting", body: reporting(fmt.Sprintf("W-%d", w.Next()))}
		}, who{201, 201, 201, 201, 404}},
		"getReporting": {func() call { return call{method: "GET", path: "/clients/" + w.Reported().ID.String() + "/reporting"} }, who{200, 200, 200, 200, 404}},
		"updateReporting": {func() call {
			p := w.Reported()
			return call{method: "PUT", path: "/clients/" + p.ID.String() + "/reporting", version: v(p.Version), body: reporting(fmt.Sprintf("W-%d", w.Next()))}
		}, who{200, 200, 200, 200, 404}},
		"addCaseSession": {func() call {
			f := w.Case(w.Client().ID)
			body := session("Week 1")
			body["participants"] = []obj{participant(f.Clients[0].Client)}
			return call{method: "POST", path: "/case-files/" + f.ID.String() + "/sessions", body: body}
		}, who{201, 403, 201, 201, 404}},
		"listCaseSessions": {func() call {
			x := held()
			return call{method: "GET", path: "/case-files/" + x.Case.String() + "/sessions"}
		}, who{200, 403, 200, 200, 404}},
		"getCaseSession": {func() call {
			f := w.Case(w.Client().ID, w.Client().ID)
			c := f.Clients[0].Client
			x := storetest.Must(w.CaseFiles.AddSession(w.Worker, casefile.AddSession{Case: f.ID, SessionDetails: casefile.SessionDetails{Date: storetest.Today, ServiceType: "1"},
				Participants: []casefile.Attendance{{Client: c, Type: casefile.AsClient, ExternalReferral: &casefile.Referral{Purposes: []string{"HOUSING"}}}}}))(w.T)
			x = storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: c, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(w.T)
			x = storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: x.ID, Version: x.Version, Assessment: storetest.Assessed(score.Community, score.Pre, 3)}))(w.T)
			storetest.Must(w.CaseFiles.WriteNote(w.Worker, casefile.WriteNote{ID: x.ID, Version: x.Version, Text: "Came with her sister."}))(w.T)
			return call{method: "GET", path: "/case-sessions/" + x.ID.String()}
		}, who{200, 403, 200, 200, 404}},
		"updateCaseSession": {of("PUT", "", func(casemgmt.ClientID) obj { return session("Week 2") }), who{200, 403, 200, 200, 404}},
		"removeCaseSession": {of("POST", "/removal", func(casemgmt.ClientID) obj { return obj{"reason": "another case"} }), who{200, 403, 200, 200, 404}},
		"restoreCaseSession": {func() call {
			x := held()
			x = storetest.Must(w.CaseFiles.RemoveSession(w.Worker, casefile.RemoveSession{ID: x.ID, Version: x.Version, Reason: "another case"}))(w.T)
			return call{method: "POST", path: "/case-sessions/" + x.ID.String() + "/restoration", version: v(x.Version), body: obj{}}
		}, who{200, 403, 200, 200, 404}},
		"addParticipants": {func() call {
			f := w.Case(w.Client().ID)
			x := w.CaseSession(f)
			return call{method: "POST", path: "/case-sessions/" + x.ID.String() + "/participants", version: v(x.Version), body: obj{"participants": []obj{participant(f.Clients[0].Client)}}}
		}, who{200, 403, 200, 200, 404}},
		"updateParticipant": {of("PUT", "/participants/{client}", func(c casemgmt.ClientID) obj {
			p := participant(c)
			delete(p, "client")
			return p
		}), who{200, 403, 200, 200, 404}},
		"removeParticipant": {of("POST", "/participants/{client}/removal", func(casemgmt.ClientID) obj { return obj{} }), who{200, 403, 200, 200, 404}},
		"assess":            {of("POST", "/assessments", func(c casemgmt.ClientID) obj { return assessment(c) }), who{200, 403, 200, 200, 404}},
		"correctAssessment": {scored("PUT", "/assessments", func(c casemgmt.ClientID) obj { return assessment(c) }), who{200, 403, 200, 200, 404}},
		"removeAssessment": {scored("POST", "/assessments/removal", func(c casemgmt.ClientID) obj { return obj{"client": c, "type": "goals", "phase": "pre"} }),
			who{200, 403, 200, 200, 404}},
		"writeCaseNote": {of("PUT", "/note", func(casemgmt.ClientID) obj { return obj{"text": "Came with her sister.", "private": true} }), who{200, 403, 200, 200, 404}},
		"getCaseProgress": {func() call {
			f := w.Case(w.Client().ID)
			c := f.Clients[0].Client
			before, after := w.CaseSessionOn(f, storetest.Today.AddDays(-9), c), w.CaseSession(f, c)
			storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: before.ID, Version: before.Version, Client: c, Assessment: storetest.Assessed(score.Goals, score.Pre, 2)}))(w.T)
			storetest.Must(w.CaseFiles.Assess(w.Worker, casefile.Assess{ID: after.ID, Version: after.Version, Client: c, Assessment: storetest.Assessed(score.Goals, score.Post, 4)}))(w.T)
			return call{method: "GET", path: "/case-progress?case=" + f.ID.String() + "&client=" + c.String() + "&program=" + f.Program.String() + "&from=" + before.Date.String() + "&to=" + after.Date.String()}
		}, who{200, 403, 200, 200, 422}},
		"openCaseFile":    {func() call { return call{method: "POST", path: "/case-files", body: details()} }, who{201, 403, 201, 201, 422}},
		"searchCaseFiles": {search("GET", "/case-files?client=a&status=open", nil), who{200, 200, 200, 200, 200}},
		"findCaseFiles":   {search("POST", "/case-files/search", obj{"client": "a", "status": "open", "limit": 5, "after": ""}), who{200, 200, 200, 200, 200}},
		"getCaseFile": {func() call {
			return call{method: "GET", path: "/case-files/" + w.Case(w.Client().ID).ID.String()}
		}, who{200, 403, 200, 200, 404}},
		"updateCaseFile": {func() call {
			f := w.Case()
			return call{method: "PUT", path: "/case-files/" + f.ID.String(), version: v(f.Version), body: details()}
		}, who{200, 403, 200, 200, 404}},
		"addCaseClient": {func() call {
			f := w.Case()
			return call{method: "POST", path: "/case-files/" + f.ID.String() + "/clients", version: v(f.Version), body: obj{"client": w.Client().ID, "referral_source": "SELF",
				"primary_reason": "HOUSING", "other_reasons": []string{"MONEY"}, "exit_reason": "MOVED"}}
		}, who{200, 403, 200, 200, 404}},
		"updateCaseClient": {in("PUT", "", joining), who{200, 403, 200, 200, 404}},
		"removeCaseClient": {in("POST", "/removal", obj{}), who{200, 403, 200, 200, 404}},
		"listClientCaseFiles": {func() call {
			f := w.Case(w.Client().ID)
			return call{method: "GET", path: "/clients/" + f.Clients[0].Client.String() + "/case-files"}
		}, who{200, 200, 200, 200, 404}},
		"loadReferenceList": {func() call {
			w.LoadLists()
			return call{method: "POST", path: "/reference-lists", body: obj{"list": "exit_reason", "from": storetest.Today.AddDays(30),
				"codes": []obj{{"code": "MOVED", "label": "Moved", "uncertain": true}, {"code": "NEEDSMET", "label": "Needs met"}}}}
		}, who{403, 403, 403, 201, 201}},
		"loadReferenceFile": {func() call {
			w.LoadLists()
			return call{method: "POST", path: "/reference-lists/file?from=" + storetest.Today.AddDays(60).String(), header: map[string]string{"Content-Type": "application/octet-stream"},
				body: []byte(`<?xml version="1.0"?><DEXReferenceData><ReferenceDataItems CodeType="ExitReason"><Item><CodeValue>MOVED</CodeValue>` +
					`<CodeDescription>Moved</CodeDescription></Item></ReferenceDataItems></DEXReferenceData>`)}
		}, who{403, 403, 403, 200, 200}},
		"listReferenceLists":   {search("GET", "/reference-lists", nil), all},
		"createOutletActivity": {func() call { return call{method: "POST", path: "/outlet-activities", body: activity(w.Activity())} }, who{403, 403, 403, 201, 422}},
		"getOutletActivity":    {func() call { return call{method: "GET", path: "/outlet-activities/" + w.Activity().ID.String()} }, who{200, 200, 200, 200, 404}},
		"listOutletActivity":   {search("GET", "/outlet-activities", nil), all},
		"updateOutletActivity": {func() call {
			a := w.Activity()
			return call{method: "PUT", path: "/outlet-activities/" + a.ID.String(), version: v(a.Version), body: activity(a)}
		}, who{403, 403, 403, 200, 404}},
	}
}
