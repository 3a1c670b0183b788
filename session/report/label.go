package report

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
	"github.com/opencasework/casework/session"
)

// label gives the rows the names of what they are by, and orders them by those
// where the key says nothing to people.
func label(ctx context.Context, u *Unit, d Definition, c Criteria, rows []Row) error {
	for i := range rows {
		text, err := labelOf(ctx, u, d, c, rows[i].Key)
		if err != nil {
			return err
		}
		rows[i].Label = text
	}
	if d.By != FormKind && d.By != Answer {
		slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(a.Label.En, b.Label.En) })
	}
	return nil
}

func labelOf(ctx context.Context, u *Unit, d Definition, c Criteria, key string) (i18n.Text, error) {
	switch d.By {
	case Whole:
		return d.Title, nil
	case FormKind:
		if form, ok := u.Forms.Latest(key); ok {
			return form.Definition.Title, nil
		}
	case SessionType:
		return session.Type(key).Info().Label, nil
	case Answer:
		return answerLabel(u, c, key), nil
	case Program:
		return nameOf(ctx, u.Tx.Programs(), key, func(p *casemgmt.Program) i18n.Text { return p.Name })
	case Site:
		return nameOf(ctx, u.Tx.Sites(), key, func(s *casemgmt.Site) i18n.Text { return i18n.T(s.Name, s.Name) })
	case Worker:
		return nameOf(ctx, u.Tx.Staff(), key, func(s *casemgmt.Staff) i18n.Text { return i18n.T(s.Name, s.Name) })
	case Funder:
		return nameOf(ctx, u.Tx.Funders(), key, func(f *casemgmt.Funder) i18n.Text { return f.Name })
	case Code:
		return nameOf(ctx, u.Tx.ServiceCodes(), key, func(c *enroll.ServiceCode) i18n.Text { return c.Name })
	}
	return i18n.T(key, key), nil
}

// none labels what has nothing of the dimension, such as forms without a funder.
var none = i18n.T("None", "Aucun")

func nameOf[T any](ctx context.Context, r interface {
	Get(context.Context, id.Of[T]) (*T, error)
}, key string, name func(*T) i18n.Text) (i18n.Text, error) {
	parsed, err := id.Parse[T](key)
	if err != nil {
		return none, nil
	}
	record, err := r.Get(ctx, parsed)
	if errors.Is(err, fault.ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return i18n.Text{}, err
	}
	return name(record), nil
}

var yesNo = map[string]i18n.Text{"true": i18n.T("Yes", "Oui"), "false": i18n.T("No", "Non")}

// answerLabel is the name of an option of the field that is asked for.
func answerLabel(u *Unit, c Criteria, value string) i18n.Text {
	var field forms.Field
	if key, own := strings.CutPrefix(c.Field, "own/"); own {
		for _, q := range u.Agency.Settings.Questions {
			if q.Form == c.FormKind && q.Field.Key == key {
				field = q.Field
			}
		}
	} else if def, ok := u.Forms.Latest(c.FormKind); ok {
		field, _ = def.Field(c.Field)
	}
	if field.Kind == forms.Bool {
		return yesNo[value]
	}
	options := field.Options
	if list, ok := u.Forms.List(field.List); ok {
		options = list.Options
	}
	for _, o := range options {
		if o.Key == value {
			return o.Label
		}
	}
	return i18n.T(value, value)
}
