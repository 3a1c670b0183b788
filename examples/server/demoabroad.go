package main

import (
	"context"
	"fmt"
	"time"

	"github.com/opencasework/casework/adapters/dexexport"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

// The agencies abroad speak English alone, and have neither the forms nor the funder of
// the one in Canada.
var (
	riverside = casemgmt.Agency{Key: "riverside", Name: "Riverside Drop-In", Country: "US", Zone: "America/Los_Angeles"}
	wattle    = casemgmt.Agency{Key: "wattle", Name: "Wattle Community Services", Country: "AU", Zone: "Australia/Sydney",
		Settings: casemgmt.Settings{CaseReporting: true}}
)

func english(text string) i18n.Text { return i18n.T(text, "") }

// abroad is one of them while it is made.
type abroad struct {
	*demo
	setUp, worker context.Context
	today         civil.Date
	program       *casemgmt.Program
	site          *casemgmt.Site
}

// begin makes an agency with a site, a program and its worker.
func (d *demo) begin(agency casemgmt.Agency, address casemgmt.Address, program, user, name string, roles ...string) abroad {
	c := d.app.cases
	a := abroad{demo: d, setUp: access.With(d.ctx, access.System("demo", agency.Key)),
		worker: access.With(d.ctx, access.Actor{Agency: agency.Key, User: user}), today: civil.DateOf(time.Now(), agency.Location())}
	try(d, func() (*casemgmt.Agency, error) { return c.CreateAgency(a.setUp, agency) })
	try(d, func() (*casemgmt.Statement, error) {
		return c.PublishStatement(a.setUp, casemgmt.Statement{Text: english("What you tell us stays with " + agency.Name + ".")})
	})
	a.site = try(d, func() (*casemgmt.Site, error) {
		return c.CreateSite(a.setUp, casemgmt.Site{Name: agency.Name, Address: address})
	})
	if d.err != nil {
		return a
	}
	a.program = try(d, func() (*casemgmt.Program, error) {
		return c.CreateProgram(a.setUp, casemgmt.Program{Name: english(program), Locations: []casemgmt.SiteID{a.site.ID}})
	})
	if d.err != nil {
		return a
	}
	try(d, func() (*casemgmt.Staff, error) {
		return c.CreateStaff(a.setUp, casemgmt.Staff{User: user, Name: name, Roles: roles, Programs: []casemgmt.Membership{{Program: a.program.ID}},
			Defaults: casemgmt.Defaults{Site: a.site.ID, Program: a.program.ID}})
	})
	return a
}

// register is the i-th client, from the end of the names so that nobody looks like
// anybody in Canada.
func (a abroad) register(i int, phone string, address casemgmt.Address, identifiers ...casemgmt.Identifier) *casemgmt.Client {
	p := person(len(given) - 1 - i)
	return try(a.demo, func() (*casemgmt.Client, error) {
		return a.app.cases.RegisterClient(a.worker, casemgmt.RegisterClient{Accepted: true, Profile: casemgmt.Profile{Given: p.Given, Family: p.Family,
			Gender: p.Gender, BirthDate: p.BirthDate, Phones: []string{phone}, Address: address, Identifiers: identifiers}})
	})
}

// riverside serves whoever comes in: cards RIV-0001 and so on, and lunch today.
func (d *demo) riverside() {
	street := casemgmt.Address{Street: "100 Sample Street", City: "Portland", Region: "or", PostalCode: "97201"}
	a := d.begin(riverside, street, "Day drop-in", "us-worker", "Dana Dropin")
	if d.err != nil {
		return
	}
	codes := try(d, func() ([]enroll.ServiceCode, error) { return d.app.enrolling.AddStockCodes(a.setUp) })
	var picks []batch.Pick
	for i := range 6 {
		c := a.register(i, fmt.Sprintf("503-555-%04d", 100+i), casemgmt.Address{City: "Portland", Region: "or", PostalCode: "97205-1234"},
			casemgmt.Identifier{Kind: "medicaid", Value: fmt.Sprintf("OR%06d", 100+i)})
		if d.err != nil {
			return
		}
		picks = append(picks, batch.Pick{Client: c.ID})
		try(d, func() (*enroll.Card, error) {
			return d.app.enrolling.IssueCard(a.worker, enroll.IssueCard{Client: c.ID, Value: fmt.Sprintf("RIV-%04d", i+1)})
		})
		start := a.today.AddDays(-30 - i)
		try(d, func() (*enroll.Enrollment, error) {
			return d.app.enrolling.Enroll(a.worker, enroll.Enroll{Client: c.ID, Program: a.program.ID, Start: start,
				Intake: &enroll.Intake{Date: start, Situation: "shelter", Needs: []string{"food"}}})
		})
	}
	lunch := try(d, func() (*batch.Batch, error) {
		content := batch.Content{Description: "Lunch", AutoPost: true, Program: a.program.ID, Performer: "Volunteers"}
		for _, code := range codes {
			if code.Name.En == "Lunch" || code.Name.En == enroll.DayShelter {
				content.Services = append(content.Services, batch.Include{Code: code.ID})
			}
		}
		return d.app.batches.Create(a.worker, content)
	})
	if d.err != nil {
		return
	}
	run := try(d, func() (*batch.Run, error) {
		return d.app.batches.Start(a.worker, batch.Start{Batch: lunch.ID, BatchDate: a.today, ServiceDate: a.today})
	})
	if d.err != nil {
		return
	}
	try(d, func() (*batch.Added, error) {
		return d.app.batches.AddClients(a.worker, batch.AddClients{Run: run.ID, Clients: picks[:4]})
	})
}

// wattle sees people one by one, and families in case files.
func (d *demo) wattle() {
	a := d.begin(wattle, casemgmt.Address{Street: "1 Sample Street", City: "Newcastle", Region: "nsw", PostalCode: "2300"}, "Family support", "au-worker", "Sasha Support", access.RoleBulkUpload) // who also uploads
	try(d, func() (*casemgmt.Funder, error) {
		return d.app.cases.CreateFunder(a.setUp, casemgmt.Funder{Name: english("Department of Social Services"), System: dexexport.System})
	})
	family := a.family()
	minutes := 45
	for i := range 6 {
		if d.err != nil {
			return
		}
		c := a.register(i, fmt.Sprintf("0491 570 %03d", 150+i), casemgmt.Address{City: "Hamilton", Region: "nsw", PostalCode: "2303"},
			casemgmt.Identifier{Kind: "crn", Value: fmt.Sprintf("%09dA", 204_000_100+i)})
		if d.err != nil {
			return
		}
		if i < 2 { // two of a household
			joining := casefile.Joining{ReferralSource: "SELF", PrimaryReason: "FAMILY", OtherReasons: []string{"MONEY"}}
			family = try(d, func() (*casefile.File, error) {
				return d.app.caseFiles.AddClient(a.worker, casefile.AddClient{Case: family.ID, Version: family.Version, Client: c.ID, Joining: joining})
			})
			try(d, func() (*casefile.Person, error) {
				yes, no := true, false
				return d.app.caseFiles.AddPerson(a.worker, casefile.AddPerson{Client: c.ID, PersonDetails: casefile.PersonDetails{ConsentToDetails: &yes,
					ConsentToContact: &no, BirthCountry: "1101", HomeLanguage: "1201", IndigenousOrigin: "NO", HasDisability: &no}})
			})
		}
		day := a.today.AddDays(-3 * i)
		try(d, func() (*session.Session, error) {
			return d.app.sessions.Start(a.worker, session.Start{
				Details: session.Details{ServiceDate: day, StartTime: "14:00", Minutes: &minutes, Languages: []string{"english"}},
				Clients: []session.StartClient{{Client: c.ID, Forms: []session.StartForm{{Kind: "service_note", Content: session.Content{Answers: forms.Answers{
					"description": "Home visit", "outcome": "to_be_continued"}}}}}},
			})
		})
	}
	if d.err == nil {
		a.sessions(family)
	}
}

// sessions are two of a case: how its clients were found at the first, and at the last.
func (a abroad) sessions(family *casefile.File) {
	c := a.app.caseFiles
	for i, phase := range score.Phase("").Values() {
		add := casefile.AddSession{Case: family.ID, SessionDetails: casefile.SessionDetails{Date: a.today.AddDays(-60 + 56*i), Time: "10:00", ServiceType: "1"}}
		for _, in := range family.Clients {
			add.Participants = append(add.Participants, casefile.Attendance{Client: in.Client, Type: casefile.AsClient})
		}
		x := try(a.demo, func() (*casefile.Session, error) { return c.AddSession(a.worker, add) })
		for i, in := range family.Clients {
			assessment := score.Assessment{Type: score.Circumstances, Phase: phase, AssessedBy: score.Joint, Scores: []score.Score{{Domain: "FAMILY", Value: 2}, {Domain: "MONEY", Value: 3}}}
			if phase == score.Post {
				assessment.Scores[0].Value += 1 + i
			}
			if a.err != nil {
				return
			}
			x = try(a.demo, func() (*casefile.Session, error) {
				return c.Assess(a.worker, casefile.Assess{ID: x.ID, Version: x.Version, Client: in.Client, Assessment: assessment})
			})
		}
	}
}

// family is a case file of an outlet activity, and all that it chooses from.
func (a abroad) family() *casefile.File {
	c := a.app.caseFiles
	for _, list := range dexexport.StockLists() {
		try(a.demo, func() (*casefile.Reference, error) { return c.LoadReference(a.setUp, list) })
	}
	if a.err != nil {
		return nil
	}
	activity := try(a.demo, func() (*casefile.Activity, error) {
		return c.CreateActivity(a.setUp, casefile.Activity{Name: "Family support, Newcastle", Site: a.site.ID, Program: a.program.ID, Number: 47_110, ServiceTypes: []string{"1", "2", "3"}})
	})
	if a.err != nil {
		return nil
	}
	return try(a.demo, func() (*casefile.File, error) {
		return c.OpenFile(a.worker, casefile.OpenFile{Details: casefile.Details{Activity: activity.ID, AttendanceProfile: "FAMILY", Name: "Household in Hamilton"}})
	})
}
