package session

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/forms"
)

// Reference is a question for what an answer names.
type Reference struct {
	Target string // see forms.Field
	ID     string
	// By is the kind of the forms that refer to forms of the same client in the
	// same way; empty for other targets.
	By string
}

// Referred is what a reference names, as far as rules ask.
type Referred struct {
	Kind   casemgmt.ContactKind // of a contact
	Closed bool                 // the contact
	Client casemgmt.ClientID    // of a plan or form
	Form   *Form                // if it is one that was not removed
	By     []*Form              // that may refer to the same
}

// refers makes sure that what the answers point to exists and fits. What is
// unchanged fitted when it was chosen.
func (u *recorder) refers(ctx context.Context, f *Form, def *forms.Form, a forms.Answers) error {
	var fields []forms.Field
	var list []Reference
	for _, field := range def.Refs() {
		value := forms.RefKey(field.Key).Of(a)
		if value == "" || value == forms.RefKey(field.Key).Of(f.Answers) {
			continue
		}
		r := Reference{Target: field.Target, ID: value}
		if field.FormKind != "" {
			r.By = f.Kind
		}
		fields, list = append(fields, field), append(list, r)
	}
	if len(list) == 0 {
		return nil
	}
	found, err := u.Tx.Forms().Referred(ctx, list)
	if err != nil {
		return err
	}
	var bad fault.Issues
	scope := u.Scope(ctx, access.Forms)
	for i, field := range fields {
		at := "/answers/" + field.Key
		switch {
		case found[i] == nil || !fitsReference(field, found[i], f, scope):
			bad.Add(field.Rule, at, "no_such_record")
		case found[i].Closed:
			bad.Add(field.Rule, at, "closed")
		}
	}
	return bad.Err()
}

// fitsReference: a contact is of the kind that is asked for, a plan is the
// client's, and a form is one of the client that the caller may see and that no
// other form has ended.
func fitsReference(field forms.Field, to *Referred, f *Form, scope access.Scope) bool {
	switch field.Target {
	case "plan":
		return to.Client == f.Client
	case "form":
		if to.Form == nil || to.Form.Kind != field.FormKind || to.Client != f.Client || !scope.Sees(to.Form.Resource()) {
			return false
		}
		return !slices.ContainsFunc(to.By, func(o *Form) bool {
			return o.ID != f.ID && forms.RefKey(field.Key).Of(o.Answers) == to.Form.ID.String() && field.Closes.Holds(o.Answers)
		})
	}
	return string(to.Kind) == field.Target
}
