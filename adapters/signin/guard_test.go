package signin

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/opencasework/casework/casemgmt/fault"
)

// clock is one that the test moves.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newTestGuard() (*guard, *clock) {
	c := &clock{time.Date(2025, 6, 16, 2, 30, 0, 0, time.UTC)}
	return newGuard(c.now), c
}

// The first wrong tokens of an address do not wait, the next ones ever longer, up
// to a second. Another address is not concerned.
func TestWaitGrows(t *testing.T) {
	g, c := newTestGuard()
	var last time.Duration
	for n := 1; n <= 20; n++ {
		wait, count, err := g.wrong("192.0.2.1")
		if err != nil || count != n {
			t.Fatal(n, count, err)
		}
		switch {
		case n <= freeTries && wait != 0:
			t.Errorf("wrong token %d waits %s", n, wait)
		case n > freeTries && (wait < last || wait <= 0 || wait > longestWait):
			t.Errorf("wrong token %d waits %s, the one before %s", n, wait, last)
		}
		if wait > 0 {
			c.t = c.t.Add(wait)
			g.left()
		}
		last = wait
	}
	if last != longestWait {
		t.Errorf("the last one waits %s", last)
	}
	if wait, count, err := g.wrong("192.0.2.2"); wait != 0 || count != 1 || err != nil {
		t.Errorf("another address: %s %d %v", wait, count, err)
	}
	c.t = c.t.Add(forgetAfter + time.Second)
	if wait, count, err := g.wrong("192.0.2.1"); wait != 0 || count != 1 || err != nil {
		t.Errorf("after a quiet time: %s %d %v", wait, count, err)
	}
}

// Those that come at once come through one after the other; when it would take
// too long, they are told when to come back, and nothing is held for them.
func TestTooManyAtOnce(t *testing.T) {
	g, _ := newTestGuard()
	var before time.Duration
	waiting, refused := 0, 0
	for n := range 1000 {
		wait, _, err := g.wrong("192.0.2.1")
		var later *fault.Wait
		switch {
		case errors.As(err, &later):
			refused++
			if !errors.Is(err, fault.ErrTooMany) || later.After < longestWait || later.After > patience+longestWait {
				t.Fatalf("%v after %s", err, later.After)
			}
		case err != nil:
			t.Fatal(err)
		case wait > 0:
			waiting++
			if wait <= before || wait > patience {
				t.Errorf("%d waits %s, the one before %s", n, wait, before)
			}
			before = wait
		}
	}
	if waiting == 0 || waiting > 12 || g.waiting != waiting || refused != 1000-waiting-freeTries {
		t.Errorf("%d wait, %d are refused", waiting, refused)
	}
}

// However many addresses there are, few wait and few are remembered; those that
// were quiet longest are forgotten.
func TestManyAddresses(t *testing.T) {
	g, c := newTestGuard()
	name := func(i int) string { return fmt.Sprint("10.", i>>16, ".", i>>8&255, ".", i&255) }
	for range freeTries + 1 {
		for i := range maxWaiting {
			g.wrong(name(i)) //nolint:errcheck // counted below
		}
	}
	if g.waiting != maxWaiting {
		t.Errorf("%d wait", g.waiting)
	}
	if _, _, err := g.wrong(name(0)); !errors.Is(err, fault.ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
	for i := range maxAddresses + 500 {
		c.t = c.t.Add(time.Millisecond)
		g.wrong(name(1000 + i)) //nolint:errcheck // the first of each
	}
	if len(g.of) != maxAddresses || g.quiet.Len() != maxAddresses {
		t.Errorf("%d addresses, %d in the list", len(g.of), g.quiet.Len())
	}
	if _, count, _ := g.wrong(name(0)); count != 1 {
		t.Errorf("the quietest was not forgotten: %d", count)
	}
	if _, count, _ := g.wrong(name(1000 + maxAddresses + 499)); count != 2 {
		t.Errorf("the latest was forgotten: %d", count)
	}
}

// What is one address: without its port, and of IPv6 what one customer has.
func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7:1234":              "192.0.2.7",
		"192.0.2.7":                   "192.0.2.7",
		"[::ffff:192.0.2.7]:1234":     "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:1234": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1":        "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1":            "fe80::/64",
		"@":                           "@",
		"":                            "",
	} {
		if got := network(address); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
	if got := network(fmt.Sprintf("%01000d", 1)); len(got) != 64 {
		t.Errorf("%d bytes", len(got))
	}
}
