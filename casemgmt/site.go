package casemgmt

import (
	"context"

	"github.com/invopop/validation"

	"github.com/opencasework/casework/casemgmt/event"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/id"
)

// SiteID identifies a site.
type SiteID = id.Of[Site]

// Site is a place where services are given. Its postal code, which is needed in a
// country whose form is known, goes to the funder as the place where the service was received (SES-05a).
type Site struct {
	Head[Site]
	Name    string  `json:"name"`
	Address Address `json:"address"`
	Closed  bool    `json:"closed,omitempty"`
}

// ValidateWithContext says what is wrong with the site's own fields.
func (s Site) ValidateWithContext(ctx context.Context) error {
	known := agencyIn(ctx).Home().PostalCode.Pattern != nil // where there may be none, it is not needed
	return fault.CheckIn(ctx, &s,
		validation.Field(&s.Name, fault.Required("SES-05"), fault.Line("SES-05", 200)),
		validation.Field(&s.Address, fault.Under("/postal_code", fault.Fails(s.Address.PostalCode == "" && known, "SES-05a", "required"))),
	)
}

var sites = Keep(Tx.Sites, event.SiteCreated, event.SiteChanged, MayManage, fitSite)

func fitSite(_ context.Context, u *Unit, next, _ *Site) error {
	next.Address.normalize(u.Agency.Home())
	return nil
}

// CreateSite adds a site. It fails with fault.ErrForbidden or *fault.Invalid.
func (s *Service) CreateSite(ctx context.Context, in Site) (*Site, error) {
	return Change(ctx, s.work, in, sites.Add)
}

// UpdateSite changes a site. It fails with fault.ErrNotFound,
// fault.ErrForbidden, fault.ErrConflict or *fault.Invalid.
func (s *Service) UpdateSite(ctx context.Context, in Site) (*Site, error) {
	return Change(ctx, s.work, in, sites.Put)
}

// Site is one site. It fails with fault.ErrNotFound.
func (s *Service) Site(ctx context.Context, key SiteID) (*Site, error) {
	return Read(ctx, s.work, key, sites.Get)
}

// Sites lists the agency's sites by name.
func (s *Service) Sites(ctx context.Context, p PageRequest) (Page[Site], error) {
	return ReadMany(ctx, s.work, p, ListOf(Tx.Sites))
}
