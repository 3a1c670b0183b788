package bunstore

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/opencasework/casework/casemgmt/event"
)

// AppendEvent is part of casemgmt.Tx.
func (tx *Tx) AppendEvent(ctx context.Context, e event.Event) error {
	_, err := tx.exec(ctx, "append event", `INSERT INTO "{{p}}events" (agency_id, id, at, actor, type, subject, version, changes, request)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.agency, e.ID, instant{e.At}, e.Actor, e.Type, e.Subject, e.Version,
		doc[[]event.Change]{append([]event.Change{}, e.Changes...)}, e.Request)
	return err
}

// Feed is part of casemgmt.Tx. PostgreSQL's transactions may commit in another
// order than they began: its feed is ordered by transaction and stops below the
// oldest one still running, so that a late commit is not skipped. SQLite has
// one writer, whose numbers follow the commits. Transaction numbers belong to a
// cluster: after a restore into another one, a consumer starts again.
func (tx *Tx) Feed(ctx context.Context, after string, limit int) (event.Page, error) {
	out := event.Page{Events: []event.Event{}, Next: after}
	from := []string{"0", "0"}
	if after != "" {
		var err error
		if from, err = parseCursor(after, 2); err != nil {
			return out, err
		}
	}
	xid, err1 := strconv.ParseInt(from[0], 10, 64)
	seq, err2 := strconv.ParseInt(from[1], 10, 64)
	if err1 != nil || err2 != nil {
		return out, badCursor()
	}
	cols, where, args := `0, seq`, `seq > ?`, []any{tx.agency, seq, limit}
	order := "seq"
	if !tx.store.sqlite {
		cols, order = `tx::text::bigint, seq`, "tx, seq"
		where = `(tx, seq) > (CAST(CAST(? AS text) AS xid8), ?) AND tx < pg_snapshot_xmin(pg_current_snapshot())`
		args = []any{tx.agency, from[0], seq, limit}
		_ = xid
	}
	err := tx.query(ctx, "read feed", `SELECT `+cols+`, id, at, actor, type, subject, version, changes, request FROM "{{p}}events"
		WHERE agency_id = ? AND `+where+` ORDER BY `+order+` LIMIT ?`, args, func(rows *sql.Rows) error {
		e := event.Event{Agency: tx.agency}
		var at instant
		var changes doc[[]event.Change]
		if err := rows.Scan(&xid, &seq, &e.ID, &at, &e.Actor, &e.Type, &e.Subject, &e.Version, &changes, &e.Request); err != nil {
			return err
		}
		e.At, e.Changes = at.Time, changes.V
		out.Events = append(out.Events, e)
		out.Next = cursor(strconv.FormatInt(xid, 10), strconv.FormatInt(seq, 10))
		return nil
	})
	return out, err
}
