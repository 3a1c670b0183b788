package export

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// SetRecordID says which number the funder gave a record.
type SetRecordID struct {
	Run      RunID  `json:"run"`
	ID       FileID `json:"id"`
	Row      int    `json:"row"`
	RecordID string `json:"record_id"`
}

// Validate says what is wrong with the number.
func (c SetRecordID) Validate() error {
	c.RecordID = i18n.Trim(c.RecordID)
	return fault.Check(&c, validation.Field(&c.RecordID, fault.Required("XPT-10"), fault.Line("XPT-10", 40)))
}

// maxRow is beyond all rows of a file.
const maxRow = 1 << 20

// SetRecordID keeps the number that the funder gave an accepted record: a change
// of it can then be sent (XPT-10). A record that was read back as rejected and has
// a number was accepted after all. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) SetRecordID(ctx context.Context, cmd SetRecordID) (*Row, error) {
	return casemgmt.Change(ctx, s.work, cmd, setRecordID)
}

func setRecordID(ctx context.Context, u *Unit, cmd SetRecordID) (*Row, error) {
	if _, err := opened(ctx, u, cmd.Run); err != nil {
		return nil, err
	}
	f, err := u.Tx.Files().Lock(ctx, cmd.Run, cmd.ID)
	if err != nil {
		return nil, err
	}
	if cmd.Row < 1 || cmd.Row > maxRow {
		return nil, fault.ErrNotFound
	}
	rows, err := u.Tx.Ledger().Rows(ctx, f.ID, []int{cmd.Row})
	if err != nil {
		return nil, err
	}
	row := rows[cmd.Row]
	if row == nil {
		return nil, fault.ErrNotFound
	}
	if row.State == session.Rejected { // the funder has it after all
		row.State, row.At, row.Messages = session.Accepted, u.Now, nil
	}
	if row.State != session.Accepted {
		var bad fault.Issues
		bad.Add("XPT-10", "/row", "not_accepted")
		return nil, bad.Err()
	}
	row.RecordID = cmd.RecordID
	if err := oneRecord(ctx, u, []*Row{row}, "/record_id"); err != nil {
		return nil, err
	}
	u.Log(event.ExportRecordNumbered, casemgmt.About(f.ID))
	return row, u.Tx.Ledger().Update(ctx, row)
}

// oneRecord refuses a number that the funder gave another record too (XPT-10). A
// funder's file format has one row of numbers, whatever the agreement.
func oneRecord(ctx context.Context, u *Unit, rows []*Row, path string) error {
	of := map[string]*Row{}
	var numbers []string
	var bad fault.Issues
	for _, r := range rows {
		if r.RecordID == "" {
			continue
		}
		if other := of[r.RecordID]; other != nil && other.Subject != r.Subject {
			bad.Add("XPT-10", path, "record_id_taken")
			return bad.Err()
		}
		of[r.RecordID] = r
		numbers = append(numbers, r.RecordID)
	}
	if len(numbers) == 0 {
		return nil
	}
	found, err := u.Tx.Ledger().Numbered(ctx, numbers)
	if err != nil {
		return err
	}
	for _, other := range found {
		r := of[other.RecordID]
		if other.Subject == r.Subject {
			continue
		}
		same, err := sameSystem(ctx, u, r.Funder, other.Funder)
		if err != nil {
			return err
		}
		if same {
			bad.Add("XPT-10", path, "record_id_taken")
			return bad.Err()
		}
	}
	return nil
}

func sameSystem(ctx context.Context, u *Unit, a, b casemgmt.FunderID) (bool, error) {
	if a == b {
		return true, nil
	}
	x, err := u.Tx.Funders().Get(ctx, a)
	if err != nil {
		return false, err
	}
	y, err := u.Tx.Funders().Get(ctx, b)
	return err == nil && x.System == y.System, err
}
