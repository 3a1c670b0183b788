package batch_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// The rules of batches, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"adding":     addRules,
		"batches":    batchRules,
		"candidates": candidateRules,
		"of a day":   dayRules,
		"picks":      pickRules,
		"serving":    servingRules,
		"units":      unitRules,
		"reversal":   reversalRules,
	})
}
