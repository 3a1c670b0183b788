package storetest

import (
	"testing"

	"github.com/opencasework/casework/adapters/bunstore"
)

func TestSuite(t *testing.T) {
	for _, d := range Databases() {
		t.Run(d.Name, func(t *testing.T) {
			Suite(t, func(t *testing.T) Storage {
				db, prefix := d.Open(t)
				return Migrated(t, db, prefix)
			})
		})
	}
}

var _ Storage = (*bunstore.Store)(nil)
