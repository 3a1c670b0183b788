package score_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/casemgmt/casefile/score"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

func day(d int) civil.Date { return civil.Date{Year: 2025, Month: 3, Day: d} }

// assessed is an assessment of a day with the same value in some domains.
func assessed(d int, t score.Type, p score.Phase, value int, domains ...string) score.Dated {
	a := score.Assessment{Type: t, Phase: p, AssessedBy: score.Joint}
	for _, domain := range domains {
		a.Scores = append(a.Scores, score.Score{Domain: domain, Value: value})
	}
	return score.Dated{On: day(d), Assessment: a}
}

// The rules of one assessment, each broken in turn.
func TestAssessment(t *testing.T) {
	good := func() score.Assessment {
		return score.Assessment{Type: score.Circumstances, Phase: score.Pre, AssessedBy: score.Client, Scores: []score.Score{{Domain: "HOUSING", Value: 1}, {Domain: "MONEY", Value: 5}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path, code, rule string
		change           func(a *score.Assessment)
	}{
		"SCO-02 (part) the type is one of four":                   {"/type", "unknown_value", "SCO-02", func(a *score.Assessment) { a.Type = "mood" }},
		"SCO-02 (part) a domain is of its type":                   {"/scores/1/domain", "unknown_value", "SCO-02", func(a *score.Assessment) { a.Scores[1].Domain = "GROUPSKILLS" }},
		"SCO-02 (part) a score has a domain":                      {"/scores/0/domain", "required", "SCO-02", func(a *score.Assessment) { a.Scores[0].Domain = "" }},
		"SCO-03 (part) the phase is pre or post":                  {"/phase", "unknown_value", "SCO-03", func(a *score.Assessment) { a.Phase = "mid" }},
		"SCO-03 (part) a domain is there once":                    {"/scores/1/domain", "repeated", "SCO-03", func(a *score.Assessment) { a.Scores[1].Domain = "HOUSING" }},
		"SCO-04 (part) no 0":                                      {"/scores/0/value", "out_of_range", "SCO-04", func(a *score.Assessment) { a.Scores[0].Value = 0 }},
		"SCO-04 (part) no 6":                                      {"/scores/1/value", "out_of_range", "SCO-04", func(a *score.Assessment) { a.Scores[1].Value = 6 }},
		"SCO-04 (part) there are scores":                          {"/scores", "required", "SCO-04", func(a *score.Assessment) { a.Scores = nil }},
		"SCO-05 (part) somebody assessed":                         {"/assessed_by", "required", "SCO-05", func(a *score.Assessment) { a.AssessedBy = "" }},
		"SCO-05 (part) it is a client, practitioner, joint or so": {"/assessed_by", "unknown_value", "SCO-05", func(a *score.Assessment) { a.AssessedBy = "neighbour" }},
	} {
		t.Run(name, func(t *testing.T) {
			a := good()
			c.change(&a)
			var bad *fault.Invalid
			if err := a.Validate(); !errors.As(err, &bad) || len(bad.Issues) != 1 || bad.Issues[0].Path != c.path || bad.Issues[0].Code != c.code || bad.Issues[0].Rule != c.rule {
				t.Errorf("%v", err)
			}
		})
	}
	for _, by := range score.Assessor("").Values() {
		a := good()
		a.AssessedBy, a.Note = by, "Seen at home."
		if err := a.Validate(); err != nil {
			t.Errorf("%s: %v", by, err)
		}
	}
	for _, kind := range score.Type("").Values() {
		if len(kind.Domains()) < 3 || kind.OfClient() != (kind != score.Community) {
			t.Errorf("%s has %v", kind, kind.Domains())
		}
	}
}

// Which types have a post that is out of order, or alone.
func TestOrder(t *testing.T) {
	all := []score.Dated{
		assessed(3, score.Goals, score.Post, 5, "SKILLS"), assessed(8, score.Goals, score.Pre, 1, "SKILLS"),
		assessed(4, score.Circumstances, score.Pre, 5, "MONEY"), assessed(4, score.Circumstances, score.Post, 5, "MONEY"),
		assessed(9, score.Satisfaction, score.Post, 5, "SERVICERECEIVED"),
		assessed(1, score.Community, score.Pre, 5, "ORGSKILLS"),
	}
	for range all {
		if got := score.BeforePre(all); !slices.Equal(got, []score.Type{score.Goals}) {
			t.Errorf("before their pre: %v", got)
		}
		if got := score.WithoutPre(all); !slices.Equal(got, []score.Type{score.Satisfaction}) {
			t.Errorf("without one: %v", got)
		}
		all = append(all[1:], all[0])
	}
}

// A score in one word is read as it was written, and nothing else is.
func TestScoreInAWord(t *testing.T) {
	for _, kind := range score.Type("").Values() {
		for _, domain := range kind.Domains() {
			for value := 1; value <= 5; value++ {
				s := score.Score{Domain: domain, Value: value}
				if got, err := score.Parse(s.String()); err != nil || got != s {
					t.Errorf("%s: %v %v", s, got, err)
				}
			}
		}
	}
	for _, word := range []string{"", "3", "HOUSING", "HOUSING0", "HOUSING6", "HOUSING 3x"} {
		if got, err := score.Parse(word); err == nil {
			t.Errorf("%q is %v", word, got)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Run("SCO-06 (part) whether a domain rose, stayed or fell from pre to post", func(t *testing.T) {
		all := []score.Dated{
			assessed(9, score.Circumstances, score.Post, 4, "HOUSING", "MONEY", "FAMILY"),
			assessed(1, score.Circumstances, score.Pre, 2, "HOUSING"),
			assessed(1, score.Circumstances, score.Pre, 4, "MONEY"),
			assessed(2, score.Circumstances, score.Pre, 5, "FAMILY", "HOUSING"), // HOUSING has an earlier one
			assessed(5, score.Circumstances, score.Post, 1, "MONEY"),            // and MONEY a later one
			assessed(9, score.Satisfaction, score.Post, 5, "SERVICERECEIVED"),   // a post alone
			assessed(3, score.Goals, score.Post, 5, "SKILLS"),                   // before its pre
			assessed(8, score.Goals, score.Pre, 1, "SKILLS"),
		}
		want := []score.Change{
			{Type: score.Circumstances, Domain: "FAMILY", Pre: 5, Post: 4, Move: score.Fell, On: day(9)},
			{Type: score.Circumstances, Domain: "MONEY", Pre: 4, Post: 4, Move: score.Stayed, On: day(9)},
			{Type: score.Circumstances, Domain: "HOUSING", Pre: 2, Post: 4, Move: score.Rose, On: day(9)},
		}
		for range all { // in any order
			if diff := cmp.Diff(want, score.Changes(all)); diff != "" {
				t.Error(diff)
			}
			all = append(all[1:], all[0])
		}
	})
	t.Run("SCO-06 (part) numbers and a distribution over many", func(t *testing.T) {
		var all []score.Change
		for _, values := range [][2]int{{1, 3}, {2, 2}, {5, 4}, {1, 5}} {
			all = append(all, score.Changes([]score.Dated{assessed(1, score.Goals, score.Pre, values[0], "SKILLS"), assessed(1, score.Goals, score.Post, values[1], "SKILLS")})...)
		}
		want := []score.Tally{{Type: score.Goals, Domain: "SKILLS", Rose: 2, Stayed: 1, Fell: 1, Pre: []int{2, 1, 0, 0, 1}, Post: []int{0, 1, 1, 1, 1}}}
		slices.Reverse(all)
		if diff := cmp.Diff(want, score.Tallies(all)); diff != "" {
			t.Error(diff)
		}
	})
}
