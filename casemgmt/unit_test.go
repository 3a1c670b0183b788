package casemgmt_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// memory is a storage that keeps events and requests, and tries units of work as
// often as it is told to. What it does is noted in did.
type memory struct {
	agency   *casemgmt.Agency
	staff    map[string]*casemgmt.Staff
	events   []event.Event
	requests map[string]casemgmt.Request
	tries    int // of each update; 0 is 1
	did      []string
	broken   error // of Append
}

func (m *memory) View(_ context.Context, agency string, fn func(casemgmt.Tx) error) error {
	m.did = append(m.did, "view "+agency)
	return fn(&memoryTx{m: m, view: true})
}

func (m *memory) Update(_ context.Context, agency string, fn func(casemgmt.Tx) error) error {
	for try := range max(m.tries, 1) {
		m.did = append(m.did, "update "+agency)
		tx := &memoryTx{m: m}
		if err := fn(tx); err != nil {
			return err
		}
		if try+1 == max(m.tries, 1) {
			m.commit(tx)
		}
	}
	return nil
}

func (m *memory) commit(tx *memoryTx) {
	m.events = append(m.events, tx.events...)
	for _, r := range tx.requests {
		if m.requests == nil {
			m.requests = map[string]casemgmt.Request{}
		}
		m.requests[r.Actor+" "+r.Key] = r
	}
}

// memoryTx has no more than the kernel needs.
type memoryTx struct {
	casemgmt.Tx
	m        *memory
	view     bool
	events   []event.Event
	requests []casemgmt.Request
}

func (tx *memoryTx) Agency() casemgmt.AgencyRecord { return memoryAgency{m: tx.m} }
func (tx *memoryTx) Staff() casemgmt.StaffRecords  { return memoryStaff{m: tx.m} }
func (tx *memoryTx) Events() casemgmt.Events       { return memoryEvents{tx: tx} }
func (tx *memoryTx) Requests() casemgmt.Requests   { return memoryRequests{tx} }

type memoryAgency struct {
	casemgmt.AgencyRecord
	m *memory
}

func (a memoryAgency) Get(context.Context) (*casemgmt.Agency, error) {
	if a.m.agency == nil {
		return nil, fault.ErrNotFound
	}
	return a.m.agency, nil
}

type memoryStaff struct {
	casemgmt.StaffRecords
	m *memory
}

func (s memoryStaff) ByUser(_ context.Context, user string) (*casemgmt.Staff, error) {
	if found := s.m.staff[user]; found != nil {
		return found, nil
	}
	return nil, fault.ErrNotFound
}

type memoryEvents struct {
	casemgmt.Events
	tx *memoryTx
}

func (e memoryEvents) Append(_ context.Context, x event.Event) error {
	if e.tx.view {
		return errors.New("a view writes")
	}
	e.tx.m.did = append(e.tx.m.did, "append "+string(x.Type))
	e.tx.events = append(e.tx.events, x)
	return e.tx.m.broken
}

type memoryRequests struct{ tx *memoryTx }

func (r memoryRequests) Get(_ context.Context, actor, key string, since time.Time) (*casemgmt.Request, error) {
	if kept, ok := r.tx.m.requests[actor+" "+key]; ok && !kept.At.Before(since) {
		return &kept, nil
	}
	return nil, fault.ErrNotFound
}

func (r memoryRequests) Insert(_ context.Context, x casemgmt.Request, _ time.Time) error {
	r.tx.requests = append(r.tx.requests, x)
	return nil
}

// book is what the tests' commands change.
type book struct {
	casemgmt.Head[book]
	Title  string            `json:"title"`
	Tags   []string          `json:"tags"`
	Labels map[string]string `json:"labels,omitempty"`
}

var bookKey = id.Of[book]{6: 0x70, 8: 0x80, 15: 1}

func newBook() book {
	return book{Head: casemgmt.Head[book]{ID: bookKey, Version: 3}, Title: "Maps", Tags: []string{"b", "a"}, Labels: map[string]string{"k": "v"}}
}

var aNow = time.Date(2025, 6, 16, 2, 30, 0, 123456789, time.UTC)

// newMemory has an agency of Toronto, with a manager of a program and a staff
// member who has left.
func newMemory() *memory {
	program := casemgmt.ProgramID{1}
	return &memory{agency: &casemgmt.Agency{Key: "metro", Country: "CA", Languages: []i18n.Lang{"en", "fr"}, Extensions: []string{country.Settlement}, Zone: "America/Toronto"}, staff: map[string]*casemgmt.Staff{
		"u1":   {Head: casemgmt.Head[casemgmt.Staff]{ID: casemgmt.StaffID{7}}, User: "u1", Roles: []string{"admin"}, Programs: []casemgmt.Membership{{Program: program, Manager: true}, {Program: casemgmt.ProgramID{2}}}},
		"left": {User: "left", Deactivated: true},
	}}
}

func (m *memory) work(t *testing.T, hooks ...casemgmt.Hook) casemgmt.Work[casemgmt.Tx] {
	t.Helper()
	none, err := forms.NewRegistry(nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := casemgmt.NewWork[casemgmt.Tx](m, casemgmt.Config{Forms: none, Before: hooks, Now: func() time.Time { return aNow }})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func actAs(user string) context.Context {
	return access.With(context.Background(), access.Actor{Agency: "metro", User: user, Roles: []string{"see_all"}})
}

func (m *memory) types() []string {
	out := []string{}
	for _, e := range m.events {
		out = append(out, string(e.Type))
	}
	return out
}

func wantSame[T any](t *testing.T, what string, want, got T, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

const bookChanged event.Type = "book.changed"

func changeBook(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
	u.Log(bookChanged, &cmd)
	return &cmd, nil
}

// A change appends one event: who did it, when, to what, and how it was written.
func TestChange(t *testing.T) {
	m := newMemory()
	got, err := casemgmt.Change(actAs("u1"), m.work(t), newBook(), func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
		before := cmd
		cmd.Title = "Atlas"
		u.Changed(bookChanged, before, &cmd)
		cmd.Version++ // as a storage does
		return &cmd, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "result", "Atlas", got.Title)
	wantSame(t, "what was done", []string{"update metro", "append book.changed"}, m.did)
	e := m.events[0]
	if e.ID.IsZero() {
		t.Error("the event has no id")
	}
	e.ID = event.ID{}
	wantSame(t, "event", event.Event{At: aNow.Truncate(time.Microsecond), Agency: "metro", Actor: "u1", Type: bookChanged, Subject: bookKey.String(), Version: 4,
		Changes: []event.Change{{Path: "/title", From: []byte(`"Maps"`), To: []byte(`"Atlas"`)}}}, e)
}

// A storage that tries again gives each try the command as it was sent, and
// leaves the sender's own alone; the last try alone counts.
func TestChangeTriedAgain(t *testing.T) {
	m := newMemory()
	m.tries = 3
	sent := newBook()
	var seen []book
	var units []*casemgmt.Unit
	got, err := casemgmt.Change(actAs("u1"), m.work(t), sent, func(_ context.Context, u *casemgmt.Unit, cmd book) ([]string, error) {
		fresh := newBook()
		wantSame(t, "the command", fresh, cmd)
		slices.Sort(cmd.Tags)
		cmd.Labels["seen"], cmd.Title = "yes", "Atlas"
		seen, units = append(seen, cmd), append(units, u)
		u.Log(bookChanged, &cmd)
		return cmd.Tags, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "tries", 3, len(seen))
	wantSame(t, "the sender's own", newBook(), sent)
	wantSame(t, "result", []string{"a", "b"}, got)
	wantSame(t, "events", []string{"book.changed"}, m.types())
	if units[0] == units[1] || units[1] == units[2] {
		t.Error("tries share a unit")
	}
}

// What a try has answered is not left to the next one.
func TestChangeForgetsATry(t *testing.T) {
	m := newMemory()
	m.tries = 2
	n := 0
	w := m.work(t, func(context.Context, casemgmt.HookCall) error { return nil })
	got, err := casemgmt.Change(casemgmt.Once(actAs("u1"), "key"), w, newBook(), func(_ context.Context, u *casemgmt.Unit, cmd book) (map[string]int, error) {
		n++
		if n == 2 { // somebody else's request was kept meanwhile
			u.Unchanged()
			return nil, nil
		}
		u.Log(bookChanged, &cmd)
		return map[string]int{"first": 1}, nil
	})
	if err != nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	wantSame(t, "events", []string{}, m.types())
	wantSame(t, "kept result", "null", string(m.requests["u1 key"].Result))
}

// A failed change answers nothing and leaves nothing.
func TestChangeFails(t *testing.T) {
	stop := errors.New("stop")
	for name, tt := range map[string]struct {
		broken error
		do     func(context.Context, *casemgmt.Unit, book) (*book, error)
	}{
		"in the middle": {nil, func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
			u.Log(bookChanged, &cmd)
			return &cmd, stop
		}},
		"with its event": {stop, changeBook},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			m.broken = tt.broken
			got, err := casemgmt.Change(casemgmt.Once(actAs("u1"), "key"), m.work(t), newBook(), tt.do)
			if got != nil || !errors.Is(err, stop) {
				t.Errorf("%v, %v", got, err)
			}
			wantSame(t, "kept requests", 0, len(m.requests))
			wantSame(t, "events", []string{}, m.types())
		})
	}
}

// A change that says nothing of itself is refused, so that none can be forgotten
// (each change leaves one event); one that found nothing to change says so.
func TestChangeWithoutEvent(t *testing.T) {
	m := newMemory()
	got, err := casemgmt.Change(actAs("u1"), m.work(t), newBook(), func(_ context.Context, _ *casemgmt.Unit, cmd book) (*book, error) { return &cmd, nil })
	if err == nil || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	hooks := 0
	got, err = casemgmt.Change(actAs("u1"), m.work(t, func(context.Context, casemgmt.HookCall) error { hooks++; return nil }), newBook(),
		func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
			u.Unchanged()
			return &cmd, nil
		})
	if err != nil || got == nil {
		t.Errorf("%v, %v", got, err)
	}
	wantSame(t, "events", []string{}, m.types())
	wantSame(t, "hooks", 0, hooks)
}

// What is logged last counts: a unit leaves one event.
func TestChangeLogsOnce(t *testing.T) {
	m := newMemory()
	_, err := casemgmt.Change(actAs("u1"), m.work(t), newBook(), func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
		u.Log("book.lost", &cmd)
		u.Log("book.found", casemgmt.About(bookKey), event.Change{Path: "/place"})
		return &cmd, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", []string{"book.found"}, m.types())
	wantSame(t, "about", []any{bookKey.String(), int64(0), "/place"}, []any{m.events[0].Subject, m.events[0].Version, m.events[0].Changes[0].Path})
}

// A reading runs on a view; what it logs is appended in a unit of its own before
// it answers.
func TestRead(t *testing.T) {
	look := func(_ context.Context, u *casemgmt.Unit, q book) (string, error) {
		if q.Title != "" {
			u.Log("book.viewed", &q)
		}
		return "read " + q.Title, nil
	}
	m := newMemory()
	got, err := casemgmt.Read(actAs("u1"), m.work(t), newBook(), look)
	if err != nil || got != "read Maps" {
		t.Errorf("%q, %v", got, err)
	}
	wantSame(t, "what was done", []string{"view metro", "update metro", "append book.viewed"}, m.did)
	wantSame(t, "actor and version", []any{"u1", int64(3)}, []any{m.events[0].Actor, m.events[0].Version})

	m.did, m.events = nil, nil
	if _, err := casemgmt.Read(actAs("u1"), m.work(t), book{}, look); err != nil {
		t.Error(err)
	}
	wantSame(t, "a reading that logs nothing", []string{"view metro"}, m.did)

	refuse := func(context.Context, casemgmt.HookCall) error { return fault.ErrForbidden }
	got, err = casemgmt.Read(actAs("u1"), m.work(t, refuse), newBook(), look)
	if got != "" || !errors.Is(err, fault.ErrForbidden) {
		t.Errorf("a reading that was not logged answers %q, %v", got, err)
	}
	wantSame(t, "events", []string{}, m.types())

	m.tries, m.did = 2, nil
	if _, err := casemgmt.Read(actAs("u1"), m.work(t), newBook(), look); err != nil {
		t.Error(err)
	}
	wantSame(t, "tried again", []string{"book.viewed"}, m.types())
}

// A reading, too, cannot change what it is asked.
func TestReadCopiesTheQuestion(t *testing.T) {
	m, asked := newMemory(), newBook()
	_, err := casemgmt.Read(actAs("u1"), m.work(t), asked, func(_ context.Context, _ *casemgmt.Unit, q book) (int, error) {
		slices.Sort(q.Tags)
		clear(q.Labels)
		return 0, nil
	})
	if err != nil {
		t.Error(err)
	}
	wantSame(t, "the question", newBook(), asked)
}

// A change inside of a change would wait for itself: it is refused, and so is a
// reading that must be logged; another reading is not.
func TestChangeInside(t *testing.T) {
	m := newMemory()
	quiet := func(context.Context, *casemgmt.Unit, book) (string, error) { return "quiet", nil }
	logged := func(_ context.Context, u *casemgmt.Unit, q book) (string, error) {
		u.Log("book.viewed", &q)
		return "logged", nil
	}
	var said []string
	w := m.work(t)
	hook := func(ctx context.Context, _ casemgmt.HookCall) error {
		for _, call := range []func() (string, error){
			func() (string, error) { return casemgmt.Change(ctx, w, newBook(), logged) },
			func() (string, error) { return casemgmt.Read(ctx, w, newBook(), logged) },
			func() (string, error) { return casemgmt.Read(ctx, w, newBook(), quiet) },
		} {
			got, err := call()
			said = append(said, fmt.Sprint(got, " ", err != nil))
		}
		return nil
	}
	if _, err := casemgmt.Change(actAs("u1"), m.work(t, hook), newBook(), changeBook); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "answers", []string{" true", " true", "quiet false"}, said)
	wantSame(t, "events", []string{"book.changed"}, m.types())
}

// Hooks see the event whole and in their order; one that refuses ends the change.
func TestHooks(t *testing.T) {
	var seen []string
	see := func(name string) casemgmt.Hook {
		return func(_ context.Context, e casemgmt.HookCall) error {
			seen = append(seen, fmt.Sprint(name, " ", e.Type, " ", e.Actor, " ", e.Agency, " ", e.Subject == bookKey.String(), " ", e.Request))
			return nil
		}
	}
	m := newMemory()
	if _, err := casemgmt.Change(casemgmt.Once(actAs("u1"), "key"), m.work(t, see("first"), see("second")), newBook(), changeBook); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "seen", []string{"first book.changed u1 metro true key", "second book.changed u1 metro true key"}, seen)

	m, seen = newMemory(), nil
	refuse := func(context.Context, casemgmt.HookCall) error { return fault.ErrForbidden }
	got, err := casemgmt.Change(actAs("u1"), m.work(t, see("first"), refuse, see("third")), newBook(), changeBook)
	if got != nil || !errors.Is(err, fault.ErrForbidden) || !strings.Contains(err.Error(), string(bookChanged)) {
		t.Errorf("%v, %v", got, err)
	}
	wantSame(t, "hooks before it", 1, len(seen))
	wantSame(t, "events", []string{}, m.types())
}

// A request with a key is carried out once, and its result given again; the key
// belongs to the actor and to the command.
func TestOnce(t *testing.T) {
	m := newMemory()
	m.staff["u2"] = &casemgmt.Staff{User: "u2"}
	w := m.work(t)
	runs := 0
	do := func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
		runs++
		cmd.Title = fmt.Sprint(cmd.Title, runs)
		u.Log(bookChanged, &cmd)
		return &cmd, nil
	}
	title := func(ctx context.Context, cmd book) string {
		t.Helper()
		got, err := casemgmt.Change(ctx, w, cmd, do)
		if err != nil {
			t.Fatal(err)
		}
		return got.Title
	}
	once := casemgmt.Once(actAs("u1"), "key")
	wantSame(t, "first", "Maps1", title(once, newBook()))
	wantSame(t, "repeated", "Maps1", title(once, newBook()))
	wantSame(t, "of another actor", "Maps2", title(casemgmt.Once(actAs("u2"), "key"), newBook()))
	wantSame(t, "another key", "Maps3", title(casemgmt.Once(actAs("u1"), "other"), newBook()))
	wantSame(t, "no key", "Maps4", title(actAs("u1"), newBook()))
	wantSame(t, "events", 4, len(m.events))
	wantSame(t, "the event's request", "key", m.events[0].Request)
	kept := m.requests["u1 key"]
	wantSame(t, "at", aNow.Truncate(time.Microsecond), kept.At)

	other := newBook()
	other.Tags = nil
	if _, err := casemgmt.Change(once, w, other, do); !errors.Is(err, fault.ErrKeyReused) {
		t.Errorf("another command: %v", err)
	}
	type leaflet book // the same JSON, but not the same command
	if _, err := casemgmt.Change(once, w, leaflet(newBook()), func(context.Context, *casemgmt.Unit, leaflet) (int, error) { return 0, nil }); !errors.Is(err, fault.ErrKeyReused) {
		t.Errorf("another kind of command: %v", err)
	}
	for name, key := range map[string]string{"too long": strings.Repeat("k", 201), "control character": "a\x00b"} {
		if _, err := casemgmt.Change(casemgmt.Once(actAs("u1"), key), w, newBook(), do); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantSame(t, "runs", 4, runs)
}

// A repeated request reads its record as it is by then, if the caller still may, and
// leaves the reading; nothing of the record is kept with the request. What is kept
// whole is given to who may still ask for it. After two days a request is new.
func TestOnceReadsAgain(t *testing.T) {
	m := newMemory()
	now := aNow
	none, err := forms.NewRegistry(nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := casemgmt.Config{Forms: none, Now: func() time.Time { return now }}
	var shelf *book
	var refusal error
	w, err := casemgmt.NewWork[casemgmt.Tx](m, cfg,
		casemgmt.Again(func(_ context.Context, u *casemgmt.Unit, key id.Of[book]) (*book, error) {
			wantSame(t, "what is read", bookKey, key)
			u.Log("book.read", shelf)
			return shelf, refusal
		}),
		casemgmt.If(func(_ context.Context, _ *casemgmt.Unit, cmd []book) error {
			wantSame(t, "the repeated command", "Maps", cmd[0].Title)
			return refusal
		}))
	if err != nil {
		t.Fatal(err)
	}
	once, many := casemgmt.Once(actAs("u1"), "key"), casemgmt.Once(actAs("u1"), "many")
	runs := 0
	one := func() (*book, error) {
		return casemgmt.Change(once, w, newBook(), func(_ context.Context, u *casemgmt.Unit, cmd book) (*book, error) {
			runs++
			u.Log(bookChanged, &cmd)
			return &cmd, nil
		})
	}
	list := func() ([]book, error) {
		return casemgmt.Change(many, w, []book{newBook()}, func(_ context.Context, u *casemgmt.Unit, cmd []book) ([]book, error) {
			u.Log(bookChanged, &cmd[0])
			return cmd, nil
		})
	}
	first, err := one()
	wantSame(t, "first", error(nil), err)
	wantSame(t, "kept", `"`+bookKey.String()+`"`, string(m.requests["u1 key"].Result))
	changed := *first
	changed.Title = "Changed since"
	shelf = &changed
	again, err := one()
	wantSame(t, "again", error(nil), err)
	wantSame(t, "as it is by then", "Changed since", again.Title)
	wantSame(t, "the reading is left", event.Type("book.read"), m.events[len(m.events)-1].Type)
	if _, err := list(); err != nil {
		t.Fatal(err)
	}
	refusal = fault.ErrForbidden
	for name, call := range map[string]func() error{"a record": func() error { _, err := one(); return err }, "a list": func() error { _, err := list(); return err }} {
		if err := call(); !errors.Is(err, fault.ErrForbidden) {
			t.Errorf("%s that may no longer be read: %v", name, err)
		}
	}
	now = now.Add(casemgmt.KeptFor)
	if _, err := one(); !errors.Is(err, fault.ErrForbidden) {
		t.Errorf("after two days it is known: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := one(); err != nil {
		t.Errorf("after more than two days it is new: %v", err)
	}
	wantSame(t, "runs", 2, runs)
}

// A request that was tried twice is kept once.
func TestOnceTriedAgain(t *testing.T) {
	m := newMemory()
	m.tries = 2
	if _, err := casemgmt.Change(casemgmt.Once(actAs("u1"), "key"), m.work(t), newBook(), changeBook); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "requests and events", []int{1, 1}, []int{len(m.requests), len(m.events)})
}

// The caller is found out from the agency's records, with the day in its zone.
func TestCaller(t *testing.T) {
	m := newMemory()
	got, err := casemgmt.Read(actAs("u1"), m.work(t), struct{}{}, func(_ context.Context, u *casemgmt.Unit, _ struct{}) (casemgmt.Caller, error) {
		return u.Caller, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	one, two := casemgmt.ProgramID{1}.String(), casemgmt.ProgramID{2}.String()
	wantSame(t, "who", access.Who{Actor: access.Actor{Agency: "metro", User: "u1", Roles: []string{"see_all"}}, Staff: casemgmt.StaffID{7}.String(),
		Programs: []string{one, two}, Manages: []string{one}, Roles: []string{"see_all", "admin"}}, got.Who, cmp.AllowUnexported(access.Actor{}))
	wantSame(t, "now", aNow.Truncate(time.Microsecond), got.Now)
	wantSame(t, "today", civil.Date{Year: 2025, Month: 6, Day: 15}, got.Today)

	ask := func(ctx context.Context) error {
		_, err := casemgmt.Read(ctx, m.work(t), struct{}{}, func(context.Context, *casemgmt.Unit, struct{}) (int, error) { return 1, nil })
		return err
	}
	change := func(ctx context.Context) error {
		_, err := casemgmt.Change(ctx, m.work(t), newBook(), changeBook)
		return err
	}
	for name, ctx := range map[string]context.Context{
		"nobody": context.Background(), "no agency": access.With(context.Background(), access.Actor{User: "u1"}),
		"a stranger": actAs("stranger"), "who has left": actAs("left"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, call := range []func(context.Context) error{ask, change} {
				if err := call(ctx); !errors.Is(err, fault.ErrUnauthenticated) {
					t.Error(err)
				}
			}
		})
	}
	m.agency = nil
	if err := ask(actAs("u1")); !errors.Is(err, fault.ErrUnauthenticated) {
		t.Errorf("an agency that there is not: %v", err)
	}
	setUp := access.With(context.Background(), access.System("setup", "new"))
	if err := change(setUp); !errors.Is(err, fault.ErrUnauthenticated) || !strings.Contains(err.Error(), "CreateAgency") {
		t.Errorf("a program, in an agency that there is not: %v", err)
	}
	making := func(_ context.Context, u *casemgmt.Unit, a casemgmt.Agency) (*casemgmt.Agency, error) {
		u.Log(event.AgencyCreated, &a)
		return &a, nil
	}
	if _, err := casemgmt.Change(setUp, m.work(t), casemgmt.Agency{Key: "new", Name: "New", Country: "GB", Zone: "Europe/London"}, making); err != nil {
		t.Errorf("a program that sets the agency up: %v", err)
	}
	wantSame(t, "events", "system:setup", m.events[0].Actor)
}

// checked is asked once outside of the unit of work, and dated inside, where the day is known.
type checked struct{ calls *[]string }

func (c checked) Validate() error {
	*c.calls = append(*c.calls, "outside")
	var bad fault.Issues
	bad.Add("R-1", "/a", "required")
	return bad.Err()
}

type dated struct {
	On civil.Date `json:"on"`
}

func (d dated) ValidateWithContext(ctx context.Context) error {
	var bad fault.Issues
	if err := fault.Past("R-2").ValidateWithContext(ctx, d.On); err != nil {
		bad = append(bad, fault.IssuesOf(err).Under("/on")...)
	}
	return bad.Err()
}

// A command's shape is asked before the unit begins; what needs the day, inside of it.
func TestShape(t *testing.T) {
	m, calls := newMemory(), []string{}
	do := func(context.Context, *casemgmt.Unit, checked) (int, error) { return 0, errors.New("it ran") }
	if _, err := casemgmt.Change(actAs("u1"), m.work(t), checked{&calls}, do); !errors.Is(err, fault.ErrInvalid) {
		t.Error(err)
	}
	wantSame(t, "asked", []string{"outside"}, calls)
	wantSame(t, "nothing was opened", 0, len(m.did))

	later := func(context.Context, *casemgmt.Unit, dated) (int, error) { return 0, errors.New("it ran") }
	tomorrow := dated{civil.Date{Year: 2025, Month: 6, Day: 16}} // it is still the 15th in Toronto
	_, err := casemgmt.Change(actAs("u1"), m.work(t), tomorrow, later)
	wantSame(t, "codes", []string{"in_future"}, fault.Codes(err))
	_, err = casemgmt.Read(actAs("u1"), m.work(t), tomorrow, later)
	wantSame(t, "codes", []string{"in_future"}, fault.Codes(err))
}

// NewWork needs the forms, and fills in the rest.
func TestNewWork(t *testing.T) {
	if _, err := casemgmt.NewWork[casemgmt.Tx](newMemory(), casemgmt.Config{}); err == nil {
		t.Error("there are no forms")
	}
	none, err := forms.NewRegistry(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, other := newMemory(), newMemory()
	w, err := casemgmt.NewWork[casemgmt.Tx](m, casemgmt.Config{Forms: none})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := casemgmt.Change(actAs("u1"), w.On(other), newBook(), changeBook); err != nil {
		t.Error(err)
	}
	wantSame(t, "units on the first and the other runner", []int{0, 1}, []int{len(m.events), len(other.events)})
	if since := time.Since(other.events[0].At); since < 0 || since > time.Minute {
		t.Errorf("the clock is %v off", since)
	}
}
