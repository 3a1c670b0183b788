package session_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// The rules of sessions and their forms, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"access":       accessRules,
		"completion":   completionRules,
		"cancelling":   cancelRules,
		"readings":     readingRules,
		"fields":       fieldRules,
		"forms":        formRules,
		"incomplete":   incompleteRules,
		"participants": participantRules,
		"sessions":     sessionRules,
	})
}
