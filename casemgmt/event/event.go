// Package event has the one record that every change leaves: audit trail, what
// hooks receive, and outbox in one.
package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/id"
)

// ID identifies an event.
type ID = id.Of[Event]

// Event is one change, or one reading of a sensitive record.
type Event struct {
	ID      ID        `json:"id"`
	At      time.Time `json:"at"` // UTC, microseconds
	Agency  string    `json:"agency"`
	Actor   string    `json:"actor"`   // the user key, or system:name
	Type    Type      `json:"type"`    // client.registered, session.started, ...
	Subject string    `json:"subject"` // id of the record
	Version int64     `json:"version,omitempty"`
	Changes []Change  `json:"changes,omitempty"`
	Request string    `json:"request,omitempty"` // the command's request key
}

// Change is one field that a change touched. What is about a client, and service
// forms, which may be private, carry the path alone: who may read the record reads
// its values there. All others carry both values.
type Change struct {
	Path string          `json:"path"`
	From json.RawMessage `json:"from,omitempty"` // what was there before; nothing if it is new
	To   json.RawMessage `json:"to,omitempty"`   // what is there now; nothing if it was taken away
}

// Page is a part of the feed.
type Page struct {
	Events []Event `json:"events"`
	// Next is where to go on; keep it with what the events made you do.
	Next string `json:"next"`
}

// Subscription reads the feed in order for one consumer that keeps its own
// cursor. An event may come twice when the consumer stops between doing its
// work and keeping the cursor.
type Subscription struct {
	// Feed is the service's Feed method.
	Feed func(ctx context.Context, after string, limit int) (Page, error)
	// After is the cursor to start behind; empty starts at the beginning.
	After string
}

// Poll hands every new event to do, in order, and moves After behind each page. It
// returns when there is no more, or with do's error.
func (s *Subscription) Poll(ctx context.Context, do func(context.Context, Event) error) error {
	if s.Feed == nil || do == nil {
		return errors.New("event: a subscription needs the Feed of a service, and what to do with events")
	}
	for {
		page, err := s.Feed(ctx, s.After, 200)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := do(ctx, e); err != nil {
				return err
			}
		}
		s.After = page.Next
		if len(page.Events) < 200 {
			return nil
		}
	}
}

// New is an event of now; the unit of work fills in the rest.
func New(kind Type, subject string, version int64, changes ...Change) Event {
	return Event{ID: id.New[Event](), Type: kind, Subject: subject, Version: version, Changes: changes}
}

// By fills in who did it and when.
func (e Event) By(a access.Actor, at time.Time, request string) Event {
	e.Agency, e.Actor, e.At, e.Request = a.Agency, a.Name(), at, request
	return e
}

// Diff lists the top-level fields in which two records differ, as they are in JSON.
func Diff(before, after any) ([]Change, error) {
	a, err := fields(before)
	if err != nil {
		return nil, err
	}
	b, err := fields(after)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name != "version" && !bytes.Equal(a[name], b[name]) {
			out = append(out, Change{Path: "/" + name, From: a[name], To: b[name]})
		}
	}
	return out, nil
}

// Places lists the places in which two records differ, as deep as they are objects in
// both, and no values.
func Places(before, after any) ([]Change, error) {
	a, err := fields(before)
	if err != nil {
		return nil, err
	}
	b, err := fields(after)
	if err != nil {
		return nil, err
	}
	return places("", a, b), nil
}

func places(at string, a, b map[string]json.RawMessage) []Change {
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if at == "" && name == "version" || bytes.Equal(a[name], b[name]) {
			continue
		}
		path := at + "/" + name
		var x, y map[string]json.RawMessage
		if json.Unmarshal(a[name], &x) == nil && json.Unmarshal(b[name], &y) == nil && x != nil && y != nil {
			out = append(out, places(path, x, y)...)
		} else {
			out = append(out, Change{Path: path})
		}
	}
	return out
}

func fields(v any) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("event: encode: %w", err)
	}
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("event: decode: %w", err)
	}
	return m, nil
}

// Paths leaves the values out of changes.
func Paths(changes []Change) []Change {
	out := make([]Change, len(changes))
	for i, c := range changes {
		out[i] = Change{Path: c.Path}
	}
	return out
}
