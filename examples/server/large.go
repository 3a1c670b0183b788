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
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/session"
)

// large adds many clients and sessions of three years, the same at each run on
// the same day. One session in twenty is incomplete, and every other of those
// is the demo worker's.
func (d *demo) large(clients, sessions int, progress io.Writer) error {
	random := rand.New(rand.NewPCG(1, 2))
	today := civil.DateOf(time.Now(), zone())
	workers := []*casemgmt.Staff{d.staff["worker"], d.staff["youth-worker"]}
	for i := range 38 {
		program := d.program
		if i%2 == 0 {
			program = d.second
		}
		workers = append(workers, try(d, func() (*casemgmt.Staff, error) {
			return d.app.cases.CreateStaff(d.ctx, casemgmt.Staff{User: fmt.Sprintf("worker-%02d", i+3), Name: "Worker " + rare(i+20),
				Programs: []casemgmt.Membership{{Program: program.ID}}, Defaults: casemgmt.Defaults{Site: d.site.ID}})
		}))
	}
	if d.err != nil {
		return d.err
	}
	bar := &bar{w: progress, total: clients + sessions, start: time.Now()}
	defer bar.end()
	keys := make([]casemgmt.ClientID, clients)
	for from := 0; from < clients; from += 2000 {
		var chunk []*casemgmt.Client
		for i := from; i < min(from+2000, clients); i++ {
			c := bigClient(random, i, today)
			c.RegisteredBy, keys[i] = workers[i%len(workers)].ID, c.ID
			chunk = append(chunk, c)
		}
		if err := d.app.loadClients(d.ctx, chunk); err != nil {
			return err
		}
		bar.add(len(chunk))
		if from == 0 {
			if err := d.app.analyze(d.ctx); err != nil {
				return err
			}
		}
	}
	maker := newMaker(d, random, today)
	for from := 0; from < sessions; from += 2000 {
		var chunk []*session.Session
		for i := from; i < min(from+2000, sessions); i++ {
			worker := workers[random.IntN(len(workers))]
			if i%40 == 0 {
				worker = workers[0]
			}
			chunk = append(chunk, maker.session(i, sessions, worker, keys[random.IntN(len(keys))]))
		}
		if err := d.app.loadSessions(d.ctx, chunk); err != nil {
			return err
		}
		if from == 0 {
			if err := d.app.analyze(d.ctx); err != nil {
				return err
			}
		}
		bar.add(len(chunk))
	}
	if !onSQLite(d.app.db) {
		_, err := d.app.db.ExecContext(d.ctx, "VACUUM ANALYZE")
		return err
	}
	_, err := d.app.db.ExecContext(d.ctx, "PRAGMA optimize")
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
func (a *app) loadClients(ctx context.Context, list []*casemgmt.Client) error {
	return a.store.Cases().Update(ctx, demoAgency, func(tx casemgmt.Tx) error {
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
func (a *app) loadSessions(ctx context.Context, list []*session.Session) error {
	return a.store.Sessions().Update(ctx, demoAgency, func(tx session.Tx) error {
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

func bigClient(random *rand.Rand, i int, today civil.Date) *casemgmt.Client {
	p := person(i)
	p.Identifiers[0].Value = fmt.Sprintf("%08d", 30_000_000+i)
	p.Phones[0] = fmt.Sprintf("%03d-%03d-%04d", 200+i%700, 200+i/7%800, i%10000)
	p.BirthDate = civil.Date{Year: 1940, Month: 1, Day: 1}.AddDays(random.IntN(28000))
	day := today.AddDays(-1095)
	return &casemgmt.Client{Head: casemgmt.Head[casemgmt.Client]{ID: makeID[casemgmt.Client](random, day, i), Version: 1}, Kind: casemgmt.Named,
		Registered: day.In(time.UTC), Profile: p, Acceptance: casemgmt.Acceptance{Statement: 1, On: day, Language: "en"}}
}

// maker makes sessions with one Information & Orientation form.
type maker struct {
	d       *demo
	random  *rand.Rand
	today   civil.Date
	missing []session.Missing
}

func newMaker(d *demo, random *rand.Rand, today civil.Date) *maker {
	m := &maker{d: d, random: random, today: today}
	form, _ := catalog.Registry().Latest("io")
	for _, i := range form.Check(orientation(today, false).Normal(), forms.Complete, forms.Env{Today: today}).Errors() {
		m.missing = append(m.missing, session.Missing{Path: i.Path, Code: i.Code, Rule: i.Rule})
	}
	return m
}

func (m *maker) session(i, of int, worker *casemgmt.Staff, client casemgmt.ClientID) *session.Session {
	day := m.today.AddDays(-1094 + int(int64(i)*1094/int64(of)))
	at := day.In(time.UTC).Add(15 * time.Hour)
	minutes := 15 + m.random.IntN(90)
	x := &session.Session{Head: casemgmt.Head[session.Session]{ID: makeID[session.Session](m.random, day, i), Version: 1}, Agency: demoAgency, Worker: worker.ID, Created: at}
	x.Details = session.Details{Type: session.Direct, ServiceDate: day, StartTime: "10:00", Site: m.d.site.ID, Delivery: session.InPerson,
		Hours: new(int), Minutes: &minutes, Languages: []string{"english"}, Staff: []casemgmt.StaffID{worker.ID}}
	if minutes > 59 {
		*x.Hours, minutes = minutes/60, minutes%60
	}
	complete := i%20 != 0
	f := &session.Form{Head: casemgmt.Head[session.Form]{ID: makeID[session.Form](m.random, day, i), Version: 1}, Session: x.ID, Client: client, Kind: "io", Definition: 1,
		Worker: worker.ID, Created: at, Content: session.Content{Program: worker.Programs[0].Program, Funder: m.d.funder.ID, Private: i%200 == 7,
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
	w           io.Writer
	total, done int
	start, last time.Time
}

func (b *bar) add(n int) {
	b.done += n
	if time.Since(b.last) < 200*time.Millisecond && b.done < b.total {
		return
	}
	b.last = time.Now()
	left := time.Duration(float64(time.Since(b.start)) / float64(b.done) * float64(b.total-b.done)).Round(time.Second)
	full := b.done * 40 / b.total
	fmt.Fprintf(b.w, "\rmaking demo data [%s%s] %3d%%, %s left  ", strings.Repeat("#", full), strings.Repeat(".", 40-full), b.done*100/b.total, left)
}

func (b *bar) end() { fmt.Fprintln(b.w) }
