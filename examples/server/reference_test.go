package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The reference of the API is a page that loads nothing from elsewhere, compressed or not.
func TestReference(t *testing.T) {
	s := startServer(t, "-data", filepath.Join(t.TempDir(), "casework.db"))
	resp, page := s.get(t, "/api/", "Authorization", "")
	if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(page, "https://") {
		t.Errorf("%d %v\n%s", resp.StatusCode, resp.Header, page)
	}
	small, script := s.get(t, "/api/scalar.js", "Accept-Encoding", "gzip")
	plain, same := s.get(t, "/api/scalar.js")
	if small.Header.Get("Content-Encoding") != "gzip" || plain.Header.Get("Content-Encoding") != "" || script != same || !strings.Contains(script[:500], "@scalar/api-reference") {
		t.Errorf("%v and %v, %d and %d bytes", small.Header, plain.Header, len(script), len(same))
	}
	if resp, _ := s.get(t, "/api/openapi.json", "Authorization", ""); resp.StatusCode != 200 {
		t.Errorf("the document beside it: %d", resp.StatusCode)
	}
	if resp, _ := s.get(t, "/api/nothing"); resp.StatusCode != 404 {
		t.Errorf("what is not there: %d", resp.StatusCode)
	}
}
