package export

import (
	"context"

	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
)

// from walks through what the format itself has found to be due.
func (w *walk) from(ctx context.Context, source Source) error {
	var list []DueRecord
	err := source.Due(ctx, w.u, w.c, func(o DueRecord) error {
		if list = append(list, o); len(list) < chunk {
			return nil
		}
		full := list
		list = nil
		return w.own(ctx, full)
	})
	if err != nil {
		return err
	}
	if err := w.own(ctx, list); err != nil {
		return err
	}
	return w.gone(ctx, source)
}

// own looks at some records of a Source.
func (w *walk) own(ctx context.Context, list []DueRecord) error {
	if len(list) == 0 {
		return nil
	}
	subjects := make([]Subject, len(list))
	for i, o := range list {
		subjects[i] = o.Subject
	}
	rows, err := w.u.Tx.Ledger().Current(ctx, w.c.Funder, subjects)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.LeftOut != "" {
			w.left[o.LeftOut]++
			continue
		}
		it := item{Ref: o.Ref, row: rows[o.Subject], versions: o.MadeOf, private: o.Private, others: o.Others}
		st := w.standing(o.Needs)
		sends, err := w.compare(&it, st, o.Record)
		if err != nil {
			return err
		}
		own := standing{bad: it.Bad(), sends: sends && it.row != nil, unsent: it.row != nil && it.row.State == session.Exported}
		if own != (standing{}) {
			w.needed[o.Subject] = own
		}
	}
	return nil
}

// standing is what becomes of the records that one needs.
func (w *walk) standing(needs []Subject) standing {
	var out standing
	for _, s := range needs {
		st := w.needed[s]
		out.bad, out.sends, out.unsent = out.bad || st.bad, out.sends || st.sends, out.unsent || st.unsent
	}
	return out
}

// gone looks for records of a Source that the funder has, or will have, and the agency has
// no more: files cannot delete them, so that somebody must do it at the funder.
func (w *walk) gone(ctx context.Context, source Source) error {
	return w.u.Tx.Ledger().Held(ctx, w.c, chunk, func(rows []*Row) error {
		var refs []Ref
		for _, r := range rows {
			if (w.c.Program.IsZero() || r.Program == w.c.Program) && (w.c.Site.IsZero() || r.Site == w.c.Site) {
				refs = append(refs, r.Ref)
			}
		}
		if len(refs) == 0 {
			return nil
		}
		now, err := source.Versions(ctx, w.u, refs)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if _, there := now[ref.Subject]; there {
				continue
			}
			w.left[Deleted]++
			w.counts.Warnings++
			it := item{Ref: ref, Record: Record{Findings: []Finding{finding("XPT-10", fault.Warning, i18n.T(
				"The funder has this record, and it was removed here. Delete it at the funder.",
				"Le bailleur de fonds possède cet enregistrement, qui a été retiré ici. Supprimez-le chez lui."))}}, gone: true}
			if err := w.each(it); err != nil {
				return err
			}
		}
		return nil
	})
}
