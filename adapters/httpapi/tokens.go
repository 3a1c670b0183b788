package httpapi

import (
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/apitoken"
)

// tokenList is a query with the page that is wanted.
type tokenList struct {
	apitoken.Query
	casemgmt.PageRequest
}

// madeToken is a new token with what opens it.
type madeToken struct {
	apitoken.Token
	// Secret is shown this once. The answer to a repeated request has none.
	Secret string `json:"secret,omitempty"`
}

// tokenRoutes are API tokens of staff.
func tokenRoutes(s *apitoken.Service) []*route {
	if s == nil {
		return nil
	}
	return []*route{
		create("POST /tokens", "makeToken", "Make an API token for the caller, or as an administrator for others; its secret is shown once (SGN-04)", func(ctx context.Context, cmd apitoken.Make) (madeToken, error) {
			t, secret, err := s.Make(ctx, cmd)
			if err != nil {
				return madeToken{}, err
			}
			return madeToken{*t, secret}, nil
		}),
		op("GET /tokens", "listTokens", "List the caller's API tokens with their last use, or as an administrator those of others (SGN-04)", func(ctx context.Context, in tokenList) (casemgmt.Page[apitoken.Listed], error) {
			return s.List(ctx, in.Query, in.PageRequest)
		}),
		op("POST /tokens/{id}/revoke", "revokeToken", "Revoke an API token: it opens nothing from then on (SGN-04)", s.Revoke),
	}
}
