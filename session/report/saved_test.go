package report_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// savedRules are on reports under a name.
var savedRules = storetest.Rules{
	"REP-15 a report is saved under a name, found by all staff, and run again for another period": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		day := storetest.Today.AddDays(-3000) // nobody else's
		x := report.Saved{Name: "Ours by form", Question: report.Question{Report: "services_by_form_kind", Criteria: report.Criteria{From: day, To: day, Worker: me.ID}}}
		s := storetest.Must(w.Reports.CreateSaved(w.Worker, x))(t)
		w.Begin(w.Worker, w.Client().ID, day.AddDays(1), "nonspec", session.Content{Answers: w.Answers("nonspec")})
		listed := storetest.Must(w.Reports.SavedList(w.Outsider, casemgmt.PageRequest{}))(t)
		storetest.Diff(t, []report.Saved{*s}, listed.Items)
		storetest.Equal(t, "for its own period", *storetest.Must(w.Reports.MakeAgain(w.Worker, report.Again{ID: s.ID}))(t).Total, 0)
		again := storetest.Must(w.Reports.MakeAgain(w.Worker, report.Again{ID: s.ID, From: day.AddDays(1), To: day.AddDays(1)}))(t)
		storetest.Equal(t, "for another one", *again.Total, 1)
		storetest.Equal(t, "whose", again.Criteria.Worker, me.ID)
		_, err := w.Reports.MakeAgain(w.Worker, report.Again{ID: s.ID, From: day.AddDays(1)})
		storetest.Refused(t, err, "/to", "ends_before_start", "REP-10")
		_, err = w.Reports.MakeAgain(w.Outsider, report.Again{ID: s.ID})
		storetest.Is(t, err, fault.ErrForbidden) // sharing a report shares no numbers
		_, err = w.Reports.MakeAgain(w.OtherAdmin, report.Again{ID: s.ID})
		storetest.Is(t, err, fault.ErrNotFound)
		s.Name = "All by form"
		s.Worker = casemgmt.StaffID{}
		s = storetest.Must(w.Reports.UpdateSaved(w.Colleague, *s))(t)
		storetest.Diff(t, s, storetest.Must(w.Reports.Saved(w.Worker, s.ID))(t))
	},
	"REP-15 what could not be run is not saved": func(t *testing.T, w *storetest.World) {
		save := func(q report.Question) error {
			_, err := w.Reports.CreateSaved(w.Worker, report.Saved{Name: "x", Question: q})
			return err
		}
		period := report.Criteria{From: storetest.Today, To: storetest.Today}
		storetest.Refused(t, save(report.Question{Criteria: period}), "/report", "required", "REP-15")
		storetest.Refused(t, save(report.Question{Report: "horoscope", Criteria: period}), "/report", "unknown_value", "REP-15")
		storetest.Refused(t, save(report.Question{Report: "clients_served"}), "/from", "required", "REP-10")
		period.FormKind = "tarot"
		storetest.Refused(t, save(report.Question{Report: "clients_served", Criteria: period}), "/form_kind", "unknown_value", "REP-10")
		period.FormKind, period.Site = "", id.New[casemgmt.Site]()
		storetest.Refused(t, save(report.Question{Report: "clients_served", Criteria: period}), "/site", "no_such_record", "REP-10")
		_, err := w.Reports.CreateSaved(w.Worker, report.Saved{})
		storetest.Refused(t, err, "/name", "required", "REP-15")
	},
}
