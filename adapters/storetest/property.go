package storetest

import (
	"fmt"
	"math/rand/v2"
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
var propertyRules = []rule{
	{"BAT-20 BAT-21 BAT-22 BAT-23 ENR-04 BAR-06 SCN-05 the outcome is that of a plain reference, in any order and chunking", func(t *testing.T, w *World) {
		for seed := range uint64(8) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) { w.property(t, rand.New(rand.NewPCG(seed, 7))) })
		}
	}},
}

func (w *World) property(t *testing.T, r *rand.Rand) {
	day := Today.AddDays(-r.IntN(10))
	people := make([]*figure, 25)
	for i := range people {
		people[i] = w.figure(r, day)
	}
	valid := span{day.AddDays(-r.IntN(3)), day.AddDays(r.IntN(3))}
	code := Must(w.Enrolling.CreateServiceCode(w.Admin, enroll.ServiceCode{Group: w.Codes["Lunch"].Group, Name: i18n.T("Random", "Hasard"), From: valid.from, To: valid.to}))(t)
	auto := r.IntN(2) == 0
	good := batch.IsSelected
	if auto {
		good = batch.IsPosted
	}
	b := Must(w.Batches.Create(w.Worker, batch.Content{Description: "Random", AutoPost: auto, Program: w.Program.ID, Services: []batch.Include{
		{Code: code.ID}, {Code: w.Codes["Shower"].ID}}}))(t)
	run, second := w.Use(b, day), w.Use(b, day)
	if r.IntN(4) == 0 { // the code ends before
		code.From, code.To = day.AddDays(-9), day.AddDays(-1)
		valid = span{code.From, code.To}
		Must(w.Enrolling.UpdateServiceCode(w.Admin, *code))(t)
	}
	added := map[casemgmt.ClientID]int{}
	var scans []batch.Scan
	for range 12 { // chunks, by list or by scan
		if r.IntN(2) == 0 {
			var picks []batch.Pick
			var want []batch.Outcome
			n := 1 + r.IntN(15)
			if r.IntN(6) == 0 {
				n = 450 // over several chunks
			}
			for range n {
				f := people[r.IntN(len(people))]
				picks = append(picks, batch.Pick{Client: f.id, Again: n < 20 && r.IntN(8) == 0})
			}
			use := run
			if r.IntN(3) == 0 { // another run of the same batch and day
				use = second
			}
			got := Must(w.Batches.AddClients(w.Worker, batch.AddClients{Run: use.ID, Clients: picks}))(t)
			for _, p := range picks {
				want = append(want, w.find(people, p.Client).reference(day, valid, added, p.Again, good))
			}
			diff(t, want, outcomes(got.Results))
			continue
		}
		var own []batch.Scan
		for range 1 + r.IntN(15) {
			if len(scans) > 0 && r.IntN(4) == 0 { // late and again
				own = append(own, scans[r.IntN(len(scans))])
				continue
			}
			f := people[r.IntN(len(people))]
			own = append(own, batch.Scan{Number: fmt.Sprint("p-", r.Uint64()), Card: f.card, At: Now.Add(-time.Duration(r.IntN(9)) * time.Minute)})
		}
		before := map[string]batch.Result{} // of scans that were applied
		for i, got := range w.scan(run, own...) {
			f := w.byCard(people, own[i].Card)
			if first, again := before[own[i].Number]; again {
				equal(t, "a repeated scan", got.Outcome, first.Outcome)
				continue
			}
			if got.Repeat {
				equal(t, "a late repeat", got.Outcome, good)
				equal(t, "of somebody who was added", added[f.id] > 0, true)
				continue
			}
			equal(t, "a scan", got.Outcome, f.reference(day, valid, added, false, good))
			before[own[i].Number] = got
		}
		scans = append(scans, own...)
	}
	w.settled(t, r, []*batch.Run{run, second}, people, added, auto, scans)
}

// settled compares the records with the reference, and does everything again.
func (w *World) settled(t *testing.T, r *rand.Rand, runs []*batch.Run, people []*figure, added map[casemgmt.ClientID]int, auto bool, scans []batch.Scan) {
	check := func() {
		for _, f := range people {
			equal(t, "services of a person", len(w.record(f.id)), 2*added[f.id])
		}
	}
	if !auto {
		for range 2 { // posting twice is posting once
			for _, run := range runs {
				for after := (batch.EntryID{}); ; {
					page := Must(w.Batches.Post(w.Worker, batch.Post{Run: run.ID, After: after}))(t)
					if after = page.Next; after.IsZero() {
						break
					}
				}
			}
			check()
		}
	}
	check()
	r.Shuffle(len(scans), func(i, j int) { scans[i], scans[j] = scans[j], scans[i] })
	if len(scans) > 0 {
		w.scan(runs[0], scans...)
	}
	for _, f := range people {
		if added[f.id] > 0 {
			diff(t, []batch.Outcome{batch.AlreadyAdded}, w.Add(runs[1], f.id))
		}
	}
	check()
	entries, sum := 0, 0
	for _, run := range runs {
		entries += Must(w.Batches.Run(w.Worker, run.ID))(t).Counts.Posted
	}
	for _, n := range added {
		sum += n
	}
	equal(t, "entries", entries, sum)
}

func (w *World) find(people []*figure, c casemgmt.ClientID) *figure {
	for _, f := range people {
		if f.id == c {
			return f
		}
	}
	return nil
}

func (w *World) byCard(people []*figure, card string) *figure {
	for _, f := range people {
		if f.card == card {
			return f
		}
	}
	return nil
}

// figure registers somebody with random enrollments (ended, open, future, one
// after the other) and bars.
func (w *World) figure(r *rand.Rand, day civil.Date) *figure {
	c := w.Client()
	f := &figure{id: c.ID, card: w.Card(c.ID).Value}
	from := day.AddDays(-20)
	for range r.IntN(4) {
		s := span{from: from.AddDays(r.IntN(12))}
		if r.IntN(3) > 0 {
			s.to = s.from.AddDays(r.IntN(12))
		}
		w.Enroll(f.id, s.from, s.to)
		f.enrolled = append(f.enrolled, s)
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
		w.Bar(f.id, s.from, s.to)
		f.barred = append(f.barred, s)
	}
	return f
}
