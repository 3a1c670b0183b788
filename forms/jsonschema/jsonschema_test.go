package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	validator "github.com/google/jsonschema-go/jsonschema"
	"pgregory.net/rapid"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/forms/catalog"
	"github.com/opencasework/casework/forms/jsonschema"
)

func ExampleSchema() {
	r := catalog.Registry()
	form, _ := r.Latest("nonspec")
	s := jsonschema.Schema(r, form.Definition, forms.Complete, "", i18n.French)
	fmt.Println(s["title"], s["properties"].(map[string]any)["description"].(map[string]any)["title"])
	// Output: Non précisé Description du service
}

// expressible are the issues that a schema sees too.
var expressible = []string{"required", "required_by_funder", "unknown_option", "unknown_field", "wrong_type", "not_applicable", "too_many", "too_large", "too_small", "not_in_steps"}

// Schema and Check agree on random answers to every stock form at every stage,
// as far as a schema can tell.
func TestSchemaAgreesWithCheck(t *testing.T) {
	r := catalog.Registry()
	for _, d := range catalog.Definitions() {
		for _, stage := range []forms.Stage{forms.Draft, forms.Complete, forms.ForFunder} {
			t.Run(d.Key+" "+string(stage), func(t *testing.T) {
				raw, err := json.Marshal(jsonschema.Schema(r, d, stage, catalog.ICARE, i18n.English))
				if err != nil {
					t.Fatal(err)
				}
				var schema validator.Schema
				if err := json.Unmarshal(raw, &schema); err != nil {
					t.Fatal(err)
				}
				resolved, err := schema.Resolve(nil)
				if err != nil {
					t.Fatal(err)
				}
				form, _ := r.Latest(d.Key)
				rapid.Check(t, func(t *rapid.T) {
					a := answers(t, r, d.Fields()).Normal()
					var plain any
					encoded, _ := json.Marshal(a)
					_ = json.Unmarshal(encoded, &plain)
					invalid := resolved.Validate(plain)
					issues := form.Check(a, stage, forms.Env{Today: civil.MustParse("2100-01-01"), Funder: catalog.ICARE}).Errors()
					if invalid != nil && len(issues) == 0 {
						t.Fatalf("the schema refuses what Check takes: %s: %v", encoded, invalid)
					}
					for _, i := range issues {
						if invalid == nil && slices.Contains(expressible, i.Code) && strings.Count(i.Path, "/") == 2 {
							t.Fatalf("Check refuses what the schema takes: %s: %v", encoded, i)
						}
					}
				})
			})
		}
	}
}

// answers are random: mostly of the right kind, sometimes not.
func answers(t *rapid.T, r *forms.Registry, fields []forms.Field) forms.Answers {
	a := forms.Answers{}
	full := rapid.IntRange(1, 10).Draw(t, "full")
	for _, f := range fields {
		if rapid.IntRange(1, 10).Draw(t, "some") > full {
			continue
		}
		a[f.Key] = answer(t, r, f)
	}
	if rapid.IntRange(0, 30).Draw(t, "more") == 0 {
		a["no_such_field"] = "x"
	}
	return a
}

func answer(t *rapid.T, r *forms.Registry, f forms.Field) any {
	if rapid.IntRange(0, 60).Draw(t, "wrong") == 0 {
		return rapid.SampledFrom([]any{"nonsense", 3.5, true, []any{"x"}, map[string]any{"x": "y"}, -1.0}).Draw(t, "value")
	}
	options := f.Options
	if f.List != "" {
		l, _ := r.List(f.List)
		options = l.Options
	}
	switch f.Kind {
	case forms.Bool:
		return rapid.Bool().Draw(t, f.Key)
	case forms.Choice:
		return options[rapid.IntRange(0, len(options)-1).Draw(t, f.Key)].Key
	case forms.Choices:
		return []any{options[0].Key, options[len(options)-1].Key}
	case forms.Date:
		return civil.MustParse("2020-01-01").AddDays(rapid.IntRange(0, 2000).Draw(t, f.Key)).String()
	case forms.Integer, forms.Money:
		return float64(rapid.IntRange(0, 100).Draw(t, f.Key))
	case forms.Decimal:
		return float64(rapid.IntRange(0, 400).Draw(t, f.Key)) / 2
	case forms.Ref:
		return "01890a5d-ac96-774b-bcce-b302099a8057"
	case forms.Group:
		var list []any
		for range rapid.IntRange(1, 3).Draw(t, f.Key) {
			list = append(list, map[string]any(answers(t, r, f.Fields)))
		}
		return list
	}
	return "some text"
}

// Money says in which unit it is.
func TestMoneySaysItsUnit(t *testing.T) {
	f, _ := catalog.Registry().Latest("finance")
	raw, err := json.Marshal(jsonschema.Schema(catalog.Registry(), f.Definition, forms.Complete, "", i18n.English))
	if err != nil || !strings.Contains(string(raw), "Minor units of the agency's currency") {
		t.Errorf("%.300s %v", raw, err)
	}
}
