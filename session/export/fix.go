package export

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// ToFix is a record that the funder rejected, on the list of whoever recorded it.
type ToFix struct {
	*Row
	Name string `json:"client_name,omitempty"` // for whoever may open profiles
	// Corrected: it was changed since, and goes into the next run if it is good. Of
	// what a Source has of its own: what it is made of was changed.
	Corrected bool `json:"corrected"`
}

// MyRejections lists the caller's records that the funder rejected, the longest
// rejected first (XPT-08): services by who recorded them, profiles by who
// registered the client. What somebody left to mend who has gone is on the list of
// who manages the program. It fails with fault.ErrForbidden for a program.
func (s *Service) MyRejections(ctx context.Context, p casemgmt.PageRequest) (casemgmt.Page[ToFix], error) {
	return casemgmt.ReadMany(ctx, s.work, p, s.formats.rejections)
}

func (fs formats) rejections(ctx context.Context, u *Unit, p casemgmt.PageRequest) (casemgmt.Page[ToFix], error) {
	if u.Staff == nil {
		return casemgmt.Page[ToFix]{}, fault.ErrForbidden
	}
	left, err := departed(ctx, u)
	if err != nil {
		return casemgmt.Page[ToFix]{}, err
	}
	page, err := u.Tx.Ledger().Rejected(ctx, u.Staff.ID, left, u.Manages, p)
	if err != nil {
		return casemgmt.Page[ToFix]{}, err
	}
	items, err := fs.toFix(ctx, u, page.Items)
	return casemgmt.Page[ToFix]{Items: items, Next: page.Next}, err
}

// departed are the staff who have left, for who manages a program.
func departed(ctx context.Context, u *Unit) ([]casemgmt.StaffID, error) {
	if len(u.Manages) == 0 {
		return nil, nil
	}
	staff, err := casemgmt.All(ctx, u.Tx.Staff())
	var out []casemgmt.StaffID
	for _, s := range staff {
		if s.Deactivated {
			out = append(out, s.ID)
		}
	}
	return out, err
}

// toFix looks whether the records were changed since they were sent.
func (fs formats) toFix(ctx context.Context, u *Unit, rows []*Row) ([]ToFix, error) {
	out := make([]ToFix, 0, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	var keys []casemgmt.ClientID
	for _, r := range rows {
		if !r.Client.IsZero() {
			keys = append(keys, r.Client)
		}
	}
	clients, err := u.Tx.Clients().Some(ctx, keys)
	if err != nil {
		return nil, err
	}
	due := map[session.FormID]*Due{}
	if forms := formsOf(rows); len(forms) > 0 {
		if due, err = u.Tx.Due().Forms(ctx, forms); err != nil {
			return nil, err
		}
	}
	now, err := fs.versions(ctx, u, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		client, d := clients[r.Client], due[r.Form]
		if v, ok := now[r]; ok {
			if v != (Versions{}) && (client == nil || client.Withdrawal == nil) { // else there is nothing to be sent any more
				x := told(ctx, u, r, client)
				x.Corrected = v != r.MadeOf
				out = append(out, x)
			}
			continue
		}
		if client != nil && client.Withdrawal != nil || r.Subject.Kind == FormSubject && d == nil {
			continue // there is nothing to be sent any more
		}
		x := told(ctx, u, r, client)
		if x.Corrected, err = fs.corrected(ctx, u, r, client, d); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// versions are those of now of what the rows of Sources were made of; zero is that the agency
// has it no more. Rows of other formats have none.
func (fs formats) versions(ctx context.Context, u *Unit, rows []*Row) (map[*Row]Versions, error) {
	out := map[*Row]Versions{}
	refs := map[Source][]Ref{}
	of := map[Source][]*Row{}
	for _, r := range rows {
		format, err := fs.of(ctx, u, r.Funder)
		if fault.IssuesOf(err) != nil {
			continue // the agreement has ended: nothing is sent under it any more
		}
		if err != nil {
			return nil, err
		}
		if source, ok := format.(Source); ok {
			refs[source], of[source] = append(refs[source], r.Ref), append(of[source], r)
		}
	}
	for source, list := range refs {
		now, err := source.Versions(ctx, u, list)
		if err != nil {
			return nil, err
		}
		for _, r := range of[source] {
			out[r] = now[r.Subject]
		}
	}
	return out, nil
}

// told is what may be told of a rejected record: of the client nothing to whoever
// may not open profiles (ACC-02).
func told(ctx context.Context, u *Unit, r *Row, client *casemgmt.Client) ToFix {
	out := ToFix{Row: r}
	switch {
	case u.AllowClients(ctx) != nil:
		if out.Number = 0; r.Subject.Kind == ClientSubject {
			out.Messages = nil
		}
	case client != nil:
		out.Name = client.Name()
	}
	return out
}

// corrected says whether a record has another content than the row of it.
func (fs formats) corrected(ctx context.Context, u *Unit, r *Row, client *casemgmt.Client, d *Due) (bool, error) {
	format, err := fs.of(ctx, u, r.Funder)
	if fault.IssuesOf(err) != nil {
		return false, nil // the agreement has ended: nothing is sent under it any more
	}
	if err != nil {
		return false, err
	}
	w := newWalk(u, Criteria{Funder: r.Funder, From: u.Today, To: u.Today}, format, nil)
	switch r.Subject.Kind {
	case ClientSubject:
		return w.check.Client(client).Print != r.Print, nil
	case FormSubject:
		_, in, err := w.input(ctx, d, client)
		if err != nil {
			return false, err
		}
		return w.check.Service(in).Print != r.Print, nil
	}
	return false, nil
}
