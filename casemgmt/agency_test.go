package casemgmt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// agencyRules are on the staff of an agency and its settings.
var agencyRules = storetest.Rules{
	"ACC-08 everybody is in a program": func(t *testing.T, w *storetest.World) {
		_, err := w.Cases.CreateStaff(w.Admin, casemgmt.Staff{User: "none", Name: "None"})
		storetest.Refused(t, err, "/programs", "required", "ACC-08")
		staff := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
		_, err = w.Cases.SetMembership(w.Manager, casemgmt.SetMembership{Staff: staff.ID, Program: w.Program.ID})
		storetest.Refused(t, err, "/programs", "required", "ACC-08")
	},
	"ACC-07 a program manager neither makes nor unmakes managers": func(t *testing.T, w *storetest.World) {
		p := w.Profile()
		other := storetest.Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: p.Given + p.Family, Name: "N", Programs: []casemgmt.Membership{{Program: w.Program.ID, Manager: true}}}))(t)
		for _, cmd := range []casemgmt.SetMembership{{Member: true}, {Member: true, Manager: true}, {}} {
			cmd.Staff, cmd.Program = other.ID, w.Program.ID
			_, err := w.Cases.SetMembership(w.Manager, cmd)
			storetest.Is(t, err, fault.ErrForbidden)
		}
		other = storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: other.ID, Program: w.Program.ID, Member: true}))(t)
		storetest.Equal(t, "manager", other.Programs[0].Manager, false)
	},
	"ACC-10 nobody makes themselves the manager of a program": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Admin))(t)
		_, err := w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Program.ID, Member: true, Manager: true})
		storetest.Refused(t, err, "/programs/1/manager", "not_oneself", "ACC-10")
		own := *me
		own.Programs = []casemgmt.Membership{{Program: w.Second.ID, Manager: true}}
		_, err = w.Cases.UpdateStaff(w.Admin, own)
		storetest.Refused(t, err, "/programs/0/manager", "not_oneself", "ACC-10")
		me = storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Program.ID, Member: true}))(t) // a member like others
		storetest.Equal(t, "manager", me.Programs[1].Manager, false)
		storetest.Must(w.Cases.SetMembership(w.Admin, casemgmt.SetMembership{Staff: me.ID, Program: w.Program.ID}))(t)
	},
	"ASQ-04 another change of the settings does not ask a question anew": func(t *testing.T, w *storetest.World) {
		field := forms.Field{Key: "bus", Kind: forms.Text, Label: i18n.T("Bus", "Autobus")}
		a := storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Settings.Questions = []casemgmt.Question{{Form: "io", Field: field}}
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		since := a.Settings.Questions[0].Since
		w.Clock.Add(3600)
		a = storetest.Must(w.Cases.Agency(w.Admin))(t)
		a.Name = "Metro Two"
		a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		storetest.Equal(t, "since", a.Settings.Questions[0].Since, since)
		for path, change := range map[string]func(*forms.Field){
			"/key":           func(f *forms.Field) { f.Key = "a\tb\nc" },
			"/label/en":      func(f *forms.Field) { f.Label.En = "a\x00b" },
			"/label/fr":      func(f *forms.Field) { f.Label.Fr = strings.Repeat("x", 301) },
			"/funder":        func(f *forms.Field) { f.Funder = map[string]*forms.Cond{"icare": {Always: true}} },
			"/show":          func(f *forms.Field) { f.Show = &forms.Cond{Always: true} },
			"/required":      func(f *forms.Field) { f.Required = &forms.Cond{Filled: "other"} },
			"/options/0/key": func(f *forms.Field) { f.Options = []forms.Option{{Key: "A B", Label: f.Label}} },
		} {
			own := field
			change(&own)
			a.Settings.Questions = []casemgmt.Question{{Form: "io", Field: own}}
			_, err := w.Cases.UpdateAgency(w.Admin, *a)
			var invalid *fault.Invalid
			if !errors.As(err, &invalid) || invalid.Issues[0].Path != "/settings/questions/0/field"+path {
				t.Errorf("%s: %v", path, err)
			}
		}
		a.Name, a.Settings.Questions = "Metro", nil
		storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	},
}
