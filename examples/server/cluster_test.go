package main

import (
	"os"
	"strings"
	"testing"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// clusterFile is a file that docs/operations-cluster.md shows, by its kind.
func clusterFile(t *testing.T, kind string) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/operations-cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(raw), "```"+kind+"\n")
	file, _, ends := strings.Cut(rest, "```")
	if !begins || !ends {
		t.Fatalf("docs/operations-cluster.md shows no %s", kind)
	}
	return file
}

// clusterFlags are the servers' settings of the page, with the hosts, the user and the
// database of a test.
func clusterFlags(t *testing.T, one, two *databases.Cluster) []string {
	t.Helper()
	ours := strings.NewReplacer("db-1:5432", one.Address(), "db-2:5432", two.Address(), "casework:secret@", "casework@", "/casework?", "/postgres?", "verify-full", "disable")
	var out []string
	for line := range strings.Lines(clusterFile(t, "env")) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || ours.Replace(value) == value {
			t.Fatalf("not an address: %s", line)
		}
		out = append(out, "-"+strings.ToLower(strings.TrimPrefix(name, "CASEWORK_")), ours.Replace(value))
	}
	return out
}
