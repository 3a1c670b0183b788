package casemgmt

import (
	"errors"
	"slices"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/forms"
)

// Config is shared by all services. The zero value of each field is documented.
type Config struct {
	// Policy decides who may do what; nil is access.DefaultRoles().
	Policy access.Policy
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Forms are the service forms and lists. It must be given; catalog.Registry() has the stock ones.
	Forms *forms.Registry
	// Before are called inside each unit of work with its event, before it commits.
	Before []Hook
	// Systems are the funders' file formats that a Funder may name; nil is none.
	Systems []System
}

// System is a funder's file format.
type System struct {
	Name string // as a Funder names it
	// Extension is the one of the agencies whose funders have the format; empty is all agencies.
	Extension string
	// Country is that of the agencies whose funders have the format, such as AU; empty is any.
	Country string
}

// Has says whether there is a file format of a name.
func (c Config) Has(system string) bool {
	return slices.ContainsFunc(c.Systems, func(s System) bool { return s.Name == system })
}

// systemsOf are the file formats that an agency can have.
func (c Config) systemsOf(a *Agency) []string {
	var out []string
	for _, s := range c.Systems {
		if (s.Extension == "" || a.Has(s.Extension)) && (s.Country == "" || s.Country == a.Country) {
			out = append(out, s.Name)
		}
	}
	return out
}

func (c Config) ready() (Config, error) {
	if c.Forms == nil {
		return c, errors.New("casemgmt: Config.Forms is missing; catalog.Registry() has the stock forms")
	}
	if c.Policy == nil {
		c.Policy = access.DefaultRoles()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}
