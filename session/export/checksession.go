package export

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
)

// FormReport is what the funder would say of one form of a session.
type FormReport struct {
	Form session.FormID `json:"form"`
	Kind string         `json:"form_kind"`
	File string         `json:"file,omitempty"` // kind of file that takes it
	// Ready: it would be in the next run.
	Ready bool `json:"ready"`
	// LeftOut says why it would be in no run, if so.
	LeftOut  *LeftOut  `json:"left_out,omitempty"`
	Problems []Problem `json:"problems"` // of the client's profile too
}

// SessionReport is what the funders would say of a session.
type SessionReport struct {
	Session session.SessionID `json:"session"`
	Forms   []FormReport      `json:"forms"`
}

// CheckSession says what the funders would refuse of a session, complete or not,
// while the worker is still in it (CMP-06). It is for whoever sees the session,
// and about the forms that they see. It fails with fault.ErrNotFound or
// fault.ErrForbidden.
func (s *Service) CheckSession(ctx context.Context, key session.SessionID) (*SessionReport, error) {
	return casemgmt.Read(ctx, s.work, key, s.formats.checkSession)
}

func (fs formats) checkSession(ctx context.Context, u *Unit, key session.SessionID) (*SessionReport, error) {
	x, err := session.Visible(ctx, u, key)
	if err != nil {
		return nil, err
	}
	out := &SessionReport{Session: key, Forms: []FormReport{}}
	for _, f := range x.Active() {
		r, err := fs.checkForm(ctx, u, x, f)
		if err != nil {
			return nil, err
		}
		out.Forms = append(out.Forms, r)
	}
	return out, nil
}

// because says why the form would be in no run.
func (r *FormReport) because(reason Reason) {
	out := leftOut(reason, 1)
	r.LeftOut = &out
}

// checkForm is what the funder would say of a form of a session.
func (fs formats) checkForm(ctx context.Context, u *Unit, x *session.Session, f *session.Form) (FormReport, error) {
	out := FormReport{Form: f.ID, Kind: f.Kind, Problems: []Problem{}}
	payer := x.Funder(f)
	if payer.IsZero() {
		out.because(NoFunder)
		return out, nil
	}
	funder, err := u.Tx.Funders().Get(ctx, payer)
	if err != nil {
		return out, err
	}
	format := fs[funder.System]
	if format == nil {
		out.because(NeverExported)
		return out, nil
	}
	var found []item
	w := newWalk(u, Criteria{Funder: payer, From: x.ServiceDate, To: x.ServiceDate, Program: f.Program}, format,
		func(it item) error { found = append(found, it); return nil })
	kind := w.takes(f)
	if kind == nil {
		out.because(NeverExported)
		return out, nil
	}
	out.File = kind.Key
	left, err := w.one(ctx, x, f)
	if err != nil {
		return out, err
	}
	if left != "" {
		out.because(left)
		return out, nil
	}
	out.Ready = x.Complete
	out.problems(ctx, u, found)
	switch reason := w.reason(); {
	case reason != "": // it is in the ledger already
		out.Ready = false
		out.because(reason)
	case !x.Complete:
		out.because(Incomplete)
	}
	return out, nil
}

// one looks at one form, of which nothing is left out but what is never exported;
// that it says.
func (w *walk) one(ctx context.Context, x *session.Session, f *session.Form) (Reason, error) {
	due, err := w.u.Tx.Due().Forms(ctx, []session.FormID{f.ID})
	if err != nil {
		return "", err
	}
	d := due[f.ID]
	d.Form, d.Session = f, x
	if d.ClientKind == casemgmt.Anonymous {
		return Anonymous, nil
	}
	clients, err := w.u.Tx.Clients().Some(ctx, []casemgmt.ClientID{f.Client})
	if err != nil {
		return "", err
	}
	client := clients[f.Client]
	if client.Withdrawal != nil {
		return Withdrawn, nil
	}
	rows, err := w.clientRows(ctx, []casemgmt.ClientID{client.ID})
	if err != nil {
		return "", err
	}
	st, err := w.profile(client, rows[client.ID], f.Worker)
	if err != nil {
		return "", err
	}
	clear(w.left) // what became of the profile is not what becomes of the form
	return "", w.service(ctx, d, client, st)
}

// reason is why the ledger leaves out the record that was looked at last, if it does.
func (w *walk) reason() Reason {
	for r := range w.left {
		return r
	}
	return ""
}

// problems lists what was found; of the client nothing to whoever may not open
// profiles (ACC-02).
func (r *FormReport) problems(ctx context.Context, u *Unit, found []item) {
	for _, it := range found {
		if it.Bad() {
			r.Ready = false
		}
		if u.AllowClients(ctx) != nil {
			if it.Subject.Kind == ClientSubject {
				continue
			}
			it.Number = 0
		}
		for _, f := range it.Findings {
			r.Problems = append(r.Problems, Problem{it.Ref, it.Record.Kind, f})
		}
	}
}
