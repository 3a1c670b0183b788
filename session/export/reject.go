package export

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// Reject says that the funder rejected a record.
type Reject struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Row     int    `json:"row"`
	Message string `json:"message"` // what the funder says of it
}

// Validate says what is wrong with the message.
func (c Reject) Validate() error {
	return fault.Check(&c, validation.Field(&c.Message, fault.Required("XPT-08"), fault.Note("XPT-08", 2000)))
}

// Reject puts on a record what somebody has read in the funder's answer, where the format
// cannot read it: the record is rejected, and on its worker's list (XPT-08). It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid.
func (s *Service) Reject(ctx context.Context, cmd Reject) (*Row, error) {
	return casemgmt.Change(ctx, s.work, cmd, reject)
}

func reject(ctx context.Context, u *Unit, cmd Reject) (*Row, error) {
	if cmd.Row < 1 || cmd.Row > maxRow {
		return nil, fault.ErrNotFound
	}
	said := answers{{Row: cmd.Row, Messages: []session.FunderMessage{{En: cmd.Message, Raw: cmd.Message}}}}
	read, err := said.put(ctx, u, ReadAnswer{Run: cmd.Run, ID: cmd.ID})
	switch {
	case err != nil:
		return nil, err
	case read.Unmatched > 0:
		return nil, fault.ErrNotFound
	case read.Late > 0:
		var bad fault.Issues
		bad.Add("XPT-08", "/row", "sent_again")
		return nil, bad.Err()
	}
	return read.Rows[0], nil
}
