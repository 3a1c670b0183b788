package casemgmt

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
)

// InBoth: a text is there in both languages, each of one line and at most limit
// characters.
func InBoth(rule string, limit int) fault.Rule {
	return fault.By(func(t i18n.Text) fault.Issues {
		var bad fault.Issues
		bad.Required(rule, "/en", !i18n.Blank(t.En))
		bad.Required(rule, "/fr", !i18n.Blank(t.Fr))
		bad.Line("/en", t.En, limit)
		bad.Line("/fr", t.Fr, limit)
		return bad
	})
}

// noteInBoth is InBoth for texts of several lines.
func noteInBoth(rule string, limit int) fault.Rule {
	return fault.By(func(t i18n.Text) fault.Issues {
		var bad fault.Issues
		bad.Required(rule, "/en", !i18n.Blank(t.En))
		bad.Required(rule, "/fr", !i18n.Blank(t.Fr))
		bad.Note("/en", t.En, limit)
		bad.Note("/fr", t.Fr, limit)
		return bad
	})
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

// phone: a number that is given has 7 to 15 digits.
func phone(rule string) fault.Rule {
	return fault.By(func(text string) fault.Issues {
		var bad fault.Issues
		text = i18n.Trim(text)
		bad.Line("", text, 40)
		if n := len(i18n.Digits(text)); text != "" && (n < 7 || n > 15) {
			bad.Add(rule, "", "phone")
		}
		return bad
	})
}

// country: a code that is given is a country's.
func country(rule string) fault.Rule {
	return fault.OneOf(rule, func(code string) bool { return isCountry(strings.ToUpper(code)) })
}

// coded: a key that is given is in a fixed list.
func coded(rule string, list []Coded) fault.Rule {
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
