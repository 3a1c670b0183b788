package session

import (
	"context"
	"reflect"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// AddForm adds a service form to a client in a session.
type AddForm struct {
	Session SessionID         `json:"session"`
	Version int64             `json:"version"` // of the session
	Client  casemgmt.ClientID `json:"client"`  // a form without a client is refused in a direct session (SES-16)
	Kind    string            `json:"kind"`
	Content
}

// AddForm adds a form, empty or with answers. It fails with
// fault.ErrNotFound, fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) AddForm(ctx context.Context, cmd AddForm) (*Session, error) {
	return casemgmt.Change(ctx, s.work, cmd, addForm)
}

func addForm(ctx context.Context, u *Unit, cmd AddForm) (*Session, error) {
	e, err := editing(ctx, u, cmd.Session, cmd.Version)
	if err != nil {
		return nil, err
	}
	if err := notUnderWay(e.x); err != nil {
		return nil, err
	}
	if e.x.Worker != u.Staff.ID { // SES-12: forms are the worker's own
		return nil, fault.ErrForbidden
	}
	p := e.x.Participant(cmd.Client)
	var bad fault.Issues
	if !e.x.Type.Info().Group {
		bad.Required("SES-16", "/client", !cmd.Client.IsZero())
	}
	if !cmd.Client.IsZero() && (p == nil || p.Removal != nil) {
		bad.Add("SES-16", "/client", "not_in_session")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if err := consents(ctx, u, cmd.Client); err != nil {
		return nil, err
	}
	form, err := e.newForm(ctx, e.x, p, StartForm{cmd.Kind, cmd.Content})
	if err != nil {
		return nil, err
	}
	if p != nil {
		p.Forms = append(p.Forms, form)
	} else {
		e.x.Forms = append(e.x.Forms, form)
	}
	e.x.Warnings = form.Warnings
	if err := u.Tx.Forms().Insert(ctx, form); err != nil {
		return nil, err
	}
	u.Log(event.FormAdded, form)
	return e.finish(ctx)
}

// editForm is a form that is being changed.
type editForm struct {
	edit
	f *Form
}

// editingForm locks a form that the caller may change, in the version that was
// read: their own, or one of a program that they manage; one that was removed, to
// restore it.
func editingForm(ctx context.Context, u *Unit, key FormID, version int64, removed bool) (*editForm, error) {
	session, err := u.Tx.Sessions().OfForm(ctx, key)
	if err != nil {
		return nil, err
	}
	x, err := u.Tx.Sessions().Lock(ctx, session)
	if err != nil {
		return nil, err
	}
	f := x.Form(key)
	if f == nil || x.Removal != nil || (f.Removal != nil) != removed || !removed && x.gone(f) {
		return nil, fault.ErrNotFound
	}
	if p := x.Participant(f.Client); p != nil && p.Removal != nil {
		return nil, fault.ErrNotFound
	}
	if err := mayChange(ctx, u, f); err != nil {
		return nil, err
	}
	if f.Version != version {
		return nil, fault.ErrConflict
	}
	if f.Export.UnderWay() {
		return nil, notUnderWay(x)
	}
	u.Was(f)
	return &editForm{*begun(u, x), f}, nil
}

func mayChange(ctx context.Context, u *Unit, f *Form) error {
	switch {
	case u.Staff == nil || !u.Scope(ctx, access.Forms).Sees(f.Resource()):
		return fault.ErrForbidden
	case f.Worker == u.Staff.ID:
		return u.Allow(ctx, access.RecordSessions, access.Resource{Kind: access.Forms})
	case slices.Contains(u.Manages, f.Program.String()):
		return nil
	}
	return fault.ErrForbidden
}

// finish writes the form and its session.
func (e *editForm) finish(ctx context.Context) (*Form, error) {
	if err := e.Tx.Forms().Update(ctx, e.f); err != nil {
		return nil, err
	}
	return e.f, e.write(ctx)
}

// SaveForm replaces what a form says.
type SaveForm struct {
	ID      FormID `json:"id"`
	Version int64  `json:"version"` // of the form, as it was read
	Content
	// Empty takes away the program or the funder, which stay when they are left out.
	Empty []string `json:"empty,omitempty"`
}

// Validate says what is wrong with what is to be taken away.
func (c SaveForm) Validate() error {
	return fault.Check(&c, validation.Field(&c.Empty, fault.Distinct[string]("HDR-01"), fault.Each[string](fault.OneOf("HDR-01", func(name string) bool {
		return name == "program" && c.Program.IsZero() || name == "funder" && c.Funder.IsZero()
	}))))
}

// keep fills in the program and the funder of a form that a save leaves out.
func (c *SaveForm) keep(f *Form) {
	if c.Program.IsZero() && !slices.Contains(c.Empty, "program") {
		c.Program = f.Program
	}
	if c.Funder.IsZero() && !slices.Contains(c.Empty, "funder") {
		c.Funder = f.Funder
	}
}

// SaveForm saves a form, complete or not (RUN-04). The answer says what is
// missing. It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict when somebody else saved it meanwhile, or *fault.Invalid.
func (s *Service) SaveForm(ctx context.Context, cmd SaveForm) (*Form, error) {
	return casemgmt.Change(ctx, s.work, cmd, saveForm)
}

func saveForm(ctx context.Context, u *Unit, cmd SaveForm) (*Form, error) {
	e, err := editingForm(ctx, u, cmd.ID, cmd.Version, false)
	if err != nil {
		return nil, err
	}
	before, was := e.f.Content, e.f.Completion != nil
	cmd.keep(e.f)
	if err := e.fill(ctx, e.x, e.f, cmd.Content); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(before.Answers, e.f.Answers) {
		if err := amends(e.f); err != nil {
			return nil, err
		}
	}
	diff, err := event.Diff(before, e.f.Content)
	if err != nil {
		return nil, err
	}
	did := event.FormSaved
	if now := e.f.Completion != nil; now && !was {
		did = event.FormCompleted
	} else if was && !now {
		did = event.FormReopened
	}
	u.Log(did, e.f, event.Paths(diff)...) // a form may be private: no values
	return e.finish(ctx)
}

// RemoveForm takes a form out of its session.
type RemoveForm struct {
	ID      FormID `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason,omitempty"` // needed when it was completed
}

// Validate says what is wrong with the reason.
func (c RemoveForm) Validate() error {
	return fault.Check(&c, validation.Field(&c.Reason, fault.Note("SES-21", 1000)))
}

// RemoveForm takes a form out, such as the one that a new participant begins with
// (FRM-07). It fails with fault.ErrNotFound, fault.ErrForbidden,
// fault.ErrConflict or *fault.Invalid.
func (s *Service) RemoveForm(ctx context.Context, cmd RemoveForm) (*Form, error) {
	return casemgmt.Change(ctx, s.work, cmd, removeForm)
}

func removeForm(ctx context.Context, u *Unit, cmd RemoveForm) (*Form, error) {
	e, err := editingForm(ctx, u, cmd.ID, cmd.Version, false)
	if err != nil {
		return nil, err
	}
	if err := reasonFor(cmd.Reason, e.f.Completion != nil); err != nil {
		return nil, err
	}
	e.f.Removal = &Removal{At: u.Now, By: u.StaffID(), Reason: cmd.Reason}
	u.Log(event.FormRemoved, e.f)
	return e.finish(ctx)
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
	return casemgmt.Change(ctx, s.work, cmd, restoreForm)
}

func restoreForm(ctx context.Context, u *Unit, cmd RestoreForm) (*Form, error) {
	e, err := editingForm(ctx, u, cmd.ID, cmd.Version, true)
	if err != nil {
		return nil, err
	}
	def, known := u.Forms.Version(e.f.Kind, e.f.Definition)
	again := known && def.Definition.Again
	if !again && slices.ContainsFunc(e.x.beside(e.f.Client), func(o *Form) bool { return o.Kind == e.f.Kind }) {
		var bad fault.Issues
		bad.Add("FRM-03", "/id", "form_twice")
		return nil, bad.Err()
	}
	e.f.Removal = nil
	u.Log(event.FormRestored, e.f)
	return e.finish(ctx)
}
