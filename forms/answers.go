package forms

import (
	"encoding/json"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Answers are the answers of one form by field key, as JSON has them: string,
// bool, float64, []any, map[string]any. A missing key is an empty field.
type Answers map[string]any

// Normal is a copy without empty answers: null, "", [], {} and texts that show
// nothing are all "not answered". Texts lose the blanks around them. Empty items at the end of a list are left out; others stay, as
// null, for the check to name them by their place.
func (a Answers) Normal() Answers {
	out := Answers{}
	for k, v := range a {
		if v = normal(v); v != nil {
			out[k] = v
		}
	}
	return out
}

func normal(v any) any {
	switch v := v.(type) {
	case string:
		if v = i18n.Trim(v); v == "" {
			return nil
		}
		return v
	case []any:
		list := make([]any, len(v))
		last := 0
		for i, x := range v {
			if list[i] = normal(x); list[i] != nil {
				last = i + 1
			}
		}
		if last == 0 {
			return nil
		}
		return list[:last]
	case map[string]any:
		m := map[string]any(Answers(v).Normal())
		if len(m) == 0 {
			return nil
		}
		return m
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return normal(list)
	case []map[string]any:
		list := make([]any, len(v))
		for i, m := range v {
			list[i] = m
		}
		return normal(list)
	case civil.Date:
		return normal(v.String())
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	}
	return v
}

// Typed keys read and write stock answers so that a misspelt field or a wrong
// type does not compile.
type (
	// TextKey names a field of kind Text or Note.
	TextKey string
	// DateKey names a field of kind Date.
	DateKey string
	// BoolKey names a field of kind Bool.
	BoolKey string
	// ChoiceKey names a field of kind Choice.
	ChoiceKey string
	// RefKey names a field of kind Ref.
	RefKey string
)

// Of is the answer, empty without one.
func (k TextKey) Of(a Answers) string { s, _ := a[string(k)].(string); return s }

// Set writes the answer.
func (k TextKey) Set(a Answers, v string) { a[string(k)] = v }

// Of is the answer, the zero date without one.
func (k DateKey) Of(a Answers) civil.Date {
	s, _ := a[string(k)].(string)
	d, err := civil.Parse(s)
	if err != nil {
		return civil.Date{}
	}
	return d
}

// Set writes the answer.
func (k DateKey) Set(a Answers, v civil.Date) { a[string(k)] = v.String() }

// Of is the answer, and whether there is one.
func (k BoolKey) Of(a Answers) (yes, answered bool) { yes, answered = a[string(k)].(bool); return }

// Set writes the answer.
func (k BoolKey) Set(a Answers, v bool) { a[string(k)] = v }

// Of is the key of the chosen option, empty without one.
func (k ChoiceKey) Of(a Answers) string { s, _ := a[string(k)].(string); return s }

// Set writes the answer.
func (k ChoiceKey) Set(a Answers, v string) { a[string(k)] = v }

// Of is the id as text, empty without one.
func (k RefKey) Of(a Answers) string { s, _ := a[string(k)].(string); return s }

// Set writes the answer.
func (k RefKey) Set(a Answers, v string) { a[string(k)] = v }
