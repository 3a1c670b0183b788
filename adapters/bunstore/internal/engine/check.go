package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Invariant counts rows that there must not be.
type Invariant struct{ Table, What, SQL string }

// CopyTo copies SQLite's whole database, as it is committed, into a new file.
// It has its name when it is whole and on the disk.
func (d *DB) CopyTo(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("bunstore: %s is there already", file)
	}
	part := file + ".part"
	_ = os.Remove(part) // of a copy that was interrupted
	if _, err := d.sql.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		_ = os.Remove(part)
		return Fail("copy the database", err)
	}
	if err := OnDisk(part); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return err
	}
	return OnDisk(filepath.Dir(file))
}

// OnDisk waits until a file, or what a folder lists, is on the disk.
func OnDisk(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Damages reads all of the database in one view, and tells found what is wrong.
func (d *DB) Damages(ctx context.Context, all []Invariant, found func(where, what string)) error {
	tx, err := d.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Fail("begin", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	if d.SQLite {
		err = d.sqliteDamages(ctx, tx, found)
	} else {
		err = d.readWhole(ctx, tx)
	}
	if err != nil {
		return err
	}
	for _, i := range all {
		n := 0
		text := strings.ReplaceAll(i.SQL, "{{p}}", d.Prefix)
		if err := tx.QueryRowContext(ctx, text).Scan(&n); err != nil {
			return Fail("check "+i.Table, err)
		}
		if n > 0 {
			found(i.Table, fmt.Sprintf("%d %s", n, i.What))
		}
	}
	return nil
}

// sqliteDamages asks SQLite itself.
func (d *DB) sqliteDamages(ctx context.Context, tx *sql.Tx, found func(where, what string)) error {
	ask := func(q string, columns int, say func(cells []sql.NullString)) error {
		rows, err := tx.QueryContext(ctx, q)
		if err != nil {
			return Fail("check", err)
		}
		defer rows.Close()
		for rows.Next() {
			cells, dest := make([]sql.NullString, columns), make([]any, columns)
			for i := range cells {
				dest[i] = &cells[i]
			}
			if err := rows.Scan(dest...); err != nil {
				return Fail("check", err)
			}
			say(cells)
		}
		return Fail("check", rows.Err())
	}
	err := ask("PRAGMA integrity_check", 1, func(cells []sql.NullString) {
		if cells[0].String != "ok" {
			found("", cells[0].String)
		}
	})
	if err != nil {
		return err
	}
	missing := map[string]int{}
	if err := ask("PRAGMA foreign_key_check", 4, func(cells []sql.NullString) { missing[cells[0].String+" refers to "+cells[2].String]++ }); err != nil {
		return err
	}
	for what, n := range missing {
		found("", fmt.Sprintf("%d rows: %s, which has no such row", n, what))
	}
	return nil
}

// readWhole reads every row of PostgreSQL's tables: a damaged page is an error then.
func (d *DB) readWhole(ctx context.Context, tx *sql.Tx) error {
	for table := range d.order() {
		if _, err := tx.ExecContext(ctx, `SELECT count(t::text) FROM "`+d.Prefix+table+`" AS t`); err != nil {
			return Fail("read "+table, err)
		}
	}
	return nil
}
