package catalog

import "testing"

func TestRegistry(t *testing.T) {
	r := Registry()
	if got := len(r.Keys()); got != 13 {
		t.Errorf("%d forms, want 13", got)
	}
}
