package report_test

import (
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// The rules of reports, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{
		"catalogue": catalogueRules,
		"delivered": deliveredRules,
		"reports":   reportRules,
		"saved":     savedRules,
		"withheld":  withheldRules,
	})
}
