package bunstore_test

import (
	"fmt"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// What is kept of a request ends after two days, a few at a time, and holds nothing of
// a record but its id.
func TestRequestsEnd(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			w := databases.NewWorld(t, databases.Migrated(t, db, prefix))
			look := func(q string) (n int) {
				t.Helper()
				if err := db.DB.QueryRow(`SELECT count(*) FROM ` + prefix + `requests` + q).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			add := func(key string) *casemgmt.Client {
				return storetest.Must(w.Cases.RegisterAnonymous(casemgmt.Once(w.Worker, key), casemgmt.RegisterAnonymous{Sketch: casemgmt.Sketch{Label: "quixotic"}}))(t)
			}
			first := add("key 0")
			for i := 1; i < 25; i++ {
				add(fmt.Sprint("key ", i))
			}
			details := w.Details()
			start := session.Start{Details: details, Clients: []session.StartClient{{Client: w.Client().ID, Forms: []session.StartForm{
				{Kind: "nonspec", Content: session.Content{Private: true, Answers: map[string]any{"description": "quixotic"}}}}}}}
			storetest.Must(w.Sessions.Start(casemgmt.Once(w.Worker, "private"), start))(t)
			storetest.Equal(t, "requests", look(""), 26)
			storetest.Equal(t, "that hold more than an id", look(" WHERE length(result) > 38"), 0)
			w.Clock.Add(48 * 3600)
			storetest.Equal(t, "answered after two days", add("key 0").ID, first.ID)
			w.Clock.Add(60)
			if add("key 0").ID == first.ID {
				t.Error("after more than two days the old answer is given")
			}
			storetest.Equal(t, "left", look(""), 26-1-10+1)
			add("another")
			storetest.Equal(t, "left", look(""), 26-1-10+1-10+1)
			add("and another")
			storetest.Equal(t, "left", look(""), 3)
		})
	}
}
