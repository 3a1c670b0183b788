package export

import (
	"context"
	"slices"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// MaxAnswer is the largest file from a funder that is read, in bytes.
const MaxAnswer = 32 << 20

// ReadAnswer is a file that the funder returned.
type ReadAnswer struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`      // of the file that was sent
	Content []byte `json:"content"` // as it was downloaded from the funder
}

// Read is what reading a returned file has done.
type Read struct {
	File     *File `json:"file"`
	Rejected int   `json:"rejected"`
	Accepted int   `json:"accepted"` // records that have a number of the funder now
	// Unmatched records of the returned file were not in the one that was sent.
	Unmatched int `json:"unmatched"`
	// Late ones belong to records that were sent again since; they are left as they are.
	Late int    `json:"late"`
	Rows []*Row `json:"rows"` // those that were found, by row
}

// ReadAnswer reads a file that the funder returned: what it says of each record
// is put on the record, and a rejected one is on its worker's list of things to
// fix (XPT-08). Reading it again changes nothing. It fails with
// fault.ErrNotFound, fault.ErrForbidden or *fault.Invalid, also when the file is
// not the answer to this one.
func (s *Service) ReadAnswer(ctx context.Context, cmd ReadAnswer) (*Read, error) {
	answers, err := s.answers(ctx, cmd)
	if err != nil {
		return nil, err
	}
	var out *Read
	err = s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		if _, err := opened(ctx, tx, me, cmd.Run); err != nil {
			return event.Event{}, err
		}
		f, err := tx.LockExportFile(ctx, cmd.Run, cmd.ID)
		if err != nil {
			return event.Event{}, err
		}
		if err := inState(f, Made, Sent, Answered); err != nil {
			return event.Event{}, err
		}
		out = &Read{Rows: []*Row{}}
		changed, err := out.apply(ctx, tx, me, f, answers)
		if err != nil {
			return event.Event{}, err
		}
		if !changed { // it was read before, or says nothing
			out.File = f
			return event.Event{}, nil
		}
		if f.State == Made && out.Rejected+out.Accepted > 0 { // it was sent, whether somebody said so or not
			f.State = Sent
			if err := tx.MoveRows(ctx, f.ID, session.Exported, session.Pending, me.Now); err != nil {
				return event.Event{}, err
			}
		}
		if err := tx.UpdateExportFile(ctx, f); err != nil {
			return event.Event{}, err
		}
		if out.File, err = tx.LockExportFile(ctx, cmd.Run, cmd.ID); err != nil {
			return event.Event{}, err
		}
		return event.New("export.answered", f.ID.String(), f.Version), nil
	})
	return out, err
}

// answers reads the returned file, before anything is held.
func (s *Service) answers(ctx context.Context, cmd ReadAnswer) ([]Answer, error) {
	var bad fault.Issues
	bad.Required("XPT-08", "/content", len(cmd.Content) > 0)
	if len(cmd.Content) > MaxAnswer {
		bad.Add("XPT-08", "/content", "too_long", "max", MaxAnswer)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	var file *File
	var sent []byte
	var format Format
	err := s.work.View(ctx, func(ctx context.Context, tx Tx, me casemgmt.Caller) error {
		r, err := opened(ctx, tx, me, cmd.Run)
		if err != nil {
			return err
		}
		if file, sent, err = tx.ExportContent(ctx, cmd.Run, cmd.ID); err != nil {
			return err
		}
		format, err = s.format(ctx, tx, r.Funder)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := format.Read(file.Kind, sent, cmd.Content)
	if err != nil {
		return nil, err
	}
	if len(out) > 0 && !slices.ContainsFunc(out, func(a Answer) bool { return a.Row != 0 }) {
		bad.Add("XPT-08", "/content", "not_this_file")
	}
	return out, bad.Err()
}

// apply puts the answers on the rows of a file, and says whether any changed.
func (r *Read) apply(ctx context.Context, tx Tx, me casemgmt.Caller, f *File, answers []Answer) (changed bool, err error) {
	var numbers []int
	for _, a := range answers {
		if a.Row != 0 {
			numbers = append(numbers, a.Row)
		}
	}
	rows, err := tx.ExportRows(ctx, f.ID, numbers)
	if err != nil {
		return false, err
	}
	for _, a := range answers {
		row := rows[a.Row]
		switch {
		case row == nil:
			r.Unmatched++
			continue
		case row.State == session.Superseded:
			r.Late++
			continue
		}
		state := session.Rejected
		if a.Accepted {
			state = session.Accepted
			r.Accepted++
		} else {
			r.Rejected++
		}
		r.Rows = append(r.Rows, row)
		if row.State == state && slices.Equal(row.Messages, a.Messages) && (a.Record == "" || a.Record == row.Record) {
			continue // it was read before
		}
		if row.State != state {
			row.At = me.Now
		}
		row.State, row.Messages = state, a.Messages
		if a.Record != "" {
			row.Record = a.Record
		}
		changed = true
		if err := tx.UpdateExportRow(ctx, row); err != nil {
			return false, err
		}
	}
	slices.SortFunc(r.Rows, func(a, b *Row) int { return a.Row - b.Row })
	return changed, nil
}

// SetRecord says which number the funder gave a record.
type SetRecord struct {
	Run    RunID  `json:"run"`
	ID     FileID `json:"id"`
	Row    int    `json:"row"`
	Record string `json:"record"`
}

// maxRow is beyond all rows of a file.
const maxRow = 1 << 20

// SetRecord keeps the number that the funder gave an accepted record: a change
// of it can then be sent (XPT-10). A record that was read back as rejected and has
// a number was accepted after all. It fails with fault.ErrNotFound,
// fault.ErrForbidden or *fault.Invalid.
func (s *Service) SetRecord(ctx context.Context, cmd SetRecord) (*Row, error) {
	var out *Row
	err := s.work.Update(ctx, cmd, &out, func(ctx context.Context, tx Tx, me casemgmt.Caller) (event.Event, error) {
		cmd := cmd // the storage may try again
		cmd.Record = strings.TrimSpace(cmd.Record)
		var bad fault.Issues
		bad.Required("XPT-10", "/record", cmd.Record != "")
		bad.Line("/record", cmd.Record, 40)
		if err := bad.Err(); err != nil {
			return event.Event{}, err
		}
		if _, err := opened(ctx, tx, me, cmd.Run); err != nil {
			return event.Event{}, err
		}
		f, err := tx.LockExportFile(ctx, cmd.Run, cmd.ID)
		if err != nil {
			return event.Event{}, err
		}
		if cmd.Row < 1 || cmd.Row > maxRow {
			return event.Event{}, fault.ErrNotFound
		}
		rows, err := tx.ExportRows(ctx, f.ID, []int{cmd.Row})
		if err != nil {
			return event.Event{}, err
		}
		if out = rows[cmd.Row]; out == nil {
			return event.Event{}, fault.ErrNotFound
		}
		if out.State == session.Rejected { // the funder has it after all
			out.State, out.At, out.Messages = session.Accepted, me.Now, nil
		}
		if out.State != session.Accepted {
			bad.Add("XPT-10", "/row", "not_accepted")
			return event.Event{}, bad.Err()
		}
		out.Record = cmd.Record
		return event.New("export.record_numbered", f.ID.String(), 0), tx.UpdateExportRow(ctx, out)
	})
	return out, err
}
