package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/opencasework/casework/adapters/httpapi"
	"github.com/opencasework/casework/adapters/signin"
	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/apitoken"
	"github.com/opencasework/casework/casemgmt/civil"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// newSignIn is sign-in by API token. Wrong ones are logged by where they come
// from, never with what they were.
func (a *app) newSignIn() *signin.Tokens {
	return signin.New(a.store.TokenKeys(), signin.Options{
		Refuse: httpapi.Refuse,
		Wrong:  func(address string, tries int) { a.log.Warn("wrong API tokens", "address", address, "tries", tries) },
		Failed: func(err error) { a.log.Warn("the last use of API tokens was not kept", "error", err) },
	})
}

var errNoUser = errors.New("there is no active user of that name in the agency")

// issue makes a token for a user, as the server itself.
func (a *app) issue(ctx context.Context, agency, user string, cmd apitoken.Make) (string, error) {
	owner, err := a.cases.Caller(access.With(ctx, access.Actor{Agency: agency, User: user}))
	if errors.Is(err, fault.ErrUnauthenticated) {
		return "", errNoUser
	}
	if err != nil {
		return "", fmt.Errorf("look for the user: %w", err)
	}
	cmd.Staff = owner.ID
	_, secret, err := a.tokens.Make(system(ctx, agency), cmd)
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return secret, nil
}

// system is a context in which the server itself acts.
func system(ctx context.Context, agency string) context.Context {
	return access.With(ctx, access.System("server", agency))
}

// tokenCommand is one of the words about tokens, with what follows it.
func (a *app) tokenCommand(ctx context.Context, args []string, stdout io.Writer) error {
	switch {
	case args[0] == "token" && len(args) >= 3 && len(args) <= 5:
		return a.newToken(ctx, args[1:], stdout)
	case args[0] == "tokens" && len(args) == 2:
		return a.listTokens(ctx, args[1], stdout)
	case args[0] == "revoke" && len(args) == 3:
		return a.revokeToken(ctx, args[1], args[2], stdout)
	}
	return errors.New("unknown command; see server -help")
}

// newToken makes a token: agency, user, and if given its name and its last day.
func (a *app) newToken(ctx context.Context, args []string, stdout io.Writer) error {
	cmd := apitoken.Make{Name: "made on the command line"}
	if len(args) > 2 {
		cmd.Name = args[2]
	}
	if len(args) > 3 {
		end, err := civil.Parse(args[3])
		if err != nil {
			return errors.New("the end is a date of the form YYYY-MM-DD")
		}
		cmd.End = end
	}
	secret, err := a.issue(ctx, args[0], args[1], cmd)
	if bad := fault.IssuesOf(err); len(bad) > 0 {
		return fmt.Errorf("the name has up to 100 characters, and the end is at most %d days from today", apitoken.Lifetime)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, secret)
	return nil
}

// listTokens shows an agency's tokens, the newest first.
func (a *app) listTokens(ctx context.Context, agency string, stdout io.Writer) error {
	ctx = system(ctx, agency)
	users, err := a.users(ctx)
	if errors.Is(err, fault.ErrUnauthenticated) {
		return errors.New("there is no such agency")
	}
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tUSER\tNAME\tMADE\tLAST DAY\tLAST USED\tSTATE")
	for p := (casemgmt.PageRequest{Limit: 200}); ; {
		page, err := a.tokens.List(ctx, apitoken.Query{All: true}, p)
		if err != nil {
			return err
		}
		for _, t := range page.Items {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, users[t.Staff], t.Name, minute(t.Made.At), t.End, minute(t.LastUsed), stateOf(t))
		}
		if p.After = page.Next; p.After == "" {
			return w.Flush()
		}
	}
}

// users are the user keys of an agency's staff.
func (a *app) users(ctx context.Context) (map[casemgmt.StaffID]string, error) {
	out := map[casemgmt.StaffID]string{}
	for p := (casemgmt.PageRequest{Limit: 200}); ; {
		page, err := a.cases.StaffList(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, s := range page.Items {
			out[s.ID] = s.User
		}
		if p.After = page.Next; p.After == "" {
			return out, nil
		}
	}
}

func minute(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format("2006-01-02 15:04Z")
}

func stateOf(t apitoken.Listed) string {
	switch {
	case t.Revoked != nil:
		return "revoked"
	case t.End.Before(civil.DateOf(time.Now(), time.UTC).AddDays(-1)): // in any zone
		return "ended"
	}
	return "works"
}

// revokeToken ends a token on all servers of the database.
func (a *app) revokeToken(ctx context.Context, agency, key string, stdout io.Writer) error {
	token, err := id.Parse[apitoken.Token](key)
	if err == nil {
		_, err = a.tokens.Revoke(system(ctx, agency), apitoken.Revoke{ID: token})
	}
	if errors.Is(err, fault.ErrNotFound) || errors.Is(err, id.ErrInvalid) {
		return errors.New("there is no such token in the agency; server tokens lists them")
	}
	if err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	fmt.Fprintln(stdout, "revoked")
	return nil
}
