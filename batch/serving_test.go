package batch_test

import (
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session/report"
)

// servingRules are on who gives the services of one run.
var servingRules = storetest.Rules{
	"BAT-09 BAT-10 BAT-11 BAT-24 a run may name another provider and performer than its batch": func(t *testing.T, w *storetest.World) {
		day := civil.Date{Year: 2019, Month: 8, Day: 7}
		me, colleague := storetest.Must(w.Cases.Caller(w.Worker))(t).ID, storetest.Must(w.Cases.Caller(w.Colleague))(t).ID
		c := w.Client().ID
		w.Enroll(c, day, civil.Date{})
		b := w.DropIn(true)
		start := func(s batch.Serving) *batch.Run {
			return storetest.Must(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, ServiceDate: day, Serving: s}))(t)
		}
		on := func(r *batch.Run) [3]string {
			added := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c, Again: true}}}))(t)
			for _, x := range w.OnRecord(c) {
				if x.Entry == added.Results[0].Entry {
					return [3]string{x.Provider.String(), x.Performer, x.Comments}
				}
			}
			return [3]string{}
		}
		storetest.Equal(t, "as the batch says", on(start(batch.Serving{})), [3]string{me.String(), "Volunteers", "Winter program"})
		own := start(batch.Serving{Provider: colleague, Performer: new(" Nurse "), Comments: new("Flu shots\nat the door")})
		storetest.Equal(t, "as the run says", on(own), [3]string{colleague.String(), "Nurse", "Flu shots\nat the door"})
		storetest.Equal(t, "nobody and nothing", on(start(batch.Serving{Performer: new(""), Comments: new(storetest.Nothing)})), [3]string{me.String(), "", ""})
		storetest.Equal(t, "the batch is as it was", storetest.Must(w.Batches.Batch(w.Worker, b.ID))(t).Provider, me)
		counted := storetest.Must(w.Report(w.Manager, "services_by_code", report.Criteria{From: day, To: day, Program: w.Program.ID, Worker: colleague}))(t)
		storetest.Equal(t, "services that the colleague provided", *counted.Total, 1)
	},
	"BAT-10 BAT-24 another provider is an active user of the agency, and the texts are as in a batch": func(t *testing.T, w *storetest.World) {
		b := w.DropIn(true)
		r := w.Use(b, storetest.Today)
		p := w.Profile()
		left := storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "N", Deactivated: true, Programs: []casemgmt.Membership{{Program: w.Program.ID}}}))(t)
		for _, tt := range []struct {
			with             batch.Serving
			path, code, rule string
		}{
			{batch.Serving{Provider: storetest.Must(w.Cases.Caller(w.OtherWorker))(t).ID}, "/provider", "no_such_record", "BAT-10"},
			{batch.Serving{Provider: left.ID}, "/provider", "closed", "BAT-10"},
			{batch.Serving{Performer: new(strings.Repeat("x", 201))}, "/performer", "too_long", "BAT-24"},
			{batch.Serving{Performer: new("a\nb")}, "/performer", "control_character", "BAT-24"},
			{batch.Serving{Comments: new(strings.Repeat("x", 4001))}, "/comments", "too_long", "BAT-09"},
		} {
			_, err := w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, Serving: tt.with})
			storetest.Refused(t, err, tt.path, tt.code, tt.rule)
			_, err = w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: r.BatchDate, ServiceDate: r.ServiceDate, Serving: tt.with})
			storetest.Refused(t, err, tt.path, tt.code, tt.rule)
		}
		_, err := w.Batches.ChangeRun(w.Outsider, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: r.BatchDate, ServiceDate: r.ServiceDate})
		storetest.Is(t, err, fault.ErrForbidden)
		// a program that starts a run is nobody's provider: the batch's stays
		r = storetest.Must(w.Batches.Start(access.With(t.Context(), access.System("door", "metro")), batch.Start{Batch: b.ID}))(t)
		storetest.Equal(t, "provider", r.Provider, b.Provider)
	},
	"BAT-10 BAT-13 BAT-15 who serves changes while nothing was posted, the dates while nobody was added": func(t *testing.T, w *storetest.World) {
		colleague := storetest.Must(w.Cases.Caller(w.Colleague))(t).ID
		c, d := w.Enrolled().ID, w.Enrolled().ID
		r := w.Use(w.DropIn(false), storetest.Today)
		change := func(days int, s batch.Serving) error {
			changed, err := w.Batches.ChangeRun(w.Worker, batch.ChangeRun{ID: r.ID, Version: r.Version, BatchDate: r.BatchDate, ServiceDate: r.ServiceDate.AddDays(days), Serving: s})
			if err == nil {
				r = changed
			}
			return err
		}
		w.NoError(change(-1, batch.Serving{Comments: new("Snow")}))
		w.Add(r, c)
		storetest.Refused(t, change(-1, batch.Serving{Provider: colleague}), "/service_date", "cannot_change", "BAT-13")
		w.NoError(change(0, batch.Serving{Provider: colleague, Performer: new("Nurse")}))
		storetest.Equal(t, "comments stay", r.Comments, "Snow")
		storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		got := w.OnRecord(c)[0]
		storetest.Equal(t, "on the record", [3]string{got.Provider.String(), got.Performer, got.Comments}, [3]string{colleague.String(), "Nurse", "Snow"})
		w.Add(r, d) // waits
		fixed := func() {
			t.Helper()
			err := change(-1, batch.Serving{Provider: storetest.Must(w.Cases.Caller(w.Worker))(t).ID, Performer: new(""), Comments: new("")})
			storetest.Refused(t, err, "/provider", "cannot_change", "BAT-10")
			storetest.Refused(t, err, "/performer", "cannot_change", "BAT-24")
			storetest.Refused(t, err, "/comments", "cannot_change", "BAT-09")
			storetest.Refused(t, err, "/service_date", "cannot_change", "BAT-13")
		}
		fixed()
		w.NoError(change(0, batch.Serving{Provider: colleague})) // as it is
		storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: got.Entry, Reason: "r"}))(t)
		fixed() // it may be restored
	},
}
