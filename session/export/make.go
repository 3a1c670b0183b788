package export

import (
	"cmp"
	"context"

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
	u.Log(event.ExportMade, &run)
	if err := u.Tx.Runs().Insert(ctx, &run, m.contents, m.rows(u.Now)); err != nil {
		return nil, err
	}
	return &run, m.consented(ctx, u)
}

// consented makes sure that no client has withdrawn the consent meanwhile of whom a file
// tells besides those of its rows, whose versions say it.
func (m *maker) consented(ctx context.Context, u *Unit) error {
	for key, c := range m.contents {
		if len(c.Others) == 0 {
			continue
		}
		if n, err := u.Tx.Files().Withdrawn(ctx, key); err != nil || n > 0 {
			return cmp.Or(err, fault.ErrConflict)
		}
	}
	return nil
}

// unchanged makes sure that records are still what they were made of.
func (m *maker) unchanged(ctx context.Context, u *Unit) error {
	for rows, err := range m.rows(u.Now) {
		if err != nil {
			return err
		}
		now, err := m.versions(ctx, u, rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if now[r.Subject] != r.MadeOf {
				return fault.ErrConflict
			}
		}
	}
	return nil
}

// versions are those of now of what some rows were made of.
func (m *maker) versions(ctx context.Context, u *Unit, rows []*Row) (map[Subject]Versions, error) {
	if source, ok := m.format.(Source); ok {
		refs := make([]Ref, len(rows))
		for i, r := range rows {
			refs[i] = r.Ref
		}
		return source.Versions(ctx, u, refs)
	}
	out := map[Subject]Versions{}
	var people []casemgmt.ClientID
	for _, r := range rows {
		if r.Subject.Kind == ClientSubject {
			people = append(people, r.Client)
		}
	}
	forms, err := u.Tx.Due().FormVersions(ctx, formsOf(rows))
	if err != nil {
		return nil, err
	}
	for key, v := range forms {
		out[SubjectOf(FormSubject, key)] = v
	}
	found, err := u.Tx.Clients().Some(ctx, people)
	if err != nil {
		return nil, err
	}
	for key, c := range found {
		out[SubjectOf(ClientSubject, key)] = Versions{Client: c.Version}
	}
	return out, nil
}
