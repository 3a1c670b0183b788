package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/opencasework/casework/adapters/storetest/databases"
	"github.com/opencasework/casework/casemgmt/civil"
)

// cli runs a command of the built program beside servers, and gives what it answers.
func cli(t *testing.T, flags []string, args ...string) (string, error) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append(flags, args...)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// SGN-04: tokens are made, listed with their last use, and revoked: on the command
// line and over the API, at once on all servers of the database.
func TestTokensOfTwoServers(t *testing.T) {
	onBoth(t, func(t *testing.T, args ...string) {
		one, two := startServer(t, args...), startServer(t, args...)
		status := func(secret string, want int) {
			t.Helper()
			for _, s := range []*server{one, two} {
				s.tokens["x"] = secret
				if got, head := s.send("x", "GET", "/me", nil, nil); got != want || want == 401 && head.Get("WWW-Authenticate") != "Bearer" {
					t.Errorf("%d %v, want %d", got, head, want)
				}
			}
		}
		for user := range map[string]bool{"worker": true, "us-worker": true} { // a second start ends nobody's tokens
			for _, secret := range []string{one.tokens[user], two.tokens[user]} {
				status(secret, 200)
			}
		}
		end := civil.DateOf(time.Now(), zone()).AddDays(60).String()
		made, err := cli(t, args, "token", demoAgency, "worker", "Night job", end)
		if err != nil || len(made) != 43 {
			t.Fatalf("%s %v", made, err)
		}
		status(made, 200)
		var line string
		databases.Wait(t, "the last use", func() bool {
			list, err := cli(t, args, "tokens", demoAgency)
			if err != nil {
				t.Fatal(list, err)
			}
			line = regexp.MustCompile(`(?m)^.*Night job.*$`).FindString(list)
			return line != "" && !strings.Contains(line, "never")
		})
		fields := strings.Fields(line)
		if fields[1] != "worker" || !strings.Contains(line, end) || fields[len(fields)-1] != "works" || strings.Contains(line, made) {
			t.Errorf("the list says %q", line)
		}
		if out, err := cli(t, args, "revoke", demoAgency, fields[0]); err != nil {
			t.Error(out, err)
		}
		status(made, 401)

		var over struct{ ID, Secret string }
		if got, _ := one.send("worker", "POST", "/tokens", obj{"name": "over the API"}, &over); got != 201 || over.Secret == "" {
			t.Fatal(got)
		}
		status(over.Secret, 200)
		if got, _ := two.send("admin", "POST", "/tokens/"+over.ID+"/revoke", obj{}, nil); got != 200 {
			t.Fatal(got)
		}
		status(over.Secret, 401)

		// ACC-09: of a deactivated person nothing works on, on any server
		var staff struct {
			Items []struct {
				ID, User, Name string
				Version        int
				Programs       any
			}
		}
		one.send("admin", "GET", "/staff?limit=200", nil, &staff)
		for _, s := range staff.Items {
			if s.User == "youth-worker" {
				got, _ := one.send("admin", "PUT", "/staff/"+s.ID, obj{"user": s.User, "name": s.Name, "programs": s.Programs, "deactivated": true}, nil, "If-Match", fmt.Sprintf(`"%d"`, s.Version))
				if got != 200 {
					t.Fatal(got)
				}
			}
		}
		status(one.tokens["youth"], 401)
		status(two.tokens["youth"], 401)
	})
}

// What is wrong with a command about tokens is one clear line.
func TestTokenCommandFailures(t *testing.T) {
	flags := []string{"-data", t.TempDir() + "/own.db"}
	if out, err := cli(t, flags, "agency", "harbour", "Harbour House", "CA", "America/Halifax", "ana"); err != nil {
		t.Fatal(out, err)
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"nobody":         {[]string{"token", "harbour", "bob"}, "no active user"},
		"nowhere":        {[]string{"token", "haven", "ana"}, "no active user"},
		"no date":        {[]string{"token", "harbour", "ana", "x", "tomorrow"}, "YYYY-MM-DD"},
		"too long":       {[]string{"token", "harbour", "ana", "x", "2999-01-01"}, "at most 365 days"},
		"past":           {[]string{"token", "harbour", "ana", "x", "2001-01-01"}, "at most 365 days"},
		"no such agency": {[]string{"tokens", "haven"}, "no such agency"},
		"no such token":  {[]string{"revoke", "harbour", "01a21505-e0ab-7abb-ba1f-7d3c68412481"}, "no such token"},
		"no id":          {[]string{"revoke", "harbour", "x"}, "no such token"},
		"too few words":  {[]string{"token", "harbour"}, "unknown command"},
	} {
		if out, err := cli(t, flags, tt.args...); err == nil || !strings.Contains(out, tt.want) || strings.Contains(out, "\n") {
			t.Errorf("%s: %s %v", name, out, err)
		}
	}
}

// Wrong tokens are in the log with where they came from, and without what they were.
func TestWrongTokensAreLogged(t *testing.T) {
	s := startServer(t, "-data", t.TempDir()+"/a.db")
	s.tokens["x"] = "a-wrong-token"
	for range 3 {
		if got, _ := s.send("x", "GET", "/me", nil, nil); got != http.StatusUnauthorized {
			t.Fatal(got)
		}
	}
	databases.Wait(t, "the log", func() bool { return strings.Contains(s.stderr(), "address=127.0.0.1 tries=3") })
	if log := s.stderr(); strings.Contains(log, "a-wrong-token") {
		t.Errorf("the log says %q", log)
	}
}
