package forms_test

import (
	"fmt"

	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// A definition is data; checks come from it.
func Example() {
	registry, err := forms.NewRegistry(nil, forms.Definition{
		Key: "meal", Version: 1, Title: i18n.T("Meal", "Repas"), Sessions: []string{"direct"}, On: forms.OnClient,
		Sections: []forms.Section{{Key: "meal", Title: i18n.T("Meal", "Repas"), Fields: []forms.Field{
			{Key: "hot", Kind: forms.Bool, Label: i18n.T("Hot", "Chaud"), Required: forms.Always()},
			{Key: "allergy", Kind: forms.Text, Label: i18n.T("Allergy", "Allergie"), Show: forms.Yes("hot"), Required: forms.Always()},
		}}},
	})
	if err != nil {
		panic(err)
	}
	meal, _ := registry.Latest("meal")
	for _, a := range []forms.Answers{{}, {"hot": true}, {"hot": false}, {"hot": false, "allergy": "nuts"}} {
		fmt.Println(meal.Check(a, forms.Complete, forms.Env{}).Err())
	}
	// Output:
	// invalid: /answers/hot required CMP-05
	// invalid: /answers/allergy required CMP-05
	// <nil>
	// invalid: /answers/allergy not_applicable
}
