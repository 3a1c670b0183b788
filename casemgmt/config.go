package casemgmt

import (
	"errors"
	"time"

	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/event"
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
	Before []event.Hook
	// Systems are the funders' file formats that a Funder may name, such as icare; nil is none.
	Systems []string
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
