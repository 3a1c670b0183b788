package storetest_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

func TestSuite(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			storetest.Suite(t, func(t *testing.T) *storetest.World {
				db, prefix := d.Open(t)
				return databases.NewWorld(t, databases.Migrated(t, db, prefix))
			})
		})
	}
}
