package fault

import (
	"context"
	"reflect"
	"regexp"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/i18n"
)

// Rule is a validation.Rule that says which rule of the rule book is broken, and
// how. Commands and records declare their shape with rules (see Check).
type Rule struct {
	check func(ctx context.Context, value any) Issues
}

// Validate is part of validation.Rule.
func (r Rule) Validate(value any) error { return r.ValidateWithContext(context.Background(), value) }

// ValidateWithContext is part of validation.RuleWithContext.
func (r Rule) ValidateWithContext(ctx context.Context, value any) error {
	return r.check(ctx, value).Err()
}

// broken is one issue at the field itself.
func broken(rule, code string, params ...any) Issues {
	var bad Issues
	bad.Add(rule, "", code, params...)
	return bad
}

// simple is a rule with one code.
func simple(rule, code string, ok func(value any) bool, params ...any) Rule {
	return Rule{func(_ context.Context, value any) Issues {
		if ok(value) {
			return nil
		}
		return broken(rule, code, params...)
	}}
}

// given says whether a field has a value; a text that shows nothing is none.
func given(value any) bool {
	if z, ok := value.(interface{ IsZero() bool }); ok && (reflect.ValueOf(value).Kind() != reflect.Pointer || !reflect.ValueOf(value).IsNil()) {
		return !z.IsZero()
	}
	v, none := validation.Indirect(value)
	if none || validation.IsEmpty(v) {
		return false
	}
	text := reflect.ValueOf(v)
	return text.Kind() != reflect.String || !i18n.Blank(text.String())
}

// textOf is the value of a string type, also behind a pointer.
func textOf(value any) string {
	v := reflect.Indirect(reflect.ValueOf(value))
	if v.IsValid() && v.Kind() == reflect.String {
		return v.String()
	}
	return ""
}

// Required: the field is mandatory.
func Required(rule string) Rule { return simple(rule, "required", given) }

// Empty: the field must stay empty here.
func Empty(rule string) Rule {
	return simple(rule, "not_applicable", func(value any) bool { return !given(value) })
}

// Accepted: the yes/no field must say yes; code says what is missing otherwise.
func Accepted(rule, code string) Rule { return simple(rule, code, given) }

// Line: text of one line, whole Unicode, at most limit characters.
func Line(rule string, limit int) Rule { return textRule(rule, limit, false) }

// Note: text of several lines, at most limit characters.
func Note(rule string, limit int) Rule { return textRule(rule, limit, true) }

func textRule(rule string, limit int, lines bool) Rule {
	return Rule{func(_ context.Context, value any) Issues {
		var bad Issues
		bad.text(rule, "", textOf(value), limit, lines)
		return bad
	}}
}

// Match: a text that is given has a shape.
func Match(rule, code string, shape *regexp.Regexp) Rule {
	return simple(rule, code, func(value any) bool { return textOf(value) == "" || shape.MatchString(textOf(value)) })
}

// Valid: a code that is given is one that there is: the type's own Valid says so.
func Valid(rule string) Rule {
	return simple(rule, "unknown_value", func(value any) bool {
		known, ok := value.(interface{ Valid() bool })
		return textOf(value) == "" || ok && known.Valid()
	})
}

// OneOf: a text that is given is one that known says yes to.
func OneOf(rule string, known func(string) bool) Rule {
	return simple(rule, "unknown_value", func(value any) bool { return textOf(value) == "" || known(textOf(value)) })
}

// AtMost: a list has no more items.
func AtMost(rule string, most int) Rule {
	return simple(rule, "too_many", func(value any) bool { return reflect.ValueOf(value).Len() <= most }, "max", most)
}

// Between: a number that is given, also behind a pointer, is in a range.
func Between(rule string, least, most int) Rule {
	return simple(rule, "out_of_range", func(value any) bool {
		v := reflect.Indirect(reflect.ValueOf(value))
		return !v.IsValid() || v.Int() >= int64(least) && v.Int() <= int64(most)
	}, "min", least, "max", most)
}

// Days: a date that is given exists and lies in some years.
func Days(rule string, first, last int) Rule {
	return simple(rule, "date_range", func(value any) bool {
		d, _ := value.(civil.Date)
		return d.IsZero() || d.Valid() && d.Year >= first && d.Year <= last
	})
}

// Past: a date that is given is not after today in the agency's zone. Without a
// day to compare with (see In) nothing is said.
func Past(rule string) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		d, _ := value.(civil.Date)
		if today := envOf(ctx).Today; d.IsZero() || today.IsZero() || !d.After(today) {
			return nil
		}
		return broken(rule, "in_future")
	}}
}

// Within: a date that is given is at most so many days after today. Without a
// day to compare with nothing is said.
func Within(rule string, days int) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		d, _ := value.(civil.Date)
		if today := envOf(ctx).Today; d.IsZero() || today.IsZero() || !d.After(today.AddDays(days)) {
			return nil
		}
		return broken(rule, "date_range")
	}}
}

// NotBefore: a date that is given is not before another one.
func NotBefore(rule, code string, first civil.Date) Rule {
	return simple(rule, code, func(value any) bool {
		d, _ := value.(civil.Date)
		return d.IsZero() || !d.Before(first)
	})
}

// InList: a key that is given is one of a shared list. Without lists (see In)
// nothing is said.
func InList(rule, list string) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		known := envOf(ctx).Known
		if key := textOf(value); key == "" || known == nil || known(list, key) {
			return nil
		}
		return broken(rule, "unknown_value")
	}}
}

// Distinct: no item of a list is there twice.
func Distinct[T comparable](rule string) Rule {
	return Items(func(list []T, i int) Issues {
		if slices.Contains(list[:i], list[i]) {
			return broken(rule, "repeated")
		}
		return nil
	})
}

// Items judges each item of a list; the issues' paths are relative to the item.
func Items[T any](judge func(list []T, i int) Issues) Rule {
	return Rule{func(_ context.Context, value any) Issues {
		var bad Issues
		list, _ := value.([]T)
		for i := range list {
			bad = append(bad, judge(list, i).Under(At("", i))...)
		}
		return bad
	}}
}

// Each applies rules to each item of a list, all of them.
func Each[T any](rules ...Rule) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		var bad Issues
		list, _ := value.([]T)
		for i := range list {
			for _, r := range rules {
				bad = append(bad, r.check(ctx, list[i]).Under(At("", i))...)
			}
		}
		return bad
	}}
}

// Fails is broken whenever the condition holds, whatever the value: for what
// other fields say of this one.
func Fails(condition bool, rule, code string, params ...any) Rule {
	return simple(rule, code, func(any) bool { return !condition }, params...)
}

// If leaves rules out unless the condition holds.
func If(condition bool, rules ...Rule) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		if !condition {
			return nil
		}
		for _, r := range rules {
			if bad := r.check(ctx, value); len(bad) > 0 {
				return bad
			}
		}
		return nil
	}}
}

// Env is what rules need to know besides the record: the day in the agency's
// zone, and the shared lists.
type Env struct {
	Today civil.Date
	Known func(list, key string) bool
}

type envKey struct{}

// In is a context in which rules know the day and the lists.
func In(ctx context.Context, e Env) context.Context { return context.WithValue(ctx, envKey{}, e) }

func envOf(ctx context.Context) Env {
	e, _ := ctx.Value(envKey{}).(Env)
	return e
}

// By is a rule of a type's own; the issues' paths are relative to the field.
func By[T any](judge func(T) Issues) Rule {
	return Rule{func(_ context.Context, value any) Issues {
		v, ok := value.(T)
		if !ok {
			return nil
		}
		return judge(v)
	}}
}

// ByIn is By for what needs to know more than the value.
func ByIn[T any](judge func(context.Context, T) Issues) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		v, ok := value.(T)
		if !ok {
			return nil
		}
		return judge(ctx, v)
	}}
}

// Under puts the issues of a rule at a part of the field.
func Under(path string, r Rule) Rule {
	return Rule{func(ctx context.Context, value any) Issues { return r.check(ctx, value).Under(path) }}
}

// Coming: a date that is given is today or later. Without a day to compare with
// nothing is said.
func Coming(rule string) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		d, _ := value.(civil.Date)
		if d.IsZero() || !d.Before(envOf(ctx).Today) {
			return nil
		}
		return broken(rule, "date_range")
	}}
}

// Judge is a rule that looks at more than the field's value, or asks what the field
// says of itself; the issues' paths are relative to the field.
func Judge(judge func(ctx context.Context) Issues) Rule {
	return Rule{func(ctx context.Context, _ any) Issues { return judge(ctx) }}
}

// All applies all of the rules, also behind one that is broken.
func All(rules ...Rule) Rule {
	return Rule{func(ctx context.Context, value any) Issues {
		var bad Issues
		for _, r := range rules {
			bad = append(bad, r.check(ctx, value)...)
		}
		return bad
	}}
}
