package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// MaxAdd is how many clients or scans one call takes, and one unit of work with
// it. Chunk is how many of them one set of statements takes.
const (
	MaxAdd = 1000
	Chunk  = 200
)

// Pick is a client to be added: by the client's id, by the number at the agency, or
// by a card (BAT-16). Names are looked up with Candidates first.
type Pick struct {
	Client casemgmt.ClientID `json:"client,omitzero"`
	Number int64             `json:"number,omitempty"`
	// Card is a card's value as it was scanned or typed. It is judged as of now, not
	// as a scan of its own time (SCN-03).
	Card string `json:"card,omitempty"`
	// Units of the services that this client is given more or less often than the
	// others (BAT-08). None is left out: who is not given all belongs in another batch
	// (BAT-03, BAT-19).
	Units []Item `json:"units,omitempty"`
	// Again adds the client once more on the same day (BAT-20).
	Again bool `json:"again,omitempty"`
}

// Validate says what is wrong with the pick: it is a client, a number or a card,
// one of them (BAT-16), with units as a batch may have them (BAT-08). It fails with
// *fault.Invalid.
func (p Pick) Validate() error {
	named, numbered, card := !p.Client.IsZero(), p.Number != 0, enroll.CardValue(p.Card)
	return fault.Check(&p,
		validation.Field(&p.Client, fault.Fails(!named && !numbered && card == "", "BAT-16", "required")),
		validation.Field(&p.Number, fault.If(named, fault.Empty("BAT-16")), fault.Fails(p.Number < 0, "BAT-16", "too_small", "min", 1)),
		validation.Field(&p.Card, fault.If(named || numbered, fault.Empty("BAT-16")), fault.Line("BAT-16", 100)),
		validation.Field(&p.Units, fault.AtMost("BAT-06", MaxServices), fault.Items(service[Item])),
	)
}

// AddClients adds clients to a run.
type AddClients struct {
	Run     RunID  `json:"run"`
	Clients []Pick `json:"clients"` // 1 to MaxAdd
}

// Validate says what is wrong with the list and with each of it (BAT-16). It fails
// with *fault.Invalid.
func (c AddClients) Validate() error {
	return fault.Check(&c, validation.Field(&c.Clients, fault.Required("BAT-16"), fault.AtMost("BAT-16", MaxAdd)))
}

// Added has an answer for each client, in the order of the list (BAT-22).
type Added struct {
	Results []Result `json:"results"`
}

func (a *Added) results() []Result { return a.Results }

// Localize fills in the texts of the answers in a language.
func (a *Added) Localize(lang i18n.Lang) { localize(a.Results, lang) }

// AddClients adds clients to a run, and posts their services at once if the
// batch says so (BAT-14, BAT-15). One client's failure stops nobody else. It
// fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) AddClients(ctx context.Context, cmd AddClients) (*Added, error) {
	return answered(ctx, s.work, cmd, addClients)
}

func addClients(ctx context.Context, u *Unit, cmd AddClients) (*Added, error) {
	picks := make([]*pick, len(cmd.Clients))
	for i, c := range cmd.Clients {
		picks[i] = &pick{client: c.Client, number: c.Number, card: enroll.CardValue(c.Card), units: c.Units, again: c.Again}
	}
	return add(ctx, u, cmd.Run, picks)
}

// pick is one client on the way through.
type pick struct {
	client casemgmt.ClientID
	number int64
	card   string
	scan   string
	at     time.Time // of the scan
	units  []Item    // that differ from the run's
	again  bool

	found      *FoundClient // who it is
	enrollment enroll.EnrollmentID
	entry      *Entry
	same       *pick // of the same scan, earlier in the list
	added      bool  // to this batch on this day, and how often
	last       int
	there      bool // as an entry that is to be posted or restored
	posts      bool // its services come on the record now
	out        Result
}

func (p *pick) open() bool { return p.out.Outcome == "" && p.same == nil }

// add adds clients to a run, and answers each in the order of the list (BAT-22).
func add(ctx context.Context, u *Unit, key RunID, picks []*pick) (*Added, error) {
	a, err := using(ctx, u, key)
	if err != nil {
		return nil, err
	}
	if err := a.units(picks); err != nil {
		return nil, err
	}
	if err := a.run(ctx, picks); err != nil {
		return nil, err
	}
	out := &Added{Results: make([]Result, len(picks))}
	var written []EntryID
	for i, p := range picks {
		if p.same != nil {
			p.out = p.same.out
			p.out.Repeat = p.out.Repeat || p.same.entry != nil
		} else if p.entry != nil {
			written = append(written, p.entry.ID)
		}
		out.Results[i] = p.out
	}
	switch {
	case len(written) == 0:
		u.Unchanged()
	case a.r.AutoPost:
		a.log(event.RunPosted, written)
	default:
		a.log(event.RunSelected, written)
	}
	return out, nil
}

// idList is a JSON list of identifiers.
func idList[T interface{ String() string }](keys []T) json.RawMessage {
	var b bytes.Buffer
	for i, k := range keys {
		b.WriteString([]string{"", ","}[min(i, 1)] + `"` + k.String() + `"`)
	}
	return append(append(json.RawMessage{'['}, b.Bytes()...), ']')
}

// adder adds clients to a run within one unit of work, in sets.
type adder struct {
	u        *Unit
	r        *Run
	enrolled []enroll.EnrollmentID // with their first service (ENR-07)
	restored []EntryID
}

// using is an adder to a run that the caller may use, that is not reversed and
// whose program and location are open (BAT-05, BAT-25).
func using(ctx context.Context, u *Unit, key RunID) (*adder, error) {
	r, err := shareRun(ctx, u, key)
	if err != nil {
		return nil, err
	}
	bad, err := r.open(ctx, u)
	if err != nil {
		return nil, err
	}
	if r.Reversal != nil {
		bad.Add("BAT-25", "/run", "run_reversed")
	}
	return &adder{u: u, r: r}, bad.Err()
}

// units makes sure that the run has the services whose units are given, and keeps
// those that differ from the run's: the others are written as everybody's are.
func (a *adder) units(picks []*pick) error {
	var bad fault.Issues
	of := map[enroll.ServiceCodeID]int{}
	for _, s := range a.r.Services {
		of[s.Code] = s.Units
	}
	for i, p := range picks {
		var differ []Item
		for j, s := range p.units {
			switch usual, there := of[s.Code]; {
			case !there:
				bad.Add("BAT-06", fault.At(fault.At("/clients", i)+"/units", j)+"/code", "not_in_batch")
			case s.Units != usual:
				differ = append(differ, s)
			}
		}
		p.units = differ
	}
	return bad.Err()
}

// log says which entries and enrollments the unit has written.
func (a *adder) log(t event.Type, written []EntryID) {
	changes := []event.Change{{Path: "/entries", To: idList(written)}}
	if len(a.enrolled) > 0 {
		changes = append(changes, event.Change{Path: "/enrollments", To: idList(a.enrolled)})
	}
	a.u.Log(t, a.r, changes...)
}

// run does all of it.
func (a *adder) run(ctx context.Context, picks []*pick) error {
	repeated(picks)
	for chunk := range slices.Chunk(picks, Chunk) {
		if err := a.resolve(ctx, chunk); err != nil {
			return err
		}
	}
	now := a.u.Now
	todo := slices.DeleteFunc(slices.Clone(picks), func(p *pick) bool { return !p.open() })
	for _, p := range todo {
		p.posts = a.r.AutoPost
		p.entry = &Entry{ID: id.New[Entry](), Run: a.r.ID, Client: p.client, Added: now, By: a.u.StaffID(), Units: p.units, Scan: p.scan, ScannedAt: p.at}
	}
	// two units that write the same clients must not wait for each other
	slices.SortStableFunc(todo, func(x, y *pick) int { return bytes.Compare(x.client[:], y.client[:]) })
	valid, err := a.r.codesValid(ctx, a.u)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(todo, Chunk) {
		if !valid {
			for _, p := range chunk {
				p.refuse(CodeNotValid)
			}
			continue
		}
		if err := a.eligible(ctx, chunk); err != nil {
			return err
		}
		if err := a.write(ctx, chunk); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(picks, func(p *pick) bool { return p.out.Enrolled && p.entry == nil }) {
		return fault.ErrConflict // another unit was faster: no enrollment stays without its first service
	}
	return a.applied(ctx, picks)
}

func (p *pick) refuse(o Outcome) { p.out.Outcome, p.entry = o, nil }

// write writes the entries that are not there yet and, if the batch posts by
// itself, their services.
func (a *adder) write(ctx context.Context, chunk []*pick) error {
	for _, p := range chunk {
		if p.entry != nil && p.added && !p.again {
			p.refuse(AlreadyAdded)
		}
	}
	todo := slices.DeleteFunc(slices.Clone(chunk), func(p *pick) bool { return p.entry == nil })
	var written []*Entry
	for try := 0; len(todo) > 0; try++ {
		if try > 0 { // somebody else was faster to these numbers
			if err := a.places(ctx, todo); err != nil {
				return err
			}
		}
		number(todo)
		var list []*Entry
		for _, p := range todo {
			p.entry.Enrollment = p.enrollment
			p.entry.SetPosted(a.r.AutoPost)
			list = append(list, p.entry)
		}
		there, err := a.u.Tx.Entries().Insert(ctx, a.r, list)
		if err != nil {
			return err
		}
		var more []*pick
		for _, p := range todo {
			switch {
			case there[p.entry.ID]:
				p.out.Entry, p.out.Outcome = p.entry.ID, IsSelected
				if a.r.AutoPost {
					p.out.Outcome = IsPosted
				}
				written = append(written, p.entry)
			case p.again && try < 5:
				more = append(more, p)
			default:
				p.refuse(AlreadyAdded)
			}
		}
		todo = more // a scan that was applied before fails each time, and is found out afterwards
	}
	if !a.r.AutoPost || len(written) == 0 {
		return nil
	}
	return a.u.Tx.Transactions().Insert(ctx, a.r, written)
}

// places reads again which places are taken.
func (a *adder) places(ctx context.Context, chunk []*pick) error {
	places, err := a.u.Tx.Entries().Agains(ctx, a.r, clientsOf(chunk))
	for _, p := range chunk {
		if n := places[p.client]; len(n) > 0 {
			p.added, p.last = true, n[len(n)-1]
		}
	}
	return err
}

// number gives those to be added once more the next number (BAT-20); those of
// the same client in one chunk follow each other.
func number(chunk []*pick) {
	last := map[casemgmt.ClientID]int{}
	for _, p := range chunk {
		n, there := last[p.client]
		switch {
		case !p.again:
			n = 0
		case there:
			n++
		case p.added:
			n = p.last + 1
		}
		p.entry.Again, last[p.client] = n, max(n, last[p.client])
	}
}
