package main

import (
	"fmt"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// dropIn makes a drop-in program: of its first dozen clients most are enrolled,
// one left, one begins tomorrow, one never was, and one is barred. All have
// cards, DEMO-0001 and so on. Yesterday's visits are posted.
func (d *demo) dropIn() {
	if d.err != nil {
		return
	}
	c, ctx := d.app.enrolling, d.as("worker")
	today := civil.DateOf(time.Now(), zone())
	codes := try(d, func() ([]enroll.ServiceCode, error) { return c.AddStockCodes(d.ctx) })
	byName := map[string]enroll.ServiceCodeID{}
	for _, code := range codes {
		byName[code.Name.En] = code.ID
	}
	for i, client := range d.clients[:min(12, len(d.clients))] {
		try(d, func() (*enroll.Card, error) {
			return c.IssueCard(ctx, enroll.IssueCard{Client: client.ID, Value: fmt.Sprintf("DEMO-%04d", i+1)})
		})
		cmd := enroll.Enroll{Client: client.ID, Program: d.doors.ID, Start: today.AddDays(-60)}
		switch i {
		case 8:
			continue // never enrolled
		case 9:
			cmd.Exit = today.AddDays(-10)
		case 10:
			cmd.Start = today.AddDays(1)
		}
		cmd.Intake = &enroll.Intake{Date: earlier(cmd.Start, today), Situation: "shelter", Needs: []string{"food", "housing"}}
		try(d, func() (*enroll.Enrollment, error) { return c.Enroll(ctx, cmd) })
		if i == 11 {
			try(d, func() (*enroll.Bar, error) {
				return c.BarClient(ctx, enroll.BarClient{Client: client.ID, Program: d.doors.ID, Reason: "Conduct", Incident: "Invented for the demo.", Start: today.AddDays(-3), End: today.AddDays(30)})
			})
		}
	}
	visit := try(d, func() (*batch.Batch, error) {
		return d.app.batches.Create(ctx, batch.Content{Description: "Visit and lunch", AutoPost: true, Program: d.doors.ID, Performer: "Volunteers",
			Services: []batch.Include{{Code: byName[enroll.DayShelter]}, {Code: byName["Lunch"]}}})
	})
	if d.err != nil {
		return
	}
	run := try(d, func() (*batch.Run, error) {
		return d.app.batches.Start(ctx, batch.Start{Batch: visit.ID, BatchDate: today, ServiceDate: today.AddDays(-1)})
	})
	if d.err != nil {
		return
	}
	var picks []batch.Pick
	for _, client := range d.clients[:6] {
		picks = append(picks, batch.Pick{Client: client.ID})
	}
	try(d, func() (*batch.Added, error) {
		return d.app.batches.AddClients(ctx, batch.AddClients{Run: run.ID, Clients: picks})
	})
}

func earlier(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return a
	}
	return b
}
