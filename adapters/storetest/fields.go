package storetest

import (
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

func ownQuestion() casemgmt.Question {
	return casemgmt.Question{Form: "io", Field: forms.Field{Key: "heard", Kind: forms.Text, Label: i18n.T("Heard of us", "Nous connaît par"), Required: forms.Always()}}
}

// missing are the paths that keep a kind of form with some answers from being
// complete, starting from answers that complete it. A nil value takes one out.
func (w *World) missing(kind string, change forms.Answers) map[string]string {
	w.T.Helper()
	x := w.Start(w.Worker, w.Client().ID, kind)
	a := w.Answers(kind)
	for k, v := range change {
		a[k] = v
	}
	f := Must(w.save(x.Participants[0].Forms[0], a))(w.T)
	out := map[string]string{}
	for _, m := range f.Missing {
		out[m.Path] = m.Code + " " + m.Rule
	}
	return out
}

// rejects expects that answers are refused when they are saved.
func (w *World) rejects(kind string, change forms.Answers, path, code, ruleID string) {
	w.T.Helper()
	x := w.Start(w.Worker, w.Client().ID, kind)
	a := w.Answers(kind)
	for k, v := range change {
		a[k] = v
	}
	_, err := w.save(x.Participants[0].Forms[0], a)
	refused(w.T, err, path, code, ruleID)
}

type answers = forms.Answers

var fieldRules = []rule{
	{"HDR-01 a form needs a program, one of the worker's", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		f := x.Participants[0].Forms[0]
		equal(t, "program", f.Program, w.Program.ID)
		f = Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Answers: w.Answers("nonspec")}}))(t)
		diff(t, []string{"/program required HDR-01"}, []string{f.Missing[0].Path + " " + f.Missing[0].Code + " " + f.Missing[0].Rule})
		_, err := w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: w.Second.ID}})
		refused(t, err, "/program", "not_member", "ACC-03")
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: w.OtherProgram.ID}})
		refused(t, err, "/program", "no_such_record", "HDR-01")
	}},
	{"HDR-02 an ongoing service is warned of before an export", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "cc")
		f := Must(w.save(x.Participants[0].Forms[0], answers{"status": "ongoing"}))(t)
		equal(t, "warnings while filling in", len(f.Warnings), 0)
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		warned(t, checked.Issues, "ongoing_not_updatable", "HDR-02")
	}},
	{"HDR-03 ended early needs a reason", func(t *testing.T, w *World) {
		m := w.missing("io", answers{"status": "ended_early"})
		diff(t, map[string]string{"/answers/leave_reason": "required CMP-05"}, m)
		w.rejects("io", answers{"status": "completed", "leave_reason": "found_employment"}, "/answers/leave_reason", "not_applicable", "HDR-03")
	}},
	{"FLD-io mandatory fields, and the group size of a group", func(t *testing.T, w *World) {
		for _, k := range []string{"arrival", "start", "language", "official_language", "received", "support_received"} {
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing("io", answers{k: nil}))
		}
		diff(t, map[string]string{"/answers/group_size": "required CMP-05"}, w.missing("io", answers{"received": "group"}))
	}},
	{"FLD-io-1 at least one topic", func(t *testing.T, w *World) {
		diff(t, map[string]string{"/answers/topic_overview_given": "choose_one FLD-io-1"}, w.missing("io", answers{"topic_housing_given": nil}))
		diff(t, map[string]string{}, w.missing("io", answers{"topic_housing_given": nil, "topic_law_referral": true}))
		diff(t, map[string]string{"/answers/topic_overview_given": "choose_one FLD-io-1"}, w.missing("io", answers{"topic_housing_given": false}))
	}},
	{"FLD-needs mandatory fields, purposes and other needs", func(t *testing.T, w *World) {
		for _, k := range []string{"start", "language", "official_language", "support_required", "other_needs", "support_received", "plan_completed"} {
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing("needs", answers{k: nil}))
		}
		m := w.missing("needs", answers{"need_find_employment": true, "need_language_skills": true, "referral_language_skills": true})
		diff(t, map[string]string{"/answers/purpose_language_skills": "required CMP-05", "/answers/employment_timeframe": "required CMP-05",
			"/answers/work_experience": "required CMP-05", "/answers/noc_level": "required CMP-05", "/answers/credential_intent": "required CMP-05"}, m)
		w.rejects("needs", answers{"referral_life": true}, "/answers/referral_life", "not_applicable", "")
		diff(t, map[string]string{"/answers/other_need_food": "choose_one FLD-needs"}, w.missing("needs", answers{"other_needs": true}))
	}},
	{"FLD-needs-1 a second assessment is warned of, not refused", func(t *testing.T, w *World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "needs")
		equal(t, "warnings", len(x.Warnings), 0)
		x = w.Start(w.Worker, c.ID, "needs")
		warned(t, x.Warnings, "needs_again", "FLD-needs-1")
	}},
	{"FLD-needs-2 a completed plan needs a plan of the client", func(t *testing.T, w *World) {
		diff(t, map[string]string{"/answers/plan": "required CMP-05"}, w.missing("needs", answers{"plan_completed": true}))
		c, d := w.Client(), w.Client()
		mine := Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Work"}}))(t)
		others := Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: d.ID, Goals: []string{"Work"}}))(t)
		f := w.Start(w.Worker, c.ID, "needs").Participants[0].Forms[0]
		a := w.Answers("needs")
		a["plan_completed"], a["plan"] = true, others.ID.String()
		_, err := w.save(f, a)
		refused(t, err, "/answers/plan", "no_such_record", "FLD-needs-2")
		a["plan"] = mine.ID.String()
		if f := Must(w.save(f, a))(t); f.Completion == nil {
			t.Errorf("missing %v", f.Missing)
		}
	}},
	{"FLD-employment FLD-employment-1 only the chosen intervention's fields", func(t *testing.T, w *World) {
		w.rejects("employment", answers{"short_services": []any{map[string]any{"service": "employment_counselling", "date": "2025-06-01"}}},
			"/answers/short_services", "not_applicable", "FLD-employment-1")
		w.rejects("employment", answers{"start": "2025-06-01"}, "/answers/start", "not_applicable", "FLD-employment-1")
		long := answers{"intervention": "long_term", "referral_to": nil, "referral_date": nil}
		diff(t, map[string]string{"/answers/intervention_received": "required CMP-05", "/answers/start": "required CMP-05", "/answers/status": "required CMP-05"},
			w.missing("employment", long))
		long["intervention_received"], long["start"], long["status"], long["profession"] = "licensure", "2025-06-01", "completed", "cook"
		diff(t, map[string]string{"/answers/end": "required CMP-05"}, w.missing("employment", long))
		long["status"] = "ongoing"
		diff(t, map[string]string{}, w.missing("employment", long))
		short := answers{"intervention": "short_term", "referral_to": nil, "referral_date": nil, "short_services": []any{map[string]any{"service": "networking"}}}
		diff(t, map[string]string{"/answers/short_services/0/date": "required CMP-05"}, w.missing("employment", short))
	}},
	{"FLD-nonspec the description is mandatory", func(t *testing.T, w *World) {
		diff(t, map[string]string{"/answers/description": "required CMP-05"}, w.missing("nonspec", answers{"description": nil}))
	}},
	{"FLD-refugee FLD-refugee-1 dates of services, late ones with a warning", func(t *testing.T, w *World) {
		diff(t, map[string]string{"/answers/met_date": "required CMP-05", "/answers/arrival": "required CMP-05"}, w.missing("refugee", answers{"arrival": nil, "met": true}))
		x := w.Start(w.Worker, w.Client().ID, "refugee")
		f := Must(w.save(x.Participants[0].Forms[0], answers{"arrival": "2025-01-01", "reception": true, "reception_date": "2025-02-12"}))(t)
		equal(t, "warnings on day 42", len(f.Warnings), 0)
		f = Must(w.save(f, answers{"arrival": "2025-01-01", "reception": true, "reception_date": "2025-02-13"}))(t)
		warned(t, f.Warnings, "late_after_arrival", "FLD-refugee-1")
		if f.Completion == nil {
			t.Error("a warning kept it from being complete")
		}
	}},
	{"FLD-cc the service fits the activity", func(t *testing.T, w *World) {
		for _, k := range []string{"network", "activity", "topic", "received", "status", "start"} {
			if m := w.missing("cc", answers{k: nil}); m["/answers/"+k] != "required CMP-05" {
				t.Errorf("without %s: %v", k, m)
			}
		}
		diff(t, map[string]string{"/answers/received": "does_not_fit FLD-cc"}, w.missing("cc", answers{"received": "group_events_group"}))
		diff(t, map[string]string{"/answers/topic": "does_not_fit FLD-cc"}, w.missing("cc", answers{"topic": "canadian_society"}))
		diff(t, map[string]string{}, w.missing("cc", answers{"topic": "labour_market"}))
	}},
	{"FLD-langassess mandatory answers", func(t *testing.T, w *World) {
		for k := range w.Answers("langassess") {
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing("langassess", answers{k: nil}))
		}
		w.rejects("langassess", answers{"listening": "lit_1"}, "/answers/listening", "unknown_option", "") // literacy is for reading and writing
	}},
	{"FLD-jd_needs FLD-jd_progress mandatory answers", func(t *testing.T, w *World) {
		for _, kind := range []string{"jd_needs", "jd_progress"} {
			for k := range w.Answers(kind) {
				diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing(kind, answers{k: nil}))
			}
		}
	}},
	{"FLD-jd_placement FLD-jd_placement-1 one employer of the directory", func(t *testing.T, w *World) {
		for k := range w.Answers("jd_placement") {
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing("jd_placement", answers{k: nil}))
		}
		w.rejects("jd_placement", answers{"employer": w.Mentor.ID.String()}, "/answers/employer", "no_such_record", "FLD-jd_placement-1")
		diff(t, map[string]string{"/answers/end_reason": "required CMP-05"}, w.missing("jd_placement", answers{"placement_status": "ended_early"}))
	}},
	{"FLD-mentor_match a mentor of the directory", func(t *testing.T, w *World) {
		for k := range w.Answers("mentor_match") {
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, w.missing("mentor_match", answers{k: nil}))
		}
		w.rejects("mentor_match", answers{"mentor": w.Employer.ID.String()}, "/answers/mentor", "no_such_record", "FLD-mentor_match")
	}},
	{"FLD-mentor_update an open match of the same client", func(t *testing.T, w *World) {
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
		refused(t, update(w.Client().ID, "continuing"), "/clients/0/forms/0/answers/match", "no_such_record", "FLD-mentor_update")
		for _, status := range []string{"continuing", "ended_early"} {
			if err := update(c.ID, status); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, update(c.ID, "continuing"), "/clients/0/forms/0/answers/match", "no_such_record", "FLD-mentor_update") // it is over
	}},
	{"FLD-finance FLD-finance-1 services or outcomes", func(t *testing.T, w *World) {
		for k := range w.Answers("finance") {
			m := w.missing("finance", func() answers {
				if k == "record" {
					return answers{"record": nil, "services": nil}
				}
				return answers{k: nil}
			}())
			diff(t, map[string]string{"/answers/" + k: "required CMP-05"}, m)
		}
		both := []any{map[string]any{"outcome": "account_opened"}}
		w.rejects("finance", answers{"outcomes": both}, "/answers/outcomes", "not_applicable", "FLD-finance-1")
		diff(t, map[string]string{}, w.missing("finance", answers{"record": "outcomes", "services": nil, "outcomes": both}))
		diff(t, map[string]string{"/answers/services/0/tax_year": "required CMP-05"}, w.missing("finance", answers{"services": []any{map[string]any{"service": "tax"}}}))
	}},
	{"SUP-02 children with age and kind of care, at most five", func(t *testing.T, w *World) {
		on := answers{"support_received": true, "childminding": true}
		diff(t, map[string]string{"/answers/children": "required CMP-05"}, w.missing("io", on))
		child := map[string]any{"age": "infant", "care": "short_term"}
		on["children"] = []any{map[string]any{"age": "infant"}}
		diff(t, map[string]string{"/answers/children/0/care": "required CMP-05"}, w.missing("io", on))
		on["children"] = []any{child, child, child, child, child, child}
		w.rejects("io", on, "/answers/children", "too_many", "")
	}},
	{"SUP-03 no excludes all kinds, yes needs one, two different languages", func(t *testing.T, w *World) {
		w.rejects("io", answers{"transportation": true}, "/answers/transportation", "not_applicable", "SUP-03")
		diff(t, map[string]string{"/answers/childminding": "choose_one SUP-03"}, w.missing("io", answers{"support_received": true}))
		on := answers{"support_received": true, "translation": true, "translation_from": "arabic", "translation_to": "arabic"}
		diff(t, map[string]string{"/answers/translation_to": "same_language SUP-03"}, w.missing("io", on))
		on["translation_to"] = "french"
		diff(t, map[string]string{}, w.missing("io", on))
	}},
}
