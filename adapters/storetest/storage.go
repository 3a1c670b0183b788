package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/enroll"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session"
)

var errStop = errors.New("stop")

var storageRules = Rules{
	"a unit of work that fails leaves nothing": func(t *testing.T, w *World) {
		key := id.New[casemgmt.Site]()
		err := w.Store.Cases().Update(w.Setup, "metro", func(tx casemgmt.Tx) error {
			if err := tx.Sites().Insert(w.Setup, &casemgmt.Site{Head: casemgmt.Head[casemgmt.Site]{ID: key, Version: 1}, Name: "Gone"}); err != nil {
				t.Error(err)
			}
			return errStop
		})
		Is(t, err, errStop)
		_, err = w.Cases.Site(w.Worker, key)
		Is(t, err, fault.ErrNotFound)
	},
	"a unit of work that panics leaves nothing, and the next one works": func(t *testing.T, w *World) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = w.Store.Cases().Update(w.Setup, "metro", func(casemgmt.Tx) error { panic("boom") })
		}()
		w.Client()
	},
	"a stale version is a conflict and changes nothing": func(t *testing.T, w *World) {
		s := Must(w.Cases.CreateSite(w.Admin, casemgmt.Site{Name: "First", Address: casemgmt.Address{PostalCode: "M5V2A1"}}))(t)
		stale := *s
		s.Name = "Second"
		Must(w.Cases.UpdateSite(w.Admin, *s))(t)
		stale.Name = "Third"
		_, err := w.Cases.UpdateSite(w.Admin, stale)
		Is(t, err, fault.ErrConflict)
		Equal(t, "name", Must(w.Cases.Site(w.Admin, s.ID))(t).Name, "Second")
	},
	"lists are paged by name, alike on every database": func(t *testing.T, w *World) {
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
		Diff(t, []string{"zz Éa", "zz eb", "ZZ EC", "zz ed"}, names)
	},
	"no list has a page of other sizes than 1 to 200": func(t *testing.T, w *World) {
		run, client := w.Use(w.DropIn(false), Today), w.Client().ID
		lists := map[string]func(casemgmt.PageRequest) error{
			"clients": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Cases.SearchClients(ctx, casemgmt.ClientQuery{}, p)
			}),
			"family": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Cases.FamilyMembers(ctx, "F", p)
			}),
			"sites":    paged(w.Worker, w.Cases.Sites),
			"programs": paged(w.Worker, w.Cases.Programs),
			"funders":  paged(w.Worker, w.Cases.Funders),
			"staff":    paged(w.Worker, w.Cases.StaffList),
			"contacts": paged(w.Worker, w.Cases.Contacts),
			"feed": paged(w.Admin, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Cases.Feed(ctx, p.After, p.Limit)
			}),
			"groups": paged(w.Worker, w.Enrolling.ServiceGroups),
			"codes": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Enrolling.ServiceCodes(ctx, enroll.ServiceGroupID{}, p)
			}),
			"sessions": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Sessions.Sessions(ctx, session.Query{}, p)
			}),
			"incomplete": paged(w.Worker, w.Sessions.MyIncomplete),
			"team":       paged(w.Manager, w.Sessions.TeamIncomplete),
			"dashboard": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Dashboards.Client(ctx, client, p)
			}),
			"batches": paged(w.Worker, w.Batches.Batches),
			"runs": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Batches.Runs(ctx, run.Batch, p)
			}),
			"entries": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Batches.Entries(ctx, run.ID, "", p)
			}),
			"transactions": paged(w.Worker, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Batches.Transactions(ctx, client, p)
			}),
			"exports": paged(w.Uploader, func(ctx context.Context, p casemgmt.PageRequest) (any, error) {
				return w.Exports.Runs(ctx, casemgmt.ProgramID{}, p)
			}),
			"rejections": paged(w.Worker, w.Exports.MyRejections),
			"saved":      paged(w.Worker, w.Reports.SavedList),
		}
		for name, list := range lists {
			for _, limit := range []int{-1, 201, 1 << 40} {
				t.Run(name, func(t *testing.T) { Refused(t, list(casemgmt.PageRequest{Limit: limit}), "/limit", "out_of_range", "") })
			}
			for _, limit := range []int{0, 1, 200} {
				if err := list(casemgmt.PageRequest{Limit: limit}); err != nil {
					t.Errorf("%s of %d: %v", name, limit, err)
				}
			}
		}
	},
	"the feed has every event once, in order, also behind a cursor": func(t *testing.T, w *World) {
		after := w.Tail()
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
		Equal(t, "events", len(seen), 40)
	},
}

// paged asks for a page of a list and gives what is wrong with that.
func paged[P any](ctx context.Context, list func(context.Context, casemgmt.PageRequest) (P, error)) func(casemgmt.PageRequest) error {
	return func(p casemgmt.PageRequest) error {
		_, err := list(ctx, p)
		return err
	}
}

// agencyRules show that nothing crosses agencies.
var agencyRules = Rules{
	"a record of another agency cannot be linked": func(t *testing.T, w *World) {
		other := Must(w.Cases.RegisterClient(w.OtherWorker, casemgmt.RegisterClient{Accepted: true, Profile: w.Profile()}))(t)
		_, err := w.Sessions.Start(w.Worker, session.Start{Details: w.Details(), Client: other.ID})
		Refused(t, err, "/client", "no_such_record", "CLI-02")
		err = w.Store.Sessions().Update(w.Setup, "metro", func(tx session.Tx) error { // not even past the rules
			return tx.Participants().Insert(w.Setup, id.New[session.Session](), &session.Participant{Client: other.ID, Kind: casemgmt.Named})
		})
		if err == nil {
			t.Error("the database linked another agency's client")
		}
	},
	"a system without an agency is refused": func(t *testing.T, w *World) {
		ctx := access.With(w.Setup, access.System("x", ""))
		_, err := w.Cases.Agency(ctx)
		Is(t, err, fault.ErrUnauthenticated)
	},
	"ACC-05 ACC-06 a funder has no access, and nothing crosses agencies": func(t *testing.T, w *World) {
		x := w.Begin(w.Worker, w.Client().ID, Today, "nonspec", session.Content{})
		_, err := w.Sessions.Session(w.As("metro", w.Funder.ID.String()), x.ID) // a funder is nobody who signs in
		Is(t, err, fault.ErrUnauthenticated)
		for _, ctx := range []context.Context{w.OtherWorker, w.OtherAdmin} {
			_, err := w.Sessions.Session(ctx, x.ID)
			Is(t, err, fault.ErrNotFound)
			_, err = w.Sessions.Form(ctx, x.Participants[0].Forms[0].ID)
			Is(t, err, fault.ErrNotFound)
			Equal(t, "listed", len(Must(w.Sessions.Sessions(ctx, session.Query{}, casemgmt.PageRequest{}))(t).Items), 0)
			_, err = w.Cases.Site(ctx, w.Site.ID)
			Is(t, err, fault.ErrNotFound)
		}
	},
}
