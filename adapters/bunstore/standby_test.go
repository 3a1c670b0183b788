package bunstore_test

import (
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
)

// A change whose commit waits for a standby that is away is given up after a while,
// and is not answered when it is sent again, though the database has it: only when the
// standby has it too. Who waits for what it holds is given up as well.
func TestStandbyIsAway(t *testing.T) {
	primary := databases.OwnCluster(t)
	standby := primary.Standby(t)
	db := at(t, primary.DSN)
	w := databases.NewWorld(t, databases.Migrated(t, db, "cw_"))
	store, err := bunstore.New(db, bunstore.Options{Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w = w.Elsewhere(store)
	create := func(key string) error {
		_, err := w.Cases.CreateContact(casemgmt.Once(w.Worker, key), casemgmt.Contact{Kind: casemgmt.Partner, Name: key})
		return err
	}
	here := func() (n int) {
		t.Helper()
		if err := db.QueryRow("SELECT count(*) FROM cw_contacts").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := here()
	primary.Confirmed(t)
	databases.Wait(t, "a change that the standby has", func() bool { return create("first") == nil })
	standby.Stop(t, "fast")
	storetest.Is(t, create("second"), fault.ErrUnavailable)
	databases.Wait(t, "the change is here", func() bool { return here() == before+2 })
	for range 2 {
		storetest.Is(t, create("second"), fault.ErrUnavailable)
	}
	storetest.Is(t, store.Ready(t.Context()), fault.ErrUnavailable)
	standby.Start(t)
	databases.Wait(t, "the change is kept on both", func() bool { return create("second") == nil })
	storetest.Equal(t, "contacts", here(), before+2)
}
