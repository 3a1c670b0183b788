package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Four servers that start at once on one database all start, whether its tables
// are there or not: tables, settings and demo data are made once, and the tokens of
// each work on all.
func TestFourAtOnce(t *testing.T) {
	start := func(t *testing.T, migrated bool, args ...string) {
		if migrated {
			appOn(t, args...)
		}
		if _, err := program(); err != nil { // built before, so that they do start at once
			t.Fatal(err)
		}
		servers := make([]*server, 4)
		var all sync.WaitGroup
		for i := range servers {
			all.Go(func() {
				var err error
				if servers[i], err = launch(t, args...); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		for _, s := range servers {
			if log := s.stderr(); strings.Contains(log, "ERROR") {
				t.Errorf("the log says %s", log)
			}
			for _, other := range servers {
				for user, want := range map[string]int{"worker": 200, "stranger": 200} {
					other.tokens["of another"] = s.tokens[user]
					if got, _ := other.send("of another", "GET", "/me", nil, nil); got != want {
						t.Errorf("%s: %d", user, got)
					}
				}
			}
		}
		if got := counts(t, appOn(t, args...).db); got != "agencies 2, staff 6, programs 4, clients 25, sessions 24, session_forms 24, facts 16, enrollments 11, cards 12, batch_entries 6" {
			t.Errorf("there are %s", got)
		}
	}
	for range 2 { // a race does not show each time
		for name, migrated := range map[string]bool{"migrated": true, "new": false} {
			t.Run("sqlite "+name, func(t *testing.T) { start(t, migrated, "-data", filepath.Join(t.TempDir(), "casework.db")) })
			t.Run("postgres "+name, func(t *testing.T) { start(t, migrated, "-dsn", ownSchema(t)) })
		}
	}
}
