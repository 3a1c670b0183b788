package enroll_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

var findCardRules = storetest.Rules{
	"SCN-01 SCN-03 a card is looked up by its value: whose it is, and whether it works now": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		card := storetest.Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c.ID, Value: "LOOK-0001", Expires: storetest.Today}))(t)
		lost := w.Card(c.ID)
		find := func(value string) *enroll.FoundCard {
			return storetest.Must(w.Enrolling.FindCard(w.Outsider, enroll.FindCard{Value: value}))(t)
		}
		after := w.Tail()
		storetest.Diff(t, &enroll.FoundCard{Card: card, Client: c.Hit(), Works: true}, find(" look-0001 "))
		page := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t)
		storetest.Equal(t, "events", len(page.Events), 1)
		storetest.Equal(t, "event", page.Events[0].Type, event.CardLookedUp)
		storetest.Equal(t, "about the client", page.Events[0].Subject, c.ID.String())
		lost = storetest.Must(w.Enrolling.DeactivateCard(w.Worker, enroll.DeactivateCard{ID: lost.ID, Version: lost.Version}))(t)
		storetest.Diff(t, &enroll.FoundCard{Card: lost, Client: c.Hit(), Problem: "deactivated_card"}, find(lost.Value))
		w.Clock.Add(24 * 3600)
		defer w.Clock.Add(-24 * 3600)
		storetest.Diff(t, &enroll.FoundCard{Card: card, Client: c.Hit(), Problem: "expired_card"}, find(card.Value))
	},
	"SCN-01 ACC-02 ACC-14 who looks a card up opens profiles and records, and hears of no other agency's": func(t *testing.T, w *storetest.World) {
		card := w.Card(w.Client().ID)
		look := func(value string, want error) {
			t.Helper()
			_, err := w.Enrolling.FindCard(w.Worker, enroll.FindCard{Value: value})
			storetest.Is(t, err, want)
		}
		look("NOBODY-0001", fault.ErrNotFound)
		_, err := w.Enrolling.FindCard(w.Worker, enroll.FindCard{Value: storetest.Nothing})
		storetest.Refused(t, err, "/value", "required", "SCN-01")
		_, err = w.Enrolling.FindCard(w.OtherAdmin, enroll.FindCard{Value: card.Value})
		storetest.Is(t, err, fault.ErrNotFound)
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.ClientRoles = []string{"admin"}
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		look(card.Value, fault.ErrForbidden)
		look("NOBODY-0001", fault.ErrForbidden) // nor whether there is one
		a.Settings.ClientRoles = nil
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	},
}
