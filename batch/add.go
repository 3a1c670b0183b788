package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
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

// Scan is one reading of a card. It may arrive late and more than once; its
// number makes sure that it is applied once (SCN-05).
type Scan struct {
	Number string    `json:"scan"` // unique at the agency, such as the device and a counter
	Card   string    `json:"card"`
	At     time.Time `json:"at"` // its own time, which decides whether the card worked
	Again  bool      `json:"again,omitempty"`
}

// readable says whether a scan has what it needs, and a time that can be kept.
func (c *Scan) readable() bool {
	line := func(s string, most int) bool {
		var bad fault.Issues
		bad.Line("", s, most)
		return s != "" && len(bad) == 0
	}
	return line(c.Number, 100) && line(c.Card, 100) && c.At.Year() >= 1970
}

// Scans adds clients to a run by their cards (BAT-17).
type Scans struct {
	Run   RunID  `json:"run"`
	Scans []Scan `json:"scans"` // 1 to MaxAdd
}

// scanAhead is how far a scanner's clock may be ahead.
const scanAhead = 5 * time.Minute

// Scan applies scans, each once. A scan that cannot be read is answered as
// such and stops nobody else. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) Scan(ctx context.Context, cmd Scans) (*Added, error) {
	actor, ok := access.From(ctx)
	if !ok || s.gather == nil || casemgmt.IsOnce(ctx) || len(cmd.Scans) == 0 || len(cmd.Scans) > Chunk/2 {
		return s.scan(ctx, cmd)
	}
	return s.gather.do(ctx, gatherKey(actor, cmd.Run), cmd.Scans, func(ctx context.Context, all []Scan) (*Added, error) {
		return s.scan(ctx, Scans{Run: cmd.Run, Scans: all})
	})
}

func (s *Service) scan(ctx context.Context, cmd Scans) (*Added, error) {
	var bad fault.Issues
	bad.Required("BAT-17", "/scans", len(cmd.Scans) > 0)
	if len(cmd.Scans) > MaxAdd {
		bad.Add("BAT-17", "/scans", "too_many", "max", MaxAdd)
		cmd.Scans = nil
	}
	list := make([]*pick, len(cmd.Scans))
	for i, c := range cmd.Scans {
		p := &pick{scan: c.Number, card: casemgmt.CardValue(c.Card), at: c.At.UTC().Truncate(time.Microsecond), again: c.Again}
		if list[i] = p; !c.readable() {
			*p = pick{out: Result{Outcome: Unreadable}}
		}
		p.out.Scan = p.scan
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
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Me) (event.Event, error) {
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
	return s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
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
	me       casemgmt.Me
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
	return a.applied(ctx, picks)
}

func (p *pick) refuse(o Outcome) { p.out.Outcome, p.entry = o, nil }

// repeated finds the scans that are in the list twice.
func repeated(picks []*pick) {
	first := map[string]*pick{}
	for _, p := range picks {
		if p.scan == "" {
			continue
		}
		switch o := first[p.scan]; {
		case o == nil:
			first[p.scan] = p
		case o.card == p.card && o.at.Equal(p.at):
			p.same = o
		default:
			p.out.Outcome = NumberUsed
		}
	}
}

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
	found, err := a.tx.Found(ctx, unique(keys))
	if err != nil {
		return err
	}
	names := a.me.AllowClients(ctx) == nil
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

// applied answers the scans that were not written because they were applied
// before. The usual scan is a new one: it is written without asking, and the
// database keeps its number unique.
func (a *adder) applied(ctx context.Context, picks []*pick) error {
	refused := slices.DeleteFunc(slices.Clone(picks), func(p *pick) bool { return p.scan == "" || p.same != nil || p.entry != nil })
	for chunk := range slices.Chunk(refused, Chunk) {
		var scans []string
		for _, p := range chunk {
			scans = append(scans, p.scan)
		}
		before, err := a.tx.EntriesOfScans(ctx, scans)
		if err != nil {
			return err
		}
		for _, p := range chunk {
			switch e := before[p.scan]; {
			case e == nil:
			case e.Run == a.r.ID && e.Client == p.client && e.ScannedAt.Equal(p.at):
				a.repeat(p, e)
			default: // of somebody else, or elsewhere: not for this caller to hear of
				p.out.Outcome, p.out.Notice = NumberUsed, nil
			}
		}
	}
	return nil
}

// repeat answers a scan that was applied before, as it stands now.
func (a *adder) repeat(p *pick, e *Entry) {
	p.out.Repeat, p.out.Entry, p.out.Notice = true, e.ID, nil
	p.out.Outcome = map[State]Outcome{Selected: IsSelected, Posted: IsPosted, Reversed: WasReversed}[e.State]
}

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
	cards, err := a.tx.CardsOf(ctx, unique(values))
	if err != nil {
		return err
	}
	for _, p := range chunk {
		if !p.open() || p.card == "" {
			continue
		}
		c, ok := cards[p.card]
		switch {
		case p.at.After(a.me.Now.Add(scanAhead)):
			p.out.Outcome = InFuture
		case !ok:
			p.out.Outcome = UnknownCard
		default:
			p.client, p.found = c.Client, &c.Found
			p.out.Outcome = Outcome(c.Problem(p.at, civil.DateOf(p.at, a.me.Agency.Location())))
		}
	}
	return nil
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
	clients, err := a.tx.ClientsByNumber(ctx, unique(numbers))
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
	keys := clientsOf(chunk)
	program, err := a.tx.Programs().Get(ctx, a.r.Program)
	if err != nil {
		return err
	}
	if program.EnrollOnFirstService { // two units that enroll would not see each other
		if err := a.tx.LockClients(ctx, keys); err != nil {
			return err
		}
	}
	standings, err := a.tx.Standings(ctx, a.r, keys)
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
	bars := map[casemgmt.ClientID]*casemgmt.Bar{}
	if len(look) > 0 {
		if bars, err = a.tx.WorkingBars(ctx, a.r.Program, a.r.Location, a.r.ServiceDate, unique(look)); err != nil {
			return err
		}
	}
	var without []*pick
	for _, p := range chunk {
		if b := bars[p.client]; b != nil {
			p.refuse(Barred)
			p.out.Notice = &Notice{Bar: b.ID, Program: b.Program, Facility: b.Facility}
		} else if p.enrollment.IsZero() {
			without = append(without, p)
		}
	}
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
	later, err := a.tx.EnrolledFrom(ctx, a.r.Program, a.r.ServiceDate, clientsOf(chunk))
	if err != nil {
		return err
	}
	places, err := a.tx.Places(ctx, a.r, clientsOf(chunk)) // who waits to be posted
	if err != nil {
		return err
	}
	var list []*casemgmt.Enrollment
	of := map[casemgmt.ClientID]*casemgmt.Enrollment{}
	for _, p := range chunk {
		if later[p.client] {
			p.refuse(NoEnrollment)
			continue
		}
		if n := places[p.client]; len(n) > 0 {
			p.added, p.last = true, n[len(n)-1]
		}
		if !p.posts || p.added && !p.again && !p.there {
			continue
		}
		e := of[p.client]
		if e == nil {
			e = &casemgmt.Enrollment{ID: id.New[casemgmt.Enrollment](), Version: 1, Client: p.client, Program: a.r.Program, Start: a.r.ServiceDate,
				FirstService: true, Made: a.me.Now, By: a.me.StaffID()}
			of[p.client], list, a.enrolled = e, append(list, e), append(a.enrolled, e.ID)
			p.out.Enrolled = true
		}
		p.enrollment = e.ID
	}
	if len(list) == 0 {
		return nil
	}
	return a.tx.InsertEnrollments(ctx, list)
}

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

// Candidate is a client whom a name fits, and what adding them would answer.
type Candidate struct {
	casemgmt.ClientHit
	Outcome Outcome `json:"outcome"`
	Text    string  `json:"message,omitempty"`
}

// FindCandidates looks for clients by name for a run.
type FindCandidates struct {
	Run  RunID  `json:"run"`
	Name string `json:"name"`
}

// Candidates answers a typed name with the clients whom it fits, at most 20,
// and whether they can be added (BAT-16, BAT-18). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Candidates(ctx context.Context, cmd FindCandidates) ([]Candidate, error) {
	out := []Candidate{}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Me) error {
		r, err := tx.Run(ctx, cmd.Run)
		if err != nil {
			return err
		}
		if err := mayRun(ctx, me, r.Program); err != nil {
			return err
		}
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		q := casemgmt.ClientQuery{Name: strings.TrimSpace(cmd.Name)}
		var bad fault.Issues
		bad.Required("BAT-16", "/name", q.Name != "")
		bad.Line("/name", q.Name, 200)
		if q.Name != "" && len(bad) == 0 && (len(q.Words()) == 0 || len(q.Words()) > 8) {
			bad.Add("SRC-01", "/name", "nothing_to_search")
		}
		if err := bad.Err(); err != nil {
			return err
		}
		page, err := tx.SearchClients(ctx, q, casemgmt.Page{Limit: maxCandidates})
		if err != nil {
			return err
		}
		a := adder{tx: tx, me: me, r: r}
		picks := make([]*pick, len(page.Items))
		for i, hit := range page.Items {
			picks[i] = &pick{client: hit.ID, entry: &Entry{}}
		}
		if err := a.judge(ctx, picks); err != nil {
			return err
		}
		for i, hit := range page.Items {
			out = append(out, Candidate{ClientHit: hit, Outcome: picks[i].out.Outcome})
		}
		return nil
	})
	return out, err
}

// judge says what adding would answer, and writes nothing.
func (a *adder) judge(ctx context.Context, picks []*pick) error {
	if len(picks) == 0 {
		return nil
	}
	if err := a.resolve(ctx, picks); err != nil {
		return err
	}
	valid, err := a.r.codesValid(ctx, a.tx)
	if err != nil {
		return err
	}
	keys := clientsOf(picks)
	bars, err := a.tx.WorkingBars(ctx, a.r.Program, a.r.Location, a.r.ServiceDate, keys)
	if err != nil {
		return err
	}
	standings, err := a.tx.Standings(ctx, a.r, keys)
	if err != nil {
		return err
	}
	later, err := a.tx.EnrolledFrom(ctx, a.r.Program, a.r.ServiceDate, keys)
	if err != nil {
		return err
	}
	places, err := a.tx.Places(ctx, a.r, keys)
	if err != nil {
		return err
	}
	program, err := a.tx.Programs().Get(ctx, a.r.Program)
	if err != nil {
		return err
	}
	for _, p := range picks {
		switch {
		case !p.open():
		case !valid:
			p.out.Outcome = CodeNotValid
		case bars[p.client] != nil:
			p.out.Outcome = Barred
		case standings[p.client].Enrollment.IsZero() && (!program.EnrollOnFirstService || later[p.client]):
			p.out.Outcome = NoEnrollment
		case len(places[p.client]) > 0:
			p.out.Outcome = AlreadyAdded
		default:
			p.out.Outcome = CanBeAdded
		}
	}
	return nil
}
