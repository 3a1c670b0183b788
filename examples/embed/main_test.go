package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
)

// Four tickets are given, three in the north and one in the south; who gets none is not
// registered either, and every event is handed on once.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), filepath.Join(t.TempDir(), "host.db"), &out); err != nil {
		t.Fatal(err)
	}
	want := `north: Amina: <nil>
north: Bao: <nil>
north: Chidi: <nil>
north: sent on client.registered
north: sent on session.started
north: sent on client.registered
north: sent on session.started
north: sent on client.registered
north: sent on session.started
south: Amina: <nil>
south: Bao: invalid: desk.full
south: Chidi: invalid: desk.full
south: sent on client.registered
south: sent on session.started
`
	if out.String() != want {
		t.Errorf("it says\n%s", out.String())
	}
}
