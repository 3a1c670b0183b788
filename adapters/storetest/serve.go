package storetest

import (
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// Intake is a complete intake assessment of a day.
func Intake(day civil.Date) *enroll.Intake {
	return &enroll.Intake{Date: day, Situation: "shelter", Needs: []string{"food"}}
}

// Enroll enrolls a client in the worker's program.
func (w *World) Enroll(c casemgmt.ClientID, start, exit civil.Date) *enroll.Enrollment {
	w.T.Helper()
	assessed := start
	if assessed.After(Today) {
		assessed = Today
	}
	return Must(w.Enrolling.Enroll(w.Worker, enroll.Enroll{Client: c, Program: w.Program.ID, Start: start, Exit: exit, Intake: Intake(assessed)}))(w.T)
}

// Enrolled is a new client with an open enrollment since a month ago.
func (w *World) Enrolled() *casemgmt.Client {
	w.T.Helper()
	c := w.Client()
	w.Enroll(c.ID, Today.AddDays(-30), civil.Date{})
	return c
}

// Bar bars a client from the worker's program.
func (w *World) Bar(c casemgmt.ClientID, start, end civil.Date) *enroll.Bar {
	w.T.Helper()
	return Must(w.Enrolling.BarClient(w.Worker, enroll.BarClient{Client: c, Program: w.Program.ID, Reason: "conduct", Incident: "what happened", Start: start,
		End: end, Permanent: end.IsZero()}))(w.T)
}

// Card gives a client a card.
func (w *World) Card(c casemgmt.ClientID) *enroll.Card {
	w.T.Helper()
	return Must(w.Enrolling.IssueCard(w.Worker, enroll.IssueCard{Client: c}))(w.T)
}

// DropIn is a batch of the worker's program with some of the stock codes.
func (w *World) DropIn(auto bool, codes ...string) *batch.Batch {
	w.T.Helper()
	if len(codes) == 0 {
		codes = []string{enroll.DayShelter}
	}
	cmd := batch.Content{Description: "Drop-in", AutoPost: auto, Comments: "Winter program", Performer: "Volunteers", Program: w.Program.ID}
	for _, c := range codes {
		cmd.Services = append(cmd.Services, batch.Include{Code: w.Codes[c].ID})
	}
	return Must(w.Batches.Create(w.Worker, cmd))(w.T)
}

// Use starts a run of a batch with a date service provided.
func (w *World) Use(b *batch.Batch, day civil.Date) *batch.Run {
	w.T.Helper()
	return Must(w.Batches.Start(w.Worker, batch.Start{Batch: b.ID, ServiceDate: day}))(w.T)
}

// Add adds clients to a run and gives the outcomes.
func (w *World) Add(r *batch.Run, clients ...casemgmt.ClientID) []batch.Outcome {
	w.T.Helper()
	var picks []batch.Pick
	for _, c := range clients {
		picks = append(picks, batch.Pick{Client: c})
	}
	return Outcomes(Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: r.ID, Clients: picks}))(w.T).Results)
}

// Outcomes are those of some results.
func Outcomes(results []batch.Result) []batch.Outcome {
	var out []batch.Outcome
	for _, r := range results {
		out = append(out, r.Outcome)
	}
	return out
}

// OnRecord are the services of a client that count.
func (w *World) OnRecord(c casemgmt.ClientID) []batch.Transaction {
	w.T.Helper()
	var out []batch.Transaction
	for _, x := range Must(w.Batches.Transactions(w.Worker, c, casemgmt.PageRequest{}))(w.T).Items {
		if !x.Reversed {
			out = append(out, x)
		}
	}
	return out
}

// Scan applies scans to a run.
func (w *World) Scan(r *batch.Run, scans ...batch.Scan) []batch.Result {
	w.T.Helper()
	return Must(w.Batches.Scan(w.Worker, batch.Scans{Run: r.ID, Scans: scans}))(w.T).Results
}
