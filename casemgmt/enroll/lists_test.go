package enroll_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// everyPage reads a list to its end, in small pages.
func everyPage[T any](t *testing.T, list func(casemgmt.PageRequest) (casemgmt.Page[T], error)) []T {
	t.Helper()
	var out []T
	for p := (casemgmt.PageRequest{Limit: 3}); ; {
		page := storetest.Must(list(p))(t)
		out = append(out, page.Items...)
		if p.After = page.Next; p.After == "" {
			return out
		}
	}
}

// byName are clients in the order of lists.
func byName(list []*casemgmt.Client) []casemgmt.ClientID {
	list = slices.SortedFunc(slices.Values(list), func(a, b *casemgmt.Client) int {
		return strings.Compare(casemgmt.SortName(a.Profile.Family, a.Profile.Given), casemgmt.SortName(b.Profile.Family, b.Profile.Given))
	})
	out := []casemgmt.ClientID{}
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

var listRules = storetest.Rules{
	"ENR-04 who is enrolled in a program on a day, by name, page after page": func(t *testing.T, w *storetest.World) {
		p := storetest.Must(w.Cases.CreateProgram(w.Setup, casemgmt.Program{Name: i18n.T("Evenings", "Soirées")}))(t)
		enrolled := map[*casemgmt.Client][]*enroll.Enrollment{}
		for _, spans := range [][][2]int{{{-9, -5}}, {{-9, 0}}, {{-9, -1}, {0, 2}}, {{-5, 99}}, {{0, 0}}, {{1, 3}}, {{-9, -9}, {-3, -2}}, {{-2, 99}}, {{-1, 1}}} {
			c := w.Client()
			for _, s := range spans {
				cmd := enroll.Enroll{Client: c.ID, Program: p.ID, Start: storetest.Today.AddDays(s[0]), Exit: storetest.Today.AddDays(s[1]), Intake: storetest.Intake(storetest.Today.AddDays(-20))}
				if s[1] == 99 {
					cmd.Exit = civil.Date{}
				}
				enrolled[c] = append(enrolled[c], storetest.Must(w.Enrolling.Enroll(w.Admin, cmd))(t))
			}
			w.Enroll(c.ID, storetest.Today.AddDays(-9), civil.Date{}) // in another program
		}
		for days := -10; days <= 4; days++ {
			on := storetest.Today.AddDays(days)
			var want []*casemgmt.Client
			for c, list := range enrolled {
				if slices.ContainsFunc(list, func(e *enroll.Enrollment) bool { return e.ActiveOn(on) }) {
					want = append(want, c)
				}
			}
			q := enroll.EnrolledIn{Program: p.ID, On: on}
			if days == 0 {
				q.On = civil.Date{} // today
			}
			got := []casemgmt.ClientID{}
			for _, x := range everyPage(t, func(page casemgmt.PageRequest) (casemgmt.Page[enroll.EnrolledClient], error) {
				return w.Enrolling.Enrolled(w.Admin, q, page)
			}) {
				got = append(got, x.Client.ID)
				own := storetest.Must(w.Enrolling.Enrollment(w.Admin, x.Enrollment.ID))(t)
				storetest.Diff(t, own, &x.Enrollment)
				storetest.Equal(t, "active", own.ActiveOn(on) && own.Client == x.Client.ID && own.Program == p.ID, true)
			}
			storetest.Diff(t, byName(want), got)
		}
	},
	"ENR-04 ACC-02 ACC-03 ACC-14 who sees a program's enrollments and opens profiles lists them": func(t *testing.T, w *storetest.World) {
		list := func(who context.Context, p casemgmt.ProgramID) error {
			_, err := w.Enrolling.Enrolled(who, enroll.EnrolledIn{Program: p}, casemgmt.PageRequest{})
			return err
		}
		for _, who := range []context.Context{w.Worker, w.Manager, w.Admin, w.SeeAll} {
			storetest.Is(t, list(who, w.Program.ID), nil)
		}
		for _, who := range []context.Context{w.Outsider, w.OutsiderManager, w.Uploader} {
			storetest.Is(t, list(who, w.Program.ID), fault.ErrForbidden)
		}
		storetest.Is(t, list(w.OtherAdmin, w.Program.ID), fault.ErrNotFound)
		storetest.Is(t, list(w.Worker, id.New[casemgmt.Program]()), fault.ErrNotFound)
		closedTo(t, w, func() {
			storetest.Is(t, list(w.Worker, w.Program.ID), fault.ErrForbidden)
		})
	},
	"BAR-01 BAR-03 BAR-06 BAR-07 who is barred from a place on a day, by name, page after page": func(t *testing.T, w *storetest.World) {
		site := storetest.Must(w.Cases.CreateSite(w.Setup, casemgmt.Site{Name: "King Street", Address: casemgmt.Address{PostalCode: "M5V 2A1"}}))(t)
		places := []enroll.BarsAt{{Program: w.Program.ID}, {Program: w.Second.ID}, {Facility: w.Site.ID}, {Facility: site.ID}}
		from := []enroll.BarClient{{Program: w.Program.ID}, {Program: w.Second.ID}, {Facility: w.Site.ID}, {Facility: site.ID}, {Agency: true}}
		made := map[*casemgmt.Client]*enroll.Bar{}
		for i, span := range [][2]int{{-9, 0}, {-2, 99}, {0, 0}, {-9, -1}, {1, 5}} {
			for _, cmd := range from {
				c := w.Client()
				cmd.Client, cmd.Reason, cmd.Incident, cmd.Start, cmd.End = c.ID, "r", "i", storetest.Today.AddDays(span[0]), storetest.Today.AddDays(span[1])
				if cmd.Permanent = span[1] == 99; cmd.Permanent {
					cmd.End = civil.Date{}
				}
				made[c] = storetest.Must(w.Enrolling.BarClient(w.Admin, cmd))(t)
				if i == 0 {
					made[c] = storetest.Must(w.Enrolling.LiftBar(w.Admin, enroll.LiftBar{ID: made[c].ID, Version: made[c].Version, Reason: "r"}))(t)
				}
			}
		}
		for _, q := range places {
			for days := -3; days <= 2; days++ {
				on := storetest.Today.AddDays(days)
				if q.On = on; days == 0 {
					q.On = civil.Date{} // today
				}
				var want []*casemgmt.Client
				for c, b := range made {
					if b.WorksOn(on) && (b.Agency || b.Program == q.Program && b.Facility == q.Facility) {
						want = append(want, c)
					}
				}
				got := []casemgmt.ClientID{}
				for _, x := range everyPage(t, func(page casemgmt.PageRequest) (casemgmt.Page[enroll.BarredClient], error) {
					return w.Enrolling.Bars(w.Admin, q, page)
				}) {
					for c, b := range made { // other tests have bars too
						if c.ID == x.Client.ID {
							got = append(got, c.ID)
							storetest.Diff(t, b, &x.Bar)
							storetest.Diff(t, c.Hit(), x.Client)
						}
					}
				}
				storetest.Diff(t, byName(want), got)
			}
		}
	},
	"BAR-02 BAR-05 ACC-02 incident notes are in the list for who may read them, and no other agency's bars are": func(t *testing.T, w *storetest.World) {
		c := w.Client()
		b := w.Bar(c.ID, storetest.Today, civil.Date{})
		for who, want := range map[string]string{"worker": b.Incident, "manager": b.Incident, "admin": b.Incident, "colleague": "", "outsider-manager": ""} {
			for _, x := range everyPage(t, func(p casemgmt.PageRequest) (casemgmt.Page[enroll.BarredClient], error) {
				return w.Enrolling.Bars(w.As("metro", who), enroll.BarsAt{Program: w.Program.ID}, p)
			}) {
				if x.Bar.ID == b.ID {
					storetest.Equal(t, "incident for the "+who, x.Bar.Incident, want)
				}
			}
		}
		ask := func(who context.Context, q enroll.BarsAt) error {
			_, err := w.Enrolling.Bars(who, q, casemgmt.PageRequest{})
			return err
		}
		storetest.Refused(t, ask(w.Worker, enroll.BarsAt{}), "/program", "required", "BAR-01")
		storetest.Refused(t, ask(w.Worker, enroll.BarsAt{Program: w.Program.ID, Facility: w.Site.ID}), "/facility", "not_applicable", "BAR-01")
		storetest.Refused(t, ask(w.OtherAdmin, enroll.BarsAt{Program: w.Program.ID}), "/program", "no_such_record", "BAR-05")
		storetest.Refused(t, ask(w.OtherAdmin, enroll.BarsAt{Facility: w.Site.ID}), "/facility", "no_such_record", "BAR-05")
		storetest.Equal(t, "bars elsewhere", len(storetest.Must(w.Enrolling.Bars(w.OtherAdmin, enroll.BarsAt{Program: w.OtherProgram.ID}, casemgmt.PageRequest{}))(t).Items), 0)
		closedTo(t, w, func() {
			storetest.Is(t, ask(w.Worker, enroll.BarsAt{Program: w.Program.ID}), fault.ErrForbidden)
		})
	},
}

// closedTo does something while only administrators open profiles.
func closedTo(t *testing.T, w *storetest.World, do func()) {
	t.Helper()
	a := storetest.Must(w.Cases.Agency(w.Admin))(t)
	a.Settings.ClientRoles = []string{"admin"}
	a = storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
	do()
	a.Settings.ClientRoles = nil
	storetest.Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
}
