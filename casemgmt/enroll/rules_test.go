package enroll_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// The rules of enrollments, bars and cards, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"bars":        barRules,
		"extensions":  extendRules,
		"lists":       listRules,
		"taking back": takeBackRules,
		"cards":       cardRules,
		"card lookup": findCardRules,
		"enrollments": enrollmentRules,
	})
}
