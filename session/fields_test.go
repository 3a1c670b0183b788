package session_test

import (
	"maps"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

// fieldRules are those of single fields of the stock forms.
var fieldRules = storetest.Rules{
	"HDR-01 a form needs a program, one of the worker's": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		f := x.Participants[0].Forms[0]
		storetest.Equal(t, "program", f.Program, w.Program.ID)
		f = storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Answers: w.Answers("nonspec")}, Empty: []string{"program"}}))(t)
		storetest.Diff(t, []string{"/program required HDR-01"}, []string{f.Missing[0].Path + " " + f.Missing[0].Code + " " + f.Missing[0].Rule})
		_, err := w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: w.Second.ID}})
		storetest.Refused(t, err, "/program", "not_member", "ACC-03")
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: w.OtherProgram.ID}})
		storetest.Refused(t, err, "/program", "no_such_record", "HDR-01")
	},
	"HDR-02 an ongoing service is warned of before an export": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "cc")
		f := storetest.Must(w.Save(x.Participants[0].Forms[0], answers{"status": "ongoing"}))(t)
		storetest.Equal(t, "warnings while filling in", len(f.Warnings), 0)
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		storetest.Warned(t, checked.Issues, "ongoing_not_updatable", "HDR-02")
	},
	"HDR-03 ended early needs a reason": func(t *testing.T, w *storetest.World) {
		m := missing(w, "io", answers{"status": "ended_early"})
		storetest.Diff(t, map[string]string{"/answers/leave_reason": "required CMP-05"}, m)
		storetest.Refused(t, saving(w, "io", answers{"status": "completed", "leave_reason": "found_employment"}), "/answers/leave_reason", "not_applicable", "HDR-03")
	},
	"FLD-io mandatory fields, and the group size of a group": func(t *testing.T, w *storetest.World) {
		for _, k := range []string{"arrival", "start", "language", "official_language", "received", "support_received"} {
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, "io", answers{k: nil}))
		}
		storetest.Diff(t, map[string]string{"/answers/group_size": "required CMP-05"}, missing(w, "io", answers{"received": "group"}))
	},
	"CMP-05 an answer that shows nothing is none": func(t *testing.T, w *storetest.World) {
		storetest.Diff(t, map[string]string{"/answers/description": "required CMP-05"}, missing(w, "nonspec", answers{"description": storetest.Nothing}))
	},
	"FLD-io-1 at least one topic": func(t *testing.T, w *storetest.World) {
		storetest.Diff(t, map[string]string{"/answers/topic_overview_given": "choose_one FLD-io-1"}, missing(w, "io", answers{"topic_housing_given": nil}))
		storetest.Diff(t, map[string]string{}, missing(w, "io", answers{"topic_housing_given": nil, "topic_law_referral": true}))
		storetest.Diff(t, map[string]string{"/answers/topic_overview_given": "choose_one FLD-io-1"}, missing(w, "io", answers{"topic_housing_given": false}))
	},
	"FLD-needs mandatory fields, purposes and other needs": func(t *testing.T, w *storetest.World) {
		for _, k := range []string{"start", "language", "official_language", "support_required", "other_needs", "support_received", "plan_completed"} {
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, "needs", answers{k: nil}))
		}
		m := missing(w, "needs", answers{"need_find_employment": true, "need_language_skills": true, "referral_language_skills": true})
		storetest.Diff(t, map[string]string{"/answers/purpose_language_skills": "required CMP-05", "/answers/employment_timeframe": "required CMP-05",
			"/answers/work_experience": "required CMP-05", "/answers/noc_level": "required CMP-05", "/answers/credential_intent": "required CMP-05"}, m)
		storetest.Refused(t, saving(w, "needs", answers{"referral_life": true}), "/answers/referral_life", "not_applicable", "")
		storetest.Diff(t, map[string]string{"/answers/other_need_food": "choose_one FLD-needs"}, missing(w, "needs", answers{"other_needs": true}))
	},
	"FLD-needs-1 a second assessment is warned of, not refused": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "needs")
		storetest.Equal(t, "warnings", len(x.Warnings), 0)
		x = w.Start(w.Worker, c.ID, "needs")
		storetest.Warned(t, x.Warnings, "needs_again", "FLD-needs-1")
	},
	"FLD-needs-2 a completed plan needs a plan of the client": func(t *testing.T, w *storetest.World) {
		storetest.Diff(t, map[string]string{"/answers/plan": "required CMP-05"}, missing(w, "needs", answers{"plan_completed": true}))
		c, d := w.Client(), w.Client()
		mine := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Work"}}))(t)
		others := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: d.ID, Goals: []string{"Work"}}))(t)
		f := w.Start(w.Worker, c.ID, "needs").Participants[0].Forms[0]
		a := w.Answers("needs")
		a["plan_completed"], a["plan"] = true, others.ID.String()
		_, err := w.Save(f, a)
		storetest.Refused(t, err, "/answers/plan", "no_such_record", "FLD-needs-2")
		a["plan"] = mine.ID.String()
		if f := storetest.Must(w.Save(f, a))(t); f.Completion == nil {
			t.Errorf("missing %v", f.Missing)
		}
	},
	"FLD-employment FLD-employment-1 only the chosen intervention's fields": func(t *testing.T, w *storetest.World) {
		storetest.Refused(t, saving(w, "employment", answers{"short_services": []any{map[string]any{"service": "employment_counselling", "date": "2025-06-01"}}}), "/answers/short_services", "not_applicable", "FLD-employment-1")
		storetest.Refused(t, saving(w, "employment", answers{"start": "2025-06-01"}), "/answers/start", "not_applicable", "FLD-employment-1")
		long := answers{"intervention": "long_term", "referral_to": nil, "referral_date": nil}
		storetest.Diff(t, map[string]string{"/answers/intervention_received": "required CMP-05", "/answers/start": "required CMP-05", "/answers/status": "required CMP-05"},
			missing(w, "employment", long))
		long["intervention_received"], long["start"], long["status"], long["profession"] = "licensure", "2025-06-01", "completed", "cook"
		storetest.Diff(t, map[string]string{"/answers/end": "required CMP-05"}, missing(w, "employment", long))
		long["status"] = "ongoing"
		storetest.Diff(t, map[string]string{}, missing(w, "employment", long))
		short := answers{"intervention": "short_term", "referral_to": nil, "referral_date": nil, "short_services": []any{map[string]any{"service": "networking"}}}
		storetest.Diff(t, map[string]string{"/answers/short_services/0/date": "required CMP-05"}, missing(w, "employment", short))
	},
	"FLD-nonspec the description is mandatory": func(t *testing.T, w *storetest.World) {
		storetest.Diff(t, map[string]string{"/answers/description": "required CMP-05"}, missing(w, "nonspec", answers{"description": nil}))
	},
	"FLD-refugee FLD-refugee-1 dates of services, late ones with a warning": func(t *testing.T, w *storetest.World) {
		storetest.Diff(t, map[string]string{"/answers/met_date": "required CMP-05", "/answers/arrival": "required CMP-05"}, missing(w, "refugee", answers{"arrival": nil, "met": true}))
		x := w.Start(w.Worker, w.Client().ID, "refugee")
		f := storetest.Must(w.Save(x.Participants[0].Forms[0], answers{"arrival": "2025-01-01", "reception": true, "reception_date": "2025-02-12"}))(t)
		storetest.Equal(t, "warnings on day 42", len(f.Warnings), 0)
		f = storetest.Must(w.Save(f, answers{"arrival": "2025-01-01", "reception": true, "reception_date": "2025-02-13"}))(t)
		storetest.Warned(t, f.Warnings, "late_after_arrival", "FLD-refugee-1")
		if f.Completion == nil {
			t.Error("a warning kept it from being complete")
		}
	},
	"FLD-cc the service fits the activity": func(t *testing.T, w *storetest.World) {
		for _, k := range []string{"network", "activity", "topic", "received", "status", "start"} {
			if m := missing(w, "cc", answers{k: nil}); m["/answers/"+k] != "required CMP-05" {
				t.Errorf("without %s: %v", k, m)
			}
		}
		storetest.Diff(t, map[string]string{"/answers/received": "does_not_fit FLD-cc"}, missing(w, "cc", answers{"received": "group_events_group"}))
		storetest.Diff(t, map[string]string{"/answers/topic": "does_not_fit FLD-cc"}, missing(w, "cc", answers{"topic": "canadian_society"}))
		storetest.Diff(t, map[string]string{}, missing(w, "cc", answers{"topic": "labour_market"}))
	},
	"FLD-langassess mandatory answers": func(t *testing.T, w *storetest.World) {
		for k := range w.Answers("langassess") {
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, "langassess", answers{k: nil}))
		}
		storetest.Refused(t, saving(w, "langassess", answers{"listening": "lit_1"}), "/answers/listening", "unknown_option", "") // literacy is for reading and writing
	},
	"FLD-jd_needs FLD-jd_progress mandatory answers": func(t *testing.T, w *storetest.World) {
		for _, kind := range []string{"jd_needs", "jd_progress"} {
			for k := range w.Answers(kind) {
				storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, kind, answers{k: nil}))
			}
		}
	},
	"FLD-jd_placement FLD-jd_placement-1 one employer of the directory": func(t *testing.T, w *storetest.World) {
		for k := range w.Answers("jd_placement") {
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, "jd_placement", answers{k: nil}))
		}
		storetest.Refused(t, saving(w, "jd_placement", answers{"employer": w.Mentor.ID.String()}), "/answers/employer", "no_such_record", "FLD-jd_placement-1")
		storetest.Diff(t, map[string]string{"/answers/end_reason": "required CMP-05"}, missing(w, "jd_placement", answers{"placement_status": "ended_early"}))
	},
	"FLD-mentor_match a mentor of the directory": func(t *testing.T, w *storetest.World) {
		for k := range w.Answers("mentor_match") {
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, missing(w, "mentor_match", answers{k: nil}))
		}
		storetest.Refused(t, saving(w, "mentor_match", answers{"mentor": w.Employer.ID.String()}), "/answers/mentor", "no_such_record", "FLD-mentor_match")
	},
	"FLD-mentor_update an open match of the same client": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		match := w.Start(w.Worker, c.ID, "mentor_match").Participants[0].Forms[0]
		update := func(client casemgmt.ClientID, status string) error {
			d := w.Details()
			d.Type = session.DirectJobDevelopment
			a := answers{"match": match.ID.String(), "date": "2025-06-15", "match_status": status}
			if status == "ended_early" {
				a["end_reason"] = "Moved"
			}
			x, err := w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: client,
				Forms: []session.StartForm{{Kind: "mentor_update", Content: session.Content{Answers: a}}}}}})
			if err == nil && !x.Complete {
				t.Errorf("missing %v", x.Participants[0].Forms[0].Missing)
			}
			return err
		}
		storetest.Refused(t, update(w.Client().ID, "continuing"), "/clients/0/forms/0/answers/match", "no_such_record", "FLD-mentor_update")
		for _, status := range []string{"continuing", "ended_early"} {
			if err := update(c.ID, status); err != nil {
				t.Fatal(err)
			}
		}
		storetest.Refused(t, update(c.ID, "continuing"), "/clients/0/forms/0/answers/match", "no_such_record", "FLD-mentor_update") // it is over
	},
	"FLD-finance FLD-finance-1 services or outcomes": func(t *testing.T, w *storetest.World) {
		for k := range w.Answers("finance") {
			m := missing(w, "finance", func() answers {
				if k == "record" {
					return answers{"record": nil, "services": nil}
				}
				return answers{k: nil}
			}())
			storetest.Diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, m)
		}
		both := []any{map[string]any{"outcome": "account_opened"}}
		storetest.Refused(t, saving(w, "finance", answers{"outcomes": both}), "/answers/outcomes", "not_applicable", "FLD-finance-1")
		storetest.Diff(t, map[string]string{}, missing(w, "finance", answers{"record": "outcomes", "services": nil, "outcomes": both}))
		storetest.Diff(t, map[string]string{"/answers/services/0/tax_year": "required CMP-05"}, missing(w, "finance", answers{"services": []any{map[string]any{"service": "tax"}}}))
	},
	"SUP-02 children with age and kind of care, at most five": func(t *testing.T, w *storetest.World) {
		on := answers{"support_received": true, "childminding": true}
		storetest.Diff(t, map[string]string{"/answers/children": "required CMP-05"}, missing(w, "io", on))
		child := map[string]any{"age": "infant", "care": "short_term"}
		on["children"] = []any{map[string]any{"age": "infant"}}
		storetest.Diff(t, map[string]string{"/answers/children/0/care": "required CMP-05"}, missing(w, "io", on))
		on["children"] = []any{child, child, child, child, child, child}
		storetest.Refused(t, saving(w, "io", on), "/answers/children", "too_many", "")
	},
	"SUP-03 no excludes all kinds, yes needs one, two different languages": func(t *testing.T, w *storetest.World) {
		storetest.Refused(t, saving(w, "io", answers{"transportation": true}), "/answers/transportation", "not_applicable", "SUP-03")
		storetest.Diff(t, map[string]string{"/answers/childminding": "choose_one SUP-03"}, missing(w, "io", answers{"support_received": true}))
		on := answers{"support_received": true, "translation": true, "translation_from": "arabic", "translation_to": "arabic"}
		storetest.Diff(t, map[string]string{"/answers/translation_to": "same_language SUP-03"}, missing(w, "io", on))
		on["translation_to"] = "french"
		storetest.Diff(t, map[string]string{}, missing(w, "io", on))
	},
	"FLD-mentor_update an update can be corrected after its match is over": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		match := w.Start(w.Worker, c.ID, "mentor_match").Participants[0].Forms[0]
		d := w.Details()
		d.Type = session.DirectJobDevelopment
		var first *session.Form
		for _, status := range []string{"continuing", "completed"} {
			x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{{Kind: "mentor_update",
				Content: session.Content{Answers: answers{"match": match.ID.String(), "date": "2025-06-15", "match_status": status}}}}}}}))(t)
			if first == nil {
				first = x.Participants[0].Forms[0]
			}
		}
		storetest.Must(w.Save(first, answers{"match": match.ID.String(), "date": "2025-06-14", "match_status": "continuing"}))(t)
	},
}

// missing are the paths that keep a kind of form with some answers from being
// complete, starting from answers that complete it. A nil value takes one out.
func missing(w *storetest.World, kind string, change forms.Answers) map[string]string {
	w.T.Helper()
	x := w.Start(w.Worker, w.Client().ID, kind)
	a := w.Answers(kind)
	maps.Copy(a, change)
	f := storetest.Must(w.Save(x.Participants[0].Forms[0], a))(w.T)
	out := map[string]string{}
	for _, m := range f.Missing {
		out[m.Path] = m.Code + " " + m.Rule
	}
	return out
}

// saving saves a new form of a kind with some answers of a complete one changed.
func saving(w *storetest.World, kind string, change forms.Answers) error {
	w.T.Helper()
	x := w.Start(w.Worker, w.Client().ID, kind)
	a := w.Answers(kind)
	maps.Copy(a, change)
	_, err := w.Save(x.Participants[0].Forms[0], a)
	return err
}

// answers are some of a form.
type answers = forms.Answers
