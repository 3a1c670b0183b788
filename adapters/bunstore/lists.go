package bunstore

import (
	"context"
	"math/rand/v2"
	"sync"
)

// lists keeps what every unit of work reads and hardly anybody changes: the
// agency, its staff, sites, programs, funders and privacy statement. Each
// change of one of them gives the agency a new random mark in the same
// transaction. A unit reads the mark first and uses what was kept under it, so
// that nothing stale is ever used, also not when another server made the
// change or a transaction was rolled back.
type lists struct {
	mu       sync.RWMutex
	agencies map[string]*agencyLists
}

type agencyLists struct {
	mark int64
	kept map[string]any
}

// kept is what was kept under the unit's mark. It is shared: the caller copies it.
func (tx *Tx) kept(key string) (any, bool) {
	l := &tx.store.lists
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.agencies[tx.agency]
	if a == nil || tx.lists == 0 || a.mark != tx.lists {
		return nil, false
	}
	v, ok := a.kept[key]
	return v, ok
}

// maxKept bounds what is kept of one agency.
const maxKept = 10_000

func (tx *Tx) keep(key string, value any) {
	if tx.lists == 0 {
		return
	}
	l := &tx.store.lists
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.agencies[tx.agency]
	if a == nil || a.mark != tx.lists || len(a.kept) >= maxKept {
		a = &agencyLists{mark: tx.lists, kept: map[string]any{}}
		if l.agencies == nil || len(l.agencies) >= maxKept {
			l.agencies = map[string]*agencyLists{}
		}
		l.agencies[tx.agency] = a
	}
	a.kept[key] = value
}

// forget marks the agency's lists as changed.
func (tx *Tx) forget(ctx context.Context) error {
	tx.lists = 0
	_, err := tx.exec(ctx, "mark lists", `UPDATE "{{p}}agencies" SET lists = ? WHERE key = ?`, 1+rand.Int64N(1<<62), tx.agency)
	return err
}

// text is a string with a String method.
type text string

func (t text) String() string { return string(t) }
