package casemgmt

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// order is a command of every shape that commands have.
type order struct {
	Plain
	Next    *order
	Minutes *int
	Names   []string
	Parts   []part
	Deep    [][]*int
	ByKey   map[string][]string
	Points  map[string]*part
	Answers forms.Answers
	Any     any
	At      time.Time
	On      civil.Date
	ID      id.Of[order]
	Dates   []civil.Date
	IDs     map[id.Of[order]]bool
	Raw     json.RawMessage
	NilList []string
	NilMap  map[string]int
	Empty   []string
	Hollow  map[string]int
	None    any

	hidden []int
}

// Plain is embedded.
type Plain struct{ Tags []string }

type part struct {
	Name  string
	Notes []string
}

func newOrder() order {
	five, six := 5, 6
	at := time.Date(2025, 6, 16, 2, 30, 0, 0, time.FixedZone("somewhere", 3600))
	day, key := civil.Date{Year: 2025, Month: 6, Day: 15}, id.Of[order]{1, 2, 3}
	return order{
		Plain: Plain{Tags: []string{"a", "b"}}, Next: &order{Names: []string{"inner"}}, Minutes: &five, Names: []string{"x", "y"},
		Parts: []part{{"p", []string{"n"}}}, Deep: [][]*int{{&five, nil}, nil, {&six}}, ByKey: map[string][]string{"k": {"v"}, "none": nil},
		Points: map[string]*part{"p": {"q", []string{"m"}}, "none": nil}, Answers: forms.Answers{"list": []any{map[string]any{"a": []any{"b"}}}, "none": nil},
		Any: []string{"any"}, At: at, On: day, ID: key, Dates: []civil.Date{day}, IDs: map[id.Of[order]]bool{key: true}, Raw: json.RawMessage(`{}`),
		Empty: []string{}, Hollow: map[string]int{}, hidden: []int{1},
	}
}

var wholeOrder = cmp.AllowUnexported(order{}, civil.Date{})

// A trimmed copy has lost the blanks of all its texts, wherever they are; keys of
// maps and what is not exported stay.
func TestTrimmed(t *testing.T) {
	in := newOrder()
	in.Names, in.Next.Names, in.Parts[0].Notes, in.ByKey[" k "] = []string{" x\n", "\u200b"}, []string{"inner "}, []string{"\tn"}, []string{" v"}
	in.Points["p"].Name, in.Answers["list"], in.Any = " q", []any{map[string]any{"a": []any{"b "}}}, []string{" any"}
	in.Tags[0] = "a\u00a0"
	before := copied(in)
	want := newOrder()
	want.Names, want.ByKey[" k "] = []string{"x", ""}, []string{"v"}
	if diff := cmp.Diff(want, trimmed(in), wholeOrder); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, in, wholeOrder); diff != "" {
		t.Errorf("the sender's own was changed (-want +got):\n%s", diff)
	}
}

// A copy is the same as the original, and what is nil stays nil.
func TestCopied(t *testing.T) {
	in := newOrder()
	got := copied(in)
	if diff := cmp.Diff(newOrder(), got, wholeOrder); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.NilList != nil || got.NilMap != nil || got.None != nil || got.Next.Next != nil || got.ByKey["none"] != nil || got.Points["none"] != nil {
		t.Errorf("what was nil is not: %+v", got)
	}
	if got.Empty == nil || got.Hollow == nil {
		t.Errorf("what was empty is nil: %+v", got)
	}
	if _, there := got.Points["none"]; !there || len(got.Answers) != 2 {
		t.Error("keys without a value are lost")
	}
	if !got.At.Equal(in.At) || got.At.Location() != in.At.Location() {
		t.Errorf("%v became %v", in.At, got.At)
	}
}

// Nothing that is done to a copy changes the original.
func TestCopiedSharesNothing(t *testing.T) {
	changes := map[string]func(*order){
		"embedded":          func(o *order) { o.Tags[0] = "z" },
		"pointer":           func(o *order) { o.Next.ID = id.Of[order]{9} },
		"behind a pointer":  func(o *order) { o.Next.Names[0] = "z" },
		"pointer to number": func(o *order) { *o.Minutes = 9 },
		"list":              func(o *order) { o.Names[0] = "z" },
		"list has no room":  func(o *order) { _ = append(o.Names[:1], "z") },
		"list of records":   func(o *order) { o.Parts[0].Name = "z" },
		"list in a list":    func(o *order) { o.Parts[0].Notes[0] = "z" },
		"lists of lists":    func(o *order) { o.Deep[0][1] = o.Minutes },
		"pointers in lists": func(o *order) { *o.Deep[2][0] = 9 },
		"map":               func(o *order) { o.ByKey["new"] = nil },
		"map, less":         func(o *order) { delete(o.ByKey, "k") },
		"list in a map":     func(o *order) { o.ByKey["k"][0] = "z" },
		"pointer in a map":  func(o *order) { o.Points["p"].Notes[0] = "z" },
		"answers":           func(o *order) { o.Answers["list"] = nil },
		"answers, deep":     func(o *order) { o.Answers["list"].([]any)[0].(map[string]any)["a"].([]any)[0] = "z" },
		"any":               func(o *order) { o.Any.([]string)[0] = "z" },
		"dates":             func(o *order) { o.Dates[0] = civil.Date{} },
		"set of ids":        func(o *order) { clear(o.IDs) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			in := newOrder()
			got := copied(in)
			change(&got)
			if diff := cmp.Diff(newOrder(), in, wholeOrder); diff != "" {
				t.Errorf("the original changed (-want +got):\n%s", diff)
			}
		})
	}
}

// What nobody can change is copied as it is.
func TestCopiedPlain(t *testing.T) {
	type plain struct {
		Name string
		N    int
		On   civil.Date
		ID   id.Of[plain2]
	}
	in := plain{"a", 5, civil.Date{Year: 2025, Month: 1, Day: 1}, id.Of[plain2]{1}}
	if got := copied(in); got != in {
		t.Errorf("%+v became %+v", in, got)
	}
	if got := copied("a"); got != "a" {
		t.Error(got)
	}
	if got := copied((*order)(nil)); got != nil {
		t.Error(got)
	}
	if got := copied(struct{}{}); got != (struct{}{}) {
		t.Error(got)
	}
}

type plain2 struct{}
