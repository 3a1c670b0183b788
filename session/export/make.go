package export

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// Make makes the files of a period.
type Make struct {
	Criteria
	// GoodOnly takes the good records when there are bad ones (XPT-06); without
	// it nothing is made then.
	GoodOnly bool `json:"good_only,omitempty"`
}

// Make checks as Check does and writes the good records into files, which the
// ledger keeps with their records (XPT-01, XPT-12). Nothing is written when a
// record is bad, unless GoodOnly is set, or when there is nothing to send. It
// fails with fault.ErrForbidden, fault.ErrConflict when a record was
// changed, or taken by another run, meanwhile, or *fault.Invalid.
//
// The files are made on a view and kept in a second unit of work: other
// people's changes need not wait while workbooks are written. When a record was
// changed in between, or a consent withdrawn, nothing is kept, and it is to be
// tried again.
func (s *Service) Make(ctx context.Context, cmd Make) (*Run, error) {
	made, err := casemgmt.Read(ctx, s.work, cmd, s.formats.write)
	if err != nil {
		return nil, err
	}
	return casemgmt.Change(ctx, s.work, cmd, made.keep)
}

// write makes the files; nothing of them is kept yet.
func (fs formats) write(ctx context.Context, u *Unit, cmd Make) (*maker, error) {
	funder, format, err := fs.begin(ctx, u, cmd.Criteria)
	if err != nil {
		return nil, err
	}
	m := newMaker(format, cmd.Criteria, fileName(funder.Agreement, u.Agency.Key))
	m.formats = fs
	w := newWalk(u, cmd.Criteria, format, m.add)
	if err := w.all(ctx); err != nil {
		return nil, err
	}
	m.run.Counts = w.counts
	if w.counts.Bad > 0 && !cmd.GoodOnly {
		return m, nil // keep refuses it
	}
	return m, m.finish()
}

// keep keeps what was made on the view.
func (m *maker) keep(ctx context.Context, u *Unit, cmd Make) (*Run, error) {
	if _, _, err := m.formats.begin(ctx, u, cmd.Criteria); err != nil {
		return nil, err
	}
	var bad fault.Issues
	switch {
	case m.run.Bad > 0 && !cmd.GoodOnly:
		bad.Add("XPT-06", "/good_only", "bad_records", "count", m.run.Bad)
	case len(m.run.Files) == 0:
		bad.Add("XPT-07", "/from", "nothing_to_export")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if err := m.unchanged(ctx, u); err != nil {
		return nil, err
	}
	run := *m.run // the storage may try again
	run.At, run.By = u.Now, u.StaffID()
	for _, r := range m.rows {
		r.At = u.Now
	}
	u.Log(event.ExportMade, &run)
	return &run, u.Tx.Runs().Insert(ctx, &run, m.contents, m.rows)
}

// unchanged makes sure that records are still what they were made of.
func (m *maker) unchanged(ctx context.Context, u *Unit) error {
	now, err := m.versions(ctx, u)
	if err != nil {
		return err
	}
	for i, r := range m.rows {
		if now[r.Subject] != m.madeOf[i] {
			return fault.ErrConflict
		}
	}
	return nil
}

// versions are those of now of what the rows were made of.
func (m *maker) versions(ctx context.Context, u *Unit) (map[Subject]Versions, error) {
	out := map[Subject]Versions{}
	var people []casemgmt.ClientID
	var others []Subject
	for _, r := range m.rows {
		switch r.Subject.Kind {
		case FormSubject:
		case ClientSubject:
			people = append(people, r.Client)
		default:
			others = append(others, r.Subject)
		}
	}
	forms, err := u.Tx.Due().FormVersions(ctx, formsOf(m.rows))
	if err != nil {
		return nil, err
	}
	for key, v := range forms {
		out[SubjectOf(FormSubject, key)] = v
	}
	for some := range slices.Chunk(people, chunk) {
		found, err := u.Tx.Clients().Some(ctx, some)
		if err != nil {
			return nil, err
		}
		for key, c := range found {
			out[SubjectOf(ClientSubject, key)] = Versions{Client: c.Version}
		}
	}
	return out, m.theirVersions(ctx, u, others, out)
}

// theirVersions adds the versions of what the format itself has found to be due.
func (m *maker) theirVersions(ctx context.Context, u *Unit, subjects []Subject, out map[Subject]Versions) error {
	source, ok := m.format.(Source)
	if !ok {
		return nil
	}
	for some := range slices.Chunk(subjects, chunk) {
		found, err := source.Versions(ctx, u, some)
		if err != nil {
			return err
		}
		for s, v := range found {
			out[s] = v
		}
	}
	return nil
}
