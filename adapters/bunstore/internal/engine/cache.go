package engine

import (
	"context"
	"math/rand/v2"
	"sync"
)

// cache keeps what every unit of work reads and hardly anybody changes: the
// agency, its staff, sites, programs, funders and privacy statement. Each
// change of one of them gives the agency a new random mark in the same
// transaction. A unit reads the mark first and uses what was kept under it, so
// that nothing stale is ever used, also not when another server made the
// change or a transaction was rolled back.
type cache struct {
	mu       sync.RWMutex
	agencies map[int64]*agencyCache
}

type agencyCache struct {
	mark int64
	key  string
	kept map[string]any
}

// Kept is what was kept under the unit's mark. It is shared: the caller copies it.
func (u *Unit) Kept(key string) (any, bool) {
	c := &u.cache
	c.mu.RLock()
	defer c.mu.RUnlock()
	a := c.agencies[u.Agency]
	if a == nil || u.mark == 0 || a.mark != u.mark || a.key != u.Key {
		return nil, false
	}
	v, ok := a.kept[key]
	return v, ok
}

// maxKept bounds what is kept of one agency.
const maxKept = 10_000

// Keep keeps a value under the unit's mark.
func (u *Unit) Keep(key string, value any) {
	if u.mark == 0 {
		return
	}
	c := &u.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.agencies[u.Agency]
	if a == nil || a.mark != u.mark || a.key != u.Key || len(a.kept) >= maxKept {
		a = &agencyCache{mark: u.mark, key: u.Key, kept: map[string]any{}}
		if c.agencies == nil || len(c.agencies) >= maxKept {
			c.agencies = map[int64]*agencyCache{}
		}
		c.agencies[u.Agency] = a
	}
	a.kept[key] = value
}

// Forget marks the agency's lists as changed.
func (u *Unit) Forget(ctx context.Context) error {
	u.unmark()
	_, err := u.Exec(ctx, "mark lists", `UPDATE "{{p}}agencies" SET lists = ? WHERE number = ?`, Mark(), u.Agency)
	return err
}

// Mark is a new random mark.
func Mark() int64 { return 1 + rand.Int64N(1<<62) }
