package httpapi

import (
	"reflect"
	"testing"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/report"
)

// Everything that people read has both languages.
func TestTextsHaveBothLanguages(t *testing.T) {
	for _, some := range []map[string]i18n.Text{titles, readTitles} {
		for kind, title := range some {
			if !title.Complete() {
				t.Errorf("the problem %s: %+v", kind, title)
			}
		}
	}
	for _, list := range [][]i18n.Coded{casemgmt.Genders(), casemgmt.MaritalStatuses(), casemgmt.ImmigrationClasses(), casemgmt.AgeBands(),
		session.Types(), session.Deliveries(), enroll.Situations(), enroll.IntakeNeeds()} {
		for _, c := range list {
			if !c.Label.Complete() {
				t.Errorf("%s: %+v", c.Key, c.Label)
			}
		}
	}
	for _, o := range batch.Outcomes() {
		if !o.Text().Complete() {
			t.Errorf("the outcome %s: %+v", o, o.Text())
		}
	}
	for _, d := range report.Catalogue() {
		if !d.Title.Complete() {
			t.Errorf("the report %s: %+v", d.Name, d.Title)
		}
	}
}

// Texts are filled in wherever an answer has some: in itself, and in the items
// of lists and pages.
func TestAnswersAreLocalized(t *testing.T) {
	missing := func() []session.Missing { return []session.Missing{{Code: "required"}} }
	form := &session.Form{Missing: missing()}
	incomplete := session.Incomplete{Forms: []session.IncompleteForm{{Missing: missing()}}}
	pageOfSessions := casemgmt.Page[*session.Session]{Items: []*session.Session{nil, {Forms: []*session.Form{form}}}}
	pageOfIncomplete := casemgmt.Page[session.Incomplete]{Items: []session.Incomplete{incomplete}}
	candidates := items[batch.Candidate]{Items: []batch.Candidate{{Outcome: batch.Barred}}}
	added := &batch.Added{Results: []batch.Result{{Outcome: batch.Barred}}}
	for _, out := range []any{pageOfSessions, pageOfIncomplete, candidates, added, (*session.Session)(nil), map[string]any{"items": 1}} {
		localize(reflect.ValueOf(out), i18n.French)
	}
	required, barred := (fault.Issue{Code: "required"}).Message(i18n.French), batch.Barred.Text().Fr
	for name, tt := range map[string]struct{ got, want string }{
		"a page of pointers": {form.Missing[0].Text, required},
		"a page of values":   {pageOfIncomplete.Items[0].Forms[0].Missing[0].Text, required},
		"a list":             {candidates.Items[0].Text, barred},
		"an answer":          {added.Results[0].Text, barred},
	} {
		if tt.got != tt.want || tt.got == "" {
			t.Errorf("%s says %q, want %q", name, tt.got, tt.want)
		}
	}
}
