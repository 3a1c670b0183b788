package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
)

// agencyRoutes are the agency itself, its people, and what it keeps lists of.
func agencyRoutes(c *casemgmt.Service) []*route {
	out := []*route{
		op("GET /agency", "getAgency", "The caller's agency", plain(c.Agency)).toAll(),
		op("PUT /agency", "updateAgency", "Change name, zone and settings", c.UpdateAgency),
		op("GET /me", "getMe", "The caller", plain(c.Caller)).toAll(),
		op("PUT /me/defaults", "setDefaults", "Change the caller's own defaults (SES-22)", c.SetDefaults).toAll(),
		op("PUT /programs/{program}/members/{staff}", "setMembership", "Put staff into a program, or take them out (ACC-07)", c.SetMembership),
		op("GET /statement", "getStatement", "The current privacy statement (ANO-08)", plain(c.Statement)).toAll().orMissing(),
		create("POST /statements", "publishStatement", "Publish a new version of the privacy statement (ANO-08)", c.PublishStatement),
		op("GET /events", "listEvents", "The audit trail, oldest first", func(ctx context.Context, p casemgmt.PageRequest) (event.Page, error) {
			return c.Feed(ctx, p.After, p.Limit)
		}),
	}
	out = append(out, crud("/sites", "Site", "site", table[casemgmt.Site]{c.CreateSite, c.UpdateSite, c.Site, c.Sites})...)
	out = append(out, crud("/programs", "Program", "program", table[casemgmt.Program]{c.CreateProgram, c.UpdateProgram, c.Program, c.Programs})...)
	out = append(out, crud("/funders", "Funder", "funder", table[casemgmt.Funder]{c.CreateFunder, c.UpdateFunder, c.Funder, c.Funders})...)
	out = append(out, crud("/staff", "Staff", "staff member", table[casemgmt.Staff]{c.CreateStaff, c.UpdateStaff, c.Staff, c.StaffList})...)
	return append(out, crud("/contacts", "Contact", "directory entry", table[casemgmt.Contact]{c.CreateContact, c.UpdateContact, c.Contact, c.Contacts})...)
}
