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
		"as many as the limit with a hidden one": {byKind, []Counted{{"io", []Count{{5, 4}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: n(5)}}}, n(5)},
		"two that are withheld are together too many to tell": {byKind, []Counted{{"io", []Count{{4, 3}}}, {"cc", []Count{{3, 2}}}},
			[]Row{{Key: "io", Values: map[Measure]*int{Forms: nil}, Withheld: true}, {Key: "cc", Values: map[Measure]*int{Forms: nil}, Withheld: true}}, n(7)},
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
