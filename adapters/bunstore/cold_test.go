package bunstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// A program that has just started reads records of shapes that it does not know, also many
// in one list; and when whoever asked is gone in the midst of it, it goes on: with rows
// open, a question for a shape and the end of the host's transaction waited for each other.
func TestJustStarted(t *testing.T) {
	db, prefix := databases.OpenSQLite(t)
	w := databases.NewWorld(t, databases.Migrated(t, db, prefix))
	for i := range 8 { // each combination is a shape
		p := casemgmt.Program{Name: i18n.T("P", "P"), EnrollOnFirstService: i&1 > 0, Closed: i&2 > 0}
		if i&4 > 0 {
			p.Locations = []casemgmt.SiteID{w.Site.ID}
		}
		storetest.Must(w.Cases.CreateProgram(w.Admin, p))(t)
	}
	want := storetest.Must(w.Cases.Programs(w.Admin, casemgmt.PageRequest{}))(t)
	for i := range 60 {
		cold := storetest.Must(bunstore.New(db, bunstore.Options{Prefix: prefix}))(t)
		cases := storetest.Must(casemgmt.New(cold.Cases(), w.Config))(t)
		if i == 0 {
			storetest.Diff(t, want, storetest.Must(cases.Programs(w.Admin, casemgmt.PageRequest{}))(t))
			continue
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			ctx, cancel := context.WithTimeout(w.Admin, time.Duration(i)*20*time.Microsecond)
			defer cancel()
			tx, err := db.DB.BeginTx(ctx, nil)
			if err != nil {
				return
			}
			defer tx.Rollback() //nolint:errcheck // nothing was written
			_, _ = cases.On(cold.Join(tx).Cases()).Programs(ctx, casemgmt.PageRequest{})
		}()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatal("a transaction that ended waits for ever")
		}
	}
}
