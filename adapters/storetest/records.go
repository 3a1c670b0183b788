package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

// recordRules show that nothing of a record is lost.
var recordRules = Rules{
	"a record keeps every field": func(t *testing.T, w *World) {
		for _, fill := range []func() (want, got any){
			func() (any, any) { return keeps(t, w, casemgmt.Tx.Sites) },
			func() (any, any) { return keeps(t, w, casemgmt.Tx.Programs) },
			func() (any, any) { return keeps(t, w, casemgmt.Tx.Funders) },
			func() (any, any) { return keeps(t, w, casemgmt.Tx.Contacts) },
			func() (any, any) { return keeps(t, w, enroll.Tx.ServiceGroups) },
			func() (any, any) {
				return keeps(t, w, func(tx enroll.Tx) casemgmt.Listed[enroll.ServiceCode] { return tx.ServiceCodes() })
			},
		} {
			want, got := fill()
			Diff(t, want, got)
		}
	},
	"a client keeps every field": func(t *testing.T, w *World) {
		c := &casemgmt.Client{}
		Fill(reflect.ValueOf(c).Elem(), 1)
		c.ID, c.Version, c.Kind, c.Number = id.New[casemgmt.Client](), 1, casemgmt.Named, 1_000_000
		var back *casemgmt.Client
		err := w.Store.Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) (err error) {
			if err := tx.Clients().Insert(w.Setup, c); err != nil {
				return err
			}
			back, err = tx.Clients().Get(w.Setup, c.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		Diff(t, c, back)
	},
	"a session with its lines and forms keeps every field": func(t *testing.T, w *World) {
		client, worker := w.Client(), Must(w.Cases.Caller(w.Worker))(t)
		x := &session.Session{}
		Fill(reflect.ValueOf(x).Elem(), 1)
		x.ID, x.Version, x.Agency, x.Worker, x.Site, x.Funders = id.New[session.Session](), 1, "metro", worker.ID, w.Site.ID, []casemgmt.FunderID{w.Funder.ID}
		x.Documents, x.Warnings, x.Participants, x.Forms = nil, nil, x.Participants[:1], nil // documents have their own table; warnings are not kept
		x.Complete = false                                                                   // it is cancelled
		l := x.Participants[0]
		l.Client, l.Forms = client.ID, l.Forms[:1]
		f := l.Forms[0]
		f.ID, f.Session, f.Client, f.Worker, f.Program, f.Funder, f.Warnings = id.New[session.Form](), x.ID, client.ID, worker.ID, w.Program.ID, w.Funder.ID, nil
		f.Export = nil // the ledger has it
		for i := range f.Missing {
			f.Missing[i].Label, f.Missing[i].Text = i18n.Text{}, "" // from the definition, and at the edge
		}
		var back *session.Session
		err := w.Store.Sessions().Update(w.Setup, "metro", func(tx session.Tx) (err error) {
			if err := tx.Sessions().Insert(w.Setup, x); err != nil {
				return err
			}
			back, err = tx.Sessions().Get(w.Setup, x.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		Diff(t, x, back)
	},
	"XPT-12 a run, a file and a row of the ledger keep every field": func(t *testing.T, w *World) {
		x := w.Serve(w.Agreement(), w.Client().ID, "io")
		form := x.Participants[0].Forms[0]
		run := &export.Run{}
		Fill(reflect.ValueOf(run).Elem(), 1)
		run.ID, run.Version, run.Funder, run.Program, run.Files = id.New[export.Run](), 1, w.Funder.ID, w.Program.ID, run.Files[:1]
		file := run.Files[0]
		file.ID, file.Version, file.Run, file.States = id.New[export.File](), 1, run.ID, nil
		row := &export.Row{}
		Fill(reflect.ValueOf(row).Elem(), 1)
		row.Run, row.File, row.Funder, row.Client, row.Session, row.Form, row.State = run.ID, file.ID, run.Funder, form.Client, x.ID, form.ID, session.Rejected
		row.Subject = export.SubjectOf(export.FormSubject, form.ID)
		row.Replaces = nil // there is none; a rule about rejections shows that it is kept
		var back *export.Run
		var rows map[int]*export.Row
		content := export.Content{Packed: []byte("content"), Others: []casemgmt.ClientID{form.Client}}
		var got export.Content
		one := func(yield func([]*export.Row, error) bool) { yield([]*export.Row{row}, nil) }
		err := w.Store.Exports().Update(w.Setup, "metro", func(tx export.Tx) (err error) {
			if err = tx.Runs().Insert(w.Setup, run, map[export.FileID]export.Content{file.ID: content}, one); err != nil {
				return err
			}
			if back, err = tx.Runs().Get(w.Setup, run.ID); err != nil {
				return err
			}
			if rows, err = tx.Ledger().Rows(w.Setup, file.ID, []int{row.Row}); err != nil {
				return err
			}
			_, got, err = tx.Files().Content(w.Setup, run.ID, file.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		file.States = map[session.ExportState]int{session.Rejected: 1}
		Diff(t, run, back)
		Diff(t, row, rows[row.Row])
		Diff(t, content, got)
	},
	"names of all kinds are kept as they are": func(t *testing.T, w *World) {
		for _, name := range []string{"O’Neil-d'Arc", "محمد", "ניקוד", "李小龍", "Ångström", "Nguyễn", "🙂", "Robert'); DROP TABLE clients;--", "%_\\", "a?b$1{{p}}"} {
			p := w.Profile()
			p.Preferred = name
			c := Must(w.Register(p))(t)
			Equal(t, "name", Must(w.Cases.Client(w.Worker, c.ID))(t).Profile.Preferred, name)
			if len(i18n.Words(name)) > 0 {
				found := Must(w.Cases.SearchClients(w.Worker, casemgmt.ClientQuery{Name: name}, casemgmt.PageRequest{Limit: 200}))(t)
				ok := false
				for _, h := range found.Items {
					ok = ok || h.ID == c.ID
				}
				if !ok {
					t.Errorf("%q is not found", name)
				}
			}
		}
	},
	"text that no database keeps is refused before it arrives": func(t *testing.T, w *World) {
		for code, name := range map[string]string{"control_character": "a\x00b", "not_unicode": "a\xffb", "too_long": strings.Repeat("x", 1<<20)} {
			p := w.Profile()
			p.Preferred = name
			_, err := w.Register(p)
			Refused(t, err, "/profile/preferred", code, "SRC-05")
		}
	},
	"RUN-04 a batch, a run, a bar, a card and an enrollment keep every field": func(t *testing.T, w *World) {
		me, c := Must(w.Cases.Caller(w.Worker))(t), w.Client()
		b := &batch.Batch{}
		fill(b)
		b.ID, b.Version, b.Program = id.New[batch.Batch](), 1, w.Program.ID
		r := &batch.Run{}
		fill(r)
		r.ID, r.Version, r.Batch, r.Program = id.New[batch.Run](), 1, b.ID, w.Program.ID
		e := &enroll.Enrollment{}
		fill(e)
		e.ID, e.Version, e.Client, e.Program = id.New[enroll.Enrollment](), 1, c.ID, w.Program.ID
		bar := &enroll.Bar{}
		fill(bar)
		bar.ID, bar.Version, bar.Client, bar.Program, bar.Facility = id.New[enroll.Bar](), 1, c.ID, w.Program.ID, w.Site.ID
		card := &enroll.Card{}
		fill(card)
		card.ID, card.Version, card.Client, card.Value = id.New[enroll.Card](), 1, c.ID, "FILLED-1"
		entry := &batch.Entry{ID: id.New[batch.Entry](), Run: r.ID, Client: c.ID, Enrollment: e.ID, Again: 3, Units: r.Services, Added: Now, By: me.ID, Scan: "filled-1", ScannedAt: Now.AddDate(0, 0, -1)}
		entry.SetPosted(true)
		var got [6]any
		err := w.Store.Batches().Update(w.Setup, "metro", func(tx batch.Tx) error {
			ctx := w.Setup
			for _, err := range []error{tx.Batches().Insert(ctx, b), tx.Runs().Insert(ctx, r), tx.Enrollments().Insert(ctx, e), tx.Bars().Insert(ctx, bar), tx.Cards().Insert(ctx, card)} {
				if err != nil {
					return err
				}
			}
			there, err := tx.Entries().Insert(ctx, r, []*batch.Entry{entry})
			if err != nil || !there[entry.ID] {
				return fmt.Errorf("the entry was not written: %w", err)
			}
			var errs [6]error
			got[0], errs[0] = tx.Batches().Get(ctx, b.ID)
			got[1], errs[1] = tx.Runs().Get(ctx, r.ID)
			got[2], errs[2] = tx.Enrollments().Get(ctx, e.ID)
			got[3], errs[3] = tx.Bars().Get(ctx, bar.ID)
			got[4], errs[4] = tx.Cards().Get(ctx, card.ID)
			got[5], errs[5] = tx.Entries().Lock(ctx, r.ID, entry.ID)
			for _, err := range errs {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []any{b, r, e, bar, card} {
			Diff(t, want, got[i])
		}
		back := got[5].(*batch.Entry)
		Equal(t, "posted", back.WasPosted(), true)
		Equal(t, "entry", fmt.Sprintf("%+v", *back), fmt.Sprintf("%+v", *entry))
	},
}

// keeps writes a record with every field set, and reads it back.
func keeps[X casemgmt.Tx, T any](t *testing.T, w *World, of func(X) casemgmt.Listed[T]) (want, got any) {
	t.Helper()
	record, key := new(T), id.New[T]()
	v := reflect.ValueOf(record).Elem()
	Fill(v, 1)
	v.FieldByName("ID").Set(reflect.ValueOf(key))
	v.FieldByName("Version").SetInt(1)
	var back *T
	err := w.Store.Batches().Update(w.Setup, "metro", func(all batch.Tx) (err error) {
		tx := any(all).(X)
		if err := of(tx).Insert(w.Setup, record); err != nil {
			return err
		}
		back, err = of(tx).Get(w.Setup, key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return record, back
}

// Fill sets every field of a value to something that is not zero, so that a
// test notices a field that a storage forgot.
func Fill(v reflect.Value, n int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(Now.Add(time.Duration(n) * time.Hour)))
		return
	case civil.Date:
		v.Set(reflect.ValueOf(Today.AddDays(n)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		Fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Type().Field(i).Tag.Get("json") != "-" {
				Fill(v.Field(i), n+i+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			Fill(v.Index(i), n+i)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		Fill(key, n)
		if value.Kind() == reflect.Interface {
			value.Set(reflect.ValueOf("value"))
		} else {
			Fill(value, n)
		}
		v.SetMapIndex(key, value)
	case reflect.Array: // an identifier
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(n + i + 1))
		}
	case reflect.String:
		v.SetString("value " + suffix(n+1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n + 1))
	}
}

// fill fills every field of a record.
func fill[T any](record *T) { Fill(reflect.ValueOf(record).Elem(), 1) }
