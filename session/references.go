package session

import (
	"context"
	"errors"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/forms"
)

// references makes sure that what the answers point to exists and fits.
func (s *Service) references(ctx context.Context, tx Tx, me casemgmt.Caller, f *Form, def *forms.Form, a forms.Answers) error {
	var bad fault.Issues
	for key, target := range def.Refs() {
		value := forms.RefKey(key).Of(a)
		if value == "" || value == forms.RefKey(key).Of(f.Answers) {
			continue // unchanged: it fitted when it was chosen
		}
		at, found := "/answers/"+key, false
		switch target {
		case "employer", "mentor":
			own, _ := id.Parse[casemgmt.Contact](value)
			contact, err := tx.Contacts().Get(ctx, own)
			if err != nil && !errors.Is(err, fault.ErrNotFound) {
				return err
			}
			if found = err == nil && string(contact.Kind) == target; found && contact.Closed {
				bad.Add(refRules[target], at, "closed")
			}
		case "plan": // FLD-needs-2
			own, _ := id.Parse[casemgmt.Plan](value)
			plan, err := tx.Plans().Get(ctx, own)
			if err != nil && !errors.Is(err, fault.ErrNotFound) {
				return err
			}
			found = err == nil && plan.Client == f.Client
		case "match":
			open, err := s.openMatch(ctx, tx, me, f, value)
			if err != nil {
				return err
			}
			found = open
		}
		if !found {
			bad.Add(refRules[target], at, "no_such_record")
		}
	}
	return bad.Err()
}

// openMatch: the match is one of this client that the caller may see, and no
// other update of it says that it is over.
func (s *Service) openMatch(ctx context.Context, tx Tx, me casemgmt.Caller, f *Form, value string) (bool, error) {
	matches, err := tx.ClientForms(ctx, f.Client, "mentor_match")
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(matches, func(m *Form) bool { return m.ID.String() == value && me.Scope.Sees(m.Resource()) }) {
		return false, nil
	}
	updates, err := tx.ClientForms(ctx, f.Client, "mentor_update")
	if err != nil {
		return false, err
	}
	over := slices.ContainsFunc(updates, func(u *Form) bool {
		status := forms.ChoiceKey("match_status").Of(u.Answers)
		return u.ID != f.ID && forms.RefKey("match").Of(u.Answers) == value && (status == "completed" || status == "ended_early")
	})
	return !over, nil
}
