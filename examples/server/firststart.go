package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/uptrace/bun"
)

// newAgency is what the commands init and agency are told.
type newAgency struct{ key, name, country, zone, user string }

// agencyOf reads KEY NAME COUNTRY ZONE USER.
func agencyOf(words []string) (newAgency, bool) {
	if len(words) != 5 {
		return newAgency{}, false
	}
	return newAgency{words[0], words[1], words[2], words[3], words[4]}, true
}

// words are the words of a list with commas.
func words[T ~string](list string) []T {
	var out []T
	for w := range strings.SplitSeq(list, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, T(w))
		}
	}
	return out
}

// makeAgency makes an agency with its first administrator, all or nothing, and prints
// the administrator's token.
func (a *app) makeAgency(ctx context.Context, n newAgency, o options, stdout io.Writer) error {
	as := access.With(ctx, access.System("server", n.key))
	agency := casemgmt.Agency{Key: n.key, Name: n.name, Country: strings.ToUpper(n.country), Zone: n.zone,
		Languages: words[i18n.Lang](o.languages), Extensions: words[string](o.extensions)}
	err := a.inTurn(as, func(as context.Context, tx bun.Tx) error {
		cases := a.cases.On(a.store.Join(tx.Tx).Cases())
		if _, err := cases.CreateAgency(as, agency); err != nil {
			return fmt.Errorf("cannot make the agency: %w", err)
		}
		program, err := cases.CreateProgram(as, casemgmt.Program{Name: i18n.T("Administration", "Administration")})
		if err != nil {
			return err
		}
		if _, err := cases.CreateStaff(as, casemgmt.Staff{User: n.user, Name: n.user, Roles: []string{access.RoleAdmin},
			Programs: []casemgmt.Membership{{Program: program.ID, Manager: true}}}); err != nil {
			return fmt.Errorf("cannot make the administrator: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.newToken(ctx, []string{n.key, n.user}, stdout)
}

// first is the command init: it makes the agency unless it is there, as a server that
// is started again finds it.
func (a *app) first(ctx context.Context, n newAgency, o options, stdout io.Writer) error {
	there, err := a.db.NewSelect().TableExpr(a.store.Prefix()+"agencies").Where("key = ?", n.key).Count(ctx)
	if err != nil || there > 0 {
		return err
	}
	fmt.Fprintf(stdout, "the token of %s, shown once:\n", n.user)
	return a.makeAgency(ctx, n, o, stdout)
}
