package session

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/forms"
)

// newForm makes a form for a participant, or without one for the session itself,
// or says why not. It writes nothing. The form is the worker's own (SES-12).
func (u *recorder) newForm(ctx context.Context, x *Session, p *Participant, with StartForm) (*Form, error) {
	def, ok := u.Unit.Forms.Latest(with.Kind)
	var client casemgmt.ClientID
	if p != nil {
		client = p.Client
	}
	if err := fitsSession(x, client, with.Kind, def, ok); err != nil {
		return nil, err
	}
	c := with.Content
	var given casemgmt.ProgramID // by default: the worker is in it
	if own := u.worker.DefaultProgram(); c.Program.IsZero() && !own.IsZero() {
		program, err := u.Tx.Programs().Get(ctx, own)
		if err != nil {
			return nil, err
		}
		if !program.Closed { // else the form waits for a program
			given, c.Program = own, own
		}
	}
	if c.Funder.IsZero() {
		funder, err := defaultFunder(ctx, u.Tx, u.worker)
		if err != nil {
			return nil, err
		}
		c.Funder = funder
	}
	f := &Form{Head: casemgmt.NewHead[Form](), Session: x.ID, Client: client, Kind: with.Kind,
		Definition: def.Definition.Version, Worker: u.worker.ID, Created: u.Now, Content: Content{Program: given}}
	if err := u.fill(ctx, x, f, c); err != nil {
		return nil, err
	}
	return f, u.hadBefore(ctx, f, p, def.Definition.Seldom)
}

// fitsSession: there is such a form, the session's type takes it, on a client or
// on the session itself (TYP-05), and not twice (FRM-03).
func fitsSession(x *Session, client casemgmt.ClientID, kind string, def *forms.Form, known bool) error {
	var bad fault.Issues
	bad.Required("FRM-01", "/kind", kind != "")
	switch {
	case kind != "" && !known:
		bad.Add("FRM-06", "/kind", "unknown_value")
	case known && (!def.Definition.Takes(string(x.Type)) || def.Definition.On.ByPerson() == client.IsZero()):
		bad.Add("TYP-05", "/kind", "not_for_session_type")
	}
	if (!known || !def.Definition.Again) && slices.ContainsFunc(x.beside(client), func(f *Form) bool { return f.Kind == kind }) {
		bad.Add("FRM-03", "/kind", "form_twice")
	}
	return bad.Err()
}

// hadBefore warns when a named client who has had such a form gets another; only
// what the caller may see is spoken of.
func (u *recorder) hadBefore(ctx context.Context, f *Form, p *Participant, rule string) error {
	if rule == "" || p == nil || p.Kind != casemgmt.Named {
		return nil
	}
	earlier, err := u.Tx.Forms().OfClient(ctx, p.Client, f.Kind)
	if err != nil {
		return err
	}
	scope := u.Scope(ctx, access.Forms)
	if slices.ContainsFunc(earlier, func(o *Form) bool { return scope.Sees(o.Resource()) }) {
		f.Warnings.Warn(rule, "/kind", "needs_again")
	}
	return nil
}

// fill puts content into a form, refuses what has not the right shape, and
// computes what is missing.
func (u *recorder) fill(ctx context.Context, x *Session, f *Form, c Content) error {
	c.Answers, c.Own = c.Answers.Normal(), c.Own.Normal()
	bad, err := u.payable(ctx, f, c)
	if err != nil {
		return err
	}
	def, own, err := definitions(u.Unit.Forms, asked(u.Agency.Settings.Questions), f)
	if err != nil {
		return err
	}
	env := forms.Env{Today: u.Today}
	draft := def.Check(c.Answers, forms.Draft, env)
	asked := stillAsked(own, c.Own, f.Own)
	bad = append(bad, draft...)
	bad = append(bad, ownPaths(own.Check(asked, forms.Draft, env))...)
	if err := bad.Err(); err != nil {
		return err
	}
	if err := u.refers(ctx, f, def, c.Answers); err != nil {
		return err
	}
	f.Content = c
	f.Warnings = draft.Warnings()
	missing := def.Check(c.Answers, forms.Complete, env).Errors()
	missing = append(missing, ownPaths(own.Check(asked, forms.Complete, env).Errors())...)
	if c.Program.IsZero() {
		missing.Add("HDR-01", "/program", "required")
	}
	if x.waits(def.Definition.On, u.Unit.Forms) {
		missing.Add("GRP-08", "/kind", "others_first")
	}
	u.complete(f, missing)
	return nil
}

// complete marks a form as complete, or says what is missing (CMP-05).
func (u *recorder) complete(f *Form, missing fault.Issues) {
	f.Missing = nil
	for _, m := range missing {
		f.Missing = append(f.Missing, Missing{Path: m.Path, Code: m.Code, Rule: m.Rule})
	}
	label(u.Unit, f)
	switch {
	case len(f.Missing) > 0:
		f.Completion = nil
	case f.Completion == nil:
		f.Completion = &Completion{At: u.Now, By: u.StaffID()}
	}
}

// waits says whether forms on something can not be completed yet, because those
// that come first in such a session are not (GRP-08, LNG-05).
func (s *Session) waits(on forms.On, r *forms.Registry) bool {
	order := s.Type.Info().On
	for _, first := range order[:max(slices.Index(order, on), 0)] {
		done := false
		for _, f := range s.Active() {
			if def, ok := r.Version(f.Kind, f.Definition); ok && def.Definition.On == first {
				if f.Completion == nil {
					return true
				}
				done = true
			}
		}
		if !done {
			return true
		}
	}
	return false
}

// payable judges the newly chosen program and funder of a form (HDR-01).
func (u *recorder) payable(ctx context.Context, f *Form, c Content) (fault.Issues, error) {
	var bad fault.Issues
	if c.Program != f.Program {
		program, err := casemgmt.Find(ctx, bad.Place("HDR-01", "/program"), u.Tx.Programs(), c.Program)
		switch {
		case err != nil:
			return nil, err
		case program == nil:
		case !slices.Contains(u.Programs, c.Program.String()):
			bad.Add("ACC-03", "/program", "not_member")
		case program.Closed:
			bad.Add("HDR-01", "/program", "closed")
		}
	}
	if c.Funder != f.Funder {
		funder, err := casemgmt.Find(ctx, bad.Place("HDR-01", "/funder"), u.Tx.Funders(), c.Funder)
		if err != nil {
			return nil, err
		}
		if funder != nil && funder.Closed {
			bad.Add("HDR-01", "/funder", "closed")
		}
	}
	return bad, nil
}

// definitions are the form's own version (FRM-09) and the agency's questions
// on it, those not yet asked when the form was made being optional (ASQ-04). All
// that can be counted in the answers is (REP-01).
func definitions(r *forms.Registry, questions []casemgmt.Question, f *Form) (def, own *forms.Form, err error) {
	def, ok := r.Version(f.Kind, f.Definition)
	if !ok {
		return nil, nil, fault.ErrNotFound // the host left out a form that it had before
	}
	var fields []forms.Field
	for _, q := range questions {
		if q.Form == f.Kind {
			field := q.Field
			if q.Since.After(f.Created) {
				field.Required = nil
			}
			field.Reportable = field.Kind.Countable()
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return def, &forms.Form{}, nil
	}
	own, err = r.Compile(forms.Definition{Key: "own", Sections: []forms.Section{{Fields: fields}}})
	return def, own, err
}

// asked are the questions that are not retired.
func asked(questions []casemgmt.Question) []casemgmt.Question {
	return slices.DeleteFunc(slices.Clone(questions), func(q casemgmt.Question) bool { return q.Retired })
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
func label(u *Unit, f *Form) {
	def, ok := u.Forms.Version(f.Kind, f.Definition)
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
			f.Missing[i].Label = ownLabel(u.Agency, f.Kind, key)
		case "kind":
			f.Missing[i].Label = def.Definition.Title
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
