package match_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/match"
)

func ExampleExplain() {
	a := match.Person{Given: "Zoë", Family: "Müller", BirthDate: civil.MustParse("1990-01-02")}
	b := match.Person{Given: "MULLER", Family: "zoe", BirthDate: civil.MustParse("1990-01-02")}
	for _, r := range match.Explain(a, b) {
		fmt.Println(r.Text().In(i18n.English))
	}
	// Output: same name and date of birth
}

func TestExplain(t *testing.T) {
	born := civil.MustParse("1990-05-17")
	base := match.Person{Given: "Mohamed", Family: "El-Sayed", Preferred: "Mo", Former: []string{"Mohamed Farouk"}, BirthDate: born,
		Phones: []string{"416 555 0100"}, Identifiers: []string{"foss_gcms 12345678"}}
	for name, tt := range map[string]struct {
		other match.Person
		want  []match.Reason
	}{
		"the same":                        {base, []match.Reason{match.SameIdentifier, match.SameNameAndDate, match.SamePhone}},
		"nobody":                          {match.Person{}, nil},
		"another person":                  {match.Person{Given: "Olena", Family: "Petrenko", BirthDate: civil.MustParse("1961-02-03")}, nil},
		"same date only":                  {match.Person{Given: "Olena", Family: "Petrenko", BirthDate: born}, nil},
		"same name only":                  {match.Person{Given: "Mohamed", Family: "El-Sayed", BirthDate: civil.MustParse("1961-02-03")}, nil},
		"words in another order":          {match.Person{Given: "Sayed", Family: "Mohamed El", BirthDate: born}, []match.Reason{match.SameNameAndDate}},
		"preferred name":                  {match.Person{Given: "Mo", Family: "El Sayed", BirthDate: born}, []match.Reason{match.SameNameAndDate}},
		"former name":                     {match.Person{Given: "Mohamed", Family: "Farouk", BirthDate: born}, []match.Reason{match.SameNameAndDate}},
		"similar name":                    {match.Person{Given: "Mohammed", Family: "Elsaied", BirthDate: born}, []match.Reason{match.SimilarName}}, // one word against two
		"too far apart":                   {match.Person{Given: "Muhammad", Family: "Elsayed", BirthDate: born}, nil},
		"written as one":                  {match.Person{Given: "Mohamed", Family: "Elsayed", BirthDate: born}, []match.Reason{match.SameNameAndDate}},
		"a phone and a first name as two": {match.Person{Given: "Moham-ed", Family: "Haddad", Phones: []string{"4165550100"}}, []match.Reason{match.SamePhone}},
		"similar spelling":                {match.Person{Given: "Mohammed", Family: "El-Sayad", BirthDate: born}, []match.Reason{match.SimilarName}},
		"day typed wrong":                 {match.Person{Given: "Mohamed", Family: "El-Sayed", BirthDate: civil.MustParse("1990-05-18")}, []match.Reason{match.SameName}},
		"year typed wrong":                {match.Person{Given: "Mohamed", Family: "El-Sayed", BirthDate: civil.MustParse("1991-05-17")}, []match.Reason{match.SameName}},
		"ten years apart":                 {match.Person{Given: "Mohamed", Family: "El-Sayed", BirthDate: civil.MustParse("2000-05-17")}, nil},
		"same phone, a name in common":    {match.Person{Given: "Mohamed", Family: "Haddad", Phones: []string{"+1 (416) 555-0100"}}, []match.Reason{match.SamePhone}},
		"same phone in a family":          {match.Person{Given: "Amal", Family: "El-Sayed", Phones: []string{"4165550100"}}, nil},
		"same identifier, all else wrong": {match.Person{Given: "X", Family: "Y", Identifiers: []string{"foss_gcms 12345678"}}, []match.Reason{match.SameIdentifier}},
	} {
		t.Run("CLI-04 "+name, func(t *testing.T) {
			if got := match.Explain(base, tt.other); !slices.Equal(got, tt.want) {
				t.Errorf("reasons %v, want %v", got, tt.want)
			}
			if got := match.Explain(tt.other, base); !slices.Equal(got, tt.want) {
				t.Errorf("the other way round %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReasonsHaveBothLanguages(t *testing.T) {
	for _, r := range []match.Reason{match.SameIdentifier, match.SameNameAndDate, match.SamePhone, match.SimilarName, match.SameName} {
		if !r.Text().Complete() {
			t.Errorf("%s has no texts", r)
		}
	}
}
