package fault

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/invopop/validation"
)

// Check declares the shape of a command or record, of which record is the
// address: each field with its rules. It returns nil, or an *Invalid with an
// issue for the first broken rule of each field, in the order of the fields,
// with JSON paths, also of what nested records and lists say of themselves.
func Check(record any, fields ...*validation.FieldRules) error {
	return CheckIn(context.Background(), record, fields...)
}

// CheckIn is Check for rules that need to know the day or the lists (see In).
func CheckIn(ctx context.Context, record any, fields ...*validation.FieldRules) error {
	err := validation.ValidateStructWithContext(ctx, record, fields...)
	if err == nil {
		return nil
	}
	broken, ok := err.(validation.Errors)
	if !ok {
		return err // a declaration names a field that is not there
	}
	return flatten(reflect.TypeOf(record).Elem(), broken).Err()
}

// flatten brings errors by field into the order of the fields.
func flatten(t reflect.Type, broken validation.Errors) Issues {
	var out Issues
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct { // its fields are the record's own
			out = append(out, flatten(f.Type, broken)...)
		}
		err, ok := broken[name]
		if !ok {
			continue
		}
		path := "/" + name
		if f.Anonymous {
			path = ""
		}
		out = append(out, issuesIn(err).Under(path)...)
	}
	return out
}

// issuesIn are the issues of a field's error: its own, or those of its items.
func issuesIn(err error) Issues {
	items, ok := err.(validation.Errors)
	if !ok {
		return IssuesOf(err)
	}
	var out Issues
	for i := 0; len(items) > 0; i++ {
		key := strconv.Itoa(i)
		if item, ok := items[key]; ok {
			out = append(out, issuesIn(item).Under("/"+key)...)
			delete(items, key)
		}
	}
	return out
}

// Required adds an issue when a mandatory field is empty.
func (is *Issues) Required(rule, path string, given bool) {
	if !given {
		is.Add(rule, path, "required")
	}
}

// Line checks a text of one line: whole Unicode, no control characters, at
// most max characters.
func (is *Issues) Line(path, text string, limit int) { is.text("", path, text, limit, false) }

// Note checks a text of several lines.
func (is *Issues) Note(path, text string, limit int) { is.text("", path, text, limit, true) }

func (is *Issues) text(rule, path, text string, limit int, lines bool) {
	if len(text) > 4*limit || utf8.RuneCountInString(text) > limit {
		is.Add(rule, path, "too_long", "max", limit)
		return
	}
	for _, r := range text {
		switch {
		case r == utf8.RuneError: // a lone surrogate or broken UTF-8 was here
			is.Add(rule, path, "not_unicode")
			return
		case lines && (r == '\n' || r == '\t' || r == '\r'):
		case unicode.IsControl(r):
			is.Add(rule, path, "control_character")
			return
		}
	}
}

// OneOf checks a code; an empty one is left to Required.
func (is *Issues) OneOf(rule, path string, valid bool, text string) {
	if text != "" && !valid {
		is.Add(rule, path, "unknown_value")
	}
}
