package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// The three agencies of the demo never see each other's words: whatever a worker can
// read without knowing an id, and all that leads on from there, has none of the words
// of another agency, nor the forms, the funder or the provinces of another country.
func TestThreeAgencies(t *testing.T) {
	s, err := launch(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	if err != nil {
		t.Fatal(err)
	}
	own := map[string][]string{ // that the agency's own worker does see
		"worker":    {"Lakeside", "Établissement", "IRCC", `"icare"`, "Ontario", "immigration", "DEMO-", "416-555", "foss_gcms"},
		"us-worker": {"Riverside", "Portland", "Oregon", "ZIP code", "RIV-", "503-555", "medicaid"},
		"au-worker": {"Wattle", "Newcastle", "New South Wales", "Postcode", "0491 570", "Centrelink", "Home visit"},
	}
	for user, words := range own {
		text := s.everything(user)
		for _, word := range words {
			if !strings.Contains(text, word) {
				t.Errorf("%s does not see %s", user, word)
			}
		}
		for other, theirs := range own {
			for _, word := range theirs {
				if other != user && strings.Contains(text, word) {
					at := strings.Index(text, word)
					t.Errorf("%s sees %s of %s: %s", user, word, other, text[max(0, at-150):min(len(text), at+50)])
				}
			}
		}
	}
}

// everything is what a user reads: all operations that need nothing, and those of each id
// or key that they answer.
func (s *server) everything(user string) string {
	s.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	s.send(user, "GET", "/openapi.json", nil, &doc)
	var out strings.Builder
	read := func(path string) any {
		var answer any
		if status, _ := s.send(user, "GET", path, nil, &answer); status != http.StatusOK {
			return nil
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			s.t.Fatal(err)
		}
		out.Write(raw)
		return answer
	}
	read("/clients") // all of them
	answered := 0
	for path, methods := range doc.Paths {
		if _, ok := methods["get"]; !ok || strings.Contains(path, "{") {
			continue
		}
		answer := read(path)
		if answer == nil {
			continue
		}
		answered++
		for _, key := range keysIn(answer) {
			for sub, methods := range doc.Paths {
				if rest, ok := strings.CutPrefix(sub, path+"/{"); ok && methods["get"] != nil {
					_, tail, _ := strings.Cut(rest, "}")
					if !strings.Contains(tail, "{") {
						read(path + "/" + key + tail)
					}
				}
			}
		}
	}
	if answered < 15 {
		s.t.Errorf("%s read only %d lists", user, answered)
	}
	return out.String()
}

// keysIn are the ids and keys of a list.
func keysIn(answer any) []string {
	var out []string
	object, _ := answer.(map[string]any)
	items, _ := object["items"].([]any)
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			if id, ok := o["id"].(string); ok {
				out = append(out, id)
			}
		}
	}
	keys, _ := object["keys"].([]any)
	for _, k := range keys {
		out = append(out, k.(string))
	}
	return out
}
