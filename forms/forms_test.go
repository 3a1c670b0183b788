package forms_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

func label(s string) i18n.Text { return i18n.T(s, s+" (fr)") }

var two = 2.0

// visit has a field of every kind and a rule of most.
var visit = forms.Definition{
	Key: "visit", Version: 1, Title: label("Visit"), Sessions: []string{"direct"}, On: forms.OnClient,
	Sections: []forms.Section{{Key: "all", Title: label("All"), Fields: []forms.Field{
		{Key: "topic", Kind: forms.Choice, Label: label("Topic"), Required: forms.Always(), Options: []forms.Option{
			{Key: "housing", Label: label("Housing")}, {Key: "work", Label: label("Work: any")}}},
		{Key: "detail", Kind: forms.Choice, Label: label("Detail"), Options: []forms.Option{
			{Key: "any", Label: label("Work: any kind")}, {Key: "rent", Label: label("Housing rent")}, {Key: "free", Label: label("Free")}}},
		{Key: "rent", Kind: forms.Money, Label: label("Rent"), Show: forms.When("topic", "housing"), Required: forms.Always(), Rule: "X-1"},
		{Key: "from", Kind: forms.Date, Label: label("From"), NotFuture: true},
		{Key: "to", Kind: forms.Date, Label: label("To"), Funder: map[string]*forms.Cond{"f": forms.Filled("from")}},
		{Key: "tags", Kind: forms.Choices, Label: label("Tags"), Options: []forms.Option{{Key: "a", Label: label("A")}, {Key: "b", Label: label("B")}}},
		{Key: "urgent", Kind: forms.Bool, Label: label("Urgent")},
		{Key: "note", Kind: forms.Note, Label: label("Note")},
		{Key: "name", Kind: forms.Text, Label: label("Name")},
		{Key: "hours", Kind: forms.Decimal, Label: label("Hours"), Max: &two},
		{Key: "steps", Kind: forms.Integer, Label: label("Steps"), Step: 5},
		{Key: "who", Kind: forms.Ref, Label: label("Who"), Target: "employer"},
		{Key: "items", Kind: forms.Group, Label: label("Items"), Max: &two, Fields: []forms.Field{
			{Key: "what", Kind: forms.Text, Label: label("What"), Required: forms.Yes("urgent")},
			{Key: "more", Kind: forms.Text, Label: label("More"), Show: forms.Filled("what")}}},
	}}},
	Rules: []forms.Rule{
		{ID: "X-2", Code: "ends_before_start", Op: forms.NotAfter, Fields: []string{"from", "to"}},
		{ID: "X-3", Code: "choose_one", Op: forms.AtLeastOne, Fields: []string{"urgent", "tags"}, When: forms.All(forms.Filled("from"), forms.Not(forms.Yes("urgent")))},
		{ID: "X-4", Code: "late_after_arrival", Op: forms.WithinDays, Fields: []string{"from", "to"}, N: 10, Warn: true},
		{ID: "X-5", Code: "does_not_fit", Op: forms.LabelFits, Fields: []string{"topic", "detail"}},
		{ID: "X-6", Code: "no_time", Op: forms.Nonzero, Fields: []string{"hours", "steps"}},
		{ID: "X-7", Code: "ongoing_not_updatable", Op: forms.Never, Fields: []string{"topic"}, When: forms.Any(forms.When("topic", "work")), Warn: true, Funder: true},
	},
}

func compiled(t testing.TB) *forms.Form {
	t.Helper()
	r, err := forms.NewRegistry(nil, visit)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := r.Latest("visit")
	return f
}

func TestCheck(t *testing.T) {
	ok := forms.Answers{"topic": "work"}
	with := func(kv ...any) forms.Answers {
		a := forms.Answers{"topic": "work"}
		for i := 0; i < len(kv); i += 2 {
			a[kv[i].(string)] = kv[i+1]
		}
		return a
	}
	tests := map[string]struct {
		stage forms.Stage
		a     forms.Answers
		want  []string // path, code, rule
	}{
		"a draft may be empty":               {forms.Draft, forms.Answers{}, nil},
		"complete needs the mandatory":       {forms.Complete, forms.Answers{}, []string{"/answers/topic required CMP-05"}},
		"complete":                           {forms.Complete, ok, nil},
		"a shown field is mandatory":         {forms.Complete, forms.Answers{"topic": "housing"}, []string{"/answers/rent required CMP-05"}},
		"a hidden field is refused":          {forms.Draft, with("rent", 5.0), []string{"/answers/rent not_applicable X-1"}},
		"the funder's field":                 {forms.ForFunder, with("from", "2025-01-01", "urgent", true), []string{"/answers/to required_by_funder CMP-06", "/answers/topic ongoing_not_updatable X-7"}},
		"not the funder's without condition": {forms.ForFunder, forms.Answers{"topic": "housing", "rent": 1.0}, nil},
		"unknown field":                      {forms.Draft, with("nope", "x"), []string{"/answers unknown_field "}},
		"unknown option":                     {forms.Draft, with("topic", "x"), []string{"/answers/topic unknown_option "}},
		"wrong types": {forms.Draft, with("topic", 1.0, "from", true, "tags", "a", "urgent", "yes", "note", 1.0, "name", 2.0, "hours", "1", "steps", 1.5, "who", 1.0, "items", "x"),
			[]string{"/answers/topic wrong_type ", "/answers/from wrong_type ", "/answers/tags wrong_type ", "/answers/urgent wrong_type ", "/answers/note wrong_type ",
				"/answers/name wrong_type ", "/answers/hours wrong_type ", "/answers/steps wrong_type ", "/answers/who wrong_type ", "/answers/items wrong_type "}},
		"dates":                       {forms.Draft, with("from", "2025-06-16", "to", "2025-02-30"), []string{"/answers/from in_future ", "/answers/to not_a_date "}},
		"far dates":                   {forms.Draft, with("to", "1850-01-01"), []string{"/answers/to date_range "}},
		"numbers":                     {forms.Draft, with("hours", 2.5, "steps", 3.0), []string{"/answers/hours too_large ", "/answers/steps not_in_steps "}},
		"negative":                    {forms.Draft, with("hours", -1.0), []string{"/answers/hours too_small "}},
		"texts":                       {forms.Draft, with("name", "a\nb", "note", "a\nb\x00"), []string{"/answers/note control_character ", "/answers/name control_character "}},
		"an id":                       {forms.Draft, with("who", "x"), []string{"/answers/who not_an_id "}},
		"repeated":                    {forms.Draft, with("tags", []any{"a", "a"}), []string{"/answers/tags/1 repeated "}},
		"items of groups":             {forms.Complete, with("urgent", true, "items", []any{map[string]any{"more": "x"}}), []string{"/answers/items/0/what required CMP-05", "/answers/items/0/more not_applicable "}},
		"too many items":              {forms.Draft, with("items", []any{map[string]any{"what": "1"}, map[string]any{"what": "2"}, map[string]any{"what": "3"}}), []string{"/answers/items too_many "}},
		"order of dates":              {forms.Complete, with("from", "2025-06-10", "to", "2025-06-09", "urgent", true), []string{"/answers/to ends_before_start X-2"}},
		"at least one":                {forms.Complete, with("from", "2025-06-10", "urgent", false), []string{"/answers/urgent choose_one X-3"}},
		"a warning":                   {forms.Draft, with("from", "2025-01-10", "to", "2025-01-21"), []string{"/answers/to late_after_arrival X-4"}},
		"labels fit":                  {forms.Complete, with("detail", "any"), nil},
		"labels without a prefix fit": {forms.Complete, with("detail", "free"), nil},
		"labels do not fit":           {forms.Complete, forms.Answers{"topic": "housing", "rent": 1.0, "detail": "any"}, []string{"/answers/detail does_not_fit X-5"}},
		"no time at all":              {forms.Complete, with("hours", 0.0, "steps", 0.0), []string{"/answers/steps no_time X-6"}},
		"some time":                   {forms.Complete, with("hours", 0.0, "steps", 5.0), nil},
	}
	f := compiled(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, i := range f.Check(tt.a.Normal(), tt.stage, forms.Env{Today: civil.MustParse("2025-06-15"), Funder: "f"}) {
				got = append(got, i.Path+" "+i.Code+" "+i.Rule)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestNormal(t *testing.T) {
	a := forms.Answers{"a": "", "b": nil, "c": []any{}, "d": []any{"", nil}, "e": map[string]any{"x": ""}, "f": false, "g": 0, "h": "x", "i": []string{"y"}}
	want := forms.Answers{"f": false, "g": 0.0, "h": "x", "i": []any{"y"}}
	if d := cmp.Diff(want, a.Normal()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTypedKeys(t *testing.T) {
	a := forms.Answers{}
	forms.DateKey("d").Set(a, civil.MustParse("2025-01-02"))
	forms.BoolKey("b").Set(a, false)
	forms.ChoiceKey("c").Set(a, "x")
	forms.TextKey("t").Set(a, "y")
	forms.RefKey("r").Set(a, "z")
	no, answered := forms.BoolKey("b").Of(a)
	if got := fmt.Sprintln(forms.DateKey("d").Of(a), no, answered, forms.ChoiceKey("c").Of(a), forms.TextKey("t").Of(a), forms.RefKey("r").Of(a)); got != "2025-01-02 false true x y z\n" {
		t.Error(got)
	}
}

func TestRegistryRefusesContradictions(t *testing.T) {
	form := func(fields ...forms.Field) forms.Definition {
		return forms.Definition{Key: "d", Version: 1, Title: label("D"), Sessions: []string{"direct"}, On: forms.OnClient, Sections: []forms.Section{{Fields: fields}}}
	}
	field := func(f forms.Field) forms.Definition {
		f.Key, f.Label = "x", label("X")
		return form(f)
	}
	text := forms.Field{Key: "x", Kind: forms.Text, Label: label("X")}
	shows := func(show *forms.Cond) forms.Definition {
		return form(text, forms.Field{Key: "yes", Kind: forms.Bool, Label: label("Y")}, forms.Field{Key: "pick", Kind: forms.Choice, Label: label("P"), Options: []forms.Option{{Key: "a", Label: label("A")}}},
			forms.Field{Key: "z", Kind: forms.Text, Label: label("Z"), Show: show})
	}
	with := func(change func(*forms.Definition)) forms.Definition {
		d := form(text)
		change(&d)
		return d
	}
	number := func(n float64) *float64 { return &n }
	for says, d := range map[string]forms.Definition{
		"unknown kind":                           field(forms.Field{Kind: "colour"}),
		"field x: no options":                    field(forms.Field{Kind: forms.Choice}),
		"no options":                             field(forms.Field{Kind: forms.Choice, List: "l"}),
		"all options are retired":                field(forms.Field{Kind: forms.Choice, Options: []forms.Option{{Key: "a", Label: label("A"), Retired: true}}}),
		"options and a list":                     field(forms.Field{Kind: forms.Choice, List: "l", Options: []forms.Option{{Key: "a", Label: label("A")}}}),
		"options are for choices":                field(forms.Field{Kind: forms.Text, List: "l"}),
		"the group has no fields":                field(forms.Field{Kind: forms.Group}),
		"fields are for groups":                  field(forms.Field{Kind: forms.Text, Fields: []forms.Field{text}}),
		"least value is more":                    field(forms.Field{Kind: forms.Integer, Min: number(5), Max: number(4)}),
		"leaves no room":                         field(forms.Field{Kind: forms.Text, Max: number(0)}),
		"step is negative":                       field(forms.Field{Kind: forms.Decimal, Step: -1}),
		"no target":                              field(forms.Field{Kind: forms.Ref, Target: "moon"}),
		"refers to forms of the kind":            field(forms.Field{Kind: forms.Ref, Target: "form", FormKind: "nothing"}),
		"condition on the unknown field y":       field(forms.Field{Kind: forms.Text, Show: forms.Yes("y")}),
		"has 0 parts":                            shows(&forms.Cond{}),
		"has 2 parts":                            shows(&forms.Cond{Always: true, Filled: "x"}),
		"an answer of yes that cannot be given":  shows(forms.When("yes", "maybe")),
		"an answer of pick that cannot be given": shows(forms.All(forms.Filled("x"), forms.When("pick", "b"))),
		"z is never shown":                       shows(forms.Filled("z")),
		"without a label":                        form(forms.Field{Key: "x", Kind: forms.Text, Label: i18n.T("", " ")}),
		"field \"x\" twice":                      form(text, text),
		"rule : at_least_one looks at 0 fields":  with(func(d *forms.Definition) { d.Rules = []forms.Rule{{Code: "choose_one", Op: forms.AtLeastOne}} }),
		"names the unknown field y": with(func(d *forms.Definition) {
			d.Rules = []forms.Rule{{Code: "choose_one", Op: forms.AtLeastOne, Fields: []string{"y"}}}
		}),
		"unknown code": with(func(d *forms.Definition) {
			d.Rules = []forms.Rule{{Code: "no_such_code", Op: forms.AtLeastOne, Fields: []string{"x"}}}
		}),
		"no demand": with(func(d *forms.Definition) {
			d.Rules = []forms.Rule{{Code: "choose_one", Op: "sing", Fields: []string{"x"}}}
		}),
		"never needs to say when": with(func(d *forms.Definition) {
			d.Rules = []forms.Rule{{Code: "choose_one", Op: forms.Never, Fields: []string{"x"}}}
		}),
		"it has no key":             with(func(d *forms.Definition) { d.Key = "" }),
		"version is not at least 1": with(func(d *forms.Definition) { d.Version = 0 }),
		"it has no title":           with(func(d *forms.Definition) { d.Title = i18n.Text{} }),
		"no type of session":        with(func(d *forms.Definition) { d.Sessions = nil }),
		"attached to \"moon\"":      with(func(d *forms.Definition) { d.On = "moon" }),
		"it has no field":           with(func(d *forms.Definition) { d.Sections = nil }),
	} {
		if _, err := forms.NewRegistry(nil, d); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %s", err, says)
		}
	}
	if _, err := forms.NewRegistry(nil, form(text)); err != nil {
		t.Error(err)
	}
	for _, lists := range [][]forms.List{{{Key: "", Options: []forms.Option{{Key: "a", Label: label("A")}}}}, {{Key: "l"}},
		{{Key: "l", Options: []forms.Option{{Key: "a", Label: label("A")}}}, {Key: "l", Options: []forms.Option{{Key: "a", Label: label("A")}}}}} {
		if _, err := forms.NewRegistry(lists); err == nil {
			t.Errorf("the lists %v were taken", lists)
		}
	}
	if _, err := forms.NewRegistry(nil, visit, visit); err == nil {
		t.Error("a version was taken twice")
	}
}

func TestVersions(t *testing.T) {
	t.Run("FRM-09 old versions stay and judge what was saved with them", func(t *testing.T) {
		next := visit
		next.Version = 2
		next.Sections = append([]forms.Section{{Key: "new", Fields: []forms.Field{{Key: "new", Kind: forms.Text, Label: label("New"), Required: forms.Always()}}}}, visit.Sections...)
		r, err := forms.NewRegistry(nil, next, visit)
		if err != nil {
			t.Fatal(err)
		}
		latest, _ := r.Latest("visit")
		old, _ := r.Version("visit", 1)
		a := forms.Answers{"topic": "work"}
		if latest.Definition.Version != 2 || len(latest.Check(a, forms.Complete, forms.Env{})) != 1 {
			t.Error("the new version does not ask for its new field")
		}
		if got := old.Check(a, forms.Complete, forms.Env{}); len(got) != 0 {
			t.Errorf("the old version finds %v", got)
		}
	})
}

func TestDefinitionsAreJSON(t *testing.T) {
	raw, err := json.Marshal(visit)
	if err != nil {
		t.Fatal(err)
	}
	var back forms.Definition
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(visit, back); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func FuzzCheck(f *testing.F) {
	form := compiled(f)
	f.Add(`{"topic":"housing","rent":5,"items":[{"what":"x"}]}`)
	f.Add(`{"from":"2025-01-01","to":"","tags":["a",null],"hours":1e400}`)
	f.Fuzz(func(t *testing.T, s string) {
		var a forms.Answers
		if json.NewDecoder(strings.NewReader(s)).Decode(&a) != nil {
			return
		}
		for _, stage := range []forms.Stage{forms.Draft, forms.Complete, forms.ForFunder} {
			for _, i := range form.Check(a.Normal(), stage, forms.Env{Funder: "f"}) {
				if !strings.HasPrefix(i.Path, "/answers") {
					t.Errorf("path %q", i.Path)
				}
			}
		}
	})
}
