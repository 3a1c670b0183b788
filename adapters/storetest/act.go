package storetest

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// Register registers somebody, as the worker.
func (w *World) Register(p casemgmt.Profile) (*casemgmt.Client, error) {
	return w.Cases.RegisterClient(w.Worker, casemgmt.RegisterClient{Accepted: true, Profile: p})
}

// ChangeProfile changes a client's profile, as the worker.
func (w *World) ChangeProfile(c *casemgmt.Client, change func(*casemgmt.Profile)) (*casemgmt.Client, error) {
	p := c.Profile
	change(&p)
	return w.Cases.UpdateClient(w.Worker, casemgmt.UpdateClient{ID: c.ID, Version: c.Version, Profile: &p})
}

// FreshWorker is a worker of a program with no sessions yet.
func (w *World) FreshWorker(program *casemgmt.Program) context.Context {
	w.T.Helper()
	user := "fresh" + suffix(int(w.names.Add(1)))
	Must(w.Cases.CreateStaff(w.Setup, casemgmt.Staff{User: user, Name: "Staff " + user, Programs: []casemgmt.Membership{{Program: program.ID}},
		Defaults: casemgmt.Defaults{Site: w.Site.ID}}))(w.T)
	return w.As("metro", user)
}

// Begin starts a session with one form of a kind, on a day.
func (w *World) Begin(ctx context.Context, client casemgmt.ClientID, day civil.Date, kind string, c session.Content) *session.Session {
	w.T.Helper()
	d := w.Details()
	d.ServiceDate = day
	return Must(w.Sessions.Start(ctx, session.Start{Details: d, Clients: []session.StartClient{{Client: client,
		Forms: []session.StartForm{{Kind: kind, Content: c}}}}}))(w.T)
}

// Save saves a form's answers, as the worker.
func (w *World) Save(f *session.Form, answers map[string]any) (*session.Form, error) {
	return w.Sessions.SaveForm(w.Worker, session.SaveForm{ID: f.ID, Version: f.Version, Content: session.Content{Program: f.Program, Answers: answers}})
}

// Mine are the sessions that somebody has to complete.
func (w *World) Mine(ctx context.Context) []session.Incomplete {
	w.T.Helper()
	return w.Incomplete(ctx, w.Sessions.MyIncomplete)
}

// Incomplete reads all pages of a list of sessions to be completed.
func (w *World) Incomplete(ctx context.Context, list func(context.Context, casemgmt.PageRequest) (casemgmt.Page[session.Incomplete], error)) []session.Incomplete {
	w.T.Helper()
	var out []session.Incomplete
	p := casemgmt.PageRequest{Limit: 3}
	for {
		page := Must(list(ctx, p))(w.T)
		out = append(out, page.Items...)
		if page.Next == "" {
			return out
		}
		p.After = page.Next
	}
}

// Report makes a report.
func (w *World) Report(ctx context.Context, n report.Name, c report.Criteria) (*report.Result, error) {
	return w.Reports.Make(ctx, report.Question{Report: n, Criteria: c})
}

// Total counts the services of a day over the whole agency.
func (w *World) Total(day civil.Date) int {
	w.T.Helper()
	r := Must(w.Report(w.Admin, "services_by_form_kind", report.Criteria{From: day, To: day}))(w.T)
	if r.Total == nil {
		w.T.Fatal("the total is withheld")
	}
	return *r.Total
}

// Tail is the cursor behind all events so far.
func (w *World) Tail() string {
	w.T.Helper()
	after := ""
	for {
		page := Must(w.Cases.Feed(w.Admin, after, 200))(w.T)
		after = page.Next
		if len(page.Events) < 200 {
			return after
		}
	}
}
