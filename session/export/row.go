package export

import (
	"context"
	"slices"
	"time"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// Row is a record of a file, as the ledger has it.
type Row struct {
	Run  RunID  `json:"run"`
	File FileID `json:"file"`
	Row  int    `json:"row"` // of the file, as the funder counts
	Ref
	State session.ExportState `json:"state"`
	At    time.Time           `json:"at"` // since when it has the state
	// RecordID is the funder's number of the record, where it is known.
	RecordID string `json:"record_id,omitempty"`
	// Amends is the funder's number of the record that this one changes (XPT-10).
	Amends   string                  `json:"amends,omitempty"`
	Messages []session.FunderMessage `json:"messages,omitempty"`

	// Funder of the run.
	Funder casemgmt.FunderID `json:"-"`
	// Print tells the content from any other, without what the funder numbers; Core
	// tells what is the service's own. The format makes both (see Record).
	Print string `json:"-"`
	Core  string `json:"-"`
	// MadeOf are the versions of what it was made of, kept of records of a Source.
	MadeOf Versions `json:"-"`
	// Replaces is the row whose place it took, with the state that it had.
	Replaces *Replaced `json:"-"`
}

// Replaced is a row that a later one took the place of.
type Replaced struct {
	File  FileID              `json:"file"`
	Row   int                 `json:"row"`
	State session.ExportState `json:"state"`
}

// underWay says that it is in a file to which the funder has not answered; a
// record without a row is not.
func (r *Row) underWay() bool {
	return r != nil && (r.State == session.Exported || r.State == session.Pending)
}

// rowListing is a question for rows of a run.
type rowListing struct {
	Run   RunID               `json:"run"`
	State session.ExportState `json:"state,omitempty"`
	casemgmt.PageRequest
}

// Validate says whether there is such a state, and such a page.
func (q rowListing) Validate() error {
	return fault.Check(&q, validation.Field(&q.State, fault.Valid("XPT-12")), validation.Field(&q.PageRequest))
}

// Rows lists the records of a run as the ledger has them, of one state or all.
// It fails with fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Rows(ctx context.Context, run RunID, state session.ExportState, p casemgmt.PageRequest) (casemgmt.Page[*Row], error) {
	return casemgmt.ReadMany(ctx, s.work, rowListing{run, state, p}, rowsOf)
}

func rowsOf(ctx context.Context, u *Unit, q rowListing) (casemgmt.Page[*Row], error) {
	if _, err := opened(ctx, u, q.Run); err != nil {
		return casemgmt.Page[*Row]{}, err
	}
	out, err := u.Tx.Ledger().List(ctx, q.Run, q.State, q.PageRequest)
	if err != nil {
		return casemgmt.Page[*Row]{}, err
	}
	out.Items, err = open(ctx, u, out.Items)
	return out, err
}

// open leaves out the rows of forms that were made private since, but for the
// managers of their programs (ACC-10).
func open(ctx context.Context, u *Unit, rows []*Row) ([]*Row, error) {
	forms := formsOf(rows)
	if len(forms) == 0 {
		return rows, nil
	}
	now, err := u.Tx.Due().Forms(ctx, forms)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r *Row) bool {
		d := now[r.Form]
		return d != nil && d.Form.Private && !slices.Contains(u.Manages, d.Form.Program.String())
	}), nil
}

// formsOf are the forms that some rows are about.
func formsOf(rows []*Row) []session.FormID {
	var out []session.FormID
	for _, r := range rows {
		if r.Subject.Kind == FormSubject {
			out = append(out, r.Form)
		}
	}
	return out
}

// OfClient is what has become of a client's profile at the funders, by agreement,
// with what they say of it (XPT-08); what has become of a service is on its form.
// It fails with fault.ErrNotFound or fault.ErrForbidden.
func (s *Service) OfClient(ctx context.Context, key casemgmt.ClientID) ([]*Row, error) {
	return casemgmt.ReadMany(ctx, s.work, key, ofClient)
}

func ofClient(ctx context.Context, u *Unit, key casemgmt.ClientID) ([]*Row, error) {
	if _, err := u.Tx.Clients().Get(ctx, key); err != nil {
		return nil, err
	}
	if err := u.AllowClients(ctx); err != nil {
		return nil, err
	}
	return u.Tx.Ledger().Of(ctx, SubjectOf(ClientSubject, key))
}
