package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// MaxAdd is how many clients or scans one call takes, and one unit of work with
// it. Chunk is how many of them one set of statements takes.
const (
	MaxAdd = 1000
	Chunk  = 200
)

// Pick is a client to be added: by the client's id, or by the number at the
// agency (BAT-16). Names are looked up with Candidates first.
type Pick struct {
	Client casemgmt.ClientID `json:"client,omitzero"`
	Number int64             `json:"number,omitempty"`
	// Again adds the client once more on the same day (BAT-20).
	Again bool `json:"again,omitempty"`
}

// AddClients adds clients to a run.
type AddClients struct {
	Run     RunID  `json:"run"`
	Clients []Pick `json:"clients"` // 1 to MaxAdd
}

// Added has an answer for each client, in the order of the list (BAT-22).
type Added struct {
	Results []Result `json:"results"`
}

// AddClients adds clients to a run, and posts their services at once if the
// batch says so (BAT-14, BAT-15). One client's failure stops nobody else. It
// fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) AddClients(ctx context.Context, cmd AddClients) (*Added, error) {
	var bad fault.Issues
	bad.Required("BAT-16", "/clients", len(cmd.Clients) > 0)
	if len(cmd.Clients) > MaxAdd {
		bad.Add("BAT-16", "/clients", "too_many", "max", MaxAdd)
		cmd.Clients = nil
	}
	list := make([]*pick, len(cmd.Clients))
	for i, c := range cmd.Clients {
		at := fault.At("/clients", i)
		switch {
		case c.Client.IsZero() && c.Number == 0:
			bad.Add("BAT-16", at+"/client", "required")
		case !c.Client.IsZero() && c.Number != 0:
			bad.Add("BAT-16", at+"/number", "not_applicable")
		case c.Number < 0:
			bad.Add("BAT-16", at+"/number", "too_small", "min", 1)
		}
		list[i] = &pick{client: c.Client, number: c.Number, again: c.Again}
	}
	return s.add(ctx, cmd, cmd.Run, list, bad)
}

// pick is one client on the way through.
type pick struct {
	client casemgmt.ClientID
	number int64
	card   string
	scan   string
	at     time.Time // of the scan
	again  bool

	found      *Found // who it is
	enrollment casemgmt.EnrollmentID
	entry      *Entry
	same       *pick // of the same scan, earlier in the list
	added      bool  // to this batch on this day, and how often
	last       int
	there      bool // as an entry that is to be posted or restored
	posts      bool // its services come on the record now
	out        Result
}

func (p *pick) open() bool { return p.out.Outcome == "" && p.same == nil }

func (s *Service) add(ctx context.Context, cmd any, key RunID, list []*pick, bad fault.Issues) (*Added, error) {
	var out *Added
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		r, err := tx.ShareRun(ctx, key)
		if err != nil {
			return event.Event{}, err
		}
		if err := mayRun(ctx, me, r.Program); err != nil {
			return event.Event{}, err
		}
		closed, err := r.open(ctx, tx)
		if err != nil {
			return event.Event{}, err
		}
		bad := append(slices.Clone(bad), closed...)
		if r.Reversal != nil {
			bad.Add("BAT-25", "/run", "run_reversed")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		picks := make([]*pick, len(list)) // the storage may try again
		for i := range list {
			p := *list[i]
			picks[i] = &p
		}
		a := adder{tx: tx, me: me, r: r}
		if err := a.run(ctx, picks); err != nil {
			return event.Event{}, err
		}
		out = &Added{Results: make([]Result, len(picks))}
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
		if len(written) == 0 {
			return event.Event{}, nil // nothing has changed
		}
		kind := "run.selected"
		if r.AutoPost {
			kind = "run.posted"
		}
		return a.event(kind, written), nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.incidents(ctx, out.Results)
}

// event says which entries and enrollments a change has written.
func (a *adder) event(kind string, written []EntryID) event.Event {
	changes := []event.Change{{Path: "/entries", To: idList(written)}}
	if len(a.enrolled) > 0 {
		changes = append(changes, event.Change{Path: "/enrollments", To: idList(a.enrolled)})
	}
	return event.New(kind, a.r.ID.String(), a.r.Version, changes...)
}

// incidents fills in the incident notes for who may read them (BAR-02). They are
// not part of the result that is kept with a request key.
func (s *Service) incidents(ctx context.Context, list []Result) error {
	if !slices.ContainsFunc(list, func(r Result) bool { return r.Notice != nil }) {
		return nil
	}
	return s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		for i := range list {
			if list[i].Notice == nil {
				continue
			}
			b, err := tx.Bar(ctx, list[i].Notice.Bar)
			if err != nil {
				return err
			}
			if me.MaySeeIncident(ctx, b) {
				list[i].Notice.Incident = b.Incident
			}
		}
		return nil
	})
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
	tx       Tx
	me       casemgmt.Caller
	r        *Run
	enrolled []casemgmt.EnrollmentID // with their first service (ENR-07)
	restored []EntryID
}

// run does all of it.
func (a *adder) run(ctx context.Context, picks []*pick) error {
	repeated(picks)
	for chunk := range slices.Chunk(picks, Chunk) {
		if err := a.resolve(ctx, chunk); err != nil {
			return err
		}
	}
	now := a.me.Now
	todo := slices.DeleteFunc(slices.Clone(picks), func(p *pick) bool { return !p.open() })
	for _, p := range todo {
		p.posts = a.r.AutoPost
		p.entry = &Entry{ID: id.New[Entry](), Run: a.r.ID, Client: p.client, Added: now, By: a.me.StaffID(), Scan: p.scan, ScannedAt: p.at}
	}
	// two units that write the same clients must not wait for each other
	slices.SortStableFunc(todo, func(x, y *pick) int { return bytes.Compare(x.client[:], y.client[:]) })
	valid, err := a.r.codesValid(ctx, a.tx)
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
		there, err := a.tx.InsertEntries(ctx, a.r, list)
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
	return a.tx.InsertTransactions(ctx, a.r, written)
}

// places reads again which places are taken.
func (a *adder) places(ctx context.Context, chunk []*pick) error {
	places, err := a.tx.Places(ctx, a.r, clientsOf(chunk))
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
