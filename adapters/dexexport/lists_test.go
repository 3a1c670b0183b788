package dexexport_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/dex"
)

// The lists that case files choose from, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"lists": listRules})
}

var listRules = storetest.Rules{
	"DEX-12 (part) the stock lists are loaded with what is uncertain marked": func(t *testing.T, w *storetest.World) {
		loaded := map[casefile.List]*casefile.Reference{}
		for _, l := range dexexport.StockLists() {
			loaded[l.List] = storetest.Must(w.CaseFiles.LoadReference(w.Admin, l))(t)
		}
		// counts of docs/dex.md and of the files in dex/codes
		for list, want := range map[casefile.List]int{casefile.AttendanceProfiles: 5, casefile.ServiceTypes: 304, casefile.WorkshopCodes: 10, casefile.ServiceSettings: 9} {
			if r := loaded[list]; r == nil || len(r.Codes) != want {
				t.Errorf("%s: %+v, want %d", list, r, want)
			}
		}
		builtin := dex.BuiltinCodes()
		for list, name := range map[casefile.List]string{casefile.ReferralSources: "ReferralSource", casefile.ServiceSettings: "ServiceSetting"} {
			for _, c := range loaded[list].Codes {
				v, ok := builtin.List(name).Lookup(c.Code)
				if !ok || v.Label != c.Label || (v.Status == dex.Verified) == c.Uncertain {
					t.Errorf("%s %s: %+v %+v", list, c.Code, c, v)
				}
			}
		}
		a := storetest.Must(w.CaseFiles.CreateActivity(w.Admin, casefile.Activity{Name: "Family support", Site: w.Site.ID, Program: w.Program.ID, Number: 4711, ServiceTypes: []string{"1", "2"}}))(t)
		f := storetest.Must(w.CaseFiles.OpenFile(w.Worker, casefile.OpenFile{Details: casefile.Details{Activity: a.ID, AttendanceProfile: "PSGROUP"}}))(t)
		_, err := w.CaseFiles.AddClient(w.Worker, casefile.AddClient{Case: f.ID, Version: f.Version, Client: w.Client().ID,
			Joining: casefile.Joining{ReferralSource: "SELF", PrimaryReason: "PHYSICAL", OtherReasons: []string{"MENTAL"}}})
		w.NoError(err)
	},
}
