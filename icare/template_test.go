package icare_test

import (
	"testing"

	"github.com/opencasework/casework/icare"
)

// TestBuiltin: the eight templates have the columns that the funder's have, and
// every column's list and every rule's template is there.
func TestBuiltin(t *testing.T) {
	s := icare.Builtin()
	want := map[string][2]int{"client_profile": {17, 6}, "needs_assessment_referrals": {92, 15}, "community_connections": {68, 15}, "information_orientation": {95, 14},
		"employment": {69, 9}, "lt_course_setup": {118, 23}, "lt_client_enrolment": {31, 8}, "lt_client_exit": {38, 7}}
	if len(s.Templates) != len(want) || len(s.Rules) != 146 || len(s.ListNames()) != 59 {
		t.Errorf("%d templates, %d rules, %d lists", len(s.Templates), len(s.Rules), len(s.ListNames()))
	}
	for _, tpl := range s.Templates {
		mandatory := 0
		for _, c := range tpl.Columns {
			if c.Mandatory {
				mandatory++
			}
			if c.List != "" && s.List(c.List) == nil {
				t.Errorf("%s: %s names the list %s", tpl.Key, c.ID, c.List)
			}
			if (c.Kind == icare.Code || c.Kind == icare.YesNo) && c.List == "" && c.ID != "city_id" {
				t.Errorf("%s: %s has no list", tpl.Key, c.ID)
			}
		}
		if got := [2]int{len(tpl.Columns), mandatory}; got != want[tpl.Key] {
			t.Errorf("%s has %v columns and mandatory ones, want %v", tpl.Key, got, want[tpl.Key])
		}
	}
	for _, r := range s.Rules {
		for _, key := range r.Templates {
			if s.Template(key) == nil {
				t.Errorf("%s names the template %s", r.ID, key)
			}
		}
	}
	if c := s.Template("information_orientation").Columns[94]; c.Letter != "CQ" {
		t.Error(c.Letter)
	}
}
