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
	mu    sync.Mutex
	lines map[string]*line
}

func newGather() *gather { return &gather{lines: map[string]*line{}} }

// line is the callers of one user for one run.
type line struct {
	waiting []*gathered
	groups  int // groups under way
	callers int // callers in them
}

type gathered struct {
	ctx   context.Context
	scans []Scan
	out   *Added
	err   error
	// lead is sent the group that this caller is to apply; nothing when another
	// has applied it with its own.
	lead chan []*gathered
}

var errUnanswered = errors.New("batch: the scans of another caller ended without an answer")

// gatherKey is whose scans are applied together.
func gatherKey(a access.Actor, r RunID) string {
	return strings.Join(append([]string{a.Agency, a.Name(), r.String()}, a.Roles...), "\x00")
}

// do applies scans, alone or together with others, by calling apply.
func (g *gather) do(ctx context.Context, key string, scans []Scan, apply func(context.Context, []Scan) (*Added, error)) (*Added, error) {
	own := &gathered{ctx: ctx, scans: scans, err: errUnanswered, lead: make(chan []*gathered, 1)}
	g.mu.Lock()
	l := g.lines[key]
	if l == nil {
		l = &line{}
		g.lines[key] = l
	}
	l.waiting = append(l.waiting, own)
	l.start()
	g.mu.Unlock()
	if group := <-own.lead; group != nil {
		defer g.done(key, l, group)
		applyGroup(group, apply)
	}
	return own.out, own.err
}

// start lets the first who waits apply a group, if it is time: nothing is under
// way, or one group is (which may be waiting for the disk) and as many wait as it
// has. More groups of fewer scans would cost more than they gain.
func (l *line) start() {
	if len(l.waiting) == 0 || l.groups > 1 || l.groups == 1 && len(l.waiting) < l.callers {
		return
	}
	n, sum := 1, len(l.waiting[0].scans) // as many as one unit of work does well
	for n < len(l.waiting) && sum+len(l.waiting[n].scans) <= Chunk {
		sum += len(l.waiting[n].scans)
		n++
	}
	group := slices.Clone(l.waiting[:n])
	l.waiting = slices.Delete(l.waiting, 0, n)
	l.groups++
	l.callers += n
	group[0].lead <- group
}

// applyGroup applies a group. Nobody's leaving ends it for the others.
func applyGroup(group []*gathered, apply func(context.Context, []Scan) (*Added, error)) {
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

// done answers the group, also when applying it panicked, and starts the next.
func (g *gather) done(key string, l *line, group []*gathered) {
	g.mu.Lock()
	l.groups--
	l.callers -= len(group)
	if l.start(); l.groups == 0 {
		delete(g.lines, key)
	}
	g.mu.Unlock()
	for _, w := range group[1:] {
		close(w.lead)
	}
}
