package bunstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opencasework/casework/adapters/bunstore"
	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/batch"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/casefile"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/followup"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
	"github.com/opencasework/casework/session/report"
)

// stored reads the record that another one is a version of, as the storage has it.
type stored func(ctx context.Context, s *bunstore.Store, tx casemgmt.Tx, of any) (any, error)

// reads is how a kind of record is read: within a hook's own unit, or from another one,
// which sees what was committed before.
func reads[T any, X casemgmt.Tx](run func(*bunstore.Store) casemgmt.RunnerOf[X], get func(context.Context, X, *T) (*T, error)) stored {
	return func(ctx context.Context, s *bunstore.Store, tx casemgmt.Tx, of any) (any, error) {
		record := of.(*T)
		if tx != nil {
			own, ok := tx.(X)
			if !ok {
				return nil, fmt.Errorf("%T is not of the package of %T", tx, of)
			}
			return get(ctx, own, record)
		}
		var out *T
		err := run(s).View(ctx, "metro", func(x X) (err error) {
			out, err = get(ctx, x, record)
			return err
		})
		return out, err
	}
}

// kept reads records that are found by their id.
func kept[T any, X casemgmt.Tx](run func(*bunstore.Store) casemgmt.RunnerOf[X], of func(X) interface {
	Get(context.Context, id.Of[T]) (*T, error)
}) (reflect.Type, stored) {
	return reflect.TypeFor[*T](), reads(run, func(ctx context.Context, x X, record *T) (*T, error) {
		return of(x).Get(ctx, any(record).(interface{ Heading() *casemgmt.Head[T] }).Heading().ID)
	})
}

// readers are how all records that events are about are read.
func readers() map[reflect.Type]stored {
	out := map[reflect.Type]stored{}
	add := func(t reflect.Type, s stored) { out[t] = s }
	cases := func(s *bunstore.Store) casemgmt.Runner { return s.Cases() }
	enrolling := func(s *bunstore.Store) enroll.Runner { return s.Enrollments() }
	type (
		x = casemgmt.Tx
		e = enroll.Tx
	)
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.SiteID) (*casemgmt.Site, error)
	} {
		return tx.Sites()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.ProgramID) (*casemgmt.Program, error)
	} {
		return tx.Programs()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.FunderID) (*casemgmt.Funder, error)
	} {
		return tx.Funders()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.ContactID) (*casemgmt.Contact, error)
	} {
		return tx.Contacts()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.StaffID) (*casemgmt.Staff, error)
	} {
		return tx.Staff()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.StatementID) (*casemgmt.Statement, error)
	} {
		return tx.Statements()
	}))
	add(kept(cases, func(tx x) interface {
		Get(context.Context, casemgmt.ClientID) (*casemgmt.Client, error)
	} {
		return tx.Clients()
	}))
	add(kept(enrolling, func(tx e) interface {
		Get(context.Context, enroll.ServiceGroupID) (*enroll.ServiceGroup, error)
	} {
		return tx.ServiceGroups()
	}))
	add(kept(enrolling, func(tx e) interface {
		Get(context.Context, enroll.ServiceCodeID) (*enroll.ServiceCode, error)
	} {
		return tx.ServiceCodes()
	}))
	add(kept(enrolling, func(tx e) interface {
		Get(context.Context, enroll.EnrollmentID) (*enroll.Enrollment, error)
	} {
		return tx.Enrollments()
	}))
	add(kept(enrolling, func(tx e) interface {
		Get(context.Context, enroll.BarID) (*enroll.Bar, error)
	} {
		return tx.Bars()
	}))
	add(kept(enrolling, func(tx e) interface {
		Get(context.Context, enroll.CardID) (*enroll.Card, error)
	} {
		return tx.Cards()
	}))
	add(kept(func(s *bunstore.Store) followup.Runner { return s.FollowUp() }, func(tx followup.Tx) interface {
		Get(context.Context, followup.PlanID) (*followup.Plan, error)
	} {
		return tx.Plans()
	}))
	caseFiles := func(s *bunstore.Store) casefile.Runner { return s.CaseFiles() }
	add(kept(caseFiles, func(tx casefile.Tx) interface {
		Get(context.Context, casefile.FileID) (*casefile.File, error)
	} {
		return tx.Files()
	}))
	add(kept(caseFiles, func(tx casefile.Tx) interface {
		Get(context.Context, casefile.SessionKey) (*casefile.Session, error)
	} {
		return tx.Sessions()
	}))
	add(kept(caseFiles, func(tx casefile.Tx) interface {
		Get(context.Context, casefile.PersonID) (*casefile.Person, error)
	} {
		return tx.People()
	}))
	add(kept(caseFiles, func(tx casefile.Tx) interface {
		Get(context.Context, casefile.ActivityID) (*casefile.Activity, error)
	} {
		return tx.Activities()
	}))
	add(kept(caseFiles, func(tx casefile.Tx) interface {
		Get(context.Context, id.Of[casefile.Reference]) (*casefile.Reference, error)
	} {
		return tx.References()
	}))
	add(kept(func(s *bunstore.Store) batch.Runner { return s.Batches() }, func(tx batch.Tx) interface {
		Get(context.Context, batch.BatchID) (*batch.Batch, error)
	} {
		return tx.Batches()
	}))
	add(kept(func(s *bunstore.Store) report.Runner { return s.Reports() }, func(tx report.Tx) interface {
		Get(context.Context, report.SavedID) (*report.Saved, error)
	} {
		return tx.Saved()
	}))
	add(kept(func(s *bunstore.Store) apitoken.Runner { return s.Tokens() }, func(tx apitoken.Tx) interface {
		Get(context.Context, apitoken.ID) (*apitoken.Token, error)
	} {
		return tx.Tokens()
	}))
	add(kept(func(s *bunstore.Store) export.Runner { return s.Exports() }, func(tx export.Tx) interface {
		Get(context.Context, export.RunID) (*export.Run, error)
	} {
		return tx.Runs()
	}))
	out[reflect.TypeFor[*casemgmt.Agency]()] = reads(cases, func(ctx context.Context, tx x, _ *casemgmt.Agency) (*casemgmt.Agency, error) {
		return tx.Agency().Get(ctx)
	})
	sessions := func(s *bunstore.Store) session.Runner { return s.Sessions() }
	out[reflect.TypeFor[*session.Session]()] = reads(sessions, func(ctx context.Context, tx session.Tx, s *session.Session) (*session.Session, error) {
		return tx.Sessions().Get(ctx, s.ID)
	})
	out[reflect.TypeFor[*session.Form]()] = reads(sessions, func(ctx context.Context, tx session.Tx, f *session.Form) (*session.Form, error) {
		of, err := tx.Sessions().OfForm(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		s, err := tx.Sessions().Get(ctx, of)
		if err != nil {
			return nil, err
		}
		return s.Form(f.ID), nil
	})
	out[reflect.TypeFor[*export.File]()] = reads(func(s *bunstore.Store) export.Runner { return s.Exports() }, func(ctx context.Context, tx export.Tx, f *export.File) (*export.File, error) {
		file, _, err := tx.Files().Content(ctx, f.Run, f.ID) // without the counts
		return file, err
	})
	out[reflect.TypeFor[*batch.Run]()] = reads(func(s *bunstore.Store) batch.Runner { return s.Batches() }, func(ctx context.Context, tx batch.Tx, r *batch.Run) (*batch.Run, error) {
		return tx.Runs().Get(ctx, r.ID)
	})
	return out
}

// inJSON is a record as it is kept.
func inJSON(t *testing.T, record any) any {
	t.Helper()
	raw, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return unshown(out)
}

// unshown takes away what is filled in where a record is shown: warnings, the labels of
// what is missing, and the counts of runs and files.
func unshown(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range []string{"warnings", "counts", "states"} {
			delete(v, key)
		}
		for key, x := range v {
			if list, ok := x.([]any); ok && key == "missing" {
				for _, m := range list {
					delete(m.(map[string]any), "label")
				}
			}
			unshown(x)
		}
	case []any:
		for _, x := range v {
			unshown(x)
		}
	}
	return v
}

// A hook gets with each event the record as it was, which is what others still read, and
// as it will be, which is what its own unit reads; both of the same type. Its own rows
// are there with the change.
func TestHooksSeeBeforeAndAfter(t *testing.T) {
	acts := map[string]act{}
	for _, some := range []map[string]act{agencyActs, clientActs, enrollActs, caseActs, sessionActs, batchActs, exportActs, reportActs, tokenActs} {
		maps.Copy(acts, some)
	}
	of := readers()
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			if _, err := db.Exec("CREATE TABLE " + prefix + "host_rows (event text)"); err != nil {
				t.Fatal(err)
			}
			var check func(ctx context.Context, c casemgmt.HookCall)
			w := databases.NewWorld(t, store, func(ctx context.Context, c casemgmt.HookCall) error {
				conn, err := bunstore.Conn(c.Tx)
				if err != nil {
					return err
				}
				if _, err := conn.ExecContext(ctx, "INSERT INTO "+prefix+"host_rows (event) VALUES ($1)", c.ID.String()); err != nil {
					return err
				}
				if check != nil {
					check(ctx, c)
				}
				return nil
			})
			for _, name := range changing(t) {
				t.Run(name, func(t *testing.T) {
					own := *w
					own.T = t
					check = nil
					call := acts[name].make(t, &own)
					var last event.ID
					check = func(ctx context.Context, c casemgmt.HookCall) {
						last = c.ID
						asListed(t, c)
						if name == "casemgmt.CreateAgency" {
							return // the agency is another one
						}
						seesBoth(t, of, store, ctx, c)
					}
					if err := call(); err != nil {
						t.Fatal(err)
					}
					n, err := db.NewSelect().TableExpr(prefix+"host_rows").Where("event = ?", last.String()).Count(context.Background())
					if err != nil || n != 1 {
						t.Errorf("%d rows of the host, %v", n, err)
					}
				})
			}
		})
	}
}

// asListed: the event is about the kind of record that the catalogue names, and carries
// what it says.
func asListed(t *testing.T, c casemgmt.HookCall) {
	t.Helper()
	all := event.Catalogue()
	i := slices.IndexFunc(all, func(e event.Entry) bool { return e.Type == c.Type })
	if i < 0 {
		t.Errorf("%s is not in the catalogue", c.Type)
		return
	}
	if got := strings.TrimPrefix(fmt.Sprintf("%T", c.After), "*"); c.After != nil && got != all[i].Record || c.After == nil && all[i].Record != "" {
		t.Errorf("%s is about %s, the catalogue says %s", c.Type, got, all[i].Record)
	}
	carries := event.CarriesNothing
	if len(c.Changes) > 0 {
		switch x := c.Changes[0]; {
		case strings.HasPrefix(x.Path, "/clients/"):
			carries = event.CarriesClients
		case x.Path == "/entries":
			carries = event.CarriesEntries
		case c.Type == event.ClientSearched:
			carries = event.CarriesCriteria
		case x.From == nil && x.To == nil:
			carries = event.CarriesPlaces
		default:
			carries = event.CarriesValues
		}
	}
	if carries != all[i].Carries && len(c.Changes) > 0 {
		t.Errorf("%s carries %s, the catalogue says %s", c.Type, carries, all[i].Carries)
	}
}

func seesBoth(t *testing.T, of map[reflect.Type]stored, store *bunstore.Store, ctx context.Context, c casemgmt.HookCall) {
	t.Helper()
	if c.After == nil {
		if c.Before != nil {
			t.Errorf("%s: before without after", c.Type)
		}
		return
	}
	read := of[reflect.TypeOf(c.After)]
	if read == nil {
		t.Errorf("%s: %T is not known to the test", c.Type, c.After)
		return
	}
	now, err := read(ctx, store, c.Tx, c.After)
	if err != nil {
		t.Errorf("%s: %v", c.Type, err)
		return
	}
	if diff := cmp.Diff(inJSON(t, now), inJSON(t, c.After)); diff != "" {
		t.Errorf("%s: after (-as it is read +the hook's):\n%s", c.Type, diff)
	}
	was, err := read(context.Background(), store, nil, c.After)
	switch {
	case errors.Is(err, fault.ErrNotFound) || err == nil && reflect.ValueOf(was).IsNil():
		if c.Before != nil {
			t.Errorf("%s: a new record has a before", c.Type)
		}
	case err != nil:
		t.Errorf("%s: %v", c.Type, err)
	case c.Before == nil:
		t.Errorf("%s: no before", c.Type)
	case reflect.TypeOf(c.Before) != reflect.TypeOf(c.After):
		t.Errorf("%s: before is %T, after %T", c.Type, c.Before, c.After)
	default:
		if diff := cmp.Diff(inJSON(t, was), inJSON(t, c.Before)); diff != "" {
			t.Errorf("%s: before (-as it is read +the hook's):\n%s", c.Type, diff)
		}
	}
}

// A hook that says no gives its reason to the person; one that fails is the host's own
// error. Neither leaves a row, of casework or of the host. A hook cannot write
// casework's records, and its copies are its own.
func TestHookRefusals(t *testing.T) {
	for _, d := range databases.Databases() {
		t.Run(d.Name, func(t *testing.T) {
			db, prefix := d.Open(t)
			store := databases.Migrated(t, db, prefix)
			if _, err := db.Exec("CREATE TABLE " + prefix + "host_rows (event text)"); err != nil {
				t.Fatal(err)
			}
			var answer func(ctx context.Context, c casemgmt.HookCall) error
			var kept casemgmt.HookCall
			w := databases.NewWorld(t, store, func(ctx context.Context, c casemgmt.HookCall) error {
				if answer == nil || c.Type != event.ClientRegistered {
					return nil
				}
				kept = c
				conn := storetest.Must(bunstore.Conn(c.Tx))(t)
				if _, err := conn.ExecContext(ctx, "INSERT INTO "+prefix+"host_rows (event) VALUES ('x')"); err != nil {
					return err
				}
				return answer(ctx, c)
			})
			rows := func() int {
				n, err := db.NewSelect().TableExpr(prefix + "host_rows").Count(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				return int(n)
			}
			answer = func(context.Context, casemgmt.HookCall) error {
				return fault.Refuse("desk.full", i18n.T("There are {n} people waiting.", "{n} personnes attendent."), "n", 9)
			}
			_, err := w.Register(w.Profile())
			storetest.Refused(t, err, "", "desk.full", "")
			storetest.Equal(t, "the reason in French", fault.IssuesOf(err).In(i18n.French)[0].Text, "9 personnes attendent.")
			own := errors.New("the printer is out of paper")
			answer = func(context.Context, casemgmt.HookCall) error { return own }
			_, err = w.Register(w.Profile())
			var hook *casemgmt.HookError
			if !errors.As(err, &hook) || !errors.Is(err, own) || hook.Event != event.ClientRegistered {
				t.Errorf("error %v", err)
			}
			answer = func(ctx context.Context, c casemgmt.HookCall) error {
				client := c.After.(*casemgmt.Client)
				client.Profile.Given = "Changed"
				return c.Tx.Clients().Update(ctx, client)
			}
			if _, err = w.Register(w.Profile()); err == nil || !strings.Contains(err.Error(), "only the host's own rows") {
				t.Errorf("error %v", err)
			}
			storetest.Equal(t, "rows of the host", rows(), 0)
			answer = func(_ context.Context, c casemgmt.HookCall) error {
				c.After.(*casemgmt.Client).Profile.Given = "Changed"
				return nil
			}
			p := w.Profile()
			storetest.Equal(t, "name", storetest.Must(w.Register(p))(t).Profile.Given, p.Given)
			storetest.Equal(t, "rows of the host", rows(), 1)
			if _, err := bunstore.Conn(kept.Tx); err == nil {
				t.Error("a hook's transaction is there after it")
			}
		})
	}
}
