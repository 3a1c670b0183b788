// Package jsonschema makes a JSON Schema (draft 2020-12) of a form definition,
// for whoever builds a screen or sends answers from another program.
package jsonschema

import (
	"slices"

	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// Schema describes the answers of a form at a stage. Rules over several fields
// and dates relative to today are not expressible and stay with Form.Check:
// what Check takes, the schema takes.
func Schema(r *forms.Registry, d forms.Definition, stage forms.Stage, funder string, lang i18n.Lang) map[string]any {
	s := maker{r, stage, funder, lang}
	out := s.object(d.Fields(), true)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = d.Title.In(lang)
	return out
}

type maker struct {
	registry *forms.Registry
	stage    forms.Stage
	funder   string
	lang     i18n.Lang
}

type object = map[string]any

// object describes a form, or an item of a group; conditions of an item that
// look at the form around it are left to Check.
func (m maker) object(fields []forms.Field, top bool) object {
	props := object{}
	byKey := map[string]forms.Field{}
	for _, f := range fields {
		byKey[f.Key] = f
	}
	var all []any
	for _, f := range fields {
		props[f.Key] = m.value(f)
		if f.Show != nil {
			if c, ok := m.cond(f.Show, byKey); ok {
				all = append(all, object{"if": object{"not": c}, "then": object{"properties": object{f.Key: false}}})
			}
		}
		for _, required := range m.required(f) {
			if f.Show != nil {
				required = forms.All(f.Show, required)
			}
			if c, ok := m.cond(required, byKey); ok {
				all = append(all, object{"if": c, "then": object{"required": []any{f.Key}}})
			}
		}
	}
	out := object{"type": "object", "properties": props, "additionalProperties": false}
	if len(all) > 0 {
		out["allOf"] = all
	}
	if !top {
		out["minProperties"] = 1
	}
	return out
}

func (m maker) required(f forms.Field) []*forms.Cond {
	var out []*forms.Cond
	if m.stage != forms.Draft && f.Required != nil {
		out = append(out, f.Required)
	}
	if c := f.Funder[m.funder]; m.stage == forms.ForFunder && c != nil {
		out = append(out, c)
	}
	return out
}

// cond is the schema of the answers for which a condition holds. It is not ok
// when the condition reads a field that is not here.
func (m maker) cond(c *forms.Cond, fields map[string]forms.Field) (object, bool) {
	switch {
	case c.Always:
		return object{}, true
	case c.Filled != "":
		_, ok := fields[c.Filled]
		return object{"required": []any{c.Filled}}, ok
	case c.Field != "":
		f, ok := fields[c.Field]
		var values []any
		for _, v := range c.In {
			if f.Kind == forms.Bool {
				values = append(values, v == "true")
			} else {
				values = append(values, v)
			}
		}
		is := object{"enum": values}
		if f.Kind == forms.Choices {
			is = object{"contains": is}
		}
		return object{"properties": object{c.Field: is}, "required": []any{c.Field}}, ok
	case c.Not != nil:
		inner, ok := m.cond(c.Not, fields)
		return object{"not": inner}, ok
	}
	key, parts := "allOf", c.All
	if len(c.Any) > 0 {
		key, parts = "anyOf", c.Any
	}
	var list []any
	for i := range parts {
		inner, ok := m.cond(&parts[i], fields)
		if !ok {
			return nil, false
		}
		list = append(list, inner)
	}
	if len(list) == 0 {
		return object{}, true
	}
	return object{key: list}, true
}

func (m maker) value(f forms.Field) object {
	out := object{"title": f.Label.In(m.lang)}
	switch f.Kind {
	case forms.Text, forms.Note:
		out["type"], out["minLength"] = "string", 1
		if f.Max != nil {
			out["maxLength"] = int(*f.Max)
		}
	case forms.Ref:
		out["type"], out["format"] = "string", "uuid"
	case forms.Date:
		out["type"], out["format"] = "string", "date"
		out["pattern"] = `^\d{4}-\d{2}-\d{2}$`
	case forms.Bool:
		out["type"] = "boolean"
	case forms.Choice:
		out["oneOf"] = m.options(f)
	case forms.Choices:
		out["type"], out["uniqueItems"], out["minItems"] = "array", true, 1
		out["items"] = object{"oneOf": m.options(f)}
	case forms.Integer, forms.Decimal, forms.Money:
		out["type"] = "integer"
		if f.Kind == forms.Decimal {
			out["type"] = "number"
		}
		if f.Kind == forms.Money {
			out["description"] = "Minor units of the agency's currency: 1250 is 12.50."
		}
		out["minimum"] = 0.0
		if f.Min != nil {
			out["minimum"] = *f.Min
		}
		if f.Max != nil {
			out["maximum"] = *f.Max
		}
		if f.Step > 0 {
			out["multipleOf"] = f.Step
		}
	case forms.Group:
		out["type"], out["minItems"] = "array", 1
		out["items"] = m.object(f.Fields, false)
		if f.Max != nil {
			out["maxItems"] = int(*f.Max)
		}
	}
	return out
}

func (m maker) options(f forms.Field) []any {
	options := f.Options
	if f.List != "" {
		l, _ := m.registry.List(f.List)
		options = l.Options
	}
	var out []any
	for _, o := range slices.Clone(options) {
		out = append(out, object{"const": o.Key, "title": o.Label.In(m.lang)})
	}
	return out
}
