package session_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

var formRules = storetest.Rules{
	"FRM-01 a form is part of a session": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "employment")
		f := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		storetest.Equal(t, "session", f.Session, x.ID)
		storetest.Diff(t, w.Answers("employment"), f.Answers)
	},
	"FRM-02 FRM-03 one form of each kind per client and session": func(t *testing.T, w *storetest.World) {
		a, b := w.Client(), w.Client()
		x := w.Start(w.Worker, a.ID, "io")
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: a.ID, Kind: "io"})
		storetest.Refused(t, err, "/kind", "form_twice", "FRM-03")
		x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: b.ID}))(t)
		storetest.Equal(t, "form of the other", x.Participant(b.ID).Forms[0].Kind, "io")
		w.Start(w.Worker, a.ID, "io") // another session takes another one
	},
	"FRM-06 forms of attendees are not taken by a direct session": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		for _, kind := range []string{"lt_enroll", "lt_exit", "cc_attendee", "ga_attendee"} {
			_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: kind})
			if _, known := w.Config.Forms.Latest(kind); known {
				storetest.Refused(t, err, "/kind", "not_for_session_type", "TYP-05")
			} else {
				storetest.Refused(t, err, "/kind", "unknown_value", "FRM-06")
			}
		}
	},
	"FRM-04 a form of attendees belongs to its session type, and a direct session refuses it": func(t *testing.T, w *storetest.World) {
		attendee := forms.Definition{Key: "visitor", Version: 1, Sessions: []string{"io_group"}, On: forms.OnAttendee, Title: i18n.T("Attendee", "Participant"), Sections: []forms.Section{{Key: "main", Fields: []forms.Field{
			{Key: "attended", Kind: forms.Bool, Label: i18n.T("Attended", "Présent")}}}}}
		cfg := w.Config
		cfg.Forms = storetest.Must(forms.NewRegistry(catalog.Lists(), append(catalog.Definitions(), attendee)...))(t)
		host := storetest.Must(session.New(w.Store.Sessions(), cfg))(t)
		x := w.Start(w.Worker, w.Client().ID, "io")
		_, err := host.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "visitor"})
		storetest.Refused(t, err, "/kind", "not_for_session_type", "TYP-05")
		_, err = host.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{{Kind: "visitor"}}}}})
		storetest.Refused(t, err, "/clients/0/forms/0/kind", "not_for_session_type", "TYP-05")
	},
	"FRM-05 one form is of a short-term and of a long-term service": func(t *testing.T, w *storetest.World) {
		long := answers{"intervention": "long_term", "referral_to": nil, "referral_date": nil, "intervention_received": "licensure", "start": "2025-06-01",
			"status": "ongoing", "profession": "cook"}
		short := answers{"intervention": "short_term", "referral_to": nil, "referral_date": nil,
			"short_services": []any{map[string]any{"service": "networking", "date": "2025-06-01"}}}
		for _, given := range []answers{long, short} {
			storetest.Diff(t, map[string]string{}, missing(w, "employment", given))
		}
		mixed := maps.Clone(long) // a long-term service has no short-term ones
		mixed["short_services"] = short["short_services"]
		storetest.Refused(t, saving(w, "employment", mixed), "/answers/short_services", "not_applicable", "FLD-employment-1")
	},
	"FRM-06 an unknown form is refused": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "tarot"})
		storetest.Refused(t, err, "/kind", "unknown_value", "FRM-06")
		direct := 0
		for _, key := range w.Config.Forms.Keys() {
			if def, _ := w.Config.Forms.Latest(key); def.Definition.On == forms.OnClient && def.Definition.Extension != forms.General {
				direct++
			}
		}
		storetest.Equal(t, "direct forms", direct, 13)
	},
	"FRM-07 a new direct-service line starts with an empty io form, which may be removed; an agency can switch it off": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		storetest.Equal(t, "kind", f.Kind, "io")
		storetest.Equal(t, "answers", len(f.Answers), 0)
		storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version}))(t)
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		x = storetest.Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: x.Participants[0].Client, Kind: "io"}))(t)
		storetest.Equal(t, "forms", len(x.Active()), 1)
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.NoDefaultForm = true
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		x = storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		storetest.Equal(t, "forms", len(x.Active()), 0)
		a.Settings.NoDefaultForm = false
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	},
	"FRM-08 nonspec is never in a file": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		checked := storetest.Must(w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: x.Participants[0].Forms[0].ID, Stage: "funder", Funder: "icare"}))(t)
		storetest.Refused(t, checked.Issues.Err(), "/kind", "never_exported", "FRM-08")
		storetest.Equal(t, "ready", checked.Ready, false)
	},
	"FRM-09 a form keeps the version with which it was saved": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "nonspec")
		f := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		first := f.Definition
		defs := catalog.Definitions() // and one more version, with one more mandatory field
		next := defs[slices.IndexFunc(defs, func(d forms.Definition) bool { return d.Key == "nonspec" })]
		next.Version = first + 1
		next.Sections = append(slices.Clone(next.Sections), forms.Section{Key: "more", Title: i18n.T("More", "Plus"), Fields: []forms.Field{
			{Key: "later", Kind: forms.Text, Label: i18n.T("Later", "Plus tard"), Required: &forms.Cond{Always: true}}}})
		cfg := w.Config
		cfg.Forms = storetest.Must(forms.NewRegistry(catalog.Lists(), append(defs, next)...))(t)
		later := storetest.Must(session.New(w.Store.Sessions(), cfg))(t)
		f = storetest.Must(later.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: f.Content}))(t)
		storetest.Equal(t, "version", f.Definition, first)
		storetest.Equal(t, "complete", f.Completion != nil, true)
		y := storetest.Must(later.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID,
			Forms: []session.StartForm{{Kind: "nonspec", Content: session.Content{Answers: w.Answers("nonspec")}}}}}}))(t)
		storetest.Equal(t, "version of a new one", y.Participants[0].Forms[0].Definition, first+1)
		storetest.Equal(t, "missing", y.Participants[0].Forms[0].Missing[0].Path, "/answers/later")
	},
	"HDR-01 a save that leaves program or funder out keeps them; taking them away is said": func(t *testing.T, w *storetest.World) {
		f := w.Start(w.Worker, w.Client().ID, "io").Participants[0].Forms[0]
		save := func(program casemgmt.ProgramID, funder casemgmt.FunderID, empty ...string) (*session.Form, error) {
			return w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: program, Funder: funder, Answers: w.Answers("io")}, Empty: empty})
		}
		f = storetest.Must(save(w.Program.ID, w.Funder.ID))(t)
		f = storetest.Must(save(casemgmt.ProgramID{}, casemgmt.FunderID{}))(t)
		storetest.Equal(t, "kept", f.Program == w.Program.ID && f.Funder == w.Funder.ID, true)
		_, err := save(w.Program.ID, casemgmt.FunderID{}, "program")
		storetest.Refused(t, err, "/empty/0", "unknown_value", "HDR-01")
		_, err = save(w.Program.ID, casemgmt.FunderID{}, "answers")
		storetest.Refused(t, err, "/empty/0", "unknown_value", "HDR-01")
		f = storetest.Must(save(casemgmt.ProgramID{}, casemgmt.FunderID{}, "funder"))(t)
		storetest.Equal(t, "the funder taken away", f.Program == w.Program.ID && f.Funder.IsZero(), true)
		f = storetest.Must(save(casemgmt.ProgramID{}, casemgmt.FunderID{}, "program"))(t)
		storetest.Equal(t, "the program taken away", f.Program.IsZero() && f.Completion == nil, true)
	},
	"SES-21 the forms of a removed client answer like removed ones": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		x := w.Start(w.Worker, c.ID, "io")
		f := x.Participants[0].Forms[0]
		x = storetest.Must(w.Sessions.RemoveClient(w.Worker, session.RemoveClient{Session: x.ID, Version: x.Version, Client: c.ID, Reason: "r"}))(t)
		_, err := w.Sessions.Form(w.Worker, f.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Sessions.CheckForm(w.Worker, session.CheckForm{ID: f.ID, Stage: "complete"})
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Save(f, w.Answers("io"))
		storetest.Is(t, err, fault.ErrNotFound)
		_, err = w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "r"})
		storetest.Is(t, err, fault.ErrNotFound)
		storetest.Must(w.Sessions.RestoreClient(w.Worker, session.RestoreClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
		storetest.Must(w.Sessions.Form(w.Worker, f.ID))(t)
	},
	"ACC-14 ACC-10 a repeated request answers only who may still read what it answers": func(t *testing.T, w *storetest.World) {
		manager := storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: "passing", Name: "N", Programs: []casemgmt.Membership{{Program: w.Program.ID, Manager: true}},
			Defaults: casemgmt.Defaults{Site: w.Site.ID}}))(t)
		ctx := casemgmt.Once(w.As("metro", "passing"), "save")
		f := w.Start(w.Worker, w.Client().ID, "io").Participants[0].Forms[0]
		cmd := session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: w.Program.ID, Answers: w.Answers("io"), Private: true}}
		saved := storetest.Must(w.Sessions.SaveForm(ctx, cmd))(t)
		again := storetest.Must(w.Sessions.SaveForm(ctx, cmd))(t)
		storetest.Diff(t, saved.Answers, again.Answers)
		storetest.Equal(t, "version", again.Version, saved.Version)
		remove := casemgmt.Once(w.Worker, "remove")
		gone := session.RemoveForm{ID: f.ID, Version: saved.Version, Reason: "r"}
		removed := storetest.Must(w.Sessions.RemoveForm(remove, gone))(t)
		storetest.Equal(t, "version of the removed one", storetest.Must(w.Sessions.RemoveForm(remove, gone))(t).Version, removed.Version)
		storetest.Must(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: removed.Version}))(t)
		storetest.Must(w.Cases.SetMembership(w.Setup, casemgmt.SetMembership{Staff: manager.ID, Program: w.Program.ID, Member: true}))(t)
		_, err := w.Sessions.SaveForm(ctx, cmd)
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"SES-21 a removed form can be brought back, unless another one took its place": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		f := x.Participants[0].Forms[0]
		f = storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "wrong client"}))(t)
		_, err := w.Sessions.RestoreForm(w.Colleague, session.RestoreForm{ID: f.ID, Version: f.Version})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version - 1})
		storetest.Is(t, err, fault.ErrConflict)
		f = storetest.Must(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version}))(t)
		storetest.Diff(t, w.Answers("io"), f.Answers)
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		storetest.Equal(t, "complete", x.Complete, true)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version})
		storetest.Is(t, err, fault.ErrNotFound) // it is there
		f = storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: f.ID, Version: f.Version, Reason: "again"}))(t)
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		storetest.Must(w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: f.Client, Kind: "io"}))(t)
		_, err = w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: f.ID, Version: f.Version})
		storetest.Refused(t, err, "/id", "form_twice", "FRM-03")
	},
	"FRM-07 the default form of a client whom a manager adds is the worker's": func(t *testing.T, w *storetest.World) {
		x := w.Start(w.Worker, w.Client().ID, "io")
		added := w.Client()
		x = storetest.Must(w.Sessions.AddClient(w.Manager, session.AddClient{Session: x.ID, Version: x.Version, Client: added.ID}))(t)
		f := x.Participant(added.ID).Forms[0]
		storetest.Equal(t, "kind", f.Kind, "io")
		storetest.Equal(t, "worker", f.Worker, x.Worker)
	},
	"HDR a document of a form is seen by who sees the form": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{
			{Kind: "io", Content: session.Content{Answers: w.Answers("io")}},
			{Kind: "nonspec", Content: session.Content{Private: true, Answers: w.Answers("nonspec")}}}}}}))(t)
		open, private := x.Participants[0].Forms[0], x.Participants[0].Forms[1]
		for _, f := range []session.FormID{{}, open.ID, private.ID} {
			x = storetest.Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Form: f, Name: "a.pdf", Content: []byte("x")}))(t)
		}
		_, err := w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Form: id.New[session.Form](), Name: "a.pdf", Content: []byte("x")})
		storetest.Refused(t, err, "/form", "no_such_record", "HDR")
		seen := storetest.Must(w.Sessions.Session(w.Colleague, x.ID))(t)
		storetest.Equal(t, "documents", len(seen.Documents), 2)
		for _, d := range x.Documents {
			_, err := w.Sessions.Document(w.Colleague, session.DocumentKey{Session: x.ID, ID: d.ID})
			if d.Form == private.ID {
				storetest.Is(t, err, fault.ErrForbidden)
			} else if err != nil {
				t.Error(err)
			}
		}
	},
	"HDR-01 a closed funder or employer is not newly chosen": func(t *testing.T, w *storetest.World) {
		funder := storetest.Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("Closed", "Fermé"), Closed: true}))(t)
		f := w.Start(w.Worker, w.Client().ID, "io").Participants[0].Forms[0]
		_, err := w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Funder: funder.ID, Answers: f.Answers}})
		storetest.Refused(t, err, "/funder", "closed", "HDR-01")
	},
	"RUN-04 a form can be saved incomplete at any moment, and two people do not overwrite each other": func(t *testing.T, w *storetest.World) {
		x := storetest.Must(w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: w.Client().ID}))(t)
		f := x.Participants[0].Forms[0]
		f = storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: map[string]any{"arrival": "pre"}}}))(t)
		stale := session.SaveForm{ID: f.ID, Version: f.Version - 1, Content: session.Content{Program: f.Program, Answers: map[string]any{"arrival": "post"}}}
		_, err := w.Sessions.SaveForm(w.Manager, stale)
		storetest.Is(t, err, fault.ErrConflict)
		storetest.Equal(t, "answer", storetest.Must(w.Sessions.Form(w.Worker, f.ID))(t).Answers["arrival"], any("pre"))
	},
	"TYP-05 each type takes only its own forms": func(t *testing.T, w *storetest.World) {
		for _, typ := range []session.Type{session.Direct, session.DirectJobDevelopment, session.DirectFinance} {
			c := w.Client()
			x := storetest.Must(startWith(w, func(d *session.Details) { d.Type = typ }))(t)
			x = storetest.Must(w.Sessions.AddClient(w.Worker, session.AddClient{Session: x.ID, Version: x.Version, Client: c.ID}))(t)
			own := storetest.Must(w.Cases.Forms(w.Worker))(t)
			for _, kind := range own.Keys() {
				def, _ := own.Latest(kind)
				if def.Definition.Sessions[0] == string(typ) {
					continue
				}
				_, err := w.Sessions.AddForm(w.Worker, session.AddForm{Session: x.ID, Version: x.Version, Client: c.ID, Kind: kind})
				storetest.Refused(t, err, "/kind", "not_for_session_type", "TYP-05")
			}
		}
	},
}
