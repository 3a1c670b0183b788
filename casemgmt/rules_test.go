package casemgmt_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// The rules of agencies and clients, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"agency":    agencyRules,
		"anonymous": anonymousRules,
		"clients":   clientRules,
		"home":      homeRules,
	})
}
