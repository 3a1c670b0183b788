package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// span is a time from a day to a day; an open one has no end.
type span struct{ from, to civil.Date }

func (s span) has(d civil.Date) bool { return !d.Before(s.from) && (s.to.IsZero() || !d.After(s.to)) }

// figure is a person of the property test, as its own plain model knows them.
type figure struct {
	id       casemgmt.ClientID
	card     string
	enrolled []span
	barred   []span
}

// reference is what adding must answer for a person, by the rules read plainly:
// barred, else not enrolled, else added before, else added.
func (f *figure) reference(day civil.Date, valid span, added map[casemgmt.ClientID]int, again bool, good batch.Outcome) batch.Outcome {
	in := func(list []span) bool {
		for _, s := range list {
			if s.has(day) {
				return true
			}
		}
		return false
	}
	switch {
	case !valid.has(day):
		return batch.CodeNotValid
	case in(f.barred):
		return batch.Barred
	case !in(f.enrolled):
		return batch.NoEnrollment
	case added[f.id] > 0 && !again:
		return batch.AlreadyAdded
	}
	added[f.id]++
	return good
}

// For any mix of enrollments, bars and validity of codes, and any order,
// chunking, repetition and lateness, the outcome of each client is that of the
// reference, and doing it all again changes nothing.
var propertyRules = Rules{
	"BAT-20 BAT-21 BAT-22 BAT-23 ENR-04 BAR-06 SCN-05 the outcome is that of a plain reference, in any order and chunking": func(t *testing.T, w *World) {
		far := func(days *int) {
			a := Must(w.Cases.Agency(w.Admin))(t)
			a.Settings.ScanDays = days
			Must(w.Cases.UpdateAgency(w.Admin, *a))(t)
		}
		far(new(31))
		defer far(nil)
		for seed := range uint64(8) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				own := *w
				own.T = t
				x := newTrial(&own, rand.New(rand.NewPCG(seed, 7)))
				for range 12 { // chunks, by list or by scan
					if x.r.IntN(2) == 0 {
						x.list()
					} else {
						x.scan()
					}
				}
				x.settle()
			})
		}
	},
}

// trial is a batch with two runs of one day, and what its plain model knows of it.
type trial struct {
	*World
	r      *rand.Rand
	day    civil.Date
	valid  span // the code
	auto   bool // posts by itself
	good   batch.Outcome
	people []*figure
	runs   [2]*batch.Run
	added  map[casemgmt.ClientID]int
	scans  []batch.Scan
}

func newTrial(w *World, r *rand.Rand) *trial {
	x := &trial{World: w, r: r, day: Today.AddDays(-r.IntN(10)), people: make([]*figure, 25), added: map[casemgmt.ClientID]int{}}
	for i := range x.people {
		x.people[i] = w.figure(r, x.day)
	}
	x.valid = span{x.day.AddDays(-r.IntN(3)), x.day.AddDays(r.IntN(3))}
	code := Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: i18n.T("Random", "Hasard"), From: x.valid.from, To: x.valid.to}))(w.T)
	x.auto = r.IntN(2) == 0
	x.good = batch.IsSelected
	if x.auto {
		x.good = batch.IsPosted
	}
	b := Must(w.Batches.Create(w.Worker, batch.Content{Description: "Random", AutoPost: x.auto, Program: w.Program.ID, Services: []batch.Include{
		{Code: code.ID}, {Code: w.Codes["Shower"].ID}}}))(w.T)
	x.runs = [2]*batch.Run{w.Use(b, x.day), w.Use(b, x.day)}
	if r.IntN(4) == 0 { // the code ends before
		code.From, code.To = x.day.AddDays(-9), x.day.AddDays(-1)
		x.valid = span{code.From, code.To}
		Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(w.T)
	}
	return x
}

// list adds some people to one of the runs.
func (x *trial) list() {
	var picks []batch.Pick
	var want []batch.Outcome
	n := 1 + x.r.IntN(15)
	if x.r.IntN(6) == 0 {
		n = 450 // over several chunks
	}
	var who []*figure
	for range n {
		f := x.people[x.r.IntN(len(x.people))]
		p := batch.Pick{Client: f.id, Again: n < 20 && x.r.IntN(8) == 0}
		if x.r.IntN(3) == 0 { // by card, which is of today whatever the run's day
			p.Client, p.Card = casemgmt.ClientID{}, f.card
		}
		who, picks = append(who, f), append(picks, p)
	}
	run := x.runs[0]
	if x.r.IntN(3) == 0 { // another run of the same batch and day
		run = x.runs[1]
	}
	got := Must(x.Batches.AddClients(x.Worker, batch.AddClients{Run: run.ID, Clients: picks}))(x.T)
	for i, p := range picks {
		want = append(want, who[i].reference(x.day, x.valid, x.added, p.Again, x.good))
	}
	Diff(x.T, want, Outcomes(got.Results))
}

// scan applies some scans to the first run, some of them late and again.
func (x *trial) scan() {
	var own []batch.Scan
	for range 1 + x.r.IntN(15) {
		if len(x.scans) > 0 && x.r.IntN(4) == 0 { // late and again
			own = append(own, x.scans[x.r.IntN(len(x.scans))])
			continue
		}
		f := x.people[x.r.IntN(len(x.people))]
		own = append(own, batch.Scan{Number: fmt.Sprint("p-", x.r.Uint64()), Card: f.card, At: x.Config.Now().Add(time.Duration(x.r.IntN(5)) * time.Minute)})
	}
	before := map[string]batch.Result{} // of scans that were applied
	for i, got := range x.Scan(x.runs[0], own...) {
		f := x.person(func(f *figure) bool { return f.card == own[i].Card })
		if first, again := before[own[i].Number]; again {
			Equal(x.T, "a repeated scan", got.Outcome, first.Outcome)
			continue
		}
		if got.Repeat {
			Equal(x.T, "a late repeat", got.Outcome, x.good)
			Equal(x.T, "of somebody who was added", x.added[f.id] > 0, true)
			continue
		}
		Equal(x.T, "a scan", got.Outcome, f.reference(x.day, x.valid, x.added, false, x.good))
		before[own[i].Number] = got
	}
	x.scans = append(x.scans, own...)
}

// recorded compares the records with the reference.
func (x *trial) recorded() {
	for _, f := range x.people {
		Equal(x.T, "services of a person", len(x.OnRecord(f.id)), 2*x.added[f.id])
	}
}

// settle posts what is not posted, and does everything again.
func (x *trial) settle() {
	if !x.auto {
		for range 2 { // posting twice is posting once
			for _, run := range x.runs {
				for after := (batch.EntryID{}); ; {
					page := Must(x.Batches.Post(x.Worker, batch.Post{Run: run.ID, After: after}))(x.T)
					if after = page.Next; after.IsZero() {
						break
					}
				}
			}
			x.recorded()
		}
	}
	x.recorded()
	x.r.Shuffle(len(x.scans), func(i, j int) { x.scans[i], x.scans[j] = x.scans[j], x.scans[i] })
	if len(x.scans) > 0 {
		x.Scan(x.runs[0], x.scans...)
	}
	for _, f := range x.people {
		if x.added[f.id] > 0 {
			Diff(x.T, []batch.Outcome{batch.AlreadyAdded}, x.Add(x.runs[1], f.id))
		}
	}
	x.recorded()
	entries, sum := 0, 0
	for _, run := range x.runs {
		entries += Must(x.Batches.Run(x.Worker, run.ID))(x.T).Counts.Posted
	}
	for _, n := range x.added {
		sum += n
	}
	Equal(x.T, "entries", entries, sum)
}

// person is the one of whom something holds.
func (x *trial) person(holds func(*figure) bool) *figure {
	return x.people[slices.IndexFunc(x.people, holds)]
}

// figure registers somebody with random enrollments (ended, open, future, one
// after the other, some taken back) and bars, from wherever the runs are.
func (w *World) figure(r *rand.Rand, day civil.Date) *figure {
	c := w.Client()
	f := &figure{id: c.ID, card: w.Card(c.ID).Value}
	from := day.AddDays(-20)
	for range r.IntN(4) {
		s := span{from: from.AddDays(r.IntN(12))}
		if r.IntN(3) > 0 {
			s.to = s.from.AddDays(r.IntN(12))
		}
		e := w.Enroll(f.id, s.from, s.to)
		if r.IntN(5) == 0 {
			Must(w.Enrolling.TakeBack(w.Worker, enroll.TakeBack{ID: e.ID, Version: e.Version, Reason: "another client"}))(w.T)
		} else {
			f.enrolled = append(f.enrolled, s)
		}
		if s.to.IsZero() {
			break
		}
		from = s.to.AddDays(1)
	}
	if r.IntN(3) == 0 {
		s := span{from: day.AddDays(-3 + r.IntN(6))}
		if r.IntN(2) == 0 {
			s.to = s.from.AddDays(r.IntN(4))
		}
		cmd := enroll.BarClient{Client: f.id, Reason: "conduct", Incident: "what happened", Start: s.from, End: s.to, Permanent: s.to.IsZero()}
		switch r.IntN(3) {
		case 0:
			cmd.Program = w.Program.ID
		case 1:
			cmd.Facility = w.Site.ID
		default:
			cmd.Agency = true
		}
		Must(w.Enrolling.BarClient(w.Manager, cmd))(w.T)
		f.barred = append(f.barred, s)
	}
	return f
}
