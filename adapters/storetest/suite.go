package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// rule is a test of the suite. Its name starts with the ids of the rules that it shows.
type rule struct {
	name string
	test func(t *testing.T, w *World)
}

// Suite is what any storage must pass: the rules of the rule book, kept by the
// services over it. world gives the world on an empty storage.
func Suite(t *testing.T, world func(t *testing.T) *World) {
	w := world(t)
	for _, part := range []struct {
		name  string
		rules []rule
	}{
		{"clients", clientRules}, {"anonymous", anonymousRules}, {"search", searchRules},
		{"sessions", sessionRules}, {"forms", formRules}, {"fields", fieldRules}, {"completion", completionRules},
		{"incomplete", incompleteRules}, {"dashboards", dashboardRules}, {"access", accessRules}, {"reports", reportRules},
		{"enrollments", enrollmentRules}, {"bars", barRules}, {"cards", cardRules}, {"batches", batchRules}, {"at once", atOnceRules}, {"properties", propertyRules}, {"delivered", deliveredRules}, {"exports", exportRules},
		{"corners", cornerRules}, {"storage", storageRules},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, r := range part.rules {
				t.Run(r.name, func(t *testing.T) {
					own := *w
					own.T = t
					r.test(t, &own)
				})
			}
		})
	}
}

// refused expects an issue of that path, code and rule.
func refused(t testing.TB, err error, path, code, ruleID string) {
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

// is expects an error of a kind.
func is(t testing.TB, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error %v, want %v", err, kind)
	}
}

// warned expects a warning.
func warned(t testing.TB, issues fault.Issues, code, ruleID string) {
	t.Helper()
	if !slices.ContainsFunc(issues.Warnings(), func(i fault.Issue) bool { return i.Code == code && i.Rule == ruleID }) {
		t.Errorf("issues %v, want the warning %s %s", issues, code, ruleID)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func diff(t testing.TB, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func newID[T any]() id.Of[T] { return id.New[T]() }
