package export_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// answerRules are on what the funder answered.
var answerRules = storetest.Rules{
	"XPT-08 a rejection comes back to its record and its worker, and goes again when it is corrected": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		x, y := w.Serve(f, c.ID, "io"), w.Serve(f, c.ID, "cc")
		r := makeRun(w, month(f))
		accept(w, markSent(w, fileOf(t, r, "client_profile")), 1)
		accept(w, markSent(w, fileOf(t, r, "community_connections")), 1)
		file := markSent(w, fileOf(t, r, "information_orientation"))
		form := x.Participants[0].Forms[0]
		_, err := saveAs(w.Worker, w, x, func(a forms.Answers) {})
		storetest.Refused(t, err, "/id", "in_funder_file", "CMP-09")
		for range 2 { // reading it again changes nothing
			read := readAnswer(w, file, map[int]string{4: rejectedAt(4)})
			storetest.Equal(t, "rejected", words(read.Rejected, read.Accepted, read.Unmatched, read.File.States), "1 0 0 map[rejected:1]")
			storetest.Equal(t, "row", read.Rows[0].Form, form.ID)
		}
		seen := storetest.Must(w.Sessions.Form(w.Worker, form.ID))(t)
		storetest.Equal(t, "state on the record", seen.Export.State, session.Rejected)
		storetest.Equal(t, "message on the record", seen.Export.Messages[0].En, "Unable to validate against database.")
		storetest.Equal(t, "in French", seen.Export.Messages[0].Fr, "Impossible de valider dans la base de données.")
		list := toFix(w.Worker, w, f)
		storetest.Equal(t, "to fix", words(len(list), list[0].Form == form.ID, list[0].Corrected, list[0].Name == c.Name()), "1 true false true")
		storetest.Equal(t, "what the colleague has to fix", len(toFix(w.Colleague, w, f)), 0)
		check := checkOf(w, month(f))
		storetest.Diff(t, []string{"XPT-08 "}, found(check))
		storetest.Diff(t, []string(nil), found(checkOf(w, export.Criteria{Funder: f.ID, From: month(f).From, To: month(f).To, Resend: true})))
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["hours"] = 2.0 }))(t)
		storetest.Equal(t, "corrected", toFix(w.Worker, w, f)[0].Corrected, true)
		again := makeRun(w, month(f))
		storetest.Equal(t, "only that one", words(again.Good, len(again.Files), again.Files[0].Kind), "1 1 information_orientation")
		storetest.Equal(t, "to fix", len(toFix(w.Worker, w, f)), 0)
		late := readAnswer(w, file, map[int]string{4: rejectedAt(4)})
		storetest.Equal(t, "an answer that comes late", words(late.Rejected, late.Late), "0 1")
		// given up, the rejection counts again
		storetest.Must(w.Exports.Discard(w.Uploader, export.Discard{Run: again.ID, ID: again.Files[0].ID, Version: 1}))(t)
		storetest.Equal(t, "state", storetest.Must(w.Sessions.Form(w.Worker, form.ID))(t).Export.State, session.Rejected)
		storetest.Equal(t, "the other service", storetest.Must(w.Sessions.Session(w.Worker, y.ID))(t).Participants[0].Forms[0].Export.State, session.Accepted)
		_, err = w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: r.ID, ID: file.ID, Content: []byte("no workbook")})
		storetest.Refused(t, err, "/content", "not_a_workbook", "XPT-03")
		_, err = w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: r.ID, ID: file.ID, Content: w.Returned(r.Files[0], map[int]string{4: rejectedAt(4)})})
		storetest.Refused(t, err, "/content", "not_this_file", "XPT-08")
	},
	"XPT-05 XPT-08 a service that was rejected with its client goes again when the client is right": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := makeRun(w, month(f))
		for _, x := range r.Files {
			readAnswer(w, x, map[int]string{4: rejectedAt(4)})
		}
		storetest.Equal(t, "to fix", len(toFix(w.Worker, w, f)), 2)
		profile := storetest.Must(w.Exports.OfClient(w.Colleague, c.ID))(t)
		storetest.Equal(t, "the message on the profile", words(len(profile), profile[0].State, profile[0].Messages[0].En), "1 rejected Unable to validate against database.")
		_, err := w.Exports.OfClient(w.OtherAdmin, c.ID)
		storetest.Is(t, err, fault.ErrNotFound)
		storetest.Diff(t, []string{"XPT-08 ", "XPT-08 "}, found(checkOf(w, month(f))))
		c = storetest.Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.Address.PostalCode = "M4C1B6" // the service's record does not change with it
		storetest.Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		again := makeRun(w, month(f))
		storetest.Equal(t, "both go", words(again.Good, len(again.Files)), "2 2")
	},
	"XPT-08 another month's answer is not taken, and a wrong reading can be mended": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := makeRun(w, month(f))
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Answers["hours"] = 3.0 })
		second := makeRun(w, month(f)) // the same client in the same row
		content := w.Returned(fileOf(t, first, "information_orientation"), map[int]string{4: rejectedAt(4)})
		file := second.Files[0]
		_, err := w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: file.Run, ID: file.ID, Content: content})
		storetest.Refused(t, err, "/content", "not_this_file", "XPT-08")
		read := readAnswer(w, file, map[int]string{4: rejectedAt(4)})
		again := readAnswer(w, file, map[int]string{4: rejectedAt(4)})
		storetest.Equal(t, "version after reading twice", again.File.Version, read.File.Version)
		row := storetest.Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: 4, RecordID: " 10387111 "}))(t)
		storetest.Equal(t, "accepted after all", words(row.State, row.RecordID, len(row.Messages)), "accepted 10387111 0")
		for _, n := range []int{-1, 0, 5, 5_000_000_000} {
			_, err = w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: n, RecordID: "1"})
			storetest.Is(t, err, fault.ErrNotFound)
		}
	},
	"XPT-10 the funder's number of another record is refused, under any agreement of its system": func(t *testing.T, w *storetest.World) {
		f, g := w.Agreement(), w.Agreement()
		number := fmt.Sprint(w.Next())
		accepted := func(of *casemgmt.Funder) *export.File {
			w.Serve(of, w.Client().ID, "io")
			file := fileOf(t, makeRun(w, month(of)), "information_orientation")
			return storetest.Must(w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 1}))(t)
		}
		set := func(file *export.File, number string) error {
			_, err := w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: 4, RecordID: number})
			return err
		}
		one := accepted(f)
		w.NoError(set(one, number))
		w.NoError(set(one, number)) // of the same record
		storetest.Refused(t, set(accepted(f), number), "/record_id", "record_id_taken", "XPT-10")
		storetest.Refused(t, set(accepted(g), number), "/record_id", "record_id_taken", "XPT-10")
		w.NoError(set(one, number+"0"))
		w.NoError(set(accepted(g), number)) // it is free again
		w.Serve(g, w.Client().ID, "io")
		file := fileOf(t, makeRun(w, month(g)), "information_orientation")
		_, err := w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: file.Run, ID: file.ID,
			Content: w.Returned(file, map[int]string{4: strings.Replace(rejectedAt(4), "RID:,", "RID:"+number+",", 1)})})
		storetest.Refused(t, err, "/content", "record_id_taken", "XPT-10")
		storetest.Equal(t, "the file", fileOf(t, storetest.Must(w.Exports.Run(w.Uploader, file.Run))(t), "information_orientation").State, export.Made)
	},
	"XPT-08 what somebody left to mend who has gone is on the list of who manages the program": func(t *testing.T, w *storetest.World) {
		staff := storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: fmt.Sprint("leaver-", w.Next()), Name: "L", Programs: []casemgmt.Membership{{Program: w.Program.ID}},
			Defaults: casemgmt.Defaults{Site: w.Site.ID}}))(t)
		f := w.Agreement()
		leaver := *w
		leaver.Worker = w.As("metro", staff.User)
		c := leaver.Client()
		leaver.Serve(f, c.ID, "io")
		r := makeRun(w, month(f))
		for _, file := range r.Files {
			readAnswer(w, file, map[int]string{4: rejectedAt(4)})
		}
		mine := func(ctx context.Context) int {
			n := 0
			for _, x := range storetest.Must(w.Exports.MyRejections(ctx, casemgmt.PageRequest{Limit: 200}))(t).Items {
				if x.Client == c.ID {
					n++
				}
			}
			return n
		}
		storetest.Equal(t, "the worker's own", mine(leaver.Worker), 2)
		storetest.Equal(t, "the manager's, while the worker is there", mine(w.Manager), 0)
		staff.Deactivated = true
		storetest.Must(w.Cases.UpdateStaff(w.Admin, *staff))(t)
		storetest.Equal(t, "the manager's", mine(w.Manager), 2)
		for name, ctx := range map[string]context.Context{"a colleague": w.Colleague, "another manager": w.OutsiderManager} {
			storetest.Equal(t, "of "+name, mine(ctx), 0)
		}
	},
	"XPT-05 a rejected profile goes as soon as it is corrected, also while the services are pending": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := makeRun(w, month(f))
		readAnswer(w, r.Files[0], map[int]string{4: rejectedAt(4)})
		services := markSent(w, r.Files[1])
		c = storetest.Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.Address.PostalCode = "M4C1B6"
		storetest.Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		mended := makeRun(w, month(f))
		storetest.Equal(t, "the profile alone", words(len(mended.Files), mended.Files[0].Kind), "1 client_profile")
		accept(w, markSent(w, mended.Files[0]), 1)
		readAnswer(w, services, map[int]string{4: rejectedAt(4)}) // read late: it was rejected with the profile as it was
		again := makeRun(w, month(f))
		storetest.Equal(t, "the service goes again", words(again.Good, again.Files[0].Kind), "1 information_orientation")
	},
}
