package event_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/event"
)

func ExampleSubscription() {
	feed := func(_ context.Context, after string, _ int) (event.Page, error) {
		if after != "" {
			return event.Page{Next: after}, nil
		}
		return event.Page{Events: []event.Event{{Type: "client.registered"}}, Next: "1"}, nil
	}
	s := event.Subscription{Feed: feed}
	_ = s.Poll(context.Background(), func(_ context.Context, e event.Event) error {
		fmt.Println(e.Type)
		return nil
	})
	fmt.Println(s.After)
	// Output:
	// client.registered
	// 1
}

func TestDiff(t *testing.T) {
	type record struct {
		Version int    `json:"version"`
		Name    string `json:"name"`
		Note    string `json:"note,omitempty"`
	}
	got, err := event.Diff(record{1, "a", "x"}, record{2, "b", ""})
	if err != nil {
		t.Fatal(err)
	}
	want := []event.Change{{Path: "/name", From: []byte(`"a"`), To: []byte(`"b"`)}, {Path: "/note", From: []byte(`"x"`)}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]event.Change{{Path: "/name"}, {Path: "/note"}}, event.Paths(got)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A consumer that fails sees the events of the page again, and none is skipped.
func TestPollAgain(t *testing.T) {
	feed := func(_ context.Context, after string, limit int) (event.Page, error) {
		from, _ := strconv.Atoi(after)
		out := event.Page{Next: after}
		for i := from; i < 450 && len(out.Events) < limit; i++ {
			out.Events = append(out.Events, event.Event{Version: int64(i)})
			out.Next = strconv.Itoa(i + 1)
		}
		return out, nil
	}
	s := event.Subscription{Feed: feed}
	seen, stop := map[int64]int{}, errors.New("stop")
	do := func(_ context.Context, e event.Event) error {
		seen[e.Version]++
		if e.Version == 250 && seen[250] == 1 {
			return stop
		}
		return nil
	}
	if err := s.Poll(context.Background(), do); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if err := s.Poll(context.Background(), do); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 450 || seen[10] != 1 || seen[220] != 2 {
		t.Errorf("%d events, number 10 %d times, number 220 %d times", len(seen), seen[10], seen[220])
	}
}
