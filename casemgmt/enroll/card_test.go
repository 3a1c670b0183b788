package enroll_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
)

var cardRules = storetest.Rules{
	"SCN-01 BAT-17 a card identifies the client, who is added by the scan": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		card := w.Card(c.ID)
		r := w.Use(w.DropIn(true), storetest.Today)
		got := w.Scan(r, batch.Scan{Number: "d1-1", Card: " " + card.Value + " ", At: storetest.Now})
		storetest.Equal(t, "outcome", got[0].Outcome, batch.IsPosted)
		storetest.Equal(t, "client", got[0].Client.ID, c.ID)
		storetest.Equal(t, "on the record", len(w.OnRecord(c.ID)), 1)
	},
	"SCN-02 a client may have several cards; a value is never used again": func(t *testing.T, w *storetest.World) {
		c, d := w.Client(), w.Client()
		first := storetest.Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: "drop-0001"}))(t)
		storetest.Equal(t, "value", first.Value, "DROP-0001")
		storetest.Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID}))(t)
		storetest.Equal(t, "cards", len(storetest.Must(w.Enrolling.ClientCards(w.Worker, c.ID))(t)), 2)
		storetest.Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: first.ID, Version: first.Version, Reason: "lost"}))(t)
		for _, who := range []casemgmt.ClientID{c.ID, d.ID} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: who, Value: "Drop-0001"})
			storetest.Refused(t, err, "/value", "card_used", "SCN-02")
		}
		_, err := w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: first.ID, Version: first.Version + 1})
		storetest.Refused(t, err, "/id", "not_applicable", "SCN-02")
	},
	"SCN-03 an unknown, a deactivated and an expired card have their own answers": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		lost, old := w.Card(c.ID), storetest.Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Expires: storetest.Today}))(t)
		at := w.Config.Now()
		w.Clock.Add(60)
		storetest.Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: lost.ID, Version: lost.Version}))(t)
		w.Clock.Add(36 * 3600)
		defer w.Clock.Add(-36*3600 - 60)
		late := at.Add(36 * time.Hour)
		b := w.DropIn(true)
		r := w.Use(b, storetest.Today.AddDays(2))
		storetest.Diff(t, []batch.Outcome{batch.UnknownCard, batch.Deactivated, batch.Expired}, storetest.Outcomes(w.Scan(r,
			batch.Scan{Number: "d2-1", Card: "NOBODY-1", At: late}, batch.Scan{Number: "d2-2", Card: lost.Value, At: late}, batch.Scan{Number: "d2-3", Card: old.Value, At: late})))
		storetest.Equal(t, "on the record", len(w.OnRecord(c.ID)), 0)
		// a scan that arrives late is judged by its own time (SCN-05)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted}, storetest.Outcomes(w.Scan(w.Use(b, storetest.Today), batch.Scan{Number: "d2-4", Card: lost.Value, At: at})))
	},
	"SCN-03 SCN-05 a scan from before there was the card is refused, whatever its clock says": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		card := w.Card(c.ID)
		r := w.Use(w.DropIn(true), storetest.Today)
		got := w.Scan(r, batch.Scan{Number: "d6-1", Card: card.Value, At: card.Issued.Add(-time.Second)}, batch.Scan{Number: "d6-2", Card: card.Value, At: card.Issued})
		storetest.Diff(t, []batch.Outcome{batch.NotIssued, batch.IsPosted}, storetest.Outcomes(got))
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 1)
	},
	"SCN-05 a scan is of the run's day, or as many days apart as the agency allows": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		w.Clock.Add(-5 * 24 * 3600)
		card := w.Card(c.ID)
		w.Clock.Add(5 * 24 * 3600)
		b, n := w.DropIn(true), 0
		apart := func(days int) batch.Outcome {
			n++
			at := storetest.Now.Add(-time.Hour).AddDate(0, 0, -days)
			return w.Scan(w.Use(b, storetest.Today), batch.Scan{Number: fmt.Sprint("d7-", n), Card: card.Value, At: at, Again: true})[0].Outcome
		}
		set := func(days *int) {
			a := storetest.Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.ScanDays = days
			storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}
		defer set(nil)
		for _, tt := range []struct {
			allowed *int
			most    int
		}{{nil, 1}, {new(int), 0}, {new(3), 3}} {
			set(tt.allowed)
			for days := range 5 {
				want := batch.IsPosted
				if days > tt.most {
					want = batch.OtherDay
				}
				storetest.Equal(t, fmt.Sprint(days, " days apart of ", tt.most), apart(days), want)
			}
		}
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ScanDays = new(32)
		_, err := w.Cases.UpdateAgency(w.Admin, *a)
		storetest.Refused(t, err, "/settings/scan_days", "out_of_range", "SCN-05")
	},
	"SCN-04 a card value holds no personal data": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		p.Phones, p.Former, p.Email = []string{"416 555 0199"}, []string{"Oldname", "Bo Vu"}, "night.owl@example.org"
		c := storetest.Must(w.Register(p))(t)
		iso := p.BirthDate.String()
		for _, value := range []string{p.Given + "-1", iso, iso[:4] + iso[5:7] + iso[8:], "X" + p.Identifiers[0].Value, "4165550199",
			"OLDNAME-7", "77-BO", "9BOVU9", "M4C1B5", "X-M4C-1B5", "NIGHTOWL", "OWL-22"} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: value})
			storetest.Refused(t, err, "/value", "personal_data", "SCN-04")
		}
		short := w.Profile() // whose name comes up in random letters
		short.Given, short.Family = "Ab", "C"+short.Family
		d := storetest.Must(w.Register(short))(t)
		for range 50 {
			w.Card(d.ID)
		}
		for _, value := range []string{"AB", "A B C", "a_b_c", "-ABC", "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJK"} {
			_, err := w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: value})
			storetest.Refused(t, err, "/value", "card_shape", "SCN-01")
		}
	},
	"SCN-05 scans that arrive late, twice or out of order are applied once": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		w.Clock.Add(-3 * 3600)
		one, two := w.Card(c.ID), w.Card(d.ID)
		w.Clock.Add(3 * 3600)
		r := w.Use(w.DropIn(true), storetest.Today)
		a := batch.Scan{Number: "d3-1", Card: one.Value, At: storetest.Now.Add(-time.Hour)}
		b := batch.Scan{Number: "d3-2", Card: two.Value, At: storetest.Now.Add(-2 * time.Hour)}
		got := w.Scan(r, b, a, a)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.IsPosted}, storetest.Outcomes(got))
		storetest.Equal(t, "the second is a repeat", got[2].Repeat, true)
		storetest.Equal(t, "of the same entry", got[2].Entry, got[1].Entry)
		got = w.Scan(r, a, b, batch.Scan{Number: "d3-3", Card: one.Value, At: storetest.Now})
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.AlreadyAdded}, storetest.Outcomes(got))
		storetest.Equal(t, "services", len(w.OnRecord(c.ID))+len(w.OnRecord(d.ID)), 2)
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: got[0].Entry, Reason: "wrong"}))(t)
		storetest.Diff(t, []batch.Outcome{batch.WasReversed}, storetest.Outcomes(w.Scan(r, a)))
		storetest.Equal(t, "services", len(w.OnRecord(c.ID)), 0)
		entry := storetest.Must(w.Batches.Entries(w.Worker, r.ID, batch.Posted, casemgmt.PageRequest{}))(t).Items[0]
		storetest.Equal(t, "the scan's own time", entry.ScannedAt, b.At)
	},
	"SCN-05 ACC-03 a scan number that another scan had is answered as such, and names nobody": func(t *testing.T, w *storetest.World) {
		c, d := w.Enrolled(), w.Enrolled()
		b := w.DropIn(true)
		r, other := w.Use(b, storetest.Today), w.Use(w.DropIn(true), storetest.Today)
		first := batch.Scan{Number: "d5-1", Card: w.Card(c.ID).Value, At: storetest.Now}
		second := batch.Scan{Number: "d5-1", Card: w.Card(d.ID).Value, At: storetest.Now}
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.NumberUsed}, storetest.Outcomes(w.Scan(r, first, second)))
		got := w.Scan(other, second, batch.Scan{Number: "d5-1", Card: "MADE-UP-1", At: storetest.Now})
		storetest.Diff(t, []batch.Outcome{batch.NumberUsed, batch.NumberUsed}, storetest.Outcomes(got))
		storetest.Equal(t, "who it was", got[1].Client == nil && got[1].Entry.IsZero(), true)
		storetest.Diff(t, []batch.Outcome{batch.NumberUsed}, storetest.Outcomes(w.Scan(other, first))) // in another run
	},
	"SCN-05 BAT-22 a scan that cannot be read, or is of the future, stops nobody else": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		card := w.Card(c.ID)
		r := w.Use(w.DropIn(true), storetest.Today)
		storetest.Diff(t, []batch.Outcome{batch.Unreadable, batch.Unreadable, batch.Unreadable, batch.Unreadable, batch.InFuture, batch.IsPosted}, storetest.Outcomes(w.Scan(r,
			batch.Scan{Card: card.Value, At: storetest.Now}, batch.Scan{Number: "d4-1", At: storetest.Now}, batch.Scan{Number: "d4\x002", Card: card.Value, At: storetest.Now},
			batch.Scan{Number: "d4-0", Card: card.Value, At: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
			batch.Scan{Number: "d4-3", Card: card.Value, At: w.Config.Now().Add(time.Hour)}, batch.Scan{Number: "d4-4", Card: card.Value, At: storetest.Now})))
	},
}
