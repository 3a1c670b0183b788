package export_test

import (
	"context"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// accessRules are on who exports, and what.
var accessRules = storetest.Rules{
	"ACC-04 ACC-10 ACC-14 who may export, and whose private forms": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Private = true })
		own := month(f)
		own.Program = w.Program.ID
		for _, who := range []context.Context{w.Worker, w.Outsider, w.SeeAll, w.OutsiderManager} {
			_, err := w.Exports.Check(who, own)
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Make(who, export.Make{Criteria: own})
			storetest.Is(t, err, fault.ErrForbidden)
		}
		_, err := w.Exports.Check(w.Manager, month(f)) // of the whole agency
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Check(w.OtherAdmin, month(f))
		storetest.Refused(t, err, "/funder", "no_such_record", "XPT-11")
		storetest.Equal(t, "what the operator exports", checkOf(w, own).Good, 0)
		run := storetest.Must(w.Exports.Make(w.Manager, export.Make{Criteria: own}))(t)
		storetest.Equal(t, "what the manager exports", run.Good, 2)
		for _, who := range []context.Context{w.Uploader, w.Admin, w.Worker} {
			_, err = w.Exports.Run(who, run.ID)
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Download(who, export.FileKey{Run: run.ID, ID: run.Files[0].ID})
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Exports.MarkSent(who, export.MarkSent{Run: run.ID, ID: run.Files[0].ID, Version: 1})
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Rows(who, run.ID, "", casemgmt.PageRequest{})
			storetest.Is(t, err, fault.ErrForbidden)
		}
		_, err = w.Exports.Run(w.OtherAdmin, run.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		for _, listed := range storetest.Must(w.Exports.Runs(w.Uploader, casemgmt.ProgramID{}, casemgmt.PageRequest{Limit: 1}))(t).Items {
			storetest.Equal(t, "files in the operator's list", len(listed.Files), 0)
		}
		_, err = w.Exports.Runs(w.OtherAdmin, w.Program.ID, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/program", "no_such_record", "XPT-12")
		storetest.Equal(t, "files in the manager's list", len(storetest.Must(w.Exports.Runs(w.Manager, w.Program.ID, casemgmt.PageRequest{Limit: 1}))(t).Items[0].Files), 2)
	},
	"ACC-02 ACC-14 who may not open profiles does not export them either": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		run := makeRun(w, month(f))
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"worker"} // also the operator is one
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		checkOf(w, month(f))
		a.Settings.ClientRoles = []string{"manager"}
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer func() {
			a.Settings.ClientRoles = nil
			storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}()
		_, err := w.Exports.Check(w.Uploader, month(f))
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Download(w.Uploader, export.FileKey{Run: run.ID, ID: run.Files[0].ID})
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Runs(w.Uploader, casemgmt.ProgramID{}, casemgmt.PageRequest{})
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"ACC-02 ACC-10 what was made private since is not told, nor a client's number to whoever may not open profiles": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"admin"}
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		report := storetest.Must(w.Exports.CheckSession(w.Colleague, x.ID))(t)
		storetest.Equal(t, "number", report.Forms[0].Problems[0].Number, 0)
		a.Settings.ClientRoles = nil
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["end"] = "2025-06-15" }))(t)
		r := makeRun(w, month(f))
		accept(w, r.Files[0], 1)
		accept(w, r.Files[1], 1)
		form := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Private = true
		storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content}))(t) // no answer changes: no reason is asked
		_, err := w.Exports.Download(w.Uploader, export.FileKey{Run: r.ID, ID: r.Files[1].ID})
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Equal(t, "rows for the operator", len(storetest.Must(w.Exports.Rows(w.Uploader, r.ID, "", casemgmt.PageRequest{}))(t).Items), 1)
	},
}
