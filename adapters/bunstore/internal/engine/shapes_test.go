package engine

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

func TestUnzip(t *testing.T) {
	tests := map[string]struct{ fields, values string }{
		`{"a":1}`:                       {`"a"`, `[1]`},
		`{"a":"x,y:z","b":{"c":[1,2]}}`: {"\"a\"\n\"b\"", `["x,y:z",{"c":[1,2]}]`},
		`{"a\"b":"\\","c":"}"}`:         {"\"a\\\"b\"\n\"c\"", `["\\","}"]`},
		`{"a":[],"b":null,"c":-1.5e3}`:  {"\"a\"\n\"b\"\n\"c\"", `[[],null,-1.5e3]`},
	}
	for object, want := range tests {
		t.Run(object, func(t *testing.T) {
			fields, values, ok := unzip(object)
			if !ok || fields != want.fields || values != want.values {
				t.Errorf("%q %q %v", fields, values, ok)
			}
			if !json.Valid([]byte(values)) {
				t.Errorf("%s is no list", values)
			}
		})
	}
	for _, other := range []string{"{}", "[1,2]", `"x"`, "null", "", "12", "{"} {
		if _, _, ok := unzip(other); ok {
			t.Errorf("%s was taken apart", other)
		}
	}
}

// FuzzUnzip packs whatever object, and has it again as it was.
func FuzzUnzip(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":"\\\"","b,":{"c:":[1,{"d":null}]}}`, `{"é":"\u2028"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) != nil || len(object) == 0 {
			return
		}
		raw, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		fields, values, ok := unzip(string(raw))
		if !ok {
			t.Fatalf("%s is not taken apart", raw)
		}
		u := &Unit{DB: &DB{SQLite: true}}
		u.shapes.learn(map[string]int64{fields: 7})
		back, err := u.unpack(t.Context(), []byte("7"+values), 1)
		if err != nil || string(back) != string(raw) {
			t.Errorf("%s came back as %s: %v", raw, back, err)
		}
	})
}

func shaped(t *testing.T) *DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shapes.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d, err := Open(bun.NewDB(db, sqlitedialect.New()), Options{Prefix: "cw_"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.sql.Exec(`CREATE TABLE cw_agencies (number INTEGER PRIMARY KEY, key TEXT, version INTEGER, lists INTEGER);
		CREATE TABLE cw_shapes (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
		CREATE TABLE cw_things (id INTEGER PRIMARY KEY, data TEXT)`); err != nil {
		t.Fatal(err)
	}
	return d
}

type thing struct {
	Name  string         `json:"name"`
	Count int            `json:"count,omitempty"`
	More  map[string]any `json:"more,omitempty"`
}

func put(d *DB, fail error, things ...thing) error {
	return d.Update(context.Background(), "a", func(u *Unit) error {
		for _, x := range things {
			if _, err := u.Exec(context.Background(), "insert", `INSERT INTO "{{p}}things" (data) VALUES (?)`, Packed[thing]{x}); err != nil {
				return err
			}
		}
		return fail
	})
}

func stored(t *testing.T, d *DB) (out []thing) {
	t.Helper()
	err := d.View(t.Context(), "a", func(u *Unit) error {
		rows, err := u.QueryContext(t.Context(), `SELECT data FROM cw_things ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p Packed[thing]
			if err := rows.Scan(p.In(t.Context(), u)); err != nil {
				return err
			}
			out = append(out, p.V)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Objects of one shape share its row, and come back whole, also in another
// process that has not seen them written.
func TestPacked(t *testing.T) {
	d := shaped(t)
	want := []thing{{Name: "a"}, {Name: "b", Count: 2}, {Name: "c:,\"", Count: 3, More: map[string]any{"x": []any{"y", nil, true}}}, {Name: "d", Count: 4}}
	if err := put(d, nil, want...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, stored(t, d)); diff != "" {
		t.Error(diff)
	}
	var shapes, objects int
	if err := d.sql.QueryRow(`SELECT (SELECT count(*) FROM cw_shapes), (SELECT count(*) FROM cw_things WHERE data LIKE '{%')`).Scan(&shapes, &objects); err != nil || shapes != 3 || objects != 0 {
		t.Errorf("%d shapes, %d objects as they are, %v", shapes, objects, err)
	}
	d.shapes.number, d.shapes.fields = nil, nil
	if diff := cmp.Diff(want, stored(t, d)); diff != "" {
		t.Error(diff)
	}
	if n, _ := d.shapes.of(`"name"`); n == 0 {
		t.Error("a view learns nothing")
	}
}

// A shape that was taken back is not used: its number may be another's later.
func TestShapeOfAFailedUnit(t *testing.T) {
	d := shaped(t)
	refused := errors.New("refused")
	if err := put(d, refused, thing{Name: "a", Count: 1}); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if n, _ := d.shapes.of("\"name\"\n\"count\""); n != 0 {
		t.Errorf("the shape is known as %d", n)
	}
	want := []thing{{Name: "b"}, {Name: "c", Count: 2}}
	if err := put(d, nil, want...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, stored(t, d)); diff != "" {
		t.Error(diff)
	}
}

// With too many shapes objects are kept as they are.
func TestTooManyShapes(t *testing.T) {
	d := shaped(t)
	many := map[string]int64{}
	for i := range int64(maxShapes) {
		many[strconv.FormatInt(i, 10)] = i + 100
	}
	d.shapes.learn(many)
	want := []thing{{Name: "a"}, {Name: "b", Count: 2}}
	if err := put(d, nil, want...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, stored(t, d)); diff != "" {
		t.Error(diff)
	}
	var objects int
	if err := d.sql.QueryRow(`SELECT count(*) FROM cw_things WHERE data LIKE '{%'`).Scan(&objects); err != nil || objects != 2 {
		t.Errorf("%d objects as they are, %v", objects, err)
	}
}

// A value of another shape is an error and not another object.
func TestUnpackRefuses(t *testing.T) {
	u := &Unit{DB: &DB{SQLite: true}}
	u.shapes.learn(map[string]int64{"\"a\"\n\"b\"": 7})
	for _, bad := range []string{"7[1]", "7[1,2,3]", "7[]", "x[1,2]"} {
		if out, err := u.unpack(t.Context(), []byte(bad), 1); err == nil {
			t.Errorf("%s came out as %s", bad, out)
		}
	}
}
