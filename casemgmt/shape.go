package casemgmt

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"github.com/opencasework/casework/casemgmt/country"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// InLanguages: a text is there in each of the agency's languages, of one line and at
// most limit characters; another language may be there too.
func InLanguages(rule string, limit int) fault.Rule {
	return fault.ByIn(func(ctx context.Context, t i18n.Text) fault.Issues {
		return inLanguages(agencyIn(ctx), rule, t, func(bad *fault.Issues, path, text string) { bad.Line(path, text, limit) })
	})
}

// noteInLanguages is InLanguages for texts of several lines.
func noteInLanguages(rule string, limit int) fault.Rule {
	return fault.ByIn(func(ctx context.Context, t i18n.Text) fault.Issues {
		return inLanguages(agencyIn(ctx), rule, t, func(bad *fault.Issues, path, text string) { bad.Note(path, text, limit) })
	})
}

func inLanguages(a *Agency, rule string, t i18n.Text, shape func(bad *fault.Issues, path, text string)) fault.Issues {
	var bad fault.Issues
	for _, l := range a.Speaks() {
		bad.Required(rule, "/"+string(l), !i18n.Blank(t.Own(l)))
	}
	for _, l := range i18n.Lang("").Values() {
		shape(&bad, "/"+string(l), t.Own(l))
	}
	return bad
}

// email: an address that is given is one.
func email(rule string) fault.Rule {
	return fault.By(func(text string) fault.Issues {
		var bad fault.Issues
		bad.Line("", text, 254)
		if a, err := mail.ParseAddress(text); text != "" && (err != nil || a.Address != text) {
			bad.Add(rule, "", "email")
		}
		return bad
	})
}

// phone: a number that is given has the form of the agency's country, or begins with +
// and has 7 to 15 digits.
func phone(rule string) fault.Rule {
	return fault.ByIn(func(ctx context.Context, text string) fault.Issues {
		var bad fault.Issues
		text = i18n.Trim(text)
		bad.Line("", text, 40)
		form := agencyIn(ctx).Home().Phone
		if text != "" && !form.Matches(text) {
			if form.Form == "" {
				bad.Add(rule, "", "phone")
			} else {
				bad.Add(rule, "", "phone_form", "form", form.Form)
			}
		}
		return bad
	})
}

// countryCode: a code that is given is a country's.
func countryCode(rule string) fault.Rule {
	return fault.OneOf(rule, func(code string) bool { return country.IsCode(strings.ToUpper(code)) })
}

// coded: a key that is given is in a fixed list.
func coded(rule string, list []i18n.Coded) fault.Rule {
	return fault.OneOf(rule, func(key string) bool { return has(list, key) })
}

// Exists adds an issue when a record is named that the agency does not have,
// and returns what else goes wrong in looking.
func Exists[T any](ctx context.Context, at fault.Place, r interface {
	Get(context.Context, id.Of[T]) (*T, error)
}, key id.Of[T]) error {
	_, err := Find(ctx, at, r, key)
	return err
}

// Find is the record that a command names; when the agency does not have it, an
// issue is added and there is none. Without a key there is none either.
func Find[T any](ctx context.Context, at fault.Place, r interface {
	Get(context.Context, id.Of[T]) (*T, error)
}, key id.Of[T]) (*T, error) {
	if key.IsZero() {
		return nil, nil
	}
	found, err := r.Get(ctx, key)
	if errors.Is(err, fault.ErrNotFound) {
		at.Add("no_such_record")
		return nil, nil
	}
	return found, err
}
