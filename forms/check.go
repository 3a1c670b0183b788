package forms

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// Stage is how much a check demands.
type Stage string

// The stages. Each demands what the one before it does.
const (
	// Draft: what is there has the right shape; a form may be saved so at any
	// moment (RUN-04).
	Draft Stage = "draft"
	// Complete: all mandatory fields are answered, all rules kept (CMP-05).
	Complete Stage = "complete"
	// ForFunder: the funder's mandatory fields are answered too (CMP-06).
	ForFunder Stage = "funder"
)

// Values are all stages.
func (Stage) Values() []Stage { return []Stage{Draft, Complete, ForFunder} }

// Valid says whether it is one of the stages.
func (s Stage) Valid() bool { return s == Draft || s == Complete || s == ForFunder }

// Env is what a check needs to know besides the answers.
type Env struct {
	Today  civil.Date // in the agency's zone
	Funder string     // whose mandatory fields ForFunder demands
}

// Check says what is wrong with the answers at a stage. Paths start with
// /answers. The answers must be Normal.
func (f *Form) Check(a Answers, stage Stage, env Env) fault.Issues {
	c := checker{form: f, stage: stage, env: env}
	c.item("/answers", f.fields, f.byKey, a, nil)
	for i := range f.Definition.Rules {
		c.rule(&f.Definition.Rules[i], a)
	}
	return c.bad
}

type checker struct {
	form  *Form
	stage Stage
	env   Env
	bad   fault.Issues
}

// item checks the answers to some fields: a whole form, or one item of a group.
func (c *checker) item(path string, fields []field, byKey map[string]int, a, parent Answers) {
	for k := range a {
		if _, ok := byKey[k]; !ok {
			c.bad.Add("", path, "unknown_field")
		}
	}
	get := func(name string) any {
		if v, ok := a[name]; ok {
			return v
		}
		return parent[name]
	}
	for i := range fields {
		f := &fields[i]
		v := a[f.Key]
		if v == nil && (c.stage == Draft || f.Required == nil && f.Funder == nil) {
			continue // most fields of most forms are empty and may be
		}
		at := path + "/" + f.Key
		applies := f.Show == nil || f.Show.holds(get)
		switch {
		case v != nil && !applies:
			c.bad.Add(f.Rule, at, "not_applicable")
		case v != nil:
			c.value(at, f, v, a)
		case !applies:
		case f.Required.holds(get):
			c.bad.Add("CMP-05", at, "required")
		case c.stage == ForFunder && f.Funder[c.env.Funder].holds(get):
			c.bad.Add("CMP-06", at, "required_by_funder", "funder", c.env.Funder)
		}
	}
}

func (c *checker) value(at string, f *field, v any, item Answers) {
	switch f.Kind {
	case Text, Note:
		s, ok := v.(string)
		if !ok {
			c.bad.Add("", at, "wrong_type", "want", f.Kind)
		} else if f.Kind == Note {
			c.bad.Note(at, s, f.limit(8000))
		} else {
			c.bad.Line(at, s, f.limit(200))
		}
	case Date:
		c.date(at, f, v)
	case Bool:
		if _, ok := v.(bool); !ok {
			c.bad.Add("", at, "wrong_type", "want", f.Kind)
		}
	case Choice:
		c.option(at, f, v)
	case Choices:
		list, ok := v.([]any)
		if !ok {
			c.bad.Add("", at, "wrong_type", "want", f.Kind)
			return
		}
		for i, x := range list {
			c.option(fault.At(at, i), f, x)
			if slices.Contains(list[:i], x) {
				c.bad.Add("", fault.At(at, i), "repeated")
			}
		}
	case Integer, Decimal, Money:
		c.number(at, f, v)
	case Ref:
		s, ok := v.(string)
		if !ok {
			c.bad.Add("", at, "wrong_type", "want", f.Kind)
		} else if _, err := id.Parse[any](s); err != nil {
			c.bad.Add("", at, "not_an_id")
		}
	case Group:
		c.group(at, f, v, item)
	}
}

func (c *checker) date(at string, f *field, v any) {
	s, ok := v.(string)
	if !ok {
		c.bad.Add("", at, "wrong_type", "want", f.Kind)
		return
	}
	d, err := civil.Parse(s)
	switch {
	case err != nil:
		c.bad.Add("", at, "not_a_date")
	case f.NotFuture && !c.env.Today.IsZero() && d.After(c.env.Today):
		c.bad.Add("", at, "in_future")
	case d.Year < 1900 || d.Year > 2200:
		c.bad.Add("", at, "date_range")
	}
}

func (c *checker) option(at string, f *field, v any) {
	s, ok := v.(string)
	if !ok {
		c.bad.Add("", at, "wrong_type", "want", f.Kind)
	} else if _, known := f.labels[s]; !known {
		c.bad.Add("", at, "unknown_option")
	}
}

func (c *checker) number(at string, f *field, v any) {
	n, ok := v.(float64)
	lo, hi := 0.0, 1e9
	if f.Min != nil {
		lo = *f.Min
	}
	if f.Max != nil {
		hi = *f.Max
	}
	switch {
	case !ok || math.IsNaN(n) || f.Kind != Decimal && n != math.Trunc(n):
		c.bad.Add("", at, "wrong_type", "want", f.Kind)
	case n < lo:
		c.bad.Add("", at, "too_small", "min", lo)
	case n > hi:
		c.bad.Add("", at, "too_large", "max", hi)
	case f.Step > 0 && math.Mod(n, f.Step) != 0:
		c.bad.Add("", at, "not_in_steps", "step", f.Step)
	}
}

func (c *checker) group(at string, f *field, v any, parent Answers) {
	list, ok := v.([]any)
	if !ok {
		c.bad.Add("", at, "wrong_type", "want", f.Kind)
		return
	}
	if n := f.limit(100); len(list) > n {
		c.bad.Add("", at, "too_many", "max", n)
		return
	}
	for i, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			c.bad.Add("", fault.At(at, i), "wrong_type", "want", f.Kind)
			continue
		}
		c.item(fault.At(at, i), f.fields, f.byKey, m, parent)
	}
}

// rule checks a demand on several fields. Only a warning is looked at in a draft.
func (c *checker) rule(r *Rule, a Answers) {
	if c.stage == Draft && !r.Warn || r.Funder && c.stage != ForFunder {
		return
	}
	get := func(name string) any { return a[name] }
	if r.When != nil && !r.When.holds(get) || c.kept(r, a) {
		return
	}
	at := "/answers/" + r.Fields[len(r.Fields)-1]
	if r.Op == AtLeastOne {
		at = "/answers/" + r.Fields[0]
	}
	if r.Warn {
		c.bad.Warn(r.ID, at, r.Code)
	} else {
		c.bad.Add(r.ID, at, r.Code)
	}
}

func (c *checker) kept(r *Rule, a Answers) bool {
	switch r.Op {
	case Never:
		return false
	case AtLeastOne:
		return slices.ContainsFunc(r.Fields, func(k string) bool { v := a[k]; return v != nil && v != false })
	case Nonzero:
		filled := false
		for _, k := range r.Fields {
			if n, ok := a[k].(float64); ok {
				if n != 0 {
					return true
				}
				filled = true
			}
		}
		return !filled
	}
	first, second := a[r.Fields[0]], a[r.Fields[1]]
	if first == nil || second == nil {
		return true
	}
	switch r.Op {
	case Differ:
		a, b := fmt.Sprint(first), fmt.Sprint(second) // what is not an option key is said elsewhere
		return a != b
	case NotAfter, WithinDays:
		from, to := DateKey(r.Fields[0]).Of(a), DateKey(r.Fields[1]).Of(a)
		if from.IsZero() || to.IsZero() {
			return true // no dates: said elsewhere
		}
		if r.Op == NotAfter {
			return !from.After(to)
		}
		return to.DaysSince(from) <= r.N
	case StartsWith, LabelFits:
		prefix := c.label(r.Fields[0], first)
		label := c.label(r.Fields[1], second)
		return strings.HasPrefix(label, prefix) || r.Op == LabelFits && !strings.Contains(label, ": ")
	}
	return true
}

// label is the English label of a chosen option.
func (c *checker) label(key string, v any) string {
	s, _ := v.(string)
	return c.form.fields[c.form.byKey[key]].labels[s].In(i18n.English)
}
