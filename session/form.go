package session

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// newForm makes a form for a line, or says why not. It writes nothing.
// The form is the worker's own (SES-12).
func (s *Service) newForm(ctx context.Context, tx Tx, me casemgmt.Caller, worker *casemgmt.Staff, x *Session, line *Participant, kind string, c Content) (*Form, error) {
	var bad fault.Issues
	bad.Required("FRM-01", "/kind", kind != "")
	def, ok := s.cfg.Forms.Latest(kind)
	switch {
	case kind != "" && !ok:
		bad.Add("FRM-06", "/kind", "unknown_value")
	case ok && def.Definition.Session != string(x.Type):
		bad.Add("TYP-05", "/kind", "not_for_session_type")
	}
	if slices.ContainsFunc(line.Active(), func(f *Form) bool { return f.Kind == kind }) {
		bad.Add("FRM-03", "/kind", "form_twice")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	var given casemgmt.ProgramID // by default: the worker is in it
	if p := worker.DefaultProgram(); c.Program.IsZero() && !p.IsZero() {
		program, err := tx.Programs().Get(ctx, p)
		if err != nil {
			return nil, err
		}
		if !program.Closed { // else the form waits for a program
			given, c.Program = p, p
		}
	}
	if c.Funder.IsZero() {
		funder, err := defaultFunder(ctx, tx, worker)
		if err != nil {
			return nil, err
		}
		c.Funder = funder
	}
	f := &Form{Head: casemgmt.NewHead[Form](), Session: x.ID, Client: line.Client, Kind: kind,
		Definition: def.Definition.Version, Worker: worker.ID, Created: me.Now, Content: Content{Program: given}}
	if err := s.fill(ctx, tx, me, f, c); err != nil {
		return nil, err
	}
	if kind == "needs" && line.Kind == casemgmt.Named { // FLD-needs-1; only what the caller may see is spoken of
		earlier, err := tx.ClientForms(ctx, line.Client, kind)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(earlier, func(o *Form) bool { return me.Scope.Sees(o.Resource()) }) {
			f.Warnings.Warn("FLD-needs-1", "/kind", "needs_again")
		}
	}
	return f, nil
}

// fill puts content into a form, refuses what has not the right shape, and
// computes what is missing.
func (s *Service) fill(ctx context.Context, tx Tx, me casemgmt.Caller, f *Form, c Content) error {
	var bad fault.Issues
	c.Answers, c.Own = c.Answers.Normal(), c.Own.Normal()
	if c.Program != f.Program && !c.Program.IsZero() {
		program, err := tx.Programs().Get(ctx, c.Program)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("HDR-01", "/program", "no_such_record")
		case err != nil:
			return err
		case !slices.Contains(me.Programs, c.Program.String()):
			bad.Add("ACC-03", "/program", "not_member")
		case program.Closed:
			bad.Add("HDR-01", "/program", "closed")
		}
	}
	if c.Funder != f.Funder && !c.Funder.IsZero() {
		funder, err := tx.Funders().Get(ctx, c.Funder)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			bad.Add("HDR-01", "/funder", "no_such_record")
		case err != nil:
			return err
		case funder.Closed:
			bad.Add("HDR-01", "/funder", "closed")
		}
	}
	def, own, err := s.definitions(me, f)
	if err != nil {
		return err
	}
	env := forms.Env{Today: me.Today}
	draft := def.Check(c.Answers, forms.Draft, env)
	asked := stillAsked(own, c.Own, f.Own)
	bad = append(bad, draft...)
	bad = append(bad, ownPaths(own.Check(asked, forms.Draft, env))...)
	if err := bad.Err(); err != nil {
		return err
	}
	if err := s.references(ctx, tx, me, f, def, c.Answers); err != nil {
		return err
	}
	f.Content = c
	f.Warnings = draft.Warnings()
	missing := def.Check(c.Answers, forms.Complete, env).Errors()
	missing = append(missing, ownPaths(own.Check(asked, forms.Complete, env).Errors())...)
	if c.Program.IsZero() {
		missing.Add("HDR-01", "/program", "required")
	}
	f.Missing = nil
	for _, m := range missing {
		f.Missing = append(f.Missing, Missing{Path: m.Path, Code: m.Code, Rule: m.Rule})
	}
	s.label(me, f)
	switch {
	case len(f.Missing) > 0:
		f.Completion = nil
	case f.Completion == nil:
		f.Completion = &Completion{At: me.Now, By: me.StaffID()}
	}
	return nil
}

// definitions are the form's own version (FRM-09) and the agency's questions
// on it, those not yet asked when the form was made being optional (ASQ-04).
func (s *Service) definitions(me casemgmt.Caller, f *Form) (def, own *forms.Form, err error) {
	def, ok := s.cfg.Forms.Version(f.Kind, f.Definition)
	if !ok {
		return nil, nil, fault.ErrNotFound // the host left out a form that it had before
	}
	var fields []forms.Field
	for _, q := range me.Agency.Settings.Questions {
		if q.Form == f.Kind {
			field := q.Field
			if q.Since.After(f.Created) {
				field.Required = nil
			}
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return def, s.none, nil
	}
	own, err = s.cfg.Forms.Compile(forms.Definition{Key: "own", Sections: []forms.Section{{Fields: fields}}})
	return def, own, err
}

// stillAsked leaves out the answers to questions that the agency no longer has
// (ASQ-05): as they were saved they may stay.
func stillAsked(own *forms.Form, answers, saved forms.Answers) forms.Answers {
	out := forms.Answers{}
	for k, v := range answers {
		if own.Has(k) || !reflect.DeepEqual(v, saved[k]) {
			out[k] = v
		}
	}
	return out
}

func ownPaths(issues fault.Issues) fault.Issues {
	for i := range issues {
		issues[i].Path = "/own" + strings.TrimPrefix(issues[i].Path, "/answers")
	}
	return issues
}

// label puts the fields' labels to what is missing.
func (s *Service) label(me casemgmt.Caller, f *Form) {
	def, ok := s.cfg.Forms.Version(f.Kind, f.Definition)
	if !ok {
		return
	}
	for i := range f.Missing {
		part, rest, _ := strings.Cut(strings.TrimPrefix(f.Missing[i].Path, "/"), "/")
		key, _, _ := strings.Cut(rest, "/")
		switch part {
		case "answers":
			f.Missing[i].Label = def.Label(key)
		case "own":
			f.Missing[i].Label = ownLabel(me.Agency, f.Kind, key)
		default:
			f.Missing[i].Label = i18n.T("Agency program", "Programme de l’organisme")
		}
	}
}

func ownLabel(a *casemgmt.Agency, form, key string) i18n.Text {
	for _, q := range a.Settings.Questions {
		if q.Form == form && q.Field.Key == key {
			return q.Field.Label
		}
	}
	return i18n.T(key, key)
}

var refRules = map[string]string{"employer": "FLD-jd_placement-1", "mentor": "FLD-mentor_match", "plan": "FLD-needs-2", "match": "FLD-mentor_update"}

// AddForm adds a service form to a client in a session.
type AddForm struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"` // of the session
	Client  casemgmt.ClientID `json:"client"`  // a form without a client is refused (SES-16)
	Kind    string            `json:"kind"`
	Content
}

// AddForm adds a form, empty or with answers. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddForm(ctx context.Context, cmd AddForm) (*Session, error) {
	return s.edit(ctx, cmd, cmd.Session, cmd.Version, func(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session) (event.Event, error) {
		if x.Worker != me.Staff.ID { // SES-12: forms are the worker's own
			return event.Event{}, fault.ErrForbidden
		}
		var bad fault.Issues
		bad.Required("SES-16", "/client", !cmd.Client.IsZero())
		line := x.Participant(cmd.Client)
		if !cmd.Client.IsZero() && (line == nil || line.Removal != nil) {
			bad.Add("SES-16", "/client", "not_in_session")
		}
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		form, err := s.newForm(ctx, tx, me, me.Staff, x, line, cmd.Kind, cmd.Content)
		if err != nil {
			return event.Event{}, err
		}
		line.Forms = append(line.Forms, form)
		x.Warnings = form.Warnings
		return event.New("form.added", form.ID.String(), 0), tx.InsertForm(ctx, form)
	})
}

// SaveForm replaces what a form says.
type SaveForm struct {
	ID      FormID `json:"id"`
	Version int64  `json:"version"` // of the form, as it was read
	Content
}

// SaveForm saves a form, complete or not (RUN-04). The answer says what is
// missing. It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict when somebody else saved it meanwhile, or *fault.Invalid.
func (s *Service) SaveForm(ctx context.Context, cmd SaveForm) (*Form, error) {
	var out *Form
	err := s.changeForm(ctx, cmd, cmd.ID, cmd.Version, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller, f *Form) (string, []event.Change, error) {
		before, was := f.Content, f.Completion != nil
		if err := s.fill(ctx, tx, me, f, cmd.Content); err != nil {
			return "", nil, err
		}
		if !reflect.DeepEqual(before.Answers, f.Answers) {
			if err := amends(f); err != nil {
				return "", nil, err
			}
		}
		diff, err := event.Diff(before, f.Content)
		kind := "form.saved"
		if now := f.Completion != nil; now && !was {
			kind = "form.completed"
		} else if was && !now {
			kind = "form.reopened"
		}
		return kind, event.Paths(diff), err // a form may be private: no values
	})
	return out, err
}

// RemoveForm takes a form out of its session.
type RemoveForm struct {
	ID      FormID `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason,omitempty"` // needed when it was completed
}

// RemoveForm takes a form out, such as the one that a new line starts with
// (FRM-07). It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveForm(ctx context.Context, cmd RemoveForm) (*Form, error) {
	var out *Form
	err := s.changeForm(ctx, cmd, cmd.ID, cmd.Version, &out, func(_ context.Context, _ Tx, me casemgmt.Caller, f *Form) (string, []event.Change, error) {
		f.Removal = &Removal{At: me.Now, By: me.StaffID(), Reason: cmd.Reason}
		return "form.removed", nil, reasonFor("SES-21", cmd.Reason, f.Completion != nil)
	})
	return out, err
}

// RestoreForm undoes RemoveForm.
type RestoreForm struct {
	ID      FormID `json:"id"`
	Version int64  `json:"version"`
}

// RestoreForm brings a removed form back with what it said (SES-21). It fails
// with fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or
// *fault.Invalid when the client has another form of the kind by now.
func (s *Service) RestoreForm(ctx context.Context, cmd RestoreForm) (*Form, error) {
	var out *Form
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		x, f, err := s.lockForm(ctx, tx, me, cmd.ID, true)
		if err != nil {
			return event.Event{}, err
		}
		return s.writeForm(ctx, tx, me, x, f, cmd.Version, &out, func() (string, []event.Change, error) {
			var bad fault.Issues
			if slices.ContainsFunc(x.Participant(f.Client).Active(), func(o *Form) bool { return o.Kind == f.Kind }) {
				bad.Add("FRM-03", "/id", "form_twice")
			}
			f.Removal = nil
			return "form.restored", nil, bad.Err()
		})
	})
	return out, err
}

// changeForm locks a form's session, changes the form and writes both.
func (s *Service) changeForm(ctx context.Context, cmd any, key FormID, version int64, out **Form,
	do func(context.Context, Tx, casemgmt.Caller, *Form) (string, []event.Change, error)) error {
	return s.work.Update(ctx, cmd, out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		x, f, err := s.lockForm(ctx, tx, me, key, false)
		if err != nil {
			return event.Event{}, err
		}
		return s.writeForm(ctx, tx, me, x, f, version, out, func() (string, []event.Change, error) { return do(ctx, tx, me, f) })
	})
}

// writeForm changes a form of a locked session and writes both.
func (s *Service) writeForm(ctx context.Context, tx Tx, me casemgmt.Caller, x *Session, f *Form, version int64, out **Form,
	do func() (string, []event.Change, error)) (event.Event, error) {
	if f.Version != version {
		return event.Event{}, fault.ErrConflict
	}
	if f.Export.UnderWay() {
		return event.Event{}, notUnderWay(x)
	}
	was, payers := x.Complete, x.payers()
	kind, changes, err := do()
	if err != nil {
		return event.Event{}, err
	}
	x.Settle()
	if err := x.stays(payers); err != nil {
		return event.Event{}, err
	}
	if err := tx.UpdateForm(ctx, f); err != nil {
		return event.Event{}, err
	}
	if err := s.count(ctx, tx, x, was); err != nil {
		return event.Event{}, err
	}
	*out = f
	return event.New(kind, f.ID.String(), f.Version, changes...), tx.UpdateSession(ctx, x)
}

// lockForm finds a form that the caller may change: their own, or one of a
// program that they manage; one that was removed, to restore it.
func (s *Service) lockForm(ctx context.Context, tx Tx, me casemgmt.Caller, key FormID, removed bool) (*Session, *Form, error) {
	session, err := tx.SessionOf(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	x, err := tx.LockSession(ctx, session)
	if err != nil {
		return nil, nil, err
	}
	f := x.Form(key)
	if f == nil || (f.Removal != nil) != removed || x.Participant(f.Client).Removal != nil {
		return nil, nil, fault.ErrNotFound
	}
	if !me.Scope.Sees(f.Resource()) || me.Staff == nil {
		return nil, nil, fault.ErrForbidden
	}
	if f.Worker == me.Staff.ID {
		return x, f, me.Allow(ctx, access.RecordSessions, access.Resource{})
	}
	if slices.Contains(me.Manages, f.Program.String()) {
		return x, f, nil
	}
	return nil, nil, fault.ErrForbidden
}

func (s *Service) seenForm(ctx context.Context, tx Tx, me casemgmt.Caller, key FormID) (*Form, error) {
	session, err := tx.SessionOf(ctx, key)
	if err != nil {
		return nil, err
	}
	x, err := tx.Session(ctx, session)
	if err != nil {
		return nil, err
	}
	f := x.Form(key)
	if f == nil || f.Removal != nil {
		return nil, fault.ErrNotFound
	}
	if !me.Scope.Sees(f.Resource()) {
		return nil, fault.ErrForbidden
	}
	s.label(me, f)
	return f, nil
}

// Form is one form. It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) Form(ctx context.Context, key FormID) (*Form, error) {
	var out *Form
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) (err error) {
		out, err = s.seenForm(ctx, tx, me, key)
		return err
	})
	return out, err
}
