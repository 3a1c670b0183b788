package apitoken_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest"
	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
)

// The rules of API tokens, on every database.
func TestRules(t *testing.T) {
	databases.Show(t, map[string]storetest.Rules{"tokens": rules})
}

// made makes a token.
func made(t *testing.T, w *storetest.World, who context.Context, cmd apitoken.Make) (*apitoken.Token, string) {
	t.Helper()
	if cmd.Name == "" {
		cmd.Name = "Test"
	}
	x, secret, err := w.Tokens.Make(who, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return x, secret
}

// key is what a secret opens.
func key(t *testing.T, w *storetest.World, secret string) *apitoken.Key {
	t.Helper()
	return storetest.Must(w.Store.TokenKeys().Key(t.Context(), apitoken.HashOf(secret)))(t)
}

// names are those of the tokens that somebody lists.
func names(t *testing.T, w *storetest.World, who context.Context, q apitoken.Query) []string {
	t.Helper()
	var out []string
	for _, x := range storetest.Must(w.Tokens.List(who, q, casemgmt.PageRequest{Limit: 200}))(t).Items {
		out = append(out, x.Name)
	}
	return out
}

var rules = storetest.Rules{
	"SGN-04 a token has a name and an end, a year from now unless given": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		x, secret := made(t, w, w.Worker, apitoken.Make{Name: "Night job"})
		storetest.Diff(t, apitoken.Token{Head: x.Head, Staff: me.ID, Name: "Night job", End: storetest.Today.AddDays(apitoken.Lifetime), Made: apitoken.Mark{At: storetest.Now, By: me.ID}}, *x)
		zone := storetest.Must(w.Cases.Agency(w.Worker))(t).Location()
		k := key(t, w, secret)
		storetest.Equal(t, "agency", k.Agency, "metro")
		storetest.Equal(t, "user", k.User, "worker")
		storetest.Equal(t, "token", k.Token, x.ID)
		last := x.End.In(zone).Add(23*time.Hour + 59*time.Minute) // of the last day
		storetest.Equal(t, "opens on the last day", k.Opens(last), true)
		storetest.Equal(t, "opens on the day after", k.Opens(last.Add(time.Minute)), false)
		short, secret := made(t, w, w.Worker, apitoken.Make{End: storetest.Today})
		storetest.Equal(t, "end", short.End, storetest.Today)
		storetest.Equal(t, "opens today", key(t, w, secret).Opens(storetest.Now), true)

		for end, code := range map[civil.Date]string{storetest.Today.AddDays(-1): "date_range", storetest.Today.AddDays(apitoken.Lifetime + 1): "date_range"} {
			_, _, err := w.Tokens.Make(w.Worker, apitoken.Make{Name: "x", End: end})
			storetest.Refused(t, err, "/end", code, "SGN-04")
		}
		_, _, err := w.Tokens.Make(w.Worker, apitoken.Make{})
		storetest.Refused(t, err, "/name", "required", "SGN-04")
		_, _, err = w.Tokens.Make(w.Worker, apitoken.Make{Name: strings.Repeat("x", 101)})
		storetest.Refused(t, err, "/name", "too_long", "SGN-04")
	},
	"SGN-04 a secret is 32 random bytes, of which only a hash is kept": func(t *testing.T, w *storetest.World) {
		_, secret := made(t, w, w.Worker, apitoken.Make{})
		_, other := made(t, w, w.Worker, apitoken.Make{})
		storetest.Equal(t, "length", len(secret), 43)
		storetest.Equal(t, "the same twice", secret == other, false)
		if _, err := w.Store.TokenKeys().Key(t.Context(), apitoken.HashOf(secret+"x")); err == nil {
			t.Error("another secret opens it")
		}
		raw, err := json.Marshal(storetest.Must(w.Tokens.List(w.Worker, apitoken.Query{}, casemgmt.PageRequest{}))(t))
		w.NoError(err)
		if strings.Contains(string(raw), secret) {
			t.Error("the list has the secret")
		}
	},
	"SGN-04 a repeat with the same request key makes no second token and has no secret": func(t *testing.T, w *storetest.World) {
		ctx := casemgmt.Once(w.Colleague, "token")
		first, secret := made(t, w, ctx, apitoken.Make{})
		again, none := made(t, w, ctx, apitoken.Make{})
		storetest.Diff(t, first, again)
		storetest.Equal(t, "secret", none, "")
		storetest.Equal(t, "opens", key(t, w, secret).Opens(storetest.Now), true)
	},
	"SGN-04 for others only an administrator makes, lists and revokes tokens": func(t *testing.T, w *storetest.World) {
		owner := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
		as := w.As("metro", owner.User)
		for name, who := range map[string]context.Context{"worker": w.Worker, "manager": w.Manager, "see all": w.SeeAll, "uploader": w.Uploader} {
			_, _, err := w.Tokens.Make(who, apitoken.Make{Name: name, Staff: owner.ID})
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Tokens.List(who, apitoken.Query{Staff: owner.ID}, casemgmt.PageRequest{})
			storetest.Is(t, err, fault.ErrForbidden)
			_, err = w.Tokens.List(who, apitoken.Query{All: true}, casemgmt.PageRequest{})
			storetest.Is(t, err, fault.ErrForbidden)
		}
		mine, _ := made(t, w, as, apitoken.Make{Name: "Mine"})
		theirs, secret := made(t, w, w.Admin, apitoken.Make{Name: "Theirs", Staff: owner.ID})
		storetest.Equal(t, "acts as", key(t, w, secret).User, owner.User)
		storetest.Equal(t, "made by", theirs.Made.By, storetest.Must(w.Cases.Caller(w.Admin))(t).ID)
		storetest.Diff(t, []string{"Theirs", "Mine"}, names(t, w, as, apitoken.Query{}))
		storetest.Diff(t, []string{"Theirs", "Mine"}, names(t, w, w.Admin, apitoken.Query{Staff: owner.ID}))
		storetest.Diff(t, []string{"Theirs", "Mine"}, names(t, w, w.Admin, apitoken.Query{All: true})[:2])
		_, err := w.Tokens.Revoke(w.Worker, apitoken.Revoke{ID: mine.ID})
		storetest.Is(t, err, fault.ErrForbidden)
		storetest.Must(w.Tokens.Revoke(w.Admin, apitoken.Revoke{ID: mine.ID}))(t)
		storetest.Must(w.Tokens.Revoke(as, apitoken.Revoke{ID: theirs.ID}))(t)
	},
	"SGN-04 a program makes tokens for staff, and has none": func(t *testing.T, w *storetest.World) {
		_, _, err := w.Tokens.Make(w.Setup, apitoken.Make{Name: "x"})
		storetest.Refused(t, err, "/staff", "required", "SGN-04")
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		x, _ := made(t, w, w.Setup, apitoken.Make{Staff: me.ID})
		storetest.Equal(t, "made by", x.Made.By, casemgmt.StaffID{})
		if len(names(t, w, w.Setup, apitoken.Query{})) == 0 {
			t.Error("a program lists none")
		}
	},
	"SGN-04 ACC-13 another agency's tokens are not there": func(t *testing.T, w *storetest.World) {
		x, _ := made(t, w, w.Worker, apitoken.Make{})
		_, err := w.Tokens.Revoke(w.OtherAdmin, apitoken.Revoke{ID: x.ID})
		storetest.Is(t, err, fault.ErrNotFound)
		_, _, err = w.Tokens.Make(w.OtherAdmin, apitoken.Make{Name: "x", Staff: x.Staff})
		storetest.Refused(t, err, "/staff", "no_such_record", "SGN-04")
		storetest.Equal(t, "listed", len(names(t, w, w.OtherAdmin, apitoken.Query{Staff: x.Staff})), 0)
	},
	"SGN-04 a revoked token opens nothing, and stays in the list": func(t *testing.T, w *storetest.World) {
		as := w.FreshWorker(w.Program)
		x, secret := made(t, w, as, apitoken.Make{})
		storetest.Equal(t, "opens", key(t, w, secret).Opens(storetest.Now), true)
		y := storetest.Must(w.Tokens.Revoke(as, apitoken.Revoke{ID: x.ID}))(t)
		storetest.Equal(t, "opens when revoked", key(t, w, secret).Opens(storetest.Now), false)
		storetest.Diff(t, &apitoken.Mark{At: storetest.Now, By: x.Staff}, y.Revoked)
		again := storetest.Must(w.Tokens.Revoke(as, apitoken.Revoke{ID: x.ID}))(t)
		storetest.Diff(t, y, again)
		listed := storetest.Must(w.Tokens.List(as, apitoken.Query{}, casemgmt.PageRequest{}))(t)
		storetest.Diff(t, []apitoken.Listed{{Token: *y}}, listed.Items)
	},
	"SGN-04 the last use is listed": func(t *testing.T, w *storetest.World) {
		as := w.FreshWorker(w.Program)
		x, _ := made(t, w, as, apitoken.Make{})
		last := func() time.Time {
			return storetest.Must(w.Tokens.List(as, apitoken.Query{}, casemgmt.PageRequest{}))(t).Items[0].LastUsed
		}
		storetest.Equal(t, "before any", last(), time.Time{})
		for _, after := range []time.Duration{time.Hour, time.Minute} { // two servers, the later one first
			w.NoError(w.Store.TokenKeys().Used(t.Context(), "metro", storetest.Now.Add(after), []apitoken.ID{x.ID}))
			storetest.Equal(t, "last use", last(), storetest.Now.Add(time.Hour))
		}
	},
	"ACC-09 SGN-04 the tokens of a deactivated person open nothing, and none is made": func(t *testing.T, w *storetest.World) {
		person := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
		_, secret := made(t, w, w.As("metro", person.User), apitoken.Make{})
		change := func(off bool) {
			t.Helper()
			person.Deactivated = off
			person = storetest.Must(w.Cases.UpdateStaff(w.Admin, *person))(t)
		}
		change(true)
		storetest.Equal(t, "opens", key(t, w, secret).Opens(storetest.Now), false)
		_, _, err := w.Tokens.Make(w.Admin, apitoken.Make{Name: "x", Staff: person.ID})
		storetest.Refused(t, err, "/staff", "staff_deactivated", "ACC-09")
		change(false)
		storetest.Equal(t, "opens again", key(t, w, secret).Opens(storetest.Now), true)
	},
	"SGN-04 a token stays its owner's when the user key changes": func(t *testing.T, w *storetest.World) {
		person := storetest.Must(w.Cases.Caller(w.FreshWorker(w.Program)))(t)
		_, secret := made(t, w, w.As("metro", person.User), apitoken.Make{})
		person.User += "-renamed"
		storetest.Must(w.Cases.UpdateStaff(w.Admin, *person))(t)
		storetest.Equal(t, "user", key(t, w, secret).User, person.User)
	},
	"SGN-04 who made and revoked which token is on the audit trail": func(t *testing.T, w *storetest.World) {
		me := storetest.Must(w.Cases.Caller(w.Worker))(t)
		after := w.Tail()
		x, _ := made(t, w, w.Admin, apitoken.Make{Name: "For the worker", Staff: me.ID})
		storetest.Must(w.Tokens.Revoke(w.Worker, apitoken.Revoke{ID: x.ID}))(t)
		feed := storetest.Must(w.Cases.Feed(w.Admin, after, 10))(t).Events
		storetest.Equal(t, "events", len(feed), 2)
		for i, want := range []struct {
			of    event.Type
			actor string
		}{{event.TokenCreated, "admin"}, {event.TokenRevoked, "worker"}} {
			storetest.Equal(t, "type", feed[i].Type, want.of)
			storetest.Equal(t, "actor", feed[i].Actor, want.actor)
			storetest.Equal(t, "subject", feed[i].Subject, x.ID.String())
		}
		paths := []string{}
		for _, c := range feed[0].Changes {
			paths = append(paths, c.Path)
		}
		storetest.Diff(t, []string{"/end", "/made", "/name", "/staff"}, paths)
	},
	"SGN-04 tokens are listed in pages": func(t *testing.T, w *storetest.World) {
		as := w.FreshWorker(w.Program)
		for _, name := range []string{"a", "b", "c"} {
			made(t, w, as, apitoken.Make{Name: name})
		}
		var got []string
		p := casemgmt.PageRequest{Limit: 2}
		for {
			page := storetest.Must(w.Tokens.List(as, apitoken.Query{}, p))(t)
			for _, x := range page.Items {
				got = append(got, x.Name)
			}
			if p.After = page.Next; p.After == "" {
				break
			}
		}
		storetest.Diff(t, []string{"c", "b", "a"}, got)
	},
	"SGN-04 nobody makes a token": func(t *testing.T, w *storetest.World) {
		_, _, err := w.Tokens.Make(context.Background(), apitoken.Make{Name: "x"})
		storetest.Is(t, err, fault.ErrUnauthenticated)
		_, _, err = w.Tokens.Make(access.With(t.Context(), access.Actor{Agency: "metro", User: "nobody"}), apitoken.Make{Name: "x"})
		storetest.Is(t, err, fault.ErrUnauthenticated)
	},
}
