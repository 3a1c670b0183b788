package storetest

import (
	"testing"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/report"
)

func TestSmoke(t *testing.T) {
	Each(t, func(t *testing.T, s *bunstore.Store) {
		w := NewWorld(t, s)
		c := w.Client()
		for _, kind := range w.Config.Forms.Keys() {
			if kind == "mentor_update" {
				continue
			}
			x := w.Start(w.Worker, c.ID, kind)
			if !x.Complete {
				t.Errorf("%s: %+v", kind, x.Lines[0].Forms[0].Missing)
			}
		}
		p, err := w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: "bao"}, casemgmt.Page{})
		t.Log(p, err)
		inc, err := w.Sessions.MyIncomplete(w.Worker, casemgmt.Page{})
		t.Log(len(inc.Items), err)
		d, err := w.Sessions.ClientDashboard(w.Worker, c.ID, casemgmt.Page{})
		t.Log(len(d.History.Items), err)
		r, err := w.Reports.Run(w.Admin, report.ServicesByKind, report.Criteria{From: Today, To: Today})
		t.Log(r, err)
		r, err = w.Reports.Run(w.Worker, report.ClientsServed, report.Criteria{From: Today, To: Today})
		t.Log(r, err)
		f, err := w.Cases.Feed(w.Admin, "", 10)
		t.Log(len(f.Events), err)
	})
}
