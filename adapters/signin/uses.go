package signin

import (
	"context"
	"sync"
	"time"

	"github.com/opencasework/casework/casemgmt/apitoken"
)

const (
	// useEvery is how often the last use of a token is kept.
	useEvery = 5 * time.Minute
	// useTime is how long keeping it may take.
	useTime = 30 * time.Second
	// maxUses bounds for how many tokens it is known when their use was kept.
	maxUses = 100_000
)

// uses keeps when tokens were used last, beside the requests and not in their way:
// one writer at a time takes all that were noted meanwhile.
type uses struct {
	keys   apitoken.Keys
	failed func(error)

	mu      sync.Mutex
	kept    map[apitoken.ID]time.Time
	noted   map[string][]apitoken.ID // by agency
	at      time.Time                // of the last that was noted
	writing bool
	done    sync.WaitGroup
}

// note says that a token was used.
func (u *uses) note(key *apitoken.Key, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if last, ok := u.kept[key.Token]; ok && at.Sub(last) < useEvery {
		return
	}
	if u.kept == nil || len(u.kept) >= maxUses {
		u.kept = map[apitoken.ID]time.Time{}
	}
	if u.noted == nil {
		u.noted = map[string][]apitoken.ID{}
	}
	u.kept[key.Token], u.at = at, at
	u.noted[key.Agency] = append(u.noted[key.Agency], key.Token)
	if !u.writing {
		u.writing = true
		u.done.Go(u.write)
	}
}

// write keeps what was noted until there is nothing more.
func (u *uses) write() {
	for {
		u.mu.Lock()
		noted, at := u.noted, u.at
		u.noted = nil
		u.writing = len(noted) > 0
		u.mu.Unlock()
		if len(noted) == 0 {
			return
		}
		for agency, tokens := range noted {
			u.keep(agency, at, tokens)
		}
	}
}

func (u *uses) keep(agency string, at time.Time, tokens []apitoken.ID) {
	ctx, cancel := context.WithTimeout(context.Background(), useTime)
	defer cancel()
	if err := u.keys.Used(ctx, agency, at, tokens); err != nil && u.failed != nil {
		u.failed(err)
	}
}

// wait waits until everything that was noted is kept, or could not be.
func (u *uses) wait() { u.done.Wait() }
