package bunstore_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/storetest/databases"
)

// ofNoAgency are the tables whose rows belong to no agency, with the reason. On a
// PostgreSQL that is spread over machines each machine has them whole.
var ofNoAgency = map[string]string{
	"agencies":   "it is what an agency's number is looked up in",
	"migrations": "the version of the tables",
	"ready":      "one row, which is written to see whether changes are taken",
	"shapes":     "the names of the fields of objects, which all agencies share; in SQLite alone",
}

// keyed are those of an agency with a key that does not begin with it, with the reason.
var keyed = map[string]map[string]string{"sqlite": {
	"token_keys": "a token is found by its hash before the agency is known; SQLite's file is not spread, and so finds it in one look",
}}

// uniqueKeys lists the columns of each primary and unique key of the tables with a
// prefix: the table's name and the columns' in one row.
var uniqueKeys = map[string]string{
	"postgres": `SELECT t.relname, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY AS k(col, n)
			JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.col WHERE k.n <= i.indnkeyatts)
		FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid WHERE i.indisunique AND t.relkind = 'r' AND starts_with(t.relname, '{{p}}')`,
	"sqlite": `SELECT t.name, (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
		FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i WHERE t.type = 'table' AND i."unique" AND t.name LIKE '{{p}}%'
		UNION ALL SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name LIKE '{{p}}%' AND c.pk = 1 AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) AS i WHERE i.origin = 'pk')`,
}

// foreignKeys lists the tables and columns of each foreign key: table, its columns,
// the other table, its columns.
const foreignKeys = `SELECT t.relname, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k(col, n) JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.col),
		o.relname, (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY AS k(col, n) JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum = k.col)
	FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_class AS o ON o.oid = c.confrelid WHERE c.contype = 'f' AND starts_with(t.relname, '{{p}}')`

// columns are the rows of a query in a database with a prefix.
func columns(t *testing.T, db *bun.DB, prefix, q string, n int) [][]string {
	t.Helper()
	rows, err := db.Query(strings.ReplaceAll(q, "{{p}}", prefix))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		row, dest := make([]string, n), make([]any, n)
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		for i := range row {
			row[i] = strings.TrimPrefix(row[i], prefix)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%d rows: %v", len(out), err)
	}
	return out
}

// Every key begins with the agency, so that tables can be spread over machines by
// agency: what must be unique is so within one agency.
func TestKeysBeginWithTheAgency(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) { keysBeginWithTheAgency(t, d) })
	}
}

func keysBeginWithTheAgency(t *testing.T, d databases.Database) {
	db, prefix := d.Open(t)
	databases.Migrated(t, db, prefix)
	wrong, tables := map[string]bool{}, map[string]bool{}
	for _, row := range columns(t, db, prefix, uniqueKeys[d.Name], 2) {
		tables[row[0]] = true
		if ofNoAgency[row[0]] == "" && !strings.HasPrefix(row[1]+",", "agency_id,") {
			wrong[row[0]] = true
			if keyed[d.Name][row[0]] == "" {
				t.Errorf("a key of %s is (%s)", row[0], row[1])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keyed[d.Name])) {
		if !wrong[name] {
			t.Errorf("%s is no exception", name)
		}
	}
	if len(tables) < 35 || !tables["agencies"] || !tables["client_words"] {
		t.Errorf("only %d tables are found", len(tables))
	}
}

// Every foreign key leads to rows of the same agency, which are on the same machine,
// or to the agency itself, which is on all.
func TestForeignKeysStayInTheAgency(t *testing.T) {
	db, prefix := databases.OpenPostgres(t)
	databases.Migrated(t, db, prefix)
	for _, row := range columns(t, db, prefix, foreignKeys, 4) {
		table, own, other, theirs := row[0], row[1], row[2], row[3]
		if other == "agencies" && own == "agency_id" && theirs == "number" {
			continue
		}
		if !strings.HasPrefix(own, "agency_id,") || !strings.HasPrefix(theirs, "agency_id,") {
			t.Errorf("%s (%s) leads to %s (%s)", table, own, other, theirs)
		}
	}
}
