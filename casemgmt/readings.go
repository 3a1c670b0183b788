package casemgmt

import (
	"context"
	"slices"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
)

// AboutClients name the clients whom an event is about besides its subject, such as those
// in a session that was read (LOG-01).
func AboutClients(keys ...ClientID) []event.Change {
	out := make([]event.Change, len(keys))
	for i, key := range keys {
		out[i] = event.Change{Path: "/clients/" + key.String()}
	}
	return out
}

// Searched notes a search by the kinds of its criteria, never by what was looked for
// (LOG-01).
func Searched[T Tx](u *UnitOf[T], criteria ...string) {
	var changes []event.Change
	for _, c := range criteria {
		changes = append(changes, event.Change{Path: "/" + c})
	}
	u.Log(event.ClientSearched, u.Agency, changes...)
}

// criteria are the kinds of what a search is by.
func (q ClientQuery) criteria() []string {
	var out []string
	for _, c := range []struct {
		name  string
		given bool
	}{{"name", q.Name != ""}, {"phone", q.Phone != ""}, {"number", q.Number != 0}, {"identifier", q.Identifier != ""}, {"birth_date", !q.BirthDate.IsZero()},
		{"family_code", q.FamilyCode != ""}, {"email", q.Email != ""}, {"postal_code", q.PostalCode != ""}, {"gender", q.Gender != ""},
		{"immigration_class", q.ImmigrationClass != ""}, {"country_of_origin", q.CountryOfOrigin != ""}} {
		if c.given {
			out = append(out, c.name)
		}
	}
	return out
}

// SeesCare says whether the caller sees what care needs and files for funders do not:
// plans, notes of profiles, card values, reasons of bars. Who is a bulk-upload operator
// and nothing else does not, unless the agency says so.
func (c Caller) SeesCare() bool {
	return c.Actor.IsSystem() || c.Agency.Settings.UploadersSeeCare || len(c.Manages) > 0 || !slices.Contains(c.Roles, access.RoleBulkUpload) ||
		c.Has(access.RoleAdmin, access.RoleSeeAll)
}

// lookAlikesShown notes whom a registration was shown.
func lookAlikesShown(_ context.Context, u *Unit, found []LookAlike) (struct{}, error) {
	var keys []ClientID
	for _, l := range found {
		keys = append(keys, l.Client.ID)
	}
	u.Log(event.LookAlikesShown, u.Agency, AboutClients(keys...)...)
	return struct{}{}, nil
}
