package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), filepath.Join(t.TempDir(), "host.db"), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rolled back (the printer is out of paper): 0 tickets, 0 clients", "committed: 1 ticket, 1 client",
		"event: client.registered by u17", "event: session.started by u17"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}
