package signin

import (
	"container/list"
	"math"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/opencasework/casework/casemgmt/fault"
)

const (
	// freeTries are the wrong tokens of an address that do not wait.
	freeTries = 5
	// firstWait and longestWait bound how long the ones after them wait.
	firstWait   = 50 * time.Millisecond
	longestWait = time.Second
	// patience is how long a request may have to wait because others of its address
	// wait before it; what would wait longer is answered at once.
	patience = 4 * time.Second
	// maxWaiting bounds how many requests wait, of all addresses together.
	maxWaiting = 256
	// forgetAfter is after which time without wrong tokens an address is forgotten,
	// and maxAddresses how many are known: those are forgotten first that were
	// quiet longest.
	forgetAfter  = 15 * time.Minute
	maxAddresses = 10_000
)

// guard makes wrong tokens slow: those of one address come through one after the
// other, each after a wait that grows with their number. Right ones never get here.
type guard struct {
	now func() time.Time

	mu      sync.Mutex
	of      map[string]*list.Element // of *tries
	quiet   *list.List               // the latest in front
	waiting int
}

// tries are the wrong tokens of an address.
type tries struct {
	address string
	count   int
	last    time.Time
	free    time.Time // when the last one that waits is through
}

func newGuard(now func() time.Time) *guard {
	return &guard{now: now, of: map[string]*list.Element{}, quiet: list.New()}
}

// wrong counts a wrong token, and says how long it waits. What waits calls left in
// the end. It fails with a *fault.Wait when it would be too long, or too many wait.
func (g *guard) wrong(address string) (wait time.Duration, count int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	t := g.tries(address, now)
	t.count++
	t.last = now
	step := waitOf(t.count)
	if step == 0 {
		return 0, t.count, nil
	}
	if t.free.Before(now) {
		t.free = now
	}
	wait = t.free.Add(step).Sub(now)
	if wait > patience || g.waiting >= maxWaiting {
		return 0, t.count, &fault.Wait{Kind: fault.ErrTooMany, After: max(wait, longestWait)}
	}
	t.free = now.Add(wait)
	g.waiting++
	return wait, t.count, nil
}

// left says that one that waited does no more.
func (g *guard) left() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting--
}

// tries are those of an address, which is now the latest.
func (g *guard) tries(address string, now time.Time) *tries {
	if e := g.of[address]; e != nil {
		g.quiet.MoveToFront(e)
		t := e.Value.(*tries)
		if now.Sub(t.last) > forgetAfter {
			*t = tries{address: address}
		}
		return t
	}
	for e := g.quiet.Back(); e != nil; e = g.quiet.Back() {
		t := e.Value.(*tries)
		if len(g.of) < maxAddresses && now.Sub(t.last) <= forgetAfter {
			break
		}
		g.quiet.Remove(e)
		delete(g.of, t.address)
	}
	t := &tries{address: address}
	g.of[address] = g.quiet.PushFront(t)
	return t
}

// waitOf is how long the n-th wrong token waits behind the one before it.
func waitOf(n int) time.Duration {
	if n <= freeTries {
		return 0
	}
	return min(longestWait, firstWait<<min(n-freeTries-1, 10))
}

// network is what counts as one address: without the port, and of IPv6 the half
// that a provider gives to one customer.
func network(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	ip, err := netip.ParseAddr(address)
	switch {
	case err != nil: // of no network, such as a socket's; it is not to grow
		return address[:min(len(address), 64)]
	case ip.Unmap().Is4():
		return ip.Unmap().String()
	}
	half, _ := ip.WithZone("").Prefix(64)
	return half.String()
}

// seconds are whole ones, at least one.
func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(math.Ceil(d.Seconds())))) }
