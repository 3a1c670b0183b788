package session_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

var completionRules = storetest.Rules{
	"CMP-01 CMP-02 a session is complete when all its forms are": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io", "nonspec")
		storetest.Equal(t, "complete", x.Complete, true)
		x = storetest.Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "cc"}))(t)
		storetest.Equal(t, "complete", x.Complete, false)
	},
	"CMP-03 REP-05 an incomplete session counts nowhere": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2024, Month: 3, Day: 3}
		d := w.Details()
		d.ServiceDate = day
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}, {Kind: "io"}}}}}))(t)
		storetest.Equal(t, "counted", w.Total(day), 0)
		f := x.Participants[0].Forms[1]
		a := w.Answers("io")
		a["start"] = day.String()
		f = storetest.Must(w.Save(f, a))(t)
		if f.Completion == nil {
			t.Fatalf("missing %v", f.Missing)
		}
		storetest.Equal(t, "counted", w.Total(day), 2)
	},
	"CMP-04 CMP-05 a form is complete when its mandatory fields are answered and valid, and says since when and by whom": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		if f.Completion != nil || len(f.Missing) < 6 {
			t.Errorf("an empty form: completion %v, missing %v", f.Completion, f.Missing)
		}
		for _, m := range f.Missing {
			if !m.Label.Complete() {
				t.Errorf("%s has no label", m.Path)
			}
		}
		f = storetest.Must(w.Save(f, w.Answers("io")))(t)
		if f.Completion == nil || f.Completion.By != x.Worker || !f.Completion.At.Equal(storetest.Now.Add(time.Duration(w.Clock.Load())*time.Second)) {
			t.Errorf("completion %+v", f.Completion)
		}
	},
	"CMP-05 ASQ-01 ASQ-02 ASQ-04 the agency's mandatory questions count on forms made after them": func(t *testing.T, w *storetest.World) {
		old := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		w.Clock.Add(60)
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.Questions = append(a.Settings.Questions, ownQuestion("heard"))
		_, err := w.Cases.UpdateAgency(w.Manager, *a)
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer ask(w, retired(ownQuestion("heard")))
		w.Clock.Add(60)
		if f := storetest.Must(w.Save(old, w.Answers("io")))(t); f.Completion == nil {
			t.Errorf("a form made before the question: missing %v", f.Missing)
		}
		f := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		f = storetest.Must(w.Save(f, w.Answers("io")))(t)
		if len(f.Missing) != 1 || f.Missing[0].Path != "/own/heard" || f.Missing[0].Label.En != "Heard of us" {
			t.Errorf("missing %v", f.Missing)
		}
		f = storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version,
			Content: session.Content{Program: f.Program, Answers: w.Answers("io"), Own: map[string]any{"heard": "Poster"}}}))(t)
		if f.Completion == nil {
			t.Errorf("missing %v", f.Missing)
		}
	},
	"CMP-06 complete is not yet ready for the funder": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		f := x.Participants[0].Forms[0]
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "complete"}))(t)
		storetest.Equal(t, "ready to complete", checked.Ready, true)
		checked = storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		for _, field := range []string{"institution", "referred_by", "skills_received", "life_received", "end"} {
			storetest.Refused(t, checked.Issues.Err(), "/answers/"+field, "required_by_funder", "CMP-06")
		}
		a := w.Answers("io")
		for k, v := range map[string]any{"institution": "settlement_provider", "referred_by": "not_referred", "skills_received": false, "life_received": false, "end": "2025-06-15"} {
			a[k] = v
		}
		f = storetest.Must(w.Save(f, a))(t)
		checked = storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "funder", Funder: "icare"}))(t)
		if !checked.Ready {
			t.Errorf("issues %v", checked.Issues)
		}
	},
	"CMP-07 without a form a session is incomplete": func(t *testing.T, w *storetest.World) {
		storetest.Equal(t, "complete", storetest.Must(startWith(w, func(*session.Details) {}))(t).Complete, false)
	},
	"CMP-08 one incomplete form makes the whole session incomplete": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: w.Client().ID}))(t)
		storetest.Equal(t, "complete", x.Complete, false)
	},
	"CMP-09 emptying a mandatory field takes the session out of the reports again": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2024, Month: 4, Day: 4}
		d := w.Details()
		d.ServiceDate = day
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: d, Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}}}}}))(t)
		storetest.Equal(t, "counted", w.Total(day), 1)
		f := storetest.Must(w.Save(x.Participants[0].Forms[0], nil))(t)
		storetest.Equal(t, "counted", w.Total(day), 0)
		storetest.Equal(t, "complete", storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t).Complete, false)
		storetest.Must(w.Save(f, w.Answers("nonspec")))(t)
		storetest.Equal(t, "counted", w.Total(day), 1)
	},
	"CMP-06 without an identifier nothing is ready for the funder": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Identifiers = nil
		x := w.Start(w.Worker, storetest.Must(w.Register(p))(t).ID, "io")
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		storetest.Refused(t, checked.Issues.Err(), "/client/identifiers", "required_by_funder", "CMP-06")
	},
	"ASQ-04 ASQ-05 answers to a retired question stay; a question made mandatory counts from then on": func(t *testing.T, w *storetest.World) {
		set := func(q casemgmt.Question) {
			w.Clock.Add(60)
			w.NoError(ask(w, q))
			w.Clock.Add(60)
		}
		question := ownQuestion("seen")
		question.Field.Required = nil
		set(question)
		f := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		f = storetest.Must(w.Save(f, w.Answers("io")))(t)
		set(ownQuestion("seen"))
		f = storetest.Must(w.Save(f, w.Answers("io")))(t)
		if f.Completion == nil {
			t.Errorf("an older form is incomplete: %v", f.Missing)
		}
		withOwn := session.Content{Program: f.Program, Answers: w.Answers("io"), Own: map[string]any{"seen": "Poster"}}
		f = storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn}))(t)
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.Questions = slices.DeleteFunc(a.Settings.Questions, func(q casemgmt.Question) bool { return q.Field.Key == "seen" })
		_, err := w.Cases.UpdateAgency(w.Admin, *a)
		storetest.Refused(t, err, "/settings/questions", "has_answers", "ASQ-05")
		set(retired(ownQuestion("seen")))
		f = storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn}))(t)
		storetest.Equal(t, "answer", f.Own["seen"], any("Poster"))
		withOwn.Own = map[string]any{"seen": "changed"}
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: withOwn})
		storetest.Refused(t, err, "/own", "unknown_field", "")
	},
	"ASQ-05 FRM-09 the kind and the chosen options of a question do not change under its answers": func(t *testing.T, w *storetest.World) {
		question := func(kind forms.FieldKind, options ...forms.Option) casemgmt.Question {
			return casemgmt.Question{Form: "io", Field: forms.Field{Key: "from", Kind: kind, Label: i18n.T("From", "De"), Options: options}}
		}
		set := func(q casemgmt.Question) error { return ask(w, q) }
		at := fmt.Sprintf("/settings/questions/%d/field", len(storetest.Must(w.Cases.Agency(w.Admin))(t).Settings.Questions))
		poster, friend, web := forms.Option{Key: "poster", Label: i18n.T("Poster", "Affiche")}, forms.Option{Key: "friend", Label: i18n.T("Friend", "Ami")}, forms.Option{Key: "web", Label: i18n.T("Web", "Web")}
		w.NoError(set(question(forms.Text)))
		w.NoError(set(question(forms.Choices, poster, friend))) // it has no answers yet
		f := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t).Participants[0].Forms[0]
		storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Own: map[string]any{"from": []any{"poster"}}}}))(t)
		storetest.Refused(t, set(question(forms.Text)), at+"/kind", "has_answers", "ASQ-05")
		storetest.Refused(t, set(question(forms.Choice, poster, friend)), at+"/kind", "has_answers", "ASQ-05")
		storetest.Refused(t, set(question(forms.Choices, friend, web)), at+"/options", "has_answers", "ASQ-05")
		other := poster
		other.Label = i18n.T("Newspaper", "Journal")
		storetest.Refused(t, set(question(forms.Choices, other, friend)), at+"/options", "has_answers", "ASQ-05")
		w.NoError(set(question(forms.Choices, poster, web))) // nobody chose the other one
		poster.Retired = true
		w.NoError(set(question(forms.Choices, poster, web)))
		w.NoError(set(retired(question(forms.Choices, poster, web))))
	},
}

// ownQuestion is a mandatory question of the agency.
func ownQuestion(key string) casemgmt.Question {
	return casemgmt.Question{Form: "io", Field: forms.Field{Key: key, Kind: forms.Text, Label: i18n.T("Heard of us", "Nous connaît par"), Required: forms.Always()}}
}

func retired(q casemgmt.Question) casemgmt.Question {
	q.Retired = true
	return q
}

// ask puts a question in the place of the one with its key, or behind the others.
func ask(w *storetest.World, q casemgmt.Question) error {
	a := storetest.Must(w.Cases.Agency(w.Admin))(w.T)
	i := slices.IndexFunc(a.Settings.Questions, func(old casemgmt.Question) bool { return old.Field.Key == q.Field.Key })
	if i < 0 {
		a.Settings.Questions = append(a.Settings.Questions, q)
	} else {
		a.Settings.Questions[i] = q
	}
	_, err := w.Cases.UpdateAgency(w.Admin, *a)
	return err
}
