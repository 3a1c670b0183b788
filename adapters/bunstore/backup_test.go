package bunstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
)

// Check says that a whole database is whole, and what is wrong with one that is not.
func TestCheck(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			w := databases.NewWorld(t, store)
			w.Start(w.Worker, w.Client().ID, "io")
			if found := storetest.Must(store.Check(context.Background()))(t); len(found) > 0 {
				t.Errorf("of a whole database it says %v", found)
			}
			for table, harm := range map[string]string{
				"client_words": "DELETE FROM " + prefix + "client_words WHERE kind = 'n'",
				"counters":     "UPDATE " + prefix + "counters SET value = 0 WHERE name = 'client'",
			} {
				if _, err := db.Exec(harm); err != nil {
					t.Fatal(table, err)
				}
			}
			var said []string
			for _, x := range storetest.Must(store.Check(context.Background()))(t) {
				said = append(said, x.String())
			}
			text := strings.Join(said, "\n")
			for _, want := range []string{"clients: 1 named clients are found by no name", "counters: 1 numbers of clients are behind the clients"} {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %s but\n%s", want, text)
				}
			}
		})
	}
}

// PostgreSQL is backed up by its own programs.
func TestBackupIsOfSQLite(t *testing.T) {
	databases.Each(t, func(t *testing.T, s *bunstore.Store) {
		file := filepath.Join(t.TempDir(), "backup")
		err := s.Backup(context.Background(), file)
		if again := s.Backup(context.Background(), file); err == nil && again == nil {
			t.Error("a backup was written over")
		}
		if err != nil && !errors.Is(err, bunstore.ErrNoBackup) {
			t.Error(err)
		}
	})
}
