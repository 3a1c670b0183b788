package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/opencasework/casework/adapters/bunstore/internal/engine"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
)

// created says in which order the tables were made; the rest is left out.
var created = fstest.MapFS{"migrations/postgres/1.sql": {Data: []byte("CREATE TABLE {{p}}things ();\nCREATE TABLE {{p}}owners ();")}}

// owner belongs to a thing.
type owner struct {
	bun.BaseModel `bun:"table:owners"`

	Agency int64        `bun:"agency_id,type:bigint"`
	Thing  engine.RawID `bun:"thing,type:uuid"`
}

// each runs a test on each database, with a table of things.
func each(t *testing.T, test func(t *testing.T, d *engine.DB)) {
	for _, kind := range databases.Databases() {
		t.Run(kind.Name, func(t *testing.T) {
			db, prefix := kind.Open(t)
			databases.Migrated(t, db, prefix)
			d, err := engine.Open(db, engine.Options{Prefix: prefix}, created)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			update(t, d, func(ctx context.Context, u *engine.Unit) error {
				types := strings.NewReplacer("UUID", "BLOB", "MOMENT", "INTEGER", "DAY", "TEXT", "JSON", "TEXT")
				if !u.SQLite {
					types = strings.NewReplacer("MOMENT", "timestamptz", "DAY", "date", "JSON", "jsonb", "INTEGER", "bigint")
				}
				for _, q := range []string{
					`CREATE TABLE "{{p}}things" (agency_id INTEGER, id UUID, version INTEGER, name TEXT NOT NULL, note TEXT, day DAY, n INTEGER, at MOMENT, maybe MOMENT,
						none UUID, owner UUID NOT NULL, data JSON, PRIMARY KEY (agency_id, id))`,
					`CREATE TABLE "{{p}}owners" (agency_id INTEGER, thing UUID, FOREIGN KEY (agency_id, thing) REFERENCES "{{p}}things" (agency_id, id))`,
					`CREATE TABLE "{{p}}parts" (thing UUID NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (thing, part))`,
				} {
					if _, err := u.ExecContext(ctx, strings.ReplaceAll(types.Replace(q), "{{p}}", d.Prefix)); err != nil {
						return err
					}
				}
				return nil
			})
			test(t, d)
		})
	}
}

func update(t *testing.T, d *engine.DB, fn func(context.Context, *engine.Unit) error) {
	t.Helper()
	ctx := context.Background()
	if err := d.Update(ctx, "metro", func(u *engine.Unit) error { return fn(ctx, u) }); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, d *engine.DB, fn func(context.Context, *engine.Unit) error) {
	t.Helper()
	ctx := context.Background()
	if err := d.View(ctx, "metro", func(u *engine.Unit) error { return fn(ctx, u) }); err != nil {
		t.Fatal(err)
	}
}

// thing has a column of each kind that rows have.
type thing struct {
	bun.BaseModel `bun:"table:things"`
	engine.Key
	Name  string                       `bun:"name,type:text"`
	Note  engine.Maybe[string]         `bun:"note,type:text"`
	Day   civil.Date                   `bun:"day,type:date"`
	N     engine.Maybe[int64]          `bun:"n,type:bigint"`
	At    engine.Instant               `bun:"at,type:timestamptz"`
	Maybe engine.Maybe[engine.Instant] `bun:"maybe,type:timestamptz"`
	None  engine.RawID                 `bun:"none,type:uuid"`
	Owner engine.Zeroable              `bun:"owner,type:uuid"`
	Data  engine.JSON[*content]        `bun:"data,type:jsonb"`
}

type content struct {
	List []string `json:"list"`
}

func key(n int) engine.RawID {
	return engine.RawID{0: 1, 6: 0x70, 8: 0x80, 14: byte(n >> 8), 15: byte(n)}
}

func newThing(n int, name string) *thing {
	return &thing{Key: engine.Key{Agency: 1, ID: key(n), Version: 1}, Name: name, Day: civil.Date{Year: 2025, Month: 1, Day: 1 + n%28},
		N: engine.Some(int64(n)), At: engine.Instant{Time: time.Date(2025, 6, 16, 2, 30, n%60, n*1000, time.UTC)}}
}

// What is written is read again, the same from both databases: instants in UTC with
// microseconds, values that may not be there, identifiers of zeros, documents.
func TestValues(t *testing.T) {
	at := engine.Instant{Time: time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC)}
	toronto := time.FixedZone("", -4*3600)
	tests := map[string]struct{ write, read thing }{
		"everything": {
			write: thing{Name: "é", Note: engine.Some("line\nand 'quote' ? $1"), Day: civil.Date{Year: 2024, Month: 2, Day: 29}, N: engine.Some(int64(-1 << 62)), At: at,
				Maybe: engine.Some(engine.Instant{Time: time.Date(2025, 6, 15, 22, 30, 0, 0, toronto)}), None: key(7), Owner: engine.Zeroable(key(8)), Data: engine.JSON[*content]{V: &content{[]string{"a"}}}},
			read: thing{Name: "é", Note: engine.Some("line\nand 'quote' ? $1"), Day: civil.Date{Year: 2024, Month: 2, Day: 29}, N: engine.Some(int64(-1 << 62)), At: at,
				Maybe: engine.Some(engine.Instant{Time: time.Date(2025, 6, 16, 2, 30, 0, 0, time.UTC)}), None: key(7), Owner: engine.Zeroable(key(8)), Data: engine.JSON[*content]{V: &content{[]string{"a"}}}},
		},
		"nothing": {write: thing{At: at}, read: thing{At: at}},
		"empty but there": {
			write: thing{At: at, Note: engine.Some(""), N: engine.Some(int64(0)), Data: engine.JSON[*content]{V: &content{}}},
			read:  thing{At: at, Note: engine.Some(""), N: engine.Some(int64(0)), Data: engine.JSON[*content]{V: &content{}}},
		},
	}
	each(t, func(t *testing.T, d *engine.DB) {
		for _, by := range []string{"insert", "later", "rewrite"} {
			n := 0
			for name, tt := range tests {
				t.Run(by+" "+name, func(t *testing.T) {
					n++
					k := engine.Key{Agency: 1, ID: key(n + 100*len(by)), Version: 1}
					tt.write.Key, tt.read.Key = k, k
					update(t, d, func(ctx context.Context, u *engine.Unit) error { return write(ctx, u, by, &tt.write) })
					got := &thing{Key: engine.Key{Agency: 1, ID: k.ID}}
					view(t, d, func(ctx context.Context, u *engine.Unit) error { return u.Find(ctx, got, "") })
					if diff := cmp.Diff(&tt.read, got, cmp.AllowUnexported(bun.BaseModel{})); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
			}
		}
	})
}

func write(ctx context.Context, u *engine.Unit, by string, x *thing) error {
	switch by {
	case "insert":
		return u.Insert(ctx, x)
	case "later":
		return engine.InsertLater(ctx, u, x)
	}
	first := newThing(0, "before")
	first.Key = x.Key
	if err := u.Insert(ctx, first); err != nil {
		return err
	}
	return u.Rewrite(ctx, x, 1)
}

// NULL is NULL in the column, and not a text or a zero; and it is read as zero
// where that is asked for.
func TestNull(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			return u.Insert(ctx, &thing{Key: engine.Key{Agency: 1, ID: key(1)}, At: engine.Instant{Time: storedAt}})
		})
		view(t, d, func(ctx context.Context, u *engine.Unit) error {
			var nulls bool
			if err := u.One(ctx, "look", `SELECT note IS NULL AND n IS NULL AND maybe IS NULL AND none IS NULL AND day IS NULL AND data IS NULL AND owner IS NOT NULL
				FROM "{{p}}things"`, nil, &nulls); err != nil || !nulls {
				t.Error(nulls, err)
			}
			note, n, at, day := "old", int64(5), engine.Instant{Time: storedAt}, civil.Date{Year: 2025, Month: 1, Day: 1}
			err := u.One(ctx, "look", `SELECT note, n, maybe, day FROM "{{p}}things"`, nil, engine.OrZero(&note), engine.OrZero(&n), engine.OrZero(&at), engine.OrZero(&day))
			if note != "" || n != 0 || !at.IsZero() || !day.IsZero() {
				t.Error(note, n, at, day)
			}
			return err
		})
	})
}

var storedAt = time.Date(2025, 6, 16, 2, 30, 0, 0, time.UTC)

// On PostgreSQL the writes that wait go in one statement; on both, each has its own
// arguments, and all are done before the unit reads or ends.
func TestLater(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		inserts := 0
		d.Count = func(q string) {
			if strings.Contains(q, "INSERT INTO") {
				inserts++
			}
		}
		count := func(want int, what string) {
			t.Helper()
			if d.SQLite {
				return // each write is one
			}
			if inserts != want {
				t.Errorf("%s: %d statements, want %d", what, inserts, want)
			}
			inserts = 0
		}
		names := func(ctx context.Context, u *engine.Unit) (out []string) {
			err := u.Query(ctx, "look", `SELECT name FROM "{{p}}things" ORDER BY id`, nil, func(rows *sql.Rows) error {
				var name string
				err := rows.Scan(&name)
				out = append(out, name)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		var want []string
		later := func(ctx context.Context, u *engine.Unit, n int) {
			for range n {
				x := newThing(len(want), fmt.Sprint("thing ", len(want)))
				if err := engine.InsertLater(ctx, u, x); err != nil {
					t.Fatal(err)
				}
				want = append(want, x.Name)
			}
		}
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			later(ctx, u, 3)
			if diff := cmp.Diff(want, names(ctx, u)); diff != "" {
				t.Errorf("read in the unit (-want +got):\n%s", diff)
			}
			count(1, "before a reading")
			later(ctx, u, 2)
			if _, err := u.Exec(ctx, "name", `UPDATE "{{p}}things" SET name = 'renamed' WHERE id = ?`, key(4)); err != nil {
				t.Error(err)
			}
			want[4] = "renamed"
			count(1, "before a write that does not wait")
			later(ctx, u, 24)
			return nil
		})
		count(1, "as many as go together")
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			later(ctx, u, 100)
			some := []*thing{newThing(len(want), "one of some"), newThing(len(want)+1, "another")}
			want = append(want, "one of some", "another")
			if err := engine.InsertLater(ctx, u, some...); err != nil {
				return err
			}
			later(ctx, u, 26) // 128 are 100, 20, 5, and three times 1
			count(0, "while they wait")
			return nil
		})
		count(6, "many at the end")
		view(t, d, func(ctx context.Context, u *engine.Unit) error {
			if diff := cmp.Diff(want, names(ctx, u)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return nil
		})
	})
}

// Writes that wait may refer to each other's rows: the database looks at that when
// all of them are done, whichever it does first.
func TestLaterRefersToItsOwn(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		own := func(ctx context.Context, u *engine.Unit, n int) error {
			return u.Later(ctx, "insert owner", `INSERT INTO "{{p}}owners" (agency_id, thing) VALUES (?, ?)`, int64(1), key(n))
		}
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			return errors.Join(engine.InsertLater(ctx, u, newThing(1, "a")), own(ctx, u, 1), engine.InsertLater(ctx, u, newThing(2, "b")), own(ctx, u, 2), own(ctx, u, 1))
		})
		update(t, d, func(ctx context.Context, u *engine.Unit) error { // more than go together, and an owner first
			if err := engine.InsertLater(ctx, u, &owner{Agency: 1, Thing: key(1)}); err != nil {
				return err
			}
			for n := 10; n < 40; n++ {
				if err := errors.Join(engine.InsertLater(ctx, u, newThing(n, "many")), engine.InsertLater(ctx, u, &owner{Agency: 1, Thing: key(n)}), own(ctx, u, n)); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, d, func(ctx context.Context, u *engine.Unit) error {
			var things, owners int
			err := u.One(ctx, "count", `SELECT (SELECT count(*) FROM "{{p}}things"), (SELECT count(*) FROM "{{p}}owners")`, nil, &things, &owners)
			if things != 32 || owners != 64 {
				t.Errorf("%d things, %d owners", things, owners)
			}
			return err
		})
		if err := d.Update(context.Background(), "metro", func(u *engine.Unit) error {
			return errors.Join(engine.InsertLater(context.Background(), u, newThing(3, "c")), own(context.Background(), u, 4))
		}); err == nil {
			t.Error("an owner of nothing is there")
		}
	})
}

// What goes wrong with a write that waits is told with the next statement, or at
// the end of the unit; nothing of the unit stays then.
func TestLaterFails(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		ctx := context.Background()
		twice := func(u *engine.Unit) error {
			if err := engine.InsertLater(ctx, u, newThing(1, "a")); err != nil {
				t.Error(err)
			}
			return engine.InsertLater(ctx, u, newThing(1, "again"))
		}
		for name, fn := range map[string]func(*engine.Unit) error{
			"at the end": twice,
			"with a reading": func(u *engine.Unit) error {
				if err := twice(u); err != nil { // SQLite says so at once
					return err
				}
				err := u.One(ctx, "look", `SELECT 1`, nil, new(int))
				if err == nil {
					t.Error("the reading knows nothing of it")
				}
				return err
			},
			"with a write": func(u *engine.Unit) error {
				if err := twice(u); err != nil {
					return err
				}
				err := u.Insert(ctx, newThing(2, "b"))
				if err == nil {
					t.Error("the write knows nothing of it")
				}
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				err := d.Update(ctx, "metro", fn)
				if !errors.Is(err, fault.ErrConflict) {
					t.Errorf("got %v", err)
				}
				if err != nil && strings.Contains(err.Error(), "again") {
					t.Errorf("%v carries a value", err)
				}
			})
		}
		t.Run("of a unit that fails", func(t *testing.T) {
			stop := errors.New("stop")
			if err := d.Update(ctx, "metro", func(u *engine.Unit) error {
				return errors.Join(engine.InsertLater(ctx, u, newThing(1, "a")), stop)
			}); !errors.Is(err, stop) {
				t.Error(err)
			}
		})
		view(t, d, func(ctx context.Context, u *engine.Unit) error {
			n := -1
			err := u.One(ctx, "count", `SELECT count(*) FROM "{{p}}things"`, nil, &n)
			if n != 0 {
				t.Errorf("%d things are there", n)
			}
			return err
		})
	})
}

var things = engine.List[string]{Doing: "list things", Columns: "name", From: engine.Clause{SQL: `FROM "{{p}}things" WHERE agency_id = ?`, Args: []any{1}},
	Item: func() ([]any, func() (string, error)) {
		var name string
		return []any{&name}, func() (string, error) { return name, nil }
	}}

// walk reads a list page by page.
func walk(t *testing.T, limit int, page func(casemgmt.PageRequest) (casemgmt.Page[string], error)) (names []string, cursors []string) {
	t.Helper()
	p := casemgmt.PageRequest{Limit: limit}
	for range 100 {
		got, err := page(p)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Items) > limit || got.Items == nil || len(got.Items) < limit && got.Next != "" {
			t.Fatalf("a page of %d with the next at %q", len(got.Items), got.Next)
		}
		names = append(names, got.Items...)
		if p.After = got.Next; p.After == "" {
			return names, cursors
		}
		cursors = append(cursors, p.After)
	}
	t.Fatal("there is no last page")
	return nil, nil
}

// Pages give every row once in the order of the list, also where rows are alike in
// all but the last column, up and down, on both databases.
func TestPages(t *testing.T) {
	id := engine.Column{Name: "id", Kind: engine.ID}
	orders := map[string][]engine.Column{
		"text": {{Name: "note", Kind: engine.Text}, id}, "day": {{Name: "day", Kind: engine.Day}, id}, "number": {{Name: "n", Kind: engine.Number}, id},
		"moment": {{Name: "at", Kind: engine.Moment}, id}, "id": {id},
		"many": {{Name: "day", Kind: engine.Day}, {Name: "note", Kind: engine.Text}, {Name: "n", Kind: engine.Number}, id},
	}
	var list []*thing
	for i := range 13 {
		x := newThing(i, fmt.Sprintf("%02d", i))
		x.Note, x.N = engine.Some([]string{"", "a", "b", "é", "z\"'[", "ß"}[i%6]), engine.Some(int64(i/4)-1)
		x.Day = civil.Date{Year: 2025, Month: 1, Day: 1 + i/5}
		x.At = engine.Instant{Time: time.Date(2025, 1, 1, 0, 0, 0, (i/3)*1000, time.UTC)}
		list = append(list, x)
	}
	key := map[string]func(*thing) string{
		"text": func(x *thing) string { return x.Note.V }, "day": func(x *thing) string { return x.Day.String() }, "number": func(x *thing) string { return fmt.Sprint(x.N.V + 5) },
		"moment": func(x *thing) string { return x.At.Format("05.000000") }, "id": func(*thing) string { return "" },
		"many": func(x *thing) string { return x.Day.String() + " " + x.Note.V + "\x00" + fmt.Sprint(x.N.V+5) },
	}
	each(t, func(t *testing.T, d *engine.DB) {
		update(t, d, func(ctx context.Context, u *engine.Unit) error { return engine.InsertLater(ctx, u, list...) })
		for name, by := range orders {
			for _, down := range []bool{false, true} {
				for _, limit := range []int{1, 2, 5, 13, 14} {
					t.Run(fmt.Sprint(name, " ", down, " ", limit), func(t *testing.T) {
						want := slices.Clone(list)
						slices.SortFunc(want, func(a, b *thing) int {
							c := strings.Compare(key[name](a)+"\x00\x00"+a.Name, key[name](b)+"\x00\x00"+b.Name)
							if down {
								return -c
							}
							return c
						})
						var names []string
						for _, x := range want {
							names = append(names, x.Name)
						}
						l := things
						l.Order = engine.Order{By: by, Down: down}
						got, _ := walk(t, limit, func(p casemgmt.PageRequest) (page casemgmt.Page[string], err error) {
							err = d.View(context.Background(), "metro", func(u *engine.Unit) error {
								page, err = engine.Pages(context.Background(), u, l, p)
								return err
							})
							return page, err
						})
						if diff := cmp.Diff(names, got); diff != "" {
							t.Errorf("(-want +got):\n%s", diff)
						}
					})
				}
			}
		}
	})
}

// A row without a value to order by would be on no page behind it: the list says so.
func TestPagesOfNull(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			return u.Insert(ctx, &thing{Key: engine.Key{Agency: 1, ID: key(1)}, At: engine.Instant{Time: storedAt}})
		})
		for _, c := range []engine.Column{{Name: "note", Kind: engine.Text}, {Name: "n", Kind: engine.Number}} {
			l := things
			l.Order = engine.Order{By: []engine.Column{c, {Name: "id", Kind: engine.ID}}}
			err := d.View(context.Background(), "metro", func(u *engine.Unit) error {
				_, err := engine.Pages(context.Background(), u, l, casemgmt.PageRequest{})
				return err
			})
			if err == nil {
				t.Errorf("%s is NULL and the list says nothing", c.Name)
			}
		}
	})
}

// A cursor that is none, or is another list's, is refused before anything is read.
func TestForeignCursors(t *testing.T) {
	orders := map[string]engine.Order{
		"day":    {By: []engine.Column{{Name: "day", Kind: engine.Day}, {Name: "id", Kind: engine.ID}}},
		"number": {By: []engine.Column{{Name: "n", Kind: engine.Number}, {Name: "id", Kind: engine.ID}}},
		"moment": {By: []engine.Column{{Name: "at", Kind: engine.Moment}, {Name: "id", Kind: engine.ID}}},
		"id":     {By: []engine.Column{{Name: "id", Kind: engine.ID}}},
		"text":   {By: []engine.Column{{Name: "note", Kind: engine.Text}, {Name: "id", Kind: engine.ID}}},
	}
	each(t, func(t *testing.T, d *engine.DB) {
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			for i := range 3 {
				x := newThing(i, "a")
				x.Note = engine.Some("not a date")
				if err := u.Insert(ctx, x); err != nil {
					return err
				}
			}
			return nil
		})
		read := func(o engine.Order, after string) (page casemgmt.Page[string], err error) {
			l := things
			l.Order = o
			err = d.View(context.Background(), "metro", func(u *engine.Unit) error {
				page, err = engine.Pages(context.Background(), u, l, casemgmt.PageRequest{After: after, Limit: 1})
				return err
			})
			return page, err
		}
		foreign := map[string]string{"no base64": "%%", "no JSON": "eHl6", "an object": "e30", "numbers alone": engine.Cursor(1, 2), "one number": engine.Cursor(1),
			"a zero byte": "WyJcdTAwMDAiLCIxIl0", "nothing in it": "W10", "null": "bnVsbA"}
		for name, o := range orders {
			page, err := read(o, "")
			if err != nil || page.Next == "" {
				t.Fatal(page, err)
			}
			foreign["of "+name] = page.Next
		}
		for name, o := range orders {
			for from, cursor := range foreign {
				if from == "of "+name || name == "text" && strings.HasPrefix(from, "of ") && from != "of id" {
					continue // any text is one to a list by text
				}
				_, err := read(o, cursor)
				if diff := cmp.Diff([]string{"bad_cursor"}, fault.Codes(err)); diff != "" {
					t.Errorf("%s in a list by %s: %v", from, name, err)
				}
			}
		}
	})
	if got, err := engine.ParseCursor(engine.Cursor(-5, 1<<62), 2); err != nil || !slices.Equal(got, []int64{-5, 1 << 62}) {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "%%", engine.Cursor(1), engine.Cursor(1, 2, 3), "WyJhIiwiYiJd"} {
		if _, err := engine.ParseCursor(bad, 2); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Records with their parts are read in one query; a page never ends within a record.
func TestGroupedPages(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		var want []string
		update(t, d, func(ctx context.Context, u *engine.Unit) error {
			for i := range 9 {
				x := newThing(i, fmt.Sprint("thing ", i))
				x.Day = civil.Date{Year: 2025, Month: 1, Day: 1 + i/4}
				if err := u.Insert(ctx, x); err != nil {
					return err
				}
				text := x.Name
				for part := range i % 4 {
					if _, err := u.Exec(ctx, "insert part", `INSERT INTO "{{p}}parts" (thing, part) VALUES (?, ?)`, x.ID, part); err != nil {
						return err
					}
					text += fmt.Sprint(" ", part)
				}
				want = append(want, text)
			}
			return nil
		})
		for _, down := range []bool{false, true} {
			if down {
				slices.Reverse(want)
			}
			for _, limit := range []int{1, 2, 4, 9, 10} {
				queries := 0
				d.Count = func(string) { queries++ }
				got, cursors := walk(t, limit, func(p casemgmt.PageRequest) (page casemgmt.Page[string], err error) {
					err = d.View(context.Background(), "metro", func(u *engine.Unit) error {
						page, err = grouped(u, down, p)
						return err
					})
					return page, err
				})
				d.Count = nil
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%d at a time, down %v (-want +got):\n%s", limit, down, diff)
				}
				if want := 2 * (len(cursors) + 1); queries != want { // and one that finds the agency
					t.Errorf("%d queries for %d pages", queries, want/2)
				}
			}
		}
		if _, err := groupedOn(d, casemgmt.PageRequest{After: engine.Cursor(1)}); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("a foreign cursor: %v", err)
		}
	})
}

func groupedOn(d *engine.DB, p casemgmt.PageRequest) (page casemgmt.Page[string], err error) {
	err = d.View(context.Background(), "metro", func(u *engine.Unit) error {
		page, err = grouped(u, false, p)
		return err
	})
	return page, err
}

// grouped are things with the numbers of their parts behind their names.
func grouped(u *engine.Unit, down bool, p casemgmt.PageRequest) (casemgmt.Page[string], error) {
	type found struct{ text *string }
	var id, last engine.RawID
	var name string
	var part engine.Maybe[int64]
	var current *string
	page, err := engine.GroupedPages(context.Background(), u, engine.Groups[found]{
		Doing: "list things", Keys: engine.Clause{SQL: `SELECT t.id, t.name, t.day FROM "{{p}}things" AS t WHERE t.agency_id = ?`, Args: []any{1}},
		Columns: "page.id, page.name, p.part", Joins: ` LEFT JOIN "{{p}}parts" AS p ON p.thing = page.id`, Then: "p.part",
		Order: engine.Order{By: []engine.Column{{Name: "t.day", Kind: engine.Day}, {Name: "t.id", Kind: engine.ID}}, Down: down},
		Dest:  []any{&id, &name, &part},
		Row: func() (found, bool) {
			first := current == nil || id != last
			if first {
				text := name
				last, current = id, &text
			}
			if part.Valid {
				*current += fmt.Sprint(" ", part.V)
			}
			return found{current}, first
		},
	}, p)
	out := casemgmt.Page[string]{Items: []string{}, Next: page.Next}
	for _, x := range page.Items {
		out.Items = append(out.Items, *x.text)
	}
	return out, err
}

// A list of arguments is padded with its last one, so that there are few statements.
func TestPadded(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 8, 128: 128, 129: 200, 200: 200, 201: 256} {
		keys := make([]int, n)
		for i := range keys {
			keys[i] = i
		}
		got := engine.Padded(keys)
		if len(got) != want || strings.Count(engine.Marks(n), "?") != want || got[want-1] != n-1 || got[n-1] != n-1 {
			t.Errorf("%d arguments became %d with %d marks", n, len(got), strings.Count(engine.Marks(n), "?"))
		}
	}
	c := engine.In("a.id", []string{"x", "y", "z"})
	if diff := cmp.Diff(engine.Clause{SQL: "a.id IN (?, ?, ?, ?)", Args: []any{"x", "y", "z", "z"}}, c); diff != "" {
		t.Error(diff)
	}
}

// The error of a driver keeps its kind and loses its text, which may quote values.
func TestErrors(t *testing.T) {
	each(t, func(t *testing.T, d *engine.DB) {
		ctx := context.Background()
		insert := func(x *thing) error {
			return d.Update(ctx, "metro", func(u *engine.Unit) error { return u.Insert(ctx, x) })
		}
		if err := insert(newThing(1, "secret")); err != nil {
			t.Fatal(err)
		}
		if err := insert(newThing(1, "secret")); !errors.Is(err, fault.ErrConflict) || strings.Contains(err.Error(), "secret") {
			t.Errorf("twice: %v", err)
		}
		err := d.Update(ctx, "metro", func(u *engine.Unit) error {
			return u.Rewrite(ctx, newThing(1, "next"), 5)
		})
		if !errors.Is(err, fault.ErrConflict) {
			t.Errorf("another version: %v", err)
		}
		err = d.View(ctx, "metro", func(u *engine.Unit) error { return u.Find(ctx, newThing(9, ""), "") })
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("not there: %v", err)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		for _, run := range []func(context.Context, string, func(*engine.Unit) error) error{d.Update, d.View} {
			if err := run(ended, "metro", func(*engine.Unit) error { return nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("a context that has ended: %v", err)
			}
		}
		err = d.View(ctx, "metro", func(u *engine.Unit) error {
			return u.One(ctx, "look", `SELECT secret FROM nowhere`, nil, new(int))
		})
		if err == nil || !strings.Contains(err.Error(), "bunstore: look: ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("no such table: %v", err)
		}
	})
}
