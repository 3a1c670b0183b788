package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// large is how far the many clients and sessions of three years are made. They are
// the same at each run on the same day. One session in twenty is incomplete, and
// every other of those is the demo worker's.
type large struct {
	Day          civil.Date `json:"day"`     // on which it was begun
	Clients      int        `json:"clients"` // how many there are to be
	Sessions     int        `json:"sessions"`
	MadeClients  int        `json:"made_clients"`
	MadeSessions int        `json:"made_sessions"`
}

const (
	largeState = "large"
	// largeStep is how many clients or sessions are made in one transaction.
	largeStep = 2000
)

func (l *large) done() bool { return l.MadeClients == l.Clients && l.MadeSessions == l.Sessions }

// moreStaff are the workers of the large demo.
func (d *demo) moreStaff() {
	for i := range 38 {
		program := d.program
		if i%2 == 0 {
			program = d.second
		}
		try(d, func() (*casemgmt.Staff, error) {
			return d.app.cases.CreateStaff(d.ctx, casemgmt.Staff{User: workerKey(i), Name: "Worker " + rare(i+20),
				Programs: []casemgmt.Membership{{Program: program.ID}}, Defaults: casemgmt.Defaults{Site: d.site.ID, Funder: d.funder.ID}})
		})
	}
}

func workerKey(i int) string { return fmt.Sprintf("worker-%02d", i+3) }

// makeLarge makes what is still to be made of the large demo, if it was begun. Each
// step keeps in its transaction how far it is: after an interrupted start the next
// one goes on, and servers that start at once take steps in turn.
func (a *app) makeLarge(ctx context.Context, progress io.Writer) error {
	var state large
	begun, err := a.settings.getJSON(ctx, largeState, &state)
	if err != nil || !begun || state.done() {
		return err
	}
	m, err := a.newMaker(ctx)
	if err != nil {
		return err
	}
	bar := &bar{w: progress, total: state.Clients + state.Sessions, begin: state.MadeClients + state.MadeSessions, start: time.Now()}
	defer bar.end()
	for last := state; ; last = state {
		if _, err := a.cases.Agency(system(ctx, demoAgency)); err != nil { // prepares what the step before used: inside of one nothing is
			return err
		}
		if err := a.inTurn(ctx, func(ctx context.Context, tx bun.Tx) error { return a.step(ctx, tx, m, &state) }); err != nil {
			return err
		}
		if state == last || state.done() { // the others were faster
			break
		}
		bar.at(state.MadeClients + state.MadeSessions)
		if last.MadeClients == 0 || last.MadeSessions == 0 {
			if err := a.analyze(ctx); err != nil {
				return err
			}
		}
	}
	bar.at(bar.total)
	return a.settle(ctx)
}

// step makes the next clients or sessions, whoever made those before.
func (a *app) step(ctx context.Context, tx bun.Tx, m *maker, state *large) error {
	own, joined := settings{tx}, a.store.Join(tx.Tx)
	if err := own.hold(ctx, largeState); err != nil {
		return err
	}
	if _, err := own.getJSON(ctx, largeState, state); err != nil || state.done() {
		return err
	}
	if from := state.MadeClients; from < state.Clients {
		state.MadeClients = min(from+largeStep, state.Clients)
		if err := loadClients(ctx, joined.Cases(), m.clients(from, state)); err != nil {
			return err
		}
	} else {
		from := state.MadeSessions
		state.MadeSessions = min(from+largeStep, state.Sessions)
		if err := loadSessions(ctx, joined.Sessions(), m.some(from, state)); err != nil {
			return err
		}
	}
	return own.setJSON(ctx, largeState, state)
}

// settle lets the database see how large its tables have become.
func (a *app) settle(ctx context.Context) error {
	q := "VACUUM ANALYZE"
	if onSQLite(a.db) {
		q = "PRAGMA optimize"
	}
	_, err := a.db.ExecContext(ctx, q)
	return err
}

// onSQLite says which of the two databases it is.
func onSQLite(db bun.IDB) bool { return db.Dialect().Name() == dialect.SQLite }

// analyze lets PostgreSQL see that tables have grown: it keeps plans of the time
// when they were empty for a minute or so.
func (a *app) analyze(ctx context.Context) error {
	if onSQLite(a.db) {
		return nil
	}
	_, err := a.db.ExecContext(ctx, "ANALYZE")
	return err
}

// loadClients writes clients as they are, past rules, access and events: nobody
// registered them.
func loadClients(ctx context.Context, run casemgmt.Runner, list []*casemgmt.Client) error {
	return run.Update(ctx, demoAgency, func(tx casemgmt.Tx) error {
		for _, c := range list {
			n, err := tx.Counters().Next(ctx, "client")
			if err != nil {
				return err
			}
			c.Number = n
			if err := tx.Clients().Insert(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// loadSessions writes sessions as they are, with what reports count of them.
func loadSessions(ctx context.Context, run session.Runner, list []*session.Session) error {
	return run.Update(ctx, demoAgency, func(tx session.Tx) error {
		var facts []session.Fact
		for _, x := range list {
			some, err := x.Facts(catalog.Registry(), nil)
			if err != nil {
				return err
			}
			facts = append(facts, some...)
			if err := tx.Sessions().Insert(ctx, x); err != nil {
				return err
			}
		}
		return tx.Facts().Insert(ctx, facts)
	})
}

// makeID is a version 7 identifier of a day and random bits.
func makeID[T any](random *rand.Rand, day civil.Date, n int) id.Of[T] {
	var raw [16]byte
	ms := uint64(day.In(time.UTC).UnixMilli()) + uint64(n%86_400_000)
	binary.BigEndian.PutUint64(raw[:8], ms<<16|0x7000|random.Uint64()&0x0fff)
	binary.BigEndian.PutUint64(raw[8:], random.Uint64()&^(3<<62)|2<<62)
	return id.Of[T](raw)
}

// randomOf are the random bits of the n-th thing of a kind: each has its own, so
// that it is the same whoever makes it, and when.
func randomOf(kind uint64, n int) *rand.Rand { return rand.New(rand.NewPCG(kind, uint64(n))) }

const (
	ofClients = 1 + iota
	ofSessions
)

// clientKey is the identifier of the i-th client. Its random bits are the first.
func clientKey(random *rand.Rand, i int, begun civil.Date) casemgmt.ClientID {
	return makeID[casemgmt.Client](random, begun.AddDays(-1095), i)
}

// maker makes clients, and sessions with one Information & Orientation form.
type maker struct {
	workers []*casemgmt.Staff
	missing []session.Missing
}

func (a *app) newMaker(ctx context.Context) (*maker, error) {
	m := &maker{}
	users := []string{"worker", "youth-worker"}
	for i := range 38 {
		users = append(users, workerKey(i))
	}
	for _, user := range users {
		s, err := a.cases.Caller(access.With(ctx, access.Actor{Agency: demoAgency, User: user}))
		if err != nil {
			return nil, err
		}
		m.workers = append(m.workers, s)
	}
	today := civil.DateOf(time.Now(), zone())
	form, _ := catalog.Registry().Latest("io")
	for _, i := range form.Check(orientation(today, false).Normal(), forms.Complete, forms.Env{Today: today}).Errors() {
		m.missing = append(m.missing, session.Missing{Path: i.Path, Code: i.Code, Rule: i.Rule})
	}
	return m, nil
}

// clients are those from a number to how many there are then.
func (m *maker) clients(from int, state *large) []*casemgmt.Client {
	var out []*casemgmt.Client
	day := state.Day.AddDays(-1095)
	for i := from; i < state.MadeClients; i++ {
		random := randomOf(ofClients, i)
		key := clientKey(random, i, state.Day)
		p := person(i)
		p.Identifiers[0].Value = fmt.Sprintf("%08d", 30_000_000+i)
		p.Phones[0] = fmt.Sprintf("%03d-%03d-%04d", 200+i%700, 200+i/7%800, i%10000)
		p.BirthDate = civil.Date{Year: 1940, Month: 1, Day: 1}.AddDays(random.IntN(28000))
		out = append(out, &casemgmt.Client{Head: casemgmt.Head[casemgmt.Client]{ID: key, Version: 1}, Kind: casemgmt.Named, RegisteredBy: m.workers[i%len(m.workers)].ID,
			Registered: day.In(time.UTC), Profile: p, Acceptance: casemgmt.Acceptance{Statement: 1, On: day, Language: "en"}})
	}
	return out
}

// some are the sessions from a number to how many there are then.
func (m *maker) some(from int, state *large) []*session.Session {
	var out []*session.Session
	for i := from; i < state.MadeSessions; i++ {
		out = append(out, m.session(i, state))
	}
	return out
}

func (m *maker) session(i int, state *large) *session.Session {
	random := randomOf(ofSessions, i)
	worker := m.workers[random.IntN(len(m.workers))]
	if i%40 == 0 {
		worker = m.workers[0]
	}
	n := random.IntN(state.Clients)
	client := clientKey(randomOf(ofClients, n), n, state.Day)
	day := state.Day.AddDays(-1094 + int(int64(i)*1094/int64(state.Sessions)))
	at := day.In(time.UTC).Add(15 * time.Hour)
	minutes := 15 + random.IntN(90)
	x := &session.Session{Head: casemgmt.Head[session.Session]{ID: makeID[session.Session](random, day, i), Version: 1}, Agency: demoAgency, Worker: worker.ID, Created: at}
	x.Details = session.Details{Type: session.Direct, ServiceDate: day, StartTime: "10:00", Site: worker.Defaults.Site, Delivery: session.InPerson,
		Hours: new(int), Minutes: &minutes, Languages: []string{"english"}, Staff: []casemgmt.StaffID{worker.ID}}
	if minutes > 59 {
		*x.Hours, minutes = minutes/60, minutes%60
	}
	complete := i%20 != 0
	f := &session.Form{Head: casemgmt.Head[session.Form]{ID: makeID[session.Form](random, day, i), Version: 1}, Session: x.ID, Client: client, Kind: "io", Definition: 1,
		Worker: worker.ID, Created: at, Content: session.Content{Program: worker.Programs[0].Program, Funder: worker.Defaults.Funder, Private: i%200 == 7,
			Answers: orientation(day, complete)}}
	if i%50 == 9 {
		delete(f.Answers, "end") // the funder needs it
	}
	if complete {
		f.Completion = &session.Completion{At: at, By: worker.ID}
	} else {
		f.Missing = m.missing
	}
	x.Participants = []*session.Participant{{Client: client, Kind: casemgmt.Named, Added: at, Forms: []*session.Form{f}}}
	x.Settle()
	return x
}

// bar is a progress bar of one line.
type bar struct {
	w            io.Writer
	total, begin int
	start, last  time.Time
}

// at shows how many are done, whoever did them.
func (b *bar) at(done int) {
	if time.Since(b.last) < 200*time.Millisecond && done < b.total {
		return
	}
	b.last = time.Now()
	left := time.Duration(float64(time.Since(b.start)) / float64(max(1, done-b.begin)) * float64(b.total-done)).Round(time.Second)
	full := done * 40 / b.total
	fmt.Fprintf(b.w, "\rmaking demo data [%s%s] %3d%%, %s left  ", strings.Repeat("#", full), strings.Repeat(".", 40-full), done*100/b.total, left)
}

func (b *bar) end() { fmt.Fprintln(b.w) }
