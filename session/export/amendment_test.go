package export_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// amendmentRules are on what changes after the funder has it.
var amendmentRules = storetest.Rules{
	"XPT-10 CMP-09 HDR-02 a change after acceptance is an amendment with its reason and the funder's number": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := makeRun(w, month(f))
		accept(w, r.Files[0], 1)
		file := accept(w, r.Files[1], 1)
		form := x.Participants[0].Forms[0]
		_, err := saveAs(w.Worker, w, x, func(a forms.Answers) { a["hours"] = 2.0 })
		storetest.Refused(t, err, "/answers/update_reason", "required", "XPT-10")
		_, err = saveAs(w.Worker, w, x, func(a forms.Answers) { clear(a) })
		storetest.Is(t, err, fault.ErrInvalid)
		_, err = saveAs(w.Worker, w, x, func(a forms.Answers) { a["update_reason"] = "correct"; delete(a, "start") })
		storetest.Refused(t, err, "/id", "stays_complete", "CMP-09")
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["update_reason"] = "correct"; a["hours"] = 2.0 }))(t)
		storetest.Diff(t, []string{"XPT-10 "}, found(checkOf(w, month(f)))) // the funder's number is not known
		_, err = w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 5, RecordID: "10387104"})
		storetest.Is(t, err, fault.ErrNotFound)
		storetest.Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 4, RecordID: "10387104"}))(t)
		again := makeRun(w, month(f))
		storetest.Equal(t, "amendments", words(again.Good, again.Kinds[0].Amendments), "1 1")
		sent := recordsOf(w, again.Files[0])
		storetest.Equal(t, "number", sent.Get(&sent.Records[0], "update_record_id"), "10387104")
		storetest.Equal(t, "reason", sent.Get(&sent.Records[0], "assessment_update_reason_id"), "Correct error")
		// rejected, the amendment is still one
		readAnswer(w, again.Files[0], map[int]string{4: rejectedAt(4)})
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["hours"] = 3.0; a["update_reason"] = "amend" }))(t)
		third := makeRun(w, month(f))
		sent = recordsOf(w, third.Files[0])
		storetest.Equal(t, "number", sent.Get(&sent.Records[0], "update_record_id"), "10387104")
		// stored under its number, it is accepted
		read := readAnswer(w, third.Files[0], map[int]string{4: "[BUID:305940,RID:10387104,ORP:4/4,DTS:2025-07-04 10:05:04]"})
		storetest.Equal(t, "accepted", words(read.Accepted, read.Rows[0].RecordID), "1 10387104")
		storetest.Equal(t, "nothing is left", checkOf(w, month(f)).Good, 0)
		storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: storetest.Must(w.Sessions.Form(w.Worker, form.ID))(t).Version, Reason: "by mistake"}))(t)
		storetest.Equal(t, "to be deleted at the funder", leftOut(checkOf(w, month(f)).Counts, export.Deleted), 1)
	},
	"XPT-10 a new address of the site or a corrected birth date amends no accepted service": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := makeRun(w, month(f))
		accept(w, r.Files[0], 1)
		accept(w, r.Files[1], 1)
		site := *storetest.Must(w.Cases.Site(w.Admin, w.Site.ID))(t)
		site.Address.PostalCode = "M5V 3L9"
		changed := *storetest.Must(w.Cases.UpdateSite(w.Admin, site))(t)
		defer func() {
			changed.Address = w.Site.Address
			storetest.Must(w.Cases.UpdateSite(w.Admin, changed))(t)
		}()
		c = storetest.Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.BirthDate = p.BirthDate.AddDays(1)
		storetest.Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		again := makeRun(w, month(f))
		storetest.Equal(t, "the profile alone", words(again.Good, again.Bad, again.Files[0].Kind), "1 0 client_profile")
		form := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		removed := storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: form.Version, Reason: "by mistake"}))(t)
		storetest.Must(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: form.ID, Version: removed.Version}))(t) // no reason is asked: nothing is changed
		storetest.Equal(t, "deleted", leftOut(checkOf(w, month(f)).Counts, export.Deleted), 0)
	},
	"CMP-09 XPT-10 a rejected amendment does not make the funder's record forgotten": func(t *testing.T, w *storetest.World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := makeRun(w, month(f))
		accept(w, r.Files[0], 1)
		file := accept(w, r.Files[1], 1)
		_, err := w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 1})
		storetest.Refused(t, err, "/id", "file_state", "XPT-12")
		storetest.Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 4, RecordID: "10387104"}))(t)
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["hours"], a["update_reason"] = 2.0, "amend" }))(t)
		second := makeRun(w, month(f))
		accept(w, second.Files[0], 1) // by the count: no number is told
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["hours"] = 3.0 }))(t)
		third := makeRun(w, month(f)) // the number is known still
		readAnswer(w, third.Files[0], map[int]string{4: rejectedAt(4)})
		_, err = saveAs(w.Worker, w, x, func(a forms.Answers) { delete(a, "start") })
		storetest.Refused(t, err, "/id", "stays_complete", "CMP-09")
		form := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Funder = g.ID
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content})
		storetest.Refused(t, err, "/funder", "cannot_change", "XPT-11")
		storetest.Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: form.Version, Reason: "by mistake"}))(t)
		storetest.Equal(t, "to be deleted at the funder", leftOut(checkOf(w, month(f)).Counts, export.Deleted), 1)
		storetest.Equal(t, "to fix", len(toFix(w.Worker, w, f)), 0) // it is gone
	},
	"XPT-11 what one agreement has does not move to another; what it rejected may": func(t *testing.T, w *storetest.World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) {
			s.Funders, s.Clients[0].Forms[0].Funder = []casemgmt.FunderID{f.ID}, casemgmt.FunderID{}
		})
		r := makeRun(w, month(f))
		accept(w, r.Files[0], 1)
		file := accept(w, r.Files[1], 1)
		x = storetest.Must(w.Sessions.Session(w.Worker, x.ID))(t)
		d := x.Details
		d.Funders = []casemgmt.FunderID{g.ID}
		_, err := w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d})
		storetest.Refused(t, err, "/funder", "cannot_change", "XPT-11")
		form := storetest.Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Funder, content.Answers["update_reason"] = g.ID, "amend"
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content})
		storetest.Refused(t, err, "/funder", "cannot_change", "XPT-11")
		readAnswer(w, file, map[int]string{4: rejectedAt(4)}) // after all
		delete(content.Answers, "update_reason")
		storetest.Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content}))(t)
		storetest.Equal(t, "good under the first", checkOf(w, month(f)).Good, 0)
		moved := makeRun(w, month(g))
		storetest.Equal(t, "good under the second", words(moved.Good, moved.Kinds[1].Amendments), "2 0")
	},
}
