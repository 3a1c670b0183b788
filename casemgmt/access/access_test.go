package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
)

func ExampleWith() {
	ctx := access.With(context.Background(), access.Actor{Agency: "metro", User: "u17"})
	actor, ok := access.From(ctx)
	fmt.Println(actor.Agency, actor.Name(), ok)
	// Output: metro u17 true
}

func TestFrom(t *testing.T) {
	for name, a := range map[string]access.Actor{"nobody": {}, "no agency": {User: "u"}, "no user": {Agency: "metro"}} {
		if _, ok := access.From(access.With(context.Background(), a)); ok {
			t.Errorf("%s is an actor", name)
		}
	}
	if _, ok := access.From(context.Background()); ok {
		t.Error("an empty context has an actor")
	}
}

// A call that goes on for long asks the host again, who may have nothing to say.
func TestStill(t *testing.T) {
	ctx := access.With(context.Background(), access.Actor{Agency: "metro", User: "u17"})
	if err := access.Still(ctx); err != nil {
		t.Error(err)
	}
	out := false
	ctx = access.While(ctx, func(context.Context) error {
		if out {
			return fault.ErrUnauthenticated
		}
		return nil
	})
	if err := access.Still(ctx); err != nil {
		t.Error(err)
	}
	out = true
	if err := access.Still(ctx); !errors.Is(err, fault.ErrUnauthenticated) {
		t.Errorf("signed out: %v", err)
	}
}

// who are the people of the tests: two programs, and roles.
var who = map[string]access.Who{
	"worker":   {Staff: "s1", Programs: []string{"p1"}},
	"manager":  {Staff: "s2", Programs: []string{"p1"}, Manages: []string{"p1"}},
	"outsider": {Staff: "s3", Programs: []string{"p2"}},
	"admin":    {Staff: "s4", Programs: []string{"p2"}, Roles: []string{access.RoleAdmin}},
	"see all":  {Staff: "s5", Programs: []string{"p2"}, Roles: []string{access.RoleSeeAll}},
	"upload":   {Staff: "s6", Programs: []string{"p2"}, Roles: []string{access.RoleBulkUpload}},
	"system":   {Actor: access.System("job", "metro")},
	"nobody":   {},
}

func TestScope(t *testing.T) {
	open, private := access.Resource{Owner: "s1", Program: "p1"}, access.Resource{Owner: "s1", Program: "p1", Private: true}
	loose := access.Resource{Owner: "s1"} // a form that has no program yet
	for name, want := range map[string][3]bool{
		"worker": {true, true, true}, "manager": {true, true, false}, "outsider": {false, false, false}, "admin": {true, false, true},
		"see all": {true, false, true}, "upload": {false, false, false}, "system": {true, false, true}, "nobody": {false, false, false},
	} {
		scope := access.DefaultRoles().Scope(context.Background(), who[name], access.Forms)
		if got := [3]bool{scope.Sees(open), scope.Sees(private), scope.Sees(loose)}; got != want {
			t.Errorf("ACC-03 ACC-04 ACC-10: %s sees %v, want %v", name, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	for _, tt := range []struct {
		do   access.Action
		on   access.Resource
		want string // who may
	}{
		{access.ManageAgency, access.Resource{}, "admin system"},
		{access.ReadEvents, access.Resource{}, "admin system"},
		{access.MakeAgency, access.Resource{}, "system"},
		{access.ManageProgram, access.Resource{Program: "p1"}, "manager admin system"},
		{access.SeeClients, access.Resource{}, "worker manager outsider admin see all upload system nobody"},
		{access.SeeClients, access.Resource{Roles: []string{"manager", "see_all"}}, "manager admin see all system"},
		{access.SeeClients, access.Resource{Roles: []string{"worker"}}, "worker manager outsider admin see all upload system"},
		{access.RecordSessions, access.Resource{}, "worker manager outsider admin see all upload system"},
		{access.SeeManaged, access.Resource{}, "manager system"},
		{access.Export, access.Resource{}, "admin upload system"},
		{access.Export, access.Resource{Program: "p1"}, "manager admin upload system"},
		{access.RunReport, access.Resource{}, "admin system"},
		{access.RunReport, access.Resource{Owner: "s1"}, "worker admin system"},
		{access.RunReport, access.Resource{Program: "p1"}, "manager admin system"},
		{"something else", access.Resource{}, "system"},
	} {
		got := ""
		for _, name := range []string{"worker", "manager", "outsider", "admin", "see all", "upload", "system", "nobody"} {
			err := access.DefaultRoles().Allow(context.Background(), who[name], tt.do, tt.on)
			if err == nil {
				got += " " + name
			} else if !errors.Is(err, fault.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got != " "+tt.want {
			t.Errorf("ACC-07 %s %+v: allowed to%s, want %s", tt.do, tt.on, got, tt.want)
		}
	}
}
