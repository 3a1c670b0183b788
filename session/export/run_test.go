package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// runRules are on making files, sending and discarding them.
var runRules = storetest.Rules{
	"XPT-05 services that go before their clients' profiles are warned of, and so is a profile that they need and that is given up": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := makeRun(w, month(f))
		w.Serve(f, c.ID, "io")
		var said []string
		for _, by := range checkOf(w, month(f)).Workers {
			for _, p := range by.Problems {
				said = append(said, words(p.Rule, p.Severity))
			}
		}
		storetest.Diff(t, []string{"XPT-05 warning"}, said) // the profile lies in the first run
		second := makeRun(w, month(f))
		warned := func(file *export.File) (codes []string) {
			for _, i := range file.Warnings {
				storetest.Equal(t, "clients", i.Params["count"], any(1))
				codes = append(codes, i.Code)
			}
			return codes
		}
		read := func(r *export.Run, kind string) *export.File {
			return fileOf(t, storetest.Must(w.Exports.Run(w.Uploader, r.ID))(t), kind)
		}
		storetest.Diff(t, []string{"profiles_unsent"}, warned(read(second, "information_orientation")))
		storetest.Diff(t, []string{"profiles_unsent"}, warned(markSent(w, second.Files[0])))
		profiles := read(first, "client_profile")
		gone := storetest.Must(w.Exports.Discard(w.Uploader, export.Discard{Run: profiles.Run, ID: profiles.ID, Version: profiles.Version}))(t)
		storetest.Diff(t, []string{"profiles_needed"}, warned(gone))
		third := makeRun(w, month(f)) // the profile again
		storetest.Diff(t, []string(nil), warned(markSent(w, fileOf(t, third, "client_profile"))))
		for _, r := range []*export.Run{first, second} {
			storetest.Diff(t, []string(nil), warned(read(r, "information_orientation")))
		}
		storetest.Diff(t, []string(nil), warned(read(first, "client_profile")))
	},
	"XPT-01 XPT-03 XPT-04 XPT-05 XPT-09 a month's files: profiles first, then each kind of service": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		for _, kind := range []string{"io", "needs", "cc", "employment"} {
			w.Serve(f, c.ID, kind)
		}
		check := checkOf(w, month(f))
		storetest.Equal(t, "problems", fmt.Sprint(found(check)), "[]")
		storetest.Equal(t, "valid", check.Valid, true)
		r := makeRun(w, month(f))
		var kinds []string
		for _, x := range r.Files {
			kinds = append(kinds, x.Kind)
			storetest.Equal(t, "records of "+x.Kind, x.Records, 1)
			storetest.Equal(t, "state of "+x.Kind, x.State, export.Made)
			read := recordsOf(w, x)
			storetest.Equal(t, "template", read.Template.Key, x.Kind)
			icare.Check([]*icare.File{read}, icare.Options{Today: storetest.Today.String(), Month: "2025-06"}, func(f icare.Finding) {
				if f.Severity == icare.Error {
					t.Errorf("%s", f)
				}
			})
		}
		storetest.Diff(t, []string{"client_profile", "needs_assessment_referrals", "community_connections", "information_orientation", "employment"}, kinds)
		p := recordsOf(w, r.Files[0])
		one := &p.Records[0]
		storetest.Equal(t, "identifier", p.Get(one, "client_validation_type_id")+" "+p.Get(one, "client_validation_id"), "FOSS/GCMS Client ID "+c.Profile.Identifiers[0].Value)
		storetest.Equal(t, "birth date", p.Get(one, "client_birth_dt"), c.Profile.BirthDate.String())
		storetest.Equal(t, "language", p.Get(one, "official_language_id"), "English")
		storetest.Equal(t, "postal code", p.Get(one, "postal_txt"), "M4C1B5")
		storetest.Equal(t, "consent", p.Get(one, "consent_ind"), "Yes")
		io := recordsOf(w, fileOf(t, r, "information_orientation"))
		storetest.Equal(t, "place of the service", io.Get(&io.Records[0], "postal_cd"), "M5V2A1")
		storetest.Equal(t, "start", io.Get(&io.Records[0], "start_dttm"), "2025-06-15")
		storetest.Equal(t, "yes", io.Get(&io.Records[0], "topic_housing_given_ind"), "Yes")
		storetest.Equal(t, "no", io.Get(&io.Records[0], "support_received_ind"), "No")
		storetest.Equal(t, "new records have no number", io.Get(&io.Records[0], "update_record_id"), "")
	},
	"XPT-07 XPT-12 a record is in one file at a time; a run is kept with its rows and checksums": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := makeRun(w, month(f))
		kept := storetest.Must(w.Exports.Run(w.Uploader, first.ID))(t)
		storetest.Equal(t, "made by", kept.By, storetest.Must(w.Cases.Caller(w.Uploader))(t).ID)
		storetest.Diff(t, first.Criteria, kept.Criteria)
		storetest.Diff(t, first.Counts, kept.Counts)
		storetest.Equal(t, "states", fmt.Sprint(kept.Files[0].States), "map[exported:1]")
		storetest.Equal(t, "checksums differ", first.Files[0].Checksum != first.Files[1].Checksum, true)
		again := checkOf(w, month(f))
		storetest.Equal(t, "good", again.Good, 0)
		storetest.Equal(t, "in a file", leftOut(again.Counts, export.InFile), 2)
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		storetest.Refused(t, err, "/from", "nothing_to_export", "XPT-07")
		w.Serve(f, c.ID, "cc") // recorded late
		late := makeRun(w, month(f))
		storetest.Equal(t, "only the late one", words(late.Good, len(late.Files), late.Files[0].Kind), "1 1 community_connections")
		file := markSent(w, fileOf(t, first, "information_orientation"))
		storetest.Equal(t, "pending", words(file.State, file.States), "pending map[pending:1]")
		storetest.Equal(t, "at the funder", leftOut(checkOf(w, month(f)).Counts, export.AtFunder), 1)
		_, err = w.Exports.Discard(w.Uploader, export.Discard{Run: file.Run, ID: file.ID, Version: file.Version})
		storetest.Refused(t, err, "/id", "file_state", "XPT-12")
		_, err = w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: file.Run, ID: file.ID, Version: file.Version - 1})
		storetest.Is(t, err, fault.ErrConflict)
		_, err = w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 2})
		storetest.Refused(t, err, "/accepted", "count_differs", "XPT-08")
		file = accept(w, file, 1)
		storetest.Equal(t, "processed", words(file.State, file.States), "processed map[accepted:1]")
		storetest.Equal(t, "accepted", leftOut(checkOf(w, month(f)).Counts, export.AcceptedOnce), 1)
		rows := storetest.Must(w.Exports.Rows(w.Uploader, first.ID, session.Accepted, casemgmt.PageRequest{}))(t).Items
		storetest.Equal(t, "accepted rows", words(len(rows), rows[0].Row, rows[0].Kind, rows[0].Number == c.Number), "1 4 io true")
		var all []*export.Row
		p := casemgmt.PageRequest{Limit: 1}
		for {
			page := storetest.Must(w.Exports.Rows(w.Uploader, first.ID, "", p))(t)
			all = append(all, page.Items...)
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		storetest.Equal(t, "all rows", len(all), 2)
		_, err = w.Exports.Rows(w.Uploader, first.ID, "nearly", casemgmt.PageRequest{})
		storetest.Refused(t, err, "/state", "unknown_value", "XPT-12")
	},
	"XPT-07 a file that was not sent is discarded, and its records can be in another": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := makeRun(w, month(f))
		for _, x := range first.Files {
			x = storetest.Must(w.Exports.Discard(w.Uploader, export.Discard{Run: x.Run, ID: x.ID, Version: x.Version}))(t)
			storetest.Equal(t, "state", words(x.State, x.States), "discarded map[superseded:1]")
		}
		storetest.Equal(t, "good again", checkOf(w, month(f)).Good, 2)
		second := makeRun(w, month(f))
		storetest.Equal(t, "the same records", second.Files[0].Checksum, first.Files[0].Checksum)
	},
	"XPT-07 two runs at once do not take the same record": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		errs := make(chan error, 4)
		for range cap(errs) {
			go func() {
				_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
				errs <- err
			}()
		}
		made := 0
		for range cap(errs) {
			switch err := <-errs; {
			case err == nil:
				made++
			case fault.Codes(err) != nil:
				storetest.Diff(t, []string{"nothing_to_export"}, fault.Codes(err))
			default:
				storetest.Is(t, err, fault.ErrConflict)
			}
		}
		storetest.Equal(t, "runs", made, 1)
	},
	"ANO-09 XPT-12 what is changed or withdrawn while files are made, or before they are sent, is not sent": func(t *testing.T, w *storetest.World) {
		for name, change := range map[string]func(c *casemgmt.Client, x *session.Session){
			"consent": func(c *casemgmt.Client, _ *session.Session) {
				storetest.Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
			},
			"answers": func(_ *casemgmt.Client, x *session.Session) {
				storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { delete(a, "start") }))(t)
			},
			"site": func(_ *casemgmt.Client, x *session.Session) {
				d := x.Details
				d.Comments = "c"
				storetest.Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
			},
		} {
			f, c := w.Agreement(), w.Client()
			x := w.Serve(f, c.ID, "io")
			run := &between{Runner: w.Store.Exports(), do: func() { change(c, x) }}
			_, err := w.Exports.On(run).Make(w.Uploader, export.Make{Criteria: month(f)})
			if !errors.Is(err, fault.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := makeRun(w, month(f))
		storetest.Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
		_, err := w.Exports.Download(w.Uploader, export.FileKey{Run: r.ID, ID: r.Files[0].ID})
		storetest.Refused(t, err, "/id", "withdrawn_in_file", "ANO-09")
		_, err = w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: r.ID, ID: r.Files[0].ID, Version: 1})
		storetest.Refused(t, err, "/id", "withdrawn_in_file", "ANO-09")
		storetest.Must(w.Exports.Discard(w.Uploader, export.Discard{Run: r.ID, ID: r.Files[0].ID, Version: 1}))(t)
	},
	"XPT-12 a repeated download with a request key has its content": func(t *testing.T, w *storetest.World) {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		r := makeRun(w, month(f))
		for range 2 {
			d, err := w.Exports.Download(casemgmt.Once(w.Uploader, "key"), export.FileKey{Run: r.ID, ID: r.Files[0].ID})
			content := d.Content
			if err != nil || len(content) == 0 {
				t.Error(len(content), err)
			}
		}
	},
	"XPT-03 a file's records in a workbook that was downloaded from the funder": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := makeRun(w, month(f))
		var base bytes.Buffer
		w.NoError(icare.Builtin().WriteWorkbook(&base, &icare.File{Template: icare.Builtin().Template("information_orientation")}))
		file := fileOf(t, r, "information_orientation")
		filled, err := w.Exports.Fill(w.Uploader, export.Fill{Run: r.ID, ID: file.ID, Content: base.Bytes()})
		w.NoError(err)
		got, _, err := icare.Builtin().ReadWorkbook("x", bytes.NewReader(filled.Content), int64(len(filled.Content)))
		w.NoError(err)
		storetest.Diff(t, recordsOf(w, file).Records, got.Records)
		_, err = w.Exports.Fill(w.Uploader, export.Fill{Run: r.ID, ID: r.Files[0].ID, Content: base.Bytes()})
		storetest.Refused(t, err, "/content", "not_a_workbook", "XPT-03")
	},
}

// between does something after the view and before the change of a call.
type between struct {
	export.Runner
	do func()
}

// Update is part of export.Runner.
func (b *between) Update(ctx context.Context, agency string, fn func(export.Tx) error) error {
	b.do()
	return b.Runner.Update(ctx, agency, fn)
}
