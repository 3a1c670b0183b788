package batch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

// pickRules are on who is in a list.
var pickRules = storetest.Rules{
	"BAT-16 SCN-01 a list mixes clients, numbers and cards": func(t *testing.T, w *storetest.World) {
		c, d, e := w.Enrolled(), w.Enrolled(), w.Enrolled()
		card := w.Card(e.ID)
		r := w.Use(w.DropIn(true), storetest.Today)
		got := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{
			{Card: " " + strings.ToLower(card.Value) + "\t"}, {Number: c.Number}, {Client: d.ID}, {Client: e.ID}, {Card: card.Value, Again: true}}}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.IsPosted, batch.AlreadyAdded, batch.IsPosted}, storetest.Outcomes(got.Results))
		storetest.Equal(t, "whose card", got.Results[0].Client.ID, e.ID)
		storetest.Equal(t, "services", len(w.OnRecord(e.ID)), 2)
		for _, x := range storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items {
			storetest.Equal(t, "scan", x.Scan, "")
			storetest.Equal(t, "time of a scan", x.ScannedAt.IsZero(), true)
		}
	},
	"BAT-16 a pick is one of a client, a number and a card": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		r := w.Use(w.DropIn(true), storetest.Today)
		for _, tt := range []struct {
			pick       batch.Pick
			path, code string
		}{
			{batch.Pick{}, "client", "required"},
			{batch.Pick{Card: storetest.Nothing}, "client", "required"},
			{batch.Pick{Client: c.ID, Number: c.Number}, "number", "not_applicable"},
			{batch.Pick{Number: -3}, "number", "too_small"},
			{batch.Pick{Client: c.ID, Card: "AB12"}, "card", "not_applicable"},
			{batch.Pick{Number: c.Number, Card: "AB12"}, "card", "not_applicable"},
			{batch.Pick{Card: strings.Repeat("A", 101)}, "card", "too_long"},
			{batch.Pick{Card: "AB\x0012"}, "card", "control_character"},
		} {
			_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID}, tt.pick}})
			storetest.Refused(t, err, "/clients/1/"+tt.path, tt.code, "BAT-16")
		}
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 0)
		_, err := w.Batches.AddClients(w.Outsider, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Card: w.Card(c.ID).Value}}})
		storetest.Is(t, err, fault.ErrForbidden)
	},
	"SCN-03 a card of a list is judged as of now, whatever the day of the run": func(t *testing.T, w *storetest.World) {
		good, lost, old := w.Card(w.Enrolled().ID), w.Card(w.Enrolled().ID), storetest.Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: w.Enrolled().ID, Expires: storetest.Today}))(t)
		storetest.Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: lost.ID, Version: lost.Version, Reason: "lost"}))(t)
		theirs := storetest.Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(t)
		other := storetest.Must(w.Enrolling.IssueCard(w.OtherWorker, enroll.IssueCard{Client: theirs.ID}))(t)
		none := w.Card(w.Client().ID)                           // who is not enrolled
		r := w.Use(w.DropIn(true), storetest.Today.AddDays(-9)) // far from today
		add := func() []batch.Outcome {
			var picks []batch.Pick
			for _, v := range []string{good.Value, lost.Value, old.Value, "NEVER-SEEN", "?", other.Value, none.Value} {
				picks = append(picks, batch.Pick{Card: v})
			}
			return storetest.Outcomes(storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(t).Results)
		}
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.Deactivated, batch.IsPosted, batch.UnknownCard, batch.UnknownCard, batch.UnknownCard, batch.NoEnrollment}, add())
		w.Clock.Add(int64(48 * time.Hour / time.Second))
		defer w.Clock.Add(-int64(48 * time.Hour / time.Second))
		storetest.Diff(t, []batch.Outcome{batch.AlreadyAdded, batch.Deactivated, batch.Expired, batch.UnknownCard, batch.UnknownCard, batch.UnknownCard, batch.NoEnrollment}, add())
		w.Clock.Add(-int64(96 * time.Hour / time.Second)) // the server's clock was put back
		defer w.Clock.Add(int64(96 * time.Hour / time.Second))
		storetest.Equal(t, "before it was issued", add()[0], batch.NotIssued)
	},
}
