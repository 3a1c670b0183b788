package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/fault"
)

// Must gives a result, and ends the test on an error.
func Must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// NoError ends the test on an error.
func (w *World) NoError(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Refused expects an issue of that path, code and rule.
func Refused(t testing.TB, err error, path, code, ruleID string) {
	t.Helper()
	if !errors.Is(err, fault.ErrInvalid) {
		t.Fatalf("error %v, want an issue %s %s %s", err, path, code, ruleID)
	}
	for _, i := range fault.IssuesOf(err) {
		if i.Path == path && i.Code == code && i.Rule == ruleID {
			return
		}
	}
	t.Errorf("%v, want an issue %s %s %s", err, path, code, ruleID)
}

// Is expects an error of a kind.
func Is(t testing.TB, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error %v, want %v", err, kind)
	}
}

// Warned expects a warning.
func Warned(t testing.TB, issues fault.Issues, code, ruleID string) {
	t.Helper()
	if !slices.ContainsFunc(issues.Warnings(), func(i fault.Issue) bool { return i.Code == code && i.Rule == ruleID }) {
		t.Errorf("issues %v, want the warning %s %s", issues, code, ruleID)
	}
}

// Equal expects a value.
func Equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// Diff expects a value, and shows where another one differs.
func Diff(t testing.TB, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
