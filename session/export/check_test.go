package export_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// checkRules are on what is good, bad or left out.
var checkRules = storetest.Rules{
	"XPT-02 XPT-06 the check names client, session, form, field, rule, worker and e-mail, by worker": func(t *testing.T, w *storetest.World) {
		f, c, bare := w.Agreement(), w.Client(), w.Profile()
		bare.Address, bare.ResearchConsent = casemgmt.Address{}, nil
		other := storetest.Must(w.Cases.RegisterClient(w.Colleague, casemgmt.RegisterClient{Accepted: true, Profile: bare}))(t)
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		w.Serve(f, other.ID, "io")
		r := checkOf(w, month(f))
		storetest.Equal(t, "valid", r.Valid, false)
		storetest.Equal(t, "good", r.Good, 1) // the first client's profile
		storetest.Equal(t, "bad", r.Bad, 3)   // a form, a profile and the service that hangs on it
		storetest.Diff(t, []string{"R008 /answers/end", "R008 /profile/address/postal_code", "R008 /profile/research_consent", "XPT-05 "}, found(r))
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
		storetest.Equal(t, "name", mine.Name, "Staff worker")
		i := slices.IndexFunc(mine.Problems, func(p export.Problem) bool { return p.Rule == "R008" })
		p := mine.Problems[i]
		storetest.Diff(t, export.Ref{Subject: export.SubjectOf(export.FormSubject, x.Participants[0].Forms[0].ID), Client: c.ID, Number: c.Number, Session: x.ID, Form: x.Participants[0].Forms[0].ID, Kind: "io", Date: storetest.Today, Worker: mine.Worker}, p.Ref)
		storetest.Equal(t, "file and column", p.File+" "+p.Column, "information_orientation end_dttm")
		storetest.Equal(t, "label", p.Label.En, "End Date of Service")
		storetest.Equal(t, "both languages", p.Message.Complete(), true)
		storetest.Equal(t, "the profile's problems are its registrar's", theirs.Problems[0].Kind, "client_profile")
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		storetest.Refused(t, err, "/good_only", "bad_records", "XPT-06")
		run := storetest.Must(w.Exports.Make(w.Uploader, export.Make{Criteria: month(f), GoodOnly: true}))(t)
		storetest.Equal(t, "files with the good ones", len(run.Files), 1)
		storetest.Equal(t, "what was bad is kept", run.Bad, 3)
	},
	"ANO-07 ANO-09 FRM-08 CMP-03 ACC-10 ACC-11 what is never in a file, and the count of each": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		bare := leftOut(checkOf(w, month(f)).Counts, export.NeverExported) // forms of other rules that name no funder
		nobody := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		w.Serve(f, nobody.ID, "io")
		gone := w.Client()
		w.Serve(f, gone.ID, "io")
		storetest.Must(w.Cases.WithdrawConsent(w.Manager, casemgmt.WithdrawConsent{ID: gone.ID, Version: gone.Version, Reason: "asked"}))(t)
		w.Serve(f, c.ID, "nonspec")
		w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "start") })
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Private = true })
		before := leftOut(checkOf(w, month(f)).Counts, export.NoFunder)
		w.Serve(f, c.ID, "io", func(s *session.Start) { s.Clients[0].Forms[0].Funder = casemgmt.FunderID{} })
		private := func(s *session.Start) { s.Clients[0].Forms[0].Private = true } // no other count tells of these (ACC-11)
		w.Serve(f, c.ID, "nonspec", private)
		w.Serve(f, c.ID, "io", private, func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "start") })
		w.Serve(f, c.ID, "io", private, func(s *session.Start) { s.Clients[0].Forms[0].Funder = casemgmt.FunderID{} })
		w.Serve(f, nobody.ID, "io", private)
		r := checkOf(w, month(f))
		for reason, n := range map[export.Reason]int{export.Anonymous: 1, export.Withdrawn: 1, export.NeverExported: bare + 1, export.Incomplete: 1, export.NoFunder: before + 1} {
			storetest.Equal(t, string(reason), leftOut(r.Counts, reason), n)
		}
		storetest.Equal(t, "private ones are so few that they are not counted", slices.ContainsFunc(r.LeftOut, func(l export.LeftOut) bool { return l.Reason == export.Private && l.Withheld && l.Count == 0 }), true)
		storetest.Equal(t, "good", r.Good, 0)
		_, err := w.Exports.Make(w.Uploader, export.Make{Criteria: month(f)})
		storetest.Refused(t, err, "/from", "nothing_to_export", "XPT-07")
	},
	"XPT-06 warnings do not crowd out errors": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		for range 3 {
			w.Serve(f, c.ID, "io") // warned of: one client a month
		}
		w.Serve(f, w.Client().ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "end") })
		r := checkOf(w, month(f))
		n := 0
		for _, by := range r.Workers {
			n += len(by.Problems)
		}
		storetest.Equal(t, "all are listed", words(n, r.Unlisted), words(r.Warnings+1, 0))
		storetest.Diff(t, []string{"R008 /answers/end"}, found(r))
	},
	"HDR-02 an ongoing service is warned of before it is exported": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		w.Serve(f, c.ID, "cc", func(s *session.Start) {
			a := s.Clients[0].Forms[0].Answers
			a["status"], a["projected_end"] = "ongoing", "2025-07-30"
			delete(a, "end")
		})
		r := checkOf(w, month(f))
		storetest.Equal(t, "valid", r.Valid, true)
		storetest.Equal(t, "warned", slices.ContainsFunc(r.Workers[0].Problems, func(p export.Problem) bool { return p.Rule == "HDR-02" && p.Field == "/answers/status" }), true)
	},
	"CMP-06 XPT-02 what the funder would refuse, while the worker is still in the session": func(t *testing.T, w *storetest.World) {
		f, c := w.Agreement(), w.Client()
		x := w.Serve(f, c.ID, "io", func(s *session.Start) { delete(s.Clients[0].Forms[0].Answers, "start") })
		r := storetest.Must(w.Exports.CheckSession(w.Worker, x.ID))(t)
		storetest.Equal(t, "forms", len(r.Forms), 1)
		one := r.Forms[0]
		storetest.Equal(t, "ready", one.Ready, false)
		storetest.Equal(t, "left out", one.LeftOut.Reason, export.Incomplete)
		storetest.Equal(t, "problem", one.Problems[0].Rule+" "+one.Problems[0].Field, "R008 /answers/start")
		storetest.Must(saveAs(w.Worker, w, x, func(a forms.Answers) { a["start"] = "2025-06-15" }))(t)
		one = storetest.Must(w.Exports.CheckSession(w.Colleague, x.ID))(t).Forms[0]
		storetest.Equal(t, "ready", words(one.Ready, one.LeftOut == nil, len(one.Problems)), "true true 0")
		y := w.Start(w.Worker, c.ID, "nonspec")
		storetest.Equal(t, "no funder", storetest.Must(w.Exports.CheckSession(w.Worker, y.ID))(t).Forms[0].LeftOut.Reason, export.NoFunder)
		_, err := w.Exports.CheckSession(w.Outsider, x.ID)
		storetest.Is(t, err, fault.ErrForbidden)
		_, err = w.Exports.CheckSession(w.OtherAdmin, x.ID)
		storetest.Is(t, err, fault.ErrNotFound)
	},
	"XPT-11 agreements have separate files; the session's only funder pays where the form names none": func(t *testing.T, w *storetest.World) {
		f, g, c := w.Agreement(), w.Agreement(), w.Client()
		w.Serve(f, c.ID, "io")
		w.Serve(g, c.ID, "io", func(s *session.Start) {
			s.Funders, s.Clients[0].Forms[0].Funder = []casemgmt.FunderID{g.ID}, casemgmt.FunderID{}
		})
		for _, x := range []*casemgmt.Funder{f, g} {
			r := makeRun(w, month(x))
			storetest.Equal(t, "records", r.Good, 2)
			id := r.ID.String()
			storetest.Equal(t, "name", r.Files[0].Name, x.Agreement+"_client_profile_2025-06-01_2025-06-30_run-"+id[len(id)-6:]+"_1.xlsx")
		}
		own := month(f)
		own.Program = w.Second.ID
		storetest.Equal(t, "of another program", checkOf(w, own).Good, 0)
		none := storetest.Must(w.Cases.CreateFunder(w.Admin, casemgmt.Funder{Name: i18n.T("City", "Ville")}))(t)
		for path, change := range map[string]func(*export.Criteria){
			"/funder no_such_record": func(c *export.Criteria) { c.Funder = id.New[casemgmt.Funder]() }, "/funder no_format": func(c *export.Criteria) { c.Funder = none.ID },
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
			storetest.Refused(t, err, at, code, ruleID)
		}
	},
}
