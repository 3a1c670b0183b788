package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/icare"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// FunderAnswers complete a form and are what iCARE takes without an error.
func (w *World) FunderAnswers(kind string) forms.Answers {
	a := w.Answers(kind)
	maps.Copy(a, forms.Answers{"referred_by": "not_referred", "institution": "settlement_provider", "support_received": false})
	if kind == "io" || kind == "cc" || kind == "employment" {
		a["skills_received"] = false
	}
	switch kind {
	case "io":
		maps.Copy(a, forms.Answers{"end": "2025-06-15", "life_received": false, "hours": 1.0, "minutes": 0.0})
	case "needs":
		maps.Copy(a, forms.Answers{"end": "2025-06-15", "citizen_intent": "yes"})
	case "cc":
		maps.Copy(a, forms.Answers{"language": "english", "official_language": "english", "end": "2025-06-12", "hours": 1.0, "minutes": 0.0})
	case "employment":
		maps.Copy(a, forms.Answers{"language": "english", "official_language": "english", "registered": false, "hours": 1.0, "minutes": 0.0})
	}
	return a
}

// Agreement is a new contribution agreement with iCARE.
func (w *World) Agreement() *casemgmt.Funder {
	w.T.Helper()
	n := w.Next()
	return Must(w.Cases.CreateFunder(w.Setup, casemgmt.Funder{Name: i18n.T(fmt.Sprint("Agreement ", n), fmt.Sprint("Entente ", n)), System: "icare", Agreement: fmt.Sprint("S", n)}))(w.T)
}

// Serve records a complete service that an agreement pays for.
func (w *World) Serve(f *casemgmt.Funder, client casemgmt.ClientID, kind string, change ...func(*session.Start)) *session.Session {
	w.T.Helper()
	cmd := session.Start{Details: w.Details(), Clients: []session.StartClient{{Client: client, Forms: []session.StartForm{
		{Kind: kind, Content: session.Content{Funder: f.ID, Answers: w.FunderAnswers(kind)}}}}}}
	def, _ := w.Config.Forms.Latest(kind)
	cmd.Type = session.Type(def.Definition.Sessions[0])
	for _, c := range change {
		c(&cmd)
	}
	return Must(w.Sessions.Start(w.Worker, cmd))(w.T)
}

// month is the period of the tests.
func month(f *casemgmt.Funder) export.Criteria {
	return export.Criteria{Funder: f.ID, From: civil.Date{Year: 2025, Month: 6, Day: 1}, To: civil.Date{Year: 2025, Month: 6, Day: 30}}
}

func (w *World) makeRun(c export.Criteria) *export.Run {
	w.T.Helper()
	return Must(w.Exports.Make(w.Uploader, export.Make{Criteria: c}))(w.T)
}

// fileOf is the only file of a kind in a run.
func fileOf(t testing.TB, r *export.Run, kind string) *export.File {
	t.Helper()
	for _, f := range r.Files {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("no file of %s in %d files", kind, len(r.Files))
	return nil
}

func (w *World) markSent(f *export.File) *export.File {
	w.T.Helper()
	return Must(w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: f.Run, ID: f.ID, Version: f.Version}))(w.T)
}

func (w *World) accept(f *export.File, n int) *export.File {
	w.T.Helper()
	return Must(w.Exports.Accept(w.Uploader, export.Accept{Run: f.Run, ID: f.ID, Version: f.Version, Accepted: n}))(w.T)
}

// records are the records of a file, as package icare reads it.
func (w *World) records(f *export.File) *icare.File {
	w.T.Helper()
	d, err := w.Exports.Download(w.Uploader, export.FileKey{Run: f.Run, ID: f.ID})
	content := d.Content
	w.ok(err)
	out, found, err := icare.Builtin().ReadWorkbook(f.Name, bytes.NewReader(content), int64(len(content)))
	w.ok(err)
	if len(found) > 0 {
		w.T.Errorf("%v", found)
	}
	return out
}

// Returned is a file as the funder returns it, with what it says of some rows.
func (w *World) Returned(f *export.File, details map[int]string) []byte {
	w.T.Helper()
	d, err := w.Exports.Download(w.Uploader, export.FileKey{Run: f.Run, ID: f.ID})
	content := d.Content
	w.ok(err)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	w.ok(err)
	for row, text := range details {
		w.ok(book.SetCellStr("iCARE Template", fmt.Sprint("A", row), text))
	}
	var out bytes.Buffer
	w.ok(book.Write(&out))
	return out.Bytes()
}

const unable = "(Client) Unable to validate against database. / (Client) Impossible de valider dans la base de données."

func rejectedAt(row int) string {
	return fmt.Sprintf("[BUID:305939,RID:,ORP:%d/5,DTS:2025-07-03 10:05:04][1] %s", row, unable)
}

func (w *World) read(f *export.File, details map[int]string) *export.Read {
	w.T.Helper()
	return Must(w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: f.Run, ID: f.ID, Content: w.Returned(f, details)}))(w.T)
}

// words are values with a blank between each.
func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

// leftOut is how many were left out for a reason.
func leftOut(n export.Counts, r export.Reason) int {
	for _, l := range n.LeftOut {
		if l.Reason == r {
			return l.Count
		}
	}
	return 0
}

func (w *World) check(c export.Criteria) *export.Report {
	w.T.Helper()
	return Must(w.Exports.Check(w.Uploader, c))(w.T)
}

// found lists the rules of the problems with errors, by worker.
func found(r *export.Report) []string {
	var out []string
	for _, w := range r.Workers {
		for _, p := range w.Problems {
			if p.Severity == fault.Error {
				out = append(out, p.Rule+" "+p.Field)
			}
		}
	}
	slices.Sort(out)
	return out
}

var exportRules = []rule{
	{"XPT-01 XPT-03 XPT-04 XPT-05 XPT-09 a month's files: profiles first, then each kind of service", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		for _, kind := range []string{"io", "needs", "cc", "employment"} {
			w.Serve(f, c.ID, kind)
		}
		check := w.check(month(f))
		equal(t, "problems", fmt.Sprint(found(check)), "[]")
		equal(t, "valid", check.Valid, true)
		r := w.makeRun(month(f))
		var kinds []string
		for _, x := range r.Files {
			kinds = append(kinds, x.Kind)
			equal(t, "records of "+x.Kind, x.Records, 1)
			equal(t, "state of "+x.Kind, x.State, export.Made)
			read := w.records(x)
			equal(t, "template", read.Template.Key, x.Kind)
			icare.Check([]*icare.File{read}, icare.Options{Today: Today.String(), Month: "2025-06"}, func(f icare.Finding) {
				if f.Severity == icare.Error {
					t.Errorf("%s", f)
				}
			})
		}
		diff(t, []string{"client_profile", "needs_assessment_referrals", "community_connections", "information_orientation", "employment"}, kinds)
		p := w.records(r.Files[0])
		one := &p.Records[0]
		equal(t, "identifier", p.Get(one, "client_validation_type_id")+" "+p.Get(one, "client_validation_id"), "FOSS/GCMS Client ID "+c.Profile.Identifiers[0].Value)
		equal(t, "birth date", p.Get(one, "client_birth_dt"), c.Profile.BirthDate.String())
		equal(t, "language", p.Get(one, "official_language_id"), "English")
		equal(t, "postal code", p.Get(one, "postal_txt"), "M4C1B5")
		equal(t, "consent", p.Get(one, "consent_ind"), "Yes")
		io := w.records(fileOf(t, r, "information_orientation"))
		equal(t, "place of the service", io.Get(&io.Records[0], "postal_cd"), "M5V2A1")
		equal(t, "start", io.Get(&io.Records[0], "start_dttm"), "2025-06-15")
		equal(t, "yes", io.Get(&io.Records[0], "topic_housing_given_ind"), "Yes")
		equal(t, "no", io.Get(&io.Records[0], "support_received_ind"), "No")
		equal(t, "new records have no number", io.Get(&io.Records[0], "update_record_id"), "")
	}},
	{"XPT-02 XPT-06 the check names client, session, form, field, rule, worker and e-mail, by worker", func(t *testing.T, w *World) {
		f, c, bare := w.Agreement(), w.Client(), w.Profile()
		bare.Address, bare.ResearchConsent = casemgmt.Address{}, nil
		other := Must(w.Cases.RegisterClient(w.Colleague, casemgmt.RegisterClient{Accepted: true, Profile: bare}))(t)
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		w.Serve(f, other.ID, "io")
		r := w.check(month(f))
		equal(t, "valid", r.Valid, false)
		equal(t, "good", r.Good, 1) // the first client's profile
		equal(t, "bad", r.Bad, 3)   // a form, a profile and the service that hangs on it
		diff(t, []string{"R008 /answers/end", "R008 /profile/address/postal_code", "R008 /profile/research_consent", "XPT-05 "}, found(r))
		var mine, theirs export.WorkersProblems
		for _, by := range r.Workers {
			switch by.Email {
			case "worker@metro.example":
				mine = by
			case "colleague@metro.example":
				theirs = by
			default:
				t.Errorf("problems of %q", by.Email)
			}
		}
		equal(t, "name", mine.Name, "Staff worker")
		i := slices.IndexFunc(mine.Problems, func(p export.Problem) bool { return p.Rule == "R008" })
		p := mine.Problems[i]
		diff(t, export.Ref{Subject: export.SubjectOf(export.FormSubject, x.Participants[0].Forms[0].ID), Client: c.ID, Number: c.Number, Session: x.ID, Form: x.Participants[0].Forms[0].ID, Kind: "io", Date: Today, Worker: mine.Worker}, p.Ref)
		equal(t, "file and column", p.File+" "+p.Column, "information_orientation end_dttm")
		equal(t, "label", p.Label.En, "End Date of Service")
		equal(t, "both languages", p.Message.Complete(), true)
		equal(t, "the profile's problems are its registrar's", theirs.Problems[0].Kind, "client_profile")
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		refused(t, err, "/good_only", "bad_records", "XPT-06")
		run := Must(w.Exports.Make(w.Uploader, export.Make{Criteria: month(f), GoodOnly: true}))(t)
		equal(t, "files with the good ones", len(run.Files), 1)
		equal(t, "what was bad is kept", run.Bad, 3)
	}},
	{"ANO-07 ANO-09 FRM-08 CMP-03 ACC-10 what is never in a file, and the count of each", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		bare := leftOut(w.check(month(f)).Counts, export.NeverExported) // forms of other rules that name no funder
		nobody := Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		w.Serve(f, nobody.ID, "io")
		gone := w.Client()
		w.Serve(f, gone.ID, "io")
		Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version, Reason: "asked"}))(t)
		w.Serve(f, c.ID, "nonspec")
		w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "start") })
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Private = true })
		before := leftOut(w.check(month(f)).Counts, export.NoFunder)
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Funder = casemgmt.FunderID{} })
		r := w.check(month(f))
		for reason, n := range map[export.Reason]int{export.Anonymous: 1, export.Withdrawn: 1, export.NeverExported: bare + 1, export.Incomplete: 1, export.NoFunder: before + 1} {
			equal(t, string(reason), leftOut(r.Counts, reason), n)
		}
		equal(t, "private ones are so few that they are not counted", slices.ContainsFunc(r.LeftOut, func(l export.LeftOut) bool { return l.Reason == export.Private && l.Withheld && l.Count == 0 }), true)
		equal(t, "good", r.Good, 0)
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		refused(t, err, "/from", "nothing_to_export", "XPT-07")
	}},
	{"ACC-04 ACC-10 ACC-14 who may export, and whose private forms", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Private = true })
		own := month(f)
		own.Program = w.Program.ID
		for _, who := range []context.Context{w.Worker, w.Outsider, w.SeeAll, w.OutsiderManager} {
			_, err := w.Exports.Check(who, own)
			is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Make(who, export.Make{Criteria: own})
			is(t, err, fault.ErrForbidden)
		}
		_, err := w.Exports.Check(w.Manager, month(f)) // of the whole agency
		is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Check(w.OtherAdmin, month(f))
		refused(t, err, "/funder", "no_such_record", "XPT-11")
		equal(t, "what the operator exports", w.check(own).Good, 0)
		run := Must(w.Exports.Make(w.Manager, export.Make{Criteria: own}))(t)
		equal(t, "what the manager exports", run.Good, 2)
		for _, who := range []context.Context{w.Uploader, w.Admin, w.Worker} {
			_, err = w.Exports.Run(who, run.ID)
			is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Download(who, export.FileKey{Run: run.ID, ID: run.Files[0].ID})
			is(t, err, fault.ErrForbidden)
			_, err = w.Exports.MarkSent(who, export.MarkSent{Run: run.ID, ID: run.Files[0].ID, Version: 1})
			is(t, err, fault.ErrForbidden)
			_, err = w.Exports.Rows(who, run.ID, "", casemgmt.PageRequest{})
			is(t, err, fault.ErrForbidden)
		}
		_, err = w.Exports.Run(w.OtherAdmin, run.ID)
		is(t, err, fault.ErrNotFound)
		for _, listed := range Must(w.Exports.Runs(w.Uploader, casemgmt.ProgramID{}, casemgmt.PageRequest{Limit: 1}))(t).Items {
			equal(t, "files in the operator's list", len(listed.Files), 0)
		}
		equal(t, "files in the manager's list", len(Must(w.Exports.Runs(w.Manager, w.Program.ID, casemgmt.PageRequest{Limit: 1}))(t).Items[0].Files), 2)
	}},
	{"ACC-02 ACC-14 who may not open profiles does not export them either", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		run := w.makeRun(month(f))
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"worker"} // also the operator is one
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		w.check(month(f))
		a.Settings.ClientRoles = []string{"manager"}
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		defer func() {
			a.Settings.ClientRoles = nil
			Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}()
		_, err := w.Exports.Check(w.Uploader, month(f))
		is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Download(w.Uploader, export.FileKey{Run: run.ID, ID: run.Files[0].ID})
		is(t, err, fault.ErrForbidden)
		_, err = w.Exports.Runs(w.Uploader, casemgmt.ProgramID{}, casemgmt.PageRequest{})
		is(t, err, fault.ErrForbidden)
	}},
	{"XPT-11 agreements have separate files; the session's only funder pays where the form names none", func(t *testing.T, w *World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		w.Serve(g, c.ID, "io", func(s *session.Start) {
			s.Funders, s.Clients[0].Forms[0].Funder = []casemgmt.FunderID{g.ID}, casemgmt.FunderID{}
		})
		for _, x := range []*casemgmt.Funder{f, g} {
			r := w.makeRun(month(x))
			equal(t, "records", r.Good, 2)
			id := r.ID.String()
			equal(t, "name", r.Files[0].Name, x.Agreement+"_client_profile_2025-06-01_2025-06-30_run-"+id[len(id)-6:]+"_1.xlsx")
		}
		own := month(f)
		own.Program = w.Second.ID
		equal(t, "of another program", w.check(own).Good, 0)
		none := Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("City", "Ville")}))(t)
		for path, change := range map[string]func(*export.Criteria){
			"/funder no_such_record": func(c *export.Criteria) { c.Funder = newID[casemgmt.Funder]() }, "/funder no_format": func(c *export.Criteria) { c.Funder = none.ID },
			"/from required": func(c *export.Criteria) { c.From = civil.Date{} }, "/to ends_before_start": func(c *export.Criteria) { c.To = c.From.AddDays(-1) },
			"/to date_range": func(c *export.Criteria) { c.To = c.From.AddDays(400) }, "/program no_such_record": func(c *export.Criteria) { c.Program = w.OtherProgram.ID },
		} {
			wrong := month(f)
			change(&wrong)
			_, err := w.Exports.Check(w.Uploader, wrong)
			at, code, _ := strings.Cut(path, " ")
			ruleID := "XPT-11"
			if code == "no_format" {
				ruleID = "XPT-04"
			}
			refused(t, err, at, code, ruleID)
		}
	}},
	{"XPT-07 XPT-12 a record is in one file at a time; a run is kept with its rows and checksums", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := w.makeRun(month(f))
		kept := Must(w.Exports.Run(w.Uploader, first.ID))(t)
		equal(t, "made by", kept.By, Must(w.Cases.Caller(w.Uploader))(t).ID)
		diff(t, first.Criteria, kept.Criteria)
		diff(t, first.Counts, kept.Counts)
		equal(t, "states", fmt.Sprint(kept.Files[0].States), "map[exported:1]")
		equal(t, "checksums differ", first.Files[0].Checksum != first.Files[1].Checksum, true)
		again := w.check(month(f))
		equal(t, "good", again.Good, 0)
		equal(t, "in a file", leftOut(again.Counts, export.InFile), 2)
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		refused(t, err, "/from", "nothing_to_export", "XPT-07")
		w.Serve(f, c.ID, "cc") // recorded late
		late := w.makeRun(month(f))
		equal(t, "only the late one", words(late.Good, len(late.Files), late.Files[0].Kind), "1 1 community_connections")
		file := w.markSent(fileOf(t, first, "information_orientation"))
		equal(t, "pending", words(file.State, file.States), "pending map[pending:1]")
		equal(t, "at the funder", leftOut(w.check(month(f)).Counts, export.AtFunder), 1)
		_, err = w.Exports.Discard(w.Uploader, export.Discard{Run: file.Run, ID: file.ID, Version: file.Version})
		refused(t, err, "/id", "file_state", "XPT-12")
		_, err = w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: file.Run, ID: file.ID, Version: file.Version - 1})
		is(t, err, fault.ErrConflict)
		_, err = w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 2})
		refused(t, err, "/accepted", "count_differs", "XPT-08")
		file = w.accept(file, 1)
		equal(t, "processed", words(file.State, file.States), "processed map[accepted:1]")
		equal(t, "accepted", leftOut(w.check(month(f)).Counts, export.AcceptedOnce), 1)
		rows := Must(w.Exports.Rows(w.Uploader, first.ID, session.Accepted, casemgmt.PageRequest{}))(t).Items
		equal(t, "accepted rows", words(len(rows), rows[0].Row, rows[0].Kind, rows[0].Number == c.Number), "1 4 io true")
		var all []*export.Row
		p := casemgmt.PageRequest{Limit: 1}
		for {
			page := Must(w.Exports.Rows(w.Uploader, first.ID, "", p))(t)
			all = append(all, page.Items...)
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		equal(t, "all rows", len(all), 2)
		_, err = w.Exports.Rows(w.Uploader, first.ID, "nearly", casemgmt.PageRequest{})
		refused(t, err, "/state", "unknown_value", "XPT-12")
	}},
	{"XPT-07 a file that was not sent is discarded, and its records can be in another", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := w.makeRun(month(f))
		for _, x := range first.Files {
			x = Must(w.Exports.Discard(w.Uploader, export.Discard{Run: x.Run, ID: x.ID, Version: x.Version}))(t)
			equal(t, "state", words(x.State, x.States), "discarded map[superseded:1]")
		}
		equal(t, "good again", w.check(month(f)).Good, 2)
		second := w.makeRun(month(f))
		equal(t, "the same records", second.Files[0].Checksum, first.Files[0].Checksum)
	}},
	{"XPT-08 a rejection comes back to its record and its worker, and goes again when it is corrected", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		x, y := w.Serve(f, c.ID, "io"), w.Serve(f, c.ID, "cc")
		r := w.makeRun(month(f))
		w.accept(w.markSent(fileOf(t, r, "client_profile")), 1)
		w.accept(w.markSent(fileOf(t, r, "community_connections")), 1)
		file := w.markSent(fileOf(t, r, "information_orientation"))
		form := x.Participants[0].Forms[0]
		_, err := w.saveAs(w.Worker, x, func(a forms.Answers) {})
		refused(t, err, "/id", "in_funder_file", "CMP-09")
		for range 2 { // reading it again changes nothing
			read := w.read(file, map[int]string{4: rejectedAt(4)})
			equal(t, "rejected", words(read.Rejected, read.Accepted, read.Unmatched, read.File.States), "1 0 0 map[rejected:1]")
			equal(t, "row", read.Rows[0].Form, form.ID)
		}
		seen := Must(w.Sessions.Form(w.Worker, form.ID))(t)
		equal(t, "state on the record", seen.Export.State, session.Rejected)
		equal(t, "message on the record", seen.Export.Messages[0].En, "Unable to validate against database.")
		equal(t, "in French", seen.Export.Messages[0].Fr, "Impossible de valider dans la base de données.")
		list := w.toFix(w.Worker, f)
		equal(t, "to fix", words(len(list), list[0].Form == form.ID, list[0].Corrected, list[0].Name == c.Name()), "1 true false true")
		equal(t, "what the colleague has to fix", len(w.toFix(w.Colleague, f)), 0)
		check := w.check(month(f))
		diff(t, []string{"XPT-08 "}, found(check))
		diff(t, []string(nil), found(w.check(export.Criteria{Funder: f.ID, From: month(f).From, To: month(f).To, Resend: true})))
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["hours"] = 2.0 }))(t)
		equal(t, "corrected", w.toFix(w.Worker, f)[0].Corrected, true)
		again := w.makeRun(month(f))
		equal(t, "only that one", words(again.Good, len(again.Files), again.Files[0].Kind), "1 1 information_orientation")
		equal(t, "to fix", len(w.toFix(w.Worker, f)), 0)
		late := w.read(file, map[int]string{4: rejectedAt(4)})
		equal(t, "an answer that comes late", words(late.Rejected, late.Late), "0 1")
		// given up, the rejection counts again
		Must(w.Exports.Discard(w.Uploader, export.Discard{Run: again.ID, ID: again.Files[0].ID, Version: 1}))(t)
		equal(t, "state", Must(w.Sessions.Form(w.Worker, form.ID))(t).Export.State, session.Rejected)
		equal(t, "the other service", Must(w.Sessions.Session(w.Worker, y.ID))(t).Participants[0].Forms[0].Export.State, session.Accepted)
		_, err = w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: r.ID, ID: file.ID, Content: []byte("no workbook")})
		refused(t, err, "/content", "not_a_workbook", "XPT-03")
		_, err = w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: r.ID, ID: file.ID, Content: w.Returned(r.Files[0], map[int]string{4: rejectedAt(4)})})
		refused(t, err, "/content", "not_this_file", "XPT-08")
	}},
	{"XPT-05 XPT-08 a service that was rejected with its client goes again when the client is right", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := w.makeRun(month(f))
		for _, x := range r.Files {
			w.read(x, map[int]string{4: rejectedAt(4)})
		}
		equal(t, "to fix", len(w.toFix(w.Worker, f)), 2)
		profile := Must(w.Exports.OfClient(w.Colleague, c.ID))(t)
		equal(t, "the message on the profile", words(len(profile), profile[0].State, profile[0].Messages[0].En), "1 rejected Unable to validate against database.")
		_, err := w.Exports.OfClient(w.OtherAdmin, c.ID)
		is(t, err, fault.ErrNotFound)
		diff(t, []string{"XPT-08 ", "XPT-08 "}, found(w.check(month(f))))
		c = Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.Address.PostalCode = "M4C1B6" // the service's record does not change with it
		Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		again := w.makeRun(month(f))
		equal(t, "both go", words(again.Good, len(again.Files)), "2 2")
	}},
	{"XPT-10 CMP-09 HDR-02 a change after acceptance is an amendment with its reason and the funder's number", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := w.makeRun(month(f))
		w.accept(r.Files[0], 1)
		file := w.accept(r.Files[1], 1)
		form := x.Participants[0].Forms[0]
		_, err := w.saveAs(w.Worker, x, func(a forms.Answers) { a["hours"] = 2.0 })
		refused(t, err, "/answers/update_reason", "required", "XPT-10")
		_, err = w.saveAs(w.Worker, x, func(a forms.Answers) { clear(a) })
		is(t, err, fault.ErrInvalid)
		_, err = w.saveAs(w.Worker, x, func(a forms.Answers) { a["update_reason"] = "correct"; delete(a, "start") })
		refused(t, err, "/id", "stays_complete", "CMP-09")
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["update_reason"] = "correct"; a["hours"] = 2.0 }))(t)
		diff(t, []string{"XPT-10 "}, found(w.check(month(f)))) // the funder's number is not known
		_, err = w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 5, RecordID: "10387104"})
		is(t, err, fault.ErrNotFound)
		Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 4, RecordID: "10387104"}))(t)
		again := w.makeRun(month(f))
		equal(t, "amendments", words(again.Good, again.Kinds[0].Amendments), "1 1")
		sent := w.records(again.Files[0])
		equal(t, "number", sent.Get(&sent.Records[0], "update_record_id"), "10387104")
		equal(t, "reason", sent.Get(&sent.Records[0], "assessment_update_reason_id"), "Correct error")
		// rejected, the amendment is still one
		w.read(again.Files[0], map[int]string{4: rejectedAt(4)})
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["hours"] = 3.0; a["update_reason"] = "amend" }))(t)
		third := w.makeRun(month(f))
		sent = w.records(third.Files[0])
		equal(t, "number", sent.Get(&sent.Records[0], "update_record_id"), "10387104")
		// stored under its number, it is accepted
		read := w.read(third.Files[0], map[int]string{4: "[BUID:305940,RID:10387104,ORP:4/4,DTS:2025-07-04 10:05:04]"})
		equal(t, "accepted", words(read.Accepted, read.Rows[0].RecordID), "1 10387104")
		equal(t, "nothing is left", w.check(month(f)).Good, 0)
		Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: Must(w.Sessions.Form(w.Worker, form.ID))(t).Version, Reason: "by mistake"}))(t)
		equal(t, "to be deleted at the funder", leftOut(w.check(month(f)).Counts, export.Deleted), 1)
	}},
	{"ANO-09 XPT-12 what is changed or withdrawn while files are made, or before they are sent, is not sent", func(t *testing.T, w *World) {
		for name, change := range map[string]func(c *casemgmt.Client, x *session.Session){
			"consent": func(c *casemgmt.Client, _ *session.Session) {
				Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
			},
			"answers": func(_ *casemgmt.Client, x *session.Session) {
				Must(w.saveAs(w.Worker, x, func(a forms.Answers) { delete(a, "start") }))(t)
			},
			"site": func(_ *casemgmt.Client, x *session.Session) {
				d := x.Details
				d.Comments = "c"
				Must(w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d}))(t)
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
		r := w.makeRun(month(f))
		Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version, Reason: "asked"}))(t)
		_, err := w.Exports.Download(w.Uploader, export.FileKey{Run: r.ID, ID: r.Files[0].ID})
		refused(t, err, "/id", "withdrawn_in_file", "ANO-09")
		_, err = w.Exports.MarkSent(w.Uploader, export.MarkSent{Run: r.ID, ID: r.Files[0].ID, Version: 1})
		refused(t, err, "/id", "withdrawn_in_file", "ANO-09")
		Must(w.Exports.Discard(w.Uploader, export.Discard{Run: r.ID, ID: r.Files[0].ID, Version: 1}))(t)
	}},
	{"XPT-08 another month's answer is not taken, and a wrong reading can be mended", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		first := w.makeRun(month(f))
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Answers["hours"] = 3.0 })
		second := w.makeRun(month(f)) // the same client in the same row
		content := w.Returned(fileOf(t, first, "information_orientation"), map[int]string{4: rejectedAt(4)})
		file := second.Files[0]
		_, err := w.Exports.ReadAnswer(w.Uploader, export.ReadAnswer{Run: file.Run, ID: file.ID, Content: content})
		refused(t, err, "/content", "not_this_file", "XPT-08")
		read := w.read(file, map[int]string{4: rejectedAt(4)})
		again := w.read(file, map[int]string{4: rejectedAt(4)})
		equal(t, "version after reading twice", again.File.Version, read.File.Version)
		row := Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: 4, RecordID: " 10387104 "}))(t)
		equal(t, "accepted after all", words(row.State, row.RecordID, len(row.Messages)), "accepted 10387104 0")
		for _, n := range []int{-1, 0, 5, 5_000_000_000} {
			_, err = w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: file.Run, ID: file.ID, Row: n, RecordID: "1"})
			is(t, err, fault.ErrNotFound)
		}
	}},
	{"XPT-10 a new address of the site or a corrected birth date amends no accepted service", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := w.makeRun(month(f))
		w.accept(r.Files[0], 1)
		w.accept(r.Files[1], 1)
		site := *Must(w.Cases.Site(w.Admin, w.Site.ID))(t)
		site.Address.PostalCode = "M5V 3L9"
		w.Site = Must(w.Cases.UpdateSite(w.Admin, site))(t)
		c = Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.BirthDate = p.BirthDate.AddDays(1)
		Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		again := w.makeRun(month(f))
		equal(t, "the profile alone", words(again.Good, again.Bad, again.Files[0].Kind), "1 0 client_profile")
		form := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		removed := Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: form.Version, Reason: "by mistake"}))(t)
		Must(w.Sessions.RestoreForm(w.Worker, session.RestoreForm{ID: form.ID, Version: removed.Version}))(t) // no reason is asked: nothing is changed
		equal(t, "deleted", leftOut(w.check(month(f)).Counts, export.Deleted), 0)
	}},
	{"XPT-05 a rejected profile goes as soon as it is corrected, also while the services are pending", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := w.makeRun(month(f))
		w.read(r.Files[0], map[int]string{4: rejectedAt(4)})
		services := w.markSent(r.Files[1])
		c = Must(w.Cases.Client(w.Worker, c.ID))(t)
		p := c.Profile
		p.Address.PostalCode = "M4C1B6"
		Must(w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p}))(t)
		mended := w.makeRun(month(f))
		equal(t, "the profile alone", words(len(mended.Files), mended.Files[0].Kind), "1 client_profile")
		w.accept(w.markSent(mended.Files[0]), 1)
		w.read(services, map[int]string{4: rejectedAt(4)}) // read late: it was rejected with the profile as it was
		again := w.makeRun(month(f))
		equal(t, "the service goes again", words(again.Good, again.Files[0].Kind), "1 information_orientation")
	}},
	{"CMP-09 XPT-10 a rejected amendment does not make the funder's record forgotten", func(t *testing.T, w *World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "cc")
		r := w.makeRun(month(f))
		w.accept(r.Files[0], 1)
		file := w.accept(r.Files[1], 1)
		_, err := w.Exports.Accept(w.Uploader, export.Accept{Run: file.Run, ID: file.ID, Version: file.Version, Accepted: 1})
		refused(t, err, "/id", "file_state", "XPT-12")
		Must(w.Exports.SetRecordID(w.Uploader, export.SetRecordID{Run: r.ID, ID: file.ID, Row: 4, RecordID: "10387104"}))(t)
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["hours"], a["update_reason"] = 2.0, "amend" }))(t)
		second := w.makeRun(month(f))
		w.accept(second.Files[0], 1) // by the count: no number is told
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["hours"] = 3.0 }))(t)
		third := w.makeRun(month(f)) // the number is known still
		w.read(third.Files[0], map[int]string{4: rejectedAt(4)})
		_, err = w.saveAs(w.Worker, x, func(a forms.Answers) { delete(a, "start") })
		refused(t, err, "/id", "stays_complete", "CMP-09")
		form := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Funder = g.ID
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content})
		refused(t, err, "/funder", "cannot_change", "XPT-11")
		Must(w.Sessions.RemoveForm(w.Worker, session.RemoveForm{ID: form.ID, Version: form.Version, Reason: "by mistake"}))(t)
		equal(t, "to be deleted at the funder", leftOut(w.check(month(f)).Counts, export.Deleted), 1)
		equal(t, "to fix", len(w.toFix(w.Worker, f)), 0) // it is gone
	}},
	{"ACC-02 ACC-10 what was made private since is not told, nor a client's number to whoever may not open profiles", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		a := Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"admin"}
		a = Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		report := Must(w.Exports.CheckSession(w.Colleague, x.ID))(t)
		equal(t, "number", report.Forms[0].Problems[0].Number, 0)
		a.Settings.ClientRoles = nil
		Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["end"] = "2025-06-15" }))(t)
		r := w.makeRun(month(f))
		w.accept(r.Files[0], 1)
		w.accept(r.Files[1], 1)
		form := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Private = true
		Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content}))(t) // no answer changes: no reason is asked
		_, err := w.Exports.Download(w.Uploader, export.FileKey{Run: r.ID, ID: r.Files[1].ID})
		is(t, err, fault.ErrForbidden)
		equal(t, "rows for the operator", len(Must(w.Exports.Rows(w.Uploader, r.ID, "", casemgmt.PageRequest{}))(t).Items), 1)
	}},
	{"XPT-12 a repeated download with a request key has its content", func(t *testing.T, w *World) {
		f := w.Agreement()
		w.Serve(f, w.Client().ID, "io")
		r := w.makeRun(month(f))
		for range 2 {
			d, err := w.Exports.Download(casemgmt.Once(w.Uploader, "key"), export.FileKey{Run: r.ID, ID: r.Files[0].ID})
			content := d.Content
			if err != nil || len(content) == 0 {
				t.Error(len(content), err)
			}
		}
	}},
	{"XPT-06 warnings do not crowd out errors", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		for range 3 {
			w.Serve(f, c.ID, "io") // warned of: one client a month
		}
		w.Serve(f, w.Client().ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		r := w.check(month(f))
		n := 0
		for _, by := range r.Workers {
			n += len(by.Problems)
		}
		equal(t, "all are listed", words(n, r.Unlisted), words(r.Warnings+1, 0))
		diff(t, []string{"R008 /answers/end"}, found(r))
	}},
	{"XPT-11 what one agreement has does not move to another; what it rejected may", func(t *testing.T, w *World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) {
			s.Funders, s.Clients[0].Forms[0].Funder = []casemgmt.FunderID{f.ID}, casemgmt.FunderID{}
		})
		r := w.makeRun(month(f))
		w.accept(r.Files[0], 1)
		file := w.accept(r.Files[1], 1)
		x = Must(w.Sessions.Session(w.Worker, x.ID))(t)
		d := x.Details
		d.Funders = []casemgmt.FunderID{g.ID}
		_, err := w.Sessions.Update(w.Worker, session.Update{ID: x.ID, Version: x.Version, Details: d})
		refused(t, err, "/funder", "cannot_change", "XPT-11")
		form := Must(w.Sessions.Form(w.Worker, x.Participants[0].Forms[0].ID))(t)
		content := form.Content
		content.Funder, content.Answers["update_reason"] = g.ID, "amend"
		_, err = w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content})
		refused(t, err, "/funder", "cannot_change", "XPT-11")
		w.read(file, map[int]string{4: rejectedAt(4)}) // after all
		delete(content.Answers, "update_reason")
		Must(w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: form.ID, Version: form.Version, Content: content}))(t)
		equal(t, "good under the first", w.check(month(f)).Good, 0)
		moved := w.makeRun(month(g))
		equal(t, "good under the second", words(moved.Good, moved.Kinds[1].Amendments), "2 0")
	}},
	{"HDR-02 an ongoing service is warned of before it is exported", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "cc", func(s *session.Start) {
			a := s.Clients[0].Forms[0].Answers
			a["status"], a["projected_end"] = "ongoing", "2025-07-30"
			delete(a, "end")
		})
		r := w.check(month(f))
		equal(t, "valid", r.Valid, true)
		equal(t, "warned", slices.ContainsFunc(r.Workers[0].Problems, func(p export.Problem) bool { return p.Rule == "HDR-02" && p.Field == "/answers/status" }), true)
	}},
	{"CMP-06 XPT-02 what the funder would refuse, while the worker is still in the session", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "start") })
		r := Must(w.Exports.CheckSession(w.Worker, x.ID))(t)
		equal(t, "forms", len(r.Forms), 1)
		one := r.Forms[0]
		equal(t, "ready", one.Ready, false)
		equal(t, "left out", one.LeftOut.Reason, export.Incomplete)
		equal(t, "problem", one.Problems[0].Rule+" "+one.Problems[0].Field, "R008 /answers/start")
		Must(w.saveAs(w.Worker, x, func(a forms.Answers) { a["start"] = "2025-06-15" }))(t)
		one = Must(w.Exports.CheckSession(w.Colleague, x.ID))(t).Forms[0]
		equal(t, "ready", words(one.Ready, one.LeftOut == nil, len(one.Problems)), "true true 0")
		y := w.Start(w.Worker, c.ID, "nonspec")
		equal(t, "no funder", Must(w.Exports.CheckSession(w.Worker, y.ID))(t).Forms[0].LeftOut.Reason, export.NoFunder)
		_, err := w.Exports.CheckSession(w.Outsider, x.ID)
		is(t, err, fault.ErrForbidden)
		_, err = w.Exports.CheckSession(w.OtherAdmin, x.ID)
		is(t, err, fault.ErrNotFound)
	}},
	{"XPT-03 a file's records in a workbook that was downloaded from the funder", func(t *testing.T, w *World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		r := w.makeRun(month(f))
		var base bytes.Buffer
		w.ok(icare.Builtin().WriteWorkbook(&base, &icare.File{Template: icare.Builtin().Template("information_orientation")}))
		file := fileOf(t, r, "information_orientation")
		filled, err := w.Exports.Fill(w.Uploader, export.Fill{Run: r.ID, ID: file.ID, Content: base.Bytes()})
		w.ok(err)
		got, _, err := icare.Builtin().ReadWorkbook("x", bytes.NewReader(filled.Content), int64(len(filled.Content)))
		w.ok(err)
		diff(t, w.records(file).Records, got.Records)
		_, err = w.Exports.Fill(w.Uploader, export.Fill{Run: r.ID, ID: r.Files[0].ID, Content: base.Bytes()})
		refused(t, err, "/content", "not_a_workbook", "XPT-03")
	}},
	{"XPT-07 two runs at once do not take the same record", func(t *testing.T, w *World) {
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
				diff(t, []string{"nothing_to_export"}, fault.Codes(err))
			default:
				is(t, err, fault.ErrConflict)
			}
		}
		equal(t, "runs", made, 1)
	}},
}

// saveAs changes the answers of a session's only form.
func (w *World) saveAs(ctx context.Context, x *session.Session, change func(forms.Answers)) (*session.Form, error) {
	f := Must(w.Sessions.Form(ctx, x.Participants[0].Forms[0].ID))(w.T)
	c := f.Content
	c.Answers = maps.Clone(c.Answers)
	change(c.Answers)
	return w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version, Content: c})
}

// toFix is what somebody has to fix of an agreement.
func (w *World) toFix(ctx context.Context, f *casemgmt.Funder) []export.ToFix {
	w.T.Helper()
	var out []export.ToFix
	p := casemgmt.PageRequest{Limit: 2}
	for {
		page := Must(w.Exports.MyRejections(ctx, p))(w.T)
		for _, x := range page.Items {
			if x.Funder == f.ID {
				out = append(out, x)
			}
		}
		if p.After = page.Next; p.After == "" {
			return out
		}
	}
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
