package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
)

// clientSearch is a search with the page that is wanted.
type clientSearch struct {
	casemgmt.ClientQuery
	casemgmt.PageRequest
}

// clientRoutes are registering, finding and reading clients, and their consent.
func clientRoutes(c *casemgmt.Service) []*route {
	search := func(ctx context.Context, in clientSearch) (casemgmt.Page[casemgmt.ClientHit], error) {
		return c.SearchClients(ctx, in.ClientQuery, in.PageRequest)
	}
	return []*route{
		create("POST /clients", "registerClient", "Register a named client (CLI-08); 409 with look_alikes when somebody looks alike (CLI-05)", c.RegisterClient),
		create("POST /clients/anonymous", "registerAnonymous", "Register an anonymous client (ANO-02)", c.RegisterAnonymous),
		op("GET /clients", "searchClients", "Search named clients (SRC-01 to SRC-06)", search),
		op("POST /clients/search", "findClients", "The same with the words in the body, so that names are in no address and in no proxy's log", search).asks(),
		op("GET /clients/{id}", "getClient", "Read a client; the reading is logged", byID(c.Client)),
		op("GET /clients/{id}/versions", "listClientVersions", "Earlier versions of a client, the latest first", whole(func(ctx context.Context, in of[casemgmt.Client]) ([]casemgmt.Earlier, error) {
			return c.ClientVersions(ctx, in.ID)
		})),
		op("PUT /clients/{id}", "updateClient", "Fill in or correct a profile (CLI-06)", c.UpdateClient),
		op("POST /clients/{id}/acceptance", "acceptStatement", "Record the yes to the current privacy statement (ANO-08)", c.AcceptStatement),
		op("POST /clients/{id}/withdrawal", "withdrawConsent", "Record the withdrawal of the consent (ANO-09)", c.WithdrawConsent),
		op("POST /clients/{id}/family", "startFamily", "Give the client a family code (CLI-10)", c.StartFamily),
		op("GET /clients/{id}/family-member", "newFamilyMember", "What a new family member's profile starts with (CLI-10)", byID(c.FamilyMember)),
	}
}
