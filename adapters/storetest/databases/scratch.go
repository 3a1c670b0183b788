package databases

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
)

// Scratch runs fn in a world of its own, in a SQLite file that goes away
// afterwards: for runnable examples.
func Scratch(fn func(w *storetest.World)) {
	s := &scratch{}
	defer s.end()
	db, prefix := OpenSQLite(s)
	fn(NewWorld(s, Migrated(s, db, prefix)))
}

// scratch is as much of a testing.TB as the world needs.
type scratch struct {
	testing.TB
	after []func()
}

func (s *scratch) Helper()           {}
func (s *scratch) Cleanup(fn func()) { s.after = append(s.after, fn) }
func (s *scratch) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

func (s *scratch) TempDir() string {
	dir, err := os.MkdirTemp("", "casework-example-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (s *scratch) end() {
	for _, fn := range slices.Backward(s.after) {
		fn()
	}
}
