package batch

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
)

// resolve finds out who is meant, and answers who is not there.
func (a *adder) resolve(ctx context.Context, chunk []*pick) error {
	if err := a.cards(ctx, chunk); err != nil {
		return err
	}
	if err := a.numbers(ctx, chunk); err != nil {
		return err
	}
	var keys []casemgmt.ClientID
	for _, p := range chunk {
		if !p.client.IsZero() && p.found == nil {
			keys = append(keys, p.client)
		}
	}
	found, err := a.u.Tx.People().ByID(ctx, unique(keys))
	if err != nil {
		return err
	}
	names := a.u.AllowClients(ctx) == nil
	for _, p := range chunk {
		if f, ok := found[p.client]; ok {
			p.found = &f
		}
		if p.found != nil && names {
			p.out.Client = &p.found.Person
		}
		switch {
		case !p.open():
		case p.found == nil:
			p.out.Outcome = NotFound
		case p.found.Kind == casemgmt.Anonymous:
			p.out.Outcome = Untracked
		case p.found.Withdrawn:
			p.out.Outcome = Withdrawn
		}
	}
	return nil
}

func unique[T comparable](keys []T) []T {
	seen := map[T]bool{}
	return slices.DeleteFunc(keys, func(k T) bool {
		was := seen[k]
		seen[k] = true
		return was
	})
}

// cards finds out whose cards were read, those of scans as of their own time, those
// of a list as of now (SCN-03, SCN-05).
func (a *adder) cards(ctx context.Context, chunk []*pick) error {
	var values []string
	for _, p := range chunk {
		if p.open() && p.card != "" {
			values = append(values, p.card)
		}
	}
	if len(values) == 0 {
		return nil
	}
	cards, err := a.u.Tx.People().ByCard(ctx, unique(values))
	if err != nil {
		return err
	}
	for _, p := range chunk {
		if !p.open() || p.card == "" {
			continue
		}
		c, ok := cards[p.card]
		at := p.at
		if p.scan == "" { // of a list
			at = a.u.Now
		}
		day := civil.DateOf(at, a.u.Agency.Location())
		switch {
		case at.After(a.u.Now.Add(scanAhead)):
			p.out.Outcome = InFuture
		case p.scan != "" && !a.near(day):
			p.out.Outcome = OtherDay
		case !ok:
			p.out.Outcome = UnknownCard
		default:
			p.client, p.found = c.Card.Client, &c.Client
			p.out.Outcome = Outcome(c.Problem(at, day))
		}
	}
	return nil
}

// near says whether a scan's day may be that of the run (SCN-05).
func (a *adder) near(day civil.Date) bool {
	apart := 1
	if days := a.u.Agency.Settings.ScanDays; days != nil {
		apart = *days
	}
	return !day.Before(a.r.ServiceDate.AddDays(-apart)) && !day.After(a.r.ServiceDate.AddDays(apart))
}

func (a *adder) numbers(ctx context.Context, chunk []*pick) error {
	var numbers []int64
	for _, p := range chunk {
		if p.open() && p.number != 0 {
			numbers = append(numbers, p.number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	clients, err := a.u.Tx.People().ByNumber(ctx, unique(numbers))
	if err != nil {
		return err
	}
	for _, p := range chunk {
		if p.open() && p.number != 0 {
			if p.client = clients[p.number]; p.client.IsZero() {
				p.out.Outcome = NotFound
			}
		}
	}
	return nil
}

// eligible refuses who is barred or not enrolled on the date service provided
// (BAT-21). Where the program allows it, who is not enrolled may be: the
// enrollment is made with the first service that is posted (ENR-07), and not for
// who has one that begins later, which was somebody's decision.
func (a *adder) eligible(ctx context.Context, chunk []*pick) error {
	program, err := a.u.Tx.Programs().Get(ctx, a.r.Program)
	if err != nil {
		return err
	}
	// two units that enroll would not see each other
	if program.EnrollOnFirstService && slices.ContainsFunc(chunk, func(p *pick) bool { return p.posts }) {
		if err := a.u.Tx.Clients().Hold(ctx, clientsOf(chunk)); err != nil {
			return err
		}
	}
	if err := a.stand(ctx, chunk); err != nil {
		return err
	}
	without := slices.DeleteFunc(slices.Clone(chunk), func(p *pick) bool { return p.out.Outcome != "" || !p.enrollment.IsZero() })
	if len(without) == 0 {
		return nil
	}
	if !program.EnrollOnFirstService {
		for _, p := range without {
			p.refuse(NoEnrollment)
		}
		return nil
	}
	return a.newcomers(ctx, without)
}

// stand finds out how clients stand with the run, and refuses who is barred,
// telling of the bar (BAR-01).
func (a *adder) stand(ctx context.Context, chunk []*pick) error {
	standings, err := a.u.Tx.People().Standings(ctx, a.r, clientsOf(chunk))
	if err != nil {
		return err
	}
	var look []casemgmt.ClientID // whose bar is to be told of, or who is not enrolled
	for _, p := range chunk {
		st := standings[p.client]
		p.enrollment, p.added, p.last = st.Enrollment, st.Added, st.Last
		if st.Barred || p.enrollment.IsZero() {
			look = append(look, p.client)
		}
	}
	if len(look) == 0 {
		return nil
	}
	bars, err := a.u.Tx.People().Bars(ctx, a.r, unique(look))
	if err != nil {
		return err
	}
	for _, p := range chunk {
		if b := bars[p.client]; b != nil {
			p.refuse(Barred)
			p.out.Notice = &Notice{Bar: b.ID, Program: b.Program, Facility: b.Facility, Agency: b.Agency}
		}
	}
	return nil
}

func clientsOf(chunk []*pick) []casemgmt.ClientID {
	var keys []casemgmt.ClientID
	for _, p := range chunk {
		keys = append(keys, p.client)
	}
	return unique(keys)
}

// newcomers refuses who has an enrollment later, and enrolls the others with
// the service that is posted for them.
func (a *adder) newcomers(ctx context.Context, chunk []*pick) error {
	later, err := a.u.Tx.People().EnrolledFrom(ctx, a.r.Program, a.r.ServiceDate, clientsOf(chunk))
	if err != nil {
		return err
	}
	places, err := a.u.Tx.Entries().Agains(ctx, a.r, clientsOf(chunk)) // who waits to be posted
	if err != nil {
		return err
	}
	if err := a.unused(ctx, chunk); err != nil {
		return err
	}
	var list []*enroll.Enrollment
	of := map[casemgmt.ClientID]*enroll.Enrollment{}
	for _, p := range chunk {
		if later[p.client] {
			p.refuse(NoEnrollment)
			continue
		}
		if n := places[p.client]; len(n) > 0 {
			p.added, p.last = true, n[len(n)-1]
		}
		if !p.posts || p.entry == nil || p.added && !p.again && !p.there {
			continue
		}
		e := of[p.client]
		if e == nil {
			e = &enroll.Enrollment{Head: casemgmt.NewHead[enroll.Enrollment](), Client: p.client, Program: a.r.Program, Start: a.r.ServiceDate,
				FirstService: true, Made: a.u.Now, By: a.u.StaffID()}
			of[p.client], list, a.enrolled = e, append(list, e), append(a.enrolled, e.ID)
			p.out.Enrolled = true
		}
		p.enrollment = e.ID
	}
	if len(list) == 0 {
		return nil
	}
	return a.u.Tx.People().Enroll(ctx, list)
}

// unused leaves out the scans that were applied before: they enroll nobody.
func (a *adder) unused(ctx context.Context, chunk []*pick) error {
	var scans []string
	for _, p := range chunk {
		if p.scan != "" {
			scans = append(scans, p.scan)
		}
	}
	if len(scans) == 0 {
		return nil
	}
	before, err := a.u.Tx.Entries().OfScans(ctx, scans)
	for _, p := range chunk {
		if before[p.scan] != nil {
			p.entry = nil
		}
	}
	return err
}
