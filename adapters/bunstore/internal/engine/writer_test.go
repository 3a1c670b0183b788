package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the SQLite driver

	"github.com/opencasework/casework/casemgmt/fault"
)

// desk is a writer on a database of its own, in which units write their names.
type desk struct {
	*writer
	t      *testing.T
	db     *sql.DB
	begins atomic.Int64

	mu  sync.Mutex
	ran []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "desk.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec(`CREATE TABLE names (name TEXT PRIMARY KEY, of TEXT REFERENCES names (name) DEFERRABLE INITIALLY DEFERRED)`); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, db: db}
	d.writer = &writer{most: maxGroup, begin: d.beginTx}
	return d
}

func (d *desk) beginTx() (*sql.Tx, func(), error) {
	d.begins.Add(1)
	tx, err := d.db.Begin()
	return tx, func() {}, err
}

// job is a unit of work by its name: it writes the name if it writes at all, and
// then does what else there is.
type job struct {
	name   string
	ctx    context.Context // nil for one without an end
	silent bool            // it writes nothing
	queue  int             // usual without one
	then   func(*shared) error
}

func (d *desk) do(j job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx := j.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	return d.writer.do(ctx, j.queue, func(s *shared) (bool, error) {
		d.mu.Lock()
		d.ran = append(d.ran, j.name)
		d.mu.Unlock()
		if !j.silent {
			if _, err := s.tx.Exec(`INSERT INTO names (name) VALUES (?)`, j.name); err != nil {
				return true, err
			}
		}
		if j.then == nil {
			return !j.silent, nil
		}
		return !j.silent, j.then(s)
	})
}

// together keeps the writer busy until all jobs have queued up in their order,
// and gives their errors. meanwhile, which may be nil, is done before they run.
func (d *desk) together(meanwhile func(), jobs ...job) map[string]error {
	d.t.Helper()
	busy, free := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.do(job{name: "first", silent: true, then: func(*shared) error {
			busy <- true
			<-free
			return nil
		}})
	})
	<-busy
	var mu sync.Mutex
	out := map[string]error{}
	for i, j := range jobs {
		wg.Go(func() {
			err := d.do(j)
			mu.Lock()
			defer mu.Unlock()
			out[j.name] = err
		})
		d.queued(i + 1)
	}
	if meanwhile != nil {
		meanwhile()
	}
	close(free)
	wg.Wait()
	if d.busy || len(d.queues[usual])+len(d.queues[quick]) > 0 {
		d.t.Error("the writer does not rest")
	}
	return out
}

// queued waits until so many units wait.
func (d *desk) queued(n int) {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		d.writer.mu.Lock()
		waiting := len(d.queues[usual]) + len(d.queues[quick])
		d.writer.mu.Unlock()
		if waiting == n {
			return
		}
		if time.Now().After(end) {
			d.t.Fatalf("%d units wait, want %d", waiting, n)
		}
	}
}

// written are the names that were committed.
func (d *desk) written() []string {
	d.t.Helper()
	rows, err := d.db.Query(`SELECT name FROM names ORDER BY name`)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			d.t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}

// expect compares what ran, what was committed, and how many transactions there were.
func (d *desk) expect(ran, written []string, begins int64) {
	d.t.Helper()
	if diff := cmp.Diff(append([]string{"first"}, ran...), d.ran); diff != "" {
		d.t.Errorf("ran (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(written, d.written()); diff != "" {
		d.t.Errorf("written (-want +got):\n%s", diff)
	}
	if got := d.begins.Load(); got != begins+1 { // and that of the first
		d.t.Errorf("%d transactions, want %d", got-1, begins)
	}
}

var errStop = errors.New("stop")

func stops(*shared) error { return errStop }

func isNil(t *testing.T, errs map[string]error, names ...string) {
	t.Helper()
	for _, n := range names {
		if errs[n] != nil {
			t.Errorf("%s: %v", n, errs[n])
		}
	}
}

// Units that wait together commit together, each run once and in their order.
func TestGroupCommitsTogether(t *testing.T) {
	d := newDesk(t)
	errs := d.together(nil, job{name: "a"}, job{name: "b"}, job{name: "c", silent: true}, job{name: "d"})
	isNil(t, errs, "a", "b", "c", "d")
	d.expect([]string{"a", "b", "c", "d"}, []string{"a", "b", "d"}, 1)
}

// One that fails before it has written anything costs nobody else a second run.
func TestGroupFailsBeforeItWrote(t *testing.T) {
	d := newDesk(t)
	errs := d.together(nil, job{name: "a"}, job{name: "b", silent: true, then: stops}, job{name: "c"})
	isNil(t, errs, "a", "c")
	if errs["b"] != errStop {
		t.Error(errs["b"])
	}
	d.expect([]string{"a", "b", "c"}, []string{"a", "c"}, 1)
}

// Where one fails after it has written, the group begins again, each apart: what it
// wrote is gone, and what the others wrote stays.
func TestGroupFailsAfterItWrote(t *testing.T) {
	d := newDesk(t)
	errs := d.together(nil, job{name: "a"}, job{name: "b", then: stops}, job{name: "c"})
	isNil(t, errs, "a", "c")
	if errs["b"] != errStop {
		t.Error(errs["b"])
	}
	d.expect([]string{"a", "b", "a", "b", "c"}, []string{"a", "c"}, 2)
}

// What the group remembers of agencies may be what a failed unit wrote: it is forgotten.
func TestGroupForgetsAgencies(t *testing.T) {
	d := newDesk(t)
	var after map[string]agency
	errs := d.together(nil,
		job{name: "a", then: func(s *shared) error {
			s.agencies = map[string]agency{"metro": {1, 2}}
			return errStop
		}},
		job{name: "b", then: func(s *shared) error { after = s.agencies; return nil }})
	if errs["a"] != errStop || errs["b"] != nil || after != nil {
		t.Errorf("%v, and %v is remembered", errs, after)
	}
}

// A unit that is alone is rolled back when it fails, and not run again.
func TestAlone(t *testing.T) {
	d := newDesk(t)
	isNil(t, d.together(nil, job{name: "a"}), "a")
	if err := d.do(job{name: "b", then: stops}); err != errStop {
		t.Error(err)
	}
	d.expect([]string{"a", "b"}, []string{"a"}, 2)
}

// A panic reaches whose unit it is, and nobody else; nothing of it stays.
func TestGroupPanics(t *testing.T) {
	d := newDesk(t)
	errs := d.together(nil, job{name: "a"}, job{name: "b", then: func(*shared) error { panic("at the disco") }}, job{name: "c"})
	isNil(t, errs, "a", "c")
	if err := errs["b"]; err == nil || err.Error() != "panic: at the disco" {
		t.Error(err)
	}
	d.expect([]string{"a", "b", "a", "b", "c"}, []string{"a", "c"}, 2)
	if err := d.do(job{name: "z"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// A unit whose context ends while it waits is answered at once, and not run.
func TestContextEndsInTheQueue(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(context.Background())
	errs := d.together(func() {
		cancel()
		d.queued(2) // it has left, though the writer is still busy
	}, job{name: "a"}, job{name: "b", ctx: ctx}, job{name: "c"})
	isNil(t, errs, "a", "c")
	if !errors.Is(errs["b"], context.Canceled) {
		t.Error(errs["b"])
	}
	d.expect([]string{"a", "c"}, []string{"a", "c"}, 1)
}

// The same while the group that it is in runs already; and one that leads the
// next group leads it all the same.
func TestContextEndsInTheGroup(t *testing.T) {
	for _, most := range []int{maxGroup, 1} {
		t.Run(fmt.Sprint("groups of ", most), func(t *testing.T) {
			d := newDesk(t)
			d.most = most
			ctx, cancel := context.WithCancel(context.Background())
			errs := d.together(nil, job{name: "a", then: func(*shared) error { cancel(); return nil }}, job{name: "b", ctx: ctx}, job{name: "c"})
			isNil(t, errs, "a", "c")
			if !errors.Is(errs["b"], context.Canceled) {
				t.Error(errs["b"])
			}
			if slices.Contains(d.ran, "b") {
				t.Error("it ran")
			}
			if diff := cmp.Diff([]string{"a", "c"}, d.written()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// One whose context has ended before does not even wait.
func TestContextHasEnded(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.do(job{name: "a", ctx: ctx}); !errors.Is(err, context.Canceled) || d.begins.Load() != 0 {
		t.Error(err, d.begins.Load())
	}
}

// What goes wrong with the commit is told to all who were to be committed; who
// has failed before has an error of its own.
func TestCommitFails(t *testing.T) {
	d := newDesk(t)
	orphan := func(s *shared) error { // the database looks at it with the commit
		_, err := s.tx.Exec(`INSERT INTO names (name, of) VALUES ('orphan', 'nobody')`)
		return err
	}
	errs := d.together(nil, job{name: "a"}, job{name: "b", then: orphan}, job{name: "c", silent: true, then: stops})
	if errs["a"] == nil || errs["b"] == nil || errs["c"] != errStop {
		t.Errorf("%v", errs)
	}
	d.expect([]string{"a", "b", "c"}, []string{}, 1)
	if err := d.do(job{name: "z"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// Without a transaction nobody runs.
func TestBeginFails(t *testing.T) {
	d := newDesk(t)
	errs := d.together(func() {
		d.begin = func() (*sql.Tx, func(), error) { return nil, nil, errStop }
	}, job{name: "a"}, job{name: "b"})
	if errs["a"] != errStop || errs["b"] != errStop {
		t.Errorf("%v", errs)
	}
	d.expect(nil, []string{}, 0)
	d.begin = d.beginTx
	if err := d.do(job{name: "z"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// When the database itself has ended the transaction, whether a unit wrote or only
// read, each of the others has one of its own, and is told what became of it.
func TestTransactionBreaks(t *testing.T) {
	for name, silent := range map[string]bool{"writing": false, "reading": true} {
		d := newDesk(t)
		breaks := func(s *shared) error {
			_, err := s.tx.Exec(`ROLLBACK`)
			return errors.Join(fault.ErrUnavailable, err)
		}
		errs := d.together(nil, job{name: "a"}, job{name: "b", silent: silent, then: breaks}, job{name: "c"})
		isNil(t, errs, "a", "c")
		if !errors.Is(errs["b"], fault.ErrUnavailable) {
			t.Errorf("%s: %v", name, errs["b"])
		}
		if diff := cmp.Diff([]string{"a", "c"}, d.written()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if err := d.do(job{name: "z"}); err != nil {
			t.Errorf("the next one: %v", err)
		}
	}
}

// A group has a most; the rest is led by the next in the queue.
func TestGroupsFollowEachOther(t *testing.T) {
	d := newDesk(t)
	d.most = 2
	errs := d.together(nil, job{name: "a"}, job{name: "b"}, job{name: "c"}, job{name: "d"}, job{name: "e"})
	isNil(t, errs, "a", "b", "c", "d", "e")
	d.expect([]string{"a", "b", "c", "d", "e"}, []string{"a", "b", "c", "d", "e"}, 3)
}

// Whatever units do and whenever they end: what is committed is what those wrote
// who were told so, and nobody waits for ever.
func TestManyAtOnce(t *testing.T) {
	d := newDesk(t)
	d.most = 5
	const n = 300
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			j := job{name: fmt.Sprintf("%03d", i)}
			switch rand.IntN(6) {
			case 0:
				j.then = stops
			case 1:
				j.silent, j.then = true, stops
			case 2:
				j.then = func(*shared) error { panic("no") }
			case 3:
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(3000))*time.Microsecond)
				defer cancel()
				j.ctx = ctx
			}
			errs[i] = d.do(j)
		})
	}
	wg.Wait()
	want := []string{}
	for i, err := range errs {
		if err == nil {
			want = append(want, fmt.Sprintf("%03d", i))
		}
	}
	if diff := cmp.Diff(want, d.written()); diff != "" {
		t.Errorf("(-told +written):\n%s", diff)
	}
}

// Quick units go before usual ones that came first, in a group of their own, and then
// it is the others' turn.
func TestQuickUnitsGoFirst(t *testing.T) {
	d := newDesk(t)
	d.writer.most = 2
	errs := d.together(nil, job{name: "a"}, job{name: "b"}, job{name: "c"}, job{name: "q1", queue: quick}, job{name: "q2", queue: quick}, job{name: "q3", queue: quick}, job{name: "d"})
	for name, err := range errs {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := []string{"first", "q1", "q2", "a", "b", "q3", "c", "d"}; !slices.Equal(d.ran, want) {
		t.Errorf("in the order %v, want %v", d.ran, want)
	}
	if got := d.written(); len(got) != 7 {
		t.Errorf("written %v", got)
	}
}

// A quick unit whose context ends while it waits is not run, and nobody else is held up.
func TestQuickUnitLeaves(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(context.Background())
	errs := d.together(func() { cancel(); d.queued(1) }, job{name: "gone", queue: quick, ctx: ctx}, job{name: "a"})
	if !errors.Is(errs["gone"], context.Canceled) || errs["a"] != nil {
		t.Errorf("%v", errs)
	}
	if got := d.written(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("written %v", got)
	}
}
