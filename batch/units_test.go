package batch_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/session/report"
)

// meals is a batch of two lunches and a shower.
func meals(t *testing.T, w *storetest.World, auto bool) *batch.Batch {
	t.Helper()
	two := 2
	return storetest.Must(w.Batches.Create(w.Worker, batch.Content{Description: "Meals", AutoPost: auto, Program: w.Program.ID,
		Services: []batch.Include{{Code: w.Codes["Lunch"].ID, Units: &two}, {Code: w.Codes["Shower"].ID}}}))(t)
}

// given are the units on a client's record by code.
func given(w *storetest.World, c casemgmt.ClientID) map[enroll.ServiceCodeID]int {
	w.T.Helper()
	out := map[enroll.ServiceCodeID]int{}
	for _, x := range w.OnRecord(c) {
		out[x.Code] += x.Units
	}
	return out
}

// unitRules are on clients who are given a service more or less often than the others.
var unitRules = storetest.Rules{
	"BAT-08 BAT-19 REP-10 units of one client come on the record and into the count": func(t *testing.T, w *storetest.World) {
		lunch, shower := w.Codes["Lunch"].ID, w.Codes["Shower"].ID
		day := civil.Date{Year: 2018, Month: 3, Day: 2}
		var clients []casemgmt.ClientID
		for range 4 {
			c := w.Client().ID
			w.Enroll(c, day, civil.Date{})
			clients = append(clients, c)
		}
		r := w.Use(meals(t, w, true), day)
		got := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{
			{Client: clients[0], Units: []batch.Item{{Code: lunch, Units: 5}}},
			{Client: clients[1]},
			{Client: clients[2], Units: []batch.Item{{Code: shower, Units: 3}, {Code: lunch, Units: 1}}},
			{Client: clients[3], Units: []batch.Item{{Code: lunch, Units: 2}}}, // as all have
			{Client: clients[1], Again: true, Units: []batch.Item{{Code: shower, Units: batch.MaxUnits}}},
			{Client: clients[0], Units: []batch.Item{{Code: lunch, Units: 9}}}, // is there already
		}}))(t)
		storetest.Diff(t, []batch.Outcome{batch.IsPosted, batch.IsPosted, batch.IsPosted, batch.IsPosted, batch.IsPosted, batch.AlreadyAdded}, storetest.Outcomes(got.Results))
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 5, shower: 1}, given(w, clients[0]))
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 4, shower: 1 + batch.MaxUnits}, given(w, clients[1]))
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 1, shower: 3}, given(w, clients[2]))
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 2, shower: 1}, given(w, clients[3]))
		var units []int
		for _, x := range storetest.Must(w.Batches.Entries(w.Worker, r.ID, "", casemgmt.PageRequest{}))(t).Items {
			units = append(units, len(x.Units))
		}
		storetest.Diff(t, []int{1, 0, 2, 0, 1}, units)
		counted := storetest.Must(w.Report(w.Manager, "services_by_code", report.Criteria{From: day, To: day, Program: w.Program.ID}))(t)
		storetest.Equal(t, "units of the day", *counted.Total, 5+1+4+1+batch.MaxUnits+1+3+2+1)
	},
	"BAT-08 BAT-15 BAT-25 units of one client wait with the selection, and come back with a restoration": func(t *testing.T, w *storetest.World) {
		lunch, shower := w.Codes["Lunch"].ID, w.Codes["Shower"].ID
		c, d := w.Enrolled().ID, w.Enrolled().ID
		r := w.Use(meals(t, w, false), storetest.Today)
		got := storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c, Units: []batch.Item{{Code: lunch, Units: 7}}}, {Client: d}}}))(t)
		storetest.Equal(t, "on the record before", len(w.OnRecord(c)), 0)
		storetest.Must(w.Batches.Post(w.Worker, batch.Post{Run: r.ID}))(t)
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 7, shower: 1}, given(w, c))
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 2, shower: 1}, given(w, d))
		entry := got.Results[0].Entry
		e := storetest.Must(w.Batches.ReverseEntry(w.Worker, batch.ReverseEntry{Run: r.ID, ID: entry, Reason: "r"}))(t)
		storetest.Diff(t, []batch.Item{{Code: lunch, Units: 7}}, e.Units)
		storetest.Equal(t, "on the record", len(w.OnRecord(c)), 0)
		storetest.Must(w.Batches.RestoreEntry(w.Worker, batch.RestoreEntry{Run: r.ID, ID: entry, Reason: "r"}))(t)
		storetest.Diff(t, map[enroll.ServiceCodeID]int{lunch: 7, shower: 1}, given(w, c))
	},
	"BAT-06 BAT-08 BAT-19 units of one client are of the batch's services, and within the same bounds": func(t *testing.T, w *storetest.World) {
		lunch := w.Codes["Lunch"].ID
		c := w.Enrolled()
		r := w.Use(meals(t, w, true), storetest.Today)
		for _, tt := range []struct {
			units            []batch.Item
			path, code, rule string
		}{
			{[]batch.Item{{Code: lunch, Units: 0}}, "0/units", "out_of_range", "BAT-08"}, // a service that is not given is another batch's
			{[]batch.Item{{Code: lunch, Units: -1}}, "0/units", "out_of_range", "BAT-08"},
			{[]batch.Item{{Code: lunch, Units: batch.MaxUnits + 1}}, "0/units", "out_of_range", "BAT-08"},
			{[]batch.Item{{Units: 1}}, "0/code", "required", "BAT-06"},
			{[]batch.Item{{Code: lunch, Units: 1}, {Code: lunch, Units: 1}}, "1/code", "repeated", "BAT-08"},
			{[]batch.Item{{Code: lunch, Units: 3}, {Code: w.Codes["Supper"].ID, Units: 1}}, "1/code", "not_in_batch", "BAT-06"},
		} {
			_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: w.Enrolled().ID}, {Number: c.Number, Units: tt.units}}})
			storetest.Refused(t, err, "/clients/1/units/"+tt.path, tt.code, tt.rule)
		}
		_, err := w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: []batch.Pick{{Client: c.ID, Units: make([]batch.Item, batch.MaxServices+1)}}})
		storetest.Refused(t, err, "/clients/0/units", "too_many", "BAT-06")
		storetest.Diff(t, &batch.Counts{}, storetest.Must(w.Batches.Run(w.Worker, r.ID))(t).Counts)
	},
	"BAT-08 BAT-22 units of each of many clients and services": func(t *testing.T, w *storetest.World) {
		var services []batch.Include
		for name, code := range w.Codes {
			if name != enroll.DayShelter {
				services = append(services, batch.Include{Code: code.ID})
			}
		}
		b := storetest.Must(w.Batches.Create(w.Worker, batch.Content{Description: "All", AutoPost: true, Program: w.Program.ID, Services: services}))(t)
		r := w.Use(b, storetest.Today)
		var picks []batch.Pick
		for i, c := range w.Crowd(250) {
			p := batch.Pick{Client: c}
			for _, s := range services {
				p.Units = append(p.Units, batch.Item{Code: s.Code, Units: 2 + i})
			}
			picks = append(picks, p)
		}
		storetest.Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(t)
		for _, i := range []int{0, 100, 199, 200, 249} {
			got := w.OnRecord(picks[i].Client)
			storetest.Equal(t, "services", len(got), len(services))
			for _, x := range got {
				storetest.Equal(t, "units", x.Units, 2+i)
			}
		}
	},
}
