package bunstore

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
)

type events struct{ *engine.Unit }

func (tx casesTx) Events() casemgmt.Events { return events(tx) }

func (t events) Append(ctx context.Context, e event.Event) error {
	seq, value := "", ""
	if t.SQLite { // PostgreSQL numbers them itself
		seq, value = ", seq", `, (SELECT COALESCE(MAX(seq), 0) + 1 FROM "{{p}}events" WHERE agency_id = ?1)`
	}
	return t.Later(ctx, "append event", `INSERT INTO "{{p}}events" (agency_id, id, at, actor, type, subject, version, changes, request`+seq+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?`+value+`)`, t.Unit.Agency, e.ID, engine.Instant{Time: e.At}, e.Actor, string(e.Type), e.Subject, e.Version,
		engine.JSON[[]event.Change]{V: e.Changes}, e.Request)
}

// Feed lists events in the order in which they were committed. PostgreSQL's
// transactions may commit in another order than they began: its feed is ordered by
// transaction and stops below the oldest one still running, so that a late commit
// is not skipped. SQLite has one writer, whose numbers follow the commits.
// Transaction numbers belong to a cluster: after a restore into another one, a
// consumer starts again.
func (t events) Feed(ctx context.Context, after string, limit int) (event.Page, error) {
	out := event.Page{Events: []event.Event{}, Next: after}
	from := []int64{0, 0}
	if after != "" {
		var err error
		if from, err = engine.ParseCursor(after, 2); err != nil {
			return out, err
		}
	}
	cols, where, order, args := `0, seq`, `seq > ?`, "seq", []any{t.Unit.Agency, from[1], limit}
	if !t.SQLite {
		cols, order = `tx::text::bigint, seq`, "tx, seq"
		where = `(tx, seq) > (CAST(CAST(? AS text) AS xid8), ?) AND tx < pg_snapshot_xmin(pg_current_snapshot())`
		args = []any{t.Unit.Agency, strconv.FormatInt(from[0], 10), from[1], limit}
	}
	err := t.Query(ctx, "read feed", `SELECT `+cols+`, id, at, actor, type, subject, version, changes, request FROM "{{p}}events"
		WHERE agency_id = ? AND `+where+` ORDER BY `+order+` LIMIT ?`, args, func(rows *sql.Rows) error {
		e := event.Event{Agency: t.Key}
		var xid, seq int64
		var at engine.Instant
		var changes engine.JSON[[]event.Change]
		if err := rows.Scan(&xid, &seq, &e.ID, &at, &e.Actor, &e.Type, &e.Subject, &e.Version, &changes, &e.Request); err != nil {
			return err
		}
		e.At, e.Changes = at.Time, changes.V
		out.Events = append(out.Events, e)
		out.Next = engine.Cursor(xid, seq)
		return nil
	})
	return out, err
}
