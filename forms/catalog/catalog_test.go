package catalog_test

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
)

var update = flag.Bool("update", false, "write golden files of new versions")

func ExampleRegistry() {
	form, _ := catalog.Registry().Latest("nonspec")
	for _, i := range form.Check(forms.Answers{}, forms.Complete, forms.Env{}) {
		fmt.Println(i.Path, i.Code)
	}
	// Output: /answers/description required
}

// FRM-09: a published version never changes. A new version gets a golden file
// of its own with -update; an existing one is never rewritten.
func TestVersionsAreGolden(t *testing.T) {
	for _, d := range catalog.Definitions() {
		t.Run(fmt.Sprintf("FRM-09 %s version %d", d.Key, d.Version), func(t *testing.T) {
			got, err := json.MarshalIndent(d, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("published", fmt.Sprintf("%s-%d.json", d.Key, d.Version))
			want, err := os.ReadFile(name)
			if os.IsNotExist(err) && *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("the published version changed; make a new version instead")
			}
		})
	}
}

// rows reads a file of facts about the funder's templates (2018), from which
// the definitions were not made.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

// sources are the columns that a definition feeds, with the field that does.
func sources(d forms.Definition) map[string][]forms.Field {
	out := map[string][]forms.Field{}
	for column := range d.Fixed[catalog.ICARE] {
		out[column] = append(out[column], forms.Field{Key: "fixed"})
	}
	add := func(f forms.Field, column string) { out[column] = append(out[column], f) }
	for _, f := range d.Fields() {
		if c := f.Codes[catalog.ICARE]; c != "" {
			add(f, c)
		}
		for _, inner := range f.Fields {
			if c := inner.Codes[catalog.ICARE]; c != "" {
				for i := range int(*f.Max) {
					add(inner, strings.Replace(c, "[]", fmt.Sprintf("[%d]", i+1), 1))
				}
			}
		}
	}
	return out
}

func TestEveryColumnHasOneSource(t *testing.T) {
	byTemplate := map[string]forms.Definition{}
	for _, d := range catalog.Definitions() {
		if file := d.Files[catalog.ICARE]; file != "" {
			byTemplate[file] = d
		}
	}
	known := map[string]map[string]bool{}
	for _, row := range rows(t, "icare_columns.csv") {
		template, column, mandatory, list := row[0], row[1], row[3], row[4]
		d, ok := byTemplate[template]
		if !ok {
			t.Fatalf("no form feeds %s", template)
		}
		if known[template] == nil {
			known[template] = map[string]bool{}
		}
		known[template][column] = true
		from := sources(d)[column]
		if len(from) != 1 {
			t.Errorf("%s %s has %d sources", template, column, len(from))
			continue
		}
		f := from[0]
		if f.Key == "fixed" {
			continue
		}
		if mandatory == "yes" && f.Funder[catalog.ICARE] == nil && f.Required == nil {
			t.Errorf("%s %s is mandatory for the funder, and %s may stay empty", template, column, f.Key)
		}
		if mandatory == "yes" && f.Required != nil && !f.Required.Always {
			t.Errorf("%s %s is mandatory for the funder, and %s only sometimes", template, column, f.Key)
		}
		switch list {
		case "":
		case "yes_no":
			if f.Kind != forms.Bool {
				t.Errorf("%s %s is yes or no, and %s is %s", template, column, f.Key, f.Kind)
			}
		case "hours_0_500", "minutes_step_5":
			if f.Kind != forms.Integer {
				t.Errorf("%s %s is a number, and %s is %s", template, column, f.Key, f.Kind)
			}
		default:
			if f.List != list && f.Key != "intervention" {
				t.Errorf("%s %s takes the list %s, and %s takes %q", template, column, list, f.Key, f.List)
			}
		}
	}
	for template, d := range byTemplate {
		for column := range sources(d) {
			if !known[template][column] {
				t.Errorf("%s feeds the column %s, which %s does not have", d.Key, column, template)
			}
		}
	}
	if len(known) != 4 {
		t.Errorf("%d templates", len(known))
	}
}

func TestLabelsAreSpelledAsTheFunderSpellsThem(t *testing.T) {
	want := map[string][]string{}
	for _, row := range rows(t, "icare_lists.csv") {
		want[row[0]] = append(want[row[0]], row[1])
	}
	r := catalog.Registry()
	for name, labels := range want {
		if name == "yes_no" || name == "hours_0_500" || name == "minutes_step_5" {
			continue // fields of other kinds
		}
		if name == "intervention_type" { // with one more entry of ours
			continue
		}
		l, ok := r.List(name)
		if !ok {
			t.Errorf("there is no list %s", name)
			continue
		}
		var got []string
		for _, o := range l.Options {
			if got = append(got, o.Label.En); o.Codes[catalog.ICARE] != o.Label.En {
				t.Errorf("%s %s: code and label differ", name, o.Key)
			}
		}
		if !slices.Equal(got, labels) {
			t.Errorf("%s has %q, want %q", name, got, labels)
		}
	}
	form, _ := r.Latest("employment")
	for _, f := range form.Definition.Fields() {
		if f.Key == "intervention" {
			for _, o := range f.Options {
				if c := o.Codes[catalog.ICARE]; c != "" && !slices.Contains(want["intervention_type"], c) {
					t.Errorf("%q is not the funder's", c)
				}
			}
		}
	}
}

func TestEverythingHasBothLanguages(t *testing.T) {
	check := func(where string, text i18n.Text) {
		if !text.Complete() {
			t.Errorf("%s: %+v", where, text)
		}
	}
	var fields func(where string, fs []forms.Field)
	fields = func(where string, fs []forms.Field) {
		for _, f := range fs {
			check(where+"/"+f.Key, f.Label)
			for _, o := range f.Options {
				check(where+"/"+f.Key+"/"+o.Key, o.Label)
			}
			fields(where+"/"+f.Key, f.Fields)
		}
	}
	for _, d := range catalog.Definitions() {
		check(d.Key, d.Title)
		for _, s := range d.Sections {
			check(d.Key+"/"+s.Key, s.Title)
			fields(d.Key, s.Fields)
		}
	}
	for _, l := range catalog.Lists() {
		for _, o := range l.Options {
			check(l.Key+"/"+o.Key, o.Label)
		}
	}
}

func TestForms(t *testing.T) {
	t.Run("L-REF L-INST L-LEAVE L-SIZE L-CHILD the shared lists have their entries", func(t *testing.T) {
		for list, n := range map[string]int{"referred_by": 14, "institution_type": 14, "community_leave_reason": 14, "intervention_leave_reason": 14,
			"group_size": 3, "childminding_age": 4, "childminding_type": 2} {
			if l, _ := catalog.Registry().List(list); len(l.Options) != n {
				t.Errorf("%s has %d entries, want %d", list, len(l.Options), n)
			}
		}
	})
	t.Run("L-TARGET L-SKILL yes needs a target group and a skill", func(t *testing.T) {
		for _, form := range []string{"io", "cc"} {
			f, _ := catalog.Registry().Latest(form)
			got := map[string]string{}
			for _, i := range f.Check(forms.Answers{"target_specific": true, "skills_received": true}, forms.Complete, forms.Env{}) {
				got[i.Rule] = i.Path + " " + i.Code
			}
			if got["L-TARGET"] != "/answers/target_children choose_one" || got["L-SKILL"] != "/answers/skill_computer choose_one" {
				t.Errorf("%s: %v", form, got)
			}
		}
	})
	want := strings.Fields("io needs employment nonspec refugee cc langassess jd_needs jd_progress jd_placement mentor_match mentor_update finance")
	t.Run("FRM-06 the thirteen direct forms, each of its session type", func(t *testing.T) {
		var got []string
		types := map[string]int{}
		for _, d := range catalog.Definitions() {
			if d.On != forms.OnClient {
				continue // forms of groups are other tests'
			}
			got = append(got, d.Key)
			for _, s := range d.Sessions {
				types[s]++
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("forms %v", got)
		}
		if types["direct"] != 7 || types["direct_jd"] != 5 || types["direct_finance"] != 1 {
			t.Errorf("by session type %v", types)
		}
	})
	t.Run("GRP-06 (part) HDR-03 an attendee says whether they came, and why they left", func(t *testing.T) {
		f, _ := catalog.Registry().Latest("ga_attendee")
		for _, tt := range []struct {
			given forms.Answers
			want  []string
		}{
			{nil, []string{"/answers/referred_by", "/answers/status", "/answers/attended"}},
			{forms.Answers{"attended": false, "referred_by": "school", "status": "completed"}, nil},
			{forms.Answers{"attended": true, "referred_by": "school", "status": "ended_early"}, []string{"/answers/leave_reason"}},
		} {
			var got []string
			for _, i := range f.Check(tt.given, forms.Complete, forms.Env{}) {
				got = append(got, i.Path)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v: %v, want %v", tt.given, got, tt.want)
			}
		}
	})
	t.Run("FRM-08 nonspec feeds no file", func(t *testing.T) {
		f, _ := catalog.Registry().Latest("nonspec")
		if len(f.Definition.Files) > 0 {
			t.Errorf("files %v", f.Definition.Files)
		}
	})
	t.Run("HDR every form has the common fields", func(t *testing.T) {
		for _, d := range catalog.Definitions() {
			keys := map[string]bool{}
			for _, f := range d.Fields() {
				keys[f.Key] = true
			}
			for _, k := range []string{"referred_by", "institution", "follow_up", "volunteer_minutes", "comments", "support_received"} {
				if !keys[k] {
					t.Errorf("%s has no %s", d.Key, k)
				}
			}
			if !keys["status"] && !keys["placement_status"] && !keys["match_status"] {
				t.Errorf("%s has no status", d.Key)
			}
		}
	})
}

func TestDatesAreNotInTheFuture(t *testing.T) {
	f, _ := catalog.Registry().Latest("io")
	today := civil.MustParse("2025-06-15")
	for day, want := range map[string]int{"2025-06-15": 0, "2025-06-16": 1} {
		if got := len(f.Check(forms.Answers{"start": day}, forms.Draft, forms.Env{Today: today})); got != want {
			t.Errorf("%s: %d issues, want %d", day, got, want)
		}
	}
}
