package engine

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// assumeSizes tells SQLite how large our tables may become, where it does not
// know: without statistics it takes an agency for ten rows, and reads all of an
// agency where an index would find the few that are wanted. An ANALYZE of the
// host, with the tables filled, replaces what is assumed here.
func (d *DB) assumeSizes(ctx context.Context) error {
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return Fail("assume sizes", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil { // two programs would both write them
		return Fail("assume sizes", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)                     //nolint:errcheck // after COMMIT it does nothing
	if _, err := conn.ExecContext(ctx, `ANALYZE "`+d.Prefix+`agencies"`); err != nil { // makes the table of statistics
		return Fail("assume sizes", err)
	}
	rows, err := conn.QueryContext(ctx, `SELECT m.tbl_name, l.name, l.origin, (SELECT count(*) FROM pragma_index_info(l.name)) FROM sqlite_master AS m, pragma_index_list(m.name) AS l
		WHERE m.type = 'table' AND substr(m.name, 1, ?) = ? AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 AS t WHERE t.tbl = m.tbl_name)`, len(d.Prefix), d.Prefix)
	if err != nil {
		return Fail("assume sizes", err)
	}
	type index struct {
		table, name, origin string
		columns             int
	}
	var list []index
	for rows.Next() {
		var x index
		if err := rows.Scan(&x.table, &x.name, &x.origin, &x.columns); err != nil {
			rows.Close()
			return Fail("assume sizes", err)
		}
		list = append(list, x)
	}
	if err := rows.Close(); err != nil {
		return Fail("assume sizes", err)
	}
	for _, x := range list {
		// a WITHOUT ROWID table's key goes by the table's name
		name := sql.NullString{String: x.name, Valid: true}
		if x.origin == "pk" {
			name.String = x.table
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)`, x.table, name, assumed(x.columns)); err != nil {
			return Fail("assume sizes", err)
		}
	}
	if _, err := conn.ExecContext(ctx, `COMMIT`); err != nil {
		return Fail("assume sizes", err)
	}
	_, err = conn.ExecContext(ctx, `ANALYZE sqlite_schema`) // reads them
	return Fail("assume sizes", err)
}

// assumed are the rows of a table, and those with equal first columns of an
// index: all for the agency, then ever fewer, one for all columns.
func assumed(columns int) string {
	out := []string{"1000000", "1000000"}
	each := 1000
	for i := 2; i <= columns; i++ {
		if i == columns {
			each = 1
		}
		out = append(out, fmt.Sprint(each))
		each = max(each/10, 2)
	}
	return strings.Join(out[:columns+1], " ")
}
