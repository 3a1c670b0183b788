package export

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// ToFix is a record that the funder rejected, on the list of whoever recorded it.
type ToFix struct {
	*Row
	Name string `json:"client_name,omitempty"` // for whoever may open profiles
	// Corrected: it was changed since, and goes into the next run if it is good.
	Corrected bool `json:"corrected"`
}

// MyRejections lists the caller's records that the funder rejected, the longest
// rejected first (XPT-08): services by who recorded them, profiles by who
// registered the client. It fails with fault.ErrForbidden for a program.
func (s *Service) MyRejections(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[ToFix], error) {
	out := casemgmt.Page[ToFix]{Items: []ToFix{}}
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		if me.Staff == nil {
			return fault.ErrForbidden
		}
		page, err := tx.RejectedRows(ctx, me.Staff.ID, p)
		if err != nil {
			return err
		}
		out.Next = page.Next
		out.Items, err = s.toFix(ctx, tx, me, page.Items)
		return err
	})
	return out, err
}

// OfClient is what has become of a client's profile at the funders, by agreement,
// with what they say of it (XPT-08); what has become of a service is on its form.
// It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) OfClient(ctx context.Context, key casemgmt.ClientID) ([]*Row, error) {
	var out []*Row
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		if _, err := tx.Client(ctx, key); err != nil {
			return err
		}
		if err := me.AllowClients(ctx); err != nil {
			return err
		}
		var err error
		out, err = tx.ProfileRows(ctx, key)
		return err
	})
	return out, err
}

// Rows lists the records of a run as the ledger has them, of one state or all.
// It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Rows(ctx context.Context, run RunID, state session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*Row], error) {
	var out casemgmt.Page[*Row]
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		if _, err := opened(ctx, tx, me, run); err != nil {
			return err
		}
		var bad fault.Issues
		bad.OneOf("XPT-12", "/state", slices.Contains(session.ExportStates(), state), string(state))
		if err := bad.Err(); err != nil {
			return err
		}
		var err error
		if out, err = tx.RowsOf(ctx, run, state, p); err != nil {
			return err
		}
		out.Items, err = open(ctx, tx, me, out.Items)
		return err
	})
	return out, err
}

// open leaves out the rows of forms that were made private since, but for the
// managers of their programs (ACC-10).
func open(ctx context.Context, tx Tx, me casemgmt.Caller, rows []*Row) ([]*Row, error) {
	var forms []session.FormID
	for _, r := range rows {
		if !r.Form.IsZero() {
			forms = append(forms, r.Form)
		}
	}
	if len(forms) == 0 {
		return rows, nil
	}
	now, err := tx.DueForms(ctx, forms)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r *Row) bool {
		d := now[r.Form]
		return d != nil && d.Form.Private && !slices.Contains(me.Manages, d.Form.Program.String())
	}), nil
}

// toFix looks whether the records were changed since they were sent.
func (s *Service) toFix(ctx context.Context, tx Tx, me casemgmt.Caller, rows []*Row) ([]ToFix, error) {
	out := make([]ToFix, 0, len(rows))
	var forms []session.FormID
	var keys []casemgmt.ClientID
	for _, r := range rows {
		keys = append(keys, r.Client)
		if !r.Form.IsZero() {
			forms = append(forms, r.Form)
		}
	}
	if len(rows) == 0 {
		return out, nil
	}
	clients, err := tx.Clients(ctx, keys)
	if err != nil {
		return nil, err
	}
	due := map[session.FormID]*Due{}
	if len(forms) > 0 {
		if due, err = tx.DueForms(ctx, forms); err != nil {
			return nil, err
		}
	}
	for _, r := range rows {
		client := clients[r.Client]
		if client.Withdrawal != nil || !r.Form.IsZero() && due[r.Form] == nil {
			continue // there is nothing to be sent any more
		}
		x := ToFix{Row: r}
		if me.AllowClients(ctx) == nil {
			x.Name = client.Name()
		} else if x.Number = 0; r.Form.IsZero() { // ACC-02
			x.Messages = nil
		}
		if x.Corrected, err = s.corrected(ctx, tx, me, r, client, due[r.Form]); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// corrected says whether a record has another content than the row of it.
func (s *Service) corrected(ctx context.Context, tx Tx, me casemgmt.Caller, r *Row, client *casemgmt.Client, d *Due) (bool, error) {
	format, err := s.format(ctx, tx, r.Funder)
	if fault.IssuesOf(err) != nil {
		return false, nil // the agreement has ended: nothing is sent under it any more
	}
	if err != nil {
		return false, err
	}
	w := s.newWalk(tx, me, Criteria{Funder: r.Funder, From: me.Today, To: me.Today}, format, func(item) error { return nil })
	if r.Form.IsZero() {
		record := w.check.Client(client)
		return record.Print != r.Print, nil
	}
	_, in, err := w.input(ctx, d, client)
	if err != nil {
		return false, err
	}
	record := w.check.Service(in)
	return record.Print != r.Print, nil
}
