package export

import (
	"context"
	"slices"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/session"
)

// MaxAnswer is the largest file from a funder that is read, in bytes.
const MaxAnswer = 10 << 20

// ReadAnswer is a file that the funder returned.
type ReadAnswer struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`      // of the file that was sent
	Content []byte `json:"content"` // as it was downloaded from the funder
}

// Validate says whether there is a file, and one that is not too large.
func (c ReadAnswer) Validate() error {
	return fault.Check(&c, validation.Field(&c.Content, fault.Required("XPT-08"),
		fault.Fails(len(c.Content) > MaxAnswer, "XPT-08", "too_long", "max", MaxAnswer)))
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
// not the answer to this one, or the funder's format has no answers (XPT-04).
//
// The returned file is read before anything is held.
func (s *Service) ReadAnswer(ctx context.Context, cmd ReadAnswer) (*Read, error) {
	sent, err := casemgmt.Read(ctx, s.work, cmd, s.formats.answerable)
	if err != nil {
		return nil, err
	}
	found, err := sent.answers(cmd.Content)
	if err != nil {
		return nil, err
	}
	return casemgmt.Change(ctx, s.work, cmd, found.put)
}

// answerable is a file that was sent, with what reads the answer to it.
type answerable struct {
	Downloaded
	reader Reader
}

// answerable is a file of a format that reads answers.
func (fs formats) answerable(ctx context.Context, u *Unit, cmd ReadAnswer) (answerable, error) {
	r, err := opened(ctx, u, cmd.Run)
	if err != nil {
		return answerable{}, err
	}
	file, stored, err := u.Tx.Files().Content(ctx, cmd.Run, cmd.ID)
	if err != nil {
		return answerable{}, err
	}
	sent, err := stored.Unpack()
	if err != nil {
		return answerable{}, err
	}
	format, err := fs.of(ctx, u, r.Funder)
	if err != nil {
		return answerable{}, err
	}
	reader, ok := format.(Reader)
	if !ok {
		return answerable{}, noFormat("/content")
	}
	return answerable{Downloaded{file, sent}, reader}, nil
}

// answers are what a returned file says. They travel beside the command.
type answers []Answer

// answers reads a returned file.
func (a answerable) answers(returned []byte) (answers, error) {
	out, err := a.reader.Read(a.File.Kind, a.Content, returned)
	if err != nil {
		return nil, err
	}
	var bad fault.Issues
	if len(out) > 0 && !slices.ContainsFunc(out, func(a Answer) bool { return a.Row != 0 }) {
		bad.Add("XPT-08", "/content", "not_this_file")
	}
	return out, bad.Err()
}

// put puts the answers on the file's rows.
func (as answers) put(ctx context.Context, u *Unit, cmd ReadAnswer) (*Read, error) {
	if _, err := opened(ctx, u, cmd.Run); err != nil {
		return nil, err
	}
	f, err := u.Tx.Files().Lock(ctx, cmd.Run, cmd.ID)
	if err != nil {
		return nil, err
	}
	u.Was(f)
	if err := inState(f, Made, Sent, Answered); err != nil {
		return nil, err
	}
	out := &Read{Rows: []*Row{}}
	changed, err := out.apply(ctx, u, f, as)
	if err != nil {
		return nil, err
	}
	if !changed { // it was read before, or says nothing
		out.File = f
		u.Unchanged()
		return out, nil
	}
	if f.State == Made && out.Rejected+out.Accepted > 0 { // it was sent, whether somebody said so or not
		f.State = Sent
		if err := u.Tx.Ledger().Move(ctx, f.ID, session.Exported, session.Pending, u.Now); err != nil {
			return nil, err
		}
	}
	out.File, err = written(ctx, u, event.ExportAnswered, f)
	return out, err
}

// apply puts the answers on the rows of a file, and says whether any changed.
func (r *Read) apply(ctx context.Context, u *Unit, f *File, answers []Answer) (changed bool, err error) {
	var numbers []int
	for _, a := range answers {
		if a.Row != 0 {
			numbers = append(numbers, a.Row)
		}
	}
	rows, err := u.Tx.Ledger().Rows(ctx, f.ID, numbers)
	if err != nil {
		return false, err
	}
	var moved []*Row
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
		if row.State == state && slices.Equal(row.Messages, a.Messages) && (a.RecordID == "" || a.RecordID == row.RecordID) {
			continue // it was read before
		}
		if row.State != state {
			row.At = u.Now
		}
		row.State, row.Messages = state, a.Messages
		if a.RecordID != "" {
			row.RecordID = a.RecordID
		}
		moved = append(moved, row)
	}
	if err := oneRecord(ctx, u, moved, "/content"); err != nil {
		return false, err
	}
	for _, row := range moved {
		if err := u.Tx.Ledger().Update(ctx, row); err != nil {
			return false, err
		}
	}
	slices.SortFunc(r.Rows, func(a, b *Row) int { return a.Row - b.Row })
	return len(moved) > 0, nil
}
