package casefile_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/fault"
)

// The rules of case files, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"case files": fileRules, "case clients": clientRules, "case sessions": sessionRules, "participants": participantRules, "scores": scoreRules})
}

// The rules of what is chosen from, in a world whose lists nobody else needs.
func TestReferenceRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"reference data": referenceRules})
}

// refused is a change of a case that the rules refuse, after which the case is what it was.
func refused(t *testing.T, w *storetest.World, f *casefile.File, err error, path, code, rule string) {
	t.Helper()
	storetest.Refused(t, err, path, code, rule)
	if now := storetest.Must(w.CaseFiles.File(w.Worker, f.ID))(t); now.Version != f.Version {
		t.Errorf("version %d after a refusal, it was %d", now.Version, f.Version)
	}
}

// listed are all case files that somebody sees, and how often each is in the list.
func listed(t *testing.T, w *storetest.World, ctx context.Context) map[casefile.FileID]int {
	t.Helper()
	out := map[casefile.FileID]int{}
	p := casemgmt.PageRequest{Limit: 3}
	for {
		page := storetest.Must(w.CaseFiles.Search(ctx, casefile.Query{}, p))(t)
		for _, hit := range page.Items {
			out[hit.ID]++
		}
		if p.After = page.Next; p.After == "" {
			return out
		}
	}
}

var fileRules = storetest.Rules{
	"CAS-02 a case is found by a client's name, and then edited": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Family = "Marguerite", "Al-Hassan"
		one := storetest.Must(w.Register(p))(t)
		f, other := w.Case(one.ID, w.Client().ID), w.Case(one.ID)
		w.Case(w.Client().ID)
		for _, name := range []string{"alhassan", "Al Hassan marg", "MARGUERITE"} {
			page := storetest.Must(w.CaseFiles.Search(w.Worker, casefile.Query{Client: name}, casemgmt.PageRequest{}))(t)
			if len(page.Items) != 2 || page.Items[0].ID != f.ID || page.Items[1].ID != other.ID || page.Items[0].Client.ID != one.ID {
				t.Errorf("%s: %+v", name, page.Items)
			}
		}
		page := storetest.Must(w.CaseFiles.Search(w.Worker, casefile.Query{Client: "alhassan"}, casemgmt.PageRequest{Limit: 1}))(t)
		next := storetest.Must(w.CaseFiles.Search(w.Worker, casefile.Query{Client: "alhassan"}, casemgmt.PageRequest{Limit: 1, After: page.Next}))(t)
		if len(next.Items) != 1 || next.Items[0].ID != other.ID || next.Next != "" {
			t.Errorf("the second page: %+v", next)
		}
		d := other.Details
		d.Status, d.Overview = casefile.Closed, "Moved to another town."
		storetest.Must(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: other.ID, Version: other.Version, Details: d}))(t)
		page = storetest.Must(w.CaseFiles.Search(w.Worker, casefile.Query{Client: "alhassan", Status: casefile.Open}, casemgmt.PageRequest{}))(t)
		if len(page.Items) != 1 || page.Items[0].ID != f.ID {
			t.Errorf("open ones: %+v", page.Items)
		}
		storetest.Must(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: one.ID}))(t)
		page = storetest.Must(w.CaseFiles.Search(w.Worker, casefile.Query{Client: "alhassan", Status: casefile.Open}, casemgmt.PageRequest{}))(t)
		if len(page.Items) != 0 {
			t.Errorf("after the client was taken out: %+v", page.Items)
		}
		if all := listed(t, w, w.Worker); all[f.ID] != 1 || all[other.ID] != 1 {
			t.Errorf("all: %v", all)
		}
		_, err := w.CaseFiles.Search(w.Worker, casefile.Query{Client: "--"}, casemgmt.PageRequest{})
		storetest.Refused(t, err, "/client", "nothing_to_search", "CAS-02")
	},
	"CAS-03 status, activity, attendance profile, name, overview and project": func(t *testing.T, w *storetest.World) {
		a := w.Activity()
		f := storetest.Must(w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "COUPLE", CaseID: "2025-001",
			Name: "Number 4", Overview: "Rent in arrears.", Project: "Homes first", Unidentified: 1}}))(t)
		got := storetest.Must(w.CaseFiles.File(w.Worker, f.ID))(t)
		if got.Status != casefile.Open || got.Activity != a.ID || got.Program != w.Program.ID || got.AttendanceProfile != "COUPLE" || got.CaseID != "2025-001" ||
			got.Name != "Number 4" || got.Overview != "Rent in arrears." || got.Project != "Homes first" || got.Unidentified != 1 {
			t.Errorf("%+v", got)
		}
		for _, wrong := range []struct {
			path, code, rule string
			change           func(d *casefile.Details)
		}{
			{"/status", "unknown_value", "CAS-03", func(d *casefile.Details) { d.Status = "paused" }},
			{"/activity", "required", "CAS-03", func(d *casefile.Details) { d.Activity = casefile.ActivityID{} }},
			{"/activity", "no_such_record", "CAS-03", func(d *casefile.Details) { d.Activity = casemgmt.NewHead[casefile.Activity]().ID }},
			{"/attendance_profile", "required", "CAS-03", func(d *casefile.Details) { d.AttendanceProfile = " " }},
			{"/attendance_profile", "unknown_value", "DEX-12", func(d *casefile.Details) { d.AttendanceProfile = "CLAN" }},
			{"/name", "too_long", "CAS-03", func(d *casefile.Details) { d.Name = strings.Repeat("n", 201) }},
			{"/overview", "too_long", "CAS-03", func(d *casefile.Details) { d.Overview = strings.Repeat("n", 8001) }},
			{"/project", "too_long", "CAS-03", func(d *casefile.Details) { d.Project = strings.Repeat("n", 201) }},
			{"/case_id", "too_long", "CAS-04", func(d *casefile.Details) { d.CaseID = strings.Repeat("7", 51) }},
			{"/unidentified", "out_of_range", "CAS-05", func(d *casefile.Details) { d.Unidentified = 1000 }},
		} {
			d := got.Details
			wrong.change(&d)
			_, err := w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: got.ID, Version: got.Version, Details: d})
			refused(t, w, got, err, wrong.path, wrong.code, wrong.rule)
		}
		a.To = storetest.Today.AddDays(-1)
		storetest.Must(w.CaseFiles.UpdateActivity(w.Admin, *a))(t)
		_, err := w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "COUPLE"}})
		storetest.Refused(t, err, "/activity", "closed", "CAS-03")
		d := got.Details // a case of an activity that ended can still be closed
		d.Status = casefile.Closed
		got = storetest.Must(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: got.ID, Version: got.Version, Details: d}))(t)
		_, err = w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: got.ID, Version: got.Version, Client: w.Client().ID})
		refused(t, w, got, err, "/case", "closed", "CAS-03")
	},
	"CAS-04 a case ID that is left blank is made; it is unique, and holds nothing of a person": func(t *testing.T, w *storetest.World) {
		seen := map[string]bool{}
		for range 20 {
			f := w.Case()
			if len(f.CaseID) != 14 || seen[f.CaseID] || strings.ContainsAny(f.CaseID, "AEIOU") {
				t.Errorf("made %q", f.CaseID)
			}
			seen[f.CaseID] = true
		}
		one := w.Case()
		a := w.Activity()
		open := func(caseID string) (*casefile.File, error) {
			return w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "FAMILY", CaseID: caseID}})
		}
		_, err := open(one.CaseID)
		storetest.Refused(t, err, "/case_id", "record_id_taken", "CAS-04")
		d := one.Details
		d.CaseID = ""
		same := storetest.Must(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: one.ID, Version: one.Version, Details: d}))(t)
		if same.CaseID != one.CaseID {
			t.Errorf("the case ID became %q", same.CaseID)
		}
		p := w.Profile()
		p.Given, p.Family = "Yu", "Okonjo"
		c := storetest.Must(w.Register(p))(t)
		born := strings.ReplaceAll(p.BirthDate.String(), "-", "")
		for _, tells := range []string{"okonjo-1", "K-OKON-JO", "YU 7", born + "1", p.Identifiers[0].Value} {
			f := storetest.Must(open(tells))(t)
			_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID})
			refused(t, w, f, err, "/client", "tells_of_person", "CAS-04")
			with := w.Case(c.ID)
			d := with.Details
			d.CaseID = tells + "/2"
			_, err = w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: with.ID, Version: with.Version, Details: d})
			refused(t, w, with, err, "/case_id", "tells_of_person", "CAS-04")
		}
	},
	"CAS-04 (part) two at once do not get the same case ID": func(t *testing.T, w *storetest.World) {
		a := w.Activity()
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "FAMILY", CaseID: "K-100"}})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else if !errors.Is(err, fault.ErrInvalid) && !errors.Is(err, fault.ErrConflict) {
				t.Error(err)
			}
		}
		if made != 1 {
			t.Errorf("%d cases have the ID", made)
		}
	},
	"CAS-05 (part) a case has clients or a number of unidentified participants, or both": func(t *testing.T, w *storetest.World) {
		empty, one := w.Case(), w.Case(w.Client().ID)
		d := empty.Details
		d.Unidentified = 999
		counted := storetest.Must(w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: empty.ID, Version: empty.Version, Details: d}))(t)
		if empty.Reportable() || !one.Reportable() || !counted.Reportable() {
			t.Error(empty.Reportable(), one.Reportable(), counted.Reportable())
		}
		d.Unidentified = -1
		_, err := w.CaseFiles.UpdateFile(w.Worker, casefile.UpdateFile{ID: counted.ID, Version: counted.Version, Details: d})
		refused(t, w, counted, err, "/unidentified", "out_of_range", "CAS-05")
	},
	"ACC-03 ACC-01 (part) a case is its program's, and no other agency's": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		_, err := w.CaseFiles.File(w.Outsider, f.ID)
		if !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program reads it: %v", err)
		}
		_, err = w.CaseFiles.AddClient(w.Outsider, casefile.AddClient{Case: f.ID, Version: f.Version, Client: w.Client().ID})
		if !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program adds a client: %v", err)
		}
		for _, ctx := range []struct {
			who  string
			want int
		}{{"worker", 1}, {"outsider", 0}, {"admin", 1}, {"see-all", 1}} {
			all := listed(t, w, w.As("metro", ctx.who))
			own := storetest.Must(w.CaseFiles.ClientFiles(w.As("metro", ctx.who), f.Clients[0].Client))(t)
			if all[f.ID] != ctx.want || len(own) != ctx.want {
				t.Errorf("%s sees it %d and %d times", ctx.who, all[f.ID], len(own))
			}
		}
		if _, err := w.CaseFiles.File(w.OtherAdmin, f.ID); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("another agency: %v", err)
		}
		if all := listed(t, w, w.OtherAdmin); len(all) != 0 {
			t.Error("another agency lists it")
		}
		a := w.Activity()
		_, err = w.CaseFiles.OpenFile(w.Outsider, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "FAMILY"}})
		if !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("somebody of another program opens a case: %v", err)
		}
		a.Program = w.Second.ID
		_, err = w.CaseFiles.UpdateActivity(w.Admin, *a)
		storetest.Refused(t, err, "/program", "cannot_change", "CAS-03")
	},
}

var clientRules = storetest.Rules{
	"CCL-01 CCL-02 CCL-03 CCL-04 a client is added with referral source, one primary reason and others": func(t *testing.T, w *storetest.World) {
		f, c := w.Case(), w.Client()
		add := func(j casefile.Joining) (*casefile.File, error) {
			return w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID, Joining: j})
		}
		for _, wrong := range []struct {
			path, code, rule string
			j                casefile.Joining
		}{
			{"/referral_source", "unknown_value", "CCL-02", casefile.Joining{ReferralSource: "NEIGHBOUR"}},
			{"/primary_reason", "unknown_value", "CCL-03", casefile.Joining{PrimaryReason: "SELF"}},
			{"/primary_reason", "required", "CCL-03", casefile.Joining{OtherReasons: []string{"MONEY"}}},
			{"/other_reasons/1", "unknown_value", "CCL-03", casefile.Joining{PrimaryReason: "HOUSING", OtherReasons: []string{"MONEY", "LUCK"}}},
			{"/other_reasons/0", "repeated", "CCL-04", casefile.Joining{PrimaryReason: "HOUSING", OtherReasons: []string{"HOUSING"}}},
			{"/other_reasons/1", "repeated", "CCL-04", casefile.Joining{PrimaryReason: "HOUSING", OtherReasons: []string{"MONEY", "MONEY"}}},
			{"/exit_reason", "unknown_value", "CCL-05", casefile.Joining{ExitReason: "BORED"}},
		} {
			_, err := add(wrong.j)
			refused(t, w, f, err, wrong.path, wrong.code, wrong.rule)
		}
		j := casefile.Joining{ReferralSource: "GP", PrimaryReason: "HOUSING", OtherReasons: []string{"MONEY", "FAMILY"}}
		f = storetest.Must(add(j))(t)
		got := storetest.Must(w.CaseFiles.File(w.Worker, f.ID))(t).Client(c.ID)
		if got == nil || fmt.Sprint(got.Joining) != fmt.Sprint(j) {
			t.Errorf("%+v", got)
		}
	},
	"ANO-06 ANO-09 (part) only named clients who have not withdrawn join a case": func(t *testing.T, w *storetest.World) {
		f := w.Case()
		a := storetest.Must(w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}))(t)
		_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: a.ID})
		refused(t, w, f, err, "/client", "anonymous_not_tracked", "ANO-06")
		c := w.Client()
		storetest.Must(w.Cases.WithdrawConsent(w.Worker, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))(t)
		_, err = w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID})
		refused(t, w, f, err, "/client", "consent_withdrawn", "ANO-09")
		_, err = w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: casemgmt.NewHead[casemgmt.Client]().ID})
		refused(t, w, f, err, "/client", "no_such_record", "CCL-01")
	},
	"CCL-05 (part) a client is in a case once, and gets an exit reason": func(t *testing.T, w *storetest.World) {
		c, d := w.Client(), w.Client()
		f := w.Case(c.ID)
		_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: c.ID})
		refused(t, w, f, err, "/client", "in_case_already", "CCL-05")
		if _, err := w.CaseFiles.UpdateClient(w.Worker, casefile.UpdateClient{Case: f.ID, Version: f.Version, Client: d.ID}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("somebody who is not in the case is changed: %v", err)
		}
		if _, err := w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: d.ID}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("somebody who is not in the case is taken out: %v", err)
		}
		j := f.Clients[0].Joining
		j.ExitReason = "NEEDSMET"
		next := storetest.Must(w.CaseFiles.UpdateClient(w.Worker, casefile.UpdateClient{Case: f.ID, Version: f.Version, Client: c.ID, Joining: j}))(t)
		if got := next.Client(c.ID); got.ExitReason != "NEEDSMET" || got.PrimaryReason != "HOUSING" {
			t.Errorf("%+v", got)
		}
		_, err = w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: f.Version, Client: c.ID})
		if !errors.Is(err, fault.ErrConflict) {
			t.Errorf("an old version: %v", err)
		}
		next = storetest.Must(w.CaseFiles.RemoveClient(w.Worker, casefile.RemoveClient{Case: f.ID, Version: next.Version, Client: c.ID}))(t)
		if own := storetest.Must(w.CaseFiles.ClientFiles(w.Worker, c.ID))(t); len(next.Clients) != 0 || len(own) != 0 {
			t.Error(next.Clients, own)
		}
	},
}

var referenceRules = storetest.Rules{
	"DEX-12 (part) a code that ran out is refused for later days and kept where it was chosen": func(t *testing.T, w *storetest.World) {
		f := w.Case(w.Client().ID)
		load := func(c casefile.LoadReference) (*casefile.Reference, error) {
			return w.CaseFiles.LoadReference(w.Admin, c)
		}
		_, err := load(casefile.LoadReference{List: casefile.Reasons, Codes: []casefile.ListedCode{{Code: "HOUSING", Label: "Housing"}}})
		storetest.Refused(t, err, "/from", "required", "DEX-12")
		tomorrow := storetest.Today.AddDays(1)
		r := storetest.Must(load(casefile.LoadReference{List: casefile.Reasons, From: tomorrow, Codes: []casefile.ListedCode{{Code: "MONEY", Label: "Managing money"}, {Code: "WORK", Label: "Work", Uncertain: true}}}))(t)
		for code, want := range map[string][2]bool{"HOUSING": {true, false}, "MONEY": {true, true}, "WORK": {false, true}} {
			today, _ := r.On(code, storetest.Today)
			later, _ := r.On(code, tomorrow)
			if today != want[0] || later != want[1] {
				t.Errorf("%s: %v today, %v tomorrow", code, today, later)
			}
		}
		w.Clock.Add(24 * 60 * 60)
		j := f.Clients[0].Joining // what was chosen stays, and something else is changed
		j.ExitReason = "MOVED"
		f = storetest.Must(w.CaseFiles.UpdateClient(w.Worker, casefile.UpdateClient{Case: f.ID, Version: f.Version, Client: f.Clients[0].Client, Joining: j}))(t)
		_, err = w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: w.Client().ID, Joining: casefile.Joining{PrimaryReason: "HOUSING"}})
		refused(t, w, f, err, "/primary_reason", "not_in_use", "CCL-03")
		storetest.Must(w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: w.Client().ID, Joining: casefile.Joining{PrimaryReason: "WORK"}}))(t)
		later := tomorrow.AddDays(30) // it comes back
		r = storetest.Must(load(casefile.LoadReference{List: casefile.Reasons, From: later, Codes: []casefile.ListedCode{{Code: "HOUSING", Label: "Housing"}}}))(t)
		between, known := r.On("HOUSING", tomorrow)
		again, _ := r.On("HOUSING", later)
		if first, _ := r.On("HOUSING", storetest.Today); !first || between || !known || !again {
			t.Error(first, between, known, again)
		}
		page := storetest.Must(w.CaseFiles.References(w.Outsider, casemgmt.PageRequest{}))(t)
		if len(page.Items) != len(casefile.List("").Values()) {
			t.Errorf("%d lists", len(page.Items))
		}
		if other := storetest.Must(w.CaseFiles.References(w.OtherWorker, casemgmt.PageRequest{}))(t); len(other.Items) != 0 {
			t.Error("another agency has the lists")
		}
	},
	"DEX-12 (part) a list is whole, and loaded by who manages the agency": func(t *testing.T, w *storetest.World) {
		codes := []casefile.ListedCode{{Code: "DEBT", Label: "Debt"}}
		for _, wrong := range []struct {
			path, code string
			c          casefile.LoadReference
		}{
			{"/list", "required", casefile.LoadReference{Codes: codes}},
			{"/list", "unknown_value", casefile.LoadReference{List: "colours", Codes: codes}},
			{"/codes", "required", casefile.LoadReference{List: casefile.HardshipTypes}},
			{"/codes/0/code", "required", casefile.LoadReference{List: casefile.HardshipTypes, Codes: []casefile.ListedCode{{Label: "Debt"}}}},
			{"/codes/0/label", "required", casefile.LoadReference{List: casefile.HardshipTypes, Codes: []casefile.ListedCode{{Code: "DEBT"}}}},
			{"/codes/1/code", "repeated", casefile.LoadReference{List: casefile.HardshipTypes, Codes: append(codes, codes...)}},
		} {
			_, err := w.CaseFiles.LoadReference(w.Admin, wrong.c)
			storetest.Refused(t, err, wrong.path, wrong.code, "DEX-12")
		}
		if _, err := w.CaseFiles.LoadReference(w.Manager, casefile.LoadReference{List: casefile.HardshipTypes, Codes: codes}); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("a manager of a program: %v", err)
		}
		_, err := w.CaseFiles.CreateActivity(w.OtherAdmin, casefile.Activity{Name: "Support", Site: w.OtherSite.ID, Program: w.OtherProgram.ID, Number: 1, ServiceTypes: []string{"1"}})
		storetest.Refused(t, err, "/service_types/0", "list_missing", "DEX-12")
	},
}
