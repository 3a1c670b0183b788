package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/session"
)

// readingRules are on the log of who read what.
var readingRules = storetest.Rules{
	"LOG-01 (part) every reading of a client's record is logged: who, when, which record, by what operation, about whom": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		x := w.Start(w.Worker, c.ID, "io")
		f := x.Participants[0].Forms[0]
		x = storetest.Must(w.Sessions.AddDocument(w.Worker, session.AddDocument{Session: x.ID, Version: x.Version, Name: "letter.pdf", Content: []byte("%PDF-1")}))(t)
		plan := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Work"}}))(t)
		bar := w.Bar(c.ID, storetest.Today.AddDays(9), storetest.Today.AddDays(10))
		card := w.Card(c.ID)
		enrollment := storetest.Must(w.Enrolling.ClientEnrollments(w.Worker, c.ID))(t)[0]
		r := w.Use(w.DropIn(true), storetest.Today)
		ctx := w.Worker
		for name, tt := range map[string]struct {
			of      event.Type
			subject string
			read    func() error
		}{
			"profile":      {event.ClientViewed, c.ID.String(), func() error { _, err := w.Cases.Client(ctx, c.ID); return err }},
			"dashboard":    {event.ClientViewed, c.ID.String(), func() error { _, err := w.Dashboards.Client(ctx, c.ID, casemgmt.PageRequest{}); return err }},
			"session":      {event.SessionViewed, x.ID.String(), func() error { _, err := w.Sessions.Session(ctx, x.ID); return err }},
			"export check": {event.SessionViewed, x.ID.String(), func() error { _, err := w.Exports.CheckSession(ctx, x.ID); return err }},
			"form":         {event.FormViewed, f.ID.String(), func() error { _, err := w.Sessions.Form(ctx, f.ID); return err }},
			"form's check": {event.FormViewed, f.ID.String(), func() error {
				_, err := w.Sessions.CheckForm(ctx, session.CheckForm{ID: f.ID, Stage: "complete"})
				return err
			}},
			"document": {event.SessionDocumentViewed, x.ID.String(), func() error {
				_, err := w.Sessions.Document(ctx, session.DocumentKey{Session: x.ID, ID: x.Documents[0].ID})
				return err
			}},
			"plan":        {event.PlanViewed, plan.ID.String(), func() error { _, err := w.FollowUp.Plan(ctx, plan.ID); return err }},
			"bar":         {event.BarViewed, bar.ID.String(), func() error { _, err := w.Enrolling.Bar(ctx, bar.ID); return err }},
			"bars":        {event.BarsViewed, c.ID.String(), func() error { _, err := w.Enrolling.ClientBars(ctx, c.ID); return err }},
			"card":        {event.CardViewed, card.ID.String(), func() error { _, err := w.Enrolling.Card(ctx, card.ID); return err }},
			"cards":       {event.CardsViewed, c.ID.String(), func() error { _, err := w.Enrolling.ClientCards(ctx, c.ID); return err }},
			"enrollment":  {event.EnrollmentViewed, enrollment.ID.String(), func() error { _, err := w.Enrolling.Enrollment(ctx, enrollment.ID); return err }},
			"enrollments": {event.EnrollmentsViewed, c.ID.String(), func() error { _, err := w.Enrolling.ClientEnrollments(ctx, c.ID); return err }},
			"services":    {event.ServicesViewed, c.ID.String(), func() error { _, err := w.Batches.Transactions(ctx, c.ID, casemgmt.PageRequest{}); return err }},
			"search": {event.ClientSearched, "metro", func() error {
				_, err := w.Cases.SearchClients(ctx, casemgmt.ClientQuery{Number: c.Number}, casemgmt.PageRequest{})
				return err
			}},
			"candidates": {event.ClientSearched, "metro", func() error {
				_, err := w.Batches.Candidates(ctx, batch.FindCandidates{Run: r.ID, Name: "am"})
				return err
			}},
		} {
			after := w.Tail()
			w.NoError(tt.read())
			page := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t)
			if len(page.Events) != 1 {
				t.Errorf("%s: %d events", name, len(page.Events))
				continue
			}
			e := page.Events[0]
			storetest.Equal(t, name, string(e.Type)+" "+e.Subject+" "+e.Actor, string(tt.of)+" "+tt.subject+" worker")
			storetest.Equal(t, name+": when", e.At, w.Config.Now())
			about := slices.ContainsFunc(e.Changes, func(ch event.Change) bool { return ch.Path == "/clients/"+c.ID.String() })
			if tt.of != event.ClientSearched && e.Subject != c.ID.String() && !about {
				t.Errorf("%s does not say about whom: %+v", name, e.Changes)
			}
		}
		after := w.Tail()
		_, err := w.Sessions.Form(w.Outsider, f.ID)
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Equal(t, "events of what was refused", len(storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events), 0)
	},
	"LOG-01 (part) searches are logged with their kinds of criteria and no value, and look-alikes with who was shown": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Given, p.Phones = "Quillon", []string{"416 555 0177"}
		c := storetest.Must(w.Register(p))(t)
		after := w.Tail()
		storetest.Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "quillon", Phone: "555 0177", BirthDate: p.BirthDate}, casemgmt.PageRequest{}))(t)
		p.Identifiers = nil
		_, err := w.Register(p)
		if !errors.Is(err, fault.ErrConflict) {
			t.Fatal(err)
		}
		events := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events
		storetest.Equal(t, "events", len(events), 2)
		storetest.Diff(t, []event.Change{{Path: "/name"}, {Path: "/phone"}, {Path: "/birth_date"}}, events[0].Changes)
		storetest.Equal(t, "shown", string(events[1].Type)+" "+events[1].Changes[0].Path, "client.look_alikes_shown /clients/"+c.ID.String())
		raw := strings.ToLower(string(storetest.Must(json.Marshal(events))(t)))
		for _, value := range []string{"quillon", "0177", p.BirthDate.String()} {
			if strings.Contains(raw, value) {
				t.Error("the log holds what was searched for")
			}
		}
	},
	"ACC-14 (part) a bulk-upload operator sees no plans, notes of profiles, card values and reasons of bars, unless the agency says so": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		c = storetest.Must(w.ChangeProfile(c, func(p *casemgmt.Profile) { p.Notes = "Likes tea" }))(t)
		plan := storetest.Must(w.FollowUp.CreatePlan(w.Worker, followup.Plan{Client: c.ID, Goals: []string{"Work"}}))(t)
		bar := w.Bar(c.ID, storetest.Today.AddDays(9), storetest.Today.AddDays(10))
		card := w.Card(c.ID)
		see := func(ctx context.Context) []bool {
			_, planErr := w.FollowUp.Plan(ctx, plan.ID)
			_, cardErr := w.Enrolling.Card(ctx, card.ID)
			_, cardsErr := w.Enrolling.ClientCards(ctx, c.ID)
			dashboard := storetest.Must(w.Dashboards.Client(ctx, c.ID, casemgmt.PageRequest{}))(t)
			for _, err := range []error{planErr, cardErr, cardsErr} {
				if err != nil {
					storetest.Is(t, err, fault.ErrForbidden)
				}
			}
			return []bool{planErr == nil, cardErr == nil, cardsErr == nil, storetest.Must(w.Cases.Client(ctx, c.ID))(t).Profile.Notes != "", len(dashboard.Notes) > 0, dashboard.Client.Profile.Notes != "",
				storetest.Must(w.Enrolling.Bar(ctx, bar.ID))(t).Reason != "", storetest.Must(w.Enrolling.ClientBars(ctx, c.ID))(t)[0].Reason != ""}
		}
		all, none := []bool{true, true, true, true, true, true, true, true}, make([]bool, 8)
		storetest.Diff(t, none, see(w.Uploader))
		storetest.Diff(t, all, see(w.Outsider))
		set := func(open bool) {
			a := storetest.Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.UploadersSeeCare = open
			storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}
		set(true)
		defer set(false)
		storetest.Diff(t, all, see(w.Uploader))
		set(false)
		other := w.Card(c.ID)
		gone := storetest.Must(w.Enrolling.DeactivateCard(w.Uploader, enroll.DeactivateCard{ID: other.ID, Version: other.Version}))(t)
		storetest.Equal(t, "value in the answer of a change", gone.Value, "")
		withdrawn := storetest.Must(w.Cases.WithdrawConsent(w.Uploader, casemgmt.WithdrawConsent{ID: c.ID, Version: c.Version}))(t)
		storetest.Equal(t, "notes in the answer of a change", withdrawn.Profile.Notes, "")
	},
}
