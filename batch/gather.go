package batch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/opencasework/casework/casemgmt/access"
)

// gather lets the scans of one user for one run that arrive while others are
// being applied be applied together: eight scanners at a door then wait for two
// units of work, not for eight. Each caller gets the answers to its own scans.
type gather struct {
	mu      sync.Mutex
	waiting map[string][]*gathered
	busy    map[string]int // groups under way
}

// groupsAtOnce are the groups of a user and a run that are applied at a time: one
// is worked on while the other waits for the disk.
const groupsAtOnce = 2

type gathered struct {
	ctx   context.Context
	scans []Scan
	out   *Added
	err   error
	next  chan bool // true: done; false: apply the next group
}

var errUnanswered = errors.New("batch: the scans of another caller ended without an answer")

// gatherKey is whose scans are applied together.
func gatherKey(a access.Actor, r RunID) string {
	return strings.Join(append([]string{a.Agency, a.Name(), r.String()}, a.Roles...), "\x00")
}

// do applies scans, alone or together with others, by calling apply.
func (g *gather) do(ctx context.Context, key string, scans []Scan, apply func(context.Context, []Scan) (*Added, error)) (*Added, error) {
	own := &gathered{ctx: ctx, scans: scans, err: errUnanswered, next: make(chan bool, 1)}
	g.mu.Lock()
	lead := g.busy[key] < groupsAtOnce
	if lead {
		g.busy[key]++
	} else {
		g.waiting[key] = append(g.waiting[key], own)
	}
	g.mu.Unlock()
	if !lead && <-own.next {
		return own.out, own.err
	}
	group := g.take(key, own)
	defer g.handOver(key, group)
	g.run(group, apply)
	return own.out, own.err
}

// take are own and those who wait, as many as one unit of work does well.
func (g *gather) take(key string, own *gathered) []*gathered {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, sum := 0, len(own.scans)
	for _, w := range g.waiting[key] {
		if sum += len(w.scans); sum > Chunk {
			break
		}
		n++
	}
	group := append([]*gathered{own}, g.waiting[key][:n]...)
	g.waiting[key] = slices.Delete(g.waiting[key], 0, n)
	return group
}

// run applies a group. Nobody's leaving ends it for the others.
func (g *gather) run(group []*gathered, apply func(context.Context, []Scan) (*Added, error)) {
	ctx := group[0].ctx
	var all []Scan
	for _, w := range group {
		all = append(all, w.scans...)
	}
	if len(group) > 1 {
		ctx = context.WithoutCancel(ctx)
	}
	out, err := apply(ctx, all)
	for _, w := range group {
		if w.err = err; err == nil {
			w.out = &Added{Results: slices.Clone(out.Results[:len(w.scans)])}
			out.Results = out.Results[len(w.scans):]
		}
	}
}

// handOver answers the group and lets the first who waits lead the next one.
func (g *gather) handOver(key string, group []*gathered) {
	g.mu.Lock()
	var next *gathered
	if w := g.waiting[key]; len(w) > 0 {
		next = w[0]
		g.waiting[key] = slices.Delete(w, 0, 1)
	} else if g.busy[key]--; g.busy[key] == 0 {
		delete(g.busy, key)
		delete(g.waiting, key)
	}
	g.mu.Unlock()
	for _, w := range group[1:] {
		w.next <- true
	}
	if next != nil {
		next.next <- false
	}
}
