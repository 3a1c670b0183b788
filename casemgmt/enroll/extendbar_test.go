package enroll_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
)

var extendRules = storetest.Rules{
	"BAR-03 BAR-06 BAR-07 a bar gets a later end with a reason, and keeps the ends before": func(t *testing.T, w *storetest.World) {
		c := w.Enrolled()
		b := w.Bar(c.ID, storetest.Today.AddDays(-3), storetest.Today)
		end := storetest.Today.AddDays(2)
		r := w.Use(w.DropIn(true), storetest.Today)
		me := storetest.Must(w.Cases.Caller(w.Colleague))(t)
		_, err := w.Enrolling.ExtendBar(w.Colleague, enroll.ExtendBar{ID: b.ID, Version: b.Version, End: end, Reason: storetest.Nothing})
		storetest.Refused(t, err, "/reason", "required", "BAR-03")
		_, err = w.Enrolling.ExtendBar(w.Colleague, enroll.ExtendBar{ID: b.ID, Version: b.Version, Reason: "r"})
		storetest.Refused(t, err, "/end", "required", "BAR-03")
		_, err = w.Enrolling.ExtendBar(w.Colleague, enroll.ExtendBar{ID: b.ID, Version: b.Version, End: end, Permanent: true, Reason: "r"})
		storetest.Refused(t, err, "/end", "not_applicable", "BAR-03")
		for _, days := range []int{-1, 0} {
			_, err = w.Enrolling.ExtendBar(w.Colleague, enroll.ExtendBar{ID: b.ID, Version: b.Version, End: storetest.Today.AddDays(days), Reason: "r"})
			storetest.Refused(t, err, "/end", "not_later", "BAR-03")
		}
		longer := storetest.Must(w.Enrolling.ExtendBar(w.Colleague, enroll.ExtendBar{ID: b.ID, Version: b.Version, End: end, Reason: "again"}))(t)
		storetest.Equal(t, "incident for who did not write it", longer.Incident, "")
		_, err = w.Enrolling.ExtendBar(w.Worker, enroll.ExtendBar{ID: b.ID, Version: b.Version, Permanent: true, Reason: "r"})
		storetest.Is(t, err, fault.ErrConflict)
		for days, works := range map[int]bool{1: true, 2: true, 3: false} {
			storetest.Equal(t, "works", longer.WorksOn(storetest.Today.AddDays(days)), works)
		}
		storetest.Must(w.Enrolling.ExtendBar(w.Worker, enroll.ExtendBar{ID: b.ID, Version: longer.Version, Permanent: true, Reason: "for good"}))(t)
		got := storetest.Must(w.Enrolling.Bar(w.Worker, b.ID))(t)
		storetest.Diff(t, []enroll.Extension{{At: w.Config.Now(), By: me.ID, From: storetest.Today, To: end, Reason: "again"},
			{At: w.Config.Now(), By: b.By, From: end, Reason: "for good"}}, got.Extended)
		storetest.Equal(t, "end", got.End, civil.Date{})
		storetest.Equal(t, "permanent", got.Permanent, true)
		storetest.Equal(t, "incident stays", got.Incident, b.Incident)
		storetest.Diff(t, []batch.Outcome{batch.Barred}, w.Add(r, c.ID))
		_, err = w.Enrolling.ExtendBar(w.Worker, enroll.ExtendBar{ID: b.ID, Version: got.Version, Permanent: true, Reason: "r"})
		storetest.Refused(t, err, "/id", "not_later", "BAR-03")
	},
	"BAR-07 a bar that was lifted or has ended is not extended": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		ended := w.Bar(c.ID, storetest.Today.AddDays(-3), storetest.Today.AddDays(-1))
		lifted := w.Bar(c.ID, storetest.Today, storetest.Today)
		lifted = storetest.Must(w.Enrolling.LiftBar(w.Manager, enroll.LiftBar{ID: lifted.ID, Version: lifted.Version, Reason: "r"}))(t)
		for _, b := range []*enroll.Bar{ended, lifted} {
			_, err := w.Enrolling.ExtendBar(w.Worker, enroll.ExtendBar{ID: b.ID, Version: b.Version, Permanent: true, Reason: "r"})
			storetest.Refused(t, err, "/id", "bar_over", "BAR-07")
		}
	},
	"BAR-03 BAR-05 ACC-14 who may bar from a place extends its bars": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		bar := func(cmd enroll.BarClient) *enroll.Bar {
			cmd.Client, cmd.Reason, cmd.Incident, cmd.Start, cmd.End = c.ID, "r", "i", storetest.Today, storetest.Today
			return storetest.Must(w.Enrolling.BarClient(w.Admin, cmd))(t)
		}
		program, facility, agency := bar(enroll.BarClient{Program: w.Program.ID}), bar(enroll.BarClient{Facility: w.Site.ID}), bar(enroll.BarClient{Agency: true})
		extend := func(user string, b *enroll.Bar) error {
			who := w.As("metro", user)
			if user == "other-admin" {
				who = w.OtherAdmin
			}
			out, err := w.Enrolling.ExtendBar(who, enroll.ExtendBar{ID: b.ID, Version: b.Version, End: b.End.AddDays(1), Reason: "r"})
			if err == nil {
				*b = *out
			}
			return err
		}
		for _, tt := range []struct {
			user                      string
			program, facility, agency error
		}{
			{"worker", nil, nil, fault.ErrForbidden}, {"outsider", fault.ErrForbidden, nil, fault.ErrForbidden}, {"manager", nil, nil, nil},
			{"outsider-manager", fault.ErrForbidden, nil, nil}, {"admin", nil, nil, nil}, {"other-admin", fault.ErrNotFound, fault.ErrNotFound, fault.ErrNotFound},
		} {
			storetest.Is(t, extend(tt.user, program), tt.program)
			storetest.Is(t, extend(tt.user, facility), tt.facility)
			storetest.Is(t, extend(tt.user, agency), tt.agency)
		}
	},
}
