package bunstore_test

import (
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// A database from before there were tokens knows who was deactivated in it.
func TestDeactivatedBefore(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run("ACC-09 "+d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			w := databases.NewWorld(t, databases.Migrated(t, db, prefix))
			away := storetest.Must(newStaff(w))(t)
			away.Deactivated = true
			storetest.Must(w.Cases.UpdateStaff(w.Admin, *away))(t)
			for _, q := range []string{"DROP TABLE %ready", "DROP TABLE %token_keys", "DROP TABLE %tokens", "ALTER TABLE %staff DROP COLUMN deactivated", "DELETE FROM %migrations WHERE version_id >= 2"} {
				if _, err := db.Exec(strings.ReplaceAll(q, "%", prefix)); err != nil {
					t.Fatal(err)
				}
			}
			s := databases.Migrated(t, db, prefix)
			for user, want := range map[string]bool{away.User: true, "worker": false} {
				var got bool
				if err := db.QueryRow("SELECT deactivated FROM " + prefix + "staff WHERE user_key = '" + user + "'").Scan(&got); err != nil || got != want {
					t.Errorf("%s is deactivated: %t %v", user, got, err)
				}
			}
			_, secret, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "new"})
			if err != nil {
				t.Fatal(err)
			}
			if k := storetest.Must(s.TokenKeys().Key(t.Context(), apitoken.HashOf(secret)))(t); !k.Opens(storetest.Now) {
				t.Errorf("%+v", k)
			}
		})
	}
}
