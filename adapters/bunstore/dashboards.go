package bunstore

import (
	"context"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/dashboard"
)

// dashboardsTx is the storage of package dashboard in a unit of work.
type dashboardsTx struct{ sessionsTx }

type history struct{ *engine.Unit }

func (tx dashboardsTx) History() dashboard.History { return history{tx.Unit} }

// Of finds a page of sessions and of entries in one order, and then reads each kind.
func (t history) Of(ctx context.Context, c casemgmt.ClientID, forms, batches access.Scope, p casemgmt.PageRequest) (casemgmt.Page[dashboard.Contact], error) {
	from := engine.Clause{SQL: "FROM (SELECT s.service_date, s.id, FALSE AS batch "}
	from.Join(sessions(t).listed(session.Query{Client: c}, forms))
	from.Add(" UNION ALL SELECT DISTINCT e.service_date, e.id, TRUE ")
	from.Join(onRecord(t.Agency, c, batches))
	from.Add(" AND e.reversal_id IS NULL) AS h WHERE 1 = 1")
	type key struct {
		id    id.Of[struct{}]
		batch bool
	}
	order := engine.Order{By: []engine.Column{{Name: "h.service_date", Kind: engine.Day}, {Name: "h.id", Kind: engine.ID}}, Down: true}
	page, err := engine.Pages(ctx, t.Unit, engine.List[key]{Doing: "list history", Columns: "h.id, h.batch", From: from, Order: order,
		Item: func() ([]any, func() (key, error)) {
			var k key
			return []any{&k.id, &k.batch}, func() (key, error) { return k, nil }
		}}, p)
	if err != nil {
		return casemgmt.Page[dashboard.Contact]{}, err
	}
	var of []session.SessionID
	var entries []batch.EntryID
	for _, k := range page.Items {
		if k.batch {
			entries = append(entries, batch.EntryID(k.id))
		} else {
			of = append(of, session.SessionID(k.id))
		}
	}
	found, err := t.sessions(ctx, of)
	if err != nil {
		return casemgmt.Page[dashboard.Contact]{}, err
	}
	services, err := t.services(ctx, c, entries, batches)
	out := casemgmt.Page[dashboard.Contact]{Items: []dashboard.Contact{}, Next: page.Next}
	for _, k := range page.Items {
		out.Items = append(out.Items, dashboard.Contact{Session: found[session.SessionID(k.id)], Services: services[batch.EntryID(k.id)]})
	}
	return out, err
}

func (t history) sessions(ctx context.Context, keys []session.SessionID) (map[session.SessionID]*session.Session, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	page, err := engine.Pages(ctx, t.Unit, engine.List[*session.Session]{Doing: "read sessions", Columns: t.Select(&sessionRow{}, "s", ofSession...), Order: byDate(true),
		From: engine.Clause{SQL: `FROM "{{p}}sessions" AS s WHERE s.agency_id = ? AND s.id IN (` + engine.Marks(len(keys)) + `)`, Args: append([]any{t.Agency}, engine.Padded(keys)...)},
		Item: func() ([]any, func() (*session.Session, error)) {
			var r sessionRow
			return t.Dest(ctx, &r, ofSession...), func() (*session.Session, error) { return r.session(t.Key), nil }
		}}, casemgmt.PageRequest{Limit: len(keys)})
	if err != nil {
		return nil, err
	}
	out := map[session.SessionID]*session.Session{}
	for _, x := range page.Items {
		out[x.ID] = x
	}
	return out, fillSessions(ctx, t.Unit, page.Items)
}

func (t history) services(ctx context.Context, c casemgmt.ClientID, keys []batch.EntryID, scope access.Scope) (map[batch.EntryID][]batch.Transaction, error) {
	out := map[batch.EntryID][]batch.Transaction{}
	if len(keys) == 0 {
		return out, nil
	}
	from := onRecord(t.Agency, c, scope)
	from.Add(" AND e.id IN ("+engine.Marks(len(keys))+")", engine.Padded(keys)...)
	p := casemgmt.PageRequest{Limit: 200}
	for {
		page, err := transactions(t).page(ctx, c, from, p)
		if err != nil {
			return nil, err
		}
		for _, x := range page.Items {
			out[x.Entry] = append(out[x.Entry], x)
		}
		if p.After = page.Next; p.After == "" {
			return out, nil
		}
	}
}
