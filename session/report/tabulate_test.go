package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTabulate(t *testing.T) {
	n := func(v int) *int { return &v }
	seen := func(v int) Count { return Count{v, v} }
	byKind := Definition{Count: []Measure{Forms}, Total: Forms}
	served := Definition{Count: []Measure{Clients, Anonymous, Visits}}
	byCode := Definition{Count: []Measure{Units, Clients, Visits}, Total: Units, People: Clients}
	tests := map[string]struct {
		definition Definition
		counted    []Counted
		rows       []Row
		total      *int
	}{
		"nothing": {byKind, nil, []Row{}, n(0)},
		"few, but all of them seen": {byKind, []Counted{{"io", []Count{seen(2)}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: n(2)}}}, n(2)},
		"few with a hidden one, and so no total": {byKind, []Counted{{"io", []Count{{4, 3}}}, {"cc", []Count{seen(9)}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}, {Key: "cc", Values: map[Measure]*int{Forms: n(9)}}}, nil},
		"many with a hidden one, which the difference to what is seen would tell": {byKind, []Counted{{"io", []Count{{100, 99}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}}, nil},
		"few less than the limit are hidden": {byKind, []Counted{{"io", []Count{{100, 96}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}}, nil},
		"as many as the limit are hidden": {byKind, []Counted{{"io", []Count{{100, 95}}}}, []Row{{Key: "io", Values: map[Measure]*int{Forms: n(100)}}}, n(100)},
		"two that are withheld would be told together": {byKind, []Counted{{"io", []Count{{4, 3}}}, {"cc", []Count{{30, 29}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}, {Key: "cc", Values: map[Measure]*int{Forms: nil}, Withheld: true}}, nil},
		"two that are withheld are together too many to tell": {byKind, []Counted{{"io", []Count{{4, 1}}}, {"cc", []Count{{30, 28}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}, {Key: "cc", Values: map[Measure]*int{Forms: nil}, Withheld: true}}, n(34)},
		"many with a few hidden people are withheld whole": {byCode, []Counted{{"lunch", []Count{{400, 360}, {30, 27}, {300, 280}}}},
			[]Row{{Key: "lunch", Values: map[Measure]*int{Units: nil, Clients: nil, Visits: nil}, Withheld: true}}, nil},
		"visits would give away who was withheld": {served, []Counted{{"", []Count{{4, 3}, seen(2), {9, 7}}}},
			[]Row{{Values: map[Measure]*int{Clients: nil, Anonymous: n(2), Visits: nil}, Withheld: true}}, nil},
		"a row about few people is withheld whole": {byCode, []Counted{{"lunch", []Count{{40, 39}, {3, 3}, {30, 30}}}},
			[]Row{{Key: "lunch", Values: map[Measure]*int{Units: nil, Clients: nil, Visits: nil}, Withheld: true}}, nil},
		"a row about few people who are all seen": {byCode, []Counted{{"lunch", []Count{seen(40), seen(3), seen(30)}}},
			[]Row{{Key: "lunch", Values: map[Measure]*int{Units: n(40), Clients: n(3), Visits: n(30)}}}, n(40)},
	}
	for name, tt := range tests {
		t.Run("ACC-11 "+name, func(t *testing.T) {
			rows, total := tabulate(tt.definition, tt.counted)
			if diff := cmp.Diff(tt.rows, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.total, total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
		})
	}
}
