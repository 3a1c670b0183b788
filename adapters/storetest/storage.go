package storetest

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

func i18nText(s string) i18n.Text { return i18n.T(s, s) }

var errStop = errors.New("stop")

var storageRules = []rule{
	{"a unit of work that fails leaves nothing", func(t *testing.T, w *World) {
		key := newID[casemgmt.Site]()
		err := w.Store.Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) error {
			if err := tx.Sites().Insert(w.Setup, &casemgmt.Site{Head: casemgmt.Head[casemgmt.Site]{ID: key, Version: 1}, Name: "Gone"}); err != nil {
				t.Error(err)
			}
			return errStop
		})
		is(t, err, errStop)
		_, err = w.Cases.Site(w.Worker, key)
		is(t, err, fault.ErrNotFound)
	}},
	{"a unit of work that panics leaves nothing, and the next one works", func(t *testing.T, w *World) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = w.Store.Cases().Update(w.Setup, "metro", func(casemgmt.Tx) error { panic("boom") })
		}()
		w.Client()
	}},
	{"a record keeps every field", func(t *testing.T, w *World) {
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
			diff(t, want, got)
		}
	}},
	{"a client keeps every field", func(t *testing.T, w *World) {
		c := &casemgmt.Client{}
		Fill(reflect.ValueOf(c).Elem(), 1)
		c.ID, c.Version, c.Kind, c.Number = newID[casemgmt.Client](), 1, casemgmt.Named, 1_000_000
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
		diff(t, c, back)
	}},
	{"a session with its lines and forms keeps every field", func(t *testing.T, w *World) {
		client, worker := w.Client(), Must(w.Cases.Caller(w.Worker))(t)
		x := &session.Session{}
		Fill(reflect.ValueOf(x).Elem(), 1)
		x.ID, x.Version, x.Agency, x.Worker, x.Site, x.Funders = newID[session.Session](), 1, "metro", worker.ID, w.Site.ID, []casemgmt.FunderID{w.Funder.ID}
		x.Documents, x.Warnings, x.Participants, x.Forms = nil, nil, x.Participants[:1], nil // documents have their own table; warnings are not kept
		l := x.Participants[0]
		l.Client, l.Forms = client.ID, l.Forms[:1]
		f := l.Forms[0]
		f.ID, f.Session, f.Client, f.Worker, f.Program, f.Funder, f.Warnings = newID[session.Form](), x.ID, client.ID, worker.ID, w.Program.ID, w.Funder.ID, nil
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
		diff(t, x, back)
	}},
	{"XPT-12 a run, a file and a row of the ledger keep every field", func(t *testing.T, w *World) {
		x := w.Serve(w.Agreement(), w.Client().ID, "io")
		form := x.Participants[0].Forms[0]
		run := &export.Run{}
		Fill(reflect.ValueOf(run).Elem(), 1)
		run.ID, run.Version, run.Funder, run.Program, run.Files = newID[export.Run](), 1, w.Funder.ID, w.Program.ID, run.Files[:1]
		file := run.Files[0]
		file.ID, file.Version, file.Run, file.States = newID[export.File](), 1, run.ID, nil
		row := &export.Row{}
		Fill(reflect.ValueOf(row).Elem(), 1)
		row.Run, row.File, row.Funder, row.Client, row.Session, row.Form, row.State = run.ID, file.ID, run.Funder, form.Client, x.ID, form.ID, session.Rejected
		row.Subject = export.SubjectOf(export.FormSubject, form.ID)
		row.Replaces = nil // there is none; a rule about rejections shows that it is kept
		var back *export.Run
		var rows map[int]*export.Row
		var content []byte
		err := w.Store.Exports().Update(w.Setup, "metro", func(tx export.Tx) (err error) {
			if err = tx.Runs().Insert(w.Setup, run, map[export.FileID][]byte{file.ID: []byte("content")}, []*export.Row{row}); err != nil {
				return err
			}
			if back, err = tx.Runs().Get(w.Setup, run.ID); err != nil {
				return err
			}
			if rows, err = tx.Ledger().Rows(w.Setup, file.ID, []int{row.Row}); err != nil {
				return err
			}
			_, content, err = tx.Files().Content(w.Setup, run.ID, file.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		file.States = map[session.ExportState]int{session.Rejected: 1}
		diff(t, run, back)
		diff(t, row, rows[row.Row])
		equal(t, "content", string(content), "content")
	}},
	{"a stale version is a conflict and changes nothing", func(t *testing.T, w *World) {
		s := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "First", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		stale := *s
		s.Name = "Second"
		Must(w.Cases.UpdateSite(w.Admin, *s))(t)
		stale.Name = "Third"
		_, err := w.Cases.UpdateSite(w.Admin, stale)
		is(t, err, fault.ErrConflict)
		equal(t, "name", Must(w.Cases.Site(w.Admin, s.ID))(t).Name, "Second")
	}},
	{"lists are paged by name, alike on every database", func(t *testing.T, w *World) {
		for _, name := range []string{"zz Éa", "zz eb", "ZZ EC", "zz ed"} {
			Must(w.Cases.CreateContact(w.Worker, casemgmt.Contact{Kind: casemgmt.Partner, Name: name}))(t)
		}
		var names []string
		p := casemgmt.PageRequest{Limit: 2}
		for {
			page := Must(w.Cases.Contacts(w.Worker, p))(t)
			for _, c := range page.Items {
				if strings.HasPrefix(strings.ToLower(c.Name), "zz") {
					names = append(names, c.Name)
				}
			}
			if page.Next == "" {
				break
			}
			p.After = page.Next
		}
		diff(t, []string{"zz Éa", "zz eb", "ZZ EC", "zz ed"}, names)
	}},
	{"the same request key sent ten times at once makes one session", func(t *testing.T, w *World) {
		ctx := casemgmt.Once(w.freshWorker(w.Program), "once-"+newID[int]().String())
		cmd := session.Start{Details: w.Details(), Client: w.Client().ID}
		var wg sync.WaitGroup
		ids := make([]session.SessionID, 10)
		for i := range ids {
			wg.Go(func() {
				x, err := w.Sessions.Start(ctx, cmd)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = x.ID
			})
		}
		wg.Wait()
		for _, k := range ids {
			equal(t, "session", k, ids[0])
		}
		equal(t, "sessions", len(w.mine(ctx)), 1)
		cmd.Notes = "another"
		_, err := w.Sessions.Start(ctx, cmd)
		is(t, err, fault.ErrKeyReused)
	}},
	{"eight workers write at once and nothing is lost", func(t *testing.T, w *World) {
		client := w.Client()
		var wg sync.WaitGroup
		for range 8 {
			ctx := w.freshWorker(w.Program)
			wg.Go(func() {
				for range 15 {
					if _, err := w.Sessions.Start(ctx, session.Start{Details: w.Details(), Client: client.ID}); err != nil {
						t.Error(err)
						return
					}
				}
				if n := len(w.mine(ctx)); n != 15 {
					t.Errorf("%d sessions of 15 are there", n)
				}
			})
		}
		wg.Wait()
	}},
	{"two people save one form at once: one wins, the other is told", func(t *testing.T, w *World) {
		x := w.begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		f := x.Participants[0].Forms[0]
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, text := range []string{"from the worker", "from the manager"} {
			ctx := w.Worker
			if i == 1 {
				ctx = w.Manager
			}
			wg.Go(func() {
				_, errs[i] = w.Sessions.SaveForm(ctx, session.SaveForm{ID: f.ID, Version: f.Version,
					Content: session.Content{Program: f.Program, Answers: map[string]any{"description": text}}})
			})
		}
		wg.Wait()
		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				want := []string{"from the worker", "from the manager"}[i]
				equal(t, "answer", Must(w.Sessions.Form(w.Worker, f.ID))(t).Answers["description"], any(want))
			} else {
				is(t, err, fault.ErrConflict)
			}
		}
		equal(t, "winners", won, 1)
	}},
	{"two registrations of one person at once: one wins, the other is shown it", func(t *testing.T, w *World) {
		p := w.Profile()
		p.Identifiers = nil
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { _, errs[i] = w.register(p) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			var found *casemgmt.PossibleDuplicates
			if !errors.As(err, &found) || len(found.LookAlikes) != 1 {
				t.Errorf("error %v, want the one look-alike", err)
			}
		}
		equal(t, "winners", won, 1)
	}},
	{"the feed has every event once, in order, also behind a cursor", func(t *testing.T, w *World) {
		after := w.tail()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 10 {
					if _, err := w.Cases.RegisterAnonymous(w.Worker, casemgmt.RegisterAnonymous{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for {
			page := Must(w.Cases.Feed(w.Admin, after, 7))(t)
			for _, e := range page.Events {
				if seen[e.ID.String()] {
					t.Error("an event is there twice")
				}
				seen[e.ID.String()] = true
			}
			if after = page.Next; len(page.Events) < 7 {
				break
			}
		}
		equal(t, "events", len(seen), 40)
	}},
	{"names of all kinds are kept as they are", func(t *testing.T, w *World) {
		for _, name := range []string{"O’Neil-d'Arc", "محمد", "ניקוד", "李小龍", "Ångström", "Nguyễn", "🙂", "Robert'); DROP TABLE clients;--", "%_\\", "a?b$1{{p}}"} {
			p := w.Profile()
			p.Preferred = name
			c := Must(w.register(p))(t)
			equal(t, "name", Must(w.Cases.Client(w.Worker, c.ID))(t).Profile.Preferred, name)
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
	}},
	{"text that no database keeps is refused before it arrives", func(t *testing.T, w *World) {
		for code, name := range map[string]string{"control_character": "a\x00b", "not_unicode": "a\xffb", "too_long": strings.Repeat("x", 1<<20)} {
			p := w.Profile()
			p.Preferred = name
			_, err := w.register(p)
			refused(t, err, "/profile/preferred", code, "SRC-05")
		}
	}},
	{"a record of another agency cannot be linked", func(t *testing.T, w *World) {
		other := Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(t)
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: other.ID})
		refused(t, err, "/client", "no_such_record", "CLI-02")
		err = w.Store.Sessions().Update(w.Setup, "metro", func(tx session.Tx) error { // not even past the rules
			return tx.Participants().Insert(w.Setup, newID[session.Session](), &session.Participant{Client: other.ID, Kind: casemgmt.Named})
		})
		if err == nil {
			t.Error("the database linked another agency's client")
		}
	}},
	{"a system without an agency is refused", func(t *testing.T, w *World) {
		ctx := access.With(w.Setup, access.System("x", ""))
		_, err := w.Cases.Agency(ctx)
		is(t, err, fault.ErrUnauthenticated)
	}},
}

// keeps writes a record with every field set, and reads it back.
func keeps[X casemgmt.Tx, T any](t *testing.T, w *World, of func(X) casemgmt.Listed[T]) (want, got any) {
	t.Helper()
	record, key := new(T), newID[T]()
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
			if v.Field(i).CanSet() {
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
