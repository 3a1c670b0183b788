package storetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

var formRules = []rule{
	{"FRM-01 a form is part of a session", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "employment")
		f := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		equal(t, "session", f.Session, x.ID)
		diff(t, w.Answers("employment"), f.Answers)
	}},
	{"FRM-02 FRM-03 one form of each kind per client and session", func(t *testing.T, w *World) {
		a, b := w.Client(), w.Client()
		x := w.Start(w.Worker, a.ID, "io")
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: a.ID, Kind: "io"})
		refused(t, err, "/kind", "form_twice", "FRM-03")
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: b.ID}))(t)
		equal(t, "form of the other", x.Participant(b.ID).Forms[0].Kind, "io")
		w.Start(w.Worker, a.ID, "io") // another session takes another one
	}},
	{"FRM-06 forms of attendees are not taken by a direct session", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		for _, kind := range []string{"lt_enroll", "lt_exit", "cc_attendee", "ga_attendee"} {
			_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: kind})
			refused(t, err, "/kind", "unknown_value", "FRM-06")
		}
	}},
	{"FRM-04 a form of attendees belongs to its session type, and a direct session refuses it", func(t *testing.T, w *World) {
		attendee := forms.Definition{Key: "ga_attendee", Version: 1, Sessions: []string{"io_group"}, On: forms.OnAttendee, Title: i18n.T("Attendee", "Participant"), Sections: []forms.Section{{Key: "main", Fields: []forms.Field{
			{Key: "attended", Kind: forms.Bool, Label: i18n.T("Attended", "Présent")}}}}}
		cfg := w.Config
		cfg.Forms = Must(forms.NewRegistry(catalog.Lists(), append(catalog.Definitions(), attendee)...))(t)
		host := Must(session.New(w.Store.Sessions(), cfg))(t)
		x := w.Start(w.Worker, w.Client().ID, "io")
		_, err := host.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "ga_attendee"})
		refused(t, err, "/kind", "not_for_session_type", "TYP-05")
		_, err = host.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{{Kind: "ga_attendee"}}}}})
		refused(t, err, "/clients/0/forms/0/kind", "not_for_session_type", "TYP-05")
	}},
	{"FRM-05 one form is of a short-term and of a long-term service", func(t *testing.T, w *World) {
		long := answers{"intervention": "long_term", "referral_to": nil, "referral_date": nil, "intervention_received": "licensure", "start": "2025-06-01",
			"status": "ongoing", "profession": "cook"}
		short := answers{"intervention": "short_term", "referral_to": nil, "referral_date": nil,
			"short_services": []any{map[string]any{"service": "networking", "date": "2025-06-01"}}}
		for _, given := range []answers{long, short} {
			diff(t, map[string]string{}, w.missing("employment", given))
		}
		mixed := maps.Clone(long) // a long-term service has no short-term ones
		mixed["short_services"] = short["short_services"]
		w.rejects("employment", mixed, "/answers/short_services", "not_applicable", "FLD-employment-1")
	}},
	{"FRM-06 an unknown form is refused", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "tarot"})
		refused(t, err, "/kind", "unknown_value", "FRM-06")
		equal(t, "direct forms", len(w.Config.Forms.Keys()), 13)
	}},
	{"FRM-07 a new direct-service line starts with an empty io form, which may be removed; an agency can switch it off", func(t *testing.T, w *World) {
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		equal(t, "kind", f.Kind, "io")
		equal(t, "answers", len(f.Answers), 0)
		Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version}))(t)
		x = Must(w.Sessions.Session(w.Worker, x.ID))(t)
		x = Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "io"}))(t)
		equal(t, "forms", len(x.Active()), 1)
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.NoDefaultForm = true
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		x = Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		equal(t, "forms", len(x.Active()), 0)
		a.Settings.NoDefaultForm = false
		Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	}},
	{"FRM-08 nonspec is never in a file", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		refused(t, checked.Issues.Err(), "/kind", "never_exported", "FRM-08")
		equal(t, "ready", checked.Ready, false)
	}},
	{"FRM-09 a form keeps the version with which it was saved", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		f := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		equal(t, "version", f.Definition, 1)
		defs := catalog.Definitions() // and a second version, with one more mandatory field
		next := defs[slices.IndexFunc(defs, func(d forms.Definition) bool { return d.Key == "nonspec" })]
		next.Version = 2
		next.Sections = append(slices.Clone(next.Sections), forms.Section{Key: "more", Title: i18n.T("More", "Plus"), Fields: []forms.Field{
			{Key: "outcome", Kind: forms.Text, Label: i18n.T("Outcome", "Résultat"), Required: &forms.Cond{Always: true}}}})
		cfg := w.Config
		cfg.Forms = Must(forms.NewRegistry(catalog.Lists(), append(defs, next)...))(t)
		later := Must(session.New(w.Store.Sessions(), cfg))(t)
		f = Must(later.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: f.Content}))(t)
		equal(t, "version", f.Definition, 1)
		equal(t, "complete", f.Completion != nil, true)
		y := Must(later.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}}}}}))(t)
		equal(t, "version of a new one", y.Participants[0].Forms[0].Definition, 2)
		equal(t, "missing", y.Participants[0].Forms[0].Missing[0].Path, "/answers/outcome")
	}},
	{"SES-21 a removed form can be brought back, unless another one took its place", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		f := x.Participants[0].Forms[0]
		f = Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "wrong client"}))(t)
		_, err := w.Sessions.RestoreForm(w.Colleague, session.RestoreForm{ID: f.ID, Version: f.Version})
		is(t, err, fault.ErrForbidden)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version - 1})
		is(t, err, fault.ErrConflict)
		f = Must(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version}))(t)
		diff(t, w.Answers("io"), f.Answers)
		x = Must(w.Sessions.Session(w.Worker, x.ID))(t)
		equal(t, "complete", x.Complete, true)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version})
		is(t, err, fault.ErrNotFound) // it is there
		f = Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "again"}))(t)
		x = Must(w.Sessions.Session(w.Worker, x.ID))(t)
		Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: f.Client, Kind: "io"}))(t)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version})
		refused(t, err, "/id", "form_twice", "FRM-03")
	}},
	{"FRM-07 the default form of a client whom a manager adds is the worker's", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		added := w.Client()
		x = Must(w.Sessions.AddClient(w.Manager, session.AddClient{Session: x.ID, Version: x.Version, Client: added.ID}))(t)
		f := x.Participant(added.ID).Forms[0]
		equal(t, "kind", f.Kind, "io")
		equal(t, "worker", f.Worker, x.Worker)
	}},
	{"HDR a document of a form is seen by who sees the form", func(t *testing.T, w *World) {
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{
			{Kind: "io", Content: session.Content{Answers: w.Answers("io")}},
			{Kind: "nonspec", Content: session.Content{Private: true, Answers: w.Answers("nonspec")}}}}}}))(t)
		open, private := x.Participants[0].Forms[0], x.Participants[0].Forms[1]
		for _, f := range []session.FormID{{}, open.ID, private.ID} {
			x = Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Form: f, Name: "a.pdf", Content: []byte("x")}))(t)
		}
		_, err := w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Form: id.New[session.Form](), Name: "a.pdf", Content: []byte("x")})
		refused(t, err, "/form", "no_such_record", "HDR")
		seen := Must(w.Sessions.Session(w.Colleague, x.ID))(t)
		equal(t, "documents", len(seen.Documents), 2)
		for _, d := range x.Documents {
			_, err := w.Sessions.Document(w.Colleague, session.DocumentKey{Session: x.ID, ID: d.ID})
			if d.Form == private.ID {
				is(t, err, fault.ErrForbidden)
			} else if err != nil {
				t.Error(err)
			}
		}
	}},
	{"HDR-01 a closed funder or employer is not newly chosen", func(t *testing.T, w *World) {
		funder := Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Closed", "Fermé"), Closed: true}))(t)
		f := w.Start(w.Worker, w.Client().ID, "io").Participants[0].Forms[0]
		_, err := w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Funder: funder.ID, Answers: f.Answers}})
		refused(t, err, "/funder", "closed", "HDR-01")
	}},
	{"RUN-04 a form can be saved incomplete at any moment, and two people do not overwrite each other", func(t *testing.T, w *World) {
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		f = Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: map[string]any{"arrival": "pre"}}}))(t)
		stale := session.SaveForm{ID: f.ID, Version: f.Version - 1, Content: session.Content{Program: f.Program, Answers: map[string]any{"arrival": "post"}}}
		_, err := w.Sessions.SaveForm(w.Manager, stale)
		is(t, err, fault.ErrConflict)
		equal(t, "answer", Must(w.Sessions.Form(w.Worker, f.ID))(t).Answers["arrival"], any("pre"))
	}},
}

// save saves a form's answers as the worker.
func (w *World) save(f *session.Form, answers map[string]any) (*session.Form, error) {
	return w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: answers}})
}

var completionRules = []rule{
	{"CMP-01 CMP-02 a session is complete when all its forms are", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io", "nonspec")
		equal(t, "complete", x.Complete, true)
		x = Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "cc"}))(t)
		equal(t, "complete", x.Complete, false)
	}},
	{"CMP-03 REP-05 an incomplete session counts nowhere", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2024, Month: 3, Day: 3}
		d := w.Details()
		d.ServiceDate = day
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "io"}}}}}))(t)
		equal(t, "counted", w.total(day), 0)
		f := x.Participants[0].Forms[1]
		a := w.Answers("io")
		a["start"] = day.String()
		f = Must(w.save(f, a))(t)
		if f.Completion == nil {
			t.Fatalf("missing %v", f.Missing)
		}
		equal(t, "counted", w.total(day), 2)
	}},
	{"CMP-04 CMP-05 a form is complete when its mandatory fields are answered and valid, and says since when and by whom", func(t *testing.T, w *World) {
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		if f.Completion != nil || len(f.Missing) < 6 {
			t.Errorf("an empty form: completion %v, missing %v", f.Completion, f.Missing)
		}
		for _, m := range f.Missing {
			if !m.Label.Complete() {
				t.Errorf("%s has no label", m.Path)
			}
		}
		f = Must(w.save(f, w.Answers("io")))(t)
		if f.Completion == nil || f.Completion.By != x.Worker || !f.Completion.At.Equal(Now.Add(time.Duration(w.Clock.Load())*time.Second)) {
			t.Errorf("completion %+v", f.Completion)
		}
	}},
	{"CMP-05 ASQ-01 ASQ-02 ASQ-04 the agency's mandatory questions count on forms made after them", func(t *testing.T, w *World) {
		old := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		w.Clock.Add(60)
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.Questions = []casemgmt.Question{ownQuestion()}
		_, err := w.Cases.UpdateAgency(w.Manager, *a)
		is(t, err, fault.ErrForbidden)
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer func() {
			a.Settings.Questions = nil
			Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}()
		w.Clock.Add(60)
		if f := Must(w.save(old, w.Answers("io")))(t); f.Completion == nil {
			t.Errorf("a form made before the question: missing %v", f.Missing)
		}
		f := Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		f = Must(w.save(f, w.Answers("io")))(t)
		if len(f.Missing) != 1 || f.Missing[0].Path != "/own/heard" || f.Missing[0].Label.En != "Heard of us" {
			t.Errorf("missing %v", f.Missing)
		}
		f = Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version,
			Content: session.Content{Program: f.Program, Answers: w.Answers("io"), Own: map[string]any{"heard": "Poster"}}}))(t)
		if f.Completion == nil {
			t.Errorf("missing %v", f.Missing)
		}
	}},
	{"CMP-06 complete is not yet ready for the funder", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		f := x.Participants[0].Forms[0]
		checked := Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "complete"}))(t)
		equal(t, "ready to complete", checked.Ready, true)
		checked = Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		for _, field := range []string{"institution", "referred_by", "skills_received", "life_received", "end"} {
			refused(t, checked.Issues.Err(), "/answers/"+field, "required_by_funder", "CMP-06")
		}
		a := w.Answers("io")
		for k, v := range map[string]any{"institution": "settlement_provider", "referred_by": "not_referred", "skills_received": false, "life_received": false, "end": "2025-06-15"} {
			a[k] = v
		}
		f = Must(w.save(f, a))(t)
		checked = Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		if !checked.Ready {
			t.Errorf("issues %v", checked.Issues)
		}
	}},
	{"CMP-07 without a form a session is incomplete", func(t *testing.T, w *World) {
		equal(t, "complete", Must(w.startWith(func(*session.Details) {}))(t).Complete, false)
	}},
	{"CMP-08 one incomplete form makes the whole session incomplete", func(t *testing.T, w *World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		x = Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		equal(t, "complete", x.Complete, false)
	}},
	{"CMP-09 emptying a mandatory field takes the session out of the reports again", func(t *testing.T, w *World) {
		day := civil.Date{Year: 2024, Month: 4, Day: 4}
		d := w.Details()
		d.ServiceDate = day
		x := Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}}}}}))(t)
		equal(t, "counted", w.total(day), 1)
		f := Must(w.save(x.Participants[0].Forms[0], nil))(t)
		equal(t, "counted", w.total(day), 0)
		equal(t, "complete", Must(w.Sessions.Session(w.Worker, x.ID))(t).Complete, false)
		Must(w.save(f, w.Answers("nonspec")))(t)
		equal(t, "counted", w.total(day), 1)
	}},
}
