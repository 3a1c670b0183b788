package casemgmt

import (
	"context"
	"reflect"
	"regexp"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// Question is an agency-specific question on one form.
type Question struct {
	Form  string      `json:"form"` // kind of the form that asks it
	Field forms.Field `json:"field"`
	// Since is set when the question is added: a mandatory one counts only on
	// forms created after it (ASQ-04).
	Since time.Time `json:"since,omitzero"`
	// Retired: it is asked no more; what was answered stays (ASQ-05).
	Retired bool `json:"retired,omitempty"`
}

// questionKey is what a question's and an option's key look like.
var questionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// maxQuestions and maxOptions bound what an agency asks on its own.
const (
	maxQuestions = 200
	maxOptions   = 200
)

// questionTypes are the types of fields that an agency may ask for (ASQ-03).
var questionTypes = []forms.FieldKind{forms.Text, forms.Integer, forms.Decimal, forms.Date, forms.Bool, forms.Choice, forms.Choices}

// checkQuestions judges the questions by the forms that there are.
func (s *Settings) checkQuestions(r *forms.Registry, languages []i18n.Lang) fault.Issues {
	var bad fault.Issues
	seen := map[string]bool{}
	for i, q := range s.Questions {
		at := fault.At("/settings/questions", i)
		if shape := checkQuestion(r, languages, q.Field, at+"/field"); len(shape) > 0 {
			bad = append(bad, shape...)
			continue
		}
		if _, ok := r.Latest(q.Form); !ok {
			bad.Add("ASQ-01", at+"/form", "unknown_value")
		}
		if !slices.Contains(questionTypes, q.Field.Kind) {
			bad.Add("ASQ-03", at+"/field/kind", "unknown_value")
		} else if _, err := r.Compile(forms.Definition{Key: "agency", Sections: []forms.Section{{Fields: []forms.Field{q.Field}}}}); err != nil {
			bad.Add("ASQ-03", at+"/field", "bad_definition")
		}
		if seen[q.Form+"/"+q.Field.Key] {
			bad.Add("ASQ-01", at+"/field/key", "repeated")
		}
		seen[q.Form+"/"+q.Field.Key] = true
	}
	return bad
}

// checkQuestion is about the shape of a question's own texts and keys, and about the
// parts of a field that are not the agency's to give.
func checkQuestion(r *forms.Registry, languages []i18n.Lang, f forms.Field, at string) fault.Issues {
	var bad fault.Issues
	text := func(at string, t i18n.Text) {
		bad = append(bad, inLanguages(&Agency{Languages: languages}, "ASQ-03", t, func(bad *fault.Issues, path, text string) { bad.Line(path, text, 300) }).Under(at)...)
	}
	key := func(at, key string) {
		if !questionKey.MatchString(key) {
			bad.Add("ASQ-03", at, "malformed")
		}
	}
	key(at+"/key", f.Key)
	text(at+"/label", f.Label)
	if len(f.Options) > maxOptions {
		bad.Add("ASQ-03", at+"/options", "too_many", "max", maxOptions)
		return bad
	}
	for i, o := range f.Options {
		own := fault.At(at+"/options", i)
		key(own+"/key", o.Key)
		text(own+"/label", o.Label)
		if len(o.Codes) > 0 {
			bad.Add("ASQ-03", own+"/codes", "not_applicable")
		}
	}
	bad.Line(at+"/list", f.List, 64)
	if _, ok := r.List(f.List); !ok && f.List != "" {
		bad.Add("ASQ-03", at+"/list", "unknown_value")
	}
	if f.Required != nil && !reflect.DeepEqual(*f.Required, forms.Cond{Always: true}) {
		bad.Add("ASQ-04", at+"/required", "bad_definition") // mandatory or not: it knows no other question
	}
	for _, not := range []struct {
		name string
		set  bool
	}{{"funder", len(f.Funder) > 0}, {"codes", len(f.Codes) > 0}, {"target", f.Target != ""}, {"fields", len(f.Fields) > 0}, {"rule", f.Rule != ""}, {"show", f.Show != nil}} {
		if not.set {
			bad.Add("ASQ-03", at+"/"+not.name, "not_applicable")
		}
	}
	return bad
}

// keepAnswers is ASQ-05: a question that has answers is retired and not removed, and
// neither its kind nor an option that was chosen changes under them.
func (s *Settings) keepAnswers(ctx context.Context, tx Tx, before *Settings) error {
	var bad fault.Issues
	for _, old := range before.Questions {
		i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.Form == old.Form && q.Field.Key == old.Field.Key })
		var next *forms.Field
		var options []string
		if i >= 0 {
			next = &s.Questions[i].Field
			options = changedOptions(old.Field.Options, next.Options)
			if next.Kind == old.Field.Kind && next.List == old.Field.List && len(options) == 0 {
				continue
			}
		}
		has, chosen, err := tx.Questions().Answered(ctx, old.Form, old.Field.Key, options)
		if err != nil {
			return err
		}
		at := fault.At("/settings/questions", i) + "/field"
		switch {
		case !has:
		case next == nil:
			bad.Add("ASQ-05", "/settings/questions", "has_answers")
		case next.Kind != old.Field.Kind:
			bad.Add("ASQ-05", at+"/kind", "has_answers")
		case next.List != old.Field.List:
			bad.Add("ASQ-05", at+"/list", "has_answers")
		case len(chosen) > 0:
			bad.Add("ASQ-05", at+"/options", "has_answers")
		}
	}
	return bad.Err()
}

// changedOptions are the keys of options that are gone or have another label.
func changedOptions(old, next []forms.Option) []string {
	var out []string
	for _, o := range old {
		if !slices.ContainsFunc(next, func(n forms.Option) bool { return n.Key == o.Key && n.Label == o.Label }) {
			out = append(out, o.Key)
		}
	}
	return out
}

// stamp keeps since when a question is asked.
func (s *Settings) stamp(before *Agency, c Caller) {
	for i := range s.Questions {
		s.Questions[i].Since = c.Now
		if before == nil {
			continue
		}
		for _, old := range before.Settings.Questions {
			mandatoryNow := old.Field.Required == nil && s.Questions[i].Field.Required != nil // counts from now on
			if old.Form == s.Questions[i].Form && old.Field.Key == s.Questions[i].Field.Key && !mandatoryNow {
				s.Questions[i].Since = old.Since
			}
		}
	}
}
