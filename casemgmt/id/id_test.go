package id_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/opencasework/casework/casemgmt/id"
)

type client struct{}

func ExampleParse() {
	key, err := id.Parse[client]("01890a5d-ac96-774b-bcce-b302099a8057")
	fmt.Println(key, err)
	// Output: 01890a5d-ac96-774b-bcce-b302099a8057 <nil>
}

func TestNewSortsLast(t *testing.T) {
	before := id.New[client]()
	for range 1000 {
		next := id.New[client]()
		if next.String() <= before.String() {
			t.Fatalf("%s does not come after %s", next, before)
		}
		before = next
	}
}

func TestParse(t *testing.T) {
	for _, bad := range []string{"", "x", "01890a5dac96774bbcceb302099a8057", "{01890a5d-ac96-774b-bcce-b302099a8057}", "01890a5d-ac96-774b-bcce-b302099a805g"} {
		if _, err := id.Parse[client](bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	key := id.New[client]()
	raw, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	var back id.Of[client]
	if err := json.Unmarshal(raw, &back); err != nil || back != key {
		t.Errorf("%s reads as %s: %v", raw, back, err)
	}
	for _, src := range []any{key.String(), []byte(key.String()), key[:], [16]byte(key)} {
		var scanned id.Of[client]
		if err := scanned.Scan(src); err != nil || scanned != key {
			t.Errorf("%T scans as %s: %v", src, scanned, err)
		}
	}
	if v, _ := (id.Of[client]{}).Value(); v != nil {
		t.Errorf("none is stored as %v", v)
	}
}
